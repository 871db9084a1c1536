"""Choices that people can tap or answer by number, and what each of them asks for.

A choice's id is "verb" or "verb:argument", at most 48 bytes. This is the only place that knows
the verbs, so a button and the same words typed by hand reach the same code.
"""

from __future__ import annotations

from datetime import date, time
from typing import Literal

from core.groups.asking import VoteSaid
from core.groups.cost_said import CostSaid, Kind
from core.groups.dates import Availability, Stretch
from core.linking import LinkSaid
from core.messages import Choice
from core.notices.asking import NoticesSaid
from core.notices.state import Kind as NoticeKind
from core.reading import Change, ChangeKind, Intent, ProfileEdit, Request, Topic
from core.session import Session
from core.wishes import Mention, Party, When, Wish

MAX_ID_BYTES = 48

_PLAIN: dict[str, Request] = {
    "start": Request(intent=Intent.START, confidence=1),
    "help": Request(intent=Intent.HELP, confidence=1),
    "ideas": Request(intent=Intent.BRAINSTORM, confidence=1),
    "more": Request(intent=Intent.MORE, confidence=1),
    "triage": Request(intent=Intent.SAVE, confidence=1),
    "trips": Request(intent=Intent.TRIPS, confidence=1),
    "profile": Request(intent=Intent.PROFILE, confidence=1),
    "settings": Request(intent=Intent.SETTINGS, confidence=1),
    "undo": Request(intent=Intent.UNDO, confidence=1),
    "cancel": Request(intent=Intent.CANCEL, confidence=1),
    "ics": Request(intent=Intent.EXPORT, what="calendar", confidence=1),
    "files": Request(intent=Intent.EXPORT, what="files", confidence=1),
    "data": Request(intent=Intent.EXPORT, what="data", confidence=1),
    "forget": Request(intent=Intent.FORGET, confidence=1),
    "yes": Request(intent=Intent.YES, confidence=1),
    "no": Request(intent=Intent.NO, confidence=1),
    "join": Request(intent=Intent.JOIN, confidence=1),
    "who": Request(intent=Intent.MEMBERS, confidence=1),
    "deaf": Request(intent=Intent.MEMBERS, confidence=1, about="deaf"),  # said by an adapter
    "owed": Request(intent=Intent.BALANCES, confidence=1, cost=CostSaid(kind="owed")),
    "spent": Request(intent=Intent.BALANCES, confidence=1, cost=CostSaid(kind="spent")),
    "payup": Request(intent=Intent.BALANCES, confidence=1, cost=CostSaid(kind="settle")),
    "alone": Request(intent=Intent.PRIVATE, alone="tell", confidence=1),
    "myown": Request(intent=Intent.PRIVATE, alone="show", confidence=1),
    "fitme": Request(intent=Intent.FIT, about="me", confidence=1),
    "whenall": Request(intent=Intent.FREE, confidence=1),
}
_COSTS: dict[str, Kind] = {"cost": "answer", "uncost": "undo", "even": "settle"}


def choice(verb: str, argument: str, label: str) -> Choice:
    """A choice for `verb`; raises ValueError when its id is too long for a button (a bug)."""
    id = f"{verb}:{argument}" if argument else verb
    if len(id.encode()) > MAX_ID_BYTES:
        raise ValueError(f"the id of a choice has at most {MAX_ID_BYTES} bytes: {id}")
    return Choice(id=id, label=label)


