"""The runtime on a real database, with a scripted platform: order, patience, one answer each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteStore
from bot.runtime import Runtime
from core.errors import Unavailable
from core.messages import ConversationMoved, InboundMessage
from core.ports import Claim, Moved, NotNow, Refused, Uncertain, Unreachable
from tests.fakes import PATIENCE, Echo, FakeClock, ScriptedChat, chat, message, running, text_of

LEASE_S = 60


@dataclass
class Office:
    """A database, its clock, and the workers on it."""

    path: Path
    clock: FakeClock = field(default_factory=FakeClock)
    stores: list[SqliteStore] = field(default_factory=list)

    async def worker(self, platform: ScriptedChat, **options: int) -> tuple[Runtime, Echo]:
        """One more process on the database; its concierge echoes."""
        store = await SqliteStore.open(self.path, self.clock)
        self.stores.append(store)
        echo = Echo(store)
        return Runtime(store, echo, [platform], self.clock, poll_seconds=0.02, **options), echo

    async def time_goes_on(self, platform: ScriptedChat, until: Callable[[], object]) -> None:
        """Half a minute for every twentieth of a second, until the condition holds there."""
        async with asyncio.timeout(PATIENCE):
            while not until():
                self.clock.passes(30)
                with suppress(TimeoutError):
                    await platform.until(until, seconds=0.05)

    async def counts(self) -> dict[str, int]:
        return dict(await self.stores[0].counts())


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(tmp_path / "caravan.sqlite")
    yield office
    for store in office.stores:
        await store.aclose()


async def test_a_message_is_answered_and_the_answer_is_sent_once(office: Office) -> None:
    platform = ScriptedChat()
    runtime, _ = await office.worker(platform)
    async with running(runtime, platform):
        await platform.says(message(1, "hello"))
        await platform.until(lambda: platform.sent)

    assert platform.texts() == ["You said hello"]
    assert await office.counts() == {
        "inbox.done": 1,
        "outbox.sent": 1,
        "outbox.resent": 0,
        "dead_letters": 0,
    }


# --- order and company -------------------------------------------------------------------------


async def test_between_two_beginnings_what_comes_in_has_its_turn(office: Office) -> None:
    """A hundred answers begin at once; each begins with work that lets nobody else run."""
    platform = ScriptedChat()
    runtime, echo = await office.worker(platform)
    loop = asyncio.get_running_loop()
    events: list[str] = []

    async def think(claim: Claim) -> None:
        events.append("begins")
        if len(events) == 1:
            loop.call_soon(came_in)

    def came_in() -> None:
        events.append("comes in")
        if events.count("comes in") < 100:
            loop.call_soon(came_in)

    echo.thinks = think
    await office.stores[0].accept([message(n, "hello", to=str(n)) for n in range(100)])
    async with running(runtime, platform):
        await platform.until(lambda: len(platform.sent) == 100)

    longest = max(len(run) for run in "".join(e[0] for e in events).split("c"))
    assert longest <= 2


@pytest.mark.fault("A7")
async def test_four_workers_answer_a_chat_one_at_a_time_and_in_order(office: Office) -> None:
    """Six chats, ten messages each, all there at once; turns give way to each other on purpose."""
    platform = ScriptedChat()
    working: set[str] = set()
    overlaps: list[str] = []
    order: dict[str, list[str]] = {}

    async def think(claim: Claim) -> None:
        key = claim.message.conversation.chat_id
        if key in working:
            overlaps.append(key)
        working.add(key)
        for _ in range(3):
            await asyncio.sleep(0)
        order.setdefault(key, []).append(claim.message.text)
        working.discard(key)

    workers = [await office.worker(platform) for _ in range(4)]
    for _, echo in workers:
        echo.thinks = think
    expected = [f"m{n}" for n in range(10)]
    said = [message(f"{c}-{n}", f"m{n}", to=str(c)) for n in range(10) for c in range(6)]
    await office.stores[0].accept(said)
    async with asyncio.TaskGroup() as group:
        stop = asyncio.Event()
        for runtime, _ in workers:
            group.create_task(runtime.run(stop))
        await platform.until(lambda: len(platform.sent) == 60)
        stop.set()

    assert overlaps == []
    assert order == {str(c): expected for c in range(6)}
    assert all(platform.texts(str(c)) == [f"You said {m}" for m in expected] for c in range(6))
    assert (await office.counts())["outbox.sent"] == 60
    assert (await office.counts())["outbox.resent"] == 0


@pytest.mark.fault("A8")
async def test_a_chat_that_hangs_holds_up_nobody_else(office: Office) -> None:
    """One chat's model never answers, another one's platform never does; twenty others are well."""
    platform = ScriptedChat()
    runtime, echo = await office.worker(platform, drain_seconds=0)
    platform.stuck.add("stuck-sending")

    async def think(claim: Claim) -> None:
        if claim.message.conversation.chat_id == "stuck-thinking":
            await asyncio.Event().wait()

    echo.thinks = think
    async with running(runtime, platform):
        await platform.says(message("a", to="stuck-thinking"), message("b", to="stuck-sending"))
        await platform.until(lambda: [t for t in platform.tried if t.chat == "stuck-sending"])
        for n in range(20):
            await platform.says(message(n, to=str(n)))
        await platform.until(lambda: len(platform.sent) == 20)

    assert {s.chat for s in platform.sent} == {str(n) for n in range(20)}
    counts = await office.counts()
    assert (counts["inbox.waiting"], counts["outbox.unknown"]) == (1, 1)  # given back, not lost


async def test_a_worker_that_wakes_after_its_lease_changes_nothing(office: Office) -> None:
    platform = ScriptedChat()
    slow, slow_echo = await office.worker(platform, max_thinking=1)
    quick, _ = await office.worker(platform)
    wakes, fell_asleep = asyncio.Event(), asyncio.Event()

    async def sleeps(claim: Claim) -> None:
        fell_asleep.set()
        await wakes.wait()

    slow_echo.thinks = sleeps
    async with asyncio.timeout(PATIENCE), running(slow, platform):
        await platform.says(message(1, "hello"))
        await fell_asleep.wait()
        office.clock.passes(LEASE_S + 1)
        async with running(quick, platform):
            await platform.until(lambda: platform.sent)
            wakes.set()
            await platform.says(message(2, "and now?"))
            await platform.until(lambda: len(platform.sent) == 2)

    assert platform.texts() == ["You said hello", "You said and now?"]
    assert slow.counters["stale"] == 1
    history = (await office.stores[0].open_turn(message(3))).history
    assert [e.text for e in history if e.role == "user"] == ["hello", "and now?"]


# --- what goes wrong while thinking ------------------------------------------------------------


@pytest.mark.fault("A11")
async def test_a_message_that_always_fails_gets_five_tries_one_apology_and_its_chat_goes_on(
    office: Office,
) -> None:
    platform = ScriptedChat()
    runtime, echo = await office.worker(platform)

    async def think(claim: Claim) -> None:
        if claim.message.text == "poison":
            office.clock.passes(13)  # the longest pause before the next try
            raise KeyError("a bug")

    echo.thinks = think
    async with running(runtime, platform):
        await platform.says(message(1, "poison"), message(2, "hello"))
        await platform.says(message(3, "elsewhere", to="8"))
        await office.time_goes_on(platform, lambda: len(platform.sent) == 3)

    assert echo.calls.count("telegram:1:1") == 5
    apology, answer = platform.texts("7")
    assert "mistake of mine" in apology
    assert answer == "You said hello"
    assert platform.texts("8") == ["You said elsewhere"]
    assert (await office.counts())["dead_letters"] == 1


async def test_a_database_that_is_away_for_long_costs_no_message_its_answer(office: Office) -> None:
    """More failures than a message has tries: none of them counts."""
    platform = ScriptedChat()
    runtime, echo = await office.worker(platform)
    away = [Unavailable("database", "full")] * 8

    async def think(claim: Claim) -> None:
        if away:
            raise away.pop()

    echo.thinks = think
    async with running(runtime, platform):
        await platform.says(message(1, "hello"))
        await office.time_goes_on(platform, lambda: platform.sent)

    assert platform.texts("7") == ["You said hello"]
    assert "dead_letters" not in {k for k, v in (await office.counts()).items() if v}


async def test_when_something_we_need_is_away_the_message_waits_and_is_answered(
    office: Office,
) -> None:
    platform = ScriptedChat()
    runtime, echo = await office.worker(platform)
    down = [Unavailable("model", "down")] * 3

    async def think(claim: Claim) -> None:
        office.clock.passes(30)
        if down:
            raise down.pop()

    echo.thinks = think
    async with running(runtime, platform):
        await platform.says(message(1, "hello"))
        await office.time_goes_on(platform, lambda: platform.sent)

    assert platform.texts() == ["You said hello"]
    assert (await office.counts())["dead_letters"] == 0


async def test_a_lease_is_renewed_while_a_turn_takes_long(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn of 100 s of the store's clock; the renewals of it come quickly here."""
    monkeypatch.setattr("bot.thinking.RENEW_SECONDS", 0.01)
    platform = ScriptedChat()
    runtime, echo = await office.worker(platform)
    idle, idle_echo = await office.worker(platform)
    renewed, begun = asyncio.Event(), asyncio.Event()
    store = office.stores[0]
    renew = store.renew

    async def counted(claim: Claim) -> Claim:
        held = await renew(claim)
        renewed.set()
        return held

    store.renew = counted  # type: ignore[method-assign]

    async def think(claim: Claim) -> None:
        begun.set()
        for _ in range(5):
            office.clock.passes(20)
            for _ in range(2):  # the first one may have been on its way already
                renewed.clear()
                await renewed.wait()

    echo.thinks = think
    async with asyncio.timeout(PATIENCE), running(runtime, platform):
        await platform.says(message(1, "hello"))
        await begun.wait()
        async with running(idle, platform):
            await platform.until(lambda: platform.sent)

    assert platform.texts() == ["You said hello"]
    assert (len(echo.calls), len(idle_echo.calls)) == (1, 0)


