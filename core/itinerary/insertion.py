"""Where a sight can go into a day, and what that wins; each place is worked out once."""

from __future__ import annotations

from collections.abc import Container, Sequence
from math import sqrt

from core.itinerary.schedule import State, advance, finish, first_state
from core.itinerary.tables import Tables

EAGERNESS = 3  # gain, gain per root of a minute, gain per minute: what goes in next
POSITIONS = 2  # fitting positions that are compared, those with the smallest detour first


class Insertion:
    """A sight into a day at a position: what it wins, by the three kinds of eagerness."""

    __slots__ = ("cost", "keys", "sights", "token")

    def __init__(self, token: int, sights: tuple[int, ...], gain: float, load: int, cost: int):
        self.token = token
        self.sights = sights  # the day afterwards
        self.cost = cost
        load = max(load, 15)
        self.keys = (gain, gain / sqrt(load), gain / load)


class Gaps:
    """The gaps of one day with some sights. A sight is tried when somebody first asks for it."""

    def __init__(
        self,
        tables: Tables,
        day: int,
        sights: tuple[int, ...],
        before: State | None,
        usable: Sequence[int],
    ) -> None:
        self.tables, self.day, self.sights = tables, day, sights
        self.found: list[Insertion] = []
        self.untried: list[int] = []
        if before is None or len(sights) >= tables.rule.max_visits:
            return
        self.before = before
        self.states = [first_state(tables, day)]
        advance(tables, day, self.states[0], sights, None, self.states)
        stops, latest = [*sights, tables.anchor], self._latest()
        self.spots = [
            (p, state.t, state.at, stops[p], latest[p]) for p, state in enumerate(self.states)
        ]
        has_daytrip = any(tables.far[s] for s in sights)
        self.untried = [
            s for s in usable if s not in sights and not (has_daytrip and tables.far[s])
        ]

    def options(self, used: Container[int]) -> list[Insertion]:
        """What fits, each at its best place; sights in `used` may be missing."""
        if self.untried:
            later = []
            for s in self.untried:
                if s in used:
                    later.append(s)
                elif (option := self._best_place(s)) is not None:
                    self.found.append(option)
            self.untried = later
        return self.found

    def _best_place(self, s: int) -> Insertion | None:
        """The place of a sight by what the day is worth afterwards; None when it wins nothing."""
        tables, day, sights = self.tables, self.day, self.sights
        window, travel, minutes = tables.windows[day][s], tables.travel, tables.minutes
        first, last, to = window[0][0], window[-1][1], minutes[s]
        stay, on = tables.duration[s], travel[s]
        detours = [
            (minutes[at][s] + to[after] - minutes[at][after], p)
            for p, t, at, after, by in self.spots
            if (arrival := t + travel[at][s]) <= last
            and (arrival if arrival > first else first) + stay + on[after] <= by
        ]
        detours.sort()
        best: State | None = None
        best_at, left = -1, POSITIONS
        for _, p in detours:
            end = advance(tables, day, self.states[p], (s, *sights[p:]))
            if end is not None:
                end = finish(tables, day, end)
            if end is None:
                continue
            if best is None or end.points > best.points:
                best, best_at = end, p
            left -= 1
            if not left:
                break
        before = self.before
        if best is None or best.points <= before.points:
            return None
        gain, load = best.points - before.points, best.load - before.load
        whole = (*sights[:best_at], s, *sights[best_at:])
        return Insertion(s, whole, gain, load, best.cost - before.cost)

    def _latest(self) -> list[int]:
        """The latest arrival at each stop, and back at the anchor, that lets the rest be; without
        meals, so an earlier one may still be too late."""
        tables, windows = self.tables, self.tables.windows[self.day]
        by, after = tables.limit[self.day], tables.anchor
        found = [by]
        for s in reversed(self.sights):
            by = min(windows[s][-1][1], by - tables.travel[s][after] - tables.duration[s])
            after = s
            found.append(by)
        return found[::-1]
