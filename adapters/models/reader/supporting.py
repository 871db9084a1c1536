"""Practical questions: their topic, place and day."""

from __future__ import annotations

import re

from adapters.models.reader.in_plan import day_in, stop_in, stop_named, weekday_in
from adapters.models.reader.intents import Parts, is_empty, wants_ideas, wants_plan
from adapters.models.reader.of_plan import asked_of_plan
from adapters.models.reader.picking import name_of
from adapters.models.reader.questions import (
    asks,
    asks_where_on_trip,
    asks_where_to_eat,
    find_topic,
    is_plain_question,
    is_practical,
)
from adapters.models.reader.things_asked import about, kind_of_trouble, minutes_late
from core.reading import Intent, Request, Topic
from core.wishes import Wish

_PRACTICAL = frozenset(
    (
        Topic.LATE,
        Topic.EMERGENCY,
        Topic.BOOKING,
        Topic.CLOSED,
        Topic.PLUGS,
        Topic.TIPPING,
        Topic.ENTRY,
        Topic.FLIGHTS,
        Topic.MAP,
    )
)


_BESIDE = (Topic.SAFETY, Topic.ADVICE, Topic.SUN)  # a plan that is asked for as well comes first


def of_plan(parts: Parts, picked: int | None) -> Request | None:
    """What only the plan can answer, and what nobody but a person can."""
    said, wish, today = parts.said, parts.wish, parts.context.today
    asked = asked_of_plan(said, parts.context)
    if asked is None or (asked.topic in _BESIDE and wish.destinations and wants_plan(said)):
        return None
    if asked.about == "allergy" and (wish.diet or wish.destinations):
        return None
    on = weekday_in(said, today) or (wish.when.first if wish.when else None)
    place = Wish(destinations=() if asked.about else wish.destinations)
    return Request(
        intent=Intent.SUPPORT,
        confidence=0.9,
        topic=asked.topic,
        about=asked.about,
        other=asked.other,
        day=day_in(said),
        on=on,
        wish=place,
    )


def supported(parts: Parts, picked: int | None) -> Request | None:
    said, context, wish = parts.said, parts.context, parts.wish
    topic = find_topic(said)
    if topic is None:
        return _question(parts)
    if _is_about_a_trip(topic, parts):
        return None
    on = weekday_in(said, context.today)
    if topic is Topic.FLIGHTS:
        on = None  # a search wants both days
    elif on is None and wish.when and wish.when.first:
        on = wish.when.first
    when = None if on and wish.when and wish.when.first else wish.when
    kept = Wish(destinations=wish.destinations, origin=wish.origin, when=when, party=wish.party)
    return Request(
        intent=Intent.SUPPORT,
        confidence=0.9
        if asks(said) or topic in (Topic.LATE, Topic.EMERGENCY, Topic.CLOSED, Topic.RAIN)
        else 0.75,
        topic=topic,
        about=kind_of_trouble(said)
        if topic is Topic.EMERGENCY
        else stop_in(said, context.stops) or stop_named(about(said, topic), context.stops),
        amount=minutes_late(said) if topic is Topic.LATE else None,
        day=day_in(said),
        on=on,
        wish=kept,
        pick=picked,
        pick_name=name_of(picked, context),
    )


def _question(parts: Parts) -> Request | None:
    """A practical question of no topic we know: told as such, with little confidence."""
    said, wish, on_plan = parts.said, parts.wish, parts.context.on_plan
    eating = asks_where_to_eat(said) and not (wish.destinations and wish.when)
    lone_day = wish.when is not None and not (wish.when.last or wish.when.earliest)
    tastes = ("likes", "diet", "step_free", "climate", "quiet") if on_plan else ("likes", "diet")
    beside = {name: Wish.model_fields[name].default for name in ("destinations", *tastes)}
    rest = wish.model_copy(update=beside | ({"when": None} if lone_day and on_plan else {}))
    asked = asks_where_on_trip(said) if on_plan else False
    plain = is_plain_question(said) and not wants_ideas(said)
    if eating or ((plain or asked or is_practical(said)) and is_empty(rest)):
        on = weekday_in(said, parts.context.today)
        place = wish.model_copy(update={"likes": (), "when": None})
        about_what = stop_in(said, parts.context.stops) or ("restaurants" if eating else "")
        confidence = 0.7 if eating else 0.45
        return Request(
            intent=Intent.SUPPORT,
            confidence=confidence,
            topic=Topic.FOOD if eating else None,
            wish=place,
            on=on,
            about=about_what,
        )
    return None


_WEATHER_FIRST = re.compile(r"\W*(?:the )?(?:weather|forecast|temperatures?|climate)\b")


def _is_about_a_trip(topic: Topic, parts: Parts) -> bool:
    """ "a week in Rome, hotel included" asks for a trip, although a hotel is named."""
    if topic is Topic.FLIGHTS and wants_ideas(parts.said) and not parts.wish.destinations:
        return True
    if topic is Topic.WEATHER and wants_ideas(parts.said) and not parts.wish.destinations:
        return not parts.context.has_plan
    if topic is Topic.WEATHER and _WEATHER_FIRST.match(parts.said.low):
        return False
    if topic in _PRACTICAL or asks(parts.said):
        return bool(parts.wish.budget and parts.wish.when and topic not in _PRACTICAL)
    rest = parts.wish.model_copy(update={"destinations": (), "origin": None})
    return not is_empty(rest)
