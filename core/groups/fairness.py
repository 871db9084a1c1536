"""A plan that is fair: the worst-off first, then everybody together.

How satisfied a person is with a plan is what it is worth to them, by the worths the planner uses,
as a share of the best plan that could be made for them alone under the same hard wishes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from core.briefing import interest_of
from core.groups.merging import Voice
from core.itinerary.build import best_days, blocks_of, iterations_for, score
from core.itinerary.compose import compose
from core.itinerary.problem import Problem
from core.itinerary.recombine import Days
from core.itinerary.search import Search
from core.itinerary.tables import MUST_BONUS, Tables
from core.trips import Plan
from core.wishes import Party, Wish

ROUNDS = 4  # builds with other weights, after one for each taste and one for all
LEAN = 2.0  # how strongly the weights lean towards who is worse off
CLIMBS = 12  # steps of the last improvement at most
FEWEST = 8  # iterations of each of these builds
LIKED = 16  # sights that the last improvement tries for each taste
_NOTHING = 1e-9

Interest = Mapping[str, float]  # how much a sight is liked, by its id; 1.0 is neutral


@dataclass(frozen=True)
class Fair:
    """A plan and how satisfied each taste is with it, 0..1, in the order they were given."""

    plan: Plan
    shares: tuple[float, ...]


def interest_for(problem: Problem, voice: Voice, wish: Wish) -> dict[str, float]:
    """How much one member likes each sight, by what they said aloud; `wish` is the trip's."""
    party = wish.party or Party()
    own = Wish(likes=voice.said.likes, quiet=voice.said.quiet, step_free=wish.step_free)
    return {id: interest_of(s, own, party) for id, s in problem.sights.items()}


