"""From what was said to what it means: places, dates, money. Shared by the flows."""

from __future__ import annotations

import re
from datetime import date, timedelta

from core import words
from core.errors import Rejected, Unavailable
from core.people import Profile
from core.ranking import Budget
from core.travel import Destination, Place, Rates, Travel
from core.turn import Turn
from core.wishes import Mention, Pace, Party, When, Wish

MAX_DAYS = 30
TOO_LONG = f"I plan up to {MAX_DAYS} days at a time. Which part of the journey comes first?"
MAX_PARTY = 20
DEFAULT_NIGHTS = 3
_MONTH_WORDS = re.compile(
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|day|night|week|[./]", re.I
)
WEEKDAY_WORDS = re.compile(r"\b(mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)[a-z]*\b", re.I)


async def place_of(mention: Mention | None, travel: Travel) -> Place | None:
    """The place a mention means; None when nobody knows it."""
    if mention is None or not mention.text:
        return None
    try:
        found = await travel.geocoder.find(mention.text, kind=mention.kind)
    except Unavailable:
        return None
    if mention.id:
        return next((p for p in found if p.id == mention.id), found[0] if found else None)
    return found[0] if found else None


async def home_of(turn: Turn, wish: Wish) -> Place | None:
    """Where the journey starts: as said for this trip, else the home of the profile.

    What was said here is by whose clock notices come before the journey.
    """
    if wish.origin is not None:
        place = await place_of(wish.origin, turn.travel)
        if place is not None and place.timezone not in ("", turn.notices.wishes.home):
            turn.keep_wishes(turn.notices.wishes.model_copy(update={"home": place.timezone}))
        return place
    home = turn.known.value("home")
    return await place_of(Mention(text=home), turn.travel) if home else None


def destination_of(mention: Mention, travel: Travel) -> Destination | None:
    """The atlas destination a mention names by id, None when it is not in the atlas."""
    if mention.id.startswith("atlas:"):
        return travel.places.destination(mention.id.removeprefix("atlas:"))
    return None


def known_at(place: Place, travel: Travel) -> Destination | None:
    """The destination of a place: the atlas's, else one made of what is seen there right now."""
    if place.destination_id:
        return travel.places.destination(place.destination_id)
    return travel.places.town(place)


def currency_of(turn: Turn, wish: Wish, home: Place | None) -> str:
    """The traveller's currency: as said, as known, or that of the country they start from."""
    if wish.budget and wish.budget.currency:
        return wish.budget.currency
    known = turn.known.value("currency")
    if known:
        return known
    if home is not None:
        facts = turn.travel.places.country(home.country)
        if facts is not None:
            return facts.currency
    return "EUR"


def budget_of(wish: Wish, currency: str, days: int) -> Budget | None:
    """The budget for everybody and the whole trip."""
    said = wish.budget
    if said is None:
        return None
    size = wish.party.size if wish.party else 1
    factor = {"person": size, "day": days, "person_day": size * days}.get(said.scope or "total", 1)
    return Budget(
        amount=said.amount * factor,
        currency=said.currency or currency,
        includes_flights=bool(said.includes_flights),
    )


async def rates_for(rates: Rates, currencies: set[str], quote: str) -> dict[str, float]:
    """What one unit of each currency is in `quote`; unknown ones are missing."""
    known = {quote: 1.0}
    for base in sorted(currencies - {quote}):
        try:
            known[base] = float((await rates.rate(base, quote)).rate)
        except Unavailable:
            continue
    return known


def month_of(wish: Wish) -> int | None:
    """The month of the stay, None when it is open."""
    when = wish.when
    if when is None:
        return None
    first, last = (
        (when.first, when.last or when.first) if when.first else (when.earliest, when.latest)
    )
    if first is None or last is None or (last - first).days > 100:
        return None
    return (first + (last - first) / 2).month


def nights_of(wish: Wish) -> int:
    when = wish.when
    if when is None:
        return DEFAULT_NIGHTS
    if when.first and when.last:
        return max(0, (when.last - when.first).days)
    return when.nights if when.nights is not None else DEFAULT_NIGHTS


