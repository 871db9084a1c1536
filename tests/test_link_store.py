"""Joined accounts in the store: once for two at a time, and private words follow the person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteStore
from core.errors import Unavailable
from core.groups.state import GroupNews, Member, PrivateWish
from core.linking import Account, LinkNews, LinkRequest
from core.messages import Conversation, Mode, Person
from core.people import Profile, ProfileFact
from core.ports import Claim, Outcome
from core.wishes import Wish
from tests.desk import START, HandClock, message, place

GROUP = Conversation(platform="desk", chat_id="-7", mode=Mode.GROUP)


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[tuple[SqliteStore, SqliteStore]]:
    """Two processes on one database."""
    clock = HandClock()
    two = [await SqliteStore.open(tmp_path / "caravan.sqlite", clock) for _ in range(2)]
    yield two[0], two[1]
    for one in two:
        await one.aclose()


def request(**more: object) -> LinkRequest:
    values: dict[str, object] = {
        "hash": "abc",
        "maker": Account(person="desk:ana", name="Ana"),
        "made_in": place("1"),
        "until": START + timedelta(minutes=10),
        **more,
    }
    return LinkRequest.model_validate(values)


def entered_by(who: str) -> LinkRequest:
    other = Account(person=f"desk:{who}", name=who)
    return request(other=other, entered_in=place(who))


async def claim(store: SqliteStore, who: str, id: str) -> Claim:
    await store.accept([message(id, chat=who, who=who)])
    return next(c for c in await store.claim("w", 10) if c.message.id == id)


async def commit(store: SqliteStore, who: str, id: str, **outcome: object) -> None:
    held = await claim(store, who, id)
    await store.commit_turn(held, Outcome(replies=(), **outcome))  # type: ignore[arg-type]


async def test_a_code_entered_in_two_processes_at_once_is_taken_by_one_of_them(
    stores: tuple[SqliteStore, SqliteStore],
) -> None:
    await commit(stores[0], "ana", "1", links=LinkNews(made=request()))
    held = [await claim(stores[0], "ben", "2"), await claim(stores[1], "cara", "3")]

    ended = await asyncio.gather(
        *(
            store.commit_turn(
                one,
                Outcome(
                    replies=(),
                    links=LinkNews(
                        seen=request(), becomes=entered_by(one.message.sender.name.lower())
                    ),
                ),
            )
            for store, one in zip(stores, held, strict=True)
        ),
        return_exceptions=True,
    )

    [lost] = [n for n, end in enumerate(ended) if isinstance(end, Unavailable)]
    waiting = (await stores[0].links_of("desk:ana")).waiting
    loser = ("ben", "cara")[lost]
    assert not isinstance(ended[1 - lost], BaseException)
    assert len(waiting) == 1
    assert (await stores[1].links_of(f"desk:{loser}")).waiting == ()
    assert (await stores[1].links_of(f"desk:{loser}", "abc")).found is None


async def test_two_yeses_at_once_join_once_and_the_second_reads_again(
    stores: tuple[SqliteStore, SqliteStore],
) -> None:
    asked = entered_by("ben")
    await commit(stores[0], "ana", "1", links=LinkNews(made=asked))
    yes = {
        "ana": LinkNews(seen=asked, becomes=asked.model_copy(update={"yes": ("desk:ana",)})),
        "ben": LinkNews(seen=asked, becomes=asked.model_copy(update={"yes": ("desk:ben",)})),
    }
    await commit(stores[0], "ana", "2", links=yes["ana"])

    held = await claim(stores[1], "ben", "3")
    with pytest.raises(Unavailable):
        await stores[1].commit_turn(held, Outcome(replies=(), links=yes["ben"]))
    [now] = (await stores[1].links_of("desk:ben")).waiting
    await stores[1].commit_turn(held, Outcome(replies=(), links=LinkNews(seen=now, joins=True)))

    assert [a.person for a in (await stores[0].links_of("desk:ana")).accounts] == [
        "desk:ana",
        "desk:ben",
    ]


async def join(store: SqliteStore, one: str = "ana", two: str = "ben") -> None:
    asked = entered_by(two).model_copy(update={"maker": Account(person=f"desk:{one}")})
    await commit(store, one, f"made-{one}-{two}", links=LinkNews(made=asked))
    await commit(store, two, f"yes-{one}-{two}", links=LinkNews(seen=asked, joins=True))


def fact(key: str, value: str, hours: int = 0) -> ProfileFact:
    at = START + timedelta(hours=hours)
    return ProfileFact(key=key, value=value, origin="told", said_at=at)


async def test_a_profile_read_before_a_join_does_not_overwrite_the_joined_one(
    stores: tuple[SqliteStore, SqliteStore],
) -> None:
    store = stores[0]
    late = await claim(store, "ana", "late")
    stale = (await store.open_turn(late.message)).profile.learned(fact("home", "Berlin"))
    await commit(
        store, "ben", "b", profile=Profile(person="desk:ben", facts=(fact("diet", "vegan"),))
    )
    asked = entered_by("ben")
    await commit(store, "ben", "made", links=LinkNews(made=asked))
    await commit(store, "ben", "yes", links=LinkNews(seen=asked, joins=True))

    with pytest.raises(Unavailable):
        await store.commit_turn(late, Outcome(replies=(), profile=stale))

    assert (await store.open_turn(late.message)).profile.values("diet") == ("vegan",)


async def test_what_is_told_in_one_private_chat_for_a_group_is_known_in_the_other(
    stores: tuple[SqliteStore, SqliteStore],
) -> None:
    """ana is in the group with her first account, and tells her limit from the second."""
    store = stores[0]
    member = Member(person="desk:ana", name="Ana", joined_at=START)
    await store.accept([message("g", chat="-7", who="ana")])
    [held] = await store.claim("w", 10)
    await store.commit_turn(held, Outcome(replies=(), group=GroupNews(members=(member,))))
    await join(store)
    private = PrivateWish(
        person="desk:ben",
        conversation=GROUP.key,
        wish=Wish(likes=("food",)),
        words="food",
        said_at=START,
    )

    await commit(store, "ben", "tells", group=GroupNews(private=(private,)))

    in_group = await store.open_turn(message("look", chat="-7", who="cara"))
    assert [p.person for p in in_group.group.private] == ["desk:ana"]
    for who in ("ana", "ben"):
        alone = await store.open_turn(message("look", chat=who, who=who))
        assert [(p.person, p.words) for p in alone.group.private] == [(f"desk:{who}", "food")]
    gone = GroupNews(private_gone=(("desk:ben", GROUP.key),))
    await commit(store, "ben", "forgets", group=gone)
    assert (await store.open_turn(message("look", chat="-7", who="cara"))).group.private == ()


async def test_a_member_is_told_things_where_they_like_to_be_reached(
    stores: tuple[SqliteStore, SqliteStore],
) -> None:
    store = stores[0]
    slack = Conversation(platform="slack", chat_id="D1")
    there = message("s", chat="1", who="ben").model_copy(
        update={"conversation": slack, "sender": Person(id="slack:ana")}
    )
    await store.accept([there])
    [held] = await store.claim("w", 10)
    await store.commit_turn(held, Outcome(replies=()))
    await commit(store, "ana", "hello")
    asked = request(other=Account(person="slack:ana"), entered_in=slack)
    await commit(store, "ana", "made", links=LinkNews(made=asked))
    await commit(store, "ana", "yes", links=LinkNews(seen=asked, joins=True))
    in_group = message("look", chat="-7", who="ana")

    assert (await store.open_turn(in_group)).group.chat_of("desk:ana") == place("ana")
    profile = (await store.open_turn(in_group)).profile.learned(fact("reach", "Slack"))
    await commit(store, "ana", "reach", profile=profile)

    assert (await store.open_turn(in_group)).group.chat_of("desk:ana") == slack


async def test_three_accounts_are_one_traveller_and_part_one_by_one(
    stores: tuple[SqliteStore, SqliteStore],
) -> None:
    store = stores[0]
    for who, key, value in (
        ("ana", "home", "Rome"),
        ("ben", "diet", "vegan"),
        ("cy", "pace", "slow"),
    ):
        facts = (fact(key, value),)
        await commit(store, who, f"p-{who}", profile=Profile(person=f"desk:{who}", facts=facts))
    await join(store, "ana", "ben")
    await join(store, "cy", "ana")

    async def known(who: str) -> set[str]:
        return {
            f.value for f in (await store.open_turn(message("l", chat=who, who=who))).profile.facts
        }

    assert [await known(w) for w in ("ana", "ben", "cy")] == [{"Rome", "vegan", "slow"}] * 3
    await commit(store, "ben", "part", links=LinkNews(unlinks="desk:ben"))
    assert await known("ben") == {"vegan"}
    assert await known("ana") == await known("cy") == {"Rome", "slow"}
    await commit(store, "ana", "part2", links=LinkNews(unlinks="desk:cy"))
    assert await known("ana") == {"Rome"}
    assert await known("cy") == {"slow"}
    assert len((await store.links_of("desk:ana")).accounts) == 1
