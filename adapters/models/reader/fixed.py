"""What is fixed before the planning: concerts, tables and tickets, where one sleeps, how far one
walks.

"We have a concert on Friday at 8 pm" names a day that is not the day of the trip, so these words
are claimed before the dates are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from adapters.models.reader.almanac import WEEKDAYS
from adapters.models.reader.dates import find_when
from adapters.models.reader.text import NUMBER, ORDINALS, Said, number
from adapters.models.reader.times import times_in
from core.wishes import Appointment

Meal = Literal["", "lunch", "dinner"]

# What people have fixed, and how long it usually takes in minutes.
_KINDS: dict[str, int] = {
    "concert": 150, "gig": 150, "opera": 180, "ballet": 150, "theatre": 150, "theater": 150,
    "musical": 165, "play": 150, "show": 120, "match": 120, "game": 150, "wedding": 360,
    "ceremony": 90, "party": 240, "meeting": 60, "conference": 240, "interview": 60,
    "appointment": 60, "tour": 150, "class": 180, "workshop": 150, "lesson": 90, "massage": 90,
    "spa": 120, "dinner": 120, "lunch": 90, "brunch": 90, "breakfast": 60, "table": 120,
    "reservation": 120, "tasting": 90, "cruise": 120, "lecture": 90,
}  # fmt: skip
_KIND = "|".join(sorted(_KINDS, key=len, reverse=True))
_W = "|".join(w for w in sorted(WEEKDAYS, key=len, reverse=True) if w != "mar")
_FIXED = re.compile(
    r"\b(?:(?:we|i)(?:'ve| have|'ll have| will have|'m going to| am going to|'re going to|"
    r" are going to)?(?: already)?(?: got| have| booked| reserved| bought)?|there(?:'s| is)|booked|"
    r"reserved|my|our)\s+(?:(?:tickets?|a (?:ticket|reservation|booking|table)(?: for (?:two|three|"
    r"four|five|six|\d+))?)\s+(?:for|to|at)\s+)?(?:a |an |the |our |my )?"
    rf"(?P<title>(?:[\w'&-]+ ){{0,3}}?(?P<kind>{_KIND})s?\b(?: (?:of|by|with) [\w' &-]{{2,30}}?)?)"
    r"(?=\s|[,:]|$)"
)
_TICKETS = re.compile(
    r"\b(?:booked|reserved|bought(?: tickets? (?:for|to))?|have (?:booked )?tickets? (?:for|to)|"
    r"got tickets? (?:for|to)|tickets? booked (?:for|to))\s+(?:tickets? (?:for|to) )?(?:the |a )?"
    r"(?P<what>[\w' &.-]{3,50}?)(?=\s+(?:on|for|at|this|next)\b|,)|"
    r"\b(?:we|i)(?:'ve| have)? (?:already )?(?:got|have|booked|bought) (?P<what2>[\w'&-]+"
    r"(?: [\w'&-]+){0,2}) tickets?\b"
)
# "A cooking class on day 2 at 10am", said of a plan.
_BARE = re.compile(
    rf"^\W*(?:(?:and|also|then)\s+)*an? (?P<title>(?:[\w'&-]+ ){{0,3}}?(?P<kind>{_KIND})s?\b)"
    r"(?=\s|[,:]|$)"
)
_MEETING = re.compile(
    r"\b(?:we|i)(?:'re| are|'ll| will|'m| am)? (?P<title>meet(?:ing)? (?!up\b)[\w' ]{2,30}?)"
    r"(?=\s+(?:at|on|for|in|from)\b|,)"
)
_PLACE = re.compile(
    r"\b(?:at|in)\s+(?:the\s+)?(?P<place>(?!\d|noon|midday|the (?:morning|evening|afternoon))"
    r"[\w'&. -]{3,50}?)(?=\s+(?:on|at|from|this|for|until|by)\b|[,.;!?]|$)"
)
_WEEKDAY = re.compile(rf"\b(?P<w>{_W})\b")
_CLAUSE_END = re.compile(r"[.;!?\n](?!\d)")
_LODGING = re.compile(
    r"\b(?:(?:we(?:'re| are|'ll be| will be)?|i(?:'m| am|'ll be| will be)?) (?:staying|sleeping|"
    r"lodging|based)|(?:we|i) (?:stay|sleep)|(?P<hotel>(?:our|my|the) (?:hotel|hostel|flat|"
    r"apartment|airbnb|room|accommodation|place) is|hotel (?:is )?(?=near|next|close|in )))"
    r"\s*(?P<how>in|at|near|next to|close to|by|around)?\s+(?:the\s+)?(?P<where>[\w'. -]{3,50}?)"
    r"(?=\s+(?:and|for|from|with|on|so|but|until|where)\b|[,.;!?]|$)"
)
_LENGTH = re.compile(r"\d|(?:\w+ )?(?:more |extra |another )?(?:nights?|days?|weeks?)\b")
_FAR = re.compile(
    r"\b(?:(?:no|not|never|avoid|without|can(?:'t|not)|don't|won't|max(?:imum)?|at most|up to|"
    r"under|less than|within|limit)\b[\w' ]{0,30}?\bwalk\w*[\w' ]{0,22}?|walk\w*\b[\w' ]{0,22}?"
    r"\b(?:max(?:imum)?|at most|up to|under|less than|within|no more than|limit(?:ed to)?)\s+|"
    r"(?:max(?:imum)?|at most|up to|no more than)\s+(?=\d))"
    r"(?P<n>\d+(?:[.,]\d+)?)\s*-?(?P<unit>km|kilomet\w+|m|met(?:er|re)s?|miles?|min(?:ute)?s?)\b"
    r"(?P<after>[\w' ]{0,12}?\bwalk)?"
)
_SHORT_WALKS = re.compile(
    r"\b(?:can(?:'t|not)|do(?:n't| not) (?:want to|like to)|won't|not able to|no) "
    r"(?:\w+ )?walk(?:ing)? (?:very |too |that |so )?(?:far|much|long|a lot)|short walks(?: only)?|"
    r"only short walks|no long walks|bad (?:knees?|hips?|legs?|back)\b"
)
_SHORT_KM = 0.8
_KMH = 4.8


@dataclass
class Fixed:
    """What a message fixes. `lodging` is where they sleep, as said; a walk is in km."""

    appointments: tuple[Appointment, ...] = ()
    lodging: str = ""
    max_walk_km: float | None = None


def find_fixed(said: Said, today: date, is_town: Callable[[str], bool]) -> Fixed:
    """Reads and claims. `is_town` tells a whole town, where staying is travelling there."""
    return Fixed(tuple(_appointments(said, today)), _lodging(said, is_town), _walk(said))


def _appointments(said: Said, today: date) -> list[Appointment]:
    found = []
    for pattern in (_FIXED, _TICKETS, _MEETING, _BARE):
        for m in pattern.finditer(said.low):
            if not said.free(m.start(), m.end()):
                continue
            end = _CLAUSE_END.search(said.low, m.end())
            stop = min(end.start() if end else len(said.low), m.end() + 90)
            made = _appointment(said, m, m.start(), stop, today)
            if made is not None:
                found.append(made)
    return found


def _appointment(
    said: Said, m: re.Match[str], start: int, stop: int, today: date
) -> Appointment | None:
    """The appointment told by these words; None without a clock time."""
    rest = Said(said.text[m.end() : stop])
    times = [t for t in times_in(rest) if t[0].hour or t[0].minute]
    if not times:
        return None
    at, _, after = times[0]
    when = find_when(Said(rest.text), today)
    begins = _day_before(said, start, rest)
    if begins is not None:  # "on the 12th we have a concert at 19:30"
        told = Said(f"{rest.text} {said.text[begins:start]}")
        when, start = find_when(Said(told.text), today), begins
    else:
        told = rest
    weekday = _WEEKDAY.search(told.low)
    bare = _MONTH_DAY.search(told.low)
    counted = None if weekday or bare else _TRIP_DAY.search(told.low)
    dated = bool(_DATE.search(told.low)) and not bare
    loose = weekday or bare or counted
    day = when.first if when and when.first and (dated or not loose) else None
    kind = m.groupdict().get("kind") or ""
    minutes = _KINDS.get(kind, 90)
    if len(times) > 1 and re.search(r"\b(?:to|until|till|-|–)\s*$", rest.low[: times[1][1]]):
        minutes = _between(at, times[1][0]) or minutes
        after = times[1][2]
    place = _place(rest)
    counted_end = counted.end() if counted and begins is None else 0
    last = max(after, place[1][1] if place[0] else 0, counted_end)
    day_end = max((w.end() for w in _WEEKDAY.finditer(rest.low)), default=0)
    said.claim(
        start, m.end() + max(last, day_end if day_end < last + 20 else 0, _date_end(rest.low))
    )
    named = next(g for g in ("title", "what", "what2") if m.groupdict().get(g))
    title = said.text[m.start(named) : m.end(named)]
    return Appointment(
        title=_title(title, place[0]),
        at=at,
        day=day,
        weekday=None if day or bare or not weekday else WEEKDAYS[weekday["w"]],
        month_day=int(bare["n"]) if bare and day is None else None,
        trip_day=_number_of(counted) if counted and day is None else None,
        minutes=max(30, min(minutes, 12 * 60)),
        place=place[0] if named == "title" else title.strip(),
        meal=_meal(kind or _meal_in(rest), at.hour),
    )


_TRIP_DAY = re.compile(
    rf"\b(?:day #?(?P<n>{NUMBER})|(?P<o>{'|'.join(ORDINALS)}|last|final) (?:day|night|evening))\b"
)
_DATE = re.compile(
    r"\b(?:\d{1,2}(?:st|nd|rd|th)|\d{1,2}\.? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|"
    r"nov|dec)\w*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* \d{1,2}(?:st|nd|rd|th)?|"
    r"\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}(?:/\d{2,4})?)(?:,? \d{4})?\b"
)


_MONTH_DAY = re.compile(
    r"\b(?:on )?the (?P<n>\d{1,2})(?:st|nd|rd|th)\b(?! (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|"
    r"sep|oct|nov|dec)| (?:day|night|evening)\b)"
)


def _day_before(said: Said, start: int, rest: Said) -> int | None:
    """Where the words begin that name the day before the appointment; None when it follows."""
    days = (_WEEKDAY, _DATE, _TRIP_DAY, _MONTH_DAY)
    if any(day.search(rest.low) for day in days):
        return None
    before = said.low[:start]
    m = _DAY_FIRST.search(before)
    return m.start() if m and said.free(m.start(), start) else None


_DAY_FIRST = re.compile(
    rf"(?:\bon )?(?:\bthe )?(?:\b(?:{_W})|\b\d{{1,2}}(?:st|nd|rd|th)|\bday \d{{1,2}}|\b(?:first|"
    rf"second|"
    r"third|fourth|last) (?:day|evening|night)|\btomorrow)(?: (?:evening|night|morning|afternoon))?"
    r",? (?:and )?$"
)


def _number_of(counted: re.Match[str]) -> int | None:
    """The number in "day 2", "the second day"; -1 for the last one."""
    if counted["n"]:
        return number(counted["n"])
    return ORDINALS.get(counted["o"], -1)


def _date_end(low: str) -> int:
    return max((m.end() for m in _DATE.finditer(low)), default=0)


def _between(start: time, end: time) -> int:
    day = date(2000, 1, 1)
    a, b = (datetime.combine(day, t) for t in (start, end))
    return int((b - a).total_seconds() // 60)


def _place(rest: Said) -> tuple[str, tuple[int, int]]:
    for m in _PLACE.finditer(rest.low):
        words = rest.text[m.start("place") : m.end("place")].strip()
        if not _WEEKDAY.fullmatch(words.lower()) and not _DATE.search(words.lower()):
            return words, m.span()
    return "", (0, 0)


def _title(words: str, place: str) -> str:
    text = re.sub(r"\s+", " ", words).strip(" ,.")
    text = text[:1].upper() + text[1:]
    return f"{text} at {place}" if place else text


def _meal_in(rest: Said) -> str:
    """ "We meet friends at noon for lunch" is that meal."""
    m = re.search(r"\bfor (lunch|dinner)\b", rest.low)
    return m[1] if m else ""


def _meal(kind: str, hour: int) -> Meal:
    if kind == "lunch" or (kind in ("table", "reservation", "brunch") and 11 <= hour < 16):
        return "lunch"
    if kind == "dinner" or (kind in ("table", "reservation") and hour >= 17):
        return "dinner"
    return ""


def _lodging(said: Said, is_town: Callable[[str], bool]) -> str:
    for m in _LODGING.finditer(said.low):
        words = said.text[m.start("where") : m.end("where")].strip(" .")
        if not said.free(m.start("where"), m.end("where")) or _LENGTH.match(words.lower()):
            continue
        if m["how"] in (None, "in") and not m["hotel"] and is_town(words):
            continue
        said.claim(*m.span())
        return words
    return ""


def _walk(said: Said) -> float | None:
    """km of the longest single walk that is wanted."""
    for m in _FAR.finditer(said.low):
        if "walk" not in m.group():
            continue
        value = float(m["n"].replace(",", "."))
        unit = m["unit"]
        if unit.startswith("min"):
            km = value / 60 * _KMH
        elif unit.startswith("mile"):
            km = value * 1.609
        elif unit == "m" or unit.startswith("met"):
            km = value / 1000
        else:
            km = value
        if 0.1 <= km <= 30:
            said.claim(*m.span())
            return round(km, 2)
    if m2 := _SHORT_WALKS.search(said.low):
        said.claim(*m2.span())
        return _SHORT_KM
    return None
