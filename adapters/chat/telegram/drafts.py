"""Answers while they grow: a native draft in private chats, elsewhere a placeholder that is edited.

Everything here may be lost. Nothing here may stand in the way of a final answer, raise, or leave
an older text on the screen after the final one.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.chat.telegram import outgoing
from adapters.chat.telegram.format import Formatted
from adapters.chat.telegram.rates import Rates
from adapters.chat.telegram.transport import ApiError, Bad, Flooded, Transport, WrongToken
from core.messages import Mode, Reply

DRAFT_SECONDS = 1.0
EDIT_SECONDS = 3.0
# An answer that is ready at once needs no placeholder, and a group has 20 messages a minute.
PLACEHOLDER_AFTER = 0.5
FINISH_SECONDS = 3.0
MAX_SCREENS = 2_000

_log = logging.getLogger(__name__)


@dataclass
class _Screen:
    """What one answer shows at the moment."""

    pending: Reply | None = None
    task: asyncio.Task[None] | None = None
    calling: bool = False
    next_at: float = float("-inf")
    shown: Formatted | None = None
    message_id: int | None = None
    over: bool = False


class Drafts:
    """All growing answers of one bot. A screen belongs to the message that it answers."""

    def __init__(
        self,
        transport: Transport,
        rates: Rates,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        counts: Counter[str],
    ) -> None:
        self._transport = transport
        self._rates = rates
        self._monotonic = monotonic
        self._sleep = sleep
        self._counts = counts
        self._screens: OrderedDict[str, _Screen] = OrderedDict()
        self._without_drafts: OrderedDict[str, None] = OrderedDict()
        self._drafts_work = True

    def show(self, reply: Reply) -> None:
        """Show `reply` as soon as the pace allows, unless a newer one comes before that."""
        key = _key(reply)
        screen = self._screens.get(key)
        if screen is None:
            screen = self._remember(key, _Screen())
        if screen.over:
            return
        screen.pending = reply
        if screen.task is None or screen.task.done():
            screen.task = asyncio.create_task(self._keep_up(screen))

    async def finish(self, reply: Reply) -> int | None:
        """No more drafts of this answer. Returns the placeholder's message id, if there is one."""
        screen = self._screens.get(_key(reply))
        if screen is None:
            return None
        screen.over = True
        screen.pending = None
        if screen.task is not None and not screen.task.done():
            if screen.calling:  # a draft that overtakes the final would stand below it
                await asyncio.wait({screen.task}, timeout=FINISH_SECONDS)
            _stop(screen)
        return screen.message_id

    def over(self, reply: Reply) -> None:
        """The final answer is out; a draft that comes later is not shown any more."""
        self._remember(_key(reply), _Screen(over=True))

    async def aclose(self) -> None:
        tasks = [s.task for s in self._screens.values() if s.task is not None]
        for screen in self._screens.values():
            _stop(screen)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _remember(self, key: str, screen: _Screen) -> _Screen:
        self._screens[key] = screen
        self._screens.move_to_end(key)
        while len(self._screens) > MAX_SCREENS:
            _, oldest = self._screens.popitem(last=False)
            _stop(oldest)
        return screen

    async def _keep_up(self, screen: _Screen) -> None:
        while (reply := screen.pending) is not None and not screen.over:
            native = self._is_native(reply)
            now = self._monotonic()
            if screen.next_at == float("-inf"):
                screen.next_at = now if native else now + PLACEHOLDER_AFTER
            if screen.next_at > now:
                await self._sleep(screen.next_at - now)
                reply = screen.pending or reply
            screen.pending = None
            if screen.over:
                return
            screen.calling = True
            try:
                await self._put(screen, reply, native=native)
            finally:
                screen.calling = False
            screen.next_at = self._monotonic() + (DRAFT_SECONDS if native else EDIT_SECONDS)

    def _is_native(self, reply: Reply) -> bool:
        where = reply.conversation
        solo = where.mode is Mode.SOLO
        return solo and self._drafts_work and where.chat_id not in self._without_drafts

    async def _put(self, screen: _Screen, reply: Reply, *, native: bool) -> None:
        shown = outgoing.screen(reply)
        if shown is None or shown == screen.shown:
            return
        chat_id = reply.conversation.chat_id
        if not self._rates.has_room(chat_id, spends=not native):
            self._counts["draft skipped"] += 1
            return
        try:
            if native:
                await self._transport.call("sendMessageDraft", outgoing.draft(reply, shown))
            else:
                await self._place(screen, reply, shown)
            screen.shown = shown
        except Flooded as error:
            self._rates.pause(chat_id, error.seconds)
        except (Bad, WrongToken) as error:
            self._refused(screen, chat_id, error, native=native)
        except ApiError as error:
            # A placeholder may stand there now without our knowing its id: not a second one.
            screen.over = screen.over or (not native and screen.message_id is None)
            self._counts["draft lost"] += 1
            _log.debug("draft lost: %s", error)

    async def _place(self, screen: _Screen, reply: Reply, shown: Formatted) -> None:
        message = outgoing.message(reply.conversation, shown)
        if screen.message_id is None:
            sent = await self._transport.call("sendMessage", message)
            screen.message_id = sent["message_id"]
        else:
            edit = outgoing.edit(message, screen.message_id)
            await self._transport.call("editMessageText", edit)

    def _refused(self, screen: _Screen, chat_id: str, error: ApiError, *, native: bool) -> None:
        self._counts["draft refused"] += 1
        if not native:
            screen.over = True
        elif isinstance(error, WrongToken):
            self._drafts_work = False
            _log.warning("this Bot API server has no drafts; answers grow by edits: %s", error)
        else:
            self._without_drafts[chat_id] = None
            while len(self._without_drafts) > MAX_SCREENS:
                self._without_drafts.popitem(last=False)
            _log.info("no drafts in chat %s; answers grow by edits there: %s", chat_id, error)


def _key(reply: Reply) -> str:
    return reply.answers or reply.id


def _stop(screen: _Screen) -> None:
    if screen.task is not None:
        screen.task.cancel()
