"""A query's text becomes the wish of a journey, by the reader that also reads our chats."""

from __future__ import annotations

from datetime import date, timedelta

from adapters.models.reader import RuleReader
from benchmarks.travelplanner.tables import Tables
from core.journey.facts import JourneyWish, Mode, RoomKind
from core.reading import ReadingContext
from core.wishes import Stay, Wish

YEAR = 2022  # all queries are of March of that year; "today" has to lie before them
KINDS: dict[str, frozenset[RoomKind]] = {
    "entire": frozenset({"entire"}),
    "private": frozenset({"private"}),
    "shared": frozenset({"shared"}),
    "not_shared": frozenset({"entire", "private"}),
}


class NotRead(ValueError):
    """The text does not tell where from, where to or when."""


def read(text: str, reader: RuleReader, tables: Tables) -> JourneyWish:
    """Raises NotRead when something that every journey needs was not understood."""
    wish = reader.read(text, ReadingContext(today=date(YEAR, 1, 10))).wish
    if wish.origin is None or not wish.destinations or wish.when is None:
        raise NotRead("where from, where to, or when")
    first, last = wish.when.first, wish.when.last
    if first is None or last is None:
        raise NotRead("when")
    days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    towns, region, count = _where(wish, tables, len(days))
    stay = wish.stay or Stay()
    without: set[Mode] = {"flight"} if wish.no_flight else set()
    if wish.no_driving:
        without.add("self-driving")
    return JourneyWish(
        origin=_town(wish.origin.text, tables),
        days=days,
        people=wish.party.size if wish.party else 1,
        towns=towns,
        region=region,
        count=count,
        budget=wish.budget.amount if wish.budget else None,
        kinds=KINDS.get(stay.kind, frozenset()),
        allows=frozenset(stay.allows),
        cuisines=frozenset(wish.cuisines),
        without=frozenset(without),
    )


def _where(wish: Wish, tables: Tables, days: int) -> tuple[tuple[str, ...], str, int]:
    """Given towns, or a region and how many of its towns: as said, else one for two nights."""
    for mention in wish.destinations:
        region = mention.text.removesuffix(" state")
        if tables.towns_in(region) and (
            mention.kind == "state" or wish.town_count or not tables.knows(mention.text)
        ):
            return (), region, wish.town_count or max(1, (days - 1) // 2)
    towns = tuple(_town(m.text, tables) for m in wish.destinations if tables.knows(m.text))
    if not towns:
        raise NotRead(f"no table knows {wish.destinations[0].text}")
    return towns, "", len(towns)


def _town(text: str, tables: Tables) -> str:
    return text if tables.knows(text) else text.split(",")[0].strip()
