"""Greedy insertion, ruin and recreate, recombination: which sights on which day, in which order.

Team orienteering with a time window per sight and day. Everything is seeded and counted, nothing
looks at the clock, so the same problem gives the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import permutations
from random import Random

from core.itinerary.insertion import EAGERNESS, Gaps, Insertion
from core.itinerary.recombine import Days, recombined
from core.itinerary.schedule import TRAVEL_POINTS, State, whole_day
from core.itinerary.tables import FAR_AWAY, MUST_BONUS, Tables

CHOICE = 2  # sights looked at for each place in the plan
NOISE = 0.35
ROUNDS = 4  # after each, the days tried so far are put together anew
PATIENCE = 0.02  # share of the points that may be lost for a while
KEPT_DAYS = 60_000  # remembered days, before the memory starts again
PERMUTED_UP_TO = 5


class Search:
    """The search over one set of tables; `run` can be called once per question."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.rng = Random(tables.problem.seed)
        self._ends: dict[tuple[int, tuple[int, ...]], State | None] = {}
        self._gaps: dict[tuple[int, tuple[int, ...]], Gaps] = {}
        self._like = _alike(tables)
        self._usable = [self._worth_trying(d) for d in range(tables.days)]

    def run(self, iterations: int, start: Days | None = None) -> Days:
        """The best days found. Sights in `start` are taken over as far as they fit."""
        empty: Days = ((),) * self.tables.days
        calm = [1.0] * self.tables.n
        tries = [self._refill(empty, calm, power) for power in range(EAGERNESS)]
        if start is not None and all(self.end(d, day) is not None for d, day in enumerate(start)):
            tries.append(self._refill(start, calm, 0))
        best = max((t for t in tries if self.affordable(t)), key=self.points, default=empty)
        best = self._reordered(best)
        for part in range(ROUNDS if iterations else 0):
            best = self._annealed(best, (iterations + part) // ROUNDS)
            again = recombined(self._ends, self._like, self.tables.purse)
            if again is not None and self.points(again) > self.points(best) + 1e-9:
                best = again
        return self._reordered(best)

    def _annealed(self, start: Days, iterations: int) -> Days:
        """Ruin and recreate; slightly worse is accepted in the beginning, to leave a valley."""
        best = now = start
        best_points = now_points = self.points(start)
        asked = sum(s in self.tables.must for day in best for s in day)
        slack = PATIENCE * abs(best_points - MUST_BONUS * asked)
        for n in range(iterations):
            found = self._refill(self._ruin(now), self._noise(), self.rng.randrange(EAGERNESS))
            found_points = self.points(found)
            if not self.affordable(found):
                continue
            patience = slack * (1 - n / iterations)
            if found_points > now_points - patience * self.rng.random():
                now, now_points = found, found_points
            if now_points > best_points + 1e-9:
                best, best_points = now, now_points
                now = best = self._reordered(best)
                now_points = best_points = self.points(best)
            elif n % 40 == 39:
                now, now_points = best, best_points
        return best

    def end(self, day: int, sights: tuple[int, ...]) -> State | None:
        """How the day ends with these sights, None when they do not fit; remembered."""
        key = (self._like[day], sights)
        if key not in self._ends:
            if len(self._ends) > KEPT_DAYS:
                self._ends.clear()
            self._ends[key] = whole_day(self.tables, day, sights)
        return self._ends[key]

    def points(self, days: Days) -> float:
        ends = [self.end(d, sights) for d, sights in enumerate(days)]
        return sum(end.points if end else -FAR_AWAY for end in ends)

    def affordable(self, days: Days) -> bool:
        purse = self.tables.purse
        return purse is None or self._cost(days) <= purse

    def insertions(
        self, day: int, sights: tuple[int, ...], used: Container[int] = ()
    ) -> list[Insertion]:
        """The best place in the day for each sight that fits, remembered; those in `used` may be
        missing."""
        key = (self._like[day], sights)
        gaps = self._gaps.get(key)
        if gaps is None:
            if len(self._gaps) > KEPT_DAYS // 10:
                self._gaps.clear()
            before = self.end(day, sights)
            gaps = self._gaps[key] = Gaps(self.tables, day, sights, before, self._usable[day])
        return gaps.options(used)

    def _worth_trying(self, day: int) -> list[int]:
        """Open sights, in a big town only those that are good for their distance."""
        tables = self.tables
        sights = [s for s in range(tables.n) if tables.windows[day][s]]
        enough = max(40, CHOICE * tables.days * tables.rule.max_visits)
        away = tables.minutes[tables.anchor]
        sights.sort(key=lambda s: (TRAVEL_POINTS * away[s] - tables.points[day][s], s))
        return sorted(sights[:enough])

    def _cost(self, days: Days) -> int:
        ends = [self.end(d, sights) for d, sights in enumerate(days)]
        return sum(end.cost for end in ends if end)

    def _refill(self, days: Days, noise: Sequence[float], power: int) -> Days:
        """Puts in the most promising sight again and again until nothing fits or wins."""
        now = list(days)
        used = {s for day in now for s in day}
        purse = self.tables.purse
        left = None if purse is None else purse - self._cost(days)
        while True:
            chosen: Insertion | None = None
            chosen_day, chosen_key = -1, 0.0
            for d, sights in enumerate(now):
                for option in self.insertions(d, sights, used):
                    if option.token in used:
                        continue
                    key = option.keys[power] * noise[option.token]
                    if key > chosen_key and (left is None or option.cost <= left):
                        chosen, chosen_day, chosen_key = option, d, key
            if chosen is None:
                return tuple(now)
            now[chosen_day] = chosen.sights
            used.add(chosen.token)
            if left is not None:
                left -= chosen.cost

    def _noise(self) -> list[float]:
        random = self.rng.random
        return [1.0 - NOISE * random() for _ in range(self.tables.n)]

    def _ruin(self, days: Days) -> Days:
        """Empties a day or two, exchanges two, takes a stretch out of each, or sights anywhere."""
        rng, now = self.rng, [list(day) for day in days]
        kind = rng.random()
        if kind < 0.25 and len(now) > 1:
            a, b = rng.sample(range(len(now)), 2)
            swapped = [*days]
            swapped[a], swapped[b] = days[b], days[a]
            both = self.end(a, swapped[a]) is not None and self.end(b, swapped[b]) is not None
            if kind < 0.05 and both:
                return tuple(swapped)
            now[a], now[b] = [], []
        elif kind < 0.55:
            now[rng.randrange(len(now))] = []
        elif kind < 0.65:
            for day in now:
                if day:
                    first = rng.randrange(len(day))
                    del day[first : first + rng.randint(1, 2)]
        else:
            share = rng.uniform(0.15, 0.5)
            now = [[s for s in day if rng.random() > share] for day in now]
        return tuple(
            tuple(day) if self.end(d, tuple(day)) is not None else () for d, day in enumerate(now)
        )

    def _reordered(self, days: Days) -> Days:
        """The same sights on the same days in the best order, where a day is short enough."""
        now = list(days)
        for d, sights in enumerate(days):
            if not 2 <= len(sights) <= PERMUTED_UP_TO:
                continue
            best = self.end(d, sights)
            for order in permutations(sights):
                end = whole_day(self.tables, d, order)
                if end is None or (best is not None and end.points <= best.points + 1e-9):
                    continue
                trial = (*now[:d], order, *now[d + 1 :])
                if self.affordable(trial):
                    now[d], best = order, end
        return tuple(now)


def _alike(tables: Tables) -> list[int]:
    """For each day the first day that is the same in everything a search can see."""
    seen: dict[object, int] = {}
    found = []
    for d in range(tables.days):
        key = (
            tables.start[d],
            tables.limit[d],
            tables.lunch[d],
            tables.dinner[d],
            tuple(tables.windows[d]),
            tuple(tables.windows_lunch[d]),
            tuple(tables.points[d]),
        )
        found.append(seen.setdefault(key, d))
    return found