def request_of(id: str) -> Request | None:
    """What a tapped choice asks for; None when it is none of ours (an old or forged button)."""
    verb, _, argument = id.partition(":")
    if not argument:
        return _PLAIN.get(verb)
    if verb == "plan":
        mention = Mention(text=argument, id=f"atlas:{argument}")
        return Request(intent=Intent.PLAN, confidence=1, wish=Wish(destinations=(mention,)))
    if verb == "in":
        kind, _, name = argument.partition(":")
        mention = Mention(text=name, kind=kind)
        return Request(intent=Intent.PLAN, confidence=1, wish=Wish(destinations=(mention,)))
    if verb in ("save", "drop"):
        intent = Intent.SAVE if verb == "save" else Intent.DISMISS
        return Request(intent=intent, confidence=1, about=argument)
    if verb == "file":
        return _file(argument)
    if verb in ("settle", "unbook", "yield", "swap"):
        return Request(intent=Intent.PLAN, confidence=1, about=id)
    if verb == "for":  # the group a private wish is for
        return Request(intent=Intent.PRIVATE, alone="tell", about=argument, confidence=1)
    if verb == "unsay":
        return Request(intent=Intent.PRIVATE, alone="forget", about=argument, confidence=1)
    if verb == "can":
        return _can(argument)
    if verb in ("dates", "move"):
        return _dates(verb, argument)
    if verb == "fly":
        return _flight_times(argument)
    if verb == "change" and argument in {k.value for k in ChangeKind}:
        changes = (Change(kind=ChangeKind(argument)),)
        return Request(intent=Intent.REVISE, confidence=1, changes=changes)
    if verb == "ask" and argument in {t.value for t in Topic}:
        return Request(intent=Intent.SUPPORT, confidence=1, topic=Topic(argument))
    if verb == "open":
        return Request(intent=Intent.TRIPS, confidence=1, about=argument)
    if verb == "erase":
        return Request(intent=Intent.FORGET, confidence=1, about=argument)
    if verb in VOTING:
        return _voting(verb, argument)
    if verb == "party":
        return _party(argument)
    if verb == "link":
        token, _, answer = argument.partition("/")
        link = LinkSaid(kind="yes" if answer == "yes" else "no", button=token)
        return Request(intent=Intent.LINK, confidence=1, link=link)
    if verb in _COSTS:
        cost = CostSaid(kind=_COSTS[verb], button=argument)
        return Request(intent=Intent.COST, confidence=1, cost=cost)
    if verb == "notices":
        return _notices(argument)
    if verb == "zone":
        edit = ProfileEdit(key="timezone", value=argument)
        return Request(intent=Intent.PROFILE, confidence=1, edits=(edit,))
    if verb == "unlearn":
        return Request(intent=Intent.PROFILE, confidence=1, about=argument)
    return None


def _file(argument: str) -> Request | None:
    try:
        return Request.model_validate({"intent": Intent.EXPORT, "what": argument, "confidence": 1})
    except ValueError:
        return None


def _party(argument: str) -> Request | None:
    """ "party:3" plans for those who are in, "party:keep" leaves the plan as it is."""
    if argument == "keep":
        return Request(intent=Intent.MEMBERS, confidence=1, about="keep")
    if not (argument.isascii() and argument.isdigit() and 0 < int(argument) < 100):
        return None
    wish = Wish(party=Party(adults=int(argument), counted=True))
    changes = (Change(kind=ChangeKind.PARTY),)
    return Request(intent=Intent.REVISE, confidence=1, wish=wish, changes=changes)


def picked(request: Request, session: Session) -> str:
    """The id of the offered choice that a number or a label names; empty when none does."""
    if request.pick is not None and session.offered:
        index = request.pick - 1 if request.pick > 0 else len(session.offered) + request.pick
        if 0 <= index < len(session.offered):
            return session.offered[index].id
    if request.pick_name:
        wanted = request.pick_name.casefold()
        for option in session.offered:
            if option.label.casefold() == wanted:
                return option.id
    return ""


def flight_choice(landing: time | None, takeoff: time | None, label: str) -> Choice:
    """A choice that puts the times of real flights into the plan."""
    return choice("fly", "/".join(f"{t:%H:%M}" if t else "" for t in (landing, takeoff)), label)


def _flight_times(argument: str) -> Request | None:
    changes = []
    kinds = (ChangeKind.ARRIVE_AT, ChangeKind.LEAVE_AT)
    for kind, text in zip(kinds, argument.split("/", 1), strict=False):
        if not text:
            continue
        try:
            changes.append(Change(kind=kind, at=time.fromisoformat(text)))
        except ValueError:
            return None
    return Request(intent=Intent.REVISE, confidence=1, changes=tuple(changes)) if changes else None


