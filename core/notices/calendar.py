"""Which notices a trip is due, when, and what that changes of the rows there are. Pure.

The same trip gives the same rows with the same ids, however often it is planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from core import words
from core.groups.deadlines import instant
from core.notices.local_time import Whereabouts, quiet_end, quiet_start, zone_at
from core.notices.policies import (
    CHECK_IN_BEFORE,
    CHECK_IN_CLOSES,
    POLICIES,
    REMIND_BEFORE,
    SHORTEST_FLIGHT,
    jitter,
    notice_id,
    unwanted,
)
from core.notices.ports import Changes, Setting
from core.notices.state import (
    AGAIN,
    FOUND,
    NOT_WORTH_IT,
    OUT,
    UNREACHABLE,
    Change,
    Kind,
    Notice,
    State,
)
from core.trips import Plan, Stop, Trip

BEFORE_QUIET = timedelta(minutes=30)
Key = tuple[Kind, date, str]  # of a notice
_FINAL = frozenset({State.SENT, State.UNKNOWN, State.FAILED})
_OPEN = frozenset({State.PLANNED, State.CLAIMED})
_COUNTDOWN = (
    (Kind.OUTLOOK, -14, "it is two weeks until your trip"),
    (Kind.OUTLOOK, -7, "it is one week until your trip"),
    (Kind.PACKING, -3, "it is three days until your trip"),
    (Kind.FINAL_CHECK, -1, "it is the evening before your trip"),
)


def wanted(trip: Trip, setting: Setting) -> tuple[Notice, ...]:
    """Every notice of the trip's calendar, past and to come, in the order in which it is due."""
    if trip.plan is None or unplanned(trip):
        return ()
    found = [n for n in _all(trip, trip.plan, setting) if n.due < n.late_until]
    return tuple(sorted(found, key=lambda n: (n.due, n.id)))


def unplanned(trip: Trip) -> str:
    """Why the trip has no notices at all; "" when it has."""
    if trip.status == "cancelled":
        return "the trip was cancelled"
    if trip.status == "done":
        return "the trip is over"
    return "" if trip.status == "planned" and trip.plan else "there is no plan"


def reconciled(
    trip: Trip, setting: Setting, rows: Sequence[Notice], now: datetime, since: datetime
) -> Changes:
    """What has to change so that the rows are as wanted.

    What was said stays and is not said again. What should have been said before `since`, when the
    trip or the wishes were as they are now for the first time, is not made up for; only what was
    found meanwhile and is of use still comes when it is wanted again.
    """
    have = {row.key: row for row in rows}
    calendar = {n.key: n for n in (_at_its_time(n, have) for n in wanted(trip, setting))}
    new, moved = [], []
    for key, notice in calendar.items():
        row = have.get(key)
        if row is None:
            if notice.due > since and notice.late_until > now:
                new.append(notice)
        elif row.state in _OPEN:
            if _differs(row, notice):
                moved.append(notice)
        elif row.state not in _FINAL:
            stopped = _stopped(row, notice, now)
            if notice.due > (since if stopped else max(now, since)):
                moved.append(notice)
    cancelled = []
    for row in rows:
        again = row.kind in FOUND and row.state is State.CANCELLED and row.reason != NOT_WORTH_IT
        if again and row.late_until > now and not _why_none(trip, row, setting):
            moved.append(_as_now(trip, row, setting))
        if row.state not in _OPEN or row.key in calendar:
            continue
        if row.kind not in FOUND:
            cancelled.append((row.id, _why_not(trip, row, setting)))
        elif reason := _why_none(trip, row, setting):
            cancelled.append((row.id, reason))
        elif _differs(row, fresh := _as_now(trip, row, setting)):
            moved.append(fresh)
    return Changes(tuple(new), tuple(moved), tuple(cancelled))


def _stopped(row: Notice, wanted: Notice, now: datetime) -> bool:
    """Cancelled by a wish or with its trip, and of use still when it is wanted again."""
    return (
        row.state is State.CANCELLED
        and row.reason not in (NOT_WORTH_IT, UNREACHABLE)
        and wanted.late_until > now
    )


def _at_its_time(notice: Notice, have: Mapping[Key, Notice]) -> Notice:
    """What was reminded of for another time of the day is reminded of once more."""
    row = have.get(notice.key)
    moved = row is not None and row.state in _FINAL and row.late_until != notice.late_until
    if notice.kind is not Kind.REMINDER or not moved:
        return notice
    about = f"{notice.about}{AGAIN}{notice.late_until:%H:%M}"
    id = notice_id(notice.trip, notice.kind, notice.on, about)
    return notice.model_copy(update={"id": id, "about": about})


def of_change(trip: Trip, change: Change, setting: Setting, now: datetime) -> Notice:
    """The row of something that was found: due at once, quiet hours are looked at when it is."""
    assert trip.plan is not None
    return Notice(
        id=notice_id(trip.id, change.kind, change.on, change.about),
        trip=trip.id,
        kind=change.kind,
        on=change.on,
        conversation=setting.to,
        about=change.about,
        due=now,
        zone=zone_at(trip.plan, setting.home, now),
        trip_version=trip.version,
        late_until=min(change.until, now + POLICIES[change.kind].lateness),
        why=change.why,
        news=change.news,
    )


def _as_now(trip: Trip, row: Notice, setting: Setting) -> Notice:
    assert trip.plan is not None
    update = {
        "conversation": setting.to,
        "trip_version": trip.version,
        "zone": zone_at(trip.plan, setting.home, row.due),
        "state": State.PLANNED,
    }
    return row.model_copy(update=update)


def _differs(row: Notice, wanted: Notice) -> bool:
    names = ("conversation", "due", "zone", "trip_version", "late_until", "why")
    return any(getattr(row, name) != getattr(wanted, name) for name in names)


