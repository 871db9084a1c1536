"""From a wish to a verified plan: facts, problems, plans of one town or several, the last check."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from core.appointments import on_their_days
from core.briefing import Brief, Part, brief, pace_of, purses
from core.errors import Rejected
from core.gathering import UNPLACED, Facts, gather
from core.itinerary import stages
from core.itinerary.build import build
from core.itinerary.problem import Impossible, Problem
from core.itinerary.verify_stages import verify_trip
from core.itinerary.violations import Violation
from core.ranking import Budget
from core.travel import Destination, Place, Travel
from core.trips import Plan, Transfer
from core.wishes import Appointment, Party, Wish
from core.words import listing


@dataclass(frozen=True)
class Start:
    """Where a trip begins: the home of the traveller, their currency, today in UTC."""

    home: Place | None
    currency: str
    today: date


@dataclass(frozen=True)
class Made:
    """The facts and problems of each town, in order, and the ways between them."""

    towns: tuple[Facts, ...]
    briefs: tuple[Brief, ...]
    transfers: tuple[Transfer, ...]
    notes: tuple[str, ...]
    limit: Decimal | None  # of the whole trip, in the traveller's currency

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(b.problem for b in self.briefs)

    @property
    def rates(self) -> dict[str, Decimal]:
        """One unit of the traveller's currency in each local one, as far as known."""
        return {
            t.destination.currency: Decimal(str(t.rate)) for t in self.towns if t.rate is not None
        }


Span = tuple[Destination, date, date]


def arranged(
    destinations: Sequence[Destination], first: date, last: date, home: Place | None
) -> list[Span]:
    """The towns in a sensible order with their days. Raises Rejected when there are too few."""
    towns = stages.order(destinations, home.point if home else None)
    days = stages.spans(towns, first, last) if len(towns) > 1 else [(first, last)]
    return [(town, a, b) for town, (a, b) in zip(towns, days, strict=True)]


def like_before(
    plan: Plan, towns: Sequence[Destination], first: date, last: date
) -> list[Span] | None:
    """The days shared out as in `plan`; None when they cannot be.

    A trip that ends later or earlier is longer or shorter in its last town, one that only begins on
    another day in its first; the other towns keep their days.
    """
    if len(towns) != len(plan.towns):
        return None
    shift = first - plan.first_day if last != plan.last_day else timedelta()
    known = {town.id: town for town in towns}
    spans = [(known[t.destination_id], t.first + shift, t.last + shift) for t in plan.towns]
    spans[0] = (spans[0][0], first, spans[0][2])
    spans[-1] = (*spans[-1][:2], last)
    return spans if all(a <= b for _, a, b in spans) else None


def exchanged(plan: Plan, towns: Sequence[Destination], home: Place | None) -> list[Span]:
    """The days of `plan` for other towns: the nights of each stay what they were.

    Only a detour changes the order; another number of towns shares the days out anew. Raises
    Rejected when there are more towns than nights.
    """
    in_order = stages.order(towns, home.point if home else None)
    if len(towns) != len(plan.towns):
        return arranged(in_order, plan.first_day, plan.last_day, home)
    nights = {
        town.id: (t.last - t.first).days + (t.last != plan.last_day)
        for town, t in zip(towns, plan.towns, strict=True)
    }
    spans, day = [], plan.first_day
    for town in in_order:
        spans.append((town, day, day + timedelta(days=nights[town.id] - 1)))
        day += timedelta(days=nights[town.id])
    return [*spans[:-1], (*spans[-1][:2], plan.last_day)]


async def prepare(
    travel: Travel, spans: Sequence[Span], wish: Wish, budget: Budget | None, start: Start
) -> Made:
    """Facts of all towns at once, and the problem of each.

    Raises Rejected when the budget cannot hold the trip or two towns are too far apart.
    """
    people = (wish.party or Party()).size
    transfers = tuple(
        stages.transfer(a, b, day, pace_of(wish), people)
        for (a, _, _), (b, day, _) in pairwise(spans)
    )
    trip_days = [
        spans[0][1] + timedelta(days=n) for n in range((spans[-1][2] - spans[0][1]).days + 1)
    ]
    appointments, notes = on_their_days(wish.appointments, trip_days)
    gathered = await asyncio.gather(
        *(
            gather(
                travel,
                town,
                first,
                last,
                home=start.home,
                currency=start.currency,
                today=start.today,
                wish=_of_days(wish, appointments, first, last),
                way_back=spans[-1][2],
                flights=n == 0,
            )
            for n, (town, first, last) in enumerate(spans)
        )
    )
    final = len(spans) - 1
    parts = [
        Part(
            first=n == 0,
            last=n == final,
            nights=None if n == final else len(facts.days),
            comes_by=transfers[n - 1] if n else None,
        )
        for n, facts in enumerate(gathered)
    ]
    money = purses(gathered, parts, wish, budget)
    briefs = tuple(
        brief(facts, wish, purse, part)
        for facts, purse, part in zip(gathered, money, parts, strict=True)
    )
    limit = budget.amount if budget and all(p.limit is not None for p in money) else None
    notes = (*notes, *at_the_table(travel, [town for town, _, _ in spans], wish.diet))
    if wish.lodging and not any(facts.lodging_known for facts in gathered):
        notes = (*notes, UNPLACED.format(wish.lodging, "the days start there"))
    if len(spans) > 1 and gathered[0].flights is not None:
        notes = (*notes, OPEN_JAW.format(spans[0][0].name, spans[-1][0].name))
    return Made(tuple(gathered), _about_musts(briefs), transfers, notes, limit)


