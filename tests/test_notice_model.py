"""Any order of planning, edits, wishes, claims, deaths and sends, on SQLite in memory.

The machine calls the store's own SQL with a clock of its own. What may be said at any moment is
noted beside it: the trip as it is now, what the chat wants now, what was said already.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adapters.stores import conversations, notice_plans, notice_rows, notices, outbox, turns
from adapters.stores.parsed import Parsed
from adapters.stores.schema import migrate
from bot.noticing import planned
from core.messages import Text
from core.notices import calendar
from core.notices.digest import Composed, message
from core.notices.local_time import is_quiet, zone_at
from core.notices.policies import Drop, Tell, Wait, verdict
from core.notices.ports import Batch, Settlement
from core.notices.state import Change, Kind, NoticeWishes, State
from core.ports import Delivery
from core.trips import Trip
from tests.notice_rig import START, a_plan, a_trip, chat, words_of

ZONES = ("Europe/Lisbon", "Asia/Tokyo", "America/Santiago", "Pacific/Kiritimati")
FIRST = date(2027, 3, 6)
HERE = chat()


class Notices(RuleBasedStateMachine):
    @initialize(zone=st.sampled_from(ZONES), nights=st.integers(0, 3))
    def begins(self, zone: str, nights: int) -> None:
        self.now = START
        self.parsed = Parsed()
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        migrate(self.db)
        conversations.heard(self.db, HERE, HERE.key, "desk:1", self.at)
        self.wishes = NoticeWishes(daily_cap=50)
        self.said: dict[str, int] = {}
        self.batches: list[Batch] = []
        self.sending: list[Delivery] = []
        self.closed = False
        self.news = 0
        self.trip = a_trip(a_plan(FIRST, nights, zone))
        self.keeps(self.trip)
        self.wants(daily_cap=50)

    @property
    def at(self) -> float:
        return self.now.timestamp()

    def keeps(self, trip: Trip) -> None:
        self.trip = trip
        turns._keep_trip(self.db, trip, self.at)

    def wants(self, **changes: object) -> None:
        self.wishes = self.wishes.model_copy(update=changes)
        notice_rows.keep_wishes(self.db, self.wishes, HERE.key, ("desk:1",), self.at, solo=True)

    # --- what people do ------------------------------------------------------------------------

    @rule(shift=st.integers(-3, 5), zone=st.sampled_from(ZONES), nights=st.integers(0, 3))
    def changes_the_dates(self, shift: int, zone: str, nights: int) -> None:
        assert self.trip.plan is not None
        first = max(self.trip.plan.first_day + timedelta(days=shift), self.now.date())
        self.edits(plan=a_plan(first, nights, zone))

    @rule(status=st.sampled_from(["planned", "planned", "cancelled"]))
    def cancels_or_takes_that_back(self, status: str) -> None:
        self.edits(status=status)

    def edits(self, **more: object) -> None:
        update = {"version": self.trip.version + 1, "updated_at": self.now, **more}
        self.keeps(self.trip.model_copy(update=update))

    @rule(muted=st.frozensets(st.sampled_from(list(Kind)), max_size=2))
    def mutes(self, muted: frozenset[Kind]) -> None:
        self.wants(muted=muted, off=False)

    @rule(muted=st.frozensets(st.sampled_from(list(Kind)), max_size=2))
    def mutes_kinds_of_the_trip(self, muted: frozenset[Kind]) -> None:
        self.wants(muted_pairs=frozenset((self.trip.id, kind) for kind in muted), off=False)

    @rule()
    def wants_nothing(self) -> None:
        self.wants(off=True)

    @rule(hours=st.integers(0, 30))
    def snoozes(self, hours: int) -> None:
        self.wants(snoozed_until=self.now + timedelta(hours=hours))

    @rule(begin=st.integers(18, 23), end=st.integers(4, 10))
    def has_other_quiet_hours(self, begin: int, end: int) -> None:
        self.wants(quiet_from=time(begin), quiet_until=time(end))

    @rule()
    def blocks_us(self) -> None:
        conversations.close(self.db, HERE.key, "blocked", self.at)
        self.closed = True

    @precondition(lambda self: self.closed)
    @rule()
    def writes_again(self) -> None:
        conversations.heard(self.db, HERE, HERE.key, "desk:1", self.at)
        self.closed = False

    @rule(minutes=st.sampled_from([1, 5, 30, 600]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def it_is_time_for_the_next_one(self) -> None:
        self.one_plans()
        (at,) = self.db.execute(
            "SELECT min(at) FROM notices WHERE state IN ('planned', 'claimed')"
        ).fetchone()
        if at is not None:
            self.now = max(self.now, datetime.fromtimestamp(at, UTC))
        self.one_claims("one")

    @rule()
    def all_goes_well(self) -> None:
        self.it_is_time_for_the_next_one()
        while self.batches:
            self.one_settles(first=True)

    @rule(kind=st.sampled_from([Kind.WEATHER, Kind.EVENT, Kind.ALERT]), hours=st.integers(1, 60))
    def something_changes(self, kind: Kind, hours: int) -> None:
        found = notice_plans.calendar_of(self.db, self.trip.id, self.parsed)
        if found is None or found.setting is None or self.trip.plan is None:
            return
        self.news += 1
        change = Change(
            kind=kind,
            on=self.trip.plan.first_day,
            about=str(self.news),
            why="it has changed",
            until=self.now + timedelta(hours=hours),
        )
        row = calendar.of_change(self.trip, change, found.setting, self.now)
        notice_rows.insert(self.db, [row], "desk:1")

    # --- what processes do ---------------------------------------------------------------------

    @rule()
    def one_plans(self) -> None:
        for found in notice_plans.trips_to_plan(self.db, 10, "rules", self.at, self.parsed):
            changes, _ = planned(found, self.now)
            notice_plans.keep_calendar(self.db, found, changes, "rules", None, self.at)

    @rule(worker=st.sampled_from(["one", "two"]))
    def one_claims(self, worker: str) -> None:
        self.batches += notices.claim(self.db, worker, 10, self.at, self.parsed)

    @precondition(lambda self: self.batches)
    @rule()
    def one_dies_with_a_claim(self) -> None:
        self.batches.pop()

    @precondition(lambda self: self.batches)
    @rule(first=st.booleans())
    def one_settles(self, first: bool) -> None:
        batch = self.batches.pop(0 if first else -1)
        settlement = self.decided(batch)
        notices.settle(self.db, batch, settlement, self.at)

    def decided(self, batch: Batch) -> Settlement:
        composed, tells, waits, drops = [], {}, {}, {}
        for each in batch.claimed:
            then = batch.trips[each.notice.trip]
            assert then.trip.plan is not None
            zone = zone_at(then.trip.plan, then.setting.home, self.now)
            told = verdict(each.notice, then.setting.wishes, zone, self.now, batch.told)
            match told:
                case Tell(until=until):
                    line = f"{each.notice.id} {then.trip.version} {words_of(each.notice)}"
                    composed.append(Composed(each, (Text(markdown=line),)))
                    tells[each.notice.id] = until
                case Wait(at):
                    waits[each.notice.id] = (at, True)
                case Drop(state, reason):
                    drops[each.notice.id] = (state, reason)
        reply = message(batch.conversation, composed) if composed else None
        return Settlement(reply, tells, waits, drops)

    @rule()
    def one_takes_what_is_to_be_sent(self) -> None:
        found = outbox.claim_replies(self.db, "sender", 10, (), self.at)
        for delivery in found:
            self.arrives(delivery)
        self.sending += found

    @precondition(lambda self: self.sending)
    @rule(fate=st.sampled_from(["sent", "dies", "not now", "uncertain"]))
    def it_ends(self, fate: str) -> None:
        delivery = self.sending.pop()
        if fate == "sent":
            outbox.sent(self.db, delivery, ["1"])
        elif fate == "not now":
            outbox.send_later(self.db, delivery, "429", self.at + 60, self.at)
        elif fate == "uncertain":
            outbox.uncertain(self.db, delivery, "no answer", self.at)

    # --- what must hold ------------------------------------------------------------------------

    def arrives(self, delivery: Delivery) -> None:
        """It is on its way; one that is tried again may be there already."""
        if delivery.resend or delivery.attempts > 1:
            return
        assert not self.closed
        for part in delivery.reply.parts:
            assert isinstance(part, Text)
            for line in part.markdown.split("\n\n"):
                id, version, kind, *_ = line.split(" ")
                self.said[id] = self.said.get(id, 0) + 1
                assert self.said[id] == 1, "said twice"
                assert int(version) == self.trip.version, "of the trip as it was before"
                assert self.trip.status == "planned", "of a cancelled trip"
                assert not self.wishes.off and Kind(kind) not in self.wishes.muted, "unwanted"
                assert (self.trip.id, Kind(kind)) not in self.wishes.muted_pairs, "unwanted here"
                if kind != Kind.ALERT:
                    self.may_be_heard()

    def may_be_heard(self) -> None:
        assert self.trip.plan is not None
        snooze = self.wishes.snoozed_until
        assert snooze is None or snooze <= self.now, "in a snooze"
        zone = zone_at(self.trip.plan, "", self.now)
        assert not is_quiet(self.wishes, self.now, zone), "in quiet hours"

    @invariant()
    def a_notice_is_one_row_and_what_was_said_is_marked(self) -> None:
        if not hasattr(self, "db"):
            return
        rows = self.db.execute("SELECT id, state, ready, worker, reply FROM notices").fetchall()
        states = {id: state for id, state, *_ in rows}
        for id in self.said:
            assert states[id] in (State.SENT, State.UNKNOWN, State.FAILED)
        for _, state, ready, worker, reply in rows:
            assert not ready or state == State.PLANNED
            assert bool(worker) == (state == State.CLAIMED)
            assert bool(reply) == (state in (State.SENT, State.UNKNOWN, State.FAILED)) or (
                state == State.FAILED
            )

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()


TestNotices = Notices.TestCase
TestNotices.settings = settings(
    max_examples=120,
    stateful_step_count=30,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