def _why_not(trip: Trip, row: Notice, setting: Setting) -> str:
    return _why_none(trip, row, setting) or "the trip has changed"


def _why_none(trip: Trip, row: Notice, setting: Setting) -> str:
    """Why the chat is told nothing of that kind; "" when it is."""
    return unplanned(trip) or unwanted(row.kind, trip.id, setting.wishes)


# --- the calendar ------------------------------------------------------------------------------


def _all(trip: Trip, plan: Plan, setting: Setting) -> Iterator[Notice]:
    made = _Maker(trip, plan, setting)
    for kind, days, why in _COUNTDOWN:
        about = str(-days) if kind is Kind.OUTLOOK else ""
        yield from made.at_home(kind, plan.first_day, days, why, about)
    for day in plan.days:
        yield from made.morning(day.day)
        for stop in day.stops:
            if stop.booked:
                yield from made.reminder(day.day, stop)
    yield from made.check_in()
    yield from made.at_home(Kind.AFTER, plan.last_day, 1, "your trip is over")


class _Maker:
    """Notices of one trip, timed."""

    def __init__(self, trip: Trip, plan: Plan, setting: Setting) -> None:
        self._trip = trip
        self._plan = plan
        self._setting = setting
        self._towns = plan.towns
        self._where = Whereabouts(plan, setting.home)

    def at_home(
        self, kind: Kind, on: date, days: int, why: str, about: str = ""
    ) -> Iterable[Notice]:
        """So many days from `on`, by the clock at home; without one, by that of the town."""
        at = POLICIES[kind].at
        assert at is not None
        town = self._towns[0 if days < 0 else -1]
        due = instant(on + timedelta(days=days), at, self._setting.home or town.timezone)
        return self._notice(kind, on, about, due, due + POLICIES[kind].lateness, why)

    def morning(self, day: date) -> Iterable[Notice]:
        """By the clock where they wake up, which on the first day may be at home."""
        policy = POLICIES[Kind.MORNING]
        assert policy.at is not None
        due = instant(day, policy.at, self._town_on(day))
        there = self._zone(due)
        due = instant(day, policy.at, there)
        number = (day - self._plan.first_day).days + 1
        why = f"it is the morning of day {number} of your trip"
        return self._notice(Kind.MORNING, day, "", due, due + policy.lateness, why)

    def _town_on(self, day: date) -> str:
        return next((t.timezone for t in self._towns if day <= t.last), self._towns[-1].timezone)

    def reminder(self, day: date, stop: Stop) -> Iterable[Notice]:
        due = stop.start - REMIND_BEFORE
        why = f"{words.literal(stop.title)} is booked for {words.clock(stop.start)}"
        return self._notice(Kind.REMINDER, day, stop.id, due, stop.start, why)

    def check_in(self) -> Iterator[Notice]:
        """Before the flights whose times were told; none for a way by road or rail.

        Of the flight out only the landing is known. It takes off earlier, so that check-in is open
        a day before the landing.
        """
        plan, wish = self._plan, self._trip.wish
        if wish.no_flight:
            return
        lands, leaves = plan.arrival_at, plan.departure_at
        if lands is not None and wish.arrive_at is not None and plan.comes_by_air:
            why = "most airlines open check-in a day before your flight, which lands at"
            closes = lands - CHECK_IN_CLOSES - SHORTEST_FLIGHT
            yield from self._check_in(lands, closes, OUT, why)
        if leaves is not None and wish.leave_at is not None and plan.leaves_by_air:
            why = "most airlines open check-in a day before your flight at"
            yield from self._check_in(leaves, leaves - CHECK_IN_CLOSES, "", why)

    def _check_in(
        self, flight: datetime, closes: datetime, about: str, why: str
    ) -> Iterable[Notice]:
        due = flight - CHECK_IN_BEFORE
        why = f"{why} {words.clock(flight)}"
        return self._notice(Kind.CHECK_IN, flight.date(), about, due, closes, why)

    def _notice(
        self, kind: Kind, on: date, about: str, due: datetime, until: datetime, why: str
    ) -> Iterable[Notice]:
        """Nothing for what the chat does not want."""
        if unwanted(kind, self._trip.id, self._setting.wishes):
            return
        id = notice_id(self._trip.id, kind, on, about)
        if POLICIES[kind].can_wait:
            due += jitter(id)
        due = self._outside_quiet(due, until, exact=POLICIES[kind].exact)
        yield Notice(
            id=id,
            trip=self._trip.id,
            kind=kind,
            on=on,
            conversation=self._setting.to,
            about=about,
            due=due,
            zone=self._zone(due),
            trip_version=self._trip.version,
            late_until=until,
            why=why,
        )

    def _outside_quiet(self, due: datetime, until: datetime, *, exact: bool) -> datetime:
        """After the quiet hours; before them when that would be too late.

        When they end in one town, it may be quiet in the next one, or at home.
        """
        wishes = self._setting.wishes
        snooze = wishes.snoozed_until
        begins = due if snooze is None else max(due, snooze)
        for _ in range(3):
            end = quiet_end(wishes, begins, self._zone(begins))
            if end is None:
                break
            begins = end
        if exact or begins < until:
            return begins
        return self._before_quiet(due, snooze)

    def _before_quiet(self, due: datetime, snooze: datetime | None) -> datetime:
        zone = self._zone(due)
        begin = quiet_start(self._setting.wishes, due - timedelta(days=1), zone)
        before = begin - BEFORE_QUIET if begin is not None and begin <= due else due
        return before if snooze is None or before >= snooze else due

    def _zone(self, moment: datetime) -> str:
        return self._where.zone(moment)