# --- what goes wrong while sending -------------------------------------------------------------


async def two_answers(platform: ScriptedChat, first: Exception) -> None:
    """Two messages in chat 7, of which the first answer meets `first`, and one in chat 8."""
    platform.fails(first, to="7")
    await platform.says(message(1, "m1"), message(2, "m2"))
    await platform.until(lambda: platform.tried)
    await platform.says(message(3, "m3", to="8"))
    await platform.until(lambda: platform.texts("8"))


@pytest.mark.fault("B1")
async def test_after_a_429_the_chat_waits_as_long_as_asked_and_keeps_its_order(
    office: Office,
) -> None:
    platform = ScriptedChat()
    runtime, _ = await office.worker(platform)
    async with running(runtime, platform):
        await two_answers(platform, NotNow(37, "429"))
        office.clock.passes(36)
        await platform.says(message(4, "m4", to="8"))
        await platform.until(lambda: len(platform.texts("8")) == 2)
        early = platform.texts("7")
        office.clock.passes(2)
        await platform.until(lambda: len(platform.texts("7")) == 2)

    assert early == []
    assert platform.texts("7") == ["You said m1", "You said m2"]
    assert not any(t.resent for t in platform.tried)


@pytest.mark.fault("B2")
async def test_a_chat_that_blocked_us_gets_nothing_until_it_writes_again(office: Office) -> None:
    platform = ScriptedChat()
    runtime, _ = await office.worker(platform)
    async with running(runtime, platform):
        await two_answers(platform, Unreachable("blocked by the user"))
        closed = (await office.stores[0].open_turn(message(9))).closed
        tries = len([t for t in platform.tried if t.chat == "7"])
        office.clock.passes(3_600)
        await platform.says(message(5, "m5"))
        await platform.until(lambda: platform.texts("7"))

    assert closed
    assert tries == 1
    assert platform.texts("7") == ["You said m5"]


