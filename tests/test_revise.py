"""A change touches what it has to and nothing else, and the result is verified again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from core.itinerary.build import build
from core.itinerary.diff import diff
from core.itinerary.problem import Impossible, Problem
from core.itinerary.revise import Revision, revise
from core.itinerary.verify import verify
from core.reading import Change, ChangeKind
from core.trips import Plan, Stop
from core.wishes import Pace
from tests.town import days_from, local, problem, random_problem, sight, weather

SEEDS = range(12)


@cache
def made(seed: int) -> tuple[Plan, Problem]:
    asked = random_problem(seed, count=26, length=4, flights=seed % 2 == 0)
    return build(asked, iterations=30), asked


def revised(plan: Plan, old: Problem, new: Problem, change: Change | None = None) -> Revision:
    """The revision, after the check that every revision has to pass."""
    revision = revise(plan, old, new, change)
    assert verify(revision.plan, new) == []
    assert revision.summary
    return revision


def visits(plan: Plan, day: int) -> list[Stop]:
    return [stop for stop in plan.days[day - 1].stops if stop.sight_id]


def titles(plan: Plan, day: int) -> list[str]:
    return [stop.title for stop in visits(plan, day)]


def without(asked: Problem, *categories: str) -> Problem:
    left = {id: s for id, s in asked.sights.items() if s.category not in categories}
    return replace(asked, sights=left)


def same_days(old: Plan, new: Plan, *but: int) -> bool:
    """True when all days but those numbered are the same, stop by stop."""
    return all(
        [(s.id, s.start) for s in a.stops] == [(s.id, s.start) for s in b.stops]
        for n, (a, b) in enumerate(zip(old.days, new.days, strict=True), 1)
        if n not in but
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_that_still_fits_stays_as_it_is(seed: int) -> None:
    plan, asked = made(seed)

    revision = revised(plan, asked, asked)

    assert revision.plan == plan
    assert len(revision.kept) == len(plan.visits())
    assert revision.summary == ("Nothing had to change.",)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_museums_takes_the_museums_and_leaves_the_rest_on_its_day(seed: int) -> None:
    plan, asked = made(seed)
    gone = {s.id for s in plan.visits() if s.category == "museum"}
    new = without(asked, "museum")

    change = Change(kind=ChangeKind.NO_CATEGORY, what="museums")
    revision = revised(plan, asked, new, change)

    assert gone <= {step.stop_id for step in revision.dropped}
    assert all(stop.category != "museum" for stop in revision.plan.visits())
    assert all(step.old_day == step.new_day for step in revision.kept)
    stayed = len(revision.kept) + len(revision.moved)
    assert stayed >= len(plan.visits()) - len(gone) - 4
    untouched = [
        n
        for n, day in enumerate(plan.days, 1)
        if not any(stop.category == "museum" for stop in day.stops)
    ]
    for n in untouched:
        assert set(titles(plan, n)) <= set(titles(revision.plan, n))


@pytest.mark.parametrize("seed", SEEDS)
def test_slower_drops_stops_and_keeps_the_order(seed: int) -> None:
    plan, asked = made(seed)
    new = replace(asked, pace=Pace.RELAXED)

    revision = revised(plan, asked, new, Change(kind=ChangeKind.SLOWER))

    assert revision.added == ()
    for n in range(1, 5):
        left = titles(revision.plan, n)
        assert len(left) <= 4
        assert left == [title for title in titles(plan, n) if title in left]


@pytest.mark.parametrize("seed", SEEDS)
def test_faster_adds_and_moves_nothing_away(seed: int) -> None:
    plan, asked = made(seed)
    new = replace(asked, pace=Pace.PACKED)

    revision = revised(plan, asked, new, Change(kind=ChangeKind.FASTER))

    assert revision.dropped == ()
    assert all(step.old_day == step.new_day for step in revision.moved)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_days_change_places_and_the_others_stay(seed: int) -> None:
    plan, asked = made(seed)

    change = Change(kind=ChangeKind.SWAP_DAYS, day=2, other_day=3)
    revision = revised(plan, asked, asked, change)

    old, new = (set(titles(plan, n)) for n in (2, 3))
    assert len(old & set(titles(revision.plan, 3))) >= len(old) - 2
    assert len(new & set(titles(revision.plan, 2))) >= len(new) - 2
    assert set(titles(plan, 1)) <= set(titles(revision.plan, 1))
    assert set(titles(plan, 4)) <= set(titles(revision.plan, 4))


@pytest.mark.parametrize("seed", [s for s in SEEDS if s % 2])
def test_a_later_landing_touches_the_first_day_only(seed: int) -> None:
    plan, asked = made(seed)
    new = replace(asked, landing=local(asked.days[0], 13))

    revision = revised(plan, asked, new, Change(kind=ChangeKind.ARRIVE_AT))

    others = [s for s in plan.visits() if s.start.date() != asked.days[0]]
    kept = {step.stop_id for step in revision.kept}
    assert {stop.id for stop in others} <= kept


@pytest.mark.parametrize("seed", SEEDS)
def test_an_earlier_departure_touches_the_last_day_only(seed: int) -> None:
    plan, asked = made(seed)
    new = replace(asked, takeoff=local(asked.days[-1], 11))

    revision = revised(plan, asked, new, Change(kind=ChangeKind.LEAVE_AT))

    others = [s.id for s in plan.visits() if s.start.date() != asked.days[-1]]
    assert set(others) <= {step.stop_id for step in revision.kept}


@pytest.mark.parametrize("seed", SEEDS)
def test_one_stop_less_is_one_stop_less(seed: int) -> None:
    plan, asked = made(seed)
    stop = visits(plan, 2)[-1]

    revision = revised(plan, asked, asked, Change(kind=ChangeKind.REMOVE, what=stop.title))

    assert [step.title for step in revision.dropped] == [stop.title]
    assert same_days(plan, revision.plan, 2)
    assert set(titles(revision.plan, 2)) >= set(titles(plan, 2)) - {stop.title}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sight_that_is_wanted_costs_at_most_one_other(seed: int) -> None:
    plan, asked = made(seed)
    planned = {stop.sight_id for stop in plan.visits()}
    rest = sorted(
        (s for s in asked.sights.values() if s.id not in planned and s.category != "daytrip"),
        key=lambda s: (s.visit_min, s.id),
    )
    if not rest:
        pytest.skip("everything is in the plan")
    new = replace(asked, musts=frozenset({rest[0].id}))
    try:
        revision = revised(plan, asked, new, Change(kind=ChangeKind.ADD, what=rest[0].name))
    except Impossible:
        with pytest.raises(Impossible):
            build(new, iterations=5)
        return

    assert rest[0].id in {stop.sight_id for stop in revision.plan.visits()}
    assert len(revision.dropped) <= 1
    assert len({step.new_day for step in revision.moved}) <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_stop_moves_to_the_day_it_is_asked_for(seed: int) -> None:
    plan, asked = made(seed)
    stop = next(s for s in plan.visits() if s.category not in ("daytrip", "nightlife"))
    day = 3 if stop.title not in titles(plan, 3) else 2
    change = Change(kind=ChangeKind.MOVE, what=stop.title, day=day)
    try:
        revision = revised(plan, asked, asked, change)
    except Impossible:
        pytest.skip("that day does not take it")

    assert stop.title in titles(revision.plan, day)
    assert stop.id in {step.stop_id for step in revision.moved}
    others = [step for step in revision.moved if step.stop_id != stop.id]
    assert sum(step.old_day != step.new_day for step in others) <= 1
    assert len(revision.dropped) <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_cheaper_costs_less_and_adds_nothing_dear(seed: int) -> None:
    plan, asked = made(seed)

    revision = revised(plan, asked, asked, Change(kind=ChangeKind.CHEAPER))

    assert plan.budget is not None
    assert revision.plan.budget is not None
    assert revision.plan.budget.total < plan.budget.total
    free = {id for id, s in asked.sights.items() if s.ticket is None or s.ticket.amount == 0}
    now = {stop.id: stop.sight_id for stop in revision.plan.visits()}
    assert all(now[step.stop_id] in free for step in revision.added)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_lower_limit_is_kept(seed: int) -> None:
    plan, asked = made(seed)
    assert plan.budget is not None
    meals = dict(plan.budget.lines)["meals (estimate)"]
    limit = (meals + (plan.budget.total - meals) * 6 / 10).quantize(meals)
    new = replace(asked, budget=limit)

    revision = revised(plan, asked, new, Change(kind=ChangeKind.BUDGET))

    assert revision.plan.budget is not None
    assert revision.plan.budget.total <= limit


@pytest.mark.parametrize("seed", SEEDS)
def test_rain_takes_the_outdoor_stops_of_that_day_only(seed: int) -> None:
    plan, asked = made(seed)

    revision = revised(plan, asked, asked, Change(kind=ChangeKind.INDOOR, day=2))

    outdoors = [s for s in visits(plan, 2) if not s.indoor]
    left = [s for s in visits(revision.plan, 2) if not s.indoor]
    assert len(left) <= len(outdoors)
    touched = {step.old_day or step.new_day for step in (*revision.dropped, *revision.added)}
    assert touched <= {2}


def test_all_rainy_days_when_no_day_is_named() -> None:
    days = days_from(random_problem(0).days[0], 2)
    park = sight("park", days, category="park", indoor=False, setting="outdoor", rank=1)
    dull = sight("museum", days, rank=5)
    dry = replace(problem([park, dull], days[:1]))
    plan = build(replace(dry, musts=frozenset({"town/park"})))
    only_park = [s for s in plan.days[0].stops if s.title != "Museum"]
    plan = plan.model_copy(
        update={"days": (plan.days[0].model_copy(update={"stops": tuple(only_park)}),)}
    )
    wet = replace(dry, weather={days[0]: weather(days[0], rain=True)})

    revision = revised(plan, dry, wet, Change(kind=ChangeKind.INDOOR))

    assert titles(revision.plan, 1) == ["Museum"]


@pytest.mark.parametrize("seed", SEEDS)
def test_shifted_dates_keep_the_days_together(seed: int) -> None:
    """A week later the opening days are the same, so nothing changes but the dates."""
    plan, asked = made(seed)
    week = timedelta(days=7)
    new = replace(
        asked,
        days=tuple(day + week for day in asked.days),
        sights={
            id: s.model_copy(
                update={"hours": s.hours and {day + week: h for day, h in s.hours.items()}}
            )
            for id, s in asked.sights.items()
        },
        landing=asked.landing and asked.landing + week,
        takeoff=asked.takeoff and asked.takeoff + week,
        weather={},
    )

    revision = revised(plan, asked, new, Change(kind=ChangeKind.SHIFT_DATES))

    assert len(revision.kept) == len(plan.visits())
    assert revision.summary[0].startswith("All days move: ")


@pytest.mark.parametrize("seed", [s for s in SEEDS if s % 2])
def test_a_day_less_drops_that_day_and_a_day_more_fills_only_it(seed: int) -> None:
    plan, asked = made(seed)
    short = replace(asked, days=asked.days[:3])
    shorter = revised(plan, asked, short, Change(kind=ChangeKind.SHIFT_DATES))
    assert all(set(titles(plan, n)) <= set(titles(shorter.plan, n)) for n in (1, 2, 3))

    longer = revised(shorter.plan, short, asked, Change(kind=ChangeKind.SHIFT_DATES))
    assert all(titles(shorter.plan, n) == titles(longer.plan, n) for n in (1, 2, 3))
    assert {step.new_day for step in longer.added} <= {4}


def test_a_bigger_party_changes_the_money_only() -> None:
    plan, asked = made(1)

    change = Change(kind=ChangeKind.PARTY)
    revision = revised(plan, asked, replace(asked, adults=4, children=(3,)), change)

    assert len(revision.kept) == len(plan.visits())
    assert "more for everybody" in revision.summary[0]


def test_more_of_something_brings_it_in_and_says_so() -> None:
    plan, asked = made(3)
    liked = {id: 1.7 if s.category == "market" else 1.0 for id, s in asked.sights.items()}
    new = replace(asked, interest=liked)

    change = Change(kind=ChangeKind.MORE_OF, what="markets")
    revision = revised(plan, asked, new, change)

    def markets(p: Plan) -> int:
        return sum(stop.category == "market" for stop in p.visits())

    possible = sum(s.category == "market" for s in asked.sights.values())
    assert markets(revision.plan) >= min(markets(plan) + 1, possible)
    assert len(revision.dropped) <= 3


def test_moving_to_a_closed_day_is_refused_with_the_reason() -> None:
    days = days_from(random_problem(0).days[0], 2)
    closed = {days[0]: sight("x", days).hours[days[0]], days[1]: ()}  # type: ignore[index]
    asked = problem([sight("zoo", days, hours=closed), sight("park", days)], days)
    plan = build(asked)

    with pytest.raises(Impossible, match="it is closed on"):
        revise(plan, asked, asked, Change(kind=ChangeKind.MOVE, what="zoo", day=2))


def test_a_must_is_not_removed_silently() -> None:
    days = days_from(random_problem(0).days[0], 1)
    asked = replace(problem([sight("zoo", days)], days), musts=frozenset({"town/zoo"}))
    plan = build(asked)

    with pytest.raises(Impossible, match="has to be in the plan"):
        revise(plan, asked, asked, Change(kind=ChangeKind.REMOVE, what="zoo"))


def test_ids_stay_through_every_change() -> None:
    plan, asked = made(5)
    ids = {stop.sight_id: stop.id for stop in plan.visits()}

    for new, change in (
        (replace(asked, pace=Pace.RELAXED), Change(kind=ChangeKind.SLOWER)),
        (asked, Change(kind=ChangeKind.SWAP_DAYS, day=1, other_day=4)),
        (without(asked, "church"), Change(kind=ChangeKind.NO_CATEGORY, what="churches")),
    ):
        after = revised(plan, asked, new, change).plan.visits()
        assert all(stop.id == ids[stop.sight_id] for stop in after if stop.sight_id in ids)


def test_the_same_change_gives_the_same_plan() -> None:
    plan, asked = made(7)
    new = without(asked, "museum", "church")

    assert revise(plan, asked, new).plan == revise(plan, asked, new).plan


def test_a_diff_of_a_plan_with_itself_is_empty() -> None:
    plan, _ = made(1)

    found = diff(plan, plan)

    assert len(found.kept) == len(plan.visits())
    assert found.sentences() == []
