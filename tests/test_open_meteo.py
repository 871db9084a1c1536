"""Forecasts from Open-Meteo: what is read, what is left out, and that old values say their age."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
import pytest_asyncio

from adapters.travel.http import ProviderClient
from adapters.travel.open_meteo import OpenMeteo
from core import words
from core.errors import Unavailable
from core.travel import Confidence, DayWeather, Point
from tests.fake_open_meteo import HTML_500, SILENCE, DictCache, FakeOpenMeteo, Says, Time, refusal

LISBON = Point(lat=38.7169, lon=-9.1399)
TODAY = date(2026, 11, 23)


class Sky:
    """The port at the fake provider."""

    def __init__(self) -> None:
        self.time = Time()
        self.provider = FakeOpenMeteo(self.time)
        self.cache = DictCache()
        self.client = ProviderClient(
            self.cache,
            self.time,
            user_agent="Caravan/test",
            transport=self.provider.transport,
            timeout_s=0.05,
            patience_s=0.01,
            sleep=self.time.sleep,
            steady=self.time.steady,
            rng=random.Random(1),
        )
        self.port = OpenMeteo(self.client, self.time, "https://weather.test/")

    async def days(self, first: int = 0, last: int = 3) -> list[DayWeather]:
        """The forecast from `first` to `last` days after the 23rd of November."""
        return await self.port.forecast(
            LISBON,
            "Europe/Lisbon",
            TODAY + timedelta(days=first),
            TODAY + timedelta(days=last),
        )


@pytest_asyncio.fixture
async def sky() -> AsyncIterator[Sky]:
    made = Sky()
    yield made
    await made.client.aclose()


async def test_a_forecast_has_every_asked_day_with_source_and_units(sky: Sky) -> None:
    days = await sky.days(0, 3)

    assert [d.day.day for d in days] == [23, 24, 25, 26]
    assert (days[0].tmax_c, days[0].tmin_c, days[0].rain_mm) == (18.4, 11.2, 0.4)
    assert (days[0].rain_chance, days[0].gust_kmh, days[0].code) == (0.25, 31.3, 3)
    assert days[0].source.confidence is Confidence.LIVE
    assert days[0].source.attribution == "Weather data by Open-Meteo.com"


async def test_the_question_is_as_the_provider_documents_it(sky: Sky) -> None:
    await sky.days()
    [asked] = sky.provider.asked

    assert (asked["latitude"], asked["longitude"]) == ("38.72", "-9.14")
    assert (asked["timezone"], asked["forecast_days"]) == ("Europe/Lisbon", "16")
    assert "temperature_2m_max" in asked["daily"].split(",")


async def test_trips_at_different_times_share_one_request(sky: Sky) -> None:
    await sky.days(0, 3)
    await sky.days(5, 9)

    assert len(sky.provider.asked) == 1


async def test_days_past_the_horizon_are_missing_and_never_asked_for(sky: Sky) -> None:
    partly = await sky.days(13, 20)
    beyond = await sky.days(16, 20)

    assert [d.day for d in partly] == [TODAY + timedelta(days=n) for n in (13, 14, 15)]
    assert beyond == []
    assert len(sky.provider.asked) == 1


async def test_far_days_are_of_low_confidence(sky: Sky) -> None:
    sure = {(d.day - TODAY).days for d in await sky.days(0, 15) if not d.low_confidence}

    assert sure == set(range(8))


async def test_days_with_nulls_lose_only_what_is_missing(sky: Sky) -> None:
    sky.provider.daily = {
        "temperature_2m_max": [18.0, None, 19.0],
        "precipitation_probability_max": [None, 10, None],
        "weather_code": [None, 3, 61],
    }
    days = await sky.days(0, 3)

    assert [d.day.day for d in days] == [23, 25]
    assert days[0].rain_chance is None and days[0].code is None


async def test_absurd_values_are_left_out(sky: Sky) -> None:
    sky.provider.daily = {
        "temperature_2m_max": [900, 20.0, 20.0, "20"],
        "temperature_2m_min": [10.0, 30.0, 10.0, 10.0],
        "precipitation_sum": [1.0, 1.0, -4.0, 1.0],
        "precipitation_probability_max": [1, 1, 140, 1],
        "wind_gusts_10m_max": [1, 1, True, 1],
    }
    [day] = await sky.days(0, 3)

    assert day.day.day == 25
    assert (day.rain_mm, day.rain_chance, day.gust_kmh) == (None, None, None)


BROKEN: dict[str, object] = {
    "an error inside a 200": {"error": True, "reason": "out of order"},
    "a list": [1, 2],
    "nothing": None,
    "no daily values": {"daily": {}},
    "no days": {"daily": {"time": []}},
    "unreadable dates": {"daily": {"time": ["tomorrow"], "temperature_2m_max": [1]}},
    "numbers as dates": {"daily": {"time": [20261123]}},
    "series that are no lists": {
        "daily": {
            "time": ["2026-11-23"],
            "temperature_2m_max": 18,
            "temperature_2m_min": {"0": 3},
        }
    },
    "all null": {
        "daily": {
            "time": ["2026-11-23"],
            "temperature_2m_max": [None],
            "temperature_2m_min": [None],
        }
    },
    "an old forecast": {
        "daily": {
            "time": ["2026-11-02"],
            "temperature_2m_max": [18],
            "temperature_2m_min": [9],
        }
    },
    "Fahrenheit": {
        "daily_units": {"temperature_2m_max": "°F"},
        "daily": {
            "time": ["2026-11-23"],
            "temperature_2m_max": [59],
            "temperature_2m_min": [41],
        },
    },
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
async def test_an_answer_without_a_forecast_is_an_outage_and_not_kept(
    sky: Sky, body: object
) -> None:
    sky.provider.plays(Says(200, body))
    with pytest.raises(Unavailable):
        await sky.days()

    assert sky.cache.kept == {}
    assert len(await sky.days()) == 4  # the next question is asked afresh


async def test_a_wrong_place_is_named_by_the_provider(sky: Sky) -> None:
    sky.provider.plays(refusal(400, "Latitude must be in range of -90 to 90°. Given: 123.0."))
    with pytest.raises(Unavailable, match="Latitude must be in range"):
        await sky.days()


@pytest.mark.fault("C8")
@pytest.mark.parametrize(
    "trouble",
    [
        HTML_500,
        SILENCE,
        Says(503),
        refusal(429, "Hourly API request limit exceeded. Please try again in the next hour."),
        refusal(401, "no"),
        Says(200, b'{"daily": {"time": ["2026-'),
        Says(200, {"error": True, "reason": "out of order"}),
        *(Says(200, BROKEN[name]) for name in ("all null", "an old forecast", "Fahrenheit")),
    ],
    ids="500 silent 503 429 401 cut error-in-200 nulls old fahrenheit".split(),
)
async def test_weather_that_is_down_stale_or_absurd_is_labelled_or_missing(
    sky: Sky, trouble: Says
) -> None:
    """First nothing; then a good day; then trouble: the kept value with its age; then nothing."""
    sky.provider.always = trouble
    with pytest.raises(Unavailable):
        await sky.days()

    sky.provider.always = None
    sky.time.passes(hours=2)
    [live, *_] = await sky.days(1, 3)
    assert live.source.confidence is Confidence.LIVE
    assert "old" not in words.source(live.source, sky.time.now())

    sky.provider.always = trouble
    sky.time.passes(hours=6)
    [kept, *_] = await sky.days(1, 3)
    assert kept.source.confidence is Confidence.CACHED
    assert (kept.tmax_c, kept.tmin_c) == (18.4, 11.2)
    assert "6 h old" in words.source(kept.source, sky.time.now())

    sky.time.passes(hours=20)
    with pytest.raises(Unavailable):
        await sky.days(2, 3)
