"""What changed for a trip since the traveller last heard of it, when it is worth saying; pure.

A forecast is held against what was told last, not against the one before it: with a threshold for
getting worse, a lower one for getting better, and a step that is too small for either. So jitter
says nothing, and a change that matters is said once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, TypeAdapter

from core.interests import INTERESTS
from core.messages import Value
from core.naming import folded
from core.travel import Alert, AlertReport, DayWeather, Event, EventKind, Severity
from core.trips import Day, Plan, Stop, StopKind
from core.wishes import Wish

WATCHED_DAYS = 6  # forecasts farther ahead move too much to change a plan for them
STEP = 0.3  # of the way from nothing to spoiled: 15 % of rain, 1.2 mm, 18 km/h, 6 °C
POOR, FINE = 1.0, 0.7
HELD = timedelta(hours=2)  # it is better when a later look says the same
EVENT_STEP = timedelta(minutes=30)

Aspect = Literal["rain", "storm", "wind", "heat", "cold"]


class DaySeen(Value):
    """What was told last of a day's weather in a town, by which it is `poor`.

    `better_since` is when a forecast first said that it is fine again.
    """

    place: str
    day: date
    weather: DayWeather | None
    poor: frozenset[Aspect] = frozenset()
    better_since: AwareDatetime | None = None
    times: int = 0  # how often a change of it was told


class EventSeen(Value):
    """An event as it was told last, or as it was when it was first seen."""

    id: str
    first: date
    starts_at: AwareDatetime | None = None
    status: str = ""


class AlertSeen(Value):
    """A hazard that was told, whatever ids its updates have."""

    key: str
    severity: Severity


class Seen(Value):
    """All that later looks at a trip are held against. `looked` are the towns whose events have
    been looked at: what is there for the first time is not new."""

    days: tuple[DaySeen, ...] = ()
    events: tuple[EventSeen, ...] = ()
    alerts: tuple[AlertSeen, ...] = ()
    looked: tuple[str, ...] = ()


class WeatherChange(Value):
    """The weather of planned outdoor stops. `old` is what was told before, None: nothing."""

    type: Literal["weather"] = "weather"
    place: str
    day: date
    stop_ids: tuple[str, ...]  # the outdoor stops it is about, the longest first
    old: DayWeather | None
    new: DayWeather
    poor: frozenset[Aspect]
    before: frozenset[Aspect] = frozenset()
    times: int = 1

    @property
    def better(self) -> bool:
        return not self.poor

    @property
    def about(self) -> str:
        """The stop, and which change of its weather this is."""
        return f"{self.stop_ids[0]}/{self.times}"


class EventChange(Value):
    """Events that are new (several at once), or one that moved or was cancelled."""

    type: Literal["event"] = "event"
    what: Literal["new", "moved", "cancelled", "postponed"]
    place: str
    events: tuple[Event, ...]
    old_first: date | None = None
    old_starts_at: AwareDatetime | None = None

    @property
    def day(self) -> date:
        return self.old_first or self.events[0].first

    @property
    def about(self) -> str:
        """The event, and what of it is told; a second move is another one."""
        event = self.events[0]
        moved = f"/{event.starts_at or event.first}" if self.what == "moved" else ""
        return f"{event.id}/{self.what}{moved}"


class AlertChange(Value):
    """An official warning that is new, or graver than it was told."""

    type: Literal["alert"] = "alert"
    place: str
    day: date
    key: str
    alert: Alert

    @property
    def about(self) -> str:
        return f"{self.key}/{self.alert.severity}"


Change = Annotated[WeatherChange | EventChange | AlertChange, Field(discriminator="type")]


class News(Value):
    """What a look at a trip found, and what the next one is held against."""

    changes: tuple[Change, ...] = ()
    seen: Seen = Seen()


CHANGE: TypeAdapter[Change] = TypeAdapter(Change)  # a change as a notice carries it, in JSON


# --- weather -----------------------------------------------------------------------------------


def scores(weather: DayWeather | None) -> dict[Aspect, float]:
    """How far each aspect is on the way to spoiling hours outdoors: 1 is where it does.

    The thresholds are those of `DayWeather.outdoor_ok`, by which the planner goes.
    """
    if weather is None:
        return dict.fromkeys(("rain", "storm", "wind", "heat", "cold"), 0.0)
    felt = weather.tmax_c if weather.feels_max_c is None else weather.feels_max_c
    found: dict[Aspect, float] = {"heat": (felt - 17) / 20, "cold": (15 - felt) / 20}
    if weather.typical:
        return {"rain": 0.0, "storm": 0.0, "wind": 0.0, **found}
    rain = max((weather.rain_chance or 0) / 0.5, (weather.rain_mm or 0) / 4)
    thunder = weather.code is not None and weather.code >= 95
    return {
        "rain": rain,
        "storm": 1.0 if thunder else 0.0,
        "wind": (weather.gust_kmh or 0) / 60,
        **found,
    }


def poor_in(weather: DayWeather | None) -> frozenset[Aspect]:
    """The aspects that spoil hours outdoors."""
    return frozenset(aspect for aspect, score in scores(weather).items() if score >= POOR)


def weather_news(
    plan: Plan, seen: Seen, forecast: Mapping[date, DayWeather], now: datetime
) -> tuple[list[WeatherChange], Seen]:
    """The changes for outdoor stops that are still to come, and what has been told then."""
    found: list[WeatherChange] = []
    known = {(s.place, s.day): s for s in seen.days}
    for day in plan.days:
        town = plan.town_on(day.day)
        today = now.astimezone(ZoneInfo(town.timezone)).date()
        stops = outdoor_stops(day, now)
        new = forecast.get(day.day)
        ahead = (day.day - today).days
        if not stops or new is None or new.low_confidence or not 0 <= ahead <= WATCHED_DAYS:
            continue
        key = (town.destination_id, day.day)
        told = _told(known.get(key), day, town.destination_id)
        after, changed = _judged(told, new, now)
        if changed:
            found.append(
                WeatherChange(
                    place=town.destination_id,
                    day=day.day,
                    stop_ids=tuple(s.id for s in stops),
                    old=told.weather,
                    new=new,
                    poor=after.poor,
                    before=told.poor,
                    times=after.times,
                )
            )
        known[key] = after
    days = tuple(s for s in known.values() if s.times or s.better_since is not None)
    return found, seen.model_copy(update={"days": days})


def outdoor_stops(day: Day, now: datetime) -> list[Stop]:
    """The visits of a day under the open sky that have not begun, the longest first."""
    stops = [s for s in day.stops if s.kind is StopKind.VISIT and not s.indoor and s.start > now]
    return sorted(stops, key=lambda s: (s.start - s.end, s.start))


def _told(seen: DaySeen | None, day: Day, place: str) -> DaySeen:
    """What the traveller knows: the plan shows its weather, too, and may be the newer word."""
    plan = day.weather
    if seen is not None and seen.weather is not None:
        older = plan is None or plan.source.fetched_at <= seen.weather.source.fetched_at
        if older or plan is None or plan.typical:
            return seen
    times = seen.times if seen else 0
    return DaySeen(place=place, day=day.day, weather=plan, poor=poor_in(plan), times=times)


def _judged(told: DaySeen, new: DayWeather, now: datetime) -> tuple[DaySeen, bool]:
    """What is known after a forecast, and whether that is worth saying."""
    before, after = scores(told.weather), scores(new)
    step = {aspect: after[aspect] - before[aspect] for aspect in after}
    worse = {a for a in after if a not in told.poor and after[a] >= POOR and step[a] >= STEP}
    if worse:
        poor = frozenset(a for a in after if after[a] >= POOR)
        return _now(told, new, poor), True
    fine = bool(told.poor) and all(
        after[a] <= FINE and (a not in told.poor or step[a] <= -STEP) for a in after
    )
    if not fine:
        return told.model_copy(update={"better_since": None}), False
    if told.better_since is None:
        return told.model_copy(update={"better_since": now}), False
    if now - told.better_since < HELD:
        return told, False
    return _now(told, new, frozenset()), True


def _now(told: DaySeen, new: DayWeather, poor: frozenset[Aspect]) -> DaySeen:
    return DaySeen(place=told.place, day=told.day, weather=new, poor=poor, times=told.times + 1)


def still_so(change: WeatherChange, weather: DayWeather) -> bool:
    """Whether a later forecast leaves a change as it was found, by the same steps."""
    after = scores(weather)
    if change.better:
        return not poor_in(weather)
    return any(after[a] > FINE for a in change.poor - change.before)


# --- events ------------------------------------------------------------------------------------

_LIKED: dict[EventKind, frozenset[str]] = {
    EventKind.MUSIC: frozenset({"music", "nightlife"}),
    EventKind.STAGE: frozenset({"art", "music"}),
    EventKind.FESTIVAL: frozenset({"food", "wine", "music", "art"}),
}


def interests(event: Event, wish: Wish) -> bool:
    """Whether an event is the traveller's business: booked, of a kind they like, or named so."""
    if booked(event, wish):
        return True
    name = set(folded(event.name).split())
    if set(wish.dislikes) & _LIKED.get(event.kind, frozenset()):
        return False
    if set(wish.likes) & _LIKED.get(event.kind, frozenset()):
        return True
    named = [folded(INTERESTS[t].label if t in INTERESTS else t) for t in wish.likes]
    return any(set(n.split()) <= name for n in named if n)


