"""What every store promises. A second store joins by one line in `STORES`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteStore
from core.errors import Stale
from core.messages import (
    ConversationClosed,
    ConversationMoved,
    ConversationOpened,
    InboundMessage,
    MessageDeleted,
)
from core.people import Profile, ProfileFact
from core.ports import Claim, Clock, Entry, LlmCall, Outcome, Store
from core.trips import Recommendation, RecommendationStatus, Trip
from core.wishes import Wish
from tests.fakes import START, FakeClock, chat, message, reply, text_of

# name -> how to open one more store on the same database
STORES: dict[str, Callable[[Path, Clock], Awaitable[Store]]] = {
    "sqlite": lambda folder, clock: SqliteStore.open(folder / "caravan.sqlite", clock),
}
LEASE_S = 60


class Desk:
    """A database and the workers on it."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._kind = kind
        self._folder = folder
        self._open: list[Store] = []
        self.clock = FakeClock()

    async def worker(self) -> Store:
        """One more store on the database, as another process would have it."""
        store = await STORES[self._kind](self._folder, self.clock)
        self._open.append(store)
        return store

    async def closes(self) -> None:
        for store in self._open:
            await store.aclose()
        self._open.clear()

    def on_disk(self) -> bytes:
        """Everything that the database keeps in files."""
        return b"".join(p.read_bytes() for p in sorted(self._folder.iterdir()) if p.is_file())


@pytest.fixture(params=sorted(STORES))
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(request.param, tmp_path)
    yield desk
    await desk.closes()


@pytest.fixture
async def store(desk: Desk) -> Store:
    return await desk.worker()


async def only_claim(store: Store, worker: str = "w1") -> Claim:
    [claim] = await store.claim(worker, 10)
    return claim


async def answered(store: Store, said: InboundMessage, **outcome: object) -> None:
    """The message comes in and is answered; its reply waits in the outbox."""
    await store.accept([said])
    claim = await only_claim(store)
    values = {"replies": (reply(claim.message),), **outcome}
    await store.commit_turn(claim, Outcome(**values))  # type: ignore[arg-type]


async def sent(store: Store) -> list[tuple[str, str]]:
    """Everything that may be sent, sent: (chat, text) in order."""
    out = []
    while deliveries := await store.claim_replies("w1", 10):
        for delivery in deliveries:
            out.append((delivery.reply.conversation.chat_id, text_of(delivery.reply)))
            await store.sent(delivery, ["1"])
    return out


# --- intake ------------------------------------------------------------------------------------


async def test_the_same_updates_again_and_at_once_are_one_row_and_one_answer(desk: Desk) -> None:
    """50 messages, each delivered four times to each of two processes, all at the same time."""
    stores = [await desk.worker(), await desk.worker()]
    updates = [message(n, to=str(n % 20)) for n in range(50)]
    deliveries = [s.accept([u]) for _ in range(4) for u in updates for s in stores]

    new = await asyncio.gather(*deliveries)

    seen = []
    while claims := [c for s in stores for c in await s.claim(f"w{id(s)}", 30)]:
        for claim in claims:
            await stores[0].commit_turn(claim, Outcome(replies=(reply(claim.message),)))
        seen += [claim.message.id for claim in claims]
    assert sum(new) == 50
    assert sorted(seen) == sorted(u.id for u in updates)
    assert len(await sent(stores[1])) == 50


async def test_a_conversations_messages_are_claimed_in_order_and_one_at_a_time(
    store: Store,
) -> None:
    await store.accept([message(1, "one"), message(2, "two"), message(3, "three", to="8")])

    first = {c.message.text: c for c in await store.claim("w1", 10)}
    nothing_more = await store.claim("w2", 10)
    await store.commit_turn(first["one"], Outcome(replies=()))
    second = await only_claim(store)

    assert set(first) == {"one", "three"}
    assert nothing_more == []
    assert second.message.text == "two"


@pytest.mark.fault("A9")
@pytest.mark.parametrize("arrival", list(permutations(range(3))), ids=str)
async def test_an_edit_replaces_what_waits_and_never_gives_a_second_answer(
    store: Store, arrival: tuple[int, ...]
) -> None:
    """The original and two edits, in every order, each twice: the newest words, one answer."""
    versions = [
        message(1, "Rome in June", ref="77"),
        message(2, "Rome in July", ref="77", edited_at=START + timedelta(seconds=5)),
        message(3, "Rome in August", ref="77", edited_at=START + timedelta(seconds=9)),
    ]
    for number in arrival:
        await store.accept([versions[number]])
        await store.accept([versions[number]])

    claim = await only_claim(store)
    heard = (Entry("user", claim.message.text),)
    await store.commit_turn(claim, Outcome(replies=(reply(claim.message),), history=heard))
    await store.accept(versions)

    assert claim.message.text == "Rome in August"
    assert await store.claim("w1", 10) == []
    assert await sent(store) == [("7", "You said Rome in August")]


