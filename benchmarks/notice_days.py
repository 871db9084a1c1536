"""Many days of notices in one run: many trips, zones, changes, outages and dying processes.

Everything is the real store and the real engine; only the clock, the chats and what the weather
does are scripted. What people wanted at every moment is noted beside it, and every message is held
against that: said twice, in quiet hours, after an opt-out, for a trip as it was before, or missed.
Ticks at which nothing is due are skipped.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from adapters.stores.sqlite import SqliteStore
from benchmarks.notice_judge import Judge, Traveller, Verdicts
from bot.noticing import Noticing
from core.messages import Part, Text
from core.notices.ports import Batch, ToWatch
from core.notices.state import Change, Found, Hearer, Kind, Notice, NoticeWishes
from core.ports import Delivery
from core.trips import Trip
from tests.notice_rig import START, Clock, Rig, a_plan, a_stop, a_trip, lives_in

ZONES = """
Africa/Cairo Africa/Casablanca Africa/Johannesburg America/Anchorage America/Asuncion America/Bogota
America/Halifax America/Havana America/Los_Angeles America/New_York America/Nuuk America/Santiago
America/Sao_Paulo America/St_Johns Asia/Amman Asia/Beirut Asia/Dubai Asia/Jerusalem Asia/Kathmandu
Asia/Kolkata Asia/Tehran Asia/Tokyo Australia/Adelaide Australia/Lord_Howe Australia/Sydney
Europe/Berlin Europe/Lisbon Europe/London Pacific/Apia Pacific/Auckland Pacific/Chatham
Pacific/Easter Pacific/Honolulu Pacific/Kiritimati
""".split()
TICK = timedelta(minutes=20)
MONTH = timedelta(days=30)


class Lines:
    """Composes one line for each notice, with the version of the trip that it was composed of.

    `meanwhile` may change the trip, after it was read and before the notice is handed over.
    """

    def __init__(self, meanwhile: Callable[[str], Awaitable[None]]) -> None:
        self._meanwhile = meanwhile

    async def compose(self, notice: Notice, trip: Trip, hearer: Hearer) -> tuple[Part, ...] | None:
        line = "|".join((trip.id, notice.kind, str(notice.on), notice.about, str(trip.version)))
        await self._meanwhile(trip.id)
        return (Text(markdown=line),)


class Script:
    """News of trips, handed out when they are asked for."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[Change]] = defaultdict(list)

    async def news(self, trips: Sequence[tuple[Trip, str]], now: datetime) -> list[Found | None]:
        found: list[Found | None] = []
        for trip, seen in trips:
            # Only what is kept is taken away: a lost race finds the same news again.
            known = set(seen.split(","))
            fresh = [c for c in self.waiting.get(trip.id, ()) if c.about not in known]
            notes = ",".join(sorted({*known, *(c.about for c in fresh)} - {""}))
            found.append(Found(changes=tuple(fresh), seen=notes))
        return found


class Mortal(Noticing):
    """An engine whose process dies now and then with claims in its hands."""

    random: Random
    risk: float = 0.0

    def watch_every(self, watched: ToWatch, now: datetime) -> timedelta:
        """A third as often as in truth: what is looked at without a change is most of the work."""
        return 3 * super().watch_every(watched, now)

    async def _send_one(self, batch: Batch) -> int:
        if self.random.random() < self.risk:
            self.counters["died"] += 1
            return 0
        return await super()._send_one(batch)


