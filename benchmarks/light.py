"""What a message costs: Caravan beside two small bots, on loopback, in the same run."""

from __future__ import annotations

import asyncio
import os
import statistics
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from benchmarks.bot_process import BotProcess
from benchmarks.fake_chat import TOKEN, FakeChat
from benchmarks.fake_model import FakeModel

READY_S = 60.0
RESULTS = Path(__file__).parent / "results.json"
CARAVAN = {
    "CARAVAN_LIVE": "off",
    "TELEGRAM_MESSAGES_PER_SECOND": "5000",
    "CARAVAN_MESSAGES_PER_MINUTE": "0",  # a benchmark writes faster than any person
    "CARAVAN_TOKENS_PER_PERSON_DAY": "1000000000",  # counted as always, and never used up
    "CARAVAN_TOKENS_PER_CHAT_DAY": "1000000000",
    "CARAVAN_TOKENS_PER_DAY": "1000000000",
}
MODEL = {"LANGUAGE_MODEL": "openai:bench", "OPENAI_API_KEY": "sk-benchmark-opens-nothing"}
BOTS: dict[str, tuple[str, dict[str, str]]] = {
    "python-telegram-bot echo, as shipped": ("benchmarks.bots.echo", {}),
    "python-telegram-bot on aiohttp + lean LangChain model": ("benchmarks.bots.lean", {}),
    "Caravan, offline": ("benchmarks.marked_bot", CARAVAN),
    "Caravan, streaming model": ("benchmarks.marked_bot", CARAVAN | MODEL),
}


@dataclass
class Figures:
    """One bot's row: seconds to the first answer, MB idle, CPU ms a message, and what was lost."""

    start_s: float = 0.0
    idle_mb: float = 0.0
    one_ms: float = 0.0
    many_ms: float = 0.0
    thinking_rate: float | None = None  # messages a second, 200 chats with a thinking model
    early_ms: float | None = None  # turns 1 to 50 of a chat
    late_ms: float | None = None  # its last 50 turns
    disordered: int | None = None
    lost_at_kill: int | None = None
    doubled_at_kill: int | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Size:
    """How much is done; `quick` is for a first look."""

    one: int = 150
    chats: int = 200
    each: int = 6
    turns: int = 500

    @classmethod
    def quick(cls) -> Size:
        return cls(one=60, chats=100, each=3, turns=120)


async def measure(name: str, size: Size) -> Figures:
    """All scenarios for one bot, one after the other."""
    module, extra = BOTS[name]
    figures = Figures()
    async with (
        FakeModel() as model,
        FakeChat() as chat,
        running(module, extra, chat, model) as bot,
    ):
        first = chat.says(0)
        assert await chat.answer(first, READY_S), f"{name} does not answer"
        figures.start_s = chat.answered[first] - bot.started_at
        await asyncio.sleep(2.0)
        figures.idle_mb = bot.memory_mb()
        figures.one_ms = await _cost(bot, chat, [1], size.one)
        figures.many_ms = await _cost(bot, chat, range(10, 10 + size.chats), size.each)
        if "echo" not in name:
            await _thinking(chat, model, size, figures)
            figures.disordered = await _burst(chat, model)
            await _long_chat(bot, chat, model, size, figures)
    async with FakeModel() as model, FakeChat() as chat:
        await _killed(module, extra, chat, model, figures)
    return figures


@asynccontextmanager
async def running(
    module: str, extra: dict[str, str], chat: FakeChat, model: FakeModel
) -> AsyncIterator[BotProcess]:
    environment = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_BASE_URL": chat.url,
        "OPENAI_BASE_URL": model.url,
        **extra,
    }
    bot = BotProcess(module, environment)
    bot.start()
    try:
        async with asyncio.timeout(READY_S):
            await chat.polled.wait()
        yield bot
    finally:
        bot.stop()


async def _talk(chat: FakeChat, who: int, count: int) -> None:
    """One person: the next message after the answer to the last one."""
    for _ in range(count):
        await chat.answer(chat.says(who))


async def _cost(bot: BotProcess, chat: FakeChat, chats: Iterable[int], each: int) -> float:
    """CPU ms a message, all of `chats` at once."""
    people = list(chats)
    await asyncio.gather(*(_talk(chat, who, 1) for who in people))  # warm
    before = bot.cpu_s()
    await asyncio.gather(*(_talk(chat, who, each) for who in people))
    return (bot.cpu_s() - before) * 1000 / (len(people) * each)


