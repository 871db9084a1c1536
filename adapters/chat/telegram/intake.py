"""Updates in: durable first, acknowledged after. Polling and webhook end in the same `take`."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.chat.fields import Unreadable, decoded
from adapters.chat.pauses import Backoff, Sleep
from adapters.chat.telegram.mentions import Me
from adapters.chat.telegram.parse import (
    PLATFORM,
    Ignored,
    hard_of_hearing,
    parse,
    query_id,
    update_id,
)
from adapters.chat.telegram.transport import (
    ApiError,
    Contested,
    Flooded,
    NotConnected,
    Transport,
)
from core.errors import CaravanError, Unavailable
from core.messages import Inbound
from core.ports import Clock, Inbox

# Explicit, or Telegram keeps what an earlier program asked for.
ALLOWED_UPDATES = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "poll_answer",
    "chat_member",
]
POLL_SECONDS = 50
MAX_RAW = 16_000

_log = logging.getLogger(__name__)


class Intake:
    """Turns raw updates into rows of the inbox. `tapped` is told the id of every tapped button."""

    def __init__(
        self,
        me: Me,
        inbox: Inbox,
        clock: Clock,
        counts: Counter[str],
        tapped: Callable[[str], None],
    ) -> None:
        self._me = me
        self._inbox = inbox
        self._clock = clock
        self._counts = counts
        self._tapped = tapped

    async def take(self, updates: Sequence[Any]) -> None:
        """Keep all updates; when this returns, they may be acknowledged.

        What cannot be read is kept as a dead letter and does not hold up the others.

        Raises:
            Unavailable: nothing may be acknowledged; Telegram will deliver again.
        """
        inbound: list[Inbound] = []
        poison: list[tuple[Any, str]] = []
        origin: dict[str, Any] = {}
        for update in updates:
            try:
                read = self._read(update)
                deaf = hard_of_hearing(update, self._me, self._clock.now())
            except Unreadable as error:
                poison.append((update, str(error)))
                continue
            if isinstance(read, Ignored):
                self._counts[f"ignored: {read.reason}"] += 1
            else:
                for one in (read, deaf) if deaf is not None else (read,):
                    inbound.append(one)
                    origin[one.id] = update
        poison += await self._accept(inbound, origin)
        for update, why in poison:
            await self._bury(update, why)
        for update in updates:
            if isinstance(update, Mapping) and (query := query_id(update)):
                self._tapped(query)

    def _read(self, update: Any) -> Inbound | Ignored:
        if not isinstance(update, Mapping):
            raise Unreadable("not an object")
        return parse(update, self._me, self._clock.now())

    async def _accept(
        self, inbound: list[Inbound], origin: Mapping[str, Any]
    ) -> list[tuple[Any, str]]:
        """All in one transaction; when the store chokes on one of them, one by one."""
        if not inbound:
            return []
        try:
            await self._inbox.accept(inbound)
        except CaravanError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the intake
            why = type(error).__name__  # not its text: that may quote people
            _log.error("the inbox refused a batch of %d: %s", len(inbound), why)
            if len(inbound) == 1:
                return [(origin[inbound[0].id], f"inbox: {why}")]
            refused = []
            for one in inbound:
                refused += await self._accept([one], origin)
            return refused
        return []

    async def _bury(self, update: Any, why: str) -> None:
        raw = _as_text(update)
        try:
            number = str(update_id(update)) if isinstance(update, Mapping) else ""
        except Unreadable:
            number = ""
        external = number or f"unnumbered-{hashlib.sha256(raw.encode()).hexdigest()[:16]}"
        self._counts["buried"] += 1
        _log.warning("update %s cannot be read: %s", external, why)
        await self._inbox.bury(PLATFORM, f"{PLATFORM}:{self._me.id}:{external}", raw, why)


async def poll(transport: Transport, intake: Intake, backoff: Backoff, sleep: Sleep) -> None:
    """Long polling until cancelled. The offset moves only behind updates that are kept."""
    offset: int | None = None
    while True:
        request: dict[str, Any] = {"timeout": POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES}
        if offset is not None:
            request["offset"] = offset
        try:
            updates = await transport.call("getUpdates", request, read_seconds=POLL_SECONDS + 10)
            if not isinstance(updates, list):
                raise ApiError("getUpdates did not answer with a list")
            await intake.take(updates)
        except Flooded as error:
            await sleep(error.seconds)
        except Contested:
            _log.error(
                "another process takes this bot's updates (409 Conflict): stop it, or give it its "
                "own bot token; a webhook set by another program has the same effect"
            )
            await backoff.pause()
        except Unavailable as error:
            _log.error("updates wait at Telegram, the inbox is not available: %s", error)
            await backoff.pause()
        except ApiError as error:
            level = logging.INFO if isinstance(error, NotConnected) else logging.WARNING
            _log.log(level, "no updates from Telegram, trying again: %s", error)
            await backoff.pause()
        else:
            seen = _last_number(updates)
            if seen is not None:
                offset = seen + 1
            if updates and seen is None:
                await backoff.pause()
            else:
                backoff.reset()


def _as_text(update: Any) -> str:
    """ASCII, so that any store takes it."""
    try:
        return json.dumps(update, default=str)
    except (ValueError, RecursionError):
        return ascii(update)[:MAX_RAW]


def _last_number(updates: Sequence[Any]) -> int | None:
    numbers = [u.get("update_id") for u in updates if isinstance(u, Mapping)]
    return max((n for n in numbers if type(n) is int), default=None)


def is_secret(given: Sequence[bytes], secret: str) -> bool:
    """Whether exactly one secret came with a request, and the right one; in constant time."""
    return len(given) == 1 and hmac.compare_digest(given[0], secret.encode())


async def receive(intake: Intake, body: bytes) -> int:
    """The HTTP status for a webhook's body: 200 kept, 400 not an update, 503 deliver it again."""
    try:
        update = decoded(body)
    except Unreadable:
        return 400
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        return 400
    try:
        await intake.take([update])
    except Unavailable as error:
        _log.error("updates wait at Telegram, the inbox is not available: %s", error)
        return 503
    return 200
