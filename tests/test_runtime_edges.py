"""What rarely happens to the runtime: stuck turns and sends, lost leases, absurd pauses."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteStore
from bot import showing, thinking
from bot.crew import Crew
from bot.runtime import Runtime
from core.errors import Misconfigured
from core.messages import Inbound, Reply
from core.ports import (
    ChatAdapter,
    Claim,
    Inbox,
    Moved,
    NotNow,
    Store,
)
from tests.desk import (
    DeskChat,
    HandClock,
    message,
    outcome,
    place,
    reply_to,
    until,
    words,
)

POLL = 0.02


class Script:
    """A concierge that echoes; a text that begins with a key of `acts` does that first."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.acts: dict[str, Callable[[Claim, Callable[[Reply], None]], object]] = {}
        self.begun: list[str] = []
        self.working: Counter[str] = Counter()
        self.most = 0

    async def answer(self, claim: Claim, show: Callable[[Reply], None]) -> None:
        key = claim.message.conversation.key
        self.begun.append(claim.message.id)
        self.working[key] += 1
        self.most = max(self.most, self.working[key])
        try:
            act = self.acts.get(claim.message.text.partition(" ")[0])
            result = act(claim, show) if act else None
            if asyncio.iscoroutine(result):
                await result
            await self._store.commit_turn(claim, outcome(claim.message))
        finally:
            self.working[key] -= 1


class Office:
    """A running Caravan of which only the flows and the platform are played."""

    def __init__(self, store: SqliteStore, clock: HandClock, chat: DeskChat) -> None:
        self.store = store
        self.clock = clock
        self.chat = chat
        self.script = Script(store)
        self.runtime = self.another()
        self.stop = asyncio.Event()

    def another(self, *chats: ChatAdapter, drain_seconds: float = 10.0) -> Runtime:
        return Runtime(
            self.store,
            self.script,
            chats or (self.chat,),
            self.clock,
            poll_seconds=POLL,
            drain_seconds=drain_seconds,
        )

    async def hears(self, *inbound: Inbound) -> None:
        assert self.chat.inbox is not None
        await self.chat.inbox.accept(inbound)

    async def answers(self, *ids: str) -> None:
        await until(lambda: set(ids) <= set(self.chat.answers))

    async def outbox(self, state: str, count: int) -> None:
        """Wait until so many replies are in that state."""
        async with asyncio.timeout(20):
            while (await self.store.counts()).get(f"outbox.{state}") != count:  # noqa: ASYNC110
                await asyncio.sleep(0.005)


@asynccontextmanager
async def open_office(path: Path) -> AsyncIterator[Office]:
    clock = HandClock()
    store = await SqliteStore.open(path, clock)
    one = Office(store, clock, DeskChat())
    task = asyncio.create_task(one.runtime.run(one.stop))
    await until(lambda: one.chat.inbox or task.done())
    try:
        yield one
    finally:
        one.stop.set()
        await asyncio.wait([task])
        await store.aclose()
    task.result()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path / "store.sqlite") as one:
        yield one


def bug(*_: object) -> None:
    raise RuntimeError("a bug in a flow")


# --- thinking ----------------------------------------------------------------------------------


async def test_an_adapter_that_is_stuck_holds_up_one_chat_and_is_asked_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "SEND_SECONDS", 0.05)
    office.chat.gate.clear()
    await office.hears(message("1"))
    await office.outbox("unknown", 1)
    office.chat.gate.set()
    office.clock.passes(seconds=11)
    await office.answers("1")

    assert office.chat.resent == ["1"]


async def test_an_overheard_message_that_fails_gets_no_apology(office: Office) -> None:
    office.script.acts["poison"] = bug
    await office.hears(message("1", "poison", chat="-1", addressed=False), message("2", chat="-1"))
    while not (await office.store.counts())["dead_letters"]:
        office.clock.passes(minutes=2)
        await asyncio.sleep(0.005)
    await office.answers("2")

    assert office.chat.answers == ["2"]


async def test_a_turn_that_never_ends_is_broken_off(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thinking, "TURN_SECONDS", 0.02)
    office.script.acts["endless"] = lambda *_: asyncio.Event().wait()
    await office.hears(message("1", "endless"), message("2"))
    while "2" not in office.chat.answers:
        office.clock.passes(minutes=2)
        await asyncio.sleep(0.005)

    assert words(office.chat.sent[0]) == thinking.APOLOGY


