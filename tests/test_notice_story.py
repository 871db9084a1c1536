"""Notices in the chat, end to end: one piece of news, one tap, one plan changed, one undo."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from core.notices.state import NoticeWishes
from core.travel import Alert, Confidence, Severity, Source
from core.trips import Plan, Stop, Trip
from tests.group_world import Group
from tests.test_warnings_story import FakeAlerts
from tests.world import Answer, World

PLAN = "plan Lisbon 15-19 april 2027"
RAINY = "2027-04-16"


async def ticks(world: World, times: int = 1) -> None:
    """Everything that a scheduler does, and the replies out."""
    assert world.app is not None
    noticing = world.app.noticing
    for _ in range(times):
        await noticing.plan()
        await noticing.watch()
        await noticing.send()
    await Group(world).settles()


async def strikes(world: World, moment: str) -> None:
    """The clock strikes, and a scheduler ticks twice."""
    world.clock.strikes(moment)
    await ticks(world, 2)


def said_in(world: World, chat: str = "1") -> list[Answer]:
    """What Caravan said there without being asked."""
    replies = [r for r in world.chat.sent if r.conversation.chat_id == chat and not r.answers]
    return [Answer(r) for r in replies]


async def trip_of(world: World, chat: str = "1") -> Trip:
    assert world.app is not None
    opened = await world.app.store.open_turn(world.message("look", chat=chat))
    return opened.trips[0]


def stops(plan: Plan | None) -> list[tuple[str, datetime]]:
    assert plan is not None
    return [(s.id, s.start) for d in plan.days for s in d.stops]


def label_of_swap(answer: Answer) -> str:
    return next(label for label in answer.choices if label.startswith("Take "))


def swapped(trip: Trip) -> Stop:
    assert trip.plan is not None
    day = next(d for d in trip.plan.days if d.day == date.fromisoformat(RAINY))
    return next(s for s in day.stops if s.swap_sight_id)


def storm(id: str, severity: Severity = Severity.SEVERE) -> Alert:
    source = Source(
        name="MeteoAlarm",
        url="https://meteoalarm.org/",
        fetched_at=datetime(2027, 4, 13, 20, tzinfo=UTC),
        confidence=Confidence.LIVE,
    )
    return Alert(
        source=source,
        id=id,
        event="Wind warning",
        severity=severity,
        onset=datetime(2027, 4, 16, 6, tzinfo=UTC),
        ends=datetime(2027, 4, 16, 20, tzinfo=UTC),
        headline="Gusts up to 110 km/h",
        area="Lisboa",
        official=True,
    )


async def test_rain_on_a_day_outdoors_is_told_once_with_a_swap_that_can_be_undone(
    world: World,
) -> None:
    """Two days before: one notice, a tap, the plan changed; undo brings back the one before."""
    await world.says(PLAN)
    before = await trip_of(world)
    await strikes(world, "2027-04-14 09:00")
    quiet = len(said_in(world))
    world.weather.says(RAINY, rain_mm=18)
    for hour in (12, 13, 14, 15):
        await strikes(world, f"2027-04-14 {hour}:00")
    [notice] = said_in(world)[quiet:]
    changed = await world.taps(notice, label_of_swap(notice))
    after = await trip_of(world)
    undone = await world.taps(changed, "Undo")
    restored = await trip_of(world)
    await strikes(world, "2027-04-14 16:30")

    stop = swapped(before)
    assert stop.title in notice.text
    assert "rain 90 %" in notice.text
    assert "Before: no forecast yet, typically 12–20 °C" in notice.text
    assert "as of Wed 14 Apr" in notice.text
    assert "What changed" in changed.text
    assert after.plan is not None
    assert stop.swap_sight_id in {s.sight_id for s in after.plan.visits()}
    assert stops(after.plan) != stops(before.plan)
    assert "Undone" in undone.text
    assert stops(restored.plan) == stops(before.plan)
    assert len(said_in(world)) == quiet + 1


async def test_a_swap_is_taken_on_the_road_too_and_only_as_it_was_offered(world: World) -> None:
    """On the morning of the day itself; the button of a plan that has changed does nothing."""
    await world.says(PLAN)
    await strikes(world, "2027-04-15 16:00")
    quiet = len(said_in(world))
    world.weather.says(RAINY, rain_mm=18)
    await strikes(world, "2027-04-16 07:10")
    notice = next(a for a in said_in(world)[quiet:] if any("Take" in c for c in a.choices))
    before = await trip_of(world)
    changed = await world.taps(notice, label_of_swap(notice))
    after = await trip_of(world)
    again = await world.taps(notice, label_of_swap(notice))

    assert "What changed" in changed.text
    first = date.fromisoformat(RAINY)
    assert [s for s in stops(after.plan) if s[1].date() < first] == [
        s for s in stops(before.plan) if s[1].date() < first
    ]
    assert "has changed since I offered that" in again.text
    assert stops((await trip_of(world)).plan) == stops(after.plan)


async def test_a_forecast_that_jitters_says_nothing(world: World) -> None:
    await world.says(PLAN)
    await strikes(world, "2027-04-14 09:00")
    quiet = len(said_in(world))
    for hour in range(10, 20):
        world.weather.says(RAINY, rain_mm=1.0, chance=0.2 + 0.2 * (hour % 2))
        await strikes(world, f"2027-04-14 {hour}:00")

    assert [
        a.text for a in said_in(world)[quiet:] if "Forecast" in a.text and "Now:" in a.text
    ] == []


async def test_rain_of_the_night_that_is_gone_in_the_morning_was_never_there(world: World) -> None:
    """It waits for the end of the quiet hours; then neither rain nor its end is worth a word."""
    await world.says(PLAN)
    await strikes(world, "2027-04-13 09:00")
    quiet = len(said_in(world))
    world.weather.says(RAINY, rain_mm=18)
    await strikes(world, "2027-04-13 22:30")
    at_night = len(said_in(world)) - quiet
    world.weather.says(RAINY, rain_mm=0, chance=0.05)
    for moment in ("13 23:45", "14 01:00", "14 03:00", "14 07:30", "14 09:00", "14 12:00"):
        await strikes(world, f"2027-04-{moment}")

    assert at_night == 0
    assert [a.text for a in said_in(world)[quiet:] if "Now:" in a.text] == []


async def test_rain_that_was_gone_when_it_would_be_told_is_told_when_it_is_back(
    world: World,
) -> None:
    """Found at night, gone at the end of the quiet hours, back an hour later: told, once."""
    await world.says(PLAN)
    await strikes(world, "2027-04-13 09:00")
    quiet = len(said_in(world))
    world.weather.says(RAINY, rain_mm=18)
    await strikes(world, "2027-04-13 22:30")
    world.weather.says(RAINY, rain_mm=0, chance=0.05)
    await strikes(world, "2027-04-14 07:10")
    world.weather.says(RAINY, rain_mm=18)
    for hour in (9, 10, 11, 12):
        await strikes(world, f"2027-04-14 {hour:02d}:00")

    [told] = [a for a in said_in(world)[quiet:] if "Now:" in a.text]
    assert "Rain on Fri 16 Apr" in told.text
    assert "Before: no forecast yet" in told.text


async def test_rain_that_expired_in_a_snooze_is_told_when_the_snooze_ends(world: World) -> None:
    """Found three days before; what was never said does not count as told."""
    await world.says(PLAN)
    await strikes(world, "2027-04-14 09:00")
    await world.says("snooze until 18 April")
    quiet = len(said_in(world))
    world.weather.says("2027-04-18", rain_mm=18)
    for moment in ("15 10:00", "16 12:00", "17 11:00", "17 14:00"):
        await strikes(world, f"2027-04-{moment}")
    in_the_snooze = len(said_in(world)) - quiet
    for moment in ("18 07:05", "18 08:10"):
        await strikes(world, f"2027-04-{moment}")

    assert in_the_snooze == 0
    [told] = [a for a in said_in(world)[quiet:] if "Now:" in a.text]
    assert "Rain on Sun 18 Apr" in told.text


async def test_who_comes_and_goes_by_road_or_rail_is_told_of_no_flight(world: World) -> None:
    """From Berlin to Prague nobody flies: no landing, no airport, no check-in."""
    plan = await world.says(
        "plan Prague 15-17 april 2027 from Berlin, we arrive at 14:20 and leave at 18:00"
    )
    quiet = len(said_in(world))
    for moment in ("14 14:30", "14 18:30", "15 07:20", "16 18:30", "17 07:20"):
        await strikes(world, f"2027-04-{moment}")
    said = "\n".join(a.text for a in said_in(world)[quiet:])

    assert plan.days
    assert "Arrival at 14:20, in town by 14:50" in said
    assert "Leave for the way home by 17:30, departure at 18:00" in said
    for word in ("Landing", "airport", "take-off", "check-in", "flight"):
        assert word not in said


async def test_stop_weather_keeps_severe_warnings_and_says_how_to_stop_them(
    tmp_path: Path,
) -> None:
    """A warning comes at night; after "stop severe warnings" none does."""
    alerts = FakeAlerts()
    world = World(tmp_path / "warned.sqlite", alerts=alerts)
    await world.opens()
    await world.says(PLAN)
    stopped = await world.says("stop weather")
    await strikes(world, "2027-04-13 09:00")
    quiet = len(said_in(world))
    world.weather.says(RAINY, rain_mm=18)
    alerts.says(storm("1"))
    await strikes(world, "2027-04-13 23:30")
    await strikes(world, "2027-04-14 11:00")
    [notice] = said_in(world)[quiet:]
    why = await world.taps(notice, "Why this?")
    severe = await world.says("stop severe warnings")
    alerts.says(storm("2", severity=Severity.EXTREME))
    await strikes(world, "2027-04-14 12:30")
    after = said_in(world)[quiet + 1 :]
    await world.closes()

    assert "No more weather notices in this chat." in stopped.text
    assert "“stop severe warnings” stops those too" in stopped.text
    assert "Official warning for Lisbon" in notice.text
    assert "Gusts up to 110 km/h" in notice.text
    assert "grave official warning for Lisbon" in why.text
    assert "No more severe warnings" in severe.text
    assert [a.text for a in after if "warning" in a.text] == []


async def test_what_was_found_while_notices_were_stopped_is_told_when_they_are_back_on(
    tmp_path: Path,
) -> None:
    """The warning is in force and the rain is forecast still, and nobody has said so."""
    alerts = FakeAlerts()
    world = World(tmp_path / "back.sqlite", alerts=alerts)
    await world.opens()
    await world.says(PLAN)
    await world.says("stop severe warnings")
    await world.says("stop weather")
    await strikes(world, "2027-04-13 09:00")
    quiet = len(said_in(world))
    alerts.says(storm("1"))
    world.weather.says(RAINY, rain_mm=18)
    await strikes(world, "2027-04-14 11:00")
    stopped = len(said_in(world)) - quiet
    await world.says("notices on")
    await ticks(world, 3)
    told = said_in(world)[quiet:]
    await world.closes()

    assert stopped == 0
    assert ["Official warning for Lisbon" in a.text for a in told] == [True]
    assert "🌧️ **Rain on Fri 16 Apr**" in told[0].text


async def test_each_notice_says_why_it_came_and_how_to_get_fewer(world: World) -> None:
    await world.says(PLAN)
    nothing_yet = await world.says("why did I get this?")
    await strikes(world, "2027-04-01 09:30")
    [outlook] = said_in(world)
    by_word = await world.says("why did I get this?")
    by_tap = await world.taps(outlook, "Why this?")
    fewer = await world.taps(by_tap, "No outlooks")
    await strikes(world, "2027-04-08 09:30")
    silent = len(said_in(world))
    back = await world.taps(fewer, "Outlooks on")
    await strikes(world, "2027-04-09 09:30")

    assert "begins in 14 days" in outlook.text
    assert "no notice here yet" in nothing_yet.text
    assert by_word.text == by_tap.text
    assert "it is two weeks until your trip for **Lisbon" in by_tap.text
    assert "No more outlooks" in fewer.text
    assert silent == 1
    assert "Outlooks are on." in back.text


async def test_quiet_hours_a_snooze_and_a_muted_trip_are_kept(world: World) -> None:
    await world.says(PLAN)
    hours = await world.says("quiet hours 21 to 9")
    snoozed = await world.says("snooze until 2 April")
    shown = await world.says("notices")
    await strikes(world, "2027-04-01 12:00")
    while_snoozed = len(said_in(world))
    muted = await world.says("mute this trip")
    await strikes(world, "2027-04-08 12:00")
    while_muted = len(said_in(world))
    unmuted = await world.says("unmute this trip")
    await ticks(world)
    await strikes(world, "2027-04-12 18:30")

    assert "Between 21:00 and 09:00" in hours.text
    assert "until Fri 2 Apr 08:00" in snoozed.text
    assert "Snoozed until Fri 2 Apr" in shown.text
    assert "weather notices" in shown.text
    assert while_snoozed == while_muted == 0
    assert "Lisbon" in muted.text
    assert "are on" in unmuted.text
    assert [a for a in said_in(world) if "To pack for Lisbon" in a.text]


async def test_a_kind_can_be_stopped_for_one_trip_alone_and_started_by_its_button(
    world: World,
) -> None:
    await world.says(PLAN)
    stopped = await world.says("stop outlooks for this trip")
    shown = await world.says("notices")
    await strikes(world, "2027-04-01 12:00")
    while_stopped = len(said_in(world))
    back = await world.taps(stopped, "Outlooks on")
    await ticks(world)
    await strikes(world, "2027-04-08 12:00")

    assert "No more outlooks about **" in stopped.text
    assert "Stopped for" in shown.text
    assert while_stopped == 0
    assert "Outlooks about" in back.text
    assert len(said_in(world)) == 1


async def test_notices_that_are_all_started_again_are_those_of_a_muted_trip_too(
    world: World,
) -> None:
    await world.says(PLAN)
    await world.says("mute this trip")
    on = await world.says("notices on")
    shown = await world.says("notices")
    await ticks(world)
    await strikes(world, "2027-04-01 12:00")

    assert on.text.startswith("Notices are on.")
    assert "Muted" not in shown.text
    assert "check-in reminders" in shown.text.partition("When something changes")[0]
    assert len(said_in(world)) == 1


async def test_what_is_stopped_in_the_whole_chat_is_said_when_a_trip_is_unmuted(
    world: World,
) -> None:
    await world.says(PLAN)
    await world.says("mute this trip")
    await world.says("only tell me about bad weather")
    on = await world.says("unmute this trip")
    all_on = await world.taps(on, "All back on")

    assert "Stopped in the whole chat are still: outlooks, packing lists" in on.text
    assert "weather" not in on.text
    assert all_on.text.startswith("Notices are on.")


async def test_only_what_is_wanted_is_told_and_at_the_hours_that_are_wanted(world: World) -> None:
    await world.says(PLAN)
    only = await world.says("only tell me about bad weather")
    hours = await world.says("dont message me in the mornings")
    shown = await world.says("notices")
    await strikes(world, "2027-04-01 13:00")

    assert only.text == "From now on only weather notices and severe warnings."
    assert "Between 22:00 and 12:00" in hours.text
    assert "For every trip: nothing" in shown.text
    assert said_in(world) == []


async def test_the_whole_calendar_of_a_trip_is_said_each_on_its_day(world: World) -> None:
    """Outlooks, packing, the check of the evening with the pocket pack, mornings, a last word."""
    await world.says(f"{PLAN}, we leave at 18:40")
    told: dict[str, list[Answer]] = {}
    day = datetime(2027, 3, 30, tzinfo=UTC)
    while day < datetime(2027, 4, 23, tzinfo=UTC):
        for hour in (9, 12, 18, 20):
            before = len(said_in(world))
            world.clock.strikes(f"{day.date()} {hour:02d}:30")
            await ticks(world)
            told.setdefault(str(day.date()), []).extend(said_in(world)[before:])
        day += timedelta(days=1)
    texts = {day: "\n".join(a.text for a in said) for day, said in told.items() if said}
    last = said_in(world)[-1]
    visited = await world.taps(last, "Mark as visited")
    profile = await world.says("what do you know about me?")

    assert "begins in 14 days" in texts["2027-04-01"]
    assert "begins in 7 days" in texts["2027-04-08"]
    assert "To pack for Lisbon" in texts["2027-04-12"]
    assert "Tomorrow: Lisbon" in texts["2027-04-14"]
    assert [f.name for a in told["2027-04-14"] for f in a.files] == [
        "caravan-lisbon-2027-04-15.html"
    ]
    for number, on in enumerate(("15", "16", "17", "18", "19"), 1):
        assert f"Day {number} ·" in texts[f"2027-04-{on}"]
    assert "Your flight leaves Mon 19 Apr at 18:40" in texts["2027-04-18"]
    assert "Welcome back from Lisbon" in texts["2027-04-20"]
    assert "visited" in visited.text
    assert "Has been to: **Lisbon**" in profile.text
    assert set(texts) == {f"2027-04-{d:02d}" for d in (1, 8, 12, 14, 15, 16, 17, 18, 19, 20)}


async def test_a_group_gets_one_notice_where_it_planned_and_nothing_of_anybodys_own(
    world: World,
) -> None:
    """What a member told in private, and what their profile holds, is in none of its words."""
    group = Group(world)
    await group.privately("hello", who="ana")
    await group.privately("remember that I am vegan and my home is Zurich", who="ana")
    await group.says(PLAN, who="ana")
    await group.says("count me in", who="ben")
    await group.privately("privately, my budget is 4321 euros", who="ben")
    await strikes(world, "2027-04-14 09:00")
    world.weather.says(RAINY, rain_mm=18)
    await strikes(world, "2027-04-14 12:00")
    here = said_in(world, group.chat)
    notice = next(a for a in here if "Now:" in a.text)
    changed = await group.taps(notice, label_of_swap(notice), who="ben")
    stopped = await group.says("stop weather", who="ben")
    elsewhere = [a for who in ("ana", "ben") for a in said_in(world, who)]

    assert len([a for a in here if "Now:" in a.text]) == 1
    assert "What changed" in changed.text
    assert "No more weather notices in this chat." in stopped.text
    assert [a.text for a in elsewhere if "Forecast" in a.text] == []
    for answer in here:
        for secret in ("vegan", "Zurich", "4321", "CHF"):
            assert secret not in answer.text


async def test_in_a_trip_over_several_towns_the_swap_is_taken_in_the_town_it_is_about(
    world: World,
) -> None:
    """The forecast is asked for each town on its own days; the other town stays as it is."""
    await world.says("plan Lisbon and Porto 15-21 april 2027")
    before = await trip_of(world)
    assert before.plan is not None
    second = before.plan.towns[1]
    day = next(
        d
        for d in before.plan.days
        if second.first < d.day < second.last and any(s.swap_sight_id for s in d.stops)
    )
    await strikes(world, f"{day.day - timedelta(days=3)} 09:00")
    quiet = len(said_in(world))
    world.weather.says(str(day.day), rain_mm=18)
    await strikes(world, f"{day.day - timedelta(days=3)} 12:00")
    [notice] = said_in(world)[quiet:]
    changed = await world.taps(notice, label_of_swap(notice))
    after = await trip_of(world)

    assert "Now: 13–21 °C, rain 90 %." in notice.text
    assert "What changed" in changed.text
    assert after.plan is not None
    first_town = [s for s in stops(before.plan) if s[1].date() < second.first]
    assert [s for s in stops(after.plan) if s[1].date() < second.first] == first_town
    assert stops(after.plan) != stops(before.plan)


async def test_what_was_stopped_comes_back_in_the_words_of_a_talk_and_says_so(
    world: World,
) -> None:
    """ "No wait, turn them back on" takes back the last change, whatever it was; nothing is said of
    severe warnings while everything is off, and one trip is turned on alone."""
    await world.says("plan Porto 10-12 may 2027")
    await world.says(PLAN)
    off = await world.says("stop all notices")
    capped = await world.says("at most 1 notice a day")
    assert "severe warnings too" in off.text
    assert "Severe official warnings" not in capped.text
    assert "All notices are off" in capped.text

    alone = await world.says("unmute this trip")
    assert "Off stays: your other trip" in alone.text
    state = await wishes_of(world)
    assert not state.off
    assert len(state.muted_trips) == 1
    assert "are off again" in (await world.says("undo")).text
    assert (await wishes_of(world)).off

    await world.says("notices on")
    await world.says("stop weather")
    kept = await world.says("actually keep them")
    assert "Weather notices are on again." in kept.text
    await world.says("stop all notices")
    assert "are on again" in (await world.says("no wait, turn them back on")).text
    assert "Between 22:00 and 08:00" in (await world.says("turn them back on")).text
    assert not (await wishes_of(world)).off
    await world.says("stop weather")
    assert "Weather notices are on again." in (await world.says("undo")).text


async def test_stop_right_after_a_notice_is_about_notices(world: World) -> None:
    await world.says(PLAN)
    assert "Your trips are kept" in (await world.says("stop")).text
    await strikes(world, "2027-04-01 12:00")
    assert said_in(world)

    assert "Notices are off" in (await world.says("STOP!!")).text


async def wishes_of(world: World) -> NoticeWishes:
    assert world.app is not None
    return (await world.app.store.open_turn(world.message("look"))).notices.wishes
