"""Who is alive on a database file: a lock that ends with its process, however that ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

WAIT_SECONDS = 30.0


class Presence:
    """A shared lock on a file beside the database, held as long as a store is open.

    It is a lock of SQLite itself, so it works wherever the database works.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def enter(cls, database: Path, alone: Callable[[], None]) -> Presence:
        """Say that we are here; runs `alone` first when nobody else is.

        Who comes while `alone` runs waits for its end.
        """
        path = database.with_name(database.name + "-alive")
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            if _try_alone(connection):
                alone()
                connection.execute("COMMIT")
            connection.execute(f"PRAGMA busy_timeout = {int(WAIT_SECONDS * 1000)}")
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    def close(self) -> None:
        self._connection.close()


def _try_alone(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True
