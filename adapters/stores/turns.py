"""A turn in SQL: what it begins with, what it writes, and a person's data as a whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from adapters.stores import inbox, outbox
from core.messages import InboundMessage, Reply
from core.people import Profile
from core.ports import Claim, Entry, LlmCall, Opened, Outcome
from core.session import Session
from core.trips import Recommendation, Trip

WINDOW = 40
MAX_TRIPS = 20

# Every table that holds something of a person, and the column that says whose it is. Export and
# erase go through this list; a test fails for a table that is not in it.
PERSONAL = {
    "identities": "person",
    "user_profiles": "person",
    "conversations": "person",
    "messages": "person",
    "trip_plans": "person",
    "destination_recommendations": "person",
    "llm_calls": "person",
    "inbox": "person",
    "outbox": "person",
    "dead_letters": "person",
}


def open_turn(db: sqlite3.Connection, message: InboundMessage) -> Opened:
    """Session, profile, trips, suggestions and the newest lines; the cost does not grow."""
    key = message.conversation.key
    person = message.sender.id
    row = db.execute("SELECT session, closed FROM conversations WHERE key = ?", (key,)).fetchone()
    session = Session(conversation=key)
    if row is not None and row[0] is not None:
        session = Session.model_validate_json(row[0])
    profile = db.execute("SELECT body FROM user_profiles WHERE person = ?", (person,)).fetchone()
    solo = message.conversation.mode == "solo"
    trips = db.execute(
        "SELECT body FROM trip_plans WHERE "
        + ("person = ?" if solo else "conversation = ?")
        + " ORDER BY updated_at DESC LIMIT ?",
        (person if solo else key, MAX_TRIPS),
    ).fetchall()
    recommendations = db.execute(
        "SELECT body FROM destination_recommendations WHERE conversation = ? ORDER BY changed_at",
        (key,),
    ).fetchall()
    lines = db.execute(
        "SELECT role, text, sender, said_at, tokens, call_id FROM messages"
        " WHERE conversation = ? ORDER BY id DESC LIMIT ?",
        (key, WINDOW),
    ).fetchall()
    return Opened(
        session=session,
        profile=Profile.model_validate_json(profile[0]) if profile else Profile(person=person),
        trips=tuple(Trip.model_validate_json(body) for (body,) in trips),
        recommendations=tuple(Recommendation.model_validate_json(b) for (b,) in recommendations),
        history=tuple(_entry(line) for line in reversed(lines)),
        closed=bool(row and row[1]),
    )


def _entry(line: tuple[Any, ...]) -> Entry:
    role, text, sender, said_at, tokens, call_id = line
    said = datetime.fromtimestamp(said_at, UTC) if said_at is not None else None
    return Entry(role, text, sender, said, tokens, call_id)


def commit_turn(db: sqlite3.Connection, claim: Claim, outcome: Outcome, now: float) -> None:
    """Everything a turn changes and "inbox done". Raises Stale, and then nothing is written."""
    message = claim.message
    row = inbox.finish(db, claim)
    key, person = inbox.resolve(db, message.conversation.key), message.sender.id
    if outcome.erase_person:
        erase_person(db, outcome.erase_person)
        for reply in outcome.replies:
            _reply(db, reply, key, "", now, wipe=True)
        return
    _identity(db, message, now)
    if outcome.session is not None:
        db.execute(
            "UPDATE conversations SET session = ?, module = ?, updated_at = ? WHERE key = ?",
            (_json(outcome.session), outcome.session.module, now, key),
        )
    if outcome.profile is not None:
        db.execute(
            "INSERT INTO user_profiles VALUES (?, ?, ?) ON CONFLICT (person)"
            " DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at",
            (person, _json(outcome.profile), now),
        )
    for trip in outcome.trips:
        _trip(db, trip, now)
    for recommendation in outcome.recommendations:
        _recommendation(db, recommendation, key, person)
    _history(db, outcome.history, key, person, row)
    for call in outcome.llm_calls:
        _llm_call(db, call, key, person, row, now)
    for reply in outcome.replies:
        _reply(db, reply, key, person, now)


def give_up(
    db: sqlite3.Connection, claim: Claim, why: str, apology: Reply | None, now: float
) -> None:
    message = claim.message
    inbox.finish(db, claim, "dead")
    db.execute(
        "INSERT OR IGNORE INTO dead_letters (external_id, person, body, why, at)"
        " VALUES (?, ?, ?, ?, ?)",
        (message.id, message.sender.id, message.model_dump_json(), why[:500], now),
    )
    if apology is not None:
        key = inbox.resolve(db, message.conversation.key)
        _reply(db, apology, key, message.sender.id, now)


def _reply(
    db: sqlite3.Connection, reply: Reply, key: str, person: str, now: float, *, wipe: bool = False
) -> None:
    outbox.put(db, reply, key, person, now, wipe=wipe)


def _identity(db: sqlite3.Connection, message: InboundMessage, now: float) -> None:
    sender = message.sender
    db.execute(
        "INSERT INTO identities VALUES (?, ?, ?, ?) ON CONFLICT (person)"
        " DO UPDATE SET name = excluded.name, language = excluded.language,"
        " seen_at = excluded.seen_at",
        (sender.id, sender.name, sender.language, now),
    )


def _trip(db: sqlite3.Connection, trip: Trip, now: float) -> None:
    plan = trip.plan
    db.execute(
        "INSERT INTO trip_plans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET destination = excluded.destination, first_day = excluded.first_day,"
        " last_day = excluded.last_day, status = excluded.status, version = excluded.version,"
        " body = excluded.body, updated_at = excluded.updated_at",
        (
            trip.id,
            inbox.resolve(db, trip.conversation),
            trip.owner,
            plan.destination_id if plan else "",
            plan.first_day.isoformat() if plan else "",
            plan.last_day.isoformat() if plan else "",
            trip.status,
            trip.version,
            _json(trip),
            now,
        ),
    )


def _recommendation(db: sqlite3.Connection, r: Recommendation, key: str, person: str) -> None:
    db.execute(
        "INSERT INTO destination_recommendations VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (conversation, destination) DO UPDATE SET status = excluded.status,"
        " body = excluded.body, changed_at = excluded.changed_at",
        (key, r.destination_id, person, r.status.value, _json(r), r.changed_at.timestamp()),
    )


def _history(
    db: sqlite3.Connection, entries: Sequence[Entry], key: str, person: str, row: int
) -> None:
    db.executemany(
        "INSERT INTO messages (conversation, person, inbox_id, role, text, sender, said_at, tokens,"
        " call_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                key,
                person,
                row,
                e.role,
                e.text.encode("utf-8", "replace").decode(),
                e.sender,
                e.said_at.timestamp() if e.said_at else None,
                e.tokens,
                e.call_id,
            )
            for e in entries
        ],
    )


def _llm_call(
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


def export_person(db: sqlite3.Connection, person: str) -> dict[str, Any]:
    """All rows of the person by table; binary columns hold JSON text."""
    exported: dict[str, Any] = {}
    for table, column in PERSONAL.items():
        cursor = db.execute(f"SELECT * FROM {table} WHERE {column} = ?", (person,))
        names = [d[0] for d in cursor.description]
        rows = [dict(zip(names, map(_plain, row), strict=True)) for row in cursor]
        if rows:
            exported[table] = rows
    return exported


def _plain(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def erase_person(db: sqlite3.Connection, person: str) -> None:
    """Delete everything of the person. Deliveries stay known by id alone, so none counts twice."""
    own = [
        key
        for (key,) in db.execute(
            "SELECT key FROM conversations WHERE person = ? AND mode = 'solo'", (person,)
        )
    ]
    for key in own:
        for table in ("messages", "trip_plans", "destination_recommendations", "llm_calls"):
            db.execute(f"DELETE FROM {table} WHERE conversation = ?", (key,))
        db.execute(
            "UPDATE conversations SET session = NULL, module = '', person = '' WHERE key = ?",
            (key,),
        )
    for table, column in PERSONAL.items():
        if table in ("inbox", "outbox", "conversations"):
            continue
        db.execute(f"DELETE FROM {table} WHERE {column} = ?", (person,))
    db.execute(
        "UPDATE inbox SET body = x'', ref = '', person = '' WHERE person = ?"
        " AND state IN ('done', 'dead')",
        (person,),
    )
    db.execute(
        "UPDATE outbox SET body = x'', person = '' WHERE person = ?"
        " AND state IN ('sent', 'failed')",
        (person,),
    )
    db.execute("UPDATE outbox SET wipe = 1, person = '' WHERE person = ?", (person,))


def _json(value: Any) -> bytes:
    return bytes(value.model_dump_json(exclude_defaults=True).encode("utf-8", "replace"))
