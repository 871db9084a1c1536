"""Rows of notices in SQL: their tables, and what chats want."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from adapters.stores import links
from adapters.stores.parsed import read
from adapters.stores.rows import dumped, text
from core.messages import Conversation, Mode
from core.notices.state import URGENT, Kind, Notice, NoticeBook, NoticeWishes, State

LAST_TOLD = 10
# `at` is when a row is looked at next: when it is due, when it had to wait until, or when the lease
# of a claimed one ends. `ready` rows are due and wait to be claimed, `urgent` ones first.
SCHEMA = """
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    trip TEXT NOT NULL,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    about TEXT NOT NULL,
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('planned', 'claimed', 'sent', 'unknown', 'failed', 'cancelled', 'expired')),
    due REAL NOT NULL,
    late_until REAL NOT NULL,
    zone TEXT NOT NULL,
    trip_version INTEGER NOT NULL,
    why TEXT NOT NULL,
    news TEXT NOT NULL,
    at REAL NOT NULL,
    ready INTEGER NOT NULL DEFAULT 0,
    urgent INTEGER NOT NULL DEFAULT 0,
    worker TEXT NOT NULL DEFAULT '',
    fence INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    reply TEXT NOT NULL DEFAULT '',
    stamp TEXT NOT NULL DEFAULT '',
    until REAL NOT NULL DEFAULT 0,
    sent_at REAL,
    reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX notices_once ON notices (trip, kind, day, about);
CREATE INDEX notices_waiting ON notices (at) WHERE state IN ('planned', 'claimed') AND ready = 0;
CREATE INDEX notices_ready ON notices (urgent DESC, late_until) WHERE ready = 1;
CREATE INDEX notices_open ON notices (conversation, at) WHERE state IN ('planned', 'claimed');
CREATE INDEX notices_claimed ON notices (at) WHERE state = 'claimed';
CREATE INDEX notices_told ON notices (conversation, sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX notices_reply ON notices (reply) WHERE reply <> '';
CREATE INDEX notices_ended ON notices (late_until) WHERE state NOT IN ('planned', 'claimed');
CREATE INDEX notices_person ON notices (person);
CREATE TABLE notice_calendar (
    trip TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    at REAL NOT NULL,
    touched INTEGER NOT NULL DEFAULT 0,
    stamp TEXT NOT NULL DEFAULT '',
    watch_at REAL,
    seen TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX notice_calendar_at ON notice_calendar (at);
CREATE INDEX notice_calendar_watch ON notice_calendar (watch_at) WHERE watch_at IS NOT NULL;
CREATE INDEX notice_calendar_person ON notice_calendar (person);
CREATE TABLE notice_wishes (
    conversation TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    body BLOB NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE INDEX notice_wishes_person ON notice_wishes (person);
ALTER TABLE outbox ADD COLUMN later INTEGER NOT NULL DEFAULT 0;
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (later, due)
    WHERE state IN ('ready', 'sending', 'unknown') AND behind = 0;
INSERT INTO notice_calendar (trip, person, at) SELECT id, person, 0 FROM trip_plans
    WHERE status = 'planned';
"""
# Named as in the partial indexes, which else are not used.
OPEN = "state IN ('planned', 'claimed')"
ENDED = "state NOT IN ('planned', 'claimed')"
_NOTICE = (
    "n.id, n.trip, n.kind, n.day, n.about, n.due, n.late_until, n.zone, n.trip_version, n.why,"
    " n.news, n.state, n.reason, n.sent_at, n.conversation, c.platform, c.chat_id, c.thread_id,"
    " c.mode"
)


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def find(
    db: sqlite3.Connection, condition: str, values: Sequence[object], *more: str
) -> list[tuple[Any, ...]]:
    """(Notice, the columns named in `more`) of every row that fits."""
    columns = "".join(f", n.{name}" for name in more)
    rows = db.execute(
        f"SELECT {_NOTICE}{columns} FROM notices n LEFT JOIN conversations c"
        f" ON c.key = n.conversation WHERE {condition}",
        values,
    ).fetchall()
    return [(_notice(row[:19]), *row[19:]) for row in rows]


def _notice(row: tuple[Any, ...]) -> Notice:
    """Rows are written by us alone, so nothing is checked again."""
    id, trip, kind, day, about, due, late, zone, version, why, news, state, reason, sent, *to = row
    key, platform, chat_id, thread_id, mode = to
    if platform is None:
        platform, _, rest = key.partition(":")
        chat_id, _, thread_id = rest.rpartition(":")
    return Notice.model_construct(
        id=id,
        trip=trip,
        kind=Kind(kind),
        on=date.fromisoformat(day),
        conversation=conversation(platform, chat_id, thread_id, mode or "solo"),
        about=about,
        due=moment(due),
        zone=zone,
        trip_version=version,
        late_until=moment(late),
        why=why,
        state=State(state),
        news=news,
        reason=reason,
        sent_at=moment(sent) if sent is not None else None,
    )


def conversation(platform: str, chat_id: str, thread_id: str, mode: str) -> Conversation:
    """Columns of our own row, not checked again."""
    return Conversation.model_construct(
        platform=platform, chat_id=chat_id, thread_id=thread_id, mode=Mode(mode)
    )


def insert(db: sqlite3.Connection, notices: Iterable[Notice], person: str) -> int:
    """New rows; those that are there already stay as they are. Returns how many were new.

    Urgent ones are due when they are found and wait for no tick to mark them, nor in a rush.
    """
    return db.executemany(
        "INSERT OR IGNORE INTO notices (id, trip, kind, day, about, conversation, person, state,"
        " due, late_until, zone, trip_version, why, news, at, urgent, ready)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'planned', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                n.id,
                n.trip,
                n.kind.value,
                n.on.isoformat(),
                text(n.about),
                n.conversation.key,
                person,
                n.due.timestamp(),
                n.late_until.timestamp(),
                n.zone,
                n.trip_version,
                text(n.why),
                text(n.news),
                n.due.timestamp(),
                urgent := int(n.kind in URGENT),
                urgent,
            )
            for n in notices
        ],
    ).rowcount


# --- what a chat wants -------------------------------------------------------------------------


def merged(wishes: Sequence[NoticeWishes]) -> NoticeWishes:
    """What a traveller wants who said it in several chats, the newest last: every "no" counts."""
    if len(wishes) < 2:
        return wishes[0] if wishes else NoticeWishes()
    snoozes = [w.snoozed_until for w in wishes if w.snoozed_until is not None]
    return wishes[-1].model_copy(
        update={
            "muted": frozenset().union(*(w.muted for w in wishes)),
            "muted_trips": frozenset().union(*(w.muted_trips for w in wishes)),
            "muted_pairs": frozenset().union(*(w.muted_pairs for w in wishes)),
            "snoozed_until": max(snoozes, default=None),
            "daily_cap": min(w.daily_cap for w in wishes),
            "off": any(w.off for w in wishes),
        }
    )


def wishes_of(db: sqlite3.Connection, chats: tuple[str, ...]) -> tuple[NoticeWishes, float]:
    """What is wanted in these chats of one traveller (or in one group), and since when."""
    rows = db.execute(
        f"SELECT body, at FROM notice_wishes WHERE conversation IN ({links.marks(chats)})"
        " ORDER BY at",
        chats,
    ).fetchall()
    found = [w for body, _ in rows if (w := read(NoticeWishes, body)) is not None]
    return merged(found), rows[-1][1] if rows else 0.0


def book(db: sqlite3.Connection, key: str, persons: tuple[str, ...], *, solo: bool) -> NoticeBook:
    """What a turn knows of notices: of all private chats of a traveller, or of one group."""
    chats = chats_of(db, key, persons) if solo else (key,)
    wishes, _ = wishes_of(db, chats)
    last = find(
        db,
        f"n.conversation IN ({links.marks(chats)}) AND n.sent_at IS NOT NULL"
        " ORDER BY n.sent_at DESC, n.due LIMIT ?",
        (*chats, LAST_TOLD),
    )
    return NoticeBook(wishes, tuple(notice for (notice,) in last))


def keep_wishes(
    db: sqlite3.Connection,
    wishes: NoticeWishes,
    key: str,
    persons: tuple[str, ...],
    now: float,
    *,
    solo: bool,
) -> None:
    """In every private chat of a traveller, so that it holds wherever they are told something."""
    chats = chats_of(db, key, persons) if solo else (key,)
    for chat in chats:
        owner = db.execute("SELECT person FROM conversations WHERE key = ?", (chat,)).fetchone()
        db.execute(
            "INSERT INTO notice_wishes VALUES (?, ?, ?, ?) ON CONFLICT (conversation) DO UPDATE"
            " SET body = excluded.body, at = excluded.at",
            (chat, owner[0] if owner else "", dumped(wishes), now),
        )
    touch(db, f"conversation IN ({links.marks(chats)})", chats)


def chats_of(db: sqlite3.Connection, key: str, persons: tuple[str, ...]) -> tuple[str, ...]:
    """All private chats of a traveller, this one first."""
    if len(persons) < 2:
        return (key,)
    return tuple(dict.fromkeys((key, *links.private_chats(db, persons))))


def move(db: sqlite3.Connection, old: str, new: str) -> None:
    """A chat got a new key; what was wanted in the new one counts, if anything was."""
    db.execute(
        "UPDATE OR IGNORE notice_wishes SET conversation = ? WHERE conversation = ?", (new, old)
    )
    db.execute("DELETE FROM notice_wishes WHERE conversation = ?", (old,))
    touch(db, "conversation = ?", (new,))


def touch(db: sqlite3.Connection, condition: str, values: Sequence[object]) -> None:
    """Have the trips that fit planned again, at once."""
    db.execute(
        "INSERT INTO notice_calendar (trip, person, at)"
        f" SELECT id, person, 0 FROM trip_plans WHERE {condition}"
        " ON CONFLICT (trip) DO UPDATE SET at = 0, touched = touched + 1",
        values,
    )
