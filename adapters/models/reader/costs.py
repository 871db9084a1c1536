"""Shared costs: "I paid 80 for dinner for Ana and me", "Ben paid me back 20", "who owes what?"."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from adapters.models.reader.cost_questions import ASKED, LEAD, in_figures
from adapters.models.reader.money import amount_of, currency_of, sums
from adapters.models.reader.talk import pick_alone, saying
from adapters.models.reader.text import Said
from core.groups.cost_said import ALL, CostSaid, Kind
from core.reading import Intent, ReadingContext, Request

MAX_WORDS = 40  # whoever writes more tells a story
_NO_NAME = (
    r"(?!(?:who|what|how|when|where|why|which|has|have|did|do|does|is|are|was|were|if|should|shall|"
    r"nobody|somebody|that|this|the|a|an|it|there|maybe|would|will|not|never|my budget|budget)\b)"
)
_NAME = rf"{_NO_NAME}[^\W\d_][\w'.-]*(?: [^\W\d_][\w'.-]*)??"
_WHO = rf"(?P<who>i(?='ve)|{_NAME})(?:'ve|'s)?"
_ALSO = r"(?: (?:have|has|had|just|already|also|then|only|still))*"
_PAID = re.compile(
    rf"{LEAD}{_WHO}{_ALSO} (?:paid|payed|spent|covered|advanced|laid out)\b(?P<rest>.*)"
)
_GAVE = re.compile(
    rf"{LEAD}{_WHO}{_ALSO} (?:gave|sent|transferred|wired|handed|returned|repaid|reimbursed)\b"
    r"(?P<rest>.*)"
)
# "gave ana 10": whoever writes did.
_BARE_GAVE = re.compile(
    rf"{LEAD}(?:gave|sent|transferred|repaid|paid back)(?= (?:{_NAME} )?(?:[€$£] ?)?\d)"
    r"(?P<rest>.*)"
)
# "coffee 9 on me", "the taxi was 24, i paid".
_ON_ME = re.compile(
    rf",?\s*(?:and |but )?(?:(?:that's |thats |it's |its )?(?:on|paid by) (?P<by>me|{_NAME})|"
    rf"my treat|(?P<who>i|{_NAME}) (?:paid|payed|got)(?: (?:it|that|for it))?)\W*"
)
_THING = re.compile(
    rf"{LEAD}(?:(?:the|our|a|that) )?(?P<what>[^\W\d_][\w' -]{{1,30}}?)"
    r"(?: (?:was|were|is|cost|came to|for))?[\s:,]+$"
)
# "i paid 20 for ben and 30 for cara": a cost each.
_AND_SUM = re.compile(
    r"(?:\s*,(?!\d)|\s+and\b)+\s*"
    r"(?=(?:[€$£] ?)?\d+(?:[.,]\d+)? ?(?:[€$£]|[a-z]{3,7})? for\b)"
)
# "paid 45 for tapas": whoever writes has paid it.
_BARE_PAID = re.compile(rf"{LEAD}(?:paid|payed)(?= (?:[€$£] ?)?-?\d)(?P<rest>.*)")
# "... and ben paid 40 for lunch": another cost in the same message.
_NEXT = re.compile(
    rf"\s*(?:[,;.]|\band\b)\s*(?:and |then |also )*"
    rf"(?=(?:i(?:'ve)?|{_NAME}){_ALSO} (?:paid|payed|spent|covered|gave|sent|owes?|owed)\b)"
)
_PAYING = re.compile(rf"{LEAD}(?:{_WHO}{_ALSO} )?(?:paid|payed|spent)\b")
_NO_AMOUNT = re.compile(
    r"(?<![\w.,])(?:[€$£] ?)?(?P<n>[-–−] ?(?:[€$£] ?)?\d+(?:[.,]\d{1,2})?|0+(?:[.,]0+)?)"
    r"(?![\d.,:/-])"
)
_PAID_BACK = re.compile(
    rf"{LEAD}{_WHO}{_ALSO} (?:(?:paid|payed|gave|sent) (?:it |the money )?(?:back to )?{_NAME}"
    r"(?: (?:back|it back|the money back|everything|what (?:i|he|she) owed?s?))|"
    rf"(?:repaid|reimbursed|paid back) {_NAME})\W*"
)
_EVEN = re.compile(
    rf"{LEAD}(?:(?:paid|payed) (?:back )?{_NAME} (?:back|everything|what i owed?)|(?:it's |its )?"
    r"all (?:is )?(?:paid|settled|even|square)(?: now)?|we(?:'re| are) (?:all )?(?:even|square|"
    r"quits)(?: now)?)\W*"
)
_TAKE_BACK = re.compile(
    rf"{LEAD}(?:(?:no|wait|oops|sorry|actually)\b[\s,]*)*(?:i want to |i'd like to )?"
    r"(?:(?P<sure>undo|take back|unbook)|delete|remove|cancel|scrap|drop|erase) "
    r"(?P<mine>my )?(?:(?:the|my|our|that|this) )?(?P<last>last |latest )?"
    r"(?P<what>[^\W\d_][\w' -]{1,40}?)?(?P<thing> ?(?:cost|expense|payment|bill|entry))?"
    r"(?: please| again)?\W*"
)
_ALL_COSTS = re.compile(
    rf"{LEAD}(?:delete|remove|clear|reset|erase|drop|cancel|forget) (?:all |every )?(?:of )?"
    r"(?:the |our |my |these )?(?:costs|expenses|payments|bills)(?: again| please)?\W*"
)
_THINGS = frozenset(("cost", "expense", "payment", "bill", "entry"))
_NO_COST = frozenset("that it this change changes all everything plan step last one".split())
_OWES = re.compile(rf"{LEAD}{_WHO}{_ALSO} ow(?:e|es|ed)\b(?P<rest>.*)")
_SPLIT = re.compile(rf"{LEAD}(?:split|share|divide)\b(?P<rest>.*)")
_WAS = re.compile(
    rf"{LEAD}(?P<sorry>(?:(?:actually|no|sorry|oops|wait|i mean)\b[\s,]*)*)"
    r"(?:(?:that|the|our|my|this) )?"
    r"(?P<what>[^\W\d_][\w' -]{1,40}?) (?:was|were|cost|is|should be|should have been|came to)"
    r"(?: actually| only| really| in fact| just)* (?P<rest>.*)"
)
_NOT = re.compile(r"[,;]?\s*\b(?:and )?(?:not|instead of|rather than)\b\s*(?P<old>.*)")
_BARE = re.compile(
    r"(?<![\w.,:/-])(?P<n>\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,3})?)"
    r"(?P<k>k\b)?(?![\w%]|[.,:/-]\d)"
)
_MARK = re.compile(r"\b(for|with|between|among|amongst|on)\b")
_EACH = re.compile(r"\b(?:each|per (?:person|head)|pp|a head|apiece)\b")
_AROUND = re.compile(
    r"\b(?:in total|total|altogether|all together|today|yesterday|last night|tonight|"
    r"this (?:morning|evening|afternoon)|so far|just now|again|please|pls|equally|evenly|"
    r"in (?:two|three|four|five|six|half)|"
    r"(?:and )?(?:split|shared|divided)(?: it| up)?(?= (?:between|among|amongst|with)\b))\b"
)
_EVERYBODY = re.compile(r"(?:everyone|everybody|all(?: of us)?|us(?: all)?|both(?: of us)?|the .*)")
_DAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|the \d")

_FILE = re.compile(
    r"(?:(?:export|download|send|give|show|get)(?: me)? )?(?:the |our |my )?"
    r"(?:(?:shared )?(?:costs?|expenses?)(?: (?:as|in))?(?: an?)? "
    r"(?:file|csv|spreadsheet|table|excel)(?: file)?|"
    r"csv of (?:the |our )?(?:costs|expenses))(?: please)?|"
    r"export (?:the |our |my )?(?:costs|expenses)(?: please)?"
)
_NO_ANSWER = frozenset(
    "delete remove cancel was were not no didn't didnt that that's thats what's whats share cost "
    "costs actually wrong plan show what who how where when why which we want undo help go trip "
    "vote poll split paid owe owes is are can could would should suggest find tell".split()
)


class _Money(NamedTuple):
    amount: Decimal
    currency: str
    start: int
    end: int


def costs(said: Said, context: ReadingContext) -> Request | None:
    """What a message says or asks about who paid and who owes."""
    if not said.words or len(said.words) > MAX_WORDS:
        return None
    if not said.has_digit and _PAYING.match(said.low):
        said = Said(in_figures(said.text))
    asked = _question(said)
    if asked is not None:
        return asked
    told = None
    if said.has_digit and "?" not in said.low:
        told = _several(said, context) or _told(said, context)
    if told is None and context.has_costs and "?" not in said.low:
        if _PAID_BACK.fullmatch(said.low) or _EVEN.fullmatch(said.low):
            even = CostSaid(kind="settle")
            return Request(intent=Intent.BALANCES, confidence=0.85, cost=even)
        told = _taken_back(said)
    if told is None and context.asked == "cost":
        told = _answer(said, context)
    if told is None:
        return None
    return Request(intent=Intent.COST, confidence=0.9, cost=told)


def _question(said: Said) -> Request | None:
    core = re.sub(r"\s+", " ", re.sub(LEAD, "", re.sub(r"[!.?,;:]+", " ", said.low))).strip()
    core = re.sub(r" (?:now|please|then|caravan)$", "", core)
    for kind, pattern in ASKED.items():
        if pattern.fullmatch(core):
            return Request(intent=Intent.BALANCES, confidence=0.95, cost=CostSaid(kind=kind))
    if _FILE.fullmatch(core):
        return Request(intent=Intent.EXPORT, confidence=0.95, what="costs")
    return None


def _several(said: Said, context: ReadingContext) -> CostSaid | None:
    """Two costs and more in one message, each in its own words."""
    at, pieces = 0, []
    for m in _NEXT.finditer(said.low):
        pieces.append(said.text[at : m.start()])
        at = m.end()
    pieces.append(said.text[at:])
    start = _AND_SUM.search(said.low)
    if len(pieces) == 1 and start and (lead := _PAYING.match(said.low)):
        rest = f"{said.text[: lead.end()].strip()} {said.text[start.end() :]}"
        pieces = [said.text[: start.start()], rest]
    if len(pieces) < 2 or not all(_told(Said(piece), context) for piece in pieces):
        return None
    return CostSaid(kind="several", fors=tuple(piece.strip() for piece in pieces))


def _taken_back(said: Said) -> CostSaid | None:
    """ "undo the bus", "delete my last expense"; the flow knows what is booked."""
    if _ALL_COSTS.fullmatch(said.low):
        return CostSaid(kind="undo", what=ALL)
    m = _TAKE_BACK.fullmatch(said.low)
    if m is None:
        return None
    what = said.text[m.start("what") : m.end("what")].strip() if m["what"] else ""
    bare = what.lower() in _THINGS
    if not (bare or m["thing"] or (m["sure"] and what and what.lower() not in _NO_COST)):
        return None
    return CostSaid(kind="undo", what="" if bare else what, payer="me" if m["mine"] else "")


def _told(said: Said, context: ReadingContext) -> CostSaid | None:
    readers = (
        (_OWES, _debt),
        (_GAVE, _given),
        (_BARE_GAVE, _given),
        (_PAID, _paid),
        (_BARE_PAID, _paid),
    )
    for pattern, read in (*readers, (_SPLIT, _split)):
        m = pattern.match(said.low)
        money = _money(said, context.home_currency, m.start("rest"), len(said.low)) if m else None
        if m is not None and pattern in (_PAID, _BARE_PAID):
            nothing = _no_amount(said, m.start("rest"))
            money = nothing if nothing and not (money and money.start < nothing.start) else money
        if m is None or money is None:
            continue
        payer = said.text[m.start("who") : m.end("who")] if "who" in m.groupdict() else ""
        found = read(payer, _around(said, m.start("rest"), money), money)
        if found is not None:
            return found
    if (by := _thing_first(said, context)) is not None:
        return by
    return _corrected(said, context) if context.has_costs else None


def _thing_first(said: Said, context: ReadingContext) -> CostSaid | None:
    """ "coffee 9 on me", "the taxi was 24, ben paid"."""
    money = _money(said, context.home_currency, 0, len(said.low))
    thing = _THING.match(said.low[: money.start]) if money else None
    by = _ON_ME.fullmatch(said.low[money.end :]) if money else None
    if money is None or thing is None or by is None:
        return None
    name = "by" if by["by"] else "who"
    payer = said.text[money.end + by.start(name) : money.end + by.end(name)] if by[name] else ""
    return CostSaid(
        kind="paid",
        payer=_speaker(payer),
        what=said.text[thing.start("what") : thing.end("what")],
        amount=money.amount,
        currency=money.currency,
    )


class _Rest(NamedTuple):
    """What stands around the amount: before the first mark, and the phrases by their marks."""

    head: str
    phrases: tuple[tuple[str, str], ...]
    each: bool

    def of(self, *marks: str) -> tuple[str, ...]:
        return tuple(phrase for mark, phrase in self.phrases if mark in marks and phrase)


def _around(said: Said, start: int, money: _Money) -> _Rest:
    text = said.text[start : money.start] + " " + said.text[money.end :]
    each = bool(_EACH.search(text.lower()))
    for noise in (_EACH, _AROUND):
        text = re.sub(noise.pattern, " ", text, flags=re.I)
    text = re.sub(r"[()!.?]+(?=\s|$)|[(]", " ", text)
    pieces = [_bare(p) for p in re.split(_MARK.pattern, text, flags=re.I)]
    marks = [m.lower() for m in pieces[1::2]]
    phrases = zip(marks, pieces[2::2], strict=True)
    return _Rest(
        pieces[0],
        tuple((m, p) for m, p in phrases if not (m == "on" and _DAY.match(p.lower()))),
        each,
    )


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" ,;:.-!")


def _paid(payer: str, rest: _Rest, money: _Money) -> CostSaid | None:
    back = re.fullmatch(r"(?:back )?(.*?)(?: back)?", rest.head, re.I)
    if back is not None and re.search(r"\bback\b", rest.head, re.I):
        return _given(payer, rest._replace(head=_bare(back[1])), money)
    to = rest.head
    if to.lower() in ("me", "us"):
        return _given(payer, rest, money)
    return CostSaid(
        kind="paid",
        payer=_speaker(payer),
        to=re.sub(r"^to ", "", to, flags=re.I),
        fors=rest.of("for"),
        what=" ".join(rest.of("on")),
        among=" and ".join(rest.of("between", "among", "amongst")),
        along=" and ".join(rest.of("with")),
        amount=money.amount,
        currency=money.currency,
        each=rest.each,
    )


def _given(payer: str, rest: _Rest, money: _Money) -> CostSaid | None:
    to = re.sub(r"\b(?:back|to)\b", " ", rest.head, flags=re.I)
    return _between(payer, _bare(to), rest, money, "repaid")


def _debt(payer: str, rest: _Rest, money: _Money) -> CostSaid | None:
    return _between(payer, re.sub(r"^(?:to )", "", rest.head, flags=re.I), rest, money, "owes")


def _between(payer: str, to: str, rest: _Rest, money: _Money, kind: Kind) -> CostSaid | None:
    if not to or len(to.split()) > 3:
        return None
    return CostSaid(
        kind=kind,
        payer=_speaker(payer),
        to=to,
        what=" for ".join(rest.of("for")),
        amount=money.amount,
        currency=money.currency,
    )


def _split(payer: str, rest: _Rest, money: _Money) -> CostSaid | None:
    among = " and ".join(rest.of("between", "among", "amongst"))
    along = " and ".join(rest.of("with"))
    everybody = [p for p in rest.of("for") if _EVERYBODY.fullmatch(p.lower())]
    if not among and not along:
        among = next((p for p in everybody if not p.lower().startswith("the ")), "")
    if not among and not along:
        return None  # Split is a town, too
    things = [p for p in rest.of("for", "on") if p != among]
    what = " for ".join((*([rest.head] if rest.head else []), *things))
    return CostSaid(
        kind="split",
        among=among,
        along=along,
        what=re.sub(r"^(?:the|this|that|a|an|our)\b(?: bill of)?\s*", "", what, flags=re.I),
        amount=money.amount,
        currency=money.currency,
        each=rest.each,
    )


def _corrected(said: Said, context: ReadingContext) -> CostSaid | None:
    """ "that dinner was 85, not 80", "it was 85, not 80"."""
    m = _WAS.match(said.low)
    money = _money(said, context.home_currency, m.start("rest"), len(said.low)) if m else None
    if m is None or money is None or money.start - m.start("rest") > 8:
        return None
    what = said.text[m.start("what") : m.end("what")]
    vague = what.lower() in ("it", "that", "this", "they")
    no = _NOT.match(said.low, money.end)
    old = _money(said, context.home_currency, no.start("old"), len(said.low)) if no else None
    if (vague and old is None and not m["sorry"]) or (no is None and _bare(said.low[money.end :])):
        return None
    return CostSaid(
        kind="correct",
        what="" if vague else what,
        amount=money.amount,
        currency=money.currency,
        was=old.amount if old else None,
    )


def _answer(said: Said, context: ReadingContext) -> CostSaid | None:
    """A few words after a question about a cost: a name, names, a currency."""
    fits = len(said.words) <= 7 and "?" not in said.low and not said.bag & _NO_ANSWER
    fits = fits and not said.has_digit
    if not fits or saying(said) is not None or pick_alone(said, len(context.offered)) is not None:
        return None
    word = re.sub(r"^in ", "", said.low.strip(" .!"))
    currency = currency_of(word, word.upper(), context.home_currency)
    return CostSaid(kind="answer", about=said.text.strip(), currency=currency)


def _no_amount(said: Said, start: int) -> _Money | None:
    """ "I paid 0", "I paid -20": nothing that can be paid, which its flow says."""
    m = _NO_AMOUNT.search(said.low, start)
    if m is None:
        return None
    digits = re.sub(r"[^\d.,]", "", m["n"]).replace(",", ".")
    amount = -Decimal(digits)
    after = re.match(r"\s?(?:[€$£]|[a-z]+)", said.low[m.end() :])
    symbol = re.sub(r"[^€$£]", "", m.group()) or (after.group().strip() if after else "")
    currency = currency_of(symbol, symbol.upper(), "")
    end = m.end() + (after.end() if after and currency else 0)
    return _Money(amount, currency, m.start(), end)


def _speaker(payer: str) -> str:
    return "me" if payer.lower() in ("", "i", "me") else payer


def _money(said: Said, home: str, start: int, end: int) -> _Money | None:
    """The first amount of that stretch, with its currency when one is said."""
    for found in sums(said, home):
        if start <= found.start < end:
            return _Money(*found)
    for m in _BARE.finditer(said.low, start, end):
        amount = amount_of(m["n"], m["k"] or "")
        if amount:
            return _Money(amount, "", m.start(), m.end())
    return None
