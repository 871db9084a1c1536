"""A crew takes work from the store whenever there may be some, and does each piece in a task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import structlog

from core.errors import Unavailable

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Crew(Generic[T]):
    """`take(limit)` fetches work, `work(one)` does a piece of it and must not raise.

    After a piece it looks for more, unless `work` returned False: nothing waits behind that one.
    Woken by `wake`; without that it looks by itself every `poll_seconds`, which finds what other
    processes left and what had to wait for its time.
    """

    def __init__(
        self,
        take: Callable[[int], Awaitable[Sequence[T]]],
        work: Callable[[T], Awaitable[bool | None]],
        limit: int,
        poll_seconds: float,
        *,
        one_by_one: bool = False,
    ) -> None:
        """`one_by_one`: between two beginnings the loop looks at its sockets."""
        self._take = take
        self._work = work
        self._limit = limit
        self._poll_seconds = poll_seconds
        self._one_by_one = one_by_one
        self._woken = asyncio.Event()
        self._stopping = False
        self._tasks: set[asyncio.Future[bool | None]] = set()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        """Take nothing more; `run` ends soon."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        while not self._stopping:
            self._woken.clear()  # before looking: news that come meanwhile are not missed
            room = self._limit - len(self._tasks)
            taken = await self._look(room) if room > 0 else ()
            if len(taken) < room or room <= 0:
                await self._rest()

    async def finish(self) -> None:
        """Wait until everything that was taken is done."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def flush(self) -> None:
        """Do what there is to do now, until nothing is left."""
        await self.finish()
        while await self._look(self._limit):
            await self.finish()

    async def cancel(self) -> int:
        """Give up what is not done; returns how much."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return len(tasks)

    async def _look(self, room: int) -> Sequence[T]:
        try:
            taken = await self._take(room)
        except Unavailable as error:
            log.error("database_unavailable", why=str(error))
            self._woken.clear()  # or a flood of news would make this a busy loop
            return ()
        for one in taken:
            task = asyncio.ensure_future(self._work(one))
            self._tasks.add(task)
            task.add_done_callback(self._ended)
            if self._one_by_one:  # a hundred beginnings in a row would let all intake wait
                await asyncio.sleep(0)
        return taken

    def _ended(self, task: asyncio.Future[bool | None]) -> None:
        was_full = len(self._tasks) >= self._limit
        self._tasks.discard(task)
        if was_full or task.cancelled() or task.exception() or task.result() is not False:
            self._woken.set()

    async def _rest(self) -> None:
        """Until something new is known, or it is time to look by ourselves."""
        if self._woken.is_set():
            return
        timer = asyncio.get_running_loop().call_later(self._poll_seconds, self._woken.set)
        try:
            await self._woken.wait()
        finally:
            timer.cancel()
