"""Flights on request: offers as Duffel sells them, a limit a person, times for the plan, status."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.travel.aerodatabox import AeroDataBox
from adapters.travel.airports import airport_zone
from adapters.travel.duffel import minutes
from core.airlines import BY_IATA
from core.errors import Rejected, Unavailable
from core.flights import (
    FlightEnd,
    FlightNumber,
    FlightOffer,
    FlightPhase,
    FlightState,
    Hop,
    Way,
    flight_number,
    tracker_links,
)
from core.travel import Confidence, Money, Source, Travel
from tests.wire import aerodatabox, duffel
from tests.wire.rig import Rig, rig_of
from tests.wire.server import html_500
from tests.world import START, World

LISBON, TOKYO = ZoneInfo("Europe/Lisbon"), ZoneInfo("Asia/Tokyo")


# --- Duffel ------------------------------------------------------------------------------------


@asynccontextmanager
async def selling(*offers: dict[str, Any]) -> AsyncIterator[tuple[Rig, duffel.OfferRequests]]:
    requests = duffel.OfferRequests(*offers)
    async with rig_of({duffel.ROUTE: requests}) as rig:
        yield rig, requests


async def search(rig: Rig, **more: Any) -> list[FlightOffer]:
    asked: dict[str, Any] = {"adults": 2, "children": (9, 1)} | more
    return await duffel.port(rig).search("LIS", "KIX", duffel.OUT, duffel.BACK, **asked)


async def test_an_offer_has_its_price_ways_and_end() -> None:
    async with selling() as (rig, _):
        [offer] = await search(rig)

    assert offer.price == Money(amount=Decimal("812.40"), currency="EUR")
    assert offer.expires_at == datetime(2026, 11, 23, 9, 20, tzinfo=UTC)
    assert offer.out.departs == datetime(2027, 4, 3, 10, 5, tzinfo=LISBON)
    assert offer.out.arrives == datetime(2027, 4, 4, 10, 40, tzinfo=TOKYO)
    assert offer.out.minutes == 16 * 60 + 35
    assert [h.number for h in offer.out.hops] == ["ZZ1234", "ZZ292"]
    assert offer.back is not None and offer.back.minutes == 26 * 60
    assert offer.checked_bags == 1


async def test_times_at_a_change_are_in_that_airports_zone_although_nobody_says_it() -> None:
    async with selling() as (rig, _):
        [offer] = await search(rig)

    change = offer.out.hops[0].arrives
    assert change.utcoffset() == timedelta(hours=2)  # Paris in April
    assert airport_zone("CDG") == "Europe/Paris"


async def test_adults_go_by_type_and_children_by_age() -> None:
    async with selling() as (rig, requests):
        await search(rig)
        [question] = requests.questions

    assert question["passengers"] == [{"type": "adult"}] * 2 + [{"age": 9}, {"age": 1}]
    assert [s["departure_date"] for s in question["slices"]] == ["2027-04-03", "2027-04-12"]
    assert question["slices"][1]["origin"] == "KIX"


async def test_one_way_has_one_slice() -> None:
    async with selling(duffel.offer(slices=[duffel.OUTBOUND])) as (rig, requests):
        [offer] = await duffel.port(rig).search("LIS", "KIX", duffel.OUT, None, adults=1)

    assert offer.back is None and len(requests.questions[0]["slices"]) == 1


async def test_a_test_token_is_never_taken_for_the_truth() -> None:
    async with selling() as (rig, _):
        [offer] = await search(rig)

    assert offer.test and offer.source.name == "Duffel, test data"


async def test_a_live_offer_is_no_test_unless_the_airline_is_invented() -> None:
    real = duffel.offer("real", owner={"iata_code": "TP", "name": "TAP Air Portugal"})
    async with rig_of(
        {duffel.ROUTE: lambda asked: duffel.answer(real, duffel.offer(), live=True)}
    ) as rig:
        found = {o.id: o for o in await search(rig)}

    assert not found["real"].test and found["off_0000B"].test
    assert found["real"].source.name == "Duffel"


@pytest.mark.parametrize(
    "broken",
    [
        {"total_amount": "a lot"},
        {"total_currency": None},
        {"expires_at": "soon"},
        {"expires_at": "2026-11-23T08:59:00Z"},  # gone by now
        {"partial": True},
        {"slices": []},
        {"slices": [duffel.way("PT2H", duffel.segment("LIS", "CDG", "2027-04-03T10:05:00", "x"))]},
        {
            "slices": [
                duffel.way(
                    "PT2H",
                    duffel.segment("LIS", "CDG", "2027-04-03T10:05:00", "2027-04-03T09:00:00"),
                )
            ]
        },
    ],
    ids=lambda b: str(b)[:40],
)
async def test_an_offer_with_a_hole_in_it_is_left_out(broken: dict[str, Any]) -> None:
    async with selling(duffel.offer("bad", **broken), duffel.offer("good")) as (rig, _):
        assert [o.id for o in await search(rig)] == ["good"]


async def test_the_cheapest_is_first_and_money_stays_exact() -> None:
    async with selling(
        duffel.offer("a", "812.40"), duffel.offer("b", "99.99"), duffel.offer("c", "1000.00")
    ) as (rig, _):
        found = await search(rig)

    assert [str(o.price.amount) for o in found] == ["99.99", "812.40", "1000.00"]


async def test_the_same_search_is_paid_for_once_while_its_offers_hold() -> None:
    async with selling() as (rig, requests):
        port = duffel.port(rig)

        async def again() -> FlightOffer:
            [found] = await port.search("LIS", "KIX", duffel.OUT, duffel.BACK, adults=1)
            return found

        first, second = await again(), await again()
        assert len(requests.questions) == 1
        assert (first.source.confidence, second.source.confidence) == (
            Confidence.LIVE,
            Confidence.CACHED,
        )
        rig.time.passes(minutes=21)
        with pytest.raises(ValueError, match="not enough values"):
            await again()  # the fake still sells what has expired: asked anew, and left out
        assert len(requests.questions) == 2


async def test_a_search_that_fails_is_not_sent_twice() -> None:
    async with selling() as (rig, _):
        rig.server.breaks(html_500)
        with pytest.raises(Unavailable):
            await search(rig)

        assert rig.asked == 1


async def test_an_airport_nobody_serves_is_refused_with_a_sentence() -> None:
    async with selling() as (rig, _):
        with pytest.raises(Rejected, match="LIS to XXX"):
            await duffel.port(rig).search("LIS", "XXX", duffel.OUT, None, adults=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("PT02H26M", 146), ("P1DT2H", 1560), ("PT45M", 45), ("PT16H35M", 995), ("P2D", 2880)],
)
def test_a_duration_is_read_in_every_form(text: str, expected: int) -> None:
    assert minutes(text) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "2 hours", None, 90, "-PT2H"])
def test_what_is_no_duration_is_none(text: object) -> None:
    assert minutes(text) is None


# --- AeroDataBox -------------------------------------------------------------------------------

TP1234 = aerodatabox.TP1234
TODAY = aerodatabox.TODAY


async def stands(*legs: dict[str, Any], number: FlightNumber = TP1234) -> list[FlightState]:
    async with rig_of({aerodatabox.ROUTE: aerodatabox.Flights(*legs)}) as rig:
        port = AeroDataBox(rig.client, rig.time, aerodatabox.KEY, rig.url)
        return await port.status(number, TODAY)


async def test_a_late_flight_has_both_times_its_gate_and_how_late() -> None:
    [state] = await stands(aerodatabox.leg())

    assert (state.phase, state.departure.late_min, state.live) == (FlightPhase.DELAYED, 45, True)
    assert state.departure.expected == datetime(2026, 11, 23, 11, 50, tzinfo=LISBON)
    assert (state.departure.gate, state.departure.terminal) == ("S17", "1")
    assert state.arrival.expected is None and state.arrival.late_min is None
    assert f"{state.arrival.scheduled:%H:%M}" == "14:35"


async def test_only_the_timetable_is_not_live() -> None:
    leg = aerodatabox.leg(departure={"airport": {"iata": "LIS"}, "quality": ["Basic"]})
    [state] = await stands(leg)

    assert not state.live and state.departure.scheduled is None


@pytest.mark.parametrize(
    ("said", "phase"),
    [
        ("Canceled", FlightPhase.CANCELLED),
        ("CanceledUncertain", FlightPhase.MAYBE_CANCELLED),
        ("EnRoute", FlightPhase.EN_ROUTE),
        ("SomethingNew", FlightPhase.UNKNOWN),
        (None, FlightPhase.UNKNOWN),
    ],
)
async def test_a_state_we_do_not_know_is_unknown(said: str | None, phase: FlightPhase) -> None:
    [state] = await stands(aerodatabox.leg(status=said))

    assert state.phase is phase


async def test_a_codeshare_comes_after_the_flight_itself() -> None:
    shared = aerodatabox.leg(codeshareStatus="IsCodeshared", airline={"name": "Azul"})
    states = await stands(shared, aerodatabox.leg())

    assert [s.operator for s in states] == [True, False]
    assert states[0].airline == "TAP Air Portugal"


async def test_a_flight_with_everything_missing_is_still_a_flight() -> None:
    bare = {"number": "TP 1234", "departure": None, "arrival": "nowhere"}
    [state] = await stands(bare)

    assert (state.number, state.departure, state.arrival) == ("TP 1234", FlightEnd(), FlightEnd())


async def test_both_marketplaces_get_their_own_headers() -> None:
    routes = {aerodatabox.ROUTE: aerodatabox.Flights(aerodatabox.leg())}
    async with rig_of(routes) as rig:
        by_address = AeroDataBox(
            rig.client, rig.time, "k" * 20, "https://aerodatabox.p.rapidapi.com/"
        )
        assert by_address._headers == {
            "x-rapidapi-key": "k" * 20,
            "x-rapidapi-host": "aerodatabox.p.rapidapi.com",
        }
        other = AeroDataBox(rig.client, rig.time, "k" * 20)
    assert other._headers == {"x-api-market-key": "k" * 20}


async def test_todays_flight_is_asked_for_again_after_minutes_a_far_one_after_hours() -> None:
    async with rig_of({aerodatabox.ROUTE: aerodatabox.Flights(aerodatabox.leg())}) as rig:
        port = AeroDataBox(rig.client, rig.time, aerodatabox.KEY, rig.url)
        for day in (TODAY, TODAY + timedelta(days=9)):
            await port.status(TP1234, day)
        rig.time.passes(minutes=4)
        for day in (TODAY, TODAY + timedelta(days=9)):
            await port.status(TP1234, day)

        assert rig.asked == 3


# --- numbers and links -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number", "callsign"),
    [
        ("tp 1234", "TP1234", "TAP1234"),
        ("TAP1234", "TAP1234", "TAP1234"),
        ("U2 8366", "U28366", "EZY8366"),
        ("BA0117", "BA117", "BAW117"),
        ("6E-21", "6E21", "IGO21"),
        ("ZZ9", "ZZ9", ""),
        ("LH400A", "LH400A", "DLH400A"),
    ],
)
def test_a_flight_number_is_read_however_it_is_written(
    text: str, number: str, callsign: str
) -> None:
    found = flight_number(text)

    assert found is not None and (str(found), found.callsign) == (number, callsign)


@pytest.mark.parametrize("text", ["", "12", "A1", "ABCD1", "TP", "TP12345", "TP 12 34", "1234"])
def test_what_is_no_flight_number_is_none(text: str) -> None:
    assert flight_number(text) is None


def test_trackers_want_the_callsign_and_an_unknown_airline_gets_a_search_only() -> None:
    assert tracker_links(TP1234) == (
        ("FlightAware", "https://www.flightaware.com/live/flight/TAP1234"),
        ("Search", "https://www.google.com/search?q=TP1234+flight+status"),
    )
    assert [label for label, _ in tracker_links(FlightNumber(airline="ZZ", digits="9"))] == [
        "Search"
    ]


def test_every_airline_has_one_code_of_each_kind() -> None:
    assert all(len(k) == 2 and len(icao) == 3 and name for k, (icao, name) in BY_IATA.items())
    assert len({icao for icao, _ in BY_IATA.values()}) == len(BY_IATA)


# --- in the chat -------------------------------------------------------------------------------

PLAN = "plan lisbon 15 to 19 april 2027 from berlin for 2 adults"


def moment(day: int, clock: str, zone: str = "Europe/Lisbon") -> datetime:
    return datetime.fromisoformat(f"2027-04-{day:02} {clock}").replace(tzinfo=ZoneInfo(zone))


def offered(id: str, price: str, land: datetime, leave: datetime, **more: Any) -> FlightOffer:
    """A direct flight Berlin to Lisbon and back."""
    source = Source(name="Duffel", fetched_at=START, confidence=Confidence.LIVE)
    out = Hop(
        number="TP533",
        origin="BER",
        destination="LIS",
        departs=land - timedelta(hours=4),
        arrives=land,
    )
    back = Hop(
        number="TP534",
        origin="LIS",
        destination="BER",
        departs=leave,
        arrives=leave + timedelta(hours=4),
    )
    values: dict[str, Any] = {
        "source": source,
        "id": id,
        "airline": "TAP Air Portugal",
        "price": Money(amount=Decimal(price), currency="EUR"),
        "out": Way(hops=(out,), minutes=240),
        "back": Way(hops=(back,), minutes=240),
        "expires_at": START + timedelta(minutes=20),
        **more,
    }
    return FlightOffer.model_validate(values)


class Airline:
    """Sells what a story says; counts the searches."""

    def __init__(self) -> None:
        self.offers = [
            offered("a", "212.40", moment(15, "09:30"), moment(19, "20:15")),
            offered("b", "301.00", moment(16, "00:40"), moment(19, "21:00")),
        ]
        self.asked: list[tuple[Any, ...]] = []
        self.down = False

    async def search(
        self,
        origin: str,
        destination: str,
        first: date,
        last: date | None,
        *,
        adults: int,
        children: Sequence[int] = (),
    ) -> list[FlightOffer]:
        self.asked.append((origin, destination, first, last, adults, tuple(children)))
        if self.down:
            raise Unavailable("Duffel", "down in this story")
        return self.offers


class Tower:
    """Knows the flights that a story puts up."""

    def __init__(self) -> None:
        self.states: list[FlightState] = []
        self.asked: list[tuple[str, date]] = []
        self.down = False

    async def status(self, number: FlightNumber, day: date) -> list[FlightState]:
        self.asked.append((str(number), day))
        if self.down:
            raise Unavailable("AeroDataBox", "down in this story")
        return self.states


@asynccontextmanager
async def chatting(path: Path, *, limit: int = 5) -> AsyncIterator[tuple[World, Airline, Tower]]:
    airline, tower = Airline(), Tower()

    def dressed(travel: Travel) -> Travel:
        return replace(travel, offers=airline, flight_status=tower, searches_a_day=limit)

    world = World(path / "caravan.sqlite", dress=dressed)
    await world.opens()
    yield world, airline, tower
    await world.closes()


async def test_nobody_is_asked_for_fares_before_a_traveller_wants_them(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (world, airline, _):
        answer = await world.says(PLAN)

    assert "estimate" in answer.text
    assert airline.asked == []


async def test_search_flights_asks_for_the_flights_of_the_plan(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (world, airline, _):
        await world.says(PLAN)
        answer = await world.says("search flights")

    assert airline.asked == [("BER", "LIS", date(2027, 4, 15), date(2027, 4, 19), 2, ())]
    assert "**EUR 212.40** TAP Air Portugal" in answer.text
    assert "Thu 15 Apr 05:30 BER → 09:30 LIS (4 h, direct; TP533)" in answer.text
    assert "good until 09:20 UTC" in answer.text and "I do not book" in answer.text
    assert "TEST" not in answer.text


async def test_test_offers_say_so_loudly(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (world, airline, _):
        airline.offers = [offered("t", "9.99", moment(15, "09:30"), moment(19, "20:15"), test=True)]
        await world.says(PLAN)
        answer = await world.says("search flights")

    assert answer.text.startswith("**TEST DATA, no real flights.**")
    assert "prices are invented" in answer.text


async def test_the_times_of_an_offer_go_into_the_plan_with_a_tap(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (world, _, _):
        await world.says(PLAN)
        offers = await world.says("search flights")
        assert list(offers.choices) == ["Plan with flight 1"]  # flight 2 lands a day later
        changed = await world.taps(offers, "Plan with flight 1")

    assert "- 09:30 Arrival" in changed.text and "- 17:45 Departure" in changed.text
    assert "assumed" not in changed.text


async def test_a_person_has_so_many_searches_a_day_and_then_gets_the_estimate(
    tmp_path: Path,
) -> None:
    async with chatting(tmp_path, limit=2) as (world, airline, _):
        await world.says(PLAN)
        for _ in range(2):
            await world.says("search flights")
        refused = await world.says("search flights")
        assert len(airline.asked) == 2
        assert "used your 2 flight searches" in refused.text
        assert "it is no fare" in refused.text and "google.com/travel/flights" in refused.text

        await world.restarts()  # it is counted in the database
        await world.says("search flights")
        assert len(airline.asked) == 2

        other = await world.says(
            "search flights lisbon 15 to 19 april 2027 from berlin", who="bo", chat="2"
        )
        assert "EUR 212.40" in other.text

        world.clock.passes(hours=25)
        await world.says("search flights")
        assert len(airline.asked) == 4


async def test_a_silent_seller_leaves_the_estimate_and_links(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (world, airline, _):
        airline.down = True
        await world.says(PLAN)
        answer = await world.says("find flights")

    assert "Duffel does not answer" in answer.text
    assert "it is no fare" in answer.text and "Skyscanner" in answer.text


async def test_without_a_seller_the_estimate_is_all_and_called_so(world: World) -> None:
    await world.says(PLAN)
    answer = await world.says("search flights")

    assert "no source of live fares" in answer.text and "no fare" in answer.text


async def test_what_is_missing_for_a_search_is_asked_for(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (world, airline, _):
        where = await world.says("search flights")
        home = await world.says("search flights to Lisbon 15 to 19 april 2027")

    assert "Flights to where?" in where.text
    assert "Where do you start from?" in home.text
    assert airline.asked == []


def standing(phase: FlightPhase, expected: datetime | None, *, live: bool = True) -> FlightState:
    return FlightState(
        source=Source(name="AeroDataBox", fetched_at=START, confidence=Confidence.LIVE),
        number="TP 533",
        airline="TAP Air Portugal",
        phase=phase,
        departure=FlightEnd(
            airport="BER",
            scheduled=moment(15, "06:30", "Europe/Berlin"),
            expected=expected - timedelta(hours=3) if expected else None,
            gate="B12",
            live=live,
        ),
        arrival=FlightEnd(airport="LIS", scheduled=moment(15, "09:30"), expected=expected),
    )


async def test_a_late_flight_is_told_and_the_plan_may_follow_it(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (world, _, tower):
        await world.says(f"{PLAN}, we land at 9:30 and fly back at 20:15")
        tower.states = [standing(FlightPhase.DELAYED, moment(15, "13:30"))]
        world.clock.strikes("2027-04-15 03:00")
        answer = await world.says("is my flight TP533 on time?")
        assert tower.asked == [("TP533", date(2027, 4, 15))]
        assert "TP 533" in answer.text and "delayed" in answer.text
        assert "gate B12" in answer.text and "now 13:30" in answer.text
        assert "flightaware.com/live/flight/TAP533" in answer.text

        changed = await world.taps(answer, "Plan with landing at 13:30")
    assert "13:30" in changed.text


async def test_the_timetable_is_not_called_live(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (world, _, tower):
        tower.states = [standing(FlightPhase.EXPECTED, None, live=False)]
        answer = await world.says("flight status TP 533")

    assert "This is the timetable, not live." in answer.text


async def test_a_cancelled_flight_sends_people_to_the_airline(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (world, _, tower):
        tower.states = [standing(FlightPhase.CANCELLED, None)]
        answer = await world.says("is TP533 cancelled?")

    assert "**cancelled**" in answer.text and "Ask the airline" in answer.text
    assert not answer.choices


@pytest.mark.parametrize("case", ["nobody", "down", "unknown"])
async def test_without_a_live_answer_there_are_links_and_the_own_times(
    tmp_path: Path, world: World, case: str
) -> None:
    if case == "nobody":
        await world.says(f"{PLAN}, we land at 9:30 and fly back at 20:15")
        answer = await world.says("is TP533 on time?")
        assert "cannot look up flights live" in answer.text
    else:
        async with chatting(tmp_path / "other") as (busy, _, tower):
            tower.down = case == "down"
            await busy.says(f"{PLAN}, we land at 9:30 and fly back at 20:15")
            answer = await busy.says("is TP533 on time?")
        said = "AeroDataBox does not answer" if case == "down" else "No flight TP533 is known"
        assert said in answer.text

    assert "flightaware.com/live/flight/TAP533" in answer.text
    assert "as you told me: landing Thu 15 Apr 09:30 and take-off Mon 19 Apr 20:15" in answer.text


async def test_a_question_without_a_number_is_asked_back(world: World) -> None:
    answer = await world.says("track my flight")

    assert "Which flight?" in answer.text
