"""The Web API over one aiohttp session. A call is one POST and we need one id of its answer, so
slack_sdk stays with what comes in. Slack's errors become ours here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from adapters.chat.slack.ports import ChannelGone, Tokens, WorkspaceGone
from core.errors import Misconfigured
from core.ports import NotNow, Refused, SendFailed, Uncertain

API_URL = "https://slack.com/api/"
CONNECT_SECONDS = 3.0
READ_SECONDS = 15.0
UPLOAD_SECONDS = 60.0
KEEP_ALIVE_SECONDS = 60.0
RECONNECT_SECONDS = 5.0
TOKEN_REFUSED_SECONDS = 60.0
DEFAULT_RETRY_SECONDS = 1.0
MAX_ANSWER_BYTES = 8 * 1024 * 1024

# These take a form only (https://docs.slack.dev/apis/web-api: "Methods supporting JSON").
_FORMS = ("conversations.", "files.", "users.")
# `ok: false` with one of these says that the workspace, the channel or Slack itself is the matter.
_WORKSPACE_GONE = frozenset("account_inactive token_revoked team_not_found app_uninstalled".split())
_TOKEN_REFUSED = frozenset("invalid_auth not_authed token_expired org_login_required".split())
_CHANNEL_GONE = frozenset(
    "channel_not_found is_archived not_in_channel user_not_found user_disabled user_is_bot "
    "cannot_dm_bot messages_tab_disabled restricted_action restricted_action_read_only_channel "
    "restricted_action_thread_only_channel restricted_action_non_threadable_channel "
    "restricted_action_thread_locked thread_not_found cannot_reply_to_message invalid_thread_ts "
    "as_user_not_supported_in_channel no_permission access_denied team_access_not_granted".split()
)
_LIMITED = frozenset("ratelimited rate_limited message_limit_exceeded".split())
_IN_DOUBT = frozenset("fatal_error internal_error service_unavailable".split())
# The body did not arrive whole; the workspace moves to an organisation, which takes a while.
_NOTHING_DONE = frozenset("request_timeout team_added_to_org".split())


class ApiError(Exception):
    """A call that did not work out. Its text holds Slack's code, never a token or a text."""


