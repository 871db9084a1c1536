"""Slack's deliveries over HTTP: a signature, a size limit, nothing before the inbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from adapters.chat.fields import Unreadable, decoded
from adapters.chat.front import Routes
from adapters.chat.slack.bolt import Answered, Bolt
from adapters.chat.slack.signature import is_signed

EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"
_FORM = "application/x-www-form-urlencoded"
MAX_DEPTH = 64  # of JSON; what Slack sends is not half as deep


class Endpoint:
    """The routes of the adapter. `now` is Unix time, for the age of a signature."""

    def __init__(self, bolt: Bolt, signing_secret: str, now: Callable[[], float]) -> None:
        self._bolt = bolt
        self._secret = signing_secret
        self._now = now

    def routes(self, *, events: bool, oauth: bool) -> Routes:
        found = {}
        if events:
            found[("POST", EVENTS_PATH)] = self._deliver
        if oauth:
            found[("GET", INSTALL_PATH)] = self._install
            found[("GET", REDIRECT_PATH)] = self._redirect
        return found

    async def _deliver(self, request: web.Request) -> web.Response:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        if not is_signed(request.raw_headers, body, self._secret, self._now()):
            return web.Response(status=401)
        try:
            payload = unpacked(body, request.headers.get("Content-Type", ""))
        except Unreadable:
            return web.Response(status=400)
        return _response(await self._bolt.dispatch(payload))

    async def _install(self, request: web.Request) -> web.Response:
        query, cookie = request.query_string, request.headers.get("Cookie", "")
        return _response(await self._bolt.install(query, cookie))

    async def _redirect(self, request: web.Request) -> web.Response:
        query, cookie = request.query_string, request.headers.get("Cookie", "")
        return _response(await self._bolt.redirect(query, cookie))


def unpacked(body: bytes, content_type: str) -> dict[str, Any]:
    """The payload in a delivery: JSON, a form with JSON in it, or a form (a command).

    Raises:
        Unreadable: none of these, or not an object.
    """
    if content_type.partition(";")[0].strip().lower() != _FORM:
        return _object(body)
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=200)
    except (ValueError, UnicodeDecodeError):
        raise Unreadable("not a form") from None
    if "payload" in fields:
        return _object(fields["payload"][0].encode("utf-8", "replace"))
    return {key: values[0] for key, values in fields.items()}


def _object(text: bytes) -> dict[str, Any]:
    value = decoded(text)
    if not isinstance(value, dict) or _too_deep(value):
        raise Unreadable("not an object of a usual depth")
    return value


def _too_deep(value: object) -> bool:
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _response(answer: Answered) -> web.Response:
    response = web.Response(status=answer.status, text=answer.body)
    for key, values in answer.headers.items():
        if key.lower() == "content-type":
            response.content_type = values[0].partition(";")[0].strip() or "text/plain"
            continue
        for value in values:
            response.headers.add(key, value)
    return response