_LETTERS = 3  # tell all kinds apart where an id has room for no more


# What the buttons of a notice say: "notices:stop/weather", "notices:why/<notice>".
def notice_choice(
    do: Literal["stop", "start", "snooze", "why", "visited", "show"], what: str, label: str
) -> Choice:
    """`what` is a kind to stop or start, hours to be left alone, a notice's or a trip's id."""
    return choice("notices", f"{do}/{what}", label)


def kind_of_trip_choice(trip: str, kind: NoticeKind, label: str) -> Choice:
    """Has notices of a kind about one trip again."""
    return notice_choice("start", f"{trip}/{kind[:_LETTERS]}", label)


def _notices(argument: str) -> Request | None:
    do, _, what = argument.partition("/")
    said: dict[str, object] = {"do": do}
    if do in ("stop", "start") and what:
        said |= _which(what)
    elif do == "snooze":
        said["hours"] = what
    elif do in ("why", "visited"):
        said["button"] = what
    elif do not in ("show", "stop", "start"):
        return None
    try:
        asked = NoticesSaid.model_validate(said)
    except ValueError:
        return None
    return Request(intent=Intent.NOTICES, confidence=1, notices=asked)


def _which(what: str) -> dict[str, object]:
    """A trip, a kind of one, or kinds of all."""
    if not what.startswith("trip-"):
        return {"kinds": what.split(",")}
    trip, _, letters = what.partition("/")
    kinds = [k for k in NoticeKind if k[:_LETTERS] == letters]
    return {"here": True, "button": trip, "kinds": kinds if kinds or not letters else [letters]}


def swap_choice(trip: str, mark: str, label: str) -> Choice:
    """Takes the indoor sight that the plan of a trip has for a stop; `mark` names both."""
    return choice("swap", f"{trip}/{mark}", label)


def _can(argument: str) -> Request | None:
    first, _, last = argument.partition("/")
    try:
        days = Stretch(first=date.fromisoformat(first), last=date.fromisoformat(last))
    except ValueError:
        return None
    return Request(intent=Intent.FREE, confidence=1, free=Availability(can=(days,)))


# What the buttons of a poll say: "vote:<poll>/<option>". A vote in a native poll ("ballot") and the
# end of its time ("due") come as choices as well, see core.messages.PollVoted and PollDue.
VOTING = ("vote", "unvote", "done", "ballot", "due", "runoff", "endpoll")


def vote_choice(poll: str, option: int, label: str) -> Choice:
    """A choice that votes for an option, from 0."""
    return choice("vote", f"{poll}/{option}", label)


def is_wordless(id: str) -> bool:
    """True for what nobody tapped: it has no words that belong into a history."""
    return id.partition(":")[0] in ("ballot", "due")


def _voting(verb: str, argument: str) -> Request | None:
    poll, _, picks = argument.partition("/")
    numbers = [p for p in picks.split(",") if p]
    if not all(n.isascii() and n.isdigit() and len(n) <= 2 for n in numbers):
        return None
    intents = {"runoff": Intent.POLL, "due": Intent.CLOSE_POLL, "endpoll": Intent.CLOSE_POLL}
    return Request(
        intent=intents.get(verb, Intent.VOTE),
        confidence=1,
        vote=VoteSaid(how=verb, poll=poll, numbers=tuple(map(int, numbers))),
    )


def _dates(verb: str, argument: str) -> Request | None:
    """A plan on other days; "move" changes the one there is as little as possible."""
    first, _, last = argument.partition("/")
    try:
        end = date.fromisoformat(last) if last else None
        when = When(first=date.fromisoformat(first), last=end)
    except ValueError:
        return None
    intent = Intent.REVISE if verb == "move" else Intent.PLAN
    return Request(intent=intent, confidence=1, wish=Wish(when=when))
