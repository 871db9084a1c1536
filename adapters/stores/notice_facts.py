"""What the notices of a trip depend on, in SQL: where it is told, the wishes, the home zone."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from adapters.stores import links
from adapters.stores.notice_rows import chats_of, conversation, wishes_of
from core.messages import Conversation
from core.notices.ports import Setting


@dataclass(frozen=True)
class Facts:
    """Everything beside the trip itself; `stamp` is another one as soon as any of it changes."""

    stamp: str
    setting: Setting | None
    wishes_at: float


def stamp(db: sqlite3.Connection, trip: str) -> str:
    """Only the stamp of the facts, without reading any of the values; "" when the trip is gone."""
    found = _place(db, trip)
    return found.stamp if found else ""


def facts(db: sqlite3.Connection, trip: str) -> Facts | None:
    """What the notices of a trip depend on; None when the trip is gone."""
    place = _place(db, trip)
    if place is None:
        return None
    wishes, since = wishes_of(db, place.chats)
    own = links.profile_of(db, place.traveller).zone if place.traveller else ""
    home = own or wishes.home
    setting = Setting(place.to, wishes, home) if place.to else None
    return Facts(place.stamp, setting, since)


@dataclass(frozen=True)
class _Place:
    stamp: str
    to: Conversation | None
    chats: tuple[str, ...]
    traveller: str  # "" in a group, where nobody's profile is read


def _place(db: sqlite3.Connection, trip: str) -> _Place | None:
    row = db.execute(
        "SELECT t.person, t.conversation, c.closed, c.platform, c.chat_id, c.thread_id, c.mode,"
        " (SELECT traveller FROM travellers WHERE person = t.person),"
        " (SELECT at FROM notice_wishes WHERE conversation = t.conversation),"
        " (SELECT updated_at FROM user_profiles WHERE person = t.person),"
        " n.touched, t.version, t.status, t.updated_at FROM trip_plans t"
        " LEFT JOIN conversations c ON c.key = t.conversation"
        " LEFT JOIN notice_calendar n ON n.trip = t.id WHERE t.id = ?",
        (trip,),
    ).fetchone()
    if row is None:
        return None
    person, key, closed, *place, traveller, wishes_at, profile_at, _, _, _, _ = row
    to = conversation(*place) if closed == "" else None
    chats: tuple[str, ...] = (key,)
    if place[3] != "solo":
        person, profile_at = "", None
    elif traveller is not None:
        persons = links.persons_of(db, person)
        chats = chats_of(db, key, persons)
        to = _liked(db, traveller, persons, to)
        person = traveller
        wishes_at, profile_at = db.execute(
            f"SELECT (SELECT max(at) FROM notice_wishes WHERE conversation IN"
            f" ({links.marks(chats)})), (SELECT updated_at FROM user_profiles WHERE person = ?)",
            (*chats, traveller),
        ).fetchone()
    parts = (*row[-4:], wishes_at, profile_at, to.key if to else "", len(chats))
    return _Place("|".join(map(str, parts)), to, chats, person)


def _liked(
    db: sqlite3.Connection, traveller: str, persons: tuple[str, ...], own: Conversation | None
) -> Conversation | None:
    """Where a traveller with several accounts likes to be reached, else where the trip was planned,
    else where they were last."""
    platform = links.reached_on(db, traveller)
    if own is not None and platform in ("", own.platform):
        return own
    rows = db.execute(
        "SELECT platform, chat_id, thread_id, mode FROM conversations WHERE mode = 'solo'"
        f" AND closed = '' AND moved_to = '' AND person IN ({links.marks(persons)})"
        " ORDER BY platform = ? DESC, updated_at DESC LIMIT 1",
        (*persons, platform),
    ).fetchall()
    if rows and (own is None or rows[0][0] == platform):
        return conversation(*rows[0])
    return own
