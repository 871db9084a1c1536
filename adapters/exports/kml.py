"""A trip as KML 2.2: a folder for each day, a placemark for each stop, the way as a line."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from adapters.exports.xml import child, document
from core.trips import Day, Plan, Stop, StopKind
from core.words import clock
from core.words import day as day_text

SPACE = "http://www.opengis.net/kml/2.2"
# aabbggrr, one a day, then again from the first
COLOURS = ("ff4b6bd7", "ffa06a1f", "ff5a9b3c", "ff8e4fa8", "ff3f8fd9", "ff8a8a1f", "ff5252c7")


def kml(plan: Plan, title: str) -> bytes:
    """The file; coordinates are longitude, latitude, height as the format wants them."""
    root = ET.Element("kml", {"xmlns": SPACE})
    top = child(root, "Document")
    child(top, "name", title)
    child(top, "description", "Straight lines between the stops, not to navigate by.")
    for number, colour in enumerate(COLOURS):
        style = ET.SubElement(top, "Style", {"id": f"day{number}"})
        line = child(style, "LineStyle")
        child(line, "color", colour)
        child(line, "width", "3")
    for number, day in enumerate(plan.days, 1):
        _folder(top, plan, day, number)
    return document(root)


def _folder(top: ET.Element, plan: Plan, day: Day, number: int) -> None:
    folder = child(top, "Folder")
    child(folder, "name", f"Day {number}, {day_text(day.day)}")
    visits = [stop for stop in day.stops if stop.kind is StopKind.VISIT]
    for stop in visits:
        mark = child(folder, "Placemark")
        child(mark, "name", stop.title)
        child(mark, "description", _words(stop))
        span = child(mark, "TimeSpan")
        child(span, "begin", stop.start.isoformat())
        child(span, "end", stop.end.isoformat())
        child(child(mark, "Point"), "coordinates", _place(stop))
    if len(visits) > 1:
        mark = child(folder, "Placemark")
        child(mark, "name", f"Way of day {number}")
        child(mark, "styleUrl", f"#day{(number - 1) % len(COLOURS)}")
        line = child(mark, "LineString")
        child(line, "tessellate", "1")
        child(line, "coordinates", " ".join(_place(stop) for stop in visits))


def _words(stop: Stop) -> str:
    lines = [f"{clock(stop.start)}–{clock(stop.end)} local time"]
    lines += [f"Open: {stop.hours_text}"] if stop.hours_text else []
    lines += stop.checks
    return "\n".join([*lines, f"Source: {stop.source.name}"])


def _place(stop: Stop) -> str:
    return f"{stop.point.lon:.6f},{stop.point.lat:.6f},0"
