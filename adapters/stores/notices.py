"""Notices that are due, in SQL: claimed by chat, handed to the outbox, marked one by one.

Whoever hands one over has to hold its claim, and everything it was decided by has to be as it was
(the stamp). What waits in the outbox is held against the same once more before it is sent.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from adapters.stores import notice_facts, notice_rows, outbox
from adapters.stores.notice_plans import read_trip
from adapters.stores.notice_rows import ENDED, OPEN, find, moment
from adapters.stores.parsed import Parsed, read
from adapters.stores.rows import text
from core.notices.ports import Batch, Claimed, Settlement, TripThen
from core.notices.state import NEVER_EARLY, UNREACHABLE, URGENT, Notice
from core.session import Session

CLAIM_LEASE_S = 120.0
MAX_ATTEMPTS = 5
MAX_IN_ONE = 8  # notices in one message
READY_AT_ONCE = 500  # in one transaction, for which chats wait
SAME_HOUR_S = 3_600.0
STALE_S = 20.0  # so long a row waits for its trip to be planned again
TOLD_S = 2 * 86_400.0
_NOT_EARLY = ", ".join(f"'{kind.value}'" for kind in NEVER_EARLY)
_COUNTED = f"kind NOT IN ({', '.join(repr(kind.value) for kind in URGENT)})"


def claim(
    db: sqlite3.Connection, worker: str, limit: int, now: float, parsed: Parsed
) -> list[Batch]:
    """See core.notices.ports.NoticeStore.claim_notices."""
    _make_ready(db, now)
    batches: list[Batch] = []
    while len(batches) < limit:
        rows = db.execute(
            "SELECT DISTINCT conversation FROM (SELECT conversation FROM notices WHERE ready = 1"
            " ORDER BY urgent DESC, late_until LIMIT ?)",
            (limit - len(batches),),
        ).fetchall()
        if not rows:
            break
        made = [_batch(db, key, worker, now, parsed) for (key,) in rows]
        batches += [batch for batch in made if batch is not None]
    return batches


def _make_ready(db: sqlite3.Connection, now: float) -> None:
    """Mark what is due, and what a dead worker holds. A lease that ends later than one that begins
    now is from a clock that ran ahead."""
    db.execute(  # few columns: an index is written for each one it names
        f"UPDATE notices SET ready = 1 WHERE id IN (SELECT id FROM notices WHERE {OPEN}"
        " AND ready = 0 AND at <= ? AND state = 'planned' ORDER BY at LIMIT ?)",
        (now, READY_AT_ONCE),
    )
    db.execute(
        "UPDATE notices SET ready = 1, state = 'planned', worker = '' WHERE state = 'claimed'"
        " AND (at <= ? OR at > ?)",
        (now, now + CLAIM_LEASE_S),
    )


def _batch(
    db: sqlite3.Connection, key: str, worker: str, now: float, parsed: Parsed
) -> Batch | None:
    """Everything that is due in the chat, claimed; None when there is nothing to be said now."""
    taken = db.execute(
        f"SELECT 1 FROM notices WHERE conversation = ? AND {OPEN} AND state = 'claimed' AND at > ?"
        " LIMIT 1",
        (key, now),
    ).fetchone()
    if taken:  # somebody is about to speak there: one message an hour, not two at once
        db.execute(
            f"UPDATE notices SET ready = 0, at = ? WHERE conversation = ? AND {OPEN} AND ready = 1",
            (now + STALE_S, key),
        )
        return None
    rows = find(
        db,
        f"n.conversation = ? AND n.{OPEN} AND n.state = 'planned' AND (n.ready = 1 OR"
        f" (n.at <= ? AND n.kind NOT IN ({_NOT_EARLY})))"
        " ORDER BY n.ready DESC, n.urgent DESC, n.due, n.id LIMIT ?",
        (key, now + SAME_HOUR_S, MAX_IN_ONE),
        "fence",
        "attempts",
    )
    known: dict[str, TripThen | str] = {}
    claimed: list[Claimed] = []
    for notice, fence, attempts in rows:
        if attempts >= MAX_ATTEMPTS:
            _end(db, notice.id, "failed", "it could not be composed")
            continue
        if notice.trip not in known:
            known[notice.trip] = _then(db, notice.trip, parsed)
        found = known[notice.trip]
        if isinstance(found, str):
            _end(db, notice.id, "cancelled", found)
        elif _is_stale(notice, found):
            _replan_first(db, notice, now)
        else:
            claimed.append(_claimed(db, notice, worker, fence + 1, attempts + 1, now))
    if not claimed:
        return None
    used = {c.notice.trip: known[c.notice.trip] for c in claimed}
    trips = {id: found for id, found in used.items() if not isinstance(found, str)}
    return Batch(
        claimed[0].notice.conversation,
        tuple(claimed),
        trips,
        _told(db, key, now),
        _language(db, key),
    )


def _language(db: sqlite3.Connection, key: str) -> str:
    """What was last written in the chat; English where nothing was."""
    row = db.execute("SELECT session FROM conversations WHERE key = ?", (key,)).fetchone()
    session = read(Session, row[0]) if row and row[0] is not None else None
    return session.language if session is not None else "en"


def _then(db: sqlite3.Connection, trip: str, parsed: Parsed) -> TripThen | str:
    """The trip as it is now; else why nobody hears of it."""
    facts = notice_facts.facts(db, trip)
    value = read_trip(db, trip, parsed)
    if facts is None or value is None:
        return "the trip is gone"
    if facts.setting is None:
        return UNREACHABLE
    return TripThen(value, facts.setting, facts.stamp)


def _claimed(
    db: sqlite3.Connection, notice: Notice, worker: str, fence: int, attempts: int, now: float
) -> Claimed:
    db.execute(
        "UPDATE notices SET state = 'claimed', ready = 0, worker = ?, fence = ?, attempts = ?,"
        " at = ? WHERE id = ?",
        (worker, fence, attempts, now + CLAIM_LEASE_S, notice.id),
    )
    return Claimed(notice, fence, attempts)


def _is_stale(notice: Notice, then: TripThen) -> bool:
    """Planned for a trip as it was before, or for a chat where it is not told any more."""
    return (
        notice.trip_version != then.trip.version
        or notice.conversation.key != then.setting.to.key
        or then.trip.status != "planned"
    )


def _replan_first(db: sqlite3.Connection, notice: Notice, now: float) -> None:
    notice_rows.touch(db, "id = ?", (notice.trip,))
    db.execute("UPDATE notices SET ready = 0, at = ? WHERE id = ?", (now + STALE_S, notice.id))


def _end(db: sqlite3.Connection, id: str, state: str, reason: str) -> None:
    db.execute(
        "UPDATE notices SET state = ?, reason = ?, ready = 0, worker = '' WHERE id = ?",
        (state, text(reason), id),
    )


def _told(db: sqlite3.Connection, key: str, now: float) -> tuple[datetime, ...]:
    rows = db.execute(
        "SELECT DISTINCT sent_at FROM notices WHERE conversation = ? AND sent_at > ?"
        f" AND {_COUNTED} ORDER BY sent_at",
        (key, now - TOLD_S),
    ).fetchall()
    return tuple(moment(at) for (at,) in rows)


# --- settling ----------------------------------------------------------------------------------


def settle(db: sqlite3.Connection, batch: Batch, settlement: Settlement, now: float) -> bool:
    """See core.notices.ports.NoticeStore.settle."""
    tells = settlement.tells or {}
    if not _as_it_was(db, batch, settlement, now):
        for each in batch.claimed:
            _back(db, each, now, counted=False)
        for trip in batch.trips:
            notice_rows.touch(db, "id = ?", (trip,))
        return False
    for each in batch.claimed:
        id = each.notice.id
        if id in tells:
            continue
        if id in (settlement.drops or {}):
            state, reason = (settlement.drops or {})[id]
            _end(db, id, state.value, reason)
        else:
            at, uncounted = (settlement.waits or {}).get(id, (moment(now), True))
            _back(db, each, max(at.timestamp(), now), counted=not uncounted)
    if settlement.reply is not None and tells:
        _hand_over(db, batch, settlement, now)
    return True


def _as_it_was(db: sqlite3.Connection, batch: Batch, settlement: Settlement, now: float) -> bool:
    """Whether the claims hold, and all that was known when they were made is still so."""
    for each in batch.claimed:
        held = db.execute(
            "SELECT 1 FROM notices WHERE id = ? AND state = 'claimed' AND fence = ?",
            (each.notice.id, each.fence),
        ).fetchone()
        if not held:
            return False
    if any(now >= until.timestamp() for until in (settlement.tells or {}).values()):
        return False
    return all(notice_facts.stamp(db, id) == then.stamp for id, then in batch.trips.items())


def _back(db: sqlite3.Connection, each: Claimed, at: float, *, counted: bool) -> None:
    """To be looked at again at `at`; never before it is due, if it was taken along early."""
    db.execute(
        "UPDATE notices SET state = 'planned', ready = 0, worker = '', at = max(due, ?),"
        " attempts = attempts - ? WHERE id = ? AND state = 'claimed' AND fence = ?",
        (at, int(not counted), each.notice.id, each.fence),
    )


def _hand_over(db: sqlite3.Connection, batch: Batch, settlement: Settlement, now: float) -> None:
    reply, key = settlement.reply, batch.conversation.key
    assert reply is not None
    owner = db.execute("SELECT person FROM conversations WHERE key = ?", (key,)).fetchone()
    outbox.put(db, reply, key, owner[0] if owner else "", now, later=True)
    trips = {each.notice.id: each.notice.trip for each in batch.claimed}
    db.executemany(
        "UPDATE notices SET state = 'sent', worker = '', ready = 0, reply = ?, stamp = ?,"
        " until = ?, sent_at = ? WHERE id = ?",
        [
            (reply.id, batch.trips[trips[id]].stamp, until.timestamp(), now, id)
            for id, until in (settlement.tells or {}).items()
        ],
    )


def recover(db: sqlite3.Connection) -> None:
    """Nobody else is alive on this file: nobody holds a claim."""
    db.execute(
        "UPDATE notices SET state = 'planned', worker = '', at = due, fence = fence + 1"
        " WHERE state = 'claimed'"
    )


# --- housekeeping ------------------------------------------------------------------------------


def reap(db: sqlite3.Connection, before: float, limit: int) -> int:
    """Rows that ended and were of no use any more before that moment; they cannot come back."""
    return db.execute(
        f"DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE {ENDED}"
        " AND late_until < ? LIMIT ?)",
        (before, limit),
    ).rowcount
