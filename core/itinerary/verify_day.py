"""One day of a plan against the raw facts; the verifier's inner half.

Shares nothing with the optimizer: hours, legs and windows are read again from the problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from core.itinerary.problem import (
    APPOINTMENT,
    DAYLIGHT_CATEGORIES,
    DINNER_MIN,
    DINNER_WINDOW,
    EVENING_TIMES,
    LONG_VISIT_MIN,
    LUNCH_MIN,
    LUNCH_WINDOW,
    NIGHT_END,
    PLAUSIBLE_HOURS,
    SETTLE_MIN,
    TRAVEL_MARGIN,
    TWILIGHT_MIN,
    Problem,
)
from core.itinerary.violations import Kind, Violation
from core.travel import EventKind, Leg, Sight
from core.trips import Stop, StopKind
from core.zones import zone_of

MEALS = {
    StopKind.LUNCH: (LUNCH_MIN, LUNCH_WINDOW),
    StopKind.DINNER: (DINNER_MIN, DINNER_WINDOW),
}
MAX_DAYTRIPS = 1
DEPARTURE = StopKind.DEPARTURE


class DayCheck:
    """Checks the stops of one local day; `found` holds what is wrong with them."""

    def __init__(self, problem: Problem, day: date, stops: Sequence[Stop]) -> None:
        self.problem, self.day = problem, day
        self.stops = list(stops)
        self.zone = zone_of(problem.destination.timezone)
        self.found: list[Violation] = []
        self.places = self._places()

    def run(self) -> list[Violation]:
        timed = [stop for stop in self.stops if self._clock_is_sound(stop)]
        for stop in timed:
            self._date(stop)
            if stop.kind is StopKind.VISIT:
                self._visit(stop)
            elif stop.kind in MEALS:
                self._meal(stop)
        if len(timed) == len(self.stops):
            self._transfers()
            self._flights()
            self._meals_due()
        self._pace(timed)
        return self.found

    def minute(self, moment: datetime) -> int:
        """Minutes after local midnight of this day, by the clock on the wall."""
        local = moment.astimezone(self.zone)
        return (local.date() - self.day).days * 1440 + local.hour * 60 + local.minute

    def wrong(self, kind: Kind, stop: Stop | None, text: str) -> None:
        stop_id = stop.id if stop else ""
        self.found.append(Violation(kind=kind, stop_id=stop_id, day=self.day, text=text))

    def legs(self) -> list[tuple[Stop, Leg | None]]:
        """Each stop with the leg that leads to it by the facts; None when nobody knows it."""
        found: list[tuple[Stop, Leg | None]] = []
        before = "anchor"
        for stop, place in zip(self.stops, self.places, strict=True):
            found.append((stop, self._leg(before, place)))
            before = place
        return found

    def _leg(self, a: str, b: str) -> Leg | None:
        if a == b:
            return Leg(minutes=0, km=0.0, mode="walk")
        return self.problem.legs.get((a, b))

    def _places(self) -> list[str]:
        """The id of the place of each stop; a meal is where a neighbour is, or at the anchor."""
        places: list[str] = []
        for n, stop in enumerate(self.stops):
            if stop.kind is StopKind.VISIT:
                places.append(stop.sight_id)
            elif stop.kind in MEALS:
                places.append(self._meal_place(n, places[-1] if places else "anchor"))
            else:
                places.append("anchor")
        return places

    def _meal_place(self, n: int, before: str) -> str:
        stop = self.stops[n]
        after = [s.sight_id for s in self.stops[n + 1 : n + 2] if s.kind is StopKind.VISIT]
        for id in (before, *after):
            sight = self.problem.sights.get(id)
            if sight is not None and sight.point == stop.point:
                return id
        return "anchor" if stop.point == self.problem.anchor else "nowhere"

    def _clock_is_sound(self, stop: Stop) -> bool:
        for moment in (stop.start, stop.end):
            if moment.tzinfo is None or moment.utcoffset() is None:
                self.wrong(Kind.NAIVE_TIME, stop, f"{stop.title} has a time without a zone.")
                return False
            named = getattr(moment.tzinfo, "key", self.zone.key)
            if moment.utcoffset() != moment.astimezone(self.zone).utcoffset() or (
                named != self.zone.key
            ):
                text = f"{stop.title} is not in the time of {self.zone.key}."
                self.wrong(Kind.WRONG_ZONE, stop, text)
                return True
        return True

    def _date(self, stop: Stop) -> None:
        late = stop.kind in (StopKind.ARRIVAL, StopKind.DEPARTURE) or self._is_fixed(stop)
        moments = [stop.start] if late else [stop.start, stop.end]
        for moment in moments:
            local = moment.astimezone(self.zone).date()
            if local != self.day:
                self.wrong(Kind.WRONG_DATE, stop, f"{stop.title} is on {local}, not on its day.")
                return

    def _visit(self, stop: Stop) -> None:
        sight = self.problem.sights.get(stop.sight_id)
        if sight is None:
            self.wrong(Kind.UNKNOWN_ID, stop, f"{stop.title}: no source knows this sight.")
            return
        if stop.title != sight.name or stop.point != sight.point:
            self.wrong(Kind.WRONG_FACT, stop, f"{stop.title} is not what or where the source says.")
        if not stop.source.name or stop.source != sight.source:
            self.wrong(Kind.UNKNOWN_SOURCE, stop, f"{stop.title} has no known source.")
        if self.problem.interest.get(sight.id, 1.0) <= 0:
            self.wrong(Kind.REFUSED, stop, f"{stop.title} was refused.")
        start, end = self.minute(stop.start), self.minute(stop.end)
        if sight.id in self.problem.booked and self.problem.booked[sight.id] != (self.day, start):
            self.wrong(Kind.BOOKED, stop, f"{stop.title} is booked for another time.")
        if end - start < sight.visit_min:
            text = f"{stop.title} takes {sight.visit_min} min and has {end - start}."
            self.wrong(Kind.TOO_SHORT, stop, text)
        self._hours(stop, sight, start, end)
        self._light(stop, sight, start, end)

    def _is_holiday(self) -> bool:
        holidays = [e for e in self.problem.events if e.kind is EventKind.HOLIDAY]
        return any(e.first <= self.day <= e.last for e in holidays)

    def _hours(self, stop: Stop, sight: Sight, start: int, end: int) -> None:
        unknown = sight.hours is None or self.day not in sight.hours
        unsure = unknown or sight.hours_confidence not in ("high", "medium")
        if not unknown and sight.hours is not None:
            by_the_clock = any(o.end - o.start < 24 * 60 for o in sight.hours[self.day])
            unsure = unsure or (by_the_clock and self._is_holiday())
        if unsure and not any("hours" in check.casefold() for check in stop.checks):
            text = f"{stop.title}: its hours are uncertain and nothing says so."
            self.wrong(Kind.UNCHECKED_HOURS, stop, text)
        if sight.hours is None or self.day not in sight.hours:
            intervals = [PLAUSIBLE_HOURS]
        else:
            intervals = [(each.start, each.end) for each in sight.hours[self.day]]
        if not intervals:
            self.wrong(Kind.CLOSED_DAY, stop, f"{stop.title} is closed on {self.day}.")
            return
        early = sight.last_entry_min
        if any(a <= start and end <= b and start <= b - early for a, b in intervals):
            return
        late = [b for a, b in intervals if a <= start <= b and start > b - early]
        if late:
            text = f"{stop.title} lets nobody in after {_clock(late[-1] - early)}."
            self.wrong(Kind.LAST_ENTRY, stop, text)
        else:
            hours = ", ".join(f"{_clock(a)}-{_clock(b)}" for a, b in intervals)
            text = f"{stop.title} is planned {_clock(start)}-{_clock(end)} and open {hours}."
            self.wrong(Kind.CLOSES_EARLY, stop, text)

    def _light(self, stop: Stop, sight: Sight, start: int, end: int) -> None:
        """Parks, beaches and days out are for the light, unless the evening is their best time."""
        sun = self.problem.sun.get(self.day)
        if sun is None or sight.category not in DAYLIGHT_CATEGORIES or sight.setting != "outdoor":
            return
        if any(time in EVENING_TIMES for time in sight.best_time):
            return
        if start < sun[0] - TWILIGHT_MIN or end > sun[1] + TWILIGHT_MIN:
            light = f"{_clock(sun[0])}-{_clock(sun[1])}"
            text = f"{stop.title} is planned in the dark; the sun is up {light}."
            self.wrong(Kind.DARK, stop, text)

    def _meal(self, stop: Stop) -> None:
        length, (first, last) = MEALS[stop.kind]
        start, end = self.minute(stop.start), self.minute(stop.end)
        if end - start < length:
            self.wrong(Kind.TOO_SHORT, stop, f"{stop.title} has {end - start} of {length} min.")
        if start < first or end > last:
            text = f"{stop.title} is not between {_clock(first)} and {_clock(last)}."
            self.wrong(Kind.MISSING_MEAL, stop, text)
        if not stop.source.name:
            self.wrong(Kind.UNKNOWN_SOURCE, stop, f"{stop.title} has no known source.")

    def _transfers(self) -> None:
        free = self._first_minute()
        before: Stop | None = None
        for stop, leg in self.legs():
            start = self.minute(stop.start)
            known = stop.kind is not StopKind.VISIT or stop.sight_id in self.problem.sights
            if before is not None and stop.start < before.end:
                self.wrong(Kind.OVERLAP, stop, f"{stop.title} starts before {before.title} ends.")
            elif stop.kind is StopKind.ARRIVAL or (before is None and stop.kind is DEPARTURE):
                pass  # nothing is asked of the way before
            elif leg is None:
                if known:
                    text = f"Nobody knows how to get to {stop.title}."
                    self.wrong(Kind.IMPOSSIBLE_TRANSFER, stop, text)
            else:
                needed = _with_margin(leg.minutes)
                if start < free + needed:
                    text = f"{stop.title} is {needed} min away and {start - free} min are left."
                    self.wrong(Kind.IMPOSSIBLE_TRANSFER, stop, text)
                self._leg_is_true(stop, leg)
            free = max(free, self.minute(stop.end))
            before = stop

    def _first_minute(self) -> int:
        """When the day may begin: as the pace says, earlier for an early appointment."""
        starts = [self.problem.rule.start]
        for stop in self.stops:
            if self._is_fixed(stop):
                leg = self._leg("anchor", stop.sight_id)
                way = _with_margin(leg.minutes) if leg else 0
                # The plan is on a grid of five minutes; so is the moment of leaving.
                starts.append(self.minute(stop.start) - -(-way // 5) * 5)
        return min(starts)

    def _leg_is_true(self, stop: Stop, leg: Leg) -> None:
        if stop.leg is None or (stop.leg.minutes, stop.leg.mode) != (leg.minutes, leg.mode):
            self.wrong(Kind.WRONG_LEG, stop, f"The way to {stop.title} takes {leg.minutes} min.")
        limit = self.problem.max_walk_km
        if limit is not None and leg.mode == "walk" and leg.km > limit:
            text = f"{stop.title} is a walk of {leg.km:.1f} km; {limit:.1f} km is the limit."
            self.wrong(Kind.WALK_TOO_LONG, stop, text)

    def ready(self) -> datetime | None:
        """When the traveller is in town, in UTC."""
        transfer = self.problem.comes_by
        if transfer is not None:
            return transfer.arrive_at.astimezone(UTC) + timedelta(minutes=SETTLE_MIN)
        if self.problem.landing is None:
            return None
        minutes = self.problem.after_landing_min + self.problem.transfer_min
        return self.problem.landing.astimezone(UTC) + timedelta(minutes=minutes)

    def leave(self) -> datetime | None:
        """When the traveller has to leave town, in UTC."""
        if self.problem.takeoff is None:
            return None
        minutes = self.problem.before_takeoff_min + self.problem.transfer_min
        return self.problem.takeoff.astimezone(UTC) - timedelta(minutes=minutes)

    def _flights(self) -> None:
        ready, leave = self.ready(), self.leave()
        for stop in self.stops:
            if ready and stop.kind is not StopKind.ARRIVAL and stop.start < ready:
                text = f"{stop.title} starts before anybody can be there after landing."
                self.wrong(Kind.BEFORE_LANDING, stop, text)
            if leave and stop.kind is not StopKind.DEPARTURE and stop.end > leave:
                if stop.kind is StopKind.ARRIVAL:
                    continue
                text = f"{stop.title} ends after the time to leave for the airport."
                self.wrong(Kind.AFTER_TAKEOFF, stop, text)
        transfer = self.problem.comes_by
        begins = transfer.depart_at if transfer else self.problem.landing
        self._bookend(StopKind.ARRIVAL, begins, ready, Kind.BEFORE_LANDING)
        self._bookend(StopKind.DEPARTURE, leave, self.problem.takeoff, Kind.AFTER_TAKEOFF)

    def _bookend(
        self, kind: StopKind, start: datetime | None, end: datetime | None, wrong: Kind
    ) -> None:
        stops = [stop for stop in self.stops if stop.kind is kind]
        due = start is not None and start.astimezone(self.zone).date() == self.day
        if due != (len(stops) == 1) or len(stops) > 1:
            text = f"There should be {'one' if due else 'no'} {kind.value} on this day."
            self.wrong(wrong, stops[0] if stops else None, text)
            return
        for stop in stops:
            edge = self.stops[0] if kind is StopKind.ARRIVAL else self.stops[-1]
            if stop.start != start or stop.end != end or stop is not edge:
                self.wrong(wrong, stop, f"{stop.title} is not at the time of the flight.")
            if stop.point != self.problem.anchor:
                self.wrong(Kind.WRONG_FACT, stop, f"{stop.title} is not at the hotel or centre.")

    def _meals_due(self) -> None:
        start, end = self.problem.rule.start, 1440
        ready, leave = self.ready(), self.leave()
        if ready is not None:
            start = max(start, self.minute(ready))
        if leave is not None:
            end = min(end, self.minute(leave))
        for kind, (length, (first, last)) in MEALS.items():
            meals = [stop for stop in self.stops if stop.kind is kind]
            if len(meals) > 1:
                self.wrong(Kind.DUPLICATE, meals[1], f"There are {len(meals)} times {kind.value}.")
            due = start <= first and end >= last and not self._appointed(kind.value, first, last)
            inside = kind is StopKind.LUNCH and any(self._holds_lunch(s) for s in self.stops)
            if due and not meals and not inside:
                text = f"There is no {kind.value} of {length} min on {self.day}."
                self.wrong(Kind.MISSING_MEAL, None, text)

    def _appointed(self, meal: str, first: int, last: int) -> bool:
        """True when an appointment is this meal, or takes time out of its window."""
        for stop in self.stops:
            sight = self.problem.sights.get(stop.sight_id)
            if sight is None or not self._is_fixed(stop):
                continue
            if meal in sight.tags or (
                self.minute(stop.start) < last and self.minute(stop.end) > first
            ):
                return True
        return False

    def _holds_lunch(self, stop: Stop) -> bool:
        """A long visit that has an hour more than it takes, inside the lunch window."""
        sight = self.problem.sights.get(stop.sight_id)
        if stop.kind is not StopKind.VISIT or sight is None or sight.visit_min < LONG_VISIT_MIN:
            return False
        start, end = self.minute(stop.start), self.minute(stop.end)
        overlap = min(end, LUNCH_WINDOW[1]) - max(start, LUNCH_WINDOW[0])
        return end - start >= sight.visit_min + LUNCH_MIN and overlap >= LUNCH_MIN

    def _pace(self, timed: Sequence[Stop]) -> None:
        rule = self.problem.rule
        visits = [stop for stop in self.stops if stop.kind is StopKind.VISIT]
        if len(visits) > rule.max_visits:
            text = f"{len(visits)} visits on {self.day}; {rule.max_visits} is the most."
            self.wrong(Kind.PACE, None, text)
        far = [stop for stop in visits if self._category(stop) == "daytrip"]
        if len(far) > MAX_DAYTRIPS:
            self.wrong(Kind.PACE, far[1], "There are two day trips on one day.")
        for stop in timed:
            if stop.kind is not StopKind.VISIT:
                continue
            if self._is_fixed(stop):
                continue
            last = NIGHT_END if self._category(stop) == "nightlife" else rule.end
            if self.minute(stop.start) < rule.start or self.minute(stop.end) > last:
                text = f"{stop.title} is outside {_clock(rule.start)}-{_clock(last)}."
                self.wrong(Kind.PACE, stop, text)

    def _is_fixed(self, stop: Stop) -> bool:
        """True for what the traveller has fixed: it may be outside the hours of the pace."""
        return self._category(stop) == APPOINTMENT or stop.sight_id in self.problem.booked

    def _category(self, stop: Stop) -> str:
        sight = self.problem.sights.get(stop.sight_id)
        return sight.category if sight else ""


def _with_margin(minutes: int) -> int:
    exact = Decimal(minutes) * (1 + Decimal(str(TRAVEL_MARGIN)))
    return int(exact.to_integral_value(rounding="ROUND_CEILING"))


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"
