"""Local times as instants, quiet hours, and where a traveller is at a moment. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from core.groups.deadlines import instant
from core.notices.state import NoticeWishes
from core.trips import Plan
from core.zones import zone_of

MIDNIGHT = time(0)


def is_quiet(wishes: NoticeWishes, moment: datetime, zone: str) -> bool:
    """True between `quiet_from` and `quiet_until` by the clock of the zone; never when equal."""
    begin, end = wishes.quiet_from, wishes.quiet_until
    local = moment.astimezone(zone_of(zone)).time()
    if begin <= end:
        return begin <= local < end
    return local >= begin or local < end


def quiet_end(wishes: NoticeWishes, moment: datetime, zone: str) -> datetime | None:
    """When the quiet hours end that `moment` lies in; None when it lies in none."""
    if not is_quiet(wishes, moment, zone):
        return None
    place = zone_of(zone)
    today = moment.astimezone(place).date()
    for ahead in (0, 1, 2):
        day = today + timedelta(days=ahead)
        # The clock may pass the end twice; after the first time it may be quiet once more.
        again = datetime.combine(day, wishes.quiet_until, place).replace(fold=1).astimezone(UTC)
        for end in (instant(day, wishes.quiet_until, zone), again):
            if end > moment and not is_quiet(wishes, end, zone):
                return end
    return moment + timedelta(days=1)


def quiet_start(wishes: NoticeWishes, moment: datetime, zone: str) -> datetime | None:
    """When the next quiet hours begin after `moment`; None when there are none."""
    if wishes.quiet_from == wishes.quiet_until:
        return None
    today = moment.astimezone(zone_of(zone)).date()
    begins = (
        instant(today + timedelta(days=ahead), wishes.quiet_from, zone) for ahead in (-1, 0, 1, 2)
    )
    return next((begin for begin in begins if begin > moment), None)


class Whereabouts:
    """By which clock a traveller lives at a moment: at home before the trip and after it, else in
    the town of the day.

    Without a known home the first town counts before, and the last one after.
    """

    def __init__(self, plan: Plan, home: str) -> None:
        self._towns = plan.towns
        first, last = self._towns[0], self._towns[-1]
        day_after = plan.last_day + timedelta(days=1)
        self._arrives = plan.arrival_at or instant(plan.first_day, MIDNIGHT, first.timezone)
        self._leaves = plan.departure_at or instant(day_after, MIDNIGHT, last.timezone)
        self._before = home or first.timezone
        self._after = home or last.timezone

    def zone(self, moment: datetime) -> str:
        if moment < self._arrives:
            return self._before
        if moment >= self._leaves:
            return self._after
        for town in self._towns[:-1]:
            if moment.astimezone(zone_of(town.timezone)).date() <= town.last:
                return town.timezone
        return self._towns[-1].timezone

    def moves(self, moment: datetime) -> datetime | None:
        """When the traveller goes by another clock next, after `moment`; None when never."""
        midnights = (
            instant(town.last + timedelta(days=1), MIDNIGHT, town.timezone)
            for town in self._towns[:-1]
        )
        changes = (self._arrives, *midnights, self._leaves)
        return min((at for at in changes if at > moment), default=None)


def zone_at(plan: Plan, home: str, moment: datetime) -> str:
    """The zone of the clock by which the traveller lives at that moment."""
    return Whereabouts(plan, home).zone(moment)