@pytest.mark.fault("B3")
@pytest.mark.parametrize("first_told", ["by the platform's message", "by the refused send"])
async def test_when_a_group_becomes_a_supergroup_nothing_is_lost_or_said_twice(
    office: Office, first_told: str
) -> None:
    platform = ScriptedChat()
    runtime, echo = await office.worker(platform)
    moved = ConversationMoved(id="update-9", old_key="telegram:-42:", new=chat("-10042"))
    thinking, go_on = asyncio.Event(), asyncio.Event()

    async def think(claim: Claim) -> None:
        thinking.set()
        await go_on.wait()

    echo.thinks = think
    async with running(runtime, platform):
        await platform.says(message(1, "m1", to="-42"), message(2, "m2", to="-42"))
        await thinking.wait()
        if first_told == "by the platform's message":
            await platform.says(moved)
            go_on.set()
        else:
            platform.fails(Moved(chat("-10042")), to="-42")
            go_on.set()
            await platform.until(lambda: platform.sent)
            await platform.says(moved)
        await platform.says(message(3, "m3", to="-10042"), message(4, "m4", to="-42"))
        await platform.until(lambda: any("m4" in text for text in platform.texts("-10042")))

    answered = [text.removeprefix("You said ") for text in platform.texts("-10042")]
    assert " and ".join(answered) == "m1 and m2 and m3 and m4"  # a burst has one answer
    history = (await office.stores[0].open_turn(message(9, to="-10042"))).history
    assert [e.text for e in history if e.role == "user"] == ["m1", "m2", "m3", "m4"]


@pytest.mark.fault("B6")
async def test_an_answer_that_may_have_arrived_is_sent_once_more_and_flagged(
    office: Office,
) -> None:
    platform = ScriptedChat()
    runtime, _ = await office.worker(platform)
    async with running(runtime, platform):
        await two_answers(platform, Uncertain("reset"))
        office.clock.passes(10)
        await platform.until(lambda: len(platform.texts("7")) == 2)

    assert [(s.text, s.resent) for s in platform.sent if s.chat == "7"] == [
        ("You said m1", True),
        ("You said m2", False),
    ]
    assert runtime.counters["resent"] == 1
    assert (await office.counts())["outbox.resent"] == 1


