"""What people wanted at every moment of a run, and every message held against it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.notices import calendar
from core.notices.ports import Setting
from core.notices.state import Change, Kind, Notice, NoticeWishes
from core.ports import Clock
from core.trips import Trip
from tests.notice_rig import chat

GOOD_TICKS = 5  # so many chances make a notice that did not come a missed one
LIVELY = NoticeWishes(daily_cap=50)


@dataclass
class Traveller:
    """A chat with one trip: as it is now, and since when it is so."""

    trip: Trip
    where: str
    home: str
    wishes: NoticeWishes = LIVELY
    spells: list[tuple[datetime, Trip, str, NoticeWishes]] = field(default_factory=list)

    @property
    def setting(self) -> Setting:
        return Setting(chat(self.where), self.wishes, "" if self.where[0] == "-" else self.home)


@dataclass
class Verdicts:
    """What went wrong, by kind of wrong; and what there was."""

    wrong: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def is_wrong(self, what: str, example: object) -> None:
        self.wrong[what] += 1
        if len(self.examples) < 20:
            self.examples.append(f"{what}: {example}")


class Judge:
    """Knows the travellers, the news that were put in, and the ticks at which all was well."""

    def __init__(self, clock: Clock, end: datetime) -> None:
        self._clock = clock
        self._end = end
        self.people: dict[str, Traveller] = {}
        self.verdicts = Verdicts()
        self.heard: dict[tuple[str, str, str, str], datetime] = {}
        self.available: list[datetime] = []
        self.injected: dict[str, list[tuple[datetime, Change]]] = defaultdict(list)

    def check(self, key: str, text: str, *, again: bool) -> None:
        """A message arrives: is all of it wanted, here, now, and for the first time?"""
        now = self._clock.now()
        lines = [line for line in text.split("\n") if "|" in line]
        self.verdicts.seen["messages"] += 1
        if again:
            self.verdicts.seen["sent again, flagged"] += 1
            return
        for line in lines:
            trip, kind, on, about, version = line.split("|")
            self.verdicts.seen["notices"] += 1
            person = self.people[trip]
            wishes, now_trip = person.wishes, person.trip
            what = (trip, kind, on, about)
            if what in self.heard:
                self.verdicts.is_wrong("said twice", what)
            self.heard[what] = now
            if key != chat(person.where).key:
                self.verdicts.is_wrong("in another chat", what)
            if now_trip.status != "planned" or int(version) != now_trip.version:
                self.verdicts.is_wrong("of a trip as it was before", what)
            if wishes.off or Kind(kind) in wishes.muted:
                self.verdicts.is_wrong("after an opt-out", what)
            if kind != Kind.ALERT:
                self._may_be_said_now(person, what)

    def _may_be_said_now(self, person: Traveller, what: tuple[str, str, str, str]) -> None:
        now, wishes = self._clock.now(), person.wishes
        if wishes.snoozed_until is not None and now < wishes.snoozed_until:
            self.verdicts.is_wrong("in a snooze", what)
        if _quiet(person.trip, person.setting.home, wishes, now):
            self.verdicts.is_wrong("in quiet hours", what)
        if wishes.daily_cap == 0:
            self.verdicts.is_wrong("over the cap", what)

    def look_for_missed(self) -> None:
        """What was due and wanted all the time it was of use, and had its chances, was heard."""
        for person in self.people.values():
            ends = [begin for begin, *_ in person.spells[1:]] + [self._end]
            for (begin, trip, home, wishes), end in zip(person.spells, ends, strict=True):
                if wishes.daily_cap < 50:
                    continue
                setting = Setting(chat(person.where), wishes, home)
                for notice in calendar.wanted(trip, setting):
                    if begin < notice.due and notice.late_until <= end:
                        self._was_heard(notice, trip, home, wishes)
            self._news_was_heard(person)

    def _news_was_heard(self, person: Traveller) -> None:
        for at, change in self.injected[person.trip.id]:
            last = [s for s in person.spells if s[0] <= at][-1]
            _, trip, home, wishes = last
            after = [s[0] for s in person.spells if s[0] > at]
            plan = trip.plan
            assert plan is not None
            if trip.status != "planned" or wishes.off or change.kind in wishes.muted:
                continue
            if wishes.daily_cap < 50 or (after and after[0] < change.until):
                continue
            # It is looked at every nine hours here, from sixteen days before, and may be told then.
            begins = _midnight(plan.first_day, plan.timezone)
            first_look = max(at, begins - timedelta(days=17))
            looks = max(at, begins - timedelta(days=15)) + timedelta(hours=11)
            if looks >= min(change.until, self._end):
                continue
            setting = Setting(chat(person.where), wishes, home)
            notice = calendar.of_change(trip, change, setting, looks)
            # What was found at the first look is of no use any more so much earlier.
            found = calendar.of_change(trip, change, setting, first_look)
            until = min(found.late_until, notice.late_until, self._end)
            notice = notice.model_copy(update={"late_until": until})
            self._was_heard(notice, trip, home, wishes)

    def _was_heard(self, n: Notice, trip: Trip, home: str, wishes: NoticeWishes) -> None:
        if (trip.id, n.kind.value, str(n.on), n.about) in self.heard:
            self.verdicts.seen["due and heard"] += 1
            return
        chances = [
            at
            for at in self._available_between(n.due, n.late_until)
            if n.kind is Kind.ALERT
            or not (
                _quiet(trip, home, wishes, at)
                or (wishes.snoozed_until is not None and at < wishes.snoozed_until)
            )
        ]
        if len(chances) >= GOOD_TICKS:
            self.verdicts.is_wrong("missed", (n, chances[0]))
        else:
            self.verdicts.seen["due, and no time to say it"] += 1

    def _available_between(self, begin: datetime, end: datetime) -> list[datetime]:
        ticks = self.available
        return ticks[bisect_left(ticks, begin) : bisect_left(ticks, end)]


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(zone))


def _quiet(trip: Trip, home: str, wishes: NoticeWishes, at: datetime) -> bool:
    """Whether it is a quiet hour where the traveller is, reckoned without the engine's own code."""
    plan = trip.plan
    assert plan is not None
    there = ZoneInfo(plan.timezone)
    away = plan.first_day <= at.astimezone(there).date() <= plan.last_day
    clock = at.astimezone(there if away or not home else ZoneInfo(home)).time()
    if wishes.quiet_from <= wishes.quiet_until:
        return wishes.quiet_from <= clock < wishes.quiet_until
    return clock >= wishes.quiet_from or clock < wishes.quiet_until
