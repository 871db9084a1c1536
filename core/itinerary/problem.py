"""What the planner is given: wishes turned into numbers, and raw facts.

The verifier gets the same value and recomputes everything from it, so nothing in here is a result
of the optimizer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from core.travel import DayWeather, Destination, Event, Leg, Point, Sight
from core.trips import Transfer
from core.wishes import Pace


@dataclass(frozen=True)
class PaceRule:
    """Day window in minutes after local midnight, and how many visits a day may hold."""

    start: int
    end: int
    min_visits: int
    max_visits: int


PACES: dict[Pace, PaceRule] = {
    Pace.RELAXED: PaceRule(10 * 60, 18 * 60, 3, 4),
    Pace.NORMAL: PaceRule(9 * 60, 20 * 60, 3, 5),
    Pace.PACKED: PaceRule(8 * 60 + 30, 21 * 60 + 30, 4, 7),
}

LUNCH_MIN, LUNCH_WINDOW = 60, (11 * 60 + 30, 14 * 60 + 30)
DINNER_MIN, DINNER_WINDOW = 90, (18 * 60, 21 * 60 + 30)
TRAVEL_MARGIN = 0.10
AFTER_LANDING_MIN = 90  # passport, luggage; the transfer comes on top
BY_LAND_MIN = 30  # from a station or the road to the hotel, and the other way; no transfer on top
BEFORE_TAKEOFF_MIN = 180
BEFORE_TAKEOFF_NEAR_MIN = 120  # domestic, and inside the EU and Schengen area

SETTLE_MIN = 30  # luggage to the hotel after a transfer from the town before
APPOINTMENT = "appointment"  # category of what the traveller has fixed: a concert, a table
APPOINTMENT_SLACK_MIN = 45  # kept free beside an appointment when a meal is put next to it
TWILIGHT_MIN = 30  # before sunrise and after sunset there is light enough to walk

NIGHT_END = 23 * 60 + 30  # category "nightlife" may follow dinner, until then, at any pace
PLAUSIBLE_HOURS = (9 * 60 + 30, 17 * 60)  # used for a sight whose hours are not known
LONG_VISIT_MIN = 180  # from here on lunch may be had inside the visit, which grows by LUNCH_MIN
FREE_UNDER_AGE = 6  # tickets and fares; assumed, and said so

# Outdoors and of no use in the dark, unless the evening is their best time.
DAYLIGHT_CATEGORIES = frozenset({"park", "beach", "daytrip"})
EVENING_TIMES = frozenset({"evening", "sunset", "night"})


# Estimates in shares of a mid-priced meal, the one local price level that is known.
TRANSIT_FARE = Decimal("0.15")  # a ride, per person
TRANSIT_FARE_KM = Decimal("0.008")  # per person and km beyond FARE_INCLUDES_KM
FARE_INCLUDES_KM = 15
DRIVE_COST_KM = Decimal("0.012")  # per km and car
CAR_SEATS = 4


@dataclass(frozen=True)
class Problem:
    """Everything a plan is made of and checked against. Times aware or local minutes.

    `legs` maps (from id, to id) to the leg, where ids are sight ids and "anchor". `hours` of a
    sight cover every day of the trip or are None (unknown: the stop carries a check note).
    `interest` weighs sights: 1.0 neutral, more when liked, less when of little interest; a sight
    that is refused is not in `sights` at all. `musts` are sight ids that have to be in the plan.
    `booked` maps a sight to the day and minute it is booked for; it is visited then or not at all,
    and it is a must. An appointment is a sight with the category `APPOINTMENT`, open exactly while
    it lasts, and a must. `budget` limits everything in local currency for the whole party: tickets,
    meals, local transport, and `other_costs`, the lines that no stop causes (flights, rooms). `sun`
    holds sunrise and sunset of each day in minutes after local midnight; a day without is not
    judged. `comes_by` is the transfer from the town before; there is no landing then.
    """

    destination: Destination
    days: tuple[date, ...]
    sights: Mapping[str, Sight]
    legs: Mapping[tuple[str, str], Leg]
    anchor: Point
    pace: Pace
    adults: int = 1
    children: tuple[int, ...] = ()
    interest: Mapping[str, float] = field(default_factory=dict)
    musts: frozenset[str] = frozenset()
    booked: Mapping[str, tuple[date, int]] = field(default_factory=dict)
    landing: datetime | None = None  # None: no flight, the first day starts as any other
    takeoff: datetime | None = None
    after_landing_min: int = AFTER_LANDING_MIN
    transfer_min: int = 45
    before_takeoff_min: int = BEFORE_TAKEOFF_MIN
    budget: Decimal | None = None
    other_costs: tuple[tuple[str, Decimal], ...] = ()
    comes_by: Transfer | None = None
    sun: Mapping[date, tuple[int, int]] = field(default_factory=dict)
    weather: Mapping[date, DayWeather] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    diet: tuple[str, ...] = ()
    step_free: bool = False
    max_walk_km: float | None = None  # a single walk; None: no limit
    day_start: int | None = None  # minutes after midnight; None: as the pace says
    seed: int = 0

    @property
    def by_land(self) -> bool:
        """True when the way from home and back is by road or rail, so that no airport is passed."""
        return self.transfer_min == 0

    @property
    def rule(self) -> PaceRule:
        """The rule of the pace, with the hour at which this traveller's days begin."""
        rule = PACES[self.pace]
        return rule if self.day_start is None else replace(rule, start=self.day_start)


class Impossible(ValueError):
    """No plan can keep all hard constraints; `reasons` are sentences for the traveller."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons
