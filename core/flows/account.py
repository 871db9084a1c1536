"""Account: first contact, help, trips, the profile, settings, exports, undo and erasing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

from core import words
from core.cards import day_cards, head_lines
from core.choices import choice
from core.errors import Rejected
from core.flows.changing import may_come_back
from core.flows.cost_changes import take_back
from core.flows.cost_facts import with_all_costs
from core.flows.cost_words import costs_file
from core.flows.exporting import files_answer
from core.flows.in_group import is_private, sent_alone
from core.flows.notices import back
from core.flows.own_profile import (
    profile_answer,
    profile_text,
    settings_answer,
    settings_text,
    undo_menu,
)
from core.messages import Choice, Choices, File, Text
from core.people import Profile
from core.reading import Intent
from core.trips import Trip
from core.turn import Screen, Turn

ERASE_MINUTES = 10

WELCOME = (
    "Hello{name}! I am **Caravan**, a travel companion.\n\n"
    "Tell me what you dream of, as vaguely as you like (“somewhere warm in mid April, not too "
    "touristy, 1200 euros with flights, from Berlin”), or where you want to go (“Lisbon, "
    "12–15 March”). I suggest places, build a day-by-day plan whose opening times and ways are "
    "checked, and help on the road.\n\n"
    "I book and pay nothing, and I say what I do not know."
)
HELP = (
    "**What I can do**\n"
    "- Ideas where to go: “somewhere warm in April”, /brainstorm\n"
    "- A checked plan: “plan Lisbon 12–15 March, 2 people, 900 euros”, /plan\n"
    "- Changes: “slower”, “no museums”, “swap day 2 and 3”, “we land at 15:00”, “cheaper”, “undo”\n"
    "- Reasons: “why is the museum on that day?”\n"
    "- On the road: “what is next?”, “it rains”, “emergency number”, “how do I say thank you?”, "
    "“show me day 2 on a map”, /support\n"
    "- In a group: “count me in”, “who is in?”, “add my mother Eva”, “count me out”\n"
    "- Flights: “search flights”, “is TP1234 on time?”\n"
    "- In a group: “let's vote: Lisbon or Porto”, “what did we decide?”, “catch me up”\n"
    "- Your trips and a calendar file: /trips, “calendar file”\n"
    "- Shared costs: “I paid 80 EUR for dinner for Ana and me”, “who owes what?”, “settle up”\n"
    "- What I say by myself: “notices”, “stop weather”, “quiet hours 21 to 9”, “snooze for 2 "
    "days”, “why did I get this?”\n"
    "- One profile in several chats: “link my accounts”\n"
    "- What I know about you: /profile, /settings, /export, /forget\n"
    "- /cancel stops what is open"
)

ERASED = (
    "Done. Everything I kept about you is erased. Costs that you shared in a group stay in its "
    "sums, without your name."
)


class Account:
    """Everything about the person and what Caravan keeps for them."""

    name = "account"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        yield await self._answer(turn)

    async def _answer(self, turn: Turn) -> Screen:
        if turn.in_group and is_private(turn.request):
            return await self._alone(turn)
        match turn.request.intent:
            case Intent.START:
                return _start(turn)
            case Intent.HELP:
                return (Text(markdown=HELP), _menu(turn))
            case Intent.PROFILE:
                return await profile_answer(turn)
            case Intent.SETTINGS:
                return settings_answer(turn)
            case Intent.TRIPS:
                return _trips(turn)
            case Intent.EXPORT:
                return await _export(turn)
            case Intent.FORGET:
                return await _forget(turn)
            case Intent.UNDO:
                return await _undo(turn)
            case Intent.CANCEL:
                return _cancel(turn)
            case Intent.YES | Intent.NO:
                return _yes_no(turn)
            case _:
                return (Text(markdown=HELP), _menu(turn))

    async def _alone(self, turn: Turn) -> Screen:
        """What concerns one person only is told to them alone, never to the group."""
        screen: Screen = ()
        if turn.request.intent is Intent.EXPORT:
            screen = await _data(turn)
        elif turn.request.intent is Intent.SETTINGS:
            screen = (Text(markdown=settings_text(turn)),)
        elif turn.request.intent is Intent.PROFILE and not turn.request.edits:
            screen = (Text(markdown=profile_text(turn)),)
        return sent_alone(turn, screen)


def _menu(turn: Turn) -> Choices:
    options = [choice("ideas", "", "Ideas where to go")]
    if turn.trips:
        options.append(choice("trips", "", "My trips"))
    options.append(choice("profile", "", "What you know about me"))
    return Choices(options=turn.offer(*options))


def _start(turn: Turn) -> Screen:
    name = turn.message.sender.name
    turn.update(greeted=True, asked="")
    text = WELCOME.format(name=f", {words.literal(name)}" if name else "")
    options = turn.offer(choice("ideas", "", "Ideas where to go"), choice("help", "", "Help"))
    return (Text(markdown=text), Choices(options=options))


# --- trips -------------------------------------------------------------------------------------


def _trips(turn: Turn) -> Screen:
    if turn.request.about:
        trip = next((t for t in turn.trips if t.id == turn.request.about), None)
        if trip is None:
            raise Rejected("I do not have that trip any more.")
        turn.update(trip_id=trip.id, wish=trip.wish, module="planning")
        return _trip_screen(turn, trip)
    if not turn.trips:
        options = turn.offer(choice("ideas", "", "Ideas where to go"))
        return (Text(markdown="You have no trips yet."), Choices(options=options))
    lines = ["**Your trips**"]
    opened: list[Choice] = []
    for number, trip in enumerate(turn.trips[:8], 1):
        mark = " (open)" if trip.id == turn.session.trip_id else ""
        lines.append(f"{number}. {words.literal(trip.title)}{mark}")
        opened.append(choice("open", trip.id, trip.title[:40]))
    return (Text(markdown="\n".join(lines)), Choices(options=turn.offer(*opened)))


def _trip_screen(turn: Turn, trip: Trip) -> Screen:
    if trip.plan is None:
        return (Text(markdown=f"**{words.literal(trip.title)}** has no plan yet."),)
    head = "\n".join(head_lines(trip.plan, trip.wish))
    notes = "\n".join(f"⚠️ {note}" for note in trip.plan.notes)
    blocks = [head, *day_cards(trip.plan), notes]
    options = turn.offer(
        choice("files", "", "Files"),
        choice("change", "slower", "Slower"),
        choice("change", "cheaper", "Cheaper"),
    )
    return (
        Text(markdown="\n\n".join(block for block in blocks if block)),
        Choices(options=options),
    )


# --- taking data along, undo, erase ------------------------------------------------------------


async def _export(turn: Turn) -> Screen:
    if turn.request.what == "data":
        return await _data(turn)
    if turn.request.what == "costs":
        await with_all_costs(turn)
        return costs_file(turn)
    return await files_answer(turn)


async def _data(turn: Turn) -> Screen:
    if turn.own_data is None:
        raise Rejected("The data export is switched off here.")
    rows = await turn.own_data()
    content = json.dumps(rows, ensure_ascii=False, indent=2, default=str).encode()
    file = File(
        name=f"caravan-data-{turn.now.date()}.json",
        media_type="application/json",
        content=content,
        caption="Everything I keep about you.",
    )
    return (Text(markdown="Everything I keep about you, as a file."), file)


async def _forget(turn: Turn) -> Screen:
    answer = turn.request.about
    if turn.message.choice and answer:
        token, _, decision = answer.partition("/")
        valid = (
            token == turn.session.erase_token
            and turn.session.erase_until is not None
            and turn.now <= turn.session.erase_until
        )
        if decision == "yes" and valid:
            return _erase(turn)
        turn.update(erase_token="", erase_until=None, asked="")
        return (
            Text(
                markdown="Nothing was erased."
                if decision == "no"
                else "That button is too old, so nothing was erased. Send /forget again."
            ),
        )
    token = turn.new_id("e")[-8:]
    turn.update(
        erase_token=token,
        erase_until=turn.now + timedelta(minutes=ERASE_MINUTES),
        asked="erase",
    )
    options = turn.offer(
        choice("erase", f"{token}/yes", "Yes, erase everything"),
        choice("erase", f"{token}/no", "No, keep it"),
    )
    accounts = (await turn.links("")).accounts if turn.links is not None else ()
    where = ""
    if len(accounts) > 1:
        named = words.listing(words.literal(a.told) for a in accounts)
        where = f" of all your joined accounts ({named})"
    return (
        Text(
            markdown=f"I erase your profile, trips, suggestions and messages{where} for good. This "
            "cannot be undone. “/export” gives you a copy first. Erase everything?"
        ),
        Choices(options=options),
    )


def _erase(turn: Turn) -> Screen:
    turn.erase = True
    turn.profile = Profile(person=turn.profile.person)
    turn.update(erase_token="", erase_until=None, asked="", offered=())
    return (Text(markdown=ERASED),)


async def _undo(turn: Turn) -> Screen:
    what = turn.session.last_change
    if what == "cost":
        await with_all_costs(turn)
        return take_back(turn)
    if what == "notices":
        return back(turn)
    if what == "profile" and turn.profile.earlier and not turn.in_group:
        turn.profile = turn.profile.undone()
        return (Text(markdown="Undone. Your profile is as it was before."), undo_menu(turn))
    trip = turn.trip
    if what == "plan" and trip is not None and trip.earlier and trip.plan is not None:
        before = trip.undone(turn.now)
        await may_come_back(turn, before)
        turn.keep_trip(before)
        restored = turn.trip
        assert restored is not None
        turn.update(wish=restored.wish)
        (text, *rest) = _trip_screen(turn, restored)
        assert isinstance(text, Text)
        return (Text(markdown=f"Undone; this is the plan before.\n\n{text.markdown}"), *rest)
    return (Text(markdown="There is nothing to undo."),)


def _cancel(turn: Turn) -> Screen:
    turn.update(asked="", offered=(), erase_token="", erase_until=None, module="", cost=None)
    return (Text(markdown="Stopped. Your trips are kept. What shall we do instead?"), _menu(turn))


def _yes_no(turn: Turn) -> Screen:
    """A bare yes or no: the answer to the question that is open, if there is one."""
    session = turn.session
    if (
        session.asked == "erase"
        and not turn.in_group
        and session.erase_until
        and turn.now <= session.erase_until
    ):
        if turn.request.intent is Intent.YES:
            return _erase(turn)
        turn.update(erase_token="", erase_until=None, asked="")
        return (Text(markdown="Nothing was erased."),)
    if turn.request.intent is Intent.NO:
        return (Text(markdown="All right. What would you like instead?"), _menu(turn))
    return (Text(markdown="Yes to what? Tell me in a few words."), _menu(turn))


__all__ = ["HELP", "WELCOME", "Account"]
