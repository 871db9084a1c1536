"""Stories of groups that vote: ties, run-offs, late and second votes, restarts, what was missed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.schedule import end_polls
from core.groups.state import GroupState
from core.messages import (
    Capabilities,
    PollPart,
    Reply,
    poll_ref,
)
from tests.world import Answer, FakeChat, World

GROUP = "-7"
CITIES = "let's vote: Lisbon, Porto or Rome"
FRIENDS = ("ana", "ben", "cem", "dee")


class NativeChat(FakeChat):
    """A platform with polls of its own; `slow` sends are not marked before `go`."""

    capabilities = Capabilities(**(FakeChat.capabilities.model_dump() | {"polls": True}))

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        ids = list(await super().send(reply, resend=resend))
        polls = [p for p in reply.parts if isinstance(p, PollPart)]
        return [*ids, *(poll_ref(f"native{len(self.sent)}", ids[0]) for _ in polls)]


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


async def say(world: World, who: str, text: str, **more: object) -> Answer:
    return await world.says(text, who=who, chat=GROUP, **more)


async def votes(world: World, **of: str) -> Answer:
    """Each of them votes by words; the last answer."""
    answer = None
    for who, what in of.items():
        answer = await say(world, who, f"I vote for {what}")
        world.clock.passes(seconds=1)
    assert answer is not None
    return answer


async def state(world: World) -> GroupState:
    assert world.app is not None
    opened = await world.app.store.open_turn(world.message("look", chat=GROUP))
    return opened.group


async def restarts(world: World) -> None:
    await world.closes()
    await world.opens()


async def tick(world: World) -> int:
    assert world.app is not None
    return await end_polls(world.app.store)


async def test_try(world: World) -> None:
    await gathered(world, *FRIENDS)
    a = await say(world, "ana", CITIES)
    print(a.text, a.choices)
    print((await say(world, "ana", "how does the vote stand?")).text)
    a = await votes(world, ana="Lisbon", ben="Porto", cem="Porto")
    print(a.text)
    a = await votes(world, dee="Lisbon")
    print(a.text, a.choices)
    a = await say(world, "ben", "", choice=next(iter(a.choices.values())))
    print(a.text, a.choices)
    a = await votes(world, ana="Lisbon", ben="Porto", cem="Porto", dee="Porto")
    print(a.text, a.choices)
    print((await say(world, "ana", "what did we decide?")).text)
    print((await say(world, "ana", "why did we choose Porto?")).text)
    print((await say(world, "eva", "catch me up")).text)
    print((await say(world, "eva", "catch me up")).text)
    print(
        (
            await say(
                world,
                "eva",
                "poll: which hotel area? Alfama, Baixa, Chiado, ranked, until Friday 18:00, everyone must vote",
            )
        ).text
    )
    assert 0
