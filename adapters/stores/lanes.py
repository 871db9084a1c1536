"""The lane of a conversation: one row in front that may be worked on, the others behind it.

Inbox and outbox are such lanes. `behind` marks the rows that have to wait for another one, a unique
index allows one front row a conversation, and `due` says from when on the front row may be taken:
not before for one that waits, the end of the lease for one that somebody works on. So finding work
costs the same however much waits.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

LEASE_S = 60.0


@dataclass(frozen=True)
class Lane:
    """A table of lanes; `open` is the condition of its rows that are not finished, `order` that in
    which they come to the front."""

    table: str
    open: str
    order: str = "id"

    @property
    def occupied(self) -> str:
        """SQL: does the conversation (one parameter) have a front row?"""
        return (
            f"EXISTS (SELECT 1 FROM {self.table} WHERE conversation = ? AND behind = 0"
            f" AND {self.open})"
        )

    def waits(self, db: sqlite3.Connection, conversation: str) -> bool:
        """True when there is a row to work on, whoever does."""
        return bool(db.execute(f"SELECT {self.occupied}", (conversation,)).fetchone()[0])

    def promote(self, db: sqlite3.Connection, conversation: str) -> None:
        """The first row that is behind comes to the front, if the front is free."""
        db.execute(
            f"UPDATE {self.table} SET behind = 0 WHERE id = (SELECT id FROM {self.table} WHERE"
            f" conversation = ? AND behind = 1 ORDER BY {self.order} LIMIT 1) AND NOT"
            f" {self.occupied}",
            (conversation, conversation),
        )

    def merge(self, db: sqlite3.Connection, old: str, new: str) -> None:
        """The rows of `old` join those of `new`, in the order of arrival."""
        db.execute(
            f"UPDATE {self.table} SET behind = 1 WHERE conversation IN (?, ?) AND {self.open}",
            (old, new),
        )
        db.execute(f"UPDATE {self.table} SET conversation = ? WHERE conversation = ?", (new, old))
        self.promote(db, new)


INBOX = Lane("inbox", "state IN ('waiting', 'claimed')")
OUTBOX = Lane("outbox", "state IN ('ready', 'sending', 'unknown')", "later, id")