async def test_an_answer_that_is_twice_uncertain_is_left_at_that(office: Office) -> None:
    platform = ScriptedChat()
    runtime, _ = await office.worker(platform)
    platform.fails(Uncertain("timeout"), to="7")
    async with running(runtime, platform):
        await two_answers(platform, Uncertain("timeout"))
        await office.time_goes_on(platform, lambda: platform.texts("7"))

    assert platform.texts("7") == ["You said m2"]
    assert [t.resent for t in platform.tried if t.text == "You said m1"] == [False, True]


async def test_an_answer_that_the_platform_refuses_does_not_hold_up_the_next(
    office: Office,
) -> None:
    platform = ScriptedChat()
    runtime, _ = await office.worker(platform)
    async with running(runtime, platform):
        await two_answers(platform, Refused("400"))
        await platform.until(lambda: platform.texts("7"))

    assert platform.texts("7") == ["You said m2"]
    assert (await office.counts())["outbox.failed"] == 1


async def test_a_bug_in_an_adapter_is_an_uncertain_send_and_stops_nobody(office: Office) -> None:
    platform = ScriptedChat()
    runtime, _ = await office.worker(platform)
    async with running(runtime, platform):
        await two_answers(platform, ZeroDivisionError())
        office.clock.passes(10)
        await platform.until(lambda: len(platform.texts("7")) == 2)

    assert platform.texts("7") == ["You said m1", "You said m2"]


# --- drafts ------------------------------------------------------------------------------------


async def test_no_draft_comes_after_the_final_answer(office: Office) -> None:
    platform = ScriptedChat()
    runtime, echo = await office.worker(platform)
    echo.drafts = 7
    async with running(runtime, platform):
        for n in range(20):
            await platform.says(message(n, f"m{n}"))
        await platform.until(lambda: len(platform.sent) == 20)

    screens = platform.screens["7"]
    finals = [r.answers for r in screens if r.final]
    assert finals == [f"telegram:1:{n}" for n in range(20)]
    for answer in finals:
        seqs = [r.seq for r in screens if r.answers == answer]
        assert seqs == sorted(seqs)
        assert [r.final for r in screens if r.answers == answer][-1]
    assert len({r.answers for r in screens if not r.final}) > 0  # some drafts were shown
    changes = [r.answers for r in screens]
    assert len([a for a, b in pairwise(changes) if a != b]) == 19  # answers never mix


async def test_a_draft_that_fails_or_hangs_delays_no_answer_for_good(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.drafts.FINISH_SECONDS", 0.05)

    class Hanging(ScriptedChat):
        async def show(self, reply: object) -> None:
            await asyncio.Event().wait()

    platform = Hanging()
    runtime, echo = await office.worker(platform)
    echo.drafts = 3
    async with running(runtime, platform):
        await platform.says(message(1, "hello"))
        await platform.until(lambda: platform.sent)

    assert platform.texts() == ["You said hello"]


# --- stopping ----------------------------------------------------------------------------------


async def test_a_stop_lets_answers_in_work_be_finished_and_sent(office: Office) -> None:
    platform = ScriptedChat()
    runtime, echo = await office.worker(platform)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def think(claim: Claim) -> None:
        begun.set()
        await go_on.wait()

    echo.thinks = think
    async with running(runtime, platform) as stop:
        await platform.says(message(1, "hello"), message(2, "next"))
        await begun.wait()
        stop.set()
        await asyncio.sleep(0)
        go_on.set()

    assert platform.texts() == ["You said hello"]
    counts = await office.counts()
    assert (counts["inbox.waiting"], counts["outbox.sent"]) == (1, 1)


async def test_an_adapter_that_cannot_work_stops_the_runtime_with_its_error(
    office: Office,
) -> None:
    class Broken(ScriptedChat):
        async def run(self, *_: object) -> None:
            raise Unavailable("Telegram", "wrong token")

    runtime, _ = await office.worker(Broken())

    with pytest.raises(Unavailable, match="wrong token"):
        await runtime.run(asyncio.Event())


async def test_the_end_of_the_input_ends_the_runtime_after_the_last_answer(
    office: Office,
) -> None:
    class Pipe(ScriptedChat):
        async def run(self, inbox: object, ready: object) -> None:
            await inbox.accept([message(1, "last words")])  # type: ignore[attr-defined]

    platform = Pipe()
    runtime, _ = await office.worker(platform)
    async with asyncio.timeout(PATIENCE):
        await runtime.run(asyncio.Event())

    left: list[InboundMessage] = [c.message for c in await office.stores[0].claim("w", 5)]
    assert [text_of(s.reply) for s in platform.sent] + [m.text for m in left] in (
        ["You said last words"],
        ["last words"],
    )
