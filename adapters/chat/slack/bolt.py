"""Slack's own libraries, all in one file: Bolt takes payloads apart and lets in who installed us.

Bolt resolves the workspace, drops what our own bot said, answers url_verification and ssl_check,
and runs the OAuth flow. One global middleware keeps the payload before the acknowledgement; Bolt's
listeners, which run after it, are not used. Signatures are checked before, on raw bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import orjson
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.chat.fields import Raw
from adapters.chat.slack.installs import Install, Installs
from adapters.chat.slack.intake import Acked
from adapters.chat.slack.scopes import SCOPES
from core.errors import CaravanError, Misconfigured, Unavailable
from core.ports import Clock, Vault

STATES = "slack.states"
STATE_SECONDS = 600
PING_SECONDS = 10.0
MISSED_CHECKS = 6  # so often in a row not connected: Slack's client does not recover by itself
CONNECT_SECONDS = 30.0
CLOSE_SECONDS = 5.0
_REFUSED = frozenset(
    "invalid_auth not_authed account_inactive token_revoked not_allowed_token_type".split()
)
# The events at which there may be no installation any more.
_FAREWELLS = ("app_uninstalled", "tokens_revoked")

Take = Callable[[Raw, Install], Awaitable[Acked]]
_log = logging.getLogger(__name__)
_bolt_log = logging.getLogger("slack_bolt")


@dataclass(frozen=True)
class Answered:
    """What Bolt answers, for whoever carries it."""

    status: int
    body: str
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class OAuth:
    """The app's credentials for installing it in more workspaces."""

    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str = "https://slack.com/oauth/v2/authorize"


class Bolt:
    """The app of Bolt around `take`. `base_url` ends with "/api/"."""

    def __init__(
        self,
        take: Take,
        installs: Installs,
        base_url: str,
        *,
        oauth: OAuth | None = None,
        vault: Vault | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._installs = installs
        self._client = AsyncWebClient(base_url=base_url, timeout=10)
        self._flow = None
        if oauth is not None and vault is not None and clock is not None:
            self._flow = _flow(oauth, installs, vault, clock, self._client)
        self._app = AsyncApp(
            name="caravan",
            logger=_bolt_log,
            client=self._client,
            authorize=_Authorize(installs),
            oauth_flow=self._flow,
            request_verification_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        self._app.middleware(_Keeper(take, installs))

    async def dispatch(self, payload: dict[str, Any]) -> Answered:
        """Everything that Bolt does with a payload.

        400 for what is no payload of Slack, 503 for what could not be kept.
        """
        if not isinstance(payload.get("event", {}), dict):
            return Answered(400, "")
        try:
            request = AsyncBoltRequest(body=payload, mode="socket_mode")
            await self._installs.find(request.context.team_id or "")
            response = await self._app.async_dispatch(request)
        except (AttributeError, TypeError, KeyError, ValueError):
            return Answered(400, "")
        except Unavailable as error:
            _log.error("payloads wait at Slack, the inbox is not available: %s", error)
            return Answered(503, "")
        return Answered(response.status, response.body or "", response.headers)

    async def install(self, query: str, cookie: str) -> Answered:
        """The page with the button that begins an installation."""
        assert self._flow is not None
        return await self._oauth(self._flow.handle_installation, query, cookie)

    async def redirect(self, query: str, cookie: str) -> Answered:
        """Slack sends the browser back with a code; the state counts once, in that browser."""
        assert self._flow is not None
        return await self._oauth(self._flow.handle_callback, query, cookie)

    async def _oauth(
        self,
        handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]],
        query: str,
        cookie: str,
    ) -> Answered:
        headers: dict[str, Any] = {"cookie": cookie} if cookie else {}
        try:
            response = await handle(AsyncBoltRequest(body="", query=query, headers=headers))
        except (CaravanError, aiohttp.ClientError, OSError) as error:  # the database, or Slack
            _log.error("an installation could not be kept: %s", error)
            return Answered(503, "This cannot be kept right now. Please try again later.")
        return Answered(response.status, response.body or "", response.headers)

    def sockets(self, app_token: str, ping_seconds: float = PING_SECONDS) -> Sockets:
        """Socket Mode with this app."""
        return Sockets(self.dispatch, self._client, app_token, ping_seconds)


