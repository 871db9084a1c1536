"""Planning: a day-by-day plan out of facts, built by code and checked before anybody sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date

from core import words
from core.appointments import undated
from core.cards import plan_card
from core.choices import choice
from core.errors import Rejected
from core.flows.changing import Asked, changed_for_all
from core.flows.exchange import Exchange, exchange_asked, towns_after, wish_after
from core.flows.nearest import other_days
from core.flows.plan_facts import facts_again, facts_for, facts_of_others, towns_of
from core.flows.plan_reasons import reasons
from core.flows.planning_questions import booked_or_dropped, contradiction_or_none
from core.flows.planning_taps import taken_up
from core.flows.private import tell_me_alone
from core.flows.revision import SETTLED, booked_and_dropped, refuse_what_is_over, revised_wish
from core.flows.splits import split_proposed
from core.flows.together import (
    DoesNotFit,
    conflict_or_none,
    give_way,
    named_conflicts,
    plan_for_all,
    together_in,
)
from core.flows.tours import going_or_question
from core.groups.heard import take_back_added
from core.itinerary.revise import Revision
from core.making import Made, pinned
from core.messages import Choice, Choices, Text
from core.reading import Change, ChangeKind, Intent
from core.refusals import refuse_impossible, sound
from core.remaking import exchange_towns, revise_all
from core.resolving import check_dates, check_party, within_window
from core.tour import asks_for_several
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
        taken_up(turn)
        if turn.request.about.startswith("yield:"):
            give_way(turn)
        intent = turn.request.intent
        if exchange := exchange_asked(turn):
            screens = self._exchange(turn, exchange)
        elif intent is Intent.REVISE and turn.trip and turn.trip.plan:
            screens = self._revise(turn)
        elif intent is Intent.WHY:
            screens = reasons(turn)
        else:
            screens = self._plan(turn)
        async for screen in screens:
            yield screen

    # --- a new plan ----------------------------------------------------------------------------

    async def _plan(self, turn: Turn) -> AsyncIterator[Screen]:
        wish, refused = sound(_wish(turn), turn.request, turn.now.date())
        turn.update(wish=wish, module="planning", asked=refused.asked if refused else "")
        if refused:
            turn.offer(*refused.options)
            yield refused.parts
            return
        going, question = await going_or_question(turn, wish)
        if going is None:
            yield question
            return
        group = together_in(turn, wish)
        wish = group.wish
        if question := conflict_or_none(turn, group):
            yield question
            return
        towns, first, last = going.towns, going.first, going.last
        yield (Text(markdown=_progress(towns, first, last)),)
        made = await facts_for(turn, wish, towns, first, last)
        if question := contradiction_or_none(turn, wish, made):
            yield question
            return
        try:
            plan = await plan_for_all(turn, group, towns, first, last, made)
        except DoesNotFit as error:
            yield await other_days(turn, group, towns, first, last, error)
            return
        wish = pinned(wish, plan)
        turn.update(wish=pinned(turn.session.wish, plan), asked=_asks(wish))
        trip = _stored(turn, wish, plan)
        card = plan_card(trip, plan, made.towns[0], wish, turn.now, made.towns[1:])
        if going.why:
            card = f"{going.why}\n\n{card}"
        beside = (*named_conflicts(group), await split_proposed(turn, group, plan, made))
        card = "\n\n".join((card, *(line for line in beside if line)))
        alone = (tell_me_alone(turn),) if turn.in_group else ()
        options = Choices(options=turn.offer(*_plan_options(), *alone))
        lead = _lead(plan)
        said = lead
        async for said in word(turn, file="planning", name="lead", draft=lead, facts=card):
            yield (Text(markdown=f"{said}\n\n{card}"), options)
        if (card_here := await in_their_language(turn, card)) != card:
            yield (Text(markdown=f"{said}\n\n{card_here}"), options)

    # --- a changed plan ------------------------------------------------------------------------

    async def _revise(self, turn: Turn) -> AsyncIterator[Screen]:
        trip = turn.trip
        assert trip is not None and trip.plan is not None
        refuse_impossible(turn.request)
        old_plan = trip.plan
        towns = towns_of(turn, old_plan)
        wish, changes, first, last = revised_wish(turn, trip, old_plan)
        if (first, last) != (old_plan.first_day, old_plan.last_day):
            check_dates(first, last, turn.now.date())  # a plan that runs may still be changed
        if wish.party:
            check_party(wish.party)
        if not changes:
            yield (
                Text(markdown=KEPT if turn.request.about == SETTLED else WHAT_TO_CHANGE),
                Choices(options=turn.offer(*_plan_options())),
            )
            return
        if booked := booked_and_dropped(changes, old_plan):
            yield booked_or_dropped(turn, old_plan, booked[0])
            return
        yield (Text(markdown="Changing as little as possible…"),)
        old_made = await facts_again(turn, trip.wish, old_plan)
        made = await facts_for(turn, wish, towns, first, last, like=old_plan)
        if question := contradiction_or_none(turn, wish, made):
            turn.update(wish=wish)
            yield question
            return
        asked = Asked(
            made,
            lambda made: revise_all(old_plan, old_made, made, changes),
            lambda wish: facts_for(turn, wish, towns, first, last, like=old_plan),
        )
        group = replace(together_in(turn, wish), wish=wish)
        try:
            revision = await changed_for_all(turn, group, asked)
        except Rejected as error:
            take_back_added(turn)
            if not isinstance(error, DoesNotFit):
                raise
            yield await other_days(turn, group, towns, first, last, error, verb="move")
            return
        refuse_what_is_over(old_plan, revision.plan, turn.now)
        news = [note for note in revision.plan.notes if note not in old_plan.notes]
        if revision.plan.days == old_plan.days:
            turn.unchanged = not news
            if news:  # what was said is kept, although the plan waits for more
                turn.keep_trip(trip.replanned(revision.plan, pinned(wish, revision.plan), turn.now))
                turn.update(wish=wish, module="planning", last_change="plan", asked=_asks(wish))
            else:  # "the castle is a must" holds from now on, although it is in already
                turn.keep_trip(trip.model_copy(update={"wish": wish}))
                turn.update(wish=wish, module="planning", asked="")
            yield (
                Text(markdown="\n".join(news) or _unchanged(changes, revision.plan)),
                Choices(options=turn.offer(*_plan_options())),
            )
            return
        async for screen in self._changed(turn, trip, made, wish, revision):
            yield screen

    async def _exchange(self, turn: Turn, exchange: Exchange) -> AsyncIterator[Screen]:
        """Other towns in the plan; the rest stays as far as it can."""
        trip = turn.trip
        assert trip is not None and trip.plan is not None
        towns, question = await towns_after(turn, trip.plan, exchange)
        if not towns:
            yield question
            return
        plan, wish = trip.plan, wish_after(trip, turn.request.wish, towns, exchange)
        yield (Text(markdown="Changing as little as possible…"),)
        old_made = await facts_again(turn, trip.wish, trip.plan)
        made = await facts_of_others(turn, wish, trip.plan, towns)
        if question := contradiction_or_none(turn, wish, made):
            turn.update(wish=wish)
            yield question
            return
        asked = Asked(
            made,
            lambda made: exchange_towns(plan, old_made, made),
            lambda wish: facts_of_others(turn, wish, plan, towns),
        )
        group = replace(together_in(turn, wish), wish=wish)
        try:
            revision = await changed_for_all(turn, group, asked)
        except DoesNotFit as error:
            days = await other_days(turn, group, towns, plan.first_day, plan.last_day, error)
            turn.update(wish=wish)  # the days are for what was asked
            yield days
            return
        async for screen in self._changed(turn, trip, made, wish, revision):
            yield screen

    async def _changed(
        self, turn: Turn, trip: Trip, made: Made, wish: Wish, revision: Revision
    ) -> AsyncIterator[Screen]:
        """The changed plan, checked already, kept and shown."""
        wish = pinned(wish, revision.plan)
        turn.keep_trip(trip.replanned(revision.plan, wish, turn.now))
        turn.update(wish=wish, module="planning", last_change="plan", asked=_asks(wish))
        changed = "\n".join(f"- {line}" for line in revision.summary)
        card = plan_card(trip, revision.plan, made.towns[0], wish, turn.now, made.towns[1:])
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


def _wish(turn: Turn) -> Wish:
    """The wish so far with this message. A new place keeps people, budget and dates."""
    news = turn.request.wish
    base = turn.session.wish
    if turn.request.also and base.destinations and not _same_places(news, base):
        news = news.model_copy(update={"destinations": (*base.destinations, *news.destinations)})
    elif news.destinations and not _same_places(news, base):
        if news.avoid and asks_for_several(base):  # one of the towns that were left to us
            kept = tuple(m for m in base.destinations if m.id not in {a.id for a in news.avoid})
            news = news.model_copy(update={"destinations": (*kept, *news.destinations)})
        else:
            base = base.model_copy(update={"town_count": None, "tour": None})
    trip = turn.trip
    if trip is not None and trip.plan is not None and news.destinations and news.when:
        base = base.model_copy(update={"when": None, "arrive_at": None, "leave_at": None})
    if news.musts and news.dislikes:  # said in one breath: the one is the exception of the other
        news = news.model_copy(update={"exceptions": (*news.exceptions, *news.musts)})
    if news.when is not None:
        news = news.model_copy(update={"when": within_window(news.when, base.when)})
    return base.reversed_by(news) if turn.request.correction else base.with_news(news)


def _same_places(news: Wish, base: Wish) -> bool:
    """True when one of the places was named before: what was said of it still holds."""
    before = {m.text.casefold() for m in base.destinations}
    return any(m.text.casefold() in before for m in news.destinations)


def _progress(towns: Sequence[Destination], first: date, last: date) -> str:
    names = words.listing(d.name for d in towns)
    return (
        f"Planning {names}, {words.span(first, last)}: asking for weather, flights, "
        "sights and events, then checking every stop…"
    )


def _stored(turn: Turn, wish: Wish, plan: Plan) -> Trip:
    """The conversation's trip with this plan: a new one, or the draft of the same place anew."""
    current = turn.trip
    again = current is not None and current.plan is not None and _ids(current.plan) == _ids(plan)
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


