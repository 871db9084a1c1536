"""The swap that a plan carries for an outdoor stop, taken: its days as they were checked."""

from __future__ import annotations

import hashlib
from datetime import datetime

from core.itinerary.problem import LUNCH_MIN, Impossible
from core.itinerary.repair import Draft
from core.itinerary.schedule import DINNER, LUNCH, Block
from core.itinerary.tables import Tables
from core.reading import Change
from core.trips import Plan, Stop, SwapDay

_MEALS = {"lunch": LUNCH, "dinner": DINNER}


def swap_mark(stop: Stop) -> str:
    """A short name of a stop and its swap; another one as soon as either changes."""
    return hashlib.blake2b(
        f"{stop.id}/{stop.start.date()}/{stop.swap_sight_id}".encode(), digest_size=6
    ).hexdigest()


def still_possible(stop: Stop, plan: Plan, now: datetime) -> bool:
    """Whether the swap of a stop changes only what has not begun."""
    if not stop.swap_days or stop.start <= now:
        return False
    after = {swap.day: {(s.what, s.start) for s in swap.stops} for swap in stop.swap_days}
    for day in plan.days:
        if day.day not in after:
            continue
        begun = [s for s in day.stops if s.sight_id and s.start <= now]
        if any((s.sight_id, _minute(s)) not in after[day.day] for s in begun):
            return False
    return True


def _minute(stop: Stop) -> int:
    return stop.start.hour * 60 + stop.start.minute


def take_swap(draft: Draft, plan: Plan, change: Change) -> None:
    """The days of the swap of the stop with the id `change.what` take the place of the planned.

    Raises Impossible when the plan has no such swap, or its days do not hold any more.
    """
    tables = draft.tables
    stop = next((s for s in plan.visits() if s.id == change.what), None)
    if stop is None or not stop.swap_days:
        raise Impossible("The plan has nothing indoors to put there any more.")
    gone = f"{stop.title} cannot be swapped like that any more."
    days = {day: d for d, day in enumerate(tables.problem.days)}
    before = draft.planned()
    for swap in stop.swap_days:
        blocks = _blocks(tables, swap)
        d = days.get(swap.day)
        if d is None or blocks is None or not draft.holds(d, blocks):
            raise Impossible(gone)
        draft.days[d] = blocks
    draft.banned |= before - draft.planned()
    draft.displaced = [s for s in draft.displaced if s not in draft.banned]
    if tables.purse is not None and draft.cost() > tables.purse:
        raise Impossible(f"{gone} It costs too much.")


def _blocks(tables: Tables, swap: SwapDay) -> list[Block] | None:
    """The blocks of a day as it would be; None when a sight of it is not known any more."""
    found = []
    has_lunch = any(each.what == "lunch" for each in swap.stops)
    places = {**tables.index, "anchor": tables.anchor}
    for each in swap.stops:
        token = _MEALS.get(each.what, tables.index.get(each.what))
        at = places.get(each.at)
        if token is None or at is None:
            return None
        roomy = token >= 0 and each.end - each.start >= tables.duration[token] + LUNCH_MIN
        inside = roomy and tables.long[token] and not has_lunch
        found.append(Block(token, at, each.start, each.end, inside))
    return found
