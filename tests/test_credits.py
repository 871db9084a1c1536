"""What licences and honesty ask for stands in what a traveller reads: whose, how old, how sure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.settings import Settings
from core import alerting, words
from core.cards import day_card, event_days, event_words
from core.travel import (
    Alert,
    AlertReport,
    Confidence,
    DayWeather,
    Event,
    EventKind,
    Severity,
    Source,
)
from core.trips import Day
from tests.wire import frankfurter, gdacs, meteoalarm, nominatim, open_meteo, ticketmaster
from tests.wire.rig import rig_of
from tests.wire.server import CONTACT, Asked, Handler, Says, WireServer, html_500
from tests.world import World

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOURCE = Source(
    name="Open-Meteo",
    url="https://open-meteo.com/",
    fetched_at=NOW,
    confidence=Confidence.LIVE,
    attribution="Weather data by Open-Meteo.com",
)


def sky(day: int = 25, **said: object) -> DayWeather:
    values: dict[str, object] = {"rain_chance": 0.1, "rain_mm": 0.0, "code": 3} | said
    return DayWeather.model_validate(
        {"source": SOURCE, "day": date(2026, 11, day), "typical": False, "tmax_c": 18, "tmin_c": 11}
        | values
    )


# --- how sure ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "11–18 °C"),
        ({"rain_chance": 0.9}, "11–18 °C, rain 90 %"),
        ({"rain_chance": 0.9, "snow_cm": 4}, "11–18 °C, snow 90 %"),
        ({"rain_chance": None, "rain_mm": 6, "snow_cm": 6}, "11–18 °C, snow 6 cm"),
        ({"gust_kmh": 82.4}, "11–18 °C, gusts 82 km/h"),
        ({"gust_kmh": 40, "code": 95}, "11–18 °C, thunderstorms"),
        ({"low_confidence": True, "rain_chance": 0.6}, "probably 11–18 °C, rain 60 %"),
    ],
)
def test_the_weather_of_a_day_says_what_matters_and_how_sure_it_is(
    said: dict[str, object], expected: str
) -> None:
    assert words.weather(sky(**said)) == expected


def test_a_storm_without_rain_is_not_called_rain() -> None:
    days = [sky(24), sky(25, rain_chance=0.9), sky(26, gust_kmh=82)]

    assert words.poor_weather(days) == (
        " Rain is likely on Wed 25 Nov. Hours outdoors may be hard on Thu 26 Nov "
        "(11–18 °C, gusts 82 km/h)."
    )
    assert words.poor_weather([sky(25, rain_mm=9, snow_cm=9)]).startswith(" Rain or snow")
    assert words.poor_weather([sky(24)]) == ""


@pytest.mark.parametrize(
    ("text", "expected"), [("about CHF 550", "About CHF 550"), ("", ""), ("über", "Über")]
)
def test_a_capital_at_the_start_leaves_a_currency_as_it_is(text: str, expected: str) -> None:
    assert words.capital(text) == expected


# --- whose -------------------------------------------------------------------------------------


def warning(confidence: Confidence, fetched: datetime = NOW) -> Alert:
    return Alert(
        source=Source(
            name="MeteoAlarm",
            url="https://meteoalarm.org/",
            fetched_at=fetched,
            confidence=confidence,
            attribution="EUMETNET - MeteoAlarm and IPMA, CC BY 4.0",
        ),
        id="1",
        event="Orange wind warning",
        severity=Severity.SEVERE,
        onset=NOW + timedelta(days=1),
        ends=NOW + timedelta(days=1, hours=6),
        headline="Orange wind warning",
        area="Lisboa",
        official=True,
    )


def test_a_warning_names_its_issuer_as_the_licence_wants_and_when_it_was_kept() -> None:
    lisbon = ticketmaster.lisbon()
    [live] = alerting.notes(AlertReport(alerts=(warning(Confidence.LIVE),)), lisbon)
    old = AlertReport(alerts=(warning(Confidence.CACHED, NOW - timedelta(hours=2)),))
    [kept] = alerting.notes(old, lisbon)
    told = alerting.told(old, lisbon, date(2026, 11, 23), date(2026, 11, 25), NOW)

    assert live.endswith("09:00–15:00, by EUMETNET - MeteoAlarm and IPMA, CC BY 4.0.")
    assert kept.endswith("CC BY 4.0, as of Mon 23 Nov 07:00.")
    assert "[EUMETNET - MeteoAlarm and IPMA, CC BY 4.0](https://meteoalarm.org/), 2 h old" in told


async def test_a_real_feed_is_credited_with_its_national_service() -> None:
    async with rig_of(meteoalarm.WIRES[0].routes) as rig:
        found = (
            await meteoalarm.port(rig).alerts(meteoalarm.LISBON, NOW.date(), NOW.date())
        ).alerts

    assert {a.source.attribution for a in found} == {
        "EUMETNET - MeteoAlarm and Instituto Português do Mar e da Atmosfera, CC BY 4.0"
    }


def event(**said: object) -> Event:
    seller = Source(
        name="Ticketmaster",
        fetched_at=NOW,
        confidence=Confidence.LIVE,
        attribution="Events: Ticketmaster",
    )
    values = {
        "source": seller,
        "id": "ticketmaster:1",
        "name": "Night of Fado",
        "kind": EventKind.MUSIC,
        "first": date(2026, 11, 25),
        "last": date(2026, 11, 25),
        "url": "https://www.ticketmaster.pt/event/1",
    }
    return Event.model_validate(values | said)


def test_what_is_sold_has_its_link_and_seller_even_without_a_time() -> None:
    link = "([Ticketmaster](https://www.ticketmaster.pt/event/1))"
    day = Day(day=date(2026, 11, 25), weekday="Wed", stops=(), events=(event(),))

    assert link in event_words(event())
    assert link in day_card(day, 1)


def test_an_event_whose_month_alone_is_known_does_not_claim_the_days() -> None:
    curated = SOURCE.model_copy(update={"confidence": Confidence.CURATED})
    summit = event(
        source=curated, name="Web Summit", certain=False, url="",
        first=date(2026, 11, 1), last=date(2026, 11, 30),
    )  # fmt: skip

    assert event_days(summit) == "usually in November"
    day = Day(day=date(2026, 11, 25), weekday="Wed", stops=(), events=(summit,))
    assert "_Web Summit (usually in November; check the dates)_" in day_card(day, 1)


# --- in the chat -------------------------------------------------------------------------------


def hotel(asked: Asked) -> Says:
    return Says(200, [nominatim.result(name="Hotel Aurora", lat="38.7118", lon="-9.1305")])


ROUTES: dict[str, Handler] = {
    "GET /v1/forecast": open_meteo.WIRES[0].routes["GET /v1/forecast"],
    **frankfurter.ROUTES,
    nominatim.SEARCH: hotel,
    meteoalarm.ROUTE: lambda asked: meteoalarm.feed(
        meteoalarm.warning(
            1,
            meteoalarm.info(onset="2026-11-26T06:00:00+00:00", expires="2026-11-26T20:59:59+00:00"),
        )
    ),
    gdacs.ROUTE: lambda asked: gdacs.listing(),
    ticketmaster.ROUTE: ticketmaster.Discovery(
        ticketmaster.event(dates=ticketmaster.starting("2026-11-26"))
    ),
}
ADDRESSES = (
    "OPEN_METEO_BASE_URL FRANKFURTER_BASE_URL NOMINATIM_BASE_URL METEOALARM_BASE_URL "
    "GDACS_BASE_URL TICKETMASTER_BASE_URL"
).split()
NOWHERE = "http://127.0.0.1:9"  # for all others: a test asks nobody outside
ELSEWHERE = [f.alias for f in Settings.model_fields.values() if str(f.alias).endswith("_BASE_URL")]


async def test_a_plan_of_the_whole_live_bot_credits_everybody_it_is_made_of(
    tmp_path: Path,
) -> None:
    server = WireServer(ROUTES)
    await server.opens()
    world = World(
        tmp_path / "caravan.sqlite",
        environment={str(alias): NOWHERE for alias in ELSEWHERE}
        | dict.fromkeys(ADDRESSES, server.url)
        | {
            "CARAVAN_LIVE": "on",
            "CARAVAN_CONTACT": CONTACT,
            "TICKETMASTER_API_KEY": ticketmaster.KEY,
        },
    )
    await world.opens()
    plan = await world.says(
        "Plan 3 days in Lisbon from 25 November for two, we come from London, budget £2000, "
        "we stay at Hotel Aurora"
    )
    events = await world.says("are there any events?")
    server.breaks(html_500)
    world.clock.passes(hours=5)
    weather = await world.says("what is the weather?")
    await world.closes()
    await server.closes()

    credit = "[Weather data by Open-Meteo.com](https://open-meteo.com/)"
    assert f"Weather: {credit}, forecast." in plan.text
    osm = "[© OpenStreetMap contributors (ODbL)](https://www.openstreetmap.org/copyright)"
    assert f"Addresses: {osm}." in plan.text
    rate = "[central banks via Frankfurter](https://frankfurter.dev/), of Fri 20 Nov"
    assert f"Exchange rate: {rate}." in plan.text
    assert "([Ticketmaster](https://www.ticketmaster.pt/event/Z698xZbpZ17))" in plan.text
    assert "by EUMETNET - MeteoAlarm and Instituto Português" in plan.text
    assert "[Events: Ticketmaster](https://www.ticketmaster.com/)" in events.text
    assert f"_Forecast: {credit}, 5 h old_" in weather.text
