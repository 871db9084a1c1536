"""A trip as an iCalendar file (RFC 5545) that phones and mail programs import.

The same stop keeps its UID through every version, and SEQUENCE grows with the trip, so a second
import updates entries instead of adding them again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vText

from adapters.exports.safe import clean
from core.errors import Rejected
from core.travel import Point
from core.trips import Plan, Stage, Stop, StopKind, Trip
from core.words import money, way
from core.zones import zone_of

PRODUCT = "-//Caravan//Travel companion//EN"
DOMAIN = "caravan.invalid"  # RFC 2606: makes UIDs globally unique and belongs to nobody
# Some programs show a zone wrongly when its rules begin with the trip: a year around it is given.
MARGIN = timedelta(days=366)


def calendar(trip: Trip, now: datetime) -> bytes:
    """The file: one event per stop, in the zone of its town, with the rules of each zone.

    `now` is aware and becomes DTSTAMP. Raises Rejected when the trip has no plan.
    """
    plan = trip.plan
    if plan is None:
        raise Rejected("This trip has no plan yet that could go into a calendar.")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(clean(trip.title)))  # the library does not escape X- values
    calendar.add("x-wr-timezone", plan.timezone)
    for day in plan.days:
        for stop in day.stops:
            calendar.add_component(_event(trip, plan, stop, now))
    calendar.add_missing_timezones(plan.first_day - MARGIN, plan.last_day + MARGIN)
    content: bytes = calendar.to_ical()
    return content


def uid(trip_id: str, stop_id: str) -> str:
    """The same for the same stop of the same trip, for ever."""
    return f"{stop_id}.{trip_id}@{DOMAIN}"


def _event(trip: Trip, plan: Plan, stop: Stop, now: datetime) -> Event:
    town = plan.town_on(stop.start.date())
    zone = zone_of(town.timezone)
    event = Event()
    event.add("uid", uid(trip.id, stop.id))
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", trip.updated_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", trip.version)
    event.add("summary", clean(stop.title))
    event.add("dtstart", stop.start.astimezone(zone))
    event.add("dtend", stop.end.astimezone(zone))
    event.add("location", clean(_location(town, stop)))
    event.add("geo", (round(stop.point.lat, 6), round(stop.point.lon, 6)))
    event.add("description", clean(_description(plan, stop)))
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    if stop.source.url:
        event.add("url", stop.source.url)
    return event


def _location(town: Stage, stop: Stop) -> str:
    if stop.kind is StopKind.VISIT:
        return f"{stop.title}, {town.destination}"
    if stop.point == town.anchor:
        return town.destination
    return f"{town.destination} ({_coordinates(stop.point)})"


def _description(plan: Plan, stop: Stop) -> str:
    """How to get there, hours, price, what to check and where it is from; one thing a line."""
    lines = []
    if stop.leg is not None and stop.leg.minutes:
        lines.append(f"Way here: about {way(stop.leg.minutes)} ({stop.leg.mode}).")
    if stop.hours_text:
        lines.append(f"Open: {stop.hours_text}")
    if stop.cost is not None and stop.cost.amount:
        about = "" if stop.kind is StopKind.VISIT else "about "
        lines.append(f"Cost for everybody: {about}{money(stop.cost)}.")
    if stop.book_ahead:
        lines.append("Book ahead.")
    lines += stop.checks
    if stop.kind in (StopKind.ARRIVAL, StopKind.DEPARTURE) and plan.times_assumed:
        lines.append("The time of the flight is assumed.")
    lines.append(f"Source: {stop.source.name}")
    if stop.source.attribution:
        lines.append(stop.source.attribution)
    return "\n".join(lines)


def _coordinates(point: Point) -> str:
    return f"{point.lat:.5f}, {point.lon:.5f}"
