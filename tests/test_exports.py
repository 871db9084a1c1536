"""A trip as files, read back by other people's libraries and opened in a real browser."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from struct import unpack

import gpxpy
import pytest
from ical.calendar_stream import IcsCalendarStream

from adapters.exports.registry import FORMATS, FileExporter
from adapters.exports.sketch import Frame
from adapters.exports.strokes import GLYPHS, drawable, path
from core.errors import Rejected
from core.exports import Exported, ExportFacts
from core.itinerary import stages
from core.itinerary.build import build
from core.travel import Confidence, CountryFacts, Phrase, Point, Source
from core.trips import Plan, StopKind, Trip
from core.wishes import Pace, Wish
from tests.browser import chromium, needs_chromium
from tests.test_towns import problems
from tests.town import SOURCE, random_problem

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would like lxml
    from fastkml import kml as fastkml

NOW = datetime(2030, 1, 2, 9, 30, tzinfo=UTC)
HOSTILE = "<script>alert('x')</script> & “Ünï” \u202eevil\u0000\u0007 مسجد 東京 🗼"
PORTUGAL = CountryFacts(
    source=Source(name="Test atlas", fetched_at=NOW, confidence=Confidence.CURATED),
    code="PT", name="Portugal", currency="EUR", plug_types=("C", "F"), voltage=230,
    drive_side="right", emergency={"all": "112"}, tipping="", tap_water="Safe.",
    languages=("Portuguese",), visa_note_url="https://vistos.mne.gov.pt/en/",
    phrases=(Phrase(meaning="thank you", local="obrigado", say="oh-bree-GAH-doo"),),
)  # fmt: skip


def trip_of(plan: Plan, title: str = "Town, in spring") -> Trip:
    return Trip(
        id="trip-1", conversation="c", owner="ana", title=title, wish=Wish(), plan=plan, version=3,
        status="planned", created_at=NOW, updated_at=NOW,
    )  # fmt: skip


@cache
def one_town() -> tuple[Trip, ExportFacts]:
    asked = random_problem(5, count=22, length=4, flights=True)
    plan = build(asked, iterations=10)
    return trip_of(plan), ExportFacts({"PT": PORTUGAL}, asked.sights)


@cache
def two_towns() -> tuple[Trip, ExportFacts]:
    asked, ways = problems(3)
    plans = [build(each, iterations=5) for each in asked]
    sights = {**asked[0].sights, **asked[1].sights}
    return trip_of(stages.join(plans, ways, None)), ExportFacts({"PT": PORTUGAL}, sights)


@cache
def hostile() -> tuple[Trip, ExportFacts]:
    """Names as somebody could put them into an open database."""
    asked = random_problem(7, count=14, length=2, pace=Pace.RELAXED)
    sights = {
        id: s.model_copy(update={"name": HOSTILE, "local_name": HOSTILE}) for id, s in
        asked.sights.items()
    }  # fmt: skip
    from dataclasses import replace

    plan = build(replace(asked, sights=sights), iterations=3)
    return trip_of(plan, HOSTILE), ExportFacts({}, sights)


TRIPS = [one_town, two_towns, hostile]
every_trip = pytest.mark.parametrize("made", TRIPS, ids=lambda made: made.__name__)


def written(format: str, made: tuple[Trip, ExportFacts]) -> Exported:
    return FileExporter().export(format, *made, NOW)


def plan_of(trip: Trip) -> Plan:
    assert trip.plan is not None
    return trip.plan


@every_trip
@pytest.mark.parametrize("format", FORMATS)
def test_every_trip_becomes_a_file_with_a_name_that_file_systems_take(format: str, made) -> None:
    file = written(format, made())

    assert file.body
    assert file.name.isascii() and "/" not in file.name
    assert file.name.endswith(f".{format}")


def test_a_trip_without_a_plan_is_refused_in_words() -> None:
    bare = one_town()[0].model_copy(update={"plan": None})

    with pytest.raises(Rejected, match="no plan yet"):
        FileExporter().export("gpx", bare, ExportFacts(), NOW)


@every_trip
def test_gpx_is_read_back_with_every_visit_and_a_route_a_day(made) -> None:
    trip, facts = made()
    plan = plan_of(trip)

    found = gpxpy.parse(written("gpx", (trip, facts)).body.decode())

    assert found.version == "1.1"
    assert len(found.waypoints) == len(plan.visits())
    for point, stop in zip(found.waypoints, plan.visits(), strict=True):
        assert point.latitude == pytest.approx(stop.point.lat, abs=1e-5)
        assert point.longitude == pytest.approx(stop.point.lon, abs=1e-5)
        assert point.time == stop.start.astimezone(UTC)
        assert point.name.replace("\x00", "").strip()
    days = [d for d in plan.days if any(s.kind is StopKind.VISIT for s in d.stops)]
    assert [len(route.points) for route in found.routes] == [
        sum(s.kind is StopKind.VISIT for s in day.stops) for day in days
    ]


@every_trip
def test_kml_is_read_back_with_a_folder_a_day(made) -> None:
    trip, facts = made()
    plan = plan_of(trip)

    found = fastkml.KML.from_string(written("kml", (trip, facts)).body.decode())

    [top] = found.features
    assert len(top.features) == len(plan.days)
    marks = [
        m for folder in top.features for m in folder.features if m.geometry.geom_type == "Point"
    ]
    assert len(marks) == len(plan.visits())
    for mark, stop in zip(marks, plan.visits(), strict=True):
        assert mark.geometry.x == pytest.approx(stop.point.lon, abs=1e-5)
        assert mark.geometry.y == pytest.approx(stop.point.lat, abs=1e-5)


@every_trip
def test_a_strict_parser_takes_the_calendar(made) -> None:
    trip, facts = made()
    plan = plan_of(trip)

    found = IcsCalendarStream.calendar_from_ics(written("ics", (trip, facts)).body.decode())

    stops = [stop for day in plan.days for stop in day.stops]
    assert len(found.events) == len(stops)
    for event, stop in zip(sorted(found.events, key=lambda e: e.dtstart), stops, strict=True):
        assert event.dtstart == stop.start and event.dtend == stop.end
        assert event.sequence == 3
    assert len({event.uid for event in found.events}) == len(stops)
    zones = {str(stop.start.tzinfo) for stop in stops}
    assert {zone.tz_id for zone in found.timezones} == zones


def test_json_holds_the_whole_plan_and_the_version_of_its_shape() -> None:
    trip, facts = one_town()

    found = json.loads(written("json", (trip, facts)).body)

    assert found["schema_version"] == 1
    assert Plan.model_validate_json(json.dumps(found["plan"])) == trip.plan


# --- pictures --------------------------------------------------------------------------------


@every_trip
def test_the_picture_is_a_png_of_a_size_that_chats_take(made) -> None:
    body = written("png", made()).body

    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = unpack(">II", body[16:24])
    assert 600 <= width <= 1280 and width + height < 10_000 and height < 20 * width
    assert len(body) <= 300_000


def test_the_picture_is_the_same_twice() -> None:
    assert written("png", one_town()).body == written("png", one_town()).body


def test_north_is_up_and_east_is_right_also_beyond_the_date_line() -> None:
    points = [Point(lat=-17, lon=179.9), Point(lat=-17.2, lon=-179.9)]
    frame = Frame(points, (0, 0, 900, 500))

    (west, north), (east, south) = (frame.at(p) for p in points)

    assert west < east and north < south
    assert west > 0 and east < 900


def test_the_font_of_strokes_writes_what_a_picture_needs() -> None:
    assert drawable("Zürich, 15 – 19 Apr: 20°/12°") == "ZURICH, 15 – 19 APR: 20°/12°"
    assert set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") <= set(GLYPHS)
    assert path("", 0, 0, 10) == "" and path("東京", 0, 0, 10) == ""


# --- the pocket pack -------------------------------------------------------------------------


class Reads(HTMLParser):
    """What a strict look at the tags finds."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags, self.addresses = "", set[str](), list[str]()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [
            v or "" for k, v in attributes if k in ("href", "src", "srcset", "action")
        ]

    def handle_data(self, data: str) -> None:
        self.text += data


