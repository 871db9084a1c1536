"""Warnings: whose area is this place, what is over, what is replaced, and who said nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapters.travel.alerts import AlertRouter
from adapters.travel.nws import NationalWeatherService
from adapters.travel.openweather import OpenWeatherAlerts
from adapters.travel.spot import Found, Spot, within
from adapters.travel.thresholds import OURS, Thresholds
from core.errors import Unavailable
from core.travel import (
    Alert,
    AlertReport,
    Confidence,
    DayWeather,
    Destination,
    Point,
    Severity,
    Source,
)
from tests.fake_open_meteo import START, Time
from tests.town import destination
from tests.wire import gdacs, meteoalarm, nws, openweather
from tests.wire.rig import rig_of
from tests.wire.server import Says, html_500, says

TODAY = date(2026, 11, 23)
SOURCE = Source(name="Sky", fetched_at=START, confidence=Confidence.LIVE)


# --- one issuer at a time ----------------------------------------------------------------------


async def us_alerts(*features: dict[str, Any]) -> tuple[Alert, ...]:
    async with rig_of(nws.WIRES[0].routes) as rig:
        rig.server.breaks(says(nws.collection(*features)))
        return (await nws.port(rig).alerts(nws.DENVER, TODAY, TODAY)).alerts


async def test_a_warning_of_the_us_service_in_utc_with_its_own_words() -> None:
    [alert] = await us_alerts(nws.feature())

    assert alert.event == "Winter Storm Warning"
    assert alert.severity is Severity.SEVERE
    assert alert.onset == datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert alert.ends == datetime(2026, 11, 25, 0, tzinfo=UTC)
    assert (alert.area, alert.issuer, alert.official) == ("Denver", "NWS Denver CO", True)
    assert alert.instruction.startswith("If you must travel")


async def test_without_an_end_of_the_event_the_warning_ends_when_it_expires() -> None:
    [alert] = await us_alerts(nws.feature(ends=None))

    assert alert.ends == datetime(2026, 11, 23, 23, tzinfo=UTC)


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59-07:00", "0001-01-01T00:00:00+14:00", "soon"])
async def test_an_end_that_is_no_date_of_this_age_is_none(end: str) -> None:
    """Some offices write "until further notice" so; the warning still has its expiry."""
    [alert] = await us_alerts(nws.feature(ends=end))

    assert alert.ends == datetime(2026, 11, 23, 23, tzinfo=UTC)


async def test_tests_drills_and_cancellations_are_no_warnings() -> None:
    found = await us_alerts(
        nws.feature(1, status="Test"),
        nws.feature(2, status="Exercise"),
        nws.feature(3, messageType="Cancel"),
        nws.feature(4, onset=None, effective=None),
        nws.feature(5, messageType="Update"),
    )

    assert [a.id for a in found] == ["urn:oid:2.49.0.1.840.0.5"]


async def test_the_us_service_is_not_asked_without_a_contact() -> None:
    async with rig_of(nws.WIRES[0].routes) as rig:
        with pytest.raises(Unavailable, match="needs CARAVAN_CONTACT"):
            await NationalWeatherService(rig.client, rig.url).alerts(nws.DENVER, TODAY, TODAY)

        assert rig.asked == 0


async def europe(
    *warnings: dict[str, Any], spot: Spot = meteoalarm.LISBON, **how: Any
) -> tuple[tuple[Alert, ...], str]:
    async with rig_of(meteoalarm.WIRES[0].routes) as rig:
        rig.server.breaks(says(meteoalarm.feed(*warnings)))
        found = await meteoalarm.port(rig).alerts(spot, TODAY, TODAY)
        return found.alerts, found.note


def area(name: str, *codes: str, **outline: Any) -> dict[str, Any]:
    return {"areaDesc": name, "geocode": [meteoalarm.code(c) for c in codes]} | outline


async def test_a_european_warning_has_level_area_and_issuer() -> None:
    [alert], note = await europe(meteoalarm.warning())

    assert (alert.severity, alert.area) == (Severity.SEVERE, "Lisboa")
    assert alert.issuer == "Instituto Português do Mar e da Atmosfera"
    assert "EUMETNET - MeteoAlarm and Instituto" in alert.source.attribution
    assert alert.onset == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert note == ""


@pytest.mark.parametrize(
    "name",
    ["LISBOA", "Lisbon", "Distrito de Lisboa", "Lisboa / Setúbal", "Santarém, Lisboa"],
)
async def test_an_area_is_found_by_name_however_it_is_written(name: str) -> None:
    found, _ = await europe(meteoalarm.warning(1, meteoalarm.info(area=area(name))))

    assert len(found) == 1


@pytest.mark.parametrize("name", ["Porto", "Lisboa Norte", "New Lisbon County", ""])
async def test_a_name_that_only_looks_alike_is_another_area_and_is_told_as_such(name: str) -> None:
    found, note = await europe(meteoalarm.warning(1, meteoalarm.info(area=area(name))))

    assert found == ()
    assert note.startswith("MeteoAlarm has 1 warning for another area of the country")


async def test_zone_ids_of_the_atlas_decide_when_they_are_known() -> None:
    spot = Spot(Point(lat=41.9, lon=12.5), "IT", "Europe/Rome", ("Rome",), zones=("IT012",))
    here = meteoalarm.warning(1, meteoalarm.info(area=area("Lazio", "IT012")))
    there = meteoalarm.warning(2, meteoalarm.info(area=area("Puglia", "IT016")))
    found, _ = await europe(here, there, spot=spot)

    assert [a.area for a in found] == ["Lazio"]
    assert (await europe(there, spot=spot))[1] == ""  # zones known: elsewhere is elsewhere


async def test_an_outline_decides_over_a_name() -> None:
    around = "38.0,-10.0 38.0,-8.0 39.5,-8.0 39.5,-10.0 38.0,-10.0"
    away = "41.0,-9.0 41.0,-8.0 42.0,-8.0 42.0,-9.0 41.0,-9.0"
    for outline, hit in (
        ({"polygon": around}, True),
        ({"polygon": [away, around]}, True),
        ({"polygon": away}, False),
        ({"circle": "38.7,-9.1 20"}, True),
        ({"circle": ["41.1,-8.6 20"]}, False),
    ):
        name = "Somewhere" if hit else "Lisboa"
        found, _ = await europe(meteoalarm.warning(1, meteoalarm.info(area=area(name, **outline))))

        assert bool(found) is hit, outline


@pytest.mark.parametrize(
    "outline",
    ["", "38,-9", "38,-9 39,-8", "a,b c,d e,f", "95,0 96,0 95,1", "nan,0 1,1 2,2"],
)
def test_an_outline_that_is_none_holds_nothing(outline: str) -> None:
    assert not within(Point(lat=38.7, lon=-9.1), [outline], [outline])


async def test_the_travellers_language_then_english_then_the_first() -> None:
    said = [
        meteoalarm.info("pt-PT", headline="Aviso laranja"),
        meteoalarm.info("en-GB", headline="Orange warning"),
    ]
    for language, headline in (("pt", "Aviso laranja"), ("de", "Orange warning")):
        spot = Spot(meteoalarm.LISBON.point, "PT", "Europe/Lisbon", ("Lisboa",), language=language)
        [alert], _ = await europe(meteoalarm.warning(1, *said), spot=spot)

        assert alert.headline == headline
    spanish, _ = await europe(meteoalarm.warning(1, meteoalarm.info("es-ES", headline="Aviso")))
    assert spanish[0].headline == "Aviso"


async def test_green_tests_and_what_is_over_are_no_warnings() -> None:
    found, note = await europe(
        meteoalarm.warning(1, meteoalarm.info(level="1; green; Minor")),
        meteoalarm.warning(2, status="Test"),
        meteoalarm.warning(3, meteoalarm.info(expires="2026-11-23T08:59:00+00:00")),
    )

    assert found == () and note == ""


async def test_an_update_replaces_also_when_it_no_longer_names_the_place() -> None:
    first = meteoalarm.warning(1)
    refers = f"https://www.ipma.pt,{first['alert']['identifier']},2026-11-23T06:00:00+00:00"
    elsewhere = meteoalarm.info(area=area("Porto"))
    update = meteoalarm.warning(2, elsewhere, msgType="Update", references=refers)

    assert (await europe(first, update))[0] == ()


async def test_only_what_is_in_force_of_a_country_is_kept() -> None:
    over = meteoalarm.info(expires="2026-11-23T08:00:00+00:00", description="x" * 5_000)
    async with rig_of(meteoalarm.WIRES[0].routes) as rig:
        many = [meteoalarm.warning(n, over) for n in range(200)]
        rig.server.breaks(says(meteoalarm.feed(*many, meteoalarm.warning(999))))
        await meteoalarm.port(rig).alerts(meteoalarm.LISBON, TODAY, TODAY)
        [kept] = rig.cache.kept.values()

    assert len(kept.body) < 3_000


async def test_an_unchanged_feed_is_confirmed_by_its_etag() -> None:
    async with rig_of(meteoalarm.WIRES[0].routes) as rig:
        await meteoalarm.port(rig).alerts(meteoalarm.LISBON, TODAY, TODAY)
        rig.time.passes(minutes=31)
        found = await meteoalarm.port(rig).alerts(meteoalarm.LISBON, TODAY, TODAY)

        assert rig.server.asked[-1].headers["if-none-match"] == meteoalarm.ETAG
    assert found.alerts[0].source.confidence is Confidence.LIVE


async def test_an_old_answer_without_a_warning_is_silence() -> None:
    """Half an hour ago there was no warning; now nobody answers: that is not "no warnings"."""
    async with rig_of(meteoalarm.WIRES[0].routes) as rig:
        rig.server.serves(meteoalarm.ROUTE, lambda asked: meteoalarm.feed())
        await meteoalarm.port(rig).alerts(meteoalarm.LISBON, TODAY, TODAY)
        rig.time.passes(minutes=40)
        rig.server.breaks(html_500)
        with pytest.raises(Unavailable, match="only an old answer"):
            await meteoalarm.port(rig).alerts(meteoalarm.LISBON, TODAY, TODAY)


async def world(*events: dict[str, Any], spot: Spot = gdacs.MANILA) -> tuple[Alert, ...]:
    async with rig_of(gdacs.WIRES[0].routes) as rig:
        rig.server.breaks(says(gdacs.listing(*events)))
        return (await gdacs.port(rig).alerts(spot, TODAY, TODAY)).alerts


@pytest.mark.parametrize(
    ("kind", "km", "near"),
    [
        ("TC", 390, True),
        ("TC", 410, False),
        ("EQ", 140, True),
        ("EQ", 160, False),
        ("VO", 140, True),
        ("WF", 90, True),
        ("WF", 110, False),
        ("DR", 10, False),
    ],
)
async def test_a_disaster_concerns_who_is_near_enough(kind: str, km: float, near: bool) -> None:
    north = (120.9842, 14.5995 + km / 111.2)

    assert bool(await world(gdacs.event(kind, at=north))) is near


async def test_a_flood_concerns_the_whole_country_however_far() -> None:
    here = gdacs.event("FL", at=(125.0, 7.0))
    there = gdacs.event("FL", at=gdacs.event()["geometry"]["coordinates"], affectedcountries=[])

    assert len(await world(here)) == 1
    assert await world(there) == ()


async def test_of_an_event_the_newest_report_counts_and_only_while_it_is_under_way() -> None:
    old = gdacs.event(datemodified="2026-11-22T01:00:00", alertlevel="Orange")
    new = gdacs.event(datemodified="2026-11-23T08:00:00", alertlevel="Red", iscurrent=True)
    over = gdacs.event("EQ", 7, iscurrent="false")
    [alert] = await world(old, new, over)

    assert alert.severity is Severity.EXTREME
    assert alert.id == "TC1001305"
    assert alert.ends == datetime(2026, 11, 25, 8, tzinfo=UTC)


async def test_a_busy_fortnight_is_read_page_by_page() -> None:
    """A hundred rows a page, newest first: an older event may have its row on the second one."""
    crowd = [gdacs.event("EQ", n, at=(0.0, 50.0)) for n in range(100)]
    async with rig_of(gdacs.WIRES[0].routes) as rig:
        pages = {"1": gdacs.listing(*crowd), "2": gdacs.listing(gdacs.event())}
        rig.server.serves(gdacs.ROUTE, lambda asked: pages[asked.query["pagenumber"]])
        found = (await gdacs.port(rig).alerts(gdacs.MANILA, TODAY, TODAY)).alerts

        assert [a.id for a in found] == ["TC1001305"]
        assert rig.asked == 2
    assert found[0].source.attribution == "GDACS (EC-JRC / UN OCHA), indicative only"


async def test_204_is_a_quiet_world() -> None:
    async with rig_of(gdacs.WIRES[0].routes) as rig:
        rig.server.breaks(says(Says(204)))

        assert (await gdacs.port(rig).alerts(gdacs.MANILA, TODAY, TODAY)).alerts == ()


async def test_the_link_of_an_event_may_be_a_plain_address_and_a_place_may_be_missing() -> None:
    plain = gdacs.event(url="https://www.gdacs.org/report.aspx?eventid=1")
    lost = gdacs.event("EQ", 9)
    lost["geometry"] = None
    [alert] = await world(plain, lost)

    assert alert.link == "https://www.gdacs.org/report.aspx?eventid=1"


async def test_a_warning_that_was_taken_back_does_not_hide_the_others() -> None:
    async with rig_of(openweather.WIRES[1].routes) as rig:
        ids = ["gone-1", "wa-1"]
        rig.server.serves(
            openweather.ROUTE,
            lambda asked: openweather.onecall(asked, [openweather.day(0, alerts=ids)]),
        )
        source = OpenWeatherAlerts(openweather.port(rig))
        found = (await source.alerts(openweather.TOKYO, TODAY, TODAY)).alerts

        assert [a.id for a in found] == ["wa-1"]
        assert rig.asked == 3


async def test_openweather_asks_for_each_warning_once_and_for_ten_at_most() -> None:
    async with rig_of(openweather.WIRES[1].routes) as rig:
        source = OpenWeatherAlerts(openweather.port(rig))
        [alert] = (await source.alerts(openweather.TOKYO, TODAY, TODAY)).alerts
        await source.alerts(openweather.TOKYO, TODAY, TODAY)
        twice = rig.asked
        ids = [f"wa-{n}" for n in range(30)] + ["../../secrets", 7, None]
        rig.server.serves(
            openweather.ROUTE,
            lambda asked: openweather.onecall(asked, [openweather.day(0, alerts=ids)]),
        )
        rig.cache.kept.clear()
        await source.alerts(openweather.TOKYO, TODAY, TODAY)

        assert twice == 2
        assert rig.asked == twice + 1 + 10
    assert (alert.issuer, alert.severity) == ("Japan Meteorological Agency", Severity.UNKNOWN)


class Forecast:
    """A Weather port with the days it is given, or none at all."""

    def __init__(self, *days: DayWeather, down: bool = False) -> None:
        self.days, self.down = list(days), down

    async def forecast(
        self, place: Point, timezone: str, first: date, last: date
    ) -> list[DayWeather]:
        if self.down:
            raise Unavailable("Sky", "down")
        return self.days


def sky(**said: Any) -> DayWeather:
    mild: dict[str, Any] = {"source": SOURCE, "day": TODAY, "typical": False}
    return DayWeather.model_validate(mild | {"tmax_c": 20.0, "tmin_c": 10.0} | said)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"gust_kmh": 75.0}, "Gusts up to 75 km/h"),
        ({"rain_mm": 41.0}, "41 mm of rain"),
        ({"snow_cm": 16.0}, "16 cm of new snow"),
        ({"tmax_c": 36.0, "feels_max_c": 39.0}, "It feels like 39 °C by day"),
        ({"tmin_c": -16.0}, "-16 °C at night"),
        ({"code": 96}, "Thunderstorms"),
        ({"gust_kmh": 74.0, "rain_mm": 39.0, "snow_cm": 14.0, "feels_max_c": 37.0}, ""),
        ({"typical": True, "tmax_c": 45.0}, ""),
    ],
)
async def test_our_own_warnings_say_that_they_are_not_official(
    said: dict[str, Any], words: str
) -> None:
    found = await Thresholds(Forecast(sky(**said))).alerts(meteoalarm.LISBON, TODAY, TODAY)

    assert [a.headline for a in found.alerts] == ([f"{words} ({OURS})"] if words else [])
    assert not any(a.official for a in found.alerts)


# --- everybody together ------------------------------------------------------------------------


class Issuer:
    """A source of warnings as a story needs it: with alerts, silent, or slow."""

    def __init__(
        self,
        name: str,
        *alerts: Alert,
        countries: str = "",
        silent: bool = False,
        slow: bool = False,
        note: str = "",
        lasting: bool = False,
    ) -> None:
        self.name, self.lasting = name, lasting
        self.found = Found(tuple(alerts), note)
        self.countries, self.silent, self.slow = countries.split(), silent, slow
        self.asked: list[Spot] = []

    def covers(self, country: str) -> bool:
        return not self.countries or country in self.countries

    async def alerts(self, spot: Spot, first: date, last: date) -> Found:
        self.asked.append(spot)
        if self.slow:
            await asyncio.Event().wait()
        if self.silent:
            raise Unavailable(self.name, "down")
        return self.found


def alert(id: str = "a", issuer: str = "A", **said: Any) -> Alert:
    values: dict[str, Any] = {
        "source": SOURCE.model_copy(update={"name": issuer}),
        "id": id,
        "event": "Wind",
        "severity": Severity.SEVERE,
        "onset": START + timedelta(hours=20),
        "ends": START + timedelta(hours=40),
        "headline": f"Wind {id}",
        "area": "Town",
        "official": True,
    }
    return Alert.model_validate(values | said)


async def asked(*national: Issuer, days: int = 3, **sources: Any) -> AlertReport:
    """What the router reports for a town in Portugal from today on."""
    where: Destination = destination(country="PT", timezone="Europe/Lisbon")
    router = AlertRouter(Time(), national=national, deadline_s=0.05, **sources)
    return await router.active(where, TODAY, TODAY + timedelta(days=days))


async def test_the_country_decides_who_is_asked() -> None:
    here, there = Issuer("here", countries="PT ES"), Issuer("there", countries="US")
    everywhere, standin = Issuer("everywhere"), Issuer("standin")
    report = await asked(here, there, worldwide=[everywhere], standins=[standin])

    assert report.checked == ("here", "everywhere")
    assert not there.asked and not standin.asked
    assert report.silent == () and report.alerts == ()


async def test_where_nobody_speaks_for_the_country_the_standin_does() -> None:
    there, standin = Issuer("there", countries="US"), Issuer("standin", alert())
    report = await asked(there, standins=[standin])

    assert report.checked == ("standin",)
    assert len(report.alerts) == 1


@pytest.mark.parametrize("trouble", ["silent", "slow"])
async def test_who_says_nothing_is_named_and_the_others_are_heard(trouble: str) -> None:
    lost = Issuer("lost", countries="PT", **{trouble: True})  # type: ignore[arg-type]
    report = await asked(lost, worldwide=[Issuer("B", alert(issuer="B"))])

    assert report.silent == ("lost",)
    assert report.checked == ("B",)
    assert [a.id for a in report.alerts] == ["a"]


async def test_the_standin_is_asked_when_the_countrys_own_is_silent() -> None:
    lost = Issuer("lost", countries="PT", silent=True)
    report = await asked(lost, standins=[Issuer("standin", alert())])

    assert report.silent == ("lost",) and report.checked == ("standin",)
    assert len(report.alerts) == 1


async def test_each_warning_is_told_once_gravest_first_and_ours_last() -> None:
    moderate = alert("m", severity=Severity.MODERATE)
    extreme = alert("x", severity=Severity.EXTREME)
    ours = alert("o", official=False, severity=Severity.EXTREME)
    twin = alert("m", issuer="B", severity=Severity.MODERATE)
    report = await asked(
        Issuer("A", moderate, extreme, moderate), Issuer("B", twin), worldwide=[Issuer("C", ours)]
    )

    told = [(a.source.name, a.id) for a in report.alerts]
    assert told == [("A", "x"), ("A", "m"), ("B", "m"), ("A", "o")]


async def test_what_an_update_replaces_and_what_is_over_is_not_told() -> None:
    first = alert("1")
    update = alert("2", references=frozenset({"1"}))
    over = alert("3", onset=START - timedelta(hours=5), ends=START)
    taken_back = alert("4", ends=START, references=frozenset({"5"}))
    report = await asked(Issuer("A", first, update, over, taken_back, alert("5")))

    assert [a.id for a in report.alerts] == ["2"]


async def test_a_warning_for_other_days_is_not_told_but_a_disaster_is() -> None:
    later = alert("later", onset=START + timedelta(days=5), ends=START + timedelta(days=6))
    quake = alert("quake", onset=START - timedelta(days=1), ends=START + timedelta(hours=2))
    where = destination(country="PT", timezone="Europe/Lisbon")
    router = AlertRouter(
        Time(),
        national=[Issuer("A", later, quake)],
        worldwide=[Issuer("B", quake.model_copy(update={"id": "world"}), lasting=True)],
    )
    report = await router.active(where, TODAY + timedelta(days=2), TODAY + timedelta(days=3))

    assert [a.id for a in report.alerts] == ["world"]


async def test_names_zones_and_language_reach_the_source_and_notes_come_back() -> None:
    source = Issuer("A", note="3 warnings elsewhere")
    where = destination(country="PT", timezone="Europe/Lisbon", name="Porto", local_name="Porto")
    router = AlertRouter(
        Time(),
        national=[source],
        names=lambda id: ("Oporto", "Porto", "Norte"),
        zones=lambda id: ("PT101",),
    )
    report = await router.active(where, TODAY, TODAY, "pt")

    assert source.asked[0].names == ("Porto", "Oporto", "Norte")
    assert source.asked[0].zones == ("PT101",) and source.asked[0].language == "pt"
    assert report.notes == ("3 warnings elsewhere",)


async def test_real_sources_together_for_a_windy_weekend_in_lisbon() -> None:
    """MeteoAlarm warns, GDACS is broken, the forecast has gusts: all three are told apart."""
    routes = {**meteoalarm.WIRES[0].routes, **gdacs.WIRES[0].routes}
    where = destination(
        country="PT", timezone="Europe/Lisbon", name="Lisbon", center=meteoalarm.LISBON.point
    )
    async with rig_of(routes) as rig:
        rig.server.breaks(lambda good: Says(500), "gdacs")
        router = AlertRouter(
            rig.time,
            national=[meteoalarm.port(rig)],
            worldwide=[gdacs.port(rig), Thresholds(Forecast(sky(gust_kmh=88.0)))],
            names=lambda id: ("Lisboa",),
            deadline_s=5.0,
        )
        report = await router.active(where, TODAY, TODAY + timedelta(days=2))

    assert [a.official for a in report.alerts] == [True, False]
    assert report.silent == ("GDACS",)
    assert report.checked == ("MeteoAlarm", "the forecast")