def within_window(news: When, old: When | None) -> When:
    """ "From Thursday to Monday" inside a window that was said before.

    The reader takes the next Thursday; when the wish already has a window and the new words hold
    only weekdays, the first such days of the window (its middle first) are meant.
    """
    if old is None:
        return news
    if moved := _day_numbers(news, old):
        return moved
    if old.earliest is None or old.latest is None or not news.exact:
        return news
    if not WEEKDAY_WORDS.search(news.words) or re.search(r"\d", news.words):
        return news
    assert news.first is not None and news.last is not None
    if old.earliest <= news.first <= old.latest:
        return news
    length = (news.last - news.first).days
    middle = old.earliest + (old.latest - old.earliest) / 2
    starts = [
        d
        for d in _days(old.earliest - timedelta(days=2), old.latest)
        if d.weekday() == news.first.weekday()
    ]
    if not starts:
        return news
    first = min(starts, key=lambda d: (abs((d + timedelta(days=length // 2) - middle).days), d))
    return news.model_copy(update={"first": first, "last": first + timedelta(days=length)})


_ONLY_NUMBERS = re.compile(r"\D{0,12}\d{1,2}(?:st|nd|rd|th)?(?:\D{1,9}\d{1,2}(?:st|nd|rd|th)?)?")


def _day_numbers(news: When, old: When) -> When | None:
    """ "The 3rd" and "from 12 to 14" in the month that was said before; None for other words.

    The reader takes the next such day from today; with a window or a trip in mind its month is
    meant.
    """
    start, end = old.earliest or old.first, old.latest or old.last or old.first
    if news.first is None or start is None or end is None:
        return None
    if _MONTH_WORDS.search(news.words) or not _ONLY_NUMBERS.fullmatch(news.words.strip()):
        return None
    wanted = news.first.day
    month = start.replace(day=1)
    days = _days(start if old.earliest else month, end if old.earliest else end.replace(day=28))
    first = next((d for d in days if d.day == wanted), None)
    if first is None:
        return None
    last = first + (news.last - news.first) if news.last else None
    return news.model_copy(update={"first": first, "last": last})


def date_options(wish: Wish, today: date, count: int = 3) -> list[tuple[date, date]]:
    """Concrete spans that fit a loose wish, best first: inside the window, weekend starts first.

    Empty when nothing is known about the time, or when the window has passed.
    """
    when = wish.when
    if when is None:
        return []
    nights = max(1, nights_of(wish))
    if when.exact:
        assert when.first is not None and when.last is not None
        return [(when.first, when.last)]
    if when.first:
        return [(when.first, when.first + timedelta(days=nights))]
    if when.earliest is None or when.latest is None:
        return []
    earliest = max(when.earliest, today + timedelta(days=1))
    if when.latest < earliest:
        return []  # the window has passed
    latest = when.latest
    middle = earliest + (latest - earliest) / 2
    wanted = _good_starts(nights)
    starts = [d for d in _days(earliest, latest) if d + timedelta(days=nights) <= latest]
    if not starts:
        starts = [earliest]
    starts.sort(key=lambda d: (d.weekday() not in wanted, abs((d - middle).days), d))
    chosen: list[date] = []
    for start in starts:
        if all(abs((start - other).days) >= min(5, nights) for other in chosen):
            chosen.append(start)
        if len(chosen) == count:
            break
    return [(d, d + timedelta(days=nights)) for d in chosen]


def _good_starts(nights: int) -> set[int]:
    """Weekdays (Monday 0) to leave on, so that the stay holds the weekend."""
    if nights <= 2:
        return {5} if nights == 1 else {4}
    return {3, 4} if nights <= 4 else {4, 5}


def narrow(wish: Wish) -> bool:
    """True when the window is so tight that any fitting dates are what was meant."""
    when = wish.when
    if when is None:
        return False
    if when.first is not None:
        return True
    if when.earliest is None or when.latest is None:
        return False
    return (when.latest - when.earliest).days <= 14 + max(1, nights_of(wish))


def check_dates(first: date, last: date, today: date) -> None:
    """Raises Rejected with a sentence and a way on when no plan can be made for these dates."""
    if last < first:
        raise Rejected("The last day lies before the first one. Which dates do you mean?")
    if first < today:
        raise Rejected(
            f"{words.day(first, year=True)} is in the past. Tell me a coming date, such as "
            f"“{words.day(today + timedelta(days=14), year=True)} for 4 days”."
        )
    if (last - first).days + 1 > MAX_DAYS:
        raise Rejected(TOO_LONG)
    if (first - today).days > 800:
        raise Rejected("That is more than two years ahead. Tell me a nearer date.")


def check_party(party: Party) -> None:
    if party.size > MAX_PARTY:
        raise Rejected(
            f"I plan for up to {MAX_PARTY} people. Tell me one part of your group of {party.size}."
        )
    if party.size < 1:
        raise Rejected("How many people travel?")


def with_profile(wish: Wish, profile: Profile) -> Wish:
    """The wish with what is known about the person where the wish itself is silent.

    What was said for this trip always wins over the profile.
    """
    update: dict[str, object] = {}
    said = {*wish.likes, *wish.musts}
    known = [t for t in profile.values("likes") if t not in wish.dislikes]
    update["likes"] = tuple(dict.fromkeys((*wish.likes, *known)))
    known = [t for t in profile.values("dislikes") if t not in said]
    update["dislikes"] = tuple(dict.fromkeys((*wish.dislikes, *known)))
    update["diet"] = tuple(dict.fromkeys((*wish.diet, *profile.values("diet"))))
    if wish.step_free is None and profile.value("step_free"):
        update["step_free"] = profile.value("step_free") == "yes"
    if wish.pace is None and profile.value("pace") in {p.value for p in Pace}:
        update["pace"] = Pace(profile.value("pace"))
    if wish.max_flight_hours is None and profile.value("max_flight_hours"):
        update["max_flight_hours"] = _number(profile.value("max_flight_hours"))
    return wish.model_copy(update=update)


def _number(text: str) -> float | None:
    found = re.search(r"\d+(?:[.,]\d+)?", text)
    return float(found[0].replace(",", ".")) if found else None


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


CONTINENTS = {
    "europe": "EU", "africa": "AF", "asia": "AS", "north america": "NA", "south america": "SA",
    "latin america": "SA", "oceania": "OC", "australia and new zealand": "OC",
}  # fmt: skip
