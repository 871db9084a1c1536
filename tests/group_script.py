"""One story of three people in a group, told on every platform in the same words.

Ana, Ben and Cem plan a trip. Each step does something and holds what the group and every single
person got for it; what is not named was not said. STORY is the order of the steps.
"""

from __future__ import annotations

import re

from tests.group_drivers import PEOPLE, Chat

BUDGET = 350
NOTHING_SECRET = re.compile(rf"{BUDGET}|privat|limit|budget", re.IGNORECASE)


async def they_have_private_chats(chat: Chat) -> None:
    for who in PEOPLE:
        told = await chat.alone(who, "hello")

        assert f"Hello, {who.capitalize()}!" in told.only(who)


async def three_make_a_plan(chat: Chat) -> None:
    plan = (await chat.says("ana", "plan Lisbon 15-18 april 2027")).all
    without = (await chat.says("ben", "no museums please")).all
    slower = (await chat.says("cem", "I want a relaxed pace")).all

    assert "Lisbon, Thu 15 – Sun 18 Apr 2027" in plan
    assert "Fado Museum" in plan
    assert "What changed" in without
    assert "Museum" not in days(without)
    assert "relaxed pace, 3 adults" in slower
    assert "Museum" not in days(slower)


async def a_budget_told_in_private_changes_the_plan_without_a_word(chat: Chat) -> None:
    dear = (await chat.says("ana", "until 19 april 2027")).all
    kept = (await chat.alone("ben", f"privately, my budget is {BUDGET} euros")).only("ben")
    asked = await chat.says("ana", "plan Lisbon 15-19 april 2027")

    assert "4 nights in 2 mid-range rooms" in dear
    assert f"at most €{BUDGET} for you" in kept
    assert "4 nights in 2 simple rooms" in asked.all
    assert total(asked.all) <= 3 * BUDGET < total(dear)


async def talk_that_is_not_for_us_is_not_answered(chat: Chat) -> None:
    assert (await chat.chats("cem", "shall we ask the bot?")).nothing
    assert (await chat.robot("plan Rome 1-4 may 2027")).nothing


async def a_vote_ends_in_a_tie_while_the_bot_is_started_anew(chat: Chat) -> None:
    asked = (await chat.says("cem", "let's vote: Lisbon or Porto")).all
    first = await chat.votes("ana", "Lisbon")
    await chat.restarts()
    second = await chat.votes("ben", "Porto")
    over = (await chat.strikes(hours=24)).all

    assert "Who may vote: Ana, Ben and Cem." in asked
    assert first.nothing and second.nothing
    assert "A tie between Lisbon and Porto, so nothing is decided." in over
    assert "Lisbon 1, Porto 1. 2 of 3 voted." in over


async def a_run_off_decides_while_the_group_becomes_another_one(chat: Chat) -> None:
    asked = (await chat.taps("cem", "Run-off")).all
    votes = [await chat.votes("cem", "Porto"), await chat.votes("ana", "Lisbon")]
    moved = await chat.upgrades()
    over = (await chat.votes("ben", "Porto")).all

    assert "Run-off." in asked
    assert all(told.nothing for told in (*votes, moved))
    assert "Porto wins. Porto 2, Lisbon 1. All have voted." in over


async def a_vote_that_comes_late_is_answered_and_not_counted(chat: Chat) -> None:
    late = (await chat.votes("ana", "Lisbon")).all
    in_words = (await chat.says("ana", "I vote for Lisbon")).all
    decided = (await chat.says("ben", "what did we decide?")).all

    for told in (late, in_words):
        assert "so yours came too late and is not counted. Decided: Porto." in told
    assert "Porto (" in decided
    assert "majority vote, 3 of 3 voted: Porto 2, Lisbon 1; by Cem, Ana and Ben" in decided


