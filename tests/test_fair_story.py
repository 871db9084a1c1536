"""Private constraints and public reasons, fairness and dates, as people live them in chats."""

from __future__ import annotations

import pytest

from core.messages import Choices, Reply, Text
from tests.world import World

GROUP = "-7"
PLAN = "plan Lisbon 15-18 april 2027"


def said_in(world: World, chat: str) -> list[str]:
    return [_text(r) for r in world.chat.sent if r.conversation.chat_id == chat]


def _text(reply: Reply) -> str:
    return "\n".join(p.markdown for p in reply.parts if isinstance(p, Text))


async def a_group(world: World, *people: str, chat: str = GROUP) -> None:
    """Each of them has a private chat with Caravan and has spoken in the group."""
    for who in people:
        await world.says("/start", who=who, chat=who)
        await world.says("hello", who=who, chat=chat)


async def test_a_private_budget_is_kept_by_a_plan_of_three_and_never_named(world: World) -> None:
    await a_group(world, "ana", "ben", "cid")
    told = await world.says("privately, my budget is 400", who="ben", chat="ben")
    answer = await world.says(PLAN, who="ana", chat=GROUP)

    assert "400" in told.text
    assert "400" not in answer.text
    assert answer.days


async def test_two_people_hear_only_that_it_does_not_fit_everyone(world: World) -> None:
    await a_group(world, "ana", "ben")
    await world.says("privately, my budget is 100", who="ben", chat="ben")
    answer = await world.says(PLAN, who="ana", chat=GROUP)

    assert answer.text.startswith("This does not fit everyone.")
    assert not answer.days
    assert "100" in said_in(world, "ben")[-1]
    assert "100" not in "\n".join(said_in(world, GROUP) + said_in(world, "ana"))


# --- told in private, seen, changed, deleted ---------------------------------------------------


async def test_what_was_told_in_private_is_seen_changed_and_deleted_there_only(
    world: World,
) -> None:
    await a_group(world, "ana", "ben")
    await world.says("privately, my budget is 400 and no museums", who="ben", chat="ben")
    changed = await world.says("my private budget is 450 euros", who="ben", chat="ben")
    assert "€450" in changed.text and "museums" in changed.text

    less = await world.says("forget my private budget", who="ben", chat="ben")
    left = await world.says("what did I tell you privately?", who="ben", chat="ben")
    assert "deleted" in less.text
    assert "450" not in left.text and "museums" in left.text

    await world.taps(left, "Delete: refusals", who="ben", chat="ben")
    gone = await world.says("what did I tell you privately?", who="ben", chat="ben")
    assert "nothing in private" in gone.text


async def test_with_two_groups_it_is_asked_which_one_is_meant(world: World) -> None:
    await a_group(world, "ana", "ben")
    await world.says("hello", who="ben", chat="-8")
    await world.says("hello", who="eva", chat="-8")
    asked = await world.says("privately, my budget is 400", who="ben", chat="ben")
    [label] = [each for each in asked.choices if "Eva" in each]
    kept = await world.taps(asked, label, who="ben", chat="ben")

    assert asked.text == "For which trip is that?"
    assert "400" in kept.text and "Eva" in kept.text


async def test_the_trip_can_be_named_by_its_place(world: World) -> None:
    await a_group(world, "ana", "ben")
    await world.says(PLAN, who="ana", chat=GROUP)
    await world.says("hello", who="ben", chat="-8")
    kept = await world.says(
        "privately, for the Lisbon trip: my budget is 900", who="ben", chat="ben"
    )

    assert "for the Lisbon trip of Ana and Ben" in kept.text


async def test_a_stranger_cannot_use_the_link_of_a_group(world: World) -> None:
    await a_group(world, "ana", "ben")
    button = await world.says("can I tell you something in private?", who="ana", chat=GROUP)
    [start] = [
        o.start for p in button.reply.parts if isinstance(p, Choices) for o in p.options if o.start
    ]
    opened = await world.says(f"/start {start}", who="ana", chat="ana")
    foreign = await world.says(f"/start {start}", who="eve", chat="eve")

    assert "Ana and Ben" in opened.text
    assert "I know no group of yours" in foreign.text


