"""When: days, windows and lengths of a message, brought together into one `When`.

Days and ranges of days come first, then named stretches of time, then the length.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from adapters.models.reader.almanac import (
    FEASTS,
    MONTHS,
    SEASONS,
    WEEKDAYS,
    Span,
)
from adapters.models.reader.lengths import Length, find_length
from adapters.models.reader.points import Found, find_days
from adapters.models.reader.repairs import NOT_EVER, NOT_THEN
from adapters.models.reader.text import Said
from adapters.models.reader.windows import find_window
from core.wishes import When

_GATE = frozenset((*MONTHS, *SEASONS, *(w for f in FEASTS for w in f.split()))) | frozenset(
    "day days night nights week weeks weekend weekends month months year "
    "years fortnight today tonight tomorrow "
    "tommorow tomorow tommorrow tmrw tmr 2morrow wekend weeknd weekned weeklong early late mid "
    "tag tage tagen nacht nachte woche wochen wochenende morgen ubermorgen heute "
    "dia dias noche noches semana semanas finde hoy manana jour jours nuit "
    "nuits semaine semaines demain "
    "noite noites fim hoje amanha giorni giorno notte notti settimana settimane oggi domani".split()
)


def find_when(said: Said, today: date) -> When | None:
    """The `When` of a message; None when nothing speaks of time."""
    if not said.has_digit and not (said.bag & _GATE) and not _named_weekday(said):
        return None
    for refused in (NOT_THEN, NOT_EVER):
        for m in refused.finditer(said.low):
            said.claim(*m.span())
    days = find_days(said, today)
    spans = list(days.spans)
    window, later, weekend_wanted = days.window, None, False
    if days.first is None and window is None:
        named = find_window(said, today)
        if named:
            window, weekend_wanted, days = named.window, named.weekend, named.days
            later = named.later
            spans.append(named.span)
    length = find_length(said)
    if length:
        spans.append((length.start, length.end))
    if not spans:
        return None
    if later and window and _too_short(window, later, length):
        window = later
    words = _words(said, spans)
    return _together(days, window, length, weekend_wanted, words, today)


def _too_short(window: Span, later: Span, length: Length | None) -> bool:
    """True when so little is left of a month or season that the next one must be meant."""
    left = (window[1] - window[0]).days
    if length:
        return left < length.nights
    return left < (14 if (later[1] - later[0]).days > 45 else 3)


def _named_weekday(said: Said) -> bool:
    return bool(said.bag & WEEKDAYS.keys())


def _together(
    days: Found,
    window: Span | None,
    length: Length | None,
    weekend_wanted: bool,
    words: str,
    today: date,
) -> When | None:
    nights = length.nights if length else None
    is_weekend = weekend_wanted or bool(length and length.weekend)
    if days.first and days.last:
        return When(first=days.first, last=days.last, words=words)
    if days.first and length and length.weekend:
        friday = days.first + timedelta(4 - days.first.weekday())  # "the weekend of 17 April"
        last = friday + timedelta(length.nights)
        return When(first=friday, last=last, nights=length.nights, words=words)
    if days.first:
        if nights is None:
            return When(first=days.first, words=words)
        last = days.first + timedelta(nights)
        return When(first=days.first, last=last, nights=nights, words=words)
    if days.last:
        if nights is None:
            return When(last=days.last, words=words)
        return When(first=days.last - timedelta(nights), last=days.last, nights=nights, words=words)
    if window:
        earliest, latest = window
        if nights is not None and (latest - earliest).days < nights:
            spare = nights - (latest - earliest).days
            earliest, latest = (
                earliest - timedelta(spare // 2),
                latest + timedelta(spare - spare // 2),
            )
            if earliest < today <= window[1]:
                earliest, latest = today, latest + (today - earliest)
        if is_weekend and nights is None:
            nights = 2
        return When(
            earliest=earliest, latest=latest, nights=nights, weekend=is_weekend, words=words
        )
    return When(nights=nights, weekend=is_weekend, words=words)


def _words(said: Said, spans: list[tuple[int, int]]) -> str:
    spans = sorted(spans)
    start, end = spans[0][0], max(e for _, e in spans)
    if all(b[0] - a[1] <= 5 for a, b in pairwise(spans)):
        return said.text[start:end].strip(" ,.-")
    return ", ".join(said.text[a:b].strip(" ,.-") for a, b in spans)[:120]
