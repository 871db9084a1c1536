"""Whether a translation speaks of the same dates: months and weekdays by name, beside the numbers.

Pure. The names of a language come through a port (`core.travel.Travel.date_names`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from core import words

LEAST_WIDE = 4  # letters of a weekday that is looked for away from a number, too
# "15. Apr", "15 de abril", "15日(木)"; what says "day" after a number is never read as "Sunday".
_BETWEEN_DAY_AND_NAME = r"(?:日|일|\.|º|ª|°)?+(?:\s?[(（])?,?\s*(?:de |d['’]|di |du |of )?"
_BETWEEN_NAME_AND_DAY = r"[.,]?\s*"


@dataclass(frozen=True)
class DateNames:
    """What months (1 to 12) and weekdays (0 is Monday) are called, in every form a text may have.

    A name that means both a month and a weekday ("mar") stands in both.
    """

    months: Mapping[str, int]
    weekdays: Mapping[str, int]

    def __hash__(self) -> int:
        return hash((*self.months, *self.weekdays))


DateNamesOf = Callable[[str], DateNames | None]  # by the code of a language; None: unknown

ENGLISH = DateNames(
    {name: n for names in (words.MONTHS, words.MONTH_NAMES) for n, name in enumerate(names, 1)},
    {
        name: n
        for names in (
            words.WEEKDAYS,
            ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
            ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"),
        )
        for n, name in enumerate(names)
    },
)


def same_dates(english: str, translated: str, here: DateNames, names: Iterable[str] = ()) -> bool:
    """False when a month or a weekday of the translation is not that of the English text.

    A date may lose its name, and one that is worded in a way that is not known is not seen. `names`
    are of places and things: what they say is no date.
    """
    for name in names:
        english, translated = english.replace(name, " "), translated.replace(name, " ")
    months: dict[int, set[int]] = defaultdict(set)
    weekdays: dict[int, set[int]] = defaultdict(set)
    for day, name in _beside_numbers(english, ENGLISH):
        if (month := ENGLISH.months.get(name)) is not None:
            months[day].add(month)
        elif (weekday := ENGLISH.weekdays.get(name)) is not None:
            weekdays[day].add(weekday)
    said = _names_in(english, ENGLISH)
    all_months = {ENGLISH.months[n] for n in said if n in ENGLISH.months}
    all_weekdays = {ENGLISH.weekdays[n] for n in said if n in ENGLISH.weekdays}
    for day, name in _beside_numbers(translated, here):
        if day not in months and day not in weekdays:
            continue  # no day of a date: "10 min"
        if here.months.get(name) in months.get(day, all_months):
            continue
        if here.weekdays.get(name) not in weekdays.get(day, all_weekdays):
            return False
    return all(
        here.weekdays[name] in all_weekdays
        for name in _names_in(translated, here)
        if name in here.weekdays and name not in here.months and len(name) >= _wide(name)
    )


def without_numbered_months(text: str, here: DateNames) -> str:
    """Months that are written as a number ("4月", "tháng 4") taken out, so that it counts for
    none."""
    numbered = _numbered(here)
    return re.sub(rf"(?<!\d){_any(numbered)}", " ", text) if numbered else text


def _numbered(names: DateNames) -> list[str]:
    return [name for name in names.months if any(c.isdigit() for c in name)]


def _beside_numbers(text: str, names: DateNames) -> Iterator[tuple[int, str]]:
    """(number, name) of every month or weekday that stands right before or after a number."""
    after, before = _patterns(names)
    for found in (*after.finditer(text), *before.finditer(text)):
        yield int(found["day"]), found["name"]


def _names_in(text: str, names: DateNames) -> set[str]:
    return set(_alone(names).findall(text))


@lru_cache(maxsize=64)
def _patterns(names: DateNames) -> tuple[re.Pattern[str], re.Pattern[str]]:
    both = {*names.months, *names.weekdays}
    name = rf"(?P<name>{_any(both)}){_NO_LETTER_AFTER}"
    # One letter is too little before a number: "月" is Monday and the month, "H" an hour.
    longer = rf"(?P<name>{_any(n for n in both if len(n) > 1)}){_NO_LETTER_AFTER}"
    number, end = r"(?<![\d.,:])(?P<day>\d{1,2})", r"(?!\d|[.,:]\d)"
    no_month = f"(?!{_any(numbered)})" if (numbered := _numbered(names)) else ""
    after = re.compile(rf"(?<![\d.,:]){no_month}{number}{end}{_BETWEEN_DAY_AND_NAME}{name}")
    before = re.compile(
        rf"{_NO_LETTER_BEFORE}(?<!\d){longer}{_BETWEEN_NAME_AND_DAY}(?P<day>\d{{1,2}}){end}"
    )
    return after, before


@lru_cache(maxsize=64)
def _alone(names: DateNames) -> re.Pattern[str]:
    both = {*names.months, *names.weekdays}
    return re.compile(rf"{_NO_LETTER_BEFORE}({_any(both)}){_NO_LETTER_AFTER}")


# Between letters of a script that has capitals; others write words without a gap.
_LETTER = r"[A-Za-zÀ-ɏͰ-ӿ]"
_NO_LETTER_BEFORE = rf"(?<!{_LETTER})"
_NO_LETTER_AFTER = rf"(?!{_LETTER})"


def _any(names: Iterable[str]) -> str:
    """The longest first, so that "abril" is not read as "abr"."""
    ordered = sorted(names, key=lambda n: (-len(n), n))
    return f"(?:{'|'.join(map(re.escape, ordered))})"


def _wide(name: str) -> int:
    """How long a weekday has to be: scripts without capitals need fewer letters."""
    return LEAST_WIDE if name.lower() != name.upper() else LEAST_WIDE - 1
