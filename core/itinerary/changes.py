"""What single changes ask of a draft: swapping, moving, adding, more of something, indoors.

`BEFORE` holds those that come before the days are repaired, `AFTER` those that come after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from core.interests import INTERESTS, matches
from core.itinerary.problem import Impossible
from core.itinerary.repair import Draft
from core.itinerary.take_swap import take_swap
from core.naming import best_named
from core.reading import Change, ChangeKind
from core.travel import DayWeather
from core.trips import Plan
from core.words import WEEKDAYS
from core.words import day as day_text

MOST_NEW = 3  # stops that "more of" brings in at most, one a day


def _swap_days(draft: Draft, plan: Plan, change: Change) -> None:
    if change.day is None or change.other_day is None:
        return
    a, b = change.day - 1, change.other_day - 1
    if max(a, b) < len(draft.days):
        draft.days[a], draft.days[b] = draft.days[b], draft.days[a]


def _take_out(draft: Draft, plan: Plan, change: Change) -> None:
    s = _meant(draft, plan, change.what)
    if s is None:
        return
    if s in draft.tables.must:
        raise Impossible(f"{_name(draft, s)} has to be in the plan, as you said before.")
    draft.banned.add(s)
    for d, day in enumerate(draft.days):
        draft.days[d] = [block for block in day if block.token != s]


def _lighter(draft: Draft, plan: Plan, change: Change) -> None:
    """ "Day 1 is too full": the visit of that day that is worth least goes, and stays out."""
    if change.day is None or change.day > draft.tables.days:
        return
    d = change.day - 1
    options = [s for s in draft.visits(d) if s not in draft.tables.must]
    if options:
        s = min(options, key=lambda s: (draft.tables.worth[d][s], s))
        draft.banned.add(s)
        draft.days[d] = [block for block in draft.days[d] if block.token != s]


def _move(draft: Draft, plan: Plan, change: Change) -> None:
    s = _meant(draft, plan, change.what)
    if s is None or change.day is None or change.day > draft.tables.days:
        return
    d, tables = change.day - 1, draft.tables
    if draft.day_of(s) == d:
        return
    day = tables.problem.days[d]
    if (booked := tables.problem.booked.get(tables.ids[s])) is not None:
        raise Impossible(
            f"{_name(draft, s)} is booked for {day_text(booked[0])}: you decide. When the booking "
            "has moved, tell me its new day and time."
        )
    if not tables.windows[d][s]:
        why = _why(draft, s, d)
        raise Impossible(f"{_name(draft, s)} cannot be visited on {day_text(day)}{why}.")
    home = draft.remove(s)
    if draft.insert(s, [d]) or draft.squeeze(s, [d]) or draft.replace(s, [d]):
        return
    if home is not None:
        draft.insert(s, [home])
    raise Impossible(f"{_name(draft, s)} does not fit on {day_text(day)}.")


def _add(draft: Draft, plan: Plan, change: Change) -> None:
    """Most often the sight is a must of the new problem; else its name is looked up."""
    if draft.tables.must - draft.planned() or change.what in INTERESTS:
        return
    names = [(id, sight.name) for id, sight in draft.tables.problem.sights.items()]
    id = change.what if change.what in draft.tables.index else best_named(change.what, names)
    if id is None:
        return
    s = draft.tables.index[id]
    if s in draft.planned():
        return
    days = [change.day - 1] if change.day else list(range(draft.tables.days))
    if not any(draft.tables.windows[d][s] for d in days):
        raise Impossible(f"{_name(draft, s)} is not open in the hours of this trip.")
    if not (draft.insert(s, days) or draft.squeeze(s, days) or draft.replace(s, days)):
        raise Impossible(f"{_name(draft, s)} does not fit into the days and money of this trip.")


def _more_of(draft: Draft, plan: Plan, change: Change) -> None:
    """Up to one more sight a day: into gaps first, then for what is worth least."""
    tables = draft.tables
    sights = [tables.problem.sights[id] for id in tables.ids]
    liked = frozenset(s for s, x in enumerate(sights) if matches(change.what, x.category, x.tags))
    wanted = min(MOST_NEW, tables.days)
    days = sorted(range(tables.days), key=lambda d: (len(liked & set(draft.visits(d))), d))
    for into_gaps in (True, False):
        for d in [*days]:
            if wanted == 0:
                return
            open_now = [s for s in liked - draft.planned() if tables.windows[d][s]]
            open_now.sort(key=lambda s: (-tables.worth[d][s], s))
            for s in open_now[:6]:
                if draft.insert(s, [d]) if into_gaps else draft.replace(s, [d], keep=liked):
                    wanted -= 1
                    days.remove(d)
                    break


def _indoors(draft: Draft, plan: Plan, change: Change) -> None:
    """Outdoor stops of a day (None: of every day with bad weather) give way to indoor ones."""
    tables, weather = draft.tables, draft.tables.problem.weather
    swaps = {stop.sight_id: stop.swap_sight_id for stop in plan.visits()}
    wet = {d for d, day in enumerate(tables.problem.days) if _bad(weather.get(day))}
    asked = {change.day - 1} if change.day is not None else wet
    for d in sorted(asked):
        for s in draft.visits(d) if d < tables.days else ():
            sight = tables.problem.sights[tables.ids[s]]
            if sight.indoor or s in tables.must:
                continue
            first = tables.index.get(swaps.get(sight.id, ""), -1)
            if s not in draft.visits(d):  # it made room for another one's stand-in
                continue
            if not _stand_in(draft, d, s, first) and not _change_places(
                draft, d, s, first, wet | asked
            ):
                _stand_in(draft, d, s, first, leaving=_wet_stops(draft, d, s))


def _bad(weather: DayWeather | None) -> bool:
    return weather is not None and not weather.outdoor_ok


def _wet_stops(draft: Draft, d: int, s: int) -> tuple[int, ...]:
    """The other outdoor stops of a day that nobody insists on."""
    return tuple(
        o
        for o in draft.visits(d)
        if o != s and not _indoor(draft, o) and o not in draft.tables.must
    )


def _stand_in(draft: Draft, d: int, s: int, first: int, *, leaving: Sequence[int] = ()) -> bool:
    """An unplanned indoor sight for `s`, the one named in the plan before others.

    With `leaving`, one of these stops is left out for it.
    """
    tables = draft.tables
    taken = draft.planned() | draft.banned
    spare = [o for o in range(tables.n) if _indoor(draft, o) and o not in taken]
    spare.sort(key=lambda o: (o != first, -tables.worth[d][o], o))
    for other, gone in product(spare, leaving or (None,)):
        trial = draft.copy()
        trial.remove(s)
        if gone is not None:
            trial.remove(gone)
        if tables.windows[d][other] and trial.squeeze(other, [d]):
            draft.days = trial.days
            draft.banned |= {s} if gone is None else {s, gone}
            return True
    return False


def _change_places(draft: Draft, d: int, s: int, first: int, wet: set[int]) -> bool:
    """An indoor sight of a dry day for `s`, which goes there."""
    tables = draft.tables
    others = [
        (e, o)
        for e in range(tables.days)
        if e not in wet and tables.windows[e][s]
        for o in draft.visits(e)
        if _indoor(draft, o) and o not in tables.must and tables.windows[d][o]
    ]
    others.sort(key=lambda pair: (pair[1] != first, -tables.worth[d][pair[1]], pair))
    for e, other in others:
        trial = draft.copy()
        trial.remove(s)
        trial.remove(other)
        if trial.squeeze(other, [d]) and trial.squeeze(s, [e]):
            draft.days = trial.days
            return True
    return False


def _indoor(draft: Draft, s: int) -> bool:
    return draft.tables.problem.sights[draft.tables.ids[s]].indoor


def _meant(draft: Draft, plan: Plan, what: str) -> int | None:
    """The sight of the plan that these words, a stop id or a sight id mean."""
    visits = plan.visits()
    exact = [stop.sight_id for stop in visits if what in (stop.id, stop.sight_id)]
    id = exact[0] if exact else best_named(what, [(stop.sight_id, stop.title) for stop in visits])
    return draft.tables.index.get(id) if id else None


def _name(draft: Draft, s: int) -> str:
    return draft.tables.problem.sights[draft.tables.ids[s]].name


def _why(draft: Draft, s: int, d: int) -> str:
    sight, day = draft.tables.problem.sights[draft.tables.ids[s]], draft.tables.problem.days[d]
    closed = sight.hours is not None and not sight.hours.get(day, (1,))
    return f": it is closed on {WEEKDAYS[day.weekday()]}" if closed else ""


BEFORE: dict[ChangeKind, Callable[[Draft, Plan, Change], None]] = {
    ChangeKind.SWAP_DAYS: _swap_days,
    ChangeKind.REMOVE: _take_out,
    ChangeKind.SLOWER: _lighter,
}
AFTER: dict[ChangeKind, Callable[[Draft, Plan, Change], None]] = {
    ChangeKind.MOVE: _move,
    ChangeKind.ADD: _add,
    ChangeKind.MORE_OF: _more_of,
    ChangeKind.INDOOR: _indoors,
    ChangeKind.TAKE_SWAP: take_swap,
}
