"""Opening a vote: from what was said to a poll with rules, a run-off, and how votes stand."""

from __future__ import annotations

from core.choices import choice, vote_choice
from core.errors import Rejected
from core.flows import poll_words
from core.flows.closing import gone, guests
from core.groups.asking import OptionSaid, PollAsk
from core.groups.deadlines import DEFAULT, closing
from core.groups.state import GroupNews, Poll
from core.groups.voting import MAX_OPTIONS, OPEN_QUORUM, Result, may_vote, outcome
from core.messages import Choice, Choices, Mode, Part, PollPart, Text
from core.naming import folded
from core.reading import Request
from core.text import border_before
from core.turn import Screen, Turn
from core.wishes import Mention
from core.words import listing, literal

MAX_OPEN = 5
MAX_OPTION = 90  # characters; a native poll takes 100
MAX_QUESTION = 280
HOW = (
    "What shall we vote on? For example: “let's vote: Lisbon, Porto or Rome”, or “poll: which "
    "hotel area? Alfama, Baixa, Chiado, ranked, until Friday 18:00, everyone must vote”."
)


async def answer(turn: Turn) -> Screen:
    """A new poll, a run-off, or how the open ones stand."""
    request = turn.request
    if request.about == "status":
        return _status(turn)
    if turn.message.conversation.mode is Mode.SOLO:
        return _alone(turn, request)
    if request.vote is not None:
        return _runoff(turn, request.vote.poll)
    return _open(turn, request.poll or PollAsk())


def _alone(turn: Turn, request: Request) -> Screen:
    """A party of one needs no count."""
    said = request.poll.options if request.poll else ()
    text = "You are the only one here, so it is yours to decide."
    if not said:
        return (Text(markdown=f"{text} In a group chat I hold the vote for all of you."),)
    between = listing((literal(o.text) for o in said), "or")
    options = [
        choice("plan", o.place.id.removeprefix("atlas:"), f"Plan {o.text}")
        for o in said
        if o.place is not None and o.place.id.startswith("atlas:")
    ]
    parts: Screen = (Text(markdown=f"{text} {between}?"),)
    return (*parts, Choices(options=turn.offer(*options))) if options else parts


# --- a new poll --------------------------------------------------------------------------------


def _open(turn: Turn, ask: PollAsk) -> Screen:
    options = ask.options or _suggested(turn, ask)
    if not options and not ask.question:
        still = any(p.state == "open" for p in turn.group.polls)
        return _status(turn) if still else (Text(markdown=HOW),)
    if len(options) < 2:
        about = f" about {literal(ask.question)}" if ask.question else ""
        return (
            Text(
                markdown=f"A vote{about} needs at least two options. Write them in one line, such "
                "as “poll: which hotel area? Alfama, Baixa, Chiado”."
            ),
        )
    if len(options) > MAX_OPTIONS:
        raise Rejected(f"That are {len(options)} options; a vote takes {MAX_OPTIONS} at most.")
    if sum(p.state == "open" for p in turn.group.polls) >= MAX_OPEN:
        raise Rejected(f"{MAX_OPEN} votes are open already. End one first: “close the poll”.")
    subject, values = _subject(options)
    question = _short(ask.question or _question(subject, options), MAX_QUESTION)
    voters = _voters(turn, ask)
    zone = turn.profile.zone
    closes_at = closing(ask.deadline, turn.now, zone)
    if closes_at is None:
        raise Rejected(
            "That time is over or too far away; a vote runs up to 60 days. Until when shall it run?"
        )
    turnout, quorum = _quorum(ask, voters)
    return _asked(
        turn,
        Poll(
            id=turn.new_id("poll"),
            conversation=turn.message.conversation.key,
            asked_by=turn.message.sender.id,
            question=question,
            options=tuple(_short(o.text, MAX_OPTION) for o in options),
            values=values,
            method=ask.method or "single",
            subject=subject or folded(question),
            voters=voters,
            turnout=turnout,
            quorum=quorum,
            win=ask.win or "majority",
            tie=ask.tie or "undecided",
            opened_at=turn.now,
            closes_at=closes_at,
            zone=zone,
        ),
    )


def _suggested(turn: Turn, ask: PollAsk) -> tuple[OptionSaid, ...]:
    """ "Let's vote" on the suggestions that were shown last."""
    if ask.question:
        return ()
    found = [turn.travel.places.destination(id) for id in turn.session.suggested]
    return tuple(
        OptionSaid(text=d.name, place=Mention(text=d.name, kind="city", id=f"atlas:{d.id}"))
        for d in found
        if d is not None
    )


def _subject(options: tuple[OptionSaid, ...]) -> tuple[str, tuple[str, ...]]:
    """What code does with the winner: a destination, dates, or nothing."""
    places = [o.place.model_dump_json() for o in options if o.place is not None]
    if len(places) == len(options):
        return "destination", tuple(places)
    dates = [o.when.model_dump_json() for o in options if o.when is not None]
    if len(dates) == len(options):
        return "dates", tuple(dates)
    return "", ()


def _question(subject: str, options: tuple[OptionSaid, ...]) -> str:
    known = {"destination": "where to", "dates": "when"}
    return known.get(subject) or listing((o.text for o in options), "or")


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: border_before(text, limit - 1)]}…"


