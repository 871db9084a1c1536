"""Drafts: the latest wins, paced, and never after the final or before an earlier one."""

from __future__ import annotations

import asyncio

import pytest

from bot import drafts as module
from bot.drafts import Drafts
from core.messages import Capabilities, Reply
from tests.desk import DeskChat, message, reply_to, until


class SlowChat(DeskChat):
    """Its drafts take until `arrived` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = asyncio.Event()
        self.begun = 0

    async def show(self, reply: Reply) -> None:
        self.begun += 1
        await self.arrived.wait()
        await super().show(reply)


def draft(id: str, seq: int, chat: str = "1") -> Reply:
    return reply_to(message(id, chat=chat)).model_copy(update={"seq": seq, "final": False})


def final(id: str, chat: str = "1") -> Reply:
    return reply_to(message(id, chat=chat))


async def test_the_first_draft_goes_out_at_once_and_then_only_the_latest() -> None:
    chat = SlowChat()
    drafts = Drafts({chat.platform: chat})
    for seq in range(5):
        drafts.show(draft("1", seq))
        await asyncio.sleep(0)
    chat.arrived.set()
    await until(lambda: len(chat.screen) == 2)

    assert chat.screen == ["draft 1 0", "draft 1 4"]


async def test_drafts_keep_the_pace_of_the_platform() -> None:
    chat = DeskChat()
    chat.capabilities = chat.capabilities.model_copy(update={"seconds_between_edits": 3_600})
    drafts = Drafts({chat.platform: chat})
    drafts.show(draft("1", 0))
    await until(lambda: chat.screen)
    drafts.show(draft("1", 1))
    for _ in range(10):
        await asyncio.sleep(0)
    await drafts.finish(final("1"))

    assert chat.screen == ["draft 1 0"]
    await drafts.aclose()


async def test_the_final_waits_for_a_draft_on_its_way_and_none_comes_after() -> None:
    chat = SlowChat()
    drafts = Drafts({chat.platform: chat})
    drafts.show(draft("1", 0))
    await until(lambda: chat.begun)
    finishing = asyncio.create_task(drafts.finish(final("1")))
    await asyncio.sleep(0)
    assert not finishing.done()
    drafts.show(draft("1", 1))
    chat.arrived.set()
    await finishing
    drafts.settled(final("1"))
    drafts.show(draft("1", 2))
    await drafts.aclose()

    assert chat.screen == ["draft 1 0"]


async def test_a_draft_that_hangs_holds_the_final_up_only_so_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "FINISH_SECONDS", 0.01)
    chat = SlowChat()
    drafts = Drafts({chat.platform: chat})
    drafts.show(draft("1", 0))
    await until(lambda: chat.begun)
    await drafts.finish(final("1"))
    chat.arrived.set()
    await drafts.aclose()

    assert chat.screen == []


async def test_the_next_answer_is_shown_only_after_the_earlier_final() -> None:
    chat = DeskChat()
    drafts = Drafts({chat.platform: chat})
    await drafts.finish(final("1"))
    drafts.show(draft("2", 0))
    for _ in range(10):
        await asyncio.sleep(0)
    before = list(chat.screen)
    drafts.settled(final("1"))
    await until(lambda: chat.screen)

    assert before == []
    assert chat.screen == ["draft 2 0"]


async def test_chats_do_not_wait_for_each_other() -> None:
    chat = DeskChat()
    drafts = Drafts({chat.platform: chat})
    await drafts.finish(final("1"))
    drafts.show(draft("2", 0, chat="2"))
    await until(lambda: chat.screen)

    assert chat.screen == ["draft 2 0"]


async def test_a_platform_that_can_show_nothing_unfinished_is_left_alone() -> None:
    chat = DeskChat()
    chat.capabilities = Capabilities(
        buttons=True, edits=False, drafts=False, files=True, pins=True, max_text=100
    )
    drafts = Drafts({chat.platform: chat})
    drafts.show(draft("1", 0))
    await asyncio.sleep(0)

    assert chat.screen == []


async def test_a_draft_that_fails_is_forgotten_and_the_next_is_shown() -> None:
    class Flaky(DeskChat):
        async def show(self, reply: Reply) -> None:
            if reply.seq == 0:
                raise RuntimeError("a bug")
            await super().show(reply)

    chat = Flaky()
    drafts = Drafts({chat.platform: chat})
    drafts.show(draft("1", 0))
    for _ in range(10):
        await asyncio.sleep(0)
    drafts.show(draft("1", 1))
    await until(lambda: chat.screen)

    assert chat.screen == ["draft 1 1"]


async def test_nothing_is_remembered_of_a_chat_that_is_done() -> None:
    chat = DeskChat()
    drafts = Drafts({chat.platform: chat})
    for number in range(50):
        one = str(number)
        drafts.show(draft(one, 0, chat=one))
        await drafts.finish(final(one, chat=one))
        drafts.settled(final(one, chat=one))
    await until(lambda: not drafts._screens)