def booked(event: Event, wish: Wish) -> bool:
    """Whether an event is one of the traveller's appointments, by its name."""
    name = set(folded(event.name).split())
    titles = (set(folded(a.title).split()) for a in wish.appointments)
    return any(title and (title <= name or name <= title) for title in titles)


def event_news(
    plan: Plan,
    wish: Wish,
    seen: Seen,
    listed: Mapping[str, Sequence[Event]],
    now: datetime,
) -> tuple[list[EventChange], Seen]:
    """What is new, moved or cancelled of what the traveller cares for; `listed` by town.

    Nobody says that something is cancelled because it is not listed any more.
    """
    planned = {e.id: _as_seen(e) for d in plan.days for e in d.events}
    known = planned | {e.id: e for e in seen.events}
    looked = dict.fromkeys(seen.looked)
    found: list[EventChange] = []
    for town in plan.towns:
        if town.destination_id not in listed:
            continue
        today = now.astimezone(ZoneInfo(town.timezone)).date()
        here = town.destination_id
        first_look = here not in looked
        looked[here] = None
        fresh: list[Event] = []
        for event in listed[here]:
            old = known.get(event.id)
            told = None if old is None else _moved(old, event, here)
            wanted = event.last >= today and interests(event, wish)
            if old is None:
                known[event.id] = _as_seen(event)
                off = _moved(_as_seen(event.model_copy(update={"status": ""})), event, here)
                if off is not None and wanted and booked(event, wish):
                    found.append(off)
                elif wanted and not first_look and not event.status and event.certain:
                    fresh.append(event)
            elif told is not None:
                known[event.id] = _as_seen(event)
                if wanted:
                    found.append(told)
        if fresh:
            new = tuple(sorted(fresh, key=lambda e: (e.first, str(e.starts_at), e.id)))
            found.append(EventChange(what="new", place=here, events=new))
    after = seen.model_copy(update={"events": tuple(known.values()), "looked": tuple(looked)})
    return found, after


