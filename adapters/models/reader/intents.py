"""Which of the intents a message has, once its parts have been read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from adapters.models.reader.in_plan import stop_in
from adapters.models.reader.needs import Tastes
from adapters.models.reader.places import Places
from adapters.models.reader.repairs import NOT_THEN
from adapters.models.reader.talk import is_praise
from adapters.models.reader.text import Said
from core.reading import Intent, ReadingContext
from core.wishes import Wish

_PLAN = re.compile(
    r"\b(?:plan(?:s|ning)?(?! b\b)|itinerary|itineraries|schedule|day[- ]by[- "
    r"]day|program(?:me)?|organi[sz]\w+|route|roadtrip plan|planen|planear|"
    r"planifie\w*|plane|pianifica\w*|planejar)\b"
)
_WHERE = re.compile(
    r"\b(?:where else|where (?:should|shall|could|can|to|do|would|in|is (?:it )?(?:warm|"
    r"nice|good|best))|somewhere|anywhere|some place|someplace|ideas?|"
    r"suggest\w*|recommend\w*|inspir\w*|brainstorm|which (?:\w+ )?(?:city|cities|towns|"
    r"country|place|places|destination|island|beach)|what (?:city|country|"
    r"place|places|destination|destinations)|"
    r"surprise me|destinations?|get away|options|best (?:place|places|city|"
    r"cities|destination|destinations|island)|dream|don't know where|not sure "
    r"where|no idea where|undecided|compare|or maybe|which is better|wohin|"
    r"donde (?:ir|podemos)|adonde|ou (?:aller|partir)|dove andare|onde ir|"
    r"irgendwo|algun lugar|quelque part|da qualche parte)\b"
)
_TRIP = re.compile(
    r"\b(?:trip|trips|travel|travell?ing|holiday|holidays|vacation|getaway|"
    r"break|city ?break|weekend|honeymoon|tour|go|going|visit|visiting|fly|"
    r"flying|journey|staycation|want|wanna|would like|looking for|need|reise|"
    r"urlaub|viaje|voyage|vacances|viaggio|viagem|ferien|vacaciones|escape|"
    r"excursion)\b"
)
_CORRECTION = re.compile(
    r"(?:^|[\s,.;!])(?:actually|sorry[, ]|i meant|i mean\b|we meant|"
    r"correction|make (?:it|that)|change (?:it|that|the \w+) to|rather\b|no,|"
    r"no wait|wait,?|oops|instead|not .{2,30} but\b|let's say|should be|on "
    r"second thought|after all\b|scratch that|not \d|doch lieber|eigentlich|perdon|pardon|"
    r"en realidad|switch to|better:|(?:it's|its|we're|we are|it is) (?:now|"
    r"actually))"
)


_COMPARED = re.compile(
    r"\b(?:cheaper|closer|nearer|further|smaller|bigger|quieter|livelier|less "
    r"\w+|more \w+|different)\b"
)


@dataclass
class Parts:
    """Everything that was read from one message, before its intent is known."""

    said: Said
    context: ReadingContext
    wish: Wish
    places: Places
    tastes: Tastes
    correction: bool = False
    command: Intent | None = None
    edits: list[object] = field(default_factory=list)


def is_correction(said: Said, places: Places, has_wish: bool) -> bool:
    """ "actually 4 days", "no, June", "not Porto, Lisbon"; "no museums" is none."""
    if not has_wish:
        return False
    if places.swapped or _CORRECTION.search(said.low) or NOT_THEN.search(said.low):
        return True
    return bool(
        re.match(r"\s*(?:no|nope|nah)\b\s*[,.!:-]?\s*(?:in |on |it's |make it )?", said.low)
        and re.match(r"\s*(?:no|nope|nah)\s*[,.!:-]", said.low)
    )


def wants_ideas(said: Said) -> bool:
    """ "where to", "any ideas": the traveller has not chosen yet."""
    return bool(_WHERE.search(said.low))


def wants_plan(said: Said) -> bool:
    """ "Plan Lisbon", "make an itinerary"."""
    return bool(_PLAN.search(said.low))


def is_empty(wish: Wish) -> bool:
    return wish == Wish()


def plan_or_brainstorm(parts: Parts) -> tuple[Intent, float]:
    """For a message that says something about a trip and is nothing else."""
    said, wish, context = parts.said, parts.wish, parts.context
    to_plan, has_none = wants_plan(said), wants_ideas(said)
    about_trip = bool(_TRIP.search(said.low))
    exact = [m for m in wish.destinations if m.kind not in ("country", "state", "region") and m.id]
    if context.chosen and not (wish.destinations or is_empty(wish) or has_none):
        return Intent.PLAN, 0.85
    if wish.destinations and not has_none and (wish.tour or (wish.town_count or 0) > 1):
        return Intent.PLAN, 0.85  # which towns is ours to choose
    if context.asked in ("dates", "origin") and not wish.destinations and not is_empty(wish):
        return (
            Intent.BRAINSTORM if context.suggested and not context.has_trip else Intent.PLAN
        ), 0.85
    if len(wish.destinations) == 1 and not has_none:
        if exact or to_plan:
            sure = (
                to_plan
                or about_trip
                or wish.when
                or parts.correction
                or context.asked == "destination"
            )
            return Intent.PLAN, 0.9 if sure else 0.7
        return Intent.BRAINSTORM, 0.8 if about_trip or wish.when else 0.65
    if len(wish.destinations) > 1 and to_plan:
        return Intent.PLAN, 0.8
    if (
        wish.destinations
        and not has_none
        and re.search(r"\band\b|\bthen\b|->", said.low)
        and not re.search(r"\bor\b|\bvs\b", said.low)
        and exact
    ):
        return Intent.PLAN, 0.75
    if wish.destinations:
        return Intent.BRAINSTORM, 0.85
    if to_plan and not has_none and (context.has_trip or context.suggested):
        return Intent.PLAN, 0.85
    if has_none:
        return Intent.BRAINSTORM, 0.9
    if is_empty(wish):
        if context.on_plan and not to_plan:
            return Intent.CHAT, 0.2
        if context.suggested and _COMPARED.search(said.low):
            return Intent.BRAINSTORM, 0.6
        if to_plan:
            return Intent.PLAN, 0.8
        return (
            (Intent.BRAINSTORM, 0.6)
            if re.search(r"\b(?:trip|travel|holiday|vacation|getaway)\b", said.low)
            else (Intent.CHAT, 0.2)
        )
    if context.on_plan and not to_plan:
        spoken_of = stop_in(said, context.stops) or is_praise(said)
        news = wish.model_copy(update={"likes": ()}) if spoken_of else wish
        if is_empty(news):
            return Intent.CHAT, 0.3
        if heard := _about_the_plan(news):
            return heard
    if context.has_trip and (context.on_plan or not context.suggested):
        return Intent.PLAN, 0.8
    said_much = sum(getattr(wish, name) not in (None, ()) for name in Wish.model_fields)
    if about_trip or said_much > 1 or context.suggested or parts.correction:
        return Intent.BRAINSTORM, 0.85 if (about_trip or context.suggested) and said_much else 0.8
    return Intent.BRAINSTORM, 0.6


def _about_the_plan(wish: Wish) -> tuple[Intent, float] | None:
    """What is said anew changes a plan that stands; a lone day ("tomorrow") asks for nothing."""
    when = wish.when
    if when and not (when.last or when.earliest or when.nights) and wish == Wish(when=when):
        return Intent.CHAT, 0.3
    changes = (wish.when, wish.party, wish.budget, wish.dislikes, wish.likes, wish.musts)
    return (Intent.REVISE, 0.8) if any(changes) else None
