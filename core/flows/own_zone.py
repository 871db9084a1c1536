"""The time zone somebody tells: kept as it was said, and asked about once when nobody knows it."""

from __future__ import annotations

from core import words
from core.choices import choice
from core.messages import Choice
from core.people import MAX_VALUE_CHARS, ProfileFact
from core.resolving import place_of
from core.turn import Turn
from core.wishes import Mention
from core.zones import close_zones, known_zone, spelled


async def learn_zone(turn: Turn, said: str) -> str:
    """Keep the zone that was told, and the home's to go by while nobody knows it; what is kept.

    A town stands for its zone; capitals and blanks are put right; all else stays as it was said.
    """
    name = said if known_zone(said) else spelled(said) or await _of_town(turn, said) or said
    home = await place_of(Mention(text=turn.profile.value("home")), turn.travel)
    fact = ProfileFact(
        key="timezone",
        value=name,
        origin="told",
        words=turn.message.text[:MAX_VALUE_CHARS],
        said_at=turn.now,
        instead=home.timezone if home is not None else "",
    )
    turn.profile = turn.profile.learned(fact)
    return name


def home_zone(turn: Turn, zone: str, home: str) -> None:
    """The zone that a home brings along: concluded, so one that was told stays in front of it."""
    told = turn.profile.fact("timezone")
    if told is not None and told.origin != "concluded":
        _put(turn, told, told.model_copy(update={"instead": zone}))
        return
    turn.profile = turn.profile.learned(_concluded(turn, zone, home))


def zone_forgotten(turn: Turn, before: ProfileFact | None) -> None:
    """Without the zone that was told, that of the home holds again."""
    if before is not None and before.instead and turn.profile.fact("timezone") is None:
        fact = _concluded(turn, before.instead, turn.profile.value("home"))
        turn.profile = turn.profile.model_copy(update={"facts": (*turn.profile.facts, fact)})


def zone_question(turn: Turn) -> tuple[str, tuple[Choice, ...]]:
    """The question about a zone that the person told and nobody knows, once; else nothing."""
    told = turn.profile.fact("timezone")
    if told is None or told.origin == "concluded" or told.doubted or known_zone(told.value):
        return "", ()
    _put(turn, told, told.model_copy(update={"doubted": True}))
    used = f"that of your home, {told.instead}" if known_zone(told.instead) else "UTC"
    close = close_zones(told.value)
    ask = f"Did you mean {words.listing(close, 'or')}?" if close else "Which one is it?"
    how = "" if close else " Say it like “my time zone is Europe/Lisbon”, or name a town."
    text = (
        f"I do not know the time zone “{words.literal(told.value)}”, so I go by {used}. {ask}{how}"
    )
    return text, tuple(choice("zone", name, name) for name in close)


def zone_shown(turn: Turn) -> str:
    """The zone as the settings show it."""
    said, used = turn.profile.value("timezone"), turn.profile.zone
    if not said:
        return "UTC until I know your home"
    return said if said == used else f"{said} (not known to me, so {used or 'UTC'})"


async def _of_town(turn: Turn, said: str) -> str:
    """The zone of the town of exactly this name; "" when there is none."""
    if "/" in said:
        return ""
    place = await place_of(Mention(text=said), turn.travel)
    named = place is not None and place.name.casefold() == said.casefold()
    return place.timezone if place is not None and named else ""


def _concluded(turn: Turn, zone: str, home: str) -> ProfileFact:
    return ProfileFact(key="timezone", value=zone, origin="concluded", words=home, said_at=turn.now)


def _put(turn: Turn, old: ProfileFact, new: ProfileFact) -> None:
    facts = tuple(new if fact is old else fact for fact in turn.profile.facts)
    turn.profile = turn.profile.model_copy(update={"facts": facts})
