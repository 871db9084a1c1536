"""Conversations in SQL: known, open, closed, moved to a new id."""

from __future__ import annotations

import sqlite3

from adapters.stores import groups, lanes, notice_delivery, notice_rows
from core.messages import Conversation, ConversationMoved

_KEPT_BY_CONVERSATION = ("messages", "trip_plans", "llm_calls", "notices")


def resolve(db: sqlite3.Connection, key: str) -> str:
    """The key under which this conversation is kept now."""
    for _ in range(4):  # a chat that moves moves once; four is already absurd
        row = db.execute("SELECT moved_to FROM conversations WHERE key = ?", (key,)).fetchone()
        if row is None or not row[0]:
            return key
        key = row[0]
    return key


def heard(db: sqlite3.Connection, c: Conversation, key: str, person: str, now: float) -> None:
    """Somebody wrote there (or the platform let us in): the conversation is known and open.

    `key` is where `c` is kept now. A private chat belongs to the person who writes in it.
    """
    owner = person if c.mode == "solo" else ""
    known = db.execute("SELECT closed, person FROM conversations WHERE key = ?", (key,)).fetchone()
    if known is None:
        db.execute(
            "INSERT INTO conversations (key, platform, chat_id, thread_id, mode, person,"
            " updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key, c.platform, c.chat_id, c.thread_id, c.mode.value, owner, now),
        )
    elif known[0] or (owner and not known[1]):
        db.execute(
            "UPDATE conversations SET closed = '', person = coalesce(nullif(person, ''), ?)"
            " WHERE key = ?",
            (owner, key),
        )
        if known[0]:
            notice_rows.touch(db, "conversation = ?", (key,))


def known(db: sqlite3.Connection, c: Conversation, key: str, now: float) -> None:
    """Caravan speaks first there: nobody was heard, so a closed chat stays closed."""
    db.execute(
        "INSERT INTO conversations (key, platform, chat_id, thread_id, mode, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        (key, c.platform, c.chat_id, c.thread_id, c.mode.value, now),
    )


def move(db: sqlite3.Connection, moved: ConversationMoved, now: float) -> None:
    """Everything of the old key follows to the new one; the old key stays as an alias."""
    old = resolve(db, moved.old_key)
    new = moved.new.key
    if old == new:
        return
    db.execute("UPDATE conversations SET moved_to = '' WHERE key = ?", (new,))  # never in a circle
    heard(db, moved.new, new, "", now)
    _carry_session(db, old, new)
    lanes.INBOX.merge(db, old, new)
    lanes.OUTBOX.merge(db, old, new)
    for table in _KEPT_BY_CONVERSATION:
        db.execute(f"UPDATE {table} SET conversation = ? WHERE conversation = ?", (new, old))
    db.execute(
        "UPDATE OR IGNORE destination_recommendations SET conversation = ? WHERE conversation = ?",
        (new, old),
    )
    db.execute("DELETE FROM destination_recommendations WHERE conversation = ?", (old,))
    groups.move(db, old, new)
    notice_rows.move(db, old, new)
    platform, _, rest = moved.old_key.partition(":")
    chat_id, _, thread_id = rest.rpartition(":")
    db.execute(
        "INSERT INTO conversations (key, platform, chat_id, thread_id, mode, moved_to, updated_at)"
        " VALUES (?, ?, ?, ?, 'group', ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET moved_to = excluded.moved_to, session = NULL",
        (old, platform, chat_id, thread_id, new, now),
    )


def _carry_session(db: sqlite3.Connection, old: str, new: str) -> None:
    """What the chat was about: the new chat's own, once it has a trip open there, else the old."""
    sessions = [
        row[0] if row else None
        for key in (old, new)
        for row in [
            db.execute("SELECT session FROM conversations WHERE key = ?", (key,)).fetchone()
        ]
    ]
    before, after = sessions
    if before is None or (after is not None and b'"trip_id"' in after):
        return
    db.execute("UPDATE conversations SET session = ? WHERE key = ?", (before, new))


