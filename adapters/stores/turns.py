"""A turn in SQL: what it begins with and what it writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from adapters.stores import (
    amends,
    conversations,
    costs,
    groups,
    inbox,
    links,
    members,
    notice_rows,
    outbox,
    personal,
    spending,
)
from adapters.stores.lanes import INBOX
from adapters.stores.parsed import Parsed, read
from adapters.stores.rows import dumped, text
from core.errors import Unavailable
from core.groups.state import Expense
from core.messages import CLOCK, InboundMessage, Reply
from core.people import Profile
from core.ports import Claim, Entry, LlmCall, Opened, Outcome
from core.session import Session
from core.trips import Recommendation, Trip

WINDOW = 40
MAX_TRIPS = 20
MAX_RECOMMENDATIONS = 200
SEEN_EVERY_S = 3_600.0  # how exactly we remember when somebody was last here
# A trip of a group stays there: what changes it in private would bring private wishes into it.
_OWN = (
    "NOT EXISTS (SELECT 1 FROM conversations WHERE key = conversation AND mode = 'group')"
    " AND person"
)
M = TypeVar("M", bound=BaseModel)


def open_turn(db: sqlite3.Connection, message: InboundMessage, parsed: Parsed) -> Opened:
    """Session, profile, trips, suggestions and the newest lines; the cost does not grow.

    A value that this program cannot read is left out, and its row stays as it is.
    """
    key = conversations.resolve(db, message.conversation.key)
    person = message.sender.id
    row = db.execute("SELECT session, closed FROM conversations WHERE key = ?", (key,)).fetchone()
    solo = message.conversation.mode == "solo"
    persons = links.persons_of(db, person)
    traveller = links.traveller_of(db, person) if len(persons) > 1 else person
    owners = persons if solo else (key,)
    lines = db.execute(
        "SELECT role, text, sender, said_at, tokens, call_id FROM messages"
        " WHERE conversation = ? ORDER BY id DESC LIMIT ?",
        (key, WINDOW),
    ).fetchall()
    return Opened(
        session=_session(row[0] if row else None, key),
        profile=_profile(db, traveller, parsed.read) or Profile(person=traveller),
        trips=_read_all(
            parsed,
            Trip,
            db.execute(
                f"SELECT body FROM trip_plans WHERE {_OWN if solo else 'conversation'}"
                f" IN ({links.marks(owners)}) ORDER BY updated_at DESC LIMIT ?",
                (*owners, MAX_TRIPS),
            ),
        ),
        recommendations=_recommendations(db, key, persons if solo else (), parsed),
        history=tuple(_entry(line) for line in reversed(lines)),
        closed=bool(row and row[1]),
        group=members.of_person(db, persons, key, parsed)
        if solo
        else groups.load(db, key, person, parsed),
        notices=notice_rows.book(db, key, persons, solo=solo),
    )


def costs_of(db: sqlite3.Connection, message: InboundMessage) -> tuple[Expense, ...]:
    """Every expense of a group, or of all private chats of a traveller, oldest first."""
    key = conversations.resolve(db, message.conversation.key)
    solo = message.conversation.mode == "solo"
    persons = links.persons_of(db, message.sender.id) if solo else ()
    return costs.costs(db, persons, key, read, costs.EVERY)


def last_said(db: sqlite3.Connection, conversation: str, person: str) -> datetime | None:
    """When the person last wrote there, or was answered; None when neither is kept."""
    row = db.execute(
        "SELECT said_at FROM messages WHERE person = ? AND conversation = ?"
        " AND said_at IS NOT NULL ORDER BY id DESC LIMIT 1",
        (person, conversations.resolve(db, conversation)),
    ).fetchone()
    return datetime.fromtimestamp(row[0], UTC) if row else None


def _recommendations(
    db: sqlite3.Connection, key: str, persons: tuple[str, ...], parsed: Parsed
) -> tuple[Recommendation, ...]:
    """Those of the conversation, oldest first; of all private chats of somebody with several."""
    keys: tuple[str, ...] = (key,)
    if len(persons) > 1:
        keys = tuple(dict.fromkeys((key, *links.private_chats(db, persons))))
    found = _read_all(
        parsed,
        Recommendation,
        db.execute(
            "SELECT body FROM (SELECT body, changed_at FROM destination_recommendations"
            f" WHERE conversation IN ({links.marks(keys)}) ORDER BY changed_at DESC LIMIT ?)"
            " ORDER BY changed_at",
            (*keys, MAX_RECOMMENDATIONS),
        ),
    )
    return tuple({r.destination_id: r for r in found}.values()) if len(keys) > 1 else found


def at_home(
    db: sqlite3.Connection, person: str, parsed: Parsed
) -> tuple[Profile, tuple[Trip, ...]]:
    """The person's profile and newest trips."""
    persons = links.persons_of(db, person)
    traveller = links.traveller_of(db, person)
    rows = db.execute(
        f"SELECT body FROM trip_plans WHERE person IN ({links.marks(persons)})"
        " ORDER BY updated_at DESC LIMIT ?",
        (*persons, MAX_TRIPS),
    )
    profile = _profile(db, traveller, parsed.read) or Profile(person=traveller)
    return profile, _read_all(parsed, Trip, rows)


