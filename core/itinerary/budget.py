"""What a plan costs the whole party: tickets, meals and getting around, in local currency."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from core.itinerary.problem import (
    APPOINTMENT,
    CAR_SEATS,
    DRIVE_COST_KM,
    FARE_INCLUDES_KM,
    FREE_UNDER_AGE,
    TRANSIT_FARE,
    TRANSIT_FARE_KM,
    Problem,
)
from core.travel import Leg, Money, Sight
from core.trips import Budget, Day, StopKind
from core.words import plural

CENT = Decimal("0.01")
TICKETS, MEALS, TRANSPORT = "tickets", "meals (estimate)", "local transport (estimate)"
FLIGHTS, TRANSFERS = "flights (estimate)", "transfer between towns (estimate)"


def party_size(problem: Problem) -> int:
    return problem.adults + len(problem.children)


def paying(problem: Problem) -> int:
    """How many need a ticket or fare: children under 6 are assumed free, half price is not."""
    return problem.adults + sum(age >= FREE_UNDER_AGE for age in problem.children)


def ticket(sight: Sight, problem: Problem) -> Money | None:
    """Tickets of the whole party, None when the price is unknown or in a foreign currency."""
    price, currency = sight.ticket, problem.destination.currency
    if price is None:
        return None
    if price.amount and price.currency != currency:
        return None
    return Money(amount=(price.amount * paying(problem)).quantize(CENT), currency=currency)


def meal(problem: Problem) -> Money:
    """One meal of the whole party at the destination's middle price: an estimate."""
    amount = problem.destination.meal_mid * party_size(problem)
    return Money(amount=amount.quantize(CENT), currency=problem.destination.currency)


def fare(leg: Leg, problem: Problem) -> Decimal:
    """What one leg costs the party: nothing on foot, else an estimate from the price of a meal."""
    if leg.mode == "walk":
        return Decimal(0)
    price, km = problem.destination.meal_mid, Decimal(str(leg.km))
    if leg.mode == "drive":
        cars = -(-party_size(problem) // CAR_SEATS)
        return (price * DRIVE_COST_KM * km * cars).quantize(CENT)
    beyond = max(Decimal(0), km - FARE_INCLUDES_KM)
    each = price * (TRANSIT_FARE + TRANSIT_FARE_KM * beyond)
    return (each * paying(problem)).quantize(CENT)


def budget(days: Iterable[Day], problem: Problem) -> Budget:
    """The budget of finished days; each day ends with the way back to the hotel or centre."""
    tickets = meals = rides = Decimal(0)
    unknown: list[str] = []
    for day in days:
        at = "anchor"
        for stop in day.stops:
            if stop.leg is not None:
                rides += fare(stop.leg, problem)
            if stop.kind in (StopKind.LUNCH, StopKind.DINNER):
                meals += meal(problem).amount
            if stop.kind is StopKind.VISIT:
                at = stop.sight_id
                if stop.cost is None and stop.category != APPOINTMENT:
                    unknown.append(f"ticket for {stop.title}")
                elif stop.cost is not None:
                    tickets += stop.cost.amount
            elif stop.point == problem.anchor:
                at = "anchor"
        if at != "anchor":
            rides += fare(problem.legs[at, "anchor"], problem)
    lines = ((TICKETS, tickets), (MEALS, meals), (TRANSPORT, rides), *problem.other_costs)
    return Budget(
        currency=problem.destination.currency,
        lines=lines,
        total=sum((amount for _, amount in lines), Decimal(0)),
        limit=problem.budget,
        unknown=(*_not_counted(problem), *unknown),
    )


def rooms_label(nights: int, rooms: int, *, simple: bool) -> str:
    """ "4 nights in a mid-range room (estimate)"."""
    kind = "simple" if simple else "mid-range"
    where = f"in a {kind} room" if rooms == 1 else f"in {rooms} {kind} rooms"
    return f"{plural(nights, 'night')} {where} (estimate)"


def _not_counted(problem: Problem) -> tuple[str, ...]:
    """What a traveller also pays and no line of the budget holds."""
    labels = [label for label, _ in problem.other_costs]
    found = (
        [] if FLIGHTS in labels else ["the way there and back" if problem.by_land else "flights"]
    )
    if len(problem.days) > 1 and not any(" room" in label for label in labels):
        found.append("hotel")
    return (*found, *(() if problem.by_land else ("airport transfer",)), "breakfast")
