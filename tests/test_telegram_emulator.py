"""The adapter against somebody else's Bot API server, which checks every request's shape."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.chat.telegram import TelegramAdapter, WebhookSettings
from core.fit import fit
from core.messages import Choice, Choices, Conversation, File, InboundMessage, Mode, Part, Text
from tests.emulator import Emulator, emulated
from tests.telegram_rig import SECRET, MemoryInbox, StillClock, reply, running

TOKEN = "123456:emulated"


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with emulated() as running:
        yield running


@pytest.fixture
def inbox():
    return MemoryInbox()


def adapter_for(emulator: Emulator, webhook: WebhookSettings | None = None) -> TelegramAdapter:
    return TelegramAdapter(TOKEN, emulator.url, StillClock(), webhook=webhook)


def message(text: str, chat: dict[str, Any], **extra: Any) -> dict[str, Any]:
    ann = {"id": 70, "is_bot": False, "first_name": "Ann"}
    said = {"message_id": 5, "date": 1_900_000_000, "chat": chat, "from": ann, "text": text}
    return {"message": {**said, **extra}}


PRIVATE = {"id": 70, "type": "private"}
SUPERGROUP = {"id": -1001234, "type": "supergroup", "title": "Friends"}
COMMAND = [{"type": "bot_command", "offset": 0, "length": 6}]


async def answers(inbox: MemoryInbox, adapter: TelegramAdapter, *parts: Part):
    """Wait for a message, answer it; returns it and the ids of the answer."""
    await inbox.has(1)
    [said] = inbox.kept.values()
    assert isinstance(said, InboundMessage)
    fitted = fit(reply(*parts, to=said.conversation), adapter.capabilities)
    return said, await adapter.send(fitted)


async def test_start_by_polling_answered_with_buttons(emulator, inbox):
    adapter = adapter_for(emulator)
    options = Choices(options=(Choice(id="ideas", label="Ideas"), Choice(id="help", label="Help")))
    async with running(adapter, inbox):
        update = message("/start", PRIVATE, entities=COMMAND)
        await emulator.enqueue_update(update, token=TOKEN)
        said, ids = await answers(inbox, adapter, Text(markdown="**Hello**, Ann"), options)

    assert (said.text, said.conversation.key) == ("/start", "telegram:70:")
    assert (emulator.texts, len(ids)) == (["Hello, Ann"], 1)
    assert emulator.methods(400) == []


async def test_a_supergroup_command_is_answered_there(emulator, inbox):
    adapter = adapter_for(emulator)
    async with running(adapter, inbox):
        update = message(
            "/plan@caravan_bot Rome", SUPERGROUP, entities=[{**COMMAND[0], "length": 17}]
        )
        await emulator.enqueue_update(update, token=TOKEN)
        said, _ = await answers(inbox, adapter, Text(markdown="Rome it is"))

    assert (said.text, said.conversation.mode) == ("/plan Rome", Mode.GROUP)
    assert emulator.texts == ["Rome it is"]


async def test_a_tapped_button_arrives_and_is_acknowledged(emulator, inbox):
    query = {
        "id": "55",
        "from": {"id": 70, "is_bot": False, "first_name": "Ann"},
        "chat_instance": "1",
        "data": "c:ideas",
        "message": {"message_id": 1, "date": 1, "chat": PRIVATE},
    }
    async with running(adapter_for(emulator), inbox):
        await emulator.enqueue_update({"callback_query": query}, token=TOKEN)
        await emulator.until(lambda: "answerCallbackQuery" in emulator.methods())

    [tap] = inbox.kept.values()
    assert isinstance(tap, InboundMessage)
    assert tap.choice == "ideas"


async def test_long_texts_and_documents_are_taken(emulator, inbox):
    adapter = adapter_for(emulator)
    long = "\n\n".join(f"**Day {n}** " + "walk and see 😀 " * 20 for n in range(30))
    file = File(name="trip.ics", media_type="text/calendar", content=b"BEGIN:VCALENDAR")
    async with running(adapter, inbox):
        await emulator.enqueue_update(message("hi", PRIVATE), token=TOKEN)
        _, ids = await answers(inbox, adapter, Text(markdown=long), file)

    assert len(ids) == len(emulator.texts) + 1 > 2
    assert emulator.methods().count("sendDocument") == 1
    assert emulator.methods(400) == []


async def test_a_group_answer_grows_in_a_placeholder(emulator, inbox):
    adapter = adapter_for(emulator)
    group = Conversation(platform="telegram", chat_id="-1001234", mode=Mode.GROUP)
    await adapter.show(reply(Text(markdown="One"), to=group, final=False))
    await emulator.until(lambda: emulator.texts == ["One"])
    await adapter.send(reply(Text(markdown="One **two**"), to=group))
    await adapter.aclose()

    assert emulator.methods() == ["sendMessage", "editMessageText"]


async def test_without_drafts_on_the_server_a_private_answer_grows_by_edits(emulator, inbox):
    adapter = adapter_for(emulator)
    await adapter.show(reply(Text(markdown="One"), final=False))
    await emulator.until(lambda: 501 in [r["status"] for r in emulator.requests])
    await adapter.send(reply(Text(markdown="Two")))
    await adapter.aclose()

    assert emulator.texts == ["Two"]


async def test_the_webhook_gets_what_polling_would_get(emulator, inbox):
    hook = WebhookSettings("http://127.0.0.1:1/hook", SECRET, port=0, host="127.0.0.1")
    adapter = adapter_for(emulator, hook)
    async with running(adapter, inbox):
        # The emulator may only call the port that was really taken.
        url = f"http://127.0.0.1:{adapter.webhook_port}/hook"
        await emulator._update_queues.set_webhook(TOKEN, {"url": url, "secret_token": SECRET})
        await emulator.enqueue_update(message("hello", PRIVATE), token=TOKEN)
        inbox.down = True
        await emulator.enqueue_update(message("again", PRIVATE), token=TOKEN)
        assert inbox.texts == ["hello"]
        inbox.down = False
        assert await emulator.deliver_updates(token=TOKEN) == 1

    assert inbox.texts == ["hello", "again"]


async def test_two_pollers_of_one_bot_are_a_conflict(emulator, inbox):
    first, second = adapter_for(emulator), adapter_for(emulator)
    async with running(second, MemoryInbox()), running(first, inbox):
        await emulator.until(lambda: "getUpdates" in emulator.methods(409))
    assert "deleteWebhook" in emulator.methods()
