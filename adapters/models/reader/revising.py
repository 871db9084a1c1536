"""A message about an open plan, read as changes to it."""

from __future__ import annotations

import re

from adapters.models.reader.changes import find_changes, sounds_like_change
from adapters.models.reader.in_plan import stop_in
from adapters.models.reader.intents import Parts
from adapters.models.reader.profile import statements
from adapters.models.reader.questions import asks, asks_where_to_eat, find_topic
from adapters.models.reader.talk import is_praise
from core.reading import Change, ChangeKind, Intent, Request, Topic
from core.wishes import Wish

_MOVES_TRIP = re.compile(
    r"\b(?:move|shift|postpone|start|begin|bring forward|push)\b[\w' ]{0,20}?"
    r"\b(?:trip|holiday|journey|everything|whole thing|it all|dates?|on|from)\b"
)


def revise(parts: Parts) -> Request | None:
    """The changes to an open plan; None when the message asks for none."""
    context, wish, said = parts.context, parts.wish, parts.said
    changes = find_changes(said, parts.tastes, context.stops, context.today)
    if not context.has_plan:
        if changes and changes[0].kind is ChangeKind.SWAP_DAYS and not wish.destinations:
            return Request(intent=Intent.REVISE, confidence=0.8, changes=tuple(changes))
        return None
    adds = {c.what.casefold() for c in changes if c.kind is ChangeKind.ADD}
    changes += [
        Change(kind=ChangeKind.ADD, what=must) for must in wish.musts if must.casefold() not in adds
    ]
    if wish.arrive_at:
        changes.append(Change(kind=ChangeKind.ARRIVE_AT, at=wish.arrive_at))
    if wish.leave_at:
        changes.append(Change(kind=ChangeKind.LEAVE_AT, at=wish.leave_at))
    topic = find_topic(said)
    fixed = bool(wish.appointments or wish.lodging or wish.max_walk_km or wish.day_start)
    if fixed:
        changes.append(Change(kind=ChangeKind.FIXED))
    kinds = {c.kind for c in changes}
    if (
        changes
        and not kinds & {ChangeKind.FIXED, ChangeKind.BOOKED}
        and topic
        in (
            Topic.LATE,
            Topic.EMERGENCY,
            Topic.BOOKING,
            Topic.CLOSED,
            Topic.HOURS,
            Topic.PACKING,
            Topic.PHRASES,
            Topic.ENTRY,
            Topic.TIPPING,
        )
    ):
        changes = []
    if not changes and _wants_more(parts, topic):
        changes = [Change(kind=ChangeKind.MORE_OF, what=tag) for tag in wish.likes]
    if not changes and not parts.correction and (topic is not None or asks(said)):
        return None
    placed = any(
        c.day or c.on or c.kind in (ChangeKind.SWAP_DAYS, ChangeKind.MOVE) for c in changes
    )
    other_place = [m for m in wish.destinations if not changes]
    if not placed and not other_place and not context.chosen:
        any_day = parts.correction or len(said.words) <= 3 or bool(_MOVES_TRIP.search(said.low))
        paced = bool(kinds & {ChangeKind.SLOWER, ChangeKind.FASTER})
        news = wish.model_copy(update={"pace": None}) if paced else wish
        changes += _slot_changes(news, any_day)
    if not changes:
        if sounds_like_change(said) and not wish.destinations:
            return Request(intent=Intent.REVISE, confidence=0.5)
        return None
    if any(c.kind is ChangeKind.SHIFT_DATES and c.what for c in changes):
        wish = wish.model_copy(update={"when": None})  # "one day more" says it all
    if placed or any(
        c.kind in (ChangeKind.ARRIVE_AT, ChangeKind.LEAVE_AT, ChangeKind.REMOVE, ChangeKind.ADD)
        for c in changes
    ):
        wish = wish.model_copy(update={"when": None, "destinations": (), "avoid": ()})
    if all(c.kind is not ChangeKind.NO_CATEGORY for c in changes):
        wish = wish.model_copy(update={"dislikes": ()})
    kept = {c.what for c in changes if c.kind is ChangeKind.MORE_OF}
    wish = wish.model_copy(
        update={"likes": tuple(t for t in wish.likes if t in kept or not changes)}
    )
    return Request(
        intent=Intent.REVISE,
        confidence=0.9,
        wish=wish,
        changes=tuple(changes),
        correction=parts.correction,
    )


_ASKS_FOR = re.compile(
    r"^\W*(?:(?:please|ok|okay|so|and|but|hey|maybe)[ ,]+)*(?:can|could) (?:we|you|i)\b"
)


def _wants_more(parts: Parts, topic: Topic | None) -> bool:
    """ "I want to eat paella", "something for kids": a taste alone, about a plan that stands.

    What is told of oneself ("I love food") is kept in the profile instead.
    """
    wish, said = parts.wish, parts.said
    if not parts.context.on_plan or topic is not None or not wish.likes:
        return False
    if asks(said) and not _ASKS_FOR.match(said.low):
        return False
    if sounds_like_change(said) or asks_where_to_eat(said) or is_praise(said):
        return False
    if stop_in(said, parts.context.stops):
        return False
    if statements(said, parts.tastes, parts.places):
        return False
    return wish.model_copy(update={"likes": ()}) == Wish()


def _slot_changes(wish: Wish, any_day: bool) -> list[Change]:
    """Changes for what was said anew; a lone day ("on Sunday") moves the trip only if `any_day`."""
    out = []
    when = wish.when
    if when is not None and (any_day or when.exact or when.nights is not None or when.earliest):
        out.append(Change(kind=ChangeKind.SHIFT_DATES))
    if wish.party is not None:
        out.append(Change(kind=ChangeKind.PARTY))
    if wish.budget is not None:
        out.append(Change(kind=ChangeKind.BUDGET))
    if wish.pace is not None:
        out.append(Change(kind=ChangeKind.PACE))
    return out