class _Authorize(AsyncAuthorize):
    """Who we are in the workspace; None refuses it."""

    def __init__(self, installs: Installs) -> None:
        self._installs = installs

    async def __call__(self, *, team_id: str | None, enterprise_id: str | None, **_: Any) -> Any:
        found = await self._installs.find(team_id or "")
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=found.team,
            bot_user_id=found.user,
            bot_id=found.bot,
            bot_token=found.token,
        )


class _Keeper(AsyncMiddleware):
    """The global middleware: the payload is kept, then acknowledged; nothing comes after it."""

    def __init__(self, take: Take, installs: Installs) -> None:
        self._take = take
        self._installs = installs

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[Any]]
    ) -> BoltResponse:
        team = req.context.team_id or ""
        try:
            install = await self._installs.find(team)
            if install is None:
                if req.body.get("event", {}).get("type") not in _FAREWELLS:
                    return BoltResponse(status=200, body="")
                install = Install(team, "", "", "", "")
            acked = await self._take(req.body, install)
        except Unavailable as error:
            _log.error("payloads wait at Slack, the inbox is not available: %s", error)
            return BoltResponse(status=503, body="")
        except Exception:  # noqa: BLE001 - a bug of ours: Slack keeps the event and sends it again
            _log.exception("a payload could not be taken")
            return BoltResponse(status=503, body="")
        return BoltResponse(status=acked.status, body=dict(acked.body) if acked.body else "")


async def identify(token: str, base_url: str) -> Install:
    """Where the token of the settings belongs.

    Raises:
        Misconfigured: Slack refuses the token.
        Unavailable: no answer that says anything about the token.
    """
    try:
        found = await AsyncWebClient(token=token, base_url=base_url, timeout=10).auth_test()
    except SlackApiError as error:
        why = str(error.response.get("error", ""))
        if why in _REFUSED:
            raise Misconfigured("SLACK_BOT_TOKEN", f"Slack refuses it: {why}") from None
        raise Unavailable("Slack", why or "no answer") from None
    except Exception as error:  # noqa: BLE001 - whatever the network does, it is tried again
        raise Unavailable("Slack", type(error).__name__) from None
    if not found.get("bot_id"):
        raise Misconfigured("SLACK_BOT_TOKEN", "is no bot token; it begins with xoxb-")
    team, name = str(found["team_id"]), str(found.get("team") or "")
    return Install(team, name, str(found["user_id"]), str(found["bot_id"]), token)


# --- Socket Mode -------------------------------------------------------------------------------


