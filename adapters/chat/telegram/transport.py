"""The Bot API over python-telegram-bot: the only file that imports `telegram`.

PTB brings the endpoints, the uploads and the errors; one keep-alive aiohttp session carries them,
because PTB's own httpx pool costs several times the CPU (encode/httpcore#1035).
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import orjson
from telegram import Bot, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData
from telegram.warnings import PTBUserWarning

from adapters.chat.fields import Unreadable, decoded

CONNECT_SECONDS = 3.0
READ_SECONDS = 20.0
UPLOAD_SECONDS = 60.0
KEEP_ALIVE_SECONDS = 60.0

# PTB recommends its typed methods; they build an object tree for every answer, and we need one id.
warnings.filterwarnings("ignore", message="Please use 'Bot\\.", category=PTBUserWarning)


class ApiError(Exception):
    """A call that did not work out. Its text holds Telegram's description, never the token."""


class Flooded(ApiError):
    """429: nothing was done; not again before `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many requests, retry after {seconds:g} s")
        self.seconds = seconds


class NotConnected(ApiError):
    """No connection was made, so nothing was done."""


class NoAnswer(ApiError):
    """The call may have been done: a timeout, a reset or a 5xx instead of an answer."""


class Bad(ApiError):
    """400: Telegram does not take this."""


class Blocked(ApiError):
    """403: the bot may not write there."""


class Migrated(ApiError):
    """The group has a new id."""

    def __init__(self, chat_id: int) -> None:
        super().__init__(f"the group is now {chat_id}")
        self.chat_id = chat_id


class WrongToken(ApiError):
    """401 or 404: the token is not valid, or the server does not know the method."""


class Contested(ApiError):
    """409: somebody else takes this bot's updates, by polling or by a webhook."""


@dataclass(frozen=True)
class Upload:
    """A file among the parameters of a call."""

    name: str
    media_type: str
    content: bytes


class Transport:
    """Calls to the Bot API as one bot. `base_url` is the server without "/bot"."""

    def __init__(self, token: str, base_url: str, *, connections: int = 256) -> None:
        _silence()
        self._request = _AiohttpRequest(connections)
        self._bot = Bot(
            token,
            base_url=f"{base_url.rstrip('/')}/bot",
            request=self._request,
            get_updates_request=self._request,
        )

    async def call(
        self, method: str, parameters: Mapping[str, Any], *, read_seconds: float = READ_SECONDS
    ) -> Any:
        """The raw `result` of a Bot API method. Raises an ApiError."""
        await self._request.initialize()
        if any(isinstance(value, Upload) for value in parameters.values()):
            parameters = {key: _uploaded(value) for key, value in parameters.items()}
            read_seconds = max(read_seconds, UPLOAD_SECONDS)
        try:
            return await self._bot.do_api_request(
                method, api_kwargs=dict(parameters), read_timeout=read_seconds
            )
        except TelegramError as error:
            # "from None": what lies below may name the address, which holds the token.
            raise _translated(error) from None

    async def aclose(self) -> None:
        await self._request.shutdown()


def _uploaded(value: object) -> object:
    if not isinstance(value, Upload):
        return value
    file = InputFile(value.content, filename=value.name)
    file.mimetype = value.media_type
    return file


def _translated(error: TelegramError) -> ApiError:
    match error:
        case RetryAfter():
            return Flooded(_seconds(error))
        case ChatMigrated():
            return Migrated(error.new_chat_id)
        case Forbidden():
            return Blocked(error.message)
        case InvalidToken() | EndPointNotFound():
            return WrongToken(error.message)
        case Conflict():
            return Contested(error.message)
        case BadRequest():
            return Bad(error.message)
        case _Unconnected():
            return NotConnected(error.message)
        case NetworkError() if error.message.startswith("Too Many Requests"):
            return Flooded(1.0)
        case NetworkError() if error.message.startswith("Request Entity Too Large"):
            return Bad(error.message)
        case _:
            return NoAnswer(error.message)


def _seconds(error: RetryAfter) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an int today, a timedelta in PTB 23
        wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _silence() -> None:
    """PTB logs parameters, which are people's words, at DEBUG; aiohttp may log addresses."""
    for name in ("telegram", "aiohttp"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _Unconnected(NetworkError):
    """Refused, no such host, or no connection in time."""


class _AiohttpRequest(BaseRequest):
    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return READ_SECONDS

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=KEEP_ALIVE_SECONDS
            )
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        assert self._session is not None
        read = float(read_timeout) if isinstance(read_timeout, int | float) else READ_SECONDS
        timeout = aiohttp.ClientTimeout(total=read + CONNECT_SECONDS, sock_connect=CONNECT_SECONDS)
        body, headers = _body(request_data)
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise _Unconnected(f"no connection ({type(error).__name__})") from None
        except TimeoutError:
            raise TimedOut(f"no answer within {read:g} s") from None
        except (aiohttp.ClientError, asyncio.IncompleteReadError, OSError) as error:
            raise NetworkError(f"connection lost ({type(error).__name__})") from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = decoded(payload)
        except Unreadable:
            raise NetworkError("the answer is not JSON") from None
        if not isinstance(answer, dict):
            raise NetworkError("the answer is not an object")
        return answer


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    if data is None:
        return None, {}
    if not data.contains_files:
        return orjson.dumps(data.parameters), {"Content-Type": "application/json"}
    form = aiohttp.FormData(data.json_parameters)
    for key, (name, content, media_type) in data.multipart_data.items():
        form.add_field(key, content, filename=name, content_type=media_type)
    return form, {}
