"""What somebody wants for a group's trip and nobody else may learn: told, seen, deleted."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence

from core.choices import choice
from core.groups.dates import Availability
from core.groups.merging import NO_NAME
from core.groups.state import GroupNews, OwnGroup, PrivateWish, needs_of
from core.interests import INTERESTS
from core.messages import Choice, Choices, Text
from core.naming import folded
from core.refusals import refuse_no_day
from core.turn import Screen, Turn
from core.wishes import Budget, Wish
from core.words import amount, listing, literal, span

HOW = (
    "Tell me what the others must not learn: your budget, what you cannot eat, walk or climb, what "
    "you refuse, days on which you cannot. For example “privately, my budget is 500” or “don't "
    "tell the others, but I can't walk far”. I hold every plan against it, and the group only ever "
    "hears whether something fits everyone."
)
NO_GROUP = (
    "I know no group of yours yet. Add me to your group, say something to me there, then tell me "
    "here."
)
ALOUD = (
    "Everybody here can read that, so I do not treat it as private. Tell me in our private chat "
    "instead; there I can keep it to myself."
)
NOT_TOLD = (
    "What somebody may have told me alone I tell nobody, nor whether anybody did. Ask each other; "
    "I only say whether something fits everyone."
)
_MAX_WORDS = 300
_FIELDS: dict[str, tuple[str, ...]] = {
    "budget": ("budget",),
    "walking": ("max_walk_km", "step_free"),
    "food": ("diet",),
    "refusals": ("dislikes", "avoid"),
    "flights": ("max_flight_hours", "no_flight"),
    "dates": (),
}


class Private:
    """In a private chat only. In a group it says where to go."""

    name = "private"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        if turn.request.alone == "ask":
            yield (Text(markdown=NOT_TOLD),)
            return
        if turn.in_group:
            yield _in_group(turn)
            return
        refuse_no_day(turn.request)
        if turn.request.alone == "show":
            yield _shown(turn)
        elif turn.request.alone == "forget":
            yield _forgotten(turn)
        else:
            yield _told(turn)


def start_of(key: str) -> str:
    """What names a group in a link: nobody who is not in it can do anything with it."""
    return f"private-{mark_of(key)}"


def mark_of(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=8).hexdigest()


def tell_me_alone(turn: Turn) -> Choice:
    """The button in a group that leads into the private chat."""
    option = choice("alone", "", "Tell me privately")
    return option.model_copy(update={"start": start_of(turn.message.conversation.key)})


def trip_name(group: OwnGroup) -> str:
    """ "the Lisbon trip with Ben and Eva"."""
    where = f"the {group.trip.plan.destination} trip" if group.trip and group.trip.plan else ""
    others = [literal(m.name or NO_NAME) for m in group.members[:4]]
    return f"{where or 'the group'} of {listing(others)}"


def _in_group(turn: Turn) -> Screen:
    """Nothing of what was said here is private; the way to where it would be."""
    parts = (Text(markdown=HOW),)
    asked = turn.tell_alone(turn.message.sender.id, *parts)
    said = ALOUD if turn.request.wish != Wish() or turn.request.free else ""
    here = "I wrote to you in our private chat." if asked else "Write to me in a private chat."
    options = Choices(options=turn.offer(tell_me_alone(turn)))
    return (Text(markdown=f"{said} {here}".strip()), options)


def _told(turn: Turn) -> Screen:
    """Keep it for the group that is meant; ask which when that is open."""
    news, free = _own(turn.request.wish), turn.request.free or Availability()
    words = turn.message.text[:_MAX_WORDS]
    if news == Wish() and not free and turn.session.private != Wish():
        news, words = turn.session.private, turn.session.private_words
    groups = turn.group.own
    if not groups:
        return (Text(markdown=NO_GROUP),)
    meant = _meant(groups, turn.request.about)
    if news == Wish() and not free:
        for_what = f"**For {trip_name(meant)}.** " if meant else ""
        turn.update(asked="private")
        return (Text(markdown=f"{for_what}{HOW}"),)
    if meant is None:
        turn.update(private=news, private_words=words, asked="private")
        options = [choice("for", mark_of(g.conversation.key), trip_name(g)[:60]) for g in groups]
        return (
            Text(markdown="For which trip is that?"),
            Choices(options=turn.offer(*options)),
        )
    before = _before(turn, meant)
    kept = PrivateWish(
        person=turn.message.sender.id,
        conversation=meant.conversation.key,
        wish=before.wish.with_news(news) if before else news,
        words=words,
        said_at=turn.now,
        free=before.free.with_news(free) if before else free,
        told_in=turn.message.conversation,
    )
    turn.keep_in_group(GroupNews(private=(kept,)))
    turn.update(private=Wish(), private_words="", asked="")
    return (
        Text(
            markdown=f"Kept, for {trip_name(meant)} and for me alone:\n"
            f"{_lines(kept.wish, kept.free)}\n\n"
            "From now on I hold plans and ideas there against it. The others only hear whether "
            "something fits everyone, and with fewer than three of you I suggest nothing that "
            "would tell. “What did I tell you privately?” shows it, “forget what I told you "
            "privately” deletes it."
        ),
        Choices(options=turn.offer(*_deleting(kept))),
    )


def _shown(turn: Turn) -> Screen:
    needs = needs_of(turn.profile)
    if not turn.group.private and needs == Wish():
        return (Text(markdown=f"You told me nothing in private yet. {HOW}"),)
    blocks = []
    options: list[Choice] = []
    for kept in turn.group.private:
        group = next((g for g in turn.group.own if g.conversation.key == kept.conversation), None)
        name = trip_name(group) if group else "a group that you left"
        blocks.append(f"**For {name}**\n{_lines(kept.wish, kept.free)}")
        options += _deleting(kept)
    if needs != Wish():
        blocks.append(f"**In every group**, from your profile\n{_lines(needs, Availability())}")
        options.append(choice("profile", "", "Show my profile"))
    return (
        Text(markdown="\n\n".join(blocks)),
        Choices(options=turn.offer(*options)),
    )


def _forgotten(turn: Turn) -> Screen:
    """All of it, or the part that was named."""
    mark, _, field = turn.request.about.rpartition("/")
    field = field if field in _FIELDS else ""
    hit = [p for p in turn.group.private if not mark or mark_of(p.conversation) == mark]
    if not hit:
        return (Text(markdown="I keep nothing private of yours."),)
    for kept in hit:
        left = _without(kept, field) if field else None
        if left is None or (left.wish == Wish() and not left.free):
            turn.keep_in_group(GroupNews(private_gone=((kept.person, kept.conversation),)))
        else:
            turn.keep_in_group(GroupNews(private=(left,)))
    what = f"Your private {field} are" if field in ("dates", "refusals", "flights") else "It is"
    return (Text(markdown=f"{what} deleted; plans no longer take account of that."),)


def _without(kept: PrivateWish, field: str) -> PrivateWish:
    blank = Wish()
    update = {name: getattr(blank, name) for name in _FIELDS[field]}
    free = Availability() if field == "dates" else kept.free
    wish = kept.wish.model_copy(update=update)
    return kept.model_copy(update={"wish": wish, "free": free, "words": ""})


def _own(said: Wish) -> Wish:
    """Only what can be private: limits, needs and refusals. Money is for one person."""
    budget = said.budget
    if budget is not None:
        scope = "person_day" if budget.scope in ("day", "person_day") else "person"
        budget = Budget(amount=budget.amount, currency=budget.currency, scope=scope)
    return Wish(
        budget=budget,
        dislikes=said.dislikes,
        avoid=said.avoid,
        diet=said.diet,
        step_free=said.step_free,
        max_walk_km=said.max_walk_km,
        max_flight_hours=said.max_flight_hours,
        no_flight=said.no_flight,
    )


def _meant(groups: Sequence[OwnGroup], about: str) -> OwnGroup | None:
    """The group named by a mark or by its trip's place; the only one when there is one."""
    about = about.removeprefix("private-")
    for group in groups:
        if about and about == mark_of(group.conversation.key):
            return group
    named = [
        g
        for g in groups
        if about and g.trip and g.trip.plan and folded(about) in folded(g.trip.plan.destination)
    ]
    if len(named) == 1:
        return named[0]
    return groups[0] if len(groups) == 1 else None


