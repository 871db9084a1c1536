"""MET Norway and OpenWeather read into local days, and the chain that asks one after the other."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.travel.chain import WeatherChain
from adapters.travel.met_norway import MetNorway
from core.errors import Unavailable
from core.travel import Confidence, DayWeather, Point, Source, Weather
from tests.fake_open_meteo import START, Time
from tests.wire import met_norway, openweather
from tests.wire.met_norway import TODAY, entry, forecast
from tests.wire.rig import Rig, rig_of
from tests.wire.server import Says, says

TOKYO = Point(lat=35.6764, lon=139.65)
LISBON = met_norway.LISBON


def utc(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


async def met(rig: Rig, zone: str = "Europe/Lisbon", days: int = 12) -> list[DayWeather]:
    port = met_norway.port(rig)
    return await port.forecast(LISBON, zone, TODAY, TODAY + timedelta(days=days))


async def met_says(*entries: dict[str, object], zone: str = "Europe/Lisbon") -> list[DayWeather]:
    """The days that MET Norway's answer with these entries becomes."""
    async with rig_of(met_norway.WIRES[0].routes) as rig:
        rig.server.breaks(says(Says(200, forecast(list(entries)))))
        return await met(rig, zone)


# --- MET Norway ------------------------------------------------------------------------------


async def test_nine_days_are_made_of_hours_and_blocks() -> None:
    async with rig_of(met_norway.WIRES[0].routes) as rig:
        days = await met(rig)

    assert [d.day.day for d in days] == [23, 24, 25, 26, 27, 28, 29, 30, 1]
    assert [d.low_confidence for d in days][-2:] == [False, True]
    assert days[0].source.attribution == "Data from MET Norway, CC BY 4.0"


async def test_a_day_is_the_places_own_day() -> None:
    """Warm from 15:00 to 24:00 UTC on the 23rd is the night to the 24th in Tokyo."""
    hours = [
        entry(utc(23, 9) + timedelta(hours=h), 1, temperature=25.0 if 6 <= h < 15 else 10.0)
        for h in range(60)
    ]
    tokyo = {d.day.day: d.tmax_c for d in await met_says(*hours, zone="Asia/Tokyo")}
    lisbon = {d.day.day: d.tmax_c for d in await met_says(*hours)}

    assert tokyo == {24: 25.0, 25: 10.0}
    assert lisbon == {23: 25.0, 24: 10.0, 25: 10.0}


async def test_rain_is_counted_once_and_shared_out_at_midnight() -> None:
    """Hours win over the block that begins with them; a block across midnight is split by hours."""
    both = entry(utc(24, 0), 1, rain=1.0)
    both["data"]["next_6_hours"] = {"details": {"precipitation_amount": 6.0}, "summary": {}}
    hours = [entry(utc(24, h), 1, rain=1.0) for h in range(1, 21)]
    block = entry(utc(24, 21), 6, rain=6.0)
    rest = [entry(utc(25, 3) + timedelta(hours=6 * n), 6) for n in range(4)]
    days = {d.day.day: d.rain_mm for d in await met_says(both, *hours, block, *rest)}

    assert days == {24: 24.0, 25: 3.0}


async def test_a_day_that_is_only_half_known_is_missing() -> None:
    hours = [entry(utc(24, h), 1) for h in range(0, 17)]

    assert await met_says(*hours) == []


async def test_extremes_gusts_and_chances_are_read_where_they_are_given() -> None:
    blocks = [
        entry(utc(24, 6 * n), 6, temperature=12.0, high=15.5, low=7.5, chance=62.0, gust=18.0)
        for n in range(4)
    ]
    [day] = await met_says(*blocks)

    assert (day.tmax_c, day.tmin_c) == (15.5, 7.5)
    assert (day.rain_chance, day.gust_kmh) == (0.62, 64.8)
    assert not day.outdoor_ok


