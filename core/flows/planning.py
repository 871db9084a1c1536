"""Planning: a day-by-day plan out of facts, built by code and checked before anybody sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date

from core import words
from core.briefing import Brief, brief
from core.cards import plan_card
from core.choices import choice
from core.errors import Rejected
from core.flows.planning_questions import dates_or_question, destination_or_question
from core.flows.revision import revised_wish
from core.gathering import Facts, gather
from core.itinerary.build import build
from core.itinerary.explain import why, why_not
from core.itinerary.problem import Impossible
from core.itinerary.revise import Revision, revise
from core.itinerary.verify import Violation, verify
from core.messages import Choice, Choices, Text
from core.naming import best_named
from core.reading import Change, ChangeKind, Intent
from core.resolving import (
    budget_of,
    check_dates,
    check_party,
    currency_of,
    home_of,
    with_profile,
    within_window,
)
from core.translation import in_their_language
from core.travel import Destination
from core.trips import Plan, Trip, title_of
from core.turn import Screen, Turn
from core.wishes import Wish
from core.wording import word


class Planning:
    """Plans, changes of plans, and the reasons behind them."""

    name = "planning"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        intent = turn.request.intent
        if intent is Intent.REVISE and turn.trip and turn.trip.plan:
            screens = self._revise(turn)
        elif intent is Intent.WHY:
            screens = self._why(turn)
        else:
            screens = self._plan(turn)
        async for screen in screens:
            yield screen

    # --- a new plan ----------------------------------------------------------------------------

    async def _plan(self, turn: Turn) -> AsyncIterator[Screen]:
        wish = _wish(turn)
        turn.update(wish=wish, module="planning", asked="")
        destination, question = await destination_or_question(turn, wish)
        if destination is None:
            yield question
            return
        dates, question = dates_or_question(turn, wish, destination)
        if dates is None:
            yield question
            return
        if wish.party:
            check_party(wish.party)
        first, last = dates
        yield (Text(markdown=_progress(destination, first, last)),)
        facts, plan = await self._make(turn, wish, destination, first, last)
        trip = _stored(turn, wish, plan, destination)
        card = plan_card(trip, plan, facts, wish, turn.now)
        options = Choices(options=turn.offer(*_plan_options()))
        lead = _lead(plan)
        said = lead
        async for said in word(turn, file="planning", name="lead", draft=lead, facts=card):
            yield (Text(markdown=f"{said}\n\n{card}"), options)
        if (card_here := await in_their_language(turn, card)) != card:
            yield (Text(markdown=f"{said}\n\n{card_here}"), options)

    async def _make(
        self, turn: Turn, wish: Wish, destination: Destination, first: date, last: date
    ) -> tuple[Facts, Plan]:
        """Facts and a verified plan. Raises Rejected with a way on when none exists."""
        facts, made = await _facts_for(turn, wish, destination, first, last)
        try:
            plan = await asyncio.to_thread(build, made.problem)
        except Impossible as error:
            raise Rejected(f"{error} Shall I change the dates, the pace or the budget?") from error
        plan = _dressed(plan, facts, made, wish)
        _insist(verify(plan, made.problem))
        return facts, plan

    # --- a changed plan ------------------------------------------------------------------------

    async def _revise(self, turn: Turn) -> AsyncIterator[Screen]:
        trip = turn.trip
        assert trip is not None and trip.plan is not None
        old_plan = trip.plan
        destination = turn.travel.places.destination(old_plan.destination_id)
        if destination is None:
            raise Rejected("I no longer know this destination. Please plan it anew.")
        wish, changes, first, last = revised_wish(turn, trip, old_plan)
        check_dates(first, last, turn.now.date())
        if wish.party:
            check_party(wish.party)
        if not changes:
            yield (
                Text(
                    markdown="What shall I change? For example “slower”, “no museums”, "
                    "“swap day 2 and 3”, “we land at 15:00” or “cheaper”."
                ),
                Choices(options=turn.offer(*_plan_options())),
            )
            return
        yield (Text(markdown="Changing as little as possible…"),)
        _, old_made = await _facts_for(
            turn, trip.wish, destination, old_plan.first_day, old_plan.last_day
        )
        facts, made = await _facts_for(turn, wish, destination, first, last)
        revision = await asyncio.to_thread(_apply, old_plan, old_made, made, changes, facts, wish)
        if revision.plan.days == old_plan.days:
            yield (
                Text(markdown=_unchanged(changes)),
                Choices(options=turn.offer(*_plan_options())),
            )
            return
        _insist(verify(revision.plan, made.problem))
        turn.keep_trip(trip.replanned(revision.plan, wish, turn.now))
        turn.update(wish=wish, module="planning", last_change="plan", asked="")
        changed = "\n".join(f"- {line}" for line in revision.summary)
        card = plan_card(trip, revision.plan, facts, wish, turn.now)
        lead = f"**What changed**\n{changed}"
        options = Choices(options=turn.offer(choice("undo", "", "Undo"), *_plan_options()))
        if not turn.model.words:
            yield (Text(markdown=f"{lead}\n\n{card}"), options)
            return
        said = ""
        async for said in word(
            turn, file="planning", name="changed", draft="Done.", facts=f"{lead}\n{card}"
        ):
            yield (Text(markdown=f"{said}\n\n{lead}\n\n{card}"), options)
        whole = f"{lead}\n\n{card}"
        if (card_here := await in_their_language(turn, whole)) != whole:
            yield (Text(markdown=f"{said}\n\n{card_here}"), options)

    # --- reasons -------------------------------------------------------------------------------

    async def _why(self, turn: Turn) -> AsyncIterator[Screen]:
        trip = turn.trip
        if trip is None or trip.plan is None:
            yield (Text(markdown="There is no plan yet to explain. Where would you like to go?"),)
            return
        plan = trip.plan
        destination = turn.travel.places.destination(plan.destination_id)
        if destination is None:
            raise Rejected("I no longer have the facts of this plan.")
        _, made = await _facts_for(turn, trip.wish, destination, plan.first_day, plan.last_day)
        stop_id = _stop_asked(turn, plan)
        if stop_id is not None:
            explanation = why(plan, made.problem, stop_id)
        else:
            names = [(s.id, s.name) for s in made.problem.sights.values()]
            sight_id = best_named(turn.request.about, names)
            if sight_id is None:
                yield (Text(markdown=_which_stop(plan)),)
                return
            explanation = why_not(plan, made.problem, sight_id)
        draft = "\n".join(explanation.sentences)
        async for said in word(turn, file="support", name="answer", draft=draft):
            yield (Text(markdown=said),)


async def _facts_for(
    turn: Turn, wish: Wish, destination: Destination, first: date, last: date
) -> tuple[Facts, Brief]:
    """All facts for these days and the planner's problem, with the profile's wishes in it."""
    full = with_profile(wish, turn.profile)
    home = await home_of(turn, full)
    currency = currency_of(turn, full, home)
    facts = await gather(
        turn.travel,
        destination,
        first,
        last,
        home=home,
        currency=currency,
        today=turn.now.date(),
        wish=full,
    )
    days = (last - first).days + 1
    made = brief(facts, full, budget_of(full, currency, days))
    return facts, made


def _apply(
    plan: Plan, old: Brief, new: Brief, changes: tuple[Change, ...], facts: Facts, wish: Wish
) -> Revision:
    """All changes, one after the other, as one revision."""
    lines: list[str] = []
    revision: Revision | None = None
    current, problem = plan, old.problem
    try:
        for change in changes:
            revision = revise(current, problem, new.problem, change)
            lines += [s for s in revision.summary if s not in lines]
            current, problem = revision.plan, new.problem
    except Impossible as error:
        raise Rejected(f"{error} The plan stays as it was.") from error
    assert revision is not None
    dressed = _dressed(current, facts, new, wish)
    return revision.with_plan(dressed, tuple(lines))


def _dressed(plan: Plan, facts: Facts, made: Brief, wish: Wish) -> Plan:
    """The plan with what stands beside its stops: flights, notes, what was assumed."""
    said = wish.arrive_at is not None and wish.leave_at is not None
    return plan.model_copy(
        update={
            "flights": facts.flights,
            "notes": tuple(dict.fromkeys((*plan.notes, *made.notes))),
            "times_assumed": not said,
            "arrival_at": made.problem.landing,
            "departure_at": made.problem.takeoff,
        }
    )


def _insist(violations: list[Violation]) -> None:
    """The last gate: a plan with a violation is never sent."""
    if violations:
        found = "; ".join(sorted({v.text for v in violations})[:3])
        raise Rejected(
            f"I made a plan, but it did not pass my own check ({found}), so I do not send it. "
            "Please change the dates or the pace, and I try again."
        )


def _wish(turn: Turn) -> Wish:
    """The wish so far with this message. A new place keeps people, budget and dates."""
    news = turn.request.wish
    base = turn.session.wish
    trip = turn.trip
    if trip is not None and trip.plan is not None and news.destinations and news.when:
        base = base.model_copy(update={"when": None, "arrive_at": None, "leave_at": None})
    if news.when is not None:
        news = news.model_copy(update={"when": within_window(news.when, base.when)})
    return base.with_news(news)


def _progress(destination: Destination, first: date, last: date) -> str:
    return (
        f"Planning {destination.name}, {words.span(first, last)}: asking for weather, flights, "
        "sights and events, then checking every stop…"
    )


def _stored(turn: Turn, wish: Wish, plan: Plan, destination: Destination) -> Trip:
    """The conversation's trip with this plan: a new one, or the draft of the same place anew."""
    current = turn.trip
    again = (
        current is not None
        and current.plan is not None
        and current.plan.destination_id == destination.id
    )
    if again and current is not None and current.plan is not None:
        trip = current.replanned(plan, wish, turn.now)
        turn.update(last_change="plan")
    else:
        trip = Trip(
            id=turn.new_id("trip"),
            conversation=turn.message.conversation.key,
            owner=turn.message.sender.id,
            title=title_of(plan),
            wish=wish,
            plan=plan,
            version=1,
            status="planned",
            created_at=turn.now,
            updated_at=turn.now,
        )
        turn.update(last_change="")
    turn.keep_trip(trip)
    return trip


