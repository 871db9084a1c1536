"""A Slack on loopback that speaks the real wire format: Web API, Socket Mode, signed deliveries.

It calls the bot as Slack does (signed bodies over HTTP, envelopes over a WebSocket, up to three
times each) and answers what the bot calls. `methods` maps a Web API method to its handler; what is
not in it answers `unknown_method`, so a test cannot pass by calling nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

SECRET = "a-signing-secret-of-the-tests"
APP_TOKEN = "xapp-1-A0TEST-1234567890-abcdef"
BOT_TOKEN = "xoxb-111-222-thetokenoftheworkspace"
TEAM = "T0CARAVAN"
APP = "A0CARAVAN"
BOT_USER = "U0CARAVAN"
BOT_ID = "B0CARAVAN"
ANA, BEN = "U0ANA", "U0BEN"
CHANNEL, DIRECT = "C0TRAVEL", "D0ANA"

Handler = Callable[["Called"], Awaitable[Mapping[str, Any] | web.Response]]


@dataclass(frozen=True)
class Called:
    """One Web API call, as it came."""

    method: str
    arguments: Mapping[str, Any]
    token: str
    request: web.Request

    @property
    def channel(self) -> str:
        return str(self.arguments.get("channel", ""))


@dataclass
class Workspace:
    """One team that has the app: its tokens are known to the fake."""

    id: str = TEAM
    name: str = "Caravan Travels"
    token: str = BOT_TOKEN
    bot_user: str = BOT_USER
    bot_id: str = BOT_ID


@dataclass
class Socket:
    """One WebSocket of Socket Mode. A `ghost` stays open and says nothing more."""

    ws: web.WebSocketResponse
    ghost: bool = False
    acks: dict[str, asyncio.Future[Mapping[str, Any]]] = field(default_factory=dict)


class FakeSlack:
    """`await start()` first; `base_url` is what SLACK_API_BASE_URL names."""

    def __init__(self) -> None:
        self.workspaces = {TEAM: Workspace()}
        self.app_tokens = {APP_TOKEN}
        self.calls: list[Called] = []
        self.posted: dict[str, Called] = {}  # by the ts of the message
        self.answered: list[Called] = []  # those whose answer was ok
        self.sockets: list[Socket] = []
        self.accepted = 0  # how many WebSockets were accepted in all
        self.opened = 0  # how many connections Socket Mode was asked for
        self.refusals: dict[str, list[Mapping[str, Any]]] = {}  # method -> answers to give first
        self.codes: dict[str, Workspace] = {}  # OAuth codes that may be redeemed
        self.methods: dict[str, Handler] = {
            "auth.test": self._auth_test,
            "api.test": self._ok,
            "apps.connections.open": self._connections_open,
            "oauth.v2.access": self._oauth_access,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.postEphemeral": self._ok,
            "views.open": self._ok,
            "views.publish": self._ok,
            "assistant.threads.setSuggestedPrompts": self._ok,
            "agents.sessions.setStatus": self._ok,
            "conversations.open": self._conversations_open,
            "users.info": self._users_info,
        }
        self._number = itertools.count(1)
        self._arrived = asyncio.Event()
        self._news = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.port = 0

    # --- the server ----------------------------------------------------------------------------

    async def start(self) -> FakeSlack:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._web_api)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def aclose(self) -> None:
        for socket in self.sockets:
            await socket.ws.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    def called(self, method: str) -> list[Called]:
        return [c for c in self.calls if c.method == method]

    def replies(self, channel: str = "") -> list[Called]:
        """The final messages that arrived, in order: those which carry the reply's key."""
        return [
            c for c in self.answered if c.arguments.get("metadata") and channel in ("", c.channel)
        ]

    async def wait_for(self, enough: Callable[[], bool], patience: float = 20.0) -> None:
        """Until `enough`, looked at after every answered call."""
        async with asyncio.timeout(patience), self._news:
            await self._news.wait_for(enough)

    async def replied(self, count: int = 1, channel: str = "") -> list[Called]:
        """The final messages, once there are so many."""
        await self.wait_for(lambda: len(self.replies(channel)) >= count)
        return self.replies(channel)

    def ts(self) -> str:
        """The next message's `ts`."""
        return f"1795000000.{next(self._number):06d}"

    def refuse(self, method: str, *errors: str, **more: Any) -> None:
        """Let the next calls of the method fail with these errors, one each."""
        answers = [{"ok": False, "error": error, **more} for error in errors]
        self.refusals.setdefault(method, []).extend(answers)

    # --- the Web API ---------------------------------------------------------------------------

    async def _web_api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            arguments |= await request.json()
        elif request.can_read_body:
            arguments |= dict(await request.post())
        bearer = request.headers.get("Authorization", "")
        token = bearer.removeprefix("Bearer ") if bearer.startswith("Bearer ") else ""
        called = Called(method, arguments, token or str(arguments.get("token", "")), request)
        self.calls.append(called)
        waiting = self.refusals.get(method)
        if waiting:
            answer = waiting.pop(0)
            async with self._news:
                self._news.notify_all()
            if answer["error"] == "ratelimited":
                pause = {"Retry-After": str(answer.get("retry_after", 1))}
                return web.json_response(answer, status=429, headers=pause)
            return web.json_response(answer)
        handler = self.methods.get(method)
        if handler is None:
            return web.json_response({"ok": False, "error": "unknown_method"})
        if method not in ("oauth.v2.access", "apps.connections.open", "api.test"):
            refused = self._unauthorised(called)
            if refused:
                return web.json_response({"ok": False, "error": refused})
        result = await handler(called)
        response = result if isinstance(result, web.Response) else web.json_response(dict(result))
        await self._note(called, response)
        return response

    async def _note(self, called: Called, response: web.Response) -> None:
        is_json = response.content_type == "application/json"
        answer = json.loads(response.text or "{}") if is_json else {}
        async with self._news:
            if answer.get("ok"):
                self.answered.append(called)
                if "ts" in answer:
                    self.posted[answer["ts"]] = called
            self._news.notify_all()

    def _unauthorised(self, called: Called) -> str:
        if not called.token:
            return "not_authed"
        return "" if self.workspace_of(called) else "invalid_auth"

    def workspace_of(self, called: Called) -> Workspace | None:
        return next((w for w in self.workspaces.values() if w.token == called.token), None)

    async def _ok(self, called: Called) -> Mapping[str, Any]:
        return {"ok": True}

    async def _auth_test(self, called: Called) -> Mapping[str, Any]:
        workspace = self.workspace_of(called)
        assert workspace is not None
        return {
            "ok": True,
            "url": "https://caravan.example/",
            "team": workspace.name,
            "user": "caravan",
            "team_id": workspace.id,
            "user_id": workspace.bot_user,
            "bot_id": workspace.bot_id,
            "is_enterprise_install": False,
        }

    async def _post(self, called: Called) -> Mapping[str, Any]:
        if not any(called.arguments.get(k) for k in ("text", "blocks", "markdown_text")):
            return {"ok": False, "error": "no_text"}
        ts = self.ts()
        message = {"type": "message", "bot_id": BOT_ID, "user": BOT_USER, "ts": ts}
        return {"ok": True, "channel": called.channel, "ts": ts, "message": message}

    async def _update(self, called: Called) -> Mapping[str, Any]:
        return {"ok": True, "channel": called.channel, "ts": called.arguments.get("ts", "")}

    async def _conversations_open(self, called: Called) -> Mapping[str, Any]:
        return {"ok": True, "channel": {"id": DIRECT}}

    async def _users_info(self, called: Called) -> Mapping[str, Any]:
        user = str(called.arguments.get("user", ""))
        profile = {"display_name": user.removeprefix("U0").title(), "real_name": user}
        return {"ok": True, "user": {"id": user, "locale": "en-GB", "profile": profile}}

    async def _oauth_access(self, called: Called) -> Mapping[str, Any]:
        """https://docs.slack.dev/reference/methods/oauth.v2.access"""
        workspace = self.codes.pop(str(called.arguments.get("code", "")), None)
        if workspace is None:
            return {"ok": False, "error": "invalid_code"}
        self.workspaces[workspace.id] = workspace
        return {
            "ok": True,
            "access_token": workspace.token,
            "token_type": "bot",
            "scope": "chat:write,im:history",
            "bot_user_id": workspace.bot_user,
            "app_id": APP,
            "team": {"name": workspace.name, "id": workspace.id},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": ANA},
        }

    # --- Socket Mode ---------------------------------------------------------------------------

    async def _connections_open(self, called: Called) -> Mapping[str, Any]:
        if called.token not in self.app_tokens:
            return {"ok": False, "error": "invalid_auth"}
        self.opened += 1
        return {"ok": True, "url": f"ws://127.0.0.1:{self.port}/socket?ticket={self.opened}"}

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse(autoping=False)
        await ws.prepare(request)
        socket = Socket(ws)
        self.sockets.append(socket)
        self._arrived.set()
        async with self._news:
            self.accepted += 1
            self._news.notify_all()
        await ws.send_json(
            {
                "type": "hello",
                "num_connections": len(self.sockets),
                "debug_info": {"host": "applink-1", "build_number": 1},
                "connection_info": {"app_id": APP},
            }
        )
        try:
            async for frame in ws:
                if socket.ghost:
                    continue
                if frame.type is WSMsgType.PING:
                    await ws.pong(frame.data)
                elif frame.type is WSMsgType.TEXT:
                    answer = json.loads(frame.data)
                    waiting = socket.acks.get(answer.get("envelope_id", ""))
                    if waiting is not None and not waiting.done():
                        waiting.set_result(answer)
        finally:
            if socket in self.sockets:
                self.sockets.remove(socket)
        return ws

    async def connected(self, patience: float = 5.0) -> Socket:
        """The newest living socket, once there is one."""
        async with asyncio.timeout(patience):
            while not (alive := [s for s in self.sockets if not s.ghost]):
                self._arrived.clear()
                await self._arrived.wait()
        return alive[-1]

    async def opens(self, count: int) -> None:
        """Until so many WebSockets have been opened in all."""
        await self.wait_for(lambda: self.accepted >= count)

    async def over_socket(
        self,
        payload: Mapping[str, Any],
        kind: str = "events_api",
        *,
        retry: int = 0,
        patience: float = 3.0,
    ) -> Mapping[str, Any]:
        """Deliver one envelope and return its ack. Raises TimeoutError when none comes."""
        socket = await self.connected()
        envelope = f"env-{next(self._number)}"
        waiting = asyncio.get_running_loop().create_future()
        socket.acks[envelope] = waiting
        message: dict[str, Any] = {
            "envelope_id": envelope,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            message |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        await socket.ws.send_json(message)
        async with asyncio.timeout(patience):
            return await waiting

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every socket that it will be closed, as Slack does every few hours."""
        for socket in list(self.sockets):
            await socket.ws.send_json({"type": "disconnect", "reason": reason})


# --- deliveries over HTTP ----------------------------------------------------------------------


def signature(body: bytes, at: str, secret: str = SECRET) -> str:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    signed = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256)
    return "v0=" + signed.hexdigest()


def signed(
    body: bytes,
    *,
    form: bool = False,
    at: float | None = None,
    secret: str = SECRET,
    retry: int = 0,
) -> dict[str, str]:
    """The headers of a delivery of Slack."""
    moment = str(int(time.time() if at is None else at))
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": signature(body, moment, secret),
    }
    if retry:
        headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
    return headers


@dataclass(frozen=True)
class Answer:
    status: int
    body: str


class Deliveries:
    """Slack as the bot's HTTP endpoint sees it. `url` is the bot's /slack/events."""

    def __init__(self, url: str, *, now: Callable[[], float] = time.time) -> None:
        self.url = url
        self._now = now
        self._session = aiohttp.ClientSession()

    async def post(
        self, body: bytes, *, form: bool = False, retry: int = 0, **headers: str
    ) -> Answer:
        given = signed(body, form=form, at=self._now(), retry=retry) | headers
        async with self._session.post(self.url, data=body, headers=given) as response:
            return Answer(response.status, await response.text())

    async def event(self, payload: Mapping[str, Any], *, times: int = 1) -> Answer:
        """Deliver one event; the second and third time as Slack's retries."""
        answers = [await self.post(_json(payload), retry=n) for n in range(times)]
        return answers[-1]

    async def command(self, payload: Mapping[str, str], *, times: int = 1) -> Answer:
        body = urlencode(payload).encode()
        return [await self.post(body, form=True) for _ in range(times)][-1]

    async def interaction(self, payload: Mapping[str, Any], *, times: int = 1) -> Answer:
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return [await self.post(body, form=True) for _ in range(times)][-1]

    async def aclose(self) -> None:
        await self._session.close()


def _json(payload: Mapping[str, Any]) -> bytes:
    return json.dumps(payload).encode()


# --- payloads, as Slack documents them ---------------------------------------------------------

_EVENTS = itertools.count(1)


def event(
    inner: Mapping[str, Any], *, id: str = "", team: str = TEAM, bot_user: str = BOT_USER
) -> dict[str, Any]:
    """The envelope of the Events API around an event."""
    return {
        "token": "verification",
        "team_id": team,
        "api_app_id": APP,
        "event": dict(inner),
        "type": "event_callback",
        "event_id": id or f"Ev{next(_EVENTS):08d}",
        "event_time": 1_795_000_000,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team,
                "user_id": bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-eyJ",
    }


def said(
    text: str,
    *,
    ts: str,
    user: str = ANA,
    channel: str = CHANNEL,
    thread: str = "",
    parent: str = "",
    **more: Any,
) -> dict[str, Any]:
    """A `message` event; in a direct message channel when its id begins with D."""
    kinds = {"D": "im", "G": "mpim"}
    inner: dict[str, Any] = {
        "type": "message",
        "user": user,
        "text": text,
        "ts": ts,
        "event_ts": ts,
        "channel": channel,
        "channel_type": kinds.get(channel[0], "channel"),
        "team": TEAM,
        "client_msg_id": f"c-{ts}",
        "blocks": [{"type": "rich_text", "block_id": "b", "elements": []}],
    }
    if thread:
        inner |= {"thread_ts": thread, "parent_user_id": parent or ANA}
    return inner | more


def mention(message: Mapping[str, Any]) -> dict[str, Any]:
    """The second event that Slack sends for a message which mentions the app."""
    kept = {k: v for k, v in message.items() if k not in ("channel_type", "parent_user_id")}
    return kept | {"type": "app_mention"}


def command(
    text: str, *, user: str = ANA, channel: str = CHANNEL, trigger: str = "1.2.t", **more: str
) -> dict[str, str]:
    """A slash command, as a form."""
    return {
        "token": "verification",
        "team_id": TEAM,
        "team_domain": "caravan",
        "channel_id": channel,
        "channel_name": "directmessage" if channel.startswith("D") else "travel",
        "user_id": user,
        "user_name": "ana",
        "command": "/caravan",
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.invalid/commands/1",
        "trigger_id": trigger,
    } | more


def tap(
    value: str,
    *,
    label: str = "",
    user: str = ANA,
    channel: str = CHANNEL,
    thread: str = "",
    ts: str = "1795000000.900000",
    action_ts: str = "1795000001.000001",
    action_id: str = "choice-1",
) -> dict[str, Any]:
    """A `block_actions` interaction: somebody tapped a button below a message of ours."""
    message: dict[str, Any] = {"type": "message", "user": BOT_USER, "bot_id": BOT_ID, "ts": ts}
    container = {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False}
    if thread:
        message["thread_ts"] = container["thread_ts"] = thread
    return {
        "type": "block_actions",
        "user": {"id": user, "username": "ana", "name": "ana", "team_id": TEAM},
        "api_app_id": APP,
        "token": "verification",
        "container": container,
        "trigger_id": "1.2.t",
        "team": {"id": TEAM, "domain": "caravan"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel, "name": "travel"},
        "message": message,
        "state": {"values": {}},
        "response_url": "https://hooks.slack.invalid/actions/1",
        "actions": [
            {
                "action_id": action_id,
                "block_id": "b",
                "text": {"type": "plain_text", "text": label, "emoji": True},
                "value": value,
                "type": "button",
                "action_ts": action_ts,
            }
        ],
    }
