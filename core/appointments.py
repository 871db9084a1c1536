"""What a traveller has fixed becomes a sight that is open exactly then, and that has to be in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from core.itinerary.problem import APPOINTMENT
from core.naming import best_named, folded
from core.travel import Confidence, OpenInterval, Point, Sight, Source
from core.wishes import Appointment
from core.words import day as day_text

GRID = 5  # minutes of the plan's clock


def on_their_days(
    appointments: Sequence[Appointment], days: Sequence[date]
) -> tuple[tuple[Appointment, ...], tuple[str, ...]]:
    """The appointments with their dates, and a sentence on each that has no day in the trip."""
    found, notes = [], []
    for appointment in appointments:
        day = _day(appointment, days)
        if day is None:
            notes.append(_why_not(appointment, days))
        else:
            found.append(appointment.model_copy(update={"day": day}))
    return tuple(found), tuple(notes)


def as_sight(appointment: Appointment, where: Point, days: Sequence[date], said: date) -> Sight:
    """The appointment as a sight that is open on its day, exactly while it lasts."""
    start = start_minute(appointment)
    length = -(-appointment.minutes // GRID) * GRID
    open_then = (OpenInterval(start=start, end=start + length),)
    return Sight(
        id=f"appointment/{_slug(appointment.title)}",
        name=appointment.title,
        point=where,
        category=APPOINTMENT,
        indoor=True,
        setting="indoor",
        rank=1,
        visit_min=length,
        last_entry_min=0,
        hours={each: open_then if each == appointment.day else () for each in days},
        hours_confidence="high",
        tags=(appointment.meal,) if appointment.meal else (),
        source=Source(
            name="As you said",
            fetched_at=datetime.combine(said, time(), UTC),
            confidence=Confidence.CURATED,
        ),
    )


def booked_sight(appointment: Appointment, sights: Sequence[Sight]) -> str | None:
    """The id of the sight that the appointment is a visit of; None when it is something else."""
    if appointment.meal:
        return None
    names = [(s.id, n) for s in sights for n in (s.name, s.local_name) if n]
    return best_named(appointment.title, names)


def undated(appointment: Appointment) -> bool:
    """True when nobody said on which day it is."""
    said = (appointment.day, appointment.weekday, appointment.month_day, appointment.trip_day)
    return all(each is None for each in said)


def start_minute(appointment: Appointment) -> int:
    """Minutes after local midnight, on the grid of the plan."""
    return (appointment.at.hour * 60 + appointment.at.minute) // GRID * GRID


def _day(appointment: Appointment, days: Sequence[date]) -> date | None:
    if appointment.day is not None:
        return appointment.day if appointment.day in days else None
    if appointment.weekday is not None:
        return next((d for d in days if d.weekday() == appointment.weekday), None)
    if appointment.month_day is not None:
        return next((d for d in days if d.day == appointment.month_day), None)
    if appointment.trip_day is not None:
        index = appointment.trip_day - 1 if appointment.trip_day > 0 else appointment.trip_day
        return days[index] if -len(days) <= index < len(days) else None
    return days[0] if len(days) == 1 else None


def _why_not(appointment: Appointment, days: Sequence[date]) -> str:
    if undated(appointment):
        return f"On which day is “{appointment.title}”? It is not in the plan until I know."
    span = f"{day_text(days[0])} to {day_text(days[-1])}"
    when = f"for {day_text(appointment.day)}" if appointment.day else "for a day"
    return (
        f"“{appointment.title}” is fixed {when} that this trip does not have ({span}). You decide: "
        "move the booking or the dates."
    )


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folded(title)).strip("-") or "fixed"
