"""Every format a trip can be written in; a new one is a line here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import orjson

from core.errors import Rejected
from core.exports import Exported, ExportFacts
from core.trips import Plan, Trip

SCHEMA_VERSION = 1
Write = Callable[[Trip, Plan, ExportFacts, datetime], bytes]


class Format(NamedTuple):
    """The ending of the file, its media type, and who writes it."""

    ending: str
    media_type: str
    write: Write


class FileExporter:
    """Implements `core.exports.Exporter`. A library is loaded with the first file that needs it."""

    def __init__(self) -> None:
        self.formats = tuple(FORMATS)

    def export(self, format: str, trip: Trip, facts: ExportFacts, now: datetime) -> Exported:
        if trip.plan is None:
            raise Rejected("This trip has no plan yet that could become a file.")
        chosen = FORMATS[format]
        town = "-".join(t.destination_id for t in trip.plan.towns)[:60]
        name = f"caravan-{town}-{trip.plan.first_day}.{chosen.ending}"
        return Exported(name, chosen.media_type, chosen.write(trip, trip.plan, facts, now))


def _ics(trip: Trip, plan: Plan, facts: ExportFacts, now: datetime) -> bytes:
    from adapters.exports.ics import calendar

    return calendar(trip, now)


def _gpx(trip: Trip, plan: Plan, facts: ExportFacts, now: datetime) -> bytes:
    from adapters.exports.gpx import gpx

    return gpx(plan, trip.title, now)


def _kml(trip: Trip, plan: Plan, facts: ExportFacts, now: datetime) -> bytes:
    from adapters.exports.kml import kml

    return kml(plan, trip.title)


def _html(trip: Trip, plan: Plan, facts: ExportFacts, now: datetime) -> bytes:
    from adapters.exports.html import html

    return html(plan, trip.title, facts, now)


def _png(trip: Trip, plan: Plan, facts: ExportFacts, now: datetime) -> bytes:
    from adapters.exports.picture import png

    return png(plan)


def _json(trip: Trip, plan: Plan, facts: ExportFacts, now: datetime) -> bytes:
    body = {
        "schema_version": SCHEMA_VERSION,
        "made_at": now.isoformat(),
        "title": trip.title,
        "version": trip.version,
        "wish": trip.wish.model_dump(mode="json", exclude_defaults=True),
        "plan": plan.model_dump(mode="json"),
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2)


FORMATS: dict[str, Format] = {
    "ics": Format("ics", "text/calendar", _ics),
    "gpx": Format("gpx", "application/gpx+xml", _gpx),
    "kml": Format("kml", "application/vnd.google-earth.kml+xml", _kml),
    "html": Format("html", "text/html", _html),
    "png": Format("png", "image/png", _png),
    "json": Format("json", "application/json", _json),
}
