"""Notices as values: one row each, what a chat wants of them, and who writes and finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from pydantic import AwareDatetime, Field

from core.messages import Conversation, Part, Value
from core.trips import Trip


class Kind(StrEnum):
    OUTLOOK = "outlook"  # 14 and 7 days before
    PACKING = "packing"
    FINAL_CHECK = "final_check"
    MORNING = "morning"
    REMINDER = "reminder"
    CHECK_IN = "check_in"
    WEATHER = "weather"
    EVENT = "event"
    ALERT = "alert"
    AFTER = "after"


# What a watcher finds; everything else stands in the calendar of the trip.
FOUND = frozenset({Kind.WEATHER, Kind.EVENT, Kind.ALERT})

URGENT = frozenset({Kind.ALERT})  # passes quiet hours, goes first
UNREACHABLE = "nobody can be reached in this chat"
NOT_WORTH_IT = "there was nothing worth saying"  # reason of what a composer has no words for
AGAIN = "#"  # in `about`, before the time of a stop that was moved after it was told
OUT = "out"  # in `about`: of the flight there, not of that back
MESSAGE = "notices-"  # how the ids of their replies begin
NEVER_EARLY = frozenset({Kind.CHECK_IN})  # is not taken along with what is due a little earlier


class State(StrEnum):
    """`sent` is handed to the outbox, or gone out; the outbox then says `unknown` or `failed`."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Notice(Value):
    """Something to say once: one row for each trip, kind, local date `on` and `about`.

    `about` tells several of one kind and date apart: a stop id, an event key, a hazard key, "14".
    `due` is when it should be said, `late_until` when saying it stops being of use. `zone` is where
    the traveller is at that time. `why` is one plain sentence. `news` is JSON of a change: the old
    value, the new one, the time of the forecast.
    """

    id: str
    trip: str
    kind: Kind
    on: date
    conversation: Conversation
    about: str = ""
    due: AwareDatetime
    zone: str
    trip_version: int
    late_until: AwareDatetime
    why: str
    state: State = State.PLANNED
    news: str = ""
    reason: str = ""  # why it was cancelled, expired or failed
    sent_at: AwareDatetime | None = None

    @property
    def key(self) -> tuple[Kind, date, str]:
        """What makes it the same notice of its trip, wherever and whenever it is said."""
        return self.kind, self.on, self.about


class NoticeWishes(Value):
    """What a conversation wants of notices. Quiet hours are local to where the traveller is.

    `muted_trips` are ids, `muted_pairs` a trip's id with a kind. `home` is the zone where the
    journeys of this chat start, as it was said here; a traveller's own zone goes before it, and in
    a group no profile is read. A severe alert passes quiet hours, cap, snooze and `muted_trips`,
    and stops by its own name; `off` silences everything.
    """

    quiet_from: time = time(22)
    quiet_until: time = time(8)
    muted: frozenset[Kind] = frozenset()
    muted_trips: frozenset[str] = frozenset()
    muted_pairs: frozenset[tuple[str, Kind]] = frozenset()
    snoozed_until: AwareDatetime | None = None
    daily_cap: int = Field(default=3, ge=0, le=50)
    off: bool = False
    home: str = ""


@dataclass(frozen=True)
class NoticeBook:
    """What a turn knows of notices: the wishes of its chat, and what was said there last, newest
    first, at most 10."""

    wishes: NoticeWishes = field(default_factory=NoticeWishes)
    last: tuple[Notice, ...] = ()


class Policy(Value):
    """How one kind of notice is timed.

    `at` is the local time of day, `days` are relative to the first day of the trip (AFTER: to the
    last). `lateness` is how long after `due` it is still worth saying; with `says_late` it then
    says that it is late. `urgent` passes quiet hours. `can_wait` is spread by some minutes.
    `exact` is never said before its time, so that no other notice takes it along.
    """

    at: time | None = None
    days: tuple[int, ...] = ()
    lateness: timedelta
    says_late: bool = False
    urgent: bool = False
    can_wait: bool = False
    exact: bool = False
    counts_for_cap: bool = True


@dataclass(frozen=True)
class Hearer:
    """To whom a notice is told: by which clock, and in which language.

    Nothing of a profile is here: what anybody told in private is in no notice, least in a group's.
    """

    now: datetime
    zone: str
    late: bool = False  # then the notice says so itself, before anything else
    language: str = "en"  # what the chat writes, as in its session


class Composer(Protocol):
    async def compose(self, notice: Notice, trip: Trip, hearer: Hearer) -> tuple[Part, ...] | None:
        """What the notice says; None when there is nothing worth saying: cancelled, and counted.

        Raises Unavailable when a fact it needs is missing for now; it is tried again until late.
        """
        ...


class Change(Value):
    """Something new of a coming trip. With the same kind, `on` and `about` it is said once only.

    So a second change of the same stop needs another `about` ("stop-3/2"). After `until` it is of
    no use.
    """

    kind: Kind
    on: date
    about: str
    why: str
    news: str = ""
    until: AwareDatetime


class Found(Value):
    """What a watcher found, and its notes (JSON) on what it has seen and told, for next time."""

    changes: tuple[Change, ...] = ()
    seen: str = ""


class Watcher(Protocol):
    async def news(
        self, trips: Sequence[tuple[Trip, str]], now: datetime
    ) -> Sequence[Found | None]:
        """For each trip, with what was seen of it before ("" at first), what has changed.

        The result has the order of `trips`; None where a source was silent: nothing is stored.
        """
        ...
