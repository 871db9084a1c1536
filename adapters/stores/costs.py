"""Shared costs in SQL: the newest, with which a turn begins, or all of them for the sums."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from adapters.stores import links
from core.groups.state import Expense

EVERY = -1  # as a limit, SQLite's word for none
Parse = Callable[[type[Expense], bytes], Expense | None]


def costs(
    db: sqlite3.Connection, persons: tuple[str, ...], key: str, parse: Parse, limit: int
) -> tuple[Expense, ...]:
    """The newest expenses, oldest first; of somebody's `persons`, from all their private chats, as
    if all came from the first of these accounts."""
    keys = private_keys(db, persons, key)
    rows = db.execute(
        "SELECT body FROM (SELECT body, at, rowid AS r FROM expenses WHERE conversation IN"
        f" ({links.marks(keys)}) ORDER BY at DESC, r DESC LIMIT ?) ORDER BY at, r",
        (*keys, limit),
    )
    expenses = [e for (body,) in rows if (e := parse(Expense, body)) is not None]
    if len(persons) < 2:
        return tuple(expenses)
    return tuple(_as_mine(e, persons[0], persons[1:]) for e in expenses)


def private_keys(db: sqlite3.Connection, persons: tuple[str, ...], key: str) -> tuple[str, ...]:
    """The private chats of a traveller, this one first; it alone for a single account."""
    if len(persons) < 2:
        return (key,)
    return tuple(dict.fromkeys((key, *links.private_chats(db, persons))))


def _as_mine(e: Expense, me: str, others: tuple[str, ...]) -> Expense:
    def mine(person: str) -> str:
        return me if person in others else person

    shared = tuple(dict.fromkeys(mine(p) for p in e.shared_by))
    return e.model_copy(update={"paid_by": mine(e.paid_by), "shared_by": shared})
