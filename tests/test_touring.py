"""Towns of a country that are left to us: which ones, why these, and how to have others."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import combinations, pairwise
from random import Random

import pytest

from core.itinerary.stages import shortest, way_between
from core.making import exchanged
from core.touring import (
    LONGEST_MIN,
    LONGEST_OF_LONG_STAYS_MIN,
    Candidate,
    Stretch,
    candidates,
    choose,
    fitting_count,
    longest_way,
    next_best,
)
from core.travel import Destination, Point
from core.trips import Plan
from core.wishes import Mention, Wish
from tests.test_ranking import asks
from tests.town import destination
from tests.world import Answer, World

WEEK = Stretch(nights=7)


def town(id: str, lat: float, lon: float, **more: object) -> Destination:
    center = Point(lat=lat, lon=lon)
    return destination(id=id, name=id.title(), center=center, **{"stay_typical": 3, **more})


def scattered(seed: int, count: int) -> list[Candidate]:
    """Towns of one country, some of them hours apart, with points of their own."""
    rng = Random(seed)
    return [
        Candidate(town(f"t{n:02}", 40 + rng.uniform(0, 7), rng.uniform(0, 9)), rng.uniform(-1, 2))
        for n in range(count)
    ]


def too_long(towns: list[Destination], limit: int) -> int:
    """Minutes above the limit, of all ways together."""
    return sum(max(0, way_between(a, b)[1] - limit) for a, b in pairwise(towns))


# --- the choice ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_the_chosen_towns_are_distinct_and_no_way_is_too_long_when_that_is_possible(
    seed: int,
) -> None:
    found = scattered(seed, 4 + seed % 5)
    count = 2 + seed % 3

    route = choose(found, count, WEEK)

    ids = [c.id for c in route.towns]
    assert len(set(ids)) == count and set(ids) <= {c.id for c in found}
    limit = longest_way(WEEK.nights, count)
    least = min(
        too_long(list(shortest([c.destination for c in some], None)), limit)
        for some in combinations(found, count)
    )
    assert route.too_long == least == too_long([c.destination for c in route.towns], limit)


@pytest.mark.parametrize("seed", range(4))
def test_of_more_towns_than_all_can_be_compared_none_better_is_overlooked(seed: int) -> None:
    found = scattered(seed, 15)
    limit = longest_way(WEEK.nights, 4)

    route = choose(found, 4, WEEK)

    assert route.too_long == min(
        too_long(list(shortest([c.destination for c in some], None)), limit)
        for some in combinations(found, 4)
    )


@pytest.mark.parametrize("seed", range(10))
def test_the_choice_is_the_same_whatever_the_order_of_the_atlas(seed: int) -> None:
    found = scattered(seed, 9)
    mixed = Random(seed).sample(found, len(found))

    once, again = choose(found, 3, WEEK), choose(mixed, 3, WEEK)

    assert {c.id for c in once.towns} == {c.id for c in again.towns}


def test_near_towns_are_found_among_very_many() -> None:
    far = [Candidate(town(f"far{n:02}", 35 + n * 3.5, 60.0), 1.0) for n in range(15)]
    near = [Candidate(town(f"near{n}", 40 + n / 3, 0.0), 0.0) for n in range(5)]

    route = choose([*far, *near], 5, Stretch(nights=14))

    assert {c.id for c in route.towns} == {c.id for c in near}
    assert route.too_long == 0


def test_what_is_liked_decides_among_towns_that_are_equally_near() -> None:
    pool = [
        town(f"town{n}", 40 + n / 5, 0, vibes={"city": 2, "beach": 3 if n in (2, 4) else 0})
        for n in range(6)
    ]
    question = asks(Wish(likes=("beaches",)), several=True)

    route = choose(candidates(pool, question), 2, WEEK)

    assert {c.id for c in route.towns} == {"town2", "town4"}


def test_what_is_refused_is_never_chosen_and_what_is_known_only_when_it_must() -> None:
    pool = [town(f"town{n}", 40 + n / 5, 0) for n in range(4)]
    refused = (Mention(text="Town0", id="atlas:town0"),)
    question = asks(Wish(avoid=refused), several=True, visited=frozenset({"town1"}))

    found = candidates(pool, question)

    assert [c.id for c in found if not c.spare] == ["town2", "town3"]
    assert {c.id for c in choose(found, 2, WEEK).towns} == {"town2", "town3"}
    assert {c.id for c in choose(found, 4, WEEK).towns} == {"town1", "town2", "town3"}


def test_named_towns_stay_and_the_rest_is_near_them() -> None:
    found = [Candidate(town(f"town{n}", 40 + n, 0), 0.0) for n in range(6)]
    named = Candidate(town("far", 45.5, 0), -5.0)

    route = choose(found, 3, WEEK, fixed=[named])

    assert {c.id for c in route.towns} == {"far", "town5", "town4"}


def test_each_of_two_countries_has_a_town() -> None:
    here = [Candidate(town(f"a{n}", 40 + n / 5, 0), 2.0) for n in range(3)]
    there = [Candidate(town("b0", 42, 0, country="ES"), 0.0)]
    areas = [frozenset(c.id for c in side) for side in (here, there)]

    route = choose([*here, *there], 2, WEEK, areas=areas)

    assert "b0" in {c.id for c in route.towns}


def test_a_longer_way_is_worth_it_for_long_stays_only() -> None:
    assert longest_way(7, 3) == LONGEST_MIN
    assert longest_way(14, 3) == LONGEST_OF_LONG_STAYS_MIN


def test_a_flight_is_no_way_for_who_does_not_fly() -> None:
    island = Candidate(town("island", 40, 4, kind="island"), 5.0)
    near = [Candidate(town(f"town{n}", 40 + n, 0), 0.0) for n in range(2)]

    flown = choose([island, *near], 2, Stretch(nights=14))
    stays = choose([island, *near], 2, Stretch(nights=14, flying=False))

    assert "island" in {c.id for c in flown.towns}
    assert "island" not in {c.id for c in stays.towns}


@pytest.mark.parametrize(("nights", "count"), [(2, 2), (6, 2), (9, 3), (13, 4), (29, 6)])
def test_an_open_tour_has_as_many_towns_as_their_usual_stays_fill(nights: int, count: int) -> None:
    found = [Candidate(town(f"town{n}", 40 + n, 0), 0.0) for n in range(8)]

    assert fitting_count(found, nights) == count


def test_the_next_best_is_a_town_that_is_left_for_one_that_was_chosen() -> None:
    found = [Candidate(town(f"town{n}", 40 + n / 5, 0), float(-n)) for n in range(4)]
    route = choose(found, 2, WEEK)

    assert {c.id for c in route.towns} == {"town0", "town1"}
    swap = next_best(found, route, WEEK)
    assert swap is not None and (swap[0].id, swap[1].id) == ("town2", "town1")
    assert next_best(found[:2], route, WEEK) is None


# --- told in a chat --------------------------------------------------------------------------

TWO_OF_PORTUGAL = "5 days, 2 cities in Portugal from 3 may 2027 from Berlin"


def towns_of(answer: Answer) -> list[str]:
    """The towns of the plan in their order."""
    return re.findall(r"^\*\*📍 (.+?), ", answer.text, re.MULTILINE)


async def plan_of(world: World, who: str = "ana", chat: str = "1") -> Plan:
    """The plan as it is stored."""
    assert world.app is not None
    opened = await world.app.store.open_turn(world.message("x", who=who, chat=chat))
    [plan] = [t.plan for t in opened.trips if t.id == opened.session.trip_id]
    assert plan is not None
    return plan


async def test_two_cities_of_a_country_become_a_plan_that_says_why_these(world: World) -> None:
    answer = await world.says(TWO_OF_PORTUGAL)

    towns = towns_of(answer)
    assert len(towns) == 2 and len(answer.days) == 5
    [why] = [line for line in answer.text.splitlines() if "that I know in Portugal" in line]
    assert all(town in why for town in towns)
    assert "May is one of the best months" in why
    assert "the longest way between" in why
    assert "name the towns yourself" in why


async def test_the_sentence_that_changes_a_town_works_as_it_is_written(world: World) -> None:
    before = await world.says("plan a week in Japan, 3 cities, from 3 april 2027")
    found = re.search(r"Say “((.+?) instead of (.+?))”", before.text)
    assert found is not None
    sentence, new, old = found.groups()

    after = await world.says(sentence)

    assert f"{new} instead of {old}" in after.text
    assert set(towns_of(after)) == {*towns_of(before), new} - {old}
    undone = await world.says("undo")
    assert before.days[0] in undone.text


async def test_a_swap_leaves_the_days_of_the_other_towns_alone(world: World) -> None:
    before = await world.says("plan Lisbon and Porto 15-22 April 2027")
    lisbon = (await plan_of(world)).days[:4]

    after = await world.says("swap Porto for Madeira")

    plan = await plan_of(world)
    assert towns_of(before) == ["Lisbon", "Porto"] and towns_of(after) == ["Lisbon", "Madeira"]
    assert [d.stops for d in plan.days[:3]] == [d.stops for d in lisbon[:3]]
    assert plan.last_day == lisbon[0].day + timedelta(days=7)


async def test_a_town_that_is_left_out_gives_its_days_to_the_others(world: World) -> None:
    await world.says("plan Lisbon and Porto 15-20 April 2027")

    after = await world.says("skip Porto")

    assert "Porto is out" in after.text
    assert "**Lisbon, Thu 15 – Tue 20 Apr 2027**" in after.text


async def test_another_number_of_towns_is_another_choice(world: World) -> None:
    await world.says("plan 3 cities in Japan, 3-12 april 2027")

    fewer = await world.says("make it 2 cities")

    assert len(towns_of(fewer)) == 2 and "Japan" in fewer.text


async def test_a_number_of_cities_answers_ideas_for_a_country(world: World) -> None:
    ideas = await world.says("a week in Italy in may 2027")
    asked = await world.says("3 cities")
    plan = await world.says("3-10 may 2027")

    assert "fits best" in ideas.text
    assert "Italy in May" in asked.text and asked.choices
    assert len(towns_of(plan)) == 3 and len(plan.days) == 8


async def test_a_town_is_exchanged_before_there_are_dates(world: World) -> None:
    await world.says("plan 2 cities in Italy in may 2027")
    await world.says("Florence instead of Naples")
    plan = await world.says("3-10 may 2027")

    assert "Florence" in towns_of(plan) and "Naples" not in towns_of(plan)
    assert "To Florence I added" in plan.text


async def test_too_few_days_get_a_sentence_and_a_way_on_that_works(world: World) -> None:
    answer = await world.says("plan 3 cities in Japan, 3-5 april 2027")

    assert "3 days are too short for 3 towns" in answer.text
    assert "say “2 towns”" in answer.text
    assert len(towns_of(await world.says("2 towns"))) == 2


async def test_fewer_towns_than_asked_are_said_so_and_planned(world: World) -> None:
    answer = await world.says("plan 6 cities in Georgia, the country, 3-13 may 2027")

    assert re.search(r"You asked for 6 towns; in Georgia I know \d place", answer.text)
    assert answer.days


async def test_more_towns_than_a_trip_holds_are_refused_with_a_way_on(world: World) -> None:
    answer = await world.says("plan 9 cities in Japan, 3-23 april 2027")

    assert "up to 6 towns" in answer.text and "Say “6 towns”" in answer.text


async def test_a_country_without_checked_towns_is_said_so(world: World) -> None:
    answer = await world.says("plan 2 cities in Tuvalu, 3-10 may 2027")

    assert "no checked data on Tuvalu" in answer.text


async def test_a_tour_leaves_the_number_to_us_and_likes_matter(world: World) -> None:
    answer = await world.says("a tour of Italy, 3-15 may 2027, we love beaches")

    towns = towns_of(answer)
    assert 2 <= len(towns) <= 6
    assert "strong on beaches" in answer.text


async def test_where_somebody_has_been_is_not_chosen_again(world: World) -> None:
    await world.says("I've been to Kyoto and Osaka")

    answer = await world.says("3 cities in Japan 3-12 april 2027")

    assert not {"Kyoto", "Osaka"} & set(towns_of(answer))
    assert len(towns_of(answer)) == 3


async def test_a_new_country_forgets_the_number_of_towns_of_the_last(world: World) -> None:
    await world.says("plan 2 cities in Portugal, 3-9 may 2027")

    answer = await world.says("plan a week in Italy from 3 june 2027")

    assert towns_of(answer) == []
    assert "In Italy I have checked data for" in answer.text


async def test_the_same_question_has_the_same_answer(world: World) -> None:
    once = await world.says(TWO_OF_PORTUGAL)
    again = await world.says(TWO_OF_PORTUGAL, who="ben", chat="2")

    assert once.text == again.text


# --- the days of exchanged towns -------------------------------------------------------------


async def test_exchanged_towns_keep_the_nights_and_only_a_detour_changes_the_order(
    world: World,
) -> None:
    await world.says("plan Lisbon and Porto 15-22 April 2027")
    plan = await plan_of(world)
    lisbon = town("lisbon", 38.71, -9.14)
    faro, vigo = town("faro", 37.02, -7.93), town("vigo", 42.2, -8.7)
    between = town("coimbra", 40.2, -8.4)

    spans = exchanged(plan, (lisbon, vigo), None)
    three = exchanged(plan, (faro, vigo, between), None)

    assert [(d.id, a, b) for d, a, b in spans] == [
        (d.id, t.first, t.last) for d, t in zip((lisbon, vigo), plan.towns, strict=True)
    ]
    assert [d.id for d, _, _ in three] in (["faro", "coimbra", "vigo"], ["vigo", "coimbra", "faro"])
    assert (three[0][1], three[-1][2]) == (plan.first_day, plan.last_day)
