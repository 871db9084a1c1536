"""A group is closed to us: the owner of its trip is told once, in their private chat with us."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable

from adapters.stores import outbox
from adapters.stores.parsed import read
from core.messages import Conversation, Reply, Text
from core.trips import Trip
from core.words import closed_elsewhere


def tell_owners(db: sqlite3.Connection, shut: Iterable[str], now: float) -> None:
    """One word to the owner of the newest trip of each conversation that has just been shut.

    Nobody is told about a private chat, or when there is no private chat that is open.
    """
    told = set()
    for key in shut:
        trip = _newest_trip(db, key)
        if trip is None or trip.owner in told:
            continue
        home = _private_chat(db, trip.owner)
        if home is None:
            continue
        told.add(trip.owner)
        once = hashlib.blake2b(f"{key}/{now}".encode(), digest_size=9).hexdigest()
        reply = Reply(
            id=f"closed-{once}",
            seq=0,
            final=True,
            conversation=home,
            parts=(Text(markdown=closed_elsewhere(trip.title)),),
        )
        outbox.put(db, reply, home.key, trip.owner, now)


def _newest_trip(db: sqlite3.Connection, key: str) -> Trip | None:
    row = db.execute(
        "SELECT t.body FROM trip_plans t JOIN conversations c ON c.key = t.conversation"
        " WHERE t.conversation = ? AND c.mode = 'group' AND t.status = 'planned'"
        " ORDER BY t.updated_at DESC LIMIT 1",
        (key,),
    ).fetchone()
    return read(Trip, row[0]) if row else None


def _private_chat(db: sqlite3.Connection, person: str) -> Conversation | None:
    row = db.execute(
        "SELECT platform, chat_id, thread_id FROM conversations WHERE person = ? AND mode = 'solo'"
        " AND closed = '' AND moved_to = '' ORDER BY updated_at DESC LIMIT 1",
        (person,),
    ).fetchone()
    if row is None:
        return None
    platform, chat_id, thread_id = row
    return Conversation(platform=platform, chat_id=chat_id, thread_id=thread_id)
