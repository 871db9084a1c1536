"""The reader of requests by rules: what Caravan understands without any model.

A message is read part by part (money, dates, people, places, tastes, times); every part claims its
words, so that "March" is not read again as a town. The parts then decide the intent.
"""

from __future__ import annotations

from typing import Literal

from adapters.models.reader.alone import group_matter
from adapters.models.reader.answers import answered, answered_days, the_day
from adapters.models.reader.asides import about_caravan, account, exchange, why
from adapters.models.reader.costs import costs
from adapters.models.reader.dates import find_when
from adapters.models.reader.fixed import find_fixed
from adapters.models.reader.flights import flight
from adapters.models.reader.intents import (
    Parts,
    is_correction,
    is_empty,
    plan_or_brainstorm,
)
from adapters.models.reader.language import language_of
from adapters.models.reader.linking import linking
from adapters.models.reader.members import members
from adapters.models.reader.money import find_budget
from adapters.models.reader.no_day import find_no_day
from adapters.models.reader.nonsense import find_nonsense
from adapters.models.reader.notices import notices
from adapters.models.reader.ordinary import TOWN_TOO
from adapters.models.reader.party import find_party
from adapters.models.reader.picking import name_of, picked_in, request_for
from adapters.models.reader.places import Places, find_places
from adapters.models.reader.profile import (
    statements,
)
from adapters.models.reader.questions import is_plain_question
from adapters.models.reader.repairs import counted_anew, second_thought, with_second_thought
from adapters.models.reader.revising import revise
from adapters.models.reader.several import find_several, in_all, wants_tour
from adapters.models.reader.spots import PlaceNames
from adapters.models.reader.stay import find_stay
from adapters.models.reader.supporting import of_plan, supported
from adapters.models.reader.talk import (
    command_of,
    pick_alone,
    pick_within,
    saying,
    thanks_or_praise,
    wants_details,
)
from adapters.models.reader.tastes import find_must_see, find_refused_sights, find_tastes
from adapters.models.reader.text import Said, clean
from adapters.models.reader.times import find_day_start, find_times
from adapters.models.reader.typos import mended
from adapters.models.reader.voting import voting
from core.notices.asking import NoticesSaid
from core.reading import (
    Intent,
    ReadingContext,
    Request,
)
from core.wishes import Mention, Wish

What = Literal["", "calendar", "data"]
# What is said with dates that are taken at their word.
_DATED = (
    Intent.PLAN,
    Intent.BRAINSTORM,
    Intent.REVISE,
    Intent.FREE,
    Intent.PRIVATE,
    Intent.POLL,
    Intent.DECIDED,
    Intent.SUPPORT,
)


