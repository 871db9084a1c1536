"""Answers while they grow: Slack's own streaming in threads, elsewhere a message that is edited."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from adapters.chat.screens import Screen, Screens
from adapters.chat.slack import blocks, markup
from adapters.chat.slack.ports import channel_of, team_of
from adapters.chat.slack.rates import Rates
from adapters.chat.slack.transport import Answered, Api, ApiError, Limited, NotConnected
from core.messages import Conversation, Mode, Reply
from core.ports import SendFailed

STREAM_SECONDS = 1.0
EDIT_SECONDS = 2.0  # chat.update has 50 calls a minute for a whole workspace
# An answer that is ready at once needs neither a stream nor a placeholder.
FIRST_AFTER = 0.5
DRAFT_NOTICE = 150  # characters; the final answer brings the whole text
# A stream that is idle or older than about five minutes is closed by Slack
# (slackapi/python-slack-sdk#1859); what is shown then goes on by edits.
CLOSED = frozenset("message_not_in_streaming_state streaming_mode_mismatch".split())
# These say that streaming works nowhere in the workspace.
NO_STREAMS = frozenset(
    "unknown_method method_not_supported_for_channel_type method_deprecated missing_scope "
    "not_allowed_token_type feature_not_enabled not_allowed no_permission access_denied "
    "team_access_not_granted plan_upgrade_required http_404".split()
)

_log = logging.getLogger(__name__)


@dataclass
class Shown(Screen):
    """A screen of Slack. `streams` while it is a stream that is not stopped; `doubtful` when the
    last append may or may not have arrived; `edits` when it cannot stream."""

    ts: str = ""
    edits: bool = False
    streams: bool = False
    shown: str = ""
    doubtful: bool = False


class Growing:
    """All growing answers.

    `recipient` knows who wrote the message with this id (a user id, empty when it does not): a
    stream in a channel is for one person.
    """

    def __init__(
        self,
        api: Api,
        rates: Rates,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        counts: Counter[str],
        recipient: Callable[[str], str],
    ) -> None:
        self._api = api
        self._rates = rates
        self._counts = counts
        self._recipient = recipient
        self._screens = Screens(Shown, self._draw, lambda _: FIRST_AFTER, monotonic, sleep)
        self._without_streams: set[str] = set()
        self.show = self._screens.show
        self.over = self._screens.over
        self.aclose = self._screens.aclose

    async def finish(self, reply: Reply) -> Shown | None:
        """No more drafts of this answer. Returns its screen when something is shown."""
        screen = await self._screens.finish(reply)
        return screen if screen is not None and screen.ts else None

    async def _draw(self, screen: Shown, reply: Reply) -> float:
        await self._put(screen, reply)
        return STREAM_SECONDS if screen.streams else EDIT_SECONDS

    async def _put(self, screen: Shown, reply: Reply) -> None:
        text = blocks.screen(reply)
        if not text or text == screen.shown:
            return
        where = reply.conversation
        method, given = self._call(screen, reply, text)
        if not self._rates.has_room(team_of(where), channel_of(where), method):
            self._counts["draft skipped"] += 1
            return
        try:
            answer = await self._api.call(team_of(where), method, given)
        except Limited as error:
            self._rates.pause(team_of(where), method, error.seconds)
        except Answered as error:
            self._refused(screen, reply, method, error)
        except NotConnected:
            self._counts["draft lost"] += 1
        except (ApiError, SendFailed) as error:  # a token that is not there, or not yet
            self._lost(screen, method, error)
        else:
            if method == "chat.stopStream":
                screen.streams = False  # what is shown could not go on; the next call edits it
                screen.pending = screen.pending or reply
                return
            screen.ts = screen.ts or str(answer.get("ts") or "")
            screen.streams = screen.streams or method == "chat.startStream"
            screen.shown = text

    def _call(self, screen: Shown, reply: Reply, text: str) -> tuple[str, dict[str, Any]]:
        """The call that brings the screen to `text`, or nearer to it."""
        where = reply.conversation
        message = {"channel": channel_of(where), "ts": screen.ts}
        if not screen.ts:
            if stream := self._stream(screen, reply, text):
                return "chat.startStream", stream
            return "chat.postMessage", placed(where, text)
        if not screen.streams:
            return "chat.update", {**message, **shown(text)}
        if not screen.doubtful and text.startswith(screen.shown):
            return "chat.appendStream", {**message, "markdown_text": text[len(screen.shown) :]}
        return "chat.stopStream", message

    def _stream(self, screen: Shown, reply: Reply, text: str) -> dict[str, Any]:
        """Arguments of chat.startStream; empty where there can be no stream.

        A stream is a reply in a thread, and in a channel it needs its recipient.
        """
        where = reply.conversation
        if screen.edits or not where.thread_id or team_of(where) in self._without_streams:
            return {}
        given = {
            "channel": channel_of(where),
            "thread_ts": where.thread_id,
            "markdown_text": text,
        }
        user = self._recipient(reply.answers)
        if user:
            given |= {"recipient_user_id": user, "recipient_team_id": team_of(where)}
        return given if user or where.mode is Mode.SOLO else {}

    def _refused(self, screen: Shown, reply: Reply, method: str, error: Answered) -> None:
        self._counts["draft refused"] += 1
        team = team_of(reply.conversation)
        if method == "chat.startStream":
            screen.edits = True
            if error.code in NO_STREAMS:
                self._without_streams.add(team)
                _log.warning("no streams in workspace %s (%s); edits there", team, error.code)
        elif error.code in CLOSED and screen.streams:
            screen.streams = False
        else:
            screen.over = True
            _log.info("draft refused: %s: %s", method, error)
        screen.pending = screen.pending or reply

    def _lost(self, screen: Shown, method: str, error: Exception) -> None:
        """An append may have arrived; a message may stand there without our knowing its id, and
        then there is not a second one."""
        self._counts["draft lost"] += 1
        screen.doubtful = True
        screen.over = screen.over or not screen.ts
        _log.debug("draft lost: %s: %s", method, error)


def shown(text: str) -> dict[str, Any]:
    """Blocks and notification of a draft that is a message."""
    block = {"type": "markdown", "text": text}
    return {"blocks": [block], "text": markup.unmarked(text, DRAFT_NOTICE)}


def placed(where: Conversation, text: str) -> dict[str, Any]:
    """Arguments of chat.postMessage for a placeholder."""
    return {**address(where), **shown(text), "unfurl_links": False, "unfurl_media": False}


def address(where: Conversation) -> dict[str, Any]:
    """The arguments that name a conversation."""
    thread = {"thread_ts": where.thread_id} if where.thread_id else {}
    return {"channel": channel_of(where), **thread}