async def test_an_edit_after_the_answer_changes_only_what_is_remembered(store: Store) -> None:
    said = message(1, "Rome in June", ref="77")
    await answered(store, said, history=(Entry("user", said.text), Entry("assistant", "Fine.")))

    await store.accept([message(2, "Rome in July", ref="77", edited_at=START + timedelta(hours=1))])
    await store.accept(
        [message(3, "Rome in May", ref="77", edited_at=START + timedelta(minutes=1))]
    )

    assert await store.claim("w1", 10) == []
    history = (await store.open_turn(said)).history
    assert [e.text for e in history] == ["Rome in July", "Fine."]


async def test_an_edit_while_the_answer_is_made_gives_no_second_answer(store: Store) -> None:
    await store.accept([message(1, "Rome in June", ref="77")])
    claim = await only_claim(store)

    await store.accept([message(2, "Rome in July", ref="77", edited_at=START + timedelta(hours=1))])
    await store.commit_turn(claim, Outcome(replies=(reply(claim.message),)))

    assert await store.claim("w1", 10) == []
    assert len(await sent(store)) == 1


@pytest.mark.parametrize("nasty", ["a\x00b", "a\ud800b", "\udfff", "\U0001f9f3"])
async def test_text_that_a_database_cannot_keep_does_not_break_it(store: Store, nasty: str) -> None:
    said = message(1, nasty)
    await store.accept([said, message(2, "fine", to="8")])
    claims = {c.message.conversation.chat_id: c for c in await store.claim("w1", 10)}
    answer = reply(claims["7"].message, nasty)
    heard = (Entry("user", nasty, nasty), Entry("assistant", nasty))

    await store.commit_turn(claims["7"], Outcome(replies=(answer,), history=heard))
    await store.commit_turn(claims["8"], Outcome(replies=(reply(claims["8"].message),)))

    assert len(await sent(store)) == 2
    assert [len(e.text) for e in (await store.open_turn(said)).history] == [len(nasty)] * 2


async def test_what_nobody_can_read_is_kept_as_a_dead_letter_once(store: Store) -> None:
    for _ in range(2):
        await store.bury("telegram", "telegram:1:9", '{"update_id": 9, "x": "\ud800"}', "no shape")

    assert (await store.counts())["dead_letters"] == 1
    assert await store.claim("w1", 10) == []


# --- leases ------------------------------------------------------------------------------------


async def test_who_lost_the_lease_writes_nothing(desk: Desk) -> None:
    slow, quick = await desk.worker(), await desk.worker()
    await slow.accept([message(1)])
    lost = await only_claim(slow, "slow")
    desk.clock.passes(LEASE_S + 1)
    held = await only_claim(quick, "quick")
    outcome = Outcome(replies=(reply(lost.message, "late"),), history=(Entry("user", "late"),))

    for write in (
        slow.commit_turn(lost, outcome),
        slow.renew(lost),
        slow.retry_later(lost, "late", START),
        slow.give_up(lost, "late", reply(lost.message, "sorry")),
    ):
        with pytest.raises(Stale):
            await write
    await quick.commit_turn(held, Outcome(replies=(reply(held.message, "quick"),)))

    assert held.attempts == 2
    assert await sent(slow) == [("7", "quick")]
    assert (await slow.open_turn(message(1))).history == ()


async def test_a_renewed_lease_holds(desk: Desk) -> None:
    store = await desk.worker()
    await store.accept([message(1)])
    claim = await only_claim(store)
    desk.clock.passes(LEASE_S - 1)
    renewed = await store.renew(claim)
    desk.clock.passes(LEASE_S - 1)

    assert await store.claim("w2", 10) == []
    await store.commit_turn(renewed, Outcome(replies=()))


async def test_a_turn_done_again_is_stored_once(desk: Desk) -> None:
    """The worker died after the commit and never learned of it: nothing is left to claim."""
    store = await desk.worker()
    await answered(store, message(1), history=(Entry("user", "hello"),))
    desk.clock.passes(LEASE_S + 1)

    assert await store.claim("w2", 10) == []
    assert len((await store.open_turn(message(1))).history) == 1