async def test_what_is_said_to_all_is_not_called_private(world: World) -> None:
    await a_group(world, "ana", "ben")
    answer = await world.says("privately, my budget is 400", who="ben", chat=GROUP)

    assert "Everybody here can read that" in answer.text
    assert (await world.says("what did I tell you privately?", who="ben", chat="ben")).text[
        :24
    ] == "You told me nothing in p"


async def test_who_leaves_the_group_no_longer_limits_it(world: World) -> None:
    await a_group(world, "ana", "ben")
    await world.says("privately, my budget is 100", who="ben", chat="ben")
    refused = await world.says(PLAN, who="ana", chat=GROUP)
    await world.says("forget what I told you privately", who="ben", chat="ben")
    again = await world.says(PLAN, who="ana", chat=GROUP)

    assert not refused.days
    assert again.days


async def test_ideas_for_three_fit_everyone_and_for_two_it_is_said_that_not_all_do(
    world: World,
) -> None:
    vague = "somewhere warm for a long weekend mid april 2027, from Berlin"
    await a_group(world, "ana", "ben")
    await world.says("privately, my budget is 330 euros", who="ben", chat="ben")
    of_two = await world.says(vague, who="ana", chat=GROUP)
    await world.says("hello", who="cid", chat=GROUP)
    of_three = await world.says(vague, who="ana", chat=GROUP)

    assert "Not all of these fit everyone" in of_two.text
    assert "Not all of these fit everyone" not in of_three.text
    assert "330" not in of_two.text + of_three.text
    assert "your limit is €330" in "\n".join(said_in(world, "ben"))


async def test_a_change_that_does_not_fit_everyone_leaves_the_plan_as_it_was(
    world: World,
) -> None:
    await a_group(world, "ana", "ben")
    await world.says("plan Lisbon 15-16 april 2027", who="ana", chat=GROUP)
    await world.says("privately, I can't on 17 april 2027", who="ben", chat="ben")
    answer = await world.says("until 18 april 2027", who="ana", chat=GROUP)

    assert "does not fit everyone" in answer.text
    assert "17 Apr" not in answer.text
    assert "you cannot on all days" in said_in(world, "ben")[-1]


async def test_a_stop_that_was_refused_stands_in_no_later_plans_way(world: World) -> None:
    await a_group(world, "ana", "ben", "cid")
    await world.says("plan Salzburg 20-22 april 2027", who="ana", chat=GROUP)
    await world.says("privately, no alcohol for me", who="ben", chat="ben")
    refused = await world.says("add the Augustiner brewery", who="ana", chat=GROUP)
    later = await world.says("plan Salzburg 21-23 april 2027", who="ana", chat=GROUP)

    assert "does not fit everyone" in refused.text
    assert later.days and "brewery" not in "".join(later.days)


@pytest.mark.parametrize("limit", [250, 200])
async def test_a_change_that_only_a_private_limit_forbids_does_not_speak_of_a_limit(
    world: World, limit: int
) -> None:
    await a_group(world, "ana", "ben", "cid")
    await world.says("plan Porto 15-18 april 2027", who="ana", chat=GROUP)
    await world.says(f"privately, my budget is {limit} euros", who="ben", chat="ben")
    answer = await world.says("slower", who="cid", chat=GROUP)

    assert "limit" not in answer.text and "udget" not in answer.text
    assert answer.text.startswith("**What changed**" if limit == 250 else "This does not fit")
    assert (f"your limit is €{limit}" in said_in(world, "ben")[-1]) == (limit == 200)


async def test_a_plan_for_one_more_is_held_against_what_was_told_in_private(world: World) -> None:
    await a_group(world, "ana", "ben", "cid", "dee")
    await world.says("plan Porto 15-18 april 2027", who="ana", chat=GROUP)
    await world.says("privately, my budget is 150 euros", who="ben", chat="ben")
    joined = await world.says("count me in", who="eva", chat=GROUP)

    assert "The plan is still for 4: This does not fit everyone." in joined.text
    assert "your limit is €150" in said_in(world, "ben")[-1]