async def test_leases_are_renewed_and_a_turn_that_lost_its_own_is_broken_off(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thinking, "RENEW_SECONDS", 0.01)
    runtime = office.another(DeskChat())
    stop = asyncio.Event()
    office.stop.set()  # this story has its own runtime
    running = asyncio.create_task(runtime.run(stop))
    broken = asyncio.Event()

    async def slow(claim: Claim, show: object) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            broken.set()
            raise

    office.script.acts["slow"] = slow
    await office.store.accept([message("1", "slow")])
    await until(lambda: office.script.begun)
    for _ in range(5):
        office.clock.passes(seconds=40)
        await asyncio.sleep(0.03)
    held = await office.store.claim("other", 10)
    await office.store._writer.run(lambda db: db.execute("UPDATE inbox SET fence = 99"))

    async with asyncio.timeout(20):
        await broken.wait()
    assert held == []
    stop.set()
    await running


# --- showing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [-5.0, float("nan"), float("inf"), 1e300])
async def test_an_absurd_pause_is_no_pause_for_ever(office: Office, seconds: float) -> None:
    office.chat.faults = [NotNow(seconds, "429")]
    await office.hears(message("1"))
    await until(lambda: office.chat.tries)
    await office.outbox("ready", 1)
    office.clock.passes(days=1, seconds=1)

    await office.answers("1")


async def test_a_chat_that_moves_without_an_end_is_given_up(office: Office) -> None:
    office.chat.faults = [Moved(place(f"-{n}")) for n in range(2, 12)]
    await office.hears(message("1", chat="-1"))
    await office.outbox("failed", 1)

    assert len(office.chat.tries) == showing.MOST_MOVES + 1


# --- the database ------------------------------------------------------------------------------


# --- start and stop ----------------------------------------------------------------------------


class Broken(DeskChat):
    platform = "broken"

    async def run(self, inbox: Inbox, ready: Callable[[], None]) -> None:
        raise Misconfigured("TOKEN", "is wrong")


class Line(DeskChat):
    """Input that ends after one message."""

    platform = "desk"

    async def run(self, inbox: Inbox, ready: Callable[[], None]) -> None:
        await inbox.accept([message("line", "slow")])


async def test_what_is_not_done_in_time_is_given_back_uncounted(tmp_path: Path) -> None:
    clock = HandClock()
    store = await SqliteStore.open(tmp_path / "store.sqlite", clock)
    script, chat, stop = Script(store), DeskChat(), asyncio.Event()
    script.acts["stuck"] = lambda *_: asyncio.Event().wait()
    runtime = Runtime(store, script, [chat], clock, poll_seconds=POLL, drain_seconds=0.05)
    running = asyncio.create_task(runtime.run(stop))
    await store.accept([message("1", "stuck"), message("2")])
    await until(lambda: script.begun)
    stop.set()
    await running
    [claim] = await store.claim("next", 10)
    await store.aclose()

    assert (claim.message.id, claim.attempts) == ("1", 1)


async def test_drafts_of_the_next_answer_wait_for_the_earlier_final(office: Office) -> None:
    def grows(claim: Claim, show: Callable[[Reply], None]) -> object:
        show(reply_to(claim.message).model_copy(update={"seq": 0, "final": False}))
        return asyncio.sleep(0.01)

    office.script.acts["grow"] = grows
    office.chat.faults = [NotNow(30, "429")]
    await office.hears(message("1", "grow"), message("2", "grow"))
    await until(
        lambda: office.script.begun == ["1", "2"] and not any(office.script.working.values())
    )
    office.clock.passes(seconds=31)
    await office.answers("1", "2")

    assert "draft 1 0" in office.chat.screen[:1]
    assert office.chat.screen.index("final 1") < office.chat.screen.index("final 2")
    later = [s for s in office.chat.screen if s.startswith("draft 2")]
    assert all(office.chat.screen.index(s) > office.chat.screen.index("final 1") for s in later)


def test_the_pause_before_the_last_try_is_short_enough_to_be_waited_for() -> None:
    pauses = [timedelta(seconds=0.2 * 4 ** (n - 1)) for n in range(1, thinking.MAX_ATTEMPTS)]

    assert sum(pauses, timedelta()) < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("one_by_one", "order"),
    [(True, ["a", "intake", "b", "c"]), (False, ["a", "b", "c", "intake"])],
)
async def test_where_a_platform_waits_intake_goes_between_two_beginnings(
    one_by_one: bool, order: list[str]
) -> None:
    seen: list[str] = []

    async def take(limit: int) -> list[str]:
        return [] if seen else ["a", "b", "c"]

    async def work(one: str) -> bool:
        seen.append(one)
        if one == "a":
            asyncio.get_running_loop().call_soon(seen.append, "intake")
        return False

    crew = Crew(take, work, 10, POLL, one_by_one=one_by_one)
    await crew.flush()

    assert seen == order
