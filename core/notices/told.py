"""What a chat was really told of a day's weather: a change that was never said is none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence, Set
from datetime import date, datetime

from core.notices.changes import CHANGE, DaySeen, Seen, WeatherChange
from core.notices.state import NOT_WORTH_IT, Kind, Notice, State
from core.notices.weather_news import poor_in
from core.travel import DayWeather
from core.trips import Day

# The notices of a trip by its id, whatever became of them.
Rows = Callable[[str], Awaitable[Sequence[Notice]]]
_SAID = frozenset({State.SENT, State.UNKNOWN})


async def no_rows(trip: str) -> Sequence[Notice]:
    """For a composer or watcher without a store: nothing was ever said."""
    return ()


def known_weather(day: Day, place: str, rows: Sequence[Notice], before: int) -> DayWeather | None:
    """The weather of a day that the chat knows of: of the last change that was said, before the
    change with the number `before`; else of the plan, when that is newer or nothing was said."""
    said = [c for c in _changes(rows, day.day, place) if c.times < before]
    newest = max(said, key=lambda c: c.times, default=None)
    plan = day.weather
    if newest is None:
        return plan
    if plan is not None and plan.source.fetched_at > newest.new.source.fetched_at:
        return plan
    return newest.new


def as_told(seen: Seen, rows: Sequence[Notice], now: datetime) -> Seen:
    """What was seen, without the changes that had turned back or expired before they could be said.

    Such a day is as it was told before, or as in the plan, so that the change is news again when
    it comes back.
    """
    return seen.model_copy(update={"days": tuple(_as_told(s, rows, now) for s in seen.days)})


def _as_told(seen: DaySeen, rows: Sequence[Notice], now: datetime) -> DaySeen:
    never_said = any(
        row.kind is Kind.WEATHER
        and row.on == seen.day
        and (row.reason == NOT_WORTH_IT or (row.state is State.EXPIRED and row.late_until <= now))
        and row.about.endswith(f"/{seen.times}")
        for row in rows
    )
    if not seen.times or not never_said:
        return seen
    said = _changes(rows, seen.day, seen.place)
    newest = max(said, key=lambda c: c.times, default=None)
    weather = newest.new if newest is not None else None
    return DaySeen(
        place=seen.place,
        day=seen.day,
        weather=weather,
        poor=poor_in(weather),
        times=seen.times,
    )


def has_later(rows: Sequence[Notice], change: WeatherChange) -> bool:
    """Whether a later change of that day was said, or is still to be said."""
    alive = _SAID | {State.PLANNED, State.CLAIMED}
    return any(c.times > change.times for c in _changes(rows, change.day, change.place, alive))


def _changes(
    rows: Sequence[Notice], day: date, place: str, states: Set[State] = _SAID
) -> list[WeatherChange]:
    """The changes of the weather of a day whose notices are in these states."""
    return [
        change
        for row in rows
        if row.kind is Kind.WEATHER and row.on == day and row.news and row.state in states
        if isinstance(change := CHANGE.validate_json(row.news), WeatherChange)
        if change.place == place
    ]