class RuleReader:
    """Implements `core.reading.Reader` over a gazetteer: deterministic, no network, no clock."""

    def __init__(self, places: PlaceNames) -> None:
        self._names = places

    def read(self, text: str, context: ReadingContext) -> Request:
        """Never raises, whatever the text."""
        cleaned = counted_anew(clean(text))
        command, rest = command_of(cleaned)
        said = Said(rest)
        if language_of(said, context.language) in ("en", "und"):
            said = Said(mended(rest, self._is_destination))
        if not said.words and command is None:
            intent = saying(said) if said.low else None
            return Request(
                intent=intent or Intent.UNCLEAR,
                confidence=0.9 if intent else 0.1,
                language=context.language,
            )
        language = language_of(said, context.language)
        # German writes every noun with a capital, so a capital tells nothing there.
        said.shouted = said.shouted or language == "de"
        request = self._read(said, command, context).model_copy(update={"language": language})
        if request.intent in _DATED and (no_day := find_no_day(said, context.today)):
            what = request.impossible or "date"
            request = request.model_copy(update={"impossible": what, "no_day": no_day})
        return _unsure_in_foreign(request, said, command)

    def _read(self, said: Said, command: Intent | None, context: ReadingContext) -> Request:
        if command is not None:
            return self._command(said, command, context)
        number = answered(said, context) or answered_days(said, context)
        if number is not None:
            intent = Intent.PLAN if context.chosen or not context.has_plan else Intent.REVISE
            return Request(intent=intent, confidence=0.9, wish=number)
        if context.asked == "appointment" and (day := the_day(said, context.today)) is not None:
            return Request(intent=Intent.REVISE, confidence=0.9, changes=(day,))
        if matter := group_matter(said, context, lambda rest: self._long(Said(rest), context)):
            return matter
        if (who := members(said, context)) is not None:
            return who
        for of_a_group in (linking, notices, costs):
            request = of_a_group(said, context)
            if request is not None:
                return request
        answer = context.asked == "destination" and bool(said.bag & TOWN_TOO)
        short = None if answer else self._short(said, context)
        if short is not None:
            return short
        read = self._long(said, context)
        return read.model_copy(update={"impossible": find_nonsense(said)})

    def _command(self, said: Said, command: Intent, context: ReadingContext) -> Request:
        if command in (Intent.LINK, Intent.BALANCES):
            read = linking(said, context) if command is Intent.LINK else costs(said, context)
            return read or Request(intent=command, confidence=1)
        if command is Intent.EXPORT:
            return Request(
                intent=command, confidence=1, what="data" if "data" in said.bag else "calendar"
            )
        if command is Intent.NOTICES:
            read = notices(said, context) or notices(Said(f"stop {said.text}"), context)
            return read or Request(intent=command, confidence=1, notices=NoticesSaid(do="show"))
        if command is Intent.POLL:
            asked = voting(Said(f"poll: {said.text}"), context, self._names)
            return asked or Request(intent=command, confidence=1)
        if not said.words:
            return Request(intent=command, confidence=1)
        if command is Intent.START and said.low.startswith("private-"):
            return Request(intent=Intent.PRIVATE, confidence=1, alone="tell", about=said.low)
        if command in (
            Intent.PLAN,
            Intent.BRAINSTORM,
            Intent.SUPPORT,
            Intent.PROFILE,
            Intent.TRIPS,
        ):
            read = self._short(said, context) or self._long(said, context)
            keep = read.intent in (
                Intent.SAVE,
                Intent.DISMISS,
                Intent.FORGET,
                Intent.YES,
                Intent.NO,
            )
            topic = None if command is not Intent.SUPPORT else read.topic
            if not keep:
                return read.model_copy(
                    update={"intent": command, "confidence": 1.0, "topic": topic}
                )
        return Request(intent=command, confidence=1)

    def _short(self, said: Said, context: ReadingContext) -> Request | None:
        """Set phrases and bare picks."""
        if (vote := voting(said, context, self._names)) is not None:
            return vote
        pick = pick_alone(said, len(context.offered) or len(context.suggested))
        if pick is not None and not wants_details(said):
            sure = bool(context.offered or context.suggested)
            return Request(
                intent=Intent.PLAN if sure else Intent.UNCLEAR,
                confidence=0.95 if sure else 0.4,
                pick=pick,
                pick_name=name_of(pick, context),
            )
        intent = saying(said)
        if intent is None:
            return None
        if (
            intent is Intent.YES
            and context.asked == ""
            and said.low.strip(" .!") in ("great", "good", "perfect", "right")
        ):
            return Request(intent=Intent.YES, confidence=0.6)
        return Request(intent=intent, confidence=0.95 if intent is not Intent.CHAT else 0.5)

    def _long(self, said: Said, context: ReadingContext) -> Request:
        for special in (about_caravan, account, why, flight, exchange):
            request = special(said, context)
            if request is not None:
                return request
        picked, span = pick_within(said)
        if picked is not None:
            said.claim(*span)
        parts = self._parts(said, context)
        if thoughts := second_thought(said.text):
            first, then = (self._parts(Said(words), context).wish for words in thoughts)
            parts.wish = with_second_thought(parts.wish, first, then, thoughts[1])
        readers = (picked_in, of_plan, lambda parts, _: revise(parts), supported, _profile)
        for special_of in readers:
            request = special_of(parts, picked)
            if request is not None:
                return request
        polite = thanks_or_praise(said) if is_empty(parts.wish) else None
        if polite is not None:
            return Request(intent=polite, confidence=0.8 if polite is Intent.THANKS else 0.65)
        intent, confidence = plan_or_brainstorm(parts)
        return request_for(parts, intent, confidence)

    # Parts

    def _parts(self, said: Said, context: ReadingContext) -> Parts:
        # With a plan "we are staying in Kreuzberg" is the quarter where one sleeps.
        is_town = self._is_destination if context.has_plan else self._is_town
        fixed = find_fixed(said, context.today, is_town)
        rooms = find_stay(said)
        several = find_several(said)
        budget = find_budget(said, context.home_currency)
        day_start = find_day_start(said)
        arrive_at, leave_at = find_times(said)
        when = find_when(said, context.today)
        party = find_party(said, context.on_plan)
        musts = find_must_see(said)
        asked = "" if context.asked == "origin" and is_plain_question(said) else context.asked
        places = find_places(said, self._names, asked, context.stops)
        tastes = find_tastes(said)
        musts = [m for m in musts if not self._is_place(m, places)]
        refused = [r for r in find_refused_sights(said) if not self._names.find(r)]
        wish = Wish(
            destinations=tuple(places.destinations),
            origin=places.origin,
            avoid=tuple(places.avoid),
            when=when,
            party=party,
            budget=budget,
            pace=tastes.pace,
            likes=tuple(tastes.likes),
            dislikes=tuple(dict.fromkeys((*tastes.dislikes, *refused))),
            musts=tuple(dict.fromkeys((*musts, *tastes.musts))),
            climate=tastes.climate,
            quiet=tastes.quiet,
            max_flight_hours=tastes.max_flight_hours,
            no_flight=tastes.no_flight or rooms.no_flying,
            diet=tastes.diet,
            step_free=tastes.step_free,
            arrive_at=arrive_at,
            leave_at=leave_at,
            day_start=day_start,
            appointments=fixed.appointments,
            lodging=fixed.lodging,
            max_walk_km=fixed.max_walk_km,
            stay=rooms.stay,
            cuisines=rooms.cuisines,
            no_driving=rooms.no_driving,
            town_count=in_all(several, places.destinations),
            tour=several.tour or wants_tour(said, places.destinations) or None,
        )
        correction = is_correction(said, places, not is_empty(wish))
        return Parts(said, context, wish, places, tastes, correction)

    def _is_town(self, words: str) -> bool:
        """True for a whole town or country, which is where one travels and not where one sleeps."""
        hits = self._names.find(words)
        return bool(hits) and (
            hits[0].id.startswith(("atlas:", "country:")) or hits[0].population >= 50_000
        )

    def _is_destination(self, words: str) -> bool:
        """True for a country or a town that the atlas has."""
        hits = self._names.find(words)
        return bool(hits) and hits[0].id.startswith(("atlas:", "country:"))

    def _is_place(self, name: str, places: Places) -> bool:
        """True when a "must see" is a whole destination ("must see Rome"): then it is one."""
        hits = self._names.find(name)
        if not hits or not (
            hits[0].id.startswith(("atlas:", "country:")) or hits[0].population >= 500_000
        ):
            return False
        if all(m.id != hits[0].id for m in places.destinations):
            kind = (
                hits[0].kind if hits[0].kind in ("country", "state", "island", "region") else "city"
            )
            places.destinations.append(Mention(text=name, kind=kind, id=hits[0].id))
        return True


def _profile(parts: Parts, picked: int | None) -> Request | None:
    said, context, wish = parts.said, parts.context, parts.wish
    edits = statements(said, parts.tastes, parts.places)
    if not edits:
        return None
    says_more = bool(
        wish.destinations or wish.when or wish.budget or wish.party or wish.climate or wish.avoid
    )
    if says_more or context.asked == "origin":
        return None
    return Request(intent=Intent.PROFILE, confidence=0.85, wish=wish, edits=tuple(edits))


def _unsure_in_foreign(request: Request, said: Said, command: Intent | None) -> Request:
    """Other languages are read in part only: a model should read them when there is one."""
    if command is not None or request.language in ("en", "und") or request.pick is not None:
        return request
    if request.intent in (
        Intent.YES,
        Intent.NO,
        Intent.THANKS,
        Intent.START,
        Intent.UNDO,
        Intent.HELP,
        Intent.MORE,
        Intent.LINK,  # a code is for no model's eyes
    ):
        return request
    wish = request.wish
    clear = bool(wish.destinations) and bool(wish.when)
    ceiling = 0.6 if clear else 0.45
    return request.model_copy(update={"confidence": min(request.confidence, ceiling)})
