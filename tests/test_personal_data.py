"""A person's data: exported whole, erased down to the bytes of the files."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.stores.personal import IMPERSONAL, PERSONAL
from adapters.stores.schema import migrate
from adapters.stores.sqlite import SqliteStore
from core.errors import Stale
from core.groups.costs import balances
from core.groups.state import Expense, GroupNews, Member
from core.linking import Account, LinkNews, LinkRequest
from core.messages import Choice, InboundMessage, PollPart, Reply, poll_ref
from core.notices.ports import Changes
from core.notices.state import Kind, Notice, NoticeWishes
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
from tests.group_rows import one_of_each

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
            polls = sum(isinstance(p, PollPart) for p in delivery.reply.parts)
            await store.sent(delivery, ["1", *[poll_ref("native", "2")] * polls])
    return found


def reply_with_poll(to: InboundMessage) -> Reply:
    """A reply that shows the poll of `one_of_each`."""
    said = reply_to(to, "CANARY reply")
    poll = PollPart(
        poll=f"poll-{to.sender.id}",
        question="CANARY?",
        options=(Choice(id="vote:1", label="CANARY"), Choice(id="vote:2", label="Porto")),
    )
    return said.model_copy(update={"parts": (*said.parts, poll)})


# --- a person's data ---------------------------------------------------------------------------


def test_every_table_is_in_the_registry_of_personal_data(file: Path) -> None:
    db = sqlite3.connect(file, isolation_level=None)
    migrate(db)
    tables = {n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    columns = {t: {c for _, c, *_ in db.execute(f"PRAGMA table_info({t})")} for t in tables}
    db.close()

    assert set(PERSONAL) == tables - IMPERSONAL
    assert all(PERSONAL[t] in columns[t] for t in PERSONAL)


async def fill(store: Store) -> None:
    """One row of ana's in every table, and one line of ben's."""
    await store.accept([message("1", "CANARY text", ref="7")])
    claim = await claimed(store)
    await store.commit_turn(
        claim,
        outcome(
            claim.message,
            session=Session(conversation=place().key, asked="CANARY"),
            replies=(reply_with_poll(claim.message),),
            profile=a_profile(),
            trips=(a_trip(),),
            recommendations=(a_recommendation(),),
            llm_calls=(a_call(),),
            group=one_of_each("desk:ana", place().key, "CANARY"),
            notices=NoticeWishes(daily_cap=1),
        ),
    )
    for number, news in enumerate(link_rows()):
        await store.accept([message(f"link-{number}", "CANARY link")])
        linking = await claimed(store)
        await store.commit_turn(linking, outcome(linking.message, links=news))
    await plan_a_notice(store)
    await store.accept([message("2", "CANARY poison")])
    await store.give_up(await claimed(store), "poison", None)
    await answered(store, message("9", "ben's own", chat="2", who="ben"))
    await sent_words(store)


async def plan_a_notice(store: Store) -> None:
    """One row in the calendar of ana's trip."""
    for to_plan in await store.trips_to_plan(10, "rules"):
        row = Notice(
            id="notice-1",
            trip="trip-1",
            kind=Kind.MORNING,
            on=START.date(),
            conversation=place(),
            about="CANARY",
            due=START,
            zone="UTC",
            trip_version=0,
            late_until=START,
            why="CANARY why",
            news="CANARY news",
        )
        assert await store.keep_calendar(to_plan, Changes(new=(row,)), "rules", None)


async def test_an_export_holds_every_table_and_nothing_of_others(store: Store) -> None:
    await fill(store)
    exported = await store.export_person("desk:ana")

    assert set(exported) == set(PERSONAL)
    assert "ben's own" not in str(exported)


async def test_after_an_erasure_no_word_is_left_in_the_files(
    store: Store, file: Path, clock: HandClock
) -> None:
    await fill(store)
    await store.accept([message("3", "CANARY forget me")])
    claim = await claimed(store)
    gone = reply_to(claim.message, "CANARY all is deleted")
    await store.commit_turn(claim, outcome(claim.message, replies=(gone,), erase_person="desk:ana"))

    assert await sent_words(store) == ["CANARY all is deleted"]
    assert await store.export_person("desk:ana") == {}
    assert "ben's own" in str(await store.export_person("desk:ben"))
    assert await store.accept([message("1"), message("3")]) == 0
    with closing(sqlite3.connect(file)) as db:
        dump = "\n".join(db.iterdump())
    assert "CANARY" not in dump
    assert place().key not in dump
    await store.aclose()
    left = b"".join(p.read_bytes() for p in file.parent.iterdir())
    assert b"CANARY" not in left


