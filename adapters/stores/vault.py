"""The vault in SQL: what adapters remember, by shelf and key. See core.ports.Vault."""

from __future__ import annotations

import sqlite3

_VALID = "(until = 0 OR until > ?)"


def keep(
    db: sqlite3.Connection, shelf: str, key: str, value: bytes, until: float, now: float
) -> None:
    """`until` 0 is for ever; what has run out goes on the way."""
    db.execute("DELETE FROM vault WHERE until > 0 AND until <= ?", (now,))
    db.execute(
        "INSERT INTO vault VALUES (?, ?, ?, ?) ON CONFLICT (shelf, key) DO UPDATE SET"
        " value = excluded.value, until = excluded.until",
        (shelf, key, value, until),
    )


def find(db: sqlite3.Connection, shelf: str, key: str, now: float) -> bytes | None:
    row = db.execute(
        f"SELECT value FROM vault WHERE shelf = ? AND key = ? AND {_VALID}", (shelf, key, now)
    ).fetchone()
    return None if row is None else bytes(row[0])


def take(db: sqlite3.Connection, shelf: str, key: str, now: float) -> bytes | None:
    rows = db.execute(
        f"DELETE FROM vault WHERE shelf = ? AND key = ? AND {_VALID} RETURNING value",
        (shelf, key, now),
    ).fetchall()
    return bytes(rows[0][0]) if rows else None


def on_shelf(db: sqlite3.Connection, shelf: str, now: float) -> list[str]:
    rows = db.execute(
        f"SELECT key FROM vault WHERE shelf = ? AND {_VALID} ORDER BY key", (shelf, now)
    )
    return [key for (key,) in rows]
