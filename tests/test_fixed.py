"""What the traveller has fixed stays: appointments, bookings, the hotel, how far one walks."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from core.appointments import as_sight, on_their_days
from core.itinerary.build import build
from core.itinerary.problem import Impossible, Problem
from core.itinerary.revise import revise
from core.itinerary.verify import verify
from core.itinerary.violations import Kind
from core.travel import Leg, Point
from core.trips import Stop, StopKind
from core.wishes import Appointment, Pace
from tests.town import ANCHOR, days_from, legs, problem, random_problem, sight
from tests.world import World

FRIDAY = date(2030, 4, 12)
DAYS = days_from(FRIDAY, 3)
HALL = Point(lat=ANCHOR.lat + 0.01, lon=ANCHOR.lon)


def concert(at: str = "20:00", **more: object) -> Appointment:
    return Appointment(title="Concert", at=time.fromisoformat(at), **{"day": FRIDAY, **more})


def with_appointment(asked: Problem, appointment: Appointment, where: Point = HALL) -> Problem:
    fixed = as_sight(appointment, where, asked.days, asked.days[0])
    sights = {**asked.sights, fixed.id: fixed}
    return replace(asked, sights=sights, musts=asked.musts | {fixed.id}, legs=legs(sights, ANCHOR))


def stop_of(plan_stops: list[Stop], title: str) -> Stop:
    return next(s for s in plan_stops if s.title == title)


@pytest.mark.parametrize("pace", Pace)
@pytest.mark.parametrize("at", ["07:30", "12:30", "16:00", "19:00", "20:30", "22:00"])
def test_an_appointment_is_in_the_plan_at_its_time_whatever_the_pace(at: str, pace: Pace) -> None:
    for seed in range(4):
        asked = random_problem(seed, count=20, length=3, pace=pace)
        first = asked.days[1]
        asked = with_appointment(asked, concert(at, day=first))

        plan = build(asked, iterations=5)

        assert verify(plan, asked) == []
        stop = stop_of(plan.visits(), "Concert")
        assert (stop.start.date(), stop.start.time()) == (first, time.fromisoformat(at))
        assert stop.booked
        assert stop.source.name == "As you said"


def test_a_dinner_that_is_booked_is_the_dinner() -> None:
    asked = random_problem(1, count=20, length=2)
    day = asked.days[0]
    table = Appointment(title="Dinner at Ramiro", at=time(20), day=day, meal="dinner")
    asked = with_appointment(asked, table)

    plan = build(asked, iterations=5)

    assert verify(plan, asked) == []
    assert [s.kind for s in plan.days[0].stops].count(StopKind.DINNER) == 0
    assert [s.kind for s in plan.days[1].stops].count(StopKind.DINNER) == 1


def test_a_meal_is_still_had_beside_an_appointment_that_leaves_room_for_it() -> None:
    asked = random_problem(2, count=20, length=1)
    asked = with_appointment(asked, concert("21:00", day=asked.days[0], minutes=120))

    plan = build(asked, iterations=5)

    assert verify(plan, asked) == []
    assert any(s.kind is StopKind.DINNER for s in plan.days[0].stops)


def test_two_appointments_at_once_are_refused_in_words() -> None:
    asked = random_problem(3, count=12, length=2)
    day = asked.days[0]
    asked = with_appointment(asked, concert("20:00", day=day))
    asked = with_appointment(asked, Appointment(title="Opera", at=time(20, 30), day=day))

    with pytest.raises(Impossible, match=r"Opera|Concert"):
        build(asked, iterations=5)


def test_the_verifier_misses_no_appointment_that_was_moved_or_left_out() -> None:
    asked = random_problem(4, count=16, length=2)
    asked = with_appointment(asked, concert(day=asked.days[0]))
    plan = build(asked, iterations=5)
    stop = stop_of(plan.visits(), "Concert")

    def changed(**update: object) -> set[Kind]:
        stops = tuple(
            s.model_copy(update=update) if s.id == stop.id else s for s in plan.days[0].stops
        )
        days = (plan.days[0].model_copy(update={"stops": stops}), *plan.days[1:])
        return {v.kind for v in verify(plan.model_copy(update={"days": days}), asked)}

    hour = timedelta(hours=1)
    assert Kind.CLOSES_EARLY in changed(start=stop.start + hour, end=stop.end + hour)
    gone = tuple(s for s in plan.days[0].stops if s.id != stop.id)
    days = (plan.days[0].model_copy(update={"stops": gone}), *plan.days[1:])
    found = {v.kind for v in verify(plan.model_copy(update={"days": days}), asked)}
    assert Kind.MISSING_MUST in found


# --- bookings of sights ----------------------------------------------------------------------


def booked(seed: int) -> tuple[Problem, str, datetime]:
    """A town whose plan has one visit booked at the time it was planned for."""
    asked = random_problem(seed, count=22, length=4)
    stop = next(s for s in build(asked, iterations=5).days[2].stops if s.sight_id)
    minute = stop.start.hour * 60 + stop.start.minute
    return (
        replace(asked, booked={stop.sight_id: (stop.start.date(), minute)}),
        stop.title,
        stop.start,
    )


@pytest.mark.parametrize("seed", range(6))
def test_what_is_booked_keeps_its_moment_when_the_dates_move(seed: int) -> None:
    asked, title, moment = booked(seed)
    plan = build(asked, iterations=5)
    assert stop_of(plan.visits(), title).start == moment
    shifted = random_problem(seed, count=22, length=4)
    days = tuple(day + timedelta(days=1) for day in asked.days)
    hours = {
        id: s.model_copy(
            update={"hours": None if s.hours is None else {
                d: s.hours.get(d, s.hours[asked.days[0]]) for d in days
            }}
        )
        for id, s in asked.sights.items()
    }  # fmt: skip
    later = replace(shifted, days=days, sights=hours, booked=asked.booked, weather={})
    revision = revise(plan, asked, later)

    assert verify(revision.plan, later) == []
    assert stop_of(revision.plan.visits(), title).start == moment


def test_a_booking_outside_of_the_opening_hours_is_told() -> None:
    days = days_from(FRIDAY, 1)
    museum = sight("museum", days)
    asked = problem([museum], days, booked={museum.id: (FRIDAY, 7 * 60)})

    with pytest.raises(Impossible, match="fixed for Fri 12 Apr at 07:00"):
        build(asked)


def test_the_verifier_finds_a_booked_visit_at_another_time() -> None:
    asked, title, _ = booked(1)
    plan = build(asked, iterations=5)
    stop = stop_of(plan.visits(), title)
    other = {stop.sight_id: (stop.start.date(), stop.start.hour * 60 + stop.start.minute + 30)}

    assert Kind.BOOKED in {v.kind for v in verify(plan, replace(asked, booked=other))}


def test_an_appointment_finds_its_day_or_a_question_is_left() -> None:
    made = (
        Appointment(title="A", at=time(20), day=DAYS[1]),
        Appointment(title="B", at=time(20), weekday=6),
        Appointment(title="C", at=time(20), month_day=12),
        Appointment(title="D", at=time(20)),
        Appointment(title="E", at=time(20), day=date(2030, 5, 1)),
    )

    found, notes = on_their_days(made, DAYS)

    assert [(a.title, a.day) for a in found] == [("A", DAYS[1]), ("B", DAYS[2]), ("C", DAYS[0])]
    assert [("which day" in n, "You decide" in n) for n in notes] == [(True, False), (False, True)]


def test_a_walk_that_is_too_long_is_ridden() -> None:
    from adapters.travel.great_circle import matrix

    far = Point(lat=ANCHOR.lat + 0.012, lon=ANCHOR.lon)

    def leg(limit: float) -> Leg:
        return matrix([ANCHOR, far], limit)[0][1]

    assert (leg(2.0).mode, leg(1.0).mode) == ("walk", "transit")
    assert leg(1.0).minutes > 10


# --- told in a chat --------------------------------------------------------------------------

LISBON = "plan Lisbon 15-19 April 2027, two of us"


async def test_a_concert_and_the_hotel_are_told_and_kept(world: World) -> None:
    plan = await world.says(
        f"{LISBON}, we are staying in Alfama, we have a concert on Friday at 21:00 "
        "and no walks longer than 1 km"
    )

    friday = next(day for day in plan.days if "Fri 16 Apr" in day)
    assert "21:00–23:30 **Concert** (" in friday and "fixed" in friday

    slower = await world.says("slower")
    assert "21:00–23:30 **Concert**" in slower.text


async def test_a_booked_stop_stays_when_the_trip_moves(world: World) -> None:
    plan = await world.says(LISBON)
    day = plan.days[2]
    title = re.findall(r"\*\*([^*]+)\*\* \(", day)[0]
    line = next(line for line in day.split("\n") if title in line)

    assert "fixed" in (await world.says(f"we have booked the {title}")).text
    moved = await world.says("start a day later")

    again = next(day for day in moved.days if title in day)
    assert "Sat 17 Apr" in again.split("\n")[0]
    assert next(each for each in again.split("\n") if title in each)[:7] == line[:7]


async def test_a_booking_on_a_day_that_is_gone_is_the_travellers_to_decide(world: World) -> None:
    await world.says(f"{LISBON}, we have a concert on 16 April at 21:00")

    moved = await world.says("move the trip to 20 May 2027")

    assert "Concert” is fixed for Fri 16 Apr" in moved.text
    assert "You decide" in moved.text


async def test_two_hard_wishes_that_fight_are_asked_about(world: World) -> None:
    await world.says(f"{LISBON}, the Gulbenkian is a must")

    question = await world.says("no museums")
    assert "which one counts?" in question.text

    kept = await world.taps(question, "Keep Calouste Gulbenkian Museum")
    assert "Calouste Gulbenkian Museum" in kept.text
    assert "National Tile Museum" not in "".join(kept.days)


async def test_the_other_answer_takes_the_must_out(world: World) -> None:
    await world.says(f"{LISBON}, the Gulbenkian is a must")
    question = await world.says("no museums")

    gone = await world.taps(question, "No museums at all")

    assert "Gulbenkian" not in "".join(gone.days)


async def test_an_exception_in_the_same_breath_is_no_question(world: World) -> None:
    plan = await world.says(f"{LISBON}, no museums but the Gulbenkian is a must")

    assert "Calouste Gulbenkian Museum" in "".join(plan.days)
    assert "National Tile Museum" not in "".join(plan.days)