@pytest.mark.parametrize(
    ("symbol", "code"),
    [
        ("clearsky_night", 0),
        ("fair_day", 1),
        ("fog", 45),
        ("lightrain", 61),
        ("heavyrain", 65),
        ("rainshowers_polartwilight", 81),
        ("lightsnow", 71),
        ("heavysnowshowers_day", 86),
        ("lightssleetshowersandthunder_day", 95),
        ("somethingnew", None),
    ],
)
async def test_symbols_become_weather_codes(symbol: str, code: int | None) -> None:
    [day] = await met_says(*(entry(utc(24, 6 * n), 6, symbol=symbol) for n in range(4)))

    assert day.code == code


async def test_the_answer_is_used_until_it_expires_and_then_confirmed() -> None:
    async with rig_of(met_norway.WIRES[0].routes) as rig:
        await met(rig)
        rig.time.passes(minutes=39)
        await met(rig)
        rig.time.passes(minutes=2)
        [day, *_] = await met(rig)

        assert [a.headers.get("if-modified-since") for a in rig.server.asked] == [
            None,
            met_norway.UPDATED,
        ]
    assert day.source.confidence is Confidence.LIVE


async def test_a_203_is_used_and_told_to_the_operator(caplog: pytest.LogCaptureFixture) -> None:
    async with rig_of(met_norway.WIRES[0].routes) as rig:
        rig.server.breaks(lambda good: Says(203, good.body, good.headers))

        assert await met(rig)
    assert "will be switched off" in caplog.text


async def test_without_a_contact_nobody_is_asked() -> None:
    async with rig_of(met_norway.WIRES[0].routes) as rig:
        port = MetNorway(rig.client, rig.time, rig.url)
        with pytest.raises(Unavailable, match="needs CARAVAN_CONTACT"):
            await port.forecast(LISBON, "Europe/Lisbon", TODAY, TODAY)

        assert rig.asked == 0


# --- OpenWeather -----------------------------------------------------------------------------


async def test_openweather_days_have_units_and_a_source() -> None:
    async with rig_of(openweather.WIRES[0].routes) as rig:
        [day] = await openweather.port(rig).forecast(LISBON, "Europe/Lisbon", TODAY, TODAY)

    assert (day.day, day.tmax_c, day.tmin_c) == (TODAY, 17.9, 10.5)
    assert (day.rain_mm, day.rain_chance, day.gust_kmh, day.code) == (2.3, 0.4, 55.1, 61)
    assert day.source.name == "OpenWeather"


async def test_the_second_page_is_only_paid_for_when_it_is_needed() -> None:
    async with rig_of(openweather.WIRES[0].routes) as rig:
        port = openweather.port(rig)
        near = await port.forecast(LISBON, "", TODAY, TODAY + timedelta(days=9))
        once = rig.asked
        far = await port.forecast(LISBON, "", TODAY, TODAY + timedelta(days=40))
        second = rig.server.asked[-1]

    assert (len(near), len(far)) == (10, 16)
    assert (once, rig.asked) == (1, 2)
    assert second.query["start"] == "10" and second.query["appid"] == openweather.KEY


async def test_the_next_page_is_asked_of_our_own_address_without_keeping_the_key() -> None:
    """`next` names another host and holds the key: neither is followed or kept."""
    async with rig_of(openweather.WIRES[0].routes) as rig:
        await openweather.port(rig).forecast(LISBON, "", TODAY, TODAY + timedelta(days=12))
        kept = "".join(f"{k} {v.body}" for k, v in rig.cache.kept.items())

        assert rig.asked == 2 and not rig.server.lost
    assert openweather.KEY not in kept
    assert "openweathermap.org" not in kept


async def test_a_dry_day_has_no_rain_and_snow_counts_as_both() -> None:
    dry = openweather.day(0)
    del dry["rain"], dry["wind_gust"]
    days = [dry, openweather.day(1, rain={"1h": 1.5}, snow=3.0, weather=[{"id": 601}])]
    async with rig_of({openweather.ROUTE: lambda a: openweather.onecall(a, days)}) as rig:
        first, second = await openweather.port(rig).forecast(LISBON, "", TODAY, date(2026, 12, 1))

    assert (first.rain_mm, first.gust_kmh, first.snow_cm) == (0.0, None, None)
    assert (second.rain_mm, second.snow_cm, second.code) == (4.5, 3.0, 73)


