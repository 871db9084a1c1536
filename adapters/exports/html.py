"""The pocket pack: one HTML file with plan, sketches, money, phrases and emergency card.

It opens without network and without scripts, prints on A4 with a page for each day, and is read
aloud in a sensible order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from adapters.exports.safe import clean
from adapters.exports.sketch import document, map_part, visits, weather_part
from adapters.exports.style import CSS
from core.exports import ExportFacts
from core.travel import CountryFacts
from core.trips import Day, Plan, Stage, Stop, StopKind
from core.words import amount, clock, exact, plural, span, way
from core.words import day as day_text
from core.words import weather as weather_text

MODES = {"walk": "on foot", "transit": "by transit", "drive": "by car"}
EMERGENCY = (
    ("all", "Everything"),
    ("police", "Police"),
    ("ambulance", "Ambulance"),
    ("fire", "Fire"),
)


def html(plan: Plan, title: str, facts: ExportFacts, now: datetime) -> bytes:
    """The file, UTF-8. `now` is when it was made; it says so."""
    body = [_head(plan, title, now), _contents(plan)]
    for number, day in enumerate(plan.days, 1):
        body.append(_day(plan, day, number, facts))
    body += [_money(plan), *(_country(c, facts) for c in _codes(plan)), _sources(plan, now)]
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">"
        f"<title>{_t(title)}</title><style>{CSS}</style></head><body>"
        f'<a class="skip" href="#days">To the days</a>{"".join(body)}</body></html>'
    )
    return page.encode()


def _head(plan: Plan, title: str, now: datetime) -> str:
    strips = "".join(
        document(weather_part(plan.days[n : n + 10], (0, 0, 900, 120), n), 900, 120, "Weather")
        for n in range(0, len(plan.days), 10)
    )
    notes = "".join(f"<li>{_t(note)}</li>" for note in plan.notes)
    people = plural(plan.party, "traveller")
    days = plural(len(plan.days), "day")
    return (
        f"<header><h1>{_t(title)}</h1><p>{days}, {_t(plan.pace)} pace, {people}. "
        f"Made {now:%d %B %Y, %H:%M} UTC by Caravan; times are local.</p>"
        f'<div class="wide">{strips}</div>'
        + (f"<h2>Good to know</h2><ul>{notes}</ul>" if notes else "")
        + "</header>"
    )


def _contents(plan: Plan) -> str:
    items = "".join(
        f'<li><a href="#day{n}">{_t(day_text(d.day))}</a> '
        f"{_t(', '.join(s.title for s in visits(d)) or 'time of your own')}</li>"
        for n, d in enumerate(plan.days, 1)
    )
    return f'<nav id="days" aria-label="Days"><h2>Days</h2><ol>{items}</ol></nav>'


def _day(plan: Plan, day: Day, number: int, facts: ExportFacts) -> str:
    town = plan.town_on(day.day)
    where = f" · {_t(town.destination)}" if plan.stages else ""
    sky = ""
    if day.weather is not None:
        kind = "typically " if day.weather.typical else "forecast: "
        sky = f'<p class="sky">{kind}{_t(weather_text(day.weather))}</p>'
    events = "".join(f"<li>{_t(e.name)}</li>" for e in day.events)
    rows = "".join(_stop(stop, plan, facts, n) for stop, n in _numbered(day.stops))
    sketch = ""
    if len(visits(day)) > 1:
        drawn = map_part([(number, day)], (0, 0, 900, 330))
        sketch = f'<div class="wide">{document(drawn, 900, 330, f"Sketch of day {number}")}</div>'
    return (
        f'<section class="day" id="day{number}"><h2>Day {number} · {_t(day_text(day.day))}{where}'
        f"</h2>{sky}" + (f'<ul class="events">{events}</ul>' if events else "") + "<ol "
        f'class="stops">{rows}</ol>{sketch}<p class="note">Your notes:</p></section>'
    )


def _numbered(stops: Sequence[Stop]) -> Iterable[tuple[Stop, int]]:
    n = 0
    for stop in stops:
        n += stop.kind is StopKind.VISIT
        yield stop, n if stop.kind is StopKind.VISIT else 0


def _stop(stop: Stop, plan: Plan, facts: ExportFacts, number: int) -> str:
    dot = f'<span class="dot">{number}</span>' if number else ""
    facts_of = [_way(stop), _cost(stop), "fixed" if stop.booked else "", _ahead(stop)]
    lines = [f"<small>{_t('; '.join(f for f in facts_of if f))}</small>"] if any(facts_of) else []
    if hours := _hours(stop, facts):
        lines.append(f"<small>{_t(hours)}</small>")
    lines += [f'<small class="check">{_t(check)}</small>' for check in stop.checks]
    swap = facts.sights.get(stop.swap_sight_id)
    if swap is not None:
        lines.append(f"<small>If it rains: {_t(swap.name)}{_t(_goes(stop, plan))}</small>")
    local = facts.sights.get(stop.sight_id)
    if local is not None and local.local_name and local.local_name != stop.title:
        lines.append(f"<small>Locally: <bdi>{_t(local.local_name)}</bdi></small>")
    if stop.kind is StopKind.VISIT:
        place = f"{stop.point.lat:.5f}, {stop.point.lon:.5f}"
        lines.append(f'<small class="geo">{place}</small>')
    kind = stop.kind.value
    return (
        f'<li class="{kind}"><time>{clock(stop.start)}–{clock(stop.end)}</time><div>{dot}'
        f"<strong><bdi>{_t(stop.title)}</bdi></strong>{''.join(lines)}</div></li>"
    )


def _hours(stop: Stop, facts: ExportFacts) -> str:
    """The opening hours of that day; as the source writes them when the sight is not at hand."""
    sight = facts.sights.get(stop.sight_id)
    if sight is None or sight.hours is None:
        return f"Open: {stop.hours_text}" if stop.hours_text else ""
    spans = sight.hours.get(stop.start.date(), ())
    if any(s.end - s.start >= 1440 for s in spans):
        return "Open all day"
    listed = " and ".join(f"{_minute(s.start)}–{_minute(s.end)}" for s in spans)
    return f"Open that day {listed}" if listed else ""


def _minute(count: int) -> str:
    return f"{count // 60 % 24:02}:{count % 60:02}"


def _way(stop: Stop) -> str:
    if stop.leg is None or stop.leg.minutes < 5:
        return ""
    return f"{way(stop.leg.minutes)} {MODES.get(stop.leg.mode, stop.leg.mode)}"


def _cost(stop: Stop) -> str:
    if stop.cost is None or stop.kind is StopKind.DEPARTURE:
        return ""
    if not stop.cost.amount:
        return "free"
    return f"about {amount(stop.cost.amount, stop.cost.currency)} for all"


def _ahead(stop: Stop) -> str:
    return "reserve ahead" if stop.book_ahead and not stop.booked else ""


def _goes(stop: Stop, plan: Plan) -> str:
    day = next(d for d in plan.days if stop in d.stops)
    other, gone = stop.makes_room(day)
    if other is not None:
        return f" ({stop.title} goes to {day_text(other)})"
    return f" ({gone} is left out for it)" if gone else ""


def _money(plan: Plan) -> str:
    if plan.budget is None:
        return ""
    b = plan.budget
    rows = "".join(
        f"<tr><td>{_t(name)}</td><td>{_t(exact(value, b.currency))}</td></tr>"
        for name, value in b.lines
    )
    limit = ""
    if b.limit is not None:
        limit = f"<tr><td>limit</td><td>{_t(exact(b.limit, b.currency))}</td></tr>"
    unknown = f"<p>Not in it: {_t(', '.join(b.unknown))}.</p>" if b.unknown else ""
    return (
        '<section class="money"><h2>Money, for everybody</h2><table>'
        f"<tbody>{rows}</tbody><tfoot><tr><th>together</th><th>"
        f"{_t(exact(b.total, b.currency))}</th></tr>{limit}</tfoot></table>{unknown}</section>"
    )


def _codes(plan: Plan) -> list[Stage]:
    """The first town in each country of the trip."""
    return list({town.country: town for town in reversed(plan.towns)}.values())[::-1]


def _country(town: Stage, facts: ExportFacts) -> str:
    country = facts.countries.get(town.country)
    if country is None:
        return ""
    return _emergency(town, country) + _phrases(country)


def _emergency(town: Stage, country: CountryFacts) -> str:
    numbers = "".join(
        f'<li>{label}: <strong class="number">{_t(number)}</strong></li>'
        for key, label in EMERGENCY
        if (number := country.emergency.get(key))
    )
    numbers = numbers or "<li>No checked number; 112 gets through in most networks.</li>"
    official = ""
    if country.visa_note_url:
        official = (
            f"<li>Entry and consular matters, official page: {_t(country.visa_note_url)}</li>"
        )
    plugs = ", ".join(country.plug_types)
    volts = f", {country.voltage} V" if country.voltage else ""
    power = f"<li>Sockets: type {_t(plugs)}{volts}</li>" if plugs else ""
    water = f"<li>Tap water: {_t(country.tap_water)}</li>" if country.tap_water else ""
    anchor = f"{town.anchor.lat:.5f}, {town.anchor.lon:.5f}"
    return (
        f'<section class="card"><h2>Emergency card · {_t(country.name)}</h2><ul>{numbers}</ul>'
        f"<ul><li>Where the days start: {anchor}</li>{official}{power}{water}</ul>"
        '<p class="note">My hotel, address and phone:</p><p class="note">Insurance, passport '
        'number, blood group, allergies:</p><p class="note">Embassy or consulate:</p></section>'
    )


def _phrases(country: CountryFacts) -> str:
    if not country.phrases:
        return ""
    rows = "".join(
        f"<tr><td>{_t(p.meaning)}</td><td><bdi>{_t(p.local)}</bdi></td><td>{_t(p.say)}</td></tr>"
        for p in country.phrases
    )
    return (
        f'<section class="phrases"><h2>Phrases · {_t(country.name)}</h2><table><thead><tr>'
        "<th>meaning</th><th>local</th><th>say</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></section>"
    )


def _sources(plan: Plan, now: datetime) -> str:
    seen: dict[tuple[str, str], str] = {}
    for day in plan.days:
        facts = [s.source for s in day.stops] + ([day.weather.source] if day.weather else [])
        for source in facts:
            when = f"{source.fetched_at:%d %b %Y}"
            extra = f" ({source.attribution})" if source.attribution else ""
            seen[source.name, when] = f"{source.name}, {when}, {source.confidence.value}{extra}"
    items = "".join(f"<li>{_t(line)}</li>" for line in sorted(seen.values()))
    spanned = span(plan.first_day, plan.last_day)
    return (
        f"<footer><h2>Where this is from</h2><ul>{items}</ul><p>Sketches show where stops lie to "
        "each other; do not navigate by them. Opening hours, ways, meals and margins were checked "
        f"for {_t(spanned)} on {now:%d %b %Y}.</p></footer>"
    )


def _t(text: str) -> str:
    """Text that is safe in HTML."""
    return escape(clean(text))
