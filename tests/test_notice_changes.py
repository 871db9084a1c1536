"""When a change is worth saying: thresholds, hysteresis, events and warnings. All pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from core.notices.alert_news import alert_news
from core.notices.changes import CHANGE, EventChange, Seen, WeatherChange
from core.notices.event_news import event_news, interests
from core.notices.weather_news import POOR, STEP, poor_in, scores, still_so, weather_news
from core.travel import (
    Alert,
    AlertReport,
    Confidence,
    DayWeather,
    Event,
    EventKind,
    Point,
    Severity,
    Source,
)
from core.trips import Day, Plan, Stop, StopKind
from core.wishes import Appointment, Wish

FIRST = date(2027, 4, 15)
HIKE = FIRST + timedelta(days=1)
ZONE = ZoneInfo("Europe/Lisbon")
PLANNED = datetime(2027, 1, 10, 9, tzinfo=UTC)
NOW = datetime(2027, 4, 13, 9, tzinfo=UTC)
POINT = Point(lat=38.7, lon=-9.1)
NOTHING = Seen()  # has been told yet


def source(at: datetime = NOW) -> Source:
    return Source(name="Open-Meteo", fetched_at=at, confidence=Confidence.LIVE)


def weather(day: date = HIKE, at: datetime = NOW, **changes: Any) -> DayWeather:
    """A mild dry day."""
    facts: dict[str, Any] = {
        "source": source(at),
        "day": day,
        "typical": False,
        "tmax_c": 20.0,
        "tmin_c": 12.0,
        "rain_mm": 0.2,
        "rain_chance": 0.1,
        "gust_kmh": 25.0,
        "code": 2,
    }
    return DayWeather(**(facts | changes))


def stop(id: str, day: date, hour: int, *, indoor: bool = False, hours: int = 2) -> Stop:
    start = datetime.combine(day, time(hour), ZONE)
    return Stop(
        id=id,
        kind=StopKind.VISIT,
        title=id.title(),
        start=start,
        end=start + timedelta(hours=hours),
        point=POINT,
        sight_id=f"town/{id}",
        category="park",
        indoor=indoor,
        source=source(PLANNED),
    )


def plan(told: DayWeather | None = None, events: tuple[Event, ...] = ()) -> Plan:
    """Three days; on the second one a hike of four hours, a viewpoint and a museum."""
    days = []
    for n in range(3):
        day = FIRST + timedelta(days=n)
        stops = [stop(f"museum-{n}", day, 15, indoor=True)]
        if day == HIKE:
            stops += [stop("viewpoint", day, 9, hours=1), stop("hike", day, 10, hours=4)]
        days.append(
            Day(
                day=day,
                weekday=day.strftime("%a"),
                stops=tuple(stops),
                weather=told if told is not None and told.day == day else None,
                events=events,
            )
        )
    return Plan(
        destination_id="town",
        destination="Town",
        country="PT",
        timezone="Europe/Lisbon",
        anchor=POINT,
        days=tuple(days),
        pace="normal",
        party=1,
    )


def looks(
    of: Plan, forecasts: list[DayWeather], seen: Seen = NOTHING
) -> tuple[list[WeatherChange], Seen]:
    """All that several looks, three hours apart, have to say."""
    found: list[WeatherChange] = []
    for n, forecast in enumerate(forecasts):
        now = NOW + timedelta(hours=3 * n)
        said, seen = weather_news(of, seen, {forecast.day: forecast}, now)
        found += said
    return found, seen


# --- weather -----------------------------------------------------------------------------------

BASE = st.builds(
    weather,
    at=st.just(PLANNED),
    rain_chance=st.floats(0, 1),
    rain_mm=st.floats(0, 30),
    gust_kmh=st.floats(0, 120),
    tmax_c=st.floats(-25, 45),
    code=st.sampled_from((0, 2, 61, 80)),
)


def shaken(base: DayWeather, by: tuple[float, float, float, float]) -> DayWeather:
    """The forecast moved by less than a step in every aspect."""
    chance, mm, gust, warm = by
    assert base.rain_chance is not None
    assert base.rain_mm is not None
    assert base.gust_kmh is not None
    return base.model_copy(
        update={
            "rain_chance": min(1.0, max(0.0, base.rain_chance + 0.149 * chance)),
            "rain_mm": max(0.0, base.rain_mm + 1.19 * mm),
            "gust_kmh": max(0.0, base.gust_kmh + 17.9 * gust),
            "tmax_c": base.tmax_c + 5.9 * warm,
            "source": source(NOW),
        }
    )


_BY = st.floats(-1, 1)
JITTER = st.lists(st.tuples(_BY, _BY, _BY, _BY), min_size=1, max_size=25)


@settings(max_examples=400, deadline=None)
@given(base=BASE, jitter=JITTER)
def test_jitter_is_never_told(base: DayWeather, jitter: list[Any]) -> None:
    """Whatever was told, and wherever the thresholds lie: a small step says nothing."""
    said, _ = looks(plan(told=base), [shaken(base, by) for by in jitter])

    assert said == []


SPOILED = st.one_of(
    st.builds(
        weather,
        rain_chance=st.floats(0.5, 1),
        rain_mm=st.floats(4, 40),
    ),
    st.builds(weather, gust_kmh=st.floats(60, 140)),
    st.builds(weather, tmax_c=st.floats(37.1, 48)),
    st.builds(weather, tmax_c=st.floats(-30, -5.1)),
)


@settings(max_examples=400, deadline=None)
@given(bad=SPOILED, jitter=JITTER)
def test_a_change_that_matters_is_told_exactly_once(bad: DayWeather, jitter: list[Any]) -> None:
    """From a mild day to one that spoils the hike; what jitters after it says no more."""
    [told, *more], seen = looks(
        plan(told=weather(at=PLANNED)), [bad, *(shaken(bad, by) for by in jitter)]
    )

    assert more == []
    assert told.stop_ids == ("hike", "viewpoint")
    assert (told.old, told.new) == (weather(at=PLANNED), bad)
    assert told.poor == poor_in(bad)
    assert [s.times for s in seen.days] == [1]


@settings(max_examples=200, deadline=None)
@given(steps=st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_whatever_is_told_is_a_step_away_from_what_was_told_before(steps: list[float]) -> None:
    """A slow drift is told once it matters, and never twice in the same direction."""
    forecasts = [weather(rain_chance=chance, rain_mm=None) for chance in steps]
    said, _ = looks(plan(told=weather(at=PLANNED, rain_chance=0.1, rain_mm=None)), forecasts)

    for change in said:
        before, after = scores(change.old)["rain"], scores(change.new)["rain"]
        assert abs(after - before) >= STEP
        assert (after >= POOR) is not change.better
    assert [c.better for c in said] == [n % 2 == 1 for n in range(len(said))]
    assert [c.times for c in said] == list(range(1, len(said) + 1))


def test_rain_that_has_gone_is_told_when_a_second_look_says_so() -> None:
    """One dry run between two wet ones is nothing."""
    wet, dry = weather(rain_chance=0.9, rain_mm=12), weather()

    flapped, _ = looks(plan(told=weather(at=PLANNED)), [wet, dry, wet, dry, wet])
    cleared, _ = looks(plan(told=weather(at=PLANNED)), [wet, dry, dry, dry])

    assert [c.better for c in flapped] == [False]
    assert [c.better for c in cleared] == [False, True]
    assert cleared[1].old == wet


def test_a_storm_on_a_day_of_rain_is_told_too() -> None:
    """The level of danger changed, although the day was spoiled already."""
    rain = weather(rain_chance=0.8, rain_mm=6)
    storm = rain.model_copy(update={"gust_kmh": 95.0})

    said, _ = looks(plan(told=weather(at=PLANNED)), [rain, storm, storm])

    assert [sorted(c.poor) for c in said] == [["rain"], ["rain", "wind"]]


def test_only_stops_outdoors_that_are_still_to_come_are_worth_a_word() -> None:
    """Not the days of museums, not the past, not what is too far ahead or unsure."""
    wet = {"rain_chance": 0.9, "rain_mm": 12.0}
    of = plan()
    indoors = weather_news(of, Seen(), {FIRST: weather(FIRST, **wet)}, NOW)[0]
    over = weather_news(of, Seen(), {HIKE: weather(**wet)}, datetime(2027, 4, 16, 12, tzinfo=UTC))
    early = weather_news(of, Seen(), {HIKE: weather(**wet)}, datetime(2027, 4, 9, 9, tzinfo=UTC))
    unsure = weather_news(of, Seen(), {HIKE: weather(low_confidence=True, **wet)}, NOW)

    assert indoors == over[0] == early[0] == unsure[0] == []
    assert len(weather_news(of, Seen(), {HIKE: weather(**wet)}, NOW)[0]) == 1


def test_the_first_forecast_of_a_day_counts_when_it_is_near() -> None:
    """Who planned months ahead hears of rain three days before, not each day that gets a forecast;
    who had a forecast hears of its change earlier."""
    wet = {HIKE: weather(rain_chance=0.9, rain_mm=12)}
    five_days, three_days = (datetime(2027, 4, day, 9, tzinfo=UTC) for day in (11, 13))

    assert weather_news(plan(), Seen(), wet, five_days) == ([], Seen())
    assert len(weather_news(plan(), Seen(), wet, three_days)[0]) == 1
    assert len(weather_news(plan(told=weather(at=PLANNED)), Seen(), wet, five_days)[0]) == 1


def test_a_new_plan_is_the_newer_word() -> None:
    """Who planned anew in the rain has read of it in the plan."""
    wet = weather(rain_chance=0.9, rain_mm=12)
    _, seen = looks(plan(told=weather(at=PLANNED)), [wet])
    later = wet.model_copy(update={"source": source(NOW + timedelta(hours=1))})

    said, _ = looks(plan(told=later), [wet, wet], seen)
    dry_after, _ = looks(plan(told=later), [weather(), weather()], seen)

    assert said == []
    assert [c.better for c in dry_after] == [True]


def test_a_change_that_is_gone_when_it_would_be_sent_is_seen() -> None:
    """Between the look and the morning the forecast may have turned back."""
    [change], _ = looks(plan(told=weather(at=PLANNED)), [weather(rain_chance=0.8, rain_mm=9)])

    assert still_so(change, weather(rain_chance=0.45, rain_mm=3))
    assert not still_so(change, weather(rain_chance=0.2, rain_mm=0.5))
    assert CHANGE.validate_json(change.model_dump_json()) == change


# --- events ------------------------------------------------------------------------------------


def event(id: str = "concert", day: date = HIKE, **changes: Any) -> Event:
    facts: dict[str, Any] = {
        "source": source(),
        "id": id,
        "name": "Mariza",
        "kind": EventKind.MUSIC,
        "first": day,
        "last": day,
        "starts_at": datetime.combine(day, time(20), ZONE),
        "venue": "Coliseu",
    }
    return Event(**(facts | changes))


MUSIC = Wish(likes=("music",))


def listed(
    of: Plan, looks: list[list[Event]], wish: Wish = MUSIC, seen: Seen = NOTHING
) -> list[EventChange]:
    found: list[EventChange] = []
    for events in looks:
        said, seen = event_news(of, wish, seen, {"town": events}, NOW)
        found += said
    return found


def test_a_concert_that_comes_on_sale_is_new_once_for_who_likes_music() -> None:
    looks = [[event("old")], [event("old"), event("new")], [event("old")], [event("new")]]

    said = listed(plan(), looks)

    assert [(c.what, [e.id for e in c.events]) for c in said] == [("new", ["new"])]
    assert listed(plan(), looks, Wish(likes=("beaches",))) == []
    assert listed(plan(), looks, Wish(likes=("music",), dislikes=("nightlife",))) == []


def test_several_new_ones_are_one_piece_of_news() -> None:
    said = listed(plan(), [[], [event("b"), event("a", FIRST), event("c")]])

    assert [[e.id for e in c.events] for c in said] == [["a", "b", "c"]]


def test_what_moves_or_is_cancelled_is_told_once_with_what_was_before() -> None:
    """Also when it was in the plan and never seen by a look; ten minutes are no move."""
    late = datetime.combine(HIKE, time(21), ZONE)
    jitter = datetime.combine(HIKE, time(20, 10), ZONE)
    looks = [
        [event(starts_at=jitter)],
        [event(starts_at=late)],
        [event(starts_at=late)],
        [event(starts_at=late, status="cancelled")],
        [event(starts_at=late, status="cancelled")],
    ]

    moved, cancelled, *more = listed(plan(events=(event(),)), looks)

    assert more == []
    assert (moved.what, moved.old_starts_at) == ("moved", event().starts_at)
    assert cancelled.what == "cancelled"
    assert moved.about != cancelled.about


def test_an_event_that_is_not_listed_any_more_is_not_called_cancelled() -> None:
    assert listed(plan(events=(event(),)), [[event()], []]) == []


def test_what_is_booked_is_always_the_travellers_business() -> None:
    booked = Wish(appointments=(Appointment(title="Mariza", at=time(20), day=HIKE),))

    assert interests(event(name="Mariza ao vivo"), booked)
    assert not interests(event(name="Somebody else", kind=EventKind.SPORT), booked)
    assert interests(event(kind=EventKind.OTHER, name="Big wine fair"), Wish(likes=("wine",)))


# --- warnings ----------------------------------------------------------------------------------


def alert(id: str = "1", **changes: Any) -> Alert:
    facts: dict[str, Any] = {
        "source": source(),
        "id": id,
        "event": "Orange wind warning",
        "severity": Severity.SEVERE,
        "onset": datetime(2027, 4, 16, 6, tzinfo=UTC),
        "ends": datetime(2027, 4, 16, 20, tzinfo=UTC),
        "headline": "Gusts up to 110 km/h",
        "area": "Lisboa",
        "official": True,
    }
    return Alert(**(facts | changes))


def warned(reports: list[list[Alert]]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    seen = Seen()
    for alerts in reports:
        said, seen = alert_news(plan(), seen, {"town": AlertReport(alerts=tuple(alerts))}, NOW)
        found += [(c.alert.id, c.alert.severity.value) for c in said]
    return found


def test_a_grave_official_warning_is_told_once_whatever_ids_its_updates_have() -> None:
    graver = alert("3", severity=Severity.EXTREME)
    on = alert("4", onset=alert().onset + timedelta(days=1), ends=alert().ends + timedelta(days=1))

    assert warned([[alert()], [alert("2")], [], [alert("2")]]) == [("1", "Severe")]
    assert warned([[alert()], [graver], [alert("5")], [graver]]) == [
        ("1", "Severe"),
        ("3", "Extreme"),
    ]
    assert warned([[alert()], [on]]) == [("1", "Severe")]
    assert warned([[on], [alert()]]) == [("4", "Severe")]


def test_the_colour_of_a_warning_is_its_grade_and_no_other_warning() -> None:
    """Red is told after orange, and orange after red is no news."""
    red = alert("2", event="Red wind warning", severity=Severity.EXTREME)
    rain = alert("3", event="Orange rain warning")

    assert warned([[alert()], [red], [alert("4")]]) == [("1", "Severe"), ("2", "Extreme")]
    assert warned([[red], [alert()]]) == [("2", "Extreme")]
    assert warned([[alert()], [alert(), rain]]) == [("1", "Severe"), ("3", "Severe")]


def test_what_is_not_grave_not_official_or_on_other_days_is_no_alert() -> None:
    outside = datetime(2027, 4, 20, 6, tzinfo=UTC)

    assert warned([[alert(severity=Severity.MODERATE)]]) == []
    assert warned([[alert(official=False)]]) == []
    assert warned([[alert(onset=outside, ends=outside + timedelta(hours=5))]]) == []
    assert warned([[alert(ends=NOW - timedelta(hours=1), onset=NOW - timedelta(hours=5))]]) == []


def test_prices_and_shapes_survive_the_notice_as_json() -> None:
    [new] = listed(plan(), [[], [event(price_from={"amount": Decimal(20), "currency": "EUR"})]])

    assert CHANGE.validate_json(new.model_dump_json()) == new