def _session(body: bytes | None, key: str) -> Session:
    session = read(Session, body) if body is not None else None
    if session is None:
        return Session(conversation=key)
    if session.conversation != key:  # the chat has moved
        return session.model_copy(update={"conversation": key})
    return session


def _profile(
    db: sqlite3.Connection, person: str, reads: Callable[[type[Profile], bytes], Profile | None]
) -> Profile | None:
    row = db.execute("SELECT body FROM user_profiles WHERE person = ?", (person,)).fetchone()
    return reads(Profile, row[0]) if row else None


def _read_all(parsed: Parsed, shape: type[M], rows: sqlite3.Cursor) -> tuple[M, ...]:
    return tuple(v for (body,) in rows if (v := parsed.read(shape, body)) is not None)


def _entry(line: tuple[Any, ...]) -> Entry:
    role, words, sender, said_at, tokens, call_id = line
    said = datetime.fromtimestamp(said_at, UTC) if said_at is not None else None
    return Entry(role, words, sender, said, tokens, call_id)


def commit_turn(db: sqlite3.Connection, claim: Claim, outcome: Outcome, now: float) -> bool:
    """Everything a turn changes and "inbox done"; whether more waits in the conversation.

    Raises Stale, and then nothing is written.
    """
    message = claim.message
    person = message.sender.id
    rows, key = inbox.finish(db, claim, also=outcome.also)
    spending.settle(db, outcome.llm_calls)
    row = rows[message.id]
    if outcome.secret:
        db.executemany("UPDATE inbox SET body = x'' WHERE id = ?", [(r,) for r in rows.values()])
    if outcome.erase_person:
        personal.erase(db, outcome.erase_person)
        for reply in outcome.replies:
            outbox.put(db, reply, _where(db, reply, message, key, now), "", now, wipe=True)
        return INBOX.waits(db, key)
    for answered in (message, *outcome.also):
        if answered.sender.id != CLOCK.id:
            _keep_identity(db, answered, now)
    if outcome.session is not None:
        db.execute(
            "UPDATE conversations SET session = ?, module = ?, updated_at = ? WHERE key = ?",
            (dumped(outcome.session), outcome.session.module, now, key),
        )
    if outcome.profile is not None:
        _keep_profile(db, outcome.profile, person, now)
    for profile in outcome.other_profiles:
        _keep_profile(db, profile, _account_of(db, profile, outcome.also), now)
    for trip in outcome.trips:
        _keep_trip(db, trip, now)
    for recommendation in outcome.recommendations:
        _keep_recommendation(db, recommendation, key, person)
    if outcome.group is not None:
        groups.keep(db, key, outcome.group)
    if outcome.links is not None:
        links.keep(db, outcome.links, person, now)  # after the session, which it may change
        _replan_all(db, person)
    if outcome.notices is not None:
        persons = links.persons_of(db, person)
        solo = message.conversation.mode == "solo"
        notice_rows.keep_wishes(db, outcome.notices, key, persons, now, solo=solo)
    people = {m.id: (m.sender.id, rows[m.id]) for m in outcome.also}
    for entry in outcome.history:
        _keep_line(db, entry, key, *people.get(entry.of, (person, row)))
    for answered in (message, *outcome.also):
        reread = answered.id in outcome.reread
        amends.changed_meanwhile(db, answered, key, rows[answered.id], reread=reread)
    for call in outcome.llm_calls:
        _keep_llm_call(db, call, key, person, row, now)
    for reply in outcome.replies:
        where = _where(db, reply, message, key, now)
        owner = person if where == key else _owner(db, where)
        outbox.put(db, reply, where, owner, now, wipe=outcome.secret)
    return INBOX.waits(db, key)


def _owner(db: sqlite3.Connection, key: str) -> str:
    """Whose private chat this is: what is said there belongs to nobody else's data."""
    row = db.execute("SELECT person FROM conversations WHERE key = ?", (key,)).fetchone()
    return row[0] if row else ""


def _where(
    db: sqlite3.Connection, reply: Reply, message: InboundMessage, key: str, now: float
) -> str:
    """The conversation that a reply goes to: the message's, kept under `key`, or another one."""
    if reply.conversation == message.conversation:
        return key
    other = conversations.resolve(db, reply.conversation.key)
    conversations.known(db, reply.conversation, other, now)
    return other


def keep_calls(db: sqlite3.Connection, calls: Sequence[LlmCall], key: str, now: float) -> None:
    """See core.ports.Store.keep_calls."""
    spending.settle(db, calls)
    key = conversations.resolve(db, key)
    person = _owner(db, key)
    for call in calls:
        _keep_llm_call(db, call, key, person, 0, now)