async def test_after_an_erasure_a_group_owes_what_it_owed_and_nobody_knows_to_whom(
    store: Store, file: Path
) -> None:
    both = ("desk:ana", "desk:ben")
    costs = (
        a_cost("e-1", "desk:ana", both, "80", "CANARY dinner"),
        a_cost("e-2", "desk:ben", both, "20", "taxi"),
        a_cost("e-3", "desk:ben", ("desk:ben",), "5", "coffee"),
    )
    await store.accept([message("1", chat="-5", who="ben")])
    claim = await claimed(store)
    await store.commit_turn(claim, outcome(claim.message, group=GroupNews(expenses=costs)))
    await store.accept([message("2")])
    claim = await claimed(store)
    await store.commit_turn(claim, outcome(claim.message, replies=(), erase_person="desk:ana"))
    await store.accept([message("3", chat="-5", who="ben")])
    group = (await store.open_turn((await claimed(store)).message)).group

    assert balances(group.expenses)["EUR"] == {"gone-1": Decimal(30), "desk:ben": Decimal(-30)}
    assert [e.what for e in group.expenses] == ["", "taxi", "coffee"]
    with closing(sqlite3.connect(file)) as db:
        dump = "\n".join(map(str, db.execute("SELECT * FROM expenses")))
    assert "ana" not in dump
    assert "CANARY" not in dump


async def test_a_turn_of_another_in_the_group_that_began_before_brings_no_name_back(
    store: Store, file: Path
) -> None:
    """Ben takes the dinner back that Ana paid, while she has everything erased."""
    dinner = a_cost("e-1", "desk:ana", ("desk:ana", "desk:ben"), "80", "CANARY dinner")
    ana = Member(person="desk:ana", name="Ana", joined_at=START)
    await store.accept([message("1", chat="-5", who="ben")])
    claim = await claimed(store)
    news = GroupNews(members=(ana,), expenses=(dinner,))
    await store.commit_turn(claim, outcome(claim.message, group=news))
    await store.accept([message("2", chat="-5", who="ben"), message("3")])
    in_group, in_private = await store.claim("w", 10)
    await store.commit_turn(
        in_private, outcome(in_private.message, replies=(), erase_person="desk:ana")
    )
    undone = GroupNews(expenses=(dinner.model_copy(update={"undone_at": START}),))

    with pytest.raises(Stale):
        await store.commit_turn(in_group, outcome(in_group.message, group=undone))
    again = (await store.open_turn((await claimed(store)).message)).group
    assert [(e.paid_by, e.what, e.undone_at) for e in again.expenses] == [("gone-1", "", None)]
    with closing(sqlite3.connect(file)) as db:
        assert "ana" not in "\n".join(map(str, db.execute("SELECT * FROM expenses")))


def a_cost(id: str, paid_by: str, shared_by: tuple[str, ...], amount: str, what: str) -> Expense:
    return Expense(
        id=id,
        conversation=place("-5").key,
        what=what,
        paid_by=paid_by,
        shared_by=shared_by,
        amount=Decimal(amount),
        currency="EUR",
        said_at=START,
    )


async def test_who_comes_back_after_an_erasure_can_be_erased_again(store: Store) -> None:
    for id in ("1", "2"):
        await fill_and_erase(store, id)

    assert await store.export_person("desk:ana") == {}


async def fill_and_erase(store: Store, id: str) -> None:
    await store.accept([message(id)])
    claim = await claimed(store)
    session = Session(conversation=place().key, asked="CANARY")
    await store.commit_turn(claim, outcome(claim.message, session=session))
    assert "CANARY" in str(await store.export_person("desk:ana"))
    await store.accept([message(f"{id}-erase")])
    claim = await claimed(store)
    await store.commit_turn(claim, outcome(claim.message, replies=(), erase_person="desk:ana"))
    await sent_words(store)


async def test_a_turn_that_began_before_an_erasure_brings_nothing_back(store: Store) -> None:
    await store.accept([message("1", chat="-5"), message("2")])
    in_group, in_private = await store.claim("w", 10)
    await store.commit_turn(
        in_private, outcome(in_private.message, replies=(), erase_person="desk:ana")
    )

    with pytest.raises(Stale):
        await store.commit_turn(in_group, outcome(in_group.message, profile=a_profile()))
    again = await claimed(store)
    assert (await store.open_turn(again.message)).profile == Profile(person="desk:ana")


# --- values ------------------------------------------------------------------------------------


def link_rows() -> tuple[LinkNews, ...]:
    """ana has another account, and makes one more code after a wrong one."""
    request = LinkRequest(
        hash="1",
        maker=Account(person="desk:ana", name="CANARY"),
        made_in=place(),
        until=START + timedelta(minutes=10),
        other=Account(person="desk:ana2", name="CANARY"),
        entered_in=place("3"),
    )
    again = request.model_copy(update={"hash": "2"})
    return (
        LinkNews(made=request),
        LinkNews(seen=request, joins=True),
        LinkNews(made=again, wrong_code=True),
    )


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
