"""Real processes, killed for real: nothing that was acknowledged is lost, nothing is said twice.

The platform is a server in the test's own process, so it outlives every death.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteStore
from core.errors import Unavailable
from core.ports import Entry, Outcome
from tests.crash_bot import CRASH_POINTS
from tests.crash_rig import ROOT, Platform, bot, burst, dies
from tests.fakes import FakeClock, message, reply

# --- named points ------------------------------------------------------------------------------


@pytest.mark.fault("A2")
async def test_a_crash_right_after_the_intake_loses_nothing(
    tmp_path: Path, platform: Platform
) -> None:
    """The platform never learns that the messages were kept, and delivers them again."""
    await platform.says(*burst(3, 2))
    async with bot(tmp_path / "c.sqlite", platform, "--dies-at=accepted") as first:
        await dies(first)
    assert platform.effects == []
    async with bot(tmp_path / "c.sqlite", platform):
        await platform.until(lambda: len(platform.effects) == 6)

    assert platform.answers() == Counter(m.id for m in platform.messages)
    assert not any(e["resend"] for e in platform.effects)


@pytest.mark.fault("A3")
async def test_a_crash_between_the_models_answer_and_the_commit_repeats_one_call_and_no_reply(
    tmp_path: Path, platform: Platform
) -> None:
    await platform.says(message(1, "m1"))
    async with bot(tmp_path / "c.sqlite", platform, "--dies-at=model_answered") as first:
        await dies(first)
    async with bot(tmp_path / "c.sqlite", platform):
        await platform.until(lambda: platform.effects)

    assert platform.answers() == Counter(["telegram:1:1"])
    assert platform.thought["telegram:1:1"] == 2
    assert not platform.effects[0]["resend"]


@pytest.mark.fault("A4")
async def test_a_crash_after_the_platform_accepted_resends_once_and_flags_it(
    tmp_path: Path, platform: Platform
) -> None:
    """Three answers were accepted, none of that was written down; the fourth was in the queue."""
    platform.holds_answers = True
    await platform.says(*burst(3, 1), message("1-next", "m2", to="1"))
    async with bot(tmp_path / "c.sqlite", platform) as first:
        await platform.until(lambda: len(platform.effects) == 3)
        await platform.until(lambda: platform.thought["telegram:1:1-next"])
        first.kill()
    platform.holds_answers = False
    await platform.tell()
    async with bot(tmp_path / "c.sqlite", platform):
        await platform.until(lambda: platform.answers()["telegram:1:1-next"])
        await platform.until(lambda: len(platform.effects) == 7)

    assert platform.answers() == Counter(
        {"telegram:1:1-0": 2, "telegram:1:2-0": 2, "telegram:1:3-0": 2, "telegram:1:1-next": 1}
    )
    assert [e["resend"] for e in platform.effects[:3]] == [False] * 3
    assert sorted(e["answers"] for e in platform.effects if e["resend"]) == [
        f"telegram:1:{c}-0" for c in (1, 2, 3)
    ]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_a_crash_at_any_point_loses_nothing_and_doubles_only_what_it_flags(
    tmp_path: Path, platform: Platform, point: str, count: int
) -> None:
    await platform.says(*burst(2, 2))
    platform.hands_out = 1
    async with bot(
        tmp_path / "c.sqlite", platform, f"--dies-at={point}", f"--time={count}"
    ) as first:
        # Work is taken in batches, so that a third time need not come.
        await asyncio.wait(
            [
                asyncio.create_task(dies(first)),
                asyncio.create_task(platform.until(lambda: len(platform.answers()) == 4)),
            ],
            return_when=asyncio.FIRST_COMPLETED,
        )
    async with bot(tmp_path / "c.sqlite", platform):
        await platform.until(lambda: len(platform.answers()) == 4)

    unflagged = Counter(e["answers"] for e in platform.effects if not e["resend"])
    assert set(platform.answers()) == {m.id for m in platform.messages}
    assert max(unflagged.values()) == 1
    assert platform.order() == {str(c): [f"telegram:1:{c}-{n}" for n in (0, 1)] for c in (1, 2)}


@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_a_burst_in_a_group_is_answered_whole_whatever_dies(
    tmp_path: Path, platform: Platform, point: str
) -> None:
    """Every message is in exactly one answer, apart from what is flagged; the order is kept."""
    await platform.says(*(message(f"g-{n}", f"m{n}", to="-7") for n in range(6)))
    async with bot(tmp_path / "c.sqlite", platform, f"--dies-at={point}") as first:
        await dies(first)
    await platform.says(*(message(f"g-{n}", f"m{n}", to="-7") for n in range(6, 9)))
    async with bot(tmp_path / "c.sqlite", platform):
        await platform.until(lambda: set(_said(platform)) == {f"m{n}" for n in range(9)})

    unflagged = Counter(_said(platform, flagged=False))
    assert max(unflagged.values()) == 1
    assert list(dict.fromkeys(_said(platform))) == [f"m{n}" for n in range(9)]
    assert len(platform.effects) < 9


def _said(platform: Platform, flagged: bool = True) -> list[str]:
    """The words that answers speak of, in the order of the answers."""
    effects = [e for e in platform.effects if flagged or not e["resend"]]
    return [w for e in effects for w in e["text"].removeprefix("You said ").split(" and ")]


# --- at random ---------------------------------------------------------------------------------


@pytest.mark.fault("A5")
async def test_25_kills_under_load_lose_nothing_and_keep_the_order(
    tmp_path: Path, platform: Platform
) -> None:
    """Each process dies after a number of further events that the seed chooses."""
    chance = random.Random(5)
    chats = 8
    for life in range(25):
        await platform.says(
            *(message(f"{c}-{life}", f"m{life}", to=str(c)) for c in range(1, chats + 1))
        )
        seen = len(platform.effects) + platform.thought.total()
        dies_after = seen + chance.randint(1, 2 * chats)
        async with bot(tmp_path / "c.sqlite", platform) as process:
            await platform.until(
                lambda n=dies_after: len(platform.effects) + platform.thought.total() >= n
            )
            process.kill()
    async with bot(tmp_path / "c.sqlite", platform):
        await platform.until(lambda: len(platform.answers()) == 25 * chats)

    unflagged = Counter(e["answers"] for e in platform.effects if not e["resend"])
    flagged = Counter(e["answers"] for e in platform.effects if e["resend"])
    assert set(platform.answers()) == {m.id for m in platform.messages}
    assert max(unflagged.values()) == 1
    assert all(n <= 5 for n in flagged.values())  # a reply may be on its way at several deaths
    assert all(answers == sorted(answers, key=_life) for answers in platform.order().values())


def _life(id: str) -> int:
    return int(id.rpartition("-")[2])


# --- signals -----------------------------------------------------------------------------------


@pytest.mark.fault("A13")
async def test_sigterm_with_50_in_flight_loses_nothing_and_doubles_nothing(
    tmp_path: Path, platform: Platform
) -> None:
    platform.holds_thoughts = True
    await platform.says(*burst(50, 2))
    async with bot(tmp_path / "c.sqlite", platform) as first:
        await platform.until(lambda: platform.thought.total() == 50)
        first.send_signal(signal.SIGTERM)
        platform.holds_thoughts = False
        await platform.tell()
        code = await dies(first)
    finished = len(platform.effects)
    async with bot(tmp_path / "c.sqlite", platform):
        await platform.until(lambda: len(platform.answers()) == 100)

    assert code == 0
    assert finished >= 50
    assert platform.answers() == Counter(m.id for m in platform.messages)
    assert not any(e["resend"] for e in platform.effects)


# --- two processes -----------------------------------------------------------------------------


@pytest.mark.fault("A1")
async def test_every_update_four_times_to_two_processes_is_one_call_and_one_reply_each(
    tmp_path: Path, platform: Platform
) -> None:
    platform.repeats = 4
    async with bot(tmp_path / "c.sqlite", platform), bot(tmp_path / "c.sqlite", platform):
        await platform.until(lambda: platform.polls >= 2)
        for life in range(5):
            await platform.says(*burst(10, 1, f"{life}-"))
        await platform.until(lambda: len(platform.answers()) == 50)
        await platform.says(message("last", to="99"))
        await platform.until(lambda: platform.answers()["telegram:1:last"])

    assert set(platform.answers().values()) == {1}
    assert set(platform.thought.values()) == {1}


@pytest.mark.fault("A12")
async def test_a_process_paused_past_its_lease_is_too_late_when_it_goes_on(
    tmp_path: Path, platform: Platform
) -> None:
    """The other process's clock is ahead, so the lease of the paused one has ended there."""
    platform.holds_thoughts = True
    await platform.says(message(1, "m1"))
    async with bot(tmp_path / "c.sqlite", platform) as paused:
        await platform.until(lambda: platform.thought.total() == 1)
        paused.send_signal(signal.SIGSTOP)
        async with bot(tmp_path / "c.sqlite", platform, "--ahead=90") as other:
            await platform.until(lambda: platform.thought.total() == 2)
            platform.holds_thoughts = False
            await platform.tell()
            await platform.until(lambda: platform.effects)
            other.send_signal(signal.SIGTERM)
            assert await dies(other) == 0
        paused.send_signal(signal.SIGCONT)
        await platform.says(message(2, "m2"), message(3, "m3", to="8"))
        await platform.until(lambda: len(platform.answers()) == 3)
        paused.send_signal(signal.SIGTERM)
        assert await dies(paused) == 0

    assert platform.answers() == Counter(f"telegram:1:{n}" for n in (1, 2, 3))
    assert platform.order()["7"] == ["telegram:1:1", "telegram:1:2"]


