"""Which places a group is shown, to travel to or to eat at: those that fit everyone, as far as that
may be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core import ranking
from core.diets import refused_by, suits
from core.flows.together import Together, rates_of, tell
from core.groups.merging import Voice, together, voices
from core.groups.privacy import (
    Misfit,
    cannot_on,
    may_derive,
    nothing_to_eat,
    per_person,
    too_dear,
    too_long,
)
from core.ranking import Question, Suggestion
from core.resolving import with_profile
from core.travel import Destination, Sight
from core.turn import Turn
from core.words import literal

NOT_ALL = "_Not all of these fit everyone._"

Whom = Mapping[str, tuple[Misfit, ...]]  # id of a destination -> whom it does not fit


async def places_for_all(
    turn: Turn, group: Together, question: Question
) -> tuple[Sequence[Destination], Whom]:
    """The places to choose from, and whom the others do not fit.

    With fewer members than may be told apart all places stay: leaving some out would tell.
    """
    everywhere = turn.travel.places.destinations()
    private = [v for v in group.everybody if v.is_private]
    if not private:
        return everywhere, {}
    rates = await rates_of(turn, private, question.currency)
    whom: dict[str, tuple[Misfit, ...]] = {}
    for place in everywhere:
        for suggestion in ranking.rank([place], question, 1):
            if why := _misfits(suggestion, private, question, rates):
                whom[place.id] = tuple(why)
    if not may_derive(group.everybody):
        return everywhere, whom
    return [p for p in everywhere if p.id not in whom], {}


def not_for_everyone(turn: Turn, found: Sequence[Suggestion], whom: Whom) -> tuple[str, ...]:
    """The sentence for the group when a suggestion does not fit everyone; owners learn why."""
    hit = [s for s in found if s.destination.id in whom]
    for suggestion in hit:
        tell(turn, whom[suggestion.destination.id], literal(suggestion.destination.name))
    return (NOT_ALL,) if hit else ()


def food_for_all(turn: Turn, places: Sequence[Sight], count: int) -> tuple[list[Sight], str]:
    """The first `count` places to eat that suit everybody, and what is said below them.

    With fewer members than may be told apart they suit what was said aloud.
    """
    everybody = voices(turn.group) if turn.in_group else ()
    aloud = with_profile(together(turn.session.wish, everybody), turn.known)
    open_to_all = [s for s in places if suits(s, refused_by(aloud.diet))]
    if may_derive(everybody):
        uneaten = refused_by({d for v in everybody for d in v.private.diet})
        return [s for s in open_to_all if suits(s, uneaten)][:count], ""
    shown = open_to_all[:count]
    hit = [
        Misfit(v.person, tuple(why)) for v in everybody if (why := nothing_to_eat(shown, v.private))
    ]
    tell(turn, hit, "Something")
    return shown, NOT_ALL if hit else ""


def _misfits(
    s: Suggestion, private: Sequence[Voice], question: Question, rates: Mapping[str, Decimal]
) -> list[Misfit]:
    size = question.wish.party.size if question.wish.party else 1
    found = []
    for voice in private:
        wish = voice.private
        why: list[str] = []
        limit = per_person(wish, question.currency, question.nights + 1, rates)
        if limit is not None and s.cost is not None:
            why += too_dear(s.cost.amount / size, limit, question.currency)
        if wish.no_flight and s.hours is not None:
            why.append("it needs a flight.")
        if wish.max_flight_hours is not None and s.hours is not None:
            why += too_long(s.hours, wish.max_flight_hours)
        if s.destination.id in {m.id.removeprefix("atlas:") for m in wish.avoid if m.id}:
            why.append("you refuse it.")
        when = question.wish.when
        if when is not None and when.first is not None and when.last is not None:
            why += [r for m in cannot_on([voice], when.first, when.last) for r in m.why]
        if why:
            found.append(Misfit(voice.person, tuple(why)))
    return found
