"""Bare answers to the question asked last: "12", "make it 600", "on the second day"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
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


_NUMBERS = re.compile(
    r"\W*(?:(?:ok|from|on|the|between|maybe)\W+)*(?P<a>\d{1,2})(?:st|nd|rd|th)?\s*(?:-|–|to|until|"
    r"till|"
    r"and)\s*(?:the )?(?P<b>\d{1,2})(?:st|nd|rd|th)?(?:\s+(?:please|pls|then))?\W*"
)


def answered_days(said: Said, context: ReadingContext) -> Wish | None:
    """ "From 12 to 14" when the dates were asked for: the next such days; else None.

    Who knows the month that was said before moves them into it.
    """
    m = _NUMBERS.fullmatch(said.low) if context.asked == "dates" or context.chosen else None
    if m is None:
        return None
    a, b = int(m["a"]), int(m["b"])
    ahead = (context.today + timedelta(n) for n in range(370))
    first = next((d for d in ahead if d.day == a), None)
    if first is None:
        return None
    after = (first + timedelta(n) for n in range(1, 40))
    last = next((d for d in after if d.day == b), None)
    if last is None:
        return None
    return Wish(when=When(first=first, last=last, words=said.text.strip()[:80]))


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
