"""Unfinished screens: the latest one wins, paced per conversation, never after the final reply."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from core.fit import fit
from core.messages import Reply
from core.ports import ChatAdapter

FINISH_SECONDS = 1.0
REMEMBERED = 4_096
log = structlog.get_logger(__name__)


class Drafts:
    """Shows drafts without ever making a turn wait. The first one of a reply goes out at once."""

    def __init__(self, adapters: Mapping[str, ChatAdapter]) -> None:
        self._adapters = adapters
        self._latest: dict[str, Reply] = {}
        self._drawing: dict[str, asyncio.Task[None]] = {}
        self._finished: dict[str, None] = {}

    def show(self, reply: Reply) -> None:
        """Have this draft shown as soon as the platform's pace allows; it may be skipped."""
        adapter = self._adapters.get(reply.conversation.platform)
        if adapter is None or reply.id in self._finished:
            return
        if not (adapter.capabilities.drafts or adapter.capabilities.edits):
            return
        key = reply.conversation.key
        self._latest[key] = reply
        if key not in self._drawing:
            self._drawing[key] = asyncio.create_task(self._draw(key, adapter))

    async def finish(self, reply: Reply) -> None:
        """No draft of `reply` will be shown from now on; waits for one that is on its way."""
        self._finished[reply.id] = None
        while len(self._finished) > REMEMBERED:
            self._finished.pop(next(iter(self._finished)))
        key = reply.conversation.key
        waiting = self._latest.get(key)
        if waiting is not None and waiting.id == reply.id:
            del self._latest[key]
        task = self._drawing.get(key)
        if task is None:
            return
        task.cancel() if _is_pausing(task) else None
        done, _ = await asyncio.wait({task}, timeout=FINISH_SECONDS)
        if not done:
            task.cancel()

    async def aclose(self) -> None:
        tasks = list(self._drawing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _draw(self, key: str, adapter: ChatAdapter) -> None:
        try:
            while (reply := self._latest.pop(key, None)) is not None:
                if reply.id not in self._finished:
                    await adapter.show(fit(reply, adapter.capabilities))
                task = asyncio.current_task()
                if task is not None:
                    task.set_name("pausing")
                await asyncio.sleep(adapter.capabilities.seconds_between_edits)
                if task is not None:
                    task.set_name("drawing")
        except Exception:
            log.exception("draft_failed", conversation=key)
        finally:
            self._drawing.pop(key, None)


def _is_pausing(task: asyncio.Task[None]) -> bool:
    return task.get_name() == "pausing"
