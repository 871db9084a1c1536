"""Where to go: wishes in, destinations out, with reasons that the atlas bears out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from adapters.travel.atlas.atlas import Atlas
from adapters.travel.curated import AtlasPlaces
from core.interests import INTERESTS
from core.ranking import OVER_BUDGET, Budget, Question, Suggestion, distance_km, rank
from core.travel import (
    Climate,
    Confidence,
    Destination,
    Event,
    EventKind,
    Money,
    Place,
    Point,
    Source,
)
from core.wishes import Mention, Party, Wish
from tests.fake_open_meteo import START

WRITTEN = Source(name="a test atlas", fetched_at=START, confidence=Confidence.CURATED)
BERLIN = Point(lat=52.52, lon=13.4)
RATES = {"EUR": 1.0, "JPY": 1 / 176, "USD": 0.86}


def town(id: str, **other: Any) -> Destination:
    """A mild, cheap town an hour and a half from Berlin, fair at everything."""
    tmax, rain_days = other.pop("tmax", 22.0), other.pop("rain_days", 6.0)
    values: dict[str, Any] = {
        "source": WRITTEN,
        "id": id,
        "name": id.capitalize(),
        "local_name": id.capitalize(),
        "kind": "city",
        "country": id[:2].upper(),
        "center": Point(lat=45, lon=12),
        "timezone": "Europe/Rome",
        "airports": (),
        "vibes": {"city": 1, "food": 1, "culture": 1, "nature": 1, "beach": 1, "family": 1},
        "currency": "EUR",
        "daily_low": Decimal(50),
        "daily_mid": Decimal(100),
        "daily_high": Decimal(200),
        "meal_mid": Decimal(25),
        "stay_min": 2,
        "stay_typical": 3,
        "stay_max": 6,
        "climate": tuple(
            Climate(
                source=WRITTEN,
                month=month,
                tmax_c=tmax,
                tmin_c=tmax - 8,
                rain_mm=40,
                rain_days=rain_days,
                sun_h_day=8,
            )
            for month in range(1, 13)
        ),
        "best_months": (),
        "quiet_share": 0.1,
    }
    return Destination.model_validate(values | other)


def home(point: Point = BERLIN, destination_id: str = "") -> Place:
    return Place(
        source=WRITTEN,
        id="test:home",
        name="Berlin",
        kind="city",
        country="DE",
        point=point,
        timezone="Europe/Berlin",
        destination_id=destination_id,
    )


def asks(wish: Wish | None = None, **other: Any) -> Question:
    """A question in mid April for four nights from nowhere in particular."""
    flights: Mapping[str, tuple[float, int, int]] = other.pop("flights", {})

    def flight(d: Destination) -> tuple[float, Money, Money] | None:
        if d.id not in flights:
            return None
        hours, low, high = flights[d.id]
        return (
            hours,
            Money(amount=Decimal(low), currency="EUR"),
            Money(amount=Decimal(high), currency="EUR"),
        )

    question = Question(
        wish=wish or Wish(),
        month=4,
        nights=4,
        home=None,
        visited=frozenset(),
        wishlist=frozenset(),
        dismissed=frozenset(),
        saved=frozenset(),
        seen=frozenset(),
        currency="EUR",
        budget=None,
        rate=lambda base, quote: RATES.get(base),
        flight=flight,
    )
    return replace(question, **other)


def ids(found: Sequence[Suggestion]) -> list[str]:
    return [s.destination.id for s in found]


def only(destination: Destination, question: Question) -> Suggestion:
    [found] = rank([destination], question)
    return found


@cache
def atlas() -> tuple[Destination, ...]:
    return tuple(AtlasPlaces(Atlas.load()).destinations())


def from_berlin(**other: Any) -> Question:
    """The real atlas seen from Berlin, with flights from the distance alone."""
    flights = {}
    for d in atlas():
        km = distance_km(BERLIN, d.center)
        flights[d.id] = (km / 830 + 0.7, 80 + km * 0.05, 200 + km * 0.09)
    rates = {d.currency: 0.01 for d in atlas()} | {"EUR": 1.0, "GBP": 1.15, "CZK": 0.041}
    rates |= {"HUF": 0.0026, "PLN": 0.235, "TRY": 0.02, "MAD": 0.093, "GEL": 0.317, "DKK": 0.134}
    base = asks(home=home(destination_id="berlin"), flights=flights, **other)
    return replace(base, rate=lambda code, quote: rates.get(code))


# --- stories over the real atlas ---------------------------------------------------------------


def test_warm_and_quiet_in_mid_april_for_1200_euros_with_flights_from_berlin() -> None:
    question = from_berlin(
        wish=Wish(climate="warm", quiet=True),
        budget=Budget(Decimal(1200), "EUR", includes_flights=True),
    )
    found = rank(atlas(), question)

    assert len(found) == 4
    for s in found:
        assert s.climate is not None and s.climate.month == 4
        assert s.climate.tmax_c >= 16
        assert s.cost is not None and s.cost.amount <= 1200 * OVER_BUDGET
        assert s.flight_low is not None and s.hours is not None
        assert s.destination.id != "berlin"
    shares = [s.destination.quiet_share for s in found]
    everybody = sorted(d.quiet_share for d in atlas())
    assert sum(shares) / len(shares) > everybody[len(everybody) // 2]
    assert len({s.destination.country for s in found}) == 4


def test_a_family_with_small_children_gets_places_that_are_good_with_children() -> None:
    wish = Wish(party=Party(adults=2, children=(4, 7)), likes=("beaches",), climate="warm")
    found = rank(atlas(), from_berlin(wish=wish, month=6, nights=7))

    assert found[0].destination.vibes["family"] >= 2
    assert sum(s.destination.vibes["family"] for s in found) >= 2 * len(found)
    assert all(s.destination.vibes["beach"] >= 2 for s in found)


def test_a_steep_coast_does_not_come_first_for_whom_stairs_are_a_trouble() -> None:
    """The Amalfi Coast is strong on beaches and on stairs."""
    italy = (Mention(text="Italy", kind="country", id="country:IT"),)
    wish = Wish(likes=("beaches", "food"), destinations=italy)
    order = [s.destination.id for s in rank(atlas(), from_berlin(wish=wish, month=5), 99)]
    stairs = from_berlin(wish=wish.model_copy(update={"step_free": True}), month=5)
    found = {s.destination.id: n for n, s in enumerate(rank(atlas(), stairs, 99))}
    [amalfi] = [s for s in rank(atlas(), stairs, 99) if s.destination.id == "amalfi-coast"]

    assert order[0] == "amalfi-coast"
    assert found["amalfi-coast"] > 0
    assert "steep: more of our places have steps than are step-free" in amalfi.warnings


def test_every_reason_is_true_to_the_atlas() -> None:
    """All months, several tastes: what a reason names is what the data says."""
    vibe_of = {"city life": "city", "beaches": "beach", "things for children": "family"}
    for month in range(1, 13):
        for likes in (("food", "museums"), ("diving", "surfing"), ("hiking", "family", "city")):
            for s in rank(atlas(), from_berlin(wish=Wish(likes=likes), month=month), 10):
                d = s.destination
                for reason in s.reasons:
                    if reason.startswith("strong on "):
                        for word in reason[10:].replace(" and ", ", ").split(", "):
                            assert d.vibes[vibe_of.get(word, word)] == 3
                    if reason.startswith("typically "):
                        assert f"{round(d.climate[month - 1].tmax_c)} °C" in reason
                    if reason == "one of its best months":
                        assert month in d.best_months


def test_the_same_question_has_the_same_answer_in_any_order() -> None:
    question = from_berlin(wish=Wish(likes=("food",)))

    assert ids(rank(atlas(), question)) == ids(rank(tuple(reversed(atlas())), question))


# --- what removes a destination ----------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        asks(visited=frozenset({"aa"})),
        asks(dismissed=frozenset({"aa"})),
        asks(seen=frozenset({"aa"})),
    ],
    ids="visited dismissed shown".split(),
)
def test_what_was_visited_dismissed_or_just_shown_does_not_come_again(question: Question) -> None:
    assert ids(rank([town("aa"), town("bb")], question)) == ["bb"]


@pytest.mark.parametrize("id", ["atlas:aa", "country:AA"])
def test_a_refused_place_or_country_is_out(id: str) -> None:
    wish = Wish(avoid=(Mention(text="there", id=id),))

    assert ids(rank([town("aa"), town("bb")], asks(wish))) == ["bb"]


def test_only_the_named_country_or_continent_counts() -> None:
    places = [town("aa"), town("bb"), town("cc")]
    regions = {"AA": "EU", "BB": "AS", "CC": "AS"}
    country = asks(Wish(destinations=(Mention(text="B", id="country:BB"),)))
    continent = asks(
        Wish(destinations=(Mention(text="Asia", id="continent:AS"),)), region_of=regions
    )

    assert ids(rank(places, country)) == ["bb"]
    assert ids(rank(places, continent)) == ["bb", "cc"]


def test_home_is_no_journey() -> None:
    assert rank([town("aa")], asks(home=home(destination_id="aa"))) == []


def test_who_does_not_fly_stays_within_reach_of_rails() -> None:
    near, far = town("near", center=Point(lat=50.1, lon=14.4)), town("far")
    wish = Wish(no_flight=True)

    assert ids(rank([near, far], asks(wish, home=home()))) == ["near"]
    assert len(rank([near, far], asks(wish))) == 2  # nobody knows from where


def test_a_longest_flight_is_a_limit_and_a_short_trip_sets_one_by_itself() -> None:
    places = [town("aa"), town("bb")]
    flights = {"aa": (2.0, 50, 90), "bb": (7.5, 300, 500)}
    limited = asks(Wish(max_flight_hours=3), home=home(), flights=flights, nights=10)
    weekend = asks(home=home(), flights=flights, nights=2)
    long = asks(home=home(), flights=flights, nights=10)

    assert ids(rank(places, limited)) == ["aa"]
    assert ids(rank(places, weekend)) == ["aa"]
    assert ids(rank(places, long)) == ["aa", "bb"]


@pytest.mark.parametrize(
    ("climate", "fits", "fails"),
    [("warm", 24, 9), ("hot", 31, 20), ("mild", 18, 30), ("cold", 2, 20), ("snow", -3, 12)],
)
def test_the_wrong_weather_is_out(climate: Any, fits: float, fails: float) -> None:
    places = [town("aa", tmax=fits), town("bb", tmax=fails)]

    assert ids(rank(places, asks(Wish(climate=climate)))) == ["aa"]
    assert ids(rank(places, asks(Wish(climate=climate), month=None))) == ["aa"]


def test_a_must_is_hard_and_a_like_is_soft() -> None:
    places = [town("aa", vibes={"beach": 0, "food": 3}), town("bb", vibes={"beach": 2})]

    assert ids(rank(places, asks(Wish(musts=("beaches",))))) == ["bb"]
    assert ids(rank(places, asks(Wish(likes=("beaches",))))) == ["bb", "aa"]


def test_a_budget_removes_what_is_far_too_dear_and_warns_of_what_is_a_little_over() -> None:
    """Five days and four nights: 500 + 400 in comfort, 250 + 240 simply."""
    place = town("aa")
    limits = {
        950: (Decimal(900), ()),
        600: (Decimal(490), ()),
        450: (Decimal(490), ("a little over your budget",)),
    }

    for amount, (cost, warnings) in limits.items():
        found = only(place, asks(budget=Budget(Decimal(amount), "EUR", includes_flights=False)))
        assert found.cost is not None
        assert (found.cost.amount, found.warnings) == (cost, warnings)
    assert rank([place], asks(budget=Budget(Decimal(400), "EUR", includes_flights=False))) == []


def test_flights_count_when_the_budget_is_with_flights() -> None:
    flights = {"aa": (2.0, 100, 200)}
    without = asks(
        home=home(), flights=flights, budget=Budget(Decimal(2000), "EUR", includes_flights=False)
    )
    including = replace(without, budget=Budget(Decimal(2000), "EUR", includes_flights=True))
    one, other = only(town("aa"), without), only(town("aa"), including)

    assert one.cost is not None and other.cost is not None
    assert other.cost.amount - one.cost.amount == 150


def test_a_budget_in_another_currency_is_converted() -> None:
    dollars = Budget(Decimal(1100), "USD", includes_flights=False)  # 946 euros
    too_few = Budget(Decimal(480), "USD", includes_flights=False)

    assert len(rank([town("aa")], asks(budget=dollars))) == 1
    assert rank([town("aa")], asks(budget=too_few)) == []


def test_local_prices_are_converted_and_unknown_ones_are_not_guessed() -> None:
    yen = only(town("aa", currency="JPY", daily_mid=Decimal(17_600)), asks())
    unknown = only(town("bb", currency="XXX"), asks())

    assert yen.cost == Money(amount=Decimal(900), currency="EUR")
    assert unknown.cost is None


def test_children_eat_for_half_and_share_rooms() -> None:
    family = asks(Wish(party=Party(adults=2, children=(5, 9))))
    found = only(town("aa"), family)

    assert found.cost == Money(amount=Decimal(1500 + 800), currency="EUR")


# --- what moves a destination ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("better", "question"),
    [
        ({"vibes": {"food": 3}}, asks(Wish(likes=("food",)))),
        ({"quiet_share": 0.5}, asks(Wish(quiet=True))),
        ({"step_free_share": 0.5}, asks(Wish(step_free=True))),
        ({"best_months": (4,)}, asks()),
        ({"rain_days": 1}, asks()),
        ({"tmax": 22}, asks()),
        ({"vibes": {"family": 3}}, asks(Wish(party=Party(adults=1, children=(6,))))),
        ({"vibes": {"nightlife": 0}}, asks(Wish(dislikes=("nightlife",)))),
    ],
    ids="likes quiet step-free best-months dry comfort children dislikes".split(),
)
def test_a_soft_wish_moves_a_place_up(better: dict[str, Any], question: Question) -> None:
    """`zz` would come last: it wins only because it is better."""
    plain = town("aa", rain_days=18, tmax=8, vibes={"food": 1, "family": 0, "nightlife": 3})
    base = {"rain_days": 18, "tmax": 8, "vibes": {"food": 1, "family": 0, "nightlife": 3}}

    assert ids(rank([plain, town("zz", **(base | better))], question)) == ["zz", "aa"]


def test_a_place_on_the_list_comes_first_and_says_so() -> None:
    found = rank([town("aa"), town("zz")], asks(wishlist=frozenset({"zz"})))

    assert ids(found) == ["zz", "aa"]
    assert "on your list of places to see" in found[0].reasons


def test_a_festival_draws_and_crowds_repel() -> None:
    def event(impact: str, *, certain: bool = True) -> Event:
        return Event(
            source=WRITTEN,
            id="e",
            name="Fair",
            kind=EventKind.FESTIVAL,
            first=date(2027, 4, 15),
            last=date(2027, 4, 18),
            certain=certain,
            impact=impact,
        )

    events = {"aa": [event("crowds")], "zz": [event("highlight")]}
    found = rank([town("aa"), town("mm"), town("zz")], asks(events=events))
    unsure = only(town("zz"), asks(events={"zz": [event("highlight", certain=False)]}))

    assert ids(found) == ["zz", "mm", "aa"]
    assert "Fair (Thu 15 – Sun 18 Apr 2027)" in found[0].reasons
    assert found[2].warnings == ("crowded: Fair",)
    assert "Fair (check the dates)" in unsure.reasons


def test_equal_places_are_ordered_by_id_and_countries_take_turns() -> None:
    same = [town(f"{c}{n}", country=c) for c in ("xa", "xb", "xc", "xd", "xe") for n in (1, 2)]

    assert ids(rank(same, asks())) == ["xa1", "xb1", "xc1", "xd1"]
    assert ids(rank(same[:4], asks())) == ["xa1", "xa2", "xb1", "xb2"]


def test_much_rain_is_said() -> None:
    assert only(town("aa", rain_days=16), asks()).warnings == (
        "rain on about 16 days of the month",
    )


def test_an_interest_without_a_vibe_neither_helps_nor_hurts() -> None:
    tag = next(t for t, i in INTERESTS.items() if not i.vibes)

    assert only(town("aa"), asks(Wish(musts=(tag,)))).reasons
