"""What travellers ask of rooms, kitchens and ways between towns, read before places are.

"Indian" and "American" are a country and a town to the gazetteer; beside "cuisine" they are food.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapters.models.reader.text import Said
from core.wishes import Stay

CUISINES = (
    "american chinese french indian italian mediterranean mexican japanese thai greek spanish "
    "korean vietnamese turkish lebanese german portuguese moroccan ethiopian peruvian brazilian "
    "caribbean cajun british irish polish russian georgian persian indonesian malaysian"
).split()
_CUISINE = re.compile(rf"\b(?:{'|'.join(CUISINES)})\b")
_EATING = re.compile(
    r"\b(?:cuisines?|food|foods|eat|eating|meals?|dining|dine|restaurants?|dishes|culinary|"
    r"cooking|kitchens?|tastes?|flavou?rs)\b"
)
_SENTENCE = re.compile(r"[^.!?;]+(?:\.(?=\w)[^.!?;]+)*")

# What may stand between a "no" and the way that is refused: "do not plan to travel by flight".
_BETWEEN = (
    r"(?:\s+(?:a|any|all|at|be|being|by|do|does|entail|for|going|have|in|include|including|intend|"
    r"involve|"
    r"involving|involved|kind|like|means|mode|modes|of|on|opt|opting|our|plan|planning|prefer|rely|"
    r"relying|should|take|taking|the|through|to|transport|transportation|travel|travell?ing|use|"
    r"using|"
    r"utili[sz]e|utili[sz]ing|via|want|wish|with|would|your))*\s+"
)
_NOT = (
    r"\b(?:no|not|non|without|avoid(?:ing)?|don't|won't|doesn't|shouldn't|never|rather than|"
    r"exclud(?:e|ing))"
)
_NOT_SHARED = re.compile(rf"{_NOT}{_BETWEEN}shar(?:e|ed|ing)\b|\b(?:non-|un)shared\b")
_KINDS = (
    (
        "entire",
        re.compile(
            r"\b(?:entire|whole) (?:rooms?|places?|homes?|houses?|apartments?|flats?|units?)\b"
            r"|\b(?:apartments?|rooms?|homes?) (?:all )?to ourselves\b"
        ),
    ),
    ("private", re.compile(r"\bprivate (?:bed)?rooms?\b|\brooms? (?:should|must|to) be private\b")),
    ("shared", re.compile(r"\bshared (?:bed)?rooms?\b|\bdorm(?:s|itory)?\b")),
)
_YES = r"(?:allow\w*|permit\w*|permissible|welcom\w*|ok(?:ay)?|possible|friendly|accept\w*|fine)"
_RULES = {
    "parties": rf"\b(?:parties|party)\b[\w ,-]{{0,20}}\b{_YES}\b|"
    rf"\b{_YES}\b[\w ,]{{0,14}}\bparties\b|"
    r"\b(?:host|throw|hold|have) (?:a )?part(?:y|ies)\b",
    "smoking": rf"\bsmok\w+\b[\w ,-]{{0,20}}\b{_YES}\b|\b{_YES}\b[\w ,]{{0,14}}\bsmok\w+\b|"
    r"\bsmokers?\b|\b(?:able|want|like) to smoke\b",
    "pets": rf"\bpets?\b[\w ,-]{{0,20}}\b{_YES}\b|\b{_YES}\b[\w ,]{{0,14}}\bpets?\b|"
    r"\b(?:with|bring\w*|tak(?:e|ing)) (?:along )?(?:my|our|a|the|two|three|some)\b[\w ]{0,14}"
    r"\b(?:pets?|dogs?|cats?)\b|\b(?:bring|travel with|travelling with|traveling with) pets\b|"
    r"\b(?:pets?|dogs?|cats?) (?:will|comes?|is coming|are coming|joins?) ?(?:be )?"
    r"(?:along|join\w*|accompany\w*|travell?ing|coming|with)\b",
    "visitors": rf"\bvisitors?\b[\w ,-]{{0,20}}\b{_YES}\b|\b{_YES}\b[\w ,]{{0,14}}\bvisitors?\b|"
    r"\b(?:have|host|receive|invite) (?:some )?visitors\b",
    "small_children": r"\b(?:child(?:ren)?|kids?) (?:who are )?(?:under|below|younger than)\b|"
    rf"\b{_YES}\b[\w ,]{{0,14}}\bchildren\b|"
    r"\b(?:child|kid)(?:ren|s)?[- ](?:are )?(?:friendly|allowed|welcome)\b",
}
_ALLOWS = {name: re.compile(pattern) for name, pattern in _RULES.items()}
_NO_DRIVING = re.compile(
    rf"{_NOT}{_BETWEEN}(?:self[- ]driv\w+|driv(?:e|ing) (?:ourselves|myself|around)|"
    r"driv(?:e|ing) (?:a|an|our|my)(?: own)? car|drive|driving)\b"
    r"|\b(?:self[- ]driving|driving) is (?:not an option|out)\b"
)
_NO_FLYING = re.compile(
    rf"{_NOT}{_BETWEEN}(?:flights?|fly|flying|(?:air)?planes?|air ?travel|by air)\b"
    r"(?!\s+(?:longer|over|above|more|of|under|before|after|that|at|on|from|to|with|yet|booked))"
    r"|\b(?:flights?|flying) (?:is|are) (?:not an option|out)\b"
)


@dataclass
class Found:
    """What was read."""

    stay: Stay | None = None
    cuisines: tuple[str, ...] = ()
    no_driving: bool | None = None
    no_flying: bool | None = None


def find_stay(said: Said) -> Found:
    """Reads and claims the words about rooms, food and ways."""
    low = said.low
    found = Found(cuisines=_cuisines(said))
    kind = "not_shared" if _NOT_SHARED.search(low) else ""
    if not kind:
        kind = next((name for name, pattern in _KINDS if pattern.search(low)), "")
    allows = tuple(name for name, pattern in _ALLOWS.items() if pattern.search(low))
    if kind or allows:
        found.stay = Stay.model_validate({"kind": kind, "allows": allows})
    for match in _NO_DRIVING.finditer(low):
        found.no_driving = True
        said.claim(*match.span())
    if _NO_FLYING.search(low):
        found.no_flying = True
    return found


def _cuisines(said: Said) -> tuple[str, ...]:
    found: list[str] = []
    for sentence in _SENTENCE.finditer(said.low):
        if not _EATING.search(sentence.group()):
            continue
        for m in _CUISINE.finditer(sentence.group()):
            start = sentence.start() + m.start()
            said.claim(start, start + len(m.group()))
            found.append(m.group())
    return tuple(dict.fromkeys(found))
