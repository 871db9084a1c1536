"""Amounts of money: budgets ("1.2k all in", "max 300 per person a day"), exchange questions."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Literal, NamedTuple

from babel import Locale
from babel.numbers import get_territory_currencies

from adapters.models.reader.text import NUMBER_WORDS, Said
from core.wishes import Budget

Scope = Literal["total", "person", "day", "person_day"]

# What people write for money. Full English names come from CLDR; here are slang, short and plural
# names, and those names that several currencies share, for the one travellers mean most.
_SLANG = {
    "EUR": "€ euro euros eur eurs eu €s teuro",
    "USD": "us$ usd usd$ bucks buck dollar dollars greenbacks",
    "GBP": "£ gbp quid pound pounds sterling",
    "JPY": "¥ yen jpy",
    "THB": "฿ baht bahts thb",
    "INR": "₹ inr rupee rupees rs",
    "KRW": "₩ won krw",
    "TRY": "₺ lira liras",
    "ILS": "₪ shekel shekels nis ils",
    "VND": "₫ dong vnd",
    "PLN": "zł zl zloty zlotys zloties pln",
    "CZK": "kč kc koruna korunas crowns czk",
    "HUF": "forint forints ft huf",
    "CHF": "franc francs sfr chf franken",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "ISK": "isk",
    "AUD": "a$ au$ aud",
    "CAD": "c$ ca$ cad",
    "NZD": "nz$ nzd",
    "SGD": "s$ sgd",
    "HKD": "hk$ hkd",
    "BRL": "r$ real reais brl",
    "MXN": "mxn mex$ peso pesos",
    "ZAR": "rand rands zar",
    "AED": "aed dirham dirhams",
    "MAD": "mad",
    "CNY": "yuan rmb renminbi cny",
    "IDR": "rupiah rupiahs idr rp",
    "MYR": "ringgit ringgits myr",
    "PHP": "₱ php",
    "GEL": "lari laris gel",
    "RON": "lei leu ron",
    "UAH": "₴ hryvnia uah",
    "TWD": "nt$ twd",
    "EGP": "egp",
    "ARS": "ars",
    "COP": "cop",
    "CLP": "clp",
    "PEN": "soles",
    "KES": "kes",
    "SAR": "sar riyal riyals",
    "BGN": "bgn leva",
    "RSD": "rsd dinars dinar",
    "LKR": "lkr",
}
_OF_WORD = {word: code for code, words in _SLANG.items() for word in words.split()}
_KRONES = frozenset(("SEK", "NOK", "DKK", "ISK"))
_DOLLARS = frozenset("USD AUD CAD NZD SGD HKD TWD MXN".split())

_SYMBOL = r"(?:(?:us|a|au|c|ca|nz|s|hk|nt|r|mex)?\$|[€£¥฿₹₩₺₪₫₱₴]|zł|kč)"
_DIGITS = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_WORDS = (
    r"(?:(?:a|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|"
    r"fifty|sixty|eighty|couple(?: of)?|few)\s+)(?:hundred|thousand|grand)"
)
_AMOUNT = rf"(?P<n>{_DIGITS}|{_WORDS})(?P<k>\s?(?:k|thousand|grand|mio|million|m)\b)?"
_CODE = (
    r"(?P<code>(?:(?:us|u\.s\.|australian|canadian|new zealand|singapore|hong "
    r"kong|danish|swedish|norwegian|icelandic|czech|swiss|mexican|moroccan|"
    r"egyptian|indian|turkish|british|japanese|thai)\s+)?[a-z]{2,10})"
)

_BEFORE_SYMBOL = re.compile(
    rf"(?<![\w.,])(?P<sym>{_SYMBOL}|(?:eur|usd|gbp|chf|jpy|thb|aud|cad|sek|nok|"
    rf"dkk|inr|rs)\b\.?)\s?{_AMOUNT}"
)
_WITH_SYMBOL = re.compile(rf"(?<![\w.,€$£]){_AMOUNT}\s?(?P<sym>{_SYMBOL})")
_WITH_WORD = re.compile(rf"(?<![\w.,€$£:/-]){_AMOUNT}\s?{_CODE}\b")
_LIMIT = re.compile(
    r"\b(?P<cue>budget(?: (?:of|is|about|around|max|limit|up to|under|to|at))*|"
    r"under|below|up to|less than|no more than|not more than|at most|"
    r"max(?:imum)?|"
    r"spend(?: about| around| up to| max| under)?|cost less than|"
    r"presupuesto(?: de)?|budget von|bis zu|jusqu'a|hasta)[\s:=]*"
    rf"(?:about |around |of |approx |~ ?)?{_AMOUNT}(?!\s*(?:-|"
    rf"to)?\s*\d*\s*(?:hours?|hrs?|h\b|km|kms|days?|nights?|weeks?|people|"
    rf"persons(?! per)|"
    r"min|minutes|kg|stops?|°|degrees|am\b|pm\b|%|c\b|years|kids|of us|miles|"
    r"times|museums|places|towns|cities|countries|things|march|april|may|june|july|st\b|nd\b|rd\b|"
    r"th\b|[:/.]\d))"
)
# "We have only 250 each", "make that 1500": hundreds of nothing else are told like that.
_SHARED = re.compile(
    r"(?<![\w.,])(?P<n>\d{2,6})\s+(?:each|per person|per head|pp|a head|in total|altogether)\b"
)
_MADE = re.compile(r"\bmake (?:it|that) (?P<n>\d{3,6})\W*$")
_K_ALONE = re.compile(r"(?<![\w.,])(?P<n>\d+(?:[.,]\d)?)\s?k\b(?!m)")
_AFTER = re.compile(
    r"\s*(?:budget|max(?:imum)?|tops|or (?:less|so)|total|in total|altogether|"
    r"all together|all[ -]?in(?:clusive)?|roughly|about|"
    r"per (?:person|head|adult|traveller|day|night|person per day)|pp|p\.p\.?|"
    r"p/p|pppd|each|a head|a person|a day|a night|/ ?(?:day|d|person|pers|p|"
    r"night)|"
    r"daily|pd|pro person|pro tag|por persona|por dia|par personne|par jour|a testa|al giorno|"
    r"for (?:the (?:two|three|four|five|six|\d) of us|all of us|everyone|"
    r"everything|the (?:whole )?(?:trip|thing|group|family)|two|both(?: of "
    r"us)?)|together|,|and)"
)
_FLIGHTS_IN = re.compile(
    r"\b(?:with|incl(?:uding|udes|usive of|\.)?|plus|inkl\.?|avec|con|"
    r"com)\s+(?:the\s+|my\s+|our\s+)?(?:flights?|airfare|plane tickets?|plane|"
    r"fluge?n?|vols?|vuelos?|voos?|voli)\b|"
    r"\ball[ -]?in(?:clusive|cluded)?\b|\bflights?\s+(?:are\s+)?incl(?:uded|"
    r"\.)?|\beverything included\b"
)
_FLIGHTS_OUT = re.compile(
    r"\b(?:without|w/o|excl(?:uding|udes|usive of|\.)?|not including|not "
    r"counting|plus|before|ohne|sans|sin|sem|senza)\s+(?:the\s+)?(?:flights?|"
    r"airfare|plane tickets?|fluge?|vols?|vuelos?|voos?|voli)\b|"
    r"\bflights?\s+(?:are\s+)?(?:not incl(?:uded)?|excl(?:uded|\.)?|extra|"
    r"separate|on top|come on top|not counted)\b"
)
_PERSON = re.compile(
    r"per (?:person|head|adult|traveller|capita)|\bpp\b|\bp\.p|p/p|pppd|"
    r"\beach\b|a head|a person|/ ?p(?:ers(?:on)?)?\b|pro person|por persona|"
    r"par personne|a testa|por pessoa"
)
_DAY = re.compile(
    r"per (?:person per )?(?:day|night)|pppd|a day|a night|/ ?d(?:ay)?\b|/ "
    r"?night|\bdaily\b|\bpd\b|pro tag|por dia|par jour|al giorno|every day"
)
_TOTAL = re.compile(
    r"\btotal\b|altogether|all together|for (?:the (?:two|three|four|five|six|"
    r"\d) of us|all of us|everyone|everything|the (?:whole )?(?:trip|thing|"
    r"group|family)|both)|\btogether\b|insgesamt|en total"
)
_EXCHANGE = re.compile(
    rf"(?:how (?:much|many)|what(?:'s| is| are| would)?|convert|exchange|"
    rf"change|worth|wie viel|cuanto|combien|quanto|=).*|^\s*{_AMOUNT}\s?{_CODE}"
    rf"\s+(?:in|to|into|as|en|em)\s+[a-z]+\s*\??$"
)
_INTO = re.compile(
    r"\b(?:in|to|into|as|is that in|en|em|zu)\s+(?:the\s+)?(?P<cur>[a-z€$£¥]+(?:\s+[a-z]+)?)"
)
_MAX_AMOUNT = Decimal(10) ** 9


class Exchange(NamedTuple):
    amount: Decimal
    currency: str
    to_currency: str


@cache
def _names() -> dict[str, str]:
    """English names and codes of today's currencies from CLDR: "danish krone", "sek" -> SEK."""
    locale = Locale.parse("en")
    territories = [str(t) for t in locale.territories if len(str(t)) == 2]
    current = {str(c) for t in territories for c in get_territory_currencies(t)}
    names = {}
    for code in current:
        name = str(locale.currencies.get(code, code)).casefold()
        names[name] = names[name + "s"] = code
        names[
            name.replace("krone", "kroner").replace("krona", "kronor").replace("króna", "kronur")
        ] = code
    return names