class Sockets:
    """One connection of Socket Mode, with a watchdog that builds a new one for a dead one."""

    def __init__(
        self,
        dispatch: Callable[[dict[str, Any]], Awaitable[Answered]],
        client: AsyncWebClient,
        app_token: str,
        ping_seconds: float,
    ) -> None:
        self._dispatch = dispatch
        self._client = client
        self._token = app_token
        self._ping_seconds = ping_seconds

    async def run(self, ready: Callable[[], None], pause: Callable[[], Awaitable[None]]) -> None:
        """Take envelopes until cancelled; `pause` stands between two connections.

        Raises:
            Misconfigured: Slack refuses the app token at the start. Later on it is asked again:
                the other platforms of the process go on.
        """
        connected = False
        while True:
            client = SocketModeClient(
                app_token=self._token,
                logger=_bolt_log,
                web_client=self._client,
                ping_interval=self._ping_seconds,
            )
            client.socket_mode_request_listeners.append(self._envelope)
            try:
                url = await self._address()
                if url:
                    client.wss_uri = url
                    async with asyncio.timeout(CONNECT_SECONDS):
                        await client.connect()  # type: ignore[no-untyped-call]  # Slack's
                    if not connected:
                        connected = True
                        ready()
                    await self._until_dead(client)
                    _log.warning("the Socket Mode connection is dead; a new one is built")
            except TimeoutError:
                _log.warning("no Socket Mode connection within %g s", CONNECT_SECONDS)
            except Misconfigured as error:
                if not connected:
                    raise
                _log.error("no Socket Mode connection any more: %s", error)
            finally:
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(CLOSE_SECONDS):
                        await client.close()  # type: ignore[no-untyped-call]  # Slack's
            await pause()

    async def _envelope(
        self, client: AsyncBaseSocketModeClient, envelope: SocketModeRequest
    ) -> None:
        """Acknowledged when it was kept; else Slack delivers it again."""
        answer = await self._dispatch(envelope.payload)
        if answer.status != 200:
            return
        payload = orjson.loads(answer.body) if answer.body.startswith("{") else None
        await client.send_socket_mode_response(SocketModeResponse(envelope.envelope_id, payload))

    async def _address(self) -> str:
        """Where to connect; empty when Slack does not say so now."""
        try:
            answer = await self._client.apps_connections_open(app_token=self._token)
        except SlackApiError as error:
            why = str(error.response.get("error", ""))
            if why in _REFUSED:
                raise Misconfigured("SLACK_APP_TOKEN", f"Slack refuses it: {why}") from None
            _log.warning("no Socket Mode connection: %s", why)
        except Exception as error:  # noqa: BLE001 - whatever the network does, it is tried again
            _log.warning("no Socket Mode connection: %s", type(error).__name__)
        else:
            return str(answer["url"])
        return ""

    async def _until_dead(self, client: SocketModeClient) -> None:
        """Slack's client reconnects by itself; returns when it has not for some time.

        It is known to hang with a closed session, or with its receiving task ended.
        """
        missed = 0
        while missed < MISSED_CHECKS:
            await asyncio.sleep(self._ping_seconds)
            receiver = client.message_receiver
            alive = (
                await client.is_connected()
                and not client.message_processor.done()
                and receiver is not None
                and not receiver.done()
            )
            missed = 0 if alive else missed + 1


# --- OAuth -------------------------------------------------------------------------------------


def _flow(
    oauth: OAuth, installs: Installs, vault: Vault, clock: Clock, client: AsyncWebClient
) -> AsyncOAuthFlow:
    settings = AsyncOAuthSettings(
        client_id=oauth.client_id,
        client_secret=oauth.client_secret,
        scopes=list(SCOPES),
        user_scopes=[],
        installation_store=_Installations(installs, clock),
        installation_store_bot_only=True,
        state_store=_States(vault, clock),
        state_expiration_seconds=STATE_SECONDS,
        authorization_url=oauth.authorize_url,
        logger=_bolt_log,
    )
    return AsyncOAuthFlow(client=client, logger=_bolt_log, settings=settings)


class _Installations(AsyncInstallationStore):
    """Keeps what OAuth brings; finding is done by `Installs` itself."""

    def __init__(self, installs: Installs, clock: Clock) -> None:
        self._installs = installs
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        return _bolt_log

    async def async_save(self, installation: Installation) -> None:
        if not installation.team_id or not installation.bot_token:
            raise Unavailable("Slack", "an installation without a workspace")
        await self._installs.save(
            Install(
                team=installation.team_id,
                name=installation.team_name or "",
                user=installation.bot_user_id or "",
                bot=installation.bot_id or "",
                token=installation.bot_token,
                scopes=",".join(installation.bot_scopes or ()),
                since=self._clock.now().timestamp(),
            )
        )


class _States(AsyncOAuthStateStore):
    """States that count once, for ten minutes; the vault holds their hashes."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        return _bolt_log

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        state = secrets.token_urlsafe(32)
        until = self._clock.now() + timedelta(seconds=STATE_SECONDS)
        await self._vault.keep(STATES, _hashed(state), b"1", until)
        return state

    async def async_consume(self, state: str) -> bool:
        return await self._vault.take(STATES, _hashed(state)) is not None


def _hashed(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()
