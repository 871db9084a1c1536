"""A plan that is fair: the worst-off first, everybody's hard wishes kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from benchmarks.group import measure
from core.groups.dates import Availability, Said, Stretch, common_spans
from core.groups.fairness import build_fair, satisfaction
from core.groups.merging import Voice, conflicts, gives_way, pace_conflict, together
from core.groups.privacy import LEAST_MEMBERS, may_derive, probed
from core.itinerary.build import build
from core.itinerary.problem import Impossible
from core.itinerary.verify import verify
from core.wishes import Budget, Pace, Wish
from tests.town import FIRST, days_from, problem, random_problem, sight

DAYS = days_from(FIRST, 2)


def voice(name: str, **said: object) -> Voice:
    return Voice(name.casefold(), name, Wish(**said))  # type: ignore[arg-type]


# --- one wish of many ----------------------------------------------------------------------------


def test_all_hard_wishes_hold_and_the_tightest_limit_counts() -> None:
    merged = together(
        Wish(),
        [
            voice("Ana", dislikes=("museums",), max_walk_km=3.0, diet=("vegan",)),
            voice("Ben", dislikes=("churches",), max_walk_km=1.5, step_free=True, likes=("food",)),
        ],
    )

    assert merged.dislikes == ("museums", "churches")
    assert (merged.max_walk_km, merged.step_free, merged.diet) == (1.5, True, ("vegan",))
    assert merged.likes == ("food",)
    assert merged.party is not None and merged.party.size == 2


def test_the_smallest_budget_for_one_is_that_of_each() -> None:
    each = [
        voice(name, budget=Budget(amount=amount, currency="EUR", scope="person"))
        for name, amount in (("Ana", 800), ("Ben", 500))
    ]

    budget = together(Wish(), each).budget

    assert budget is not None and (budget.amount, budget.scope) == (500, "person")


def test_a_refusal_holds_although_somebody_else_likes_it_later() -> None:
    wish = Wish(dislikes=("beaches",)).with_news(Wish(likes=("beaches",)))
    merged = together(wish, [voice("Ana", dislikes=("beaches",)), voice("Ben", likes=("beaches",))])

    assert merged.dislikes == ("beaches",)
    assert merged.likes == ()


def test_a_conflict_is_named_with_names() -> None:
    [found] = conflicts(
        [voice("Ana", likes=("beaches",)), voice("Ben", dislikes=("beaches",)), voice("Cid")]
    )

    assert found.told() == "Ana wants beaches, Ben refuses them."
    assert not found.hard


def test_a_must_against_a_refusal_is_hard_until_one_gives_way() -> None:
    ana, ben = voice("Ana", musts=("beaches",)), voice("Ben", dislikes=("beaches",))
    [found] = conflicts([ana, ben])

    assert found.hard
    assert conflicts([ana, replace(ben, said=gives_way(ben.said, "beaches"))]) == ()


def test_nothing_private_is_a_named_conflict() -> None:
    ben = Voice("ben", "Ben", private=Wish(dislikes=("beaches",)))

    assert conflicts([voice("Ana", musts=("beaches",)), ben]) == ()


def test_a_slow_and_a_fast_one_meet_in_the_middle_and_hear_it() -> None:
    both = [voice("Ana", pace=Pace.RELAXED), voice("Ben", pace=Pace.PACKED)]

    assert together(Wish(), both).pace is Pace.NORMAL
    assert "Ana wants a relaxed pace, Ben a packed one" in pace_conflict(both)


def test_nothing_is_derived_for_fewer_than_three_with_an_account() -> None:
    three = [voice("Ana"), voice("Ben"), voice("Cid")]

    assert may_derive(three)
    assert not may_derive(three[: LEAST_MEMBERS - 1])
    assert not may_derive([*three[:2], replace(three[2], account=False)])


def test_the_same_question_again_is_no_new_probe() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    probes = probed((), "500", now)
    assert probes is not None and probed(probes, "500", now) == probes

    for value in ("510", "520"):
        probes = probed(probes, value, now)
        assert probes is not None

    assert probed(probes, "530", now) is None
    assert probed(probes, "530", now + timedelta(days=1)) is not None


# --- the plan ------------------------------------------------------------------------------------


def test_the_worst_off_has_more_of_a_fair_plan_than_of_the_majoritys() -> None:
    """Seven like what one does not: by the sum alone the one would get nothing."""
    museums = [sight(f"museum-{n}", DAYS, rank=3, visit_min=120) for n in range(8)]
    parks = [
        sight(f"park-{n}", DAYS, rank=3, visit_min=120, category="park", indoor=False)
        for n in range(8)
    ]
    town = problem([*museums, *parks], DAYS, pace=Pace.RELAXED)
    many = {s.id: 1.7 for s in museums} | {s.id: 0.3 for s in parks}
    one = {s.id: 0.3 for s in museums} | {s.id: 1.7 for s in parks}
    mixed = {id: (7 * many[id] + one[id]) / 8 for id in town.sights}
    by_sum = build(replace(town, interest=mixed))

    fair = build_fair(town, [*([many] * 7), one])

    assert verify(fair.plan, town) == []
    assert satisfaction(by_sum, town, one) < 0.5
    assert min(fair.shares) > satisfaction(by_sum, town, one) + 0.1
    assert satisfaction(fair.plan, town, one) == pytest.approx(fair.shares[-1], abs=0.05)


def test_the_same_party_gets_the_same_plan_to_the_byte() -> None:
    town = random_problem(5, count=12, length=2)
    tastes = [
        {id: 1.7 if s.category == liked else 1.0 for id, s in town.sights.items()}
        for liked in ("museum", "park", "church")
    ]

    assert (
        build_fair(town, tastes).plan.model_dump_json()
        == build_fair(town, tastes).plan.model_dump_json()
    )


def test_what_cannot_be_is_said_with_a_reason() -> None:
    closed = sight("closed", DAYS, hours=dict.fromkeys(DAYS, ()))
    town = problem([closed, sight("open", DAYS)], DAYS, musts=frozenset({closed.id}))
    tastes = [dict.fromkeys(town.sights, w) for w in (1.0, 1.7)]

    with pytest.raises(Impossible, match="closed on every day"):
        build_fair(town, tastes)


def test_small_parties_get_valid_plans_near_the_optimum_of_all_plans() -> None:
    row = measure(range(100, 108), sights=8, days=2, exhaustive=True)

    assert row.of_optimum is not None and row.of_optimum
    assert row.valid == row.planned
    assert row.wrongly_refused == 0
    assert row.planned + row.honest == row.parties
    assert sum(row.of_optimum) / len(row.of_optimum) >= 0.95


# --- dates ---------------------------------------------------------------------------------------


def stretch(first: int, last: int) -> Stretch:
    return Stretch(first=date(2030, 5, first), last=date(2030, 5, last))


MAY = (date(2030, 5, 1), date(2030, 5, 31))


def test_the_days_on_which_all_can_come_first_then_those_of_most() -> None:
    everybody = [
        Said(Availability(can=(stretch(3, 10), stretch(20, 31))), "Ana"),
        Said(Availability(cannot=(stretch(5, 5),)), "Ben"),
        Said(Availability(can=(stretch(1, 9),)), "Cid"),
    ]
    options = common_spans(everybody, 3, *MAY)

    assert (options[0].first.day, options[0].last.day) == (6, 9)
    assert options[0].missing == ()
    assert (options[1].first.day, options[1].missing) == (1, ("Ana",))
    assert all(a.last < b.first or b.last < a.first for a, b in pairwise(options))


def test_a_private_day_counts_without_a_name() -> None:
    options = common_spans([Said(Availability(cannot=(stretch(1, 31),)))], 3, *MAY)

    assert options[0].missing == ()
    assert options[0].private


def test_what_was_said_later_about_a_day_wins() -> None:
    can = Availability(can=(stretch(3, 10),))
    now = can.with_news(Availability(cannot=(stretch(5, 5),)))

    assert not now.on(date(2030, 5, 5))
    assert now.with_news(Availability(can=(stretch(5, 6),))).on(date(2030, 5, 5))