@cache
def _codes() -> frozenset[str]:
    return frozenset(_names().values())


def currency_of(word: str, written: str, home: str) -> str:
    """ISO code for a word or symbol; empty when it is none.

    A bare "$" is the traveller's own dollar when they have one; three letters count as a code in
    capitals, because "all", "try" and "top" are currencies too.
    """
    word = word.strip(" .").removeprefix("the ")
    if word in ("$", "dollar", "dollars", "bucks", "buck"):
        return home if home in _DOLLARS else "USD"
    if word in ("kr", "krone", "kroner", "krona", "kronor", "crowns") and (
        home in _KRONES or word != "crowns"
    ):
        return home if home in _KRONES else {"kroner": "DKK", "krone": "NOK"}.get(word, "SEK")
    if word in _OF_WORD:
        return _OF_WORD[word]
    if written.strip() in _codes():
        return written.strip()
    return _names().get(word, "") if len(word) > 3 and word != "canadian" else ""


def amount_of(digits: str, thousands: str = "") -> Decimal | None:
    """The number in "1.200,50", "1,200.50", "1 200", "2.5" + "k" or "two thousand"."""
    digits = digits.strip()
    if digits[0].isdigit():
        cleaned = re.sub(r"[' ]", "", digits)
        last = max(cleaned.rfind("."), cleaned.rfind(","))
        if last >= 0:
            decimals = len(cleaned) - last - 1
            whole = re.sub(r"[.,]", "", cleaned[:last])
            cleaned = whole + ("" if decimals == 3 else ".") + cleaned[last + 1 :]
        try:
            value = Decimal(cleaned)
        except InvalidOperation:
            return None
    else:
        head, _, size = digits.rpartition(" ")
        head = head.removesuffix(" of")
        n = NUMBER_WORDS.get(head, {"few": 3}.get(head, 0))
        value = Decimal(n * (100 if size == "hundred" else 1000))
    suffix = thousands.strip()
    if suffix:
        value *= 1_000_000 if suffix.startswith("m") else 1000
    return value if 0 < value < _MAX_AMOUNT else None