async def the_winner_is_planned(chat: Chat) -> None:
    tapped = (await chat.taps("ana", "Plan Porto")).all
    plan = (await chat.says("ana", "plan Porto 15-18 april 2027")).all

    assert "Porto, Thu 15 – Mon 19 Apr 2027" in tapped
    assert "Porto, Thu 15 – Sun 18 Apr 2027" in plan
    assert "relaxed pace, 3 adults" in plan
    assert "Museum" not in days(plan)
    for told in (tapped, plan):
        assert total(told) <= 3 * BUDGET


async def who_was_away_catches_up(chat: Chat) -> None:
    missed = (await chat.says("cem", "catch me up")).all
    again = (await chat.says("cem", "catch me up")).all

    assert "Decided: Porto" in missed
    assert "Plan changed: Porto, Thu 15 – Sun 18 Apr 2027" in missed
    assert "Porto" not in again


async def an_edit_breaks_the_plan_and_the_change_is_told(chat: Chat) -> None:
    shorter = (await chat.edits("ana", "15-18", "16-18")).all
    same = await chat.edits("ana", "plan Porto", "Plan Porto")
    too_long = await chat.edits("ana", "16-18", "16-24")

    assert shorter.startswith("Ana changed a message, so I read it again.")
    assert "All days move: Thu 15 Apr is now Fri 16 Apr." in shorter
    assert "Porto, Fri 16 – Sun 18 Apr 2027" in shorter
    assert same.nothing
    assert "This does not fit everyone. The plan stays as it was." in too_long.group
    assert set(too_long.alone) == {"ben"}
    assert f"your limit is €{BUDGET}" in too_long.alone["ben"]


async def costs_are_shared(chat: Chat) -> None:
    noted = (await chat.says("ben", "I paid 80 EUR for dinner for Ana and me")).all
    owed = (await chat.says("cem", "who owes what?")).all

    assert "dinner, EUR 80.00, paid by Ben, for Ana and Ben (EUR 40.00 each)" in noted
    assert "Ana → Ben: EUR 40.00" in owed
    assert "Cem" not in owed


async def who_leaves_is_missed_and_limits_nobody(chat: Chat) -> None:
    gone = await chat.leaves("ben")
    who = (await chat.says("ana", "who is in?")).all
    owed = (await chat.says("ana", "who owes what?")).all
    smaller = (await chat.taps("ana", "Plan for 2")).all
    longer = (await chat.says("ana", "until 24 april 2027")).all

    assert gone.nothing
    assert "No longer: Ben." in who
    assert "Ben is no longer in. The plan is still for 3. Shall I make it for 2?" in who
    assert "Ana → Ben: EUR 40.00" in owed
    assert "2 adults" in smaller
    assert "Porto, Fri 16 – Sat 24 Apr 2027" in longer
    assert total(longer) > 2 * BUDGET


async def the_group_has_read_nothing_that_was_private(chat: Chat) -> None:
    read = chat.everything().replace("Tell me privately", "")
    hint = "What the others must not know (budget, diet, days), tell me in our private chat"
    counts = await chat.counts()

    assert read.count(hint) == 1
    read = read.replace(hint, "")
    assert not NOTHING_SECRET.search(read)
    assert counts["dead_letters"] == counts["outbox.resent"] == 0


STORY = (
    they_have_private_chats,
    three_make_a_plan,
    a_budget_told_in_private_changes_the_plan_without_a_word,
    talk_that_is_not_for_us_is_not_answered,
    a_vote_ends_in_a_tie_while_the_bot_is_started_anew,
    a_run_off_decides_while_the_group_becomes_another_one,
    a_vote_that_comes_late_is_answered_and_not_counted,
    the_winner_is_planned,
    who_was_away_catches_up,
    an_edit_breaks_the_plan_and_the_change_is_told,
    costs_are_shared,
    who_leaves_is_missed_and_limits_nobody,
    the_group_has_read_nothing_that_was_private,
)


def days(plan: str) -> str:
    """The days of a plan, without what stands above and below them."""
    return plan[plan.index("Day 1 · ") : plan.index("💶")]


def total(plan: str) -> int:
    """What the plan says that it costs, in euros."""
    [found] = re.findall(r"💶 About €([\d,]+)", plan)
    return int(found.replace(",", ""))
