"""Unfinished screens: the latest one wins, paced per conversation, never after the final reply."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from core.fit import fit
from core.messages import Reply
from core.ports import ChatAdapter

# A draft that is on its way may arrive after a final that overtakes it, and stand there for good.
FINISH_SECONDS = 5.0
REMEMBERED = 4_096
log = structlog.get_logger(__name__)


@dataclass
class _Screen:
    """What one conversation shows while an answer grows."""

    waiting: Reply | None = None
    task: asyncio.Task[None] | None = None
    calling: bool = False
    held: str = ""  # the final that has to be out before anything newer is shown


class Drafts:
    """Shows drafts without ever making a turn wait. The first one of a reply goes out at once."""

    def __init__(self, adapters: Mapping[str, ChatAdapter]) -> None:
        self._adapters = adapters
        self._screens: dict[str, _Screen] = {}
        self._finished: OrderedDict[str, None] = OrderedDict()
        self._owed: dict[str, int] = {}  # conversations with a final that nobody has fetched yet
        self._closed = False

    def show(self, reply: Reply) -> None:
        """Have this draft shown as soon as the platform's pace allows; it may be skipped."""
        adapter = self._adapters.get(reply.conversation.platform)
        if adapter is None or _answer(reply) in self._finished:
            return
        if not (adapter.capabilities.drafts or adapter.capabilities.edits):
            return
        key = reply.conversation.key
        screen = self._screens.setdefault(key, _Screen())
        screen.waiting = reply
        self._go_on(key, screen, adapter)

    def owes(self, key: str) -> None:
        """A final was stored for this conversation: nothing newer is shown before it."""
        self._owed[key] = self._owed.get(key, 0) + 1

    def owed(self) -> dict[str, int]:
        """What is owed now; to be given back to `fetched`."""
        return dict(self._owed)

    def fetched(self, owed: Mapping[str, int], finals: Sequence[Reply]) -> None:
        """The outbox was asked since `owed`: these finals go out, and the others owed either stand
        behind one that is going out, or went out elsewhere, or there was nothing to say."""
        behind = {key for key in owed if key in self._screens and self._screens[key].held}
        for reply in finals:
            self._screens.setdefault(reply.conversation.key, _Screen()).held = reply.id
        for key in owed.keys() - behind:
            if self._owed.get(key) == owed[key]:
                del self._owed[key]
            screen = self._screens.get(key)
            adapter = self._adapters.get(key.partition(":")[0])
            if screen is not None and adapter is not None:
                self._go_on(key, screen, adapter)

    async def finish(self, reply: Reply) -> None:
        """The final is about to go out: no draft of it from now on, and no newer one before it.

        Waits for a draft that is on its way. `settled` lets the next drafts through.
        """
        self._finished[_answer(reply)] = None
        while len(self._finished) > REMEMBERED:
            self._finished.popitem(last=False)
        screen = self._screens.setdefault(reply.conversation.key, _Screen())
        screen.held = reply.id
        if screen.waiting is not None and _answer(screen.waiting) == _answer(reply):
            screen.waiting = None
        task = screen.task
        if task is not None and screen.calling:
            await asyncio.wait({task}, timeout=FINISH_SECONDS)
        if task is not None:
            task.cancel()

    def settled(self, reply: Reply) -> None:
        """The final is out, or will never be."""
        key = reply.conversation.key
        screen = self._screens.get(key)
        if screen is None or screen.held != reply.id:
            return
        screen.held = ""
        adapter = self._adapters.get(reply.conversation.platform)
        if adapter is not None:
            self._go_on(key, screen, adapter)

    async def aclose(self) -> None:
        self._closed = True
        tasks = [s.task for s in self._screens.values() if s.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _go_on(self, key: str, screen: _Screen, adapter: ChatAdapter) -> None:
        """Draw what waits; a screen with nothing to do is forgotten."""
        if screen.task is not None or screen.held or key in self._owed or self._closed:
            return
        if screen.waiting is None:
            self._screens.pop(key, None)
            return
        screen.task = asyncio.create_task(self._draw(key, screen, adapter))
        screen.task.add_done_callback(lambda _: self._drawn(key, screen, adapter))

    def _drawn(self, key: str, screen: _Screen, adapter: ChatAdapter) -> None:
        screen.task = None
        self._go_on(key, screen, adapter)

    async def _draw(self, key: str, screen: _Screen, adapter: ChatAdapter) -> None:
        """Show the latest draft, then keep the platform's pace."""
        while (reply := screen.waiting) is not None and not (screen.held or key in self._owed):
            screen.waiting = None
            screen.calling = True
            try:
                await adapter.show(fit(reply, adapter.capabilities))
            except Exception:
                log.exception("draft_failed", reply=reply.id)
            finally:
                screen.calling = False
            if not screen.held:
                await asyncio.sleep(adapter.capabilities.seconds_between_edits)


def _answer(reply: Reply) -> str:
    """What all screens for one message share, the apology for it included."""
    return reply.answers or reply.id
