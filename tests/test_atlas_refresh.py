"""Refreshing the atlas: what providers say goes into the file, what is odd does not."""

from __future__ import annotations

import argparse
import difflib
import io
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.travel.atlas import sources
from adapters.travel.atlas.refresh.asking import Meter, NoCache
from adapters.travel.atlas.refresh.sheet import Sheet, flow
from adapters.travel.atlas.schema import DestinationFile, Poi
from adapters.travel.http import ProviderClient
from bot.cli import _parser
from bot.refresh_command import EXIT_INCOMPLETE, EXIT_REJECTED, refresh
from bot.settings import Settings
from core.errors import Misconfigured
from tests.fake_open_data import (
    ADDRESSES,
    ARCHIVE,
    OVERPASS,
    WIKIDATA,
    FakeOpenData,
    entity,
    statement,
    way,
)
from tests.fake_open_meteo import HTML_500, Says, Time, refusal
from tools.atlas_checks import problems_of

ORIGINAL = Path(str(sources.destination_files()[0])).parent / "lisbon.yaml"
TODAY = date(2026, 11, 23)
CUT = Says(200, b'{"latitude": 38.74, "daily": {"time": ["2016-')


class Desk:
    """An operator's desk: a copy of Lisbon's file, the three providers, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "lisbon.yaml"
        shutil.copy(ORIGINAL, self.file)
        self.before = self.file.read_text("utf-8")
        self.world = FakeOpenData()
        self.time = Time()
        self.said = ""

    def refresh(self, fields: str, *more: str, contact: str = "ops@example.org") -> int:
        """`caravan atlas refresh --destination lisbon --fields ...`; returns the exit code."""
        out = io.StringIO()
        words = ["atlas", "refresh", "--destination", "lisbon", "--fields", fields]
        code = refresh(
            _parser().parse_args([*words, "--folder", str(self.file.parent), *more]),
            Settings(CARAVAN_CONTACT=contact),
            client=self.client(contact),
            clock=self.time,
            sleep=self.time.sleep,
            steady=self.time.steady,
            addresses=ADDRESSES,
            out=out,
        )
        self.said = out.getvalue()
        return code

    def client(self, contact: str) -> ProviderClient:
        return ProviderClient(
            NoCache(),
            self.time,
            user_agent=f"Caravan/0.1.0 (+{contact})",
            transport=self.world.transport,
            retries=0,
            per_second=1.0,
            sleep=self.time.sleep,
            steady=self.time.steady,
        )

    @property
    def now(self) -> DestinationFile:
        return sources.read_destination(self.file)

    @property
    def untouched(self) -> bool:
        return self.file.read_text("utf-8") == self.before

    def poi(self, id: str) -> Poi:
        return next(poi for poi in self.now.pois if poi.id == id)

    def changed_lines(self) -> list[str]:
        diff = difflib.ndiff(self.before.splitlines(), self.file.read_text("utf-8").splitlines())
        return [line for line in diff if line.startswith(("- ", "+ "))]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# Climate: ten years of days become twelve months.


def test_ten_years_of_days_become_months_with_their_source(desk: Desk) -> None:
    assert desk.refresh("climate") == 0

    climate = desk.now.climate
    assert climate.tmax_c == tuple(desk.world.warmth)
    assert climate.tmin_c == tuple(high - 8 for high in desk.world.warmth)
    # Seven wet days (1, 6, ... 31) of 20 mm in January, and 24 of 0.2 mm, which are dry.
    assert (climate.rain_days[0], climate.rain_mm[0]) == (7, 145)
    assert climate.rain_mm[6] == 12  # 7 * 1 mm + 24 * 0.2 mm, to 1 mm as it is little
    assert climate.sun_h[0] == 155
    [told] = [p for p in desk.now.provenance if p.field == "climate"]
    assert (told.method, told.licence, told.retrieved) == ("api", "CC-BY-4.0", TODAY)
    assert told.url is not None
    assert told.url.startswith("https://archive-api.open-meteo.com/v1/archive?latitude=38.7078")
    assert problems_of(desk.now, "lisbon") == []


def test_the_sea_stays_and_says_that_it_is_older(desk: Desk) -> None:
    before = desk.now.climate.sea_c

    desk.refresh("climate")

    assert desk.now.climate.sea_c == before
    [told] = [p for p in desk.now.provenance if p.field == "climate.sea_c"]
    assert told.method == "model_knowledge"


def test_all_other_lines_of_the_file_stay_as_they_are(desk: Desk) -> None:
    desk.refresh("climate")

    removed = [line.split(":")[0].strip("- ") for line in desk.changed_lines() if line[0] == "-"]
    assert set(removed) <= {"tmax_c", "tmin_c", "rain_mm", "rain_days", "sun_h", "{field"}
    assert len(desk.changed_lines()) <= 14


def test_the_archive_is_asked_for_whole_years_with_a_contact(desk: Desk) -> None:
    desk.refresh("climate")

    [asked] = desk.world.asked[ARCHIVE]
    assert (asked["start_date"], asked["end_date"]) == ("2016-01-01", "2025-12-31")
    assert asked["timezone"] == "auto"
    assert desk.world.user_agents == ["Caravan/0.1.0 (+ops@example.org)"]


def test_what_was_refreshed_this_month_is_asked_again_only_on_request(desk: Desk) -> None:
    desk.refresh("climate")
    desk.refresh("climate")
    assert "less than 30 days ago" in desk.said
    assert len(desk.world.asked[ARCHIVE]) == 1

    desk.refresh("climate", "--again")

    assert len(desk.world.asked[ARCHIVE]) == 2
    assert [p.field for p in desk.now.provenance].count("climate.sea_c") == 1


def test_a_dry_run_shows_the_diff_and_writes_nothing(desk: Desk) -> None:
    assert desk.refresh("climate", "--dry-run") == 0

    assert "+  tmax_c: [15, 16, 18, 20, 23, 26, 29, 29, 27, 23, 18, 15]" in desk.said
    assert "1 would change" in desk.said
    assert desk.untouched


IMPLAUSIBLE = {
    "a southern summer": ({"warmth": [29, 29, 27, 23, 18, 15, 15, 16, 18, 20, 23, 26]}, "July is"),
    "a mountain top": ({"warmth": [5, 6, 8, 10, 13, 16, 19, 19, 17, 13, 8, 5]}, "altitude"),
    "sun at night": ({"sun_h": [14.0] * 12}, "hours of sun"),
    "a month under water": ({"rain_mm": [900.0] * 12}, "mm of rain"),
}


@pytest.mark.parametrize("odd", IMPLAUSIBLE)
def test_an_implausible_climate_changes_nothing_and_says_why(desk: Desk, odd: str) -> None:
    months, why = IMPLAUSIBLE[odd]
    for name, values in months.items():
        setattr(desk.world, name, values)

    assert desk.refresh("climate") == EXIT_INCOMPLETE

    assert desk.untouched
    assert "refused climate: " in desk.said and why in desk.said


UNUSABLE = {
    "HTML 500": (HTML_500, "HTTP 500"),
    "cut JSON": (CUT, "not JSON"),
    "an error with status 200": (Says(200, {"error": True, "reason": "Cannot"}), "Cannot"),
    "no days": (Says(200, {"daily": {"time": []}, "daily_units": {}}), "no days"),
    "a list": (Says(200, []), "not an archive"),
}


@pytest.mark.parametrize("fault", UNUSABLE)
def test_an_archive_that_fails_changes_nothing_and_is_named(desk: Desk, fault: str) -> None:
    answer, why = UNUSABLE[fault]
    desk.world.always[ARCHIVE] = answer

    assert desk.refresh("climate") == EXIT_INCOMPLETE

    assert desk.untouched
    assert "Open-Meteo: " in desk.said and why in desk.said
    assert len(desk.world.asked[ARCHIVE]) == 4
    assert all(seconds >= 30 for seconds in desk.time.slept if seconds > 1)


def test_fahrenheit_is_noticed(desk: Desk) -> None:
    good = desk.world.archive({"start_date": "2016-01-01", "end_date": "2025-12-31"})
    good["daily_units"]["temperature_2m_max"] = "°F"
    desk.world.always[ARCHIVE] = Says(200, good)

    assert desk.refresh("climate") == EXIT_INCOMPLETE

    assert "temperature_2m_max is not in °C" in desk.said
    assert desk.untouched


def test_two_missing_years_are_too_many_and_a_missing_week_is_not(desk: Desk) -> None:
    desk.world.gaps = 730
    assert desk.refresh("climate") == EXIT_INCOMPLETE
    assert "lacks too many days of month 1" in desk.said

    desk.world.gaps = 7
    assert desk.refresh("climate") == 0


def test_a_full_minute_is_waited_for(desk: Desk) -> None:
    reason = "Minutely API request limit exceeded. Please try again in one minute."
    desk.world.plays(ARCHIVE, refusal(429, reason))

    assert desk.refresh("climate") == 0

    assert 60 in desk.time.slept
    assert desk.now.climate.tmax_c == tuple(desk.world.warmth)


def test_a_full_day_is_not_waited_for(desk: Desk) -> None:
    reason = "Daily API request limit exceeded. Please try again tomorrow."
    desk.world.plays(ARCHIVE, refusal(429, reason))

    assert desk.refresh("climate") == EXIT_INCOMPLETE

    assert len(desk.world.asked[ARCHIVE]) == 1
    assert "Daily API request limit" in desk.said


def test_a_question_that_is_wrong_is_not_asked_twice(desk: Desk) -> None:
    desk.world.plays(ARCHIVE, refusal(400, "Parameter 'start_date' is out of allowed range"))

    assert desk.refresh("climate") == EXIT_INCOMPLETE

    assert len(desk.world.asked[ARCHIVE]) == 1


def test_free_calls_are_counted_by_their_weight() -> None:
    now = [0.0]
    meter = Meter(((600, 60.0), (1_000, 3_600.0)), lambda: now[0])
    for _ in range(5):
        assert meter.wait_s(104) == 0
        meter.spend(104)
    assert meter.wait_s(104) == 60
    now[0] = 60.0
    assert meter.wait_s(104) == 0
    for _ in range(4):
        meter.spend(104)

    # Nine calls of 104 are in the hour: the tenth has to wait for the first to leave it.
    assert meter.wait_s(104) == 3_540


# The map: opening hours, fees and places.


def tower(**tags: str) -> dict[str, Any]:
    """Belém Tower on the map, where our file has it."""
    named = {"name": "Torre de Belém", "wikidata": "Q215003", "historic": "castle"} | tags
    return way(23_456, 38.69158, -9.21598, **named)


def test_opening_hours_come_from_the_map_with_source_and_licence(desk: Desk) -> None:
    desk.world.elements = [tower(opening_hours="Tu-Su 09:30-17:30; PH off")]

    assert desk.refresh("opening") == 0

    poi = desk.poi("belem-tower")
    assert (poi.opening, poi.opening_confidence) == ("Tu-Su 09:30-17:30; PH off", "medium")
    assert (poi.prov.method, poi.prov.licence, poi.prov.retrieved) == ("api", "ODbL-1.0", TODAY)
    assert poi.prov.url == "https://www.openstreetmap.org/way/23456"
    assert poi.prov.sources == ("curator", "osm (opening)")
    assert problems_of(desk.now, "lisbon") == []
    assert len(desk.changed_lines()) == 4


def test_a_sight_without_an_id_is_found_by_its_name_nearby(desk: Desk) -> None:
    near, far = (38.7111, -9.1277), (38.7400, -9.1277)
    name = {"name": "MUSEU DO FADO"}
    desk.world.elements = [
        way(1, *far, opening_hours="Mo 10:00-12:00", **name),
        way(2, *near, opening_hours="Tu-Su 11:00-19:00", **name),
    ]

    desk.refresh("opening")

    assert desk.poi("fado-museum").opening == "Tu-Su 11:00-19:00"


def test_a_namesake_with_another_id_is_not_taken(desk: Desk) -> None:
    desk.world.elements = [tower(opening_hours="Mo 10:00-20:00", wikidata="Q1")]

    desk.refresh("opening")

    assert desk.untouched
    assert "not found on the map" in desk.said and "belem-tower" in desk.said


ODD_HOURS = {
    "not the syntax": ("every day until late", "is not OSM syntax"),
    "hardly ever open": ("Jan 01 10:00-11:00", "hardly ever open"),
}


@pytest.mark.parametrize("odd", ODD_HOURS)
def test_hours_nobody_can_plan_with_are_refused(desk: Desk, odd: str) -> None:
    hours, why = ODD_HOURS[odd]
    desk.world.elements = [tower(opening_hours=hours)]

    assert desk.refresh("opening") == EXIT_INCOMPLETE

    assert desk.untouched
    assert "refused belem-tower: opening" in desk.said and why in desk.said


def test_a_refused_change_does_not_stop_the_others(desk: Desk) -> None:
    desk.world.elements = [
        tower(opening_hours="late"),
        way(2, 38.7111, -9.1277, name="Museu do Fado", opening_hours="Tu-Su 11:00-19:00"),
    ]

    assert desk.refresh("opening") == EXIT_INCOMPLETE

    assert desk.poi("fado-museum").opening == "Tu-Su 11:00-19:00"
    assert desk.poi("belem-tower").prov.method == "model_knowledge"
    assert "lisbon: 1 changed, 1 refused" in desk.said


FEES = {
    "free": ({"fee": "no"}, {"currency": "EUR", "adult": 0.0, "book_ahead": False}),
    "a charge": ({"charge": "9,50 EUR"}, {"currency": "EUR", "adult": 9.5, "book_ahead": True}),
    "a charge in euros": ({"charge": "9€"}, {"currency": "EUR", "adult": 9.0, "book_ahead": True}),
    "a charge in other money": ({"charge": "9 USD"}, None),
    "only that there is one": ({"fee": "yes"}, None),
}


@pytest.mark.parametrize("told", FEES)
def test_a_fee_is_taken_where_the_map_is_clear(desk: Desk, told: str) -> None:
    tags, ticket = FEES[told]
    desk.world.elements = [tower(**tags)]

    assert desk.refresh("fee") == 0

    now = desk.poi("belem-tower").ticket
    if ticket is None:
        assert desk.untouched
    else:
        assert now is not None and now.model_dump() == ticket


def test_a_free_sight_that_costs_something_has_no_known_price(desk: Desk) -> None:
    desk.world.elements = [
        way(5, 38.7145, -9.1597, name="Jardim da Estrela", fee="yes"),
    ]

    desk.refresh("fee")

    assert desk.poi("jardim-da-estrela").ticket is None


def test_a_sight_moves_a_little_but_not_across_the_town(desk: Desk) -> None:
    moved = tower() | {"center": {"lat": 38.69200, "lon": -9.21600}}
    desk.world.elements = [moved]
    assert desk.refresh("coordinates") == 0
    assert desk.poi("belem-tower").point.lat == 38.692

    desk.world.elements = [tower() | {"center": {"lat": 38.7200, "lon": -9.1700}}]
    assert desk.refresh("coordinates") == EXIT_INCOMPLETE

    assert "km from what is written" in desk.said
    assert desk.poi("belem-tower").point.lat == 38.692


def test_two_sights_on_one_spot_are_refused(desk: Desk) -> None:
    monastery = desk.poi("jeronimos-monastery").point
    desk.world.elements = [tower() | {"center": {"lat": monastery.lat, "lon": monastery.lon}}]

    assert desk.refresh("coordinates") == EXIT_INCOMPLETE

    assert "less than 20 m apart" in desk.said
    assert desk.untouched


def test_the_map_is_asked_in_small_questions_one_at_a_time(desk: Desk) -> None:
    desk.refresh("opening,coordinates,fee")

    pois = len(desk.now.pois)
    assert len(desk.world.asked[OVERPASS]) == -(-pois // 8)
    assert desk.world.most_at_once == 1
    first = desk.world.asked[OVERPASS][0]["data"]
    assert first.startswith("[out:json][timeout:60];(") and first.endswith(");out center tags;")
    assert 'nwr["wikidata"="Q215003"](around:5000,38.69158,-9.21598);' in first
    assert all(len(asked["data"]) < 6_000 for asked in desk.world.asked[OVERPASS])


NO_MAP = {
    "out of time": (
        Says(200, {"elements": [], "remark": "runtime error: Query timed out in ..."}),
        "partial",
    ),
    "HTML 504": (Says(504, b"<html>Gateway", {"content-type": "text/html"}), "HTTP 504"),
    "HTML 500": (HTML_500, "HTTP 500"),
    "HTML with status 200": (Says(200, b"<html>", {"content-type": "text/html"}), "not JSON"),
    "cut JSON": (Says(200, b'{"elements": [{"type": "way"'), "not JSON"),
    "429": (Says(429, b"", {"content-type": "text/html"}), "left alone"),
}


@pytest.mark.parametrize("fault", NO_MAP)
def test_a_map_that_fails_is_an_outage_and_no_empty_map(desk: Desk, fault: str) -> None:
    answer, why = NO_MAP[fault]
    desk.world.always[OVERPASS] = answer

    assert desk.refresh("opening,fee") == EXIT_INCOMPLETE

    assert desk.untouched
    assert "Overpass: " in desk.said and why in desk.said
    assert "not found on the map" not in desk.said


def test_after_a_refusal_the_map_is_left_alone_for_half_a_minute(desk: Desk) -> None:
    desk.world.plays(OVERPASS, Says(429, b"", {"content-type": "text/html"}))
    desk.world.elements = [tower(opening_hours="Tu-Su 09:30-17:30")]

    assert desk.refresh("opening") == 0

    assert max(desk.time.slept) >= 30
    assert desk.poi("belem-tower").opening == "Tu-Su 09:30-17:30"


def test_one_provider_down_does_not_stop_the_others(desk: Desk) -> None:
    desk.world.always[OVERPASS] = HTML_500
    desk.world.entities = {"Q215003": entity("Q215003", website="https://www.torrebelem.pt/")}

    assert desk.refresh("climate,opening,website") == EXIT_INCOMPLETE

    assert desk.now.climate.tmax_c == tuple(desk.world.warmth)
    assert desk.poi("belem-tower").website == "https://www.torrebelem.pt/"


# Wikidata: coordinates, names, websites.


def test_a_place_the_map_does_not_know_comes_from_wikidata(desk: Desk) -> None:
    desk.world.entities = {"Q215003": entity("Q215003", point=(38.6922, -9.2161))}

    assert desk.refresh("coordinates") == 0

    poi = desk.poi("belem-tower")
    assert (poi.point.lat, poi.point.lon) == (38.6922, -9.2161)
    assert (poi.prov.licence, poi.prov.url) == ("CC0-1.0", "https://www.wikidata.org/wiki/Q215003")


def test_without_the_map_no_place_is_moved(desk: Desk) -> None:
    desk.world.always[OVERPASS] = HTML_500
    desk.world.entities = {"Q215003": entity("Q215003", point=(38.6922, -9.2161))}

    assert desk.refresh("coordinates") == EXIT_INCOMPLETE

    assert desk.untouched


def test_what_is_from_the_map_stays_under_the_licence_of_the_map(desk: Desk) -> None:
    desk.world.elements = [tower(opening_hours="Tu-Su 09:30-17:30")]
    desk.world.entities = {"Q215003": entity("Q215003", website="https://www.torrebelem.pt/")}

    desk.refresh("opening,website")

    prov = desk.poi("belem-tower").prov
    assert prov.sources == ("curator", "osm (opening)", "wikidata (website)")
    assert (prov.licence, prov.url) == ("ODbL-1.0", "https://www.openstreetmap.org/way/23456")


def test_a_local_name_fills_a_gap_and_replaces_nothing(desk: Desk) -> None:
    text = desk.before.replace("{en: Belém Tower, local: Torre de Belém}", "{en: Belém Tower}")
    desk.file.write_text(text, "utf-8")
    desk.world.entities = {"Q215003": entity("Q215003", labels={"pt": "Torre de Belém"})}

    assert desk.refresh("names") == 0

    assert desk.poi("belem-tower").name.local == "Torre de Belém"
    assert desk.world.asked[WIKIDATA][0]["languages"] == "pt"
    desk.world.entities = {"Q215003": entity("Q215003", labels={"pt": "Torre de São Vicente"})}
    desk.refresh("names")
    assert desk.poi("belem-tower").name.local == "Torre de Belém"


def test_the_preferred_value_counts_and_of_several_equal_ones_none(desk: Desk) -> None:
    old, new = (
        {"value": f"https://www.{year}.torrebelem.pt/", "type": "string"} for year in (1998, 2026)
    )
    item = entity("Q215003")
    item["claims"]["P856"] = [statement(old), statement(new)]
    desk.world.entities = {"Q215003": item}
    desk.refresh("website")
    assert desk.untouched

    item["claims"]["P856"] = [statement(old), statement(new, "preferred")]
    desk.refresh("website")

    assert desk.poi("belem-tower").website == "https://www.2026.torrebelem.pt/"


def test_coordinates_on_the_moon_are_not_taken(desk: Desk) -> None:
    desk.world.entities = {"Q215003": entity("Q215003", point=(38.6922, -9.2161), globe="Q405")}

    desk.refresh("coordinates")

    assert desk.untouched


def test_servers_that_lag_are_given_time(desk: Desk) -> None:
    lag = {"error": {"code": "maxlag", "info": "Waiting for wdqs1: 6 seconds lagged."}}
    desk.world.plays(WIKIDATA, Says(200, lag))
    desk.world.entities = {"Q215003": entity("Q215003", website="https://www.torrebelem.pt/")}

    assert desk.refresh("website") == 0

    assert 30 in desk.time.slept
    assert desk.poi("belem-tower").website == "https://www.torrebelem.pt/"


NO_FACTS = {
    "429": (Says(429, b"", {"retry-after": "86400"}), "HTTP 429"),
    "HTML 500": (HTML_500, "HTTP 500"),
    "cut JSON": (Says(200, b'{"entities": {'), "not JSON"),
    "an error with status 200": (Says(200, {"error": {"code": "no-such-entity"}}), "no-such"),
    "something else": (Says(200, {"batchcomplete": True}), "no items"),
}


@pytest.mark.parametrize("fault", NO_FACTS)
def test_wikidata_that_fails_changes_nothing_and_is_named(desk: Desk, fault: str) -> None:
    answer, why = NO_FACTS[fault]
    desk.world.always[WIKIDATA] = answer

    assert desk.refresh("names,website") == EXIT_INCOMPLETE

    assert desk.untouched
    assert "Wikidata: " in desk.said and why in desk.said


# The command.


def test_without_a_contact_nobody_is_asked(desk: Desk) -> None:
    with pytest.raises(Misconfigured, match="CARAVAN_CONTACT"):
        desk.refresh("climate", contact="")

    assert not desk.world.asked


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--fields", "climate,tides"], "--fields: tides"),
        (["--destination", "atlantis"], "there is no atlantis"),
        (["--fields", ","], "--fields: none"),
    ],
)
def test_what_cannot_be_asked_is_said(
    desk: Desk, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert desk.refresh("climate", *words) == EXIT_REJECTED

    assert told in capsys.readouterr().err
    assert not desk.world.asked


def test_a_file_that_is_broken_already_is_named_and_left(desk: Desk) -> None:
    desk.file.write_text(desk.before.replace("kind: city", "kind: galaxy"), "utf-8")

    assert desk.refresh("climate") == EXIT_INCOMPLETE

    assert "kind" in desk.said
    assert not desk.world.asked


def test_an_old_problem_does_not_stop_a_refresh(desk: Desk) -> None:
    """Only problems that a change brings count: the file may wait for its author otherwise."""
    desk.file.write_text(desk.before.replace("km: 8,", "km: 80,"), "utf-8")

    assert desk.refresh("climate") == 0

    assert desk.now.climate.tmax_c == tuple(desk.world.warmth)


def test_the_command_line_knows_the_words_of_the_manual() -> None:
    words = "atlas refresh --destination lisbon --fields climate,opening,coordinates --dry-run"
    arguments: argparse.Namespace = _parser().parse_args(words.split())

    assert (arguments.command, arguments.action, arguments.dry_run) == ("atlas", "refresh", True)


# The sheet: one value changes, all other text stays.

BLOCK = "# a list\npois:\n  - id: a  # the first\n    name: {en: A}\n\n    tags: [x]\n  - {id: b}\n"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("pois", 0, "id"), "c", "  - id: c  # the first\n"),
        (("pois", 0, "name", "local"), "É: x", '    name: {en: A, local: "É: x"}\n'),
        (("pois", 0, "website"), "https://a.pt/", '    website: "https://a.pt/"\n    tags: [x]\n'),
        (("pois", 1, "opening"), 'say "no"', '  - {id: b, opening: "say \\"no\\""}\n'),
        (("pois", 0, "tags"), ["no", "x-y"], '    tags: ["no", x-y]\n'),
        (("pois", 0, "tags", 0), None, "    tags: [null]\n"),
    ],
)
def test_a_value_is_put_where_it_belongs(path: Sequence[Any], value: object, told: str) -> None:
    sheet = Sheet(BLOCK)

    text = sheet.with_edits([sheet.put(tuple(path), value)])

    assert told in text
    found = yaml.safe_load(text)
    for key in path:
        found = found[key]
    assert found == value
    assert text.count("\n") - BLOCK.count("\n") in (0, 1)


def test_a_value_of_many_lines_is_left_alone() -> None:
    with pytest.raises(KeyError):
        Sheet(BLOCK).put(("pois", 0), {"id": "c"})


@pytest.mark.parametrize(
    "value",
    [
        "on",
        "2026-11-23",
        "a, b",
        "Tu-Su 10:00-17:30",
        "#1",
        "'",
        "\\",
        "",
        "7",
        "null",
        "日本",
        "ÿ",
    ],
)
def test_text_comes_back_as_it_went_in(value: str) -> None:
    back = yaml.safe_load(f"{{a: {flow(value)}}}")["a"]

    assert str(back) == value


@pytest.mark.parametrize("file", sources.destination_files()[::9], ids=lambda f: f.name)
def test_every_layout_of_the_files_can_be_edited(file: Path) -> None:
    """All edits a refresh makes, on files of several authors; the text says exactly that."""
    text = file.read_text("utf-8")
    content = yaml.safe_load(text)
    sheet = Sheet(text)
    edits = [sheet.put(("climate", "tmax_c"), list(range(12)))]
    content["climate"]["tmax_c"] = list(range(12))
    for number, poi in enumerate(content["pois"]):
        poi["point"] = {"lat": 1.5, "lon": -2.25}
        poi["website"] = f"https://example.org/{number}"
        edits += [sheet.put(("pois", number, key), poi[key]) for key in ("point", "website")]
    content["provenance"].insert(0, {"field": "x"})
    edits.append(sheet.add_line(("provenance",), {"field": "x"}))

    assert yaml.safe_load(sheet.with_edits(edits)) == content
