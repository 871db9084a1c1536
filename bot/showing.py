"""Showing: stored replies go out in order inside a conversation, each marked by itself."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.crew import Crew
from bot.drafts import Drafts
from core.errors import Unavailable
from core.fit import fit
from core.messages import ConversationMoved
from core.notices.state import MESSAGE
from core.ports import (
    ChatAdapter,
    Clock,
    Delivery,
    Moved,
    NotNow,
    Refused,
    Store,
    Uncertain,
    Unreachable,
)

SEND_SECONDS = 45.0  # less than the lease of a reply, or it would be sent twice at once
RESEND_AFTER = timedelta(seconds=10)  # an outage of a platform often lasts some seconds
MOST_MOVES = 5
LONGEST_PAUSE = 86_400.0
MARK_TRIES = 40
NOTICES_AT_ONCE = 32  # so many wait for the platform's pace, and an answer for no more than these
Mark = Callable[[], Awaitable[bool | None]]
log = structlog.get_logger(__name__)


class Showing:
    """Claims replies of the platforms that run here, and brings them out."""

    def __init__(
        self,
        store: Store,
        adapters: Mapping[str, ChatAdapter],
        drafts: Drafts,
        clock: Clock,
        counters: Counter[str],
        *,
        worker: str,
        limit: int,
        poll_seconds: float,
    ) -> None:
        self._store = store
        self._adapters = adapters
        self._drafts = drafts
        self._clock = clock
        self._counters = counters
        self._worker = worker
        self._poll_seconds = poll_seconds
        self._notices = 0  # being sent
        self.crew = Crew(self._claim, self._show, limit, poll_seconds)

    async def _claim(self, room: int) -> Sequence[Delivery]:
        owed = self._drafts.owed()
        notices = max(0, NOTICES_AT_ONCE - self._notices)
        found = await self._store.claim_replies(self._worker, room, self._adapters.keys(), notices)
        self._notices += sum(_is_notice(delivery) for delivery in found)
        self._drafts.fetched(owed, [delivery.reply for delivery in found])
        return found

    async def _show(self, delivery: Delivery) -> bool | None:
        """Bring one stored reply out. False when none waits, behind it or for its place."""
        if not _is_notice(delivery):
            return await self._bring(delivery)
        try:
            await self._bring(delivery)
        finally:
            self._notices -= 1
        return True  # others waited for this one's place

    async def _bring(self, delivery: Delivery) -> bool | None:
        """Send it and mark what became of it; False when none waits behind it."""
        try:
            mark, over = await self._send(delivery)
            more = await self._patiently(mark)
            if over:
                self._drafts.settled(delivery.reply)
            return more
        except Unavailable as error:  # the mark was not written; the lease ends by itself
            log.warning("not_marked", reply=delivery.reply.id, why=str(error))
        except Exception:
            log.exception("mark_failed", reply=delivery.reply.id)
        return None

    async def _send(self, delivery: Delivery) -> tuple[Mark, bool]:
        """Try to send; returns what is to be written, and whether that is the reply's end."""
        reply, store = delivery.reply, self._store
        adapter = self._adapters[reply.conversation.platform]
        await self._drafts.finish(reply)
        if delivery.resend:
            self._counters["resent"] += 1
            log.warning("resent", reply=reply.id)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                ids = await adapter.send(fit(reply, adapter.capabilities), resend=delivery.resend)
        except NotNow as error:
            why, at = error.why, self._in(error.seconds)
            return lambda: store.send_later(delivery, why, at), False
        except Moved as error:
            return self._follow(delivery, error)
        except Unreachable as error:
            why = str(error)
            return lambda: store.close(reply.conversation.key, why), True
        except Refused as error:
            why = str(error)
            log.error("refused_by_platform", reply=reply.id, why=why)
            return lambda: store.not_sent(delivery, why), True
        except (Uncertain, TimeoutError) as error:
            why = str(error) or "no answer in time"
        except Exception as error:
            log.exception("send_failed", reply=reply.id)
            why = type(error).__name__
        else:
            self._counters["sent"] += 1
            return lambda: store.sent(delivery, ids), True
        later = self._clock.now() + RESEND_AFTER
        return lambda: store.uncertain(delivery, why, later), delivery.resend

    def _follow(self, delivery: Delivery, error: Moved) -> tuple[Mark, bool]:
        """The chat has a new id: everything of it moves there, and the reply is sent there."""
        old = delivery.reply.conversation.key
        if delivery.attempts > MOST_MOVES or error.new.key == old:
            return lambda: self._store.not_sent(delivery, "the chat moves without an end"), True
        moved = ConversationMoved(id=f"moved:{old}>{error.new.key}", old_key=old, new=error.new)

        async def mark() -> None:
            await self._store.accept([moved])
            await self._store.send_later(delivery, "the chat has moved", self._clock.now())

        return mark, True

    def _in(self, seconds: float) -> datetime:
        """The moment in so many seconds, whatever number a platform named."""
        pause = min(max(seconds, 0.05), LONGEST_PAUSE) if math.isfinite(seconds) else 60.0
        return self._clock.now() + timedelta(seconds=pause)

    async def _patiently(self, mark: Mark) -> bool | None:
        """Write a mark; a mark that is lost is a reply that is sent twice."""
        for _ in range(MARK_TRIES - 1):
            try:
                return await mark()
            except Unavailable as error:
                log.warning("mark_waits", why=str(error))
                await asyncio.sleep(self._poll_seconds)
        return await mark()


def _is_notice(delivery: Delivery) -> bool:
    return delivery.reply.id.startswith(MESSAGE)
