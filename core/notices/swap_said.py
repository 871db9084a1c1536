"""The indoor sights that a plan carries for its outdoor stops, offered with one tap each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from core import words
from core.choices import swap_choice
from core.errors import Unavailable
from core.itinerary.take_swap import still_possible, swap_mark
from core.messages import Choice
from core.notices.weather_news import outdoor_stops
from core.travel import Sight, Travel
from core.trips import Day, Stop, Trip

OFFERED = 2
TAKE = "Take "  # a label, before the name of a sight
NOTHING = "I have nothing indoors that fits into that day; take a long break or a café."
LOOK = "Say “it rains”, and I look for something indoors."


async def swaps_for(
    trip: Trip, day: Day, now: datetime, travel: Travel, poor: Collection[date] = ()
) -> tuple[list[str], list[Choice]]:
    """A line and a choice for each outdoor stop to come that has a swap; the longest stops first.

    Not offered is what is closed by now, and what would move a stop to another day of `poor`
    weather.
    """
    stops = outdoor_stops(day, now)
    if not stops:
        return [], []
    sights = await _sights(trip, day, travel)
    if sights is None:
        return [LOOK], []
    lines: list[str] = []
    options: list[Choice] = []
    taken: set[str] = set()
    for stop in stops:
        sight = sights.get(stop.swap_sight_id)
        other, gone = stop.makes_room(day)
        if sight is None or not _is_open(sight, day.day) or other in poor:
            continue
        if trip.plan is None or not still_possible(stop, trip.plan, now):
            continue
        if sight.id in taken:  # it stands in for one stop only
            continue
        taken.add(sight.id)
        text = f"Instead, indoors and open: **{words.literal(sight.name)}**{_at(stop, day.day)}"
        if len(stops) > 1 or other is not None:
            text += f", for {words.literal(stop.title)}"
        if other is not None:
            text += f", which then goes to {words.day(other)}"
        elif gone:
            text += f"; {words.literal(gone)} is left out for it"
        lines.append(f"{text}.")
        options.append(swap_choice(trip.id, swap_mark(stop), f"{TAKE}{sight.name}"[:40]))
        if len(options) == OFFERED:
            break
    return (lines, options) if lines else ([NOTHING], [])


async def _sights(trip: Trip, day: Day, travel: Travel) -> dict[str, Sight] | None:
    plan = trip.plan
    town = plan.town_on(day.day) if plan is not None else None
    destination = travel.places.destination(town.destination_id) if town else None
    if destination is None:
        return None
    try:
        found = await travel.places.sights(destination, day.day, day.day)
    except Unavailable:
        return None
    return {s.id: s for s in found}


def _is_open(sight: Sight, day: date) -> bool:
    return sight.hours is None or bool(sight.hours.get(day, ()))


def _at(stop: Stop, day: date) -> str:
    """When the swap would begin."""
    for swap in stop.swap_days:
        for each in swap.stops:
            if swap.day == day and each.what == stop.swap_sight_id:
                return f" at {each.start // 60 % 24:02d}:{each.start % 60:02d}"
    return ""
