"""One day on the clock: a sequence of sights becomes times, with meals put where they fit."""

from __future__ import annotations

from typing import NamedTuple

from core.itinerary.problem import DINNER_MIN, DINNER_WINDOW, LUNCH_MIN, LUNCH_WINDOW
from core.itinerary.tables import (
    DINNER_LAST,
    GRID,
    LUNCH_LAST,
    NO_LIMIT,
    Tables,
)

LUNCH, DINNER = -1, -2  # tokens beside the numbers of sights

TRAVEL_POINTS = 0.25  # lost per minute on the way
WAIT_POINTS = 0.04  # lost per minute of standing before a door
SAME_KIND_POINTS = 7.0  # lost when a category comes again on one day
FIRST_VISIT_POINTS = 12.0  # won by a day that is not left empty
FULL_DAY_POINTS = 4.0  # lost by the visit that makes a day full, twice by the next, and so on
SAME_AREA_POINTS = 4.0  # won when the next stop is in the same area
PATIENT_MIN = 90  # how long the evening light is waited for
LUNCH_EASY, DINNER_EASY = 12 * 60 + 15, 19 * 60  # when people like to sit down


class State(NamedTuple):
    """Where a day stands after some stops. `lunch` and `dinner` are still to come when True."""

    t: int
    at: int
    lunch: bool
    dinner: bool
    points: float
    kinds: int
    visits: int  # visits
    load: int  # minutes of visits and travel
    cost: int  # tickets and fares, in hundredths


class Block(NamedTuple):
    """One stop on the clock: a sight or meal token, where it is, minutes after midnight."""

    token: int
    at: int
    start: int
    end: int
    lunch_inside: bool = False


def first_state(tables: Tables, day: int) -> State:
    lunch, dinner = tables.lunch[day], tables.dinner[day]
    return State(tables.start[day], tables.anchor, lunch, dinner, 0.0, 0, 0, 0, 0)


