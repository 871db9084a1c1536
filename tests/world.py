"""A small world for stories: the whole road with a real store, a chat, a clock and fake weather."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from bot.settings import load_settings
from bot.wiring import App, Parts, build, offline_travel
from core.errors import Unavailable
from core.messages import (
    Capabilities,
    Choices,
    Conversation,
    File,
    InboundMessage,
    Mode,
    Person,
    Pin,
    Reply,
    Text,
)
from core.ports import Inbox, Ledger, Prompt
from core.reading import Paraphrase
from core.travel import Alerts, Confidence, DayWeather, Point, Source, Travel

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANSWER_SECONDS = 20.0
T = TypeVar("T", bound=BaseModel)


class WorldClock:
    """Stands still until a story moves it."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def strikes(self, moment: str) -> None:
        """Set the clock, "2027-04-15 09:00", UTC."""
        self._now = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    def passes(self, **span: float) -> None:
        self._now += timedelta(**span)


class FakeWeather:
    """Sunny unless a story says otherwise; `down` makes it silent."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self.down = False
        self.asked = 0
        self._rain: dict[date, tuple[float, float]] = {}

    def says(self, day: str, rain_mm: float, chance: float = 0.9) -> None:
        self._rain[date.fromisoformat(day)] = rain_mm, chance

    async def forecast(
        self, place: Point, timezone: str, first: date, last: date
    ) -> list[DayWeather]:
        self.asked += 1
        if self.down:
            raise Unavailable("Open-Meteo", "down in this story")
        source = Source(
            name="Open-Meteo",
            url="https://open-meteo.com/",
            fetched_at=self._clock.now(),
            confidence=Confidence.LIVE,
        )
        return [
            DayWeather(
                source=source,
                day=day,
                typical=False,
                tmax_c=21,
                tmin_c=13,
                rain_mm=self._rain.get(day, (0, 0.05))[0],
                rain_chance=self._rain.get(day, (0, 0.05))[1],
            )
            for day in (first + timedelta(days=i) for i in range((last - first).days + 1))
        ]


class ScriptedModel:
    """A language model that says what the story tells it to; `down` makes it unavailable.

    `english` maps a message to what the model makes of it; `lines` are its next answers. Without
    lines it repeats the draft with a friendly word before it. Every prompt is kept in `prompts`.
    """

    name = "scripted"
    words = True

    def __init__(self) -> None:
        self.english: dict[str, tuple[str, str]] = {}
        self.lines: list[str] = []
        self.prompts: list[Prompt] = []
        self.down = False

    async def chat(self, prompt: Prompt, ledger: Ledger) -> str:
        return "".join([piece async for piece in self.stream(prompt, ledger)])

    async def stream(self, prompt: Prompt, ledger: Ledger) -> AsyncIterator[str]:
        self.prompts.append(prompt)
        if self.down:
            raise Unavailable("the language model", "down in this story")
        line = self.lines.pop(0) if self.lines else f"Gladly! {prompt.draft}"
        for word in line.split(" "):
            yield word + " "
            await asyncio.sleep(0)

    async def extract(self, prompt: Prompt, shape: type[T], ledger: Ledger) -> T:
        self.prompts.append(prompt)
        if self.down:
            raise Unavailable("the language model", "down in this story")
        language, english = self.english[prompt.messages[-1].content]
        found = Paraphrase(language=language, english=english)
        assert isinstance(found, shape)
        return found

    def count_tokens(self, text: str) -> int:
        return len(text) // 4 + 1

    async def aclose(self) -> None:
        return None


class FakeChat:
    """A chat platform in memory: keeps every final reply and every draft, in order."""

    platform = "telegram"
    capabilities = Capabilities(
        buttons=True,
        edits=True,
        drafts=True,
        files=True,
        pins=True,
        max_text=4_096,
        utf16=True,
        seconds_between_edits=0,
    )

    def __init__(self) -> None:
        self.inbox: Inbox | None = None
        self.ready = asyncio.Event()
        self.sent: list[Reply] = []
        self.drafts: list[Reply] = []
        self._news = asyncio.Condition()

    async def run(self, inbox: Inbox, ready: Callable[[], None]) -> None:
        self.inbox = inbox
        self.ready.set()
        ready()
        await asyncio.Event().wait()

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        async with self._news:
            self.sent.append(reply)
            self._news.notify_all()
        return [str(len(self.sent))]

    async def show(self, reply: Reply) -> None:
        self.drafts.append(reply)

    async def aclose(self) -> None:
        return None

    async def answer_to(self, message_id: str) -> Reply:
        """The final reply that answers the message."""
        async with asyncio.timeout(ANSWER_SECONDS), self._news:
            await self._news.wait_for(lambda: any(r.answers == message_id for r in self.sent))
        return next(r for r in self.sent if r.answers == message_id)


@dataclass(frozen=True)
class Answer:
    """A reply as a person sees it."""

    reply: Reply

    @property
    def text(self) -> str:
        return "\n\n".join(p.markdown for p in self.reply.parts if isinstance(p, Text))

    @property
    def choices(self) -> dict[str, str]:
        """Label -> id of what can be tapped."""
        options = [o for p in self.reply.parts if isinstance(p, Choices) for o in p.options]
        return {option.label: option.id for option in options}

    @property
    def files(self) -> list[File]:
        return [p for p in self.reply.parts if isinstance(p, File)]

    @property
    def pins(self) -> list[Pin]:
        return [p for p in self.reply.parts if isinstance(p, Pin)]

    @property
    def days(self) -> list[str]:
        """The blocks of a plan's days."""
        blocks = self.text.split("\n\n")
        return [block for block in blocks if block.startswith("**Day ")]


