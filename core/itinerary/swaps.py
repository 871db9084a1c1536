"""An indoor sight instead of each outdoor stop, for a day that turns out wet.

One that is not in the plan yet takes the place; else one of another day changes places with it;
else one takes the time of two outdoor stops of the day, and the other one is left out.
The days as they would be are part of the plan, so that they are verified with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core.itinerary import budget
from core.itinerary.problem import APPOINTMENT
from core.itinerary.schedule import LUNCH, Block, first_state, whole_day
from core.itinerary.tables import Tables
from core.trips import Day, SwapDay, SwapStop

NO_PURSE = 10**12
Blocks = Sequence[Sequence[Block]]  # of each day, in order of time


class _Swap(NamedTuple):
    """A sight for a stop; `days` as they would be by number, `calm` how little else moves."""

    sight: int
    exchanged: bool
    moved: int
    points: float
    days: dict[int, list[Block]]


def with_swaps(tables: Tables, days: Sequence[Day], blocks: Blocks) -> list[Day]:
    """The days with a swap at each outdoor stop, where there is one."""
    problem = tables.problem
    planned = {block.token for day in blocks for block in day}
    spare = [s for s in range(tables.n) if _indoor(tables, s) and s not in planned]
    slack = NO_PURSE
    if problem.budget is not None:
        slack = int((problem.budget - budget.budget(days, problem).total) * 100)
    taken: set[int] = set()
    done: list[Day] = []
    for d, day in enumerate(days):
        found: dict[str, _Swap] = {}
        for block in blocks[d]:
            if not _may_go(tables, block) or _indoor(tables, block.token):
                continue
            swaps = list(_taking_its_place(tables, blocks, d, block.token, spare, slack))
            swaps = swaps or list(_changing_places(tables, blocks, d, block.token, slack))
            swaps = swaps or list(_taking_two_places(tables, blocks, d, block.token, spare, slack))
            if swaps:
                best = min(swaps, key=lambda w: (w.sight in taken, w.moved, -w.points, w.sight))
                taken.add(best.sight)
                found[f"stop-{tables.ids[block.token]}"] = best
        stops = []
        for stop in day.stops:
            swap = found.get(stop.id)
            update = {
                "swap_sight_id": tables.ids[swap.sight] if swap else "",
                "swap_days": _as_days(tables, swap) if swap else (),
            }
            stops.append(stop.model_copy(update=update))
        done.append(day.model_copy(update={"stops": tuple(stops)}))
    return done


def _indoor(tables: Tables, s: int) -> bool:
    return tables.problem.sights[tables.ids[s]].indoor


def _may_go(tables: Tables, block: Block) -> bool:
    """False for meals and for what is booked."""
    if block.token < 0:
        return False
    id = tables.ids[block.token]
    booked = id in tables.problem.booked
    return not booked and tables.problem.sights[id].category != APPOINTMENT


def _taking_its_place(
    tables: Tables, blocks: Blocks, d: int, old: int, spare: Sequence[int], slack: int
) -> Iterator[_Swap]:
    before = _visits(blocks[d])
    for s in spare:
        made = _best(tables, d, before, old, s, blocks[d])
        if made is not None and _cost(tables, d, made[1]) - _cost(tables, d, blocks[d]) <= slack:
            yield _Swap(s, False, made[0], tables.worth[d][s], {d: made[1]})


def _taking_two_places(
    tables: Tables, blocks: Blocks, d: int, old: int, spare: Sequence[int], slack: int
) -> Iterator[_Swap]:
    """With another outdoor stop of the day left out, as it would be wet there too."""
    for block in blocks[d]:
        wet = _may_go(tables, block) and not _indoor(tables, block.token)
        if not wet or block.token == old or block.token in tables.must:
            continue
        before = tuple(v for v in _visits(blocks[d]) if v != block.token)
        for s in spare:
            made = _best(tables, d, before, old, s, blocks[d])
            if made is None:
                continue
            if _cost(tables, d, made[1]) - _cost(tables, d, blocks[d]) <= slack:
                points = tables.worth[d][s] - tables.worth[d][block.token]
                yield _Swap(s, False, made[0], points, {d: made[1]})


def _changing_places(
    tables: Tables, blocks: Blocks, d: int, old: int, slack: int
) -> Iterator[_Swap]:
    """With a sight of a day on which it is dry, as far as anybody knows."""
    problem, here = tables.problem, _visits(blocks[d])
    for e, day in enumerate(blocks):
        weather = problem.weather.get(problem.days[e])
        if e == d or not tables.windows[e][old] or (weather and not weather.outdoor_ok):
            continue
        there = _visits(day)
        for block in day:
            if not _may_go(tables, block) or not _indoor(tables, block.token):
                continue
            mine = _best(tables, d, here, old, block.token, blocks[d])
            theirs = mine and _best(tables, e, there, block.token, old, day)
            if not mine or not theirs:
                continue
            more = _cost(tables, d, mine[1]) - _cost(tables, d, blocks[d])
            more += _cost(tables, e, theirs[1]) - _cost(tables, e, day)
            if more <= slack:
                points = tables.worth[d][block.token] + tables.worth[e][old]
                days = {d: mine[1], e: theirs[1]}
                yield _Swap(block.token, True, mine[0] + theirs[0], points, days)


def _best(
    tables: Tables, d: int, visits: tuple[int, ...], old: int, new: int, now: Sequence[Block]
) -> tuple[int, list[Block]] | None:
    """The day with `new` for `old`, the others in their order; how many of them move, and it."""
    if not tables.windows[d][new]:
        return None
    rest = [s for s in visits if s != old]
    if tables.far[new] and any(tables.far[s] for s in rest):
        return None
    at = visits.index(old)
    best: tuple[int, int, list[Block]] | None = None
    for p in range(len(rest) + 1):
        blocks: list[Block] = []
        if whole_day(tables, d, (*rest[:p], new, *rest[p:]), blocks) is None:
            continue
        starts = {b.token: b.start for b in blocks}
        moved = sum(starts.get(b.token) != b.start for b in now if b.token != old)
        if best is None or (moved, abs(p - at)) < best[:2]:
            best = (moved, abs(p - at), blocks)
    return None if best is None else (best[0], best[2])


def _visits(blocks: Sequence[Block]) -> tuple[int, ...]:
    return tuple(block.token for block in blocks if block.token >= 0)


def _cost(tables: Tables, d: int, blocks: Sequence[Block]) -> int:
    """Tickets, fares and meals of a day in hundredths."""
    at, total = first_state(tables, d).at, 0
    for block in blocks:
        total += tables.fare[at][block.at]
        total += tables.ticket[block.token] if block.token >= 0 else tables.meal
        at = block.at
    return total + tables.fare[at][tables.anchor]


def _as_days(tables: Tables, swap: _Swap) -> tuple[SwapDay, ...]:
    names = (*tables.ids, "anchor")

    def stop(block: Block) -> SwapStop:
        meal = "lunch" if block.token == LUNCH else "dinner"
        what = tables.ids[block.token] if block.token >= 0 else meal
        return SwapStop(what=what, at=names[block.at], start=block.start, end=block.end)

    return tuple(
        SwapDay(day=tables.problem.days[d], stops=tuple(stop(b) for b in blocks))
        for d, blocks in sorted(swap.days.items())
    )