def advance(
    tables: Tables,
    day: int,
    state: State,
    sights: tuple[int, ...],
    blocks: list[Block] | None = None,
    states: list[State] | None = None,
) -> State | None:
    """The state after visiting `sights` in order, each as early as it goes; None when it cannot.

    A meal is taken before a visit that would end too late for it, and at its easy hour; a long
    visit can hold lunch. `blocks` and `states` collect the stops and the state after each visit.
    """
    t, at, lunch, dinner, points, kinds, visits, load, cost = state
    calm = tables.calm
    windows, travel, length = tables.windows[day], tables.travel, tables.duration
    far, anchor, worth = tables.far, tables.anchor, tables.points[day]
    for s in sights:
        go = travel[at][s]
        minutes = length[s]
        arrival = t + go
        for first, last in windows[s]:
            if arrival <= last:
                start = first if first > arrival else arrival
                break
        else:
            return None
        inside = False
        if lunch and (start + minutes > LUNCH_LAST or t >= LUNCH_EASY):
            meal = t if t > LUNCH_WINDOW[0] else LUNCH_WINDOW[0]
            after = _first(windows[s], meal + LUNCH_MIN + go)
            within = _lunch_inside(tables, day, s, t + go)
            if after >= 0 and (within < 0 or after + minutes <= within + minutes + LUNCH_MIN):
                if blocks is not None:
                    blocks.append(Block(LUNCH, at, meal, meal + LUNCH_MIN))
                t, lunch, start = meal + LUNCH_MIN, False, after
            elif within >= 0:
                start, inside, lunch = within, True, False
                minutes += LUNCH_MIN
            elif start + minutes > LUNCH_LAST:
                return None
        if tables.late[s]:
            late = -(-(tables.late[s] - minutes // 2) // GRID) * GRID
            hungry = lunch and late + minutes > LUNCH_LAST
            if start < late <= start + PATIENT_MIN and not (hungry or inside):
                start = late if _first(windows[s], late) == late else start
        if dinner:
            home = travel[s][anchor] if far[s] else 0
            if start + minutes + home > DINNER_LAST:
                if far[at]:
                    t += travel[at][anchor]
                    points -= TRAVEL_POINTS * tables.minutes[at][anchor]
                    cost += tables.fare[at][anchor]
                    at = anchor
                meal = t if t > DINNER_WINDOW[0] else DINNER_WINDOW[0]
                if meal > DINNER_LAST or lunch:
                    return None
                if blocks is not None:
                    blocks.append(Block(DINNER, at, meal, meal + DINNER_MIN))
                t, dinner, go = meal + DINNER_MIN, False, travel[at][s]
                start = _first(windows[s], t + go)
                if start < 0:
                    return None
        points += worth[s] - TRAVEL_POINTS * tables.minutes[at][s]
        if at != anchor:
            points -= WAIT_POINTS * (start - t - go)
            if tables.area[s] and tables.area[at] == tables.area[s]:
                points += SAME_AREA_POINTS
        if tables.best[s]:
            share, middle = tables.time_share[day][s], start + minutes // 2
            for first, last in tables.best[s]:
                if first <= middle < last:
                    points += share
                    break
            else:
                points -= share / 2
        if kinds & tables.kind[s]:
            points -= SAME_KIND_POINTS
        kinds |= tables.kind[s]
        visits += 1
        if visits == 1:
            points += FIRST_VISIT_POINTS
        elif visits > calm:
            points -= FULL_DAY_POINTS * (visits - calm)
        load += go + minutes
        cost += tables.ticket[s] + tables.fare[at][s]
        t, at = start + minutes, s
        if blocks is not None:
            blocks.append(Block(s, s, start, t, inside))
        if states is not None:
            states.append(State(t, at, lunch, dinner, points, kinds, visits, load, cost))
    return State(t, at, lunch, dinner, points, kinds, visits, load, cost)


def finish(
    tables: Tables, day: int, state: State, blocks: list[Block] | None = None
) -> State | None:
    """The state at the end of the day: meals still due, and the way back; None when it cannot."""
    t, at, lunch, dinner, points, kinds, visits, load, cost = state
    anchor, limit = tables.anchor, tables.limit[day]
    if lunch:
        meal = max(t, LUNCH_WINDOW[0])
        if meal > LUNCH_LAST:
            return None
        if blocks is not None:
            blocks.append(Block(LUNCH, at, meal, meal + LUNCH_MIN))
        t = meal + LUNCH_MIN
    home = tables.travel[at][anchor]
    points -= TRAVEL_POINTS * tables.minutes[at][anchor]
    cost += tables.fare[at][anchor]
    if dinner:
        if tables.far[at]:
            t, at, home = t + home, anchor, 0
        easy = DINNER_EASY if limit == NO_LIMIT else DINNER_WINDOW[0]
        meal = max(t, easy)
        if meal > DINNER_LAST:
            return None
        if blocks is not None:
            blocks.append(Block(DINNER, at, meal, meal + DINNER_MIN))
        t = meal + DINNER_MIN
    if t + home > limit:
        return None
    return State(t, anchor, False, False, points, kinds, visits, load, cost)


def whole_day(
    tables: Tables, day: int, sights: tuple[int, ...], blocks: list[Block] | None = None
) -> State | None:
    """The state at the end of a day with these sights, None when they do not fit."""
    state = advance(tables, day, first_state(tables, day), sights, blocks)
    return None if state is None else finish(tables, day, state, blocks)


def _first(windows: tuple[tuple[int, int], ...], arrival: int) -> int:
    for first, last in windows:
        if arrival <= last:
            return first if first > arrival else arrival
    return -1


def _lunch_inside(tables: Tables, day: int, s: int, arrival: int) -> int:
    """The start of a long visit that holds a lunch hour inside the lunch window, or -1."""
    if not tables.long[s]:
        return -1
    start = _first(tables.windows_lunch[day][s], arrival)
    end = start + tables.duration[s] + LUNCH_MIN
    overlap = min(end, LUNCH_WINDOW[1]) - max(start, LUNCH_WINDOW[0])
    return start if start >= 0 and overlap >= LUNCH_MIN else -1
