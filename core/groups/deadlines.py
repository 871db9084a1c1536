"""When a vote ends: a day and a local time become one instant. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from core.groups.asking import Deadline
from core.zones import zone_of

DEFAULT = timedelta(hours=24)
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=60)
END_OF_DAY = time(23, 59)


def closing(deadline: Deadline | None, now: datetime, zone: str) -> datetime | None:
    """The moment in UTC at which a poll closes; None when it is over already or too far away.

    Without a day the next such time is meant, without a time the end of the day.
    """
    if deadline is None:
        return now + DEFAULT
    if deadline.minutes is not None:
        moment = now + timedelta(minutes=deadline.minutes)
    else:
        local = now.astimezone(zone_of(zone))
        at = deadline.at or END_OF_DAY
        day = deadline.on
        if day is None:
            day = local.date() + timedelta(days=0 if at > local.time() else 1)
        moment = instant(day, at, zone)
    return moment if SHORTEST <= moment - now <= LONGEST else None


@lru_cache(maxsize=16_384)
def instant(day: date, at: time, zone: str) -> datetime:
    """The instant of a local time, in UTC: the first of two, the next one that exists when the
    clocks jump over it."""
    place = zone_of(zone)
    local = datetime.combine(day, at)
    for minutes in range(26 * 60):  # a whole day was skipped in Samoa once
        wanted = local + timedelta(minutes=minutes)
        moment = wanted.replace(tzinfo=place, fold=0).astimezone(UTC)
        if moment.astimezone(place).replace(tzinfo=None) == wanted:
            return moment
    return local.replace(tzinfo=place).astimezone(UTC)