async def test_a_group_of_three_is_told_once_what_it_can_tell_in_private(world: World) -> None:
    hint = "tell me in our private chat"
    await a_group(world, "ana", "ben")
    of_two = [t for t in said_in(world, GROUP) if hint in t]
    first = await world.says("does it rain in Lisbon in April?", who="cid", chat=GROUP)
    await world.says("hello", who="ana", chat=GROUP)
    await world.says("plan Lisbon 15-16 april 2027", who="dan", chat=GROUP)

    assert of_two == []
    assert first.text.count(hint) == 1
    assert [t for t in said_in(world, GROUP) if hint in t] == [first.text]
    assert len(first.text.splitlines()[-1]) < 130


# --- said aloud --------------------------------------------------------------------------------


async def test_a_conflict_said_aloud_is_named_and_the_refusal_holds(world: World) -> None:
    await a_group(world, "ana", "ben")
    await world.says("I love museums", who="ana", chat=GROUP)
    await world.says("no museums for me please", who="ben", chat=GROUP)
    answer = await world.says(PLAN, who="ana", chat=GROUP)

    assert "Ana wants museums, Ben refuses them." in answer.text
    assert "Museum" not in "\n".join(answer.days)


async def test_the_profile_of_the_one_who_asks_shapes_no_plan_of_a_group(world: World) -> None:
    await a_group(world, "ana", "ben")
    plain = await world.says(PLAN, who="ben", chat=GROUP)
    await world.says("I don't like museums. I am vegan", who="ana", chat="ana")
    asked = await world.says(PLAN, who="ana", chat=GROUP)

    assert asked.days == plain.days
    assert "vegan" not in asked.text.casefold()


# --- how well it fits --------------------------------------------------------------------------


async def test_the_fit_is_told_to_that_person_alone(world: World) -> None:
    await a_group(world, "ana", "ben")
    await world.says("I love museums", who="ana", chat=GROUP)
    await world.says("plan Lisbon 15-16 april 2027", who="ana", chat=GROUP)
    answer = await world.says("how well does the plan fit me?", who="ana", chat=GROUP)
    alone = await world.says("how well does the plan fit me?", who="ana", chat="ana")

    assert answer.text == "I sent it to you privately."
    assert "%" in alone.text and "For you in it" in alone.text
    assert alone.text in said_in(world, "ana")[:-1]  # what was sent before is the same


async def test_who_has_no_private_chat_is_told_where_to_ask(world: World) -> None:
    await world.says("hello", who="ana", chat=GROUP)
    answer = await world.says("how well does the plan fit me?", who="ana", chat=GROUP)

    assert "private chat" in answer.text and "%" not in answer.text


# --- when ---------------------------------------------------------------------------------------


async def test_common_days_are_found_from_words_and_buttons(world: World) -> None:
    await a_group(world, "ana", "ben", "cid")
    await world.says("I can 3-10 May or 20-31 May", who="ana", chat=GROUP)
    await world.says("I can't on 5 May", who="ben", chat=GROUP)
    heard = await world.says("when can everybody?", who="cid", chat=GROUP)

    assert "1. Thu 6 – Sun 9 May 2027: everybody can" in heard.text
    assert "not heard from Cid" in heard.text
    await world.says("privately, I can't on 7 may 2027", who="cid", chat="cid")
    then = await world.says("when can everybody?", who="ana", chat=GROUP)
    assert "Thu 20 – Sun 23 May 2027: everybody can" in then.text
    assert "Thu 6 – Sun 9 May 2027: everybody can" not in then.text
    assert "Cid cannot" not in then.text


async def test_when_nobody_named_days_they_are_offered_to_tap(world: World) -> None:
    await a_group(world, "ana", "ben")
    asked = await world.says("when can everybody in june for 4 nights?", who="ana", chat=GROUP)
    label = next(iter(asked.choices))
    tapped = await world.taps(asked, label, who="ben", chat=GROUP)

    assert label.startswith("I can ")
    assert tapped.text.startswith("Ben can ")
