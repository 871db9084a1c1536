"""A trip to Lisbon and the ports of a composer and a watcher, for tests of what notices say.

desk = await opened()                           # a concert is booked, times are told, April 2027
desk.at("2027-04-14 18:00")                     # UTC
said = await desk.says(Kind.FINAL_CHECK, "2027-04-15")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from adapters.exports.registry import FileExporter
from bot.wiring import offline_travel
from core.errors import Unavailable
from core.making import Start, arranged, build_all, dressed, insist, prepare
from core.messages import Choices, Conversation, File, Mode, Part, Text
from core.notices.composing import Composing
from core.notices.state import Found, Hearer, Kind, Notice
from core.notices.watching import Watching
from core.travel import (
    Alert,
    AlertReport,
    Confidence,
    DayWeather,
    Destination,
    Event,
    Point,
    Source,
    Travel,
)
from core.trips import Trip, title_of
from core.wishes import Appointment, Party, When, Wish
from tests.world import WorldClock

ZONE = "Europe/Lisbon"
CHAT = Conversation(platform="telegram", chat_id="1")
GROUP = Conversation(platform="telegram", chat_id="-42", mode=Mode.GROUP)
FIRST, LAST = date(2027, 4, 15), date(2027, 4, 19)
PLANNED_AT = datetime(2027, 1, 10, 9, tzinfo=UTC)
WISH = Wish(
    when=When(first=FIRST, last=LAST),
    party=Party(adults=2),
    likes=("music",),
    arrive_at=time(11),
    leave_at=time(18, 40),
    appointments=(Appointment(title="Mariza", at=time(20), day=date(2027, 4, 17)),),
)


@dataclass
class Skies:
    """A Weather port that says what a test wants; mild and dry else."""

    clock: WorldClock
    said: dict[date, dict[str, float]] = field(default_factory=dict)
    down: bool = False
    asked: list[tuple[Point, date, date]] = field(default_factory=list)

    async def forecast(
        self, place: Point, timezone: str, first: date, last: date
    ) -> list[DayWeather]:
        self.asked.append((place, first, last))
        if self.down:
            raise Unavailable("Open-Meteo", "down in this test")
        source = Source(
            name="Open-Meteo",
            url="https://open-meteo.com/",
            fetched_at=self.clock.now(),
            confidence=Confidence.LIVE,
        )
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [
            DayWeather.model_validate(
                {
                    "source": source,
                    "day": day,
                    "typical": False,
                    "tmax_c": 21,
                    "tmin_c": 13,
                    "rain_mm": 0,
                    "rain_chance": 0.05,
                }
                | self.said.get(day, {})
            )
            for day in days
        ]


@dataclass
class Stage:
    """An Events port with what a test puts on."""

    known_port: object
    on: list[Event] = field(default_factory=list)
    asked: list[tuple[str, date, date]] = field(default_factory=list)
    down: bool = False

    async def between(self, destination: Destination, first: date, last: date) -> list[Event]:
        self.asked.append((destination.id, first, last))
        if self.down:
            raise Unavailable("Ticketmaster", "down in this test")
        return [e for e in self.on if first <= e.first <= last]

    async def known(self, destination: Destination, first: date, last: date) -> list[Event]:
        return []


@dataclass
class Warnings:
    """An Alerts port with what a test warns of."""

    alerts: tuple[Alert, ...] = ()
    silent: tuple[str, ...] = ()
    asked: list[tuple[str, date, date]] = field(default_factory=list)

    async def active(
        self, destination: Destination, first: date, last: date, language: str = "en"
    ) -> AlertReport:
        self.asked.append((destination.id, first, last))
        checked = () if self.silent else ("MeteoAlarm",)
        return AlertReport(alerts=self.alerts, checked=checked, silent=self.silent)


@dataclass
class Said:
    """A notice as it is read."""

    parts: Sequence[Part]

    @property
    def text(self) -> str:
        return "\n".join(p.markdown for p in self.parts if isinstance(p, Text))

    @property
    def choices(self) -> dict[str, str]:
        options = [o for p in self.parts if isinstance(p, Choices) for o in p.options]
        return {o.label: o.id for o in options}

    @property
    def files(self) -> list[File]:
        return [p for p in self.parts if isinstance(p, File)]


@dataclass
class Desk:
    """The ports, the trip, and the clock."""

    clock: WorldClock
    travel: Travel
    skies: Skies
    stage: Stage
    warnings: Warnings
    trip: Trip
    seen: str = ""

    def at(self, moment: str) -> None:
        self.clock.strikes(moment)

    def notice(self, kind: Kind, on: str, about: str = "", news: str = "") -> Notice:
        return Notice(
            id="notice-" + "a" * 24,
            trip=self.trip.id,
            kind=kind,
            on=date.fromisoformat(on),
            conversation=CHAT,
            about=about,
            due=self.clock.now(),
            zone=ZONE,
            trip_version=1,
            late_until=self.clock.now() + timedelta(hours=9),
            why="because of the test",
            news=news,
        )

    async def says(
        self,
        kind: Kind,
        on: str,
        about: str = "",
        news: str = "",
        trip: Trip | None = None,
        rows: Sequence[Notice] = (),
    ) -> Said | None:
        """What the composer makes of a notice of this kind; None: nothing is worth saying. `rows`
        are the notices of the trip, said or not."""

        async def known(trip: str) -> Sequence[Notice]:
            return rows

        notice = self.notice(kind, on, about, news)
        hearer = Hearer(self.clock.now(), ZONE)
        composer = Composing(self.travel, FileExporter(), known)
        parts = await composer.compose(notice, trip or self.trip, hearer)
        return None if parts is None else Said(parts)

    async def looks(self, trip: Trip | None = None) -> Found | None:
        """One look of the watcher at the trip; what it saw is kept for the next."""
        [found] = await Watching(self.travel).news(
            [(trip or self.trip, self.seen)], self.clock.now()
        )
        if found is not None:
            self.seen = found.seen
        return found

    async def told(self) -> list[Said]:
        """What one look leads to, in words."""
        found = await self.looks()
        assert found is not None
        said = [await self.says(c.kind, str(c.on), c.about, c.news) for c in found.changes]
        return [s for s in said if s is not None]


_planned: dict[str, Trip] = {}


async def opened(*, name: str = "lisbon", wish: Wish = WISH) -> Desk:
    """A desk with a planned trip; the plan is made once."""
    clock = WorldClock(PLANNED_AT)
    travel = offline_travel(clock)
    skies, stage, warnings = Skies(clock), Stage(travel.events), Warnings()
    travel = replace(travel, weather=skies, events=stage, alerts=warnings)
    if name not in _planned:
        _planned[name] = await _plan(travel, name, wish)
    return Desk(clock, travel, skies, stage, warnings, _planned[name])


async def _plan(travel: Travel, name: str, wish: Wish) -> Trip:
    town = travel.places.destination(name)
    assert town is not None
    assert wish.when is not None
    assert wish.when.first is not None
    assert wish.when.last is not None
    spans = arranged([town], wish.when.first, wish.when.last, None)
    quiet = replace(travel, weather=_NoForecast())
    made = await prepare(quiet, spans, wish, None, Start(None, "EUR", PLANNED_AT.date()))
    plan = dressed(build_all(made), made, wish)
    insist(plan, made)
    return Trip(
        id="trip-0123456789abcdef01",
        conversation=CHAT.key,
        owner="telegram:1",
        title=title_of(plan),
        wish=wish,
        plan=plan,
        version=1,
        status="planned",
        created_at=PLANNED_AT,
        updated_at=PLANNED_AT,
    )


class _NoForecast:
    """Months before the trip there is none."""

    async def forecast(
        self, place: Point, timezone: str, first: date, last: date
    ) -> list[DayWeather]:
        return []
