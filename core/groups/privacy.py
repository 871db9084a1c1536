"""Private wishes in code: how coarsely they shape a plan, who is not fitted and why, and the caps.

A group's answer depends on private wishes only through `fits`: whether what was made for the
public wishes fits everyone, and, when it does not, through a `Cell`, the coarse limits that do.
Two wishes in the same cell cannot be told apart by anything the group reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.diets import Served, refused_by, suits
from core.groups.merging import Voice
from core.interests import INTERESTS, matches
from core.itinerary.problem import Problem
from core.naming import best_named
from core.session import Probe
from core.travel import STEPS, Sight
from core.trips import Plan
from core.wishes import Budget, Wish
from core.words import amount, listing, literal, span
from core.words import day as day_text

LEAST_MEMBERS = 3  # with fewer everybody could tell whose wish it is
PROBES_A_DAY = 3
# Limits are rounded down to these, so that trying values finds the step and never the value.
_MONEY_STEPS = tuple(
    Decimal(n)
    for n in (
        "1 1.05 1.1 1.15 1.2 1.25 1.3 1.4 1.5 1.6 1.7 1.8 1.9 2 2.1 2.2 2.3 2.4 2.5 2.6 2.8 3 3.2 "
        "3.4 3.6 3.8 4 4.2 4.4 4.6 4.8 5 5.25 5.5 5.75 6 6.3 6.6 7 7.3 7.6 8 8.4 8.8 9.2 9.6"
    ).split()
)
_WALK_STEPS = (0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0)
_ROUNDED = " (I keep to {}, so that nobody finds it out by trying)"

Rates = Mapping[str, Decimal]  # what one unit of a currency is in that of the costs


@dataclass(frozen=True)
class Cell:
    """The coarse limits that hold for everybody. `budget` is for one person, in the currency of the
    costs; `refused` are interest tags and names of sights, `uneaten` what no place to eat that is
    visited may be all about."""

    budget: Decimal | None = None
    walk_km: float | None = None
    step_free: bool = False
    refused: frozenset[str] = frozenset()
    uneaten: frozenset[Served] = frozenset()
    flight_hours: int | None = None
    no_flight: bool = False
    out: frozenset[str] = frozenset()  # ids of destinations


@dataclass(frozen=True)
class Misfit:
    """One person whom something does not fit, and why: for them alone."""

    person: str
    why: tuple[str, ...]


def may_derive(everybody: Sequence[Voice]) -> bool:
    """True when so many have an account that nothing points to one of them."""
    return sum(v.account for v in everybody) >= LEAST_MEMBERS


def probed(probes: Sequence[Probe], about: str, now: datetime) -> tuple[Probe, ...] | None:
    """The probes of the last day with this one; None when the chat has used up what it may ask."""
    kept = tuple(p for p in probes if now - p.at < timedelta(days=1))
    if any(p.about == about for p in kept):
        return kept
    return None if len(kept) >= PROBES_A_DAY else (*kept, Probe(at=now, about=about))


def values_asked(wish: Wish, first: date, last: date) -> str:
    """The public values that a plan was asked for with: other ones make it another question."""
    budget = wish.budget
    money = f"{money_step(budget.amount)} {budget.scope} {budget.currency}" if budget else ""
    return f"{first}/{last} {money} {wish.max_walk_km or ''} {wish.max_flight_hours or ''}"


def cell_of(everybody: Sequence[Voice], currency: str, days: int, rates: Rates) -> Cell:
    """The weakest coarse limits that keep what everybody said in private."""
    wishes = [v.private for v in everybody]
    money = [m for w in wishes if (m := per_person(w, currency, days, rates)) is not None]
    walks = [w.max_walk_km for w in wishes if w.max_walk_km is not None]
    hours = [w.max_flight_hours for w in wishes if w.max_flight_hours is not None]
    return Cell(
        budget=money_step(min(money)) if money else None,
        walk_km=walk_step(min(walks)) if walks else None,
        step_free=any(w.step_free for w in wishes),
        refused=frozenset(t for w in wishes for t in w.dislikes),
        uneaten=refused_by({d for w in wishes for d in w.diet}),
        flight_hours=int(min(hours)) if hours else None,
        no_flight=any(w.no_flight for w in wishes),
        out=frozenset(m.id.removeprefix("atlas:") for w in wishes for m in w.avoid if m.id),
    )


def within(wish: Wish, cell: Cell, currency: str, people: int, public: Decimal | None) -> Wish:
    """The public wish with the coarse limits in it: to build with, never to show or to keep.

    `public` is what everybody together may spend by what was said aloud, in `currency`.
    """
    update: dict[str, object] = {
        "dislikes": tuple(dict.fromkeys((*wish.dislikes, *sorted(cell.refused)))),
        "step_free": True if cell.step_free else wish.step_free,
        "no_flight": True if cell.no_flight else wish.no_flight,
    }
    if cell.walk_km is not None:
        update["max_walk_km"] = min(cell.walk_km, wish.max_walk_km or cell.walk_km)
    if cell.budget is not None:
        limit = cell.budget * people
        flights = True if wish.budget is None else bool(wish.budget.includes_flights)
        update["budget"] = Budget(
            amount=max(Decimal(1), min(limit, public) if public is not None else limit),
            currency=currency,
            scope="total",
            includes_flights=flights,
        )
    return wish.model_copy(update=update)


def per_person(wish: Wish, currency: str, days: int, rates: Rates) -> Decimal | None:
    """The private budget of one for the whole trip, in `currency`; None without one or a rate."""
    said = wish.budget
    if said is None:
        return None
    each = said.amount * (days if said.scope in ("day", "person_day") else 1)
    if said.currency in ("", currency):
        return each
    rate = rates.get(said.currency)
    return None if rate is None else each * rate


def misfits(
    plan: Plan, problems: Sequence[Problem], everybody: Sequence[Voice], rates: Rates
) -> list[Misfit]:
    """Those whom the plan does not fit by what they told in private, each with the reasons.

    Limits count in their steps, as in a `Cell`: whether a plan fits is heard by all, and asking for
    ever dearer ones would find out an exact limit.
    """
    found = []
    for voice in everybody:
        if voice.is_private and (why := _why(plan, problems, voice, rates)):
            found.append(Misfit(voice.person, tuple(why)))
    return found


def _why(plan: Plan, problems: Sequence[Problem], voice: Voice, rates: Rates) -> list[str]:
    wish = voice.private
    sights = {id: s for p in problems for id, s in p.sights.items()}
    ids = [id for s in plan.visits() for id in (s.sight_id, s.swap_sight_id)]
    visited = [sights[id] for id in dict.fromkeys(ids) if id in sights]
    found = _money(plan, wish, rates)
    if wish.step_free and (steep := [s.name for s in visited if STEPS & set(s.tags)]):
        found.append(f"{listing(map(literal, steep))} cannot be had without steps.")
    limit_km = wish.max_walk_km
    if limit_km is not None and (far := _longest_walk(plan, problems)) > walk_step(limit_km):
        text = f"its longest single walk is {far:.1f} km, your limit {limit_km:g} km"
        found.append(
            f"{text}{'' if far > limit_km else _ROUNDED.format(f'{walk_step(limit_km):g} km')}."
        )
    found += nothing_to_eat(visited, wish)
    for tag in wish.dislikes:
        if hit := [s.name for s in visited if refused(tag, s, visited)]:
            what = INTERESTS[tag].label if tag in INTERESTS else tag
            found.append(f"it has {listing(map(literal, hit))}, and you refuse {literal(what)}.")
    if not voice.free_private.suits(plan.first_day, plan.last_day):
        found.append(f"you cannot on all days of {span(plan.first_day, plan.last_day)}.")
    flies = plan.flights is not None
    if flies and wish.no_flight:
        found.append("it needs a flight.")
    if plan.flights is not None and wish.max_flight_hours is not None:
        found += too_long(plan.flights.hours, wish.max_flight_hours)
    avoided = {m.id.removeprefix("atlas:") for m in wish.avoid if m.id}
    found += [
        f"you refuse {literal(t.destination)}." for t in plan.towns if t.destination_id in avoided
    ]
    return found


def nothing_to_eat(sights: Sequence[Sight], wish: Wish) -> list[str]:
    """Why some of these are no places for a diet; empty when all are, as far as names tell."""
    refuses = refused_by(wish.diet)
    names = [literal(s.name) for s in sights if not suits(s, refuses)]
    diet = listing(literal(d.replace("_", "-")) for d in wish.diet)
    return [f"{listing(names)}: by the name, nothing there is {diet}."] if names else []


def refused(tag: str, sight: Sight, among: Sequence[Sight]) -> bool:
    """True when `tag`, an interest or the name of a sight, speaks of this one."""
    if tag in INTERESTS:
        return matches(tag, sight.category, sight.tags)
    names = [(s.id, n) for s in among for n in (s.name, s.local_name) if n]
    return best_named(tag, names) == sight.id


def _money(plan: Plan, wish: Wish, rates: Rates) -> list[str]:
    if wish.budget is None or plan.budget is None:
        return []
    currency = plan.budget.currency
    limit = per_person(wish, currency, len(plan.days), rates)
    if limit is None:
        return [f"I have no rate for {wish.budget.currency}, so I cannot check your budget."]
    return too_dear(plan.budget.total / plan.party, limit, currency)


def too_dear(each: Decimal, limit: Decimal, currency: str) -> list[str]:
    """Why so much a person does not fit a private limit, which counts in its step."""
    step = money_step(limit)
    if each <= step:
        return []
    text = f"it costs about {amount(each, currency)} each, your limit is {amount(limit, currency)}"
    return [f"{text}{'' if each > limit else _ROUNDED.format(amount(step, currency))}."]


def too_long(hours: float, limit: float) -> list[str]:
    """Why a flight does not fit a private limit, which counts in whole hours."""
    step = int(limit)
    if hours <= step:
        return []
    text = f"the flight takes about {hours:.1f} h, your limit is {limit:g}"
    return [f"{text}{'' if hours > limit else _ROUNDED.format(f'{step} h')}."]


def _longest_walk(plan: Plan, problems: Sequence[Problem]) -> float:
    """Kilometres of the longest single walk, the way back in the evening included."""
    legs = [s.leg for d in plan.days for s in d.stops if s.leg is not None]
    known = {k: leg for p in problems for k, leg in p.legs.items()}
    for d in plan.days:
        last = next((s.sight_id for s in reversed(d.stops) if s.sight_id), "")
        if (home := known.get((last, "anchor"))) is not None:
            legs.append(home)
    return max((leg.km for leg in legs if leg.mode == "walk"), default=0.0)


def cannot_on(everybody: Sequence[Voice], first: date, last: date) -> list[Misfit]:
    """Those who said in private that they cannot on these days."""
    text = f"you cannot on all days of {span(first, last)}."
    if first == last:
        text = f"you cannot on {day_text(first)}."
    return [Misfit(v.person, (text,)) for v in everybody if not v.free_private.suits(first, last)]


def money_step(value: Decimal) -> Decimal:
    """The largest step, about a twentieth apart, that is not more."""
    if value < 1:
        return Decimal(0)
    power = Decimal(10) ** value.adjusted()
    return max(s * power for s in _MONEY_STEPS if s * power <= value)


def walk_step(km: float) -> float:
    """The largest step of walking that is not more; 0 below the least."""
    return max((step for step in _WALK_STEPS if step <= km), default=0.0)
