"""The calendar file, read back by a library and by a reader that allows nothing beyond RFC 5545."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from adapters.exports.ics import calendar, uid
from core.errors import Rejected
from core.itinerary.build import build
from core.trips import Plan, Trip
from core.wishes import Wish
from tests.town import FIRST, days_from, local, problem, random_problem, sight

NOW = datetime(2030, 1, 1, 8, 30, tzinfo=UTC)
NASTY = "Caf\u00e9 \u201cLa, Mer\u201d; \\o/ \u6771\u4eac\U0001f3d6 " + "l\u00e4nger " * 12


def plan(length: int = 3) -> Plan:
    return build(random_problem(3, length=length, flights=True), iterations=5)


def trip(made: Plan | None, *, version: int = 1, title: str = "Spring in Town") -> Trip:
    return Trip(
        id="trip-7",
        conversation="console:1:",
        owner="console:1",
        title=title,
        wish=Wish(),
        plan=made,
        version=version,
        created_at=NOW,
        updated_at=NOW,
    )


Component = tuple[str, list[tuple[str, dict[str, str], str]], list["Component"]]


def strict(content: bytes) -> Component:
    """Reads the file as the RFC wants it written, or fails."""
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    physical = content.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 for line in physical)
    for folded in physical:
        folded.decode("utf-8")  # folding never splits a character
    text = content.decode("utf-8").replace("\r\n ", "").replace("\r\n\t", "")
    stack: list[Component] = [("ROOT", [], [])]
    for line in text.split("\r\n")[:-1]:
        match = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=(?:[^\";:,]*|\"[^\"]*\"))*):(.*)", line)
        assert match, line
        name, parameters, value = match.groups()
        if name == "BEGIN":
            stack.append((value, [], []))
        elif name == "END":
            done = stack.pop()
            assert done[0] == value
            stack[-1][2].append(done)
        else:
            pairs = dict(p.split("=", 1) for p in parameters.split(";")[1:])
            stack[-1][1].append((name, pairs, value))
    [root] = stack
    [found] = root[2]
    assert found[0] == "VCALENDAR"
    return found


def values(component: Component, name: str) -> list[str]:
    return [value for each, _, value in component[1] if each == name]


def unescaped(text: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", text), text
    return re.sub(r"\\([\\,;nN])", lambda m: "\n" if m[1] in "nN" else m[1], text)


def test_every_stop_is_one_event_with_all_that_rfc_5545_asks_for() -> None:
    made = plan()

    root = strict(calendar(trip(made), NOW))
    events = [c for c in root[2] if c[0] == "VEVENT"]

    assert values(root, "VERSION") == ["2.0"]
    assert values(root, "PRODID")
    assert len(events) == sum(len(day.stops) for day in made.days)
    for event in events:
        for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "LOCATION"):
            assert len(values(event, name)) == 1, name
        assert re.fullmatch(r"\d{8}T\d{6}Z", values(event, "DTSTAMP")[0])
        assert re.fullmatch(r"-?\d+\.\d+;-?\d+\.\d+", values(event, "GEO")[0])
    assert len({values(event, "UID")[0] for event in events}) == len(events)


def test_every_zone_that_is_used_is_defined() -> None:
    root = strict(calendar(trip(plan()), NOW))
    defined = {v for c in root[2] if c[0] == "VTIMEZONE" for v in values(c, "TZID")}
    used = {
        parameters["TZID"]
        for c in root[2]
        if c[0] == "VEVENT"
        for name, parameters, _ in c[1]
        if name in ("DTSTART", "DTEND")
    }

    assert used == defined == {"Europe/Lisbon"}


def test_the_zone_has_the_rules_of_the_days_around_a_change_of_clocks() -> None:
    """Clocks go forward on 31 March 2030; read without any other zone data the times are right."""
    days = days_from(FIRST.replace(month=3, day=30), 3)
    made = build(problem([sight(f"m-{n}", days) for n in range(6)], days), iterations=3)

    root = strict(calendar(trip(made), NOW))
    [zone] = [c for c in root[2] if c[0] == "VTIMEZONE"]
    changes = sorted(
        (datetime.strptime(at, "%Y%m%dT%H%M%S"), values(rule, "TZOFFSETTO")[0])  # noqa: DTZ007
        for rule in zone[2]
        for at in (values(rule, "DTSTART") + ",".join(values(rule, "RDATE")).split(","))
        if at
    )

    def offset(start: str) -> str:
        moment = datetime.strptime(start, "%Y%m%dT%H%M%S")  # noqa: DTZ007
        return [to for at, to in changes if at <= moment][-1]

    starts = [values(c, "DTSTART")[0] for c in root[2] if c[0] == "VEVENT"]
    assert {offset(s) for s in starts if s.startswith("20300330")} == {"+0000"}
    assert {offset(s) for s in starts if s.startswith("20300401")} == {"+0100"}


def test_a_library_reads_the_same_moments_back() -> None:
    made = plan()

    parsed = Calendar.from_ical(calendar(trip(made), NOW))
    found = {
        str(e["UID"]): (e.decoded("DTSTART"), e.decoded("DTEND")) for e in parsed.walk("VEVENT")
    }

    for day in made.days:
        for stop in day.stops:
            start, end = found[uid("trip-7", stop.id)]
            assert (start, end) == (stop.start, stop.end)


def test_titles_with_every_nasty_character_come_back_whole() -> None:
    days = days_from(FIRST, 1)
    made = build(problem([sight("x", days, name=NASTY)], days), iterations=1)

    root = strict(calendar(trip(made, title=NASTY), NOW))
    summaries = [unescaped(values(c, "SUMMARY")[0]) for c in root[2] if c[0] == "VEVENT"]

    assert NASTY in summaries
    assert unescaped(values(root, "X-WR-CALNAME")[0]) == NASTY


@pytest.mark.parametrize("evil", ["x\r\nBEGIN:VEVENT", "x\nATTACH:http://example.com", "x\ry"])
def test_a_line_break_in_a_name_cannot_add_a_property(evil: str) -> None:
    days = days_from(FIRST, 1)
    made = build(problem([sight("x", days, name=evil)], days), iterations=1)

    root = strict(calendar(trip(made, title=evil), NOW))

    events = [c for c in root[2] if c[0] == "VEVENT"]
    assert len(events) == 3
    assert not any(values(event, "ATTACH") for event in events)


def test_the_description_names_the_source_and_what_to_check() -> None:
    days = days_from(FIRST, 1)
    made = build(problem([sight("x", days, hours=None)], days), iterations=1)

    root = strict(calendar(trip(made), NOW))
    [text] = [
        unescaped(values(c, "DESCRIPTION")[0]) for c in root[2] if values(c, "SUMMARY") == ["X"]
    ]

    assert "Source: Test atlas" in text
    assert "check before you go" in text


def test_a_new_version_keeps_the_uids_and_raises_the_sequence() -> None:
    made = plan()
    first = strict(calendar(trip(made, version=1), NOW))
    second = strict(calendar(trip(made, version=2), NOW + timedelta(days=1)))

    def of(root: Component, name: str) -> list[str]:
        return [v for c in root[2] if c[0] == "VEVENT" for v in values(c, name)]

    assert of(first, "UID") == of(second, "UID")
    assert set(of(first, "SEQUENCE")) == {"1"}
    assert set(of(second, "SEQUENCE")) == {"2"}


def test_the_same_trip_gives_the_same_bytes() -> None:
    made = plan()

    assert calendar(trip(made), NOW) == calendar(trip(made), NOW)


def test_a_far_zone_is_written_with_its_own_rules() -> None:
    days = days_from(FIRST, 1)
    asked = problem([sight("x", days)], days)
    place = asked.destination.model_copy(update={"timezone": "Asia/Kathmandu"})
    made = build(replace(asked, destination=place), iterations=1)

    root = strict(calendar(trip(made), NOW))
    [zone] = [c for c in root[2] if c[0] == "VTIMEZONE"]
    assert values(zone, "TZID") == ["Asia/Kathmandu"]
    assert {values(rule, "TZOFFSETTO")[0] for rule in zone[2]} == {"+0545"}
    assert local(days[0], 9, zone="Asia/Kathmandu").utcoffset() == timedelta(minutes=345)


def test_a_trip_without_a_plan_has_no_calendar() -> None:
    with pytest.raises(Rejected, match="no plan yet"):
        calendar(trip(None), NOW)
