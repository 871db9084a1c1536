"""Late on a day in town: which stops of today still hold, by the hours and ways of the plan."""

from __future__ import annotations

from datetime import datetime, timedelta

from core import words
from core.cards import day_of
from core.flows.asked import sights_of
from core.messages import Text
from core.travel import Sight
from core.trips import Day, Plan, Stop, StopKind
from core.turn import Screen, Turn
from core.zones import zone_of

NOTHING_LEFT = "Nothing more is planned today, so nothing is lost."


async def late_today(turn: Turn, plan: Plan) -> Screen | None:
    """The rest of today begun later by what was said; None when today is no day of the plan.

    Free time between two stops takes up what it can. Nothing is changed: what no longer fits is
    named, and its owner decides.
    """
    local = turn.now.astimezone(zone_of(plan.town_at(turn.now).timezone))
    day = day_of(plan, None, local.date())
    if day is None or turn.request.amount is None:
        return None
    late = timedelta(minutes=int(turn.request.amount))
    left = [s for s in day.stops if s.end > local]
    if not left:
        return (Text(markdown=NOTHING_LEFT),)
    lines, gone = _moved(day, left, late, await sights_of(turn, plan))
    text = f"With {words.minutes(int(turn.request.amount))} lost today:"
    advice = ""
    if gone:
        names = words.listing(words.literal(s.title) for s in gone)
        advice = f"\nSay “remove {names}”, and I close the gap; or go there for a shorter time."
    return (Text(markdown="\n".join([text, *lines]) + advice),)


def _moved(
    day: Day, left: list[Stop], late: timedelta, sights: dict[str, Sight]
) -> tuple[list[str], list[Stop]]:
    """A line for each stop that is left, and those that no longer fit."""
    lines: list[str] = []
    gone: list[Stop] = []
    free_at: datetime | None = None
    for stop in left:
        way = timedelta(minutes=stop.leg.minutes if stop.leg else 0)
        start = stop.start + late if free_at is None else max(stop.start, free_at + way)
        end = start + (stop.end - stop.start)
        name = words.literal(stop.title)
        if stop.kind is StopKind.DEPARTURE or stop.booked:
            tight = start > stop.start
            more = "; leave out a stop before it" if tight and lines else ""
            lines.append(f"- {words.clock(stop.start)} {name}: this does not move{more}")
            free_at = stop.end
        elif not _open_until(sights.get(stop.sight_id), day, end):
            lines.append(f"- **{name}** no longer fits: it closes too early")
            gone.append(stop)
        else:
            lines.append(f"- {words.clock(start)}–{words.clock(end)} {name}")
            free_at = end
    return lines, gone


def _open_until(sight: Sight | None, day: Day, end: datetime) -> bool:
    """False only when the hours are known and end before `end`."""
    spans = sight.hours.get(day.day) if sight is not None and sight.hours is not None else None
    if not spans:
        return True
    minute = (end.date() - day.day).days * 1440 + end.hour * 60 + end.minute
    return minute <= max(s.end for s in spans)
