"""One thread owns the SQLite connection; what waits at the same time shares one transaction.

Each operation runs under a savepoint, so a failing one fails alone; one COMMIT, and so one fsync,
serves all that waited. That keeps the cost of a durable write low under load.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar

from core.errors import Unavailable

BATCH = 512
BUSY_SECONDS = 10.0
CHECKPOINT_PAGES = 4_000  # 16 MB; pages that change with every message are moved less often
T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], T]
_log = logging.getLogger(__name__)


class Kind(IntEnum):
    """What an operation needs of its transaction; a batch gets what its most demanding one needs.

    A promise survives a power cut. A mark survives the death of the process at once, and a power
    cut from the next promise on; losing it repeats work that is safe to repeat. After an erasure
    the old words are gone from the log of changes, too.
    """

    READ = 0
    MARK = 1
    PROMISE = 2
    ERASURE = 3


_Job = tuple[Operation[Any], Kind, asyncio.AbstractEventLoop, "asyncio.Future[Any]"]
_Ended = list[tuple[_Job, Any, Exception | None]]


class Writer:
    """Runs operations in order, in batches. `run` may be awaited from any task of one loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._connection: sqlite3.Connection | None = None
        self._synchronous = "FULL"
        self._thread = threading.Thread(target=self._work, name="caravan-store", daemon=True)
        self._thread.start()

    async def run(self, operation: Operation[T], kind: Kind = Kind.PROMISE) -> T:
        """The result of `operation`, after its transaction has ended.

        Raises what the operation raises, and Unavailable when the database cannot be used.
        """
        if self._closed:
            raise Unavailable("database", "closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((operation, kind, loop, future))
        return await future

    async def aclose(self) -> None:
        """Finish what waits, then close the connection."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    # --- in the thread -------------------------------------------------------------------------

    def _work(self) -> None:
        last = False
        while not last:
            batch, last = self._take()
            if batch:
                _settle(self._carefully(batch))
        self._disconnect()

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

    def _carefully(self, batch: list[_Job]) -> _Ended:
        """Run the batch; whatever goes wrong, everybody is told and the thread lives on."""
        try:
            return self._execute(self._connected(), batch)
        except sqlite3.Error as error:
            failure = _unavailable(error)
        except Exception as error:  # noqa: BLE001 - told to everybody who waits
            _log.exception("the store's thread met a bug")
            failure = Unavailable("database", type(error).__name__)
            failure.__cause__ = error
        self._roll_back()
        return [(job, None, failure) for job in batch]

    def _execute(self, connection: sqlite3.Connection, batch: list[_Job]) -> _Ended:
        kind = max(job[1] for job in batch)
        if kind is not Kind.READ:
            self._synchronize(connection, "NORMAL" if kind is Kind.MARK else "FULL")
        connection.execute("BEGIN" if kind is Kind.READ else "BEGIN IMMEDIATE")
        if len(batch) == 1:
            ended = self._single(connection, batch[0])
        else:
            ended = [(job, *_apart(connection, job[0])) for job in batch]
        if connection.in_transaction:
            connection.execute("COMMIT")
        if kind is Kind.ERASURE:
            _empty_log(connection)
        return ended

    def _synchronize(self, connection: sqlite3.Connection, level: str) -> None:
        if level != self._synchronous:
            connection.execute(f"PRAGMA synchronous = {level}")
            self._synchronous = level

    def _single(self, connection: sqlite3.Connection, job: _Job) -> _Ended:
        """The only operation of a batch: the transaction itself is its savepoint."""
        try:
            return [(job, job[0](connection), None)]
        except sqlite3.Error as error:
            self._roll_back()
            return [(job, None, _unavailable(error))]
        except Exception as error:  # noqa: BLE001 - handed to the caller, whose operation it was
            self._roll_back()
            return [(job, None, error)]

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = connect(self._path)
            self._synchronous = "FULL"
        return self._connection

    def _roll_back(self) -> None:
        """Out of the transaction; a connection that cannot do that is replaced."""
        if self._connection is None or not self._connection.in_transaction:
            return
        try:
            self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            _log.exception("the store's connection is replaced")
            self._disconnect()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except sqlite3.Error:
                _log.exception("the store's connection did not close")


def connect(path: Path) -> sqlite3.Connection:
    """A connection as the store needs it: WAL, every commit on disk, transactions by hand.

    What is deleted is overwritten, so that erased words are not left in the file.
    """
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    return connection


def _empty_log(connection: sqlite3.Connection) -> None:
    """Move everything from the log into the file, unless another process is reading right now."""
    try:
        connection.execute("PRAGMA busy_timeout = 200")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    except sqlite3.Error:
        _log.warning("the log of changes could not be emptied", exc_info=True)


def _apart(
    connection: sqlite3.Connection, operation: Operation[Any]
) -> tuple[Any, Exception | None]:
    """One operation of many; when it fails, the others stay."""
    connection.execute("SAVEPOINT one")
    failure: Exception
    try:
        result = operation(connection)
    except sqlite3.Error as error:
        if not connection.in_transaction:  # a full disk rolls everything back by itself
            raise
        failure = _unavailable(error)
    except Exception as error:  # noqa: BLE001 - handed to the caller, whose operation it was
        failure = error
    else:
        connection.execute("RELEASE one")
        return result, None
    connection.execute("ROLLBACK TO one")
    connection.execute("RELEASE one")
    return None, failure


def _unavailable(error: sqlite3.Error) -> Unavailable:
    failure = Unavailable("database", str(error))
    failure.__cause__ = error
    return failure


def _settle(ended: _Ended) -> None:
    """Wake the waiting tasks, with one call into each loop."""
    for loop in {job[2] for job, _, _ in ended}:
        own = [one for one in ended if one[0][2] is loop]
        try:
            loop.call_soon_threadsafe(_resolve, own)
        except RuntimeError:  # the loop was closed with tasks still waiting
            _log.warning("%d results of the store came too late", len(own))


def _resolve(ended: _Ended) -> None:
    for (_, _, _, future), result, failure in ended:
        if future.done():  # its task was cancelled meanwhile
            continue
        if failure is not None:
            future.set_exception(failure)
        else:
            future.set_result(result)
