"""Split and rejoin: one afternoon in two halves, when that lifts whoever is worst off.

Both halves are whole plans of the same days that differ in one stretch of one afternoon. They part
after a stop that both have, and sit down to dinner at the same place and minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import permutations

from core.groups.fairness import Interest
from core.itinerary.build import blocks_of, iterations_for
from core.itinerary.compose import compose
from core.itinerary.problem import Problem
from core.itinerary.recombine import Days
from core.itinerary.schedule import DINNER, LUNCH, Block
from core.itinerary.search import Search
from core.itinerary.tables import MUST_BONUS, Tables
from core.itinerary.verify import verify
from core.trips import Plan, StopKind

STEP = 0.05  # by how much the least satisfied has to gain, as a share
TRIED = 8  # sights that are not in the plan and worth most to a taste
LONGEST = 2  # visits of one half while they are apart


@dataclass(frozen=True)
class Half:
    """Who goes (by number), what they see while apart, and their whole plan, verified."""

    people: tuple[int, ...]
    sees: tuple[str, ...]
    plan: Plan


@dataclass(frozen=True)
class Split:
    """Two halves of one day: where they part and when, the common dinner, what it lifts."""

    part_after: str
    part_at: datetime
    dinner: str
    dinner_at: datetime
    halves: tuple[Half, Half]
    least_before: float
    least_after: float


@dataclass(frozen=True)
class _Variant:
    days: Days
    d: int
    first: int  # where in the day's order the stretch begins
    stretch: tuple[int, ...]
    shares: tuple[float, ...]


def best_split(plan: Plan, problem: Problem, interests: Sequence[Interest]) -> Split | None:
    """The split that lifts the least satisfied most; None when none lifts it by `STEP`."""
    searches = [Search(Tables(replace(problem, interest=i))) for i in interests]
    tables = searches[0].tables
    days = _days_of(plan, tables)
    if days is None or len(interests) < 2:
        return None
    bonus = MUST_BONUS * len(tables.must)
    ideal = [
        max(s.points(s.run(iterations_for(problem) // 4, days)) - bonus, 1.0) for s in searches
    ]

    def shares(changed: Days) -> tuple[float, ...]:
        return tuple(
            max(0.0, min(1.0, (s.points(changed) - bonus) / best))
            for s, best in zip(searches, ideal, strict=True)
        )

    before = shares(days)
    best: tuple[tuple[float, float], Split] | None = None
    for d in range(tables.days):
        for first, last in _stretches(tables, d, days):
            variants = [
                _Variant(changed, d, first, stretch, shares(changed))
                for stretch, changed in _variants(searches, days, d, first, last)
            ]
            for a in variants:
                for b in variants:
                    if a.stretch >= b.stretch or set(a.stretch) & set(b.stretch):
                        continue
                    each = tuple(max(x, y) for x, y in zip(a.shares, b.shares, strict=True))
                    key = (round(min(each), 6), round(sum(each), 6))
                    if min(each) < min(before) + STEP or (best is not None and key <= best[0]):
                        continue
                    found = _split(tables, days, a, b, min(before), min(each))
                    if found is not None:
                        best = (key, found)
    return best[1] if best else None


def _days_of(plan: Plan, tables: Tables) -> Days | None:
    """The plan's sights as the search sees them; None when it does not put them at those times."""
    if len(plan.days) != tables.days:
        return None
    days = tuple(
        tuple(tables.index.get(s.sight_id, -1) for s in day.stops if s.kind is StopKind.VISIT)
        for day in plan.days
    )
    return None if any(s < 0 for day in days for s in day) else days


def _stretches(tables: Tables, d: int, days: Days) -> Iterator[tuple[int, int]]:
    """Stretches between lunch and the last visit before dinner, which stays common."""
    blocks = _blocks(tables, days, d)
    order = [b.token for b in blocks if b.token >= 0]
    lunch = next((b.end for b in blocks if b.token == LUNCH), None)
    dinner = next((b.start for b in blocks if b.token == DINNER), None)
    if lunch is None or dinner is None:
        return
    afternoon = [b.token for b in blocks if lunch <= b.start and b.end <= dinner]
    after = [order.index(token) for token in afternoon if token >= 0]
    for first in after[:-1]:
        if first == 0:
            continue  # they part after a stop that both have
        for last in range(first, min(first + LONGEST, after[-1])):
            if not tables.must & set(order[first : last + 1]):
                yield first, last


def _variants(
    searches: Sequence[Search], days: Days, d: int, first: int, last: int
) -> Iterator[tuple[tuple[int, ...], Days]]:
    """The day with another stretch in place of `first`..`last`, the one it has included."""
    tables, order = searches[0].tables, days[d]
    used = {s for day in days for s in day}
    liked: set[int] = set()
    for search in searches:
        worth = search.tables.worth[d]
        spare = [s for s in range(tables.n) if s not in used and tables.windows[d][s]]
        liked |= set(sorted(spare, key=lambda s: (-worth[s], s))[:TRIED])
    now = order[first : last + 1]
    usual = _dinner(tables, days, d)
    candidates = [now, *(p for k in (1, LONGEST) for p in permutations(sorted(liked), k))]
    for stretch in candidates:
        changed_day = (*order[:first], *stretch, *order[last + 1 :])
        changed = (*days[:d], changed_day, *days[d + 1 :])
        if searches[0].end(d, changed_day) is None or not searches[0].affordable(changed):
            continue
        if len(changed_day) <= tables.rule.max_visits and _dinner(tables, changed, d) == usual:
            yield stretch, changed


def _split(
    tables: Tables, days: Days, a: _Variant, b: _Variant, before: float, after: float
) -> Split | None:
    """Both halves as plans; None when one of them is empty or does not pass the check."""
    goes_a = tuple(n for n, (x, y) in enumerate(zip(a.shares, b.shares, strict=True)) if x > y)
    goes_b = tuple(n for n in range(len(a.shares)) if n not in goes_a)
    if not goes_a or not goes_b:
        return None
    halves = []
    for variant, people in ((a, goes_a), (b, goes_b)):
        plan = compose(tables, blocks_of(tables, variant.days))
        if verify(plan, tables.problem):
            return None
        names = (tables.problem.sights[tables.ids[s]].name for s in variant.stretch)
        halves.append(Half(people, tuple(names), plan))
    blocks = _blocks(tables, days, a.d)
    place = days[a.d][a.first - 1]
    parted = max(b.end for b in blocks if b.at == place and b.token in (place, LUNCH))
    stops = halves[0].plan.days[a.d].stops
    dinner = next(s for s in stops if s.kind is StopKind.DINNER)
    return Split(
        part_after=tables.problem.sights[tables.ids[place]].name,
        part_at=tables.moment(tables.problem.days[a.d], parted),
        dinner=dinner.title,
        dinner_at=dinner.start,
        halves=(halves[0], halves[1]),
        least_before=before,
        least_after=after,
    )


def _blocks(tables: Tables, days: Days, d: int) -> list[Block]:
    return blocks_of(tables, days)[d]


def _dinner(tables: Tables, days: Days, d: int) -> tuple[int, int] | None:
    """Where and when dinner is."""
    blocks = _blocks(tables, days, d)
    return next(((b.at, b.start) for b in blocks if b.token == DINNER), None)
