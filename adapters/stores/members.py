"""Members in SQL: the groups of a person, what members need, where they are told things alone."""

from __future__ import annotations

import sqlite3
from typing import TypeVar

from pydantic import BaseModel

from adapters.stores import links
from adapters.stores.costs import costs, private_keys
from adapters.stores.parsed import Parsed, read
from adapters.stores.rows import dumped
from core.groups.state import (
    NEWEST_COSTS,
    GroupState,
    Member,
    MemberWish,
    OwnGroup,
    PrivateWish,
    needs_of,
)
from core.messages import Conversation, MembersChanged
from core.people import Profile
from core.trips import Trip
from core.wishes import Wish

MAX_OWN_GROUPS = 8  # of a person, the newest
_CONVERSATION = ("platform", "chat_id", "thread_id", "mode")
M = TypeVar("M", bound=BaseModel)


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
    return GroupState(
        members=_guests(db, persons, key, parsed),
        private=tuple(
            p if p.person == me else p.model_copy(update={"person": me}) for p in private
        ),
        own=tuple(g for g in own if g is not None),
        expenses=costs(db, persons, key, parsed.read, NEWEST_COSTS),
    )


def needs(
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


def private_chats(
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
    return tuple(
        {
            person: Conversation.model_validate(dict(zip(_CONVERSATION, place, strict=True)))
            for person, _, *place in rows
        }.items()
    )


def keep(
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


def account_in(db: sqlite3.Connection, conversation: str, person: str) -> str:
    """The account with which a traveller is in a group, whichever they write from."""
    accounts = links.persons_of(db, person)
    rows = db.execute(
        "SELECT person FROM members WHERE conversation = ?"
        f" AND person IN ({links.marks(accounts)})",
        (conversation, *accounts),
    ).fetchall()
    return person if not rows or (person,) in rows else str(rows[0][0])


def changed(db: sqlite3.Connection, news: MembersChanged) -> None:
    """Who left a chat is out of all its conversations; who left it and comes back is in again."""
    for person in news.left:
        for key, member in _memberships(db, news.conversation, person.id):
            if member.left_at is None:
                keep(db, "members", key, person.id, member.leaves(news.at, "chat"))
    for person in news.joined:
        for key, member in _memberships(db, news.conversation, person.id):
            if member.left_by == "chat":
                keep(db, "members", key, person.id, member.returns())


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


def _guests(
    db: sqlite3.Connection, persons: tuple[str, ...], key: str, parsed: Parsed
) -> tuple[Member, ...]:
    """The guests of a traveller who plans alone, from all their private chats."""
    keys = private_keys(db, persons, key)
    rows = db.execute(
        f"SELECT body FROM members WHERE conversation IN ({links.marks(keys)})"
        " ORDER BY joined_at, rowid",
        keys,
    )
    members = (m for (body,) in rows if (m := parsed.read(Member, body)) is not None)
    return tuple(m for m in members if m.person not in persons)


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
    return OwnGroup(
        conversation=Conversation.model_validate(dict(zip(_CONVERSATION, place, strict=True))),
        members=tuple(m for m in members if m.left_at is None),
        wish=wishes[0] if wishes else None,
        trip=trips[0] if trips else None,
    )
