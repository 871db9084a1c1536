"""What concerns one member of a group: told in private, days they can, how a plan fits them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from adapters.models.reader.dates import find_when
from adapters.models.reader.money import find_budget
from adapters.models.reader.repairs import NOT_THEN
from adapters.models.reader.text import Said, fold
from core.groups.dates import Availability, Stretch
from core.reading import Intent, ReadingContext, Request
from core.wishes import Wish

NOT_FAR_KM = 0.8  # what a bad knee is taken for, as "I can't walk far" is elsewhere
_LEAD = (
    r"(?:privately|in private|in confidence|confidentially|secretly|"
    r"(?:just |only )?between (?:us|you and me)|(?:just |only )?for your (?:eyes|ears)(?: only)?|"
    r"(?:please |and |but )*(?:do not|don't|dont) (?:tell|let) (?:it )?(?:to )?"
    r"(?:the others|the other ones|the group|anyone|anybody|them|everyone|everybody)"
    r"(?: else)?(?: know)?(?: (?:that|about it|this))?|"
    r"without (?:telling|the others knowing)(?: the others| anyone| anybody)?|"
    r"^private(?:ly)?(?: (?:for|to) (?:the|our|my) (?:group|trip)| for you)?(?= ?[:–-]))"
)
_PRIVATE = re.compile(rf"\b{_LEAD}\b[\s,:;.–-]*(?:but |that )?")
_SHARED = re.compile(r"\b(?:split|share|divide|paid|payed|spent|cost|costs)\b")
_MY_PRIVATE = re.compile(
    r"\b(?:my|a) (?P<word>private )(?:budget|limit|wish(?:es)?|needs?|refusals?|dates?|days?|"
    r"diet)\b"
)
_FOR_TRIP = re.compile(
    r"\bfor (?:the |our |my )?(?P<trip>[\w' -]{2,40}?)[ -](?:trip|journey|holiday|weekend)\b"
    r"(?: (?:of|with) [\w' ,-]{1,40}?)?\s*[:,–-]\s*"
)
_SHOW = re.compile(
    r"\bwhat (?:did|have|do) (?:i|you) (?:tell|told|said|say|know|keep)\b.*\b(?:privately|private|"
    r"secretly|confidence)\b|\b(?:show|list|see) (?:me )?(?:my|what).*\b(?:private|privately)\b"
)
_FORGET = re.compile(
    r"\b(?:forget|delete|remove|erase|take back|drop)\b.*\b(?:private|privately|in confidence)\b"
)
_FIELDS = {
    "budget": r"\b(?:budget|money|limit)\b",
    "walking": r"\b(?:walk\w*|steps?|step-free|stairs)\b",
    "food": r"\b(?:food|diet|eat\w*)\b",
    "refusals": r"\brefus\w+\b",
    "flights": r"\b(?:flights?|fly\w*)\b",
    "dates": r"\b(?:dates?|days?)\b",
}
_NOT_FAR = re.compile(
    r"\b(?:unable|not able) to walk (?:far|much|long|a lot)\b|"
    r"\bbad (?:knee|knees|hip|back|foot|feet|leg|legs)\b"
)
_FIT_ME = re.compile(
    r"\bhow (?:well |good |much )?(?:does|do|would|is|will) (?:the |this |that |our )?(?:plan|trip|"
    r"itinerary|it|this|that)(?: a)? (?:fit|suit|match|work for|good for|right for)s? "
    r"(?:for )?me\b|"
    r"\bhow (?:happy|satisfied) (?:am i|will i be|should i be)\b|"
    r"\b(?:does|will) (?:the |this |our )?(?:plan|trip|it) (?:fit|suit|work for) me\b"
)
_ALL = r"(?:everyone|everybody|all of us|us all|all|the group|the others)"
_FIT_ALL = re.compile(
    rf"\b(?:does|do|will|would|is) (?:the |this |that |our )?(?:plan|trip|itinerary|it|this|that) "
    rf"(?:fit|suit|work for|ok for|okay for|fine for|good for) {_ALL}\b"
)
_WOULD_DO = re.compile(
    r"^\W*(?:(?:and|so|but|ok|caravan|hey)[ ,]+)*(?:would|will|does|do|is|are|could)\b.{0,12}?"
    r"(?P<money>(?:[€$£]\s?)?\d[\d.,]*\s?(?:[€$£]|[a-z]{3,7})?)"
    r"(?: (?:each|per person|a head|pp|apiece))?"
    rf" (?:do|work|fit|suit|be (?:ok|okay|fine|enough|all right)|ok|okay|enough|fine)"
    rf"(?: (?:for )?{_ALL})?\s*\?*\s*$"
)
_WHEN_ALL = re.compile(
    rf"\bwhen (?:can|could|does|do|would|is|are) (?:it )?(?:suit )?(?:we )?{_ALL}\b"
    rf"|\b(?:which|what) (?:days?|dates?|weekends?|weeks?) (?:would |do |does |can )?"
    rf"(?:suit|work|fit)s? (?:for |best for )?{_ALL}\b"
    r"|\bwhen are we (?:all )?free\b|\bfind (?:us )?(?:a |the |some )?dates? (?:for|that)\b"
)
# What one asks of another: never answered, whoever told anything or not.
_SECRETS = r"(?:budget|limit|diet|private \w+|secrets?|wishes|needs)"
_NEED = (
    r"(?:a )?(?:vegan|vegetarian|c(?:o)?eliac|gluten[ -]?free|halal|kosher|lactose[ -]?intolerant|"
    r"allergic|pregnant|broke|disabled)"
)
_WHAT_OTHERS_TOLD = re.compile(
    r"\bwhat (?:did|has|have) (?!i\b|you\b|we\b)[\w'-]{2,20}(?: [\w'-]{2,20})? "
    r"(?:tell|told|say to|said to|write|written|write to|written to) you\b|"
    rf"\bwho(?:'s|s| is| here is| of us is)(?: the)?(?: one(?: who is)?)? {_NEED}\b|"
    r"\bwho (?:doesn't|does not|didn't|did not|can't|cannot|can not|won't) (?:like|want|eat|drink|"
    r"walk|afford|climb)\b|\bwho(?:'s| is) (?:the problem|against (?:it|this|that))\b|"
    r"\bwhy (?:doesn't|does not|didn't|won't|does|did) (?:it|this|that|the plan) (?:not )?"
    r"(?:fit|suit|work for) (?:everyone|everybody|all|us)\b|"
    r"\bwhat (?:did|has|have|does) (?!i\b|you\b|we\b)[\w' -]{2,30} (?:tell|told|say|said|write|"
    r"written|wrote)\b.*\b(?:private|privately|secretly|confidence)\b|"
    r"\bwhat (?!i\b|you\b|we\b|did\b)[\w'-]{2,20} (?:told|said|wrote)\b.*"
    r"\b(?:private|privately|secretly|confidence)\b|"
    rf"\b(?:whose|everyone's|everybody's|the others'?) {_SECRETS}\b|"
    r"\b(?:who|whom) (?:does|do|did) (?:it|this|that|the plan) not fit\b|"
    r"\b(?:who|whom) (?:doesn't|does not|is) (?:it|this|the plan) (?:not )?fit\b"
)
_OF_SOMEBODY = re.compile(
    rf"\b(?:what(?:'s|s| is| was)?|how (?:much|high|big|low) is|tell me) "
    rf"(?P<a>[\w-]+?)'?s? {_SECRETS}\b|"
    rf"\b(?:can|could|would|will|does|is|has) (?P<b>[\w-]+) (?:afford|{_NEED}|"
    r"able to walk|have (?:a |any )?(?:budget|limit|diet))\b|"
    r"\b(?:is|was) (?:it|this|that) (?:because of|due to|about) (?P<e>[\w-]+)|"
    r"\bhow much (?:can|could|does|will|would|has) (?P<c>[\w-]+) (?:spend|afford|pay|got|have)\b|"
    r"\b(?:does|do|would|will|how (?:well|much) does) (?:the plan|it|this|that) "
    r"(?:fit|suit|work for) (?P<d>[\w-]+)\b"
)
_CAN = re.compile(
    r"^\W*(?:(?:and|so|but|ok|well|yes)[ ,]+)*(?:i|we)(?:'m| am|'re| are)? (?:can|could|free|"
    r"available|have time|would be free)\b(?: (?:only|also|make it|come|go|travel|do))*"
    r"(?: (?:on|from|between|in|any time|anytime))*"
)
_CANNOT = re.compile(
    r"\b(?:(?:i|we) (?:can'?t|cannot|can not|couldn't|won't be able to|am not free|are not free|"
    r"don't have time|have to work|must work|am away|am busy|are busy)|(?:i'm|we're) (?:not free|"
    r"busy|away|not available|unavailable)|(?:but )?not)(?: (?:make it|come|go|travel|do|there))*"
    r"(?: (?:on|from|between|in))*(?= )"
)
# "..., Ben can 5-12 May": Ben's days are for Ben to say.
_OF_ANOTHER = re.compile(
    r"(?:[,;.]| and| but| while) (?!(?:i|we|not|also|only|then|maybe|never|that|it|they)\b)"
    r"[^\W\d_][\w'-]*(?: (?:only|also))? (?:can|could|can'?t|cannot|is (?:free|away|busy))\b"
)
_OR = re.compile(r"\s*(?:,|;|\bor\b|\band\b(?! \d+ (?:adults|people)))\s*")


def group_matter(
    said: Said, context: ReadingContext, read: Callable[[str], Request]
) -> Request | None:
    """What a member wants of a group alone; None for everything else. `read` reads the rest."""
    if _asks_of_another(said, context):
        return Request(intent=Intent.PRIVATE, confidence=0.9, alone="ask")
    if private := _private(said, context, read):
        return private
    if _FIT_ME.search(said.low):
        return Request(intent=Intent.FIT, confidence=0.95, about="me")
    if _FIT_ALL.search(said.low):
        return Request(intent=Intent.FIT, confidence=0.95, about="everyone")
    if would := _WOULD_DO.search(said.low):
        budget = find_budget(Said(f"budget {would['money']}"), context.home_currency)
        if budget is not None:
            return Request(
                intent=Intent.FIT,
                confidence=0.9,
                about="everyone",
                amount=budget.amount,
                currency=budget.currency,
            )
    if _WHEN_ALL.search(said.low):
        when = find_when(Said(said.text), context.today)
        return Request(intent=Intent.FREE, confidence=0.95, wish=Wish(when=when))
    if NOT_THEN.search(said.low):  # "not July, September" tells when, not when one cannot
        return None
    free = availability(said.text, context.today, alone=True)
    return Request(intent=Intent.FREE, confidence=0.9, free=free) if free else None


def _asks_of_another(said: Said, context: ReadingContext) -> bool:
    """ "what is Ana's budget?", "what did Ben tell you privately?"."""
    if _WHAT_OTHERS_TOLD.search(said.low):
        return True
    found = _OF_SOMEBODY.search(said.low)
    if found is None:
        return False
    word = next(name for name in found.groups() if name)
    people = {fold(name) for name in (*context.people, *context.guests)}
    return word in people or word.removesuffix("s") in people


def availability(text: str, today: date, *, alone: bool = False) -> Availability | None:
    """The days somebody can and cannot; None when the words name none.

    `alone`: the message has to say so in its first words, else "can" may mean anything.
    """
    other = _OF_ANOTHER.search(fold(text))
    text = text[: other.start()] if other else text
    said = Said(text)
    start = _CAN.search(said.low)
    cannot = _CANNOT.search(said.low)
    if start is None and (cannot is None or (alone and cannot.start() > 12)):
        return None
    can_text = ""
    if start is not None:
        end = cannot.start() if cannot and cannot.start() > start.end() else len(text)
        can_text = text[start.end() : end] if not (cannot and cannot.start() <= start.end()) else ""
    can = _stretches(can_text, today) if can_text else ()
    refused = _stretches(text[cannot.end() :], today, can) if cannot else ()
    if not can and not refused:
        return None
    return Availability(can=can, cannot=refused)


def _stretches(text: str, today: date, near: tuple[Stretch, ...] = ()) -> tuple[Stretch, ...]:
    """The stretches of days in some words; a piece without a month takes that of the next one."""
    pieces = [p for p in _OR.split(text.strip(" .!?")) if p]
    found: list[Stretch] = []
    month = ""
    for piece in reversed(pieces):
        when = find_when(Said(piece), today)
        named = re.search(r"[^\W\d_]{3,}", piece.split(" ")[-1]) if when else None
        if when is None or (when.first is None and when.earliest is None):
            when = find_when(Said(f"{piece} {month}".strip()), today) if month else when
        if named:
            month = named.group()
        if when is None:
            continue
        first, last = when.first or when.earliest, when.last or when.latest or when.first
        if first is None or last is None or last < first:
            continue
        found.append(_beside(Stretch(first=first, last=last), near))
    return tuple(sorted(found, key=lambda s: s.first))


def _beside(stretch: Stretch, near: tuple[Stretch, ...]) -> Stretch:
    """ "3–10 May but not on the 5th": a single day without a month is the one in there."""
    if stretch.first != stretch.last or any(n.holds(stretch.first) for n in near):
        return stretch
    for n in near:
        for month in {(n.first.year, n.first.month), (n.last.year, n.last.month)}:
            try:
                day = date(*month, stretch.first.day)
            except ValueError:
                continue
            if n.holds(day):
                return Stretch(first=day, last=day)
    return stretch


def _private(said: Said, context: ReadingContext, read: Callable[[str], Request]) -> Request | None:
    if _FORGET.search(said.low):
        field = next((f for f, p in _FIELDS.items() if re.search(p, said.low)), "")
        return Request(intent=Intent.PRIVATE, confidence=0.95, alone="forget", about=f"/{field}")
    if _SHOW.search(said.low):
        return Request(intent=Intent.PRIVATE, confidence=0.95, alone="show")
    lead, mine = _PRIVATE.search(said.low), _MY_PRIVATE.search(said.low)
    if lead is not None and "between us" in lead.group() and _SHARED.search(said.low):
        lead = None  # "split 90 between us"
    if lead is None and mine is None and context.asked != "private":
        return None
    rest = said.text
    if lead is not None:
        rest = f"{rest[: lead.start()]} {rest[lead.end() :]}".strip(" ,.:;–-")
    elif mine is not None:
        rest = f"{rest[: mine.start('word')]}{rest[mine.end('word') :]}"
    trip = _FOR_TRIP.search(Said(rest).low)
    about = ""
    if trip is not None:
        about = rest[trip.start("trip") : trip.end("trip")]
        rest = f"{rest[: trip.start()]}{rest[trip.end() :]}".strip()
    wish = read(rest).wish if rest else Wish()
    if wish.max_walk_km is None and _NOT_FAR.search(said.low):
        wish = wish.model_copy(update={"max_walk_km": NOT_FAR_KM})
    free = availability(rest, context.today)
    if free is not None:
        wish = wish.model_copy(update={"when": None})
    told = wish.model_copy(update={"when": None, "destinations": (), "party": None}) != Wish()
    if lead is None and mine is None and not told and free is None:
        return None  # the question was not answered: read it as any other message
    return Request(
        intent=Intent.PRIVATE, confidence=0.95, alone="tell", wish=wish, free=free, about=about
    )
