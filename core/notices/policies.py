"""When each kind of notice is due and how late it may come, and whether one may be said now. Pure.

How late: what the lateness of a kind says, unless what it is about begins or ends earlier.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from core.groups.deadlines import instant
from core.notices.local_time import MIDNIGHT, quiet_end, quiet_start
from core.notices.state import Kind, Notice, NoticeWishes, Policy, State
from core.zones import zone_of

JITTER = timedelta(minutes=10)
A_LITTLE_LATE = timedelta(minutes=30)  # from here on a notice says that it is late
REMIND_BEFORE = timedelta(hours=2)
CHECK_IN_BEFORE = timedelta(hours=24)
CHECK_IN_CLOSES = timedelta(hours=2)  # before take-off
SHORTEST_FLIGHT = timedelta(hours=1)
_DAYS, _HOURS = timedelta(days=1), timedelta(hours=1)

POLICIES: dict[Kind, Policy] = {
    Kind.OUTLOOK: Policy(
        at=time(10), days=(-14, -7), lateness=3 * _DAYS, says_late=True, can_wait=True
    ),
    Kind.PACKING: Policy(
        at=time(18), days=(-3,), lateness=40 * _HOURS, says_late=True, can_wait=True
    ),
    Kind.FINAL_CHECK: Policy(
        at=time(18), days=(-1,), lateness=16 * _HOURS, says_late=True, can_wait=True
    ),
    Kind.MORNING: Policy(at=time(8, 15), lateness=4 * _HOURS, can_wait=True),
    Kind.REMINDER: Policy(lateness=REMIND_BEFORE),
    Kind.CHECK_IN: Policy(lateness=CHECK_IN_BEFORE - CHECK_IN_CLOSES, says_late=True, exact=True),
    Kind.WEATHER: Policy(lateness=2 * _DAYS),
    Kind.EVENT: Policy(lateness=7 * _DAYS),
    Kind.ALERT: Policy(lateness=2 * _DAYS, says_late=True, urgent=True, counts_for_cap=False),
    Kind.AFTER: Policy(at=time(11), days=(1,), lateness=5 * _DAYS, can_wait=True),
}


def notice_id(trip: str, kind: Kind, on: object, about: str) -> str:
    """The id of a notice: the same whoever plans it, and however often."""
    digest = hashlib.blake2b(f"{trip}/{kind}/{on}/{about}".encode(), digest_size=12).hexdigest()
    return f"notice-{digest}"


def jitter(id: str) -> timedelta:
    """Up to ten minutes earlier or later, always the same for the same notice."""
    seconds = int(JITTER.total_seconds())
    number = int.from_bytes(hashlib.blake2b(id.encode(), digest_size=4).digest(), "big")
    return timedelta(seconds=number % (2 * seconds + 1) - seconds)


@dataclass(frozen=True)
class Tell:
    """It may be said, until the moment `until`."""

    late: bool
    until: datetime


@dataclass(frozen=True)
class Wait:
    """Not now; to be looked at again at `at`."""

    at: datetime


@dataclass(frozen=True)
class Drop:
    """It is not said any more."""

    state: State  # cancelled | expired
    reason: str


Verdict = Tell | Wait | Drop


def unwanted(kind: Kind, trip: str, wishes: NoticeWishes) -> str:
    """Why the chat does not want such notices; "" when it does. A severe alert passes the mute of a
    whole trip, and stops by `off` or by its own name only."""
    name = f"{kind.value.replace('_', ' ')} notices"
    if wishes.off:
        return "notices are off in this chat"
    if kind in wishes.muted:
        return f"{name} are muted in this chat"
    if (trip, kind) in wishes.muted_pairs:
        return f"{name} of this trip are muted"
    if trip in wishes.muted_trips and not POLICIES[kind].urgent:
        return "notices of this trip are muted"
    return ""


def verdict(
    notice: Notice,
    wishes: NoticeWishes,
    zone: str,
    now: datetime,
    told: Sequence[datetime],
    moves: datetime | None = None,
) -> Verdict:
    """Whether the notice may be said at `now`, in the zone where the traveller is until `moves`.

    `told` are the times at which something that counts was said in this chat.
    """
    policy = POLICIES[notice.kind]
    if reason := unwanted(notice.kind, notice.trip, wishes):
        return Drop(State.CANCELLED, reason)
    if now >= notice.late_until:
        return Drop(State.EXPIRED, "it came too late to be of use")
    late = policy.says_late and now - notice.due > A_LITTLE_LATE
    if policy.urgent:
        return Tell(late, notice.late_until)
    wait, reason = _wait(wishes, zone, now, told)
    if wait is None:
        ends = (notice.late_until, quiet_start(wishes, now, zone), moves)
        return Tell(late, min(end for end in ends if end is not None))
    if wait >= notice.late_until:
        return Drop(State.EXPIRED, reason)
    return Wait(wait)


def _wait(
    wishes: NoticeWishes, zone: str, now: datetime, told: Sequence[datetime]
) -> tuple[datetime | None, str]:
    """Until when everything that is not urgent waits, and why; None when it need not."""
    if wishes.snoozed_until is not None and wishes.snoozed_until > now:
        return wishes.snoozed_until, "notices were snoozed for as long as it was of use"
    if (end := quiet_end(wishes, now, zone)) is not None:
        return end, "it was of use in quiet hours only"
    place = zone_of(zone)
    today = now.astimezone(place).date()
    if sum(1 for at in told if at.astimezone(place).date() == today) >= wishes.daily_cap:
        tomorrow = instant(today + timedelta(days=1), MIDNIGHT, zone)
        return tomorrow, "as many notices as are wanted a day had been said"
    return None, ""
