"""What somebody says was decided: "we decided on Porto", "actually we go for Lisbon", "decision:
we meet at 9"."""

from __future__ import annotations

import re

from adapters.models.reader.dates import find_when
from adapters.models.reader.polls import TRIM, meaning
from adapters.models.reader.spots import PlaceNames
from adapters.models.reader.text import Said, clean, fold
from core.groups.asking import OptionSaid, PollAsk
from core.reading import ReadingContext

_LEAD = (
    r"^(?:(?:ok(?:ay)?|so|actually|no|wait|sorry|well|right|hey|guys|all|and|but|then)[\s,:!.]+)*"
)
_NOTE = re.compile(
    rf"{_LEAD}(?:(?:please )?(?:note|write down|record)(?: that| the decision)?:?\s*)?"
    r"(?:decision:|decided:|it(?:'s| is) decided:|we(?:'ve| have)? (?:all |now |just )?"
    r"(?:decided|agreed|settled(?= on| for))(?: together| now)?(?: that| on| for| to|:)?)"
    r"\s+(?P<what>.+)$|^(?:please )?(?:note|record|write down) (?:the |this |our )?decision:?\s+"
    r"(?P<what2>.+)$"
)
# Of two and more "we go for Porto" is what they have agreed on; of one it is where they want to go.
_WE_GO = re.compile(
    rf"{_LEAD}we(?:'re|'ll| are| will| all)*(?: all)? "
    r"(?:go(?:ing)? (?:for|with)|choose|chose|pick(?:ed)?|settle on|take)\s+(?P<what>.+)$"
)
_TO = re.compile(
    r"^(?:(?:(?:to )?(?:go(?:ing)?|travel(?:l?ing)?|fly(?:ing)?)(?: to| for| with| in)?|(?:to )?"
    r"visit(?:ing)?|to|on|for|in)\s+)+"
)
_TAIL = re.compile(r"[\s,]+(?:it is|then|instead|after all|now|for sure|please|together)\W*$")
_AND_NOT = re.compile(r",? (?:and )?(?:not|instead of|rather than|over) .*$")


def decision(said: Said, context: ReadingContext, names: PlaceNames) -> PollAsk | None:
    """What is to be noted as decided: a place, dates, both, or other words."""
    text = said.text.strip()
    low = fold(text)
    if "?" in low:
        return None
    if m := _NOTE.search(low):
        group = "what" if m["what"] else "what2"
        what = text[m.start(group) : m.end(group)].strip(TRIM)
        return PollAsk(options=_options(what, context, names)) if what else None
    if len(context.people) < 2 or (m := _WE_GO.search(low)) is None:
        return None
    options = _options(text[m.start("what") : m.end("what")].strip(TRIM), context, names)
    return PollAsk(options=options) if len(options) == 1 and options[0].place else None


def _options(what: str, context: ReadingContext, names: PlaceNames) -> tuple[OptionSaid, ...]:
    """A place and dates when that is all the words say; else the words as they are."""
    bare = _cut(what)
    option = meaning(bare, context, names)
    if option.place or option.when:
        return (option,)
    if (days := _days(bare, context)) is not None:
        return (days,)
    for at in (m.start() for m in re.finditer(r"\s", bare)):
        place = meaning(bare[:at].strip(TRIM), context, names)
        days = _days(bare[at:].strip(TRIM), context) if place.place else None
        if days is not None:
            return place, days
    return (OptionSaid(text=what),)


def _cut(what: str) -> str:
    low = fold(what)
    start = m.end() if (m := _TO.match(low)) else 0
    kept = what[start:]
    for tail in (_AND_NOT, _TAIL):
        if m := tail.search(fold(kept)):
            kept = kept[: m.start()]
    return kept.strip(TRIM) or what


def _days(text: str, context: ReadingContext) -> OptionSaid | None:
    """Dates or a month, when nothing else is said."""
    said = Said(clean(text))
    when = find_when(said, context.today)
    if when is None or set(said.rest().split()) - {"in", "on", "from", "for", "the", "of"}:
        return None
    return OptionSaid(text=re.sub(r"^(?:in|on|from|for) ", "", text), when=when)
