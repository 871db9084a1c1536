"""Very many notices due at the same time: in order of deadline, spread, at the platform's pace."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from adapters.stores import notices
from adapters.stores.sqlite import SqliteStore
from benchmarks.notices import EVENING_BEFORE, FIRST, fill
from bot.runtime import Runtime
from bot.showing import NOTICES_AT_ONCE
from core.concierge import turn_id
from core.messages import Reply, Text
from core.notices.policies import JITTER
from core.notices.state import MESSAGE, Change, Found, Kind, Notice
from tests.fakes import Echo, ScriptedChat, running
from tests.notice_rig import Clock, Rig, ScriptedWatcher, a_plan, a_stop, a_trip, chat

CHATS = 400
PER_SECOND = 30


class PacedChat(ScriptedChat):
    """A platform that takes so many messages a second by the clock, and refuses what is faster.

    Each send that has to wait for the pace lets a second of the clock pass, as an adapter would.
    """

    platform = "desk"

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.in_second: Counter[int] = Counter()
        self.at_once = self.most_at_once = 0

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        self.at_once += reply.id.startswith(MESSAGE)
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        if self.in_second[self.second] >= PER_SECOND:
            self.clock.passes(seconds=1)
        self.in_second[self.second] += 1
        self.at_once -= reply.id.startswith(MESSAGE)
        return await super().send(reply, resend=resend)

    @property
    def second(self) -> int:
        return int(self.clock.now().timestamp())


@pytest.mark.fault("E9")
async def test_a_rush_goes_by_deadline_answers_first_and_at_the_pace_of_the_platform(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path)
    fill(rig.file, CHATS)
    store, noticing = await rig.opens()
    await noticing.plan()
    dues = [row.due for n in range(CHATS) for row in (await rows(store, f"trip{n}"))[:1]]
    alerts(rig, ("trip7", "trip8"))
    rig.clock.strikes(EVENING_BEFORE)
    await noticing.watch()
    handed = await noticing.send()
    await rig.turn(store, "399", replies=(an_answer(),))
    platform = PacedChat(rig.clock)
    runtime = Runtime(store, Echo(store), [platform], rig.clock, poll_seconds=0.01)
    async with running(runtime, platform):
        await platform.until(lambda: len(platform.sent) == CHATS + 1)
    counts = await store.counts()
    await rig.closes()

    # Spread by jitter around 18:00.
    spread = [due - (EVENING_BEFORE - timedelta(minutes=30)) for due in dues]
    assert all(abs(s) <= JITTER for s in spread)
    assert max(spread) - min(spread) > timedelta(minutes=18)
    # All at once, each marked by itself.
    assert handed == CHATS + len(("trip7", "trip8"))
    assert (counts["notices.sent"], counts.get("notices.expired", 0)) == (handed, 0)
    # The answer went before everything, and severe alerts before all other notices.
    ids = [s.reply.id for s in platform.sent]
    assert ids[0] == an_answer().id
    first = [s.chat for s in platform.sent[1:3]]
    assert sorted(first) == ["7", "8"]
    assert all("alert" in s.text for s in platform.sent[1:3])
    # Nothing faster than the platform takes, and an answer never waits behind many.
    assert max(platform.in_second.values()) <= PER_SECOND
    assert platform.most_at_once <= NOTICES_AT_ONCE


async def test_in_the_middle_of_a_rush_a_warning_is_claimed_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was due before it and is not even marked yet."""
    monkeypatch.setattr(notices, "READY_AT_ONCE", 10)
    rig = Rig(tmp_path)
    fill(rig.file, 40)
    store, noticing = await rig.opens()
    await noticing.plan()
    rig.clock.strikes(EVENING_BEFORE)
    first = await store.claim_notices("w", 5)
    alerts(rig, ("trip7",))
    await noticing.watch()
    [batch, *_] = await store.claim_notices("w", 5)
    await rig.closes()

    assert len(first) == 5
    assert Kind.ALERT in [each.notice.kind for each in batch.claimed]


async def rows(store: SqliteStore, trip: str) -> tuple[Notice, ...]:
    found = await store.calendar_of(trip)
    assert found is not None
    return found.rows


def alerts(rig: Rig, trips: Sequence[str]) -> None:
    assert isinstance(rig.watcher, ScriptedWatcher)
    for trip in trips:
        change = Change(
            kind=Kind.ALERT,
            on=FIRST,
            about="storm",
            why="a severe storm is coming",
            until=EVENING_BEFORE + timedelta(days=2),
        )
        rig.watcher.news_of[trip] = Found(changes=(change,), seen="storm")


def an_answer() -> Reply:
    return Reply(
        id=turn_id("reply", "1", 1),
        seq=0,
        final=True,
        conversation=chat("399"),
        parts=(Text(markdown="an answer"),),
    )


async def test_what_may_come_later_is_claimed_later_whatever_was_due_first(tmp_path: Path) -> None:
    """A brief due at 8:15 in one chat, a reminder due at 9 and of no use at 11 in another."""
    rig = Rig(tmp_path)
    store, noticing = await rig.opens()
    plan, just_now = a_plan(FIRST), datetime.combine(FIRST, time(8), UTC)
    booked = a_stop(FIRST, plan.timezone, time(11), booked=True)
    days = (plan.days[0].model_copy(update={"stops": (booked,)}), *plan.days[1:])
    with_stop = plan.model_copy(update={"days": days})
    await rig.turn(store, "0", trips=(a_trip(plan, id="0", where="0", updated_at=just_now),))
    await rig.wants(store, "1", muted=frozenset({Kind.MORNING}))
    await rig.turn(store, "1", trips=(a_trip(with_stop, id="1", where="1", updated_at=just_now),))
    await noticing.plan()
    rig.clock.strikes(datetime.combine(FIRST, time(9, 30), UTC))
    batches = await store.claim_notices("w", 100)
    await rig.closes()

    told = [[c.notice.kind for c in batch.claimed if c.notice.on == FIRST] for batch in batches]
    assert told == [[Kind.REMINDER], [Kind.MORNING]]
