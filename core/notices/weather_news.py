"""When a forecast is news: held against what was told last, with steps and thresholds; pure.

A threshold for getting worse, a lower one for getting better, and a step that is too small for
either. So jitter says nothing, and a change that matters is said once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from core.notices.changes import Aspect, DaySeen, Seen, WeatherChange
from core.travel import DayWeather
from core.trips import Day, Plan, Stop, StopKind
from core.zones import zone_of

WATCHED_DAYS = 6  # forecasts farther ahead move too much to change a plan for them
FIRST_DAYS = 3  # the first forecast of a day is no change; it counts when it is near and sure
STEP = 0.3  # of the way from nothing to spoiled: 15 % of rain, 1.2 mm, 18 km/h, 6 °C
POOR, FINE = 1.0, 0.7
HELD = timedelta(hours=2)  # it is better when a later look says the same


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
        today = now.astimezone(zone_of(town.timezone)).date()
        stops = outdoor_stops(day, now)
        new = forecast.get(day.day)
        ahead = (day.day - today).days
        if not stops or new is None or new.low_confidence or not 0 <= ahead <= WATCHED_DAYS:
            continue
        key = (town.destination_id, day.day)
        told = _told(known.get(key), day, town.destination_id)
        if ahead > FIRST_DAYS and (told.weather is None or told.weather.typical):
            continue
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