def _voters(turn: Turn, ask: PollAsk) -> tuple[str, ...]:
    """Who may vote: those named, else the members; nobody listed means everybody in the chat.

    As long as I know only one member, the others could not vote at all, so then all may.
    """
    members = [m for m in turn.group.present if m.role == "member"]
    if ask.voters:
        sender = turn.message.sender.id
        found = []
        for name in ask.voters:
            same = [m for m in members if _is_called(m.name, name)]
            same = [m for m in members if m.person == sender] if folded(name) == "me" else same
            if len(same) != 1:
                why = "I know no member" if not same else "There are several members"
                raise Rejected(f"{why} called {literal(name)}. Who may vote?")
            found.append(same[0].person)
        return tuple(dict.fromkeys(found))
    if ask.open_to_all or len(members) < 2:
        return ()
    return tuple(m.person for m in members)


def _is_called(full: str, name: str) -> bool:
    whole, wanted = folded(full), folded(name)
    return whole == wanted or whole.split(" ")[0] == wanted


def _quorum(ask: PollAsk, voters: tuple[str, ...]) -> tuple[str, int]:
    """How many must vote, as a rule and as a number."""
    if ask.turnout == "number" and ask.number:
        if voters and ask.number > len(voters):
            raise Rejected(f"Only {len(voters)} may vote, so {ask.number} votes cannot come.")
        return "number", ask.number
    if not voters:  # nobody knows how many "all" are
        return "number", OPEN_QUORUM
    if ask.turnout == "all":
        return "all", len(voters)
    return "majority", len(voters) // 2 + 1


def _asked(turn: Turn, poll: Poll, lead: str = "") -> Screen:
    """Keep the poll and show it: rules in words, then something to vote with."""
    turn.keep_in_group(GroupNews(polls=(poll,)))
    text = poll_words.rules(poll, turn.group)
    options = tuple(vote_choice(poll.id, n, o) for n, o in enumerate(poll.options))
    turn.offer(*options)
    shown: Part
    if poll.method == "ranked":  # no platform counts rankings
        shown = Choices(options=(*options, *more(poll)))
    else:
        shown = PollPart(
            poll=poll.id,
            question=poll_words.question(poll),
            options=options,
            multiple=poll.method == "approval",
            more=more(poll) if poll.method == "approval" else (),
        )
    return (Text(markdown=f"{lead}{text}"), shown)


def more(poll: Poll) -> tuple[Choice, ...]:
    """What can be tapped beside the options where a vote is made of several taps."""
    return (choice("done", poll.id, "Done"), choice("unvote", poll.id, "Start again"))


# --- a run-off ---------------------------------------------------------------------------------


def _runoff(turn: Turn, poll_id: str) -> Screen:
    """A vote between the leaders of one that decided nothing; with more than two, by rank."""
    polls = turn.group.polls[::-1]
    ended = [p for p in polls if p.state == "closed"]
    poll = next((p for p in ended if not poll_id or p.id == poll_id), None)
    if poll is None:
        raise Rejected("There is no vote that could be repeated.")
    result = outcome(poll, turn.group.ballots, turn.now, gone(turn), guests(turn))
    found = next((d for d in turn.group.decisions if d.poll == poll.id), None)
    if found is not None:
        raise Rejected(f"That is decided already: {literal(found.what)}.")
    if any(p.runoff_of == poll.id and p.state != "cancelled" for p in polls):
        raise Rejected("The run-off of that vote was asked for already.")
    if not may_vote(poll, turn.message.sender.id, gone(turn), guests(turn)):
        raise Rejected("That is for those who may vote.")
    leaders = result.leaders or tuple(range(len(poll.options)))
    again = result.verdict in ("no_quorum", "no_votes")
    voters = tuple(v for v in poll.voters if v not in gone(turn))
    quorum = {"majority": len(voters) // 2 + 1, "all": len(voters)}.get(poll.turnout, poll.quorum)
    return _asked(
        turn,
        poll.model_copy(
            update={
                "id": turn.new_id("poll"),
                "asked_by": turn.message.sender.id,
                "options": tuple(poll.options[n] for n in leaders),
                "values": tuple(poll.values[n] for n in leaders) if poll.values else (),
                "method": poll.method if again else "ranked" if len(leaders) > 2 else "single",
                "voters": voters,
                "quorum": quorum,
                "opened_at": turn.now,
                "closes_at": turn.now + DEFAULT,
                "closed_at": None,
                "state": "open",
                "refs": (),
                "runoff_of": poll.id,
            }
        ),
        lead="" if again else "Run-off. ",
    )


# --- how it stands -----------------------------------------------------------------------------


def _status(turn: Turn) -> Screen:
    still = [p for p in turn.group.polls if p.state == "open"]
    if not still:
        return (Text(markdown="No vote is open."),)
    lines = []
    for poll in still:
        result: Result = outcome(poll, turn.group.ballots, turn.now, gone(turn), guests(turn))
        lines.append(poll_words.standing(poll, result, turn.group))
    return (Text(markdown="\n\n".join(lines)),)


__all__ = ["HOW", "answer", "more"]