@every_trip
def test_the_pocket_pack_holds_everything_and_asks_for_nothing(made) -> None:
    trip, facts = made()
    body = written("html", (trip, facts)).body
    page = Reads()
    page.feed(body.decode())

    assert len(body) <= 1_000_000
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "form"}
    assert all(address.startswith("#") for address in page.addresses)
    for stop in plan_of(trip).visits():
        shown = "".join(c for c in stop.title if c.isprintable())
        assert shown in page.text
    for code in {town.country for town in plan_of(trip).towns} & set(facts.countries):
        country = facts.countries[code]
        assert country.phrases[0].local in page.text and "112" in page.text


@needs_chromium
@pytest.mark.parametrize("width", [360, 900])
@every_trip
async def test_a_browser_without_network_shows_it(made, width: int, tmp_path: Path) -> None:
    trip, facts = made()
    file = tmp_path / "pack.html"
    file.write_bytes(written("html", (trip, facts)).body)

    async with chromium(tmp_path / "profile") as page:
        await page.opens(file, width=width)
        wide = await page.reads("document.documentElement.scrollWidth")
        titles = await page.reads("document.querySelectorAll('.stops .visit strong').length")
        heads = await page.reads("[...document.querySelectorAll('h1,h2')].map(h=>h.tagName).join()")
        pdf = await page.prints()

    assert page.requests == [file.as_uri()]
    assert page.complaints == []
    assert wide <= width
    assert titles == len(plan_of(trip).visits())
    assert heads.startswith("H1,H2")
    assert pdf.startswith(b"%PDF")
    days = len(plan_of(trip).days)
    assert days <= pdf.count(b"/Type /Page\n") <= 2 * days + 6


def test_the_day_of_the_file_is_said() -> None:
    assert "02 January 2030" in written("html", one_town()).body.decode()
    assert SOURCE.name in written("html", one_town()).body.decode()
    assert plan_of(one_town()[0]).first_day > date(2030, 1, 2)