Builder = Callable[[Problem], Plan]


def build_all(made: Made, builder: Builder = build) -> Plan:
    """The plan of all towns; `builder` makes that of one town.

    Raises:
        Rejected: no plan keeps all hard constraints.
    """
    try:
        plans = [builder(problem) for problem in made.problems]
    except Impossible as error:
        raise Rejected(f"{error} Shall I change the dates, the pace or the budget?") from error
    return joined(plans, made)


def joined(plans: Sequence[Plan], made: Made) -> Plan:
    """The plans of the towns as one, with the money of all of them."""
    if len(plans) == 1:
        return plans[0]
    currency = made.towns[0].currency
    total = stages.joined_budget(plans, made.rates, currency, made.limit)
    return stages.join(plans, made.transfers, total)


def insist(plan: Plan, made: Made) -> None:
    """The last gate: a plan with a violation is never sent. Raises Rejected."""
    violations: list[Violation] = verify_trip(plan, made.problems, made.rates)
    if violations:
        found = "; ".join(sorted({v.text for v in violations})[:3])
        raise Rejected(
            f"I made a plan, but it did not pass my own check ({found}), so I do not send it. "
            "Please change the dates or the pace, and I try again."
        )


def dressed(plan: Plan, made: Made, wish: Wish) -> Plan:
    """The plan with what stands beside its stops: flights, notes, what was assumed."""
    said = wish.arrive_at is not None and wish.leave_at is not None
    notes = (*made.notes, *(note for b in made.briefs for note in b.notes))
    return plan.model_copy(
        update={
            "flights": made.towns[0].flights,
            "notes": tuple(dict.fromkeys(notes)),
            "times_assumed": not said,
            "arrival_at": made.problems[0].landing,
            "departure_at": made.problems[-1].takeoff,
            "comes_by_air": not made.problems[0].by_land,
            "leaves_by_air": not made.problems[-1].by_land,
        }
    )


def pinned(wish: Wish, plan: Plan) -> Wish:
    """The wish with the date of each appointment: "Friday" stays that Friday later on."""
    days = [d.day for d in plan.days]
    dated, _ = on_their_days(wish.appointments, days)
    by_title = {a.title: a for a in dated}
    fixed = tuple(by_title.get(a.title, a) for a in wish.appointments)
    return wish.model_copy(update={"appointments": fixed})


def at_the_table(travel: Travel, towns: Sequence[Destination], diet: Collection[str]) -> list[str]:
    """What has to be said at the table: what I do not know, and "no meat" in each language."""
    diet = [need for need in diet if need != "alcohol_free"]  # which is no question of food
    if not diet:
        return []
    found: dict[str, str] = {}
    needs = listing(need.replace("_", "-") for need in diet)
    found[""] = f"I know no menus: ask for {needs} food before you order."
    if not MEATLESS & set(diet):
        return list(found.values())
    more = "; milk and eggs you have to name too" if "vegan" in diet else ""
    for town in towns:
        country = travel.places.country(town.country)
        for phrase in country.phrases if country else ():
            if phrase.meaning == "I don't eat meat":
                said = f" ({phrase.say})" if phrase.say else ""
                found[phrase.local] = (
                    f"At the table: “{phrase.local}”{said} means I don't eat meat{more}."
                )
    return list(found.values())


def _of_days(wish: Wish, appointments: Sequence[Appointment], first: date, last: date) -> Wish:
    """The wish with only those appointments that are on these days."""
    mine = tuple(a for a in appointments if a.day is not None and first <= a.day <= last)
    return wish.model_copy(update={"appointments": mine})


def _about_musts(briefs: tuple[Brief, ...]) -> tuple[Brief, ...]:
    """What one town does not know another may have; only what nobody knows is worth a note."""
    unknown = [set(b.missing) for b in briefs]
    nowhere = set.intersection(*unknown)
    return tuple(
        Brief(
            b.problem,
            (*b.notes, *(MISSING.format(m) for m in b.missing if n == 0 and m in nowhere)),
        )
        for n, b in enumerate(briefs)
    )


MEATLESS = frozenset({"vegetarian", "vegan"})
OPEN_JAW = (
    "The flight estimate is a return to {}; you fly home from {}, so search for both ways singly."
)
MISSING = "I have no verified data on “{}”, so it is not in the plan."
