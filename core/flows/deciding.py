"""Votes and what was decided. core/groups/voting counts, here are the words around it.

A poll closes when all have voted, when the one who asked says so, or when its time is over: then
the clock sends a message of its own. Whoever comes first closes it, the others find it closed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from core.errors import Rejected
from core.flows import decided, poll_words, polling
from core.flows.closing import close, gone, guests, overdue
from core.groups.party import named
from core.groups.state import Ballot, GroupNews, Poll
from core.groups.voting import Result, may_vote, outcome, valid_picks
from core.messages import Choices, Text, shown_poll
from core.naming import folded
from core.reading import Intent
from core.refusals import refuse_no_day
from core.turn import Screen, Turn
from core.words import listing, literal

RECENT = timedelta(minutes=10)  # so old may a vote be that "me too" follows


class Deciding:
    """Opens, takes and counts votes; tells what was decided and what somebody missed."""

    name = "deciding"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        ended: list[Screen] = []
        for poll in overdue(turn):
            ended.append(close(turn, poll))
        answer = await self._answer(turn)
        yield tuple(part for screen in (*ended, answer) for part in screen)

    async def _answer(self, turn: Turn) -> Screen:
        refuse_no_day(turn.request)
        match turn.request.intent:
            case Intent.POLL:
                return await polling.answer(turn)
            case Intent.VOTE:
                return _vote(turn)
            case Intent.CLOSE_POLL:
                return _end(turn)
            case Intent.CATCH_UP:
                return await decided.catch_up(turn)
            case _:
                return decided.answer(turn)


# --- voting ------------------------------------------------------------------------------------


def _vote(turn: Turn) -> Screen:
    said = turn.request.vote
    assert said is not None
    native = said.how == "ballot"
    poll = _poll_meant(turn)
    if poll is None:
        if native:  # a poll that was erased
            return ()
        return (Text(markdown="There is no such vote any more, so nothing was counted."),)
    refusal = _refused(turn, poll, native=native)
    if refusal:
        return (Text(markdown=refusal),)
    before = _ballot(turn, poll)
    ballot = _new_ballot(turn, poll, before)
    if isinstance(ballot, str):
        return (Text(markdown=ballot),)
    turn.keep_in_group(GroupNews(ballots=(ballot,)))
    result = standing(turn, poll)
    if result.over:
        return close(turn, poll)
    return () if native else _noted(turn, poll, ballot, before, result)


def standing(turn: Turn, poll: Poll) -> Result:
    """Where the poll stands now."""
    return outcome(poll, turn.group.ballots, turn.now, gone(turn), guests(turn))


def _poll_meant(turn: Turn) -> Poll | None:
    """The poll that a tap names; for words the newest one that has these options."""
    said = turn.request.vote
    assert said is not None
    polls = turn.group.polls[::-1]
    if said.how == "ballot":
        return next((p for p in polls if any(_shows(r, said.poll) for r in p.refs)), None)
    if said.poll:
        return next((p for p in polls if p.id == said.poll), None)
    still = [p for p in polls if p.state == "open"]
    if said.how == "same":
        return next(iter((*still, *polls)), None)
    if said.how not in ("words", "against"):
        mine = [p for p in still if _ballot(turn, p) is not None]
        return next(iter((*mine, *still, *polls)), None)
    fitting = [p for p in (*still, *polls) if all(_number(p, n) is not None for n in said.names)]
    return next(iter((*fitting, *still)), None)


def _shows(ref: str, native: str) -> bool:
    shown = shown_poll(ref)
    return shown is not None and shown[0] == native


def _refused(turn: Turn, poll: Poll, *, native: bool) -> str:
    """Why this vote cannot count; empty when it can."""
    sender = turn.message.sender
    name = literal(sender.name) or "Sorry"
    # A native poll says no time; what it took before it was closed came in time.
    late = poll.state == "open" and not native and turn.message.sent_at >= poll.closes_at
    if poll.state != "open" or late:
        closed = poll_words.moment(poll.closed_at or poll.closes_at, poll.zone)
        text = f"{name}, the vote “{poll_words.title(poll)}” was over {closed}, so yours came too "
        text += "late and is not counted."
        found = next((d for d in turn.group.decisions if d.poll == poll.id), None)
        return f"{text} Decided: {literal(found.what)}." if found else text
    if not may_vote(poll, sender.id, gone(turn), guests(turn)):
        who = (
            poll_words.names(turn.group, poll.voters) if poll.voters else "the members of the trip"
        )
        return f"{name}, this vote is for {who}, so yours is not counted."
    return ""


def _ballot(turn: Turn, poll: Poll) -> Ballot | None:
    """The sender's vote so far."""
    return next(
        (
            b
            for b in turn.group.ballots
            if b.poll == poll.id and b.person == turn.message.sender.id and b.picks
        ),
        None,
    )


