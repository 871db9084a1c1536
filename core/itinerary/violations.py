"""What can be wrong with a plan, by name."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from core.messages import Value


class Kind(StrEnum):
    CLOSED_DAY = "closed_day"
    DARK = "dark"  # a park, beach or day out after sunset or before sunrise
    CLOSES_EARLY = "closes_early"  # not yet open, or closing during the visit
    LAST_ENTRY = "last_entry"
    UNCHECKED_HOURS = "unchecked_hours"  # uncertain hours without a check note
    TOO_SHORT = "too_short"  # less time than the sight or meal takes
    OVERLAP = "overlap"
    IMPOSSIBLE_TRANSFER = "impossible_transfer"
    WRONG_LEG = "wrong_leg"  # the leg says something else than the facts
    WALK_TOO_LONG = "walk_too_long"
    WRONG_WEEKDAY = "wrong_weekday"
    WRONG_ZONE = "wrong_zone"
    WRONG_DATE = "wrong_date"
    NAIVE_TIME = "naive_time"
    UNKNOWN_ID = "unknown_id"
    WRONG_FACT = "wrong_fact"  # title, place or price is not the source's
    UNKNOWN_SOURCE = "unknown_source"
    REFUSED = "refused"
    MISSING_MUST = "missing_must"
    MISSING_MEAL = "missing_meal"
    DUPLICATE = "duplicate"
    BOOKED = "booked"  # booked for another time
    PACE = "pace"
    BEFORE_LANDING = "before_landing"
    AFTER_TAKEOFF = "after_takeoff"
    OVER_BUDGET = "over_budget"
    BUDGET_SUM = "budget_sum"
    BAD_SWAP = "bad_swap"


class Violation(Value):
    """One thing that is wrong. `stop_id` is empty when it concerns a day or the whole plan."""

    kind: Kind
    stop_id: str = ""
    day: date | None = None
    text: str
