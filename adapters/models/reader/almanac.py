"""Words of the calendar in six languages, and the arithmetic of "next", "mid" and "over Easter"."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

_MONTHS = (
    "january jan januar enero janvier janeiro gennaio janurary januray",
    "february feb februar febrero fevrier fevereiro febbraio febuary feburary",
    "march mar marz marzo mars marco",
    "april apr abril avril aprile apirl arpil",
    "may mai mayo maio maggio",
    "june jun juni junio juin junho giugno",
    "july jul juli julio juillet julho luglio",
    "august aug agosto aout agust augest",
    "september sep sept septiembre setiembre septembre setembro settembre septmber setember",
    "october oct okt oktober octubre octobre outubro ottobre ocotber octobor",
    "november nov noviembre novembre novembro novemeber",
    "december dec dez dezember diciembre decembre dezembro dicembre decmber",
)
MONTHS = {word: n for n, words in enumerate(_MONTHS, start=1) for word in words.split()}

_WEEKDAYS = (
    "monday mon montag lunes lundi lunedi mondays",
    "tuesday tue tues dienstag martes mardi martedi",
    "wednesday wed mittwoch miercoles mercredi mercoledi wensday wednsday",
    "thursday thu thur thurs donnerstag jueves jeudi giovedi thrusday thurday",
    "friday fri freitag viernes vendredi venerdi firday",
    "saturday sat samstag sonnabend sabado samedi sabato saterday satuday",
    "sunday sun sonntag domingo dimanche domenica",
)
WEEKDAYS = {word: n for n, words in enumerate(_WEEKDAYS) for word in words.split()}

# Months of the northern half of the year; the southern seasons are the destination's affair.
_SEASONS = {
    3: "spring springtime fruhling primavera printemps",
    6: "summer summertime sommer verano ete verao estate",
    9: "autumn fall herbst otono automne outono autunno",
    12: "winter wintertime invierno hiver inverno",
}
SEASONS = {word: month for month, words in _SEASONS.items() for word in words.split()}

Span = tuple[date, date]


def day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def coming(month: int, day: int, today: date) -> date | None:
    """The next `day` of `month`, today included; None when no year has it (31 April)."""
    for year in range(today.year, today.year + 9):
        found = day_or_none(year, month, day)
        if found and found >= today:
            return found
    return None


def month_span(year: int, month: int) -> Span:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def season_span(year: int, month: int) -> Span:
    """Three months from `month` on; winter ends in the next year."""
    end_year, end_month = (year + 1, 2) if month == 12 else (year, month + 2)
    return date(year, month, 1), month_span(end_year, end_month)[1]


def part_of(span: Span, part: str) -> Span:
    """The early, mid or late third of `span`, or a half; mid of a month is the 10th to the 20th."""
    first, last = span
    days = (last - first).days
    if part in ("early", "mid", "late"):
        a, b = {"early": (0, 9), "mid": (9, 19), "late": (20, 30)}[part]
        if days > 31:
            a, b = round(a * days / 30), round(b * days / 30)
        return first + timedelta(a), min(first + timedelta(b), last)
    half = first + timedelta(days // 2)
    return (first, half) if part == "first half" else (half + timedelta(1), last)


def next_weekday(weekday: int, after: date) -> date:
    """The first such weekday later than `after`."""
    return after + timedelta((weekday - after.weekday() - 1) % 7 + 1)


def weekday_of_next_week(weekday: int, today: date) -> date:
    """That weekday of the next Monday-to-Sunday week."""
    return today - timedelta(today.weekday()) + timedelta(7 + weekday)


def weekend(today: date, weeks: int) -> Span:
    """Friday to Sunday; 0 is the coming (or running) weekend, 1 the one after it.

    On a Saturday the running weekend starts that day; on a Sunday it is over.
    """
    monday = today - timedelta(today.weekday())
    if today.weekday() == 6:
        monday += timedelta(7)
    friday = monday + timedelta(4 + 7 * weeks)
    return max(friday, today), friday + timedelta(2)


def easter_sunday(year: int) -> date:
    """Gregorian computus (Meeus/Jones/Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def feast_span(name: str, year: int) -> Span:
    """The usual days off around a feast that begins in `year`."""
    if name == "easter":
        sunday = easter_sunday(year)
        return sunday - timedelta(2), sunday + timedelta(1)
    if name == "pentecost":
        sunday = easter_sunday(year) + timedelta(49)
        return sunday - timedelta(1), sunday + timedelta(1)
    if name == "christmas":
        return date(year, 12, 24), date(year, 12, 27)
    if name == "new year":
        return date(year, 12, 30), date(year + 1, 1, 2)
    if name == "thanksgiving":  # the fourth Thursday of November
        first = date(year, 11, 1)
        thursday = first + timedelta((3 - first.weekday()) % 7 + 21)
        return thursday, thursday + timedelta(3)
    if name == "valentine":
        return date(year, 2, 13), date(year, 2, 15)
    if name == "halloween":
        return date(year, 10, 30), date(year, 11, 1)
    return date(year, 4, 29), date(year, 5, 5)  # golden week


FEASTS = {
    "easter": "easter",
    "ostern": "easter",
    "paques": "easter",
    "pasqua": "easter",
    "pascua": "easter",
    "semana santa": "easter",
    "whitsun": "pentecost",
    "pentecost": "pentecost",
    "pfingsten": "pentecost",
    "christmas": "christmas",
    "xmas": "christmas",
    "weihnachten": "christmas",
    "navidad": "christmas",
    "noel": "christmas",
    "natale": "christmas",
    "new year": "new year",
    "new years": "new year",
    "new year's": "new year",
    "nye": "new year",
    "silvester": "new year",
    "thanksgiving": "thanksgiving",
    "valentine's": "valentine",
    "valentines": "valentine",
    "halloween": "halloween",
    "golden week": "golden week",
}


def coming_feast(name: str, today: date, year: int | None = None) -> Span:
    if year is not None:
        # "New Year 2027" is the night that 2027 begins.
        return feast_span(name, year - 1 if name == "new year" else year)
    span = feast_span(name, today.year - 1)
    for candidate in range(today.year - 1, today.year + 2):
        span = feast_span(name, candidate)
        if span[0] >= today:
            break
    return span
