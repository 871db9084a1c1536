"""The inbox in SQL: dedupe, edits, moved chats, claims with lease and fence."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from core.errors import Stale
from core.messages import (
    Conversation,
    ConversationClosed,
    ConversationMoved,
    ConversationOpened,
    Inbound,
    InboundMessage,
)
from core.ports import Claim

LEASE_S = 60.0
MAX_ATTEMPTS = 5
MAX_RAW_CHARS = 16_000
_OPEN = "state IN ('waiting', 'claimed')"


def accept(db: sqlite3.Connection, inbound: Sequence[Inbound], now: float) -> int:
    """Keep everything; returns how many were new. See core.ports.Inbox.accept."""
    return sum(_accept_one(db, item, now) for item in inbound)


def _accept_one(db: sqlite3.Connection, item: Inbound, now: float) -> bool:
    if db.execute("SELECT 1 FROM inbox WHERE external_id = ?", (item.id,)).fetchone():
        return False
    if isinstance(item, InboundMessage):
        _accept_message(db, item, now)
        return True
    _note(db, item.id, now)
    if isinstance(item, ConversationMoved):
        _move(db, item, now)
    elif isinstance(item, ConversationClosed):
        _close(db, resolve(db, item.key), item.why, now)
    else:
        assert isinstance(item, ConversationOpened)
        _touch(db, item.conversation, "", now)
    return True


def _accept_message(db: sqlite3.Connection, message: InboundMessage, now: float) -> None:
    key = _touch(db, message.conversation, message.sender.id, now)
    ref = "" if message.choice else message.ref
    version = message.version.timestamp()
    known = None
    if ref:
        known = db.execute(
            "SELECT id, state, version FROM inbox WHERE conversation = ? AND ref = ?", (key, ref)
        ).fetchone()
    if known is None:
        _insert(db, message, key, ref, "waiting", now)
        return
    row, state, present = known
    _note(db, message.id, now)
    if version <= present:
        return
    if state == "waiting":
        db.execute(
            "UPDATE inbox SET body = ?, version = ? WHERE id = ?", (_body(message), version, row)
        )
    else:  # answered already, or being answered: remember the new words, answer no second time
        db.execute("UPDATE inbox SET version = ? WHERE id = ?", (version, row))
        db.execute(
            "UPDATE messages SET text = ?, tokens = 0 WHERE inbox_id = ? AND role = 'user'",
            (message.text, row),
        )


def _insert(
    db: sqlite3.Connection, m: InboundMessage, key: str, ref: str, state: str, now: float
) -> None:
    db.execute(
        "INSERT INTO inbox (external_id, conversation, person, ref, version, body, state,"
        " received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (m.id, key, m.sender.id, ref, m.version.timestamp(), _body(m), state, now),
    )


def _note(db: sqlite3.Connection, external_id: str, now: float) -> None:
    """Remember that this delivery was seen; there is nothing to answer."""
    db.execute(
        "INSERT INTO inbox (external_id, conversation, person, ref, version, body, state,"
        " received_at) VALUES (?, '', '', '', 0, x'', 'done', ?)",
        (external_id, now),
    )


def _body(message: InboundMessage) -> bytes:
    return message.model_dump_json(exclude_defaults=True).encode("utf-8", "replace")


def _touch(db: sqlite3.Connection, c: Conversation, person: str, now: float) -> str:
    """The key of the conversation, made known and open; its new key when it has moved."""
    key = resolve(db, c.key)
    if key != c.key:
        return key
    owner = person if c.mode == "solo" else ""
    db.execute(
        "INSERT INTO conversations (key, platform, chat_id, thread_id, mode, person, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET closed = ''"
        " WHERE closed <> ''",
        (key, c.platform, c.chat_id, c.thread_id, c.mode.value, owner, now),
    )
    return key


def resolve(db: sqlite3.Connection, key: str) -> str:
    """The key under which this conversation is kept now."""
    for _ in range(4):  # a chat that moves moves once; four is already absurd
        row = db.execute("SELECT moved_to FROM conversations WHERE key = ?", (key,)).fetchone()
        if row is None or not row[0]:
            return key
        key = row[0]
    return key


_FOLLOW = ("inbox", "outbox", "messages", "trip_plans", "llm_calls")


def _move(db: sqlite3.Connection, moved: ConversationMoved, now: float) -> None:
    """Everything of the old key follows to the new one; the old key stays as an alias."""
    old = resolve(db, moved.old_key)
    new = moved.new.key
    if old == new:
        return
    session = db.execute("SELECT session FROM conversations WHERE key = ?", (old,)).fetchone()
    _touch(db, moved.new, "", now)
    if session is not None and session[0] is not None:
        db.execute(
            "UPDATE conversations SET session = ? WHERE key = ? AND session IS NULL",
            (session[0], new),
        )
    for table in _FOLLOW:
        db.execute(f"UPDATE {table} SET conversation = ? WHERE conversation = ?", (new, old))
    db.execute(
        "UPDATE OR IGNORE destination_recommendations SET conversation = ? WHERE conversation = ?",
        (new, old),
    )
    db.execute("DELETE FROM destination_recommendations WHERE conversation = ?", (old,))
    platform, _, rest = moved.old_key.partition(":")
    chat_id, _, thread_id = rest.rpartition(":")
    db.execute(
        "INSERT INTO conversations (key, platform, chat_id, thread_id, mode, moved_to, updated_at)"
        " VALUES (?, ?, ?, ?, 'group', ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET moved_to = excluded.moved_to, session = NULL",
        (old, platform, chat_id, thread_id, new, now),
    )


def close(db: sqlite3.Connection, key: str, why: str, now: float) -> None:
    _close(db, resolve(db, key), why, now)


def _close(db: sqlite3.Connection, key: str, why: str, now: float) -> None:
    """Nobody can be reached there: what waits to be said or answered is dropped, with a note."""
    db.execute(
        "UPDATE conversations SET closed = ?, updated_at = ? WHERE key = ?", (why or "?", now, key)
    )
    db.execute(
        "UPDATE outbox SET state = 'failed', why = ? WHERE conversation = ?"
        " AND state IN ('ready', 'unknown', 'sending')",
        (why, key),
    )
    db.execute(
        "UPDATE inbox SET state = 'done' WHERE conversation = ? AND state = 'waiting'", (key,)
    )


def bury(db: sqlite3.Connection, external_id: str, raw: str, why: str, now: float) -> None:
    db.execute(
        "INSERT OR IGNORE INTO dead_letters (external_id, body, why, at) VALUES (?, ?, ?, ?)",
        (external_id, raw[:MAX_RAW_CHARS], why[:500], now),
    )


def claim(db: sqlite3.Connection, worker: str, limit: int, now: float) -> list[Claim]:
    """See core.ports.Inbox.claim: the first open message of every conversation that is free."""
    rows = db.execute(
        f"""
        SELECT i.id, i.body, i.attempts, i.fence,
               c.platform, c.chat_id, c.thread_id, c.mode, c.key
        FROM inbox i JOIN conversations c ON c.key = i.conversation
        WHERE i.{_OPEN}
          AND NOT EXISTS (SELECT 1 FROM inbox e WHERE e.conversation = i.conversation
                          AND e.{_OPEN} AND e.id < i.id)
          AND ((i.state = 'waiting' AND i.not_before <= ?)
               OR (i.state = 'claimed' AND i.lease_until < ?))
        ORDER BY i.id LIMIT ?
        """,
        (now, now, limit),
    ).fetchall()
    until = now + LEASE_S
    claims = []
    for id, body, attempts, fence, platform, chat_id, thread_id, mode, _key in rows:
        db.execute(
            "UPDATE inbox SET state = 'claimed', worker = ?, lease_until = ?, fence = ?,"
            " attempts = ? WHERE id = ?",
            (worker, until, fence + 1, attempts + 1, id),
        )
        message = InboundMessage.model_validate_json(body)
        place = Conversation(platform=platform, chat_id=chat_id, thread_id=thread_id, mode=mode)
        if place != message.conversation:
            message = message.model_copy(update={"conversation": place})
        claims.append(Claim(message, fence + 1, attempts + 1, datetime.fromtimestamp(until, UTC)))
    return claims


def held(db: sqlite3.Connection, claim: Claim) -> int:
    """The row of a claim that still holds. Raises Stale when another worker has taken over."""
    row = db.execute(
        "SELECT id FROM inbox WHERE external_id = ? AND state = 'claimed' AND fence = ?",
        (claim.message.id, claim.fence),
    ).fetchone()
    if row is None:
        raise Stale(claim.message.id)
    return int(row[0])


def renew(db: sqlite3.Connection, claim: Claim, now: float) -> Claim:
    until = now + LEASE_S
    db.execute("UPDATE inbox SET lease_until = ? WHERE id = ?", (until, held(db, claim)))
    return Claim(claim.message, claim.fence, claim.attempts, datetime.fromtimestamp(until, UTC))


def retry_later(db: sqlite3.Connection, claim: Claim, at: float) -> None:
    db.execute(
        "UPDATE inbox SET state = 'waiting', worker = '', not_before = ? WHERE id = ?",
        (at, held(db, claim)),
    )


def release(db: sqlite3.Connection, worker: str) -> None:
    """Give back what `worker` holds; its attempt does not count."""
    db.execute(
        "UPDATE inbox SET state = 'waiting', worker = '', attempts = attempts - 1"
        " WHERE state = 'claimed' AND worker = ?",
        (worker,),
    )
    db.execute(
        "UPDATE outbox SET state = 'unknown', worker = '' WHERE state = 'sending' AND worker = ?",
        (worker,),
    )


def recover(db: sqlite3.Connection) -> None:
    """After a crash of the only process: nobody works on anything, whatever the leases say."""
    db.execute("UPDATE inbox SET state = 'waiting', worker = '' WHERE state = 'claimed'")
    db.execute("UPDATE outbox SET state = 'unknown', worker = '' WHERE state = 'sending'")


def finish(db: sqlite3.Connection, claim: Claim, state: str = "done") -> int:
    row = held(db, claim)
    db.execute("UPDATE inbox SET state = ?, worker = '' WHERE id = ?", (state, row))
    return row
