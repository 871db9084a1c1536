"""Why a stop is where it is, and why a sight is not in the plan: facts first, then sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.errors import Rejected
from core.itinerary.problem import Problem
from core.itinerary.repair import Draft, blocks_from
from core.itinerary.tables import TIMES_OF_DAY, Tables
from core.messages import Value
from core.travel import DayWeather, Leg, Sight
from core.trips import Plan, Stop
from core.words import clock, listing, literal, plural
from core.words import day as day_text
from core.words import weather as weather_text

NEAR_MIN = 20  # minutes to a stop that counts as a neighbour
WOULD_FIT = "It would fit: say that you want it, and I put it in."


class OtherDay(Value):
    """What another day would mean for a stop: `verdict` closed | full | rain | longer | fine."""

    day: date
    verdict: str
    text: str


class Explanation(Value):
    """Facts as data, and the same facts as sentences in Markdown for the chat."""

    title: str
    sight_id: str
    stop_id: str = ""
    day: date | None = None
    open_text: str = ""  # "10:00-18:00", empty when not known
    closed_days: tuple[date, ...] = ()
    weather: DayWeather | None = None
    near: tuple[tuple[str, int], ...] = ()  # (title of a stop of that day, minutes)
    must: bool = False
    best_time: tuple[str, ...] = ()
    other_days: tuple[OtherDay, ...] = ()
    sentences: tuple[str, ...] = ()


def why(plan: Plan, problem: Problem, stop_id: str) -> Explanation:
    """Why a visit stands on its day, and what each other day would mean.

    Raises Rejected when the plan has no such visit.
    """
    numbered = enumerate(plan.days)
    found = [(n, stop) for n, day in numbered for stop in day.stops if stop.id == stop_id]
    if not found:
        raise Rejected("The plan has no such stop.")
    d, stop = found[0]
    sight = problem.sights.get(stop.sight_id)
    if sight is None:
        return _of_frame(plan, stop)
    day = plan.days[d].day
    near = _near(plan, problem, d, stop.sight_id)
    others = tuple(_other_day(plan, problem, stop, n) for n in range(len(plan.days)) if n != d)
    sentences = [_opening(stop, sight, problem, day)]
    sentences += _reasons(stop, sight, problem, day, near)
    sentences += [_others_sentence(others)] if others else []
    return Explanation(
        title=sight.name,
        sight_id=sight.id,
        stop_id=stop_id,
        day=day,
        open_text=_hours(sight, day),
        closed_days=_closed(sight, problem),
        weather=problem.weather.get(day),
        near=near,
        must=sight.id in problem.musts,
        best_time=sight.best_time,
        other_days=others,
        sentences=tuple(s for s in sentences if s),
    )


def why_not(plan: Plan, problem: Problem, sight_id: str, offer: str = WOULD_FIT) -> Explanation:
    """Why a sight is not in the plan, day by day; says where it is when it is in. `offer` is said
    when a day has room for it.

    Raises Rejected when nobody knows the sight.
    """
    sight = problem.sights.get(sight_id)
    if sight is None:
        raise Rejected("This sight is not among those that fit your wishes.")
    planned = next((stop for stop in plan.visits() if stop.sight_id == sight_id), None)
    if planned is not None:
        return why(plan, problem, planned.id)
    tables = Tables(problem)
    draft = Draft(tables, [blocks_from(tables, day) for day in plan.days])
    verdicts = tuple(_room(draft, plan, tables.index[sight_id], d) for d in range(len(plan.days)))
    name = f"**{literal(sight.name)}**"
    closed = _closed(sight, problem)
    if len(closed) == len(problem.days):
        sentences = [f"{name} is not in the plan because it is closed on all days of the trip."]
    else:
        sentences = [f"{name} is not in the plan.", _others_sentence(verdicts, "By day")]
        sentences += _taken_instead(plan, problem, sight)
        if any(v.verdict == "fine" for v in verdicts):
            sentences.append(offer)
    return Explanation(
        title=sight.name,
        sight_id=sight_id,
        closed_days=closed,
        must=sight_id in problem.musts,
        best_time=sight.best_time,
        other_days=verdicts,
        sentences=tuple(sentences),
    )


def _of_frame(plan: Plan, stop: Stop) -> Explanation:
    """Meals, arrival and departure: their place is a rule and not a choice."""
    rules = {
        "lunch": "an hour between 11:30 and 14:30, next to where you are then",
        "dinner": "an hour and a half between 18:00 and 21:30, close to the last stop",
        "arrival": "the landing, an hour and a half for passport and luggage, then the transfer",
        "departure": "the take-off, the time to be at the airport before it, and the transfer",
    }
    rule = rules.get(stop.kind.value, "the frame of the day")
    times = f"{clock(stop.start)}–{clock(stop.end)}"
    text = f"**{literal(stop.title)}** is at {times}: {rule}."
    return Explanation(title=stop.title, sight_id="", stop_id=stop.id, sentences=(text,))


def _opening(stop: Stop, sight: Sight, problem: Problem, day: date) -> str:
    where = f"**{literal(sight.name)}** is on {day_text(day)} at {clock(stop.start)}"
    closed = _closed(sight, problem)
    if closed:
        return f"{where}; it is closed on {listing(day_text(d) for d in closed)}."
    hours = _hours(sight, day)
    if not hours:
        return f"{where}; its opening hours are not known, so check before you go."
    unsure = "" if sight.hours_confidence in ("high", "medium") else " (not confirmed)"
    return f"{where}; that day it is open {hours}{unsure}."


def _reasons(
    stop: Stop, sight: Sight, problem: Problem, day: date, near: Sequence[tuple[str, int]]
) -> list[str]:
    found = []
    if sight.id in problem.musts:
        found.append("You asked for it.")
    if near:
        names = [f"{literal(title)} ({minutes} min)" for title, minutes in near]
        found.append(f"Near it on the same day: {listing(names)}.")
    if sight.best_time and _in_best_time(stop, sight):
        found.append(f"It is best in the {listing(sight.best_time, 'or')}.")
    weather = problem.weather.get(day)
    if weather is not None and not weather.typical and not sight.indoor:
        others = [problem.weather.get(d) for d in problem.days if d != day]
        if not weather.outdoor_ok:
            found.append(f"The weather may be poor then ({weather_text(weather)}).")
        elif any(w is not None and not w.outdoor_ok for w in others):
            found.append(f"It is outdoors, and that day looks better: {weather_text(weather)}.")
    if stop.swap_sight_id in problem.sights:
        other = literal(problem.sights[stop.swap_sight_id].name)
        found.append(f"If it rains, {other} fits that day instead.")
    return found


def _in_best_time(stop: Stop, sight: Sight) -> bool:
    minute = stop.start.hour * 60 + stop.start.minute
    spans = [TIMES_OF_DAY[name] for name in sight.best_time if name in TIMES_OF_DAY]
    return any(first <= minute < last for first, last in spans)


def _others_sentence(others: Sequence[OtherDay], lead: str = "The other days") -> str:
    words = {
        "closed": "closed",
        "full": "no room without dropping a stop",
        "rain": "worse weather",
        "longer": "a longer way",
        "fine": "there is room",
    }
    found = []
    for verdict, text in words.items():
        days = [day_text(o.day) for o in others if o.verdict == verdict]
        if days:
            found.append(f"{listing(days)}: {text}")
    return f"{lead} – {'; '.join(found)}."


def _other_day(plan: Plan, problem: Problem, stop: Stop, n: int) -> OtherDay:
    """What would happen to the visit on day `n`, the rest of the plan staying as it is."""
    tables = Tables(problem)
    s, day = tables.index[stop.sight_id], plan.days[n].day
    draft = Draft(tables, [blocks_from(tables, each) for each in plan.days])
    home = draft.remove(s)
    room = _room(draft, plan, s, n)
    if room.verdict != "fine" or home is None:
        return room
    here, there = (problem.weather.get(plan.days[d].day) for d in (home, n))
    dry = here is None or here.outdoor_ok
    if not problem.sights[stop.sight_id].indoor and dry and there and not there.outdoor_ok:
        return OtherDay(day=day, verdict="rain", text=f"{day_text(day)}: {weather_text(there)}.")
    closest = [m for _, m in _near(plan, problem, home, stop.sight_id, most=1, within=10**6)]
    others = [m for _, m in _near(plan, problem, n, stop.sight_id, most=1, within=10**6)]
    if closest and others and others[0] > closest[0] + 5:
        text = f"{day_text(day)}: the next stop is {others[0]} min away, not {closest[0]}."
        return OtherDay(day=day, verdict="longer", text=text)
    return room


def _room(draft: Draft, plan: Plan, s: int, d: int) -> OtherDay:
    """Closed, full or fine: whether day `d` takes the sight without dropping another."""
    tables, day = draft.tables, plan.days[d].day
    sight = tables.problem.sights[tables.ids[s]]
    if day in _closed(sight, tables.problem):
        return OtherDay(day=day, verdict="closed", text=f"{day_text(day)}: closed.")
    if not tables.windows[d][s]:
        text = f"{day_text(day)}: its hours do not meet the hours of that day."
        return OtherDay(day=day, verdict="closed", text=text)
    before = draft.days[d]
    fits = draft.insert(s, [d]) or draft.squeeze(s, [d])
    draft.days[d] = before
    if fits:
        return OtherDay(day=day, verdict="fine", text=f"{day_text(day)}: there is room.")
    count = len([block for block in before if block.token >= 0])
    text = f"{day_text(day)}: no room beside the {plural(count, 'visit')} of that day."
    return OtherDay(day=day, verdict="full", text=text)


def _taken_instead(plan: Plan, problem: Problem, sight: Sight) -> list[str]:
    """What was preferred: rank and interest as numbers that were compared."""
    mine = (sight.rank, -problem.interest.get(sight.id, 1.0))
    planned = [problem.sights[s.sight_id] for s in plan.visits() if s.sight_id in problem.sights]
    better = [p for p in planned if (p.rank, -problem.interest.get(p.id, 1.0)) < mine]
    if not better:
        return []
    count = plural(len(better), "sight")
    verb = "is" if len(better) == 1 else "are"
    return [f"{count} of a higher rank or closer to what you like {verb} in the plan."]


def _near(
    plan: Plan, problem: Problem, d: int, sight_id: str, most: int = 2, within: int = NEAR_MIN
) -> tuple[tuple[str, int], ...]:
    """The nearest visits of a day and the minutes to them."""
    found = []
    for stop in plan.days[d].stops:
        leg: Leg | None = problem.legs.get((sight_id, stop.sight_id))
        if stop.sight_id and stop.sight_id != sight_id and leg is not None:
            found.append((leg.minutes, stop.title))
    return tuple((title, minutes) for minutes, title in sorted(found)[:most] if minutes <= within)


def _closed(sight: Sight, problem: Problem) -> tuple[date, ...]:
    hours = sight.hours
    if hours is None:
        return ()
    return tuple(day for day in problem.days if day in hours and not hours[day])


def _hours(sight: Sight, day: date) -> str:
    if sight.hours is None or day not in sight.hours:
        return ""
    spans = [f"{_clock(o.start)}–{_clock(o.end)}" for o in sight.hours[day]]
    if spans == ["00:00–24:00"]:
        return "all day"
    return listing(spans)


def _clock(minute: int) -> str:
    if minute == 24 * 60:
        return "24:00"
    return f"{minute // 60 % 24:02}:{minute % 60:02}"
