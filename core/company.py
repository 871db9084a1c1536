"""A turn in company: several messages answered at once, people counted, edits read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from core.groups.heard import hear, with_own_money
from core.groups.party import follows, people_of, speaker
from core.groups.state import GroupNews
from core.hearing import Heard, Reading, answers_apart, as_one
from core.messages import InboundMessage, Reply, Text
from core.people import Profile
from core.ports import Opened
from core.reading import Change, ChangeKind, Intent, Request
from core.turn import Screen, Turn
from core.wishes import Wish
from core.words import literal


@dataclass
class Done:
    """What a turn over several messages has come to: whom it answered, whose profiles it had."""

    also: list[InboundMessage] = field(default_factory=list)
    opened: dict[str, Profile] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    reread: set[str] = field(default_factory=set)
    heard: bool = True  # False: the line is in the history already


def as_it_is(turn: Turn, opened: Opened) -> Opened:
    """What is known by now in a turn that goes on."""
    return replace(
        opened,
        session=turn.session,
        profile=turn.profile,
        trips=turn.trips,
        group=turn.group,
    )


def behind(
    answers: Sequence[tuple[Sequence[Heard], Screen]],
    bundle: Sequence[Heard],
    show: Callable[[Reply], None],
    front: InboundMessage,
) -> Callable[[Reply], None]:
    """Drafts of a later answer stand below the answers before it."""
    if not answers:
        return show

    def shown(draft: Reply) -> None:
        parts = answers_apart([*answers, (bundle, draft.parts)])
        show(draft.model_copy(update={"parts": parts, "answers": front.id}))

    return shown


def _count_people(turn: Turn) -> None:
    """As many travel as are in, when nobody said a number; for less a plan is not changed."""
    trip, wish, request = turn.trip, turn.session.wish, turn.request
    party = follows(wish.party, turn.party, None)
    if party != wish.party:
        turn.update(wish=wish.model_copy(update={"party": party}))
    if trip is None or trip.plan is None or request.intent is not Intent.REVISE:
        return
    size = follows(trip.wish.party, turn.party, trip.wish.party)
    if size is None or size == trip.wish.party or request.wish.party is not None:
        return
    changes = request.changes
    if changes:
        changes = (*changes, Change(kind=ChangeKind.PARTY))
    news = request.wish.model_copy(update={"party": size})
    turn.request = request.model_copy(update={"wish": news, "changes": changes})


def is_about_the_trip(turn: Turn, old: Request) -> bool:
    """False when the message that was edited had asked for another trip than the open one."""
    trip = turn.trip
    if trip is None or trip.plan is None or not old.wish.destinations:
        return True
    planned = {m.text.casefold() for m in trip.wish.destinations}
    return any(m.text.casefold() in planned for m in old.wish.destinations)


def take_back(turn: Turn, reading: Reading) -> None:
    """What an edit no longer says is no longer wanted; the plan itself stays for now."""
    trip = turn.trip
    assert trip is not None
    gone = reading.gone.model_copy(update={"when": None, "destinations": ()})
    if gone == Wish():
        return
    turn.keep_trip(trip.model_copy(update={"wish": trip.wish.without(gone)}))
    turn.update(wish=turn.session.wish.without(gone))


def edited_by(message: InboundMessage, screen: Screen) -> Screen:
    """The answer with a word on why it comes."""
    name = literal(message.sender.name) if message.conversation.mode == "group" else ""
    why = f"{name or 'You'} changed a message, so I read it again."
    for n, part in enumerate(screen):
        if isinstance(part, Text):
            told = Text(markdown=f"{why}\n\n{part.markdown}")
            return (*screen[:n], told, *screen[n + 1 :])
    return screen


def everybody_in(turn: Turn, bundle: Sequence[Heard], request: Request) -> None:
    """Everybody in the bundle is in, and the request is what they said together."""
    if turn.in_group:
        bundle = [Heard(h.message, with_own_money(h.request, h.message.text)) for h in bundle]
        request = as_one(bundle)
    turn.heard = tuple(bundle)
    turn.request = request
    for heard in bundle:
        if heard.request.intent not in (Intent.JOIN, Intent.LEAVE):
            member = speaker(heard.message, turn.group, turn.now)
            if member is not None and heard.request.about != "deaf":
                turn.keep_in_group(GroupNews(members=(member,)))
    hear(turn)
    turn.party = people_of(turn.message, turn.group)
    _count_people(turn)
