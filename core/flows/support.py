"""Support: before and during the trip, answered from the stored plan and dated facts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable

from core import words
from core.choices import choice
from core.flows import country, fares, flight
from core.flows.account import HELP
from core.flows.asked import (
    country_asked,
)
from core.flows.beyond import (
    advice_answer,
    safety_answer,
    self_answer,
    sun_answer,
    trouble_answer,
)
from core.flows.of_plan import (
    departure_answer,
    lodging_answer,
    tickets_answer,
    way_answer,
    when_answer,
    which_answer,
)
from core.flows.on_place import (
    area_answer,
    cost_answer,
    events_answer,
    food_answer,
    hours_answer,
    local_time_answer,
    money_answer,
    packing_answer,
    transport_answer,
    warnings_answer,
    weather_answer,
)
from core.flows.on_trip import (
    booking_answer,
    closed_answer,
    late_answer,
    map_answer,
    next_answer,
    rain_answer,
)
from core.messages import Choices, Text
from core.reading import Intent, Topic
from core.refusals import refuse_impossible, refuse_no_day
from core.tools import travel_tools
from core.travel import CountryFacts, Destination
from core.turn import Screen, Turn
from core.wording import word

_FOOD = re.compile(r"restaurant|food|eat|dinner|lunch|breakfast|caf[eé]|bar", re.I)


_COUNTRY_TOPICS: dict[Topic, Callable[[CountryFacts], str]] = {
    Topic.PLUGS: country.plugs,
    Topic.TIPPING: country.tipping,
    Topic.PHRASES: country.phrases,
    Topic.WATER: country.water,
    Topic.LANGUAGE: country.languages,
    Topic.DRIVING: country.driving,
    Topic.ENTRY: country.entry,
}


class Support:
    """Practical questions, and everything that is none of the other flows' business."""

    name = "support"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        intent = turn.request.intent
        if turn.message.unsupported or turn.request.about == "old button":
            yield _cannot_read(turn)
            return
        if intent is Intent.THANKS:
            draft = "With pleasure. Have a good journey!"
            async for said in word(turn, file="support", name="chat", draft=draft):
                yield (Text(markdown=said),)
            return
        detail = _suggestion(turn)
        if turn.request.topic is None and detail is not None:
            text, options = _details(turn, detail)
            async for said in word(turn, file="support", name="answer", draft=text.markdown):
                yield (Text(markdown=said), options)
            return
        if turn.request.topic is None and _FOOD.search(turn.request.about):
            turn.request = turn.request.model_copy(update={"topic": Topic.FOOD})
        if turn.request.topic is None:
            refuse_impossible(turn.request)
            async for screen in _chat(turn):
                yield screen
            return
        refuse_no_day(turn.request)
        turn.update(module="support")
        if turn.request.topic is Topic.FLIGHTS:
            async for screen in fares.offers(turn):
                yield screen
            return
        screen = await _answer(turn, turn.request.topic)
        first = screen[0]
        assert isinstance(first, Text)
        async for said in word(turn, file="support", name="answer", draft=first.markdown):
            yield (Text(markdown=said), *screen[1:])


def _cannot_read(turn: Turn) -> Screen:
    what = turn.message.unsupported
    if what:
        return (
            Text(markdown=f"I cannot read a {what} yet. Please write it to me in a few words."),
        )
    return (Text(markdown="That button is from an earlier answer. Please write what you need."),)


async def _chat(turn: Turn) -> AsyncIterator[Screen]:
    """Free conversation with a model; without one, what can be said next."""
    options = [choice("ideas", "", "Ideas where to go")]
    if turn.trip and turn.trip.plan:
        options.append(choice("ask", Topic.NEXT, "What is next?"))
    options.append(choice("help", "", "What can you do?"))
    offered = Choices(options=turn.offer(*options))
    if turn.model.words:
        draft = ""
        tools = travel_tools(turn.travel, turn.now)
        async for said in word(turn, file="support", name="chat", draft=draft, tools=tools):
            yield (Text(markdown=said or _lost(turn)),)
        return
    yield (Text(markdown=_lost(turn)), offered)


def _lost(turn: Turn) -> str:
    if turn.session.turns <= 1 and not turn.session.greeted:
        turn.update(greeted=True)
        return HELP
    return (
        "I did not understand that. Tell me where or when you want to go, what to change, or what "
        "you need to know there; “help” lists what I can do."
    )


async def _answer(turn: Turn, topic: Topic) -> Screen:
    """The answer of code to a question about `topic`; its first part is the text."""
    if topic is Topic.EMERGENCY:
        return await trouble_answer(turn)
    if topic in _COUNTRY_TOPICS:
        facts = await country_asked(turn)
        return (Text(markdown=_COUNTRY_TOPICS[topic](facts)),)
    answers: dict[Topic, Callable[[Turn], Awaitable[Screen]]] = {
        Topic.NEXT: next_answer,
        Topic.RAIN: rain_answer,
        Topic.CLOSED: closed_answer,
        Topic.WEATHER: weather_answer,
        Topic.WARNINGS: warnings_answer,
        Topic.MONEY: money_answer,
        Topic.TIME: local_time_answer,
        Topic.PACKING: packing_answer,
        Topic.EVENTS: events_answer,
        Topic.HOURS: hours_answer,
        Topic.LATE: late_answer,
        Topic.BOOKING: booking_answer,
        Topic.AREA: area_answer,
        Topic.COST: cost_answer,
        Topic.TRANSPORT: transport_answer,
        Topic.FOOD: food_answer,
        Topic.FLIGHT_STATUS: flight.status_answer,
        Topic.MAP: map_answer,
        Topic.WHEN: when_answer,
        Topic.DEPARTURE: departure_answer,
        Topic.WAY: way_answer,
        Topic.WHICH: which_answer,
        Topic.TICKETS: tickets_answer,
        Topic.LODGING: lodging_answer,
        Topic.SUN: sun_answer,
        Topic.SAFETY: safety_answer,
        Topic.ADVICE: advice_answer,
        Topic.SELF: self_answer,
    }
    return await answers[topic](turn)


def _suggestion(turn: Turn) -> Destination | None:
    """The suggestion that "tell me more about the second" means."""
    shown = turn.session.suggested
    pick = turn.request.pick
    if pick is None or not shown or turn.request.intent is not Intent.SUPPORT:
        return None
    index = pick - 1 if pick > 0 else len(shown) + pick
    return turn.travel.places.destination(shown[index]) if 0 <= index < len(shown) else None


_STRONG = 3


def _details(turn: Turn, d: Destination) -> tuple[Text, Choices]:
    """What the atlas has on a suggestion, on one screen."""
    months = words.listing(words.MONTH_NAMES[m - 1] for m in d.best_months)
    strong = [name for name, level in d.vibes.items() if level == _STRONG]
    country = turn.travel.places.country(d.country)
    lines = [
        f"**{d.name}**, {country.name if country else d.country}",
        f"Best in {months}. Stay {d.stay_min} to {d.stay_max} days.",
        f"Strong on {words.listing(strong)}." if strong else "",
        f"A day costs one person about {words.amount(d.daily_low, d.currency)} to "
        f"{words.amount(d.daily_high, d.currency)}, without room and flights.",
        f"_{d.source.name}, estimates._",
    ]
    options = turn.offer(
        choice("plan", d.id, f"Plan {d.name}"),
        choice("save", d.id, f"Save {d.name}"),
        choice("drop", d.id, f"Dismiss {d.name}"),
        choice("more", "", "More ideas"),
    )
    return Text(markdown="\n".join(x for x in lines if x)), Choices(options=options)
