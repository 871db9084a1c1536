"""Single days and ranges of days in a message: "12-15 March", "4/15", "from Thursday to Monday"."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from adapters.models.reader.almanac import (
    MONTHS,
    WEEKDAYS,
    coming,
    day_or_none,
    month_span,
    next_weekday,
    weekday_of_next_week,
)
from adapters.models.reader.text import NUMBER, Said, number

_M = "|".join(sorted(MONTHS, key=len, reverse=True))
_W = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_LONG_W = "|".join(w for w in WEEKDAYS if len(w) > 3 and w not in ("mars",))
_D = r"(?:3[0-9]|[12]\d|0?[1-9])(?!\d|[:.]\d|\s?(?:am|pm|h|%|km|€)\b)"
_ORD = r"(?:st|nd|rd|th|\.|º|er)?"
_Y = r"(?:19|20)\d\d"
_OF = r"(?:\s+of|\s+de|\s+d')?"
_TO = r"(?:-+>?|to|until|till|til|through|thru|bis|al|au|a|ao|ate|hasta|jusqu'au|>|→)"
_AND = r"(?:and|und|y|et|e)"
_DAYNAME = rf"(?:(?:{_W})\.?,?\s+(?:the\s+)?)?"


class Day(NamedTuple):
    """A day that was named, where, and how.

    `kind` is "full" (the year was said), "day", "month day" ("the 12th"), "weekday", "relative" or
    "month" (the month of an impossible day).
    """

    first: date
    last: date | None
    start: int
    end: int
    kind: str
    until: bool = False  # "until Sunday": only the end was said


class Found(NamedTuple):
    """What the days come to: both ends, one of them, or the window of an impossible day."""

    first: date | None = None
    last: date | None = None
    window: tuple[date, date] | None = None
    spans: tuple[tuple[int, int], ...] = ()


# 12 - 15 march 2027, 12th of march to 15th of april, between 12 and 15 march
_DM_RANGE = re.compile(
    rf"\b{_DAYNAME}(?P<d1>{_D}){_ORD}{_OF}(?:\s*(?P<m1>{_M})\b\.?,?(?:\s*(?P<y1>{_Y}))?)?"
    rf"\s*(?:{_TO}|(?P<and>{_AND}))\s*(?:the\s+)?{_DAYNAME}"
    rf"(?P<d2>{_D}){_ORD}{_OF}\s*(?P<m2>{_M})\b(?:,?\s*(?P<y2>{_Y}))?"
)
# mar 12 - 15, march 12th 2027 to april 3rd
_MD_RANGE = re.compile(
    rf"\b{_DAYNAME}(?P<m1>{_M})\b\.?\s*(?:the\s+)?(?P<d1>{_D}){_ORD}(?:,?\s*(?P<y1>{_Y}))?"
    rf"\s*(?:{_TO}|(?P<and>{_AND}))\s*{_DAYNAME}(?:(?P<m2>{_M})\b\.?\s+)?(?:the\s+)?"
    rf"(?P<d2>{_D})(?:st|nd|rd|th)?(?:,?\s*(?P<y2>{_Y}))?"
    r"(?!\s*(?:days?|nights?|people|persons|adults|kids|pax|of us|weeks?|[-/:]))\b"
)
_DM = re.compile(rf"\b(?P<d>{_D}){_ORD}{_OF}\s*(?P<m>{_M})\b\.?(?:,?\s*(?P<y>{_Y}))?")
_MD = re.compile(
    rf"\b(?P<m>{_M})\b\.?\s*(?:the\s+)?(?P<d>{_D})(?:st|nd|rd|th)?\b(?:,?\s*(?P<y>{_Y}))?"
    r"(?!\s*(?:days?|nights?|people|persons|adults|kids|pax|of us|weeks?|eur|usd|[-/]\d))"
)
_ISO = re.compile(r"\b(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})\b")
_NUM = re.compile(
    r"(?<![\d.,/])(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?:(?P=sep)(?P<y>(?:20)?\d\d)\b|"
    r"(?P<dot>\.)?)(?![\d/]|[.,]\d)"
)
_DOT_RANGE = re.compile(
    r"(?<![\d.])(?P<d1>\d{1,2})\.?\s*(?:-|bis)\s*(?P<d2>\d{1,2})[./](?P<m>\d{1,2})\b"
)
_THE = re.compile(
    rf"(?:^|\b(?:on|from|to|until|till|til|through|by|and|between|leaving|start(?:s|ing)?|"
    rf"begin(?:s|ning)?|vom|"
    rf"zum)|-)\s*(?:the\s+)?(?:(?:{_W})\s+(?:the\s+)?)?"
    r"(?P<d>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)\b(?!\s*(?:one|day|stop|floor|century|choice|"
    r"option|suggestion|idea|person|kid|child|birthday|time|place|anniversary))"
)
_WEEKDAY = re.compile(
    rf"(?:\b(?P<how>next|this|coming|kommenden|nachsten|proximo|prochain)\s+)?\b(?P<w>{_W})\b\.?"
    r"(?:\s+(?P<after>next week|after next|week))?"
)
_SOON = re.compile(
    r"\b(?P<word>(?:the )?day after (?:tomorrow|tommorow|tomorow)|today|"
    r"tonight|tomorrow|tommorow|tomorow|"
    r"tommorrow|tmrw|tmr|2morrow|ubermorgen|morgen|manana|demain|amanha|"
    r"domani|heute|hoy|hoje|oggi)\b"
)
_IN = re.compile(
    rf"\b(?:in|en|dans|em|tra)\s+(?:about\s+)?(?P<n>{NUMBER}|a|an|a couple of|"
    rf"a few|zwei|drei|dos|tres|deux|trois)\s+"
    r"(?P<unit>days?|weeks?|months?|years?|tagen|wochen|dias|semanas|jours|semaines|giorni|"
    r"settimane)\b"
    r"(?!\s+(?:in|of)\b)(?:'?\s*time\b)?"
)
_UNTIL = re.compile(
    r"(?:until|till|til|through|back (?:on|by)?|returning(?: on)?|return(?: "
    r"on)?|bis|hasta)\s*(?:the\s*)?$"
)
_GAP = re.compile(
    rf"[\s,(]*(?:morning|evening|night|afternoon|noon)?[\s,)]*(?:{_TO}|until|(?P<and>{_AND}|,)|"
    r"(?:and |then )?(?:back|get back|be back|return|returning|conclud(?:e|ing)|end|ends|"
    r"ending|finish|finishing|leave|leaving|come back|coming back|fly back|"
    r"flying back)(?: home)?)"
    r"\s*(?:on\s*|the\s*|on the\s*)?"
)
_SHORT_WEEKDAYS = frozenset("mon tue wed thu fri sat sun mar".split())
_BEFORE_WEEKDAY = re.compile(r"(?:on|by|from|to|until|till|til|next|this|since|before|after|,)\s*$")
_MONTHS_OF_YEAR = 12
_LAST_YEAR = 2199


def find_days(said: Said, today: date) -> Found:
    """The first range, pair or single day of the message; claims what it read."""
    ranges = _ranges(said, today)
    if ranges:
        day = ranges[0]
        return _found([day], today)
    days = _days(said, today)
    if not days:
        return Found()
    for one, two in pairwise(days):
        gap = _GAP.fullmatch(said.low[one.end : two.start])
        if gap and (not gap["and"] or "between" in said.bag or _same_trip(said, one)):
            return _pair(one, two, today)
    # "Friday, 4 December": the date says more than its weekday.
    firm = [day for day in days if day.kind != "weekday"] or days
    return _found(firm[:1], today)


def _same_trip(said: Said, one: Day) -> bool:
    return said.low[: one.start].rstrip().endswith(("from", "vom", "du", "del", "dal"))


def _ranges(said: Said, today: date) -> list[Day]:
    out = []
    for pattern in (_DM_RANGE, _MD_RANGE):
        for m in pattern.finditer(said.low):
            if not said.free(m.start(), m.end()) or (m["and"] and "between" not in said.bag):
                continue
            m1, m2 = MONTHS[m["m1"] or m["m2"]], MONTHS[m["m2"] or m["m1"]]
            y2 = int(m["y2"]) if m["y2"] else None
            y1 = int(m["y1"]) if m["y1"] else None
            day = _range(said, m, (y1, m1, int(m["d1"])), (y2, m2, int(m["d2"])), today)
            if day:
                out.append(day)
    for m in _DOT_RANGE.finditer(said.low):
        month = int(m["m"])
        if not 1 <= month <= _MONTHS_OF_YEAR or not said.free(m.start(), m.end()):
            continue
        day = _range(said, m, (None, month, int(m["d1"])), (None, month, int(m["d2"])), today)
        if day:
            out.append(day)
    return sorted(out, key=lambda d: d.start)


Parts = tuple[int | None, int, int]


def _range(said: Said, m: re.Match[str], one: Parts, two: Parts, today: date) -> Day | None:
    """A range of two days whose year may be missing; an impossible day gives its month only."""
    (y1, m1, d1), (y2, m2, d2) = one, two
    said.claim(m.start(), m.end())
    year = y1 or (y2 if y2 and m1 <= m2 else (y2 - 1 if y2 else None))
    first = day_or_none(year, m1, d1) if year else coming(m1, d1, today)
    if first is None:
        span = _month_of(year, m1, today)
        return Day(*span, m.start(), m.end(), "month")
    last_year = y2 or (first.year if (m2, d2) >= (m1, d1) else first.year + 1)
    last = day_or_none(last_year, m2, d2)
    if last is None:
        return Day(*month_span(first.year, m1), m.start(), m.end(), "month")
    return Day(first, last, m.start(), m.end(), "full" if year else "day")


def _month_of(year: int | None, month: int, today: date) -> tuple[date, date]:
    if year is None:
        year = today.year + (month < today.month)
    return month_span(year, month)


def _days(said: Said, today: date) -> list[Day]:
    out: list[Day] = []

    def add(day: Day | None) -> None:
        if day and said.free(day.start, day.end):
            before = said.low[max(0, day.start - 16) : day.start]
            said.claim(day.start, day.end)
            out.append(day._replace(until=bool(_UNTIL.search(before))))

    if said.has_digit:
        for m in _ISO.finditer(said.low):
            add(_of_parts(m, int(m["y"]), int(m["m"]), int(m["d"]), today))
        for day in _numeric(said, today):
            add(day)
        for pattern in (_DM, _MD):
            for m in pattern.finditer(said.low):
                year = int(m["y"]) if m["y"] else None
                add(_of_parts(m, year, MONTHS[m["m"]], int(m["d"]), today))
        for m in _THE.finditer(said.low):
            add(_of_month_day(m, today))
    for m in _SOON.finditer(said.low):
        add(_soon(said, m, today))
    for m in _IN.finditer(said.low):
        add(_in(m, today))
    for m in _WEEKDAY.finditer(said.low):
        add(_weekday(said, m, today))
    return sorted(out, key=lambda d: d.start)


def _of_parts(m: re.Match[str], year: int | None, month: int, day: int, today: date) -> Day | None:
    if not 1 <= month <= _MONTHS_OF_YEAR:
        return None
    found = day_or_none(year, month, day) if year else coming(month, day, today)
    if found is None:
        if not 1 <= day <= 31:
            return None
        return Day(*_month_of(year, month, today), m.start(), m.end(), "month")
    return Day(found, None, m.start(), m.end(), "full" if year else "day")


def _numeric(said: Said, today: date) -> list[Day]:
    """15/04/2027, 12.3., 4/15: day first, unless one of them only works the other way round."""
    hits = [m for m in _NUM.finditer(said.low) if said.free(m.start(), m.end())]
    month_first = any(
        int(m["b"]) > _MONTHS_OF_YEAR >= int(m["a"]) and m["sep"] != "." for m in hits
    )
    out = []
    for m in hits:
        a, b = int(m["a"]), int(m["b"])
        day, month = (b, a) if month_first else (a, b)
        if not 1 <= month <= _MONTHS_OF_YEAR or not 1 <= day <= 31:
            continue
        if not (m["y"] or m["dot"] or _meant_as_date(said, m)):
            continue
        year = int(m["y"]) + (2000 if len(m["y"]) == 2 else 0) if m["y"] else None
        found = _of_parts(m, year, month, day, today)
        if found:
            out.append(found)
    return out


_DATE_BEFORE = re.compile(
    r"(?:\b(?:on|from|to|until|till|by|and|am|vom|bis|el|le|il|leaving|"
    r"start(?:ing)?|dates?:?)|-)\s*$"
)
_RANGE_AFTER = re.compile(r"\s*(?:-|to|until|till|bis|al|au)\s*\d{1,2}[./]\d")


def _meant_as_date(said: Said, m: re.Match[str]) -> bool:
    """Bare "4/15" is a date; "24/7", "1/2" and "12.5" only in the company of a date word."""
    if m["sep"] == "-":
        return False
    if _DATE_BEFORE.search(said.low[: m.start()]) or _RANGE_AFTER.match(said.low, m.end()):
        return True
    return (
        m["sep"] == "/"
        and m.group() not in ("24/7", "50/50", "9/11")
        and int(m["a"]) + int(m["b"]) > 12
    )


def _of_month_day(m: re.Match[str], today: date) -> Day | None:
    """ "on the 12th": the next month that has it, from today on."""
    wanted, year, month = int(m["d"]), today.year, today.month
    for _ in range(13):
        day = day_or_none(year, month, wanted)
        if day and day >= today:
            return Day(day, None, m.start("d"), m.end(), "month day")
        year, month = (year + 1, 1) if month == _MONTHS_OF_YEAR else (year, month + 1)
    return None


_SOON_DAYS = {
    **dict.fromkeys("today tonight heute hoy hoje oggi".split(), 0),
    **dict.fromkeys(
        "tomorrow tommorow tomorow tommorrow tmrw tmr 2morrow morgen manana "
        "demain amanha domani".split(),
        1,
    ),
    "ubermorgen": 2,
}


def _soon(said: Said, m: re.Match[str], today: date) -> Day:
    word = m["word"]
    days = 2 if "after" in word else _SOON_DAYS[word]
    return Day(today + timedelta(days), None, m.start(), m.end(), "relative")


def _in(m: re.Match[str], today: date) -> Day | None:
    n = {"a couple of": 2, "a few": 3}.get(m["n"]) or number(m["n"])
    if n is None:
        return None
    unit = m["unit"][0]
    if m["unit"].startswith("year"):  # of 29 February too: somewhen in that month
        year = today.year + n
        if year > _LAST_YEAR:
            return None
        return Day(*month_span(year, today.month), m.start(), m.end(), "month")
    if m["unit"].startswith("month"):
        middle = today + timedelta(round(30.4 * n))
        return Day(middle - timedelta(5), middle + timedelta(5), m.start(), m.end(), "month")
    weekly = unit in "w" or m["unit"].startswith(("sem", "sett"))
    return Day(today + timedelta(7 * n if weekly else n), None, m.start(), m.end(), "relative")


def _weekday(said: Said, m: re.Match[str], today: date) -> Day | None:
    word = m["w"]
    if word in _SHORT_WEEKDAYS and not m["how"]:
        before, after = said.low[: m.start()], said.low[m.end() :]
        pair = re.match(rf"\s*(?:-|to|till|until|and)\s*(?:{_W})\b", after) or re.search(
            rf"\b(?:{_W})\s*(?:-|to|till|until|and)\s*$", before
        )
        if word == "mar" or not (
            pair or _BEFORE_WEEKDAY.search(before) or not (before + after).strip()
        ):
            return None
    weekday = WEEKDAYS[word]
    if m["after"] == "next week" or m["how"] in ("next", "nachsten", "proximo", "prochain"):
        day = weekday_of_next_week(weekday, today)
    elif m["after"] == "after next":
        day = weekday_of_next_week(weekday, today) + timedelta(7)
    elif m["how"] == "this" and weekday == today.weekday():
        day = today
    else:
        day = next_weekday(weekday, today)
    return Day(day, None, m.start(), m.end(), "weekday")


def _next_month_day(day: int, after: date) -> date | None:
    """The first `day` of a month after `after`."""
    days = (after + timedelta(n) for n in range(1, 70))
    return next((d for d in days if d.day == day), None)


def _pair(one: Day, two: Day, today: date) -> Found:
    """Two days with "to" between them; the second is never before the first."""
    spans = ((one.start, two.end),)
    if "month" in (one.kind, two.kind):
        bad = one if one.kind == "month" else two
        return Found(window=(bad.first, bad.last or bad.first), spans=spans)
    first, last = one.first, two.first
    if one.kind == "month day" and two.kind in ("day", "full"):  # "the 14th to the 21st of July"
        same_month = day_or_none(last.year, last.month, first.day)
        first = same_month if same_month and same_month <= last else first
    if two.kind == "month day" and last < first:
        last = _next_month_day(two.first.day, first) or last
    if last < first:
        if two.kind == "weekday":
            last = next_weekday(last.weekday(), first)
        elif one.kind == "day" and two.kind in ("day", "full"):
            # "28 Dec to 3 Jan 2027", or a start that has just gone by
            moved = day_or_none(first.year - 1, first.month, first.day)
            if two.kind == "full" and moved:
                first = moved
            else:
                last = coming(last.month, last.day, first) or last
        elif two.kind == "day":
            last = coming(last.month, last.day, first) or last
    elif two.kind == "weekday" and (last - first).days > 7:
        last = next_weekday(last.weekday(), first)
    if one.kind == "day" and two.kind == "full" and (last - first).days < 0:
        return Found(first=first, spans=spans)
    return Found(first, last if last >= first else None, spans=spans)


def _found(days: list[Day], today: date) -> Found:
    day = days[0]
    spans = ((day.start, day.end),)
    if day.kind == "month":
        return Found(
            window=(
                max(day.first, today) if day.last and day.last >= today else day.first,
                day.last or day.first,
            ),
            spans=spans,
        )
    if day.until and day.last is None:
        return Found(last=day.first, spans=spans)
    return Found(day.first, day.last, spans=spans)
