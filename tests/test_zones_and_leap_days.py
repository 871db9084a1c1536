"""Zones that nobody knows and days that no calendar has: a default, a question, never a fault."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from adapters.models.reader import RuleReader
from adapters.travel import fields
from adapters.travel.atlas.opening import hours_of
from core.groups.asking import Deadline
from core.groups.dates import Availability, Said, Stretch, common_spans
from core.groups.deadlines import closing as poll_closing
from core.groups.deadlines import instant
from core.people import Profile, ProfileFact
from core.reading import ReadingContext
from core.sun import daylight
from core.travel import Point
from core.zones import close_zones, known_zone, spelled, zone_of
from tests.gazetteer_fake import SmallWorld
from tests.world import START, World

ROOT = Path(__file__).parent.parent
READER = RuleReader(SmallWorld())
NOBODY_KNOWS = (
    "Mars/Base",
    "Europe/Kyyv",
    "",
    " ",
    "x" * 300,
    "a/" * 2_000,
    "../etc/passwd",
    "/etc/localtime",
    "localtime",
    "right/Europe/Kiev",
    "Europe/Kiev\0",
    "\ud800",
    "America",
    "tzdata.zi",
    "Европа/Киев",
    "{zone}",
)


def told(zone: str, instead: str = "") -> Profile:
    fact = ProfileFact(key="timezone", value=zone, origin="told", said_at=START, instead=instead)
    return Profile(person="telegram:ana", facts=(fact,))


@pytest.mark.fault("E11")
@pytest.mark.parametrize("name", NOBODY_KNOWS, ids=lambda n: repr(n[:20]))
def test_a_zone_that_nobody_knows_gives_the_default_wherever_it_comes_from(name: str) -> None:
    now = datetime(2028, 2, 28, 23, 30, tzinfo=UTC)
    at_midnight = Deadline(on=date(2028, 2, 29), at=time(0, 0))

    assert known_zone(name) is None
    assert fields.zone(name) is None
    assert zone_of(name).key == "UTC"
    assert zone_of(name, "Asia/Tokyo").key == "Asia/Tokyo"
    assert told(name).zone == ""
    assert told(name, instead="Asia/Tokyo").zone == "Asia/Tokyo"
    assert told(name, instead=name).zone == ""
    assert told(name).value("timezone") == name  # as it was said
    assert instant(date(2028, 2, 29), time(8), name) == datetime(2028, 2, 29, 8, tzinfo=UTC)
    assert poll_closing(at_midnight, now, name) == datetime(2028, 2, 29, tzinfo=UTC)
    assert daylight(Point(lat=38.7, lon=-9.1), date(2028, 2, 29), name) is not None
    day = date(2028, 2, 29)
    assert hours_of("Mo-Su 09:00-18:00", "PT", name, (38.7, -9.1), day, day) is None
    assert isinstance(close_zones(name), tuple)


@pytest.mark.parametrize("name", ["Europe/Kiev", "Europe/Kyiv", "US/Pacific", "Asia/Calcutta"])
def test_a_renamed_zone_keeps_its_name_and_works(name: str) -> None:
    assert zone_of(name).key == name
    assert told(name, instead="Asia/Tokyo").zone == name


def test_no_other_place_looks_a_zone_up() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for package in ("core", "adapters", "bot")
        for path in (ROOT / package).rglob("*.py")
        if "ZoneInfo(" in path.read_text("utf-8")
    }

    assert users == {"core/zones.py"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Europe/Kyyv", "Europe/Kyiv"),
        ("Kyiv", "Europe/Kyiv"),
        ("Amerika/New York", "America/New_York"),
        ("UTC+2", "Etc/GMT-2"),
        ("gmt -11", "Etc/GMT+11"),
        ("PST", "America/Los_Angeles"),
    ],
)
def test_a_misspelt_zone_brings_the_one_that_was_meant(said: str, meant: str) -> None:
    assert meant in close_zones(said)
    assert known_zone(meant) is not None


def test_capitals_and_blanks_are_no_other_zone() -> None:
    assert spelled("america/new york") == "America/New_York"
    assert spelled("Mars/Base") == ""


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("my time zone is Europe/Kiev", "Europe/Kiev"),
        ("My timezone is now America/New_York, thanks", "America/New_York"),
        ("set my time zone to Mars/Base. Thanks", "Mars/Base"),
        ("my time zone is ../etc/passwd", "../etc/passwd"),
        ("we are in the Asia/Tokyo time zone and love sushi", "Asia/Tokyo"),
        ("meine Zeitzone ist Europe/Vienna", "Europe/Vienna"),
        ("my time zone is wrong", None),
        ("what is my time zone?", None),
        ("what is the time zone of Lisbon?", None),
    ],
)
def test_a_zone_is_read_as_it_was_said(text: str, zone: str | None) -> None:
    edits = READER.read(text, ReadingContext(today=START.date())).edits

    assert [e.value for e in edits if e.key == "timezone"] == ([zone] if zone else [])


async def test_an_unknown_zone_is_kept_and_asked_about_once(world: World) -> None:
    await world.says("I live in Lisbon")
    asked = await world.says("my time zone is Europe/Kyyv")
    again = await world.says("my time zone is Europe/Kyyv")
    shown = await world.says("/settings")
    fixed = await world.taps(asked, "Europe/Kyiv")

    assert "Time zone: Europe/Kyyv" in asked.text
    assert "I go by that of your home, Europe/Lisbon. Did you mean Europe/Kyiv" in asked.text
    assert "Did you mean" not in again.text
    assert "Europe/Kyyv (not known to me, so Europe/Lisbon)" in shown.text
    assert "Time zone: Europe/Kyiv" in fixed.text


async def test_a_poll_of_somebody_in_no_zone_runs_in_that_of_their_home(world: World) -> None:
    await world.says("I live in Tokyo")
    await world.says("my time zone is Mars/Base")
    poll = await world.says("poll: Lisbon or Porto, until tomorrow 18:00", chat="-1")

    assert "Tue 24 Nov 18:00 Asia/Tokyo time" in poll.text


async def test_a_zone_that_was_told_stays_in_front_of_a_new_home(world: World) -> None:
    await world.says("my time zone is Europe/Kiev")
    await world.says("I live in Lisbon")
    own = await world.says("/settings")
    await world.says("forget my time zone")
    homes = await world.says("/settings")

    assert "Time zone: Europe/Kiev" in own.text
    assert "Time zone: Europe/Lisbon" in homes.text


async def test_a_zone_that_vanished_since_it_was_told_is_asked_about_once(world: World) -> None:
    await world.says("my time zone is Europe/Kiev")
    with closing(sqlite3.connect(world.path)) as db, db:
        db.execute(
            "UPDATE user_profiles SET body ="
            " CAST(replace(CAST(body AS TEXT), 'Kiev', 'Kyyv') AS BLOB)"
        )
    in_group = await world.says("what can you do?", chat="-1")
    alone = await world.says("what can you do?")
    again = await world.says("what can you do?")
    shown = await world.says("/settings")

    assert "time zone" not in in_group.text
    assert "I do not know the time zone “Europe/Kyyv”, so I go by UTC. Did you mean" in alone.text
    assert "time zone" not in again.text
    assert "Time zone: Europe/Kyyv (not known to me, so UTC)" in shown.text


async def test_a_stored_trip_in_a_zone_that_is_gone_still_helps(world: World) -> None:
    await world.says("plan Lisbon 24 to 26 November 2026")
    assert world.app is not None
    with closing(sqlite3.connect(world.path)) as db, db:
        rows = db.execute("SELECT id, body FROM trip_plans").fetchall()
        for id, body in rows:
            gone = body.replace(b"Europe/Lisbon", b"Europe/Kyyv30")
            db.execute("UPDATE trip_plans SET body = ? WHERE id = ?", (gone, id))
        changed = sum(b"Europe/Kyyv30" in b for (b,) in db.execute("SELECT body FROM trip_plans"))
    world.clock.strikes("2026-11-24 10:00")
    answers = [
        await world.says(words)
        for words in ("what is next?", "what time is it there?", "any warnings?", "slower", "undo")
    ]
    files = (await world.says("calendar file")).files

    assert changed == 1
    assert all(answer.text for answer in answers)
    assert files


# --- days that no calendar has -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told", "days"),
    [
        ("29 February 2027 for 3 days", "29 February 2027 does not exist (2028 has one)", 3),
        ("26 to 29 February 2027", "Sun 28 Feb 2027 or Mon 1 Mar 2027", 3),
        ("2027-02-26 to 2027-02-29", "29 February 2027 does not exist", 3),
        ("29/02/2027 for 2 days", "29 February 2027 does not exist", 2),
        ("from 31 April to 4 May 2027", "31 April does not exist. Do you mean Fri 30 Apr", 5),
    ],
)
async def test_a_day_that_does_not_exist_is_said_so_with_the_days_beside_it(
    world: World, words: str, told: str, days: int
) -> None:
    answer = await world.says(f"plan Lisbon {words}")
    plan = await world.taps(answer, next(iter(answer.choices)))

    assert told in answer.text
    assert not answer.days
    assert len(plan.days) == days


@pytest.mark.parametrize(
    "words", ["I can't on 29 Feb 2027", "poll: dinner? A, B, until 29 Feb 2027"]
)
async def test_a_group_is_told_as_well(world: World, words: str) -> None:
    answer = await world.says(words, chat="-1")

    assert "29 February 2027 does not exist" in answer.text


@pytest.mark.parametrize(
    ("text", "today", "first", "last"),
    [
        ("Lisbon 29 Feb for 2 nights", "2026-11-23", "2028-02-29", "2028-03-02"),
        ("Lisbon 29 Feb for 2 nights", "2028-03-01", "2032-02-29", "2032-03-02"),
        ("Lisbon 28 Feb to 2 March 2028", "2026-11-23", "2028-02-28", "2028-03-02"),
        ("Lisbon tomorrow for 2 nights", "2028-02-28", "2028-02-29", "2028-03-02"),
        ("Lisbon 28 Feb for 2 nights", "2028-02-29", "2029-02-28", "2029-03-02"),
    ],
)
def test_a_leap_day_is_a_day_like_any_other(text: str, today: str, first: str, last: str) -> None:
    when = READER.read(text, ReadingContext(today=date.fromisoformat(today))).wish.when

    assert when is not None
    assert (str(when.first), str(when.last)) == (first, last)


def test_in_a_year_from_a_leap_day_is_in_february() -> None:
    today = ReadingContext(today=date(2028, 2, 29))
    when = READER.read("Lisbon in a year", today).wish.when

    assert when is not None
    assert (when.earliest, when.latest) == (date(2029, 2, 1), date(2029, 2, 28))


async def test_a_plan_over_a_leap_day_holds_it(world: World) -> None:
    world.clock.strikes("2028-02-01 09:00")
    plan = await world.says("plan Lisbon 28 February to 1 March 2028")

    assert [block.partition("**")[2].partition("**")[0] for block in plan.days] == [
        "Day 1 · Mon 28 Feb",
        "Day 2 · Tue 29 Feb",
        "Day 3 · Wed 1 Mar",
    ]


def test_common_days_over_a_leap_day() -> None:
    can = Availability(can=(Stretch(first=date(2028, 2, 27), last=date(2028, 3, 2)),))
    cannot = Availability(cannot=(Stretch(first=date(2028, 2, 28), last=date(2028, 2, 28)),))
    found = common_spans(
        [Said(can, "Ana"), Said(cannot, "Ben")], 2, date(2028, 2, 1), date(2028, 3, 31)
    )

    assert (found[0].first, found[0].last) == (date(2028, 2, 29), date(2028, 3, 2))
    assert found[0].missing == ()
