"""What comes back from a provider: a body with its age, or a failure that says what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from adapters.travel.http.asking import Question
from core.errors import Unavailable
from core.text import name

LONGEST_REST_S = 24 * 3_600.0


@dataclass(frozen=True)
class Answer:
    """A parsed body with the moment it was fetched; `stale` when the provider failed just now.

    `body` is None for 204, bytes for a picture. `status` tells 203 (MET Norway: soon gone) apart.
    """

    body: Any
    fetched_at: datetime
    stale: bool = False
    cached: bool = False
    status: int = 200


class Refused(Unavailable):
    """The provider answered with an error: `status` is its HTTP status.

    401 and 403 are about the key or the contact, 404 may mean "no such thing".
    """

    def __init__(self, who: str, why: str, status: int, retry_after: float | None = None) -> None:
        super().__init__(who, why, retry_after)
        self.status = status


class Passing(Exception):
    """A failure that may be gone at the next try."""

    def __init__(self, failure: Unavailable) -> None:
        super().__init__(str(failure))
        self.failure = failure


@dataclass(frozen=True)
class Reply:
    """What came over the wire; names of headers in any case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def refused(q: Question, reply: Reply, now: datetime) -> Refused:
    """The failure that an answer which is no success means."""
    why = f"HTTP {reply.status}"
    reason = name(q.hide(_reason(reply)), 160)
    wait = retry_after(reply.headers.get("retry-after"), now)
    if wait is None and reply.status == 429:
        wait = _told(reason, now)
    return Refused(q.who, f"{why}: {reason}" if reason else why, reply.status, wait)


def _reason(reply: Reply) -> str:
    """The provider's own words; empty for HTML, which is not for people."""
    if "json" not in reply.headers.get("content-type", ""):
        return ""
    try:
        return _sentence(orjson.loads(reply.content))
    except orjson.JSONDecodeError:
        return ""


_WORDS = ("reason", "message", "detail", "faultstring", "error", "fault", "errors", "title")


def _sentence(body: Any, depth: int = 0) -> str:
    """The first sentence under one of the usual names, wherever a provider puts it."""
    if depth > 3:
        return ""
    if isinstance(body, list):
        return _sentence(body[0], depth + 1) if body else ""
    if not isinstance(body, dict):
        return ""
    for word in _WORDS:
        found = body.get(word)
        text = found if isinstance(found, str) else _sentence(found, depth + 1)
        if text:
            return text
    return ""


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds, from a number or an HTTP date; None when there is none or it is unreadable."""
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_REST_S)
    until = http_date(value)
    return None if until is None else max(0.0, (until - now).total_seconds())


def http_date(value: str) -> datetime | None:
    """The moment an HTTP header names, UTC when it names no zone; None when unreadable."""
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _told(reason: str, now: datetime) -> float | None:
    """Seconds that the reason of a 429 names in words, as Open-Meteo does without a header."""
    if "one minute" in reason:
        return 60.0
    if "next hour" in reason:
        return 3_600.0 - (now.minute * 60 + now.second)
    if "tomorrow" in reason:
        return 86_400.0 - (now.hour * 3_600 + now.minute * 60 + now.second)
    return None
