"""What each kind of notice says: short, with sources and their ages, or nothing at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.notices.changes import CHANGE
from core.notices.ports import Batch
from core.notices.state import Hearer, Kind, Notice, State
from core.notices.watching import Watching
from core.travel import (
    Alert,
    Confidence,
    Destination,
    Event,
    EventKind,
    Money,
    Places,
    Severity,
    Source,
)
from core.trips import Stop, Trip
from core.wishes import When, Wish
from tests.notice_desk import WISH, ZONE, Desk, Said, opened

FRIDAY = date(2027, 4, 16)
SATURDAY = date(2027, 4, 17)
SCREEN = 1_400  # characters that a phone shows without much scrolling
WET = {"rain_mm": 18.0, "rain_chance": 0.9}
SHOP = Source(
    name="Ticketmaster",
    url="https://www.ticketmaster.com/",
    fetched_at=datetime(2027, 4, 13, 7, tzinfo=UTC),
    confidence=Confidence.LIVE,
    attribution="Events: Ticketmaster",
)


@pytest.fixture
async def desk() -> Desk:
    return await opened()


def event(id: str = "show", day: date = FRIDAY, **changes: Any) -> Event:
    facts: dict[str, Any] = {
        "source": SHOP,
        "id": id,
        "name": "Carminho",
        "kind": EventKind.MUSIC,
        "first": day,
        "last": day,
        "starts_at": datetime(day.year, day.month, day.day, 21, tzinfo=ZoneInfo(ZONE)),
        "venue": "Coliseu",
        "url": "https://www.ticketmaster.com/carminho",
        "price_from": Money(amount=Decimal(25), currency="EUR"),
    }
    return Event(**(facts | changes))


def warning(**changes: Any) -> Alert:
    facts: dict[str, Any] = {
        "source": SHOP.model_copy(update={"name": "MeteoAlarm", "attribution": "IPMA"}),
        "id": "w1",
        "event": "Orange wind warning",
        "severity": Severity.SEVERE,
        "onset": datetime(2027, 4, 16, 6, tzinfo=UTC),
        "ends": datetime(2027, 4, 16, 20, tzinfo=UTC),
        "headline": "Gusts up to 110 km/h",
        "area": "Lisboa",
        "official": True,
        "instruction": "Stay away from the sea.",
    }
    return Alert(**(facts | changes))


def visits(trip: Trip, day: date) -> list[Stop]:
    assert trip.plan is not None
    return [s for d in trip.plan.days if d.day == day for s in d.stops if s.sight_id]


async def weather_news(desk: Desk, **sky: float) -> Any:
    """The change that a look finds on Friday."""
    desk.at("2027-04-13 09:00")
    await desk.looks()
    desk.skies.said[FRIDAY] = sky or WET
    found = await desk.looks()
    assert found is not None
    [change] = found.changes
    return change


# --- the calendar ------------------------------------------------------------------------------


async def test_every_notice_fits_on_a_screen_and_names_its_source_and_age(desk: Desk) -> None:
    desk.stage.on = [event(str(n), FRIDAY) for n in range(9)]
    change = await weather_news(desk)
    shown = {
        "14": await desk.says(Kind.OUTLOOK, "2027-04-15", "14"),
        "pack": await desk.says(Kind.PACKING, "2027-04-15"),
        "check": await desk.says(Kind.FINAL_CHECK, "2027-04-15"),
        "day": await desk.says(Kind.MORNING, "2027-04-16"),
        "rain": await desk.says(change.kind, str(change.on), change.about, change.news),
    }

    for name, said in shown.items():
        assert said is not None, name
        assert len(said.text.partition("The way:")[0]) < SCREEN, name
        assert "[Open-Meteo](https://open-meteo.com/), as of Tue 13 Apr 10:00" in said.text, name
        assert "Why this?" in said.choices, name
        assert any(id.startswith("notices:stop/") for id in said.choices.values()), name


async def test_the_outlook_two_weeks_ahead_has_what_is_usual_when_nobody_knows_more(
    desk: Desk,
) -> None:
    """Typical values are called so; papers are to be checked, rules are not told."""
    desk.at("2027-03-20 09:00")
    said = await desk.says(Kind.OUTLOOK, "2027-04-15", "14")

    assert said is not None
    assert "begins in 26 days" in said.text
    assert "typically 12–20 °C in April, rain on" in said.text
    assert "no forecast yet" in said.text
    assert "entry rules of Portugal: [official page](https://" in said.text
    assert "To reserve ahead: " in said.text


async def test_the_outlook_of_a_long_trip_says_how_many_days_more_there_are() -> None:
    until = WISH.model_copy(update={"when": When(first=date(2027, 4, 15), last=date(2027, 4, 24))})
    desk = await opened(name="porto", wish=until)
    desk.at("2027-04-10 09:00")
    said = await desk.says(Kind.OUTLOOK, "2027-04-15", "7")

    assert said is not None
    assert ", as of Sat 10 Apr 10:00. 5 more days: “weather”._" in said.text


async def test_the_outlook_names_holidays_and_what_the_traveller_likes(desk: Desk) -> None:
    holiday = event(
        "holiday",
        name="Freedom Day",
        kind=EventKind.HOLIDAY,
        starts_at=None,
        url="",
        venue="",
        price_from=None,
        source=SHOP.model_copy(update={"confidence": Confidence.CURATED}),
    )
    match = event("match", SATURDAY, name="Benfica", kind=EventKind.SPORT)
    off = event("off", SATURDAY, name="Not played", status="cancelled")
    desk.stage.on = [holiday, event(), match, off]
    desk.at("2027-04-08 09:00")
    said = await desk.says(Kind.OUTLOOK, "2027-04-15", "7")

    assert said is not None
    assert "Fri 16 Apr: _Public holiday: Freedom Day_" in said.text
    assert "Fri 16 Apr: 21:00 Carminho, Coliseu, from EUR 25.00" in said.text
    assert "Benfica" not in said.text
    assert "Not played" not in said.text
    assert "passport" not in said.text


async def test_a_silent_forecast_is_said_and_nothing_is_made_up(desk: Desk) -> None:
    desk.skies.down = True
    desk.at("2027-04-08 09:00")
    outlook = await desk.says(Kind.OUTLOOK, "2027-04-15", "7")
    packing = await desk.says(Kind.PACKING, "2027-04-15")
    morning = await desk.says(Kind.MORNING, "2027-04-16")

    assert outlook is not None
    assert packing is not None
    assert morning is not None
    assert "Open-Meteo did not answer" in outlook.text
    assert "Open-Meteo did not answer" in packing.text
    assert "Typically 12–20 °C." in packing.text
    assert "Where there is no forecast: typical values (Caravan's atlas)." in packing.text
    assert "typically 12–20 °C" in morning.text


async def test_the_packing_list_follows_the_forecast_and_the_plan(desk: Desk) -> None:
    desk.at("2027-04-12 17:00")
    mild = await desk.says(Kind.PACKING, "2027-04-15")
    desk.skies.said = {FRIDAY: WET, SATURDAY: {"tmax_c": 31.0, "tmin_c": 3.0}}
    rough = await desk.says(Kind.PACKING, "2027-04-15")

    assert mild is not None
    assert rough is not None
    assert "rain jacket" not in mild.text
    assert "rain likely on Fri 16 Apr" in rough.text
    assert "a rain jacket" in rough.text
    assert "sun cream" in rough.text
    assert "a warm layer for the evening" in rough.text
    assert "plug adapter: type C or F" in rough.text
    assert "sturdy shoes for" in rough.text


async def test_the_check_of_the_evening_brings_the_pocket_pack_and_the_warnings(
    desk: Desk,
) -> None:
    desk.warnings.alerts = (warning(),)
    desk.at("2027-04-14 17:00")
    said = await desk.says(Kind.FINAL_CHECK, "2027-04-15")

    assert said is not None
    [pack] = said.files
    assert said.text.startswith("🧳 **Tomorrow: Lisbon**")
    assert "Landing at 11:00, in town by" in said.text
    assert "First day: " in said.text
    assert "Official warning for Lisbon: Orange wind warning" in said.text
    assert pack.media_type == "text/html"
    assert len(pack.content) < 1_000_000
    assert b"Lisbon" in pack.content


async def test_a_way_that_should_have_begun_is_not_told_as_one_to_come(desk: Desk) -> None:
    """Neither in a brief that comes at noon nor in a reminder at the last minute."""
    assert desk.trip.plan is not None
    [concert] = [s for d in desk.trip.plan.days for s in d.stops if s.booked]
    desk.at("2027-04-18 07:15")
    early = await desk.says(Kind.MORNING, "2027-04-18")
    desk.at("2027-04-18 11:00")
    noon = await desk.says(Kind.MORNING, "2027-04-18")
    desk.at("2027-04-17 18:58")
    late = await desk.says(Kind.REMINDER, "2027-04-17", concert.id)

    assert early is not None and noon is not None and late is not None
    assert "Leave by 0" in early.text
    assert "Leave by" not in noon.text
    assert "The way takes about 25 min: set out now." in late.text


async def test_a_morning_that_is_told_the_evening_before_says_tomorrow(desk: Desk) -> None:
    """Whoever has quiet hours until the afternoon."""
    desk.at("2027-04-15 20:30")
    said = await desk.says(Kind.MORNING, "2027-04-16")

    assert said is not None
    assert said.text.startswith("☀️ Tomorrow:\n**Day 2 · Fri 16 Apr**")


async def test_the_morning_has_the_day_with_its_weather_and_the_swap_when_it_rains(
    desk: Desk,
) -> None:
    desk.stage.on = [event("on"), event("off", name="Not played", status="cancelled")]
    desk.at("2027-04-16 07:15")
    dry = await desk.says(Kind.MORNING, "2027-04-16")
    desk.skies.said[FRIDAY] = WET
    wet = await desk.says(Kind.MORNING, "2027-04-16")
    gone = await desk.says(Kind.MORNING, "2027-05-16")

    assert dry is not None
    assert wet is not None
    assert gone is None
    assert "**Day 2 · Fri 16 Apr** · 13–21 °C" in dry.text
    assert all(s.title in dry.text for s in visits(desk.trip, FRIDAY))
    assert "The way: [Google Maps](https://" in dry.text
    assert "21:00 Carminho, Coliseu" in dry.text
    assert "Not played" not in dry.text
    assert not any(id.startswith("swap:") for id in dry.choices.values())
    assert "rain 90 %" in wet.text
    assert "Instead, indoors and open: " in wet.text
    assert any(id.startswith("swap:") for id in wet.choices.values())


async def test_a_booking_is_told_with_the_time_to_leave_and_only_while_it_is_ahead(
    desk: Desk,
) -> None:
    [booked] = [s for s in visits(desk.trip, SATURDAY) if s.booked]
    desk.at("2027-04-17 17:00")
    said = await desk.says(Kind.REMINDER, "2027-04-17", booked.id)
    unknown = await desk.says(Kind.REMINDER, "2027-04-17", "stop-gone")
    desk.at("2027-04-17 19:05")
    late = await desk.says(Kind.REMINDER, "2027-04-17", booked.id)

    assert said is not None
    assert "**Mariza** at 20:00, in 2 h" in said.text
    assert "leave by 19:2" in said.text
    assert unknown is None
    assert late is None


async def test_check_in_is_told_for_a_flight_whose_time_was_told(desk: Desk) -> None:
    desk.at("2027-04-18 17:40")
    said = await desk.says(Kind.CHECK_IN, "2027-04-19")
    untold = desk.trip.model_copy(update={"wish": Wish()})
    none = await desk.says(Kind.CHECK_IN, "2027-04-19", trip=untold)

    assert said is not None
    assert "leaves Mon 19 Apr at 18:40, as you said" in said.text
    assert "Most airlines open check-in about now" in said.text
    assert none is None


async def test_check_in_for_the_flight_out_names_its_landing(desk: Desk) -> None:
    desk.at("2027-04-14 10:00")
    said = await desk.says(Kind.CHECK_IN, "2027-04-15", about="out")
    by_train = desk.trip.model_copy(
        update={"wish": desk.trip.wish.model_copy(update={"no_flight": True})}
    )
    none = await desk.says(Kind.CHECK_IN, "2027-04-15", about="out", trip=by_train)

    assert said is not None
    assert "lands Thu 15 Apr at" in said.text
    assert "check-in is open by now" in said.text
    assert none is None


def test_no_word_of_a_notice_can_depend_on_a_profile() -> None:
    """So that of a group can hold nothing that a member said of themselves elsewhere."""
    heard = {field.name for field in fields(Hearer)}
    claimed = {field.name for field in fields(Batch)}

    assert heard == {"now", "zone", "late", "language"}
    assert claimed == {"conversation", "claimed", "trips", "told", "language"}


# --- what was found ----------------------------------------------------------------------------


async def test_a_change_of_weather_names_the_items_both_values_and_the_time_of_the_forecast(
    desk: Desk,
) -> None:
    change = await weather_news(desk)
    said = await desk.says(change.kind, str(change.on), change.about, change.news)

    assert said is not None
    outdoors = [s for s in visits(desk.trip, FRIDAY) if not s.indoor]
    for stop in outdoors:
        assert f"{stop.start:%H:%M}–{stop.end:%H:%M}" in said.text
        assert stop.title in said.text
    assert said.text.startswith("🌧️ **Rain on Fri 16 Apr**")
    assert "Now: 13–21 °C, rain 90 %." in said.text
    assert "Before: no forecast yet, typically 12–20 °C." in said.text
    assert "as of Tue 13 Apr 10:00" in said.text
    assert any(id.startswith("swap:") for id in said.choices.values())
    assert "has changed, and" in change.why


async def test_no_swap_leads_to_another_wet_day_or_to_a_closed_door(desk: Desk) -> None:
    """The plan was made when nobody knew the weather; the offer is made with what is known now."""
    change = await weather_news(desk)
    for day in range(15, 20):
        desk.skies.said[date(2027, 4, day)] = WET
    wet = await desk.says(change.kind, str(change.on), change.about, change.news)
    desk.skies.said = {FRIDAY: WET}

    sights = desk.travel.places.sights

    class Shut:
        """Everything indoors is closed."""

        def __getattr__(self, name: str) -> Any:
            return getattr(desk.travel.places, name)

        async def sights(self, *asked: Any) -> Any:
            return [s.model_copy(update={"hours": {FRIDAY: ()}}) for s in await sights(*asked)]

    shut = replace(desk, travel=replace(desk.travel, places=Shut()))
    closed = await shut.says(change.kind, str(change.on), change.about, change.news)

    for said in (wet, closed):
        assert said is not None
        assert "I have nothing indoors that fits" in said.text
        assert not any(id.startswith("swap:") for id in said.choices.values())


async def test_what_has_turned_back_or_begun_is_not_said(desk: Desk) -> None:
    change = await weather_news(desk)
    desk.skies.said = {}
    turned = await desk.says(change.kind, str(change.on), change.about, change.news)
    desk.skies.said[FRIDAY] = WET
    desk.at("2027-04-16 18:00")
    over = await desk.says(change.kind, str(change.on), change.about, change.news)

    assert turned is None
    assert over is None


async def test_of_two_changes_of_a_day_that_wait_only_the_later_one_is_told(desk: Desk) -> None:
    """Rain was found at night, fine weather after it, and rain again before anybody was told."""
    first = await weather_news(desk)
    later = CHANGE.validate_json(first.news).model_copy(update={"times": 3})
    about = f"{first.about.rpartition('/')[0]}/3"
    both = [
        desk.notice(first.kind, str(first.on), about, news)
        for about, news in ((first.about, first.news), (about, later.model_dump_json()))
    ]
    stopped = both[1].model_copy(update={"state": State.CANCELLED})

    async def told(change: Notice, other: Notice) -> Said | None:
        rows = [change, other]
        return await desk.says(change.kind, str(change.on), change.about, change.news, rows=rows)

    assert await told(both[0], both[1]) is None
    assert await told(both[1], both[0]) is not None
    assert await told(both[0], stopped) is not None


async def test_a_silent_provider_leaves_the_change_with_the_time_of_its_forecast(
    desk: Desk,
) -> None:
    change = await weather_news(desk)
    desk.skies.down = True
    desk.at("2027-04-13 15:00")
    said = await desk.says(change.kind, str(change.on), change.about, change.news)

    assert said is not None
    assert "rain 90 %" in said.text
    assert "as of Tue 13 Apr 10:00" in said.text


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            {"tmax_c": 31, "feels_max_c": 32},
            {"tmax_c": 31, "feels_max_c": 39},
            ["13–31 °C, felt as 39 °C.", "13–31 °C, felt as 32 °C, as of"],
        ),
        (
            {"rain_chance": 0.4, "rain_mm": 1},
            {"rain_chance": 0.4, "rain_mm": 9},
            ["rain 40 %, 9 mm.", "rain 40 %, 1 mm, as of"],
        ),
    ],
    ids=["heat that is felt", "more rain, as likely"],
)
async def test_a_change_of_weather_shows_the_values_that_have_changed(
    desk: Desk, before: dict[str, float], after: dict[str, float], said: list[str]
) -> None:
    """ "Now" and "Before" never read the same."""
    desk.at("2027-04-13 09:00")
    assert desk.trip.plan is not None
    [known] = await desk.skies.forecast(desk.trip.plan.anchor, ZONE, FRIDAY, FRIDAY)
    known = known.model_copy(update=before)
    days = tuple(
        d.model_copy(update={"weather": known}) if d.day == FRIDAY else d
        for d in desk.trip.plan.days
    )
    plan = desk.trip.plan.model_copy(update={"days": days})
    desk.trip = desk.trip.model_copy(update={"plan": plan})
    desk.skies.said[FRIDAY] = after
    [notice] = await desk.told()

    assert all(text in notice.text for text in said)


async def test_an_event_that_was_over_before_it_could_be_told_is_not_told(desk: Desk) -> None:
    """It was found in the evening, in quiet hours or a snooze."""
    desk.at("2027-04-12 09:00")
    desk.stage.on = [event("mariza", FRIDAY, name="Mariza")]
    await desk.looks()
    desk.at("2027-04-16 19:00")
    called_off = event("mariza", FRIDAY, name="Mariza", status="cancelled")
    desk.stage.on = [called_off, event("new", FRIDAY)]
    found = await desk.looks()
    assert found is not None
    at_once = [await desk.says(c.kind, str(c.on), c.about, c.news) for c in found.changes]
    desk.at("2027-04-17 07:00")
    later = [await desk.says(c.kind, str(c.on), c.about, c.news) for c in found.changes]

    assert len(at_once) == 2 and None not in at_once
    assert later == [None, None]


async def test_events_that_are_new_moved_or_cancelled_are_told_with_a_link(desk: Desk) -> None:
    """And what is booked is still in the plan: that is theirs to decide."""
    mariza = event("mariza", SATURDAY, name="Mariza")
    at_nine = mariza.model_copy(
        update={"starts_at": datetime(2027, 4, 17, 22, tzinfo=ZoneInfo(ZONE))}
    )
    desk.at("2027-04-12 09:00")
    desk.stage.on = [mariza]
    first = await desk.told()
    desk.stage.on = [mariza, event()]
    [new] = await desk.told()
    desk.stage.on = [at_nine, event()]
    [moved] = await desk.told()
    desk.stage.on = [at_nine.model_copy(update={"status": "cancelled"}), event()]
    [cancelled] = await desk.told()
    again = await desk.told()

    assert first == again == []
    assert "New on your days in Lisbon" in new.text
    assert "Fri 16 Apr: 21:00 Carminho, Coliseu, from EUR 25.00 ([Ticketmaster](" in new.text
    assert "**Mariza has moved**: now Sat 17 Apr 22:00, before Sat 17 Apr 21:00" in moved.text
    assert "Your plan still has it on Sat 17 Apr at 20:00" in moved.text
    assert "**Mariza is cancelled**: it was to be Sat 17 Apr 22:00" in cancelled.text
    assert "as of Tue 13 Apr 08:00" in cancelled.text


async def test_an_event_that_is_on_again_when_it_would_be_told_is_not_told(desk: Desk) -> None:
    desk.at("2027-04-12 09:00")
    desk.stage.on = [event()]
    await desk.looks()
    desk.stage.on = [event(status="cancelled")]
    found = await desk.looks()
    assert found is not None
    [change] = found.changes
    desk.stage.on = [event()]

    assert await desk.says(change.kind, str(change.on), change.about, change.news) is None


async def test_a_warning_is_told_as_its_issuer_words_it_now(desk: Desk) -> None:
    desk.at("2027-04-13 09:00")
    desk.warnings.alerts = (warning(),)
    found = await desk.looks()
    assert found is not None
    [change] = found.changes
    longer = warning(ends=datetime(2027, 4, 17, 8, tzinfo=UTC), headline="Gusts up to 130 km/h")
    desk.warnings.alerts = (longer,)
    said = await desk.says(change.kind, str(change.on), change.about, change.news)

    assert said is not None
    assert "Fri 16 Apr 07:00 – Sat 17 Apr 09:00" in said.text
    assert "Gusts up to 130 km/h" in said.text


async def test_a_warning_is_not_told_for_a_trip_that_was_moved_to_other_days(desk: Desk) -> None:
    desk.at("2027-04-13 09:00")
    desk.warnings.alerts = (warning(),)
    found = await desk.looks()
    assert found is not None and desk.trip.plan is not None
    [change] = found.changes
    later = desk.trip.plan.model_copy(update={"days": desk.trip.plan.days[2:]})
    moved = desk.trip.model_copy(update={"plan": later})
    said = await desk.says(change.kind, str(change.on), change.about, change.news, trip=moved)

    assert later.first_day == SATURDAY
    assert said is None


async def test_a_warning_is_told_in_its_issuers_words_with_what_is_planned_then(
    desk: Desk,
) -> None:
    desk.at("2027-04-13 09:00")
    desk.warnings.alerts = (warning(),)
    found = await desk.looks()
    assert found is not None
    [change] = found.changes
    said = await desk.says(change.kind, str(change.on), change.about, change.news)
    desk.warnings.alerts = ()
    lifted = await desk.says(change.kind, str(change.on), change.about, change.news)
    desk.warnings.silent = ("MeteoAlarm",)
    unheard = await desk.says(change.kind, str(change.on), change.about, change.news)

    assert change.kind is Kind.ALERT
    assert said is not None
    assert "**Orange wind warning** (Severe), Fri 16 Apr 07:00–21:00, Lisboa" in said.text
    assert "Stay away from the sea." in said.text
    assert f"Fri 16 Apr 09:45 {visits(desk.trip, FRIDAY)[0].title}" in said.text
    assert "as of Tue 13 Apr 08:00" in said.text
    assert "No severe warnings" not in said.choices
    assert lifted is None
    assert unheard is not None


# --- looking -----------------------------------------------------------------------------------


async def test_a_hundred_trips_to_one_place_ask_each_source_once(desk: Desk) -> None:
    """Those of the same days ask for the same events; the forecast is one for the place."""
    desk.at("2027-04-13 09:00")
    trips = [(desk.trip.model_copy(update={"id": f"trip-{n}"}), "") for n in range(100)]
    found = await Watching(desk.travel).news(trips, desk.clock.now())

    assert len(found) == 100
    assert all(f is not None and f.changes == () for f in found)
    assert len(desk.skies.asked) == len(desk.stage.asked) == len(desk.warnings.asked) == 1


async def test_nobody_heard_is_told_apart_from_nothing_new(desk: Desk) -> None:
    """What one source saw is kept while another is silent."""
    desk.at("2027-04-13 09:00")
    desk.skies.down = desk.stage.down = True
    desk.warnings.silent = ("MeteoAlarm",)
    nobody = await desk.looks()
    desk.stage.down = False
    desk.stage.on = [event()]
    events_only = await desk.looks()
    desk.skies.down = False
    desk.skies.said[FRIDAY] = WET
    all_of_it = await desk.looks()

    assert nobody is None
    assert events_only is not None
    assert events_only.changes == ()
    assert all_of_it is not None
    assert [c.kind for c in all_of_it.changes] == [Kind.WEATHER]


async def test_notes_that_are_not_ours_are_no_reason_to_stop(desk: Desk) -> None:
    desk.at("2027-04-13 09:00")
    desk.seen = '{"of": "another version"}'
    found = await desk.looks()

    assert found is not None
    assert found.changes == ()


async def test_a_look_at_what_is_far_ahead_or_over_asks_for_no_weather(desk: Desk) -> None:
    desk.at("2027-04-01 09:00")
    far = await desk.looks()
    asked = len(desk.skies.asked)
    desk.clock.passes(days=30)
    over = await desk.looks()

    assert far is not None
    assert over is not None
    assert asked == len(desk.skies.asked) == len(desk.warnings.asked) == 0


async def test_a_trip_that_cannot_be_looked_at_keeps_no_other_from_its_news(desk: Desk) -> None:
    """Its rows cannot be read; the storm is told to the other one."""

    async def rows(trip: str) -> Sequence[Notice]:
        if trip == broken.id:
            raise ValueError("a row of another version")
        return ()

    desk.at("2027-04-13 09:00")
    desk.skies.said[FRIDAY] = WET
    broken = desk.trip.model_copy(update={"id": "trip-broken"})
    watching = Watching(desk.travel, rows)
    trips = ((broken, ""), (desk.trip, ""))
    [first, _] = await watching.news(trips, desk.clock.now())
    assert first is not None
    desk.warnings.alerts = (warning(),)
    again = ((broken, first.seen), (desk.trip, ""))
    [gone, told] = await watching.news(again, desk.clock.now())

    assert gone is None
    assert told is not None
    assert {c.kind for c in told.changes} == {Kind.WEATHER, Kind.ALERT}


class Mistaken:
    """The places of a desk, with a mistake of ours at one of them."""

    def __init__(self, places: Places, at: str) -> None:
        self._places = places
        self._at = at

    def destination(self, id: str) -> Destination | None:
        if id == self._at:
            raise KeyError("a mistake of ours")
        return self._places.destination(id)


async def test_a_place_that_cannot_be_asked_about_keeps_no_other_from_its_news(desk: Desk) -> None:
    """Nothing is known of Porto, which is asked again soon; the rain of Lisbon is told."""
    until = WISH.model_copy(update={"when": When(first=date(2027, 4, 15), last=date(2027, 4, 24))})
    porto = (await opened(name="porto", wish=until)).trip
    desk.at("2027-04-13 09:00")
    desk.skies.said[FRIDAY] = WET
    counters = Counter[str]()
    places = Mistaken(desk.travel.places, "porto")
    watching = Watching(replace(desk.travel, places=places), counters=counters)
    [nothing, told] = await watching.news(((porto, ""), (desk.trip, "")), desk.clock.now())

    assert nothing is None
    assert told is not None
    assert [c.kind for c in told.changes] == [Kind.WEATHER]
    assert counters == {"notices.not_watched": 3}  # weather, events and warnings
