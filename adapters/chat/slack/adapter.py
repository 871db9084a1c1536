"""Slack as a chat adapter: `run` takes payloads in, what goes out is done by `Outgoing`."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.chat.front import Front
from adapters.chat.pauses import Backoff
from adapters.chat.slack.bolt import PING_SECONDS, Bolt, OAuth, identify
from adapters.chat.slack.home import home_view, profile_modal
from adapters.chat.slack.http import Endpoint
from adapters.chat.slack.installs import Install, Installs, Seal
from adapters.chat.slack.intake import OPENED, Acked, Intake, Threads
from adapters.chat.slack.names import Names
from adapters.chat.slack.outgoing import CAPABILITIES
from adapters.chat.slack.parse import FormWanted, HomeOpened, Stopped, WorkspaceLeft
from adapters.chat.slack.ports import (
    NEW_THREAD,
    PLATFORM,
    Homes,
    Outgoing,
    Tokens,
    WorkspaceGone,
    channel_of,
    person_id,
    place,
    team_of,
    thread_of,
)
from adapters.chat.slack.transport import API_URL
from core.errors import Misconfigured, Unavailable
from core.messages import Conversation, ConversationMoved, InboundMessage, Mode, Reply
from core.ports import Clock, Inbox, NotNow, Vault

NOT_YET_SECONDS = 1.0
DATABASE_SECONDS = 5.0
MAX_AT_HOME = 2_000
_TS = re.compile(r"\d+\.\d+")
_log = logging.getLogger(__name__)

# Makes what goes out: tokens by workspace, and the user id of who wrote a message.
MakeOutgoing = Callable[[Tokens, Callable[[str], str]], Outgoing]


@dataclass(frozen=True)
class SlackSettings:
    """One of `bot_token` and `oauth` is given; `app_token` means Socket Mode, else HTTP.

    `keys` seal the tokens that OAuth brings.
    """

    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    oauth: OAuth | None = None
    keys: str = field(default="", repr=False)
    base_url: str = API_URL

    def __post_init__(self) -> None:
        if not self.bot_token and self.oauth is None:
            raise Misconfigured("SLACK_BOT_TOKEN", "or SLACK_CLIENT_ID is needed")
        if not self.app_token and not self.signing_secret:
            raise Misconfigured("SLACK_SIGNING_SECRET", "or SLACK_APP_TOKEN is needed")
        if self.oauth is not None and not self.keys:
            raise Misconfigured("SLACK_ENCRYPTION_KEY", "is needed by SLACK_CLIENT_ID")


class SlackAdapter:
    """All workspaces that have the app. `front` is the HTTP server to share with others."""

    platform = PLATFORM
    capabilities = CAPABILITIES

    def __init__(
        self,
        settings: SlackSettings,
        clock: Clock,
        vault: Vault,
        homes: Homes,
        make_outgoing: MakeOutgoing,
        front: Front,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._settings = settings
        self._clock = clock
        self._homes = homes
        self._front = front
        self._sleep = sleep
        self.installs = Installs(vault, Seal(settings.keys) if settings.keys else None)
        self._threads = Threads(vault)
        self._base_url = f"{settings.base_url.rstrip('/')}/"
        self._bolt = Bolt(
            self._take,
            self.installs,
            self._base_url,
            oauth=settings.oauth,
            vault=vault,
            clock=clock,
        )
        self._signed_in = not settings.bot_token
        self._intake: Intake | None = None
        self._inbox: Inbox | None = None
        self._outgoing = make_outgoing(self._token, self._writer_of)
        self._names = Names(self._token, self._base_url)
        self._at_home: OrderedDict[tuple[str, str], tuple[str, Mapping[str, Any]]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    # --- in ------------------------------------------------------------------------------------

    async def run(self, inbox: Inbox, ready: Callable[[], None]) -> None:
        """Take payloads in until cancelled.

        Raises:
            Misconfigured: Slack refuses a token, or the port is taken.
        """
        self._inbox = inbox
        self._intake = Intake(
            inbox, self.installs, self._threads, self._clock, self.counts, self._then
        )
        if self._settings.bot_token:
            self.installs.fix(await self._who_we_are())
        self._signed_in = True
        async with self._serving():
            if not self._settings.app_token:
                ready()
                await asyncio.Event().wait()
            sockets = self._bolt.sockets(self._settings.app_token, PING_SECONDS)
            await sockets.run(ready, Backoff(self._sleep).pause)

    @property
    def port(self) -> int:
        """The port that the events, or the OAuth pages, are served on; 0 when none is."""
        return self._front.port

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        """The HTTP routes that are needed: events without Socket Mode, pages with OAuth."""
        events, oauth = not self._settings.app_token, self._settings.oauth is not None
        endpoint = Endpoint(
            self._bolt, self._settings.signing_secret, lambda: self._clock.now().timestamp()
        )
        routes = endpoint.routes(events=events, oauth=oauth)
        if not routes:
            yield
            return
        async with self._front.serving(routes):
            yield

    async def _who_we_are(self) -> Install:
        backoff = Backoff(self._sleep)
        while True:
            try:
                return await identify(self._settings.bot_token, self._base_url)
            except Unavailable as error:
                _log.warning("Slack does not answer yet: %s", error.why)
                await backoff.pause()

    async def _take(self, body: Mapping[str, object], install: Install) -> Acked:
        if self._intake is None:
            raise Unavailable("Slack", "not started yet")
        return await self._intake.take(body, install)

    def _writer_of(self, message_id: str) -> str:
        return self._intake.writer_of(message_id) if self._intake is not None else ""

    async def introduce(self, message: InboundMessage) -> InboundMessage:
        """The message with the names that Slack does not send with it; as it is if it fails."""
        return await self._names.introduce(message)

    # --- App Home and the profile form ---------------------------------------------------------

    def _then(self, read: HomeOpened | FormWanted | Stopped) -> None:
        """What is shown at once, and lost if it fails: nobody waits for it."""
        match read:
            case HomeOpened():
                self._in_background(self._show_home(read))
            case FormWanted():
                self._in_background(self._show_form(read))
            case Stopped():
                self._in_background(self._outgoing.at_rest(read.team, read.channel, read.thread))

    async def _show_home(self, opened: HomeOpened) -> None:
        if opened.tab != "home":
            await self._outgoing.suggest(opened.team, opened.channel)
            return
        view = home_view(await self._homes(person_id(opened.team, opened.user)), opened.channel)
        who = (opened.team, opened.user)
        self._at_home[who] = (opened.channel, view)
        self._at_home.move_to_end(who)
        while len(self._at_home) > MAX_AT_HOME:
            self._at_home.popitem(last=False)
        await self._outgoing.publish_home(opened.team, opened.user, view)

    async def _show_form(self, wanted: FormWanted) -> None:
        home = await self._homes(person_id(wanted.team, wanted.user))
        view = profile_modal(home.profile, wanted.channel)
        await self._outgoing.open_modal(wanted.team, wanted.trigger, view)

    async def _renew_home(self, team: str, user: str) -> None:
        """App Home again after an answer, for who has looked at it, if it changed."""
        channel, before = self._at_home[team, user]
        view = home_view(await self._homes(person_id(team, user)), channel)
        if view != before:
            self._at_home[team, user] = (channel, view)
            await self._outgoing.publish_home(team, user, view)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("not shown: %s", type(error).__name__)

    # --- out -----------------------------------------------------------------------------------

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        """As core.ports.ChatAdapter.send; the first message in a new thread begins it."""
        where, begun = reply.conversation, self._clock.now()
        try:
            ids = await self._outgoing.send(_placed(reply), resend=resend)
        except WorkspaceGone as error:
            await self._leave(team_of(where), str(error), begun)
            raise
        if where.thread_id.startswith(NEW_THREAD):
            await self._thread_begun(where, ids)
        who = (team_of(where), self._writer_of(reply.answers))
        if who in self._at_home:
            self._in_background(self._renew_home(*who))
        return ids

    async def show(self, reply: Reply) -> None:
        await self._outgoing.show(_placed(reply))

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._names.aclose()
        await self._outgoing.aclose()

    async def _token(self, team: str) -> str:
        """Raises WorkspaceGone, and NotNow while nobody can know."""
        if not self._signed_in:
            raise NotNow(NOT_YET_SECONDS, "not signed in at Slack yet")
        try:
            return await self.installs.token(team)
        except Unavailable as error:
            raise NotNow(DATABASE_SECONDS, error.why) from None

    async def _leave(self, team: str, why: str, at: datetime) -> None:
        """A send that began at `at` found out that the workspace is gone."""
        left = WorkspaceLeft(f"{PLATFORM}:{team}:gone:{at.isoformat()}", team, why, at)
        try:
            if self._intake is not None and team in await self.installs.teams():
                await self._intake.leave(left)
        except Unavailable as error:  # the next send there finds it out again
            _log.warning("the workspace %s is still open: %s", team, error.why)

    async def _thread_begun(self, where: Conversation, ids: Sequence[str]) -> None:
        """What was asked for by a command goes on in the thread below our first message."""
        ts = next((id for id in ids if _TS.fullmatch(id)), "")
        if not ts or self._inbox is None:
            return
        thread = place(team_of(where), channel_of(where), ts)
        moved = ConversationMoved(id=f"moved:{where.key}", old_key=where.key, new=thread)
        try:
            await self._threads.enter(thread, OPENED)
            await self._inbox.accept([moved])
        except Unavailable as error:
            _log.warning("a thread was not kept: %s", error.why)


def _placed(reply: Reply) -> Reply:
    """The reply to where Slack knows it: a thread that does not exist yet is the channel, and what
    was said in a thread of a direct message channel is answered there."""
    where = reply.conversation
    if where.mode is Mode.SOLO:
        thread = thread_of(reply.answers)
    elif where.thread_id.startswith(NEW_THREAD):
        thread = ""
    else:
        return reply
    if thread == where.thread_id:
        return reply
    placed = where.model_copy(update={"thread_id": thread})
    return reply.model_copy(update={"conversation": placed})
