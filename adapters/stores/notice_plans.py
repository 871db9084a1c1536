"""Planning notices and watching trips, in SQL. See core.notices.ports.NoticeStore."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import timedelta

from adapters.stores import notice_facts, notice_rows
from adapters.stores.notice_rows import OPEN, moment
from adapters.stores.parsed import Parsed
from adapters.stores.rows import text
from core.notices.ports import Changes, ToPlan, ToWatch
from core.notices.state import Notice
from core.trips import Trip

PLAN_LEASE_S = 60.0
LOOK_AGAIN_S = 3_600.0
OVER = timedelta(days=14)  # after the last day
NEVER = 1e12  # with the moment added at which a trip was let be
MOST_LOOKS = 2_000  # in one transaction, nearly all of them at trips of which nothing has changed
WATCH_LEASE_S = 600.0
_LOOK = "SELECT trip, stamp, at FROM notice_calendar WHERE"


def trips_to_plan(
    db: sqlite3.Connection, limit: int, rules: str, now: float, parsed: Parsed
) -> list[ToPlan]:
    """Trips of which nothing has changed are only noted as looked at; their plans are not read."""
    found: list[ToPlan] = []
    for _ in range(MOST_LOOKS // limit):
        # What is to be looked at in more than an hour, or was let be in times to come, was written
        # by a clock that ran ahead.
        rows = db.execute(
            f"SELECT * FROM ({_LOOK} at <= ? ORDER BY at LIMIT ?) UNION ALL"
            f" SELECT * FROM ({_LOOK} at > ? AND at < ? LIMIT ?) UNION ALL"
            f" SELECT * FROM ({_LOOK} at > ? LIMIT ?) LIMIT ?",
            (
                *(now, room := limit - len(found)),
                *(now + LOOK_AGAIN_S, NEVER, room),
                *(NEVER + now + LOOK_AGAIN_S, room),
                room,
            ),
        ).fetchall()
        for trip, planned, at in rows:
            stamp = notice_facts.stamp(db, trip)
            if not stamp:
                _forget(db, trip)
            elif 0 < at <= now and planned == f"{stamp}|{rules}":
                _look_again(db, trip, now)
            else:
                found += _taken(db, trip, now, parsed)
        if not rows or len(found) == limit:
            break
    return found


def _taken(db: sqlite3.Connection, trip: str, now: float, parsed: Parsed) -> list[ToPlan]:
    db.execute("UPDATE notice_calendar SET at = ? WHERE trip = ?", (now + PLAN_LEASE_S, trip))
    to_plan = calendar_of(db, trip, parsed)
    return [to_plan] if to_plan is not None else []


def _look_again(db: sqlite3.Connection, trip: str, now: float) -> None:
    """In an hour; of a trip that is over nothing more comes, unless it is touched."""
    over = (moment(now) - OVER).date().isoformat()
    db.execute(
        "UPDATE notice_calendar SET at = iif((SELECT last_day FROM trip_plans WHERE id = trip)"
        " BETWEEN '0' AND ?, ?, ?) WHERE trip = ?",
        (over, NEVER + now, now + LOOK_AGAIN_S, trip),
    )


def _forget(db: sqlite3.Connection, trip: str) -> None:
    """The trip was erased: so are its notices."""
    db.execute("DELETE FROM notices WHERE trip = ?", (trip,))
    db.execute("DELETE FROM notice_calendar WHERE trip = ?", (trip,))


def calendar_of(db: sqlite3.Connection, trip: str, parsed: Parsed) -> ToPlan | None:
    facts = notice_facts.facts(db, trip)
    value = read_trip(db, trip, parsed)
    if facts is None or value is None:
        return None
    rows = tuple(row for (row,) in notice_rows.find(db, "n.trip = ? ORDER BY n.due", (trip,)))
    since = moment(facts.wishes_at) if facts.wishes_at else None
    return ToPlan(value, facts.setting, rows, since, facts.stamp)


def read_trip(db: sqlite3.Connection, trip: str, parsed: Parsed) -> Trip | None:
    row = db.execute("SELECT body FROM trip_plans WHERE id = ?", (trip,)).fetchone()
    return parsed.read(Trip, row[0]) if row else None


def coming_trips(db: sqlite3.Connection, on: str, limit: int, parsed: Parsed) -> list[Trip]:
    """See core.notices.ports.NoticeStore.coming_trips."""
    rows = db.execute(
        "SELECT body FROM trip_plans WHERE status = 'planned' AND last_day >= ?"
        " ORDER BY first_day, id LIMIT ?",
        (on, limit),
    ).fetchall()
    return [trip for (body,) in rows if (trip := parsed.read(Trip, body)) is not None]


def keep_calendar(
    db: sqlite3.Connection,
    planned: ToPlan,
    changes: Changes,
    rules: str,
    watch_from: float | None,
    now: float,
) -> bool:
    trip = planned.trip.id
    if notice_facts.stamp(db, trip) != planned.stamp:
        db.execute("UPDATE notice_calendar SET at = 0 WHERE trip = ?", (trip,))
        return False
    notice_rows.insert(db, changes.new, planned.trip.owner)
    for notice in changes.moved:
        _move(db, notice)
    db.executemany(
        "UPDATE notices SET state = 'cancelled', reason = ?, ready = 0, worker = '',"
        f" fence = fence + 1 WHERE id = ? AND {OPEN}",
        [(reason, id) for id, reason in changes.cancelled],
    )
    watch = None if watch_from is None else max(watch_from, now)
    db.execute(
        "UPDATE notice_calendar SET at = ?, stamp = ?,"
        " watch_at = iif(? IS NULL, NULL, min(coalesce(watch_at, ?), ?)) WHERE trip = ?",
        (now + LOOK_AGAIN_S, f"{planned.stamp}|{rules}", watch, watch, watch, trip),
    )
    return True


def _move(db: sqlite3.Connection, n: Notice) -> None:
    """The row as it is wanted now; whoever has claimed it, holds it no more."""
    db.execute(
        "UPDATE notices SET state = 'planned', due = ?, at = ?, ready = 0, late_until = ?,"
        " zone = ?, trip_version = ?, conversation = ?, why = ?, reason = '', worker = '',"
        " attempts = 0, fence = fence + 1"
        " WHERE id = ? AND state NOT IN ('sent', 'unknown', 'failed')",
        (
            n.due.timestamp(),
            n.due.timestamp(),
            n.late_until.timestamp(),
            n.zone,
            n.trip_version,
            n.conversation.key,
            text(n.why),
            n.id,
        ),
    )


# --- watching ----------------------------------------------------------------------------------


def trips_to_watch(db: sqlite3.Connection, limit: int, now: float, parsed: Parsed) -> list[ToWatch]:
    rows = db.execute(
        "SELECT trip, seen FROM notice_calendar WHERE watch_at <= ? ORDER BY watch_at LIMIT ?",
        (now, limit),
    ).fetchall()
    found = []
    for trip, seen in rows:
        _watch_at(db, trip, now + WATCH_LEASE_S)
        facts = notice_facts.facts(db, trip)
        value = read_trip(db, trip, parsed)
        if facts is not None and facts.setting is not None and value is not None:
            found.append(ToWatch(value, facts.setting, seen, facts.stamp))
    return found


def _watch_at(db: sqlite3.Connection, trip: str, at: float) -> None:
    db.execute("UPDATE notice_calendar SET watch_at = ? WHERE trip = ?", (at, trip))


def keep_news(
    db: sqlite3.Connection,
    watched: ToWatch,
    notices: Sequence[Notice],
    seen: str,
    next_at: float,
    now: float,
) -> bool:
    trip = watched.trip.id
    (known,) = db.execute(
        "SELECT seen FROM notice_calendar WHERE trip = ?", (trip,)
    ).fetchone() or (None,)
    if notice_facts.stamp(db, trip) != watched.stamp or known != watched.seen:
        _watch_at(db, trip, now + PLAN_LEASE_S)
        return False
    notice_rows.insert(db, notices, watched.trip.owner)
    db.execute(
        "UPDATE notice_calendar SET seen = ?, watch_at = ? WHERE trip = ?",
        (text(seen), next_at, trip),
    )
    return True
