"""Reads each query from its text, plans, checks, scores, and says what failed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.travelplanner.asked import NotRead, read
from benchmarks.travelplanner.names import NamesOfTables
from benchmarks.travelplanner.score import COMMONSENSE, Scores, score
from benchmarks.travelplanner.tables import Tables
from benchmarks.travelplanner.written import as_plan
from bot.wiring import place_names, rule_reader
from core.journey.check import check
from core.journey.facts import NoJourney
from core.journey.search import find


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="benchmarks.travelplanner",
        description="TravelPlanner, training split, offline. The tables are published by its "
        "authors (OSU-NLP-Group/TravelPlanner, MIT) and are not part of this project.",
    )
    parser.add_argument("folder", type=Path, help="where the tables and queries.json are")
    parser.add_argument("--queries", type=Path, help="another file of queries")
    parser.add_argument("--gold", action="store_true", help="score the published plans instead")
    parser.add_argument("--json", type=Path, help="write the plans and scores there")
    options = parser.parse_args(argv)
    tables = Tables(options.folder)
    queries = json.loads((options.queries or options.folder / "queries.json").read_text("utf-8"))
    if options.gold:
        gold = json.loads((options.folder / "gold_plans.json").read_text("utf-8"))
        plans = {each["id"]: each["plan"] for each in gold}
        results = [Result(q, plans.get(q["id"]), "", 0.0, tables) for q in queries]
    else:
        results = planned(queries, Tables(options.folder, distinct=True), tables)
    print(report(results))
    if options.json:
        body = [{"id": r.query["id"], "plan": r.plan, "failed": r.failed} for r in results]
        options.json.write_text(json.dumps(body, indent=1, ensure_ascii=False), "utf-8")


class Result:
    """What became of one query."""

    def __init__(self, query: Any, plan: Any, why: str, seconds: float, tables: Tables) -> None:
        self.query, self.plan, self.why, self.seconds = query, plan, why, seconds
        self.scores: Scores | None = score(plan, query, tables) if plan else None

    @property
    def failed(self) -> list[str]:
        if self.scores is None:
            return [self.why or "no plan"]
        rules = {**self.scores.commonsense, **self.scores.hard}
        return [f"{name}: {why}" for name, why in rules.items() if why]


def planned(queries: Sequence[Any], tables: Tables, whole: Tables) -> list[Result]:
    """A plan for each query, made from its text and the tables alone; `whole` scores it."""
    reader = rule_reader(NamesOfTables(place_names(), tables.names))
    found = []
    for query in queries:
        began = perf_counter()
        plan, why = None, ""
        try:
            wish = read(query["query"], reader, tables)
            journey = find(tables, wish)
            wrong = check(journey, wish, tables)
            plan, why = (None, wrong[0]) if wrong else (as_plan(journey), "")
        except (NotRead, NoJourney) as error:
            why = str(error)
        found.append(Result(query, plan, why, perf_counter() - began, whole))
    return found


def report(results: Sequence[Result]) -> str:
    """The benchmark's rates; a query without a plan fails everything."""
    count = len(results)
    scored = [r.scores for r in results if r.scores is not None]
    common = sum(why is None for s in scored for why in s.commonsense.values())
    hard_all = sum(1 + sum(bool(v) for v in r.query["local_constraint"].values()) for r in results)
    hard = sum(why is None for s in scored for why in s.hard.values())
    rates = (
        ("delivery rate", len(scored), count),
        ("commonsense, micro", common, count * len(COMMONSENSE)),
        ("commonsense, macro", sum(not any(s.commonsense.values()) for s in scored), count),
        ("hard, micro", hard, hard_all),
        ("hard, macro", sum(not any(s.hard.values()) for s in scored), count),
        ("final pass rate", sum(s.passed for s in scored), count),
    )
    lines = [f"{name:<20} {good:>4} of {all_:<4} {good / all_:7.1%}" for name, good, all_ in rates]
    lines += [f"query {r.query['id']}: {'; '.join(r.failed)}" for r in results if r.failed]
    times = sorted(r.seconds for r in results)
    lines.append(
        f"{times[len(times) // 2]:.2f} s a query in the middle, {times[-1]:.2f} s at most. "
        "Training split, offline: not comparable with leaderboards of the test split."
    )
    return "\n".join(lines)
