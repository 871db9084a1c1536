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


def zone_at(plan: Plan, home: str, moment: datetime) -> str:
    """Where the traveller's clock is: at home before the trip and after it, else in the town.

    Without a known home the first town counts before, and the last one after.
    """
    first, last = plan.towns[0], plan.towns[-1]
    arrives = plan.arrival_at or instant(plan.first_day, MIDNIGHT, first.timezone)
    leaves = plan.departure_at or instant(
        plan.last_day + timedelta(days=1), MIDNIGHT, last.timezone
    )
    if moment < arrives:
        return home or first.timezone
    if moment >= leaves:
        return home or last.timezone
    return plan.town_at(moment).timezone