async def test_released_work_is_free_at_once_and_not_counted(store: Store) -> None:
    await store.accept([message(1)])
    await only_claim(store, "w1")
    await store.release("w1")

    assert (await only_claim(store, "w2")).attempts == 1


async def test_a_message_given_back_waits_and_holds_up_only_its_conversation(desk: Desk) -> None:
    store = await desk.worker()
    await store.accept([message(1), message(2), message(3, to="8")])
    claims = {c.message.id: c for c in await store.claim("w1", 10)}
    again = desk.clock.now() + timedelta(seconds=30)
    await store.retry_later(claims["telegram:1:1"], "model down", again)
    await store.commit_turn(claims["telegram:1:3"], Outcome(replies=()))
    early = await store.claim("w1", 10)
    desk.clock.passes(31)

    assert early == []
    claim = await only_claim(store)
    assert (claim.message.id, claim.attempts) == ("telegram:1:1", 2)


async def test_a_message_given_up_is_a_dead_letter_with_one_apology(store: Store) -> None:
    await store.accept([message(1), message(2, "next")])
    claim = await only_claim(store)
    await store.give_up(claim, "bug", reply(claim.message, "Sorry."))

    assert await sent(store) == [("7", "Sorry.")]
    assert (await store.counts())["dead_letters"] == 1
    assert (await only_claim(store)).message.text == "next"


# --- turns -------------------------------------------------------------------------------------


def trip(number: int = 1, conversation: str = "telegram:7:", owner: str = "telegram:7") -> Trip:
    return Trip(
        id=f"trip-{number}",
        conversation=conversation,
        owner=owner,
        title="Madeira",
        wish=Wish(),
        created_at=START,
        updated_at=START,
    )


def suggested(key: str = "telegram:7:") -> Recommendation:
    return Recommendation(
        conversation=key,
        destination_id="madeira",
        name="Madeira",
        status=RecommendationStatus.SUGGESTED,
        reasons=("warm in April",),
        changed_at=START,
        changed_by="telegram:7",
    )


def likes(what: str) -> Profile:
    fact = ProfileFact(key="likes", value=what, origin="told", said_at=START)
    return Profile(person="telegram:7", facts=(fact,))


CALL = LlmCall("m", "word", "1", 10, 5, 0, 0.5, "ok", Decimal("0.001"))


async def test_what_a_turn_changes_is_there_when_the_next_one_opens(store: Store) -> None:
    said = message(1)
    fresh = await store.open_turn(said)
    session = fresh.session.model_copy(update={"module": "planning", "turns": 1})
    await answered(
        store,
        said,
        history=(Entry("user", "hello", "Ana", START, 3), Entry("assistant", "Hi", tokens=2)),
        session=session,
        profile=likes("hiking"),
        trips=(trip(),),
        recommendations=(suggested(),),
        llm_calls=(CALL,),
    )

    opened = await store.open_turn(message(2))
    assert (fresh.session.turns, fresh.profile.facts, fresh.history) == (0, (), ())
    assert opened.session == session
    assert opened.profile == likes("hiking")
    assert opened.trips == (trip(),)
    assert opened.recommendations == (suggested(),)
    assert opened.history == (
        Entry("user", "hello", "Ana", START, 3),
        Entry("assistant", "Hi", tokens=2),
    )


async def test_a_suggestion_made_again_is_one_row_with_the_newer_status(store: Store) -> None:
    await answered(store, message(1), recommendations=(suggested(),))
    saved = suggested().becomes(RecommendationStatus.SAVED, START, "telegram:7")
    await answered(store, message(2), recommendations=(saved,))

    assert (await store.open_turn(message(3))).recommendations == (saved,)


async def test_a_turn_opens_with_the_newest_lines_only(store: Store) -> None:
    for n in range(30):
        said = Entry("user", f"q{n}"), Entry("assistant", f"a{n}")
        await answered(store, message(n), history=said)

    history = [e.text for e in (await store.open_turn(message(99))).history]
    assert len(history) == 40
    assert history[:2] + history[-2:] == ["q10", "a10", "q29", "a29"]


async def test_what_was_said_in_private_is_not_in_the_groups_turn(store: Store) -> None:
    ana = message(1).sender
    await answered(store, message(1, "my budget is 500"), history=(Entry("user", "budget"),))
    await answered(store, message(2), trips=(trip(),))

    opened = await store.open_turn(message(3, to="-42", sender=ana))
    assert opened.history == ()
    assert opened.trips == ()


