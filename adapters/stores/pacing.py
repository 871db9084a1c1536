"""Messages a minute in SQL: what comes faster is not answered one by one, but told of once.

Of any minute so many messages of a person are taken in to be answered; the others are kept as done,
and the first of a burst brings one sentence. Both are rows, so every process counts the same.
"""

from __future__ import annotations

import hashlib
import sqlite3

from core.messages import CLOCK, InboundMessage, Reply, Text
from core.words import too_fast

SCHEMA = """
ALTER TABLE inbox ADD COLUMN pace INTEGER NOT NULL DEFAULT 0;
CREATE INDEX inbox_pace ON inbox (person, pace, version) WHERE pace > 0;
"""
MINUTE_S = 60.0
FREE, COUNTED, HASTY = 0, 1, 2


def pace_of(db: sqlite3.Connection, m: InboundMessage, per_minute: int) -> int:
    """FREE when it is not counted, COUNTED when it may be answered, HASTY when it is one too many.

    What counts is when it was sent: a backlog that comes all at once was not said in haste.
    """
    if not per_minute or not m.addressed or m.sender.is_bot or m.sender.id == CLOCK.id:
        return FREE
    return COUNTED if _sent(db, m, COUNTED, per_minute) < per_minute else HASTY


def word_for(db: sqlite3.Connection, m: InboundMessage, per_minute: int) -> Reply | None:
    """The sentence for a message that was HASTY and is stored; None when the burst had it."""
    if _sent(db, m, HASTY, 2) > 1:
        return None
    once = hashlib.blake2b(m.id.encode(), digest_size=9).hexdigest()
    return Reply(
        id=f"pace-{once}",
        seq=0,
        final=True,
        conversation=m.conversation,
        parts=(Text(markdown=too_fast(per_minute)),),
        answers=m.id,
    )


def _sent(db: sqlite3.Connection, m: InboundMessage, pace: int, most: int) -> int:
    """How many messages of that kind the person sent in the minute up to this one; `most` do."""
    at = m.version.timestamp()
    row = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM inbox WHERE person = ? AND pace = ? AND pace > 0"
        " AND version > ? AND version <= ? LIMIT ?)",
        (m.sender.id, pace, at - MINUTE_S, at, most),
    ).fetchone()
    return int(row[0])
