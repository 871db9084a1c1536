"""What is kept of a group: it comes back as it was, follows a move, a new row replaces the old."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteStore
from core.groups.state import Ballot, GroupNews, GroupState
from core.messages import Conversation, ConversationMoved, InboundMessage, Mode, Person
from core.ports import Outcome
from tests.desk import HandClock
from tests.group_rows import NOW, one_of_each

GROUP = Conversation(platform="desk", chat_id="-7", mode=Mode.GROUP)
ANA = Person(id="desk:ana", name="Ana")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "caravan.sqlite", HandClock())
    yield opened
    await opened.aclose()


def said(id: str, where: Conversation = GROUP, who: Person = ANA) -> InboundMessage:
    return InboundMessage(
        id=f"{where.key}/{id}", conversation=where, sender=who, text="hi", sent_at=NOW
    )


async def committed(store: SqliteStore, message: InboundMessage, news: GroupNews) -> None:
    await store.accept([message])
    [claim] = await store.claim("w", 1)
    await store.commit_turn(claim, Outcome(replies=(), group=news))


async def state(store: SqliteStore, where: Conversation = GROUP, who: Person = ANA) -> GroupState:
    return (await store.open_turn(said("look", where, who))).group


async def test_a_group_comes_back_as_it_was_kept(store: SqliteStore) -> None:
    news = one_of_each(ANA.id, GROUP.key)

    await committed(store, said("1"), news)

    found = await state(store)
    assert found == GroupState().with_news(news)


async def test_a_private_chat_sees_the_senders_own_private_wishes_and_nothing_else(
    store: SqliteStore,
) -> None:
    await committed(store, said("1"), one_of_each(ANA.id, GROUP.key))
    alone = Conversation(platform="desk", chat_id="1")

    found = await state(store, alone)

    assert [p.words.strip() for p in found.private] == ["500 at most"]
    assert found == GroupState(private=found.private, own=found.own)
    assert await state(store, alone, Person(id="desk:ben")) == GroupState()


async def test_a_second_vote_replaces_the_first(store: SqliteStore) -> None:
    news = one_of_each(ANA.id, GROUP.key)
    await committed(store, said("1"), news)
    again = Ballot(poll=news.polls[0].id, person=ANA.id, picks=(1,), at=NOW)

    await committed(store, said("2"), GroupNews(ballots=(again,)))

    assert (await state(store)).ballots == (again,)


async def test_what_is_private_can_be_taken_back(store: SqliteStore) -> None:
    await committed(store, said("1"), one_of_each(ANA.id, GROUP.key))

    await committed(store, said("2"), GroupNews(private_gone=((ANA.id, GROUP.key),)))

    assert (await state(store)).private == ()


async def test_a_group_that_moves_keeps_everything(store: SqliteStore) -> None:
    news = one_of_each(ANA.id, GROUP.key)
    await committed(store, said("1"), news)
    new = GROUP.model_copy(update={"chat_id": "-1007"})

    await store.accept([ConversationMoved(id="moved", old_key=GROUP.key, new=new)])

    assert await state(store, new) == GroupState().with_news(news)
    assert await state(store) == GroupState().with_news(news)
