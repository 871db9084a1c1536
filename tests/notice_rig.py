"""A store, a clock and the engine of notices, with a plain composer and trips made by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapters.stores.sqlite import SqliteStore
from bot.noticing import Noticing
from core.errors import Unavailable
from core.messages import Conversation, InboundMessage, Mode, Part, Person, Reply, Text
from core.notices.composing import late
from core.notices.state import Found, Hearer, Notice, NoticeWishes, Watcher
from core.people import Profile, ProfileFact
from core.ports import Delivery, Outcome
from core.travel import Confidence, Point, Source
from core.trips import WEEKDAYS, Day, Plan, Stop, StopKind, Trip
from core.wishes import Wish

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
SOURCE = Source(name="Test", fetched_at=START, confidence=Confidence.CURATED)
HERE = Point(lat=38.7, lon=-9.1)


class Clock:
    """Stands still until a test moves it."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def strikes(self, moment: str | datetime) -> None:
        """Set the clock, "2027-04-15 09:00", UTC."""
        at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        self._now = at if at.tzinfo else at.replace(tzinfo=UTC)

    def passes(self, **span: float) -> None:
        self._now += timedelta(**span)


def chat(name: str = "1", platform: str = "desk") -> Conversation:
    """A private chat, or a group when its name begins with a minus."""
    mode = Mode.GROUP if name.startswith("-") else Mode.SOLO
    return Conversation(platform=platform, chat_id=name, mode=mode)


def a_stop(day: date, zone: str, at: time = time(10), **more: Any) -> Stop:
    start = datetime.combine(day, at, ZoneInfo(zone))
    values: dict[str, Any] = {
        "id": f"stop-{day}-{at:%H%M}",
        "kind": StopKind.VISIT,
        "title": "Castle",
        "start": start,
        "end": start + timedelta(hours=2),
        "point": HERE,
        "source": SOURCE,
        **more,
    }
    return Stop.model_validate(values)


def a_plan(first: date, nights: int = 3, zone: str = "Europe/Lisbon", **more: Any) -> Plan:
    days = [first + timedelta(days=n) for n in range(nights + 1)]
    values: dict[str, Any] = {
        "destination_id": "town",
        "destination": "Town",
        "country": "PT",
        "timezone": zone,
        "anchor": HERE,
        "days": tuple(
            Day(day=d, weekday=WEEKDAYS[d.weekday()], stops=(a_stop(d, zone),)) for d in days
        ),
        "pace": "normal",
        "party": 1,
        **more,
    }
    return Plan.model_validate(values)


def a_trip(plan: Plan, *, id: str = "trip", where: str = "1", **more: Any) -> Trip:
    values: dict[str, Any] = {
        "id": id,
        "conversation": chat(where).key,
        "owner": f"desk:{where.removeprefix('-')}",
        "title": "Town",
        "wish": Wish(),
        "plan": plan,
        "version": 1,
        "status": "planned",
        "created_at": START,
        "updated_at": START,
        **more,
    }
    return Trip.model_validate(values)


def lives_in(person: str, zone: str, at: datetime = START) -> Profile:
    fact = ProfileFact(key="timezone", value=zone, origin="told", said_at=at)
    return Profile(person=person).learned(fact)


@dataclass
class PlainComposer:
    """Says the kind, the day and what it is about; `silent` ids have nothing worth saying.

    `before` runs while a notice is composed, between the claim and the hand-over.
    """

    before: Callable[[Notice], Any] | None = None
    down: bool = False
    bug: bool = False
    silent: set[str] = field(default_factory=set)
    heard: list[tuple[Notice, Hearer]] = field(default_factory=list)

    async def compose(self, notice: Notice, trip: Trip, hearer: Hearer) -> tuple[Part, ...] | None:
        self.heard.append((notice, hearer))
        if self.before is not None:
            done = self.before(notice)
            if asyncio.iscoroutine(done):
                await done
        if self.down:
            raise Unavailable("the weather service", "down in this test")
        if self.bug:
            raise RuntimeError("a mistake of ours")
        if notice.id in self.silent:
            return None
        said = words_of(notice)
        return (Text(markdown=f"{late(notice)}\n\n{said}" if hearer.late else said),)


def words_of(notice: Notice) -> str:
    return " ".join(filter(None, (notice.kind.value, notice.on.isoformat(), notice.about)))


class ScriptedWatcher:
    """Finds what it is told to, for the trip with that id, once."""

    def __init__(self) -> None:
        self.news_of: dict[str, Found | None] = {}
        self.asked: list[list[str]] = []

    async def news(
        self, trips: Sequence[tuple[Trip, str]], now: datetime
    ) -> Sequence[Found | None]:
        self.asked.append([trip.id for trip, _ in trips])
        return [self.news_of.pop(trip.id, Found(seen=seen)) for trip, seen in trips]


@dataclass(frozen=True)
class Said:
    """A message as it went out."""

    at: datetime
    chat: str
    text: str


class Rig:
    """Stores on one file, each with its engine, and what went out to the chats."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.composer = PlainComposer()
        self.watcher: Watcher = ScriptedWatcher()
        self.said: list[Said] = []
        self.file = folder / "caravan.sqlite"
        self._open: list[SqliteStore] = []
        self._ids = count(1)

    async def opens(self) -> tuple[SqliteStore, Noticing]:
        """One more process on the database."""
        store = await SqliteStore.open(self.file, self.clock)
        self._open.append(store)
        worker = f"w{len(self._open)}"
        return store, Noticing(store, self.clock, self.composer, self.watcher, worker=worker)

    async def closes(self) -> None:
        for store in self._open:
            await store.aclose()
        self._open.clear()

    async def turn(
        self,
        store: SqliteStore,
        where: str = "1",
        who: str = "",
        platform: str = "desk",
        **outcome: Any,
    ) -> None:
        """Somebody says something, and a turn writes its outcome."""
        message = self.message(where, who, platform)
        await store.accept([message])
        [claim] = await store.claim("turns", 1, [platform])
        await store.commit_turn(claim, Outcome(**{"replies": (), **outcome}))

    def message(self, where: str = "1", who: str = "", platform: str = "desk") -> InboundMessage:
        return InboundMessage(
            id=f"m-{next(self._ids)}",
            conversation=chat(where, platform),
            sender=Person(id=f"{platform}:{who or where.removeprefix('-')}"),
            text="hello",
            sent_at=self.clock.now(),
        )

    async def wants(self, store: SqliteStore, where: str = "1", **wishes: Any) -> None:
        await self.turn(store, where, notices=NoticeWishes(**wishes))

    async def ticks(self, noticing: Noticing, store: SqliteStore) -> list[str]:
        """Plan and say what is due, and bring it out; returns the texts."""
        await noticing.plan()
        await noticing.send()
        return await self.brings_out(store)

    async def brings_out(self, store: SqliteStore) -> list[str]:
        texts = []
        while deliveries := await store.claim_replies("sender", 50):
            for delivery in deliveries:
                texts.append(self.note(delivery))
                await store.sent(delivery, ["1"])
        return texts

    def note(self, delivery: Delivery) -> str:
        reply = delivery.reply
        self.said.append(Said(self.clock.now(), reply.conversation.key, text_of(reply)))
        return text_of(reply)


def text_of(reply: Reply) -> str:
    return "\n\n".join(p.markdown for p in reply.parts if isinstance(p, Text))
