"""Updates in, against our own Bot API server: nothing acknowledged that is not kept."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace

import pytest
from aiohttp import ClientSession

from adapters.chat.front import Front
from adapters.chat.telegram import TelegramAdapter, WebhookSettings
from core.errors import Misconfigured
from core.messages import Choice, Choices, InboundMessage, Text
from tests.fake_telegram import TOKEN, FakeTelegram
from tests.telegram_rig import (
    SECRET,
    MemoryInbox,
    StillClock,
    Time,
    adapter_for,
    reply,
    running,
)


@pytest.fixture
async def telegram():
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def inbox():
    return MemoryInbox()


# --- polling -----------------------------------------------------------------------------------


async def test_the_offset_moves_only_behind_what_the_inbox_keeps(telegram, inbox):
    inbox.down = True
    telegram.user_says("one")
    last = telegram.user_says("two")
    async with running(adapter_for(telegram), inbox):
        await telegram.until(lambda: telegram.polls >= 3)
        assert (telegram.offset, inbox.kept) == (0, {})

        inbox.down = False
        await telegram.until(lambda: telegram.offset == last + 1)

    assert inbox.texts == ["one", "two"]
    assert inbox.batches == [2]


async def test_a_poisoned_update_is_buried_and_the_rest_of_its_batch_arrives(telegram, inbox):
    telegram.user_says("one")
    poison = telegram.delivers({"message": {"text": ["no", "string"]}})
    telegram.user_says("two")
    last = telegram.delivers({"thought": {"of": "the future"}})
    adapter = adapter_for(telegram)
    async with running(adapter, inbox):
        await telegram.until(lambda: telegram.offset == last + 1)

    assert inbox.texts == ["one", "two"]
    assert list(inbox.buried) == [f"telegram:123456:{poison}"]
    assert adapter.counts["ignored: update type"] == 1


async def test_an_update_that_the_store_chokes_on_is_buried_alone(telegram, inbox):
    inbox.chokes_on = "two"
    for text in ("one", "two", "three"):
        last = telegram.user_says(text)
    async with running(adapter_for(telegram), inbox):
        await telegram.until(lambda: telegram.offset == last + 1)

    assert inbox.texts == ["one", "three"]
    [(raw, why)] = inbox.buried.values()
    assert json.loads(raw)["message"]["text"] == "two"
    assert why == "inbox: OverflowError"


async def test_the_same_update_four_times_is_one_row(telegram, inbox):
    last = telegram.user_says("hello", times=4)
    async with running(adapter_for(telegram), inbox):
        await telegram.until(lambda: telegram.offset == last + 1)

    assert inbox.texts == ["hello"]


async def test_faults_of_the_server_are_waited_out(telegram, inbox):
    telegram.fails("getUpdates", 500, times=2)
    telegram.fails("getUpdates", 429, retry_after=11)
    telegram.resets("getUpdates", done=False)
    time = Time()
    async with running(adapter_for(telegram, time), inbox):
        last = telegram.user_says("hello")
        await telegram.until(lambda: telegram.offset == last + 1)

    assert inbox.texts == ["hello"]
    assert 11.0 in time.naps
    assert all(0.2 <= nap <= 30 for nap in time.naps)


async def test_a_second_poller_is_explained_in_the_log(telegram, inbox, caplog):
    telegram.fails("getUpdates", 409, times=2)
    async with running(adapter_for(telegram), inbox):
        last = telegram.user_says("hello")
        await telegram.until(lambda: telegram.offset == last + 1)

    assert "another process takes this bot's updates" in caplog.text


async def test_the_right_updates_are_asked_for_and_an_old_webhook_is_removed(telegram, inbox):
    async with running(adapter_for(telegram), inbox):
        await telegram.until(lambda: telegram.polls)

    assert [e.method for e in telegram.effects] == ["getMe", "deleteWebhook"]
    assert telegram.effects[1].parameters == {"drop_pending_updates": False}


async def test_a_tapped_button_is_a_choice_and_its_spinner_stops(telegram, inbox):
    adapter = adapter_for(telegram)
    options = Choices(options=(Choice(id="yes", label="Yes"), Choice(id="no", label="No")))
    async with running(adapter, inbox):
        await adapter.send(reply(Text(markdown="Well?"), options))
        telegram.user_taps("No")
        await telegram.until(lambda: telegram.called("answerCallbackQuery"))

    [tap] = inbox.kept.values()
    assert isinstance(tap, InboundMessage)
    assert (tap.choice, tap.text, tap.conversation.key) == ("no", "No", "telegram:7:")


@pytest.mark.parametrize("token", ["no-colon", "1:wrong"])
async def test_a_wrong_token_is_the_operators_business(telegram, inbox, token):
    adapter = TelegramAdapter(token, telegram.url, StillClock())
    with pytest.raises(Misconfigured, match="TELEGRAM_BOT_TOKEN"):
        await adapter.run(inbox, lambda: None)
    await adapter.aclose()


@pytest.mark.parametrize("token", ["", "1:a/b", "1:ä", "1:a\nb"])
def test_what_cannot_be_a_token_is_refused_at_once(token):
    with pytest.raises(Misconfigured, match="TELEGRAM_BOT_TOKEN"):
        TelegramAdapter(token, "https://api.telegram.org", StillClock())


async def test_a_server_that_is_not_up_yet_is_waited_for(inbox):
    async with FakeTelegram() as telegram:
        port = int(telegram.url.rpartition(":")[2])
    time = Time()
    adapter = adapter_for(telegram, time)
    telegram = FakeTelegram(port=port)

    async def sleep_until_up(seconds: float) -> None:
        if not time.naps:
            await telegram.__aenter__()
        await Time.sleep(time, seconds)

    adapter = TelegramAdapter(
        TOKEN, telegram.url, StillClock(), monotonic=time, sleep=sleep_until_up
    )
    async with running(adapter, inbox):
        assert telegram.called("getMe")
    await telegram.__aexit__()


async def test_the_token_is_in_no_log_not_even_at_debug(telegram, inbox, caplog):
    caplog.set_level(logging.DEBUG)
    adapter = adapter_for(telegram)
    caplog.set_level(logging.DEBUG, logger="telegram")
    caplog.set_level(logging.DEBUG, logger="aiohttp")
    telegram.fails("getUpdates", 500)
    telegram.resets("getUpdates", done=False)
    telegram.resets("sendMessageDraft", done=False)
    async with running(adapter, inbox):
        await adapter.show(reply(Text(markdown="x"), final=False))
        await telegram.until(lambda: telegram.polls and telegram.called("sendMessageDraft"))
        telegram.fails("sendMessage", 400, "Bad Request: can't parse entities")
        await adapter.send(reply(Text(markdown="**x**")))

    assert caplog.text
    assert TOKEN not in caplog.text
    assert TOKEN.partition(":")[2] not in repr(adapter.__dict__)


# --- webhook -----------------------------------------------------------------------------------

WEBHOOK = WebhookSettings("https://caravan.example/hook", SECRET, port=0, host="127.0.0.1")


def hello(update_id: int) -> bytes:
    ann = {"id": 7, "is_bot": False, "first_name": "Ann"}
    chat = {"id": 7, "type": "private"}
    message = {"message_id": 1, "date": 1_900_000_000, "from": ann, "chat": chat, "text": "hi"}
    return json.dumps({"update_id": update_id, "message": message}).encode()


@pytest.fixture
async def hook(telegram, inbox):
    """POST to the running webhook; returns the status."""
    adapter = adapter_for(telegram, webhook=WEBHOOK)
    async with running(adapter, inbox):
        url = f"http://127.0.0.1:{adapter.webhook_port}/hook"

        async def post(body: bytes, **headers: str) -> int:
            given = {"X-Telegram-Bot-Api-Secret-Token": SECRET, **headers}
            return await telegram.posts(body, headers=given, url=url)

        post.url = url
        yield post


async def test_the_webhook_is_registered_and_answers_200_after_the_inbox(telegram, inbox, hook):
    assert await hook(hello(5)) == 200
    assert await hook(hello(5)) == 200

    assert list(inbox.kept) == ["telegram:123456:5"]
    assert telegram.webhook["url"] == WEBHOOK.url
    assert telegram.webhook["secret_token"] == SECRET
    assert "drop_pending_updates" not in telegram.webhook


async def test_without_a_database_telegram_is_asked_to_deliver_again(inbox, hook):
    inbox.down = True
    assert await hook(hello(5)) == 503
    inbox.down = False

    assert await hook(hello(5)) == 200
    assert inbox.texts == ["hi"]


async def test_bodies_that_are_no_updates_are_400_or_buried_never_500(inbox, hook):
    for body in (
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"a": 1}',
        b'{"update_id": "5"}',
        b"\xff",
        b"[" * 9999,
    ):
        assert await hook(body) == 400
    assert await hook(b'{"update_id": 6, "message": 5}') == 200
    assert await hook(b'{"update_id": 7, "message": {"text": NaN}}') == 200
    assert await hook(b'{"update_id": 8, "x": "\\ud83d"}') == 200
    assert await hook(b"x" * 300_000) == 413

    assert sorted(inbox.buried) == ["telegram:123456:6", "telegram:123456:7"]


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"X-Telegram-Bot-Api-Secret-Token: \r\n",
        b"X-Telegram-Bot-Api-Secret-Token: wrong\r\n",
        b"X-Telegram-Bot-Api-Secret-Token: \xc3\xa9\xff\r\n",
        b"X-Telegram-Bot-Api-Secret-Token: " + SECRET.encode() + b"x\r\n",
        b"X-Telegram-Bot-Api-Secret-Token: " + SECRET[:-1].encode() + b"\r\n",
        b"X-Telegram-Bot-Api-Secret-Token: " + SECRET.upper().encode() + b"\r\n",
        2 * (b"X-Telegram-Bot-Api-Secret-Token: " + SECRET.encode() + b"\r\n"),
    ],
    ids="none empty wrong bytes longer shorter upper twice".split(),
)
async def test_a_forged_or_odd_secret_is_401(inbox, hook, given):
    """The raw bytes of G6, as no client library would send them."""
    body = hello(5)
    status = await raw_post(hook.url, given, body)

    assert status == 401
    assert inbox.kept == {}


async def test_other_paths_and_methods_are_not_there(hook):
    async with ClientSession() as session:
        async with session.get(hook.url) as answer:
            assert answer.status == 405
        async with session.post(hook.url + "/x", data=hello(5)) as answer:
            assert answer.status == 404


async def test_a_port_that_is_taken_is_the_operators_business(telegram, inbox):
    taken = Front(0, "127.0.0.1")
    async with taken.serving({}):
        webhook = replace(WEBHOOK, port=taken.port)
        adapter = adapter_for(telegram, webhook=webhook)
        with pytest.raises(Misconfigured, match="cannot be listened on") as caught:
            await adapter.run(inbox, lambda: None)
        await adapter.aclose()

    assert caught.value.variable == "PORT"


@pytest.mark.parametrize("secret", ["", "short", "has spaces in it, and commas", "ä" * 20])
def test_a_weak_secret_is_refused_at_start(secret):
    with pytest.raises(Misconfigured, match="TELEGRAM_WEBHOOK_SECRET") as caught:
        WebhookSettings("https://caravan.example/hook", secret)
    assert secret not in str(caught.value) or not secret
    assert SECRET not in repr(WEBHOOK)


async def raw_post(url: str, headers: bytes, body: bytes) -> int:
    host, _, port = url.removeprefix("http://").partition("/")[0].partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    length = str(len(body)).encode()
    writer.write(
        b"POST /hook HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        + headers
        + b"Content-Length: "
        + length
        + b"\r\n\r\n"
        + body
    )
    async with asyncio.timeout(10):
        status = (await reader.readline()).split()[1]
        writer.close()
    return int(status)