def left(db: sqlite3.Connection, key: str, why: str, now: float) -> list[str]:
    """The platform says that we are out: what waits there to be answered or said is dropped.

    Returns the key when the conversation was open until now.
    """
    key = resolve(db, key)
    was_open = db.execute(
        "SELECT 1 FROM conversations WHERE key = ? AND closed = ''", (key,)
    ).fetchone()
    db.execute(
        "UPDATE inbox SET state = 'done', behind = 0 WHERE conversation = ? AND state = 'waiting'",
        (key,),
    )
    lanes.INBOX.promote(db, key)
    _shut(db, key, why, now)
    return [key] if was_open else []


def left_all(db: sqlite3.Connection, prefix: str, why: str, now: float) -> list[str]:
    """We are out of every conversation whose key begins so; returns those that were open."""
    shut = []
    for key in _beginning_with(db, prefix):
        shut += left(db, key, why, now)
    return shut


def back_in_all(db: sqlite3.Connection, prefix: str) -> None:
    """We can speak again in every conversation whose key begins so."""
    for key in _beginning_with(db, prefix):
        db.execute("UPDATE conversations SET closed = '' WHERE key = ?", (key,))
        notice_rows.touch(db, "conversation = ?", (key,))


def _beginning_with(db: sqlite3.Connection, prefix: str) -> list[str]:
    after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    rows = db.execute("SELECT key FROM conversations WHERE key >= ? AND key < ?", (prefix, after))
    return [key for (key,) in rows]


def close(db: sqlite3.Connection, key: str, why: str, now: float) -> list[str]:
    """A send found nobody there: what waits to be said or answered is dropped.

    Who wrote after that send had begun is there again, so the conversation stays open for them.
    Returns the key when the conversation was open and is not any more.
    """
    key = resolve(db, key)
    began = db.execute(
        "SELECT max(due) - ? FROM outbox WHERE conversation = ? AND state = 'sending'",
        (lanes.LEASE_S, key),
    ).fetchone()[0]
    back = (
        began is not None
        and db.execute(
            "SELECT 1 FROM inbox WHERE conversation = ? AND state IN ('waiting', 'claimed')"
            " AND received_at > ?",
            (key, began),
        ).fetchone()
    )
    if back:
        _fail_replies(db, key, why)
        return []
    return left(db, key, why, now)


def _shut(db: sqlite3.Connection, key: str, why: str, now: float) -> None:
    _fail_replies(db, key, why)
    db.execute(
        "UPDATE conversations SET closed = ?, updated_at = ? WHERE key = ?", (why or "?", now, key)
    )
    notice_rows.touch(db, "conversation = ?", (key,))


def _fail_replies(db: sqlite3.Connection, key: str, why: str) -> None:
    notice_delivery.nobody_there(db, key, why)
    db.execute(
        "UPDATE outbox SET state = 'failed', behind = 0, why = ?,"
        " body = CASE WHEN wipe THEN x'' ELSE body END"
        " WHERE conversation = ? AND state IN ('ready', 'sending', 'unknown')",
        (why, key),
    )


def forget(db: sqlite3.Connection, key: str) -> None:
    """Delete what is left of an erased private chat, once nothing waits there any more."""
    nothing_waits = " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM {lane.table} WHERE conversation = key AND {lane.open})"
        for lane in (lanes.INBOX, lanes.OUTBOX)
    )
    gone = db.execute(
        "DELETE FROM conversations WHERE key = ? AND mode = 'solo' AND person = ''"
        f" AND session IS NULL AND moved_to = '' AND {nothing_waits}",
        (key,),
    ).rowcount
    if gone:
        for table in ("inbox", "outbox"):
            db.execute(f"UPDATE {table} SET conversation = '' WHERE conversation = ?", (key,))
