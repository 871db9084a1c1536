"""Budgets in SQL: the tokens of a day by person, chat, workspace and in all. See core.spending.

A row names nobody: its key is a hash that is another one every day, and it goes after two days. So
it may outlive an erasure, which else would refill a budget.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from datetime import date, timedelta

from adapters.stores import links
from core.ports import LlmCall
from core.spending import Booking, Limits, Payer

SCHEMA = """
CREATE TABLE spending (
    day TEXT NOT NULL,
    account TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (day, account)
) STRICT, WITHOUT ROWID;
"""
_ADD = (
    "INSERT INTO spending VALUES (?, ?, ?) ON CONFLICT (day, account)"
    " DO UPDATE SET tokens = max(0, tokens + excluded.tokens)"
)


def book(db: sqlite3.Connection, booking: Booking, limits: Limits) -> bool:
    """Set the tokens aside, unless a budget has too little left; then nothing is written."""
    payer, day = booking.payer, booking.day
    persons = links.persons_of(db, payer.person) if limits.person else ()
    budgets = (
        (limits.person, [_account(day, "person", p) for p in persons]),
        (limits.chat, [_account(day, "chat", payer.chat)]),
        (limits.workspace, [_account(day, "workspace", payer.workspace)]),
        (limits.everybody, [_account(day, "everybody", "")]),
    )
    for limit, accounts in budgets:
        nobody = not payer.workspace and accounts == [_account(day, "workspace", "")]
        if limit and not nobody and _spent(db, day, accounts) + booking.tokens > limit:
            return False
    if not _spent(db, day, [_account(day, "everybody", "")]):  # the first of the day
        before = (day - timedelta(days=1)).isoformat()
        db.execute("DELETE FROM spending WHERE day < ?", (before,))
    _add(db, payer, day, booking.tokens)
    return True


def settle(db: sqlite3.Connection, calls: Iterable[LlmCall]) -> None:
    """Replace what was set aside for these calls by what they used."""
    for call in calls:
        if call.booking is not None:
            used = call.input_tokens + call.output_tokens
            _add(db, call.booking.payer, call.booking.day, used - call.booking.tokens)


def _add(db: sqlite3.Connection, payer: Payer, day: date, tokens: int) -> None:
    kinds = {
        "person": payer.person,
        "chat": payer.chat,
        "workspace": payer.workspace,
        "everybody": "",
    }
    db.executemany(
        _ADD,
        [
            (day.isoformat(), _account(day, kind, id), tokens)
            for kind, id in kinds.items()
            if id or kind == "everybody"
        ],
    )


def _spent(db: sqlite3.Connection, day: date, accounts: list[str]) -> int:
    row = db.execute(
        "SELECT coalesce(sum(tokens), 0) FROM spending WHERE day = ?"
        f" AND account IN ({links.marks(tuple(accounts))})",
        (day.isoformat(), *accounts),
    ).fetchone()
    return int(row[0])


def _account(day: date, kind: str, id: str) -> str:
    return hashlib.blake2b(f"{day}/{kind}/{id}".encode(), digest_size=12).hexdigest()
