"""One traveller in several chats, in SQL: who belongs together, and the codes that join them.

Somebody with one account has no row here and is their own traveller. Joined accounts share an id
of a traveller, under which their profile is kept; all other rows keep the person they came from.
"""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import UTC, datetime

from adapters.stores.parsed import read
from adapters.stores.rows import dumped
from core.errors import Unavailable
from core.linking import TRY_SPAN, Account, LinkNews, LinkRequest, LinkView
from core.people import Profile, joined
from core.session import Session
from core.wishes import Wish

SCHEMA = """
CREATE TABLE travellers (
    person TEXT PRIMARY KEY,
    traveller TEXT NOT NULL,
    linked_at REAL NOT NULL
) STRICT;
CREATE INDEX travellers_traveller ON travellers (traveller);
CREATE TABLE link_codes (
    hash TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    other TEXT NOT NULL,
    until REAL NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX link_codes_person ON link_codes (person);
CREATE INDEX link_codes_other ON link_codes (other);
CREATE TABLE link_tries (
    id INTEGER PRIMARY KEY,
    person TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE INDEX link_tries_person ON link_tries (person, at);
"""


def traveller_of(db: sqlite3.Connection, person: str) -> str:
    """Under whose id the profile is kept: the person's own while nothing is linked."""
    row = db.execute("SELECT traveller FROM travellers WHERE person = ?", (person,)).fetchone()
    return row[0] if row else person


def persons_of(db: sqlite3.Connection, person: str) -> tuple[str, ...]:
    """All accounts of a person's traveller, their own first."""
    rows = db.execute(
        "SELECT other.person FROM travellers me JOIN travellers other"
        " ON other.traveller = me.traveller WHERE me.person = ? ORDER BY other.linked_at, 1",
        (person,),
    ).fetchall()
    return (person, *(p for (p,) in rows if p != person))


def marks(values: tuple[str, ...]) -> str:
    """As many question marks as there are values."""
    return ", ".join("?" * len(values))


def view(db: sqlite3.Connection, person: str, hash: str, now: float) -> LinkView:
    """See core.linking.LinkView; an expired code is as unknown as one that never was."""
    persons = persons_of(db, person)
    names = dict(
        db.execute(
            f"SELECT person, name FROM identities WHERE person IN ({marks(persons)})", persons
        ).fetchall()
    )
    since = now - TRY_SPAN.total_seconds()
    tries = db.execute(
        "SELECT at FROM link_tries WHERE person = ? AND at > ? ORDER BY at", (person, since)
    ).fetchall()
    waiting = db.execute(
        "SELECT body FROM link_codes WHERE (person = ? OR other = ?) AND other <> '' AND until > ?",
        (person, person, now),
    ).fetchall()
    found = _request(db, hash, now) if hash else None
    requests = tuple(r for (body,) in waiting if (r := read(LinkRequest, body)) is not None)
    other = requests[0].between(person) if len(requests) == 1 else None
    return LinkView(
        accounts=tuple(Account(person=p, name=names.get(p, "")) for p in persons),
        tries=tuple(datetime.fromtimestamp(at, UTC) for (at,) in tries),
        found=found if found is not None and found.other is None else None,
        waiting=requests,
        theirs=profile_of(db, traveller_of(db, other[0].person)) if other else None,
    )


def _request(db: sqlite3.Connection, hash: str, now: float) -> LinkRequest | None:
    row = db.execute(
        "SELECT body FROM link_codes WHERE hash = ? AND until > ?", (hash, now)
    ).fetchone()
    return read(LinkRequest, row[0]) if row else None


def keep(db: sqlite3.Connection, news: LinkNews, person: str, now: float) -> None:
    """Write what a turn of `person` changed.

    Raises:
        Unavailable: what the turn had read has changed meanwhile; nothing was written.
    """
    db.execute("DELETE FROM link_codes WHERE until <= ?", (now,))
    if news.made is not None:
        db.execute("DELETE FROM link_codes WHERE person = ?", (person,))
        _put(db, news.made)
    if news.wrong_code:
        db.execute("DELETE FROM link_tries WHERE at <= ?", (now - TRY_SPAN.total_seconds(),))
        db.execute("INSERT INTO link_tries (person, at) VALUES (?, ?)", (person, now))
    for hash in news.burnt:
        db.execute("DELETE FROM link_codes WHERE hash = ?", (hash,))
    if news.seen is not None:
        if _request(db, news.seen.hash, now) != news.seen:
            raise Unavailable("link codes", "the request has changed meanwhile")
        db.execute("DELETE FROM link_codes WHERE hash = ?", (news.seen.hash,))
        if news.becomes is not None:
            _put(db, news.becomes)
        if news.joins and news.seen.other is not None:
            join(db, news.seen.maker.person, news.seen.other.person, now)
    if news.unlinks:
        unlink(db, news.unlinks, now)


