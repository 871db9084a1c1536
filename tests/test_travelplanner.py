"""The TravelPlanner benchmark: a query's text becomes a plan, and each published rule can fail."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from benchmarks.travelplanner.names import NamesOfTables
from benchmarks.travelplanner.run import planned, report
from benchmarks.travelplanner.score import score
from benchmarks.travelplanner.tables import Tables
from bot.wiring import place_names

TEXT = (
    "Please create a 3-day travel plan for two people, starting in Alder Falls and heading to "
    "Brackwater, from March 14th to March 16th, 2022. Our budget is set at $900. We would prefer "
    "private rooms, and smoking should be allowed. We'd love to try Thai and French cuisines. "
    "We do not plan to drive ourselves."
)
QUERY: dict[str, Any] = {
    "id": 0,
    "query": TEXT,
    "org": "Alder Falls",
    "dest": "Brackwater",
    "days": 3,
    "date": ["2022-03-14", "2022-03-15", "2022-03-16"],
    "visiting_city_number": 1,
    "people_number": 2,
    "budget": 900,
    "local_constraint": {
        "house rule": "smoking",
        "room type": "private room",
        "cuisine": ["Thai", "French"],
        "transportation": "no self-driving",
    },
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of an invented country, in the format of the published ones."""
    home = tmp_path_factory.mktemp("tables")
    (home / "city_states.tsv").write_text("Alder Falls\tNorthland\nBrackwater\tSouthland\n")
    (home / "flights.csv").write_text(
        "Flight Number,Price,DepTime,ArrTime,ActualElapsedTime,FlightDate,"
        "OriginCityName,DestCityName,Distance\n"
        "F1,90,09:10,11:00,1 hours 50 minutes,2022-03-14,Alder Falls,Brackwater,500\n"
        "F2,80,18:30,20:20,1 hours 50 minutes,2022-03-16,Brackwater,Alder Falls,500\n"
    )
    ways = [("Alder Falls", "Brackwater"), ("Brackwater", "Alder Falls")]
    (home / "distances.csv").write_text(
        "origin,destination,cost,duration,distance\n"
        + "".join(f'{a},{b},,4 hours 10 mins,"402 km"\n' for a, b in ways)
    )
    (home / "accommodations.csv").write_text(
        ",NAME,room type,price,minimum nights,review rate number,house_rules,"
        "maximum occupancy,city\n"
        "0,Quiet den,Private room,60.0,2.0,4.0,No pets,2,Brackwater\n"
        "1,Smokeless,Private room,40.0,1.0,4.0,No smoking,2,Brackwater\n"
        "2,Hall,Shared room,20.0,1.0,4.0,,2,Brackwater\n"
        "3,Long stay,Private room,30.0,5.0,4.0,,2,Brackwater\n"
    )
    kitchens = ["Thai", "French", "Cafe", "Cafe", "Tea", "Pizza", "BBQ"]
    (home / "restaurants.csv").write_text(
        ",Name,City,Cuisines,Average Cost,Aggregate Rating\n"
        + "".join(
            f'{n},Kitchen {n},Brackwater,"{c}, Desserts",{12 + n},4.{n}\n'
            for n, c in enumerate(kitchens)
        )
    )
    (home / "attractions.csv").write_text(
        "Name,Latitude,Longitude,Address,Phone,Website,City\n"
        + "".join(f"Sight {n},1.{n},2.{n},a,p,w,Brackwater\n" for n in range(5))
    )
    return home


@pytest.fixture(scope="module")
def tables(folder: Path) -> Tables:
    return Tables(folder)


@pytest.fixture(scope="module")
def plan(folder: Path, tables: Tables) -> list[dict[str, Any]]:
    [result] = planned([QUERY], Tables(folder, distinct=True), tables)
    assert result.failed == []
    found: list[dict[str, Any]] = result.plan
    return found


def test_a_plan_is_made_from_the_text_alone(folder: Path, tables: Tables) -> None:
    """Labels are for the score: without them the same plan comes out."""
    [scored] = planned([QUERY], Tables(folder, distinct=True), tables)
    text = {**QUERY, "local_constraint": dict.fromkeys(QUERY["local_constraint"])}
    [unscored] = planned([text], Tables(folder, distinct=True), tables)

    assert scored.plan == unscored.plan
    assert scored.plan[0]["transportation"].startswith("Flight Number: F1, from Alder Falls")
    assert {day["accommodation"] for day in scored.plan[:2]} == {"Quiet den, Brackwater"}