def give_up(
    db: sqlite3.Connection, claim: Claim, why: str, apology: Reply | None, now: float
) -> None:
    message = claim.message
    _, key = inbox.finish(db, claim, "dead")
    db.execute(
        "INSERT OR IGNORE INTO dead_letters (external_id, person, body, why, at)"
        " VALUES (?, ?, ?, ?, ?)",
        (message.id, message.sender.id, dumped(message).decode(), text(why[:500]), now),
    )
    if apology is not None:
        outbox.put(db, apology, key, message.sender.id, now)


def _keep_identity(db: sqlite3.Connection, message: InboundMessage, now: float) -> None:
    sender = message.sender
    db.execute(
        "INSERT INTO identities VALUES (?, ?, ?, ?) ON CONFLICT (person)"
        " DO UPDATE SET name = excluded.name, language = excluded.language,"
        " seen_at = excluded.seen_at WHERE name <> excluded.name"
        " OR language <> excluded.language OR seen_at < excluded.seen_at - ?",
        (sender.id, text(sender.name), text(sender.language), now, SEEN_EVERY_S),
    )


def _keep_profile(db: sqlite3.Connection, profile: Profile, sender: str, now: float) -> None:
    """Write the profile; one that could not be read is set aside and not lost.

    Of a traveller with several accounts every new fact says in which of them it was told.
    """
    person = profile.person
    if person != links.traveller_of(db, sender):  # joined or parted while the turn was made
        raise Unavailable("profile", "the accounts have changed meanwhile")
    if person != sender:
        facts = (
            f if f.told_in else f.model_copy(update={"told_in": sender}) for f in profile.facts
        )
        profile = profile.model_copy(update={"facts": tuple(facts)})
    before = _profile(db, person, read)
    known = before or Profile(person=person)
    if (profile.zone, profile.value("reach")) != (known.zone, known.value("reach")):
        _replan_all(db, sender)
    if before is None:
        db.execute(
            "INSERT OR IGNORE INTO dead_letters (external_id, person, body, why, at)"
            " SELECT 'profile of ' || person, person, CAST(body AS TEXT), 'unreadable row', ?"
            " FROM user_profiles WHERE person = ?",
            (now, person),
        )
    links.put_profile(db, profile, now)


def _replan_all(db: sqlite3.Connection, person: str) -> None:
    """Where a traveller lives or is reached has changed: when and where notices come, too."""
    persons = links.persons_of(db, person)
    notice_rows.touch(db, f"person IN ({links.marks(persons)})", persons)


def _account_of(db: sqlite3.Connection, profile: Profile, said: Sequence[InboundMessage]) -> str:
    """The sender whose profile this is; raises Unavailable when accounts were joined or parted."""
    for message in said:
        if links.traveller_of(db, message.sender.id) == profile.person:
            return message.sender.id
    raise Unavailable("profile", "the accounts have changed meanwhile")


def _keep_trip(db: sqlite3.Connection, trip: Trip, now: float) -> None:
    plan = trip.plan
    db.execute(
        "INSERT INTO trip_plans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET destination = excluded.destination, first_day = excluded.first_day,"
        " last_day = excluded.last_day, status = excluded.status, version = excluded.version,"
        " body = excluded.body, updated_at = excluded.updated_at",
        (
            trip.id,
            conversations.resolve(db, trip.conversation),
            trip.owner,
            plan.destination_id if plan else "",
            plan.first_day.isoformat() if plan else "",
            plan.last_day.isoformat() if plan else "",
            trip.status,
            trip.version,
            dumped(trip),
            now,
        ),
    )
    notice_rows.touch(db, "id = ?", (trip.id,))


def _keep_recommendation(db: sqlite3.Connection, r: Recommendation, key: str, person: str) -> None:
    db.execute(
        "INSERT INTO destination_recommendations VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (conversation, destination) DO UPDATE SET status = excluded.status,"
        " body = excluded.body, changed_at = excluded.changed_at",
        (key, r.destination_id, person, r.status.value, dumped(r), r.changed_at.timestamp()),
    )


def _keep_line(db: sqlite3.Connection, e: Entry, key: str, person: str, row: int) -> None:
    db.execute(
        "INSERT INTO messages (conversation, person, inbox_id, role, text, sender, said_at, tokens,"
        " call_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key,
            person,
            row,
            e.role,
            text(e.text),
            text(e.sender),
            e.said_at.timestamp() if e.said_at else None,
            e.tokens,
            e.call_id,
        ),
    )


def _keep_llm_call(
    db: sqlite3.Connection, c: LlmCall, key: str, person: str, row: int, now: float
) -> None:
    db.execute(
        "INSERT INTO llm_calls (conversation, person, inbox_id, model, purpose, prompt_version,"
        " input_tokens, output_tokens, cached_tokens, seconds, outcome, cost, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key,
            person,
            row,
            c.model,
            c.purpose,
            c.prompt_version,
            c.input_tokens,
            c.output_tokens,
            c.cached_tokens,
            c.seconds,
            c.outcome,
            str(c.cost) if c.cost is not None else None,
            now,
        ),
    )
