"""A group on Telegram over the wire: let in with privacy mode on, a burst, a member who leaves."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from tests.fake_telegram import BOT, NOW, FakeTelegram, chat_of, user_of
from tests.test_telegram_story import PATIENCE, bot, settings, shown

GROUP = -42


def let_in(status: str) -> dict[str, Any]:
    """Ann adds the bot to the group."""
    return {
        "my_chat_member": {
            "chat": chat_of(GROUP),
            "from": user_of(7, "Ann"),
            "date": NOW,
            "old_chat_member": {"user": BOT, "status": "left"},
            "new_chat_member": {"user": BOT, "status": status},
        }
    }


def left(user: int, name: str) -> dict[str, Any]:
    return {
        "message": {
            "message_id": 9_000,
            "date": NOW,
            "chat": chat_of(GROUP),
            "from": user_of(user, name),
            "left_chat_member": user_of(user, name),
        }
    }


async def test_a_group_is_told_once_how_to_be_heard_and_knows_who_has_left(tmp_path: Path) -> None:
    """Everything is delivered three times."""
    async with FakeTelegram() as telegram, bot(settings(tmp_path, telegram.url)):
        telegram.delivers(let_in("member"), times=3)
        telegram.delivers(let_in("member"), times=3)
        await telegram.until(partial(shown, telegram, "/setprivacy", GROUP), PATIENCE)
        for user, name in ((7, "Ann"), (8, "Ben")):
            telegram.user_says("/join", chat=GROUP, user=user, name=name, times=3)
        await telegram.until(partial(shown, telegram, "Ben is in.", GROUP), PATIENCE)
        telegram.delivers(left(8, "Ben"), times=3)
        telegram.user_says("/who", chat=GROUP, user=7, times=3)
        await telegram.until(partial(shown, telegram, "No longer: Ben.", GROUP), PATIENCE)

        assert len(shown(telegram, "/setprivacy", GROUP)) == 1
        assert len(shown(telegram, "No longer: Ben.", GROUP)) == 1


async def test_an_admin_hears_all_and_says_nothing_when_let_in(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram, bot(settings(tmp_path, telegram.url)):
        telegram.delivers(let_in("administrator"))
        telegram.user_says("/who", chat=GROUP, user=7)
        await telegram.until(partial(shown, telegram, "Who is in", GROUP), PATIENCE)

        assert len(telegram.texts(GROUP)) == 1
