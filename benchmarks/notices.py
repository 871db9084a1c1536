"""Notices: a rush of them, what a tick costs, and four hundred days with everything that happens.

python -m benchmarks.notices [rush] [ticks] [days] [--due N] [--trips N ...] [--people N] [--days N]

`rush`: so many notices are due at the same minute in as many chats: claimed, composed (by a
composer that costs nothing), checked again and handed to the outbox, each marked on its own.
`ticks`: what the ticks of one process cost when nothing is due. `days`: see notice_days.py.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from adapters.stores import notice_plans
from adapters.stores.rows import dumped
from adapters.stores.schema import migrate
from benchmarks.notice_days import Days
from bot.cli import _loop_factory
from bot.wiring import keep_what_is_loaded
from core.messages import Part, Text
from core.notices.state import Hearer, Notice
from core.trips import Trip
from tests.notice_rig import START, Clock, PlainComposer, Rig, a_plan, a_trip, chat, words_of

FIRST = START.date() + timedelta(days=20)
EVENING_BEFORE = START.replace(hour=18, minute=30) + timedelta(days=19)


class Forgetful(PlainComposer):
    """Says what the plain one says, and keeps no list of it: a hundred thousand would slow down
    what is measured."""

    async def compose(self, notice: Notice, trip: Trip, hearer: Hearer) -> tuple[Part, ...]:
        return (Text(markdown=words_of(notice)),)


def fill(file: Path, trips: int) -> None:
    """A database with so many trips, each in a private chat of its own, all on the same days."""
    db = sqlite3.connect(file, isolation_level=None)
    migrate(db)
    db.execute("BEGIN")
    at = START.timestamp()
    trip = a_trip(a_plan(FIRST), updated_at=EVENING_BEFORE - timedelta(hours=3))
    for n in range(trips):
        where = chat(str(n))
        own = trip.model_copy(update={"id": f"trip{n}", "conversation": where.key})
        db.execute(
            "INSERT INTO conversations (key, platform, chat_id, thread_id, mode, person,"
            " updated_at) VALUES (?, 'desk', ?, '', 'solo', ?, ?)",
            (where.key, where.chat_id, f"desk:{n}", at),
        )
        plan = own.plan
        assert plan is not None
        days = (plan.first_day.isoformat(), plan.last_day.isoformat())
        db.execute(
            "INSERT INTO trip_plans VALUES (?, ?, ?, 'town', ?, ?, 'planned', 1, ?, ?)",
            (own.id, where.key, f"desk:{n}", *days, dumped(own), at),
        )
    db.execute(
        "INSERT INTO notice_calendar (trip, person, at) SELECT id, person, 0 FROM trip_plans"
    )
    db.execute("COMMIT")
    db.close()


async def rush(folder: Path, due: int) -> str:
    """Seconds and rates of planning, and of handing over everything that is due at once."""
    rig = Rig(folder, Clock())
    rig.composer = Forgetful()
    await asyncio.to_thread(fill, rig.file, due)
    store, noticing = await rig.opens()
    keep_what_is_loaded()  # as `caravan run` does before it begins
    begin = time.perf_counter()
    planned = await noticing.plan()
    planning = time.perf_counter() - begin
    rig.clock.strikes(EVENING_BEFORE)
    begin = time.perf_counter()
    handed = await noticing.send()
    sending = time.perf_counter() - begin
    expired = noticing.counters["notices.expired"]
    counts = await store.counts()
    await rig.closes()
    assert counts["outbox.ready"] == counts["notices.sent"] == handed
    return (
        f"{planned} trips planned in {planning:.0f} s ({planned / planning:.0f} a second), "
        f"{handed} notices handed over in {sending:.0f} s ({handed / sending:.0f} a second), "
        f"{expired} others found too late"
    )


async def ticks(folder: Path, trips: int) -> str:
    """Milliseconds of the processor for each kind of tick, when nothing is due."""
    rig = Rig(folder, Clock())
    await asyncio.to_thread(fill, rig.file, trips)
    _, noticing = await rig.opens()
    await noticing.plan()
    costs = []
    for name, work in (("plan", noticing.plan), ("send", noticing.send), ("watch", noticing.watch)):
        begin, rounds = time.process_time(), 200
        for _ in range(rounds):
            await work()
        costs.append(f"{name} {(time.process_time() - begin) / rounds * 1000:.2f}")
    rig.clock.passes(seconds=3_601)  # an hour later every trip is looked at once
    begin = time.process_time()
    looks = 0
    while looks <= trips:  # 2,000 at most in one tick
        await noticing.plan()
        looks += 2_000
    hourly = time.process_time() - begin
    await rig.closes()
    return f"{trips} trips: ms a tick: {', '.join(costs)}; the look of each hour {hourly:.2f} s"


async def days(folder: Path, people: int, length: int) -> str:
    begin = time.perf_counter()
    # As with watching, a third as often: nearly all looks are at trips that have not changed.
    notice_plans.LOOK_AGAIN_S = 3 * 3_600.0
    verdicts = await Days(folder, trips=people, days=length, seed=7).run()
    lines = [f"{people} trips, {length} days, in {time.perf_counter() - begin:.0f} s"]
    lines += [f"    {what}: {number}" for what, number in sorted(verdicts.seen.items())]
    lines += [f"    WRONG {what}: {number}" for what, number in sorted(verdicts.wrong.items())]
    lines += verdicts.examples if verdicts.wrong else ["    wrong: 0"]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.notices")
    parser.add_argument("--due", type=int, default=100_000)
    parser.add_argument("--trips", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("what", nargs="*", default=["rush", "ticks", "days"])
    asked = parser.parse_args(arguments)
    works = {
        "rush": [lambda at: rush(at, asked.due)],
        "ticks": [lambda at, n=n: ticks(at, n) for n in asked.trips],
        "days": [lambda at: days(at, asked.people, asked.days)],
    }
    for what in asked.what:
        for work in works[what]:
            with (
                tempfile.TemporaryDirectory() as folder,
                asyncio.Runner(loop_factory=_loop_factory()) as runner,
            ):
                print(runner.run(work(Path(folder))), flush=True)


if __name__ == "__main__":
    main()