async def test_a_reply_to_another_chat_is_not_said_in_this_one(store: Store) -> None:
    """A member asks in the group and is told in private why a place does not fit."""
    asked = message(1, to="-42")
    in_private = reply(asked, "Not step-free.", id="r2", conversation=chat("7"))
    await answered(store, asked, replies=(reply(asked, "Not for everyone."), in_private))

    assert sorted(await sent(store)) == [("-42", "Not for everyone."), ("7", "Not step-free.")]


# --- the outbox --------------------------------------------------------------------------------


async def test_replies_of_a_chat_go_out_one_by_one_in_order(store: Store) -> None:
    for n in (1, 2):
        await answered(store, message(n, f"m{n}"))

    [first] = await store.claim_replies("w1", 10)
    nothing = await store.claim_replies("w2", 10)
    await store.sent(first, ["1"])
    [second] = await store.claim_replies("w2", 10)

    assert nothing == []
    assert (text_of(first.reply), text_of(second.reply)) == ("You said m1", "You said m2")
    assert not first.resend


async def test_a_reply_that_has_to_wait_keeps_its_place(desk: Desk) -> None:
    store = await desk.worker()
    for n in (1, 2):
        await answered(store, message(n, f"m{n}"))
    [first] = await store.claim_replies("w1", 10)
    await store.send_later(first, "429", desk.clock.now() + timedelta(seconds=37))
    desk.clock.passes(36)
    early = await store.claim_replies("w1", 10)
    desk.clock.passes(2)

    assert early == []
    [again] = await store.claim_replies("w1", 10)
    assert text_of(again.reply) == "You said m1"
    assert not again.resend


async def test_a_long_outage_of_the_platform_loses_no_reply(desk: Desk) -> None:
    """Refused connections for an hour, a try a minute."""
    store = await desk.worker()
    await answered(store, message(1))
    for _ in range(60):
        [delivery] = await store.claim_replies("w1", 10)
        await store.send_later(delivery, "refused", desk.clock.now() + timedelta(seconds=59))
        desk.clock.passes(60)

    assert len(await sent(store)) == 1


async def test_an_uncertain_reply_comes_back_once_and_flagged(desk: Desk) -> None:
    store = await desk.worker()
    for n in (1, 2):
        await answered(store, message(n, f"m{n}"))
    [first] = await store.claim_replies("w1", 10)
    await store.uncertain(first, "timeout", desk.clock.now())
    [again] = await store.claim_replies("w1", 10)
    await store.uncertain(again, "timeout", desk.clock.now())

    assert again.resend
    assert (await sent(store)) == [("7", "You said m2")]
    assert (await store.counts())["outbox.failed"] == 1


async def test_what_a_dead_worker_was_sending_comes_back_flagged(desk: Desk) -> None:
    dead, alive = await desk.worker(), await desk.worker()
    await answered(dead, message(1))
    [lost] = await dead.claim_replies("dead", 10)
    desk.clock.passes(LEASE_S + 1)

    [found] = await alive.claim_replies("alive", 10)
    await dead.sent(lost, ["1"])  # it was only paused, and marks what is not its own any more
    assert found.resend
    assert (await alive.counts())["outbox.sending"] == 1


async def test_nothing_is_sent_to_a_closed_chat_until_somebody_writes_there(store: Store) -> None:
    await answered(store, message(1, "m1"))
    await answered(store, message(2, "other", to="8"))
    await store.accept([message(3, "m3")])
    await store.accept([ConversationClosed(id="c1", key="telegram:7:", why="blocked")])

    assert await store.claim("w1", 10) == []
    assert (await store.open_turn(message(4))).closed
    assert await sent(store) == [("8", "You said other")]
    await answered(store, message(5, "back again"))
    assert await sent(store) == [("7", "You said back again")]


async def test_a_chat_that_opens_again_is_open(store: Store) -> None:
    await store.accept([message(1)])
    await store.accept([ConversationClosed(id="c1", key="telegram:7:", why="blocked")])
    await store.accept([ConversationOpened(id="o1", conversation=chat("7"))])

    assert not (await store.open_turn(message(2))).closed


# --- a group that moves ------------------------------------------------------------------------

MOVED = ConversationMoved(id="m1", old_key="telegram:-42:", new=chat("-10042"))


async def test_everything_of_a_group_follows_to_its_new_id(store: Store) -> None:
    said = message(1, to="-42")
    session = (await store.open_turn(said)).session.model_copy(update={"turns": 1})
    await answered(
        store,
        said,
        session=session,
        history=(Entry("user", "hello"),),
        trips=(trip(conversation="telegram:-42:"),),
        recommendations=(suggested("telegram:-42:"),),
    )
    await store.accept([message(2, "waiting", to="-42")])

    await store.accept([MOVED])
    await store.accept([MOVED])
    await store.accept([message(3, "to the old id", to="-42")])

    opened = await store.open_turn(message(9, to="-10042"))
    assert (opened.session.turns, opened.session.conversation) == (1, "telegram:-10042:")
    assert [e.text for e in opened.history] == ["hello"]
    assert len(opened.trips) == len(opened.recommendations) == 1
    assert await sent(store) == [("-10042", "You said hello")]
    for expected in ("waiting", "to the old id"):
        claim = await only_claim(store)
        assert claim.message.text == expected
        assert claim.message.conversation == chat("-10042")
        await store.commit_turn(claim, Outcome(replies=(reply(claim.message),)))
    assert [where for where, _ in await sent(store)] == ["-10042"] * 2


async def test_a_group_may_move_while_it_is_answered(store: Store) -> None:
    await store.accept([message(1, to="-42")])
    claim = await only_claim(store)
    await store.accept([message(2, "already there", to="-10042"), MOVED])
    opened = await store.open_turn(claim.message)
    session = opened.session.model_copy(update={"turns": 1})
    await store.commit_turn(claim, Outcome(replies=(reply(claim.message),), session=session))

    assert await sent(store) == [("-10042", "You said hello")]
    assert (await store.open_turn(message(9, to="-10042"))).session.turns == 1
    assert (await only_claim(store)).message.text == "already there"


# --- a person's rights -------------------------------------------------------------------------

SECRET = "xyzzy-canary"


async def full_of_secrets(store: Store) -> None:
    """A person whose every kind of row holds the canary."""
    await answered(
        store,
        message(1, SECRET),
        replies=(reply(message(1), SECRET),),
        history=(Entry("user", SECRET), Entry("assistant", SECRET)),
        profile=likes(SECRET),
        trips=(trip().model_copy(update={"title": SECRET}),),
        recommendations=(suggested().model_copy(update={"reasons": (SECRET,)}),),
        llm_calls=(CALL,),
        session=(await store.open_turn(message(1))).session.model_copy(update={"asked": SECRET}),
    )
    await sent(store)
    await store.accept([message(2, SECRET)])
    claim = await only_claim(store)
    await store.give_up(claim, "bug", reply(claim.message, SECRET))
    await sent(store)


async def test_the_export_holds_every_kind_of_row_of_the_person_and_nobody_elses(
    store: Store,
) -> None:
    await full_of_secrets(store)
    await answered(store, message(5, "not hers", to="8"), history=(Entry("user", "not hers"),))

    exported = await store.export_person("telegram:7")
    assert set(exported) >= {
        "identities",
        "user_profiles",
        "messages",
        "trip_plans",
        "destination_recommendations",
        "llm_calls",
        "dead_letters",
    }
    assert SECRET in str(exported)
    assert "not hers" not in str(exported)


async def test_erasing_leaves_no_word_and_still_says_so(desk: Desk) -> None:
    store = await desk.worker()
    await full_of_secrets(store)
    await store.accept([message(3, "forget me")])
    claim = await only_claim(store)
    done = reply(claim.message, "Forgotten.")
    await store.commit_turn(claim, Outcome(replies=(done,), erase_person="telegram:7"))

    assert await sent(store) == [("7", "Forgotten.")]
    assert await store.export_person("telegram:7") == {}
    assert await store.accept([message(1, SECRET)]) == 0  # still known by its id
    await desk.closes()
    assert SECRET.encode() not in desk.on_disk()


# --- upkeep ------------------------------------------------------------------------------------


async def test_what_is_finished_and_old_is_cleared_out_and_the_rest_stays(desk: Desk) -> None:
    store = await desk.worker()
    await answered(store, message(1), history=(Entry("user", "hello"),))
    await sent(store)
    desk.clock.passes(3 * 86_400)
    await store.accept([message(2)])

    removed = await store.reap(desk.clock.now() - timedelta(days=2))

    assert removed >= 1
    assert (await only_claim(store)).message.id == "telegram:1:2"
    assert len((await store.open_turn(message(3))).history) == 1


# --- groups ------------------------------------------------------------------------------------


