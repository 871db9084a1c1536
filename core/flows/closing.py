"""The end of a vote: the result, the decision that comes of it, and what it does to the trip."""

from __future__ import annotations

from core import words
from core.choices import choice
from core.flows import poll_words
from core.groups.ledger import added
from core.groups.state import Decision, GroupNews, Poll
from core.groups.voting import Result, outcome
from core.messages import Choice, Choices, PollOver, Text
from core.turn import Screen, Turn
from core.wishes import Mention, When, Wish

MAX_CHOICE_NAME = 40  # bytes; the verb and the kind come before it


def gone(turn: Turn) -> frozenset[str]:
    """Who has left: their votes do not count any more."""
    return frozenset(m.person for m in turn.group.members if m.left_at is not None)


def guests(turn: Turn) -> frozenset[str]:
    """Who travels along as a guest: they have no vote."""
    return frozenset(m.person for m in turn.group.members if m.role == "guest")


def overdue(turn: Turn) -> list[Poll]:
    """Open polls whose time is over, except the one that the clock ends with this very message."""
    due = turn.request.vote.poll if turn.request.vote and turn.request.vote.how == "due" else ""
    return [
        p
        for p in turn.group.polls
        if p.state == "open" and p.closes_at <= turn.now and p.id != due and not _in_time(turn, p)
    ]


def _in_time(turn: Turn, poll: Poll) -> bool:
    """True for a vote in the platform's own poll, which names no time: it is let in first."""
    said = turn.request.vote
    if said is None:
        return False
    if said.how == "ballot":
        return any(f"/{said.poll}/" in ref for ref in poll.refs)
    return said.how in ("words", "same") and turn.message.sent_at < poll.closes_at


def close(turn: Turn, poll: Poll, *, cancelled: bool = False) -> Screen:
    """Close the poll and tell the result; the winner becomes a decision, and the trip's wish."""
    state = "cancelled" if cancelled else "closed"
    closed = poll.model_copy(update={"state": state, "closed_at": turn.now})
    result = outcome(closed, turn.group.ballots, turn.now, gone(turn), guests(turn))
    turn.keep_in_group(GroupNews(polls=(closed,)))
    text = Text(markdown=poll_words.verdict(closed, result, turn.group))
    over = (PollOver(poll=poll.id, refs=poll.refs),) if poll.refs else ()
    if result.verdict == "decided":
        options = _decide(turn, closed, result)
    elif result.verdict == "cancelled":
        options = []
    else:
        options = [choice("runoff", poll.id, runoff_label(closed, result))]
    buttons = (Choices(options=turn.offer(*options)),) if options else ()
    return (text, *buttons, *over)


def runoff_label(poll: Poll, result: Result) -> str:
    """What the button for another vote says."""
    if len(result.leaders) == 2 and len(poll.options) > 2:
        return f"Run-off: {' or '.join(poll.options[n] for n in result.leaders)}"[:60]
    return "Run-off" if result.verdict in ("tied", "no_majority") else "Vote again"


def _decide(turn: Turn, poll: Poll, result: Result) -> list[Choice]:
    assert result.winner is not None
    what = poll.options[result.winner]
    value = poll.values[result.winner] if poll.values else ""
    keep_decision(
        turn,
        what if poll.subject in ("destination", "dates") else f"{poll.question}: {what}",
        subject=poll.subject,
        by=result.voted,
        rule=poll_words.rule(poll, result),
        poll=poll.id,
    )
    if poll.subject == "destination":
        return take_destination(turn, Mention.model_validate_json(value))
    if poll.subject == "dates":
        return take_dates(turn, When.model_validate_json(value))
    return []


def keep_decision(
    turn: Turn, what: str, *, subject: str, by: tuple[str, ...], rule: str, poll: str = ""
) -> Decision:
    """A row of the ledger; it takes the place of the decision that held on the same subject."""
    decision = added(
        turn.group.decisions,
        Decision(
            id=turn.new_id("decision"),
            conversation=turn.message.conversation.key,
            what=what,
            subject=subject,
            by=by,
            rule=rule,
            at=turn.now,
            poll=poll,
            trip=turn.session.trip_id,
        ),
    )
    turn.keep_in_group(GroupNews(decisions=(decision,)))
    return decision


def take_destination(turn: Turn, place: Mention) -> list[Choice]:
    """The place becomes where the trip goes; a plan is offered."""
    turn.update(wish=turn.session.wish.with_news(Wish(destinations=(place,))), suggested=())
    if place.id.startswith("atlas:"):
        return [choice("plan", place.id.removeprefix("atlas:"), f"Plan {place.text}")]
    if len(place.text.encode()) > MAX_CHOICE_NAME:
        return []
    return [choice("in", f"{place.kind}:{place.text}", f"Plan {place.text}")]


def take_dates(turn: Turn, when: When) -> list[Choice]:
    """The dates become those of the trip; a plan is offered when it is known where."""
    turn.update(wish=turn.session.wish.with_news(Wish(when=when)))
    if when.first is None or when.last is None or not turn.session.wish.destinations:
        return [choice("ideas", "", "Ideas where to go")]
    dates = f"{when.first.isoformat()}/{when.last.isoformat()}"
    return [choice("dates", dates, f"Plan {words.span(when.first, when.last)}")]
