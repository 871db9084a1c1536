"""What a plan says in the chat about its own doubts, its free hours and what it could not do."""

from __future__ import annotations

import re

from tests.world import World

LISBON = "plan Lisbon 15-19 april 2027"


async def test_only_stops_with_unsure_hours_are_counted_as_such(world: World) -> None:
    plan = await world.says("plan Barcelona 10-13 june 2027, step-free, 2 adults")

    marked = "".join(plan.days).count("check hours")
    [counted] = re.findall(r"not sure of them: (\d+) stops?", plan.text) or ["0"]
    assert "ask about step-free access" in plan.text
    assert int(counted) == marked


async def test_a_departure_ends_the_day_and_free_time_is_told_once(world: World) -> None:
    await world.says(LISBON)
    early = await world.says("we fly home at 10:00 on the last day")

    assert early.days[-1].rstrip().endswith("Departure")
    assert all(day.count("time of your own") <= 1 for day in early.days)
    assert "You leave for the airport at 06:" in early.text


async def test_an_appointment_is_put_on_the_day_of_the_trip_that_was_named(world: World) -> None:
    await world.says(LISBON)
    second = await world.says("we have a table at 20:00 on the second day")
    last = await world.says("we have a tour at 10:00 on the last day")

    assert "20:00–22:00 **Table**" in second.days[1]
    assert "10:00–12:30 **Tour**" in last.days[4]


async def test_an_appointment_without_a_day_is_asked_about_and_the_answer_puts_it_in(
    world: World,
) -> None:
    await world.says(LISBON)
    question = await world.says("we have a concert at 21:00")
    answer = await world.says("on friday")

    assert "On which day is “Concert”?" in question.text
    assert "21:00–23:30 **Concert**" in answer.days[1]
    assert "On which day" not in answer.text


async def test_a_booking_told_by_its_weekday_does_not_move_with_the_trip(world: World) -> None:
    await world.says(f"{LISBON}, we have a concert on friday at 21:00")
    moved = await world.says("move the trip one week later")

    assert "“Concert” is fixed for Fri 16 Apr" in moved.text
    assert "You decide" in moved.text


async def test_what_is_booked_is_named_when_the_dates_or_the_people_change(world: World) -> None:
    await world.says(f"{LISBON}, the Oceanarium is a must")
    await world.says("the oceanarium is booked")
    more = await world.says("we are 4 adults now")
    moved = await world.says("move the trip one day earlier")

    assert "Lisbon Oceanarium is booked: you decide whether it still holds 4 people" in more.text
    assert "Lisbon Oceanarium is booked and stays on" in moved.text


async def test_a_note_is_gone_when_its_cause_is(world: World) -> None:
    plan = await world.says(f"{LISBON}, must see the Zorblatt Gallery, no museums")
    changed = await world.says("slower")

    assert plan.text.count("no verified data on “Zorblatt Gallery”") == 1
    assert changed.text.count("no verified data on “Zorblatt Gallery”") == 1
