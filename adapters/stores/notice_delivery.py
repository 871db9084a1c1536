"""Notices in the outbox, in SQL: held against what decided them before they go, marked after."""

from __future__ import annotations

import sqlite3

from adapters.stores import notice_facts, notice_rows
from adapters.stores.parsed import read
from adapters.stores.rows import dumped, text
from core.messages import Choices, Reply, Text
from core.session import Session

_OF_REPLY = "reply = ? AND reply <> ''"  # as in its index
MAX_REMEMBERED = 4_000  # characters of a notice in the history


def still_wanted(db: sqlite3.Connection, reply: str, now: float) -> bool:
    """Whether what waits in the outbox may still go; if not, its notices are decided anew.

    Nothing of it was sent yet. A trip or wish that has changed meanwhile, a chat that closed, quiet
    hours that began: whatever it is, the row goes back to where that is looked at.
    """
    rows = db.execute(
        f"SELECT trip, stamp, until FROM notices WHERE {_OF_REPLY}", (reply,)
    ).fetchall()
    if rows and all(
        now < until and notice_facts.stamp(db, trip) == stamp for trip, stamp, until in rows
    ):
        return True
    db.execute(
        "UPDATE notices SET state = 'planned', at = max(due, ?), ready = 0, reply = '',"
        f" sent_at = NULL, fence = fence + 1 WHERE {_OF_REPLY} AND state = 'sent'",
        (now, reply),
    )
    for trip, _, _ in rows:
        notice_rows.touch(db, "id = ?", (trip,))
    return False


def ended(db: sqlite3.Connection, reply: Reply, key: str, state: str, why: str) -> None:
    """The outbox's last word on a message of notices: sent, unknown or failed.

    What was said is remembered like any answer, and its choices can be answered by number.
    """
    marked = db.execute(
        f"UPDATE notices SET state = ?, reason = ? WHERE {_OF_REPLY}", (state, why, reply.id)
    ).rowcount
    if state == "sent" and marked:
        _remember(db, reply, key)


def _remember(db: sqlite3.Connection, reply: Reply, key: str) -> None:
    said = "\n\n".join(p.markdown for p in reply.parts if isinstance(p, Text))[:MAX_REMEMBERED]
    row = db.execute("SELECT person, session FROM conversations WHERE key = ?", (key,)).fetchone()
    if row is None:
        return
    person, body = row
    db.execute(
        "INSERT INTO messages (conversation, person, inbox_id, role, text, sender, said_at, tokens,"
        " call_id) SELECT ?, ?, 0, 'assistant', ?, '', sent_at, ?, '' FROM notices"
        f" WHERE {_OF_REPLY} LIMIT 1",
        (key, person, text(said), len(said) // 4 + 1, reply.id),
    )
    offered = tuple(o for p in reply.parts if isinstance(p, Choices) for o in p.options)
    session = read(Session, body) if body is not None else None
    if offered and session is not None:
        offering = session.model_copy(update={"offered": offered})
        db.execute("UPDATE conversations SET session = ? WHERE key = ?", (dumped(offering), key))


def nobody_there(db: sqlite3.Connection, key: str, why: str) -> None:
    """The chat is closed, and what waited in its outbox failed: the notices of it as well."""
    db.execute(
        "UPDATE notices SET state = 'failed', reason = ? WHERE state IN ('sent', 'unknown')"
        " AND reply <> '' AND reply IN (SELECT key FROM outbox WHERE conversation = ?"
        " AND state IN ('ready', 'sending', 'unknown'))",
        (why, key),
    )
