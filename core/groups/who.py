"""Whom the words of a message mean: "me", "everyone", "all but Ben", members and guests by name.

What is not certain is a `Doubt` for the person to settle; nobody is guessed from a typo.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from core.groups.given_names import GIVEN_NAMES
from core.groups.state import Member
from core.naming import folded

_ALL = frozenset(
    "everyone|everybody|all|us|us all|we|we all|all of us|each of us|everyone here|the group|"
    "the whole group|whole group|all together".split("|")
)
_NUMBERS = "two three four five six seven eight nine ten eleven twelve".split()
_COUNTS = {word: n for n, word in enumerate(_NUMBERS, 2)} | {"both": 2}
_COUNTS |= {str(n): n for n in range(2, 21)}
_COUNTED = re.compile(
    rf"(?:the |all |us )*(?:{'|'.join(_COUNTS)})(?: of us| people| persons| of them)?|"
    r"us (?:two|both)"
)
_ME = frozenset(("me", "myself", "i", "my share", "just me", "only me", "my self"))
_BUT = re.compile(r"^(.*?)\s+(?:but|except(?:\s+for)?|without|minus|apart from)\s+(.+)$", re.I)
_AND = re.compile(r"\s*(?:,|&|\+|/|;|\band\b|\bplus\b)\s*", re.I)
_TRIMMED = re.compile(r"^(?:just|only|the share of)\s+", re.I)
_THING = re.compile(r"^(?:the|a|an|our|some|my|his|her|their|this|that|last|today)\b", re.I)
NEAR = 0.6  # from here on a name may be a typo of another: a question, never an answer


class Doubt(NamedTuple):
    """`word` fits several (`options` are their ids), or nobody; then those with a similar name."""

    word: str
    options: tuple[str, ...]
    known: bool  # True: it fits several of them


@dataclass(frozen=True)
class Meant:
    """Who was meant (ids, each once, in the order said), or what is in doubt."""

    people: tuple[str, ...] = ()
    doubt: Doubt | None = None


@dataclass(frozen=True)
class Company:
    """Those who can be meant. `here` take part now, `known` are all that ever did.

    `me` is who speaks; `settled` are words that the person has explained already.
    """

    me: str
    here: tuple[Member, ...]
    known: tuple[Member, ...]
    settled: Mapping[str, tuple[str, ...]]

    def of(self, words: str) -> Meant:
        """The people that a phrase names."""
        words = _TRIMMED.sub("", words.strip(" .!?"))
        but = _BUT.match(words)
        if but and folded(but[1]) in _ALL:
            without = self.of(but[2])
            if without.doubt:
                return without
            return Meant(tuple(m.person for m in self.here if m.person not in without.people))
        if folded(words) in _ALL:
            return Meant(tuple(m.person for m in self.here))
        if _COUNTED.fullmatch(folded(words)):
            return self._counted(words)
        found: list[str] = []
        for word in filter(None, _AND.split(words)):
            one = self._one(word)
            if one.doubt:
                return one
            found += one.people
        return Meant(tuple(dict.fromkeys(found)))

    def is_everyone(self, phrase: str) -> bool:
        return folded(phrase) in _ALL

    def _counted(self, words: str) -> Meant:
        """ "the four of us" are all of us when we are four; else nobody knows who is left out."""
        everybody = tuple(m.person for m in self.here)
        if folded(words) in self.settled:
            return Meant(self.settled[folded(words)])
        count = next((n for word, n in _COUNTS.items() if word in folded(words).split()), 0)
        return Meant(everybody) if count == len(everybody) else Meant(doubt=Doubt(words, (), True))

    def _one(self, word: str) -> Meant:
        name = folded(word)
        if name in _ME:
            return Meant((self.me,))
        if name in _ALL or _COUNTED.fullmatch(name):
            return self.of(word)
        if name in self.settled:
            return Meant(self.settled[name])
        fits = self._called(name, self.here) or self._called(name, self.known)
        if len(fits) == 1:
            return Meant(fits)
        if fits:
            return Meant(doubt=Doubt(word, fits, True))
        return Meant(doubt=Doubt(word, self.like(word), False))

    def _called(self, name: str, members: Sequence[Member]) -> tuple[str, ...]:
        """Ids of those with exactly this name, else of those with this first or last name."""
        whole = tuple(m.person for m in members if folded(m.name) == name)
        return whole or tuple(m.person for m in members if name in folded(m.name).split())

    def like(self, word: str) -> tuple[str, ...]:
        """Those whose name a typo may have made of `word`, the nearest first."""
        name = folded(word)[:40]
        near = [
            (max(_ratio(name, part) for part in (whole, *whole.split())), m.person)
            for m in self.known
            if (whole := folded(m.name)[:40])
        ]
        return tuple(person for ratio, person in sorted(near, key=lambda n: -n[0]) if ratio >= NEAR)

    def names_somebody(self, phrase: str) -> bool:
        """True when a phrase is about people: at least one word of it is somebody here."""
        words = _TRIMMED.sub("", phrase.strip(" .!?"))
        but = _BUT.match(words)
        if but:
            words = but[1]
        if folded(words) in _ALL or _COUNTED.fullmatch(folded(words)):
            return True
        return any(
            (found := self._one(part)).people or (found.doubt is not None and found.doubt.known)
            for part in filter(None, _AND.split(words))
        )

    def may_name_somebody(self, phrase: str) -> bool:
        """True for words that look like a name: capital letters, no article, a usual given name, or
        a typo of somebody's here."""
        parts = [p for p in _AND.split(phrase.strip(" .!?")) if p]
        return all(len(p.split()) <= 2 and not _THING.match(p) for p in parts) and any(
            p[:1].isupper() or self.is_near_a_name(p) for p in parts
        )

    def is_near_a_name(self, phrase: str) -> bool:
        """True for a usual given name, also with others, and for a typo of somebody's here."""
        return bool(self.like(phrase)) or any(folded(p) in GIVEN_NAMES for p in _AND.split(phrase))


def sorted_phrases(fors: Sequence[str], company: Company) -> tuple[str, str]:
    """Which "for" phrases are the thing paid and which the people: ("dinner", "Ana and me").

    A phrase that names somebody here is people. Of several the last one is, when it looks like a
    name; the only one is when it does and is a given name, or near the name of somebody.
    """
    people = [p for p in fors if company.names_somebody(p)]
    things = [p for p in fors if p not in people]
    if things and not people:
        last = things[-1]
        alone = len(things) == 1
        if company.may_name_somebody(last) and (not alone or company.is_near_a_name(last)):
            people = [things.pop()]
    return " for ".join(things), " and ".join(people)


def _ratio(a: str, b: str) -> float:
    if a[:1] != b[:1] and min(len(a), len(b)) < 4:
        return 0.0
    return SequenceMatcher(None, a, b).ratio()
