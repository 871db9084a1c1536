"""What groups keep of somebody who had all their data deleted: sums without a name."""

from __future__ import annotations

import sqlite3

from adapters.stores.parsed import read
from adapters.stores.rows import dumped
from core.groups.state import Expense

STRANGER = "gone-"


def begin_anew(db: sqlite3.Connection, person: str) -> None:
    """Who thinks about a message in one of their groups has read their name: it is claimed anew."""
    db.execute(
        "UPDATE inbox SET state = 'waiting', worker = '', due = 0, fence = fence + 1"
        " WHERE state = 'claimed' AND conversation IN"
        " (SELECT conversation FROM members WHERE person = ?)",
        (person,),
    )


def leave_sums(db: sqlite3.Connection, person: str) -> None:
    """In groups, what the person paid or shared stays, because others owe or are owed by it.

    Their id becomes one that is nobody's, the same in all costs of a group; their words go.
    """
    rows = db.execute(
        "SELECT id, conversation, body FROM expenses WHERE conversation IN (SELECT conversation"
        " FROM members WHERE person = :p UNION SELECT conversation FROM expenses WHERE person = :p)"
        " AND conversation NOT IN (SELECT key FROM conversations WHERE mode = 'solo')",
        {"p": person},
    ).fetchall()
    of_groups: dict[str, list[Expense]] = {}
    for _, key, body in rows:
        if (expense := read(Expense, body)) is not None:
            of_groups.setdefault(key, []).append(expense)
    for expenses in of_groups.values():
        everybody = {p for e in expenses for p in (e.paid_by, *e.shared_by)}
        stranger = f"{STRANGER}{1 + sum(p.startswith(STRANGER) for p in everybody)}"
        for expense in expenses:
            if person in (expense.paid_by, *expense.shared_by):
                _keep(db, _without(expense, person, stranger))


def _without(expense: Expense, person: str, stranger: str) -> Expense:
    paid = expense.paid_by == person
    return expense.model_copy(
        update={
            "paid_by": stranger if paid else expense.paid_by,
            "shared_by": tuple(stranger if p == person else p for p in expense.shared_by),
            "what": "" if paid else expense.what,
        }
    )


def _keep(db: sqlite3.Connection, expense: Expense) -> None:
    owner = "" if expense.paid_by.startswith(STRANGER) else expense.paid_by
    db.execute(
        "UPDATE expenses SET person = ?, body = ? WHERE id = ?",
        (owner, dumped(expense), expense.id),
    )
