"""Groups in SQL: members, wishes, polls, ballots, decisions, costs."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from adapters.stores.parsed import Parsed
from adapters.stores.rows import dumped
from core.groups.state import (
    Ballot,
    Decision,
    Expense,
    GroupNews,
    GroupState,
    Member,
    MemberWish,
    Poll,
    PrivateWish,
)

SCHEMA = """
CREATE TABLE members (
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    body BLOB NOT NULL,
    joined_at REAL NOT NULL,
    PRIMARY KEY (conversation, person)
) STRICT;
CREATE INDEX members_person ON members (person);
CREATE TABLE member_wishes (
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    body BLOB NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (conversation, person)
) STRICT;
CREATE INDEX member_wishes_person ON member_wishes (person);
CREATE TABLE private_wishes (
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    body BLOB NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (conversation, person)
) STRICT;
CREATE INDEX private_wishes_person ON private_wishes (person);
CREATE TABLE polls (
    id TEXT PRIMARY KEY,
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    ref TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'cancelled')),
    closes_at REAL NOT NULL,
    body BLOB NOT NULL,
    opened_at REAL NOT NULL
) STRICT;
CREATE INDEX polls_conversation ON polls (conversation, opened_at);
CREATE INDEX polls_due ON polls (closes_at) WHERE state = 'open';
CREATE INDEX polls_ref ON polls (ref) WHERE ref <> '';
CREATE TABLE ballots (
    poll TEXT NOT NULL,
    person TEXT NOT NULL,
    body BLOB NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (poll, person)
) STRICT;
CREATE INDEX ballots_person ON ballots (person);
CREATE TABLE decisions (
    id TEXT PRIMARY KEY,
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    body BLOB NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE INDEX decisions_conversation ON decisions (conversation, at);
CREATE TABLE expenses (
    id TEXT PRIMARY KEY,
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    body BLOB NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE INDEX expenses_conversation ON expenses (conversation, at);
CREATE INDEX expenses_person ON expenses (person);
CREATE TABLE vault (
    shelf TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (shelf, key)
) STRICT;
CREATE INDEX vault_until ON vault (until) WHERE until > 0;
"""
# What follows a conversation to its new key.
BY_CONVERSATION = (
    "members",
    "member_wishes",
    "private_wishes",
    "polls",
    "decisions",
    "expenses",
)
MAX_POLLS = 50
MAX_ROWS = 1_000  # of decisions and of expenses
M = TypeVar("M", bound=BaseModel)


def load(db: sqlite3.Connection, key: str, parsed: Parsed) -> GroupState:
    """Everything kept of a group, oldest first; private wishes are of those who are there."""

    def of(shape: type[M], table: str, order: str, limit: int = MAX_ROWS) -> tuple[M, ...]:
        rows = db.execute(
            f"SELECT body FROM (SELECT body, {order} AS o FROM {table} WHERE conversation = ?"
            " ORDER BY o DESC LIMIT ?) ORDER BY o",
            (key, limit),
        )
        return tuple(v for (body,) in rows if (v := parsed.read(shape, body)) is not None)

    polls = of(Poll, "polls", "opened_at", MAX_POLLS)
    marks = ", ".join("?" * len(polls))
    ballots = (
        db.execute(
            f"SELECT body FROM ballots WHERE poll IN ({marks}) ORDER BY at", [p.id for p in polls]
        ).fetchall()
        if polls
        else []
    )
    return GroupState(
        members=of(Member, "members", "joined_at"),
        wishes=of(MemberWish, "member_wishes", "at"),
        private=of(PrivateWish, "private_wishes", "at"),
        polls=polls,
        ballots=tuple(v for (b,) in ballots if (v := parsed.read(Ballot, b)) is not None),
        decisions=of(Decision, "decisions", "at"),
        expenses=of(Expense, "expenses", "at"),
    )


def of_person(db: sqlite3.Connection, person: str, parsed: Parsed) -> GroupState:
    """In a private chat: what the person told in private, for whatever group."""
    rows = db.execute("SELECT body FROM private_wishes WHERE person = ? ORDER BY at", (person,))
    found = (parsed.read(PrivateWish, body) for (body,) in rows)
    return GroupState(private=tuple(p for p in found if p is not None))


def keep(db: sqlite3.Connection, key: str, news: GroupNews) -> None:
    """Write what a turn in the conversation `key` changed; private wishes name their own."""
    for m in news.members:
        _mine(db, "members", key, m.person, m, m.joined_at)
    for w in news.wishes:
        _mine(db, "member_wishes", key, w.person, w, w.said_at)
    for p in news.private:
        _mine(db, "private_wishes", p.conversation, p.person, p, p.said_at)
    for person, conversation in news.private_gone:
        db.execute(
            "DELETE FROM private_wishes WHERE conversation = ? AND person = ?",
            (conversation, person),
        )
    for poll in news.polls:
        _keep_poll(db, key, poll)
    for ballot in news.ballots:
        db.execute(
            "INSERT INTO ballots VALUES (?, ?, ?, ?) ON CONFLICT (poll, person) DO UPDATE SET"
            " body = excluded.body, at = excluded.at",
            (ballot.poll, ballot.person, dumped(ballot), ballot.at.timestamp()),
        )
    for d in news.decisions:
        _row(db, "decisions", d.id, key, d.by[0] if len(d.by) == 1 else "", d, d.at)
    for e in news.expenses:
        _row(db, "expenses", e.id, key, e.paid_by, e, e.said_at)


def move(db: sqlite3.Connection, old: str, new: str) -> None:
    """A conversation got a new key. What both have, the new one keeps."""
    for table in BY_CONVERSATION:
        db.execute(
            f"UPDATE OR IGNORE {table} SET conversation = ? WHERE conversation = ?", (new, old)
        )
        db.execute(f"DELETE FROM {table} WHERE conversation = ?", (old,))


def _mine(
    db: sqlite3.Connection, table: str, key: str, person: str, value: BaseModel, at: datetime
) -> None:
    """One row of one person in a conversation."""
    column = "joined_at" if table == "members" else "at"
    db.execute(
        f"INSERT INTO {table} VALUES (?, ?, ?, ?) ON CONFLICT (conversation, person) DO UPDATE"
        f" SET body = excluded.body, {column} = excluded.{column}",
        (key, person, dumped(value), at.timestamp()),
    )


def _row(
    db: sqlite3.Connection,
    table: str,
    id: str,
    key: str,
    person: str,
    value: BaseModel,
    at: datetime,
) -> None:
    db.execute(
        f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " body = excluded.body, at = excluded.at",
        (id, key, person, dumped(value), at.timestamp()),
    )


def _keep_poll(db: sqlite3.Connection, key: str, poll: Poll) -> None:
    db.execute(
        "INSERT INTO polls VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " ref = excluded.ref, state = excluded.state, closes_at = excluded.closes_at,"
        " body = excluded.body",
        (
            poll.id,
            key,
            poll.asked_by,
            poll.ref,
            poll.state,
            poll.closes_at.timestamp(),
            dumped(poll),
            poll.opened_at.timestamp(),
        ),
    )
