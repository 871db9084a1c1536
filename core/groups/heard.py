"""What one member says in a group about the trip becomes theirs, beside the wish of all."""

from __future__ import annotations

import re

from core.groups.state import GroupNews, MemberWish
from core.reading import ChangeKind, Intent, Request
from core.turn import Turn
from core.wishes import Wish

_OF_A_PERSON = (
    "likes dislikes musts diet step_free max_walk_km pace quiet max_flight_hours no_flight "
    "no_driving"
).split()
_MY_MONEY = re.compile(
    r"\b(?:my (?:own )?(?:budget|limit)|i (?:can|could|want to|would|will|can't|cannot) "
    r"(?:only |not )?(?:spend|pay|afford)|i(?:'ve| have)(?: only)? \d|for me (?:at )?most)\b",
    re.IGNORECASE,
)
_INTENTS = frozenset({Intent.BRAINSTORM, Intent.PLAN, Intent.REVISE, Intent.PROFILE, Intent.CHAT})


def hear(turn: Turn) -> None:
    """In a group: what those who are heard in this turn said of themselves is kept as theirs.

    Does nothing in a private chat, nor for who said that they are out.
    """
    if not turn.in_group:
        return
    for heard in turn.heard:
        member = turn.group.member(heard.message.sender.id)
        fits = heard.request.intent in _INTENTS and not heard.request.impossible
        if fits and not heard.message.choice and member is not None and member.left_at is None:
            _keep(turn, member.person, said_of_oneself(heard.request))


def unsay(turn: Turn, old: Request, new: Request) -> None:
    """The sender's message says `new` now and no longer `old`: that was theirs as well."""
    before = turn.group.wish_of(turn.message.sender.id) if turn.in_group else None
    if before is not None:
        gone = said_of_oneself(old).without(said_of_oneself(new))
        kept = before.model_copy(update={"wish": before.wish.without(gone), "said_at": turn.now})
        turn.keep_in_group(GroupNews(wishes=(kept,)))


def take_back_added(turn: Turn) -> None:
    """A stop that the sender asked for and the plan refused is no wish of theirs: else no later
    plan could be made without it."""
    added = tuple(c for c in turn.request.changes if c.kind is ChangeKind.ADD)
    nothing = Request(intent=turn.request.intent, confidence=1)
    unsay(turn, nothing.model_copy(update={"changes": added}), nothing)


def _keep(turn: Turn, person: str, news: Wish) -> None:
    if news == Wish():
        return
    before = turn.group.wish_of(person)
    wish = before.wish.with_news(news) if before else news
    kept = MemberWish(person=person, wish=wish, said_at=turn.now)
    if before is not None:
        kept = before.model_copy(update={"wish": wish, "said_at": turn.now})
    turn.keep_in_group(GroupNews(wishes=(kept,)))


def said_of_oneself(request: Request) -> Wish:
    """The part of a message's wish that is one person's: tastes, needs, limits, own money."""
    wish = request.wish
    own = Wish(**{name: getattr(wish, name) for name in _OF_A_PERSON})
    if wish.budget is not None and wish.budget.scope == "person":
        own = own.model_copy(update={"budget": wish.budget})
    for change in request.changes:
        what = (change.what,)
        if change.kind is ChangeKind.NO_CATEGORY:
            own = own.with_news(Wish(dislikes=what))
        elif change.kind is ChangeKind.MORE_OF:
            own = own.with_news(Wish(likes=what))
        elif change.kind is ChangeKind.ADD:
            own = own.with_news(Wish(musts=what))
    return own


def with_own_money(request: Request, text: str) -> Request:
    """ "My budget is 500", said in a group, is for one person."""
    budget = request.wish.budget
    if budget is None or budget.scope is not None or not _MY_MONEY.search(text):
        return request
    own = request.wish.model_copy(update={"budget": budget.model_copy(update={"scope": "person"})})
    return request.model_copy(update={"wish": own})
