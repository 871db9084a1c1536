"""The watcher: weather, events and warnings of coming trips, asked once for each place."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from pydantic import ValidationError

from core import alerting, words
from core.errors import Unavailable
from core.notices.alert_news import alert_news
from core.notices.changes import AlertChange, EventChange, Seen, WeatherChange
from core.notices.event_news import event_news
from core.notices.sky import PATIENCE_S, point_of
from core.notices.state import Change, Found, Kind
from core.notices.told import Rows, as_told, no_rows
from core.notices.weather_news import WATCHED_DAYS, weather_news
from core.travel import AlertReport, DayWeather, Event, Travel
from core.trips import Plan, Stage, Trip
from core.zones import zone_of

AT_ONCE = 8
log = logging.getLogger(__name__)
Span = tuple[str, date, date]  # a destination's id, the first and the last day asked about


@dataclass
class _Sources:
    """What was answered, by place. What is missing was silent."""

    weather: dict[str, dict[date, DayWeather]] = field(default_factory=dict)
    events: dict[Span, list[Event]] = field(default_factory=dict)
    alerts: dict[str, AlertReport] = field(default_factory=dict)


class Watching:
    """Implements `core.notices.state.Watcher` over the travel ports."""

    def __init__(
        self, travel: Travel, rows: Rows = no_rows, counters: Counter[str] | None = None
    ) -> None:
        """`rows` gives the notices of a trip, said or not, by the id of the trip."""
        self._travel = travel
        self._rows = rows
        self._counters: Counter[str] = Counter() if counters is None else counters

    async def news(
        self, trips: Sequence[tuple[Trip, str]], now: datetime
    ) -> Sequence[Found | None]:
        """What has changed for each trip; None where everybody who was asked was silent, or failed.

        A source that is silent for one thing changes nothing of what was seen of it.
        """
        plans = [trip.plan for trip, _ in trips if trip.plan is not None]
        sources = await self._ask(plans, now)
        return [await self._guarded(trip, seen, sources, now) for trip, seen in trips]

    async def _guarded(
        self, trip: Trip, notes: str, sources: _Sources, now: datetime
    ) -> Found | None:
        try:
            return await self._of_trip(trip, notes, sources, now)
        except Exception:  # a trip that cannot be looked at must not keep the others waiting
            log.exception("trip_not_watched: %s", trip.id)
            self._counters["notices.not_watched"] += 1
            return None

    async def _of_trip(
        self, trip: Trip, notes: str, sources: _Sources, now: datetime
    ) -> Found | None:
        plan = trip.plan
        if plan is None:
            return Found(seen=notes)
        forecast = {
            day: weather
            for town in plan.towns
            for day, weather in sources.weather.get(town.destination_id, {}).items()
            if town.first <= day <= town.last
        }
        spans = {t.destination_id: (t.destination_id, t.first, t.last) for t in plan.towns}
        listed = {p: sources.events[s] for p, s in spans.items() if s in sources.events}
        asked = (
            _weather_spans([plan], now)
            or _event_spans([plan], now)
            or self._alert_spans([plan], now)
        )
        if asked and not (forecast or listed or set(spans) & set(sources.alerts)):
            return None
        seen = _read(notes)
        if any(day.times for day in seen.days):
            seen = as_told(seen, await self._rows(trip.id), now)
        weather, seen = weather_news(plan, seen, forecast, now)
        events, seen = event_news(plan, trip.wish, seen, listed, now)
        alerts, seen = alert_news(plan, seen, sources.alerts, now)
        found = (
            *(_alert(c, plan) for c in alerts),
            *(_weather(c, plan) for c in weather),
            *(_event(c, plan) for c in events),
        )
        return Found(changes=found, seen=seen.model_dump_json(exclude_defaults=True))

    # --- asking --------------------------------------------------------------------------------

    async def _ask(self, plans: Sequence[Plan], now: datetime) -> _Sources:
        """Every question once, a few at a time."""
        sources = _Sources()
        towns = {t.destination_id: t for plan in plans for t in plan.towns}
        room = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for place, first, last in _joined(_weather_spans(plans, now)):
                asked = self._weather(sources, towns[place], first, last)
                group.create_task(self._in_time(room, place, asked))
            for span in dict.fromkeys(_event_spans(plans, now)):
                group.create_task(self._in_time(room, span[0], self._events(sources, span)))
            for span in _joined(self._alert_spans(plans, now)):
                group.create_task(self._in_time(room, span[0], self._alerts(sources, span)))
        return sources

    async def _in_time(
        self, room: asyncio.Semaphore, place: str, asked: Coroutine[None, None, None]
    ) -> None:
        """A question with a deadline; who does not answer it is silent."""
        async with room:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await asked
            except (Unavailable, TimeoutError):
                return
            except Exception:  # a mistake about one place must not keep the others waiting
                log.exception("place_not_watched: %s", place)
                self._counters["notices.not_watched"] += 1

    async def _weather(self, sources: _Sources, town: Stage, first: date, last: date) -> None:
        point = point_of(self._travel, town)
        found = await self._travel.weather.forecast(point, town.timezone, first, last)
        sources.weather[town.destination_id] = {w.day: w for w in found if not w.typical}

    async def _events(self, sources: _Sources, span: Span) -> None:
        destination = self._travel.places.destination(span[0])
        if destination is not None:
            sources.events[span] = await self._travel.events.between(destination, *span[1:])

    async def _alerts(self, sources: _Sources, span: Span) -> None:
        destination = self._travel.places.destination(span[0])
        if destination is None or self._travel.alerts is None:
            return
        report = await self._travel.alerts.active(destination, *span[1:])
        if report.alerts or report.checked:
            sources.alerts[span[0]] = report

    def _alert_spans(self, plans: Iterable[Plan], now: datetime) -> list[Span]:
        if self._travel.alerts is None:
            return []
        return _near(plans, now, alerting.DAYS_AHEAD)


def _weather_spans(plans: Iterable[Plan], now: datetime) -> list[Span]:
    return _near(plans, now, WATCHED_DAYS)


def _event_spans(plans: Iterable[Plan], now: datetime) -> list[Span]:
    """The whole stay in each town that is not over: what begins today may move to yesterday."""
    return [
        (town.destination_id, town.first, town.last)
        for plan in plans
        for town in plan.towns
        if town.last >= _today(town, now)
    ]


def _near(plans: Iterable[Plan], now: datetime, ahead: int) -> list[Span]:
    """Of each stay the days from today up to so many days ahead."""
    found = []
    for plan in plans:
        for town in plan.towns:
            today = _today(town, now)
            first, last = max(town.first, today), min(town.last, today + timedelta(days=ahead))
            if first <= last:
                found.append((town.destination_id, first, last))
    return found


def _joined(spans: Iterable[Span]) -> list[Span]:
    """One span for each place, that holds all of its days."""
    found: dict[str, tuple[date, date]] = {}
    for place, first, last in spans:
        known = found.get(place, (first, last))
        found[place] = (min(first, known[0]), max(last, known[1]))
    return [(place, first, last) for place, (first, last) in found.items()]


def _today(town: Stage, now: datetime) -> date:
    return now.astimezone(zone_of(town.timezone)).date()


# --- as the engine takes them ------------------------------------------------------------------


def _weather(change: WeatherChange, plan: Plan) -> Change:
    stops = {s.id: s for d in plan.days for s in d.stops}
    first = stops[change.stop_ids[0]]
    title = words.literal(first.title)
    return Change(
        kind=Kind.WEATHER,
        on=change.day,
        about=change.about,
        why=f"the forecast for {words.day(change.day)} has changed, and {title} is outdoors",
        news=change.model_dump_json(),
        until=max(stops[id].start for id in change.stop_ids),
    )


_SAID = {
    "new": "something of a kind that you like is new on sale for your days",
    "moved": "an event on your days that concerns you has moved",
    "cancelled": "an event on your days that concerns you is cancelled",
    "postponed": "an event on your days that concerns you is postponed",
}


def _event(change: EventChange, plan: Plan) -> Change:
    town = plan.town_of(change.place) or plan.towns[0]
    return Change(
        kind=Kind.EVENT,
        on=change.day,
        about=change.about,
        why=_SAID[change.what],
        news=change.model_dump_json(),
        until=_end_of(town.last, town),
    )


def _alert(change: AlertChange, plan: Plan) -> Change:
    town = plan.town_of(change.place) or plan.towns[0]
    return Change(
        kind=Kind.ALERT,
        on=change.day,
        about=change.about,
        why=f"there is a grave official warning for {town.destination} on your days",
        news=change.model_dump_json(),
        until=min(change.alert.ends, _end_of(town.last, town)),
    )


def _end_of(day: date, town: Stage) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone_of(town.timezone))


def _read(notes: str) -> Seen:
    """The notes of the last time; none when they are of another kind than ours."""
    try:
        return Seen.model_validate_json(notes) if notes else Seen()
    except ValidationError:
        return Seen()