async def test_what_waits_in_a_group_is_claimed_along_and_done_along(store: Store) -> None:
    """Up to the first tapped choice; nobody else can take any of it meanwhile."""
    said = [message(n, f"m{n}", to="-7") for n in range(3)]
    tapped = message(3, to="-7", choice="join", ref="tap")
    await store.accept([*said, tapped, message(4, "m4", to="-7")])

    claim = await only_claim(store)
    meanwhile = await store.claim("w2", 10)
    await store.commit_turn(claim, Outcome(replies=(reply(claim.message),), also=claim.also))
    following = await only_claim(store)

    assert [m.text for m in claim.also] == ["m1", "m2"]
    assert meanwhile == []
    assert following.message.choice == "join"
    assert following.also == ()
    assert len(await sent(store)) == 1


async def test_of_what_waits_a_part_may_be_answered_and_the_rest_stays(store: Store) -> None:
    await store.accept([message(n, f"m{n}", to="-7") for n in range(4)])
    claim = await only_claim(store)

    await store.commit_turn(claim, Outcome(replies=(), also=claim.also[:1]))

    following = await only_claim(store)
    assert following.message.text == "m2"
    assert [m.text for m in following.also] == ["m3"]


async def test_a_second_attempt_is_made_alone(store: Store) -> None:
    """So that a message which cannot be answered takes the others along for one attempt only."""
    await store.accept([message(n, f"m{n}", to="-7") for n in range(3)])
    claim = await only_claim(store)
    await store.retry_later(claim, "it failed", START)

    again = await only_claim(store)

    assert len(claim.also) == 2
    assert again.also == ()


async def test_a_worker_too_late_for_a_burst_writes_nothing(desk: Desk) -> None:
    store = await desk.worker()
    await store.accept([message(n, f"m{n}", to="-7") for n in range(2)])
    late = await only_claim(store)
    desk.clock.passes(LEASE_S + 1)
    again = await only_claim(store, "w2")

    with pytest.raises(Stale):
        await store.commit_turn(late, Outcome(replies=(reply(late.message),), also=late.also))
    await store.commit_turn(again, Outcome(replies=(reply(again.message),)))

    assert (await only_claim(store)).message.text == "m1"
    assert len(await sent(store)) == 1


async def test_in_a_private_chat_and_before_what_is_not_for_us_nothing_is_claimed_along(
    store: Store,
) -> None:
    await store.accept([message(1, to="7"), message(2, to="7")])
    await store.accept([message(3, to="-7", addressed=False), message(4, to="-7")])

    assert [c.also for c in await store.claim("w1", 10)] == [(), ()]


async def test_a_message_taken_back_is_not_answered_and_not_remembered(store: Store) -> None:
    """While it waits, while it is answered, when its answer waits, and before it has come."""
    where = chat("-7")
    for number, at in enumerate(("waiting", "claimed", "answered", "unknown")):
        said = message(number, at, to="-7")
        gone = MessageDeleted(id=f"gone-{number}", conversation=where, ref=str(number))
        if at != "unknown":
            await store.accept([said])
        if at == "claimed":
            [claim] = await store.claim("w1", 1)
            await store.accept([gone])
            with pytest.raises(Stale):
                await store.commit_turn(claim, Outcome(replies=(reply(said),)))
        elif at == "answered":
            [claim] = await store.claim("w1", 1)
            heard = (Entry("user", at),)
            await store.commit_turn(claim, Outcome(replies=(reply(said),), history=heard))
            await store.accept([gone])
        else:
            await store.accept([gone])
            await store.accept([said])

    assert await store.claim("w1", 10) == []
    assert await sent(store) == []
    assert (await store.open_turn(message("look", to="-7"))).history == ()


async def test_an_edit_of_what_led_to_something_is_claimed_once_more(store: Store) -> None:
    """With the words that were answered; a newer edit while that waits replaces it."""
    said = message(1, "Rome in June", ref="77")
    await answered(store, said, reread=frozenset({said.id}))
    edits = [
        message(n, text, ref="77", edited_at=START + timedelta(minutes=n))
        for n, text in ((2, "Rome in July"), (3, "Rome in May"))
    ]
    for edit in (*edits, edits[0]):
        await store.accept([edit])

    claim = await only_claim(store)
    await store.commit_turn(claim, Outcome(replies=()))

    assert (claim.message.id, claim.message.text) == (said.id, "Rome in May")
    assert claim.message.was == "Rome in June"
    assert await store.claim("w1", 10) == []
