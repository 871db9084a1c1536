"""What rarely happens to a store: late duplicates, moves under way, rows nobody can read."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.stores import turns
from adapters.stores.sqlite import SqliteStore
from core.messages import ConversationClosed, ConversationMoved, ConversationOpened
from core.people import Profile, ProfileFact
from core.ports import LlmCall, Store
from core.session import Session
from core.trips import Recommendation, RecommendationStatus, Trip
from core.wishes import Wish
from tests.desk import (
    START,
    HandClock,
    answered,
    claimed,
    message,
    outcome,
    place,
    reply_to,
    words,
)

Opens = Callable[[], Awaitable[Store]]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture(params=["sqlite"])
async def opens(file: Path, clock: HandClock) -> AsyncIterator[Opens]:
    """Opens one more store on the same data."""
    stores: list[Store] = []

    async def open_one() -> Store:
        stores.append(await SqliteStore.open(file, clock))
        return stores[-1]

    yield open_one
    for one in stores:
        await one.aclose()


@pytest.fixture
async def store(opens: Opens) -> Store:
    return await opens()


async def texts(store: Store, worker: str = "w") -> list[str]:
    return [c.message.text for c in await store.claim(worker, 10)]


async def sent_words(store: Store) -> list[str]:
    """Everything that can be sent now, marked as sent."""
    found = []
    while deliveries := await store.claim_replies("w", 10):
        for delivery in deliveries:
            found.append(words(delivery.reply))
            await store.sent(delivery, ["1"])
    return found


# --- accept ------------------------------------------------------------------------------------


async def test_a_late_duplicate_does_not_reopen_a_closed_chat(store: Store) -> None:
    await answered(store, message("1"))
    await store.accept([ConversationClosed(id="2", key=place().key, why="blocked")])
    await store.accept([message("1")])

    assert (await store.open_turn(message("3"))).closed


async def test_an_edit_while_it_is_being_answered_counts_when_it_is_tried_again(
    store: Store,
) -> None:
    await store.accept([message("1", "in May", ref="7")])
    claim = await claimed(store)
    await store.accept([message("2", "in June", ref="7", edited_at=START + timedelta(minutes=1))])
    await store.retry_later(claim, "bug", START)

    assert await texts(store) == ["in June"]


async def test_two_taps_on_one_message_are_two_messages(store: Store) -> None:
    taps = [message(id, ref="7", choice="plan:lisbon") for id in ("1", "2")]

    assert await store.accept(taps) == 2


@pytest.mark.parametrize("told_first", [True, False])
async def test_a_chat_that_moved_keeps_session_history_and_what_waits(
    store: Store, told_first: bool
) -> None:
    moved = ConversationMoved(id="m", old_key=place("-1").key, new=place("-100"))
    early = message("1", chat="-1")
    await store.accept([early])
    session = Session(conversation=place("-1").key, turns=1)
    await store.commit_turn(await claimed(store), outcome(early, session=session))
    await store.accept([message("2", chat="-1")])
    news = [moved, message("3", chat="-100")]
    await store.accept(news if told_first else news[::-1])
    await store.accept([moved.model_copy(update={"id": "m2"}), message("4", chat="-1")])

    opened = await store.open_turn(message("5", chat="-1"))
    seen = []
    for _ in range(3):
        claim = await claimed(store)
        seen.append((claim.message.id, claim.message.conversation.chat_id))
        await store.commit_turn(claim, outcome(claim.message))
    assert seen == [("2", "-100"), ("3", "-100"), ("4", "-100")]
    assert opened.session.turns == 1
    assert opened.session.conversation == place("-100").key
    assert [e.text for e in opened.history][-1] == "answer to 1"
    [delivery] = await store.claim_replies("w", 10)
    assert delivery.reply.conversation == place("-100")
    await store.sent(delivery, ["1"])
    assert await sent_words(store) == ["answer to 2", "answer to 3", "answer to 4"]


async def test_a_chat_may_move_back_and_forth(store: Store) -> None:
    await store.accept([message("1", chat="-1")])
    there = ConversationMoved(id="a", old_key=place("-1").key, new=place("-2"))
    back = ConversationMoved(id="b", old_key=place("-2").key, new=place("-1"))
    await store.accept([there, back])

    claim = await claimed(store)
    assert claim.message.conversation == place("-1")


async def test_a_move_while_a_message_is_answered_loses_nothing(store: Store) -> None:
    await store.accept([message("1", chat="-1"), message("2", chat="-2")])
    first, second = await store.claim("w", 10)
    await store.accept(
        [
            ConversationMoved(id="m", old_key=place("-1").key, new=place("-2")),
            message("3", chat="-2"),
        ]
    )
    assert await store.claim("w", 10) == []

    await store.commit_turn(second, outcome(second.message))
    await store.commit_turn(first, outcome(first.message))
    third = await claimed(store)
    assert third.message.id == "3"
    assert await sent_words(store) == ["answer to 2", "answer to 1"]


async def test_a_closed_chat_is_left_alone_until_it_opens_again(store: Store) -> None:
    await answered(store, message("1"))
    await store.accept([message("2")])
    await store.accept([ConversationClosed(id="c", key=place().key, why="blocked")])
    assert await store.claim("w", 10) == []
    assert await store.claim_replies("w", 10) == []

    await store.accept([ConversationOpened(id="o", conversation=place())])
    await answered(store, message("3"))
    assert await sent_words(store) == ["answer to 3"]


async def test_who_writes_while_a_send_fails_is_heard(store: Store, clock: HandClock) -> None:
    await answered(store, message("1"))
    await store.claim_replies("w", 10)
    clock.passes(seconds=1)
    await store.accept([message("2", "I am back")])
    await store.close(place().key, "blocked")

    assert await texts(store) == ["I am back"]
    assert not (await store.open_turn(message("3"))).closed


# --- claims ------------------------------------------------------------------------------------


async def test_only_the_platforms_that_run_here_are_served(store: Store) -> None:
    await answered(store, message("1"))
    await store.accept([message("2")])

    assert await store.claim("w", 10, ["other"]) == []
    assert await store.claim_replies("w", 10, ["other"]) == []
    assert len(await store.claim("w", 10, ["other", "desk"])) == 1
    assert len(await store.claim_replies("w", 10, ["desk"])) == 1


async def test_a_row_that_cannot_be_read_stands_in_nobodys_way(store: Store, file: Path) -> None:
    await store.accept([message("1"), message("2")])
    with sqlite3.connect(file) as db:
        db.execute("UPDATE inbox SET body = x'7b' WHERE external_id = '1'")

    first = await store.claim("w", 10)
    second = await store.claim("w", 10)
    assert first == []
    assert [c.message.id for c in second] == ["2"]
    assert (await store.counts())["dead_letters"] == 1


async def test_a_reply_that_cannot_be_read_stands_in_nobodys_way(store: Store, file: Path) -> None:
    await answered(store, message("1"), message("2"))
    with sqlite3.connect(file) as db:
        db.execute("UPDATE outbox SET body = x'7b' WHERE key = 'reply-1'")

    assert await sent_words(store) == ["answer to 2"]


# --- a turn ------------------------------------------------------------------------------------


async def test_a_turn_that_breaks_in_the_middle_leaves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.accept([message("1")])
    claim = await claimed(store)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patched:
        patched.setattr(turns.outbox, "put", broken)
        with pytest.raises(RuntimeError):
            await store.commit_turn(claim, outcome(claim.message))
    opened = await store.open_turn(claim.message)

    assert opened.history == ()
    assert await store.claim_replies("w", 10) == []
    await store.commit_turn(claim, outcome(claim.message))
    assert await sent_words(store) == ["answer to 1"]


async def test_a_profile_that_cannot_be_read_is_set_aside_and_not_lost(
    store: Store, file: Path
) -> None:
    await store.accept([message("1")])
    claim = await claimed(store)
    await store.commit_turn(claim, outcome(claim.message, profile=a_profile()))
    with sqlite3.connect(file) as db:
        db.execute("UPDATE user_profiles SET body = ?", (b'{"from": "the future"}',))
    await store.accept([message("2")])
    claim = await claimed(store)
    opened = await store.open_turn(claim.message)
    await store.commit_turn(claim, outcome(claim.message, profile=a_profile()))

    assert opened.profile == Profile(person="desk:ana")
    exported = await store.export_person("desk:ana")
    assert exported["dead_letters"][0]["body"] == '{"from": "the future"}'


async def test_the_same_reply_twice_is_stored_once(store: Store) -> None:
    await store.accept([message("1"), message("2")])
    claim = await claimed(store)
    await store.commit_turn(claim, outcome(claim.message))
    again = await claimed(store)
    await store.commit_turn(again, outcome(again.message, replies=(reply_to(claim.message),)))

    assert await sent_words(store) == ["answer to 1"]


# --- the outbox --------------------------------------------------------------------------------


async def test_a_reply_that_never_left_is_tried_for_two_days(
    store: Store, clock: HandClock
) -> None:
    await answered(store, message("1"))
    for _ in range(60):
        [delivery] = await store.claim_replies("w", 10)
        await store.send_later(delivery, "no network", clock.now())
    clock.passes(days=2, seconds=1)
    [delivery] = await store.claim_replies("w", 10)
    await store.send_later(delivery, "no network", clock.now())

    assert (await store.counts())["outbox.failed"] == 1


async def test_a_reply_whose_senders_die_comes_back_flagged_but_not_for_ever(
    store: Store, clock: HandClock
) -> None:
    await answered(store, message("1"), message("2"))
    seen = []
    for _ in range(7):
        deliveries = await store.claim_replies("dies", 10)
        seen += [(d.reply.answers, d.resend) for d in deliveries]
        clock.passes(seconds=61)

    assert seen == [("1", False), *[("1", True)] * 5, ("2", False)]


async def test_a_mark_that_comes_too_late_changes_nothing(store: Store, clock: HandClock) -> None:
    await answered(store, message("1"))
    [lost] = await store.claim_replies("dead", 10)
    clock.passes(seconds=61)
    await store.claim_replies("w", 10)
    await store.sent(lost, ["too late"])

    assert (await store.counts())["outbox.sending"] == 1


async def test_a_store_alone_on_its_file_takes_up_what_a_dead_one_left(opens: Opens) -> None:
    first = await opens()
    await answered(first, message("1"))
    await first.accept([message("2")])
    await first.claim("dead", 10)
    await first.claim_replies("dead", 10)
    beside = await opens()
    assert await beside.claim("b", 10) == []
    assert await beside.claim_replies("b", 10) == []
    await first.aclose()
    await beside.aclose()

    alone = await opens()
    assert (await claimed(alone)).attempts == 2
    assert [d.resend for d in await alone.claim_replies("w", 10)] == [True]


# --- a person's data ---------------------------------------------------------------------------


# --- housekeeping ------------------------------------------------------------------------------


async def test_counts_name_every_state(store: Store) -> None:
    await answered(store, message("1"), message("2", chat="2"))
    await store.accept([message("3")])
    [first, _] = await store.claim_replies("w", 10)
    await store.uncertain(first, "timeout", START)
    [again] = await store.claim_replies("w", 10)
    await store.sent(again, [])
    await store.bury("desk", "x", "raw \ud800", "no shape")

    assert await store.counts() == {
        "inbox.done": 2,
        "inbox.waiting": 1,
        "outbox.sending": 1,
        "outbox.sent": 1,
        "outbox.resent": 1,
        "dead_letters": 1,
    }


async def test_reaping_takes_what_is_finished_and_old(store: Store, clock: HandClock) -> None:
    await answered(store, message("1"), message("2", chat="2"))
    await sent_words(store)
    await answered(store, message("3"))
    await store.bury("desk", "x", "raw", "no shape")
    clock.passes(days=31)
    await answered(store, message("4", chat="3"))
    removed = await store.reap(clock.now() - timedelta(days=30))

    assert removed == 3 + 2 + 1
    assert await sent_words(store) == ["answer to 3", "answer to 4"]


async def test_a_number_of_the_inbox_is_never_given_twice(store: Store, clock: HandClock) -> None:
    """An edit finds its line of the history by that number."""
    await answered(store, message("1", "mine", ref="7"))
    clock.passes(days=31)
    await store.reap(clock.now())
    await answered(store, message("2", "yours", ref="8"))
    await store.accept([message("3", "changed", ref="8", edited_at=START + timedelta(minutes=1))])
    history = (await store.open_turn(message("4"))).history

    assert [e.text for e in history if e.role == "user"] == ["mine", "changed"]


# --- the schema --------------------------------------------------------------------------------


# --- values ------------------------------------------------------------------------------------


def a_profile() -> Profile:
    fact = ProfileFact(key="home", value="CANARY town", origin="told", said_at=START)
    return Profile(person="desk:ana").learned(fact)


def a_trip() -> Trip:
    return Trip(
        id="trip-1",
        conversation=place().key,
        owner="desk:ana",
        title="CANARY trip",
        wish=Wish(),
        created_at=START,
        updated_at=START,
    )


def a_recommendation() -> Recommendation:
    return Recommendation(
        conversation=place().key,
        destination_id="lisbon",
        name="Lisbon",
        status=RecommendationStatus.SAVED,
        reasons=("CANARY reason",),
        changed_at=START,
        changed_by="desk:ana",
    )


def a_call() -> LlmCall:
    return LlmCall("model", "CANARY", "v1", 10, 20, 0, 1.5, "ok", Decimal("0.002"))
