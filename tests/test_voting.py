"""Counting votes: each method by hand, and what holds for any poll whatever is in the box."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.groups.asking import Deadline
from core.groups.deadlines import closing, instant
from core.groups.state import Ballot, Poll
from core.groups.voting import instant_runoff, may_vote, outcome

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PEOPLE = tuple("abcdefgh")


def poll(options: int = 3, voters: int = 4, **more: Any) -> Poll:
    values: dict[str, Any] = {
        "id": "p",
        "conversation": "telegram:-7:",
        "asked_by": "a",
        "question": "where to",
        "options": tuple(f"option {n}" for n in range(options)),
        "voters": PEOPLE[:voters],
        "quorum": voters // 2 + 1,
        "opened_at": NOW,
        "closes_at": NOW + timedelta(hours=24),
        "state": "closed",
        **more,
    }
    return Poll(**values)


def box(*picks: tuple[int, ...]) -> list[Ballot]:
    """One ballot of each person, in the order of their names."""
    return [
        Ballot(poll="p", person=who, picks=chosen, at=NOW + timedelta(minutes=n))
        for n, (who, chosen) in enumerate(zip(PEOPLE, picks, strict=False))
    ]


def test_more_than_half_of_the_votes_wins() -> None:
    result = outcome(poll(), box((0,), (1,), (1,), (1,)), NOW)

    assert (result.verdict, result.winner, result.counts) == ("decided", 1, (1, 3, 0))


def test_the_most_votes_without_a_majority_decide_only_when_that_is_the_rule() -> None:
    votes = box((0,), (0,), (1,), (2,))

    by_majority = outcome(poll(), votes, NOW)
    by_most = outcome(poll(win="most"), votes, NOW)

    assert (by_majority.verdict, by_majority.leaders) == ("no_majority", (0, 1, 2))
    assert (by_most.verdict, by_most.winner) == ("decided", 0)


def test_a_tie_is_undecided_and_names_who_is_in_the_run_off() -> None:
    result = outcome(poll(), box((0,), (2,), (2,), (0,)), NOW)

    assert (result.verdict, result.winner, result.leaders) == ("tied", None, (0, 2))


def test_a_tie_rule_that_was_stated_decides() -> None:
    result = outcome(poll(tie="first"), box((2,), (1,), (2,), (1,)), NOW)

    assert (result.verdict, result.winner, result.by_tie_rule) == ("decided", 1, True)


@pytest.mark.parametrize(
    ("turnout", "cast", "verdict"),
    [
        ({"turnout": "majority", "quorum": 3}, 2, "no_quorum"),
        ({"turnout": "majority", "quorum": 3}, 3, "decided"),
        ({"turnout": "all", "quorum": 4}, 3, "no_quorum"),
        ({"turnout": "all", "quorum": 4}, 4, "decided"),
        ({"turnout": "number", "quorum": 2}, 1, "no_quorum"),
        ({"turnout": "number", "quorum": 2}, 2, "decided"),
        ({"turnout": "number", "quorum": 2}, 0, "no_votes"),
    ],
)
def test_a_vote_needs_its_quorum(turnout: dict[str, Any], cast: int, verdict: str) -> None:
    assert outcome(poll(**turnout), box(*[(1,)] * cast), NOW).verdict == verdict


def test_who_left_does_not_count_and_a_majority_is_one_of_those_who_stayed() -> None:
    votes = box((0,), (0,), (1,))

    result = outcome(poll(turnout="all", quorum=4), votes, NOW, gone={"b", "d"})

    assert result.voted == ("a", "c")
    assert (result.may_vote, result.needed, result.counts) == (2, 2, (1, 1, 0))
    assert result.verdict == "tied"


def test_a_poll_for_everybody_takes_all_but_guests_and_those_who_left() -> None:
    everybody = poll(voters=0, turnout="number", quorum=2)

    assert may_vote(everybody, "stranger")
    assert not may_vote(everybody, "guest", guests={"guest"})
    assert not may_vote(everybody, "a", gone={"a"})
    assert not may_vote(poll(voters=2), "stranger")


def test_it_is_open_until_its_time_or_until_all_have_voted_in_full() -> None:
    running = poll(state="open", voters=2)
    some, every = box((0,)), box((0,), (0,))
    half_made = [*some, every[1].model_copy(update={"final": False})]

    assert outcome(running, some, NOW).verdict == "open"
    assert outcome(running, half_made, NOW).verdict == "open"
    assert outcome(running, every, NOW).verdict == "decided"
    assert outcome(running, some, running.closes_at).verdict == "no_quorum"


def test_the_last_vote_of_a_person_counts_and_one_taken_back_is_none() -> None:
    votes = [
        Ballot(poll="p", person="a", picks=(0,), at=NOW),
        Ballot(poll="p", person="a", picks=(1,), at=NOW + timedelta(minutes=1)),
        Ballot(poll="p", person="b", picks=(0,), at=NOW),
        Ballot(poll="p", person="b", picks=(), at=NOW + timedelta(minutes=1)),
    ]

    result = outcome(poll(), votes, NOW)

    assert (result.voted, result.counts) == (("a",), (0, 1, 0))


def test_a_ranked_vote_moves_on_when_the_last_drops_out() -> None:
    votes = box((0, 1), (0, 1), (1, 0), (2, 1, 0), (2, 1, 0))

    result = outcome(poll(voters=5, method="ranked", quorum=3), votes, NOW)

    # 1 is last, its voter goes to 0.
    assert (result.verdict, result.winner, result.counts) == ("decided", 0, (2, 1, 2))


def test_equally_low_options_are_no_toss_of_a_coin() -> None:
    one_way = box((0, 1), (0, 1), (1, 2), (2, 1))
    either_way = box((0, 1), (1, 2), (2, 1), (3, 0))

    decided = outcome(poll(method="ranked"), one_way, NOW)
    open_to_chance = outcome(poll(options=4, method="ranked"), either_way, NOW)

    assert (decided.verdict, decided.leaders) == ("tied", (0, 1, 2))
    assert open_to_chance.verdict == "tied"


# --- what holds for any poll -------------------------------------------------------------------

OPTIONS = st.integers(2, 5)
RANKINGS = st.lists(
    st.permutations(range(5)).flatmap(lambda p: st.integers(1, 5).map(lambda n: tuple(p[:n]))),
    min_size=1,
    max_size=8,
)


def orders_of_leaving(options: int, ballots: list[tuple[int, ...]]) -> set[frozenset[int]]:
    """Every run of an instant run-off, one drop-out at a time, by brute force; who is left."""
    ends: set[frozenset[int]] = set()

    def go(left: frozenset[int]) -> None:
        firsts = [next((p for p in b if p in left), None) for b in ballots]
        tally = {n: firsts.count(n) for n in left}
        alive, most = sum(tally.values()), max(tally.values())
        if 2 * most > alive or len(set(tally.values())) == 1:
            ends.add(frozenset(n for n in left if tally[n] == most))
            return
        low = min(tally.values())
        for n in left:
            if tally[n] == low:
                go(left - {n})

    go(frozenset(range(options)))
    return ends


@given(RANKINGS)
def test_an_instant_run_off_is_what_every_order_of_leaving_comes_to(
    ballots: list[tuple[int, ...]],
) -> None:
    expected = frozenset().union(*orders_of_leaving(5, ballots))

    assert instant_runoff(5, ballots) == expected


@given(RANKINGS, st.permutations(range(5)))
def test_the_winner_does_not_depend_on_the_order_of_the_options(
    ballots: list[tuple[int, ...]], order: list[int]
) -> None:
    renamed = [tuple(order[p] for p in b) for b in ballots]

    assert instant_runoff(5, renamed) == {order[n] for n in instant_runoff(5, ballots)}


@given(st.data(), st.sampled_from(["single", "approval", "ranked"]), st.booleans())
def test_a_result_adds_up_whatever_is_in_the_box(
    data: st.DataObject, method: str, most: bool
) -> None:
    size = data.draw(OPTIONS)
    cast = data.draw(
        st.lists(
            st.builds(
                Ballot,
                poll=st.sampled_from(["p", "other"]),
                person=st.sampled_from(PEOPLE),
                picks=st.lists(st.integers(-1, 6), max_size=6).map(tuple),
                at=st.integers(0, 50).map(lambda m: NOW + timedelta(minutes=m)),
            ),
            max_size=20,
        )
    )
    asked = poll(size, method=method, win="most" if most else "majority")

    result = outcome(asked, cast, NOW, gone={"b"})

    assert set(result.voted) <= set(asked.voters) - {"b"}
    assert len(set(result.voted)) == len(result.voted)
    votes = sum(result.counts)
    assert votes >= len(result.voted) if method == "approval" else votes == len(result.voted)
    assert result.verdict != "open"
    assert (result.winner is not None) == (result.verdict == "decided")
    if result.verdict == "decided" and method != "ranked":
        assert result.winner is not None
        assert result.counts[result.winner] == max(result.counts)
        assert most or 2 * result.counts[result.winner] > len(result.voted)
    if result.verdict in ("tied", "no_majority"):
        assert len(result.leaders) >= 2
        assert len(result.voted) >= result.needed
    shuffled = random.Random(1).sample(cast, len(cast))
    if len({(b.person, b.at) for b in cast}) == len(cast):
        assert set(outcome(asked, shuffled, NOW, gone={"b"}).voted) == set(result.voted)


# --- until when --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        (None, "2026-11-24 09:00"),
        (Deadline(minutes=90), "2026-11-23 10:30"),
        (Deadline(on=date(2026, 11, 27), at=time(18)), "2026-11-27 17:00"),
        (Deadline(on=date(2026, 11, 27)), "2026-11-27 22:59"),
        (Deadline(at=time(18)), "2026-11-23 17:00"),
        (Deadline(at=time(9, 30)), "2026-11-24 08:30"),
        (Deadline(on=date(2026, 11, 22), at=time(18)), None),
        (Deadline(on=date(2027, 11, 22), at=time(18)), None),
        (Deadline(minutes=0), None),
    ],
)
def test_a_deadline_is_meant_in_the_time_of_the_one_who_asks(
    said: Deadline | None, ends: str | None
) -> None:
    moment = closing(said, NOW, "Europe/Berlin")

    assert (f"{moment:%Y-%m-%d %H:%M}" if moment else None) == ends


@pytest.mark.parametrize(
    ("day", "at", "zone", "utc"),
    [
        ("2027-03-28", "02:30", "Europe/Berlin", "2027-03-28 01:00"),  # skipped: 03:00 is next
        ("2027-10-31", "02:30", "Europe/Berlin", "2027-10-31 00:30"),  # twice: the first
        ("2026-11-23", "12:00", "", "2026-11-23 12:00"),
        ("2026-11-23", "12:00", "No/Where", "2026-11-23 12:00"),
    ],
)
def test_a_local_time_that_is_missing_or_twice_is_one_instant(
    day: str, at: str, zone: str, utc: str
) -> None:
    moment = instant(date.fromisoformat(day), time.fromisoformat(at), zone)

    assert f"{moment:%Y-%m-%d %H:%M}" == utc


def test_every_poll_of_three_people_and_three_options_is_as_counted_by_hand() -> None:
    for picks in itertools.product(range(3), repeat=3):
        result = outcome(poll(voters=3), box(*((p,) for p in picks)), NOW)

        best = [n for n in range(3) if picks.count(n) >= 2]
        assert result.winner == (best[0] if best else None)
