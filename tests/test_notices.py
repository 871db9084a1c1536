"""The engine of notices on a real store: planned, claimed, re-checked, said once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteStore
from bot.noticing import Noticing, planned
from core.linking import Account, LinkNews, LinkRequest
from core.messages import ConversationClosed, InboundMessage, Part, Person, Reply, Text
from core.notices.ports import Settlement
from core.notices.state import Change, Found, Hearer, Kind, Notice, NoticeWishes, State
from core.people import ProfileFact
from core.trips import Trip
from tests.notice_rig import Rig, ScriptedWatcher, a_plan, a_stop, a_trip, chat, lives_in
from tests.world import World

Desk = tuple[SqliteStore, Noticing]
FIRST = date(2027, 3, 20)
EVENING_BEFORE = "2027-03-19 18:30"  # UTC, which is Lisbon's time until the end of March


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    await rig.closes()


@pytest.fixture
async def desk(rig: Rig) -> Desk:
    return await rig.opens()


async def rows(store: SqliteStore, trip: str = "trip") -> list[Notice]:
    found = await store.calendar_of(trip)
    assert found is not None
    return list(found.rows)


async def states(store: SqliteStore, kind: Kind, trip: str = "trip") -> list[str]:
    return [row.state.value for row in await rows(store, trip) if row.kind is kind]


def with_stop(trip: Trip, day: int, at: time, **more: object) -> Trip:
    """The trip with one more stop on its day number `day`, from 0."""
    assert trip.plan is not None
    days = list(trip.plan.days)
    stop = a_stop(days[day].day, trip.plan.timezone, at, **more)
    stops = tuple(sorted((*days[day].stops, stop), key=lambda s: s.start))
    days[day] = days[day].model_copy(update={"stops": stops})
    return trip.model_copy(update={"plan": trip.plan.model_copy(update={"days": tuple(days)})})


def changed(trip: Trip, rig: Rig, **more: object) -> Trip:
    return trip.model_copy(
        update={"version": trip.version + 1, "updated_at": rig.clock.now(), **more}
    )


# --- one notice, once --------------------------------------------------------------------------


async def test_what_a_trip_is_due_is_said_once_on_its_evening(rig: Rig, desk: Desk) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    early = await rig.ticks(noticing, store)
    rig.clock.strikes(EVENING_BEFORE)
    on_time = [await rig.ticks(noticing, store) for _ in range(3)]

    assert early == []
    assert on_time == [["final_check 2027-03-20"], [], []]


async def test_a_whole_trip_is_told_from_two_weeks_before_until_after_it(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    trip = with_stop(a_trip(a_plan(FIRST, 1)), 1, time(16), id="fado", booked=True)
    await rig.turn(store, trips=(trip,))
    said = []
    while rig.clock.now() < datetime(2027, 3, 25, tzinfo=UTC):
        said += await rig.ticks(noticing, store)
        rig.clock.passes(minutes=30)

    assert said == [
        "outlook 2027-03-20 14",
        "outlook 2027-03-20 7",
        "packing 2027-03-20",
        "final_check 2027-03-20",
        "morning 2027-03-20",
        "morning 2027-03-21",
        "reminder 2027-03-21 fado",
        "after 2027-03-21",
    ]
    assert {row.state for row in await rows(store)} == {State.SENT}


async def test_a_trip_that_is_over_is_let_be_until_somebody_takes_it_up_again(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    trip = a_trip(a_plan(FIRST, 1))
    await rig.turn(store, trips=(trip,))
    rig.clock.strikes("2027-04-20 12:00")
    await rig.ticks(noticing, store)
    rig.clock.passes(hours=2)
    await rig.ticks(noticing, store)
    rig.clock.passes(hours=2)
    with closing(sqlite3.connect(rig.file)) as db:
        [looked_at] = db.execute("SELECT at FROM notice_calendar").fetchone()
    again = changed(trip, rig, plan=a_plan(date(2027, 5, 1)))
    await rig.turn(store, trips=(again,))
    rig.clock.strikes("2027-04-30 17:00")
    told = await rig.ticks(noticing, store)

    assert looked_at > datetime(2100, 1, 1, tzinfo=UTC).timestamp()
    assert told == ["final_check 2027-05-01"]


async def test_a_trip_that_seemed_to_be_over_by_a_clock_that_ran_ahead_is_told(
    rig: Rig, desk: Desk
) -> None:
    """Its notices expired by that clock; back in time, they come."""
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST, 1)),))
    rig.clock.strikes("2027-03-15 12:00")
    await rig.ticks(noticing, store)
    for ahead in ("2027-04-20 12:00", "2027-04-20 14:00"):
        rig.clock.strikes(ahead)
        await rig.ticks(noticing, store)
    rig.clock.strikes("2027-03-15 12:10")
    await rig.ticks(noticing, store)
    rig.clock.strikes("2027-03-19 18:20")
    told = await rig.ticks(noticing, store)

    assert told == ["final_check 2027-03-20"]


async def test_what_moves_to_a_later_hour_after_its_reminder_is_reminded_of_again(
    rig: Rig, desk: Desk
) -> None:
    """Once for each hour, however often it is planned again."""
    store, noticing = desk
    trip = a_trip(a_plan(FIRST))
    await rig.turn(store, trips=(with_stop(trip, 1, time(15), id="fado", booked=True),))
    said = []
    for moment, hour in (("13:05", 20), ("18:05", 15), ("18:20", 20), ("18:30", 20)):
        rig.clock.strikes(f"2027-03-21 {moment}")
        said += await rig.ticks(noticing, store)
        moved = with_stop(trip, 1, time(hour), id="fado", booked=True)
        version = int(moment.replace(":", ""))
        await rig.turn(store, trips=(changed(moved, rig, version=version),))

    assert said == ["reminder 2027-03-21 fado", "reminder 2027-03-21 fado#20:00"]


@pytest.mark.fault("E1")
async def test_a_clock_that_jumps_back_or_ahead_repeats_nothing_and_says_due_rows_once(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    rig.clock.strikes(EVENING_BEFORE)
    said = [await rig.ticks(noticing, store)]
    for jump in (timedelta(hours=-1), timedelta(days=2), timedelta(days=-2)):
        rig.clock.strikes(rig.clock.now() + jump)
        said.append(await rig.ticks(noticing, store))
    rig.clock.strikes("2027-03-21 09:00")
    said.append(await rig.ticks(noticing, store))

    assert said == [["final_check 2027-03-20"], [], [], [], ["morning 2027-03-21"]]


# --- the traveller's zone ----------------------------------------------------------------------


@pytest.mark.fault("E4")
async def test_who_moves_to_another_zone_hears_the_rest_by_the_new_clock_and_nothing_twice(
    rig: Rig, desk: Desk
) -> None:
    """Two outlooks by the clock of Berlin; then home is Los Angeles, and back again."""
    store, noticing = desk
    me = "desk:1"
    await rig.turn(store, profile=lives_in(me, "Europe/Berlin"), trips=(a_trip(a_plan(FIRST)),))
    heard: list[tuple[str, str]] = []

    async def until(moment: str) -> None:
        end = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        while rig.clock.now() < end:
            at = rig.clock.now()
            heard.extend((text, f"{at:%d %H}") for text in await rig.ticks(noticing, store))
            rig.clock.passes(minutes=20)

    await until("2027-03-13 12:00")
    await rig.turn(store, profile=lives_in(me, "America/Los_Angeles", rig.clock.now()))
    await until("2027-03-13 23:00")
    await rig.turn(store, profile=lives_in(me, "Europe/Berlin", rig.clock.now()))
    await until("2027-03-16 23:00")
    await rig.turn(store, profile=lives_in(me, "America/Los_Angeles", rig.clock.now()))
    await until("2027-03-21 12:00")

    assert heard == [
        ("outlook 2027-03-20 14", "06 09"),
        ("outlook 2027-03-20 7", "13 09"),
        ("packing 2027-03-20", "18 01"),  # 18:00 on the 17th in Los Angeles
        # On the 19th at 18:00 there it is night in Lisbon, where the trip has begun.
        ("final_check 2027-03-20\n\nmorning 2027-03-20", "20 08"),
        ("morning 2027-03-21", "21 08"),
    ]


# --- what changes between claim and hand-over --------------------------------------------------


@pytest.mark.fault("E5")
@pytest.mark.parametrize("change", ["dates", "cancelled"])
@pytest.mark.parametrize("when", ["queued", "claimed", "in the outbox"])
async def test_a_trip_that_changes_before_its_notice_goes_is_never_told_as_it_was(
    rig: Rig, desk: Desk, change: str, when: str
) -> None:
    store, noticing = desk
    trip = a_trip(a_plan(FIRST))
    await rig.turn(store, trips=(trip,))
    await noticing.plan()
    rig.clock.strikes(EVENING_BEFORE)

    async def happens() -> None:
        rig.composer.before = None
        if change == "dates":
            later = a_plan(FIRST + timedelta(days=30))
            await rig.turn(store, trips=(changed(trip, rig, plan=later),))
        else:
            await rig.turn(store, trips=(changed(trip, rig, status="cancelled"),))

    if when == "queued":
        await happens()
    elif when == "claimed":
        rig.composer.before = lambda notice: happens()
    await noticing.send()
    if when == "in the outbox":
        await happens()
    said = await rig.brings_out(store)
    said += await rig.ticks(noticing, store)

    assert said == []
    left = await rows(store)
    old = [r for r in left if r.on <= FIRST + timedelta(days=3)]
    assert {r.state for r in old} <= {State.CANCELLED, State.EXPIRED}
    if change == "dates":
        rig.clock.strikes("2027-04-18 17:30")
        assert await rig.ticks(noticing, store) == ["final_check 2027-04-19"]


@pytest.mark.fault("E6")
@pytest.mark.parametrize(
    "wishes",
    [
        NoticeWishes(off=True),
        NoticeWishes(muted=frozenset({Kind.FINAL_CHECK})),
        NoticeWishes(muted_trips=frozenset({"trip"})),
        NoticeWishes(muted_pairs=frozenset({("trip", Kind.FINAL_CHECK)})),
    ],
    ids=["off", "kind", "trip", "kind of the trip"],
)
@pytest.mark.parametrize("when", ["queued", "claimed", "in the outbox"])
async def test_who_opts_out_before_a_notice_goes_does_not_get_it(
    rig: Rig, desk: Desk, wishes: NoticeWishes, when: str
) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    await noticing.plan()
    rig.clock.strikes(EVENING_BEFORE)

    async def opts_out() -> None:
        rig.composer.before = None
        await rig.turn(store, notices=wishes)

    if when == "queued":
        await opts_out()
    elif when == "claimed":
        rig.composer.before = lambda notice: opts_out()
    await noticing.send()
    if when == "in the outbox":
        await opts_out()
    said = await rig.brings_out(store)
    for _ in range(3):
        said += await rig.ticks(noticing, store)

    assert said == []
    assert await states(store, Kind.FINAL_CHECK) == ["cancelled"]


async def test_a_wish_that_changes_between_claim_and_hand_over_only_delays_what_is_wanted_still(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    await noticing.plan()
    rig.clock.strikes(EVENING_BEFORE)

    async def caps(notice: Notice) -> None:
        rig.composer.before = None
        await rig.turn(store, notices=NoticeWishes(daily_cap=2))

    rig.composer.before = caps
    said = await rig.ticks(noticing, store)
    rig.clock.passes(seconds=30)
    said += await rig.ticks(noticing, store)

    assert said == ["final_check 2027-03-20"]
    assert noticing.counters["notices.decided_anew"] == 1


async def test_a_notice_that_waited_in_the_outbox_into_the_quiet_hours_comes_after_them(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    await noticing.plan()
    rig.clock.strikes(EVENING_BEFORE)
    await noticing.send()
    rig.clock.strikes("2027-03-19 22:05")  # the platform was away until now
    at_night = await rig.brings_out(store) + await rig.ticks(noticing, store)
    rig.clock.strikes("2027-03-20 08:00")
    in_the_morning = await rig.ticks(noticing, store)

    assert at_night == []
    [text] = in_the_morning
    late, *told = text.split("\n\n")
    assert late.startswith("*This comes late: it was meant for Fri 19 Mar 18:")
    assert told == ["final_check 2027-03-20", "morning 2027-03-20"]


# --- after an outage ---------------------------------------------------------------------------


async def test_a_notice_in_the_outbox_waits_as_well_when_the_traveller_arrives_where_it_is_night(
    rig: Rig, desk: Desk
) -> None:
    """It is evening in Nuuk, where they set out, when the first day begins in Berlin."""
    store, noticing = desk
    plan = a_plan(FIRST, zone="Europe/Berlin")
    await rig.turn(store, profile=lives_in("desk:1", "America/Nuuk"), trips=(a_trip(plan),))
    await noticing.plan()
    rig.clock.strikes("2027-03-19 20:30")
    handed_over = await noticing.send()
    rig.clock.strikes("2027-03-19 23:20")
    at_night = await rig.brings_out(store)
    early = await rig.ticks(noticing, store)
    rig.clock.strikes("2027-03-20 07:10")
    [in_the_morning] = await rig.ticks(noticing, store)

    assert handed_over == 1
    assert (at_night, early) == ([], [])
    assert "final_check 2027-03-20" in in_the_morning


@pytest.mark.fault("E7")
async def test_after_two_days_without_a_scheduler_late_notices_say_so_or_expire_and_are_counted(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    trip = with_stop(a_trip(a_plan(FIRST)), 1, time(11), id="fado", booked=True)
    await rig.turn(store, trips=(trip,))
    await noticing.plan()
    outage = [("2027-03-05 12:00", "2027-03-07 12:00"), ("2027-03-19 12:00", "2027-03-21 12:00")]
    said = []
    for down, up in outage:
        rig.clock.strikes(down)
        await rig.ticks(noticing, store)
        rig.clock.strikes(up)
        said.append(await rig.ticks(noticing, store))
    counts = await store.counts()

    [[late], [morning]] = said
    assert late.startswith("*This comes late: it was meant for Sat 6 Mar ")
    assert late.endswith("outlook 2027-03-20 14")
    assert morning == "morning 2027-03-21"
    gone = {r.kind.value: r.reason for r in await rows(store) if r.state is State.EXPIRED}
    assert gone == {
        "final_check": "it came too late to be of use",
        "morning": "it came too late to be of use",
        "reminder": "it came too late to be of use",
        "outlook": "it came too late to be of use",
        "packing": "it came too late to be of use",
    }
    assert counts["notices.expired"] == noticing.counters["notices.expired"] == 5


# --- several processes -------------------------------------------------------------------------


@pytest.mark.fault("E8")
async def test_several_planners_and_senders_at_once_say_everything_once(rig: Rig) -> None:
    processes = [await rig.opens() for _ in range(3)]
    store = processes[0][0]
    for n in range(60):
        await rig.turn(store, str(n), trips=(a_trip(a_plan(FIRST), id=f"t{n}", where=str(n)),))
    await asyncio.gather(*(noticing.plan() for _, noticing in processes))
    planned = (await store.counts())["notices.planned"]
    rig.clock.strikes(EVENING_BEFORE)
    handed = await asyncio.gather(*(noticing.send() for _, noticing in processes))
    await rig.brings_out(store)

    assert planned == 60 * 9
    assert sum(handed) == 60
    assert sorted(s.chat for s in rig.said) == sorted(chat(str(n)).key for n in range(60))


@pytest.mark.fault("E10")
@pytest.mark.parametrize("dies", ["after the claim", "after the hand-over", "while it is sent"])
async def test_a_process_that_dies_with_a_notice_in_hand_leaves_it_to_the_next_one(
    rig: Rig, desk: Desk, dies: str
) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    await noticing.plan()
    rig.clock.strikes(EVENING_BEFORE)
    if dies == "after the claim":
        [batch] = await store.claim_notices("dead", 10)
    else:
        await noticing.send()
    if dies == "while it is sent":
        [delivery] = await store.claim_replies("dead", 10)
    other, next_one = await rig.opens()
    at_once = await rig.ticks(next_one, other)
    rig.clock.passes(minutes=3)
    later = await rig.ticks(next_one, other)

    expected = ["final_check 2027-03-20"]
    assert at_once == ([] if dies != "after the hand-over" else expected)
    assert later == ([] if dies == "after the hand-over" else expected)
    if dies == "after the claim":  # and the dead one's hand-over comes too late
        assert not await store.settle(batch, Settlement())
    if dies == "while it is sent":
        assert rig.said[-1].text == expected[0]
        await store.sent(delivery, ["1"])
    assert await states(other, Kind.FINAL_CHECK) == ["sent"]


async def test_who_starts_alone_on_the_file_takes_up_the_claims_of_the_dead_at_once(
    rig: Rig,
) -> None:
    store, noticing = await rig.opens()
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    await noticing.plan()
    rig.clock.strikes(EVENING_BEFORE)
    assert len(await store.claim_notices("dead", 10)) == 1
    await rig.closes()
    store, noticing = await rig.opens()

    assert await rig.ticks(noticing, store) == ["final_check 2027-03-20"]


# --- where it is told --------------------------------------------------------------------------


async def test_a_group_hears_it_once_where_the_trip_was_planned_and_nobody_in_private(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    for who in ("ana", "ben"):
        await rig.turn(store, who, who=who, profile=lives_in(f"desk:{who}", "Asia/Tokyo"))
    trip = a_trip(a_plan(FIRST), where="-5", owner="desk:ana")
    await rig.turn(store, "-5", who="ana", trips=(trip,))
    rig.clock.strikes(EVENING_BEFORE)
    said = await rig.ticks(noticing, store)

    assert said == ["final_check 2027-03-20"]
    assert {s.chat for s in rig.said} == {chat("-5").key}
    [(_, hearer)] = rig.composer.heard
    assert hearer.zone == "Europe/Lisbon"  # not where ana lives, which she said in private


async def test_before_a_trip_a_group_hears_by_the_clock_where_it_said_it_starts(
    world: World,
) -> None:
    assert world.app is not None
    store = world.app.store
    await world.says("plan Tokyo from Berlin, 15-19 april 2027", chat="-5")
    [found] = await store.trips_to_plan(10, "rules")
    changes, _ = planned(found, world.clock.now())

    assert found.setting is not None
    assert found.setting.home == "Europe/Berlin"
    zones = {n.kind: n.zone for n in changes.new}
    assert zones[Kind.PACKING] == "Europe/Berlin"
    assert zones[Kind.MORNING] == "Asia/Tokyo"


async def joined(rig: Rig, store: SqliteStore) -> None:
    """One traveller with an account on two platforms, who likes to be reached on the second."""
    request = LinkRequest(
        hash="1",
        maker=Account(person="desk:1", name="Ana"),
        made_in=chat(),
        until=rig.clock.now() + timedelta(minutes=10),
        other=Account(person="slack:7", name="Ana"),
        entered_in=chat("7", "slack"),
    )
    await rig.turn(store, "7", platform="slack")
    await rig.turn(store, links=LinkNews(made=request))
    await rig.turn(store, links=LinkNews(seen=request, joins=True))


async def likes(rig: Rig, store: SqliteStore, platform: str) -> None:
    profile = (await store.open_turn(rig.message())).profile
    fact = ProfileFact(key="reach", value=platform, origin="told", said_at=rig.clock.now())
    await rig.turn(store, profile=profile.learned(fact))


async def test_who_has_two_accounts_hears_it_once_where_they_like_to_be_reached(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    await joined(rig, store)
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    await likes(rig, store, "Slack")
    rig.clock.strikes("2027-03-17 18:10")
    await rig.ticks(noticing, store)
    await likes(rig, store, "Desk")
    rig.clock.strikes(EVENING_BEFORE)
    await rig.ticks(noticing, store)
    rig.clock.strikes("2027-03-20 08:30")
    await noticing.plan()
    rig.composer.before = lambda notice: likes(rig, store, "Slack")  # at the very last moment
    await rig.ticks(noticing, store)
    await rig.ticks(noticing, store)

    assert [(s.chat, s.text.split()[0]) for s in rig.said] == [
        ("slack:7:", "packing"),
        ("desk:1:", "final_check"),
        ("slack:7:", "morning"),
    ]


async def test_an_opt_out_in_one_chat_of_a_traveller_holds_in_all_of_them(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    await rig.wants(store, muted=frozenset({Kind.PACKING}))
    await joined(rig, store)
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    await likes(rig, store, "Slack")
    await rig.turn(store, notices=NoticeWishes(muted=frozenset({Kind.PACKING, Kind.FINAL_CHECK})))
    for moment in ("2027-03-17 18:30", EVENING_BEFORE, "2027-03-20 08:30"):
        rig.clock.strikes(moment)
        await rig.ticks(noticing, store)

    assert [s.text for s in rig.said] == ["morning 2027-03-20"]


async def test_a_closed_chat_hears_nothing_and_an_open_one_the_rest(rig: Rig, desk: Desk) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    await noticing.plan()
    await store.accept([ConversationClosed(id="c", key=chat().key, why="blocked")])
    rig.clock.strikes(EVENING_BEFORE)
    blocked = await rig.ticks(noticing, store)
    rig.clock.strikes("2027-03-20 12:00")
    await rig.turn(store)  # somebody writes there again
    assert await rig.ticks(noticing, store) == []
    rig.clock.strikes("2027-03-21 09:00")
    back = await rig.ticks(noticing, store)

    assert blocked == []
    assert back == ["morning 2027-03-21"]


# --- how much ----------------------------------------------------------------------------------


async def test_what_is_due_in_the_same_hour_comes_as_one_message(rig: Rig, desk: Desk) -> None:
    store, noticing = desk
    trip = with_stop(a_trip(a_plan(FIRST)), 0, time(11), id="fado", booked=True)
    other = a_trip(a_plan(FIRST - timedelta(days=4), 3), id="other")
    await rig.turn(store, trips=(trip, other))
    rig.composer.silent = set()
    rig.clock.strikes("2027-03-19 12:00")
    await rig.ticks(noticing, store)
    rig.clock.strikes("2027-03-20 08:30")
    together = await rig.ticks(noticing, store)
    rig.clock.strikes("2027-03-20 09:15")
    afterwards = await rig.ticks(noticing, store)

    [text] = together
    assert text.split("\n\n")[-2:] == ["morning 2027-03-20", "reminder 2027-03-20 fado"]
    assert afterwards == []


async def test_no_more_than_the_daily_cap_and_severe_alerts_besides(rig: Rig, desk: Desk) -> None:
    store, noticing = desk
    watcher = rig.watcher
    assert isinstance(watcher, ScriptedWatcher)
    await rig.wants(store, daily_cap=2)
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    await noticing.plan()
    said = []
    for hour in range(9, 20, 2):
        rig.clock.strikes(f"2027-03-18 {hour:02}:00")
        kind = Kind.ALERT if hour == 17 else Kind.EVENT
        watcher.news_of["trip"] = Found(changes=(news(kind, f"{hour}"),), seen=str(hour))
        await noticing.watch()
        said.append(len(await rig.ticks(noticing, store)))
    rig.clock.strikes("2027-03-19 08:00")
    next_day = await rig.ticks(noticing, store)

    assert said == [1, 1, 0, 0, 1, 0]
    assert len(next_day) == 1
    assert all(f"event 2027-03-21 {hour}" in next_day[0] for hour in (13, 15, 19))


def news(kind: Kind, about: str) -> Change:
    return Change(
        kind=kind,
        on=FIRST + timedelta(days=1),
        about=about,
        why="the concert was moved",
        news="{}",
        until=datetime(2027, 3, 22, tzinfo=UTC),
    )


async def test_at_night_a_severe_alert_comes_at_once_and_everything_else_in_the_morning(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    watcher = rig.watcher
    assert isinstance(watcher, ScriptedWatcher)
    rig.clock.strikes("2027-03-18 08:30")
    trip = a_trip(a_plan(FIRST), updated_at=rig.clock.now())
    await rig.turn(store, trips=(trip,))
    await noticing.plan()
    rig.clock.strikes("2027-03-18 23:30")
    found = tuple(news(kind, "x") for kind in (Kind.WEATHER, Kind.ALERT))
    watcher.news_of["trip"] = Found(changes=found, seen="1")
    await noticing.watch()
    at_night = await rig.ticks(noticing, store)
    rig.clock.strikes("2027-03-19 08:00")
    by_day = await rig.ticks(noticing, store)

    assert at_night == ["alert 2027-03-21 x"]
    assert by_day == ["weather 2027-03-21 x"]


async def test_what_was_found_while_its_kind_was_muted_is_told_when_it_is_wanted_again(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    watcher = rig.watcher
    assert isinstance(watcher, ScriptedWatcher)
    rig.clock.strikes("2027-03-18 08:30")
    await rig.turn(store, trips=(a_trip(a_plan(FIRST), updated_at=rig.clock.now()),))
    await rig.wants(store, muted=frozenset({Kind.WEATHER}))
    await noticing.plan()
    watcher.news_of["trip"] = Found(changes=(news(Kind.WEATHER, "x"),), seen="1")
    await noticing.watch()
    muted = await rig.ticks(noticing, store)
    rig.clock.passes(hours=3)
    await rig.wants(store)
    wanted = await rig.ticks(noticing, store)
    rig.clock.passes(hours=3)
    await rig.wants(store)

    assert muted == []
    assert wanted == ["weather 2027-03-21 x"]
    assert await rig.ticks(noticing, store) == []


async def test_what_a_watcher_finds_again_is_told_once_and_its_notes_are_kept(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    watcher = rig.watcher
    assert isinstance(watcher, ScriptedWatcher)
    rig.clock.strikes("2027-03-18 08:30")
    trip = a_trip(a_plan(FIRST), updated_at=rig.clock.now())
    await rig.turn(store, trips=(trip,))
    await noticing.plan()
    said = []
    for hour in (9, 13, 17):
        rig.clock.strikes(f"2027-03-18 {hour:02}:00")
        found = Found(changes=(news(Kind.WEATHER, "x"),), seen=f"seen at {hour}")
        watcher.news_of["trip"] = found
        await noticing.watch()
        said += await rig.ticks(noticing, store)
    rig.clock.passes(hours=4)
    [watched] = await store.trips_to_watch(10)

    assert said == ["weather 2027-03-21 x"]
    assert watched.seen == "seen at 17"


class Stumbling(ScriptedWatcher):
    """A mistake of ours at one trip: whoever asks about it with others learns nothing of them."""

    async def news(
        self, trips: Sequence[tuple[Trip, str]], now: datetime
    ) -> Sequence[Found | None]:
        if any(trip.id == "trip-2" for trip, _ in trips):
            raise KeyError("a mistake of ours")
        return await super().news(trips, now)


async def test_a_trip_at_which_the_watcher_fails_keeps_no_other_from_its_news(
    rig: Rig, desk: Desk
) -> None:
    """It is counted, and looked at again in ten minutes, when its mistake is mended."""
    store, _ = desk
    stumbling, mended = Stumbling(), ScriptedWatcher()
    trips = [a_trip(a_plan(FIRST), id=f"trip-{n}", where=str(n)) for n in range(5)]
    for trip in trips:
        await rig.turn(store, trip.conversation.split(":")[1], trips=(trip,))
        stumbling.news_of[trip.id] = Found(changes=(news(Kind.WEATHER, "x"),), seen="1")
    mended.news_of["trip-2"] = stumbling.news_of["trip-2"]
    rig.clock.strikes("2027-03-18 09:00")
    at_first = Noticing(store, rig.clock, rig.composer, stumbling)
    await at_first.plan()
    found = await at_first.watch()
    later = Noticing(store, rig.clock, rig.composer, mended)
    too_early = await later.watch()
    rig.clock.passes(minutes=10)
    afterwards = await later.watch()

    assert (found, too_early, afterwards) == (4, 0, 1)
    assert at_first.counters["notices.not_watched"] == 1
    assert mended.asked == [["trip-2"]]


async def test_news_that_cannot_be_made_a_notice_keep_no_other_waiting(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    assert isinstance(rig.watcher, ScriptedWatcher)
    for n in range(2):
        trip = a_trip(a_plan(FIRST), id=f"trip-{n}", where=str(n))
        await rig.turn(store, str(n), trips=(trip,))
    good = news(Kind.WEATHER, "x")
    naive = good.model_copy(update={"until": good.until.replace(tzinfo=None)})
    rig.watcher.news_of["trip-0"] = Found(changes=(naive,), seen="1")
    rig.watcher.news_of["trip-1"] = Found(changes=(good,), seen="1")
    rig.clock.strikes("2027-03-18 09:00")
    await noticing.plan()
    found = await noticing.watch()
    rig.clock.passes(minutes=10)
    [again] = await store.trips_to_watch(10)

    assert found == 1
    assert noticing.counters["notices.not_watched"] == 1
    assert (again.trip.id, again.seen) == ("trip-0", "")


# --- composing ---------------------------------------------------------------------------------


async def test_a_chat_that_cannot_be_told_keeps_no_other_waiting(rig: Rig, desk: Desk) -> None:
    """What its composer gave makes no message; it is composed again when the claim ends."""
    store, noticing = desk
    compose = rig.composer.compose
    broken = True

    async def parts(notice: Notice, trip: Trip, hearer: Hearer) -> tuple[Part, ...] | None:
        said = await compose(notice, trip, hearer)
        return (b"no part",) if broken and trip.id == "trip-0" else said  # type: ignore[return-value]

    rig.composer.compose = parts  # type: ignore[method-assign]
    for n in range(3):
        await rig.turn(store, str(n), trips=(a_trip(a_plan(FIRST), id=f"trip-{n}", where=str(n)),))
    await noticing.plan()
    rig.clock.strikes(EVENING_BEFORE)
    told = await noticing.send()
    broken = False
    rig.clock.passes(minutes=3)
    afterwards = await noticing.send()

    assert (told, afterwards) == (2, 1)
    assert noticing.counters["notices.not_settled"] == 1


async def test_what_is_not_worth_saying_is_cancelled_and_counted(rig: Rig, desk: Desk) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    await noticing.plan()
    rig.composer.silent = {r.id for r in await rows(store)}
    rig.clock.strikes(EVENING_BEFORE)
    said = await rig.ticks(noticing, store)

    assert said == []
    assert await states(store, Kind.FINAL_CHECK) == ["cancelled"]
    assert noticing.counters["notices.cancelled"] == 1


async def test_a_source_that_is_silent_delays_a_notice_for_as_long_as_it_is_of_use(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    await noticing.plan()
    rig.clock.strikes(EVENING_BEFORE)
    rig.composer.down = True
    tries = 0
    while rig.clock.now() < datetime(2027, 3, 19, 21, tzinfo=UTC):
        assert await rig.ticks(noticing, store) == []
        tries = len(rig.composer.heard)
        rig.clock.passes(minutes=5)
    rig.composer.down = False
    rig.clock.passes(minutes=5)
    [late] = await rig.ticks(noticing, store)

    assert 14 <= tries <= 16
    assert late.startswith("*This comes late: it was meant for Fri 19 Mar ")


async def test_a_notice_that_cannot_be_composed_is_given_up_after_five_attempts(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    await noticing.plan()
    rig.clock.strikes(EVENING_BEFORE)
    rig.composer.bug = True
    for _ in range(12):
        assert await rig.ticks(noticing, store) == []
        rig.clock.passes(minutes=10)

    assert await states(store, Kind.FINAL_CHECK) == ["failed"]
    assert len(rig.composer.heard) == 5


# --- the outbox --------------------------------------------------------------------------------


async def test_an_answer_goes_before_the_notices_of_its_own_chat_and_of_all_others(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    for n in range(5):
        await rig.turn(store, str(n), trips=(a_trip(a_plan(FIRST), id=f"t{n}", where=str(n)),))
    await noticing.plan()
    rig.clock.strikes(EVENING_BEFORE)
    await noticing.send()
    await rig.turn(store, "3", replies=(an_answer("3"),))
    first = await store.claim_replies("w", 1)
    await store.sent(first[0], ["1"])
    rest = await store.claim_replies("w", 10, notices=2)

    assert [text.markdown for text in texts(first[0].reply.parts)] == ["an answer"]
    assert len(rest) == 2
    assert len(await store.claim_replies("w", 10)) == 3


def texts(parts: tuple[Part, ...]) -> list[Text]:
    return [p for p in parts if isinstance(p, Text)]


def an_answer(where: str) -> Reply:
    return Reply(
        id=f"answer-{where}",
        seq=0,
        final=True,
        conversation=chat(where),
        parts=(Text(markdown="an answer"),),
    )


async def test_what_was_said_is_remembered_and_why_can_be_told(rig: Rig, desk: Desk) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    rig.clock.strikes(EVENING_BEFORE)
    await rig.ticks(noticing, store)
    message = InboundMessage(
        id="why", conversation=chat(), sender=Person(id="desk:1"), sent_at=rig.clock.now()
    )
    opened = await store.open_turn(message)

    assert opened.history[-1].text == "final_check 2027-03-20"
    [last] = opened.notices.last
    assert last.kind is Kind.FINAL_CHECK
    assert last.why == "it is the evening before your trip"
    assert last.sent_at == rig.clock.now()


async def test_a_chat_that_turns_out_to_be_closed_marks_its_notice_as_failed(
    rig: Rig, desk: Desk
) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    rig.clock.strikes(EVENING_BEFORE)
    await noticing.plan()
    await noticing.send()
    [delivery] = await store.claim_replies("w", 1)
    await store.close(delivery.reply.conversation.key, "blocked by the user")

    [row] = [r for r in await rows(store) if r.kind is Kind.FINAL_CHECK]
    assert (row.state, row.reason) == (State.FAILED, "blocked by the user")
