"""Groups in SQL: members, wishes, polls, ballots, decisions, costs."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from adapters.stores import links
from adapters.stores.parsed import Parsed, read
from adapters.stores.rows import dumped
from core.groups.state import (
    Ballot,
    Decision,
    Expense,
    GroupNews,
    GroupState,
    Member,
    MemberWish,
    OwnGroup,
    Poll,
    PrivateWish,
    needs_of,
)
from core.messages import Conversation, MembersChanged
from core.people import Profile
from core.trips import Trip
from core.wishes import Wish

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
MAX_OWN_GROUPS = 8  # of a person, the newest
MAX_ROWS = 1_000  # of decisions and of expenses
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
        expenses=of(Expense, "expenses", "at"),
        chats=_private_chats(db, key, sender),
        needs=_needs(db, key, sender, parsed),
    )


def _needs(
    db: sqlite3.Connection, key: str, sender: str, parsed: Parsed
) -> tuple[tuple[str, Wish], ...]:
    """What the profiles of the members, and of who writes now, say that they need, whatever account
    it was told in."""
    rows = db.execute(
        "WITH here (person) AS (SELECT ? UNION SELECT person FROM members WHERE conversation = ?)"
        " SELECT here.person, p.body FROM here LEFT JOIN travellers t ON t.person = here.person"
        " JOIN user_profiles p ON p.person = coalesce(t.traveller, here.person)",
        (sender, key),
    ).fetchall()
    found = ((who, p) for who, body in rows if (p := parsed.read(Profile, body)) is not None)
    return tuple((who, needs) for who, p in found if (needs := needs_of(p)) != Wish())


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


def of_person(
    db: sqlite3.Connection, persons: tuple[str, ...], key: str, parsed: Parsed
) -> GroupState:
    """In a private chat: the person's groups, what they told in private for any of them, and what
    they spent. `persons` are the accounts of the traveller, the one of this chat first.

    The rows of the other accounts read as if they came from this one.
    """
    accounts = links.marks(persons)
    me = persons[0]
    rows = db.execute(
        f"SELECT body FROM private_wishes WHERE person IN ({accounts}) ORDER BY at", persons
    )
    private = [p for (body,) in rows if (p := parsed.read(PrivateWish, body)) is not None]
    groups = db.execute(
        "SELECT c.key, m.person, c.platform, c.chat_id, c.thread_id, c.mode FROM members m"
        " JOIN conversations c ON c.key = m.conversation"
        f" WHERE m.person IN ({accounts}) AND c.mode = 'group' ORDER BY m.joined_at DESC LIMIT ?",
        (*persons, MAX_OWN_GROUPS),
    ).fetchall()
    own = (_own_group(db, person, at, place, parsed) for at, person, *place in groups)
    guests, expenses = _of_private_chats(db, persons, key, parsed)
    return GroupState(
        members=guests,
        private=tuple(
            p if p.person == me else p.model_copy(update={"person": me}) for p in private
        ),
        own=tuple(g for g in own if g is not None),
        expenses=expenses,
    )


def _of_private_chats(
    db: sqlite3.Connection, persons: tuple[str, ...], key: str, parsed: Parsed
) -> tuple[tuple[Member, ...], tuple[Expense, ...]]:
    """The guests of a traveller who plans alone, and their costs, from all their private chats."""
    keys: tuple[str, ...] = (key,)
    if len(persons) > 1:
        keys = tuple(dict.fromkeys((key, *links.private_chats(db, persons))))
    chosen = f"WHERE conversation IN ({links.marks(keys)})"
    rows = db.execute(f"SELECT body FROM members {chosen} ORDER BY joined_at, rowid", keys)
    members = [m for (body,) in rows if (m := parsed.read(Member, body)) is not None]
    rows = db.execute(
        f"SELECT body FROM (SELECT body, at, rowid AS r FROM expenses {chosen}"
        " ORDER BY at DESC, r DESC LIMIT ?) ORDER BY at, r",
        (*keys, MAX_ROWS),
    )
    expenses = [e for (body,) in rows if (e := parsed.read(Expense, body)) is not None]
    me, others = persons[0], persons[1:]
    return tuple(m for m in members if m.person not in persons), tuple(
        e if not others else _as_mine(e, me, others) for e in expenses
    )


def _as_mine(e: Expense, me: str, others: tuple[str, ...]) -> Expense:
    def mine(person: str) -> str:
        return me if person in others else person

    shared = tuple(dict.fromkeys(mine(p) for p in e.shared_by))
    return e.model_copy(update={"paid_by": mine(e.paid_by), "shared_by": shared})


def _own_group(
    db: sqlite3.Connection, person: str, key: str, place: list[str], parsed: Parsed
) -> OwnGroup | None:
    """One group of the person; None when they left it."""

    def read(shape: type[M], sql: str, *values: str) -> tuple[M, ...]:
        rows = db.execute(sql, values)
        return tuple(v for (body,) in rows if (v := parsed.read(shape, body)) is not None)

    members = read(Member, "SELECT body FROM members WHERE conversation = ?", key)
    if not any(m.person == person and m.left_at is None for m in members):
        return None
    wishes = read(
        MemberWish,
        "SELECT body FROM member_wishes WHERE conversation = ? AND person = ?",
        key,
        person,
    )
    trips = read(
        Trip,
        "SELECT body FROM trip_plans WHERE conversation = ? ORDER BY updated_at DESC LIMIT 1",
        key,
    )
    names = ("platform", "chat_id", "thread_id", "mode")
    return OwnGroup(
        conversation=Conversation.model_validate(dict(zip(names, place, strict=True))),
        members=tuple(m for m in members if m.left_at is None),
        wish=wishes[0] if wishes else None,
        trip=trips[0] if trips else None,
    )


def _private_chats(
    db: sqlite3.Connection, key: str, sender: str
) -> tuple[tuple[str, Conversation], ...]:
    """The open private chats of the members of a group, and of who writes there now.

    A traveller with several accounts is told where they like to be reached, else on the platform
    of the group, else where they were last.
    """
    rows = db.execute(
        "WITH here (person) AS (SELECT ? UNION SELECT person FROM members WHERE conversation = ?),"
        " account (member, person, traveller) AS (SELECT person, person, '' FROM here UNION"
        "  SELECT here.person, two.person, two.traveller FROM here"
        "  JOIN travellers one ON one.person = here.person"
        "  JOIN travellers two ON two.traveller = one.traveller)"
        " SELECT a.member, max(a.traveller), c.platform, c.chat_id, c.thread_id, c.mode"
        " FROM account a JOIN conversations c ON c.person = a.person"
        " WHERE c.mode = 'solo' AND c.closed = '' AND c.moved_to = ''"
        " GROUP BY a.member, c.key ORDER BY c.person = a.member, c.updated_at",
        (sender, key),
    ).fetchall()
    liked = {t: links.reached_on(db, t) for _, t, *_ in rows if t}
    rows.sort(key=lambda row: bool(row[1]) and row[2] == liked[row[1]])  # the last one counts
    names = ("platform", "chat_id", "thread_id", "mode")
    return tuple(
        {
            person: Conversation.model_validate(dict(zip(names, place, strict=True)))
            for person, _, *place in rows
        }.items()
    )


def keep(db: sqlite3.Connection, key: str, news: GroupNews) -> None:
    """Write what a turn in the conversation `key` changed; private wishes name their own."""
    for m in news.members:
        _mine(db, "members", key, m.person, m)
    for w in news.wishes:
        _mine(db, "member_wishes", key, w.person, w)
    for p in news.private:
        person = _member_account(db, p.conversation, p.person)
        p = p if person == p.person else p.model_copy(update={"person": person})
        _mine(db, "private_wishes", p.conversation, person, p)
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


def members_changed(db: sqlite3.Connection, changed: MembersChanged) -> None:
    """Who left a chat is out of all its conversations; who left it and comes back is in again."""
    for person in changed.left:
        for key, member in _memberships(db, changed.conversation, person.id):
            if member.left_at is None:
                _mine(db, "members", key, person.id, member.leaves(changed.at, "chat"))
    for person in changed.joined:
        for key, member in _memberships(db, changed.conversation, person.id):
            if member.left_by == "chat":
                _mine(db, "members", key, person.id, member.returns())


def _memberships(
    db: sqlite3.Connection, chat: Conversation, person: str
) -> list[tuple[str, Member]]:
    """Where in this chat the person is a member, under the key of each conversation."""
    rows = db.execute(
        "SELECT m.conversation, m.body FROM members m JOIN conversations c ON c.key ="
        " m.conversation WHERE m.person = ? AND c.platform = ? AND c.chat_id = ?",
        (person, chat.platform, chat.chat_id),
    ).fetchall()
    return [(key, m) for key, body in rows if (m := read(Member, body)) is not None]


def _member_account(db: sqlite3.Connection, conversation: str, person: str) -> str:
    """The account with which a traveller is in a group, whichever they write from."""
    accounts = links.persons_of(db, person)
    rows = db.execute(
        "SELECT person FROM members WHERE conversation = ?"
        f" AND person IN ({links.marks(accounts)})",
        (conversation, *accounts),
    ).fetchall()
    return person if not rows or (person,) in rows else str(rows[0][0])


def move(db: sqlite3.Connection, old: str, new: str) -> None:
    """A conversation got a new key. What both have, the new one keeps."""
    for table in BY_CONVERSATION:
        db.execute(
            f"UPDATE OR IGNORE {table} SET conversation = ? WHERE conversation = ?", (new, old)
        )
        db.execute(f"DELETE FROM {table} WHERE conversation = ?", (old,))


def _mine(
    db: sqlite3.Connection,
    table: str,
    key: str,
    person: str,
    value: Member | MemberWish | PrivateWish,
) -> None:
    """One row of one person in a conversation."""
    at, column = (
        (value.joined_at, "joined_at") if isinstance(value, Member) else (value.said_at, "at")
    )
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
