"""When a sight is open: OSM opening strings turned into minutes of local days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

# The package's type stubs leave its errors out.
from opening_hours import (  # type: ignore[attr-defined]
    OpeningHours,
    ParserError,
    State,
    UnknownCountryError,
)

from adapters.travel.atlas.holidays import closing_holidays
from adapters.travel.atlas.schema import DestinationFile, Poi
from core.zones import known_zone

DAY_MIN = 1440
# Opened in the evening and closed before this hour belongs to the evening's day.
LATE_MIN = 12 * 60

Intervals = tuple[tuple[int, int], ...]


def hours(
    destination: DestinationFile, poi: Poi, first_day: date, last_day: date
) -> Mapping[date, Intervals] | None:
    """Open intervals of each local day, both ends included; None when the hours are not known.

    An interval is (start, end) in minutes after local midnight; `end` passes 1440 when the place
    closes after midnight. No intervals: closed that day. An unreadable string counts as unknown.
    """
    if poi.opening is None:
        return None
    days = _hours(
        poi.opening,
        destination.country,
        destination.timezone,
        (round(poi.point.lat, 4), round(poi.point.lon, 4)),
        first_day,
        last_day,
    )
    if days is None or not _rests_on_holidays(poi):
        return days
    shut = closing_holidays(destination.country, first_day, last_day)
    return {day: () if day in shut else intervals for day, intervals in days.items()}


def hours_of(
    text: str,
    country: str,
    timezone: str,
    coords: tuple[float, float],
    first_day: date,
    last_day: date,
) -> Mapping[date, Intervals] | None:
    """Open intervals by an opening string of anybody; None when it is empty or unreadable."""
    if not text:
        return None
    at = (round(coords[0], 4), round(coords[1], 4))
    days = _hours(text, country, timezone, at, first_day, last_day)
    if days is None or "PH off" not in text:
        return days
    shut = closing_holidays(country, first_day, last_day)
    return {day: () if day in shut else intervals for day, intervals in days.items()}


def _rests_on_holidays(poi: Poi) -> bool:
    # The parser's own calendar has no Eid, no Tết and several countries not at all, so a "PH off"
    # is applied with ours as well.
    return "public_holidays" in poi.closed_on or "PH off" in (poi.opening or "")


def trouble_with(text: str) -> str:
    """What is wrong with an opening string, in one line; empty when it can be read."""
    try:
        OpeningHours(text)
    except ParserError as error:
        return str(error).strip().splitlines()[-1].strip(" =") or "unreadable"
    return ""


@lru_cache(maxsize=8192)
def _hours(
    text: str,
    country: str,
    timezone: str,
    coords: tuple[float, float],
    first_day: date,
    last_day: date,
) -> dict[date, Intervals] | None:
    expression = _parsed(text, country, timezone, coords)
    if expression is None:
        return None
    found: dict[date, list[tuple[int, int]]] = {
        first_day + timedelta(days=day): [] for day in range((last_day - first_day).days + 1)
    }
    for opens, closes in _spans(expression, first_day, last_day):
        for day, start, end in _by_day(opens, closes):
            if day in found:
                found[day].append((start, end))
    return {day: tuple(intervals) for day, intervals in found.items()}


@lru_cache(maxsize=4096)
def _parsed(
    text: str, country: str, timezone: str, coords: tuple[float, float]
) -> OpeningHours | None:
    zone = known_zone(timezone)
    if zone is None:  # hours in an unknown zone are unknown
        return None
    try:
        return OpeningHours(text, timezone=zone, country=country, coords=coords)
    except UnknownCountryError:
        return OpeningHours(text, timezone=zone, coords=coords, auto_country=False)
    except ParserError:
        return None


def _spans(
    expression: OpeningHours, first_day: date, last_day: date
) -> list[tuple[datetime, datetime]]:
    """Open spans on the local clock, touching ones merged, from the day before to the day after."""
    start = datetime.combine(first_day - timedelta(days=1), time())
    end = datetime.combine(last_day + timedelta(days=2), time())
    spans: list[tuple[datetime, datetime]] = []
    for opens, closes, state, _comment in expression.intervals(start=start, end=end):
        if state is not State.OPEN:
            continue
        opens, closes = opens.replace(tzinfo=None), closes.replace(tzinfo=None)
        if spans and spans[-1][1] == opens:
            opens = spans.pop()[0]
        spans.append((opens, closes))
    return spans


def _by_day(opens: datetime, closes: datetime) -> list[tuple[date, int, int]]:
    """A span as (day, start, end): a night is one piece, anything longer is cut at midnights."""
    pieces: list[tuple[date, int, int]] = []
    day, start = opens.date(), _minute(opens)
    while True:
        end = int((closes - datetime.combine(day, time())).total_seconds()) // 60
        a_night = start > 0 and DAY_MIN < end <= DAY_MIN + LATE_MIN and not pieces
        if end <= DAY_MIN or a_night:
            if end > start:
                pieces.append((day, start, end))
            return pieces
        pieces.append((day, start, DAY_MIN))
        day, start = day + timedelta(days=1), 0


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute
