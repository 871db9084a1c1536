"""The outbox in SQL: one row a reply, each marked by itself, in order inside a conversation."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import orjson

from core.messages import Conversation, Reply
from core.ports import Delivery

LEASE_S = 60.0
MAX_ATTEMPTS = 20
_OPEN = "state IN ('ready', 'sending', 'unknown')"


def put(
    db: sqlite3.Connection, reply: Reply, key: str, person: str, now: float, *, wipe: bool = False
) -> None:
    """Store a final reply; the same id again changes nothing, a closed chat gets it as failed."""
    closed = db.execute("SELECT closed FROM conversations WHERE key = ?", (key,)).fetchone()
    state = "failed" if closed is not None and closed[0] else "ready"
    db.execute(
        "INSERT OR IGNORE INTO outbox (key, conversation, person, body, state, wipe, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            reply.id,
            key,
            person,
            reply.model_dump_json().encode("utf-8", "replace"),
            state,
            int(wipe),
            now,
        ),
    )


def claim_replies(db: sqlite3.Connection, worker: str, limit: int, now: float) -> list[Delivery]:
    """See core.ports.Outbox.claim_replies."""
    db.execute(
        "UPDATE outbox SET state = 'unknown', worker = '' WHERE state = 'sending'"
        " AND lease_until < ?",
        (now,),
    )
    rows = db.execute(
        f"""
        SELECT o.id, o.body, o.state, o.attempts, o.fence, o.resent,
               c.platform, c.chat_id, c.thread_id, c.mode
        FROM outbox o JOIN conversations c ON c.key = o.conversation
        WHERE o.{_OPEN} AND o.state <> 'sending' AND o.not_before <= ?
          AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.conversation = o.conversation
                          AND e.{_OPEN} AND e.id < o.id)
        ORDER BY o.id LIMIT ?
        """,
        (now, limit),
    ).fetchall()
    found = []
    for id, body, state, attempts, fence, resent, platform, chat_id, thread_id, mode in rows:
        again = state == "unknown"
        if again and resent:  # it may have been delivered twice already: leave it at that
            db.execute(
                "UPDATE outbox SET state = 'failed', why = 'uncertain twice' WHERE id = ?", (id,)
            )
            continue
        db.execute(
            "UPDATE outbox SET state = 'sending', worker = ?, lease_until = ?, fence = ?,"
            " attempts = ?, resent = ? WHERE id = ?",
            (worker, now + LEASE_S, fence + 1, attempts + 1, int(again or resent), id),
        )
        reply = Reply.model_validate_json(body)
        place = Conversation(platform=platform, chat_id=chat_id, thread_id=thread_id, mode=mode)
        if place != reply.conversation:
            reply = reply.model_copy(update={"conversation": place})
        found.append(Delivery(reply, bool(again or resent), attempts + 1, fence + 1))
    return found


def _mark(
    db: sqlite3.Connection, delivery: Delivery, changes: str, values: Sequence[object]
) -> None:
    """Change the row of a delivery that is still ours; a lost lease changes nothing."""
    db.execute(
        f"UPDATE outbox SET {changes}, worker = '' WHERE key = ? AND fence = ?"
        " AND state = 'sending'",
        (*values, delivery.reply.id, delivery.fence),
    )


def sent(db: sqlite3.Connection, delivery: Delivery, platform_ids: Sequence[str]) -> None:
    _mark(
        db,
        delivery,
        "state = 'sent', platform_ids = ?, body = CASE WHEN wipe THEN x'' ELSE body END",
        (orjson.dumps(list(platform_ids)).decode(),),
    )


def send_later(db: sqlite3.Connection, delivery: Delivery, why: str, at: float) -> None:
    state = "failed" if delivery.attempts >= MAX_ATTEMPTS else "ready"
    _mark(db, delivery, "state = ?, why = ?, not_before = ?", (state, why[:500], at))


def uncertain(db: sqlite3.Connection, delivery: Delivery, why: str, at: float) -> None:
    _mark(db, delivery, "state = 'unknown', why = ?, not_before = ?", (why[:500], at))


def not_sent(db: sqlite3.Connection, delivery: Delivery, why: str) -> None:
    _mark(db, delivery, "state = 'failed', why = ?", (why[:500],))
