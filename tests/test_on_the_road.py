"""What travellers ask and tell once there is a plan: the answer is from it, and it stays theirs."""

from __future__ import annotations

import re

from tests.world import World

LISBON = "plan Lisbon 15-19 april 2027, 2 adults"  # Thursday to Monday
VISIT = r"^- \d\d:\d\d–\d\d:\d\d \*\*(.+?)\*\*"


def stops(day: str) -> list[str]:
    """The visits of a day's card."""
    return re.findall(VISIT, day, re.M)


async def test_questions_about_the_plan_are_answered_and_leave_it_alone(world: World) -> None:
    plan = await world.says(LISBON)
    title = re.findall(r"\*\*([A-Z][^*·]+)\*\* \(", plan.text)[0]
    when = await world.says(f"which day do we go to the {title}?")
    missing = await world.says("is Graceland in the plan?")
    leaving = await world.says("when do we leave?")
    cost = await world.says("how much is it per person?")
    hotel = await world.says("where is our hotel")
    sun = await world.says("when is sunset today")
    again = await world.says("what about saturday")

    assert f"**{title}** is on day" in when.text
    assert "“Graceland” is not in the plan" in missing.text
    assert re.search(r"Leave at \d\d:\d\d on Mon 19 Apr, for a take-off at 18:00", leaving.text)
    assert "for all" in cost.text and "each" in cost.text
    assert "not told me where you stay" in hotel.text
    assert "the sun rises about" in sun.text
    assert again.text.startswith("**Day 3 · Sat 17 Apr**")
    assert all("Here is Lisbon" not in a.text for a in (when, missing, leaving, cost, sun, again))


async def test_sights_are_listed_by_what_is_asked_of_them(world: World) -> None:
    await world.says(LISBON)
    monday = await world.says("what is open on Monday?")
    free = await world.says("what's free there?")
    steps = await world.says("is everything step free?")
    way = await world.says("how do I get from the Belém Tower to São Jorge Castle")
    lost = await world.says("how far is it from the castle to Graceland")

    assert "Open in Lisbon on Mon 19 Apr" in monday.text
    assert "Closed: " in monday.text and "Jerónimos Monastery" in monday.text.split("Closed: ")[1]
    assert "all day" in monday.text and "00:00–00:00" not in monday.text
    assert free.text.startswith("In the plan, free:")
    assert "ask before you go" in steps.text
    assert "min by public transport (estimate" in way.text
    assert "I do not know where “Graceland” is" in lost.text


async def test_a_weekday_is_the_one_of_the_trip(world: World) -> None:
    await world.says(LISBON)
    hours = await world.says("is the Belém Tower open on sunday?")
    closed = await world.says("is the Belém Tower open on monday?")

    assert "on Sun 18 Apr" in hours.text
    assert "is closed on Mon 19 Apr" in closed.text


async def test_late_on_the_road_names_what_no_longer_fits_and_moves_nothing(world: World) -> None:
    plan = await world.says(LISBON)
    world.clock.strikes("2027-04-17 08:30")
    slept = await world.says("we overslept, we are three hours late")
    flight = await world.says("my flight is an hour late")
    day = await world.says("show me day 3")

    assert slept.text.startswith("With 3 h lost today:")
    assert "Dinner" in slept.text
    assert "Ask the airline" in flight.text
    assert stops(plan.days[2]) == stops(day.text)


async def test_a_plan_that_runs_can_be_changed_but_not_its_days_gone_by(world: World) -> None:
    plan = await world.says(LISBON)
    world.clock.strikes("2027-04-17 09:30")
    skipped = await world.says("we are tired, skip the rest of today")
    refused = await world.says(f"remove {re.findall(VISIT, plan.days[0], re.M)[0]}")

    assert "Dropped" in skipped.text
    assert [stops(d) for d in skipped.days[:2]] == [stops(d) for d in plan.days[:2]]
    assert not stops(skipped.days[2])
    assert "hours that are over" in refused.text


async def test_no_day_begins_before_the_hour_that_was_told(world: World) -> None:
    plan = await world.says(f"{LISBON}, not before 10")
    later = await world.says("start at 11")
    free = await world.says("leave the afternoon of day 3 free")

    def first_starts(days: list[str]) -> list[str]:
        return [m for day in days[1:] for m in re.findall(r"^- (\d\d:\d\d)–", day, re.M)[:1]]

    assert min(first_starts(plan.days)) >= "10:00"
    assert min(first_starts(later.days)) >= "11:00"
    visits = re.findall(r"^- (\d\d):\d\d–(\d\d):\d\d \*\*", free.days[2], re.M)
    assert all(int(end) <= 13 or int(start) >= 18 for start, end in visits)


async def test_a_day_number_is_meant_in_the_month_that_was_said(world: World) -> None:
    await world.says("I want to go to Rome in July for 4 days")
    plan = await world.says("starting the 3rd")
    moved = await world.says("start on the 5th instead")

    assert "Rome, Sat 3 – Tue 6 Jul 2027" in plan.text
    assert "Rome, Mon 5 – Thu 8 Jul 2027" in moved.text


async def test_a_town_as_well_comes_to_those_of_the_trip(world: World) -> None:
    await world.says("plan Rome 15-20 september 2027")
    both = await world.says("maybe Naples as well")

    assert "Rome and Naples, Wed 15 – Mon 20 Sep 2027" in both.text


async def test_towns_to_choose_from_are_compared_and_an_unknown_one_is_named(world: World) -> None:
    ideas = await world.says("4 days in Bologna or San Sebastian or Osaka?")
    plan = await world.says("Osaka, 3-6 march")

    assert set(re.findall(r"^\*\*\d\. (.+?)\*\*", ideas.text, re.M)) == {"Osaka", "San Sebastián"}
    assert "no checked data on Bologna" in ideas.text
    assert "Osaka, Wed 3 – Sat 6 Mar 2027" in plan.text  # the question was where from


async def test_trouble_gets_the_numbers_and_the_first_steps(world: World) -> None:
    nowhere = await world.says("I lost my passport")
    await world.says("I want to go to Frankfurt")
    plugs = await world.says("what plugs do they use?")
    sights = await world.says("is the Städel open on thursday?")
    human = await world.says("are you human?")

    assert "112" in nowhere.text and "embassy" in nowhere.text
    assert "Sockets in Germany" in plugs.text
    assert "no checked data on Frankfurt" in sights.text
    assert "nobody else's" in human.text
