"""How votes are told: the rules with the question, the standing, the result."""

from __future__ import annotations

from datetime import UTC, datetime

from core import words
from core.groups.state import Decision, GroupState, Poll
from core.groups.voting import Result
from core.zones import known_zone

MAX_NAMES = 12


def moment(at: datetime, zone: str) -> str:
    """ "Fri 27 Nov 18:00 Europe/Berlin time"; "09:00 UTC" when no zone is known."""
    known = known_zone(zone)
    local = at.astimezone(known or UTC)
    return f"{words.day(local.date())} {words.clock(local)} {f'{zone} time' if known else 'UTC'}"


def title(poll: Poll) -> str:
    """The question as it is shown, "Where to?"."""
    return words.literal(question(poll))


def question(poll: Poll) -> str:
    return f"{poll.question[:1].upper()}{poll.question[1:]}?"


def names(group: GroupState, people: tuple[str, ...]) -> str:
    """The names of people, not too many of them."""
    known = [words.literal(group.name_of(p)) for p in people[:MAX_NAMES]]
    more = len(people) - MAX_NAMES
    return words.listing([*known, f"{more} more"] if more > 0 else known)


def rules(poll: Poll, group: GroupState) -> str:
    """Who may vote, how it is counted, how many must vote, until when, and what a tie means."""
    lines = [f"**{title(poll)}** {_how(poll)}"]
    if poll.voters:
        lines.append(f"Who may vote: {names(group, poll.voters)}.")
    else:
        lines.append("Who may vote: everybody in this chat.")
    lines.append(f"{_turnout(poll)} {_win(poll)} {_tie(poll)}")
    ends = f"It ends {moment(poll.closes_at, poll.zone)}"
    ends += ", or when all have voted." if poll.voters else "."
    lines.append(f"{ends} Your last vote counts.")
    return "\n".join(lines)


def _how(poll: Poll) -> str:
    first, *rest = (words.literal(o) for o in poll.options)
    if poll.method == "ranked":
        return f"Rank them, best first: “{' over '.join([first, *rest[:2]])}”, or tap in order."
    if poll.method == "approval":
        return f"Choose all that suit you: tap, or write “I vote for {first} and {rest[0]}”."
    return f"One choice each: tap, or write “I vote for {first}”."


def _turnout(poll: Poll) -> str:
    if not poll.voters:
        return f"At least {poll.quorum} must vote."
    if poll.turnout == "all":
        return f"All {len(poll.voters)} must vote."
    if poll.turnout == "number":
        return f"At least {poll.quorum} of {len(poll.voters)} must vote."
    return f"More than half must vote ({poll.quorum} of {len(poll.voters)})."


def _win(poll: Poll) -> str:
    if poll.method == "ranked":
        return "The last drops out until one has more than half."
    if poll.win == "most":
        return "The most votes win."
    return "More than half of the votes decide."


def _tie(poll: Poll) -> str:
    if poll.tie == "first":
        return "On a tie the one named first wins."
    return "A tie decides nothing; then I offer a run-off."


def standing(poll: Poll, result: Result, group: GroupState) -> str:
    """An open poll: votes so far, and who is still to vote."""
    text = f"**{title(poll)}** {counts(poll, result)}."
    waiting = tuple(
        v
        for v in poll.voters
        if v not in result.voted and not ((m := group.member(v)) and m.left_at)
    )
    if waiting:
        text += f" Still to vote: {names(group, waiting)}."
    return f"{text} It ends {moment(poll.closes_at, poll.zone)}."


def counts(poll: Poll, result: Result) -> str:
    """The tally as Markdown."""
    return words.literal(tally(poll, result))


def tally(poll: Poll, result: Result) -> str:
    """ "Porto 3, Lisbon 1, Rome 0", most first."""
    ordered = sorted(range(len(poll.options)), key=lambda n: (-result.counts[n], n))
    listed = ", ".join(f"{poll.options[n]} {result.counts[n]}" for n in ordered)
    return f"{listed} in first place" if poll.method == "ranked" else listed


def rule(poll: Poll, result: Result) -> str:
    """How a vote decided, for the ledger: "majority vote, 3 of 4 voted: Porto 2, Lisbon 1"."""
    of = f" of {result.may_vote}" if result.may_vote is not None else ""
    win = "most votes" if poll.win == "most" else "majority vote"
    how = {"ranked": "ranked vote", "approval": f"approval, {win}"}.get(poll.method, win)
    tie = ", tie: the first named wins" if result.by_tie_rule else ""
    return f"{how}, {len(result.voted)}{of} voted: {tally(poll, result)}{tie}"


def verdict(poll: Poll, result: Result, group: GroupState) -> str:
    """A poll that is over."""
    head = f"The vote is over: **{title(poll)}**"
    tally = f"{counts(poll, result)}. {_voted(result)}"
    match result.verdict:
        case "decided":
            assert result.winner is not None
            winner = words.literal(poll.options[result.winner])
            tie = " by the tie rule" if result.by_tie_rule else ""
            return f"{head} **{winner}** wins{tie}. {tally} I have noted it."
        case "tied":
            tied = words.listing(words.literal(poll.options[n]) for n in result.leaders)
            return f"{head} A tie between {tied}, so nothing is decided. {tally}"
        case "no_majority":
            return f"{head} Nothing has more than half, so nothing is decided. {tally}"
        case "no_quorum":
            return (
                f"{head} Too few voted, so nothing is decided: {len(result.voted)} of the "
                f"{result.needed} that were needed. {counts(poll, result)}."
            )
        case "cancelled":
            return f"{head} It was cancelled, nothing is decided."
        case _:
            return f"{head} Nobody voted, so nothing is decided."


def _voted(result: Result) -> str:
    if result.may_vote is None:
        return f"{words.plural(len(result.voted), 'person', 'people')} voted."
    if len(result.voted) == result.may_vote:
        return "All have voted." if result.may_vote > 1 else ""
    return f"{len(result.voted)} of {result.may_vote} voted."


def decision(d: Decision, group: GroupState, zone: str) -> str:
    """One decision: what, when, by whom, by which rule."""
    by = f"; by {names(group, d.by)}" if d.by else ""
    return f"**{words.literal(d.what)}** ({moment(d.at, zone)}; {words.literal(d.rule)}{by})"
