"""Messages that are no trip at all: own data, settings, "why" and money questions."""

from __future__ import annotations

from adapters.models.reader.in_plan import day_in, stop_in, stop_named, weekday_in
from adapters.models.reader.money import currency_of, find_exchange
from adapters.models.reader.of_plan import asks_about_caravan
from adapters.models.reader.profile import (
    currency_word,
    export_of,
    is_taking_back,
    removals,
    wants_all_forgotten,
    wants_profile,
    wants_silence,
    zone_words,
)
from adapters.models.reader.tastes import find_tastes
from adapters.models.reader.text import Said
from adapters.models.reader.things_asked import why_about
from core.notices.asking import NoticesSaid
from core.reading import Intent, ProfileEdit, ReadingContext, Request, Topic


def about_caravan(said: Said, context: ReadingContext) -> Request | None:
    """What Caravan is, its instructions, and what it knows of others: answered by code alone."""
    if not asks_about_caravan(said):
        return None
    return Request(intent=Intent.SUPPORT, confidence=0.9, topic=Topic.SELF)


def account(said: Said, context: ReadingContext) -> Request | None:
    """What concerns the person's own data and settings."""
    if is_taking_back(said) and not wants_all_forgotten(said):
        edits = removals(said, find_tastes(said))
        if edits:
            return Request(intent=Intent.PROFILE, confidence=0.9, edits=tuple(edits))
    of_a_day = day_in(said) is not None or weekday_in(said, context.today) is not None
    if wants_all_forgotten(said) and not (context.has_plan and of_a_day):
        return Request(intent=Intent.FORGET, confidence=0.9)
    what = export_of(said)
    if what:
        return Request(intent=Intent.EXPORT, confidence=0.9, what=what)
    word = currency_word(said)
    code = currency_of(word, word.upper(), context.home_currency) if word else ""
    if code:
        edit = ProfileEdit(key="currency", value=code)
        return Request(intent=Intent.PROFILE, confidence=0.9, edits=(edit,))
    if zone := zone_words(said):
        edit = ProfileEdit(key="timezone", value=zone)
        return Request(intent=Intent.PROFILE, confidence=0.9, edits=(edit,))
    if wants_silence(said):
        return Request(intent=Intent.NOTICES, confidence=0.85, notices=NoticesSaid(do="show"))
    if wants_profile(said):
        return Request(intent=Intent.PROFILE, confidence=0.9)
    return None


def why(said: Said, context: ReadingContext) -> Request | None:
    """A question for the reason of something in the plan."""
    words = why_about(said)
    if words is None:
        return None
    return Request(
        intent=Intent.WHY,
        confidence=0.9 if words else 0.8,
        about=stop_in(said, context.stops) or (stop_named(words, context.stops) if words else ""),
        day=day_in(said),
        on=weekday_in(said, context.today),
    )


def exchange(said: Said, context: ReadingContext) -> Request | None:
    """Money from one currency into another."""
    found = find_exchange(said, context.home_currency)
    if found is None:
        return None
    return Request(
        intent=Intent.SUPPORT,
        confidence=0.9,
        topic=Topic.MONEY,
        amount=found.amount,
        currency=found.currency,
        to_currency=found.to_currency,
    )
