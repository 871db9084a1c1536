"""Bare answers to the question asked last: "12", "make it 600", "on the second day"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from adapters.models.reader.dates import find_when
from adapters.models.reader.in_plan import day_in, weekday_in
from adapters.models.reader.money import amount_of
from adapters.models.reader.text import Said, number
from core.reading import Change, ChangeKind, ReadingContext
from core.wishes import Budget, Party, When, Wish

_BARE = re.compile(
    r"\W*(?:(?:ok|okay|well|then|so|make (?:it|that)|let's say|say|about|around|maybe|max|maximum|"
    r"up to|at most|only|just|we are|for|up)\W+)*(?P<n>\d[\d.,' ]*|[a-z]+)\s*(?P<k>k)?"
    r"(?:\s+(?:then|max|please|at most|is fine|is ok))?\W*"
)


def answered(said: Said, context: ReadingContext) -> Wish | None:
    """The wish that a bare number is, when people, money or days were asked for; else None."""
    read = _READERS.get(context.asked)
    m = _BARE.fullmatch(said.low) if read else None
    if read is None or m is None:
        return None
    digits = m["n"].strip()
    if digits[0].isdigit():
        amount = amount_of(digits.rstrip(".,'"), m["k"] or "")
        return read(amount) if amount else None
    word = number(digits)
    return read(Decimal(word)) if word else None


_DAY_ONLY = re.compile(
    r"\W*(?:(?:it is|it's|it will be|that is|that's|on|the|for)\W+)*"
    r"(?:day #?\w+|\w+ (?:day|night|evening)|[a-z]+day|\d[\w./-]*(?: (?:of )?[a-z]+)?|[a-z]+ \d\w*|"
    r"tomorrow|today|tonight)(?:,? \d{4})?\W*"
)


def the_day(said: Said, today: date) -> Change | None:
    """The day of an appointment, as the answer to "On which day is it?"."""
    if not _DAY_ONLY.fullmatch(said.low):
        return None
    if re.search(r"\b(?:last|final) (?:day|night|evening)\b", said.low):
        return Change(kind=ChangeKind.FIXED, day=-1)
    if (number_of_day := day_in(said)) is not None:
        return Change(kind=ChangeKind.FIXED, day=number_of_day)
    when = find_when(Said(said.text), today)
    on = weekday_in(said, today) or (when.first if when and when.first else None)
    return Change(kind=ChangeKind.FIXED, on=on) if on else None


def _people(count: Decimal) -> Wish | None:
    return Wish(party=Party(adults=int(count))) if count < 10_000 else None


def _days(count: Decimal) -> Wish | None:
    return Wish(when=When(nights=int(count) - 1)) if count < 1_000 else None


def _money(amount: Decimal) -> Wish:
    return Wish(budget=Budget(amount=amount))


_READERS: dict[str, Callable[[Decimal], Wish | None]] = {
    "people": _people,
    "money": _money,
    "days": _days,
}
