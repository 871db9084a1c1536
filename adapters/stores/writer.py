"""One thread owns the SQLite connection; what waits at the same time shares one transaction.

Each operation runs under a savepoint, so a failing one fails alone; one COMMIT, and so one fsync,
serves all that waited. That keeps the cost of a durable write low under load.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from core.errors import Unavailable

BATCH = 512
BUSY_MS = 10_000
T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], T]
_Job = tuple[Operation[Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class Writer:
    """Runs operations in order, in batches. `run` may be awaited from any task of one loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="caravan-store", daemon=True)
        self._thread.start()

    async def run(self, operation: Operation[T]) -> T:
        """The result of `operation`, after its transaction is on disk.

        Raises what the operation raises, and Unavailable when the database cannot be written.
        """
        if self._closed:
            raise Unavailable("database", "closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((operation, loop, future))
        return await future

    async def aclose(self) -> None:
        """Finish what waits, then close the connection."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        connection = connect(self._path)
        try:
            while True:
                batch, last = self._take()
                if batch:
                    _settle(*_execute(connection, batch))
                if last:
                    return
        finally:
            connection.close()

    def _take(self) -> tuple[list[_Job], bool]:
        """Everything that waits now, at least one; True when the end was asked for."""
        batch: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            batch.append(job)
            if len(batch) == BATCH:
                return batch, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True


def connect(path: Path) -> sqlite3.Connection:
    """A connection as the store needs it: WAL, every commit on disk, transactions by hand."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


_Settled = list[tuple[_Job, Any, BaseException | None]]


def _execute(connection: sqlite3.Connection, batch: list[_Job]) -> tuple[list[_Job], _Settled]:
    done: _Settled = []
    try:
        connection.execute("BEGIN IMMEDIATE")
        for job in batch:
            done.append((job, *_one(connection, job[0])))
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        _roll_back(connection)
        failure = _unavailable(error)
        done = [(job, None, failure) for job in batch]
    return batch, done


def _one(
    connection: sqlite3.Connection, operation: Operation[Any]
) -> tuple[Any, BaseException | None]:
    connection.execute("SAVEPOINT one")
    try:
        result = operation(connection)
    except sqlite3.OperationalError as error:
        if not connection.in_transaction:  # a full disk rolls everything back by itself
            raise
        connection.execute("ROLLBACK TO one")
        connection.execute("RELEASE one")
        return None, _unavailable(error)
    except Exception as error:  # noqa: BLE001 - handed to the caller, whose operation it was
        connection.execute("ROLLBACK TO one")
        connection.execute("RELEASE one")
        return None, error
    connection.execute("RELEASE one")
    return result, None


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _unavailable(error: sqlite3.Error) -> Unavailable:
    failure = Unavailable("database", str(error))
    failure.__cause__ = error
    return failure


def _settle(batch: list[_Job], done: _Settled) -> None:
    """Wake the waiting tasks, with one call into each loop."""
    loops = {job[1] for job in batch}
    for loop in loops:
        own = [row for row in done if row[0][1] is loop]
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, own)


def _resolve(done: _Settled) -> None:
    for (_, _, future), result, failure in done:
        if future.done():  # its task was cancelled meanwhile
            continue
        if failure is not None:
            future.set_exception(failure)
        else:
            future.set_result(result)
