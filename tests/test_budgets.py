"""A flood costs what the budgets say: 10,000 messages, long contexts, many accounts."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from adapters.models.backend import Ask, Extracted, Failure, ModelSpec, Piece, Usage
from adapters.models.service import BackendModel
from adapters.stores import links
from adapters.stores.sqlite import SqliteStore
from bot.settings import load_settings
from core.errors import Misconfigured, Unavailable
from core.messages import Conversation, InboundMessage, Mode, Person
from core.ports import Ledger, LlmCall, Outcome, Prompt, Said
from core.spending import Budget, Limits, OverBudget, Payer, payer_of
from tests.fakes import START, FakeClock, message, text_of
from tests.world import World

ANSWER_TOKENS = 200
BUDGET = 100_000
CHARS_PER_TOKEN = 4
STORY = "tell me a story about trains"


def count(text: str) -> int:
    return len(text) // CHARS_PER_TOKEN + 1


class Meter:
    """A model that counts what it is asked for: the whole prompt, and the longest answer.

    `failing` turns every call away, as a vendor does with 429, and bills nothing.
    """

    spec = ModelSpec("fake", "meter")

    def __init__(self) -> None:
        self.used = 0
        self.calls = 0
        self.failing = False

    async def stream(self, ask: Ask) -> AsyncGenerator[Piece, None]:
        await asyncio.sleep(0)
        if self.failing:
            raise Failure("rate_limited", "429")
        yield Piece(text="Fine.", finish="stop", usage=self._bill(ask, ask.max_tokens))

    async def extract(self, ask: Ask, shape: type[BaseModel]) -> Extracted:
        return Extracted({"language": "en", "english": STORY}, usage=self._bill(ask, 20))

    def whole(self, chunks: list[object]) -> object:
        return None

    async def aclose(self) -> None:
        return None

    def _bill(self, ask: Ask, answer: int) -> Usage:
        prompt = sum(count(m.content) + 4 for m in ask.messages if isinstance(m, Said))
        self.calls += 1
        self.used += prompt + answer
        return Usage(prompt, answer)


def asked(words: str = "Where to?") -> Prompt:
    return Prompt((Said("user", words),), "test", max_output_tokens=ANSWER_TOKENS)


@asynccontextmanager
async def books(path: Path, clock: FakeClock) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(path / "caravan.sqlite", clock)
    try:
        yield store
    finally:
        await store.aclose()


async def ask(model: BackendModel, budget: Budget, payer: Payer, words: str) -> Sequence[LlmCall]:
    """One call; what it brought for the books, nothing when it was not made."""
    ledger = Ledger(budget=budget, payer=payer)
    try:
        await model.chat(asked(words), ledger)
    except OverBudget:
        assert ledger.refused is not None
    return ledger.calls


async def settle(store: SqliteStore, number: int, calls: Sequence[LlmCall]) -> None:
    """The calls as those of a turn that is committed."""
    said = message(f"settle-{number}", to="9")
    await store.accept([said])
    [claim] = await store.claim("w", 1)
    await store.commit_turn(claim, Outcome(replies=(), llm_calls=tuple(calls)))


@pytest.mark.fault("G8")
@pytest.mark.parametrize(
    ("who", "messages", "limits"),
    [
        ("one person", 10_000, Limits(person=100_000)),
        ("many in one chat", 2_000, Limits(person=50_000, chat=100_000)),
        ("many in one workspace", 2_000, Limits(person=50_000, chat=50_000, workspace=100_000)),
        ("many everywhere", 2_000, Limits(person=50_000, chat=50_000, everybody=100_000)),
        ("long contexts", 2_000, Limits(person=100_000)),
    ],
)
async def test_a_flood_costs_no_more_than_its_budget(
    tmp_path: Path, who: str, messages: int, limits: Limits
) -> None:
    """Two processes on one database, 250 turns at once in each, in bursts that are settled."""
    clock, meter = FakeClock(), Meter()
    model = BackendModel([meter], count=count)
    words = "x" * 20_000 if who == "long contexts" else "Where to?"

    def payer(n: int) -> Payer:
        person = "one" if limits.person == BUDGET else f"p{n % 500}"
        chat = "c" if limits.chat == BUDGET else f"c{n % 700}"
        return Payer(person, chat, "T" if limits.workspace == BUDGET else f"T{n % 9}")

    async with books(tmp_path, clock) as one, books(tmp_path, clock) as two:
        budgets = [Budget(store, limits, clock) for store in (one, two)]
        for burst in range(0, messages, 500):
            calls = await asyncio.gather(
                *(ask(model, budgets[n % 2], payer(n), words) for n in range(burst, burst + 500))
            )
            await settle(one, burst, [call for made in calls for call in made])

    one_call = count(words) + 4 + ANSWER_TOKENS
    assert BUDGET - one_call <= meter.used <= BUDGET + one_call


async def test_the_budget_is_back_with_the_next_day_and_a_restart_does_not_bring_it(
    tmp_path: Path,
) -> None:
    clock, meter = FakeClock(), Meter()
    model, limits = BackendModel([meter], count=count), Limits(person=500)
    payer = Payer("ana", "c")
    for _ in range(3):  # each time the process is a new one
        async with books(tmp_path, clock) as store:
            calls = await ask(model, Budget(store, limits, clock), payer, "Where to?")
            if calls:
                await settle(store, meter.calls, calls)
    before = meter.calls
    async with books(tmp_path, clock) as store:
        budget = Budget(store, limits, clock)
        with pytest.raises(OverBudget) as over:
            await budget.reserve(payer, 400)
        clock.passes((over.value.back - clock.now()).total_seconds())
        await ask(model, budget, payer, "Where to?")

    assert before == 2
    assert over.value.back == (START + timedelta(days=1)).replace(hour=0)
    assert meter.calls == 3


async def test_a_call_that_was_turned_away_costs_nothing(tmp_path: Path) -> None:
    clock, meter = FakeClock(), Meter()
    model, limits = BackendModel([meter], count=count), Limits(person=500)
    meter.failing = True
    async with books(tmp_path, clock) as store:
        budget = Budget(store, limits, clock)
        for n in range(5):
            ledger = Ledger(budget=budget, payer=Payer("ana", "c"))
            with pytest.raises(Unavailable):
                await model.chat(asked(), ledger)
            await settle(store, n, ledger.calls)
        whole = await budget.reserve(Payer("ana", "c"), 500)

    assert whole.tokens == 500


async def test_joined_accounts_of_a_person_count_together(tmp_path: Path) -> None:
    clock, limits = FakeClock(), Limits(person=500)
    async with books(tmp_path, clock) as store:
        with closing(sqlite3.connect(tmp_path / "caravan.sqlite")) as db, db:
            links.join(db, "telegram:ana", "slack:ana", START.timestamp())
        budget = Budget(store, limits, clock)
        await budget.reserve(Payer("telegram:ana", "c"), 300)
        with pytest.raises(OverBudget):
            await budget.reserve(Payer("slack:ana", "d"), 300)
        other = await budget.reserve(Payer("slack:ben", "d"), 300)

    assert other.tokens == 300


async def test_erasing_everything_does_not_refill_a_budget(tmp_path: Path) -> None:
    clock, limits = FakeClock(), Limits(person=500)
    async with books(tmp_path, clock) as store:
        said = message(1, to="9")
        await Budget(store, limits, clock).reserve(payer_of(said), 300)
        await store.accept([said])
        [claim] = await store.claim("w", 1)
        await store.commit_turn(claim, Outcome(replies=(), erase_person=said.sender.id))
        with pytest.raises(OverBudget):
            await Budget(store, limits, clock).reserve(payer_of(said), 300)
    with closing(sqlite3.connect(tmp_path / "caravan.sqlite")) as db:
        kept = db.execute("SELECT account FROM spending").fetchall()

    assert kept
    assert not any(account == "9" or "telegram" in account for (account,) in kept)


async def test_a_turn_that_died_stays_paid_for(tmp_path: Path) -> None:
    """Its call was made and never settled: what was set aside is taken as used."""
    clock = FakeClock()
    async with books(tmp_path, clock) as store:
        await Budget(store, Limits(chat=500), clock).reserve(Payer("ana", "c"), 300)
    async with books(tmp_path, clock) as store:
        with pytest.raises(OverBudget):
            await Budget(store, Limits(chat=500), clock).reserve(Payer("ben", "c"), 300)


def test_threads_share_the_budget_of_their_chat_and_slack_that_of_its_workspace() -> None:
    where = Conversation(platform="slack", chat_id="T1/C1", thread_id="17.1", mode=Mode.GROUP)
    ana = Person(id="slack:T1:U1")
    said = InboundMessage(id="1", conversation=where, sender=ana, sent_at=START)

    assert payer_of(said) == Payer("slack:T1:U1", "slack:T1/C1", "slack:T1")
    assert payer_of(message(1, to="7")) == Payer("telegram:7", "telegram:7", "")


@pytest.mark.parametrize("small", ["9999", "1"])
def test_a_budget_smaller_than_one_call_is_refused_at_the_start(small: str) -> None:
    with pytest.raises(Misconfigured, match="CARAVAN_TOKENS_PER_CHAT_DAY: one call may need 10000"):
        load_settings({"CARAVAN_TOKENS_PER_CHAT_DAY": small})
    assert not load_settings(
        {f"CARAVAN_TOKENS_PER_{scope}DAY": "0" for scope in ("PERSON_", "CHAT_", "WORKSPACE_", "")}
    ).token_limits


# --- in a chat -----------------------------------------------------------------------------------


@pytest.fixture
async def metered(tmp_path: Path) -> AsyncIterator[tuple[World, Meter]]:
    meter = Meter()
    world = World(
        tmp_path / "caravan.sqlite",
        model=BackendModel([meter], count=count),
        environment={"CARAVAN_TOKENS_PER_PERSON_DAY": "20000", "CARAVAN_LIVE": "off"},
    )
    await world.opens()
    yield world, meter
    await world.closes()


async def test_over_budget_the_chat_goes_on_without_the_model_and_says_so_once_a_day(
    metered: tuple[World, Meter],
) -> None:
    world, meter = metered
    await world.says("I live in Tokyo")
    answers = [await world.says(STORY) for _ in range(30)]
    spent = meter.used
    plan = await world.says("plan Lisbon 12 to 14 April 2027")
    world.clock.passes(days=1)
    again = await world.says(STORY)

    told = [a for a in answers if "I may not ask the language model any more today" in a.text]
    assert spent <= 20_000
    assert len(told) == 1
    assert "until Tue 24 Nov 09:00 (Asia/Tokyo)" in told[0].text
    assert all(a.text for a in answers)
    assert len(plan.days) == 3
    assert "language model" not in plan.text
    assert "Fine." in again.text
    assert meter.used > spent


# --- messages a minute ---------------------------------------------------------------------------


async def accepted(store: SqliteStore, said: Sequence[InboundMessage]) -> Counter[str]:
    await store.accept(said)
    return Counter(await store.counts())


@asynccontextmanager
async def paced(path: Path, clock: FakeClock) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(path / "caravan.sqlite", clock, per_minute=20)
    try:
        yield store
    finally:
        await store.aclose()


async def test_of_ten_thousand_messages_in_a_minute_twenty_are_answered_and_one_is_told(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    said = [message(n, sent_at=START + timedelta(seconds=n * 0.005)) for n in range(10_000)]
    async with paced(tmp_path, clock) as store:
        rows = await accepted(store, said)
        again = await accepted(store, said[-50:])  # delivered twice
        [reply] = await store.claim_replies("w", 10)

    assert (rows["inbox.waiting"], rows["inbox.done"], rows["outbox.ready"]) == (20, 9_980, 1)
    assert again == rows
    assert reply.reply.answers == said[20].id
    assert "I answer 20 messages a minute" in text_of(reply.reply)


async def test_whoever_waits_is_heard_again_and_a_new_burst_is_told_of_anew(tmp_path: Path) -> None:
    async with paced(tmp_path, FakeClock()) as store:
        first = [message(n, sent_at=START) for n in range(30)]
        later = [message(100 + n, sent_at=START + timedelta(seconds=61)) for n in range(25)]
        rows = await accepted(store, [*first, *later])

    assert (rows["inbox.waiting"], rows["inbox.done"], rows["outbox.ready"]) == (40, 15, 2)


async def test_a_backlog_that_comes_at_once_was_not_said_in_haste(tmp_path: Path) -> None:
    async with paced(tmp_path, FakeClock()) as store:
        said = [message(n, sent_at=START - timedelta(seconds=10 * n)) for n in range(100, 0, -1)]
        rows = await accepted(store, said)

    assert rows["inbox.waiting"] == 100
    assert not rows["outbox.ready"]


async def test_what_people_say_to_each_other_in_a_group_is_not_counted(tmp_path: Path) -> None:
    async with paced(tmp_path, FakeClock()) as store:
        talk = [message(n, to="-1", addressed=False) for n in range(50)]
        rows = await accepted(store, [*talk, message(99, to="-1")])

    assert rows["inbox.waiting"] == 51


async def test_a_burst_in_a_chat_is_answered_up_to_the_pace_and_told_of_once(
    tmp_path: Path,
) -> None:
    """Over the whole road; the terminal, where nobody but the operator writes, has no pace."""
    world = World(
        tmp_path / "caravan.sqlite",
        environment={
            "TELEGRAM_BOT_TOKEN": "123456789:AAE-some-long-token",
            "CARAVAN_MESSAGES_PER_MINUTE": "3",
            "CARAVAN_LIVE": "off",
        },
    )
    await world.opens()
    try:
        burst = [world.message("/help") for _ in range(8)]
        assert world.chat.inbox is not None
        await world.chat.inbox.accept(burst)
        told = await world.chat.answer_to(burst[3].id)
        answers = [await world.chat.answer_to(said.id) for said in burst[:3]]
        world.clock.passes(seconds=61)
        later = await world.says("/help")
    finally:
        await world.closes()

    assert "I answer 3 messages a minute" in text_of(told)
    assert all("What I can do" in text_of(answer) for answer in answers)
    assert "What I can do" in later.text
    assert len(world.chat.sent) == 5
