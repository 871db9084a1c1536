"""When everybody can travel: who said which days, and the spans that suit most of them.

Days are dates of the destination's calendar; a span holds its first and its last day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.messages import Value

HORIZON_DAYS = 400  # nobody looks farther ahead
MOST = 3


class Stretch(Value):
    """Some days in a row, both ends included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


class Availability(Value):
    """Days on which somebody can, and days on which they cannot. Nothing said is no hindrance."""

    can: tuple[Stretch, ...] = ()
    cannot: tuple[Stretch, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.can or self.cannot)

    def on(self, day: date) -> bool:
        """True when nothing that was said speaks against this day."""
        if any(s.holds(day) for s in self.cannot):
            return False
        return not self.can or any(s.holds(day) for s in self.can)

    def suits(self, first: date, last: date) -> bool:
        """True when every day of the span does."""
        return all(self.on(day) for day in days(first, last))

    def with_news(self, news: Availability) -> Availability:
        """What was said later about a day wins; the days that one can grow."""
        cannot = [s for s in self.cannot if not _inside(s, news.can)]
        can = [s for s in self.can if not _inside(s, news.cannot)]
        return Availability(
            can=tuple(sorted({*can, *news.can}, key=lambda s: (s.first, s.last))),
            cannot=tuple(sorted({*cannot, *news.cannot}, key=lambda s: (s.first, s.last))),
        )


@dataclass(frozen=True)
class Said:
    """The availability of one person. `name` stays empty when it was told in private."""

    free: Availability
    name: str = ""


@dataclass(frozen=True)
class Option:
    """A span of the wanted length. `missing` are the names of those who cannot and said so aloud;
    `private` tells that it does not fit everyone for a reason that stays private."""

    first: date
    last: date
    missing: tuple[str, ...]
    private: bool


def common_spans(
    everybody: Sequence[Said], nights: int, earliest: date, latest: date, most: int = MOST
) -> list[Option]:
    """The spans that suit most people, best first; of equal ones the earliest, no two overlapping.

    Without an end the days that people named bound the search.
    """
    latest = min(latest, earliest + timedelta(days=HORIZON_DAYS))
    options = []
    for start in days(earliest, latest - timedelta(days=nights)):
        end = start + timedelta(days=nights)
        cannot = [s for s in everybody if not s.free.suits(start, end)]
        options.append(
            Option(
                start,
                end,
                tuple(sorted(s.name for s in cannot if s.name)),
                any(not s.name for s in cannot),
            )
        )
    options.sort(key=lambda o: (len(o.missing) + o.private, len(o.missing), o.first))
    chosen: list[Option] = []
    for option in options:
        if all(option.last < c.first or c.last < option.first for c in chosen):
            chosen.append(option)
        if len(chosen) == most:
            break
    return chosen


def window_of(everybody: Sequence[Said]) -> tuple[date, date] | None:
    """From the first to the last day that anybody named as possible; None when nobody did."""
    said = [s for one in everybody for s in one.free.can]
    return (min(s.first for s in said), max(s.last for s in said)) if said else None


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _inside(stretch: Stretch, others: Sequence[Stretch]) -> bool:
    return any(o.first <= stretch.first and stretch.last <= o.last for o in others)
