"""Annual events of a destination on real dates: the rules of the atlas, worked out."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.easter import (  # type: ignore[import-untyped]
    EASTER_ORTHODOX,
    EASTER_WESTERN,
    easter,
)

from adapters.travel.atlas.schema import (
    AnnouncedRule,
    AnnualEvent,
    EasterOffsetRule,
    FixedRule,
    LunarTableRule,
    NthWeekdayRule,
)


@dataclass(frozen=True)
class Occurrence:
    """An event in one year. Not `certain`: only the month is known, and the days span it all."""

    event: AnnualEvent
    first_day: date
    last_day: date
    certain: bool


def dates_in(event: AnnualEvent, year: int) -> Occurrence | None:
    """The event that begins in `year`; None when its calendar does not tell that year.

    Raises:
        ValueError: the rule has no such date (30 February); the atlas checks find these.
    """
    rule = event.rule
    if isinstance(rule, AnnouncedRule):
        last = monthrange(year, rule.month)[1]
        return Occurrence(event, date(year, rule.month, 1), date(year, rule.month, last), False)
    first_day = _first_day(rule, year)
    if first_day is None:
        return None
    return Occurrence(event, first_day, first_day + timedelta(days=event.days - 1), True)


def between(events: tuple[AnnualEvent, ...], first_day: date, last_day: date) -> list[Occurrence]:
    """All events that touch the local days `first_day`..`last_day`, in order."""
    found = [
        occurrence
        for event in events
        # One that began in December may still be on in January.
        for year in range(first_day.year - 1, last_day.year + 2)
        if (occurrence := dates_in(event, year))
        and occurrence.first_day <= last_day
        and occurrence.last_day >= first_day
    ]
    return sorted(found, key=lambda one: (one.first_day, one.event.id))


def _first_day(
    rule: FixedRule | NthWeekdayRule | EasterOffsetRule | LunarTableRule, year: int
) -> date | None:
    match rule:
        case FixedRule():
            return _fixed(rule, year)
        case NthWeekdayRule():
            return _nth_weekday(rule, year)
        case EasterOffsetRule():
            calendar = EASTER_WESTERN if rule.church == "western" else EASTER_ORTHODOX
            sunday: date = easter(year, calendar)
            return sunday + timedelta(days=rule.days)
        case LunarTableRule():
            month_day = rule.dates.get(year)
            return date.fromisoformat(f"{year}-{month_day}") if month_day else None


def _fixed(rule: FixedRule, year: int) -> date | None:
    """29 February has no date in most years; any other day has, or the rule is wrong."""
    if (rule.month, rule.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return None
    return date(year, rule.month, rule.day)


def _nth_weekday(rule: NthWeekdayRule, year: int) -> date | None:
    last = monthrange(year, rule.month)[1]
    fitting = [
        day
        for number in range(1, last + 1)
        if (day := date(year, rule.month, number)).weekday() == rule.weekday
    ]
    if rule.n > len(fitting):
        return None
    chosen = fitting[-1] if rule.n == -1 else fitting[rule.n - 1]
    return chosen + timedelta(days=rule.plus_days)
