"""Groups in SQL: wishes, polls, ballots, decisions, costs; their people are in `members`."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from adapters.stores import links, members
from adapters.stores.costs import costs
from adapters.stores.parsed import Parsed
from adapters.stores.rows import dumped
from core.groups.state import (
    NEWEST_COSTS,
    Ballot,
    Decision,
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
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'cancelled')),
    closes_at REAL NOT NULL,
    body BLOB NOT NULL,
    opened_at REAL NOT NULL
) STRICT;
CREATE INDEX polls_conversation ON polls (conversation, opened_at);
CREATE INDEX polls_due ON polls (closes_at) WHERE state = 'open';
CREATE TABLE poll_refs (
    ref TEXT PRIMARY KEY,
    poll TEXT NOT NULL,
    person TEXT NOT NULL,
    shown TEXT NOT NULL
) STRICT;
CREATE INDEX poll_refs_poll ON poll_refs (poll);
CREATE INDEX poll_refs_person ON poll_refs (person);
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
ALTER TABLE inbox ADD COLUMN reread INTEGER NOT NULL DEFAULT 0;
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
MAX_ROWS = 1_000  # of decisions, members and wishes
M = TypeVar("M", bound=BaseModel)


def load(db: sqlite3.Connection, key: str, sender: str, parsed: Parsed) -> GroupState:
    """Everything kept of a group, oldest first, and the private chats of those who are there."""

    def of(shape: type[M], table: str, order: str, limit: int = MAX_ROWS) -> tuple[M, ...]:
        return _newest(db, key, parsed, shape, table, order, limit)

    polls = _with_refs(db, of(Poll, "polls", "opened_at", MAX_POLLS))
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
        expenses=costs(db, (), key, parsed.read, NEWEST_COSTS),
        chats=members.private_chats(db, key, sender),
        needs=members.needs(db, key, sender, parsed),
    )


def _with_refs(db: sqlite3.Connection, polls: tuple[Poll, ...]) -> tuple[Poll, ...]:
    """The polls with the messages that show them, which are known only after they were sent."""
    if not polls:
        return ()
    marks = ", ".join("?" * len(polls))
    rows = db.execute(
        f"SELECT poll, shown FROM poll_refs WHERE poll IN ({marks}) AND shown <> '' ORDER BY rowid",
        [p.id for p in polls],
    )
    refs: dict[str, list[str]] = {}
    for poll, ref in rows:
        refs.setdefault(poll, []).append(ref)
    return tuple(
        p.model_copy(update={"refs": tuple(refs[p.id])}) if p.id in refs else p for p in polls
    )


def _newest(
    db: sqlite3.Connection,
    key: str,
    parsed: Parsed,
    shape: type[M],
    table: str,
    order: str,
    limit: int,
) -> tuple[M, ...]:
    """The newest rows of a conversation, oldest first."""
    rows = db.execute(
        f"SELECT body FROM (SELECT body, rowid AS r, {order} AS o FROM {table} WHERE conversation"
        " = ? ORDER BY o DESC, r DESC LIMIT ?) ORDER BY o, r",
        (key, limit),
    )
    return tuple(v for (body,) in rows if (v := parsed.read(shape, body)) is not None)


def keep(db: sqlite3.Connection, key: str, news: GroupNews) -> None:
    """Write what a turn in the conversation `key` changed; private wishes name their own."""
    for m in news.members:
        members.keep(db, "members", key, m.person, m)
    for w in news.wishes:
        members.keep(db, "member_wishes", key, w.person, w)
    for p in news.private:
        person = members.account_in(db, p.conversation, p.person)
        p = p if person == p.person else p.model_copy(update={"person": person})
        members.keep(db, "private_wishes", p.conversation, person, p)
    for person, conversation in news.private_gone:
        for account in links.persons_of(db, person):
            db.execute(
                "DELETE FROM private_wishes WHERE conversation = ? AND person = ?",
                (conversation, account),
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
        "INSERT INTO polls VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " state = excluded.state, closes_at = excluded.closes_at, body = excluded.body",
        (
            poll.id,
            key,
            poll.asked_by,
            poll.state,
            poll.closes_at.timestamp(),
            dumped(poll.model_copy(update={"refs": ()})),
            poll.opened_at.timestamp(),
        ),
    )
