"""A trip as GPX 1.1: a waypoint for each stop, a route for each day."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from adapters.exports.xml import child, document
from core.trips import Day, Plan, Stop, StopKind
from core.words import clock
from core.words import day as day_text

SPACE = "http://www.topografix.com/GPX/1/1"
SCHEMA = f"{SPACE} http://www.topografix.com/GPX/1/1/gpx.xsd"


def gpx(plan: Plan, title: str, now: datetime) -> bytes:
    """The file. Times are UTC as the format wants them; local ones stand in the descriptions."""
    root = ET.Element(
        "gpx",
        {
            "version": "1.1",
            "creator": "Caravan",
            "xmlns": SPACE,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": SCHEMA,
        },
    )
    meta = child(root, "metadata")
    child(meta, "name", title)
    child(meta, "desc", "Straight ways between the stops, not to navigate by.")
    child(meta, "time", _utc(now))
    for day in plan.days:
        for stop in _places(day):
            _point(root, "wpt", stop)
    for number, day in enumerate(plan.days, 1):
        stops = _places(day)
        if stops:
            route = child(root, "rte")
            child(route, "name", f"Day {number}, {day_text(day.day)}")
            child(route, "number", str(number))
            for stop in stops:
                _point(route, "rtept", stop)
    return document(root)


def _places(day: Day) -> list[Stop]:
    """Visits; meals, arrivals and departures have no exact place."""
    return [stop for stop in day.stops if stop.kind is StopKind.VISIT]


def _point(parent: ET.Element, tag: str, stop: Stop) -> None:
    at = {"lat": f"{stop.point.lat:.6f}", "lon": f"{stop.point.lon:.6f}"}
    point = ET.SubElement(parent, tag, at)
    child(point, "time", _utc(stop.start))
    child(point, "name", stop.title)
    words = [f"{day_text(stop.start.date())}, {clock(stop.start)}–{clock(stop.end)} local time"]
    words += [f"Open: {stop.hours_text}"] if stop.hours_text else []
    child(point, "desc", ". ".join([*words, *stop.checks]))
    child(point, "src", stop.source.name)
    child(point, "type", stop.category)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).replace(microsecond=0):%Y-%m-%dT%H:%M:%SZ}"
