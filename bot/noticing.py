"""The ticks of notices: plan what trips are due, say what is due, watch what changes.

None of them holds state: any number of processes may run them, and each may die at any point.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version

import structlog

from core.errors import CaravanError, Unavailable
from core.notices import calendar
from core.notices.digest import Composed, message
from core.notices.local_time import Whereabouts
from core.notices.policies import Drop, Tell, Verdict, Wait, verdict
from core.notices.ports import (
    Batch,
    Changes,
    Claimed,
    NoticeStore,
    Settlement,
    ToPlan,
    ToWatch,
    TripThen,
)
from core.notices.state import (
    NOT_WORTH_IT,
    UNREACHABLE,
    Composer,
    Found,
    Hearer,
    Notice,
    State,
    Watcher,
)
from core.ports import Clock
from core.zones import zone_of

PLAN_AT_ONCE = 20
CHATS_AT_ONCE = 50  # a turn waits for one claim of so many, about 20 ms
WATCH_AT_ONCE = 100
COMPOSE_SECONDS = 45.0  # less than the lease of a claim
WATCH_SECONDS = 300.0
WATCH_AHEAD = timedelta(days=16)  # as far as a forecast goes
NEVER = timedelta(days=3_650)
TRY_AGAIN = timedelta(minutes=10)  # when a source was silent
RULES = "2"  # counted up when the calendar is made in another way
log = structlog.get_logger(__name__)


class Noticing:
    """One process's share of the work on notices; without a composer it plans, and says nothing."""

    def __init__(
        self,
        store: NoticeStore,
        clock: Clock,
        composer: Composer | None = None,
        watcher: Watcher | None = None,
        counters: Counter[str] | None = None,
        worker: str = "",
    ) -> None:
        self._store = store
        self._clock = clock
        self._composer = composer
        self._watcher = watcher
        self._worker = worker or f"notices-{secrets.token_hex(6)}"
        self._rules = f"{RULES}/{_zone_data()}"
        self.counters: Counter[str] = Counter() if counters is None else counters

    # --- planning ------------------------------------------------------------------------------

    async def plan(self) -> int:
        """Bring the rows of every trip that has changed up to date; returns how many trips."""
        planned = 0
        while found := await self._store.trips_to_plan(PLAN_AT_ONCE, self._rules):
            kept = await asyncio.gather(*(self._plan_one(each) for each in found))
            planned += sum(kept)
        return planned

    async def _plan_one(self, found: ToPlan) -> bool:
        now = self._clock.now()
        try:
            changes, watch_from = planned(found, now)
        except Exception:  # a trip that cannot be planned must not keep the others waiting
            log.exception("trip_not_planned", trip=found.trip.id)
            self.counters["notices.not_planned"] += 1
            return False
        return await self._store.keep_calendar(found, changes, self._rules, watch_from)

    # --- saying --------------------------------------------------------------------------------

    async def send(self) -> int:
        """Hand everything that is due to the outbox; returns how many notices."""
        said = 0
        while self._composer and (
            batches := await self._store.claim_notices(self._worker, CHATS_AT_ONCE)
        ):
            said += sum(await asyncio.gather(*(self._send_one(batch) for batch in batches)))
        return said

    async def _send_one(self, batch: Batch) -> int:
        """Compose one message and settle what was claimed; returns how many notices it holds."""
        try:  # what is not settled is claimed again when its lease ends
            settlement = await self._settlement(batch)
            settled = await self._store.settle(batch, settlement)
        except Unavailable as error:
            log.warning("notices_not_settled", why=str(error))
            return 0
        except Exception:  # a chat that cannot be told must not keep the others waiting
            log.exception("notices_not_settled", notices=[c.notice.id for c in batch.claimed])
            self.counters["notices.not_settled"] += 1
            return 0
        if not settled:
            self.counters["notices.decided_anew"] += 1
            return 0
        for state, _ in (settlement.drops or {}).values():
            self.counters[f"notices.{state.value}"] += 1
        told = settlement.tells or {}
        self.counters["notices.handed_over"] += len(told)
        return len(told)

    async def _settlement(self, batch: Batch) -> Settlement:
        """What becomes of each notice of the batch; what is told is told in one message."""
        now = self._clock.now()
        wheres = {trip: _whereabouts(then) for trip, then in batch.trips.items()}
        decided = [(e, _verdict(batch, e, wheres[e.notice.trip], now)) for e in batch.claimed]
        tellable = [(each, told) for each, told in decided if isinstance(told, Tell)]
        # All at once: the claims hold for as long as one of them may take.
        said = await asyncio.gather(
            *(
                self._compose(batch, e, now, wheres[e.notice.trip].zone(now), late=told.late)
                for e, told in tellable
            )
        )
        composed: list[Composed] = []
        tells: dict[str, datetime] = {}
        waits: dict[str, tuple[datetime, bool]] = {}
        drops: dict[str, tuple[State, str]] = {}
        for each, told in decided:
            match told:
                case Wait(at):
                    waits[each.notice.id] = (at, True)
                case Drop(state, reason):
                    drops[each.notice.id] = (state, reason)
        for (each, told), words in zip(tellable, said, strict=True):
            if isinstance(words, Composed):
                composed.append(words)
                tells[each.notice.id] = told.until
            elif words is None:
                drops[each.notice.id] = (State.CANCELLED, NOT_WORTH_IT)
            else:
                waits[each.notice.id] = words
        reply = message(batch.conversation, composed) if composed else None
        return Settlement(reply, tells, waits, drops)

    async def _compose(
        self, batch: Batch, each: Claimed, now: datetime, zone: str, *, late: bool
    ) -> Composed | tuple[datetime, bool] | None:
        """What the notice says, None when there is nothing; else when to try again, and whether
        this attempt does not count."""
        assert self._composer is not None
        then = batch.trips[each.notice.trip]
        hearer = Hearer(now, zone, late, batch.language)
        try:
            async with asyncio.timeout(COMPOSE_SECONDS):
                parts = await self._composer.compose(each.notice, then.trip, hearer)
        except (CaravanError, TimeoutError) as error:
            log.warning(
                "notice_waits", notice=each.notice.id, why=str(error) or "no answer in time"
            )
            return now + TRY_AGAIN, True
        except Exception:
            log.exception("notice_not_composed", notice=each.notice.id)
            self.counters["notices.not_composed"] += 1
            return now + TRY_AGAIN, False
        return Composed(each, parts) if parts else None

    # --- watching ------------------------------------------------------------------------------

    async def watch(self) -> int:
        """Look after coming trips, those of one place together; returns how many changes."""
        changes = 0
        watcher = self._watcher
        while watcher and (found := await self._store.trips_to_watch(WATCH_AT_ONCE)):
            try:
                async with asyncio.timeout(WATCH_SECONDS):
                    news = await self._news(watcher, found)
            except (CaravanError, TimeoutError) as error:  # looked at again when the lease ends
                log.warning("trips_not_watched", why=str(error) or "no answer in time")
                return changes
            kept = await asyncio.gather(
                *(self._keep_news(*each) for each in zip(found, news, strict=True))
            )
            changes += sum(kept)
        return changes

    async def _news(self, watcher: Watcher, watched: Sequence[ToWatch]) -> Sequence[Found | None]:
        """What is found for each trip; None for one at which the watcher fails, which is looked
        for by halves: the others are not kept waiting.

        Raises CaravanError or TimeoutError when nothing is found for anybody.
        """
        asked = [(each.trip, each.seen) for each in watched]
        try:
            return await watcher.news(asked, self._clock.now())
        except (CaravanError, TimeoutError):
            raise
        except Exception:
            if len(watched) == 1:
                log.exception("trip_not_watched", trip=watched[0].trip.id)
                self.counters["notices.not_watched"] += 1
                return (None,)
        half = len(watched) // 2
        first = await self._news(watcher, watched[:half])
        return (*first, *await self._news(watcher, watched[half:]))

    async def _keep_news(self, watched: ToWatch, found: Found | None) -> int:
        now = self._clock.now()
        rows = self._rows(watched, found, now) if found is not None else None
        if found is None or rows is None:
            await self._store.keep_news(watched, (), watched.seen, now + TRY_AGAIN)
            return 0
        next_at = now + self.watch_every(watched, now)
        kept = await self._store.keep_news(watched, rows, found.seen, next_at)
        return len(rows) if kept else 0

    def _rows(self, watched: ToWatch, found: Found, now: datetime) -> list[Notice] | None:
        """The rows of what was found; None when they cannot be made."""
        try:
            return [
                calendar.of_change(watched.trip, change, watched.setting, now)
                for change in found.changes
                if change.until > now
            ]
        except Exception:  # a trip whose news cannot be kept must not keep the others waiting
            log.exception("trip_not_watched", trip=watched.trip.id)
            self.counters["notices.not_watched"] += 1
            return None

    def watch_every(self, watched: ToWatch, now: datetime) -> timedelta:
        """Every hour from three days before, every three hours until then, never again when it is
        over."""
        plan = watched.trip.plan
        assert plan is not None
        if now.date() > plan.last_day + timedelta(days=1):
            return NEVER
        return timedelta(hours=1 if (plan.first_day - now.date()).days <= 3 else 3)


