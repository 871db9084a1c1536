"""How long a plan takes and how good it is, on generated towns.

    python -m benchmarks.planner              # against 60 s of search and CP-SAT's bound: 25 min
    python -m benchmarks.planner --seconds 5  # a first look

`best` is the best score that anything found: our own search for that many seconds from several
seeds, and the days CP-SAT chose, put on our clock. Times are seconds of the processor, so that
they do not depend on what else runs. `bound` is what CP-SAT proves no plan can pass;
it needs ortools (requirements-bench.lock) and is left out without it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import mean, median
from time import process_time

from core.itinerary.build import build, iterations_for, score
from core.itinerary.problem import Problem
from core.itinerary.recombine import Days
from core.itinerary.search import Search
from core.itinerary.tables import Tables
from core.itinerary.verify import verify
from tests.town import random_problem

# sights, days, how many towns, compared with a long search
SIZES = ((16, 3, 5, False), (20, 5, 5, False), (40, 5, 10, True), (120, 10, 2, False))
Row = tuple[str, ...]
HEAD: Row = ("sights", "days", "seed", "tries", "build ms", "verify ms", "score")
LONG_HEAD: Row = ("best", "of best", "bound", "to bound")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Times and scores of the planner.")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the long search, each")
    parser.add_argument("--towns", type=int, default=10, help="most towns of a size")
    options = parser.parse_args(argv)
    print(_line((*HEAD, *LONG_HEAD)))
    for sights, days, towns, compared in SIZES:
        times, ratios, gaps = [], [], []
        for seed in range(min(towns, options.towns)):
            problem = random_problem(seed, count=sights, length=days)
            row, seconds, found = measure(problem)
            times.append(seconds)
            if compared and options.seconds:
                best, upper = long_search(problem, options.seconds)
                best = max(best, found)
                ratios.append(found / best)
                gaps += [found / upper] if upper else []
                proven = (f"{upper:.0f}", f"{found / upper:.3f}") if upper else ("-", "-")
                row = (*row, f"{best:.0f}", f"{found / best:.3f}", *proven)
            print(_line((str(sights), str(days), str(seed), *row)), flush=True)
        text = f"  {sights} sights, {days} days: median {median(times) * 1000:.0f} ms, "
        text += f"slowest {max(times) * 1000:.0f} ms"
        if ratios:
            text += f"; of the best found: mean {mean(ratios):.3f}, worst {min(ratios):.3f}"
        if gaps:
            text += f"; of CP-SAT's bound: mean {mean(gaps):.3f}"
        print(text)


def measure(problem: Problem) -> tuple[Row, float, float]:
    """One town by the default search: its row of the table, seconds, and the score."""
    began = process_time()
    plan = build(problem)
    took = process_time() - began
    began = process_time()
    wrong = verify(plan, problem)
    checked = process_time() - began
    if wrong:
        raise SystemExit(f"the plan is wrong: {wrong}")
    found = score(plan, problem)
    row = (
        str(iterations_for(problem)),
        f"{took * 1000:.0f}",
        f"{checked * 1000:.1f}",
        f"{found:.0f}",
    )
    return row, took, found


def long_search(problem: Problem, seconds: float) -> tuple[float, float | None]:
    """The best score of a long search, and the bound that CP-SAT proves in the same time."""
    tables = Tables(problem)
    best, days = _own(problem, seconds)
    try:
        from benchmarks.bound import bound
    except ImportError:
        return best, None
    proven = bound(tables, days, seconds)
    search = Search(tables)
    chosen = proven.days
    if chosen and all(search.end(d, sights) is not None for d, sights in enumerate(chosen)):
        best = max(best, search.points(search.run(300, chosen)))
    return best, proven.upper


def _own(problem: Problem, seconds: float) -> tuple[float, Days]:
    """Our search from one seed after the other, each from the best so far, until time is up."""
    until, seed = process_time() + seconds, 0
    best: tuple[float, Days] = (float("-inf"), ())
    while process_time() < until:
        search = Search(Tables(replace(problem, seed=seed)))
        days = search.run(3000 if seed % 2 == 0 else 1500, best[1] if seed % 2 else None)
        best = max(best, (search.points(days), days))
        seed += 1
    return best


def _line(cells: Iterable[str]) -> str:
    return " ".join(f"{cell:>9}" for cell in cells)


if __name__ == "__main__":
    main()
