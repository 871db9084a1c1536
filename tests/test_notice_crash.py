"""Notices of processes that are killed for real: each chat is told, and once, but for what is
flagged.

The clock of the processes stands at the evening before the trips, and goes on from there.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.crash_bot import NOTICE_POINTS
from tests.crash_rig import Platform, bot, dies
from tests.notice_rig import START, Clock, Rig, a_plan, a_trip, chat

CHATS = [str(n) for n in range(1, 9)]
FIRST = START.date() + timedelta(days=20)
EVENING_BEFORE = datetime(FIRST.year, FIRST.month, FIRST.day, 18, 12, tzinfo=UTC) - timedelta(
    days=1
)


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    """Eight private chats with a trip each, all beginning on the same day."""
    rig = Rig(tmp_path, Clock(EVENING_BEFORE - timedelta(hours=3)))
    store, _ = await rig.opens()
    for name in CHATS:
        to = chat(name, "telegram")
        trip = a_trip(
            a_plan(FIRST),
            id=f"trip{name}",
            conversation=to.key,
            owner=f"telegram:{name}",
            updated_at=rig.clock.now(),
        )
        await rig.turn(store, name, platform="telegram", trips=(trip,))
    await rig.closes()
    return rig.file


def scheduler(later: float = 0.0) -> list[str]:
    """Options of a process whose clock says that it is the evening before, and a little later."""
    ahead = (EVENING_BEFORE - datetime.now(UTC)).total_seconds() + later
    return ["--notices", f"--ahead={ahead}"]


def told(platform: Platform, *, flagged: bool) -> Counter[str]:
    return Counter(e["chat"] for e in platform.effects if e["resend"] is flagged)


def chats(platform: Platform) -> set[str]:
    return {e["chat"] for e in platform.effects}


def kinds(platform: Platform) -> set[str]:
    return {e["text"].partition(" ")[0] for e in platform.effects}


@pytest.mark.parametrize("point", NOTICE_POINTS)
async def test_a_scheduler_that_dies_anywhere_leaves_nobody_untold_and_nobody_told_twice(
    database: Path, platform: Platform, point: str
) -> None:
    async with bot(database, platform, f"--dies-at={point}", *scheduler()) as first:
        await dies(first)
    async with bot(database, platform, *scheduler()):
        await platform.until(lambda: chats(platform) == set(CHATS))

    assert kinds(platform) == {"final_check"}
    assert set(told(platform, flagged=False).values()) <= {1}
    if point in ("notices_claimed", "notices_handed_over"):
        assert not told(platform, flagged=True)


async def test_the_claims_of_a_scheduler_that_died_among_others_end_with_their_lease(
    database: Path, platform: Platform
) -> None:
    """One is alive, by whose clock nothing is due yet, so that nobody may take all claims for
    left; by the clock of the last the leases have ended."""
    async with bot(database, platform, *scheduler(later=-7_200)):
        await platform.until(lambda: platform.polls)
        async with bot(database, platform, "--dies-at=notices_claimed", *scheduler()) as first:
            await dies(first)
        assert not platform.effects
        async with bot(database, platform, *scheduler(later=150)):
            await platform.until(lambda: chats(platform) == set(CHATS))

    assert told(platform, flagged=False) == Counter(CHATS)
    assert not told(platform, flagged=True)
