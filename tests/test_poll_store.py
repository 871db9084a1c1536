"""Votes in native polls find their conversation, whenever they come and whoever died meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.stores.sqlite import SqliteStore
from core.groups.state import GroupNews, Member, Poll
from core.messages import (
    CLOCK,
    Choice,
    Person,
    PollDue,
    PollPart,
    PollVoted,
    Reply,
    poll_ref,
)
from core.ports import Delivery, Entry, Outcome
from tests.desk import START, HandClock, message, place

ANA = Person(id="desk:ana", name="Ana")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def store(tmp_path: Path, clock: HandClock) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "caravan.sqlite", clock)
    yield opened
    await opened.aclose()


async def asked(store: SqliteStore, id: str, chat: str = "-7", **more: Any) -> Delivery:
    """A poll is open in a group; its message, claimed and about to be sent."""
    values: dict[str, Any] = {
        "id": f"poll-{id}",
        "conversation": place(chat).key,
        "asked_by": "desk:ana",
        "question": "where to",
        "options": ("Lisbon", "Porto"),
        "voters": ("desk:ana", "desk:ben"),
        "quorum": 2,
        "opened_at": START,
        "closes_at": START + timedelta(hours=1),
        **more,
    }
    poll = Poll(**values)
    options = tuple(Choice(id=f"vote:{poll.id}/{n}", label=o) for n, o in enumerate(poll.options))
    part = PollPart(poll=poll.id, question="Where to?", options=options)
    asking = message(f"ask-{id}", chat=chat)
    await store.accept([asking])
    claim = next(c for c in await store.claim("w", 9) if c.message.id == asking.id)
    said = Reply(
        id=f"reply-{id}",
        seq=0,
        final=True,
        conversation=asking.conversation,
        parts=(part,),
        answers=asking.id,
    )
    news = GroupNews(
        polls=(poll,), members=(Member(person="desk:ana", name="Ana", joined_at=START),)
    )
    await store.commit_turn(claim, Outcome(replies=(said,), group=news))
    [delivery] = await store.claim_replies("w", 1)
    return delivery


def vote(native: str, *picks: int, id: str = "v1", voter: Person = ANA) -> PollVoted:
    return PollVoted(id=id, platform="desk", poll=native, voter=voter, picks=picks, at=START)


async def heard(store: SqliteStore) -> list[tuple[str, str]]:
    """(conversation, choice) of everything that waits to be answered."""
    return [(c.message.conversation.key, c.message.choice) for c in await store.claim("w", 9)]


async def test_a_vote_comes_to_the_conversation_of_its_poll(store: SqliteStore) -> None:
    await store.sent(await asked(store, "1"), [poll_ref("n1", "5")])

    assert await store.accept([vote("n1", 1)] * 3) == 1

    assert await heard(store) == [(place("-7").key, "ballot:n1/1")]
    group = (await store.open_turn(message("look", chat="-7"))).group
    assert group.polls[0].refs == (poll_ref("n1", "5"),)


async def test_a_vote_before_the_mark_waits_for_it(store: SqliteStore) -> None:
    delivery = await asked(store, "1")
    await store.accept([vote("n1", 1)])
    before = await heard(store)
    await store.sent(delivery, [poll_ref("n1", "5")])

    assert before == []
    assert await heard(store) == [(place("-7").key, "ballot:n1/1")]


async def test_a_sender_that_lost_its_lease_still_tells_where_the_poll_is(
    store: SqliteStore, clock: HandClock
) -> None:
    slow = await asked(store, "1")
    clock.passes(seconds=70)
    [again] = await store.claim_replies("w2", 1)
    await store.sent(slow, [poll_ref("first", "5")])
    await store.sent(again, [poll_ref("second", "6")])

    await store.accept([vote("first", 0), vote("second", 1, id="v2")])

    assert [c for _, c in await heard(store)] == ["ballot:first/0"]  # in order, one at a time
    group = (await store.open_turn(message("look", chat="-7"))).group
    assert group.polls[0].refs == (poll_ref("first", "5"), poll_ref("second", "6"))


async def test_votes_in_a_poll_whose_sender_died_belong_to_the_one_sent_again(
    store: SqliteStore, clock: HandClock
) -> None:
    await asked(store, "1")  # it was seen as "first", and its sender died
    await store.accept([vote("first", 1)])
    clock.passes(seconds=70)
    [again] = await store.claim_replies("w2", 1)
    unsure = await heard(store)
    await store.sent(again, [poll_ref("second", "6")])

    assert unsure == []
    assert await heard(store) == [(place("-7").key, "ballot:first/1")]


async def test_a_vote_that_could_belong_to_two_polls_is_given_to_none(
    store: SqliteStore, clock: HandClock
) -> None:
    for id, chat in (("1", "-7"), ("2", "-8")):
        await asked(store, id, chat)
        clock.passes(seconds=70)
        [again] = await store.claim_replies("w2", 1)
        await store.sent(again, [poll_ref(f"second{id}", "6")])

    await store.accept([vote("who-knows", 1)])

    assert await heard(store) == []


async def test_a_vote_of_somebody_who_may_not_is_not_taken_for_one_that_may(
    store: SqliteStore, clock: HandClock
) -> None:
    await asked(store, "1")
    clock.passes(seconds=70)
    [again] = await store.claim_replies("w2", 1)
    await store.sent(again, [poll_ref("second", "6")])

    await store.accept([vote("who-knows", 1, voter=Person(id="desk:zoe"))])

    assert await heard(store) == []


async def test_the_end_of_a_poll_comes_once(store: SqliteStore, clock: HandClock) -> None:
    await store.sent(await asked(store, "1"), [poll_ref("n1", "5")])
    early = await store.due_polls()
    clock.passes(hours=1)
    due = await store.due_polls()

    new = [await store.accept(due) for _ in range(3)]
    claims = await store.claim("w", 9)

    assert early == []
    assert new == [1, 0, 0]
    assert [(c.message.choice, c.message.sender) for c in claims] == [("due:poll-1", CLOCK)]
    assert await store.due_polls() == []
    assert await store.accept([PollDue(id="due:no", poll="no", at=START)]) == 0


async def test_the_clock_leaves_no_identity(store: SqliteStore, clock: HandClock) -> None:
    await store.sent(await asked(store, "1"), [poll_ref("n1", "5")])
    clock.passes(hours=1)
    await store.accept(await store.due_polls())
    [claim] = await store.claim("w", 9)
    await store.commit_turn(claim, Outcome(replies=()))

    assert "identities" not in await store.export_person(CLOCK.id)


async def test_when_somebody_was_last_there(store: SqliteStore) -> None:
    where = place("-7").key
    before = await store.last_said(where, "desk:ana")
    for number, who in enumerate(("ana", "ben")):
        said = message(f"m{number}", chat="-7", who=who)
        await store.accept([said])
        [claim] = await store.claim("w", 1)
        at = START + timedelta(minutes=number)
        entry = Entry("user", "hi", said_at=at)
        await store.commit_turn(claim, Outcome(replies=(), history=(entry,)))

    assert before is None
    assert await store.last_said(where, "desk:ana") == START
    assert await store.last_said(place("-8").key, "desk:ana") is None