def _ids(plan: Plan) -> set[str]:
    return {town.destination_id for town in plan.towns}


def _lead(plan: Plan) -> str:
    here = "Here are" if plan.stages else "Here is"
    text = f"{here} {plan.destination}, day by day; every stop is open when you are there."
    if any(s.hours_unsure for s in plan.visits()):
        text = (
            f"{here} {plan.destination}, day by day, fitted to the opening hours I have; "
            "“check hours” marks the ones I am not sure of."
        )
    if not plan.visits():
        text = (
            f"{here} {plan.destination}. I could fit no sight into these days: they are your own."
        )
    return text + words.poor_weather(d.weather for d in plan.days if d.weather)


def _plan_options() -> list[Choice]:
    return [
        choice("change", ChangeKind.SLOWER, "Slower"),
        choice("change", ChangeKind.CHEAPER, "Cheaper"),
        choice("change", ChangeKind.INDOOR, "Rain plan"),
        choice("files", "", "Files"),
    ]


def _asks(wish: Wish) -> str:
    """The name of the question that the notes of a plan ask, if they do."""
    return "appointment" if any(undated(a) for a in wish.appointments) else ""


def _unchanged(changes: tuple[Change, ...], plan: Plan) -> str:
    if any(c.kind is ChangeKind.INDOOR for c in changes):
        return "No rain is expected on your outdoor stops, so I left the plan as it is."
    if any(c.kind is ChangeKind.SLOWER for c in changes):
        return "The plan is already as slow as I can make it without leaving days empty."
    if any(c.kind is ChangeKind.CHEAPER for c in changes):
        return (
            "I see nothing more to save in the tickets and ways of this plan. Fewer days or a "
            "budget (“at most 600 euros”) would change the rooms too."
        )
    if changes and all(c.kind is ChangeKind.MORE_OF for c in changes):
        return "I have nothing more of that which fits into these days, so the plan stays as it is."
    named = [f"“{c.what}”".casefold() for c in changes if c.kind is ChangeKind.ADD]
    if missing := [note for note in plan.notes if any(n in note.casefold() for n in named)]:
        return "\n".join(missing)  # asked for again, and still nobody knows it
    if changes and all(c.kind is ChangeKind.ADD for c in changes):
        names = words.listing(words.literal(c.what) for c in changes)
        return (
            f"{names[:1].upper()}{names[1:]} is in the plan already, and stays in it from now on."
        )
    return "The plan already is like that; I left it as it was."


WHAT_TO_CHANGE = (
    "What shall I change? For example “slower”, “no museums”, “swap day 2 and 3”, “we land at "
    "15:00” or “cheaper”."
)
KEPT = "Kept. The plan stays as it is."
