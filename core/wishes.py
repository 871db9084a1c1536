"""What travellers want, as far as they have said it: one wish, filled in turn by turn."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import Field

from core.messages import Value


class Pace(StrEnum):
    RELAXED = "relaxed"
    NORMAL = "normal"
    PACKED = "packed"


class Budget(Value):
    """An amount as it was said. `scope` tells for whom and how long; None when it was not said."""

    amount: Decimal = Field(gt=0)
    currency: str = ""  # ISO 4217; empty when none was named
    scope: Literal["total", "person", "day", "person_day"] | None = None
    includes_flights: bool | None = None


class When(Value):
    """Dates as far as they are known, in the destination's calendar.

    Exact: `first` and `last`. Loose: `earliest`..`latest` is the window in which `nights` (or
    `weekend`: a Friday or Saturday start) must fall, so "a long weekend mid April" has a window,
    three nights and `weekend`. `last` is the day of departure.
    """

    first: date | None = None
    last: date | None = None
    earliest: date | None = None
    latest: date | None = None
    nights: int | None = None
    weekend: bool = False
    words: str = ""  # as it was said

    @property
    def exact(self) -> bool:
        return self.first is not None and self.last is not None


class Party(Value):
    """Who travels. `counted`: nobody said it, it is how many take part in the conversation."""

    adults: int = 1
    children: tuple[int, ...] = ()  # ages
    counted: bool = False

    @property
    def size(self) -> int:
        return self.adults + len(self.children)


class Mention(Value):
    """A place as it was named. `kind` narrows it: "country", "state", "city", or empty."""

    text: str
    kind: str = ""
    id: str = ""  # Place.id once it is resolved


class Appointment(Value):
    """Something that is fixed already: a concert, a table, a meeting. Local time of the place.

    The day is told as a date, as a `weekday` (Monday 0), as a `month_day`, of which the first such
    day of the trip is meant, or as a `trip_day` (from 1, -1 the last). `meal` is "lunch" or
    "dinner" when it is that.
    """

    title: str
    at: time
    day: date | None = None
    weekday: int | None = None
    month_day: int | None = None
    trip_day: int | None = None
    minutes: int = Field(default=120, ge=30, le=12 * 60)
    place: str = ""
    meal: Literal["", "lunch", "dinner"] = ""


class Stay(Value):
    """What is asked of a room: its kind, and what has to be allowed there.

    `allows` holds pets, smoking, parties, visitors, small_children (under ten).
    """

    kind: Literal["", "entire", "private", "shared", "not_shared"] = ""
    allows: tuple[str, ...] = ()


class Wish(Value):
    """Everything said about one trip. None or empty means: not said.

    `likes`, `dislikes` and `musts` hold interest tags (see core/interests.py) or names of sights.
    Refusals (`dislikes`, `avoid`) and `musts` are hard, `likes` are soft. `exceptions` are musts
    that were named as such, or kept when they were asked about, in spite of a refusal.
    """

    destinations: tuple[Mention, ...] = ()
    origin: Mention | None = None
    avoid: tuple[Mention, ...] = ()  # places refused
    when: When | None = None
    party: Party | None = None
    budget: Budget | None = None
    pace: Pace | None = None
    likes: tuple[str, ...] = ()
    dislikes: tuple[str, ...] = ()
    musts: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()  # musts that stay although their kind is refused
    climate: Literal["warm", "hot", "mild", "cold", "snow"] | None = None
    quiet: bool | None = None  # "not too touristy"
    max_flight_hours: float | None = None
    no_flight: bool | None = None
    diet: tuple[str, ...] = ()  # vegetarian vegan halal kosher gluten_free ...
    step_free: bool | None = None
    arrive_at: time | None = None  # landing on the first day, local
    leave_at: time | None = None  # take-off on the last day, local
    day_start: time | None = None  # no day begins before: "not before 10"
    appointments: tuple[Appointment, ...] = ()
    lodging: str = ""  # where the days start and end, as it was said: an area, a hotel, an address
    max_walk_km: float | None = None  # of a single walk
    stay: Stay | None = None
    cuisines: tuple[str, ...] = ()
    no_driving: bool | None = None  # not at the wheel oneself
    town_count: int | None = None  # "two cities in Texas"
    tour: bool | None = None  # "a tour of Japan": several towns, how many is left to us

    def with_news(self, news: Wish) -> Wish:
        """This wish after `news`: what was said later replaces, lists grow.

        Nothing that was said is lost: a tag may be liked, refused and asked for, in whatever order
        that was said. Planning lets the hard wish win and asks when two hard ones cannot both hold.
        """
        update: dict[str, object] = {}
        for name in type(self).model_fields:
            value = getattr(news, name)
            if value is None or value in ((), ""):
                continue
            update[name] = value
        if "when" in update and self.when and news.when:
            update["when"] = _merge_when(self.when, news.when)
        if "budget" in update and self.budget and news.budget:
            update["budget"] = _merge_budget(self.budget, news.budget)
        for name in ("likes", "dislikes", "musts", "exceptions", "diet"):
            update[name] = _union(getattr(self, name), getattr(news, name))
        update["appointments"] = _union_appointments(self.appointments, news.appointments)
        asked = {m.id or m.text.casefold() for m in news.destinations}
        refused = _union_mentions(self.avoid, news.avoid)
        update["avoid"] = tuple(m for m in refused if (m.id or m.text.casefold()) not in asked)
        return self.model_copy(update=update)

    def reversed_by(self, news: Wish) -> Wish:
        """This wish after somebody changed their mind: what is liked now is no longer refused.

        And the other way round, for "actually, museums after all" and for changes of a plan.
        """
        merged = self.with_news(news)
        wanted = (*news.likes, *news.musts)
        update = {
            "dislikes": tuple(t for t in merged.dislikes if t not in wanted),
            "likes": tuple(t for t in merged.likes if t not in news.dislikes),
            "musts": tuple(t for t in merged.musts if t not in news.dislikes),
        }
        return merged.model_copy(update=update)

    def without(self, old: Wish) -> Wish:
        """This wish without what `old` had said and nothing else has replaced since."""
        update: dict[str, object] = {}
        for name, field in type(self).model_fields.items():
            mine, theirs = getattr(self, name), getattr(old, name)
            if theirs is None or theirs in ((), ""):
                continue
            if isinstance(mine, tuple):
                update[name] = tuple(v for v in mine if v not in theirs)
            elif mine == theirs:
                update[name] = field.default
        return self.model_copy(update=update)


def _merge_when(old: When, new: When) -> When:
    """A new length keeps the old start, a new start keeps the old length."""
    if new.nights is not None and not (new.first or new.earliest):
        if old.first:
            return old.model_copy(
                update={"last": old.first + timedelta(days=new.nights), "nights": new.nights}
            )
        return old.model_copy(update={"nights": new.nights, "weekend": new.weekend})
    if new.last and not new.first and not new.earliest:  # "until Sunday" keeps the start
        if old.first and new.last > old.first:
            return old.model_copy(update={"last": new.last, "nights": None})
        return new
    old_nights = (old.last - old.first).days if old.first and old.last else old.nights
    if new.first and not new.last and old_nights is not None and new.nights is None:
        return new.model_copy(
            update={"last": new.first + timedelta(days=old_nights), "nights": old_nights}
        )
    if new.earliest and new.nights is None and not new.weekend:
        return new.model_copy(update={"nights": old_nights, "weekend": old.weekend})
    return new


def _merge_budget(old: Budget, new: Budget) -> Budget:
    return new.model_copy(
        update={
            "currency": new.currency or old.currency,
            "scope": new.scope or old.scope,
            "includes_flights": (
                old.includes_flights if new.includes_flights is None else new.includes_flights
            ),
        }
    )


def _union(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))


def _union_mentions(old: tuple[Mention, ...], new: tuple[Mention, ...]) -> tuple[Mention, ...]:
    return tuple({(m.id or m.text.casefold()): m for m in (*old, *new)}.values())


def _union_appointments(
    old: tuple[Appointment, ...], new: tuple[Appointment, ...]
) -> tuple[Appointment, ...]:
    """What was said later about the same thing replaces it."""
    return tuple({a.title.casefold(): a for a in (*old, *new)}.values())
