"""What Ticketmaster sells, beside what is known anyway: fixed times, venues, honest gaps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.travel.atlas.atlas import Atlas
from adapters.travel.curated import AtlasEvents
from adapters.travel.events import SHOWN_A_DAY, EventsTogether
from core.errors import Unavailable
from core.travel import Confidence, Event, EventKind
from tests.wire.rig import Rig, rig_of
from tests.wire.server import html_500, silence
from tests.wire.ticketmaster import (
    FIRST,
    KEY,
    LAST,
    ROUTE,
    Discovery,
    event,
    lisbon,
    port,
    starting,
)

ZONE = ZoneInfo("Europe/Lisbon")


@asynccontextmanager
async def selling(*events: dict[str, Any]) -> AsyncIterator[Rig]:
    async with rig_of({ROUTE: Discovery(*events)}) as rig:
        yield rig


async def sold(*events: dict[str, Any], first: date = FIRST, last: date = LAST) -> list[Event]:
    async with selling(*events) as rig:
        return await port(rig).between(lisbon(), first, last)


async def test_a_concert_has_its_time_place_price_and_link() -> None:
    [found] = await sold(event())

    assert (found.name, found.kind) == ("Rock em Rio Lisboa", EventKind.MUSIC)
    assert found.starts_at == datetime(2027, 5, 5, 20, 0, tzinfo=ZONE)
    assert found.starts_at.utcoffset() == datetime(2027, 5, 5, 20, 0, tzinfo=ZONE).utcoffset()
    assert found.venue_point is not None and found.venue_point.lat == 38.768
    assert found.price_from is not None and found.price_from.amount == Decimal("69.0")
    assert found.url == "https://www.ticketmaster.pt/event/Z698xZbpZ17"
    assert found.source.name == "Ticketmaster"


async def test_a_hall_in_another_part_of_the_world_is_not_near_here() -> None:
    venue = event()["_embedded"]["venues"][0]
    denver = venue | {"location": {"longitude": "-104.99", "latitude": "39.74"}}
    unknown = venue | {"location": None}
    found = await sold(
        event("far", _embedded={"venues": [denver]}),
        event("unknown", _embedded={"venues": [unknown]}),
    )

    assert [e.id for e in found] == ["ticketmaster:unknown"]


async def test_an_event_at_night_belongs_to_the_local_day() -> None:
    """22:30 in New York is the next day in UTC."""
    dates = {
        "start": {
            "localDate": "2027-05-05",
            "localTime": "22:30:00",
            "dateTime": "2027-05-06T02:30:00Z",
        },
        "timezone": "America/New_York",
    }
    [found] = await sold(event(dates=dates))

    assert found.first == date(2027, 5, 5)
    assert f"{found.starts_at:%H:%M}" == "22:30"


@pytest.mark.parametrize(
    "start",
    [{"timeTBA": True}, {"noSpecificTime": True}, {"dateTBD": True}],
)
async def test_a_time_that_is_not_announced_is_no_time(start: dict[str, Any]) -> None:
    [found] = await sold(event(dates=starting(**start)))

    assert found.starts_at is None and found.first == date(2027, 5, 5)


async def test_a_day_without_a_time_is_a_whole_day() -> None:
    [found] = await sold(event(dates=starting(time=None)))

    assert found.starts_at is None


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("canceled", "cancelled"),
        ("postponed", "postponed"),
        ("rescheduled", "moved"),
        ("onsale", ""),
    ],
)
async def test_what_does_not_take_place_says_so(code: str, status: str) -> None:
    dates = starting() | {"status": {"code": code}}
    [found] = await sold(event(dates=dates))

    assert found.status == status


async def test_tests_and_nameless_events_are_left_out() -> None:
    found = await sold(
        event("a", test=True), event("b", name=""), event("c", dates=None), event("d")
    )

    assert [e.id for e in found] == ["ticketmaster:d"]


async def test_what_is_missing_is_unknown_and_breaks_nothing() -> None:
    bare = event(priceRanges=None, classifications=None, _embedded=None, url="javascript:alert(1)")
    [found] = await sold(bare)

    assert (found.price_from, found.venue_point, found.venue, found.url) == (None, None, "", "")
    assert found.kind is EventKind.OTHER


async def test_pages_are_read_to_the_end_and_each_event_once() -> None:
    many = [event(f"e{n:03}") for n in range(230)]
    async with selling(*many, event("e000")) as rig:
        found = await port(rig).between(lisbon(), FIRST, LAST)

        assert rig.asked == 3
        assert all(a.query["apikey"] == KEY for a in rig.server.asked)
    assert len(found) == 230


async def test_the_days_are_asked_for_in_utc_as_the_local_calendar_has_them() -> None:
    async with selling(event()) as rig:
        await port(rig).between(lisbon(), FIRST, LAST)
        [asked] = rig.server.asked

    assert asked.query["startDateTime"] == "2027-05-02T23:00:00Z"
    assert asked.query["endDateTime"] == "2027-05-07T22:59:59Z"


async def test_soon_it_is_asked_more_often() -> None:
    first, last = date(2026, 11, 25), date(2026, 11, 27)
    async with selling() as rig:
        events = port(rig)
        await events.between(lisbon(), first, last)
        rig.time.passes(hours=4)
        await events.between(lisbon(), first, last)

        assert rig.asked == 2


# --- beside what is known ----------------------------------------------------------------------

EASTER = (date(2027, 3, 25), date(2027, 3, 29))


async def test_holidays_and_yearly_events_stay_beside_what_is_sold() -> None:
    known = AtlasEvents(Atlas.load())
    concert = event(dates=starting("2027-03-27"))
    async with selling(concert) as rig:
        together = await EventsTogether(known, port(rig)).between(lisbon(), *EASTER)

    alone = await known.between(lisbon(), *EASTER)
    assert [e for e in together if e.source.name != "Ticketmaster"] == alone != []
    assert [e.name for e in together if e.source.name == "Ticketmaster"] == ["Rock em Rio Lisboa"]
    assert together == sorted(together, key=lambda e: e.first)


async def test_for_a_hundred_places_at_once_only_what_is_built_in_is_asked() -> None:
    built_in = AtlasEvents(Atlas.load())
    async with selling(event()) as rig:
        found = await EventsTogether(built_in, port(rig)).known(lisbon(), *EASTER)

        assert rig.asked == 0
    assert found == await built_in.between(lisbon(), *EASTER)


@pytest.mark.parametrize("fault", [html_500, silence], ids=["HTML 500", "silence"])
async def test_without_the_seller_the_known_ones_are_the_answer(fault: Any) -> None:
    known = AtlasEvents(Atlas.load())
    async with selling(event()) as rig:
        rig.server.breaks(fault)
        events = EventsTogether(known, port(rig), patience_s=0.05)

        assert await events.between(lisbon(), *EASTER) == await known.between(lisbon(), *EASTER)


async def test_a_hundred_concerts_a_day_are_a_few_with_a_known_time_first() -> None:
    vague = [event(f"v{n}", name=f"Vague {n}", dates=starting(time=None)) for n in range(20)]
    fixed = [event(f"f{n}", name=f"Fixed {n}") for n in range(4)]
    async with selling(*vague, *fixed) as rig:
        found = await EventsTogether(AtlasEvents(Atlas.load()), port(rig)).between(
            lisbon(), FIRST, LAST
        )

    shown = [e.name for e in found if e.source.name == "Ticketmaster"]
    assert len(shown) == SHOWN_A_DAY
    assert {f"Fixed {n}" for n in range(4)} <= set(shown)


async def test_old_answers_say_their_age() -> None:
    async with selling(event()) as rig:
        events = port(rig)
        await events.between(lisbon(), FIRST, LAST)
        rig.server.breaks(html_500)
        rig.time.passes(hours=13)
        [old] = await events.between(lisbon(), FIRST, LAST)
        rig.time.passes(days=3)
        with pytest.raises(Unavailable):
            await events.between(lisbon(), FIRST, LAST)

    assert old.source.confidence is Confidence.CACHED


async def test_a_probe_counts_what_is_on_sale() -> None:
    async with selling(event("a"), event("b")) as rig:
        assert await port(rig).probe() == "2 events on sale in Great Britain"
