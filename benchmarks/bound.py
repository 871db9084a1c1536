"""An upper bound of any plan's score, proven by CP-SAT on a relaxed form of the problem.

Relaxed: a meal takes its time in its window but no way to it, waiting costs nothing, a visit may
begin at any minute of its window. All else is as the planner has it (hours by day, ways, how many
visits, day trips, categories that repeat, areas, best times), so no plan of ours can score more.

Needs ortools, which nothing else uses: `pip install -r requirements-bench.lock`.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

from ortools.sat.python import cp_model  # type: ignore[import-not-found]

from core.itinerary.problem import DINNER_MIN, DINNER_WINDOW, LUNCH_MIN, LUNCH_WINDOW
from core.itinerary.recombine import Days
from core.itinerary.schedule import (
    FIRST_VISIT_POINTS,
    FULL_DAY_POINTS,
    SAME_AREA_POINTS,
    SAME_KIND_POINTS,
    TRAVEL_POINTS,
)
from core.itinerary.tables import FAR_AWAY, NO_LIMIT, Tables

SCALE = 100


class Bound(NamedTuple):
    """`upper` is proven; `days` is the best solution of the relaxed problem, None without one."""

    upper: float
    days: Days | None
    optimal: bool


class _Day:
    """Variables of one day: a circuit through the anchor over the sights that are visited."""

    def __init__(self, model: cp_model.CpModel, tables: Tables, d: int) -> None:
        self.model, self.tables, self.d = model, tables, d
        self.open = [s for s in range(tables.n) if tables.windows[d][s]]
        self.visit = {s: model.new_bool_var(f"v{d}_{s}") for s in self.open}
        self.start = {s: self._start(s) for s in self.open}
        self.arcs: dict[tuple[int, int], cp_model.IntVar] = {}
        self.points: list[cp_model.LinearExpr] = []
        self._circuit()
        self._meals()
        self._hours()
        self._counts()
        self._full()
        for s in self.open:
            self._worth(s)

    def _start(self, s: int) -> cp_model.IntVar:
        windows = [[a, b] for a, b in self.tables.windows[self.d][s]]
        domain = cp_model.Domain.from_intervals(windows)
        return self.model.new_int_var_from_domain(domain, f"t{self.d}_{s}")

    def _circuit(self) -> None:
        tables, model, d = self.tables, self.model, self.d
        anchor, first, limit = tables.anchor, tables.start[d], tables.limit[d]
        node = {anchor: 0, **{s: n for n, s in enumerate(self.open, 1)}}
        empty = model.new_bool_var(f"empty{d}")
        arcs = [(0, 0, empty)]
        for i in (anchor, *self.open):
            for j in (anchor, *self.open):
                if i == j or tables.travel[i][j] >= FAR_AWAY or not self._possible(i, j):
                    continue
                arc = self.arcs[i, j] = model.new_bool_var(f"x{d}_{i}_{j}")
                arcs.append((node[i], node[j], arc))
                self._follows(i, j, arc, first, limit)
                gain = -TRAVEL_POINTS * tables.minutes[i][j]
                if i != anchor and j != anchor and tables.area[j] == tables.area[i] != 0:
                    gain += SAME_AREA_POINTS
                self.points.append(_up(gain) * arc)
        for s in self.open:
            arcs.append((node[s], node[s], self.visit[s].negated()))
        model.add_circuit(arcs)
        model.add(sum(self.visit.values()) == 0).only_enforce_if(empty)
        self.points.append(_up(FIRST_VISIT_POINTS) * empty.negated())

    def _possible(self, i: int, j: int) -> bool:
        """False when j can never come right after i."""
        tables, d = self.tables, self.d
        if tables.anchor in (i, j):
            return True
        earliest = tables.windows[d][i][0][0] + tables.duration[i] + tables.travel[i][j]
        return earliest <= tables.windows[d][j][-1][1]

    def _follows(self, i: int, j: int, arc: cp_model.IntVar, first: int, limit: int) -> None:
        tables, model = self.tables, self.model
        way = tables.travel[i][j]
        if i == tables.anchor:
            model.add(self.start[j] >= first + way).only_enforce_if(arc)
        elif j == tables.anchor:
            if limit < NO_LIMIT:
                end = self.start[i] + tables.duration[i] + way
                model.add(end <= limit).only_enforce_if(arc)
        else:
            end = self.start[i] + tables.duration[i] + way
            model.add(self.start[j] >= end).only_enforce_if(arc)

    def _meals(self) -> None:
        tables, model, d = self.tables, self.model, self.d
        blocks = [
            model.new_optional_fixed_size_interval_var(
                self.start[s], tables.duration[s], self.visit[s], f"i{d}_{s}"
            )
            for s in self.open
        ]
        self.eaten: cp_model.IntVar | int = 0
        if tables.lunch[d]:
            at = model.new_int_var(LUNCH_WINDOW[0], LUNCH_WINDOW[1] - LUNCH_MIN, f"lunch{d}")
            eaten = self.eaten = model.new_bool_var(f"eaten{d}")
            blocks.append(model.new_optional_fixed_size_interval_var(at, LUNCH_MIN, eaten, f"l{d}"))
            model.add_bool_or([eaten, *(self.visit[s] for s in self.open if tables.long[s])])
        if tables.dinner[d]:
            at = model.new_int_var(DINNER_WINDOW[0], DINNER_WINDOW[1] - DINNER_MIN, f"dinner{d}")
            blocks.append(model.new_fixed_size_interval_var(at, DINNER_MIN, f"d{d}"))
        model.add_no_overlap(blocks)

    def _hours(self) -> None:
        """Visits, ways to them and lunch fit between the start and each hour; sharper than alone.

        Whatever has to be over by an hour is counted, for every hour at which something is.
        """
        tables, model, d = self.tables, self.model, self.d
        ends = {s: tables.windows[d][s][-1][1] + tables.duration[s] for s in self.open}
        for hour in sorted(set(ends.values())):
            early = {s for s in self.open if ends[s] <= hour}
            spent = [tables.duration[s] * self.visit[s] for s in early]
            spent += [tables.travel[i][j] * arc for (i, j), arc in self.arcs.items() if j in early]
            model.add(sum(spent) <= hour - tables.start[d])

    def _counts(self) -> None:
        tables, model, d = self.tables, self.model, self.d
        model.add(sum(self.visit.values()) <= tables.rule.max_visits)
        far = [self.visit[s] for s in self.open if tables.far[s]]
        if far:
            model.add(sum(far) <= 1)
        for kind in {tables.kind[s] for s in self.open}:
            same = [self.visit[s] for s in self.open if tables.kind[s] == kind]
            again = model.new_int_var(0, len(same), f"again{d}_{kind}")
            model.add(again >= sum(same) - 1)
            self.points.append(_up(-SAME_KIND_POINTS) * again)

    def _full(self) -> None:
        """Each visit that makes the day fuller costs more than the one before."""
        tables, model = self.tables, self.model
        count = sum(self.visit.values())
        for over in range(1, tables.rule.max_visits - tables.calm + 1):
            fuller = model.new_bool_var(f"full{self.d}_{over}")
            model.add(count <= tables.calm + over - 1).only_enforce_if(fuller.negated())
            self.points.append(_up(-FULL_DAY_POINTS * over) * fuller)

    def _worth(self, s: int) -> None:
        """The worth of a visit, more in its best time and less outside of it."""
        tables, model, d = self.tables, self.model, self.d
        worth, share = tables.points[d][s], tables.time_share[d][s]
        if not tables.best[s]:
            self.points.append(_up(worth) * self.visit[s])
            return
        self.points.append(_up(worth - share / 2) * self.visit[s])
        half = tables.duration[s] // 2
        hits = []
        for n, (first, last) in enumerate(tables.best[s]):
            hit = model.new_bool_var(f"best{d}_{s}_{n}")
            model.add(self.start[s] + half >= first).only_enforce_if(hit)
            model.add(self.start[s] + half <= last).only_enforce_if(hit)
            self.points.append(_up(1.5 * share) * hit)
            hits.append(hit)
        model.add(sum(hits) <= self.visit[s])

    def hint(self, sights: tuple[int, ...]) -> None:
        route = [self.tables.anchor, *sights, self.tables.anchor]
        steps = set(pairwise(route))
        for key, arc in self.arcs.items():
            self.model.add_hint(arc, key in steps)
        for s in self.open:
            self.model.add_hint(self.visit[s], s in sights)


def bound(tables: Tables, known: Days, seconds: float, workers: int = 2) -> Bound:
    """The bound that CP-SAT proves in `seconds`, starting from the plan `known`."""
    model = cp_model.CpModel()
    days = [_Day(model, tables, d) for d in range(tables.days)]
    for s in range(tables.n):
        visits = [day.visit[s] for day in days if s in day.visit]
        if len(visits) > 1:
            model.add_at_most_one(visits)
    for day, sights in zip(days, known, strict=True):
        day.hint(sights)
    model.maximize(sum(point for day in days for point in day.points))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    status = solver.solve(model)
    found: Days | None = None
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found = tuple(_route(day, solver) for day in days)
    upper = solver.best_objective_bound / SCALE
    return Bound(upper, found, status == cp_model.OPTIMAL)


def _route(day: _Day, solver: cp_model.CpSolver) -> tuple[int, ...]:
    after = {i: j for (i, j), arc in day.arcs.items() if solver.boolean_value(arc)}
    route, at = [], day.tables.anchor
    while (at := after.get(at, day.tables.anchor)) != day.tables.anchor:
        route.append(at)
    return tuple(route)


def _up(points: float) -> int:
    """Rounded so that the bound never becomes too low."""
    return ceil(points * SCALE - 1e-9) if points >= 0 else -floor(-points * SCALE + 1e-9)
