"""Where to go: destinations of the atlas ranked for a wish, each with its reasons.

Pure: everything it needs is given. Hard wishes remove a destination, soft ones move it up or down.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core import words
from core.interests import INTERESTS
from core.travel import Climate, Destination, Event, Money, Place, Point
from core.wishes import Wish

# Typical day temperatures that a wish for a climate means, °C.
_CLIMATES: dict[str, tuple[float, float]] = {
    "hot": (28, 36),
    "warm": (20, 29),
    "mild": (14, 22),
    "cold": (-8, 8),
    "snow": (-12, 3),
}
_HALF_PRICE_AGE = 12
OVER_BUDGET = Decimal("1.12")  # estimates are rough: so much more may still be fine
_VIBE_WORDS = {
    "city": "city life",
    "beach": "beaches",
    "family": "things for children",
    "winter": "snow",
}
_MANY_STEP_FREE = 0.4  # share of a destination's sights that is worth telling
_STEEP = 1.5  # what a steep place has less
FLIGHT_KM = 350  # nearer than this nobody flies
_GROUND_KM = 600  # farther than this nobody gets to without flying and still has a weekend


@dataclass(frozen=True)
class Budget:
    """The budget of the whole party for the whole trip, in `currency`."""

    amount: Decimal
    currency: str
    includes_flights: bool


@dataclass(frozen=True)
class Question:
    """What the ranking knows: the wish, resolved as far as possible.

    `month` is the month of the stay, None when it is open. `rate(from, to)` gives the value of one
    unit, None when unknown. `flight(destination)` gives a rough range for one adult, or None.
    """

    wish: Wish
    month: int | None
    nights: int
    home: Place | None
    visited: frozenset[str]
    wishlist: frozenset[str]
    dismissed: frozenset[str]
    saved: frozenset[str]
    seen: frozenset[str]  # shown already when "more" is asked
    currency: str
    budget: Budget | None
    rate: Callable[[str, str], float | None]
    flight: Callable[[Destination], tuple[float, Money, Money] | None]  # hours, low, high
    events: Mapping[str, Sequence[Event]] = field(default_factory=dict)
    region_of: Mapping[str, str] = field(default_factory=dict)  # country -> region name
    several: bool = False  # for a trip over several towns, whose nights are shared out later


@dataclass(frozen=True)
class Suggestion:
    """One destination with what speaks for it. `cost` is for the whole party, or None."""

    destination: Destination
    score: float
    reasons: tuple[str, ...]
    climate: Climate | None
    hours: float | None
    cost: Money | None
    flight_low: Money | None
    warnings: tuple[str, ...] = ()
    simple: bool = False  # `cost` is for simple rooms and meals


def rank(
    destinations: Sequence[Destination], question: Question, count: int = 4
) -> list[Suggestion]:
    """The best `count` destinations, best first, from different countries while there are many.

    With few to choose from two of one country may stand, and any number in a place that was named.
    Deterministic: equal scores are ordered by id.
    """
    scored = [s for d in destinations if (s := _assess(d, question)) is not None]
    scored.sort(key=lambda s: (-s.score, s.destination.id))
    chosen: list[Suggestion] = []
    per_country: dict[str, int] = {}
    most = count if question.wish.destinations else 1 if len(scored) > 2 * count else 2
    for suggestion in scored:
        country = suggestion.destination.country
        if per_country.get(country, 0) >= most:
            continue
        per_country[country] = per_country.get(country, 0) + 1
        chosen.append(suggestion)
        if len(chosen) == count:
            break
    return chosen


def distance_km(a: Point, b: Point) -> float:
    """Great-circle distance in km."""
    la, lb = math.radians(a.lat), math.radians(b.lat)
    dlat, dlon = lb - la, math.radians(b.lon - a.lon)
    h = math.sin(dlat / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin(dlon / 2) ** 2
    return 12_742 * math.asin(min(1.0, math.sqrt(h)))


def _assess(d: Destination, q: Question) -> Suggestion | None:
    if not _allowed(d, q):
        return None
    score = 0.0
    reasons: list[str] = []
    warnings: list[str] = []
    climate = d.climate[q.month - 1] if q.month and d.climate else None
    for part in (_weather(d, q, climate), _likes(d, q), _quiet(d, q), _steps(d, q), _known(d, q)):
        if part is None:
            return None
        score += part[0]
        reasons += part[1]
        warnings += part[2]
    hours, low, high = _flight(d, q)
    if hours is not None:
        limit = q.wish.max_flight_hours
        if limit is not None and hours > limit:
            return None
        # A short trip should not be spent in the air.
        if limit is None and not q.wish.destinations and hours > _worth_hours(q.nights):
            return None
        score -= max(0.0, hours - 1.5) * (2.4 / max(1, q.nights)) + hours * 0.06
        if hours <= 3.5:
            reasons.append(f"{_hours(hours)} in the air")
    cost = _cost(d, q, low, high)
    simple = False
    most = _limit(q)
    if most and cost is not None and cost.amount > most:
        cost, simple = _cost(d, q, low, high, simple=True), True
        score -= 0.5
    if most and cost is not None:
        share = cost.amount / most
        if share > OVER_BUDGET:
            return None
        score += 1.2 if share <= Decimal("0.9") else 0.4 if share <= 1.0 else -1.0
        if share > 1.0:
            warnings.append("a little over your budget")
    for event in q.events.get(d.id, ())[:1]:
        if event.impact == "highlight":
            score += 0.4
            when = words.span(event.first, event.last) if event.certain else "check the dates"
            reasons.append(f"{event.name} ({when})")
        elif event.impact == "crowds":
            score -= 0.4
            warnings.append(f"crowded: {event.name}")
    return Suggestion(d, score, tuple(reasons), climate, hours, cost, low, tuple(warnings), simple)


_Part = tuple[float, list[str], list[str]]


def _allowed(d: Destination, q: Question) -> bool:
    if d.id in q.visited or d.id in q.dismissed or d.id in q.seen:
        return False
    for mention in q.wish.avoid:
        if mention.id in (f"atlas:{d.id}", f"country:{d.country}"):
            return False
    inside = [m for m in q.wish.destinations if m.id.startswith(("country:", "continent:"))]
    if inside and not any(
        m.id == f"country:{d.country}" or m.id == f"continent:{q.region_of.get(d.country)}"
        for m in inside
    ):
        return False
    if q.home is not None and q.home.destination_id == d.id:
        return False
    if q.wish.no_flight and q.home is not None:
        return distance_km(q.home.point, d.center) <= _GROUND_KM
    return True


def _weather(d: Destination, q: Question, climate: Climate | None) -> _Part | None:
    wish = q.wish.climate
    if climate is None:
        months = [c for c in d.climate if wish and _fits(c, wish)]
        if wish and not months:
            return None
        return 0.0, [], []
    score = 0.0
    reasons: list[str] = []
    warnings: list[str] = []
    text = f"typically {round(climate.tmax_c)} °C by day in {words.MONTH_NAMES[climate.month - 1]}"
    if wish:
        low, high = _CLIMATES[wish]
        miss = max(0.0, low - climate.tmax_c, climate.tmax_c - high)
        if miss > 4:
            return None
        score += 2.0 - miss * 0.7
        if miss == 0:
            reasons.append(f"{text}, {round(climate.sun_h_day)} h of sun")
        else:
            reasons.append(text)
    else:
        comfort = max(0.0, 16 - climate.tmax_c, climate.tmax_c - 30)
        score -= comfort * 0.12
        reasons.append(text)
    if climate.month in d.best_months:
        score += 1.0
        reasons.append("one of its best months")
    if climate.rain_days >= 14:
        score -= (climate.rain_days - 12) * 0.12
        warnings.append(f"rain on about {round(climate.rain_days)} days of the month")
    return score, reasons, warnings


def _fits(c: Climate, wish: str) -> bool:
    low, high = _CLIMATES[wish]
    return low <= c.tmax_c <= high


def _likes(d: Destination, q: Question) -> _Part | None:
    """What they enjoy, against what the destination is strong in; None without a must."""
    score = 0.0
    strong: list[str] = []
    for tag in dict.fromkeys((*q.wish.likes, *q.wish.musts)):
        interest = INTERESTS.get(tag)
        if interest is None or not interest.vibes:
            continue
        best = max(interest.vibes, key=lambda v: d.vibes.get(v, 0))
        vibe = d.vibes.get(best, 0)
        if vibe == 0 and tag in q.wish.musts:
            return None
        score += (vibe - 1.2) * (1.6 if tag in q.wish.musts else 1.1)
        if vibe == 3:
            # The atlas grades vibes: "strong on diving" would be more than it knows.
            strong.append(_VIBE_WORDS.get(best, best))
    for tag in q.wish.dislikes:
        interest = INTERESTS.get(tag)
        if interest and interest.vibes and len(interest.vibes) == 1:
            score -= d.vibes.get(interest.vibes[0], 0) * 0.4
    reasons = [f"strong on {words.listing(dict.fromkeys(strong))}"] if strong else []
    if q.wish.party and q.wish.party.children:
        score += (d.vibes.get("family", 0) - 1.5) * 1.0
        if d.vibes.get("family", 0) == 3 and _VIBE_WORDS["family"] not in strong:
            reasons.append("good with children")
    if not q.wish.likes:
        score += sum(d.vibes.values()) * 0.05
    return score, reasons, []


def _quiet(d: Destination, q: Question) -> _Part:
    if not q.wish.quiet:
        return 0.0, [], []
    score = d.quiet_share * 5.0 - 1.0
    calm = d.quiet_share >= 0.3
    # Big sights draw big crowds, whatever quiet corners lie beside them.
    score -= 1.0 * (d.vibes.get("city", 0) == 3) + 1.0 * (d.vibes.get("culture", 0) == 3)
    percent = round(d.quiet_share * 100 / 5) * 5
    return score, [f"about {percent} % of our places there are quiet"] if calm else [], []


def _steps(d: Destination, q: Question) -> _Part:
    """For whom stairs are a trouble: what is known as steep goes down, and says so."""
    share = d.step_free_share
    if not q.wish.step_free or share is None:
        return 0.0, [], []
    score = share * 5.0 - 1.5
    if d.steps_share > share:
        return score - _STEEP, [], ["steep: more of our places have steps than are step-free"]
    percent = round(share * 100 / 5) * 5
    known = f"about {percent} % of our places there are known to be step-free"
    return score, [known] if share >= _MANY_STEP_FREE else [], []


def _known(d: Destination, q: Question) -> _Part:
    score = 0.0
    reasons: list[str] = []
    if d.id in q.wishlist:
        score += 2.0
        reasons.append("on your list of places to see")
    if d.id in q.saved:
        score += 0.5
        reasons.append("you saved it")
    if not q.several and d.stay_min <= q.nights <= d.stay_max:
        score += 0.5
    elif not q.several and q.nights < d.stay_min:
        score -= 0.7 * (d.stay_min - q.nights)
    return score, reasons, []


def _flight(d: Destination, q: Question) -> tuple[float | None, Money | None, Money | None]:
    if q.home is None:
        return None, None, None
    estimate = q.flight(d)
    return estimate if estimate is not None else (None, None, None)


def _cost(
    d: Destination, q: Question, low: Money | None, high: Money | None, *, simple: bool = False
) -> Money | None:
    """Food, tickets and getting around, rooms, and flights when they are wanted.

    Of middling quality, or `simple`; children under twelve eat and pay half.
    """
    rate = q.rate(d.currency, q.currency)
    if rate is None:
        return None
    size = q.wish.party.size if q.wish.party else 1
    young = sum(1 for age in q.wish.party.children if age < _HALF_PRICE_AGE) if q.wish.party else 0
    daily = d.daily_low if simple else d.daily_mid
    total = float(daily) * rate * (q.nights + 1) * (size - young / 2)
    total += float(room(d, simple=simple)) * rate * q.nights * rooms(size)
    if low and high and (q.budget is None or q.budget.includes_flights):
        if low.currency != q.currency:
            return None
        total += float(low.amount + high.amount) / 2 * size
    return Money(amount=Decimal(round(total)), currency=q.currency)


def _limit(q: Question) -> Decimal | None:
    """The budget in the currency of the costs, None without one or without a rate."""
    if q.budget is None or q.budget.currency == q.currency:
        return q.budget.amount if q.budget else None
    rate = q.rate(q.budget.currency, q.currency)
    return None if rate is None else q.budget.amount * Decimal(str(rate))


def room(d: Destination, *, simple: bool = False) -> Decimal:
    """A room for two, one night, local currency, mid-range or `simple`: our own estimate.

    The atlas has no hotel prices; across its cities a mid-range room costs about what one traveller
    spends on a middling day, and a simple one three fifths of it. Every card says "estimate".
    """
    return d.daily_mid * Decimal("0.6") if simple else d.daily_mid


def rooms(people: int) -> int:
    return (people + 1) // 2


def _worth_hours(nights: int) -> float:
    """The longest flight, one way, that so many nights are worth."""
    return 2.0 + 1.2 * nights


def _hours(hours: float) -> str:
    return f"about {round(hours * 2) / 2:g} h"
