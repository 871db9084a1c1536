"""What no plan can hold: it is answered at once, left out of the wish, and the rest is kept."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from core.choices import choice
from core.errors import Rejected
from core.messages import Choice, Choices, Part, Text
from core.reading import NoDay, Request
from core.resolving import MAX_DAYS, TOO_LONG, check_dates, check_party, nights_of
from core.wishes import When, Wish
from core.words import MONTH_NAMES, day, listing, span

_IMPOSSIBLE = {
    "days": "A trip needs at least one day. How many days shall it be, and from when?",
    "people": "Somebody has to travel. For how many people shall I plan?",
    "money": "With a budget of nothing I cannot plan. What is the most you want to spend?",
    "date": "That date does not exist. Which day do you mean?",
}
_PARTS = {"days": "days", "date": "dates", "people": "people", "money": "money"}


class Refused(NamedTuple):
    """The sentences about what cannot be, the name of the question that the first one asks, and
    answers to tap."""

    sentences: tuple[str, ...]
    asked: str
    options: tuple[Choice, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        text = Text(markdown=" ".join(self.sentences))
        return (text, Choices(options=self.options)) if self.options else (text,)


def refuse_impossible(request: Request) -> None:
    """Raises Rejected for what no trip can have."""
    if request.impossible:
        raise Rejected(_impossible(request))


def refuse_no_day(request: Request) -> None:
    """Raises Rejected for a day that does not exist."""
    if request.no_day is not None:
        raise Rejected(_no_day(request.no_day))


def _impossible(request: Request) -> str:
    if request.no_day is not None:
        return _no_day(request.no_day)
    return _IMPOSSIBLE[request.impossible]


def _no_day(no: NoDay) -> str:
    """ "29 February 2027 does not exist (2028 has one). Do you mean Sun 28 Feb or ...?" """
    leap = f" ({no.leap_year} has one)" if no.leap_year else ""
    near = listing((day(n.day, year=True) for n in no.near), "or")
    return f"{no.words} does not exist{leap}. Do you mean {near}?"


def _days_to_tap(request: Request) -> tuple[Choice, ...]:
    """The days beside one that does not exist, where they make the dates of the message whole."""
    found = []
    for near in request.no_day.near if request.no_day is not None else ():
        when = near.when
        if when is not None and when.first is not None:
            last = when.last or ""
            label = span(when.first, when.last) if when.last else day(when.first, year=True)
            found.append(choice("dates", f"{when.first}/{last}", label))
    return tuple(found)


def sound(wish: Wish, request: Request, today: date) -> tuple[Wish, Refused | None]:
    """The wish without what no trip can have, and what is to be said about it.

    `wish` already holds the news of `request`. Dates that passed since they were said are left out
    without a word.
    """
    said: dict[str, str] = {}  # by the part of the wish
    if request.impossible:
        said[_PARTS[request.impossible]] = _impossible(request)
    if not said.keys() & {"days", "dates"}:
        said |= _of_dates(wish, today)
        if request.wish.when is None and said.pop("dates", ""):
            wish = wish.model_copy(update={"when": None})
    if "people" not in said and wish.party is not None:
        try:
            check_party(wish.party)
        except Rejected as error:
            said["people"] = error.reason
    if not said:
        return wish, None
    update: dict[str, object] = {}
    if "days" in said:
        update["when"] = _start_of(wish.when, today)
    if "dates" in said:
        update["when"] = None
    if "people" in said:
        update["party"] = None
    if "money" in said:
        update["budget"] = None
    refused = Refused(tuple(said.values()), next(iter(said)), _days_to_tap(request))
    return wish.model_copy(update=update), refused


def _of_dates(wish: Wish, today: date) -> dict[str, str]:
    """The sentence about dates that cannot be, by what is wrong: the days' number or the dates."""
    when = wish.when
    if when is None:
        return {}
    if nights_of(wish) >= MAX_DAYS:
        return {"days": TOO_LONG}
    try:
        if when.first is not None:
            check_dates(when.first, when.last or when.first, today)
    except Rejected as error:
        return {"dates": error.reason}
    if when.first is None and when.latest is not None and when.latest < today:
        month = f"{MONTH_NAMES[when.latest.month - 1]} {when.latest.year}"
        return {"dates": f"{month} is in the past. When do you want to travel?"}
    return {}


def _start_of(when: When | None, today: date) -> When | None:
    """When the trip begins, without its length; None when that has passed too."""
    if when is None or (when.first or when.latest or today) < today:
        return None
    begins = When(first=when.first, earliest=when.earliest, latest=when.latest, words=when.words)
    return begins if begins != When(words=when.words) else None