def _put(db: sqlite3.Connection, r: LinkRequest) -> None:
    db.execute(
        "INSERT INTO link_codes VALUES (?, ?, ?, ?, ?)",
        (
            r.hash,
            r.maker.person,
            r.other.person if r.other else "",
            r.until.timestamp(),
            dumped(r),
        ),
    )


def reached_on(db: sqlite3.Connection, traveller: str) -> str:
    """The platform on which a traveller likes to be reached; "" when they have not said."""
    return profile_of(db, traveller).value("reach").lower()


def private_chats(db: sqlite3.Connection, persons: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of the private chats of these persons."""
    rows = db.execute(
        f"SELECT key FROM conversations WHERE mode = 'solo' AND person IN ({marks(persons)})",
        persons,
    )
    return tuple(key for (key,) in rows)


# --- belonging together ------------------------------------------------------------------------


def join(db: sqlite3.Connection, one: str, two: str, now: float) -> None:
    """Make two persons (and whoever is joined with them) one traveller, with one profile."""
    persons = tuple(dict.fromkeys((*persons_of(db, one), *persons_of(db, two))))
    before = (traveller_of(db, one), traveller_of(db, two))
    if before[0] == before[1]:
        return
    name = hashlib.blake2b(f"{persons}{now}".encode(), digest_size=9).hexdigest()
    traveller = next((t for t in before if t not in persons), f"traveller:{name}")
    profile, _ = joined(profile_of(db, before[0]), profile_of(db, before[1]))
    db.execute("DELETE FROM user_profiles WHERE person IN (?, ?)", before)
    put_profile(db, profile.model_copy(update={"person": traveller}), now)
    for person in persons:
        db.execute(
            "INSERT INTO travellers VALUES (?, ?, ?) ON CONFLICT (person)"
            " DO UPDATE SET traveller = excluded.traveller",
            (person, traveller, now),
        )
    _share_open_trip(db, persons)


def unlink(db: sqlite3.Connection, person: str, now: float) -> None:
    """Take a person out of their traveller: each account keeps what was told in it."""
    traveller = traveller_of(db, person)
    if traveller == person:
        return
    others = persons_of(db, person)[1:]
    profile = profile_of(db, traveller)
    db.execute("DELETE FROM user_profiles WHERE person = ?", (traveller,))
    db.execute("DELETE FROM travellers WHERE person = ?", (person,))
    put_profile(db, _part(profile, person, (person,)), now)
    if len(others) == 1:
        db.execute("DELETE FROM travellers WHERE traveller = ?", (traveller,))
    put_profile(db, _part(profile, others[0] if len(others) == 1 else traveller, others), now)
    for each in (person, *others):
        _leave_foreign_trip(db, each, (person,) if each == person else others)


def _part(profile: Profile, owner: str, persons: tuple[str, ...]) -> Profile:
    facts = tuple(f for f in profile.facts if f.told_in in persons)
    return Profile(person=owner, facts=facts, searches=profile.searches)


def profile_of(db: sqlite3.Connection, key: str) -> Profile:
    row = db.execute("SELECT body FROM user_profiles WHERE person = ?", (key,)).fetchone()
    return (read(Profile, row[0]) if row else None) or Profile(person=key)


def put_profile(db: sqlite3.Connection, profile: Profile, now: float) -> None:
    db.execute(
        "INSERT INTO user_profiles VALUES (?, ?, ?) ON CONFLICT (person)"
        " DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at",
        (profile.person, dumped(profile), now),
    )


def _private_sessions(
    db: sqlite3.Connection, persons: tuple[str, ...]
) -> list[tuple[str, Session]]:
    rows = db.execute(
        "SELECT key, session FROM conversations WHERE mode = 'solo' AND session IS NOT NULL"
        f" AND person IN ({marks(persons)}) ORDER BY updated_at DESC",
        persons,
    ).fetchall()
    return [(key, s) for key, body in rows if (s := read(Session, body)) is not None]


def _share_open_trip(db: sqlite3.Connection, persons: tuple[str, ...]) -> None:
    """A chat that talks of no trip goes on with the one that was talked of last elsewhere."""
    sessions = _private_sessions(db, persons)
    last = next((s for _, s in sessions if s.trip_id), None)
    for key, session in sessions if last else []:
        if last is not None and not session.trip_id:
            taken = session.model_copy(update={"trip_id": last.trip_id, "wish": last.wish})
            _put_session(db, key, taken)


def _leave_foreign_trip(db: sqlite3.Connection, person: str, owners: tuple[str, ...]) -> None:
    """Nobody goes on with a trip of somebody they are not joined with any more."""
    for key, session in _private_sessions(db, (person,)):
        owner = db.execute(
            "SELECT person FROM trip_plans WHERE id = ?", (session.trip_id,)
        ).fetchone()
        if owner is not None and owner[0] not in owners:
            left = session.model_copy(update={"trip_id": "", "wish": Wish(), "suggested": ()})
            _put_session(db, key, left)


def _put_session(db: sqlite3.Connection, key: str, session: Session) -> None:
    db.execute("UPDATE conversations SET session = ? WHERE key = ?", (dumped(session), key))
