"""Reasons are facts: what is open, near, wet and full, and what another day would mean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import Rejected
from core.itinerary.build import build
from core.itinerary.explain import why, why_not
from core.itinerary.problem import Problem
from core.travel import OpenInterval
from core.trips import Plan, StopKind
from core.wishes import Pace
from tests.town import FIRST, days_from, problem, random_problem, sight, weather

DAYS = days_from(FIRST, 2)
OPEN = (OpenInterval(start=600, end=1080),)


def two_days() -> tuple[Plan, Problem]:
    """A museum that is closed on the second day, and a park for a dry day; it rains on Thursday."""
    museum = sight("museum", DAYS, hours={DAYS[0]: OPEN, DAYS[1]: ()}, best_time=("morning",))
    park = sight("park", DAYS, category="park", indoor=False, setting="outdoor")
    forecast = {DAYS[0]: weather(DAYS[0], rain=True), DAYS[1]: weather(DAYS[1], rain=False)}
    asked = problem([museum, park], DAYS, weather=forecast, musts=frozenset({"town/park"}))
    return build(asked), asked


def test_a_closed_day_is_the_first_reason() -> None:
    plan, asked = two_days()

    found = why(plan, asked, "stop-town/museum")

    assert found.closed_days == (DAYS[1],)
    assert found.sentences[0] == (
        "**Museum** is on Thu 11 Apr at 10:00; it is closed on Fri 12 Apr."
    )
    assert [(other.day, other.verdict) for other in found.other_days] == [(DAYS[1], "closed")]
    assert "It is best in the morning." in found.sentences


def test_the_better_weather_and_the_wish_are_named() -> None:
    plan, asked = two_days()

    found = why(plan, asked, "stop-town/park")

    assert found.must
    assert found.day == DAYS[1]
    assert "You asked for it." in found.sentences
    assert any("that day looks better" in sentence for sentence in found.sentences)
    assert found.other_days[0].verdict == "rain"


def test_neighbours_are_named_with_minutes() -> None:
    days = DAYS[:1]
    plan_problem = problem([sight("museum", days), sight("church", days)], days)

    found = why(build(plan_problem), plan_problem, "stop-town/museum")

    assert found.near == (("Church", 0),)


def test_a_full_day_and_a_day_with_room() -> None:
    days = DAYS
    museums = [sight(f"m-{n}", days, rank=1) for n in range(8)]
    low = sight("low", days, rank=5)
    full = problem([*museums, low], days, pace=Pace.RELAXED)
    plan = build(full)

    found = why_not(plan, full, "town/low")

    assert {other.verdict for other in found.other_days} == {"full"}
    assert "8 sights of a higher rank" in found.sentences[-1]
    fewer = plan.days[1].model_copy(update={"stops": plan.days[1].stops[-1:]})
    roomy = plan.model_copy(update={"days": (plan.days[0], fewer)})
    assert [other.verdict for other in why_not(roomy, full, "town/low").other_days][1] == "fine"


def test_a_sight_that_is_closed_on_all_days_says_just_that() -> None:
    plan, asked = two_days()
    shut = sight("opera", DAYS, hours=dict.fromkeys(DAYS, ()))
    legs = {**asked.legs}
    for id in (*asked.sights, "anchor"):
        legs[id, shut.id] = legs[shut.id, id] = legs["town/park", "anchor"]
    asked = replace(asked, sights={**asked.sights, shut.id: shut}, legs=legs)

    found = why_not(plan, asked, shut.id)

    assert found.sentences == (
        "**Opera** is not in the plan because it is closed on all days of the trip.",
    )


def test_meals_and_flights_are_explained_by_their_rule() -> None:
    asked = random_problem(3, length=2, flights=True)
    plan = build(asked, iterations=5)

    for day in plan.days:
        for stop in day.stops:
            if stop.kind is not StopKind.VISIT:
                assert why(plan, asked, stop.id).sentences[0].startswith("**")


@pytest.mark.parametrize("seed", range(6))
def test_every_stop_of_every_town_can_be_explained(seed: int) -> None:
    asked = random_problem(seed, length=3, flights=seed % 2 == 0)
    plan = build(asked, iterations=5)

    for stop in plan.visits():
        found = why(plan, asked, stop.id)
        assert len(found.other_days) == 2
        assert all(sentence.endswith(".") for sentence in found.sentences)
    planned = {stop.sight_id for stop in plan.visits()}
    for id in asked.sights:
        assert (why_not(plan, asked, id).stop_id != "") is (id in planned)


def test_explaining_changes_nothing() -> None:
    plan, asked = two_days()

    assert why(plan, asked, "stop-town/park") == why(plan, asked, "stop-town/park")


def test_a_name_cannot_bring_markup_into_the_chat() -> None:
    days = DAYS[:1]
    asked = problem([sight("x", days, name="*Bold* [link](http://x)")], days)

    [first, *_] = why(build(asked), asked, "stop-town/x").sentences

    assert "\\*Bold\\*" in first


def test_what_nobody_knows_is_said() -> None:
    plan, asked = two_days()

    with pytest.raises(Rejected):
        why(plan, asked, "stop-town/opera")
    with pytest.raises(Rejected):
        why_not(plan, asked, "town/opera")
