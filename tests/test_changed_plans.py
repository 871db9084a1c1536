"""Changes as travellers ask for them: as little as possible moves, and the answer says what."""

from __future__ import annotations

import re

import pytest

from tests.world import World

LISBON = "plan Lisbon 15-19 april 2027"


def stops(days: list[str] | tuple[str, ...]) -> list[str]:
    return re.findall(r"^- \d\d:\d\d–\d\d:\d\d \*\*.+?\*\*", "\n".join(days), re.MULTILINE)


async def test_a_longer_trip_grows_in_its_last_town_and_nothing_else_moves(world: World) -> None:
    plan = await world.says("plan Lisbon and Porto 10-16 may 2027")
    longer = await world.says("one day longer")

    assert "The stay is now" in longer.text
    before, after = stops(plan.days), stops(longer.days)
    assert set(before[: len(before) // 2]) <= set(after)
    assert "Lisbon, Mon 10" in longer.text
    assert (
        re.search(r"📍 Lisbon, (.+?)\*\*", plan.text)[1]
        == (  # type: ignore[index]
            re.search(r"📍 Lisbon, (.+?)\*\*", longer.text)[1]  # type: ignore[index]
        )
    )


async def test_cheaper_saves_in_the_days_although_the_rooms_cost_most(world: World) -> None:
    plan = await world.says(f"{LISBON}, 2 adults and a child of 3")
    cheaper = await world.says("cheaper")

    assert "less for everybody" in cheaper.text
    assert len(stops(cheaper.days)) < len(stops(plan.days))


async def test_who_comes_by_train_waits_for_no_luggage_at_an_airport(world: World) -> None:
    await world.says("plan London 3-7 august 2027, no flights, from Paris")
    train = await world.says("we arrive at 14:30")

    assert "14:30 Arrival, in town by 15:00" in train.text
    assert "airport transfer" not in train.text
    assert "the way there and back" in train.text


async def test_words_that_name_two_stops_are_asked_about(world: World) -> None:
    plan = await world.says("plan Vienna 4-8 september 2027, Schönbrunn Palace is a must")
    assert "".join(plan.days).count("Schönbrunn") == 2
    question = await world.says("drop Schönbrunn")
    dropped = await world.says("drop Schönbrunn gardens and Gloriette hill")

    assert "Which one do you mean?" in question.text
    assert "Dropped: Schönbrunn gardens and Gloriette hill" in dropped.text
    assert "Schönbrunn Palace" in "".join(dropped.days)


@pytest.mark.parametrize(
    ("said", "pace"), [("fast pace please", "packed"), ("relaxed pace", "relaxed")]
)
async def test_a_pace_that_is_named_changes_the_plan_and_does_not_start_anew(
    world: World, said: str, pace: str
) -> None:
    await world.says(LISBON)
    changed = await world.says(said)

    assert f"{pace} pace" in changed.text
    assert "What changed" in changed.text


async def test_the_pace_of_a_new_plan_is_heard(world: World) -> None:
    plan = await world.says(f"{LISBON} at a packed pace")

    assert "packed pace" in plan.text


async def test_a_diet_is_answered_also_without_a_phrase_for_it(world: World) -> None:
    plan = await world.says(f"{LISBON}, kosher and gluten free")
    vegan = await world.says("plan Porto 15-19 april 2027, vegan")

    assert "ask for kosher and gluten-free food" in plan.text
    assert "milk and eggs" in vegan.text


async def test_keep_makes_a_stop_stay_and_asks_nothing(world: World) -> None:
    await world.says(f"{LISBON}, no museums, must see the Gulbenkian")
    kept = await world.says("keep the Gulbenkian")
    question = await world.says("drop the Gulbenkian")

    assert "which one counts?" not in kept.text
    assert "which one counts?" in question.text


async def test_free_time_is_told_in_round_minutes(world: World) -> None:
    await world.says("plan London 3-7 august 2027, no museums, 2 adults")
    plan = await world.says("no churches")

    for ends in re.findall(r"–\d\d:(\d\d) time of your own", plan.text):
        assert int(ends) % 5 == 0


async def test_great_heat_sends_people_indoors_and_is_told(world: World) -> None:
    summer = await world.says("plan Dubai 5-9 august 2027")
    winter = await world.says("plan Dubai 5-9 january 2028")

    assert "Hours outdoors may be hard on Thu 5 Aug, Fri 6 Aug" in summer.text
    assert "Hours outdoors" not in winter.text
    assert "Rain is likely" not in summer.text


async def test_events_alone_is_the_question_that_the_card_names(world: World) -> None:
    await world.says(LISBON)
    answer = await world.says("events")

    assert "did not understand" not in answer.text
    assert "Lisbon" in answer.text


async def test_what_had_to_go_for_the_limit_is_named(world: World) -> None:
    await world.says(f"{LISBON}, 2 people, 1500 euros")
    more = await world.says("we are 3 now")

    assert "had to go to stay inside your limit" in more.text
    assert "Dropped" in more.text


async def test_undo_shows_pace_and_people_of_the_plan_before(world: World) -> None:
    await world.says(f"{LISBON} for 2 people")
    await world.says("slower")
    undone = await world.says("undo")

    assert "5 days, normal pace, 2 adults" in undone.text


async def test_a_higher_limit_fills_the_days_that_the_lower_one_left_empty(world: World) -> None:
    poor = await world.says(f"{LISBON}, 2 people, 850 euros")
    rich = await world.says("make it 1500 euros")

    assert "New:" in rich.text
    assert set(stops(poor.days)) <= set(stops(rich.days))


async def test_a_stop_that_is_not_in_the_plan_cannot_be_moved_and_that_is_said(
    world: World,
) -> None:
    await world.says(f"{LISBON}, no museums")
    answer = await world.says("move the National Tile Museum to day 2")

    assert "no stop called “National Tile Museum”" in answer.text
    assert "add National Tile Museum" in answer.text


async def test_a_must_that_is_in_already_stays_in_through_later_changes(world: World) -> None:
    plan = await world.says(LISBON)
    said = await world.says("the Oceanarium is a must")
    question = await world.says("drop the Oceanarium")

    assert "Oceanarium" in "".join(plan.days)
    assert "stays in it from now on" in said.text
    assert "which one counts?" in question.text


async def test_what_nobody_knows_is_not_said_to_be_in_the_plan_when_asked_for_again(
    world: World,
) -> None:
    await world.says("plan Lisbon 15-17 april 2027")
    first = await world.says("add a brewery")
    again = await world.says("can we visit a brewery on day 2")

    for answer in (first, again):
        assert answer.text == "I have no verified data on “brewery”, so it is not in the plan."


async def test_more_of_something_goes_into_gaps_before_anything_has_to_move(world: World) -> None:
    plan = await world.says("plan Sydney 24 december 2027 to 2 january 2028")
    await world.says("no beaches")
    more = await world.says("more beaches")

    assert "New: " in more.text
    assert " moves from " not in more.text
    assert len(stops(more.days)) <= len(stops(plan.days))


async def test_a_quarter_said_after_the_plan_is_where_the_days_begin(world: World) -> None:
    await world.says("plan Berlin 12-15 may 2027")
    answer = await world.says("we are staying in Kreuzberg")

    assert "Berlin, Wed 12" in answer.text
    assert "no checked sights" not in answer.text


@pytest.mark.parametrize(
    ("said", "head"),
    [
        ("for a group of 7 friends", "7 adults"),
        ("with 3 friends", "4 adults"),
        ("2 women", "2 adults"),
        ("with my 80 year old mother and my son of 3", "2 adults and 1 child"),
    ],
)
async def test_everybody_who_comes_along_is_counted(world: World, said: str, head: str) -> None:
    plan = await world.says(f"{LISBON}, {said}")

    assert head in plan.text


async def test_a_diet_is_shown_as_people_write_it(world: World) -> None:
    answer = await world.says("I am allergic to nuts")

    assert "nut-free" in answer.text


async def test_a_sight_that_is_refused_by_its_name_stays_out(world: World) -> None:
    plan = await world.says("plan Amsterdam 1-4 july 2027, no Rijksmuseum")
    question = await world.says("the Rijksmuseum is a must")

    assert "Rijksmuseum" not in "".join(plan.days)
    assert "Van Gogh" in "".join(plan.days)
    assert "Rijksmuseum" in question.text


async def test_no_and_the_name_of_a_stop_drops_that_one_stop(world: World) -> None:
    await world.says("plan Amsterdam 1-4 july 2027")
    dropped = await world.says("no Rijksmuseum")

    assert "Dropped: Rijksmuseum" in dropped.text
    assert "Van Gogh" in "".join(dropped.days)


async def test_one_day_that_is_too_full_loses_one_stop_and_the_others_stay(world: World) -> None:
    plan = await world.says(LISBON)
    lighter = await world.says("day 3 is too full")

    assert len(stops([lighter.days[2]])) == len(stops([plan.days[2]])) - 1
    assert [*lighter.days[:2], *lighter.days[3:]] == [*plan.days[:2], *plan.days[3:]]
    assert "normal pace" in lighter.text