def test_the_report_counts_each_rule(folder: Path, tables: Tables) -> None:
    results = planned([QUERY, {**QUERY, "id": 1, "query": "hello"}], Tables(folder), tables)

    said = report(results)

    assert "delivery rate           1 of 2" in said
    assert "commonsense, micro      8 of 16" in said
    assert "hard, micro             5 of 10" in said
    assert "final pass rate         1 of 2" in said
    assert "query 1: where from, where to, or when" in said


def _set(day: int, key: str, value: str) -> Callable[[list[dict[str, Any]]], None]:
    return lambda plan: plan[day].update({key: value})


def _swap_kitchens(plan: list[dict[str, Any]]) -> None:
    """Nobody cooks Thai any more."""
    plan[1]["breakfast"], plan[1]["lunch"], plan[1]["dinner"] = (
        f"Kitchen {n}, Brackwater" for n in (2, 3, 4)
    )
    for day, meal in ((0, "dinner"), (2, "breakfast"), (2, "lunch")):
        plan[day][meal] = "-"


FAULTS: dict[str, tuple[Callable[[list[dict[str, Any]]], None], str]] = {
    "a restaurant that does not exist": (
        _set(1, "lunch", "Nowhere, Brackwater"),
        "within sandbox",
    ),
    "a flight of another day": (
        _set(
            0,
            "transportation",
            "Flight Number: F2, from Alder Falls to Brackwater, Departure Time: 18:30, "
            "Arrival Time: 20:20",
        ),
        "within sandbox",
    ),
    "a missing meal": (_set(1, "lunch", "-"), "complete information"),
    "nothing to see": (_set(1, "attraction", "-"), "complete information"),
    "a bed in another town": (_set(1, "accommodation", "Quiet den, Alder Falls"), "within current"),
    "no way home": (_set(2, "current_city", "Brackwater"), "reasonable city route"),
    "a restaurant twice": (
        lambda plan: plan[1].update(lunch=plan[1]["dinner"]),
        "diverse restaurants",
    ),
    "a sight twice": (
        lambda plan: plan[1].update(attraction="Sight 1, Brackwater;Sight 1, Brackwater;"),
        "diverse attractions",
    ),
    "one's own car beside a flight": (
        _set(
            2,
            "transportation",
            "Self-driving, from Brackwater to Alder Falls, duration: 4 hours 10 mins, "
            "distance: 402 km, cost: 20",
        ),
        "non-conflicting transport",
    ),
    "too few nights": (
        lambda plan: [day.update(accommodation="Long stay, Brackwater") for day in plan[:2]],
        "minimum nights",
    ),
    "a room where nobody may smoke": (
        lambda plan: [day.update(accommodation="Smokeless, Brackwater") for day in plan[:2]],
        "room rule",
    ),
    "a shared room": (
        lambda plan: [day.update(accommodation="Hall, Brackwater") for day in plan[:2]],
        "room type",
    ),
    "a cuisine that is missing": (_swap_kitchens, "cuisines"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_rule_can_fail(fault: str, plan: list[dict[str, Any]], tables: Tables) -> None:
    plant, rule = FAULTS[fault]
    assert score(plan, QUERY, tables).passed
    broken = deepcopy(plan)

    plant(broken)

    scores = score(broken, QUERY, tables)
    failed = {name for name, why in {**scores.commonsense, **scores.hard}.items() if why}
    assert any(name.startswith(rule) for name in failed), failed


def test_a_budget_of_everybody_can_be_overrun(plan: list[dict[str, Any]], tables: Tables) -> None:
    scores = score(plan, {**QUERY, "budget": 300}, tables)

    assert (scores.hard["budget"] or "").endswith("of 300")


def test_a_refused_drive_is_a_broken_wish(plan: list[dict[str, Any]], tables: Tables) -> None:
    refused = {**QUERY["local_constraint"], "transportation": "no flight"}

    scores = score(plan, {**QUERY, "local_constraint": refused}, tables)

    assert scores.hard["transport"] == "flight was refused"


def test_towns_of_the_tables_are_read_where_the_gazetteer_is_silent(tables: Tables) -> None:
    names = NamesOfTables(place_names(), tables.names)

    assert [hit.id for hit in names.find("alder falls")] == ["table:Alder Falls"]
    assert names.find("Denver") == place_names().find("Denver")
