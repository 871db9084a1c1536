"""Payloads in: durable first, acknowledged after. HTTP and Socket Mode end in the same `take`."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.chat.fields import Raw, Unreadable, said
from adapters.chat.slack.installs import Install, Installs
from adapters.chat.slack.messages import Ignored, Overheard
from adapters.chat.slack.parse import (
    FormRefused,
    FormWanted,
    HomeOpened,
    Parsed,
    Stopped,
    WorkspaceLeft,
    parse,
)
from adapters.chat.slack.ports import NEW_THREAD, PLATFORM
from core.errors import CaravanError
from core.messages import (
    Conversation,
    ConversationClosed,
    Inbound,
    InboundMessage,
    Mode,
)
from core.ports import Clock, Inbox, Vault

THREADS = "slack.threads"
OPENED, JOINED = b"opened", b"joined"
MAX_REMEMBERED = 5_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Acked:
    """What Slack is told. `body` only where it needs one (mistakes in a form)."""

    status: int = 200
    body: Mapping[str, Any] | None = None


class Threads:
    """In which threads of channels we take part: opened by a call of ours, or called into."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._known: OrderedDict[str, bytes] = OrderedDict()

    async def part_in(self, thread: Conversation) -> bytes:
        """OPENED, JOINED, or nothing. Raises Unavailable."""
        known = self._known.get(thread.key)
        if known is None:
            known = await self._vault.find(THREADS, thread.key) or b""
            self._remember(thread.key, known)
        return known

    async def enter(self, thread: Conversation, part: bytes) -> None:
        """We are called in a thread; the first time decides. Raises Unavailable."""
        if not await self.part_in(thread):
            await self._vault.keep(THREADS, thread.key, part)
            self._remember(thread.key, part)

    def _remember(self, key: str, part: bytes) -> None:
        self._known[key] = part
        self._known.move_to_end(key)
        while len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)


class Intake:
    """Turns payloads into rows of the inbox. `then` is told what has to be shown at once."""

    def __init__(
        self,
        inbox: Inbox,
        installs: Installs,
        threads: Threads,
        clock: Clock,
        counts: Counter[str],
        then: Callable[[HomeOpened | FormWanted | Stopped], None],
    ) -> None:
        self._inbox = inbox
        self._installs = installs
        self._threads = threads
        self._clock = clock
        self._counts = counts
        self._then = then
        self._writers: OrderedDict[str, str] = OrderedDict()

    async def take(self, body: Raw, install: Install) -> Acked:
        """Keep what a payload says; when this returns, it may be acknowledged.

        What cannot be read is kept as a dead letter.

        Raises:
            Unavailable: it may not be acknowledged; Slack delivers events again.
        """
        try:
            read = parse(body, install.me, self._clock.now())
        except Unreadable as error:
            await self._bury(body, install, str(error))
            return Acked()
        match read:
            case Ignored():
                self._counts[f"ignored: {read.reason}"] += 1
            case HomeOpened() | FormWanted():
                self._then(read)
            case FormRefused():
                return Acked(body={"response_action": "errors", "errors": dict(read.errors)})
            case WorkspaceLeft():
                await self.leave(read)
            case Stopped():
                await self._accept(read.turn, body, install)
                self._then(read)
            case Overheard():
                await self._overhear(read, body, install)
            case _:
                await self._enter(read)
                await self._accept(read, body, install)
        return Acked()

    async def leave(self, left: WorkspaceLeft) -> None:
        """A workspace is off: its token is erased, nothing is said there. Raises Unavailable.

        Unless the app was installed again since: Slack may tell of the end before that late.
        """
        found = await self._installs.find(left.team)
        if found is not None and found.since > left.at.timestamp():
            self._counts["ignored: end of an earlier installation"] += 1
            return
        await self._installs.remove(left.team)
        key = f"{PLATFORM}:{left.team}/"
        closed = ConversationClosed(id=left.id, key=key, why=left.why, whole=True)
        await self._inbox.accept([closed])

    def writer_of(self, message_id: str) -> str:
        """The user id of who wrote a message of late; empty when it is not known any more."""
        return self._writers.get(message_id, "")

    async def _overhear(self, heard: Overheard, body: Raw, install: Install) -> None:
        """A line of a thread: to us when we opened it, kept when we were called into it."""
        message = heard.message
        part = await self._threads.part_in(message.conversation)
        if not part:
            self._counts["ignored: not for us"] += 1
            return
        if part == OPENED and isinstance(message, InboundMessage):
            message = message.model_copy(update={"addressed": True})
        await self._accept(message, body, install)

    async def _enter(self, read: Parsed) -> None:
        """Who calls us at the beginning of a thread opens it with us."""
        if not isinstance(read, InboundMessage) or read.conversation.mode is not Mode.GROUP:
            return
        thread = read.conversation.thread_id
        if thread and not thread.startswith(NEW_THREAD):
            await self._threads.enter(read.conversation, OPENED if read.ref == thread else JOINED)

    async def _accept(self, read: Inbound, body: Raw, install: Install) -> None:
        try:
            await self._inbox.accept([read])
        except CaravanError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not come again and again
            await self._bury(body, install, f"inbox: {type(error).__name__}")
            return
        if isinstance(read, InboundMessage):
            self._writers[read.id] = read.sender.id.rpartition("/")[2]
            while len(self._writers) > MAX_REMEMBERED:
                self._writers.popitem(last=False)

    async def _bury(self, body: Raw, install: Install, why: str) -> None:
        raw = json.dumps(body, default=str)
        number = said(body, "event_id") or hashlib.sha256(raw.encode()).hexdigest()[:16]
        self._counts["buried"] += 1
        _log.warning("payload %s cannot be read: %s", number, why)
        await self._inbox.bury(PLATFORM, f"{PLATFORM}:{install.team}:{number}", raw, why)