class Limited(ApiError):
    """429: nothing was done; not again before `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many requests, retry after {seconds:g} s")
        self.seconds = seconds


class NotConnected(ApiError):
    """No connection was made, or Slack was not there for the workspace: nothing was done."""


class NoAnswer(ApiError):
    """The call may have been done: a timeout, a reset, a 5xx, or an error that leaves it open."""


class Answered(ApiError):
    """`ok: false`: Slack does not do this. `code` is its word for why."""

    def __init__(self, code: str, details: Sequence[str] = ()) -> None:
        super().__init__(f"{code} ({'; '.join(details)})" if details else code)
        self.code = code


class Api:
    """Calls to the Web API, each with the token of its workspace. Raises an ApiError, or
    WorkspaceGone when there is no token."""

    def __init__(self, tokens: Tokens, base_url: str = API_URL, *, connections: int = 256) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Misconfigured("SLACK_API_BASE_URL", "is not an http address")
        self._base = f"{base_url.rstrip('/')}/"
        self._tokens = tokens
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def call(self, team: str, method: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a method, which is `ok`."""
        headers = {"Authorization": f"Bearer {await self._tokens(team)}"}
        if method.startswith(_FORMS):
            body: bytes | aiohttp.FormData = aiohttp.FormData(
                {k: _flat(v) for k, v in given.items()}
            )
        else:
            body = orjson.dumps(given)
            headers["Content-Type"] = "application/json; charset=utf-8"
        status, after, answer = await self._post(
            f"{self._base}{method}", body, headers, READ_SECONDS
        )
        return _judged(status, after, answer)

    async def upload(self, address: str, content: bytes) -> None:
        """The content of a file to the address that Slack gave for it; no token goes there."""
        headers = {"Content-Type": "application/octet-stream"}
        status, after, _ = await self._post(address, content, headers, UPLOAD_SECONDS)
        if status == 429:
            raise Limited(after)
        if 400 <= status < 500:
            raise Answered(f"upload_{status}")
        if status != 200:
            # A file that was not completed is shown nowhere: the upload can be made again.
            raise NotConnected(f"the upload was answered with {status}")

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(
        self, url: str, body: bytes | aiohttp.FormData, headers: dict[str, str], read: float
    ) -> tuple[int, float, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=KEEP_ALIVE_SECONDS
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        timeout = aiohttp.ClientTimeout(total=read + CONNECT_SECONDS, sock_connect=CONNECT_SECONDS)
        try:
            async with self._session.post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                after = _seconds(answer.headers.get("Retry-After", ""))
                return answer.status, after, await _body(answer.content)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotConnected(f"no connection ({type(error).__name__})") from None
        except TimeoutError:
            raise NoAnswer(f"no answer within {read:g} s") from None
        except aiohttp.InvalidURL:
            raise Answered("invalid_upload_address") from None
        except (aiohttp.ClientError, asyncio.IncompleteReadError, OSError) as error:
            raise NoAnswer(f"connection lost ({type(error).__name__})") from None


def failure(error: ApiError, method: str) -> SendFailed:
    """What an error of the API means for a reply."""
    match error:
        case Limited():
            return NotNow(error.seconds, f"429 for {method}")
        case NotConnected():
            return NotNow(RECONNECT_SECONDS, str(error))
        case Answered() if error.code in _WORKSPACE_GONE:
            return WorkspaceGone(error.code)
        case Answered() if error.code in _TOKEN_REFUSED:
            return NotNow(TOKEN_REFUSED_SECONDS, f"the bot token is refused: {error.code}")
        case Answered() if _is_no_answer_of_slack(error):
            return NotNow(TOKEN_REFUSED_SECONDS, f"{error.code} for {method}: not Slack's Web API?")
        case Answered() if error.code in _CHANNEL_GONE:
            return ChannelGone(error.code)
        case Answered():
            return Refused(f"{method}: {error}")
        case _:
            return Uncertain(str(error))


def is_about_the_message(error: Answered) -> bool:
    """Whether another form of the same message may be taken."""
    elsewhere = _WORKSPACE_GONE | _TOKEN_REFUSED | _CHANNEL_GONE
    return error.code not in elsewhere and not _is_no_answer_of_slack(error)


def _is_no_answer_of_slack(error: Answered) -> bool:
    """A 4xx without Slack's JSON: a wrong address, or a proxy in between."""
    return error.code.startswith("http_") and error.code != "http_413"


async def _body(content: aiohttp.StreamReader) -> bytes:
    """All of an answer, which comes in pieces; what is longer than any of Slack's is cut."""
    whole = bytearray()
    async for piece in content.iter_any():
        whole += piece
        if len(whole) >= MAX_ANSWER_BYTES:
            break
    return bytes(whole)


def _judged(status: int, after: float, body: bytes) -> dict[str, Any]:
    if status == 429:
        raise Limited(after)
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict) or type(answer.get("ok")) is not bool:
        if 400 <= status < 500:
            raise Answered(f"http_{status}")
        raise NoAnswer(f"no readable answer, status {status}")
    if answer["ok"]:
        return answer
    code = str(answer.get("error") or "unknown_error")[:80]
    if code in _LIMITED:
        raise Limited(after)
    if code in _NOTHING_DONE:
        raise NotConnected(code)
    if code in _IN_DOUBT or status >= 500:
        raise NoAnswer(code)
    raise Answered(code, _details(answer))


def _details(answer: Mapping[str, Any]) -> list[str]:
    """What Slack says about wrong arguments; it names fields and limits, not contents."""
    said = answer.get("response_metadata")
    messages = said.get("messages") if isinstance(said, Mapping) else None
    return [str(m)[:120] for m in messages[:3]] if isinstance(messages, list) else []


def _seconds(header: str) -> float:
    try:
        return min(max(float(header), 0.0), 3_600.0)
    except ValueError:
        return DEFAULT_RETRY_SECONDS


def _flat(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else orjson.dumps(value).decode()
