"""Reading raw JSON: a field of the expected type, or Unreadable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeGuard

import orjson

Raw = Mapping[str, object]

_MAX_SECONDS = 253_402_300_799  # 9999-12-31


class Unreadable(ValueError):
    """The update is not of the documented shape; it is buried, the others go on."""


def decoded(payload: bytes) -> object:
    """JSON as a platform sends it. Raises Unreadable.

    orjson refuses lone surrogates, which people can get into a message; one such message must not
    make the whole batch unreadable.
    """
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        pass
    try:
        value: object = json.loads(payload)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
    return value


def is_int(value: object) -> TypeGuard[int]:
    """A whole number, and not a bool, which is an int in Python but never in JSON."""
    return type(value) is int


def part(raw: Raw, key: str) -> Raw | None:
    """An object that may be missing. Raises Unreadable, as all below."""
    value = raw.get(key)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Unreadable(f"{key} is not an object")
    return value


def required(raw: Raw, key: str) -> Raw:
    """An object that must be there."""
    value = part(raw, key)
    if value is None:
        raise Unreadable(f"{key} is missing")
    return value


def number(raw: Raw, key: str) -> int:
    """A whole number that must be there."""
    value = raw.get(key)
    if not is_int(value):
        raise Unreadable(f"{key} is not a whole number")
    return value


def word(raw: Raw, key: str) -> str:
    """An id or a kind that must be there. Half a surrogate pair can be neither kept nor sent."""
    value = raw.get(key)
    if not isinstance(value, str):
        raise Unreadable(f"{key} is not a string")
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise Unreadable(f"{key} is not text")
    return value


def said(raw: Raw, key: str) -> str:
    """A string; empty when it is missing or something else."""
    value = raw.get(key)
    return value if isinstance(value, str) else ""


def moment(raw: Raw, key: str) -> datetime:
    """A moment in Unix seconds that must be there."""
    seconds = number(raw, key)
    if not 0 <= seconds <= _MAX_SECONDS:
        raise Unreadable(f"{key} is not a moment")
    return datetime.fromtimestamp(seconds, UTC)
