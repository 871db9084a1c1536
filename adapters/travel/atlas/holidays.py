"""Public holidays of a country, offline, from the `holidays` package (MIT)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

_ENGLISH = ("en_US", "en_GB", "en")
_ESTIMATED = "(estimated)"


@dataclass(frozen=True)
class Holiday:
    """A public holiday; `estimated` when its date hangs on a moon that is yet to be seen."""

    day: date
    name: str
    estimated: bool


def public_holidays(country: str, first_day: date, last_day: date) -> list[Holiday]:
    """The nationwide public holidays of the local days, both ends included, in order.

    Names are English where the package has them, and keep "(estimated)". Empty for a country the
    package does not know; ask `holidays_known` first to tell that from a span without holidays.
    """
    return [
        Holiday(day, name, _ESTIMATED in name)
        for year in range(first_day.year, last_day.year + 1)
        for day, name in _year(country, year)
        if first_day <= day <= last_day
    ]


def holidays_known(country: str) -> bool:
    """Whether the package has the holidays of a country."""
    return country in _supported()


@lru_cache(maxsize=512)
def closing_holidays(country: str, first_day: date, last_day: date) -> frozenset[date]:
    """The days on which a sight that closes on public holidays is closed."""
    return frozenset(holiday.day for holiday in public_holidays(country, first_day, last_day))


@lru_cache(maxsize=512)
def _year(country: str, year: int) -> tuple[tuple[date, str], ...]:
    if country not in _supported():
        return ()
    # Costs 230 ms and 19 MB once, and most conversations never ask: so only here.
    import holidays

    language = next((each for each in _ENGLISH if each in _languages().get(country, ())), None)
    found = holidays.country_holidays(country, years=year, language=language)
    return tuple(sorted((day, name) for day, name in found.items() if day.year == year))


@cache
def _supported() -> frozenset[str]:
    import holidays

    return frozenset(holidays.list_supported_countries(include_aliases=False))


@cache
def _languages() -> dict[str, list[str]]:
    import holidays

    return holidays.list_localized_countries(include_aliases=False)
