"""A group votes on Telegram: native polls over the real wire format, every update three times."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from adapters.chat.telegram import TelegramAdapter
from bot.schedule import end_polls
from bot.settings import load_settings
from bot.wiring import App, Parts, build
from tests.fake_telegram import NOW, FakeTelegram, chat_of
from tests.telegram_rig import Time
from tests.world import WorldClock

GROUP = -42
PEOPLE = {"Ana": 1, "Ben": 2, "Cem": 3, "Dee": 4}
PATIENCE = 30.0


@asynccontextmanager
async def running(path: Path, telegram: FakeTelegram, clock: WorldClock) -> AsyncIterator[App]:
    """Caravan on Telegram in this process, until the block ends."""
    time = Time()
    adapter = TelegramAdapter(telegram.token, telegram.url, clock, monotonic=time, sleep=time.sleep)
    settings = load_settings({"CARAVAN_DATABASE": str(path), "CARAVAN_LIVE": "off"})
    app = await build(settings, Parts(clock=clock, adapters=[adapter]))
    stop = asyncio.Event()
    task = asyncio.create_task(app.runtime.run(stop))
    try:
        yield app
    finally:
        stop.set()
        await task
        await app.aclose()


def asks(telegram: FakeTelegram, name: str, text: str) -> None:
    """Somebody speaks to the bot in the group; the update comes three times."""
    entities = [{"type": "mention", "offset": 0, "length": len("@caravan_bot")}]
    telegram.user_says(
        f"@caravan_bot {text}",
        chat=GROUP,
        user=PEOPLE[name],
        name=name,
        times=3,
        entities=entities,
    )


def votes(telegram: FakeTelegram, name: str, *labels: str) -> None:
    telegram.user_votes(*labels, chat=GROUP, user=PEOPLE[name], name=name, times=3)


async def shows(telegram: FakeTelegram, words: str, times: int = 1) -> None:
    await telegram.until(lambda: sum(words in t for t in telegram.texts(GROUP)) >= times, PATIENCE)


async def test_a_tie_a_restart_a_run_off_and_a_supergroup(tmp_path: Path) -> None:
    clock = WorldClock(datetime.fromtimestamp(NOW, UTC))
    path = tmp_path / "caravan.sqlite"
    async with FakeTelegram() as telegram:
        async with running(path, telegram, clock):
            for name in PEOPLE:
                asks(telegram, name, "what did we decide?")
            await shows(telegram, "Nothing is noted", times=4)
            asks(telegram, "Ana", "let's vote: Lisbon, Porto or Rome")
            await shows(telegram, "Where to?", times=2)  # the rules, and the poll itself
            first = telegram.poll(GROUP)
            votes(telegram, "Ana", "Lisbon")
            votes(telegram, "Ben", "Porto")
        async with running(path, telegram, clock):
            votes(telegram, "Cem", "Rome")
            votes(telegram, "Cem", "Porto")
            votes(telegram, "Dee", "Lisbon")
            await shows(telegram, "A tie between Lisbon and Porto")
            await telegram.until(lambda: first.closed, PATIENCE)
            telegram.user_taps("Run-off: Lisbon or Porto", chat=GROUP, user=PEOPLE["Ben"])
            await shows(telegram, "Run-off.")
            await telegram.until(lambda: telegram.poll(GROUP) is not first, PATIENCE)
            moved = {
                "message_id": 1,
                "date": NOW,
                "chat": chat_of(GROUP),
                "from": {"id": 1, "is_bot": False, "first_name": "Ana"},
                "migrate_to_chat_id": -1042,
            }
            votes(telegram, "Ana", "Porto")
            telegram.delivers({"message": moved}, times=3)
            votes(telegram, "Ben", "Porto")
            votes(telegram, "Cem", "Porto")
            votes(telegram, "Dee", "Lisbon")
            await telegram.until(
                lambda: any(
                    "Porto** wins" in t or "Porto wins" in t for t in telegram.texts(-1042)
                ),
                PATIENCE,
            )

        said = [*telegram.texts(GROUP), *telegram.texts(-1042)]
        assert sum("A tie between" in t for t in said) == 1
        assert sum("Porto 3, Lisbon 1. All have voted." in t for t in said) == 1
        assert len(telegram.called("sendPoll")) == 2


async def test_a_vote_ends_when_its_time_is_over(tmp_path: Path) -> None:
    clock = WorldClock(datetime.fromtimestamp(NOW, UTC))
    path = tmp_path / "caravan.sqlite"
    async with FakeTelegram() as telegram:
        async with running(path, telegram, clock) as app:
            for name in PEOPLE:
                asks(telegram, name, "what did we decide?")
            await shows(telegram, "Nothing is noted", times=4)
            asks(telegram, "Ana", "poll: dinner? pizza or sushi, for 2 hours, most votes win")
            await shows(telegram, "Dinner?", times=2)
            for name in ("Ana", "Ben", "Cem"):
                votes(telegram, name, "sushi")
            asks(telegram, "Ana", "how does the vote stand?")
            await shows(telegram, "Still to vote: Dee")
            clock.passes(hours=2)
            ended = [await end_polls(app.store), await end_polls(app.store)]
            await shows(telegram, "sushi wins")
            await telegram.until(lambda: telegram.poll(GROUP).closed, PATIENCE)
            asks(telegram, "Dee", "catch me up")
            await shows(telegram, "Decided: dinner: sushi")

        assert ended == [1, 0]
        assert (
            sum("sushi wins. sushi 3, pizza 0. 3 of 4 voted." in t for t in telegram.texts(GROUP))
            == 1
        )
