"""How long a plan takes and how good it is, on generated towns.

    python -m benchmarks.planner               # against a search of 3,000 iterations
    python -m benchmarks.planner --long 20000  # against a longer one
    python -m benchmarks.planner --long 0      # times and scores only

The ratio is the score with the default search over the best score that was found at all.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from statistics import mean, median
from time import perf_counter

from core.itinerary.build import build, iterations_for, score
from core.itinerary.problem import Problem
from core.itinerary.verify import verify
from tests.town import random_problem

# sights, days, how many towns
SIZES = ((16, 3, 5), (20, 5, 5), (40, 5, 10), (120, 10, 2))
Row = tuple[str, ...]
HEAD: Row = (
    "sights", "days", "seed", "tries", "build ms", "verify ms", "inserted", "score", "best", "ratio"
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Times and scores of the planner.")
    parser.add_argument("--long", type=int, default=3000, help="iterations to compare with")
    parser.add_argument("--big", type=int, default=600, help="the same for more than 100 sights")
    parser.add_argument("--quick", action="store_true", help="two towns, short comparison")
    options = parser.parse_args(argv)
    if options.quick:
        options.long, options.big = 600, 200
    print(_line(HEAD))
    for sights, days, towns in SIZES:
        towns = min(towns, 2) if options.quick else towns
        more = min(options.long, options.big) if sights > 100 else options.long
        times, ratios = [], []
        for seed in range(towns):
            row, seconds, ratio = measure(random_problem(seed, count=sights, length=days), more)
            times.append(seconds)
            ratios.append(ratio)
            print(_line((str(sights), str(days), str(seed), *row)), flush=True)
        print(
            f"  {sights} sights, {days} days: median {median(times) * 1000:.0f} ms, "
            f"slowest {max(times) * 1000:.0f} ms, mean ratio {mean(ratios):.3f}"
        )


def measure(problem: Problem, more: int) -> tuple[Row, float, float]:
    """One town: its row of the table, seconds of the default search, and the ratio to the best."""
    began = perf_counter()
    plan = build(problem)
    took = perf_counter() - began
    began = perf_counter()
    wrong = verify(plan, problem)
    checked = perf_counter() - began
    if wrong:
        raise SystemExit(f"the plan is wrong: {wrong}")
    found = score(plan, problem)
    inserted = score(build(problem, iterations=0), problem)
    best = max(found, score(build(problem, iterations=more), problem) if more else found)
    row = (
        str(iterations_for(problem)),
        f"{took * 1000:.0f}",
        f"{checked * 1000:.1f}",
        f"{inserted:.0f}",
        f"{found:.0f}",
        f"{best:.0f}",
        f"{found / best:.3f}",
    )
    return row, took, found / best


def _line(cells: Iterable[str]) -> str:
    return " ".join(f"{cell:>9}" for cell in cells)


if __name__ == "__main__":
    main()