# --- the disk and the neighbours ---------------------------------------------------------------


@pytest.mark.fault("D4")
async def test_a_full_disk_refuses_everything_whole_and_is_forgotten_when_there_is_room(
    tmp_path: Path,
) -> None:
    """The file may not grow: an intake and a turn are refused, and nothing of them is kept."""
    clock = FakeClock()
    store = await SqliteStore.open(tmp_path / "c.sqlite", clock)
    await store.accept([message(1, "m1")])
    [claim] = await store.claim("w", 1)
    long = "x" * 200_000
    turn = Outcome(
        replies=(reply(claim.message),), history=(Entry("user", "m1"), Entry("assistant", long))
    )

    await pages(store, 1)
    with pytest.raises(Unavailable):
        await store.commit_turn(claim, turn)
    with pytest.raises(Unavailable):
        await asyncio.gather(store.accept([message(2, "m2")]), store.accept([message(3, long)]))
    during = dict(await store.counts())
    await pages(store, 1_000_000)
    await store.commit_turn(claim, turn)
    await store.accept([message(3, long)])

    assert during.get("outbox.ready", 0) == 0
    assert (await store.open_turn(claim.message)).history[-1].text == long
    assert (await store.counts())["outbox.ready"] == 1
    await store.aclose()


async def pages(store: SqliteStore, most: int) -> None:
    """Let the database have so many pages (as many as it has, when that is more)."""
    await store._writer.run(lambda db: db.execute(f"PRAGMA max_page_count = {most}").fetchall())


