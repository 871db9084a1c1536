"""Stories of groups that vote: ties, run-offs, late and second votes, restarts, what was missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from adapters.stores import groups
from bot.schedule import end_polls, purge
from core.groups.state import GroupNews, GroupState, Member
from core.messages import (
    Capabilities,
    Person,
    PollOver,
    PollPart,
    PollVoted,
    Reply,
    poll_ref,
    shown_poll,
)
from tests.group_world import GROUP, Group, says, taps
from tests.world import Answer, FakeChat, World

CITIES = "let's vote: Lisbon, Porto or Rome"
FRIENDS = ("ana", "ben", "cem", "dee")


class NativeChat(FakeChat):
    """A platform with polls of its own. `early` votes come before the send has returned."""

    capabilities = Capabilities(**(FakeChat.capabilities.model_dump() | {"polls": True}))

    def __init__(self) -> None:
        super().__init__()
        self.polls: list[str] = []
        self.early: Callable[[str], list[PollVoted]] = lambda id: []

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        ids = list(await super().send(reply, resend=resend))
        if not any(isinstance(p, PollPart) for p in reply.parts):
            return ids
        self.polls.append(f"native{len(self.sent)}")
        assert self.inbox is not None
        await self.inbox.accept(self.early(self.polls[-1]))
        return [*ids, poll_ref(self.polls[-1], ids[0])]


@pytest.fixture
async def native(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path / "caravan.sqlite", chat=NativeChat())
    await world.opens()
    yield world
    await world.closes()


async def gathered(world: World, *people: str) -> None:
    """These people are members, because they have spoken."""
    for who in people:
        await world.says("what did we decide?", who=who, chat=GROUP)


async def votes(world: World, **of: str) -> Answer:
    """Each of them votes by words; the last answer."""
    answer = None
    for who, what in of.items():
        answer = await says(world, who, f"I vote for {what}")
        world.clock.passes(seconds=1)
    assert answer is not None
    return answer


async def state(world: World) -> GroupState:
    return await Group(world, GROUP).state()


async def tick(world: World) -> int:
    assert world.app is not None
    return await end_polls(world.app.store)


async def keeps(world: World, news: GroupNews) -> None:
    """Write rows of the group as a turn of somebody else would."""
    assert world.app is not None
    group = world.message("x", chat=GROUP).conversation.key
    await world.app.store._writer.run(lambda db: groups.keep(db, group, news))  # type: ignore[attr-defined]


async def says_by_itself(world: World, words: str) -> str:
    """What Caravan says with these words, once it has said it."""

    def said() -> list[str]:
        return [Answer(r).text for r in world.chat.sent if words in Answer(r).text]

    async with asyncio.timeout(20), world.chat._news:
        await world.chat._news.wait_for(lambda: bool(said()))
    return said()[-1]


def vote_in(world: World, native: str, who: str, *picks: int) -> PollVoted:
    world._count += 1
    return PollVoted(
        id=f"telegram:1:{world.path.stem}-vote{world._count}",
        platform="telegram",
        poll=native,
        voter=Person(id=f"telegram:{who}", name=who.capitalize()),
        picks=picks,
        at=world.clock.now(),
    )


def native_id(world: World) -> str:
    assert isinstance(world.chat, NativeChat)
    return world.chat.polls[-1]


async def taps_native(world: World, who: str, *picks: int, times: int = 1) -> None:
    vote = vote_in(world, native_id(world), who, *picks)
    assert world.chat.inbox is not None
    for _ in range(times):
        await world.chat.inbox.accept([vote])


# --- a poll, its tie, its run-off --------------------------------------------------------------


async def test_the_rules_are_stated_with_the_question(world: World) -> None:
    await gathered(world, *FRIENDS)

    asked = await says(world, "ana", CITIES)

    assert "Ana, Ben, Cem and Dee" in asked.text
    assert "More than half must vote (3 of 4)" in asked.text
    assert "More than half of the votes decide" in asked.text
    assert "A tie decides nothing" in asked.text
    assert "ends Tue 24 Nov 09:00 UTC" in asked.text
    assert list(asked.choices) == ["Lisbon", "Porto", "Rome"]


async def test_a_deadline_is_told_in_the_local_time_of_the_one_who_asks(world: World) -> None:
    await gathered(world, "ana", "ben")
    await world.says("I live in Berlin", who="ana")

    asked = await says(
        world,
        "ana",
        "poll: which hotel area? Alfama, Baixa, Chiado, ranked, until Friday 18:00, "
        "everyone must vote",
    )

    assert "Fri 27 Nov 18:00 Europe/Berlin time" in asked.text
    assert "All 2 must vote" in asked.text
    assert "Alfama over Baixa over Chiado" in asked.text
    [poll] = (await state(world)).polls
    assert f"{poll.closes_at:%d %H:%M}" == "27 17:00"


async def test_a_tie_is_undecided_and_its_run_off_decides_and_offers_the_plan(world: World) -> None:
    await gathered(world, *FRIENDS)
    await says(world, "ana", CITIES)

    tie = await votes(world, ana="Lisbon", ben="Porto", cem="Lisbon", dee="Porto")
    runoff = await taps(world, "ben", tie, "Run-off: Lisbon or Porto")
    again = await taps(world, "cem", tie, "Run-off: Lisbon or Porto")
    won = await votes(world, ana="Lisbon", ben="Porto", cem="Porto", dee="Porto")

    assert "A tie between Lisbon and Porto" in tie.text
    assert list(runoff.choices) == ["Lisbon", "Porto"]
    assert "asked for already" in again.text
    assert "**Porto** wins. Porto 3, Lisbon 1. All have voted." in won.text
    plan = await taps(world, "ana", won, "Plan Porto")
    dated = await says(world, "ana", "15-19 april 2027")
    assert "When" in plan.text or "dates" in plan.text
    assert "Porto" in dated.text
    assert dated.days


async def test_no_majority_leads_to_a_run_off_of_those_in_front(world: World) -> None:
    await gathered(world, *FRIENDS, "eva")
    await says(world, "ana", "let's vote: Lisbon, Porto, Rome or Madrid")

    undecided = await votes(world, ana="Lisbon", ben="Lisbon", cem="Porto", dee="Rome", eva="Rome")
    third = await votes(world, ana="Rome")

    assert "A tie between Lisbon and Rome" in undecided.text
    assert "too late" in third.text


async def test_a_ranked_vote_is_counted_by_dropping_the_last(world: World) -> None:
    await gathered(world, *FRIENDS, "eva")
    await says(world, "ana", "poll: where to go? Lisbon, Porto, Rome, ranked")
    for who, ranking in (
        ("ana", "Lisbon over Porto over Rome"),
        ("ben", "Lisbon over Porto"),
        ("cem", "Porto > Lisbon > Rome"),
        ("dee", "Rome over Porto"),
    ):
        noted = await says(world, who, ranking)
    won = await says(world, "eva", "my vote: Rome, then Porto, then Lisbon")

    assert "Dee: Rome over Porto, noted. 4 of 5 voted." in noted.text
    assert "**Lisbon** wins" in won.text
    [decision] = (await state(world)).decisions
    assert (decision.what, decision.subject) == ("Lisbon", "destination")
    assert "ranked vote, 5 of 5 voted" in decision.rule


async def test_a_ranking_can_be_tapped_and_counts_when_it_is_done(world: World) -> None:
    await gathered(world, "ana", "ben")
    asked = await says(world, "ana", "poll: dinner? pizza, sushi or tapas, ranked")
    await says(world, "ana", "tapas over pizza")

    first = await taps(world, "ben", asked, "tapas")
    same = await taps(world, "ben", asked, "tapas")
    second = await taps(world, "ben", asked, "sushi")
    assert (await state(world)).decisions == ()
    done = await taps(world, "ben", first, "Done")

    assert "Ben: tapas, noted. 2 of 2 voted. Go on, or say “done”." in first.text
    assert "as before" in same.text
    assert "Ben: tapas over sushi" in second.text
    assert "**tapas** wins" in done.text


async def test_approval_lets_each_choose_several_and_the_most_wins(world: World) -> None:
    await gathered(world, "ana", "ben", "cem")
    await says(world, "ana", "poll: dinner? pizza, sushi or tapas, approval")

    won = await votes(world, ana="pizza and tapas", ben="tapas", cem="sushi and tapas")

    assert "**tapas** wins. tapas 3, pizza 1, sushi 1" in won.text
    [decision] = (await state(world)).decisions
    assert decision.what == "dinner: tapas"


async def test_dates_that_win_become_the_dates_of_the_trip(world: World) -> None:
    await gathered(world, "ana", "ben")
    await says(world, "ana", "let's vote: Lisbon or Porto")
    await votes(world, ana="Porto", ben="Porto")
    await says(world, "ben", "poll: 3-7 May 2027 or 20-24 May 2027")

    won = await votes(world, ana="20-24 May 2027", ben="20-24 May 2027")
    label = "Plan Thu 20 – Mon 24 May 2027"
    plan = await taps(world, "ana", won, label)

    assert len(plan.days) == 5
    assert "Porto" in plan.text
    assert {d.subject for d in (await state(world)).decisions} == {"destination", "dates"}


async def test_suggestions_can_be_voted_on_without_naming_them(world: World) -> None:
    await gathered(world, "ana", "ben")
    ideas = await says(world, "ana", "somewhere warm for a long weekend mid april, from Berlin")
    asked = await says(world, "ben", "let's vote")

    assert len(asked.choices) >= 2
    assert all(name in ideas.text for name in asked.choices)


# --- who may vote, and which vote counts -------------------------------------------------------


async def test_a_second_vote_replaces_the_first(world: World) -> None:
    await gathered(world, "ana", "ben", "cem")
    asked = await says(world, "ana", CITIES)

    await votes(world, ana="Lisbon", ben="Porto")
    changed = await taps(world, "ana", asked, "Porto")
    taken_back = await says(world, "ben", "take back my vote")
    won = await votes(world, ben="Rome", cem="Porto")

    assert "Ana: Porto, noted. 2 of 3 voted." in changed.text
    assert "Ben: vote taken back. 1 of 3 voted." in taken_back.text
    assert "**Porto** wins. Porto 2, Rome 1, Lisbon 0" in won.text


async def test_a_change_of_mind_counts_however_it_is_said(world: World) -> None:
    """ "No wait, Porto" and "me too" are votes while one is open, and plan nothing."""
    await gathered(world, "ana", "ben", "cem")
    await says(world, "ana", CITIES)
    await says(world, "ana", "Lisbon")
    changed = await says(world, "ana", "no wait, porto")
    too = await says(world, "ben", "me too")
    same = await says(world, "cem", "actually same as ana")

    assert "Ana: Porto, noted." in changed.text
    assert "Ben: Porto, noted. 2 of 3 voted." in too.text
    assert "Porto 3" in same.text


async def test_me_too_long_after_a_vote_is_asked_about(world: World) -> None:
    """It may be about something else by then; a name would make it clear."""
    await gathered(world, "ana", "ben", "cem")
    await says(world, "ana", CITIES)
    nobody = await says(world, "ben", "me too")
    await says(world, "ana", "Lisbon")
    world.clock.passes(hours=2)
    late = await says(world, "ben", "me too")
    stranger = await says(world, "ben", "same as Zoe")

    for answer in (nobody, late, stranger):
        assert "The vote is between Lisbon, Porto and Rome. Which one?" in answer.text


async def test_a_late_vote_is_answered_and_not_counted(world: World) -> None:
    await gathered(world, "ana", "ben", "cem")
    asked = await says(world, "ana", CITIES)
    await votes(world, ana="Porto", ben="Porto")
    world.clock.passes(hours=24)

    assert await tick(world) == 1
    closed = await says_by_itself(world, "The vote is over")
    tapped = await taps(world, "cem", asked, "Lisbon")
    said = await says(world, "cem", "I vote for Lisbon")

    assert "**Porto** wins. Porto 2, Lisbon 0, Rome 0. 2 of 3 voted." in closed
    for answer in (tapped, said):
        assert "Cem, the vote “Where to?” was over" in answer.text
        assert "too late and is not counted. Decided: Porto." in answer.text
    kept = await state(world)
    assert {b.person for b in kept.ballots} == {"telegram:ana", "telegram:ben"}
    assert len(kept.decisions) == 1


async def test_a_vote_after_the_time_closes_it_even_before_the_clock_does(world: World) -> None:
    await gathered(world, "ana", "ben", "cem")
    await says(world, "ana", CITIES)
    await votes(world, ana="Porto", ben="Porto")
    world.clock.passes(hours=25)

    late = await says(world, "cem", "I vote for Lisbon")
    assert await tick(world) == 0

    assert "**Porto** wins" in late.text
    assert "too late and is not counted" in late.text


async def test_a_vote_that_was_written_in_time_counts_though_it_is_read_after(
    world: World,
) -> None:
    await gathered(world, "ana", "ben", "cem")
    await says(world, "ana", CITIES)
    await votes(world, ana="Porto", ben="Lisbon")
    in_time = world.clock.now()
    world.clock.passes(hours=25)

    won = await says(world, "cem", "I vote for Lisbon", sent_at=in_time)

    assert "**Lisbon** wins. Lisbon 2, Porto 1" in won.text


async def test_a_guest_and_a_stranger_cannot_vote_in_a_members_vote(world: World) -> None:
    await gathered(world, "ana", "ben")
    asked = await says(world, "ana", CITIES)
    assert world.app is not None
    eva = Member(person="telegram:eva", name="Eva", role="guest", joined_at=world.clock.now())
    await keeps(world, GroupNews(members=(eva,)))

    guest = await taps(world, "eva", asked, "Rome")
    stranger = await taps(world, "zoe", asked, "Rome")

    for answer in (guest, stranger):
        assert "this vote is for Ana and Ben, so yours is not counted" in answer.text
    assert (await state(world)).ballots == ()


async def test_a_guest_is_no_voter_when_everybody_may_vote(world: World) -> None:
    await gathered(world, "ana", "ben")
    eva = Member(person="telegram:eva", name="Eva", role="guest", joined_at=world.clock.now())
    await keeps(world, GroupNews(members=(eva,)))
    asked = await says(world, "ana", "let's vote: Lisbon or Porto, everyone may vote")

    guest = await taps(world, "eva", asked, "Porto")
    stranger = await taps(world, "zoe", asked, "Porto")

    assert "everybody in this chat" in asked.text
    assert "not counted" in guest.text
    assert "Zoe: Porto, noted. 1 voted." in stranger.text
    assert "Zoe" in {m.name for m in (await state(world)).members}


async def test_who_leaves_before_the_end_does_not_count(world: World) -> None:
    await gathered(world, *FRIENDS)
    await says(world, "ana", "let's vote: Lisbon or Porto, everyone must vote")
    await votes(world, ana="Lisbon", ben="Porto", cem="Porto")
    members = {m.name: m for m in (await state(world)).members}
    left = [members[n].model_copy(update={"left_at": world.clock.now()}) for n in ("Cem", "Dee")]
    await keeps(world, GroupNews(members=tuple(left)))

    too_late = await says(world, "cem", "I vote for Lisbon")
    tie = await votes(world, ben="Porto")

    assert "so yours is not counted" in too_late.text
    assert "A tie between Lisbon and Porto" in tie.text
    assert "All have voted." in tie.text


async def test_too_few_votes_decide_nothing_and_can_be_repeated(world: World) -> None:
    await gathered(world, *FRIENDS)
    await says(world, "ana", CITIES)
    await votes(world, ana="Porto", ben="Porto")
    world.clock.passes(hours=24)
    await tick(world)

    closed = await says_by_itself(world, "The vote is over")
    [poll] = (await state(world)).polls
    again = await says(world, "ben", "", choice=f"runoff:{poll.id}")

    assert "Too few voted, so nothing is decided: 2 of the 3 that were needed" in closed
    assert (await state(world)).decisions == ()
    assert list(again.choices) == ["Lisbon", "Porto", "Rome"]


async def test_only_who_asked_ends_a_vote_early(world: World) -> None:
    await gathered(world, "ana", "ben", "cem")
    await says(world, "ana", CITIES)
    await votes(world, ana="Rome", ben="Rome")

    refused = await says(world, "ben", "close the poll")
    closed = await says(world, "ana", "close the poll")
    nothing = await says(world, "ana", "close the poll")

    assert "only Ana can end this vote early" in refused.text
    assert "**Rome** wins" in closed.text
    assert nothing.text == "No vote is open."


async def test_a_cancelled_vote_decides_nothing(world: World) -> None:
    await gathered(world, "ana", "ben", "cem")
    await says(world, "ana", CITIES)
    await votes(world, ana="Rome", ben="Rome")

    cancelled = await says(world, "ana", "cancel the poll")

    assert "It was cancelled, nothing is decided" in cancelled.text
    assert (await state(world)).decisions == ()


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("let's vote: Lisbon", "needs at least two options"),
        ("let's vote on the hotel", "A vote about the hotel needs at least two options"),
        ("let's vote", "What shall we vote on?"),
        ("poll: " + ", ".join(f"area {n}" for n in range(13)), "13 options"),
        ("let's vote: Lisbon or Porto, until Sunday 22 November 2026", "Until when"),
        ("let's vote: Lisbon or Porto, at least 5 must vote", "Only 2 may vote"),
        ("let's vote: Lisbon or Porto, only Ana and Zoe may vote", "no member called Zoe"),
    ],
)
async def test_what_cannot_be_a_vote_is_said_so(world: World, asked: str, answered: str) -> None:
    await gathered(world, "ana", "ben")

    answer = await says(world, "ana", asked)

    assert answered in answer.text
    assert (await state(world)).polls == ()


async def test_alone_there_is_nothing_to_count(world: World) -> None:
    answer = await world.says("let's vote: Lisbon or Porto")

    assert "the only one here" in answer.text
    assert list(answer.choices) == ["Plan Lisbon", "Plan Porto"]


# --- once, whatever happens --------------------------------------------------------------------


async def test_every_click_that_comes_three_times_counts_once(world: World) -> None:
    await gathered(world, "ana", "ben", "cem")
    asked = await says(world, "ana", CITIES)
    tap = world.message(choice=asked.choices["Porto"], who="ben", chat=GROUP)
    assert world.chat.inbox is not None

    new = [await world.chat.inbox.accept([tap, tap]) for _ in range(3)]
    await world.chat.answer_to(tap.id)
    standing = await says(world, "ana", "how does the vote stand?")

    assert new == [1, 0, 0]
    assert sum(r.answers == tap.id for r in world.chat.sent) == 1
    assert "Porto 1, Lisbon 0, Rome 0" in standing.text
    assert "Still to vote: Ana and Cem" in standing.text


async def test_a_restart_in_the_middle_of_a_vote_loses_nothing(world: World) -> None:
    await gathered(world, "ana", "ben", "cem")
    asked = await says(world, "ana", CITIES)
    await votes(world, ana="Porto")
    await world.restarts()
    await taps(world, "ben", asked, "Lisbon")
    await world.restarts()
    world.clock.passes(hours=30)

    assert await tick(world) == 1
    closed = await says_by_itself(world, "The vote is over")
    await world.restarts()

    assert await tick(world) == 0
    assert "A tie between Lisbon and Porto" in closed
    said = [r for r in world.chat.sent if "The vote is over" in Answer(r).text]
    assert len(said) == 1


async def test_two_processes_end_a_vote_once(world: World, tmp_path: Path) -> None:
    await gathered(world, "ana", "ben", "cem")
    await says(world, "ana", CITIES)
    await votes(world, ana="Porto", ben="Porto")
    world.clock.passes(hours=24)
    other = World(world.path, clock=world.clock)
    await other.opens()
    assert world.app is not None
    assert other.app is not None

    first, second = await asyncio.gather(end_polls(world.app.store), end_polls(other.app.store))
    saying = [asyncio.create_task(says_by_itself(w, "is over")) for w in (world, other)]
    _, silent = await asyncio.wait(saying, return_when=asyncio.FIRST_COMPLETED)
    for task in silent:
        task.cancel()
    await other.closes()

    assert first + second == 1
    said = [r for r in world.chat.sent + other.chat.sent if "is over" in Answer(r).text]
    assert len(said) == 1
    assert len((await state(world)).decisions) == 1


# --- a platform with polls of its own ----------------------------------------------------------


async def test_a_native_vote_is_taken_in_silence_until_all_have_voted(native: World) -> None:
    await gathered(native, "ana", "ben")
    asked = await says(native, "ana", CITIES)
    [part] = [p for p in asked.reply.parts if isinstance(p, PollPart)]
    before = len(native.chat.sent)

    await taps_native(native, "ana", 1)
    standing = await says(native, "ana", "how does the vote stand?")
    await taps_native(native, "ben", 1, times=3)
    closed = await says_by_itself(native, "The vote is over")

    assert (part.question, part.multiple) == ("Where to?", False)
    assert "Porto 1, Lisbon 0, Rome 0" in standing.text
    assert len(native.chat.sent) == before + 2  # the standing and the result
    assert "**Porto** wins. Porto 2" in closed
    [over] = [p for p in native.chat.sent[-1].parts if isinstance(p, PollOver)]
    assert [shown_poll(r) for r in over.refs] == [(native_id(native), "3")]


async def test_a_native_vote_that_comes_before_the_mark_is_not_lost(native: World) -> None:
    """People vote as soon as they see the poll; the store learns only afterwards where it is."""
    await gathered(native, "ana", "ben")
    chat = native.chat
    assert isinstance(chat, NativeChat)
    chat.early = lambda id: [vote_in(native, id, "ben", 2)]

    await says(native, "ana", CITIES)
    await taps_native(native, "ana", 2)
    closed = await says_by_itself(native, "The vote is over")

    assert "**Rome** wins. Rome 2" in closed


async def test_a_native_vote_taken_back_and_a_late_one(native: World) -> None:
    await gathered(native, "ana", "ben", "cem")
    await says(native, "ana", CITIES)
    await taps_native(native, "ana", 0)
    await taps_native(native, "ana")
    await taps_native(native, "ben", 1)
    await taps_native(native, "cem", 1)
    closing = await says(native, "ana", "close the poll")

    await taps_native(native, "ana", 0)
    late = await says_by_itself(native, "too late")

    assert "**Porto** wins. Porto 2, Lisbon 0, Rome 0. 2 of 3 voted." in closing.text
    assert "Ana, the vote" in late


async def test_a_vote_in_a_poll_that_nobody_knows_waits_in_peace(native: World) -> None:
    await gathered(native, "ana", "ben")
    assert native.chat.inbox is not None
    vote = vote_in(native, "nobody-knows", "ben", 0)

    assert await native.chat.inbox.accept([vote]) == 1
    answer = await says(native, "ana", "what did we decide?")

    assert "Nothing is noted" in answer.text
    native.clock.passes(days=40)
    assert native.app is not None
    await purge(native.app.store, native.clock)
    assert await native.chat.inbox.accept([vote]) == 1  # it was forgotten


# --- the ledger and catching up ----------------------------------------------------------------


async def test_what_was_decided_is_told_with_what_it_replaced(world: World) -> None:
    await gathered(world, "ana", "ben")
    await says(world, "ana", "let's vote: Lisbon or Porto")
    await votes(world, ana="Porto", ben="Porto")
    await says(world, "ben", "we decided on Rome")
    await world.restarts()

    decided = await says(world, "ana", "what did we decide?")
    why = await says(world, "ana", "why did we choose Porto?")
    unknown = await says(world, "ana", "why did we choose Madrid?")

    assert "**Rome**" in decided.text
    assert "by Ben" in decided.text
    assert "instead of Porto" in decided.text
    assert "- **Porto**" not in decided.text
    assert "majority vote, 2 of 2 voted: Porto 2, Lisbon 0" in why.text
    assert "by Ana and Ben), later replaced by Rome" in why.text
    assert "No decision on Madrid is noted" in unknown.text


async def test_a_later_word_without_a_vote_takes_the_place_of_the_earlier(world: World) -> None:
    """Places, months and figures, however they are put; other matters stand beside them."""
    await gathered(world, "ana", "ben")
    await says(world, "ana", "we go for Porto")
    replaced = await says(world, "ben", "we have decided to go to Lisbon in june")
    await says(world, "ana", "we decided to meet at 8")
    await says(world, "ana", "actually we decided to meet at 9")
    await says(world, "ben", "we agreed on May")
    await says(world, "ben", "we decided to rent a car")

    lines = (await says(world, "ana", "what did we decide?")).text.splitlines()

    assert "**Lisbon** (instead of Porto), **june**" in replaced.text
    assert [line.split("**")[1] for line in lines if line.startswith("- ")] == [
        "Lisbon",
        "meet at 9",
        "May",
        "rent a car",
    ]


async def test_who_was_away_catches_up_after_a_restart(world: World) -> None:
    await gathered(world, "ana", "ben", "cem")
    world.clock.passes(hours=1)
    await says(world, "ana", "let's vote: Lisbon or Porto, at least 2 must vote")
    await votes(world, ana="Porto", ben="Porto")
    await says(world, "ana", "close the poll")
    world.clock.passes(hours=1)
    await says(world, "ana", "plan Porto 15-19 april 2027")
    await says(world, "ben", "poll: dinner? pizza or sushi")
    await world.restarts()

    missed = await says(world, "cem", "catch me up")
    world.clock.passes(minutes=1)
    again = await says(world, "cem", "what did I miss?")
    of_ben = await says(world, "ben", "catch me up")

    assert "since Mon 23 Nov 09:00 UTC" in missed.text
    assert "Decided: **Porto**" in missed.text
    assert "Plan made: Porto" in missed.text
    assert "Ben asked: Dinner?" in missed.text
    assert "Your vote is still missing: Dinner?" in missed.text
    assert "Decided" not in again.text
    assert "Decided" not in of_ben.text


async def test_what_happened_since_a_day_can_be_asked(world: World) -> None:
    await gathered(world, "ana", "ben")
    await says(world, "ana", "we decided on Porto")
    world.clock.passes(days=2)
    await says(world, "ana", "we decided on Rome")
    world.clock.passes(hours=1)

    since_yesterday = await says(world, "ana", "catch me up since yesterday")
    since_monday = await says(world, "ana", "what happened since Monday?")

    assert "Decided: **Rome**" in since_yesterday.text
    assert "Decided: **Porto**" not in since_yesterday.text
    assert "Decided: **Porto**" in since_monday.text
