"""The whole product as a process of its own, on Telegram: the story of a trip, and its deaths."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.emulator import emulated
from tests.fake_telegram import NOW, TOKEN, FakeTelegram, chat_of, user_of
from tests.telegram_bot import POINTS

VAGUE = (
    "somewhere warm for a long weekend mid april, not too touristy, 1200 euros with flights, "
    "from Berlin"
)
STORY = (
    (VAGUE, "places that fit"),
    ("plan the second one from thursday to monday", "Here is"),
    ("why is the first stop on that day?", "is on"),
    ("slower please", "What changed"),
)
SECRET = "a-secret-of-twenty-chars"
ROOT = Path(__file__).parent.parent
PATIENCE = 40.0


def settings(folder: Path, telegram_url: str, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {
        **kept,
        "CARAVAN_DATABASE": str(folder / "caravan.sqlite"),
        "CARAVAN_LIVE": "off",
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_BASE_URL": telegram_url,
        **more,
    }


@asynccontextmanager
async def bot(
    environment: dict[str, str], *arguments: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A bot process; it is told to stop at the end, and killed when it does not."""
    command = arguments or ("bot", "run")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command, cwd=ROOT, env=environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(15):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


def shown(telegram: FakeTelegram, words: str, chat: int = 7) -> list[str]:
    """The messages of a chat that hold these words."""
    return [text for text in telegram.texts(chat) if words in text]


async def test_the_story_by_polling_with_every_update_three_times(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram, bot(settings(tmp_path, telegram.url)):
        for said, expected in STORY:
            telegram.user_says(said, times=3)
            await telegram.until(partial(shown, telegram, expected), PATIENCE)
        await telegram.until(lambda: not telegram.updates or telegram.polls > 6, PATIENCE)

        for _, expected in STORY[1:]:
            assert len(shown(telegram, expected)) == 1
        assert re.search(r"Day 1 · Thu 15 Apr", "\n".join(telegram.texts(7)))


async def test_the_story_by_webhook_with_every_update_three_times(tmp_path: Path) -> None:
    port = free_port()
    local = f"http://127.0.0.1:{port}/telegram/hook"
    async with FakeTelegram() as telegram:
        environment = settings(
            tmp_path,
            telegram.url,
            TELEGRAM_WEBHOOK_URL="https://caravan.example/telegram/hook",
            TELEGRAM_WEBHOOK_SECRET=SECRET,
            PORT=str(port),
        )
        async with bot(environment):
            await telegram.until(lambda: telegram.webhook.get("url"), PATIENCE)
            for number, (said, expected) in enumerate(STORY, 1):
                body = json.dumps(update(number, said)).encode()
                answers = await asyncio.gather(*(telegram.posts(body, url=local) for _ in range(3)))
                assert answers == [200, 200, 200]
                await telegram.until(partial(shown, telegram, expected), PATIENCE)

            forged = await telegram.posts(
                b"{}", headers={"X-Telegram-Bot-Api-Secret-Token": "no"}, url=local
            )

        assert forged == 401
        for _, expected in STORY[1:]:
            assert len(shown(telegram, expected)) == 1


@pytest.mark.parametrize("point", POINTS)
async def test_a_death_at_any_point_loses_nothing_and_keeps_the_order(
    tmp_path: Path, point: str
) -> None:
    """Two messages; the process dies while it works on them, and the next one goes on.

    Only a death between Telegram's accept and our mark may show an answer twice, because Telegram
    cannot be asked whether it arrived.
    """
    async with FakeTelegram() as telegram:
        environment = settings(tmp_path, telegram.url)
        async with bot(environment, "tests.telegram_bot", point) as dying:
            telegram.user_says("plan Lisbon 15-19 april 2027")
            telegram.user_says("what is the emergency number?")
            async with asyncio.timeout(PATIENCE):
                assert await dying.wait() == -9
        async with bot(environment, "tests.telegram_bot"):
            await telegram.until(lambda: shown(telegram, "112"), PATIENCE)

        texts = telegram.texts(7)
        plans = [n for n, text in enumerate(texts) if "Day 5" in text]
        numbers = [n for n, text in enumerate(texts) if "112" in text]
        may_double = point in ("after_send", "before_sent", "after_sent", "before_send")
        assert 1 <= len(plans) <= 1 + may_double
        assert 1 <= len(numbers) <= 1 + may_double
        assert plans[0] < numbers[0]


def update(number: int, text: str) -> dict[str, object]:
    return {
        "update_id": 500 + number,
        "message": {
            "message_id": 100 + number,
            "date": NOW,
            "chat": chat_of(7),
            "from": user_of(7, "Ann"),
            "text": text,
        },
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_the_story_against_a_bot_api_that_others_wrote(tmp_path: Path) -> None:
    async with emulated() as emulator, bot(settings(tmp_path, emulator.url)):
        for number, (said, expected) in enumerate(STORY, 1):
            await emulator.enqueue_update(update(number, said), token=TOKEN)
            await emulator.until(partial(holding, emulator.texts, expected))

        for _, expected in STORY[1:]:
            assert len(holding(emulator.texts, expected)) == 1


def holding(texts: list[str], words: str) -> list[str]:
    return [text for text in texts if words in text]
