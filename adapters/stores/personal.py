"""A person's data as a whole: where it lives, all of it as values, and its end."""

from __future__ import annotations

import sqlite3
from typing import Any

from adapters.stores import gone, links

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
    "members": "person",
    "member_wishes": "person",
    "private_wishes": "person",
    "polls": "person",
    "poll_refs": "person",
    "ballots": "person",
    "decisions": "person",
    "expenses": "person",
    "travellers": "person",
    "link_codes": "person",
    "link_tries": "person",
    "notices": "person",
    "notice_calendar": "person",
    "notice_wishes": "person",
    "inbox": "person",
    "outbox": "person",
    "dead_letters": "person",
}
# The others: nothing in them is anybody's.
IMPERSONAL = {"schema_version", "vault", "spending"}
# What is kept of a private chat, whoever it came from.
_OF_A_CHAT = (
    "messages",
    "trip_plans",
    "destination_recommendations",
    "llm_calls",
    "members",
    "notices",
    "notice_wishes",
)
# Of these the row itself is needed on: deliveries to be recognised, a chat to say the last word.
_EMPTIED = ("conversations", "inbox", "outbox")


def export(db: sqlite3.Connection, person: str) -> dict[str, Any]:
    """All rows of the person, of all their accounts, by table; binary columns hold JSON text."""
    exported: dict[str, Any] = {}
    owners = tuple({*links.persons_of(db, person), links.traveller_of(db, person)})
    for table, column in PERSONAL.items():
        guests = f" OR conversation IN ({_chats(owners)})" if table == "members" else ""
        cursor = db.execute(
            f"SELECT * FROM {table} WHERE {column} IN ({links.marks(owners)}){guests}",
            (*owners, *owners) if guests else owners,
        )
        names = [d[0] for d in cursor.description]
        rows = [dict(zip(names, map(_plain, row), strict=True)) for row in cursor]
        if rows:
            exported[table] = rows
    return exported


def _plain(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def erase(db: sqlite3.Connection, person: str) -> None:
    """Delete everything of the person, in all their accounts.

    Deliveries stay known by id alone, so none counts twice. What a group owes each other stays,
    without a name.

    What the person wrote meanwhile and nobody has answered stays, and is answered to a stranger:
    a turn that began before the erasure, theirs or another's in one of their groups, must not bring
    back what it had read.
    """
    for owner in {*links.persons_of(db, person), links.traveller_of(db, person)}:
        _erase_one(db, owner)


def _chats(owners: tuple[str, ...]) -> str:
    """The private chats of a person; guests whom they named there are theirs."""
    return (
        f"SELECT key FROM conversations WHERE person IN ({links.marks(owners)}) AND mode = 'solo'"
    )


def _erase_one(db: sqlite3.Connection, person: str) -> None:
    db.execute("DELETE FROM link_codes WHERE other = ?", (person,))
    gone.begin_anew(db, person)
    gone.leave_sums(db, person)
    chats = _chats((person,))
    for table in _OF_A_CHAT:
        db.execute(f"DELETE FROM {table} WHERE conversation IN ({chats})", (person,))
    db.execute(
        "UPDATE conversations SET session = NULL, module = '', person = '' WHERE person = ?",
        (person,),
    )
    for table, column in PERSONAL.items():
        if table not in _EMPTIED:
            db.execute(f"DELETE FROM {table} WHERE {column} = ?", (person,))
    db.execute(
        "UPDATE inbox SET body = x'', ref = '', person = '' WHERE person = ?"
        " AND state IN ('done', 'dead')",
        (person,),
    )
    db.execute(
        "UPDATE inbox SET state = 'waiting', worker = '', due = 0, fence = fence + 1"
        " WHERE person = ? AND state = 'claimed'",
        (person,),
    )
    db.execute(
        "UPDATE outbox SET wipe = 1, person = '',"
        " body = iif(state IN ('sent', 'failed'), x'', body) WHERE person = ?",
        (person,),
    )
