"""Counting votes: single, approval and ranked, with quorum, majority and ties. Pure.

The last vote of a person counts, votes of people who may not vote or have left do not. Ranked polls
are instant run-offs; where the lowest are equal, every order of leaving is tried, so the result
depends on no order of options: one winner in all of them wins, several are a tie.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Literal

from core.groups.state import Ballot, Poll
from core.messages import Value

MAX_OPTIONS = 12  # as many as a native poll of Telegram takes
OPEN_QUORUM = 2  # of a poll for everybody in the chat, where nobody knows how many that are

Verdict = Literal["open", "cancelled", "decided", "tied", "no_majority", "no_quorum", "no_votes"]


class Result(Value):
    """Where a poll stands. `winner` is the number of an option, from 0, when it is decided.

    `counts` are votes of each option: approvals, or first places when ranked. `leaders` are the
    options of a run-off, at least two when nothing was decided by votes that were enough.
    `may_vote` is None when everybody in the chat may.
    """

    verdict: Verdict
    winner: int | None = None
    leaders: tuple[int, ...] = ()
    counts: tuple[int, ...]
    voted: tuple[str, ...]  # person ids, in the order of their votes
    may_vote: int | None
    needed: int
    by_tie_rule: bool = False

    @property
    def over(self) -> bool:
        """True when nothing more is to come."""
        return self.verdict != "open"


def may_vote(
    poll: Poll, person: str, gone: Collection[str] = (), guests: Iterable[str] = ()
) -> bool:
    """Whether this person's vote counts. `gone` are the people who left, `guests` have no vote."""
    if person in gone:
        return False
    return person in poll.voters if poll.voters else person not in guests


def outcome(
    poll: Poll,
    ballots: Sequence[Ballot],
    now: datetime,
    gone: Collection[str] = (),
    guests: Collection[str] = (),
) -> Result:
    """The result of `poll` at `now`: "open" as long as it runs and not everybody has voted.

    `ballots` may hold other polls' ballots, and several of one person: the last one counts.
    """
    counted = _counted(poll, ballots, gone, guests)
    able = len([v for v in poll.voters if v not in gone]) if poll.voters else None
    needed = _needed(poll, able)
    voted = tuple(b.person for b in counted)
    picks = [b.picks for b in counted]
    result = Result(
        verdict="open", counts=_counts(poll, picks), voted=voted, may_vote=able, needed=needed
    )
    if poll.state == "cancelled":
        return result.model_copy(update={"verdict": "cancelled"})
    everybody = able is not None and len(voted) >= able > 0 and all(b.final for b in counted)
    if poll.state == "open" and now < poll.closes_at and not everybody:
        return result
    return _judged(poll, result, picks)


def _judged(poll: Poll, result: Result, picks: Sequence[tuple[int, ...]]) -> Result:
    everything = tuple(range(len(poll.options)))
    if not picks:
        return result.model_copy(update={"verdict": "no_votes", "leaders": everything})
    if len(picks) < result.needed:
        return result.model_copy(update={"verdict": "no_quorum", "leaders": everything})
    if poll.method == "ranked":
        best = tuple(sorted(instant_runoff(len(poll.options), picks)))
        enough = True  # an instant run-off ends with more than half of those who still rank one
    else:
        most = max(result.counts)
        best = tuple(n for n, c in enumerate(result.counts) if c == most)
        enough = poll.win == "most" or 2 * most > len(picks)
    if len(best) == 1 and enough:
        return result.model_copy(update={"verdict": "decided", "winner": best[0]})
    if len(best) > 1 and poll.tie == "first":
        update = {"verdict": "decided", "winner": best[0], "leaders": best, "by_tie_rule": True}
        return result.model_copy(update=update)
    verdict: Verdict = "tied" if len(best) > 1 else "no_majority"
    leaders = best if len(best) > 1 else _first_two(result.counts)
    return result.model_copy(update={"verdict": verdict, "leaders": leaders})


def _counted(
    poll: Poll, ballots: Sequence[Ballot], gone: Collection[str], guests: Collection[str]
) -> list[Ballot]:
    """One ballot a person, the last one, in the order of time; empty and foreign ones are out."""
    last: dict[str, Ballot] = {}
    for ballot in sorted((b for b in ballots if b.poll == poll.id), key=lambda b: b.at):
        last.pop(ballot.person, None)
        last[ballot.person] = ballot
    valid = []
    for ballot in last.values():
        picks = valid_picks(poll, ballot.picks)
        if picks and may_vote(poll, ballot.person, gone, guests):
            valid.append(ballot.model_copy(update={"picks": picks}))
    return valid


def valid_picks(poll: Poll, picks: Iterable[int]) -> tuple[int, ...]:
    """Each option once, those that exist only, and one only where one may be chosen."""
    known = tuple(dict.fromkeys(p for p in picks if 0 <= p < len(poll.options)))
    return known[:1] if poll.method == "single" else known


def _needed(poll: Poll, able: int | None) -> int:
    if able is None:
        return max(poll.quorum, 1)
    if poll.turnout == "all":
        return able
    return able // 2 + 1 if poll.turnout == "majority" else max(poll.quorum, 1)


def _counts(poll: Poll, picks: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    counts = [0] * len(poll.options)
    for chosen in picks:
        for option in chosen[:1] if poll.method == "ranked" else chosen:
            counts[option] += 1
    return tuple(counts)


def _first_two(counts: Sequence[int]) -> tuple[int, ...]:
    """The options of a run-off: the best, and all who are second."""
    second = sorted(counts, reverse=True)[1]
    return tuple(n for n, c in enumerate(counts) if c >= second)


def instant_runoff(options: int, ballots: Sequence[tuple[int, ...]]) -> frozenset[int]:
    """Who wins when the lowest leave one by one until somebody has more than half.

    Several winners when that depends on which of equally low options leaves first. A ballot that
    ranks nobody who is left does not count any more.
    """

    @cache
    def winners(left: frozenset[int]) -> frozenset[int]:
        tally = dict.fromkeys(sorted(left), 0)
        for ballot in ballots:
            first = next((p for p in ballot if p in left), None)
            if first is not None:
                tally[first] += 1
        total, most = sum(tally.values()), max(tally.values())
        if 2 * most > total or len(left) == 1:
            return frozenset(n for n, c in tally.items() if c == most)
        lowest = min(tally.values())
        if lowest == most:
            return left
        if lowest == 0:  # nobody's first: they leave together, in whatever order
            return winners(frozenset(n for n, c in tally.items() if c > 0))
        found: frozenset[int] = frozenset()
        for leaver in (n for n, c in tally.items() if c == lowest):
            found |= winners(left - {leaver})
        return found

    return winners(frozenset(range(options)))
