"""Answers while they grow: native drafts in private chats, elsewhere a placeholder is edited."""

from __future__ import annotations

import logging
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.chat.screens import MAX_SCREENS, Screen, Screens
from adapters.chat.telegram import outgoing
from adapters.chat.telegram.format import Formatted
from adapters.chat.telegram.rates import Rates
from adapters.chat.telegram.transport import ApiError, Bad, Flooded, Transport, WrongToken
from core.messages import Mode, Reply

DRAFT_SECONDS = 1.0
EDIT_SECONDS = 3.0
# An answer that is ready at once needs no placeholder, and a group has 20 messages a minute.
PLACEHOLDER_AFTER = 0.5

_log = logging.getLogger(__name__)


@dataclass
class Shown(Screen):
    """A screen of Telegram: what it shows, and the id of its placeholder."""

    shown: Formatted | None = None
    message_id: int | None = None


class Drafts:
    """All growing answers of one bot."""

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
        self._counts = counts
        self._screens = Screens(Shown, self._draw, self._first_after, monotonic, sleep)
        self._without_drafts: OrderedDict[str, None] = OrderedDict()
        self._drafts_work = True
        self.show = self._screens.show
        self.over = self._screens.over
        self.aclose = self._screens.aclose

    async def finish(self, reply: Reply) -> int | None:
        """No more drafts of this answer. Returns the placeholder's message id, if there is one."""
        screen = await self._screens.finish(reply)
        return screen.message_id if screen is not None else None

    def _first_after(self, reply: Reply) -> float:
        return 0.0 if self._is_native(reply) else PLACEHOLDER_AFTER

    async def _draw(self, screen: Shown, reply: Reply) -> float:
        native = self._is_native(reply)
        await self._put(screen, reply, native=native)
        return DRAFT_SECONDS if native else EDIT_SECONDS

    def _is_native(self, reply: Reply) -> bool:
        where = reply.conversation
        solo = where.mode is Mode.SOLO
        return solo and self._drafts_work and where.chat_id not in self._without_drafts

    async def _put(self, screen: Shown, reply: Reply, *, native: bool) -> None:
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

    async def _place(self, screen: Shown, reply: Reply, shown: Formatted) -> None:
        message = outgoing.message(reply.conversation, shown)
        if screen.message_id is None:
            sent = await self._transport.call("sendMessage", message)
            screen.message_id = sent["message_id"]
        else:
            edit = outgoing.edit(message, screen.message_id)
            await self._transport.call("editMessageText", edit)

    def _refused(self, screen: Shown, chat_id: str, error: ApiError, *, native: bool) -> None:
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