async def _thinking(chat: FakeChat, model: FakeModel, size: Size, figures: Figures) -> None:
    """Messages a second of 200 chats while the model thinks 0.8 s and then says 50 tokens a second.

    200 chats that wait for the model each time come to 200 / 1.6 s = 125; what Caravan answers
    without asking the model goes faster.
    """
    model.first_s, model.per_second = 0.8, 50.0
    people = range(1_000, 1_000 + size.chats)
    loop = asyncio.get_running_loop()
    asked, started = model.requests, loop.time()
    await asyncio.gather(*(_talk(chat, who, 3) for who in people))
    if model.requests > asked:
        figures.thinking_rate = 3 * size.chats / (loop.time() - started)
    model.first_s, model.per_second = 0.0, 0.0


async def _burst(chat: FakeChat, model: FakeModel) -> int:
    """Four messages at once in fifty chats, answered by a model that is not evenly fast.

    How many chats got answers out of order.
    """
    model.first_s, model.uneven_s = 0.1, 0.3
    people = range(3_000, 3_050)
    marks = [chat.says(who) for _ in range(4) for who in people]
    await asyncio.gather(*(chat.answer(mark) for mark in marks))
    model.first_s, model.uneven_s = 0.0, 0.0
    return sum(chat.order[who] != sorted(chat.order[who]) for who in people)


async def _long_chat(
    bot: BotProcess, chat: FakeChat, model: FakeModel, size: Size, figures: Figures
) -> None:
    """One chat of many turns: the cost of its first and of its last fifty."""
    if model.requests < 10:
        return
    await _talk(chat, 5_000, 5)
    before = bot.cpu_s()
    await _talk(chat, 5_000, 45)
    figures.early_ms = (bot.cpu_s() - before) * 1000 / 45
    await _talk(chat, 5_000, size.turns - 100)
    before = bot.cpu_s()
    await _talk(chat, 5_000, 50)
    figures.late_ms = (bot.cpu_s() - before) * 1000 / 50


async def _killed(
    module: str, extra: dict[str, str], chat: FakeChat, model: FakeModel, figures: Figures
) -> None:
    """kill -9 with work in flight, then a restart: lost and doubled answers of 60 messages."""
    model.first_s = 0.5
    async with running(module, extra, chat, model) as bot:
        marks = []
        for number in range(60):
            marks.append(chat.says(number % 30))
            await asyncio.sleep(0.05)
        bot.kill()
        chat.polled.clear()
        bot.start()
        await asyncio.gather(*(chat.answer(mark, 20.0) for mark in marks))
    figures.lost_at_kill = sum(mark not in chat.answered for mark in marks)
    figures.doubled_at_kill = sum(chat.copies[mark] > 1 for mark in marks)


def table(found: dict[str, list[Figures]]) -> str:
    """Markdown: medians over the rounds."""
    head = (
        "| bot | first answer s | idle MB | one chat ms | 200 chats ms | "
        "thinking model, messages/s | turns 1-50 / last 50 ms | out of order | "
        "lost / doubled at kill -9 |\n"
        "|---|---|---|---|---|---|---|---|---|"
    )
    return "\n".join([head, *(_row(name, rounds) for name, rounds in found.items())])


def _row(name: str, rounds: list[Figures]) -> str:
    def middle(attribute: str) -> float | None:
        values = [v for v in (getattr(r, attribute) for r in rounds) if v is not None]
        return statistics.median(values) if values else None

    def shown(attribute: str, form: str) -> str:
        value = middle(attribute)
        return "-" if value is None else format(value, form)

    cells = [
        name,
        shown("start_s", ".2f"),
        shown("idle_mb", ".0f"),
        shown("one_ms", ".2f"),
        shown("many_ms", ".2f"),
        shown("thinking_rate", ".0f"),
        f"{shown('early_ms', '.2f')} / {shown('late_ms', '.2f')}",
        shown("disordered", ".0f"),
        f"{shown('lost_at_kill', '.0f')} / {shown('doubled_at_kill', '.0f')}",
    ]
    return f"| {' | '.join(cells)} |"


def main(*, quick: bool = False, rounds: int = 1) -> str:
    """Run every bot `rounds` times, interleaved, and return the table.

    Every round stands in results.json.
    """
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, set(cores[:-1]))  # the last one is the bot's
    size = Size.quick() if quick else Size()
    found: dict[str, list[Figures]] = {name: [] for name in BOTS}
    for _ in range(rounds):
        for name in BOTS:
            found[name].append(asyncio.run(measure(name, size)))
    os.sched_setaffinity(0, set(cores))
    rows = {name: [asdict(one) for one in done] for name, done in found.items()}
    RESULTS.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    return table(found)
