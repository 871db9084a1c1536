"""What a sentence states that could be false: amounts, temperatures, clock times, dates, deeds.

Written for the languages Caravan mostly speaks (English, German, Spanish, French, Italian,
Portuguese). In a sentence of any other script every number counts as a statement.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Bounded, so that no text of a model makes matching slow.
_NUMBER = r"\d{1,12}(?:[.,'’\u00a0\u202f]\d{1,12}){0,4}(?: \d{3}\b){0,3}"
_RANGE = rf"(?:({_NUMBER})\s?(?:[-–—]|to|bis|a|à|y|and|und)\s?)?([-−]?{_NUMBER})"
_SIGN = "[€$£¥₹₩₺₴₽฿₫₪₦₱₡₲₸₮₭₼₾]"
_CURRENCY_WORDS = (
    r"euros?|dollars?|dólares|dollari|pounds?|pfund|libras?|pesos?|yen|yuan|francs?|franken|"
    r"francos?|rupees?|lira|baht|kronor|kroner|kronen|krone|coronas?|forint|złoty|zloty|zł|kč|kr|"
    r"cents?|usd|eur|gbp|bucks|percent|per cent|prozent|por ciento"
)
_UNITS = (
    r"km|kilomet(?:er|re|ro)s?|kilómetros?|miles?|mi|met(?:er|re|ro)s?|m|mm|min|minut(?:e|es|en|"
    r"os|i)?|"
    r"hours?|horas?|stunden?|heures?|ore|std|hrs?|h"
)
# Amounts with a unit; a range states both its ends.
_AMOUNTS = (
    re.compile(rf"(?:{_SIGN}|(?-i:\b[A-Z]{{3}}))\s?({_NUMBER})(?:\s?[-–—]\s?({_NUMBER}))?", re.I),
    re.compile(rf"{_RANGE}\s?(?:{_SIGN}|%|(?-i:[A-Z]{{3}})\b|(?:{_CURRENCY_WORDS})\b)", re.I),
    re.compile(rf"{_RANGE}\s?(?:°|º|degrees|grad\b|grados\b|degrés|gradi\b|graus\b)", re.I),
    re.compile(rf"{_RANGE}\s?(?:{_UNITS})\b", re.I),
    # beside a word of another script
    re.compile(rf"({_NUMBER})\s?[^\W\d_\u0000-\u024f]"),
    re.compile(rf"[^\W\d_\u0000-\u024f]\s?({_NUMBER})"),
)

_MONTHS = (
    "january jan januar jänner enero ene janvier janv gennaio gen janeiro",
    "february feb februar febrero février févr febbraio fevereiro fev",
    "march mar märz maerz mrz marzo mars março",
    "april apr abril abr avril avr aprile",
    "may mai mayo maggio maio",
    "june jun juni junio juin giugno giu junho",
    "july jul juli julio juillet juil luglio lug julho",
    "august aug agosto août",
    "september sept sep septiembre setiembre septembre settembre setembro",
    "october oct oktober okt octubre octobre ottobre ott outubro",
    "november nov noviembre novembre novembro",
    "december dec dezember dez diciembre dic décembre déc dicembre dezembro",
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
# "may" is a verb, too.
_NAMES = "|".join(sorted(_MONTH_OF, key=len, reverse=True)).replace("|may|", "|(?-i:May|MAY)|")
_MONTH = rf"(?P<month>{_NAMES})\b\.?"
_DAY = r"(?P<{}>\d{{1,2}})(?:st|nd|rd|th|er|º|°)?\.?"
_TO = (
    r"\s?(?:[-–—]|to|bis|al|a|au|and|und|y|et|e)\s?"
    r"(?:the |el |dem |le )?(?:[A-Z][a-z]{1,2}\.? )?"
)
_DATES = (
    re.compile(
        rf"\b(?:{_DAY.format('first')}{_TO})?(?<!\d){_DAY.format('day')}\s?(?:of |de )?{_MONTH}",
        re.I,
    ),
    re.compile(
        rf"\b{_MONTH}\s(?:the )?{_DAY.format('first')}(?:{_TO}{_DAY.format('day')})?(?![\d:.])",
        re.I,
    ),
)
_ISO = re.compile(r"\b\d{4}-(\d{2})-(\d{2})\b")
_DOTTED = re.compile(
    r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?20\d{2}|"
    r"\b(?:am|vom|bis|ab|den|dem|zum|nach)\s(\d{1,2})\.\s?(\d{1,2})\.(?!\d)",
    re.I,
)
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(?:20)?\d{2})?\b(?!/)")
_EAST_ASIAN = re.compile(r"(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_ROUND_THE_CLOCK = re.compile(r"\b24/7\b")

_AT = r"\b(?:at|um|a las|alle|às)\s"
_CLOCKS = (
    re.compile(r"\b(\d{1,2})[:.](\d{2})\s?([ap])\.?m\b\.?", re.I),
    re.compile(r"(?<![:.\d])(\d{1,2})()\s?([ap])\.?m\b\.?", re.I),
    re.compile(r"\b(\d{1,2}):(\d{2})\b()(?!\s?[ap]\.?m)", re.I),
    re.compile(r"\b(\d{1,2})\.(\d{2})()\s?(?:uhr|h\b)", re.I),
    re.compile(r"\b(\d{1,2})\s?h\s?(\d{2})()\b", re.I),
    re.compile(r"(?<![:.\d])(\d{1,2})()()\s?uhr\b", re.I),
    re.compile(rf"{_AT}(\d{{1,2}})\.(\d{{2}})()(?!\d|\s?(?:{_SIGN}|%|(?-i:[A-Z]{{3}})))", re.I),
    re.compile(rf"{_AT}(\d{{1,2}})()()(?=\s*(?:[,;!?)]|\.(?!\d)|$|in the|de la|del))", re.I),
)

_DONE = r"booked|reserved|paid|bought|called|cancelled|canceled|emailed|ordered|confirmed|purchased"
_DO = r"book|reserve|pay|buy|call|cancel|email|order|purchase"
_DEEDS = re.compile(
    rf"\b(?:I|we)(?:\s?['’]ve|\s?have)?\s+(?:just\s+|already\s+|now\s+)*(?:{_DONE})\b"
    r"|\b(?:I|we)(?:\s?['’]ll|\s(?:will|can|am going to))\s+(?:now\s+|gladly\s+|also\s+)*"
    rf"(?:{_DO})\b"
    rf"|\b(?:has|have) been (?:{_DONE})\b|\bis (?:now )?booked for you\b"
    r"|\byour (?:booking|reservation|order|payment) (?:is|was|has been) (?:confirmed|complete|made)"
    r"|\b(?:ich habe|wir haben|habe ich|haben wir)\b[^.!?]*"
    r"\b(?:gebucht|reserviert|bezahlt|angerufen|storniert|bestellt|gekauft)\b"
    r"|\b(?:buchung|reservierung)\s+(?:ist|wurde)\s+(?:bestätigt|abgeschlossen)"
    r"|\b(?:he|hemos)\s+(?:reservado|pagado|llamado|comprado|cancelado|hecho la reserva)\b"
    r"|\breserva\s+(?:está|ha sido)\s+(?:confirmada|hecha)"
    r"|\b(?:j['’]ai|nous avons)\s+(?:réservé|payé|appelé|acheté|annulé)\b"
    r"|\b(?:ho|abbiamo)\s+(?:prenotato|pagato|chiamato|comprato|annullato)\b"
    r"|\b(?:reservei|paguei|comprei|cancelei)\b",
    re.I,
)


def deed(sentence: str) -> bool:
    """Whether the sentence claims that the speaker acted, or will: booked, paid, called."""
    return _DEEDS.search(sentence) is not None


def amounts(sentence: str) -> Iterator[str]:
    """Every number that is stated with a unit (money, degrees, per cent, distance, time)."""
    sentence = ascii_digits(sentence)
    for pattern in _AMOUNTS:
        for match in pattern.finditer(sentence):
            yield from (value(group) for group in match.groups() if group)
    if _foreign(sentence):
        yield from numbers(_EAST_ASIAN.sub(" ", sentence))


def numbers(text: str) -> Iterator[str]:
    """Every number in `text`, with its sign when it has one."""
    for match in re.finditer(rf"(?<![\w.,:])[-−]?{_NUMBER}|{_NUMBER}", ascii_digits(text)):
        yield value(match[0])


def clocks(text: str) -> Iterator[int]:
    """Clock times as minutes after midnight: "9:30", "9 pm", "9.30 Uhr", "9h30", "at 9"."""
    text = ascii_digits(text)
    for pattern in _CLOCKS:
        for hour, minute, half in pattern.findall(text):
            hours = int(hour) % 12 + (12 if half in "pP" else 0) if half else int(hour)
            yield hours * 60 + int(minute or 0)


def dates(text: str) -> Iterator[tuple[int, int]]:
    """Days as (month, day): "12 March", "Mar 12", "12. März", "12 de marzo", "2027-03-12", "12.3."

    A range within a month ("12–15 March") states every day of it.
    """
    text = _ROUND_THE_CLOCK.sub(" ", ascii_digits(text))
    for pattern in _DATES:
        for match in pattern.finditer(text):
            month = _MONTH_OF[match["month"].lower()]
            ends = [int(match[name]) for name in ("first", "day") if match[name]]
            yield from ((month, day) for day in range(ends[0], max(ends[-1], ends[0]) + 1))
    yield from ((int(m), int(d)) for m, d in _ISO.findall(text))
    yield from ((int(m), int(d)) for m, d in _EAST_ASIAN.findall(text))
    yield from ((int(b or d), int(a or c)) for a, b, c, d in _DOTTED.findall(text))


def either_dates(text: str) -> Iterator[tuple[int, int]]:
    """Days written with a slash, which are read both ways: "3/12"."""
    text = _ROUND_THE_CLOCK.sub(" ", ascii_digits(text))
    yield from ((int(a), int(b)) for a, b in _SLASHED.findall(text))


def value(number: str) -> str:
    """A number by value: "1,200" and "1.200" are "1200", "2,50" is "2.5", "18.0" is "18"."""
    sign = "-" if number[:1] in "-−" else ""
    digits = re.sub(r"[\s'’\u00a0\u202f]", "", number.lstrip("-−")).rstrip(".,")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", digits):
        digits = digits.replace(".", "")
    whole, point, part = digits.replace(",", ".").partition(".")
    part = part.rstrip("0") if "." not in part else part
    return f"{sign}{whole.lstrip('0') or '0'}" + (f"{point}{part}" if part else "")


def ascii_digits(text: str) -> str:
    """`text` with the decimal digits of every script written as 0 to 9."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text
    )


def _foreign(sentence: str) -> bool:
    """Whether the sentence is written in a script whose units we do not know."""
    letters = [c for c in sentence if c.isalpha()]
    return sum(c > "\u024f" for c in letters) * 2 > len(letters)
