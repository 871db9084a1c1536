"""Everything that is said to Slack: final replies, drafts, App Home, modals, suggested prompts."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from adapters.chat.slack import blocks
from adapters.chat.slack.blocks import Item, Post, Upload
from adapters.chat.slack.calls import Calls
from adapters.chat.slack.home import PROMPTS, PROMPTS_TITLE
from adapters.chat.slack.lookup import parts_there
from adapters.chat.slack.ports import Outgoing, Tokens, channel_of
from adapters.chat.slack.rates import Rates
from adapters.chat.slack.streaming import CLOSED, Growing, Shown, address
from adapters.chat.slack.transport import (
    API_URL,
    Answered,
    Api,
    ApiError,
    Limited,
    NotConnected,
    failure,
    is_about_the_message,
)
from core.messages import Capabilities, Conversation, Reply
from core.ports import Clock, NotNow, Refused, SendFailed, Unreachable

CAPABILITIES = Capabilities(
    buttons=True,
    edits=True,
    drafts=True,
    files=True,
    pins=False,
    max_text=10_000,  # a message holds 12,000, and what is literal gets longer there
    seconds_between_edits=1.0,
)
MAX_REMEMBERED = 2_000

# What is shown cannot become the final message: somebody deleted it, or Slack holds on to it.
_NOT_TO_EDIT = frozenset(
    "message_not_found cant_update_message edit_window_closed streaming_state_conflict".split()
)

_log = logging.getLogger(__name__)


class SlackOutgoing(Outgoing):
    """All workspaces. `recipient` names the user who wrote the message with this id."""

    def __init__(
        self,
        tokens: Tokens,
        clock: Clock,
        base_url: str = API_URL,
        *,
        recipient: Callable[[str], str] = lambda message_id: "",
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._api = Api(tokens, base_url)
        self._rates = Rates(monotonic)
        self._growing = Growing(self._api, self._rates, monotonic, sleep, self.counts, recipient)
        self._calls = Calls(self._api, self._rates, sleep)
        self._clock = clock
        self._delivered: OrderedDict[str, dict[int, str]] = OrderedDict()

    # --- replies -------------------------------------------------------------------------------

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        """Bring a final reply out; a second try goes on behind what has surely arrived.

        With `resend`, Slack is asked first what is there already.
        """
        screen = await self._growing.finish(reply)
        ids = self._delivered.setdefault(reply.id, {})
        self._delivered.move_to_end(reply.id)
        while len(self._delivered) > MAX_REMEMBERED:
            self._delivered.popitem(last=False)
        items = blocks.items(reply)
        try:
            if resend and len(ids) < len(items):
                self.counts["looked up"] += 1
                ids |= await parts_there(self._calls, reply, items, self._clock.now())
            for part, item in enumerate(items):
                if part not in ids:
                    ids[part] = await self._deliver(reply, part, item, screen if not part else None)
        except (Refused, Unreachable):
            self._delivered.pop(reply.id, None)
            raise
        self._growing.over(reply)
        return tuple(ids[part] for part in range(len(items)))

    async def show(self, reply: Reply) -> None:
        """Returns at once; the draft goes out when the pace allows, or never."""
        self._growing.show(reply)

    async def aclose(self) -> None:
        await self._growing.aclose()
        await self._api.aclose()

    async def _deliver(self, reply: Reply, part: int, item: Item, screen: Shown | None) -> str:
        """One message or file; the message's ts, or the file's id."""
        if isinstance(item, Upload):
            if screen is not None:
                await self._take_away(reply.conversation, screen)
            try:
                return await self._share(reply.conversation, item)
            except Refused as error:
                self.counts["file refused"] += 1
                _log.error("file refused: %s", error)
                item = blocks.instead_of(item)
        given = {**_shown(item), "metadata": blocks.metadata(reply, part)}
        if screen is not None:
            ts = await self._replace(reply.conversation, screen, item, given)
            if ts:
                return ts
        post = {
            **address(reply.conversation),
            **given,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        return await self._accepted(reply.conversation, "chat.postMessage", post, item)

    async def _accepted(
        self, where: Conversation, method: str, given: Mapping[str, Any], item: Post
    ) -> str:
        """The message's ts. What Slack does not take as blocks goes out as plain words (B7)."""
        try:
            answer = await self._calls.call(where, method, given)
        except Answered as error:
            if not is_about_the_message(error) or error.code in _NOT_TO_EDIT:
                raise failure(error, method) from error
            self.counts["sent plain"] += 1
            _log.warning("%s refused, trying it plain: %s", method, error)
            bare = {k: v for k, v in given.items() if k not in ("blocks", "text")}
            if "metadata" in error.code:
                bare.pop("metadata", None)
            # An update that names no blocks would keep the old ones.
            gone: dict[str, Any] = {"blocks": []} if method == "chat.update" else {}
            plain = {**bare, **gone, "text": item.in_words or item.notice}
            answer = await self._calls.surely(where, method, plain)
        return str(answer.get("ts") or given.get("ts") or "")

    async def _replace(
        self, where: Conversation, screen: Shown, item: Post, given: Mapping[str, Any]
    ) -> str:
        """Turn what is shown into the final message; empty when it is not there any more."""
        message = {"channel": channel_of(where), "ts": screen.ts}
        if screen.streams and await self._stopped(where, screen, item, given):
            return screen.ts
        try:
            return await self._accepted(where, "chat.update", {**message, **given}, item)
        except Refused as error:
            cause = error.__cause__
            if isinstance(cause, Answered) and cause.code in _NOT_TO_EDIT:
                return ""
            raise

    async def _stopped(
        self, where: Conversation, screen: Shown, item: Post, given: Mapping[str, Any]
    ) -> bool:
        """End the stream. True when it shows the final message with that: the text went on where
        it was, so nothing has to be replaced."""
        stop: dict[str, Any] = {"channel": channel_of(where), "ts": screen.ts}
        goes_on = not screen.doubtful and item.markdown.startswith(screen.shown)
        if goes_on:
            rest = item.markdown[len(screen.shown) :]
            stop |= {"markdown_text": rest} if rest else {}
            stop |= {"blocks": list(item.rest)} if item.rest else {}
            stop |= {"metadata": given["metadata"]}
        screen.doubtful = True  # until the answer is there
        try:
            await self._calls.call(where, "chat.stopStream", stop, reserved=True)
        except Answered as error:
            if not is_about_the_message(error):
                raise failure(error, "chat.stopStream") from error
            goes_on = False
            if error.code not in CLOSED:
                _log.warning("stream not stopped: %s", error)
        screen.streams = False
        return goes_on

    async def _take_away(self, where: Conversation, screen: Shown) -> None:
        """What was shown is no part of a reply that begins with a file."""
        message = {"channel": channel_of(where), "ts": screen.ts}
        methods = ("chat.stopStream", "chat.delete") if screen.streams else ("chat.delete",)
        for method in methods:
            try:
                await self._calls.call(where, method, message)
            except (ApiError, SendFailed) as error:
                _log.info("draft not taken away: %s", error)

    async def _share(self, where: Conversation, file: Upload) -> str:
        """Upload a file and show it; its id. Only the last call shows anything."""
        asked = {"filename": file.name, "length": len(file.content)}
        slot = await self._calls.surely(where, "files.getUploadURLExternal", asked)
        file_id = str(slot.get("file_id") or "")
        try:
            await self._api.upload(str(slot.get("upload_url") or ""), file.content)
        except Limited as error:
            raise NotNow(error.seconds, "429 for an upload") from error
        except Answered as error:
            raise Refused(f"upload: {error}") from error
        except ApiError as error:  # what was not completed is shown nowhere: it can be made again
            raise failure(NotConnected(str(error)), "upload") from error
        shared: dict[str, Any] = {
            "files": [{"id": file_id, "title": file.name}],
            "channel_id": channel_of(where),
        }
        shared |= {"thread_ts": where.thread_id} if where.thread_id else {}
        shared |= {"initial_comment": file.caption} if file.caption else {}
        await self._calls.surely(where, "files.completeUploadExternal", shared)
        return file_id

    # --- views ---------------------------------------------------------------------------------

    async def publish_home(self, team: str, user: str, view: Mapping[str, Any]) -> None:
        await self._shown_or_logged(team, "views.publish", {"user_id": user, "view": view})

    async def open_modal(self, team: str, trigger_id: str, view: Mapping[str, Any]) -> None:
        await self._shown_or_logged(team, "views.open", {"trigger_id": trigger_id, "view": view})

    async def suggest(self, team: str, channel: str) -> None:
        given = {"channel_id": channel, "title": PROMPTS_TITLE, "prompts": list(PROMPTS)}
        await self._shown_or_logged(team, "assistant.threads.setSuggestedPrompts", given)

    async def at_rest(self, team: str, channel: str, thread: str) -> None:
        given = {"channel_id": channel, "status": "active"}
        given |= {"thread_ts": thread} if thread else {}
        await self._shown_or_logged(team, "agents.sessions.setStatus", given)

    async def _shown_or_logged(self, team: str, method: str, given: Mapping[str, Any]) -> None:
        if self._rates.reserve(team, "", method, 0.0) > 0:
            self.counts["view skipped"] += 1
            return
        try:
            await self._api.call(team, method, given)
        except Limited as error:
            self.counts["view skipped"] += 1
            self._rates.pause(team, method, error.seconds)
        except (ApiError, SendFailed) as error:  # a token that is not there, or not yet
            self.counts["view failed"] += 1
            _log.warning("%s in workspace %s: %s", method, team, error)


def _shown(item: Post) -> dict[str, Any]:
    return {"text": item.notice, "blocks": item.blocks}
