"""A problem as plain lists and whole minutes: what the search reads millions of times.

Everything is on a grid of five minutes, because people read 10:05 and not 10:07. Sights are
numbers 0..n-1, the anchor is n, days are 0..d-1, money is in hundredths.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from core.itinerary import budget
from core.itinerary.problem import (
    APPOINTMENT,
    APPOINTMENT_SLACK_MIN,
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
    TWILIGHT_MIN,
    Problem,
)
from core.travel import STEPS, Leg, Money, Sight
from core.zones import zone_of

GRID = 5
NO_LIMIT = 48 * 60
FAR_AWAY = 100_000  # minutes: no leg, or a walk that is too long
MUST_BONUS = 10_000.0
LUNCH_LAST, DINNER_LAST = LUNCH_WINDOW[1] - LUNCH_MIN, DINNER_WINDOW[1] - DINNER_MIN
MEAL_SLACK = 15  # a meal that is not due is still planned when it fits with this to spare

WORTH = {1: 100.0, 2: 72.0, 3: 48.0, 4: 30.0, 5: 20.0}
RAIN_OUTDOOR, RAIN_MIXED = 0.5, 0.85
# Minutes from which a sight of rank 1 or 2 (or another one) is worth more, and how much at most.
LENGTH_FACTOR_GREAT, LENGTH_FACTOR_OTHER = (120, 2.2), (150, 1.6)
UNSURE = {"high": 1.0, "medium": 0.99, "low": 0.96}
HOURS_UNKNOWN = 0.92
NIGHT_WITH_CHILDREN = 0.05
STEPS_FACTOR = 0.4
TIMES_OF_DAY = {
    "early": (0, 10 * 60 + 30),
    "morning": (0, 12 * 60),
    "midday": (11 * 60, 14 * 60),
    "noon": (11 * 60, 14 * 60),
    "afternoon": (12 * 60, 17 * 60 + 30),
    "evening": (17 * 60, NO_LIMIT),
    "sunset": (16 * 60 + 30, NO_LIMIT),
    "night": (18 * 60 + 30, NO_LIMIT),
}
EVENING = 16 * 60 + 30
BEST_TIME = 0.12  # share of the worth, won in its best time and half of it lost outside

Windows = tuple[tuple[int, int], ...]


class Tables:
    """`Problem` in numbers. Fields that are indexed [day][sight] or [from][to] say so."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.zone = zone_of(problem.destination.timezone)
        self.ids = sorted(problem.sights)
        self.index = {id: n for n, id in enumerate(self.ids)}
        sights = [problem.sights[id] for id in self.ids]
        self.n = self.anchor = len(sights)
        self.rule = problem.rule
        self.calm = self.rule.min_visits - 1  # visits of a day that is not full
        self.days = len(problem.days)
        self.duration = [_up(s.visit_min) for s in sights]
        self.long = [s.visit_min >= LONG_VISIT_MIN for s in sights]
        self.far = [s.category == "daytrip" for s in sights] + [False]
        self._usable_hours()
        self._meals_due()
        # [day][sight]: intervals in which a visit may start; without and with lunch inside it
        self.windows = [[self._windows(s, d, 0) for s in sights] for d in range(self.days)]
        self.windows_lunch = [
            [self._windows(s, d, LUNCH_MIN) if self.long[i] else () for i, s in enumerate(sights)]
            for d in range(self.days)
        ]
        self._legs(self.ids)
        self.worth = [[self._worth(s, day) for s in sights] for day in problem.days]  # [day][sight]
        musts = problem.musts | problem.booked.keys()
        self.must = frozenset(self.index[id] for id in musts if id in self.index)
        # [day][sight]: worth as the search sees it
        self.points = [
            [worth + MUST_BONUS if s in self.must else worth for s, worth in enumerate(row)]
            for row in self.worth
        ]
        self.best: list[tuple[tuple[int, int], ...]] = [
            tuple(TIMES_OF_DAY[t] for t in s.best_time if t in TIMES_OF_DAY) for s in sights
        ]
        # The minute from which a sight is at its best in the evening; 0 for all others.
        self.late = [
            _up(min(a for a, _ in times)) if times and min(times)[0] >= EVENING else 0
            for times in self.best
        ]
        self.time_share = [[BEST_TIME * worth for worth in row] for row in self.worth]
        # One bit per category, so that a day's categories are one number.
        bits: dict[str, int] = {}
        self.kind = [bits.setdefault(s.category, 1 << len(bits)) for s in sights]
        areas: dict[str, int] = {"": 0}
        self.area = [areas.setdefault(s.area, len(areas)) for s in sights] + [0]
        self.ticket = [_cents(budget.ticket(s, problem)) for s in sights]
        self.meal = _cents(budget.meal(problem))
        self.meals_cost = self.meal * (sum(self.lunch) + sum(self.dinner))
        limit = problem.budget
        others = int(sum(amount for _, amount in problem.other_costs) * 100)
        self.purse = None if limit is None else int(limit * 100) - self.meals_cost - others

    def minute(self, moment: datetime, day: date) -> int:
        """Minutes after local midnight of `day`, by the clock on the wall."""
        local = moment.astimezone(self.zone)
        return (local.date() - day).days * 1440 + local.hour * 60 + local.minute

    def moment(self, day: date, minute: int) -> datetime:
        """The aware time that many minutes after midnight by the clock on the wall."""
        whole = day + timedelta(days=minute // 1440)
        return datetime.combine(whole, time(minute % 1440 // 60, minute % 60), tzinfo=self.zone)

    @property
    def arrival(self) -> datetime | None:
        """When the traveller is at the hotel and the first day begins."""
        landing, transfer = self.problem.landing, self.problem.comes_by
        if transfer is not None:
            return transfer.arrive_at.astimezone(UTC) + timedelta(minutes=SETTLE_MIN)
        if landing is None:
            return None
        minutes = self.problem.after_landing_min + self.problem.transfer_min
        return landing.astimezone(UTC) + timedelta(minutes=minutes)

    @property
    def departure(self) -> datetime | None:
        """When the traveller leaves the hotel for the airport."""
        takeoff = self.problem.takeoff
        if takeoff is None:
            return None
        minutes = self.problem.before_takeoff_min + self.problem.transfer_min
        return takeoff.astimezone(UTC) - timedelta(minutes=minutes)

    def _usable_hours(self) -> None:
        self.start: list[int] = []
        self.limit: list[int] = []  # NO_LIMIT unless the traveller has to be back and leave
        arrival, departure = self.arrival, self.departure
        self.appointments = [self._appointments(day) for day in self.problem.days]
        for d, day in enumerate(self.problem.days):
            early = [start - way for start, _, way, _ in self.appointments[d]]
            start, limit = min([self.rule.start, *early]), NO_LIMIT
            if arrival is not None:
                start = max(start, _up(self.minute(arrival, day)))
            if departure is not None:
                leave = self.minute(departure, day)
                limit = NO_LIMIT if leave >= 1440 else _down(max(leave, 0))
            self.start.append(min(start, limit))
            self.limit.append(limit)

    def _appointments(self, day: date) -> list[tuple[int, int, int, tuple[str, ...]]]:
        """Start, end, minutes of the way there and tags of what is fixed on this day."""
        found = []
        for id in self.ids:
            sight = self.problem.sights[id]
            if id in self.problem.booked:
                on, start = self.problem.booked[id]
                times = [(start, start + _up(sight.visit_min))] if on == day else []
            elif sight.category == APPOINTMENT and sight.hours:
                times = [(each.start, each.end) for each in sight.hours.get(day, ())]
            else:
                continue
            leg = self.problem.legs.get(("anchor", id))
            way = _up(with_travel_margin(leg.minutes)) if leg else 0
            found += [(a, b, way, sight.tags) for a, b in times]
        return found

    def _meals_due(self) -> None:
        days = range(self.days)
        self.lunch = [self._meal_due(d, "lunch", LUNCH_WINDOW, LUNCH_MIN) for d in days]
        self.dinner = [self._meal_due(d, "dinner", DINNER_WINDOW, DINNER_MIN) for d in days]

    def _meal_due(self, d: int, meal: str, window: tuple[int, int], length: int) -> bool:
        """True when the meal is planned by us: it is no appointment itself, and there is room."""
        if any(meal in tags for _, _, _, tags in self.appointments[d]):
            return False
        taken = [(a, b) for a, b, _, _ in self.appointments[d] if a < window[1] and b > window[0]]
        if not taken:
            return _fits(self.start[d], self.limit[d], window, length)
        free = max(self.start[d], window[0])
        for a, b in sorted(taken):
            if a - APPOINTMENT_SLACK_MIN - free >= length:
                return True
            free = max(free, b + APPOINTMENT_SLACK_MIN)
        return min(self.limit[d], window[1]) - free >= length

    def _frame(self, sight: Sight, d: int) -> tuple[int, int]:
        """The first and last minute of the day at which this kind of sight may be visited."""
        limit = self.limit[d]
        if sight.category == APPOINTMENT or sight.id in self.problem.booked:
            return self.start[d], limit
        opens = max(self.start[d], self.rule.start)
        closes = min(NIGHT_END if sight.category == "nightlife" else self.rule.end, limit)
        sun = self.problem.sun.get(self.problem.days[d])
        if (
            sun is not None
            and sight.category in DAYLIGHT_CATEGORIES
            and sight.setting == "outdoor"
            and not EVENING_TIMES & set(sight.best_time)
        ):
            opens = max(opens, _up(sun[0] - TWILIGHT_MIN))
            closes = min(closes, sun[1] + TWILIGHT_MIN)
        return opens, closes

    def _windows(self, sight: Sight, d: int, extra: int) -> Windows:
        opens, closes = self._frame(sight, d)
        day = self.problem.days[d]
        if self.problem.interest.get(sight.id, 1.0) <= 0:
            return ()
        if sight.hours is None or day not in sight.hours:
            intervals = [PLAUSIBLE_HOURS]
        else:
            intervals = [(o.start, o.end) for o in sight.hours[day]]
        length = _up(sight.visit_min) + extra
        found = []
        for start, end in sorted(intervals):
            first = max(_up(start), opens)
            last = _down(min(end - length, end - sight.last_entry_min, closes - length))
            if first <= last:
                found.append((first, last))
        if sight.id in self.problem.booked:
            on, at = self.problem.booked[sight.id]
            return tuple((at, at) for a, b in found if on == day and a <= at <= b)
        return tuple(found)

    def _legs(self, ids: list[str]) -> None:
        """[from][to]: `travel` with margin on the grid, `minutes` as the leg says, `fare`."""
        names, problem = [*ids, "anchor"], self.problem
        numbers: dict[int, tuple[int, int, int]] = {}  # legs are often one shared object
        self.travel: list[list[int]] = []
        self.minutes: list[list[int]] = []
        self.fare: list[list[int]] = []
        for here, a in enumerate(names):
            legs = [problem.legs.get((a, b)) for b in names]
            row = [self._numbers(leg, numbers) for leg in legs]
            row[here] = (0, 0, 0)
            self.travel.append([r[0] for r in row])
            self.minutes.append([r[1] for r in row])
            self.fare.append([r[2] for r in row])

    def _numbers(
        self, leg: Leg | None, known: dict[int, tuple[int, int, int]]
    ) -> tuple[int, int, int]:
        if leg is None:
            return (FAR_AWAY, FAR_AWAY, 0)
        if id(leg) not in known:
            limit = self.problem.max_walk_km
            if limit is not None and leg.mode == "walk" and leg.km > limit:
                known[id(leg)] = (FAR_AWAY, FAR_AWAY, 0)
            else:
                with_margin = _up(with_travel_margin(leg.minutes))
                price = int(budget.fare(leg, self.problem) * 100)
                known[id(leg)] = (with_margin, leg.minutes, price)
        return known[id(leg)]

    def _worth(self, sight: Sight, day: date) -> float:
        problem = self.problem
        worth = WORTH.get(sight.rank, WORTH[5]) * problem.interest.get(sight.id, 1.0)
        worth *= _length_factor(sight)
        unknown = sight.hours is None or day not in sight.hours
        worth *= HOURS_UNKNOWN if unknown else UNSURE.get(sight.hours_confidence, UNSURE["low"])
        weather = problem.weather.get(day)
        if weather is not None and not weather.outdoor_ok and not sight.indoor:
            worth *= RAIN_MIXED if sight.setting == "mixed" else RAIN_OUTDOOR
        if problem.children and sight.category == "nightlife":
            worth *= NIGHT_WITH_CHILDREN
        if problem.step_free and STEPS & set(sight.tags):
            worth *= STEPS_FACTOR
        return worth


def _length_factor(sight: Sight) -> float:
    """Long sights are worth more than short ones, else three small stops beat a great palace."""
    usual, most = LENGTH_FACTOR_GREAT if sight.rank <= 2 else LENGTH_FACTOR_OTHER
    return max(1.0, min(most, sight.visit_min / usual))


def with_travel_margin(minutes: int) -> int:
    """A tenth more, rounded up to whole minutes."""
    return minutes + -(-minutes // 10)


def _fits(start: int, limit: int, window: tuple[int, int], length: int) -> bool:
    """True when a meal is due, and also when it is not but fits easily."""
    first = max(start, window[0])
    last = min(limit, window[1])
    if start <= window[0] and limit >= window[1]:
        return True
    return first + length + MEAL_SLACK <= last


def _up(minutes: int) -> int:
    return -(-minutes // GRID) * GRID


def _down(minutes: int) -> int:
    return minutes // GRID * GRID


def _cents(money: Money | None) -> int:
    return 0 if money is None else int(money.amount * 100)
