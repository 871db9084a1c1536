"""Plans for generated parties: are they valid, and how well off is the worst-off?

python -m benchmarks.group [--parties N]

Two tables. The first holds small towns, where every plan there is can be looked at, so that the
optimum is known: no heuristic stands behind it but the clock of one day. The second holds towns of
the usual size, where only validity and the satisfaction reached can be told.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import permutations
from random import Random
from statistics import mean
from time import process_time

from core.groups.fairness import build_fair, satisfaction
from core.groups.merging import Voice
from core.groups.privacy import cell_of, misfits, refused
from core.interests import matches
from core.itinerary.problem import Impossible, Problem
from core.itinerary.schedule import whole_day
from core.itinerary.tables import Tables
from core.itinerary.verify import verify
from core.trips import Plan
from core.wishes import Budget, Pace, Wish
from tests.town import random_problem

TAGS = ("museums", "churches", "markets", "parks", "views", "beaches", "nightlife", "landmarks")
LIKED = 1.7
SMALL_SIGHTS, SMALL_DAYS = 10, 2  # at a relaxed pace, so that not all of them fit


@dataclass(frozen=True)
class Party:
    """A town and the people who travel there; `voices` hold what is aloud and what is private."""

    problem: Problem
    voices: tuple[Voice, ...]


@dataclass(frozen=True)
class Outcome:
    """`plan` is None with `why` when there is none; `shares` are the satisfactions, 0..1."""

    plan: Plan | None
    why: tuple[str, ...]
    shares: tuple[float, ...] = ()


def party_of(seed: int, *, sights: int, days: int) -> Party:
    """2 to 8 people who like and refuse things against each other, some of it in private.

    Two people have nothing private: being so few, they would only hear that it does not fit.
    """
    rng = Random(seed)
    count = rng.randint(2, 8)
    pace = Pace.RELAXED if sights <= SMALL_SIGHTS else Pace.NORMAL
    problem = random_problem(seed, count=sights, length=days, pace=pace, adults=count)
    found = []
    for n in range(count):
        likes = tuple(rng.sample(TAGS, rng.randint(1, 3)))
        others = [t for t in TAGS if t not in likes]
        aloud = Wish(
            likes=likes,
            dislikes=(rng.choice(others),) if rng.random() < 0.25 else (),
            max_walk_km=rng.choice((2.0, 4.0)) if rng.random() < 0.1 else None,
        )
        private = Wish()
        if count > 2 and rng.random() < 0.4:
            private = Wish(
                budget=Budget(amount=Decimal(rng.randrange(90, 400)), currency="EUR")
                if rng.random() < 0.6
                else None,
                dislikes=(rng.choice(others),) if rng.random() < 0.4 else (),
                max_walk_km=rng.choice((1.2, 2.3, 3.4)) if rng.random() < 0.3 else None,
            )
        found.append(Voice(f"person-{n}", f"Person {n}", aloud, private))
    musts = frozenset(rng.sample(sorted(problem.sights), 1)) if rng.random() < 0.3 else frozenset()
    return Party(replace(problem, musts=musts), tuple(found))


def solved(party: Party) -> Outcome:
    """As the chat does it: by what was said aloud, and within the private limits if it must be."""
    aloud = within_hard(party.problem, [v.said for v in party.voices])
    refused_must = [party.problem.sights[m].name for m in aloud.musts if m not in aloud.sights]
    if refused_must:
        return Outcome(None, tuple(f"{m} has to be in, and is refused." for m in refused_must))
    try:
        fair = build_fair(aloud, interests(aloud, party.voices))
        if misfits(fair.plan, [aloud], party.voices, {}):
            inside = _within_cell(aloud, party.voices)
            fair = build_fair(inside, interests(inside, party.voices))
            if left := misfits(fair.plan, [inside], party.voices, {}):
                return Outcome(None, tuple(r for m in left for r in m.why))
    except Impossible as error:
        return Outcome(None, error.reasons)
    return Outcome(fair.plan, (), fair.shares)


def within_hard(problem: Problem, wishes: Sequence[Wish]) -> Problem:
    """The problem with every hard wish in it: what is refused is not among the sights.

    Raises nothing; a must that somebody refuses stays a must, and makes it impossible.
    """
    sights = list(problem.sights.values())
    tags = [t for w in wishes for t in w.dislikes]
    out = {s.id for s in sights for t in tags if refused(t, s, sights)}
    walks = [w.max_walk_km for w in wishes if w.max_walk_km is not None]
    money = [w.budget.amount for w in wishes if w.budget is not None]
    return replace(
        problem,
        sights={s.id: s for s in sights if s.id not in out},
        max_walk_km=min(walks, default=problem.max_walk_km),
        budget=min(money) * problem.adults if money else problem.budget,
    )


def _within_cell(problem: Problem, voices: Sequence[Voice]) -> Problem:
    cell = cell_of(voices, "EUR", len(problem.days), {})
    limits = Wish(
        dislikes=tuple(sorted(cell.refused)),
        max_walk_km=cell.walk_km,
        budget=Budget(amount=max(cell.budget, Decimal(1))) if cell.budget is not None else None,
    )
    own = Wish(max_walk_km=problem.max_walk_km)
    return within_hard(problem, [limits, own])


def interests(problem: Problem, voices: Sequence[Voice]) -> list[dict[str, float]]:
    return [
        {
            id: LIKED if any(matches(t, s.category, s.tags) for t in v.said.likes) else 1.0
            for id, s in problem.sights.items()
        }
        for v in voices
    ]


def broken(plan: Plan, party: Party) -> list[str]:
    """Every hard wish of anybody that the plan does not keep, by the verifier and raw facts."""
    hard = within_hard(party.problem, [w for v in party.voices for w in (v.said, v.private)])
    assert plan.budget is not None
    without = plan.model_copy(update={"budget": plan.budget.model_copy(update={"limit": None})})
    found = [v.text for v in verify(without, _unlimited(party.problem))]
    found += [f"{s.title} is refused" for s in plan.visits() if s.sight_id not in hard.sights]
    if hard.budget is not None and plan.budget.total > hard.budget:
        found.append(f"it costs {plan.budget.total}, the limit is {hard.budget}")
    limit = hard.max_walk_km
    legs = [s.leg for d in plan.days for s in d.stops if s.leg is not None]
    if limit is not None and any(leg.mode == "walk" and leg.km > limit for leg in legs):
        found.append("a walk is too long")
    return found


def _unlimited(problem: Problem) -> Problem:
    return replace(problem, budget=None, max_walk_km=None)


def optimum(party: Party) -> tuple[float, float] | None:
    """(the best least satisfaction, the mean there) over all plans; None when there is none.

    Every order of every choice of sights is put on the clock of every day.
    """
    hard = within_hard(party.problem, [w for v in party.voices for w in (v.said, v.private)])
    if not party.problem.musts <= hard.sights.keys():
        return None
    tables = [Tables(replace(hard, interest=i)) for i in interests(hard, party.voices)]
    first = tables[0]
    per_day = [_undominated(_ways(tables, d)) for d in range(first.days)]
    plans = [
        (a, b)
        for a in per_day[0]
        for b in per_day[1]
        if not a.sights & b.sights and first.must <= a.sights | b.sights
    ]
    purse = first.purse
    plans = [(a, b) for a, b in plans if purse is None or a.cost + b.cost <= purse]
    if not plans:
        return None
    totals = [[x + y for x, y in zip(a.points, b.points, strict=True)] for a, b in plans]
    ideal = [max(t[n] for t in totals) for n in range(len(tables))]
    shares = [
        [max(0.0, min(1.0, p / i)) if i > 0 else 1.0 for p, i in zip(t, ideal, strict=True)]
        for t in totals
    ]
    best = max(shares, key=lambda s: (round(min(s), 9), sum(s)))
    return min(best), mean(best)


@dataclass(frozen=True)
class _Way:
    sights: frozenset[int]
    points: tuple[float, ...]
    cost: int


def _ways(tables: Sequence[Tables], day: int) -> Iterator[_Way]:
    """The ways through a day: every order of every choice of sights that fits."""
    first = tables[0]
    most = first.rule.max_visits
    for count in range(min(most, first.n) + 1):
        for order in permutations(range(first.n), count):
            if sum(first.far[s] for s in order) > 1:
                continue
            ends = [whole_day(t, day, order) for t in tables]
            if ends[0] is None:
                continue
            points = tuple(
                end.points - 10_000.0 * sum(s in t.must for s in order)
                for end, t in zip(ends, tables, strict=True)
                if end is not None
            )
            yield _Way(frozenset(order), points, ends[0].cost)


def _undominated(ways: Iterable[_Way]) -> list[_Way]:
    """Of the ways with the same sights those that no other beats for everybody and in cost."""
    by_sights: dict[frozenset[int], list[_Way]] = {}
    for way in ways:
        same = by_sights.setdefault(way.sights, [])
        if any(_beats(other, way) for other in same):
            continue
        same[:] = [other for other in same if not _beats(way, other)]
        same.append(way)
    return [way for same in by_sights.values() for way in same]


def _beats(a: _Way, b: _Way) -> bool:
    return a.cost <= b.cost and all(x >= y for x, y in zip(a.points, b.points, strict=True))


def shares_of(plan: Plan, party: Party) -> list[float]:
    hard = within_hard(party.problem, [w for v in party.voices for w in (v.said, v.private)])
    return [satisfaction(plan, hard, i) for i in interests(hard, party.voices)]


@dataclass
class Row:
    """What came of some parties. Lists hold one value a party that has a plan."""

    parties: int = 0
    possible: int = 0  # by exhaustive search; -1 when it cannot be known
    planned: int = 0
    valid: int = 0
    honest: int = 0  # told that it is not possible, and why, where it is not
    wrongly_refused: int = 0
    least: list[float] | None = None
    mean: list[float] | None = None
    of_optimum: list[float] | None = None
    seconds: float = 0.0


def measure(seeds: Sequence[int], *, sights: int, days: int, exhaustive: bool) -> Row:
    row = Row(least=[], mean=[], of_optimum=[])
    assert row.least is not None and row.mean is not None and row.of_optimum is not None
    for seed in seeds:
        party = party_of(seed, sights=sights, days=days)
        began = process_time()
        outcome = solved(party)
        row.seconds += process_time() - began
        best = optimum(party) if exhaustive else None
        row.parties += 1
        row.possible += best is not None
        if outcome.plan is None:
            row.honest += bool(outcome.why) and (best is None or not exhaustive)
            row.wrongly_refused += best is not None
            continue
        row.planned += 1
        row.valid += not broken(outcome.plan, party)
        shares = shares_of(outcome.plan, party)
        row.least.append(min(shares))
        row.mean.append(mean(shares))
        if best is not None:
            row.of_optimum.append(min(1.0, min(shares) / best[0]) if best[0] else 1.0)
    return row


def table(rows: Mapping[str, Row]) -> str:
    lines = [
        "| parties | how many | a plan exists | planned | valid | wrongly refused | told why not | "
        "least satisfied: mean / worst | mean satisfied | "
        "least, of the optimum: mean / worst | s |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        least, middle, ratio = row.least or [1.0], row.mean or [1.0], row.of_optimum
        known = f"{row.possible}" if ratio else "-"
        share = f"{mean(ratio):.3f} / {min(ratio):.3f}" if ratio else "-"
        lines.append(
            f"| {name} | {row.parties} | {known} | {row.planned} | {row.valid} | "
            f"{row.wrongly_refused if ratio else '-'} | {row.honest} | "
            f"{mean(least):.3f} / {min(least):.3f} | {mean(middle):.3f} | {share} | "
            f"{row.seconds / row.parties:.2f} |"
        )
    return "\n".join(lines)


def run(parties: int) -> dict[str, Row]:
    small = measure(range(parties), sights=SMALL_SIGHTS, days=SMALL_DAYS, exhaustive=True)
    usual = measure(range(max(1, parties // 4)), sights=24, days=3, exhaustive=False)
    return {
        f"small town ({SMALL_SIGHTS} sights, {SMALL_DAYS} days)": small,
        "usual town (24 sights, 3 days)": usual,
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.group")
    parser.add_argument("--parties", type=int, default=100)
    print(table(run(parser.parse_args(arguments).parties)))


if __name__ == "__main__":
    main()
