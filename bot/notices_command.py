"""`caravan notices`: what a trip will be told without asking, when, and why."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TextIO

from adapters.stores.sqlite import SqliteStore
from bot.clock import SystemClock
from bot.noticing import Noticing, planned
from bot.settings import Settings
from core import words
from core.notices import calendar
from core.notices.policies import Drop, Wait, verdict
from core.notices.ports import ToPlan
from core.notices.state import Notice, State
from core.ports import Clock
from core.zones import zone_of

DAYS = 30
TRIPS_LISTED = 50


def add_notices(commands: Any) -> None:
    """The command's arguments."""
    parser = commands.add_parser("notices", help="what a trip will be told, when, and why")
    parser.add_argument("--trip", metavar="ID", help="the trip's id; without it, trips are listed")
    parser.add_argument(
        "--days", type=int, default=DAYS, metavar="N", help=f"so many days ahead ({DAYS})"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only show it; else the calendar is also written"
    )


def notices(arguments: argparse.Namespace, settings: Settings, stdout: TextIO) -> int:
    """Run the command; returns the exit code."""
    clock = SystemClock()
    return asyncio.run(
        _show(settings, clock, arguments.trip, arguments.days, arguments.dry_run, stdout)
    )


async def _show(
    settings: Settings, clock: Clock, trip: str | None, days: int, dry_run: bool, stdout: TextIO
) -> int:
    store = await SqliteStore.open(settings.database_path, clock)
    try:
        if not dry_run:
            await Noticing(store, clock).plan()
        found = await store.calendar_of(trip) if trip else None
        coming = await store.coming_trips(clock.now().date(), TRIPS_LISTED) if not found else []
    finally:
        await store.aclose()
    if found is None:
        if trip:
            print(f"There is no trip with the id “{trip}”.", file=stdout)
        print("Coming trips:" if coming else "No trip is planned.", file=stdout)
        for each in coming:
            print(f"  {each.id}  {each.title}", file=stdout)
        return 1 if trip else 0
    for line in told(found, clock.now(), days):
        print(line, file=stdout)
    return 0


def told(found: ToPlan, now: datetime, days: int) -> Iterator[str]:
    """The calendar as lines: what is planned, and what planning now would change of it."""
    trip, setting = found.trip, found.setting
    yield f"{trip.title} ({trip.id}, version {trip.version}, {trip.status})"
    if setting is None:
        yield "Nobody can be reached in its chat, so nothing is told."
        return
    wishes = setting.wishes
    home = setting.home or "not known; the town's is used"
    quiet = f"{wishes.quiet_from:%H:%M} to {wishes.quiet_until:%H:%M}"
    cap = words.plural(wishes.daily_cap, "message")
    yield f"Told in {setting.to.key}; zone at home: {home}; quiet hours {quiet}; {cap} a day"
    if reason := calendar.unplanned(trip):
        yield f"Nothing is due: {reason}."
    shown = sorted(_after_planning(found, now), key=lambda n: (n.due, n.id))
    ahead = [n for n in shown if _is_to_come(n, now) and n.due < now + timedelta(days=days)]
    for notice in ahead:
        yield _line(notice, found, now)
    if not ahead:
        yield f"Nothing in the next {words.plural(days, 'day')}."


def _is_to_come(notice: Notice, now: datetime) -> bool:
    """Also what was due already and can still be told."""
    waits = notice.state in (State.PLANNED, State.CLAIMED) and now < notice.late_until
    return notice.due >= now or waits


def _after_planning(found: ToPlan, now: datetime) -> Iterator[Notice]:
    """The rows as they will be after the next planning; what was said stays as it is."""
    changes, _ = planned(found, now)
    moved = {n.id: n for n in changes.moved}
    cancelled = dict(changes.cancelled)
    for row in found.rows:
        if row.id in cancelled:
            yield row.model_copy(update={"state": State.CANCELLED, "reason": cancelled[row.id]})
        else:
            yield moved.get(row.id, row)
    yield from changes.new


def _line(notice: Notice, found: ToPlan, now: datetime) -> str:
    """ "Fri 19 Mar 18:04 Europe/Lisbon  final check  planned: it is the evening before ..."."""
    assert found.setting is not None
    local = notice.due.astimezone(zone_of(notice.zone))
    what = " ".join(filter(None, (notice.kind.value.replace("_", " "), notice.about)))
    state, why = notice.state.value, notice.reason or notice.why
    if notice.state is State.PLANNED:
        match verdict(notice, found.setting.wishes, notice.zone, max(now, notice.due), ()):
            case Drop(_, reason):
                state, why = "would be dropped", reason
            case Wait(at):
                later = at.astimezone(zone_of(notice.zone))
                why = f"{notice.why}; waits until {words.day(later.date())} {words.clock(later)}"
    when = f"{words.day(local.date())} {words.clock(local)} {notice.zone}"
    return f"{when:<36} {what:<20} {state}: {why}"
