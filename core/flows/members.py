"""Who is in: joining, leaving, guests by name, and how many the plan is for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from core import words
from core.choices import choice
from core.errors import Rejected
from core.flows.changing import Asked, changed_for_all
from core.flows.plan_facts import facts_again, facts_for, towns_of
from core.flows.together import together_in
from core.groups.merging import voices
from core.groups.party import counted, follows, guest, named, people_of
from core.groups.privacy import may_derive
from core.groups.state import GroupNews, Member
from core.making import Made
from core.messages import Choice, Choices, Mode, Text
from core.reading import Change, ChangeKind, GuestEdit, Intent
from core.remaking import revise_all
from core.resolving import MAX_PARTY, check_party
from core.text import name as plain_name
from core.turn import Screen, Turn
from core.wishes import Party, Wish

HOW_TO_BE_HEARD = {
    "telegram": "In this group Telegram shows me only commands and replies to my messages. For "
    "mentions to reach me, make me an admin; or turn my privacy mode off at @BotFather "
    "(/setprivacy) and add me to the group again. I still speak only when spoken to."
}
PRIVATE_HERE = (
    "_What the others must not know (budget, diet, days), tell me in our private chat: they only "
    "hear whether a plan fits everyone._"
)
JOIN = choice("join", "", "Count me in")


class Members:
    """Who takes part in the trip."""

    name = "members"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        request = turn.request
        if request.about == "deaf":
            yield _how_to_be_heard(turn)
        elif request.about == "keep":
            yield _kept(turn)
        elif turn.message.conversation.mode is Mode.SOLO and not request.guests:
            yield _alone(turn)
        elif request.intent is Intent.JOIN:
            yield await _joins(turn)
        elif request.intent is Intent.LEAVE:
            yield _leaves(turn)
        elif request.guests:
            yield await _guests(turn, request.guests)
        else:
            yield (Text(markdown=_who(turn)), _options(turn))


def with_company(turn: Turn, screen: Screen) -> Screen:
    """The answer with what a group needs besides: what stays private, a way in below a new plan,
    and the question how many the plan is for when somebody has left."""
    if not screen:
        return screen
    screen = _with_privacy(turn, screen)
    if turn.message.conversation.mode is Mode.GROUP and turn.touched:
        screen = _with_option(turn, screen, JOIN)
    trip = turn.trip
    planned = trip.wish.party if trip and trip.plan else None
    now = len(people_of(turn.message, turn.group).members)
    if planned is None or not planned.counted or now >= planned.size or not turn.group.present:
        return screen
    if turn.session.party_asked == now:
        return screen
    turn.update(party_asked=now)
    gone = [m.name for m in turn.group.members if m.left_at is not None]
    names = words.listing(words.literal(n) for n in gone[-3:])
    is_out = f"{names} {'is' if len(gone) == 1 else 'are'} no longer in" if gone else "Fewer are in"
    text = f"{is_out}. The plan is still for {planned.size}. Shall I make it for {now}?"
    options = (
        choice("party", str(now), f"Plan for {now}"),
        choice("party", "keep", f"Keep {planned.size}"),
    )
    offered = tuple(dict.fromkeys((*turn.session.offered, *options)))
    turn.offer(*offered)
    return (*screen, Text(markdown=text), Choices(options=options))


def _with_privacy(turn: Turn, screen: Screen) -> Screen:
    """Said once in a group, as soon as so many are in that a private wish points to nobody."""
    told, request = turn.session.private_told, turn.request
    if told or not turn.in_group or request.about == "deaf" or not may_derive(voices(turn.group)):
        return screen
    turn.update(private_told=True)
    if request.intent is Intent.PRIVATE:  # which says it at length
        return screen
    last = next((n for n in reversed(range(len(screen))) if isinstance(screen[n], Text)), None)
    part = screen[last] if last is not None else None
    if last is None or not isinstance(part, Text):
        return (*screen, Text(markdown=PRIVATE_HERE))
    told_there = Text(markdown=f"{part.markdown}\n\n{PRIVATE_HERE}")
    return (*screen[:last], told_there, *screen[last + 1 :])


def _with_option(turn: Turn, screen: Screen, option: Choice) -> Screen:
    """The option behind the last choices of the screen."""
    last = next((p for p in reversed(screen) if isinstance(p, Choices)), None)
    if last is None or option in last.options:
        return screen
    more = last.model_copy(update={"options": (*last.options, option)})
    turn.offer(*more.options)
    return tuple(more if part is last else part for part in screen)


# --- coming and going --------------------------------------------------------------------------


async def _joins(turn: Turn) -> Screen:
    sender, chat = turn.message.sender, turn.message.conversation
    if sender.id == f"{chat.platform}:{chat.chat_id}":
        return (
            Text(
                markdown="You write as the group itself, so I cannot tell who you are. Write as "
                "yourself, or have a member add you by name."
            ),
        )
    known = turn.group.member(sender.id)
    if known is not None and known.left_at is None:
        return (Text(markdown=f"You are in already. {_in(turn)}"), _options(turn))
    member = known.returns() if known else None
    _keep(
        turn, member or Member(person=sender.id, name=sender.name, joined_at=turn.now), sender.name
    )
    text = f"{words.literal(sender.name or 'Somebody')} is in. {_in(turn)}"
    return (Text(markdown=f"{text}{await _resized(turn)}"), _options(turn))


def _leaves(turn: Turn) -> Screen:
    sender = turn.message.sender
    known = turn.group.member(sender.id)
    if known is not None and known.left_at is not None:
        return (Text(markdown=f"You are out already. {_in(turn)}"), _options(turn))
    member = known or Member(person=sender.id, name=sender.name, joined_at=turn.now)
    _keep(turn, member.leaves(turn.now, "words"))
    name = words.literal(sender.name or "Somebody")
    return (
        Text(markdown=f"{name} is out. {_in(turn)}"),
        Choices(options=turn.offer(choice("join", "", "Count me in"))),
    )


async def _guests(turn: Turn, edits: tuple[GuestEdit, ...]) -> Screen:
    said = [_guest(turn, edit) for edit in edits]
    turn.party = people_of(turn.message, turn.group)
    return (Text(markdown=f"{' '.join(said)} {_in(turn)}{await _resized(turn)}"), _options(turn))


def _guest(turn: Turn, edit: GuestEdit) -> str:
    """Add a guest or let one go; the sentence about it. Raises Rejected."""
    name = plain_name(edit.name)
    shown = words.literal(name)
    found = named(name, turn.group.present)
    if not edit.remove:
        if any(m.name.casefold() == name.casefold() for m in found):
            raise Rejected(f"{shown} is in already. If you mean another one, give a longer name.")
        if len(turn.group.present) >= MAX_PARTY:
            raise Rejected(f"I plan for up to {MAX_PARTY} people, and so many are in already.")
        new = guest(turn.message.conversation.key, name, turn.now)
        known = turn.group.member(new.person)
        turn.keep_in_group(GroupNews(members=(known.returns() if known else new,)))
        return f"{shown} is in as a guest."
    guests = [m for m in found if m.role == "guest"]
    if found and not guests:
        raise Rejected(f"{shown} is here in the chat and can say so: “count me out”.")
    if len(guests) != 1:
        raise Rejected(f"I know no guest called {shown}. {_in(turn)}")
    turn.keep_in_group(GroupNews(members=(guests[0].leaves(turn.now, "words"),)))
    return f"{words.literal(guests[0].name)} is out."


def _keep(turn: Turn, member: Member, name: str = "") -> None:
    kept = member.model_copy(update={"name": name or member.name})
    turn.keep_in_group(GroupNews(members=(kept,)))
    turn.party = people_of(turn.message, turn.group)


async def _resized(turn: Turn) -> str:
    """Make the plan for those who are in, when nobody said for how many; what came of it."""
    trip = turn.trip
    said = trip.wish.party if trip and trip.plan else turn.session.wish.party
    size = follows(said, turn.party, said)
    if trip is None or trip.plan is None:
        turn.update(wish=turn.session.wish.model_copy(update={"party": size}))
        return ""
    if size is None or size == said or (said and not said.counted):
        return ""
    try:
        return await _plan_for(turn, size)
    except Rejected as error:
        return f"\n\nThe plan is still for {(said or Party()).size}: {error.reason}"


async def _plan_for(turn: Turn, size: Party) -> str:
    trip = turn.trip
    assert trip is not None and trip.plan is not None
    check_party(size)
    old = trip.plan
    wish = trip.wish.model_copy(update={"party": size})
    old_made = await facts_again(turn, trip.wish, old)
    towns, change = towns_of(turn, old), Change(kind=ChangeKind.PARTY)

    async def facts(wish: Wish) -> Made:
        return await facts_for(turn, wish, towns, old.first_day, old.last_day, like=old)

    asked = Asked(await facts(wish), lambda made: revise_all(old, old_made, made, (change,)), facts)
    revision = await changed_for_all(turn, replace(together_in(turn, wish), wish=wish), asked)
    turn.keep_trip(trip.replanned(revision.plan, wish, turn.now))
    turn.update(wish=wish, last_change="plan")
    if not (revision.moved or revision.dropped or revision.added):
        return f"\n\nThe plan is for {size.size} now; every stop stays as it was."
    changed = "\n".join(f"- {line}" for line in revision.summary)
    return f"\n\nThe plan is for {size.size} now. **What changed**\n{changed}"


# --- words -------------------------------------------------------------------------------------


def _in(turn: Turn) -> str:
    present = turn.group.present
    if not present:
        return "Nobody is in yet."
    names = words.listing(words.literal(m.name or "somebody") for m in present)
    return f"In: {names} ({len(present)})."


def _who(turn: Turn) -> str:
    lines = ["**Who is in**"]
    for member in turn.group.present:
        mark = " (guest)" if member.role == "guest" else ""
        lines.append(f"- {words.literal(member.name or 'somebody')}{mark}")
    if len(lines) == 1:
        lines.append("- nobody yet")
    gone = [words.literal(m.name) for m in turn.group.members if m.left_at is not None and m.name]
    if gone:
        lines.append(f"\nNo longer: {words.listing(gone)}.")
    trip = turn.trip
    if trip is not None and trip.plan is not None:
        size = (trip.wish.party or counted(turn.party) or Party()).size
        lines.append(f"\nThe plan is for {words.plural(size, 'person', 'people')}.")
    lines.append("\nGuests without an account: “add my mother Eva”.")
    return "\n".join(lines)


def _options(turn: Turn) -> Choices:
    return Choices(options=turn.offer(JOIN, choice("who", "", "Who is in?")))


def _alone(turn: Turn) -> Screen:
    guests = [words.literal(m.name) for m in turn.group.present if m.role == "guest"]
    company = f"You and {words.listing(guests)} are in." if guests else "Only you are in."
    return (Text(markdown=f"This chat is between us. {company} You can add a guest by name."),)


def _kept(turn: Turn) -> Screen:
    """The size stays as it is: from now on it counts as said."""
    trip = turn.trip
    if trip is None or trip.wish.party is None:
        return (Text(markdown="There is no plan whose size I could keep."),)
    size = trip.wish.party.model_copy(update={"counted": False})
    wish = trip.wish.model_copy(update={"party": size})
    turn.keep_trip(trip.model_copy(update={"wish": wish}))
    turn.update(wish=turn.session.wish.model_copy(update={"party": size}))
    return (Text(markdown=f"All right, the plan stays for {size.size}."),)


def _how_to_be_heard(turn: Turn) -> Screen:
    """Said once in a group, then never again."""
    how = HOW_TO_BE_HEARD.get(turn.message.conversation.platform, "")
    if turn.session.hearing_told or not how:
        return ()
    turn.update(hearing_told=True)
    return (Text(markdown=f"Hello! I am Caravan, and I help to plan trips together. {how}"),)


__all__ = ["HOW_TO_BE_HEARD", "Members", "with_company"]