def build_fair(problem: Problem, interests: Sequence[Interest], known: Plan | None = None) -> Fair:
    """The plan whose least satisfied person is best off; of equal ones the one liked most.

    The problem's own interest is not looked at. Deterministic, like `build`.

    Raises:
        Impossible: no plan keeps all hard constraints.
    """
    distinct = list({tuple(sorted(i.items())): i for i in interests}.values())
    jury = _Jury(problem, distinct, [sum(i == d for i in interests) for d in distinct])
    count = iterations_for(problem)
    if len(distinct) > 1:
        count = max(FEWEST, count * 2 // (len(distinct) + ROUNDS))
    found = [best_days(search, count) for search in jury.searches]
    for n, days in enumerate(found):
        jury.raise_ideal(n, days)
    if len(distinct) > 1:
        found += _reweighted(jury, count, found[0])
        for days in found:
            for n in range(len(distinct)):
                jury.raise_ideal(n, days)
    best = _climbed(jury, max(found, key=jury.key))
    mixed = replace(problem, interest=jury.mixed([1.0] * len(distinct)))
    tables = Tables(mixed)
    shares = dict(zip(map(id, distinct), jury.shares(best), strict=True))
    of = [next(shares[id(d)] for d in distinct if d == i) for i in interests]
    return Fair(compose(tables, blocks_of(tables, best), known), tuple(of))


def satisfaction(plan: Plan, problem: Problem, interest: Interest) -> float:
    """How much of the best plan for one taste this plan is, 0..1."""
    own = replace(problem, interest=interest)
    search = Search(Tables(own))
    index, bonus = search.tables.index, MUST_BONUS * len(search.tables.must)
    days = tuple(
        tuple(index[s.sight_id] for s in day.stops if s.sight_id in index) for day in plan.days
    )
    best = search.points(best_days(search, iterations_for(own), days)) - bonus
    known = [
        day.model_copy(
            update={"stops": tuple(s for s in day.stops if not s.sight_id or s.sight_id in index)}
        )
        for day in plan.days
    ]
    got = score(plan.model_copy(update={"days": tuple(known)}), own)
    return 1.0 if best <= 0 else max(0.0, min(1.0, got / best))


class _Jury:
    """Every distinct taste with a search of its own: the same sights, other worths."""

    def __init__(self, problem: Problem, tastes: Sequence[Interest], heads: Sequence[int]) -> None:
        self.problem = problem
        self.tastes = tastes
        self.heads = heads  # how many people have this taste
        self.searches = [Search(Tables(replace(problem, interest=t))) for t in tastes]
        self.ideal = [0.0] * len(tastes)

    def points(self, n: int, days: Days) -> float:
        search = self.searches[n]
        must = search.tables.must
        return search.points(days) - MUST_BONUS * sum(s in must for day in days for s in day)

    def raise_ideal(self, n: int, days: Days) -> None:
        self.ideal[n] = max(self.ideal[n], self.points(n, days))

    def shares(self, days: Days) -> list[float]:
        """0..1 for each taste."""
        return [
            max(0.0, min(1.0, self.points(n, days) / ideal)) if ideal > 0 else 1.0
            for n, ideal in enumerate(self.ideal)
        ]

    def liked(self, n: int, used: Collection[int]) -> list[int]:
        """The sights that are not in and worth most to one taste."""
        tables = self.searches[n].tables
        worth = [max(row[s] for row in tables.worth) for s in range(tables.n)]
        spare = [s for s in range(tables.n) if s not in used]
        return sorted(spare, key=lambda s: (-worth[s], s))[:LIKED]

    def key(self, days: Days) -> tuple[float, float]:
        """The least share, then the sum over people; lower without what has to be in."""
        shares = self.shares(days)
        missing = len(self.searches[0].tables.must.difference(*days))
        total = sum(s * h for s, h in zip(shares, self.heads, strict=True))
        return round(min(shares) - missing, 9), round(total, 9)

    def mixed(self, weights: Sequence[float]) -> dict[str, float]:
        """The interest of all, each taste as strong as its weight and measured by its own best."""
        parts = [w / (i or 1.0) for w, i in zip(weights, self.ideal, strict=True)]
        whole = sum(parts)
        return {
            id: sum(p * t.get(id, 1.0) for p, t in zip(parts, self.tastes, strict=True)) / whole
            for id in self.problem.sights
        }


def _reweighted(jury: _Jury, count: int, start: Days) -> list[Days]:
    """Builds for all, each leaning further towards those whom the one before left behind."""
    weights = [1.0] * len(jury.tastes)
    found: list[Days] = []
    for _ in range(ROUNDS):
        search = Search(Tables(replace(jury.problem, interest=jury.mixed(weights))))
        days = best_days(search, count, start)
        found.append(days)
        shares = jury.shares(days)
        middle = sum(shares) / len(shares)
        weights = [w * (1.0 + LEAN * (middle - s)) for w, s in zip(weights, shares, strict=True)]
        weights = [max(w, 0.02) for w in weights]
    return found


def _climbed(jury: _Jury, days: Days) -> Days:
    """Better by single exchanges, judged by the least satisfied and then by all."""
    if len(jury.tastes) == 1:
        return days
    now, now_key = days, jury.key(days)
    for _ in range(CLIMBS):
        shares = jury.shares(now)
        worst = min(range(len(shares)), key=shares.__getitem__)
        better = now
        for trial in _neighbours(jury, now):
            if jury.points(worst, trial) < now_key[0] * jury.ideal[worst]:
                continue  # whom it should help it does not
            key = jury.key(trial)
            if key > now_key:
                better, now_key = trial, key
        if better is now:
            return now
        now = better
    return now


def _neighbours(jury: _Jury, days: Days) -> list[Days]:
    """All days that differ by one sight put in, taken out for another, or moved."""
    search = jury.searches[0]
    tables = search.tables
    used = {s for day in days for s in day}
    spare = sorted({s for n in range(len(jury.tastes)) for s in jury.liked(n, used)})
    found: list[Days] = []

    def consider(changed: Mapping[int, tuple[int, ...]]) -> None:
        trial = tuple(changed.get(d, day) for d, day in enumerate(days))
        fits = all(search.end(d, day) is not None for d, day in changed.items())
        if fits and search.affordable(trial):
            found.append(trial)

    for d, day in enumerate(days):
        open_here = [s for s in spare if tables.windows[d][s] and not _second_trip(tables, day, s)]
        if len(day) < tables.rule.max_visits:
            for s in open_here:
                for at in range(len(day) + 1):
                    consider({d: (*day[:at], s, *day[at:])})
        for at, old in enumerate(day):
            if old in tables.must:
                continue
            rest = (*day[:at], *day[at + 1 :])
            for s in open_here:
                for place in range(len(rest) + 1):
                    consider({d: (*rest[:place], s, *rest[place:])})
            for other, there in enumerate(days):
                if other != d and len(there) < tables.rule.max_visits:
                    for place in range(len(there) + 1):
                        consider({d: rest, other: (*there[:place], old, *there[place:])})
    return found


def _second_trip(tables: Tables, day: tuple[int, ...], s: int) -> bool:
    """One day holds one day trip."""
    return tables.far[s] and any(tables.far[t] for t in day)
