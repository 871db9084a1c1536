"""When a trip is due to hear something: local times, quiet hours, the calendar. All pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from core.groups.deadlines import instant
from core.notices import calendar
from core.notices.local_time import is_quiet, quiet_end, quiet_start, zone_at
from core.notices.policies import JITTER, POLICIES, Drop, Tell, Wait, jitter, verdict
from core.notices.ports import Setting
from core.notices.state import (
    NEVER_EARLY,
    NOT_WORTH_IT,
    UNREACHABLE,
    URGENT,
    Kind,
    Notice,
    NoticeWishes,
    State,
)
from core.wishes import Wish
from tests.notice_rig import START, a_plan, a_stop, a_trip, chat

FIRST = date(2027, 3, 20)
NO_QUIET = NoticeWishes(quiet_from=time(0), quiet_until=time(0))
YEARS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))


def jumps(name: str) -> Iterator[tuple[datetime, timedelta]]:
    """Every moment from 2026 to 2030 at which the clocks of a zone are changed, and by how much."""
    zone = ZoneInfo(name)
    before, end = YEARS
    while before < end:
        after = before + timedelta(days=7)
        change = offset(after, zone) - offset(before, zone)
        if change:
            yield exactly(before, after, zone), change
        before = after


def offset(at: datetime, zone: ZoneInfo) -> timedelta:
    found = at.astimezone(zone).utcoffset()
    assert found is not None
    return found


def exactly(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    old = offset(before, zone)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


JUMPS = [(name, *jump) for name in sorted(available_timezones()) for jump in jumps(name)]


@pytest.mark.fault("E2")
def test_a_local_time_that_is_skipped_means_the_first_moment_after_it_in_every_zone() -> None:
    """Every minute of every gap of every zone, 2026 to 2030."""
    checked = set()
    for name, at, change in JUMPS:
        if change < timedelta(0):
            continue
        first_skipped = at.astimezone(ZoneInfo(name)).replace(tzinfo=None) - change
        for minutes in range(0, int(change.total_seconds() // 60), 7):
            local = first_skipped + timedelta(minutes=minutes)
            assert instant(local.date(), local.time(), name) == at, (name, local)
        checked.add(name)

    assert len(checked) > 100
    assert {"Europe/Berlin", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe"} <= checked


@pytest.mark.fault("E3")
def test_a_local_time_that_comes_twice_means_the_first_one_in_every_zone() -> None:
    checked = set()
    for name, at, change in JUMPS:
        if change > timedelta(0):
            continue
        first_again = at.astimezone(ZoneInfo(name)).replace(tzinfo=None)
        for minutes in range(0, int(-change.total_seconds() // 60), 7):
            local = first_again + timedelta(minutes=minutes)
            first_time = at + change + timedelta(minutes=minutes)
            assert instant(local.date(), local.time(), name) == first_time, (name, local)
        checked.add(name)

    assert len(checked) > 100


@pytest.mark.parametrize("zone", ["America/Santiago", "Africa/Cairo", "Asia/Beirut"])
def test_no_day_of_a_trip_over_a_change_of_the_clocks_is_left_out_or_doubled(zone: str) -> None:
    changes = [at for name, at, _ in JUMPS if name == zone][:4]
    for at in changes:
        first = at.astimezone(ZoneInfo(zone)).date() - timedelta(days=2)
        for hour in (0, 1, 8):
            wishes = NoticeWishes(quiet_from=time(23), quiet_until=time(hour, 30))
            trip = a_trip(a_plan(first, 5, zone))
            found = calendar.wanted(trip, Setting(chat(), wishes, zone))
            mornings = [n.on for n in found if n.kind is Kind.MORNING]
            assert mornings == [first + timedelta(days=n) for n in range(6)]


# --- quiet hours -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "end", "local", "quiet"),
    [
        (time(22), time(8), "23:00", True),
        (time(22), time(8), "07:59", True),
        (time(22), time(8), "08:00", False),
        (time(22), time(8), "21:59", False),
        (time(13), time(15), "14:00", True),
        (time(13), time(15), "15:00", False),
        (time(0), time(0), "03:00", False),
    ],
)
def test_quiet_hours_are_by_the_clock_of_the_place(
    begin: time, end: time, local: str, quiet: bool
) -> None:
    wishes = NoticeWishes(quiet_from=begin, quiet_until=end)
    at = instant(FIRST, time.fromisoformat(local), "Asia/Tokyo")

    assert is_quiet(wishes, at, "Asia/Tokyo") is quiet
    assert (quiet_end(wishes, at, "Asia/Tokyo") is not None) is quiet


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"])
def test_quiet_hours_end_at_the_first_moment_that_is_not_quiet_whatever_the_clocks_do(
    name: str,
) -> None:
    for _, at, _ in (jump for jump in JUMPS if jump[0] == name):
        for until in (time(0, 30), time(1, 30), time(2, 30), time(8)):
            wishes = NoticeWishes(quiet_from=time(21), quiet_until=until)
            for minutes in range(-300, 300, 25):
                moment = at + timedelta(minutes=minutes)
                end = quiet_end(wishes, moment, name)
                if end is None:
                    assert not is_quiet(wishes, moment, name)
                    continue
                assert moment < end <= moment + timedelta(hours=12)
                assert not is_quiet(wishes, end, name)
                begin = quiet_start(wishes, end, name)
                assert begin is not None and begin > end


# --- the calendar ------------------------------------------------------------------------------


def said(
    trip_zone: str = "Europe/Lisbon", home: str = "Europe/Berlin", **more: object
) -> dict[str, Notice]:
    """Kind and about (of mornings: the day) -> the notice, without jitter in mind."""
    plan = a_plan(FIRST, 2, trip_zone)
    trip = a_trip(plan, **more)
    return named(calendar.wanted(trip, Setting(chat(), NO_QUIET, home)))


def named(found: tuple[Notice, ...]) -> dict[str, Notice]:
    return {f"{n.kind} {n.on if n.kind is Kind.MORNING else n.about}".strip(): n for n in found}


def test_the_calendar_of_a_trip_is_by_the_clock_at_home_before_and_of_the_place_during() -> None:
    found = said("Asia/Tokyo")

    assert list(found) == [
        "outlook 14",
        "outlook 7",
        "packing",
        "final_check",
        "morning 2027-03-20",
        "morning 2027-03-21",
        "morning 2027-03-22",
        "after",
    ]
    home = ZoneInfo("Europe/Berlin")
    local = [
        (n.due - jitter(n.id)).astimezone(home if "morning" not in key else ZoneInfo("Asia/Tokyo"))
        for key, n in found.items()
    ]
    assert [f"{at:%d %H:%M}" for at in local] == [
        "06 10:00", "13 10:00", "17 18:00", "19 18:00",
        "20 08:15", "21 08:15", "22 08:15", "23 11:00",
    ]  # fmt: skip
    assert found["packing"].zone == "Europe/Berlin"
    assert found["morning 2027-03-21"].zone == "Asia/Tokyo"


def test_on_the_day_of_the_flight_the_morning_is_the_one_at_home() -> None:
    lands = datetime.combine(FIRST, time(19), ZoneInfo("Asia/Tokyo"))
    trip = a_trip(a_plan(FIRST, 2, "Asia/Tokyo", arrival_at=lands, times_assumed=False))
    found = named(calendar.wanted(trip, Setting(chat(), NO_QUIET, "Asia/Dubai")))

    assert found["morning 2027-03-20"].zone == "Asia/Dubai"
    assert found["morning 2027-03-21"].zone == "Asia/Tokyo"


def test_what_can_wait_is_spread_by_up_to_ten_minutes_always_the_same() -> None:
    spread = [jitter(f"notice-{n}") for n in range(4_000)]

    assert spread == [jitter(f"notice-{n}") for n in range(4_000)]
    assert max(spread) <= JITTER and min(spread) >= -JITTER
    assert max(spread) - min(spread) > timedelta(minutes=19)
    for minute in range(-10, 10):
        near = [s for s in spread if minute <= s.total_seconds() / 60 < minute + 1]
        assert 120 < len(near) < 280


def test_a_booked_item_is_reminded_of_two_hours_before() -> None:
    day = FIRST + timedelta(days=1)
    stop = a_stop(day, "Europe/Lisbon", time(15), booked=True, title="Fado & wine")
    plan = a_plan(FIRST, 2)
    days = tuple(
        d.model_copy(update={"stops": (*d.stops, stop)}) if d.day == day else d for d in plan.days
    )
    trip = a_trip(plan.model_copy(update={"days": days}))
    found = named(calendar.wanted(trip, Setting(chat(), NoticeWishes(), "")))

    reminder = found[f"reminder {stop.id}"]
    assert reminder.due == stop.start - timedelta(hours=2)
    assert reminder.late_until == stop.start
    assert "booked for 15:00" in reminder.why


def test_a_reminder_for_early_in_the_morning_comes_the_evening_before() -> None:
    day = FIRST + timedelta(days=1)
    stop = a_stop(day, "Europe/Lisbon", time(7), booked=True)
    plan = a_plan(FIRST, 2)
    days = tuple(
        d.model_copy(update={"stops": (stop, *d.stops)}) if d.day == day else d for d in plan.days
    )
    trip = a_trip(plan.model_copy(update={"days": days}))
    found = named(calendar.wanted(trip, Setting(chat(), NoticeWishes(), "")))

    assert found[f"reminder {stop.id}"].due == instant(FIRST, time(21, 30), "Europe/Lisbon")


@pytest.mark.parametrize(
    ("leave_at", "no_flight", "told"),
    [(time(15, 40), None, True), (None, None, False), (time(15, 40), True, False)],
)
def test_check_in_is_told_a_day_before_a_flight_whose_time_was_named(
    leave_at: time | None, no_flight: bool | None, told: bool
) -> None:
    leaves = datetime.combine(FIRST + timedelta(days=2), time(15, 40), ZoneInfo("Europe/Lisbon"))
    plan = a_plan(FIRST, 2, departure_at=leaves, times_assumed=leave_at is None)
    trip = a_trip(plan, wish=Wish(leave_at=leave_at, no_flight=no_flight))
    found = named(calendar.wanted(trip, Setting(chat(), NoticeWishes(), "")))

    assert ("check_in" in found) is told
    if told:
        assert found["check_in"].due == leaves - timedelta(hours=24)


def test_check_in_for_the_flight_out_comes_a_day_before_it_lands() -> None:
    lands = datetime.combine(FIRST, time(14, 20), ZoneInfo("Europe/Lisbon"))
    trip = a_trip(a_plan(FIRST, 2, arrival_at=lands), wish=Wish(arrive_at=time(14, 20)))
    found = named(calendar.wanted(trip, Setting(chat(), NoticeWishes(), "")))

    told = found["check_in out"]
    assert told.due == lands - timedelta(hours=24)
    assert told.late_until == lands - timedelta(hours=3)
    assert told.why.endswith("a day before your flight, which lands at 14:20")


def test_nothing_of_the_calendar_is_in_quiet_hours_in_thirty_zones() -> None:
    wishes = NoticeWishes(quiet_from=time(17, 30), quiet_until=time(10, 30))
    for zone in sorted(available_timezones())[::15]:
        trip = a_trip(a_plan(FIRST, 3, zone))
        for home in ("", "Pacific/Auckland", "America/Los_Angeles"):
            found = calendar.wanted(trip, Setting(chat(), wishes, home))
            assert {n.kind for n in found} >= {Kind.OUTLOOK, Kind.PACKING, Kind.MORNING}
            assert not [n for n in found if is_quiet(wishes, n.due, n.zone)]
            assert all(n.due < n.late_until for n in found)


def test_a_draft_or_cancelled_trip_is_due_nothing() -> None:
    for status in ("draft", "cancelled", "done"):
        assert said(status=status) == {}


# --- planning again ----------------------------------------------------------------------------


def test_planning_again_changes_nothing() -> None:
    trip = a_trip(a_plan(FIRST))
    setting = Setting(chat(), NoticeWishes(), "Europe/Berlin")
    first = calendar.reconciled(trip, setting, (), START, START)
    again = calendar.reconciled(trip, setting, first.new, START, START)

    assert len(first.new) == 9
    assert (again.new, again.moved, again.cancelled) == ((), (), ())


def test_a_trip_planned_late_is_not_told_what_would_have_been_due_before() -> None:
    now = instant(FIRST - timedelta(days=5), time(12), "Europe/Lisbon")
    trip = a_trip(a_plan(FIRST), updated_at=now)
    found = calendar.reconciled(trip, Setting(chat(), NoticeWishes()), (), now, now)

    assert Kind.OUTLOOK not in {n.kind for n in found.new}
    assert Kind.PACKING in {n.kind for n in found.new}


def test_what_was_due_while_nobody_planned_is_made_up_for() -> None:
    trip = a_trip(a_plan(FIRST))
    late, too_late = (instant(FIRST - timedelta(days=n), time(12), "Europe/Lisbon") for n in (2, 1))
    found = [
        {
            n.kind
            for n in calendar.reconciled(trip, Setting(chat(), NoticeWishes()), (), at, START).new
        }
        for at in (late, too_late)
    ]

    assert Kind.PACKING in found[0]
    assert Kind.PACKING not in found[1]


def test_an_unmuted_kind_comes_back_for_what_is_still_to_come() -> None:
    trip = a_trip(a_plan(FIRST))
    muted = Setting(chat(), NoticeWishes(muted=frozenset({Kind.MORNING})))
    plain = Setting(chat(), NoticeWishes())
    rows = calendar.reconciled(trip, plain, (), START, START).new
    gone = dict(calendar.reconciled(trip, muted, rows, START, START).cancelled)
    assert set(gone.values()) == {"morning notices are muted in this chat"}
    cancelled = [
        r.model_copy(update={"state": State.CANCELLED}) if r.id in gone else r for r in rows
    ]
    on_second_day = instant(FIRST + timedelta(days=1), time(12), "Europe/Lisbon")
    back = calendar.reconciled(trip, plain, cancelled, on_second_day, on_second_day)

    assert [n.on for n in back.moved] == [FIRST + timedelta(days=2), FIRST + timedelta(days=3)]


@pytest.mark.parametrize(
    ("state", "reason", "comes"),
    [
        (State.CANCELLED, "morning notices are muted in this chat", True),
        (State.CANCELLED, NOT_WORTH_IT, False),
        (State.CANCELLED, UNREACHABLE, False),
        (State.EXPIRED, "it was of use in quiet hours only", False),
    ],
)
def test_what_was_wanted_again_in_time_comes_late_when_nobody_planned_meanwhile(
    state: State, reason: str, *, comes: bool
) -> None:
    trip = a_trip(a_plan(FIRST))
    plain = Setting(chat(), NoticeWishes())
    rows = calendar.reconciled(trip, plain, (), START, START).new
    ended = [r.model_copy(update={"state": state, "reason": reason}) for r in rows]
    morning = next(r for r in rows if r.kind is Kind.MORNING)
    before, after = morning.due - timedelta(hours=3), morning.due + timedelta(hours=1)
    moved = calendar.reconciled(trip, plain, ended, after, before).moved

    assert (morning.key in [n.key for n in moved]) is comes


# --- may it be said now ------------------------------------------------------------------------

NOON = datetime(2027, 3, 10, 12, tzinfo=UTC)


def a_notice(kind: Kind = Kind.EVENT, due: datetime = NOON) -> Notice:
    return Notice(
        id="notice-1",
        trip="trip",
        kind=kind,
        on=FIRST,
        conversation=chat(),
        due=due,
        zone="UTC",
        trip_version=1,
        late_until=due + timedelta(hours=30),
        why="because",
    )


def test_what_is_due_by_day_is_told_until_the_quiet_hours_begin() -> None:
    decided = verdict(a_notice(), NoticeWishes(), "UTC", NOON, ())

    assert decided == Tell(late=False, until=NOON.replace(hour=22))


def test_quiet_hours_a_snooze_and_the_daily_cap_make_it_wait() -> None:
    at_night = NOON.replace(hour=23)
    snoozed = NoticeWishes(snoozed_until=NOON + timedelta(hours=3))
    three = [NOON - timedelta(hours=h) for h in (1, 2, 3)]

    assert verdict(a_notice(), NoticeWishes(), "UTC", at_night, ()) == Wait(
        NOON.replace(day=11, hour=8)
    )
    assert verdict(a_notice(), snoozed, "UTC", NOON, ()) == Wait(NOON + timedelta(hours=3))
    assert verdict(a_notice(), NoticeWishes(), "UTC", NOON, three) == Wait(
        NOON.replace(day=11, hour=0)
    )
    assert isinstance(verdict(a_notice(), NoticeWishes(), "UTC", NOON, three[:2]), Tell)


def test_why_a_trip_has_no_notices_is_what_became_of_it() -> None:
    trip = a_trip(a_plan(NOON.date()))

    assert calendar.unplanned(trip) == ""
    assert calendar.unplanned(trip.model_copy(update={"status": "done"})) == "the trip is over"
    assert "cancelled" in calendar.unplanned(trip.model_copy(update={"status": "cancelled"}))


def test_a_severe_alert_waits_for_nothing_and_stops_by_its_own_name() -> None:
    at_night = NOON.replace(hour=23)
    alert = a_notice(Kind.ALERT)
    wishes = NoticeWishes(
        snoozed_until=NOON + timedelta(days=5),
        daily_cap=0,
        muted=frozenset(set(Kind) - {Kind.ALERT}),
        muted_trips=frozenset({"trip"}),
    )

    assert isinstance(verdict(alert, wishes, "UTC", at_night, [at_night]), Tell)
    for stopped in (NoticeWishes(off=True), NoticeWishes(muted=frozenset({Kind.ALERT}))):
        decided = verdict(alert, stopped, "UTC", at_night, ())
        assert isinstance(decided, Drop) and decided.state is State.CANCELLED


def test_what_comes_too_late_expires_and_what_can_only_be_quiet_too() -> None:
    late = a_notice()
    night = a_notice(due=NOON.replace(hour=23)).model_copy(
        update={"late_until": NOON.replace(day=11, hour=7)}
    )

    assert verdict(late, NoticeWishes(), "UTC", late.late_until, ()) == Drop(
        State.EXPIRED, "it came too late to be of use"
    )
    assert verdict(night, NoticeWishes(), "UTC", night.due, ()) == Drop(
        State.EXPIRED, "it was of use in quiet hours only"
    )


def test_the_policies_and_the_store_agree_on_what_is_urgent_and_what_never_early() -> None:
    assert {k for k, p in POLICIES.items() if p.urgent} == URGENT
    assert {k for k, p in POLICIES.items() if p.exact} == NEVER_EARLY
    assert set(POLICIES) == set(Kind)


def test_where_a_traveller_is_goes_by_landing_and_take_off() -> None:
    zone = ZoneInfo("Asia/Tokyo")
    lands = datetime.combine(FIRST, time(19), zone)
    leaves = datetime.combine(FIRST + timedelta(days=3), time(11), zone)
    plan = a_plan(FIRST, 3, "Asia/Tokyo", arrival_at=lands, departure_at=leaves)

    def where(at: datetime) -> str:
        return zone_at(plan, "Europe/Rome", at)

    assert where(lands - timedelta(minutes=1)) == "Europe/Rome"
    assert where(lands) == "Asia/Tokyo"
    assert where(leaves - timedelta(minutes=1)) == "Asia/Tokyo"
    assert where(leaves) == "Europe/Rome"
