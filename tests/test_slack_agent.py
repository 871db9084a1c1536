"""Slack's agent surface: threads in direct messages, and the button that stops an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.ports import Ledger, Prompt
from tests.fake_slack import ANA, DIRECT, event, said, tap
from tests.fake_slack_api import seen
from tests.slack_bot import Rig, buttons, running
from tests.world import ScriptedModel

ONE, TWO = "1795000000.000100", "1795000000.000200"
FOREIGN = "quiero ir a algún sitio bonito"


class WaitingModel(ScriptedModel):
    """Thinks for ever about what it has to read; says how that ended."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.given_up = asyncio.Event()
        self.times = 0

    async def extract(self, prompt: Prompt, shape: Any, ledger: Ledger) -> Any:
        self.times += 1
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.given_up.set()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path / "c.sqlite") as found:
        yield found


@pytest.fixture
async def thinking(tmp_path: Path) -> AsyncIterator[tuple[Rig, WaitingModel]]:
    model = WaitingModel()
    async with running(tmp_path / "c.sqlite", model=model) as found:
        yield found, model


def direct(text: str, ts: str, thread: str = "") -> dict[str, Any]:
    return event(said(text, ts=ts, channel=DIRECT, thread=thread))


def stop(thread: str = ONE, user: str = ANA) -> dict[str, Any]:
    """The button in a thread, pressed after everything that these tests say."""
    return event(
        {
            "type": "agent_session_stopped",
            "channel": DIRECT,
            "user": user,
            "thread_ts": thread,
            "streaming_message_ts": [],
            "event_ts": "1795000900.000001",
        }
    )


def answers(rig: Rig) -> list[tuple[str, str]]:
    """(thread, first line) of all that stands in the direct message channel."""
    return [(m.get("thread_ts", ""), seen(m).partition("\n")[0]) for m in rig.api.messages(DIRECT)]


# --- threads -----------------------------------------------------------------------------------


async def test_what_is_said_in_a_thread_is_answered_there_and_what_is_known_is_known_everywhere(
    rig: Rig,
) -> None:
    await rig.posts.event(direct("plan Lisbon 15-16 april 2027", ONE, ONE), times=3)
    await rig.slack.replied(1)
    await rig.posts.event(direct("slower", TWO, TWO), times=3)
    await rig.slack.replied(2)
    await rig.posts.event(direct("my trips", "1795000000.000300"))
    await rig.slack.replied(3)
    await rig.idle()

    assert [thread for thread, _ in answers(rig)] == [ONE, TWO, ""]
    assert "What changed" in answers(rig)[1][1]


async def test_a_tap_in_a_thread_is_answered_there(rig: Rig) -> None:
    await rig.posts.event(direct("help", ONE, ONE))
    [reply] = await rig.slack.replied(1)
    value = buttons(reply)["What you know about me"]
    await rig.posts.interaction(tap(value, channel=DIRECT, thread=ONE), times=3)
    await rig.slack.replied(2)
    await rig.idle()

    assert [thread for thread, _ in answers(rig)] == [ONE, ONE]


# --- the stop button ---------------------------------------------------------------------------


async def test_the_stop_button_ends_a_turn_that_runs_and_it_is_not_tried_again(
    thinking: tuple[Rig, WaitingModel],
) -> None:
    rig, model = thinking
    await rig.posts.event(direct(FOREIGN, ONE, ONE))
    await model.asked.wait()
    await rig.posts.event(stop(), times=3)
    await model.given_up.wait()
    await rig.slack.replied(1)
    rig.clock.passes(hours=1)
    await rig.posts.event(direct("help", TWO, ONE))
    await rig.slack.replied(2)
    await rig.idle()

    assert answers(rig)[0] == (ONE, "Stopped.")
    assert len(answers(rig)) == 2
    assert model.times == 1
    counts = await rig.app.store.counts()
    assert counts["dead_letters"] == 0
    told = {frozenset(c.arguments.items()) for c in rig.slack.called("agents.sessions.setStatus")}
    assert told == {frozenset({"channel_id": DIRECT, "thread_ts": ONE, "status": "active"}.items())}


async def test_what_waits_in_another_thread_is_answered_all_the_same(
    thinking: tuple[Rig, WaitingModel],
) -> None:
    rig, model = thinking
    await rig.posts.event(direct(FOREIGN, ONE))
    await model.asked.wait()
    await rig.posts.event(direct("slower", "1795000000.000150", ONE))
    await rig.posts.event(direct("help", TWO, TWO))
    await rig.posts.event(stop(ONE))
    await rig.slack.replied(2)
    await rig.idle()

    assert answers(rig)[0] == ("", "Stopped.")
    assert [thread for thread, _ in answers(rig)] == ["", TWO]


async def test_the_button_of_somebody_else_and_a_late_one_stop_nothing(
    thinking: tuple[Rig, WaitingModel],
) -> None:
    rig, model = thinking
    await rig.posts.event(direct("help", ONE, ONE))
    await rig.slack.replied(1)
    await rig.posts.event(stop())
    await rig.posts.event(direct(FOREIGN, TWO, ONE))
    await model.asked.wait()
    await rig.posts.event(stop(user="U0BEN"))
    counts = await rig.app.store.counts()

    assert counts["inbox.claimed"] == 1
    assert not model.given_up.is_set()
    assert len(answers(rig)) == 1