class Days:
    """The run: travellers, what happens to them, and what they hear."""

    def __init__(
        self, folder: Path, *, trips: int, days: int, seed: int = 0, risk: float = 0.03
    ) -> None:
        self.random = Random(seed)
        self.clock = Clock()
        self.rig = Rig(folder, self.clock)
        self.script = Script()
        self._just_composed: list[str] = []
        self._turns = asyncio.Lock()
        self._trips = trips
        self._risk = risk  # that a process dies with a claim, or with a message on its way
        self._end = START + timedelta(days=days)
        self.judge = Judge(self.clock, self._end)
        self._down = list(self._outages(days, 48, 11))
        self._silent = list(self._outages(days, 6, 5))

    def _outages(
        self, days: int, hours: float, every: float
    ) -> Iterator[tuple[datetime, datetime]]:
        at = START + timedelta(days=every)
        while at < self._end:
            yield at, at + timedelta(hours=hours)
            at += timedelta(days=every + self.random.uniform(0, 3 * every))

    async def run(self) -> Verdicts:
        stores = [store for store, _ in [await self.rig.opens() for _ in range(2)]]

        async def meanwhile(trip: str) -> None:
            self._just_composed.append(trip)
            await self._at_the_worst_moment(stores[0], trip)

        lines = Lines(meanwhile)
        engines = [
            Mortal(s, self.clock, lines, self.script, worker=f"w{n}") for n, s in enumerate(stores)
        ]
        for engine in engines:
            engine.random, engine.risk = self.random, self._risk
        happenings = self._happenings()
        upcoming = next(happenings, None)
        spoken = START
        peek = sqlite3.connect(self.rig.file)
        while self.clock.now() < self._end:
            while upcoming is not None and upcoming[0] <= self.clock.now():
                await self._happens(stores[0], upcoming[1], upcoming[2])
                upcoming = next(happenings, None)
            await self._tick(stores, engines)
            if self.clock.now() - spoken >= MONTH:
                spoken = self.clock.now()
                self._progress((spoken - START).days)
            self._skip_to(_next(peek), upcoming[0] if upcoming else self._end)
        peek.close()
        self.judge.look_for_missed()
        self.judge.verdicts.seen["died with a claim"] = sum(e.counters["died"] for e in engines)
        self.judge.verdicts.seen |= await stores[0].counts()
        await self.rig.closes()
        return self.judge.verdicts

    def _progress(self, day: int) -> None:
        heard, wrong = self.judge.verdicts.seen["notices"], self.judge.verdicts.wrong.total()
        print(f"day {day}: {heard} notices heard, {wrong} wrong", file=sys.stderr, flush=True)

    def _skip_to(self, due: float, happening: datetime) -> None:
        """The next tick at which there is anything to do, at least one further on."""
        begin = self.clock.now()
        until = min(self._end, happening, max(begin, datetime.fromtimestamp(due, UTC)))
        ticks = max(1, -(-(until - begin) // TICK))
        self.clock.strikes(begin + ticks * TICK)
        for n in range(1, ticks):
            if not self._is(self._down, at := begin + n * TICK) and not self._is(self._silent, at):
                self.judge.available.append(at)

    def _is(self, spans: list[tuple[datetime, datetime]], at: datetime) -> bool:
        return any(begin <= at < end for begin, end in spans)

    async def _tick(self, stores: list[SqliteStore], engines: list[Mortal]) -> None:
        now = self.clock.now()
        if self._is(self._down, now):
            return
        for work in ("plan", "watch", "send"):
            await asyncio.gather(*(getattr(engine, work)() for engine in engines))
        while self._just_composed:  # and once more between the hand-over and the sending
            await self._at_the_worst_moment(stores[0], self._just_composed.pop())
        if self._is(self._silent, now):
            return
        self.judge.available.append(now)
        for store in stores:
            while deliveries := await store.claim_replies("sender", 200):
                await asyncio.gather(*(self._deliver(store, d) for d in deliveries))

    async def _deliver(self, store: SqliteStore, delivery: Delivery) -> None:
        text = "\n".join(p.markdown for p in delivery.reply.parts if isinstance(p, Text))
        self.judge.check(delivery.reply.conversation.key, text, again=delivery.resend)
        if self.random.random() < self._risk / 2:  # it is there, and the mark is never written
            self.judge.verdicts.seen["died while sending"] += 1
            return
        await store.sent(delivery, ["1"])

    # --- what happens --------------------------------------------------------------------------

    def _happenings(self) -> Iterator[tuple[datetime, str, str]]:
        """(when, what, trip) in order of time."""
        found: list[tuple[datetime, str, str]] = []
        length = self._end - START
        for n in range(self._trips):
            id = f"trip{n}"
            born = START + length * self.random.random() * 0.9
            found.append((born, "plan", id))
            life = timedelta(days=70)
            for what, chance in (
                ("shift", 0.4), ("edit", 0.6), ("cancel", 0.15), ("revive", 0.1),
                ("move home", 0.3), ("mute", 0.3), ("unmute", 0.3), ("off", 0.1), ("snooze", 0.2),
                ("quiet", 0.3), ("weather", 0.8), ("event", 0.6), ("alert", 0.3),
                ("weather", 0.5), ("cap", 0.1),
            ):  # fmt: skip
                if self.random.random() < chance:
                    found.append((born + life * self.random.random(), what, id))
        return iter(sorted(found))

    async def _happens(self, store: SqliteStore, what: str, id: str) -> None:
        if what == "plan":
            await self._begins(store, id)
            return
        person = self.judge.people[id]
        trip, now = person.trip, self.clock.now()
        assert trip.plan is not None
        self.judge.verdicts.seen[f"happened: {what}"] += 1
        if what in ("weather", "event", "alert"):
            self._news(person, Kind(what))
        elif what in ("shift", "edit", "cancel", "revive"):
            first = trip.plan.first_day + timedelta(days=self.random.randint(-2, 9))
            first = max(first, now.date() + timedelta(days=1))
            more: dict[str, object] = {"status": "cancelled" if what == "cancel" else "planned"}
            if what == "shift":
                zone = self.random.choice(ZONES)
                more["plan"] = a_plan(first, self.random.randint(1, 6), zone)
            person.trip = trip.model_copy(
                update={"version": trip.version + 1, "updated_at": now, **more}
            )
            await self._turn(store, person, trips=(person.trip,))
        elif what == "move home":
            person.home = self.random.choice(ZONES)
            await self._turn(store, person)
        else:
            person.wishes = self._other_wishes(person, what)
            await self._turn(store, person, notices=person.wishes)
        self._spell(person)

    async def _at_the_worst_moment(self, store: SqliteStore, id: str) -> None:
        if self.random.random() < 0.05:
            what = ("cancel", "revive", "edit", "shift", "mute", "unmute", "off", "snooze", "quiet")
            await self._happens(store, self.random.choice(what), id)

    def _other_wishes(self, person: Traveller, what: str) -> NoticeWishes:
        now = self.clock.now()
        changes: dict[str, dict[str, object]] = {
            "mute": {"muted": frozenset(self.random.sample(list(Kind), 3))},
            "unmute": {"muted": frozenset(), "off": False},
            "off": {"off": True},
            "snooze": {"snoozed_until": now + timedelta(hours=self.random.randint(1, 60))},
            "quiet": {
                "quiet_from": time(self.random.randint(19, 23), 30),
                "quiet_until": time(self.random.randint(5, 10)),
            },
            "cap": {"daily_cap": self.random.randint(0, 2)},
        }
        return person.wishes.model_copy(update=changes[what])

    async def _begins(self, store: SqliteStore, id: str) -> None:
        now = self.clock.now()
        number = id.removeprefix("trip")
        where = f"-{number}" if self.random.random() < 0.3 else number
        zone, home = self.random.choice(ZONES), self.random.choice(ZONES)
        first = now.date() + timedelta(days=self.random.randint(2, 60))
        plan = a_plan(first, self.random.randint(1, 6), zone)
        if self.random.random() < 0.5:
            day = self.random.choice(plan.days)
            stop = a_stop(day.day, zone, time(self.random.randint(7, 20)), id="fado", booked=True)
            days = (d.model_copy(update={"stops": (stop,)}) if d is day else d for d in plan.days)
            plan = plan.model_copy(update={"days": tuple(days)})
        trip = a_trip(plan, id=id, where=where, created_at=now, updated_at=now)
        person = self.judge.people[id] = Traveller(trip, where, home)
        await self._turn(store, person, trips=(trip,), notices=person.wishes)
        self._spell(person)

    async def _turn(self, store: SqliteStore, person: Traveller, **outcome: object) -> None:
        me = f"desk:{person.where.removeprefix('-')}"
        profile = lives_in(me, person.home, self.clock.now())
        async with self._turns:  # or one turn would take up the message of another
            await self.rig.turn(store, person.where, profile=profile, **outcome)

    def _spell(self, person: Traveller) -> None:
        setting = person.setting
        person.spells.append((self.clock.now(), person.trip, setting.home, setting.wishes))

    def _news(self, person: Traveller, kind: Kind) -> None:
        """Something of the trip changes, as a watcher will see it when it looks next."""
        plan, now = person.trip.plan, self.clock.now()
        assert plan is not None
        day = self.random.choice(plan.days).day
        zone = ZoneInfo(plan.town_on(day).timezone)
        change = Change(
            kind=kind,
            on=day,
            about=f"{kind}{len(self.judge.injected[person.trip.id])}",
            why="it has changed",
            until=datetime.combine(day, time(20), zone),
        )
        self.judge.injected[person.trip.id].append((now, change))
        self.script.waiting[person.trip.id].append(change)


def _next(db: sqlite3.Connection) -> float:
    """When the store has something to do, as its rows say."""
    (due,) = db.execute(
        "SELECT min(at) FROM (SELECT min(at) AS at FROM notices WHERE state IN ('planned',"
        " 'claimed') UNION ALL SELECT min(at) FROM notice_calendar UNION ALL SELECT min(watch_at)"
        " FROM notice_calendar UNION ALL SELECT min(due) FROM outbox WHERE state IN"
        " ('ready', 'sending', 'unknown'))"
    ).fetchone()
    return float(due or 0)