class Sum(NamedTuple):
    """An amount with its currency ("" when none was said) and where it stands."""

    amount: Decimal
    currency: str
    start: int
    end: int


def sums(said: Said, home: str) -> list[Sum]:
    """Every amount with a currency, in order; nothing is claimed yet."""
    out: list[Sum] = []
    for pattern in (_BEFORE_SYMBOL, _WITH_SYMBOL, _WITH_WORD):
        for m in pattern.finditer(said.low):
            word = m["sym"] if "sym" in pattern.groupindex else m["code"]
            at = m.span("sym" if "sym" in pattern.groupindex else "code")
            currency = currency_of(word, said.text[at[0] : at[1]], home)
            amount = amount_of(m["n"], m["k"] or "")
            if (
                currency
                and amount
                and not any(s.start < m.end() and m.start() < s.end for s in out)
            ):
                out.append(Sum(amount, currency, m.start(), m.end()))
    return sorted(out, key=lambda s: s.start)


def find_exchange(said: Said, home: str) -> Exchange | None:
    """ "how much is 50 euros in yen": the amount and both currencies; the second may be empty."""
    if not said.has_digit or not _EXCHANGE.search(said.low):
        return None
    for found in sums(said, home):
        for m in _INTO.finditer(said.low, found.end):
            for word in (m["cur"], m["cur"].split()[0]):
                to = currency_of(
                    word, said.text[m.start("cur") : m.start("cur") + len(word)].upper(), home
                )
                if to:
                    said.claim(found.start, m.end())
                    return Exchange(found.amount, found.currency, to)
        if re.search(r"\b(?:convert|exchange|worth)\b", said.low) or re.search(
            r"how much (?:is|are)\s+$", said.low[: found.start]
        ):
            said.claim(found.start, found.end)
            return Exchange(found.amount, found.currency, "")
    return None


