"""Brainstorm: from a vague wish to a few places that really fit, with reasons and sources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from core import ranking, words
from core.choices import choice
from core.flows.places_for_all import not_for_everyone, places_for_all
from core.flows.together import named_conflicts, together_in
from core.making import Start
from core.messages import Choice, Choices, Text
from core.ranking import Question, Suggestion
from core.reading import Intent
from core.refusals import sound
from core.resolving import currency_of, home_of, with_profile
from core.translation import in_their_language
from core.travel import Destination, Place
from core.trips import Recommendation, RecommendationStatus
from core.turn import Screen, Turn
from core.weighing import marks_of, weighed
from core.wishes import Wish
from core.wording import word

COUNT = 4


class Brainstorm:
    """Where to go. Suggests in the first answer and asks at most one question."""

    name = "brainstorm"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        """Suggestions, or the effect of saving or dismissing one."""
        intent = turn.request.intent
        if intent in (Intent.SAVE, Intent.DISMISS):
            yield _mark(turn)
            return
        async for screen in self._suggest(turn, more=intent is Intent.MORE):
            yield screen

    async def _suggest(self, turn: Turn, *, more: bool) -> AsyncIterator[Screen]:
        wish, refused = sound(_wish(turn, more=more), turn.request, turn.now.date())
        turn.update(wish=wish, module="brainstorm", asked=refused.asked if refused else "")
        if refused:
            turn.offer(*refused.options)
            yield refused.parts
            return
        group = together_in(turn, wish)
        full = with_profile(group.wish, turn.known)
        home = await home_of(turn, full)
        question = await _question(turn, full, home, more=more)
        places, whom = await places_for_all(turn, group, question)
        places, unknown = _of_named(turn, places)
        found = ranking.rank(places, question, COUNT)
        relaxed = ""
        if not found:
            found, relaxed = _relax(places, question)
        if not found:
            turn.update(suggested=(), offered=())
            yield (Text(markdown=_nothing(question)),)
            return
        _remember(turn, found)
        card = _card(turn, found, question, relaxed)
        for line in (*named_conflicts(group), *not_for_everyone(turn, found, whom)):
            card = f"{card}\n\n{line}"
        if unknown:
            card = f"{card}\n\nI have no checked data on {words.listing(unknown)}."
        ask = _one_question(turn, full, home)
        options = Choices(options=turn.offer(*_options(found)))
        lead = _lead(found, question)
        whole = f"{card}\n\n{ask}".strip()
        said = lead
        async for said in word(turn, file="brainstorm", name="lead", draft=lead, facts=card):
            yield (Text(markdown=f"{said}\n\n{whole}"), options)
        if (translated := await in_their_language(turn, whole)) != whole:
            yield (Text(markdown=f"{said}\n\n{translated}"), options)


def _of_named(turn: Turn, places: Sequence[Destination]) -> tuple[Sequence[Destination], list[str]]:
    """Only the towns of "Osaka or Bologna or Porto", and the names of those nobody has data on."""
    named = [m for m in turn.request.wish.destinations if m.kind in ("", "city", "island")]
    if len(named) < 2:
        return places, []
    ids = {m.id for m in named}
    known = [d for d in places if f"atlas:{d.id}" in ids]
    lost = [words.literal(m.text) for m in named if not m.id.startswith("atlas:")]
    return (known, lost) if known else (places, lost)


def _wish(turn: Turn, *, more: bool) -> Wish:
    """The wish so far; a new brainstorm after a finished plan starts afresh."""
    news = turn.request.wish
    fresh = turn.session.module not in ("brainstorm", "") and not turn.request.correction
    if more or not fresh:
        return turn.session.wish.reversed_by(news)
    return Wish(origin=turn.session.wish.origin, party=turn.session.wish.party).with_news(news)


async def _question(turn: Turn, wish: Wish, home: Place | None, *, more: bool) -> Question:
    question = await weighed(
        turn.travel,
        wish,
        turn.travel.places.destinations(),
        Start(home, currency_of(turn, wish, home), turn.now.date()),
        marks_of(turn),
    )
    return replace(question, seen=frozenset(turn.session.suggested)) if more else question


def _relax(places: Sequence[Destination], question: Question) -> tuple[list[Suggestion], str]:
    """Give up one soft limit at a time, and say which."""
    steps = (
        (replace(question, budget=None), "Nothing fits that budget; these come nearest."),
        (
            replace(question, wish=question.wish.model_copy(update={"climate": None})),
            "Nowhere I know has that weather then; these come nearest.",
        ),
        (
            replace(question, wish=question.wish.model_copy(update={"max_flight_hours": None})),
            "Nothing is that near; these need a longer flight.",
        ),
    )
    for relaxed, sentence in steps:
        if question.budget is not None and relaxed.budget is None:
            found = _cheapest(ranking.rank(places, relaxed, 4 * COUNT))
        else:
            found = ranking.rank(places, relaxed, COUNT)
        if found:
            return found, sentence
    return [], ""


def _cheapest(fitting: list[Suggestion]) -> list[Suggestion]:
    """Of places that fit otherwise, the ones that cost least."""
    return sorted(fitting, key=lambda s: s.cost.amount if s.cost else 0)[:COUNT]


def _nothing(question: Question) -> str:
    if question.seen:
        return (
            "That is all my atlas has for this wish. Change one thing (another month, budget or "
            "flight time) and I look again."
        )
    return (
        "My atlas has nothing that fits all of this. Which part may give way: the dates, the "
        "budget, or the kind of place?"
    )


def _remember(turn: Turn, found: list[Suggestion]) -> None:
    known = {r.destination_id: r for r in turn.recommendations}
    for s in found:
        if s.destination.id not in known:
            turn.keep_recommendation(
                Recommendation(
                    conversation=turn.message.conversation.key,
                    destination_id=s.destination.id,
                    name=s.destination.name,
                    status=RecommendationStatus.SUGGESTED,
                    reasons=s.reasons[:4],
                    changed_at=turn.now,
                    changed_by=turn.message.sender.id,
                )
            )
    turn.update(suggested=tuple(s.destination.id for s in found))


def _card(turn: Turn, found: list[Suggestion], question: Question, relaxed: str) -> str:
    lines = [f"_{relaxed}_\n"] if relaxed else []
    for number, s in enumerate(found, 1):
        d = s.destination
        country = turn.travel.places.country(d.country)
        where = f", {country.name}" if country and country.name != d.name else ""
        lines.append(f"**{number}. {d.name}**{where}")
        lines.append(f"{_sentence(s.reasons)}")
        if s.cost:
            what = _cost_words(question, s)
            lines.append(f"{words.capital(words.about(s.cost.amount, s.cost.currency))} {what}")
        for warning in s.warnings:
            lines.append(f"⚠️ {words.capital(warning)}")
        lines.append("")
    lines.append(_sources(found, question))
    return "\n".join(lines).strip()


def _sentence(reasons: tuple[str, ...]) -> str:
    text = "; ".join(reasons)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _cost_words(question: Question, s: Suggestion) -> str:
    size = question.wish.party.size if question.wish.party else 1
    who = "for one" if size == 1 else f"for {size}"
    kind = "a simple room" if s.simple else "a mid-range room"
    parts = ["simple meals and tickets" if s.simple else "daily costs", kind]
    if s.flight_low and (question.budget is None or question.budget.includes_flights):
        parts.append("flights")
    text = f"{who}, {words.plural(question.nights, 'night')}: {words.listing(parts)} (estimate)"
    if question.budget and s.cost:
        left = question.budget.amount - s.cost.amount
        if left >= 0:
            text += (
                f", inside your {words.amount(question.budget.amount, question.budget.currency)}"
            )
    return text


def _sources(found: list[Suggestion], question: Question) -> str:
    climate = found[0].destination.source.name
    text = f"_Weather and costs: {climate}, typical values, not a forecast."
    if any(s.flight_low for s in found):
        text += " Flights: estimate from the distance, not a fare."
    return text + "_"


def _lead(found: list[Suggestion], question: Question) -> str:
    best = found[0].destination.name
    where = f" from {question.home.name}" if question.home else ""
    when = f" in {words.MONTH_NAMES[question.month - 1]}" if question.month else ""
    return (
        f"{words.plural(len(found), 'place').capitalize()} that fit{where}{when}; "
        f"{best} fits best. Say “plan 1”, or tap."
    )


def _one_question(turn: Turn, wish: Wish, home: Place | None) -> str:
    """The single most useful thing that is missing, if anything is."""
    if home is None and not wish.no_flight:
        turn.update(asked="origin")
        return "Where do you start from? Then I can count flights and costs."
    if wish.when is None:
        turn.update(asked="dates")
        return "When would you like to go?"
    if wish.budget is None and not wish.likes:
        turn.update(asked="likes")
        return "What do you enjoy most: food, nature, museums, the sea, nightlife?"
    return ""


def _options(found: list[Suggestion]) -> list[Choice]:
    return [
        *(choice("plan", s.destination.id, f"Plan {s.destination.name}") for s in found),
        choice("more", "", "More ideas"),
        choice("triage", "", "Save or dismiss…"),
    ]


def _mark(turn: Turn) -> Screen:
    """Save or dismiss what was named; without a name, offer the list."""
    status = (
        RecommendationStatus.SAVED
        if turn.request.intent is Intent.SAVE
        else RecommendationStatus.DISMISSED
    )
    target = _target(turn)
    if target is None:
        return _triage(turn)
    changed = target.becomes(status, turn.now, turn.message.sender.id)
    turn.keep_recommendation(changed)
    if status is RecommendationStatus.SAVED:
        options = turn.offer(
            choice("plan", target.destination_id, f"Plan {target.name}"),
            choice("more", "", "More ideas"),
        )
        return (Text(markdown=f"Saved: **{target.name}**."), Choices(options=options))
    options = turn.offer(
        choice("more", "", "More ideas"), choice("save", target.destination_id, "Keep it after all")
    )
    return (
        Text(markdown=f"Dismissed: **{target.name}**. I will not suggest it here again."),
        Choices(options=options),
    )


def _target(turn: Turn) -> Recommendation | None:
    request = turn.request
    by_id = {r.destination_id: r for r in turn.recommendations}
    if request.about in by_id:
        return by_id[request.about]
    shown = turn.session.suggested
    if request.pick is not None and shown:
        index = request.pick - 1 if request.pick > 0 else len(shown) + request.pick
        if 0 <= index < len(shown):
            return by_id.get(shown[index])
    name = (request.pick_name or request.about).casefold()
    for mention in request.wish.destinations:
        id = mention.id.removeprefix("atlas:")
        if id in by_id:
            return by_id[id]
    return next((r for r in turn.recommendations if name and r.name.casefold() == name), None)


def _triage(turn: Turn) -> Screen:
    by_id = {r.destination_id: r for r in turn.recommendations}
    shown = [by_id[id] for id in turn.session.suggested if id in by_id]
    if not shown:
        return (Text(markdown="There is nothing to save yet. Ask me for ideas first."),)
    options = [choice("save", r.destination_id, f"Save {r.name}") for r in shown]
    options += [choice("drop", r.destination_id, f"Dismiss {r.name}") for r in shown]
    return (
        Text(markdown="Which one?"),
        Choices(options=turn.offer(*options)),
    )


__all__ = ["Brainstorm"]