@dataclass
class World:
    """A running Caravan and the people who talk with it."""

    path: Path
    clock: WorldClock = field(default_factory=WorldClock)
    chat: FakeChat = field(default_factory=FakeChat)
    model: ScriptedModel | None = None
    alerts: Alerts | None = None
    dress: Callable[[Travel], Travel] | None = None  # other travel ports than the built-in ones
    environment: Mapping[str, str] = field(default_factory=dict)  # of live ports, when there is any
    app: App | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _count: int = 0

    def __post_init__(self) -> None:
        self.weather = FakeWeather(self.clock)

    async def opens(self) -> None:
        """Start Caravan on the world's database."""
        self.app = await build(
            load_settings(
                {"CARAVAN_DATABASE": str(self.path), "CARAVAN_LIVE": "off"} | dict(self.environment)
            ),
            Parts(
                clock=self.clock,
                weather=None if self.environment else self.weather,
                alerts=self.alerts,
                travel=self.dress(offline_travel(self.clock)) if self.dress else None,
                adapters=[self.chat],
                model=self.model,
            ),
        )
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self.app.runtime.run(self._stop))
        async with asyncio.timeout(ANSWER_SECONDS):
            await self.chat.ready.wait()

    async def closes(self) -> None:
        """Stop Caravan; what is kept is in the database."""
        self._stop.set()
        if self._task is not None:
            await self._task
        if self.app is not None:
            await self.app.aclose()
        self.chat.inbox = None
        self.chat.ready.clear()
        self._task = self.app = None

    async def restarts(self) -> None:
        await self.closes()
        await self.opens()

    async def says(
        self, text: str = "", *, choice: str = "", who: str = "ana", chat: str = "1", **more: object
    ) -> Answer:
        """Somebody writes (or taps) and gets an answer."""
        message = self.message(text, choice=choice, who=who, chat=chat, **more)
        assert self.chat.inbox is not None
        await self.chat.inbox.accept([message])
        answer = Answer(await self.chat.answer_to(message.id))
        await self.all_told()
        return answer

    async def all_told(self) -> None:
        """Let what the same turn says in other chats go out; a chat that is down is left."""
        assert self.app is not None
        for _ in range(200):
            counts = await self.app.store.counts()
            if not counts.get("outbox.ready") and not counts.get("outbox.sending"):
                return
            await asyncio.sleep(0)

    async def taps(self, answer: Answer, label: str, **more: object) -> Answer:
        return await self.says(choice=answer.choices[label], **more)  # type: ignore[arg-type]

    def message(
        self, text: str = "", *, choice: str = "", who: str = "ana", chat: str = "1", **more: object
    ) -> InboundMessage:
        self._count += 1
        group = chat.startswith("-")
        values: dict[str, object] = {
            "id": f"telegram:1:{self.path.stem}-{self._count}",
            "conversation": Conversation(
                platform="telegram", chat_id=chat, mode=Mode.GROUP if group else Mode.SOLO
            ),
            "sender": Person(id=f"telegram:{who}", name=who.capitalize()),
            "text": text,
            "choice": choice,
            "sent_at": self.clock.now(),
            "ref": str(self._count),
            **more,
        }
        return InboundMessage.model_validate(values)
