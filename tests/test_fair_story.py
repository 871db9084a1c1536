"""Private constraints and public reasons, fairness and dates, as people live them in chats."""

from __future__ import annotations

from core.messages import Reply, Text
from tests.world import World

GROUP = "-7"
PLAN = "plan Lisbon 15-18 april 2027"


def said_in(world: World, chat: str) -> list[str]:
    return [_text(r) for r in world.chat.sent if r.conversation.chat_id == chat]


def _text(reply: Reply) -> str:
    return "\n".join(p.markdown for p in reply.parts if isinstance(p, Text))


async def a_group(world: World, *people: str) -> None:
    """Each of them has a private chat with Caravan and has spoken in the group."""
    for who in people:
        await world.says("/start", who=who, chat=who)
        await world.says("hello", who=who, chat=GROUP)


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
