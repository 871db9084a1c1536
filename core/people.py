"""People: the profile with the origin and date of each fact, and the party of a conversation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from core.messages import Person, Value
from core.zones import known_zone

# key -> (label, many values?)
KEYS: dict[str, tuple[str, bool]] = {
    "name": ("Name", False),
    "home": ("Home", False),
    "currency": ("Currency", False),
    "language": ("Language", False),
    "likes": ("Likes", True),
    "dislikes": ("Does not like", True),
    "diet": ("Diet", True),
    "step_free": ("Needs step-free ways", False),
    "pace": ("Pace", False),
    "party": ("Usually travels as", False),
    "budget": ("Usual budget", False),
    "visited": ("Has been to", True),
    "wishlist": ("Wants to see", True),
    "max_flight_hours": ("Longest flight", False),
    "units": ("Units", False),
    "timezone": ("Time zone", False),
    "reach": ("Reach me on", False),
}

MAX_VALUE_CHARS = 200
MAX_FACTS = 100


class ProfileFact(Value):
    """One thing known about a person, who said it how, and when.

    `told_in` is the account it was told in, once several are joined. Of a time zone that was told
    `instead` is the home town's, for as long as nobody knows one of that name; `doubted` is set
    once the person was asked about it.
    """

    key: str
    value: str
    origin: Literal["told", "chosen", "concluded"]
    words: str = ""  # what the person wrote, shortened
    said_at: AwareDatetime
    told_in: str = ""
    instead: str = ""
    doubted: bool = False


class Profile(Value):
    """What is known about one person. `earlier` are the states before the last changes (undo).

    `searches` are the moments of the person's flight searches of the last day: each one may cost
    the operator money, so there is a limit.
    """

    person: str
    facts: tuple[ProfileFact, ...] = ()
    earlier: tuple[tuple[ProfileFact, ...], ...] = ()
    searches: tuple[AwareDatetime, ...] = ()

    def value(self, key: str) -> str:
        return next((f.value for f in reversed(self.facts) if f.key == key), "")

    @property
    def zone(self) -> str:
        """The time zone to go by: the person's own, else their home town's; "" stands for UTC."""
        fact = self.fact("timezone")
        if fact is None:
            return ""
        return next((name for name in (fact.value, fact.instead) if known_zone(name)), "")

    def fact(self, key: str) -> ProfileFact | None:
        """The newest fact of that key."""
        return next((f for f in reversed(self.facts) if f.key == key), None)

    def values(self, key: str) -> tuple[str, ...]:
        return tuple(f.value for f in self.facts if f.key == key)

    def learned(self, *news: ProfileFact) -> Profile:
        """The profile with `news`: single values are replaced, repeated ones are not doubled."""
        facts = list(self.facts)
        for fact in news:
            many = KEYS[fact.key][1]
            same = [
                f
                for f in facts
                if f.key == fact.key and (not many or f.value.casefold() == fact.value.casefold())
            ]
            if any(f.value == fact.value for f in same):
                continue
            facts = [f for f in facts if f not in same]
            facts.append(fact)
        return self._changed(tuple(facts[-MAX_FACTS:]))

    def without(self, key: str, value: str = "") -> Profile:
        """The profile without `key` (only `value` of it, when given)."""
        return self._changed(
            tuple(
                f
                for f in self.facts
                if f.key != key or (value and f.value.casefold() != value.casefold())
            )
        )

    def searches_since(self, moment: datetime) -> int:
        """How many flight searches the person asked for after `moment`."""
        return sum(1 for at in self.searches if at > moment)

    def searched(self, at: datetime) -> Profile:
        """The profile with one more flight search; those older than a day are forgotten."""
        kept = tuple(s for s in self.searches if at - s < timedelta(days=1))
        return self.model_copy(update={"searches": (*kept, at)})

    def undone(self) -> Profile:
        """The profile before the last change; itself when there was none."""
        if not self.earlier:
            return self
        return self.model_copy(update={"facts": self.earlier[-1], "earlier": self.earlier[:-1]})

    def _changed(self, facts: tuple[ProfileFact, ...]) -> Profile:
        if facts == self.facts:
            return self
        return self.model_copy(
            update={"facts": facts, "earlier": (*self.earlier, self.facts)[-10:]}
        )


def joined(one: Profile, two: Profile) -> tuple[Profile, tuple[ProfileFact, ...]]:
    """Two profiles as one, every fact with its origin and date; and what gave way.

    Of two different single values (two homes) the newer stays. What both have is kept once, as it
    was said first.
    """
    said = sorted((*_marked(one), *_marked(two)), key=lambda f: f.said_at)
    kept: list[ProfileFact] = []
    gone: list[ProfileFact] = []
    for fact in said:
        many = KEYS[fact.key][1]
        rivals = [f for f in kept if f.key == fact.key and (not many or _same(f, fact))]
        if any(_same(f, fact) for f in rivals):
            continue
        gone += rivals
        kept = [f for f in kept if f not in rivals]
        kept.append(fact)
    searches = tuple(sorted((*one.searches, *two.searches)))
    merged = Profile(person=one.person, facts=tuple(kept[-MAX_FACTS:]), searches=searches)
    return merged, tuple(gone)


def _marked(profile: Profile) -> tuple[ProfileFact, ...]:
    return tuple(
        f if f.told_in else f.model_copy(update={"told_in": profile.person}) for f in profile.facts
    )


def _same(one: ProfileFact, two: ProfileFact) -> bool:
    return one.value.casefold() == two.value.casefold()


class Party(Value):
    """Who takes part in a conversation: one person in a private chat, more in a group."""

    members: tuple[Person, ...]
