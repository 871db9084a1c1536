"""A trip over several towns: their order, the nights in each, the way between, and one plan of all.

Each town is planned and checked as a problem of its own; `join` puts the plans one after the
other, `split` takes them apart again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise, permutations
from typing import Literal

from core.errors import Rejected
from core.itinerary.problem import PACES
from core.ranking import distance_km
from core.travel import Confidence, Destination, Money, Point, Source
from core.trips import Budget, Day, Plan, Stage, Transfer
from core.wishes import Pace
from core.words import listing, plural
from core.zones import zone_of

MAX_TOWNS = 6
DETOUR = 1.25  # the order as it was said is kept up to this much more way

GROUND_MAX_KM = 500  # farther than this one flies
GROUND_ACCESS_MIN, GROUND_DETOUR, GROUND_KMH = 30, 1.25, 80
# High-speed trains between their main stations; the straight distance, stations and waiting added.
FAST_MAX_KM, FAST_ACCESS_MIN, FAST_KMH = 700, 45, 150
FERRY_MAX_KM, FERRY_ACCESS_MIN, FERRY_KMH = 150, 60, 35
FLIGHT_KMH, FLIGHT_GROUND_MIN = 830, 42  # as the flight estimate counts: air, taxi and climb
FLIGHT_AROUND_MIN = 240  # to the airport, the time there, luggage, into town
ISLANDS = frozenset("AU CU CY FJ ID IE IS JP LK MG MT MU MV NZ PH SC SG TW".split())

# Shares of a mid-priced meal, for one person; our own estimate, and called one.
GROUND_COST_KM, FERRY_COST_KM = Decimal("0.008"), Decimal("0.03")
FAST_COST_KM = Decimal("0.012")
FLIGHT_COST, FLIGHT_COST_KM = Decimal(4), Decimal("0.005")
GRID = 5

Mode = Literal["ground", "ferry", "flight"]


def order(towns: Sequence[Destination], home: Point | None) -> tuple[Destination, ...]:
    """The towns in the order of the shortest way, from home and back; as said when that is near.

    Raises Rejected for more towns than a trip can hold.
    """
    best = shortest(towns, home)
    if len(towns) < 2:
        return best
    way = _ways(towns, home)
    as_said = way(range(len(towns))) <= DETOUR * way([towns.index(d) for d in best])
    return tuple(towns) if as_said else best


def shortest(towns: Sequence[Destination], home: Point | None) -> tuple[Destination, ...]:
    """The towns in the order of the shortest way, from home and back.

    Raises Rejected for more towns than a trip can hold.
    """
    if len(towns) > MAX_TOWNS:
        raise Rejected(f"I plan up to {MAX_TOWNS} towns at a time. Which ones come first?")
    if len(towns) < 2:
        return tuple(towns)
    way = _ways(towns, home)
    best = min(permutations(range(len(towns))), key=lambda n: (round(way(n), 3), n))
    return tuple(towns[n] for n in best)


def _ways(towns: Sequence[Destination], home: Point | None) -> Callable[[Sequence[int]], float]:
    """How long the way through the towns of these numbers is, in km; no distance twice."""
    points = [d.center for d in towns]
    km = [[distance_km(a, b) for b in points] for a in points]
    away = [distance_km(home, p) if home is not None else 0.0 for p in points]

    def way(numbers: Sequence[int]) -> float:
        between = sum(km[a][b] for a, b in pairwise(numbers))
        return away[numbers[0]] + between + away[numbers[-1]]

    return way


def spans(towns: Sequence[Destination], first: date, last: date) -> list[tuple[date, date]]:
    """First and last day in each town, the nights shared out as long as towns are worth.

    The day of a transfer belongs to the town that is reached. Raises Rejected when there are fewer
    nights than towns.
    """
    nights = (last - first).days
    if nights < len(towns):
        names = listing(d.name for d in towns)
        raise Rejected(
            f"{plural(nights + 1, 'day')} are too short for {names}: a night in each is the least. "
            f"Give me {len(towns) + 1} days or more, or fewer towns."
        )
    weights = [max(1, d.stay_typical) for d in towns]
    shares = [nights * w / sum(weights) for w in weights]
    whole = [max(1, int(share)) for share in shares]
    while sum(whole) < nights:
        whole[max(range(len(whole)), key=lambda n: (shares[n] - whole[n], -n))] += 1
    while sum(whole) > nights:
        whole[max(range(len(whole)), key=lambda n: (whole[n] > 1, whole[n] - shares[n], -n))] -= 1
    found, day = [], first
    for count in whole:
        found.append((day, day + timedelta(days=count - 1)))
        day += timedelta(days=count)
    found[-1] = (found[-1][0], last)
    return found


def transfer(a: Destination, b: Destination, day: date, pace: Pace, people: int) -> Transfer:
    """The way from `a` to `b` on the morning of `day`: an estimate from the straight distance.

    Raises Rejected when it does not arrive on the same local day.
    """
    km = distance_km(a.center, b.center)
    mode, minutes, each = _by(a, b, km)
    depart = datetime.combine(day, time(), zone_of(a.timezone)) + timedelta(
        minutes=PACES[pace].start
    )
    minutes = -(-minutes // GRID) * GRID
    arrive = (depart.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(zone_of(b.timezone))
    if arrive.date() != day or depart.astimezone(zone_of(b.timezone)).date() != day:
        raise Rejected(
            f"{a.name} and {b.name} are too far apart for one trip: the way takes more than a "
            "day. Shall I plan them as two trips?"
        )
    cost = (each * b.meal_mid * people).quantize(Decimal(1))
    return Transfer(
        origin=a.name,
        destination=b.name,
        mode=mode,
        depart_at=depart,
        arrive_at=arrive,
        km=round(km, 1),
        cost=Money(amount=cost, currency=b.currency),
        source=Source(
            name="Estimate from the distance",
            fetched_at=b.source.fetched_at,
            confidence=Confidence.ESTIMATE,
        ),
    )


def way_between(a: Destination, b: Destination) -> tuple[Mode, int]:
    """How one gets from `a` to `b` and how many minutes it takes, as `transfer` counts them."""
    mode, minutes, _ = _by(a, b, distance_km(a.center, b.center))
    return mode, minutes


def _by(a: Destination, b: Destination, km: float) -> tuple[Mode, int, Decimal]:
    """How one gets there, minutes from door to door, and the price in meals for one person."""
    far = Decimal(str(round(km, 1)))
    sea = "island" in (a.kind, b.kind) or (
        a.country != b.country and bool({a.country, b.country} & ISLANDS)
    )
    if sea and km <= FERRY_MAX_KM:
        return "ferry", round(FERRY_ACCESS_MIN + km * 60 / FERRY_KMH), FERRY_COST_KM * far
    if not sea and a.fast_rail and a.fast_rail == b.fast_rail and km <= FAST_MAX_KM:
        return "ground", round(FAST_ACCESS_MIN + km * 60 / FAST_KMH), FAST_COST_KM * far
    if sea or km > GROUND_MAX_KM:
        minutes = FLIGHT_AROUND_MIN + FLIGHT_GROUND_MIN + km * 60 / FLIGHT_KMH
        return "flight", round(minutes), FLIGHT_COST + FLIGHT_COST_KM * far
    minutes = GROUND_ACCESS_MIN + km * GROUND_DETOUR * 60 / GROUND_KMH
    return "ground", round(minutes), GROUND_COST_KM * far


def join(plans: Sequence[Plan], transfers: Sequence[Transfer], budget: Budget | None) -> Plan:
    """One plan of several, in order; `transfers` lead to all but the first. One plan stays."""
    if len(plans) == 1:
        return plans[0]
    ways: list[Transfer | None] = [None, *transfers]
    stages = tuple(
        Stage(
            destination_id=plan.destination_id,
            destination=plan.destination,
            country=plan.country,
            timezone=plan.timezone,
            anchor=plan.anchor,
            first=plan.first_day,
            last=plan.last_day,
            budget=plan.budget,
            comes_by=way,
        )
        for plan, way in zip(plans, ways, strict=True)
    )
    return plans[0].model_copy(
        update={
            "destination": listing(plan.destination for plan in plans),
            "days": tuple(day for plan in plans for day in plan.days),
            "budget": budget,
            "departure_at": plans[-1].departure_at,
            "leaves_by_air": plans[-1].leaves_by_air,
            "notes": tuple(dict.fromkeys(note for plan in plans for note in plan.notes)),
            "stages": stages,
        }
    )


def split(plan: Plan) -> list[Plan]:
    """The plans of the towns; the plan itself when there is one town."""
    if not plan.stages:
        return [plan]
    return [_part(plan, n, stage) for n, stage in enumerate(plan.stages)]


def _part(plan: Plan, n: int, stage: Stage) -> Plan:
    days: tuple[Day, ...] = tuple(d for d in plan.days if stage.first <= d.day <= stage.last)
    final = n == len(plan.stages) - 1
    return plan.model_copy(
        update={
            "destination_id": stage.destination_id,
            "destination": stage.destination,
            "country": stage.country,
            "timezone": stage.timezone,
            "anchor": stage.anchor,
            "days": days,
            "budget": stage.budget,
            "arrival_at": plan.arrival_at if n == 0 else None,
            "departure_at": plan.departure_at if final else None,
            "stages": (),
        }
    )


def joined_budget(
    plans: Sequence[Plan], rates: Mapping[str, Decimal], currency: str, limit: Decimal | None
) -> Budget | None:
    """The money of all towns in one currency; None when a rate or a part is not known.

    `rates` says what one unit of `currency` is in each local one.
    """
    totals: dict[str, Decimal] = {}
    unknown: list[str] = []
    for plan in plans:
        if plan.budget is None or plan.budget.currency not in rates:
            return None
        for label, value in plan.budget.lines:
            worth = (value / rates[plan.budget.currency]).quantize(Decimal(1))
            if " room" in label:
                label = label.replace(" (estimate)", f", {plan.destination} (estimate)")
            totals[label] = totals.get(label, Decimal(0)) + worth
        unknown += plan.budget.unknown
    flights_counted = any(label.startswith("flights") for label in totals)
    left = [u for u in dict.fromkeys(unknown) if not (u == "flights" and flights_counted)]
    return Budget(
        currency=currency,
        lines=tuple(totals.items()),
        total=sum(totals.values(), Decimal(0)),
        limit=limit,
        unknown=tuple(left),
    )