def _before(turn: Turn, group: OwnGroup) -> PrivateWish | None:
    key = group.conversation.key
    return next((p for p in turn.group.private if p.conversation == key), None)


def _deleting(kept: PrivateWish) -> list[Choice]:
    mark = mark_of(kept.conversation)
    held = [
        field
        for field, names in _FIELDS.items()
        if any(getattr(kept.wish, n) for n in names) or (field == "dates" and kept.free)
    ]
    return [choice("unsay", f"{mark}/{field}", f"Delete: {field}") for field in held]


def _lines(wish: Wish, free: Availability) -> str:
    """What is kept, one line each."""
    found = []
    if wish.budget is not None:
        a_day = " a day" if wish.budget.scope == "person_day" else ""
        money = (
            amount(wish.budget.amount, wish.budget.currency)
            if wish.budget.currency
            else f"{wish.budget.amount:,}"
        )
        found.append(f"at most {money}{a_day} for you")
    if wish.max_walk_km is not None:
        found.append(f"no single walk over {wish.max_walk_km:g} km")
    if wish.step_free:
        found.append("step-free ways")
    if wish.diet:
        found.append(f"food: {listing(d.replace('_', '-') for d in wish.diet)}")
    if wish.dislikes:
        labels = [INTERESTS[t].label if t in INTERESTS else literal(t) for t in wish.dislikes]
        found.append(f"no {listing(labels, 'or')}")
    if wish.avoid:
        found.append(f"not to {listing((literal(m.text) for m in wish.avoid), 'or')}")
    if wish.no_flight:
        found.append("no flights")
    if wish.max_flight_hours is not None:
        found.append(f"no flight over {wish.max_flight_hours:g} h")
    if free.can:
        found.append(f"you can {listing((span(s.first, s.last) for s in free.can), 'or')}")
    if free.cannot:
        days = [span(s.first, s.last) for s in free.cannot]
        found.append(f"you cannot {listing(days, 'or')}")
    return "\n".join(f"- {line}" for line in found)
