"""Named stretches of time: months and their parts, seasons, feasts, "next weekend"."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from adapters.models.reader.almanac import (
    FEASTS,
    MONTHS,
    SEASONS,
    Span,
    coming_feast,
    month_span,
    part_of,
    season_span,
    weekend,
)
from adapters.models.reader.lengths import LENGTH, WEEKEND
from adapters.models.reader.points import Found
from adapters.models.reader.text import ORDINALS, Said

_M = "|".join(sorted((m for m in MONTHS if m != "mar"), key=len, reverse=True))


_S = "|".join(sorted(SEASONS, key=len, reverse=True))


_F = "|".join(sorted(FEASTS, key=len, reverse=True))


_Y = r"(?:19|20)\d\d"


_PART = (
    r"(?P<part>early|beginning of|the beginning of|start of|the start of|"
    r"anfang|principios de|debut|inizio|mid(?:dle)?(?: of)?|"
    r"the middle of|mitte|mediados de|mi|meta|late|end of|the end of|ende|"
    r"finales de|fin|fine|the last days of|"
    r"(?:the )?(?:first|second) half of|(?:the )?(?:first|second|third|fourth|"
    r"last|1st|2nd|3rd|4th) week(?P<we>end)? (?:of|in))"
    r"[\s-]*(?:of |in |the |de |del )*"
)


_WHEN_YEAR = rf"(?:[,\s]+(?:of |de )?(?P<y>{_Y}|next year|this year))?"


_MONTH = re.compile(rf"\b(?:{_PART})?(?P<which>next |this |coming )?(?P<m>{_M})\b{_WHEN_YEAR}")


_SEASON = re.compile(
    rf"\b(?:{_PART})?(?P<which>next |this |coming |the )?(?P<s>{_S})\b(?! "
    rf"(?:in love|rolls?|break|for it|back|apart|onion))(?P<hol> "
    rf"holidays?)?{_WHEN_YEAR}"
)


_FEAST = re.compile(
    rf"\b(?P<f>{_F})\b(?:'?s?\s+(?:eve|day|week|break|holidays?|"
    rf"weekend))?(?!\s+(?:market|trees?|gifts?|islands?))(?:[,\s]+(?P<y>{_Y}))?"
)


_NAMED_SPAN = re.compile(
    rf"\b(?:{_PART})?(?P<which>next|this|the coming|coming|the "
    rf"following)\s+(?P<unit>week|month|year|quarter)\b"
)


_YEAR = re.compile(rf"\b(?:in|for|during|sometime|{_PART})\s*(?P<y>{_Y})\b")


_NOT_A_MONTH = re.compile(
    r"\s+(?:i|we|you|he|she|it|they|be|have|need|not|the|take|want|go|come|"
    r"also|as|still|well|help|contain|never|or may not)\b"
)


_VERB_MARCH = re.compile(r"(?:\b(?:we|they|to|the|a|protest|women's)\s+)$")


_OR_MONTH = re.compile(
    rf"\s*(?:or|and|-|to|until|till|/|,|oder|o|ou|bis)\s*(?:in |early |mid |late )?(?P<m>{_M})\b"
)


class Named(NamedTuple):
    """A named stretch; `later` is the same stretch a year on, for when this one is nearly over."""

    window: Span | None
    weekend: bool
    days: Found
    span: tuple[int, int]
    later: Span | None = None


def find_window(said: Said, today: date) -> Named | None:
    """A named stretch of time: a month or a part of it, a season, a feast, "next weekend"."""
    for find in (_feast, _month, _season, _weekend, _this_or_next, _year):
        found = find(said, today)
        if found:
            said.claim(*found.span)
            return found
    return None


def _roll(span: Span, today: date, year_said: bool) -> Span:
    """The window itself, begun today when it is running already."""
    first, last = span
    if year_said or first > today:
        return span
    return (today, last)


_NO_DAYS = Found()


def _year_of(said_year: str | None, today: date) -> int | None:
    if not said_year:
        return None
    if said_year == "next year":
        return today.year + 1
    return today.year if said_year == "this year" else int(said_year)


def _cut(span: Span, m: re.Match[str]) -> tuple[Span, bool]:
    """The part of `span` that "early", "end of" or "first week of" leaves; True for a weekend."""
    part = (m["part"] or "").removeprefix("the ")
    if not part:
        return span, False
    week = part.split()[0] if " week" in part else ""
    if week:
        number_of = ORDINALS.get(week)
        if m["we"]:
            days = [span[0] + timedelta(i) for i in range((span[1] - span[0]).days + 1)]
            saturdays = [day for day in days if day.weekday() == 5]
            friday = saturdays[-1 if number_of is None else number_of - 1] - timedelta(1)
            return (friday, friday + timedelta(2)), True
        start = (
            span[1] - timedelta(6) if number_of is None else span[0] + timedelta(7 * number_of - 7)
        )
        return (start, start + timedelta(6)), False
    if "half" in part:
        return part_of(span, part.removesuffix(" of")), False
    if part.startswith(("mid", "mitte", "med", "meta", "mi")):
        return part_of(span, "mid"), False
    if part.startswith(("late", "end", "fin", "last")):
        return part_of(span, "late"), False
    return part_of(span, "early"), False


def _month(said: Said, today: date) -> Named | None:
    for m in _MONTH.finditer(said.low):
        if not said.free(m.start(), m.end()) or _is_other_word(said, m):
            continue
        month, year = MONTHS[m["m"]], _year_of(m["y"], today)
        named_year = year is not None
        if year is None:
            year = today.year + (month < today.month)
        span, is_weekend = _cut(month_span(year, month), m)
        if not named_year and span[1] < today:
            span, is_weekend = _cut(month_span(year + 1, month), m)
        end = m.end()
        other = None if m["y"] else _OR_MONTH.match(said.low, m.end())
        if other:
            month2 = MONTHS[other["m"]]
            span = (span[0], month_span(span[0].year + (month2 < month), month2)[1])
            end = other.end()
        later = None
        if not named_year and m["which"] != "this " and span[0] <= today:
            later = _cut(month_span(span[0].year + 1, month), m)[0]
        span = _roll(span, today, named_year)
        days = Found(*span) if is_weekend else _NO_DAYS
        window = None if is_weekend else span
        return Named(window, is_weekend, days, (m.start(), end), later)
    return None


def _is_other_word(said: Said, m: re.Match[str]) -> bool:
    """ "may I", "we march", "Marco" are no months."""
    word, alone = m["m"], not (m["part"] or m["y"] or m["which"])
    if not alone:
        return False
    start, end = m.start("m"), m.end("m")
    if word == "may" and _NOT_A_MONTH.match(said.low, end):
        return True
    if word == "march" and (
        _VERB_MARCH.search(said.low[:start])
        or re.match(r"\s+(?:on|with|for|against)\s+(?!\d)", said.low[end:])
    ):
        return True
    if word == "mai":  # Chiang Mai
        return not re.search(
            r"\b(?:im|in|en|au|de|fin|debut|anfang|mitte|ende)\s*$", said.low[:start]
        )
    if word == "mars":
        return not re.search(r"\b(?:en|de|fin)\s*$", said.low[:start])
    if word == "marco":
        return not re.search(r"\b(?:em|de)\s*$", said.low[:start])
    return False


def _season(said: Said, today: date) -> Named | None:
    for m in _SEASON.finditer(said.low):
        if not said.free(m.start(), m.end()):
            continue
        before = said.low[: m.start("s")]
        if m["s"] in ("spring", "fall", "ete", "hiver") and re.search(
            r"\b(?:hot|thermal|water|i|we|to|will|can)\s*$", before
        ):
            continue
        if m["s"] == "fall" and re.match(
            r"\s+(?:in|for|on|off)\s+(?:love|the|a)\b", said.low[m.end() :]
        ):
            continue
        month, year = SEASONS[m["s"]], _year_of(m["y"], today)
        if year is None:
            year = today.year - 1
            while season_span(year, month)[1] < today:
                year += 1
            running = season_span(year, month)[0] <= today
            if m["which"] == "next " and running:
                year += 1
        span, is_weekend = _cut(season_span(year, month), m)
        if m["y"] is None and span[1] < today:
            span, is_weekend = _cut(season_span(year + 1, month), m)
        later = None
        if m["y"] is None and m["which"] != "this " and span[0] <= today:
            later = _cut(season_span(span[0].year + 1, month), m)[0]
        span = _roll(span, today, m["y"] is not None)
        return Named(span, is_weekend, _NO_DAYS, (m.start(), m.end()), later)
    return None


def _feast(said: Said, today: date) -> Named | None:
    for m in _FEAST.finditer(said.low):
        if not said.free(m.start(), m.end()):
            continue
        span = coming_feast(FEASTS[m["f"]], today, int(m["y"]) if m["y"] else None)
        if LENGTH.search(said.low):
            return Named(span, False, _NO_DAYS, (m.start(), m.end()))
        return Named(None, False, Found(*span), (m.start(), m.end()))
    return None


def _weekend(said: Said, today: date) -> Named | None:
    for m in WEEKEND.finditer(said.low):
        if not said.free(m.start(), m.end()):
            continue
        how = (m["how"] or "").removeprefix("the ")
        if m["after"] == " after next":
            weeks = 2
        elif m["after"] == " after" or how == "next":
            weeks = 1
        elif how in ("this", "coming"):
            weeks = 0
        else:
            continue
        first, last = weekend(today, weeks)
        if "long" in said.low[max(0, m.start() - 6) : m.end()]:
            last += timedelta(1)
        return Named(None, False, Found(first, last), (m.start(), m.end()))
    return None


def _this_or_next(said: Said, today: date) -> Named | None:
    for m in _NAMED_SPAN.finditer(said.low):
        if not said.free(m.start(), m.end()):
            continue
        ahead = 0 if m["which"] == "this" else 1
        if m["unit"] == "week":
            monday = today - timedelta(today.weekday()) + timedelta(7 * ahead)
            span = (monday, monday + timedelta(6))
        elif m["unit"] == "month":
            year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
            span = month_span(year, month + 1)
        elif m["unit"] == "year":
            span = (date(today.year + ahead, 1, 1), date(today.year + ahead, 12, 31))
        else:
            continue
        cut, is_weekend = _cut(span, m)
        return Named(_roll(cut, today, False), is_weekend, _NO_DAYS, (m.start(), m.end()))
    return None


def _year(said: Said, today: date) -> Named | None:
    for m in _YEAR.finditer(said.low):
        if said.free(m.start(), m.end()):
            year = int(m["y"])
            span, is_weekend = _cut((date(year, 1, 1), date(year, 12, 31)), m)
            return Named(_roll(span, today, True), is_weekend, _NO_DAYS, m.span())
    return None