def planned(found: ToPlan, now: datetime) -> tuple[Changes, datetime | None]:
    """What changes of the rows of a trip, and from when on it is watched (None: never)."""
    trip, setting = found.trip, found.setting
    if setting is None:
        gone = [(r.id, UNREACHABLE) for r in found.rows]
        return Changes(cancelled=tuple(gone)), None
    since = max(trip.updated_at, found.wishes_at or trip.updated_at)
    changes = calendar.reconciled(trip, setting, found.rows, now, since)
    plan = trip.plan
    if plan is None or calendar.unplanned(trip) or setting.wishes.off:
        return changes, None
    zone = zone_of(plan.towns[-1].timezone)
    over = now.astimezone(zone).date() > plan.last_day
    begins = datetime.combine(plan.first_day, datetime.min.time(), zone)
    return changes, None if over else begins - WATCH_AHEAD


def _whereabouts(then: TripThen) -> Whereabouts:
    """By which clock the traveller lives, and when that changes."""
    assert then.trip.plan is not None
    return Whereabouts(then.trip.plan, then.setting.home)


def _verdict(batch: Batch, each: Claimed, where: Whereabouts, now: datetime) -> Verdict:
    wishes = batch.trips[each.notice.trip].setting.wishes
    return verdict(each.notice, wishes, where.zone(now), now, batch.told, where.moves(now))


def _zone_data() -> str:
    """The version of the time zone data, by which local times become instants."""
    try:
        return version("tzdata")
    except PackageNotFoundError:
        return ""