async def test_the_day_is_the_places_own_at_the_edge_of_the_world() -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC) - timedelta(hours=13)
    page = {"timezone_offset": 13 * 3_600, "data": [openweather.day(0, dt=int(noon.timestamp()))]}
    async with rig_of({openweather.ROUTE: lambda a: Says(200, page)}) as rig:
        [day] = await openweather.port(rig).forecast(LISBON, "", TODAY, date(2026, 12, 1))

    assert day.day == date(2026, 11, 24)


# --- the chain -------------------------------------------------------------------------------


class Sky(Weather):
    """A weather source that answers, fails, hangs, or has only an old forecast."""

    def __init__(self, name: str, how: str = "answers", age_h: float = 0.0) -> None:
        self.name, self.how, self.age_h = name, how, age_h
        self.asked = 0

    async def forecast(
        self, place: Point, timezone: str, first: date, last: date
    ) -> list[DayWeather]:
        self.asked += 1
        if self.how == "hangs":
            await asyncio.Event().wait()
        if self.how == "fails":
            raise Unavailable(self.name, "HTTP 500", 30.0)
        if self.how == "knows nothing":
            return []
        source = Source(
            name=self.name,
            fetched_at=START - timedelta(hours=self.age_h),
            confidence=Confidence.CACHED if self.age_h else Confidence.LIVE,
        )
        return [DayWeather(source=source, day=first, typical=False, tmax_c=18, tmin_c=9)]


async def chain(*sources: Sky) -> str:
    """Who answered."""
    port = WeatherChain(sources, Time(), head_start_s=0.01)
    days = await port.forecast(LISBON, "Europe/Lisbon", TODAY, TODAY)
    return days[0].source.name if days else "nothing"


async def test_the_first_that_answers_is_asked_alone() -> None:
    first, second = Sky("A"), Sky("B")

    assert await chain(first, second) == "A"
    assert (first.asked, second.asked) == (1, 0)


@pytest.mark.parametrize("trouble", ["fails", "hangs"])
async def test_the_next_one_stands_in_and_is_named(trouble: str) -> None:
    assert await chain(Sky("A", trouble), Sky("B")) == "B"


async def test_a_day_past_the_horizon_is_an_answer_and_not_an_outage() -> None:
    second = Sky("B")

    assert await chain(Sky("A", "knows nothing"), second) == "nothing"
    assert second.asked == 0


async def test_an_old_forecast_is_only_shown_when_nobody_has_a_newer_one() -> None:
    assert await chain(Sky("A", age_h=9), Sky("B")) == "B"
    assert await chain(Sky("A", age_h=9), Sky("B", "fails")) == "A"
    assert await chain(Sky("A", age_h=3), Sky("B")) == "A"


async def test_when_all_fail_every_reason_is_told() -> None:
    with pytest.raises(Unavailable) as caught:
        await chain(Sky("A", "fails"), Sky("B", "fails"))

    assert caught.value.who == "The weather service"
    assert "A: HTTP 500" in caught.value.why and "B: HTTP 500" in caught.value.why
    assert caught.value.retry_after == 30.0


async def test_a_real_outage_of_the_first_is_covered_by_the_second(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    routes = {**openweather.WIRES[0].routes, **met_norway.WIRES[0].routes}
    async with rig_of(routes) as rig:
        rig.server.breaks(lambda good: Says(503), "onecall")
        port = WeatherChain([openweather.port(rig), met_norway.port(rig)], rig.time, 5.0)
        days = await port.forecast(LISBON, "Europe/Lisbon", TODAY, TODAY + timedelta(days=2))

    assert {d.source.name for d in days} == {"MET Norway"}
