"""Which towns of an area make a good trip: those that fit best while the ways between stay short.

Pure and deterministic: everything it needs is given, and ties are broken by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import comb, factorial

from core.itinerary.stages import MAX_TOWNS, shortest, way_between
from core.ranking import Question, rank
from core.travel import Destination, Point

LONGEST_MIN = 300  # no way between two towns takes longer, if that can be avoided
REFUSED_MIN = 10_000  # counts for a flight when nobody wants to fly
LONG_STAY = 4  # with so many nights for each town a longer way is worth it
LONGEST_OF_LONG_STAYS_MIN = 390

# Against the points of the ranking, where a like that a town is strong in counts about one.
HOUR_POINTS = 0.2  # an hour on the way
NIGHT_POINTS = 0.15  # a night more or less than the usual stays in the towns come to
HASTE_POINTS = 0.7  # a night less than the shortest sensible stays

ALL_WAYS = 30_000  # up to so many ways are all compared; of more, the most promising towns
BEAM = 30
POOL = 50  # of more towns only so many of the best are looked at
SWAPS = 8  # so many of the best towns that are left may be offered instead of another


@dataclass(frozen=True)
class Candidate:
    """A destination with its points. `spare` ones fit less than was wished: only when they must."""

    destination: Destination
    score: float
    reasons: tuple[str, ...] = ()
    spare: bool = False

    @property
    def id(self) -> str:
        return self.destination.id


@dataclass(frozen=True)
class Stretch:
    """How long the trip is, where it begins, and whether one may fly between towns."""

    nights: int
    home: Point | None = None
    flying: bool = True


@dataclass(frozen=True)
class Route:
    """The chosen towns in the order of the trip; `longest` is the longest way between two, min."""

    towns: tuple[Candidate, ...]
    longest: int
    too_long: int  # minutes that the ways are longer than they should be, all together


def longest_way(nights: int, count: int) -> int:
    """The longest way, in minutes, that a trip of so many nights and towns should have."""
    return LONGEST_OF_LONG_STAYS_MIN if nights >= LONG_STAY * count else LONGEST_MIN


def candidates(pool: Sequence[Destination], question: Question) -> list[Candidate]:
    """The towns that may be chosen, best first; behind them those that miss a soft wish.

    What was refused or dismissed is never among them, nor is home.
    """
    wish = question.wish
    softer = wish.model_copy(
        update={
            "climate": None,
            "max_flight_hours": None,
            "no_flight": None,
            "likes": tuple(dict.fromkeys((*wish.likes, *wish.musts))),
            "musts": (),
        }
    )
    loose = replace(question, wish=softer, budget=None, visited=frozenset())
    fitting = rank(pool, question, len(pool))
    first = {s.destination.id for s in fitting}
    found = [Candidate(s.destination, s.score, s.reasons) for s in fitting]
    return found + [
        Candidate(s.destination, s.score, s.reasons, spare=True)
        for s in rank(pool, loose, len(pool))
        if s.destination.id not in first
    ]


def fitting_count(found: Sequence[Candidate], nights: int) -> int:
    """How many towns such a trip holds when each gets its usual stay: at least two."""
    most = min(MAX_TOWNS, len(found))
    stays = [max(1, c.destination.stay_typical) for c in found[:MAX_TOWNS]]
    usual = sum(stays) / len(stays) if stays else 1.0
    return max(min(2, most), min(most, int(nights / usual)))


def choose(
    found: Sequence[Candidate],
    count: int,
    stretch: Stretch,
    *,
    fixed: Sequence[Candidate] = (),
    areas: Sequence[frozenset[str]] = (),
) -> Route:
    """The `count` towns of `found` (best first) to visit, or all; `fixed` are always among them.

    With several `areas` (sets of ids) each has a town when that is possible. Spare candidates come
    in only when there are too few others, then ways that are too long are avoided, then points
    and short ways decide.
    """
    named = {c.id for c in fixed}
    free = [c for c in found if c.id not in named][:POOL]
    missing = min(len(free), max(0, count - len(fixed)))
    ways = _Ways(stretch, longest_way(stretch.nights, count))
    wanted = [area for area in areas if area] if len(areas) > 1 else []
    if comb(len(free), missing) * factorial(missing + len(fixed)) <= ALL_WAYS:
        sets = [(*fixed, *some) for some in combinations(free, missing)]
    else:
        sets = _promising(free, missing, tuple(fixed), ways, wanted)
    routes = [_route(some, ways) for some in sets]
    return min(routes, key=lambda route: _order_of_merit(route, stretch, wanted, ways))


def next_best(
    found: Sequence[Candidate],
    route: Route,
    stretch: Stretch,
    *,
    fixed: Sequence[Candidate] = (),
    areas: Sequence[frozenset[str]] = (),
) -> tuple[Candidate, Candidate] | None:
    """Whom to take instead of whom, by points and ways alone; None when there is nobody else.

    Who asks for another town may want it although it is far.
    """
    ways = _Ways(stretch, longest_way(stretch.nights, len(route.towns)))
    wanted = [area for area in areas if area] if len(areas) > 1 else []
    kept = {c.id for c in (*fixed, *route.towns)}
    out = [c for c in route.towns if c.id not in {f.id for f in fixed}]
    left = [c for c in found if c.id not in kept][:SWAPS]
    swaps = [(new, old) for new in left for old in out]

    def merit(swap: tuple[Candidate, Candidate]) -> _Merit:
        new, old = swap
        other = _route([new if c is old else c for c in route.towns], ways)
        return _order_of_merit(replace(other, too_long=0), stretch, wanted, ways)

    return min(swaps, key=merit, default=None)


class _Ways:
    """Minutes between towns, each counted once. A flight is far too long for who does not fly."""

    def __init__(self, stretch: Stretch, limit: int) -> None:
        self.stretch, self.limit = stretch, limit
        self._known: dict[tuple[str, str], tuple[int, int]] = {}

    def between(self, a: Candidate, b: Candidate) -> tuple[int, int]:
        """Minutes, and how many of them are too many."""
        key = (a.id, b.id) if a.id < b.id else (b.id, a.id)
        if key not in self._known:
            mode, minutes = way_between(a.destination, b.destination)
            refused = mode == "flight" and not self.stretch.flying
            too_many = REFUSED_MIN if refused else max(0, minutes - self.limit)
            self._known[key] = (minutes, too_many)
        return self._known[key]


def _route(some: Sequence[Candidate], ways: _Ways) -> Route:
    """The towns in the order of the shortest way, which the plan then keeps."""
    by_id = {c.id: c for c in some}
    towns = tuple(by_id[d.id] for d in shortest([c.destination for c in some], ways.stretch.home))
    legs = [ways.between(a, b) for a, b in pairwise(towns)]
    return Route(towns, max((m for m, _ in legs), default=0), sum(far for _, far in legs))


_Merit = tuple[int, int, int, float, tuple[str, ...]]


def _order_of_merit(
    route: Route, stretch: Stretch, areas: Sequence[frozenset[str]], ways: _Ways
) -> _Merit:
    ids = {c.id for c in route.towns}
    minutes = sum(ways.between(a, b)[0] for a, b in pairwise(route.towns))
    usual = sum(c.destination.stay_typical for c in route.towns)
    least = sum(c.destination.stay_min for c in route.towns)
    points = sum(c.score for c in route.towns) - HOUR_POINTS * minutes / 60
    points -= NIGHT_POINTS * abs(stretch.nights - usual)
    points -= HASTE_POINTS * max(0, least - stretch.nights)
    return (
        sum(c.spare for c in route.towns),
        sum(not ids & area for area in areas),
        route.too_long,
        round(-points, 6),
        tuple(sorted(ids)),
    )


@dataclass(frozen=True)
class _Growing:
    """A set of towns on its way to being full, each linked to its nearest earlier one."""

    towns: tuple[Candidate, ...]
    too_long: int
    points: float

    def and_(self, town: Candidate, ways: _Ways) -> _Growing:
        minutes, far = min((ways.between(town, t) for t in self.towns), default=(0, 0))
        points = self.points + town.score - HOUR_POINTS * minutes / 60
        return _Growing((*self.towns, town), self.too_long + far, points)

    def merit(self, areas: Sequence[frozenset[str]]) -> _Merit:
        ids = {c.id for c in self.towns}
        return (
            sum(c.spare for c in self.towns),
            sum(not ids & area for area in areas),
            self.too_long,
            round(-self.points, 6),
            tuple(sorted(ids)),
        )


def _promising(
    free: Sequence[Candidate],
    missing: int,
    fixed: tuple[Candidate, ...],
    ways: _Ways,
    areas: Sequence[frozenset[str]],
) -> list[tuple[Candidate, ...]]:
    """Sets that grow town by town, of which only the best are kept; the first town may be any."""
    start = _Growing((), 0, 0.0)
    for town in fixed:
        start = start.and_(town, ways)
    beam = [start]
    for step in range(missing):
        grown: dict[frozenset[str], tuple[_Merit, _Growing]] = {}
        for some in beam:
            has = {c.id for c in some.towns}
            for town in free:
                if town.id in has:
                    continue
                new = some.and_(town, ways)
                key, merit = frozenset((*has, town.id)), new.merit(areas)
                if key not in grown or merit < grown[key][0]:
                    grown[key] = (merit, new)
        ranked = [new for _, new in sorted(grown.values(), key=lambda each: each[0])]
        beam = ranked if step == 0 and not fixed else ranked[:BEAM]
    return [some.towns for some in beam]
