"""Telegram as a chat adapter: `run` takes messages in, `send` and `show` bring replies out."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from adapters.chat.front import Front
from adapters.chat.pauses import Backoff
from adapters.chat.telegram import outgoing
from adapters.chat.telegram.drafts import Drafts
from adapters.chat.telegram.intake import ALLOWED_UPDATES, Intake, poll
from adapters.chat.telegram.mentions import Me
from adapters.chat.telegram.parse import PLATFORM
from adapters.chat.telegram.rates import BOT_PER_SECOND, Rates
from adapters.chat.telegram.transport import (
    ApiError,
    Bad,
    Blocked,
    Flooded,
    Migrated,
    NotConnected,
    Transport,
    WrongToken,
)
from adapters.chat.telegram.webhook import WebhookServer, WebhookSettings
from core.errors import Misconfigured
from core.messages import Capabilities, Conversation, Reply, poll_ref
from core.ports import (
    Clock,
    Inbox,
    Moved,
    NotNow,
    Refused,
    SendFailed,
    Uncertain,
    Unreachable,
)

PATIENCE = 3.0  # seconds that `send` waits for its turn itself; longer waits go back to the outbox
RECONNECT_SECONDS = 5.0
TOKEN_REFUSED_SECONDS = 60.0
MAX_REMEMBERED = 2_000

# 400s that say that the conversation, not the message, is the matter.
_NOBODY_THERE = re.compile(
    r"chat not found|user not found|PEER_ID_INVALID|CHAT_WRITE_FORBIDDEN|CHAT_RESTRICTED|"
    r"not a member|have no rights to send|not enough rights to send text|need administrator|"
    r"chat was deactivated|chat was deleted|thread not found|TOPIC_(?:CLOSED|DELETED)",
    re.IGNORECASE,
)

_log = logging.getLogger(__name__)


class TelegramAdapter:
    """One bot. Long polling, or a webhook when `webhook` is given.

    `base_url` is the Bot API server, "https://api.telegram.org" or one's own; `front` is an HTTP
    server to share with other adapters.
    `messages_per_second` is for the whole bot: above 30 only with paid broadcasts or in a test.
    """

    platform = PLATFORM
    capabilities = Capabilities(
        buttons=True,
        edits=True,
        drafts=True,
        files=True,
        pins=True,
        max_text=4096,
        utf16=True,
        seconds_between_edits=1.0,
        polls=True,
    )

    def __init__(
        self,
        token: str,
        base_url: str,
        clock: Clock,
        *,
        webhook: WebhookSettings | None = None,
        front: Front | None = None,
        messages_per_second: float = BOT_PER_SECOND,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not token or not token.isascii() or not token.isprintable() or "/" in token:
            raise Misconfigured("TELEGRAM_BOT_TOKEN", "is not a bot token as @BotFather gives it")
        self.counts: Counter[str] = Counter()
        self._username = ""  # known once Telegram has answered getMe
        self._clock = clock
        self._sleep = sleep
        self._transport = Transport(token, base_url)
        self._rates = Rates(monotonic, messages_per_second)
        self._drafts = Drafts(self._transport, self._rates, monotonic, sleep, self.counts)
        self._webhook = WebhookServer(webhook, front) if webhook else None
        self._delivered: OrderedDict[str, list[str]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    # --- in ------------------------------------------------------------------------------------

    async def run(self, inbox: Inbox, ready: Callable[[], None]) -> None:
        """Take updates in until cancelled.

        Raises:
            Misconfigured: Telegram refuses the token or the webhook's address, or PORT is taken.
        """
        backoff = Backoff(self._sleep)
        me = _me(await self._at_start("getMe", {}, backoff))
        self._username = me.username
        intake = Intake(me, inbox, self._clock, self.counts, self._tapped)
        backoff.reset()
        if self._webhook is None:
            await self._at_start("deleteWebhook", {"drop_pending_updates": False}, backoff)
            ready()
            await poll(self._transport, intake, Backoff(self._sleep), self._sleep)
            return
        async with self._webhook.serving(intake):
            request = self._webhook.registration(ALLOWED_UPDATES)
            await self._at_start("setWebhook", request, backoff)
            ready()
            await asyncio.Event().wait()

    @property
    def webhook_port(self) -> int:
        """The port that the webhook listens on; 0 when it does not."""
        return self._webhook.port if self._webhook else 0

    async def _at_start(self, method: str, request: Mapping[str, Any], backoff: Backoff) -> Any:
        while True:
            try:
                return await self._transport.call(method, request)
            except WrongToken as error:
                raise Misconfigured("TELEGRAM_BOT_TOKEN", f"Telegram refuses it: {error}") from None
            except Bad as error:
                raise Misconfigured("TELEGRAM_WEBHOOK_URL", str(error)) from None
            except Flooded as error:
                await self._sleep(error.seconds)
            except ApiError as error:
                _log.warning("Telegram does not answer yet (%s): %s", method, error)
                await backoff.pause()

    def _tapped(self, query_id: str) -> None:
        """Stop the button's spinner; the answer itself does not wait for it."""
        task = asyncio.create_task(self._answer_query(query_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_query(self, query_id: str) -> None:
        try:
            await self._transport.call("answerCallbackQuery", {"callback_query_id": query_id})
        except Flooded as error:
            self._rates.pause_all(error.seconds)
        except ApiError as error:  # too old, or answered before a second delivery
            _log.debug("button not answered: %s", error)

    # --- out -----------------------------------------------------------------------------------

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        """Bring a final reply out; a second try goes on behind what has surely arrived.

        So a reply that arrived, but could not be marked as sent, is not sent again by this process.
        """
        placeholder = await self._drafts.finish(reply)
        ids = self._delivered.setdefault(reply.id, [])
        self._delivered.move_to_end(reply.id)
        while len(self._delivered) > MAX_REMEMBERED:
            self._delivered.popitem(last=False)
        try:
            for call in outgoing.calls(reply, self._username)[len(ids) :]:
                if placeholder is not None and not ids and call.method == "sendMessage":
                    ids.append(await self._replace(reply.conversation, call, placeholder))
                else:
                    ids.append(await self._deliver(reply.conversation, call))
        except (Refused, Unreachable):
            self._delivered.pop(reply.id, None)
            raise
        except Moved:  # the placeholder stays behind; its id is another message's in the new chat
            self._drafts.over(reply)
            raise
        self._drafts.over(reply)
        return tuple(ids)

    async def show(self, reply: Reply) -> None:
        """Returns at once; the draft goes out when the pace allows, or never."""
        self._drafts.show(reply)

    async def aclose(self) -> None:
        await self._drafts.aclose()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._transport.aclose()

    async def _replace(self, where: Conversation, call: outgoing.Call, placeholder: int) -> str:
        """Turn the placeholder into the final text; repeating an edit does no harm."""
        edits = outgoing.Call(
            "editMessageText",
            outgoing.edit(call.parameters, placeholder),
            tuple(outgoing.edit(f, placeholder) for f in call.fallbacks),
        )
        try:
            return await self._deliver(where, edits)
        except Refused:  # deleted by an admin, or too old
            return await self._deliver(where, call)

    async def _deliver(self, where: Conversation, call: outgoing.Call) -> str:
        """One call, with its fallbacks when Telegram refuses it; the message's id."""
        wait = self._rates.reserve(where.chat_id, PATIENCE)
        if wait > PATIENCE:
            raise NotNow(wait, "pace of the chat")
        if wait > 0:
            await self._sleep(wait)
        try:
            return await self._first_accepted(call)
        except ApiError as error:
            raise self._failure(error, where, call) from error

    async def _first_accepted(self, call: outgoing.Call) -> str:
        poorer = [*call.fallbacks]
        parameters = call.parameters
        while True:
            try:
                result = await self._transport.call(call.method, parameters)
            except Bad as error:
                if "not modified" in str(error):
                    return str(parameters["message_id"])
                if not call.needed:
                    return ""
                if not poorer and call.instead is not None and not _closed_to_us(error):
                    self.counts["sent otherwise"] += 1
                    _log.warning("%s refused, trying something else: %s", call.method, error)
                    return await self._first_accepted(call.instead)
                if not poorer or _closed_to_us(error):
                    raise
                self.counts["sent plain"] += 1
                _log.warning("%s refused, trying it plain: %s", call.method, error)
                parameters = poorer.pop(0)
            else:
                return _id_of(result)

    def _failure(self, error: ApiError, where: Conversation, call: outgoing.Call) -> SendFailed:
        match error:
            case Flooded():
                self._rates.pause(where.chat_id, error.seconds)
                return NotNow(error.seconds, "429")
            case NotConnected():
                return NotNow(RECONNECT_SECONDS, str(error))
            case WrongToken():
                _log.error("Telegram refuses the bot token: %s", error)
                return NotNow(TOKEN_REFUSED_SECONDS, "the bot token is refused")
            case Migrated():
                return Moved(where.model_copy(update={"chat_id": str(error.chat_id)}))
            case Blocked():
                return Unreachable(str(error))
            case Bad() if _NOBODY_THERE.search(str(error)):
                return Unreachable(str(error))
            case Bad():
                return Refused(f"{call.method}: {error}")
            case _:
                return Uncertain(str(error))


def _closed_to_us(error: ApiError) -> bool:
    """Whether a refusal is about the conversation and not about what was sent."""
    return _NOBODY_THERE.search(str(error)) is not None


def _id_of(result: Any) -> str:
    """The id of the message that a call made or changed; that of a poll names the poll as well."""
    if not isinstance(result, dict) or "message_id" not in result:
        return ""
    poll = result.get("poll")
    if isinstance(poll, dict) and isinstance(poll.get("id"), str):
        return poll_ref(poll["id"], str(result["message_id"]))
    return str(result["message_id"])


def _me(result: Any) -> Me:
    if not isinstance(result, dict) or type(result.get("id")) is not int:
        raise Misconfigured("TELEGRAM_API_BASE_URL", "getMe does not answer like a Bot API server")
    hears_all = result.get("can_read_all_group_messages") is not False
    if not hears_all:
        _log.info("privacy mode is on: in groups the bot sees commands and replies to it only")
    return Me(result["id"], str(result.get("username") or ""), hears_all)
