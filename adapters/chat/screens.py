"""Answers while they grow: the newest screen of each, at a platform's pace, never after the final.

Everything here may be lost. Nothing here may stand in the way of a final answer, raise, or leave
an older text on the screen after the final one.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.messages import Reply

FINISH_SECONDS = 3.0
MAX_SCREENS = 2_000


@dataclass
class Screen:
    """What one answer shows at the moment; each platform adds what it knows of it."""

    pending: Reply | None = None
    task: asyncio.Task[None] | None = None
    calling: bool = False
    next_at: float | None = None
    over: bool = False


S = TypeVar("S", bound=Screen)


class Screens(Generic[S]):
    """All growing answers of one adapter. A screen belongs to the message that it answers.

    `draw` brings a screen to a reply, and returns after how many seconds it may be drawn again.
    `first_after` is how many seconds an answer has to be ready before its first screen is drawn.
    """

    def __init__(
        self,
        new: Callable[[], S],
        draw: Callable[[S, Reply], Awaitable[float]],
        first_after: Callable[[Reply], float],
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._new = new
        self._draw = draw
        self._first_after = first_after
        self._monotonic = monotonic
        self._sleep = sleep
        self._screens: OrderedDict[str, S] = OrderedDict()

    def show(self, reply: Reply) -> None:
        """Show `reply` as soon as the pace allows, unless a newer one comes before that."""
        key = _key(reply)
        screen = self._screens.get(key)
        screen = self._remember(key, screen if screen is not None else self._new())
        if screen.over:
            return
        screen.pending = reply
        if screen.task is None or screen.task.done():
            screen.task = asyncio.create_task(self._keep_up(screen))

    async def finish(self, reply: Reply) -> S | None:
        """No more drafts of this answer. Returns its screen, if it has one."""
        screen = self._screens.get(_key(reply))
        if screen is None:
            self.over(reply)
            return None
        screen.over = True
        screen.pending = None
        if screen.task is not None and not screen.task.done():
            if screen.calling:  # a draft that overtakes the final would hide it or stand below it
                await asyncio.wait({screen.task}, timeout=FINISH_SECONDS)
            screen.task.cancel()
        return screen

    def over(self, reply: Reply) -> None:
        """The final answer is out: what was its screen is another message now."""
        screen = self._new()
        screen.over = True
        self._remember(_key(reply), screen)

    async def aclose(self) -> None:
        tasks = [s.task for s in self._screens.values() if s.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _remember(self, key: str, screen: S) -> S:
        self._screens[key] = screen
        self._screens.move_to_end(key)
        while len(self._screens) > MAX_SCREENS:
            _, oldest = self._screens.popitem(last=False)
            if oldest.task is not None:
                oldest.task.cancel()
        return screen

    async def _keep_up(self, screen: S) -> None:
        while (reply := screen.pending) is not None and not screen.over:
            now = self._monotonic()
            if screen.next_at is None:
                screen.next_at = now + self._first_after(reply)
            if screen.next_at > now:
                await self._sleep(screen.next_at - now)
                reply = screen.pending or reply
            screen.pending = None
            if screen.over:
                return
            screen.calling = True
            try:
                pause = await self._draw(screen, reply)
            finally:
                screen.calling = False
            screen.next_at = self._monotonic() + pause


def _key(reply: Reply) -> str:
    return reply.answers or reply.id
