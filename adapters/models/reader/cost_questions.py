"""What is asked of shared costs, and sums that are written in words."""

from __future__ import annotations

import re

from adapters.models.reader.text import number
from core.groups.cost_said import Kind

LEAD = (
    r"^\W*(?:(?:hey|hi|hello|ok|okay|so|and|also|well|please|pls|caravan|btw|by the way|fyi|"
    r"note(?: down)?(?: that)?|remember that|let's|lets|can you|could you|can we|could we)\b"
    r"[\s,:!.]*)*"
)
ASKED: dict[Kind, re.Pattern[str]] = {
    "owed": re.compile(
        r"(?:(?:so )?who (?:owes|pays|has to pay|must pay)(?: (?:what|whom?|how much|me|us|money))*"
        r"(?: to (?:whom?|me))?|"
        r"(?:what|how much) (?:do|does|did) [\w ]{1,30}? owe(?: [\w ]{1,30})?|"
        r"(?:show |what are |what's |list )?(?:me )?(?:the |our |my )?"
        r"(?:balances?|debts?)(?: please| so far)?|"
        r"(?:are we|am i|is [\w-]{2,20}) (?:all )?(?:even|square|quits)|"
        r"(?:do|does) (?:i|[\w-]{2,20}) (?:still )?owe (?:anyone|anybody|someone|something|"
        r"anything|money|[\w-]{2,20})(?: (?:anything|money|something))?|"
        r"(?:what|how much)(?:'s| is) my share|who(?:'s| is)? (?:should |must |has to |is to |"
        r"going to )?(?:pays?|paying) (?:next|now|"
        r"the next one)|whose turn (?:is it|to pay)(?: to pay)?(?: next)?|"
        r"how do we stand|where do we stand)"
    ),
    "spent": re.compile(
        r"(?:(?:what|how much)(?: money)? (?:did|have|has) (?:we|i|everyone|everybody|the group) "
        r"(?:spend|spent|paid|pay)(?: so far| in total| altogether| until now| on [\w ]{1,30})*|"
        r"(?:show |list |what are )?(?:me )?(?:all )?(?:the |our |my )?"
        r"(?:costs|expenses|spendings?|shared costs)(?: so far| please| list)?|"
        r"(?:what|how much) (?:did|has) (?:the|this|our) trip cost(?: us)?(?: so far)?|"
        r"(?:show |what is |what's )?(?:the )?total (?:costs?|spending)(?: so far)?|who paid what)"
    ),
    "settle": re.compile(
        r"(?:(?:let's |lets |time to |how (?:do|can|should) we |can we |we want to )?"
        r"settle(?: (?:up|it|everything|(?:the |our )?(?:debts?|costs?|bills?|expenses|balances?)))"
        r"(?: now| please| then)?|how do we (?:get|become) even|make us even|square up)"
    ),
}
_IN_WORDS = re.compile(
    r"\b([a-z]+)(?:[ -]([a-z]+))?(?= (?:euros?|eur|dollars?|bucks|pounds?|quid|francs?|yen|kroner|"
    r"kronor)\b)",
    re.I,
)


def _figure(m: re.Match[str]) -> str:
    """ "forty five" -> "45"; other words as they are."""
    parts = [number(word.lower()) for word in m.groups() if word]
    values = [n for n in parts if n is not None]
    if not values or len(values) < len(parts) or m[1].lower() in ("a", "an"):
        last = values[-1:] if parts and parts[-1] is not None else []
        return f"{m[1]} {last[0]}" if m[2] and last else m.group()
    tens_and_ones = len(values) == 2 and values[0] >= 20 and values[1] < 10
    return str(sum(values)) if len(values) == 1 or tens_and_ones else m.group()


def in_figures(text: str) -> str:
    """The text with sums as figures: "forty five euros" is "45 euros"."""
    return _IN_WORDS.sub(_figure, text)
