"""Trips, their plans, and what was suggested on the way there."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from core.errors import Rejected
from core.messages import Value
from core.travel import DayWeather, Event, FlightEstimate, Leg, Money, Point, Source
from core.wishes import Wish
from core.words import WEEKDAYS as WEEKDAYS
from core.words import span
from core.zones import zone_of

MAX_UNDO = 5


class StopKind(StrEnum):
    VISIT = "visit"
    LUNCH = "lunch"
    DINNER = "dinner"
    ARRIVAL = "arrival"  # landing, border, transfer: ends when the day in town begins
    DEPARTURE = "departure"  # leaving for the airport: starts when the day in town ends


class SwapStop(Value):
    """A block of a day as it would be: a sight id, "lunch" or "dinner"; minutes after midnight.

    `at` is the sight id where a meal is had, or "anchor".
    """

    what: str
    at: str
    start: int
    end: int


class SwapDay(Value):
    """A whole day as it would be after a swap."""

    day: date
    stops: tuple[SwapStop, ...]


class Stop(Value):
    """One block of a day. Times are aware, in the destination's zone.

    `id` stays the same through every change of the plan. `leg` leads here from the stop before it
    (or from the hotel anchor). `checks` are sentences such as "check hours".
    """

    id: str
    kind: StopKind
    title: str
    start: AwareDatetime
    end: AwareDatetime
    point: Point
    leg: Leg | None = None
    sight_id: str = ""
    category: str = ""
    indoor: bool = False
    cost: Money | None = None  # for the whole party, local currency; None when unknown
    source: Source
    hours_text: str = ""
    book_ahead: bool = False
    booked: bool = False  # fixed by the traveller: it never moves
    checks: tuple[str, ...] = ()
    swap_sight_id: str = ""  # a verified indoor sight instead, when it rains
    swap_days: tuple[SwapDay, ...] = ()  # its day after the swap, and the day it is taken from

    @property
    def hours_unsure(self) -> bool:
        """True when one of the notes is about the opening hours."""
        return any("hours" in check.casefold() for check in self.checks)

    def makes_room(self, day: Day) -> tuple[date | None, str]:
        """What its swap moves besides: the day this stop goes to, and the stop that is left out."""
        other = next((swap.day for swap in self.swap_days if swap.day != day.day), None)
        if other is not None or not self.swap_days:
            return other, ""
        kept = {each.what for swap in self.swap_days for each in swap.stops}
        gone = (s for s in day.stops if s.sight_id and s.id != self.id and s.sight_id not in kept)
        return None, next((s.title for s in gone), "")


class Day(Value):
    """One local day. `weekday` is stored so that the verifier can hold it against the date."""

    day: date
    weekday: str
    stops: tuple[Stop, ...]
    weather: DayWeather | None = None
    events: tuple[Event, ...] = ()


class Budget(Value):
    """What the plan costs the whole party in `currency`; the lines add up to `total`.

    `limit` is what the traveller said, in the same currency, None when nothing was said. A line
    that is an estimate says so; what is unknown is not in the sum and stands in `unknown`.
    """

    currency: str
    lines: tuple[tuple[str, Decimal], ...]  # ("tickets", 48), ("meals", 210), ("transport", 40) ...
    total: Decimal
    limit: Decimal | None = None
    unknown: tuple[str, ...] = ()


class Transfer(Value):
    """From one town of a trip to the next, on the first day there. Minutes and cost are estimates.

    `depart_at` is in the zone of the town left, `arrive_at` in that of the town reached; `cost` is
    for the whole party, None when nobody knows.
    """

    origin: str  # name of the town
    destination: str
    mode: Literal["ground", "ferry", "flight"]  # ground: train, bus or car
    depart_at: AwareDatetime
    arrive_at: AwareDatetime
    km: float
    cost: Money | None = None
    source: Source


class Stage(Value):
    """One town of a trip over several; its days are those of the plan from `first` to `last`."""

    destination_id: str
    destination: str
    country: str
    timezone: str
    anchor: Point
    first: date
    last: date
    budget: Budget | None = None  # of this stage, in its local currency
    comes_by: Transfer | None = None  # None in the first town


class Plan(Value):
    """A day-by-day plan. Only a plan that the verifier passed is ever shown.

    A trip over several towns has `stages`, and its days one after the other; destination, country,
    zone and anchor are then those of the first town, `destination` names them all.
    """

    destination_id: str
    destination: str
    country: str
    timezone: str
    anchor: Point  # where the days start and end: the hotel, or the centre
    days: tuple[Day, ...]
    pace: str
    party: int
    budget: Budget | None = None
    flights: FlightEstimate | None = None
    arrival_at: AwareDatetime | None = None  # landing, as the traveller said or as assumed
    departure_at: AwareDatetime | None = None  # take-off
    comes_by_air: bool = True  # as far as we know, as of the town it begins and ends in
    leaves_by_air: bool = True
    times_assumed: bool = True
    notes: tuple[str, ...] = ()  # what is unknown, which source was silent
    seed: int = 0
    stages: tuple[Stage, ...] = ()

    @property
    def first_day(self) -> date:
        return self.days[0].day

    @property
    def last_day(self) -> date:
        return self.days[-1].day

    @property
    def towns(self) -> tuple[Stage, ...]:
        """The towns of the trip in order; one when there are no stages."""
        return self.stages or (
            Stage(
                destination_id=self.destination_id,
                destination=self.destination,
                country=self.country,
                timezone=self.timezone,
                anchor=self.anchor,
                first=self.first_day,
                last=self.last_day,
                budget=self.budget,
            ),
        )

    def town_on(self, day: date) -> Stage:
        """Where the traveller is on `day`: the first town before the trip, the last one after."""
        return next((t for t in self.towns if day <= t.last), self.towns[-1])

    def town_at(self, moment: datetime) -> Stage:
        """Where the traveller is at `moment`, by the calendar of the town itself."""
        for town in self.towns:
            if moment.astimezone(zone_of(town.timezone)).date() <= town.last:
                return town
        return self.towns[-1]

    def town_of(self, destination_id: str) -> Stage | None:
        """The stay in this town; None when it is not on the way."""
        return next((t for t in self.towns if t.destination_id == destination_id), None)

    def visits(self) -> list[Stop]:
        return [s for d in self.days for s in d.stops if s.kind is StopKind.VISIT]


class Version(Value):
    """A plan as it was, with the wish it came from."""

    plan: Plan
    wish: Wish


class Trip(Value):
    """A stored trip of a conversation. `version` grows with each change; it is the ICS SEQUENCE."""

    id: str
    conversation: str
    owner: str
    title: str
    wish: Wish
    plan: Plan | None = None
    version: int = 0
    earlier: tuple[Version, ...] = ()  # for undo, newest last, at most 5
    status: Literal["draft", "planned", "cancelled", "done"] = "draft"
    created_at: AwareDatetime
    updated_at: AwareDatetime

    def replanned(self, plan: Plan, wish: Wish, at: datetime) -> Trip:
        """The trip with a new plan; the present one can be brought back."""
        earlier = self.earlier
        if self.plan is not None:
            earlier = (*earlier, Version(plan=self.plan, wish=self.wish))[-MAX_UNDO:]
        return self._with(plan, wish, at, earlier)

    def undone(self, at: datetime) -> Trip:
        """The trip with the plan before the last change; itself when there was none."""
        if not self.earlier:
            return self
        last = self.earlier[-1]
        return self._with(last.plan, last.wish, at, self.earlier[:-1])

    def _with(self, plan: Plan, wish: Wish, at: datetime, earlier: tuple[Version, ...]) -> Trip:
        return self.model_copy(
            update={
                "plan": plan,
                "wish": wish,
                "earlier": earlier,
                "title": title_of(plan),
                "version": self.version + 1,
                "status": "planned",
                "updated_at": at,
            }
        )


def title_of(plan: Plan) -> str:
    return f"{plan.destination}, {span(plan.first_day, plan.last_day)}"


class RecommendationStatus(StrEnum):
    SUGGESTED = "suggested"
    SAVED = "saved"
    DISMISSED = "dismissed"
    BOOKED = "booked"
    VISITED = "visited"


LEGAL_STATUS_CHANGES: dict[RecommendationStatus, frozenset[RecommendationStatus]] = {
    RecommendationStatus.SUGGESTED: frozenset(
        {
            RecommendationStatus.SAVED,
            RecommendationStatus.DISMISSED,
            RecommendationStatus.BOOKED,
            RecommendationStatus.VISITED,
        }
    ),
    RecommendationStatus.SAVED: frozenset(
        {
            RecommendationStatus.DISMISSED,
            RecommendationStatus.BOOKED,
            RecommendationStatus.VISITED,
        }
    ),
    RecommendationStatus.DISMISSED: frozenset(
        {RecommendationStatus.SUGGESTED, RecommendationStatus.SAVED, RecommendationStatus.VISITED}
    ),
    RecommendationStatus.BOOKED: frozenset(
        {RecommendationStatus.SAVED, RecommendationStatus.VISITED}
    ),
    RecommendationStatus.VISITED: frozenset(),
}


class Recommendation(Value):
    """A destination suggested to a conversation: one row per destination, duplicates merge."""

    conversation: str
    destination_id: str
    name: str
    status: RecommendationStatus
    reasons: tuple[str, ...]
    changed_at: AwareDatetime
    changed_by: str

    def becomes(self, status: RecommendationStatus, at: AwareDatetime, by: str) -> Recommendation:
        """The same recommendation with a new status. Raises Rejected when that is not legal."""
        if status == self.status:
            return self
        if status not in LEGAL_STATUS_CHANGES[self.status]:
            raise Rejected(f"{self.name} is already marked as {self.status}.")
        return self.model_copy(update={"status": status, "changed_at": at, "changed_by": by})