def _new_ballot(turn: Turn, poll: Poll, before: Ballot | None) -> Ballot | str:
    """The vote as it is now; words when it cannot be understood."""
    said = turn.request.vote
    assert said is not None
    old = before.picks if before else ()
    final = True
    match said.how:
        case "unvote":
            picks: tuple[int, ...] = ()
        case "done":
            if not old:
                return "You have not chosen anything yet."
            picks = old
        case "words":
            found = [_number(poll, n) for n in said.names]
            known = tuple(n for n in found if n is not None)
            if len(known) < len(found) or not known:
                return f"The vote is between {_options(poll)}. Which one?"
            if poll.method == "single" and len(set(known)) > 1:
                return f"One choice each in this vote: {listing(_named(poll, known), 'or')}?"
            picks = known
        case "against":
            refused = {_number(poll, n) for n in said.names}
            picks = tuple(n for n in old if n not in refused)
            if old and picks == old:
                return f"Your vote stays {listing(_named(poll, old))}."
            if not old:
                return f"You have no vote in it yet. {_options(poll)} can be chosen."
        case "same":
            shown = _followed(turn, poll)
            if shown is None:
                return f"The vote is between {_options(poll)}. Which one?"
            picks = shown.picks
        case "vote" if poll.method != "single":
            picks = valid_picks(poll, (*old, *said.numbers))
            final = len(picks) == len(poll.options)
        case _:
            picks = said.numbers
    return Ballot(
        poll=poll.id,
        person=turn.message.sender.id,
        picks=valid_picks(poll, picks),
        at=turn.now,
        final=final,
    )


def _followed(turn: Turn, poll: Poll) -> Ballot | None:
    """The vote that "me too" or "same as Ben" means; None when it is not clear enough."""
    said = turn.request.vote
    assert said is not None
    others = [
        b
        for b in turn.group.ballots
        if b.poll == poll.id and b.picks and b.person != turn.message.sender.id
    ]
    if not said.names:
        recent = [b for b in others if turn.now - b.at <= RECENT]
        return max(recent, key=lambda b: b.at, default=None)
    meant = {m.person for m in named(said.names[0], turn.group.present)}
    meant_here = [b for b in others if b.person in meant]
    return meant_here[0] if len(meant) == 1 and meant_here else None


def _number(poll: Poll, name: str) -> int | None:
    wanted = folded(name)
    return next((n for n, o in enumerate(poll.options) if folded(o) == wanted), None)


def _named(poll: Poll, picks: tuple[int, ...]) -> list[str]:
    return [literal(poll.options[n]) for n in picks]


def _options(poll: Poll) -> str:
    return listing((literal(o) for o in poll.options), "and")


def _noted(turn: Turn, poll: Poll, ballot: Ballot, before: Ballot | None, result: Result) -> Screen:
    name = literal(turn.message.sender.name) or "You"
    if not ballot.picks:
        text = f"{name}: vote taken back." if before else f"{name} had no vote to take back."
    else:
        glue = " over " if poll.method == "ranked" else " and "
        same = before is not None and before.picks == ballot.picks and before.final == ballot.final
        text = (
            f"{name}: {glue.join(_named(poll, ballot.picks))}, {'as before' if same else 'noted'}."
        )
    of = f" of {result.may_vote}" if result.may_vote is not None else ""
    text += f" {len(result.voted)}{of} voted."
    if ballot.final:
        return (Text(markdown=text),)
    more = polling.more(poll)
    return (Text(markdown=f"{text} Go on, or say “done”."), Choices(options=more))


# --- the end of a vote -------------------------------------------------------------------------


def _end(turn: Turn) -> Screen:
    said = turn.request.vote
    if said is not None and said.how == "due":
        poll = next((p for p in turn.group.polls if p.id == said.poll and p.state == "open"), None)
        return close(turn, poll) if poll is not None else ()
    sender = turn.message.sender.id
    still = [p for p in turn.group.polls[::-1] if p.state == "open"]
    if said is not None:
        still = [p for p in still if p.id == said.poll]
    if not still:
        return (Text(markdown="No vote is open."),)
    mine = [p for p in still if p.asked_by == sender]
    poll = mine[0] if mine else still[0]
    if not mine and poll.asked_by not in gone(turn) and turn.group.member(poll.asked_by):
        asker = literal(turn.group.name_of(poll.asked_by))
        raise Rejected(f"{asker} asked, so only {asker} can end this vote early.")
    return close(turn, poll, cancelled=turn.request.about == "cancel")
