"""What the engine of notices asks of the store: to plan, to send, to watch. Each call is atomic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from core.messages import Conversation, Reply
from core.notices.state import Notice, NoticeWishes, State
from core.trips import Trip


@dataclass(frozen=True)
class Setting:
    """What a calendar depends on beside the trip: where it is told, the wishes there, the home zone
    ("" when it is not known)."""

    to: Conversation
    wishes: NoticeWishes
    home: str = ""


@dataclass(frozen=True)
class Changes:
    """What planning changes of the rows of a trip. `cancelled` are ids with the reason."""

    new: tuple[Notice, ...] = ()
    moved: tuple[Notice, ...] = ()
    cancelled: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ToPlan:
    """A trip to be planned. `stamp` tells whether anything of this has changed since.

    `setting` is None when nobody can be reached there. `wishes_at`: since when they are like this.
    """

    trip: Trip
    setting: Setting | None
    rows: tuple[Notice, ...]
    wishes_at: datetime | None
    stamp: str


@dataclass(frozen=True)
class Claimed:
    """A notice that this worker may say; `fence` stops late writes."""

    notice: Notice
    fence: int
    attempts: int  # this one included


@dataclass(frozen=True)
class TripThen:
    """A trip as it was when its notice was claimed."""

    trip: Trip
    setting: Setting
    stamp: str


@dataclass(frozen=True)
class Batch:
    """What is due in one chat, to be said as one message.

    `told` are the times of what was said there in the last two days and counts for the daily cap.
    """

    conversation: Conversation
    claimed: tuple[Claimed, ...]
    trips: Mapping[str, TripThen]
    told: tuple[datetime, ...]
    language: str = "en"  # of the session of the chat


@dataclass(frozen=True)
class Settlement:
    """What becomes of a batch, by the ids of its notices.

    `tells` go out with `reply`, each until a moment; `waits` are looked at again then (True: this
    attempt does not count); `drops` end as the state says.
    """

    reply: Reply | None = None
    tells: Mapping[str, datetime] | None = None
    waits: Mapping[str, tuple[datetime, bool]] | None = None
    drops: Mapping[str, tuple[State, str]] | None = None


@dataclass(frozen=True)
class ToWatch:
    """A coming trip to be looked after; `seen` are the watcher's notes of the last time."""

    trip: Trip
    setting: Setting
    seen: str
    stamp: str


class NoticeStore(Protocol):
    """Rows of notices. Any number of processes may call everything at the same time."""

    async def trips_to_plan(self, limit: int, rules: str) -> list[ToPlan]:
        """Trips that were changed since they were planned, or not looked at for an hour.

        `rules` names what the calendar is made by; when that is another one, all are planned again.
        Who takes a trip has a minute for it.
        """
        ...

    async def keep_calendar(
        self, planned: ToPlan, changes: Changes, rules: str, watch_from: datetime | None
    ) -> bool:
        """Write the changes, and from when on the trip is watched (None: never).

        False when something has changed meanwhile: nothing was written, it is planned again.
        """
        ...

    async def calendar_of(self, trip: str) -> ToPlan | None:
        """A trip as for planning, to look at; None when it is unknown."""
        ...

    async def coming_trips(self, on: date, limit: int) -> list[Trip]:
        """Planned trips that are not over on that day, the soonest first."""
        ...

    async def claim_notices(self, worker: str, limit: int) -> list[Batch]:
        """What is due in up to `limit` chats, severe alerts first, then by how late it may come.

        What is due there within the next hour is taken along. A lease that ended counts as free.
        """
        ...

    async def settle(self, batch: Batch, settlement: Settlement) -> bool:
        """The message into the outbox and its notices marked, each, in one transaction.

        False when trip, wishes, chat or lease are not as they were when the batch was claimed:
        nothing was said, and everything comes back at once.
        """
        ...

    async def trips_to_watch(self, limit: int) -> list[ToWatch]:
        """Coming trips whose weather and events are to be looked at now; a lease of ten minutes."""
        ...

    async def keep_news(
        self, watched: ToWatch, notices: Sequence[Notice], seen: str, next_at: datetime
    ) -> bool:
        """New rows and the watcher's notes. False when the trip has changed: nothing was written,
        it is watched again in a minute."""
        ...