WRITER = """
import asyncio, sys
from pathlib import Path
from adapters.stores.sqlite import SqliteStore
from tests.crash_bot import AheadClock
from tests.fakes import message, reply
from core.ports import Outcome

async def main(path, me):
    store = await SqliteStore.open(Path(path), AheadClock(0))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for n in range(25):
        await store.accept([message(f"{me}-{n}", to=f"{me}"), message(f"shared-{n}", to="shared")])
        for claim in await store.claim(me, 3):
            await store.commit_turn(claim, Outcome(replies=(reply(claim.message),)))
    await store.aclose()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.fault("D5")
async def test_eight_processes_write_at_once_and_none_meets_a_lock(tmp_path: Path) -> None:
    database = tmp_path / "c.sqlite"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            WRITER,
            str(database),
            f"w{n}",
            cwd=ROOT,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        for n in range(8)
    ]
    async with asyncio.timeout(60):
        for writer in writers:
            assert writer.stdout is not None
            assert await writer.stdout.readline() == b"ready\n"
        ended = await asyncio.gather(*(w.communicate(b"go\n") for w in writers))

    store = await SqliteStore.open(database, FakeClock())
    counts = await store.counts()
    await store.aclose()
    assert [error.decode()[-300:] for _, error in ended] == [""] * 8
    assert counts.get("inbox.waiting", 0) + counts["inbox.done"] == 9 * 25
