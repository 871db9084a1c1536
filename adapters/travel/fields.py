"""Reading providers' JSON with doubt: a value of the wrong kind is missing, never an exception."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from core.text import name
from core.travel import Point
from core.zones import known_zone

# Dates outside are mistakes, or "for ever", which no other time zone can express.
FIRST_YEAR, LAST_YEAR = 1970, 2200


def row(value: Any) -> Mapping[str, Any]:
    """`value` when it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The objects in `value` when it is a list; anything else in it is left out."""
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def text(value: Any, limit: int = 200) -> str:
    """A string as one clean line of at most `limit` characters; empty for anything else."""
    return name(value, limit) if isinstance(value, str) else ""


def number(value: Any, low: float, high: float) -> float | None:
    """A number, also one written as text, inside `low`..`high`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if low <= found <= high else None


def amount(value: Any, high: int = 10**9) -> Decimal | None:
    """Money, from text or a number; None when negative, absurd or unreadable."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found <= high else None


def currency(value: Any) -> str:
    """Three capital letters, or nothing."""
    good = isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha()
    return str(value) if good and value.isupper() else ""


def point(lat: Any, lon: Any) -> Point | None:
    """A point on earth; None for 0/0, which is what a missing one looks like."""
    y, x = number(lat, -90, 90), number(lon, -180, 180)
    if y is None or x is None or (y == 0 and x == 0):
        return None
    return Point(lat=y, lon=x)


def link(value: Any) -> str:
    """A web address that may be shown: https or http, no blanks, of sane length."""
    if not isinstance(value, str) or len(value) > 500:
        return ""
    plain = value.isprintable() and not any(c in value for c in ' <>"()\\')
    return value if plain and value.startswith(("https://", "http://")) else ""


def day(value: Any) -> date | None:
    """A day of this age, as YYYY-MM-DD."""
    try:
        found = date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def zone(value: Any) -> ZoneInfo | None:
    """A time zone by its IANA name; None when there is no such zone."""
    return known_zone(value) if isinstance(value, str) else None


def moment(value: Any, local: ZoneInfo | None = None) -> datetime | None:
    """A moment with `T` or a blank, `Z`, an offset, or (only when `local` is given) neither."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip().replace(" ", "T", 1))
    except ValueError:
        return None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None
    if found.tzinfo is None:
        return found.replace(tzinfo=local) if local is not None else None
    return found.astimezone(local or found.tzinfo or UTC)