def find_budget(said: Said, home: str) -> Budget | None:
    """The budget a message names; "cheap" is no amount and gives None."""
    if not said.has_digit and not said.bag & {"hundred", "thousand", "grand"}:
        return None
    named = sums(said, home)
    found = named[0] if named else _unnamed(said)
    if found is None:
        return None
    end = found.end
    while m := _AFTER.match(said.low, end):
        end = m.end()
    said.claim(found.start, end)
    around = said.low[max(0, found.start - 40) : end]
    tail = said.low[found.end : min(len(said.low), found.end + 60)]
    includes = _includes_flights(said)
    return Budget(
        amount=found.amount,
        currency=found.currency,
        scope=_scope(around, tail),
        includes_flights=includes,
    )


def _unnamed(said: Said) -> Sum | None:
    """An amount without a currency, told by its cue: "budget 900", "under 800", "1.2k"."""
    for m in _LIMIT.finditer(said.low):
        amount = amount_of(m["n"], m["k"] or "")
        sure = m["cue"].startswith(("budget", "spend", "presup")) or (
            amount is not None and amount >= 30
        )
        if amount and sure:
            return Sum(amount, "", m.start(), m.end())
    for found in (_SHARED.search(said.low), _MADE.search(said.low)):
        if found and (amount := amount_of(found["n"])) and amount >= 30:
            return Sum(amount, "", *found.span("n"))
    k = _K_ALONE.search(said.low)
    if k and (amount := amount_of(k["n"], "k")):
        return Sum(amount, "", k.start(), k.end())
    return None


def _includes_flights(said: Said) -> bool | None:
    for pattern, value in ((_FLIGHTS_OUT, False), (_FLIGHTS_IN, True)):
        m = pattern.search(said.low)
        if m and not (value is False and m.group().startswith("plus")):
            said.claim(m.start(), m.end())
            return value
    return None


def _scope(around: str, tail: str) -> Scope | None:
    person, day = (p.search(around) or p.match(tail.lstrip()) for p in (_PERSON, _DAY))
    if person and day:
        return "person_day"
    if person:
        return "person"
    if day:
        return "day"
    return "total" if _TOTAL.search(around) else None