def _lead(plan: Plan) -> str:
    wet = [d for d in plan.days if d.weather and not d.weather.outdoor_ok]
    text = f"Here is {plan.destination}, day by day; every stop is open when you are there."
    if any(s.checks for s in plan.visits()):
        text = (
            f"Here is {plan.destination}, day by day, fitted to the opening hours I have; "
            "“check” marks the ones I am not sure of."
        )
    if wet:
        text += f" Rain is likely on {words.listing(words.day(d.day) for d in wet)}."
    return text


def _plan_options() -> list[Choice]:
    return [
        choice("change", ChangeKind.SLOWER, "Slower"),
        choice("change", ChangeKind.CHEAPER, "Cheaper"),
        choice("change", ChangeKind.INDOOR, "Rain plan"),
        choice("ics", "", "Calendar file"),
    ]


def _unchanged(changes: tuple[Change, ...]) -> str:
    if any(c.kind is ChangeKind.INDOOR for c in changes):
        return "No rain is expected on your outdoor stops, so I left the plan as it is."
    if any(c.kind is ChangeKind.SLOWER for c in changes):
        return "The plan is already as slow as I can make it without leaving days empty."
    return "The plan already is like that; I left it as it was."


_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}


def _stop_asked(turn: Turn, plan: Plan) -> str | None:
    """The id of the stop that the question is about: by order, by name, or by category."""
    about = turn.request.about.casefold()
    visits = plan.visits()
    if turn.request.day is not None and 1 <= turn.request.day <= len(plan.days):
        visits = [s for s in plan.days[turn.request.day - 1].stops if s.sight_id] or visits
    for ordinal, index in _ORDINALS.items():
        if ordinal in about.split() and visits and -len(visits) <= index < len(visits):
            return visits[index].id
    found = best_named(about, [(s.id, s.title) for s in visits])
    if found is not None:
        return found
    singular = about.removeprefix("the ").rstrip("s")
    return next((s.id for s in visits if singular and s.category == singular), None)


def _which_stop(plan: Plan) -> str:
    names = words.listing(words.literal(s.title) for s in plan.visits()[:4])
    return f"Which stop do you mean? For example {names}."
