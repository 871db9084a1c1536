"""Days that no calendar has: 29 February 2027, 31 April; and the days beside them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from adapters.models.reader.almanac import MONTHS, day_or_none, month_span
from adapters.models.reader.dates import find_when
from adapters.models.reader.text import Said
from core.reading import NearDay, NoDay
from core.wishes import When
from core.words import MONTH_NAMES

_M = "|".join(sorted(MONTHS, key=len, reverse=True))
_D = r"(?P<d>29|30|31)"
_TH = r"(?:st|nd|rd|th)?"
_Y = r"(?:,? (?:of |de )?(?P<y>(?:19|20)\d\d)\b)?"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_D}(?:{_TH}|\.)(?: of| de)? (?P<m>{_M})\b{_Y}",
        rf"\b(?P<m>{_M}) (?:\d{{1,2}}{_TH} ?(?:-|to|until) ?)?{_D}{_TH}\b{_Y}",
        rf"\b(?P<y>\d{{4}})-(?P<mn>\d\d)-{_D}\b",
        rf"\b{_D}[./-](?P<mn>0?[1-9]|1[0-2])[./-](?P<y>20\d\d)\b",
        rf"\b(?P<mn>0?[1-9]|1[0-2])/{_D}/(?P<y>20\d\d)\b",
    )
)
_LEAP_DAY = (2, 29)


def find_no_day(said: Said, today: date) -> NoDay | None:
    """The first day of the message that does not exist; None when all of them do."""
    for pattern in _PATTERNS:
        for m in pattern.finditer(said.low):
            groups = m.groupdict()
            month = int(groups["mn"]) if groups.get("mn") else MONTHS[groups["m"]]
            day = int(groups["d"])
            told = int(groups["y"]) if groups["y"] else None
            if day_or_none(told or 2028, month, day) is None:  # 2028 is a leap year
                year = told or today.year + (month < today.month)
                return _beside(said, m, day, month, year, told is not None, today)
    return None


def _beside(
    said: Said, m: re.Match[str], day: int, month: int, year: int, told: bool, today: date
) -> NoDay:
    last = month_span(year, month)[1]
    leap = None
    if (month, day) == _LEAP_DAY:
        leap = next(y for y in range(year, year + 9) if day_or_none(y, *_LEAP_DAY))
    near = (last, last + timedelta(days=1))
    return NoDay(
        words=f"{day} {MONTH_NAMES[month - 1]}" + (f" {year}" if told else ""),
        near=tuple(NearDay(day=d, when=_read_with(said, m, d, today)) for d in near),
        leap_year=leap,
    )


def _read_with(said: Said, m: re.Match[str], day: date, today: date) -> When | None:
    """The dates of the message with `day` in the place of the one that does not exist."""
    written, where = f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}", m.span()
    if m.groupdict().get("m") and m.start("m") < m.start("d") - len(m["m"]) - 1:
        written, where = str(day.day), m.span("d")  # "feb 27-29, 2027": only the day is another
    found = find_when(Said(f"{said.text[: where[0]]}{written}{said.text[where[1] :]}"), today)
    if found is None or day not in (found.first, found.last):
        return None
    backwards = found.first is not None and found.last is not None and found.last < found.first
    return None if backwards else found
