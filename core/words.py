"""How Caravan writes numbers, dates, money and names: once, for every flow and card."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from core.text import escape
from core.travel import Confidence, DayWeather, Money, Source
from core.wishes import Party

MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# How many decimals a currency is written with, where it is not two (CLDR, current money only).
_NO_CENTS = (
    "AFN ALL BIF CLP DJF GNF IQD IRR ISK JPY KMF KPW KRW LAK LBP MGA MMK PYG RSD RWF SLL SOS SYP "
    "UGX UYI VND VUV XAF XOF XPF YER"
).split()
DECIMALS = dict.fromkeys(_NO_CENTS, 0) | dict.fromkeys(
    ("BHD", "JOD", "KWD", "LYD", "OMR", "TND"), 3
)
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}


def day(d: date, *, year: bool = False) -> str:
    """ "Thu 15 Apr", with the year when asked."""
    return f"{WEEKDAYS[d.weekday()]} {d.day} {MONTHS[d.month - 1]}" + (f" {d.year}" if year else "")


def span(first: date, last: date) -> str:
    """ "Thu 15 – Mon 19 Apr 2027"; months and years are named once when they are the same."""
    if first == last:
        return day(first, year=True)
    if (first.year, first.month) == (last.year, last.month):
        return f"{WEEKDAYS[first.weekday()]} {first.day} – {day(last, year=True)}"
    return f"{day(first, year=first.year != last.year)} – {day(last, year=True)}"


def clock(moment: datetime) -> str:
    """ "09:30", in the moment's own zone."""
    return f"{moment:%H:%M}"


def money(m: Money) -> str:
    """ "€120", "CHF 85", "¥4,500": whole units, grouped."""
    return amount(m.amount, m.currency)


def amount(value: Decimal | float, currency: str) -> str:
    whole = Decimal(value).quantize(Decimal(1), ROUND_HALF_UP)
    sign = _SIGNS.get(currency)
    return f"{sign}{whole:,}" if sign else f"{currency} {whole:,}"


def exact(value: Decimal, currency: str) -> str:
    """ "JPY 8,810", "KWD 1.204": with the currency's code and as many decimals as it has."""
    places = DECIMALS.get(currency, 2)
    return f"{currency} {value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}"


def about(value: Decimal | float, currency: str) -> str:
    """An estimate: "about €120", rounded to two figures or to fives, small sums to ones."""
    number = float(value)
    step = (
        1
        if number < 20
        else 5
        if number < 200
        else 10
        if number < 1_000
        else 50
        if number < 5_000
        else 100
    )
    if number >= 20_000:
        step = 1_000
    return f"about {amount(round(number / step) * step, currency)}"


def minutes(count: int) -> str:
    """ "45 min", "1 h", "1 h 30"."""
    hours, rest = divmod(count, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def way(count: int) -> str:
    """How long a way takes, as people plan with it: rounded up to five minutes."""
    return minutes(-(-count // 5) * 5)


def plural(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def capital(text: str) -> str:
    """With a capital at the start; the rest, such as "CHF" or a name, stays as it is."""
    return text[:1].upper() + text[1:]


def too_fast(per_minute: int) -> str:
    """What somebody is told once who writes faster than anybody is answered."""
    return (
        f"That was a lot at once: I answer {per_minute} messages a minute, so some of your last "
        "ones stay without an answer. In a minute, please say what is still open, best in one "
        "message."
    )


def listing(items: Iterable[str], word: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    names = list(items)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def party(p: Party) -> str:
    """ "2 adults and 2 children (4 and 11)"."""
    text = plural(p.adults, "adult")
    if p.children:
        ages = listing(str(a) for a in sorted(p.children))
        text += f" and {plural(len(p.children), 'child', 'children')} ({ages})"
    return text


def weather(w: DayWeather) -> str:
    """ "18–22 °C, rain 60 %, gusts 82 km/h"; days far ahead are only "probably" so.

    Typical values are called so by the caller.
    """
    text = f"{round(w.tmin_c)}–{round(w.tmax_c)} °C"
    if w.typical:
        return text
    snowy = w.snow_cm is not None and w.snow_cm >= 1
    if w.rain_chance is not None and w.rain_chance >= 0.2:
        text += f", {'snow' if snowy else 'rain'} {round(w.rain_chance * 100)} %"
    elif snowy:
        text += f", snow {round(w.snow_cm or 0)} cm"
    elif w.rain_mm is not None and w.rain_mm >= 1:
        text += f", rain {round(w.rain_mm)} mm"
    if w.gust_kmh is not None and w.gust_kmh >= 60:
        text += f", gusts {round(w.gust_kmh)} km/h"
    if w.code is not None and w.code >= 95:
        text += ", thunderstorms"
    return f"probably {text}" if w.low_confidence else text


def poor_weather(days: Iterable[DayWeather]) -> str:
    """What speaks against hours outdoors, as sentences: " Rain is likely on Tue 1 Dec."."""
    poor = [d for d in days if not d.outdoor_ok]
    wet = [d for d in poor if d.wet]
    others = [d for d in poor if not d.wet]
    text = ""
    if wet:
        what = "Rain or snow" if any((d.snow_cm or 0) >= 1 for d in wet) else "Rain"
        text += f" {what} is likely on {listing(day(d.day) for d in wet)}."
    if others:
        alike: dict[str, list[str]] = {}
        for d in others:
            alike.setdefault(weather(d), []).append(day(d.day))
        told = listing(f"{listing(days)} ({sky})" for sky, days in alike.items())
        text += f" Hours outdoors may be hard on {told}."
    return text


def source(s: Source, now: datetime) -> str:
    """ "[Open-Meteo](…)", with its age when it was fetched and is not of this moment.

    A kept value says its age always, a live one from an hour on: it may stand in an old plan.
    """
    name = f"[{s.name}]({s.url})" if s.url else s.name
    age = now - s.fetched_at
    least = {Confidence.CACHED: timedelta(minutes=1), Confidence.LIVE: timedelta(hours=1)}
    if s.confidence in least and age >= least[s.confidence]:
        return f"{name}, {_age(age)} old"
    return name


def credit(s: Source, now: datetime) -> str:
    """As `source`, in the words that its licence asks for."""
    return source(s.model_copy(update={"name": s.attribution or s.name}), now)


def dated(s: Source) -> str:
    """Who says so, with the page where it stands, and of which month."""
    name = f"[{s.name}]({s.url})" if s.url else s.name
    return f"{name}, {s.fetched_at:%b %Y}"


def as_of(s: Source, zone: ZoneInfo) -> str:
    """ "[Open-Meteo](…), as of Tue 13 Apr 18:00": whose it is and when it was fetched."""
    at = s.fetched_at.astimezone(zone)
    name = s.attribution or s.name
    return f"{f'[{name}]({s.url})' if s.url else name}, as of {day(at.date())} {clock(at)}"


def _age(age: timedelta) -> str:
    passed = round(age.total_seconds() / 60)
    if passed < 60:
        return f"{passed} min"
    hours = round(passed / 60)
    return f"{hours} h" if hours < 48 else plural(round(hours / 24), "day")


def literal(text: str) -> str:
    """`text` as Markdown that shows exactly these characters, on one line."""
    return escape(text)


STOPPED = "Stopped."


def closed_elsewhere(trip: str) -> str:
    """To the owner of a group's trip, in private: we cannot speak in that group any more."""
    return (
        f"I can no longer write where **{literal(trip)}** was planned: that chat is closed, or I "
        "was removed from it. The trip is kept; say “my trips” to go on with it here."
    )
