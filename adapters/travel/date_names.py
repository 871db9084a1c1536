"""What months and weekdays are called in a language, from CLDR by way of Babel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from core.date_names import DateNames

# Where a month is a number with a word; elsewhere Babel gives such a form for one that is missing.
_NUMBERED = ("ja", "ko", "vi", "zh")
_WIDTHS = ("wide", "abbreviated")


@lru_cache(maxsize=64)
def date_names(code: str) -> DateNames | None:
    """The names in the language of a BCP 47 code; None when it is not known."""
    try:
        locale = Locale.parse(code.split("-")[0].lower())
    except (UnknownLocaleError, ValueError):
        return None
    numbered = locale.language in _NUMBERED
    return DateNames(
        dict(_forms(locale.months, numbered=numbered)),
        dict(_forms(locale.days, numbered=False)),
    )


def _forms(
    names: Mapping[str, Mapping[str, Mapping[int, str]]], *, numbered: bool
) -> Iterator[tuple[str, int]]:
    """Every form, with and without the point of an abbreviation, also with a capital."""
    for context in ("format", "stand-alone"):
        for width in _WIDTHS:
            for number, name in names[context][width].items():
                if numbered or not any(c.isdigit() for c in name):
                    bare = name.rstrip(".")
                    yield bare, number
                    yield bare[:1].upper() + bare[1:], number