def _as_seen(event: Event) -> EventSeen:
    return EventSeen(id=event.id, first=event.first, starts_at=event.starts_at, status=event.status)


def _moved(old: EventSeen, event: Event, place: str) -> EventChange | None:
    what: Literal["moved", "cancelled", "postponed"] | None = None
    if event.status == "cancelled" and old.status != "cancelled":
        what = "cancelled"
    elif event.status == "postponed" and old.status != "postponed":
        what = "postponed"
    elif event.status not in ("cancelled", "postponed") and _other_time(old, event):
        what = "moved"
    if what is None:
        return None
    return EventChange(
        what=what,
        place=place,
        events=(event,),
        old_first=old.first,
        old_starts_at=old.starts_at,
    )


def _other_time(old: EventSeen, event: Event) -> bool:
    if event.first != old.first:
        return True
    if event.starts_at is None or old.starts_at is None:
        return False
    return abs(event.starts_at - old.starts_at) >= EVENT_STEP


# --- warnings ----------------------------------------------------------------------------------

_GRADE = {
    Severity.MINOR: 0,
    Severity.MODERATE: 1,
    Severity.UNKNOWN: 1,
    Severity.SEVERE: 2,
    Severity.EXTREME: 3,
}


def alert_news(
    plan: Plan, seen: Seen, reports: Mapping[str, AlertReport], now: datetime
) -> tuple[list[AlertChange], Seen]:
    """Grave official warnings for the days in town that were not told, or not as grave."""
    known = {a.key: a for a in seen.alerts}
    found: list[AlertChange] = []
    for town in plan.towns:
        report = reports.get(town.destination_id)
        zone = ZoneInfo(town.timezone)
        for alert in _grave(report.alerts if report else ()):
            first, last = alert.onset.astimezone(zone).date(), alert.ends.astimezone(zone).date()
            if alert.ends <= now or last < town.first or first > town.last:
                continue
            key = _hazard(town.destination_id, alert, first)
            told = known.get(key) or _continued(known.values(), town.destination_id, alert, first)
            known[key] = AlertSeen(key=key, severity=alert.severity)
            if told is None or _GRADE[alert.severity] > _GRADE[told.severity]:
                found.append(
                    AlertChange(
                        place=town.destination_id,
                        day=max(first, town.first, now.astimezone(zone).date()),
                        key=key,
                        alert=alert,
                    )
                )
            elif _GRADE[told.severity] > _GRADE[alert.severity]:
                known[key] = AlertSeen(key=key, severity=told.severity)
    return found, seen.model_copy(update={"alerts": tuple(known.values())})


def _grave(alerts: Iterable[Alert]) -> list[Alert]:
    return [a for a in alerts if a.official and _GRADE[a.severity] >= _GRADE[Severity.SEVERE]]


def _hazard(place: str, alert: Alert, first: date) -> str:
    """The same for all updates of a warning: what, where, from which day on."""
    return f"{place}/{folded(alert.event).replace(' ', '-')[:24]}/{first}"


def _continued(
    known: Iterable[AlertSeen], place: str, alert: Alert, first: date
) -> AlertSeen | None:
    """The told warning that this one prolongs: the same hazard from the day before on."""
    before = _hazard(place, alert, first - timedelta(days=1))
    return next((a for a in known if a.key == before), None)
