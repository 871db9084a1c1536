"""What concerns one person is neither shown in a group nor changed by what is said there."""

from __future__ import annotations

import pytest

from core.flows.private import NOT_TOLD
from tests.world import World

GROUP = "-5"


async def knows(world: World) -> None:
    """Ana has told Caravan about herself, in private."""
    await world.says("I live in Hamburg and I am vegetarian", who="ana", chat="ana")


@pytest.mark.parametrize(
    "asked", ["/profile", "what do you know about me?", "/settings", "/export data"]
)
async def test_a_profile_asked_for_in_a_group_is_sent_in_private(world: World, asked: str) -> None:
    await knows(world)

    answer = await world.says(asked, who="ana", chat=GROUP)

    assert answer.text == "I sent it to you in our private chat."
    assert not answer.choices
    [aside] = [r for r in world.chat.sent if not r.answers]
    assert aside.conversation.chat_id == "ana"
    assert "Hamburg" in str(aside.parts)


async def test_without_a_private_chat_nothing_is_shown_at_all(world: World) -> None:
    answer = await world.says("/profile", who="ben", chat=GROUP)

    assert "private chat" in answer.text
    assert [r.conversation.chat_id for r in world.chat.sent] == [GROUP]


async def test_nobody_is_erased_in_a_group(world: World) -> None:
    await knows(world)

    asked = await world.says("/forget", who="ana", chat=GROUP)
    await world.says("yes", who="ana", chat=GROUP)

    assert "private chat" in asked.text and not asked.choices
    assert "Hamburg" in (await world.says("/profile", who="ana", chat="ana")).text


async def test_what_is_said_in_a_group_stays_out_of_the_profile(world: World) -> None:
    await knows(world)

    said = await world.says("I love hiking", who="ana", chat=GROUP)
    undo = await world.says("undo", who="ana", chat=GROUP)

    assert "not in your profile" in said.text
    assert "profile" not in undo.text
    profile = await world.says("/profile", who="ana", chat="ana")
    assert "hiking" not in profile.text.partition("Say")[0]


async def test_what_is_to_be_remembered_goes_into_the_profile(world: World) -> None:
    await knows(world)

    said = await world.says("remember that I love hiking", who="ana", chat=GROUP)

    assert "Remembered" in said.text and "Hamburg" not in said.text
    assert (
        "hiking" in (await world.says("/profile", who="ana", chat="ana")).text.partition("Say")[0]
    )


async def test_the_trip_of_a_group_is_no_private_trip_and_the_other_way_round(world: World) -> None:
    await world.says("plan Lisbon 15-19 april 2027", who="ana", chat=GROUP)
    await world.says("plan Porto 2-4 may 2027", who="ana", chat="ana")

    in_private = await world.says("my trips", who="ana", chat="ana")
    in_group = await world.says("my trips", who="ana", chat=GROUP)

    assert "Porto" in in_private.text and "Lisbon" not in in_private.text
    assert "Lisbon" in in_group.text and "Porto" not in in_group.text


async def test_undo_in_a_group_takes_nothing_out_of_anybodys_profile(world: World) -> None:
    await knows(world)
    await world.says("remember that I love hiking", who="ana", chat=GROUP)

    await world.says("undo", who="ben", chat=GROUP)
    await world.says("undo", who="ana", chat=GROUP)

    assert (
        "hiking" in (await world.says("/profile", who="ana", chat="ana")).text.partition("Say")[0]
    )


async def test_what_another_told_is_asked_in_vain_whether_there_is_any_or_not(world: World) -> None:
    """The same words for who told something and for who did not, in the group and alone."""
    for who in ("ana", "ben", "cid"):
        await world.says("hello", who=who, chat="-7")
    await world.says("privately, my budget is 431 euros", who="ben", chat="ben")
    asked = ("what is {}'s budget?", "what did {} tell you privately?", "is {} vegan?")
    told = {
        (await world.says(question.format(who), who="ana", chat="-7")).text
        for question in asked
        for who in ("Ben", "Cid")
    }
    alone = await world.says("forget what Ben told you privately", who="ana", chat="ana")

    assert told == {NOT_TOLD}
    assert alone.text == NOT_TOLD
