"""The best whole plan out of all days that a search has tried: no sight twice, money kept.

A search remembers thousands of days. Those that were good but never stood side by side are put
together here, day by day, with the most promising beginnings kept (a beam).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.itinerary.schedule import State

Days = tuple[tuple[int, ...], ...]  # sights of each day in order

BEAM = 150  # beginnings that are kept
POOL = 300  # days looked at for each date, those with the most points
BRANCHES = 20  # days that follow one beginning


def recombined(
    ends: Mapping[tuple[int, tuple[int, ...]], State | None],
    like: Sequence[int],
    purse: int | None,
) -> Days | None:
    """The days with the most points together; None when nothing fits together.

    `ends` are the tried days by (kind of date, sights), `like` the kind of each date, `purse` the
    most that all days may cost.
    """
    pools = _pools(ends)
    beam: list[tuple[float, int, int, Days]] = [(0.0, 0, 0, ())]
    for kind in like:
        pool = pools.get(kind, [])
        grown: dict[int, tuple[float, int, int, Days]] = {}
        for points, used, cost, days in beam:
            left = BRANCHES
            for more, sights, price, order in pool:
                if used & sights or (purse is not None and cost + price > purse):
                    continue
                key, total = used | sights, points + more
                known = grown.get(key)
                if known is None or total > known[0]:
                    grown[key] = (total, key, cost + price, (*days, order))
                left -= 1
                if not left:
                    break
        beam = sorted(grown.values(), key=lambda plan: (-plan[0], plan[1]))[:BEAM]
    return beam[0][3] if beam else None


def _pools(
    ends: Mapping[tuple[int, tuple[int, ...]], State | None],
) -> dict[int, list[tuple[float, int, int, tuple[int, ...]]]]:
    """For each kind of date the best days: points, sights as bits, cost, sights in order."""
    found: dict[int, dict[int, tuple[float, int, int, tuple[int, ...]]]] = {}
    for (kind, order), state in ends.items():
        if state is None:
            continue
        bits = sum(1 << s for s in order)
        best = found.setdefault(kind, {})
        known = best.get(bits)
        if known is None or state.points > known[0]:
            best[bits] = (state.points, bits, state.cost, order)
    return {
        kind: sorted(best.values(), key=lambda day: (-day[0], day[1]))[:POOL]
        for kind, best in found.items()
    }
