"""Needs and moods: climate, quiet, pace, diet, step-free ways, flying."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from adapters.models.reader.text import NUMBER, Said, number
from core.wishes import Pace

Climate = Literal["warm", "hot", "mild", "cold", "snow"]


QUIET = re.compile(
    r"\b(?:not (?:too |so |very |that |super |overly )?(?:touristy|touristic|"
    r"crowded|busy|overrun)|no (?:tourists?|crowds|mass tourism|tourist "
    r"traps?)|(?:less|non)[- ]?(?:touristy|crowded|touristic)|"
    r"without (?:the )?(?:crowds|tourists|too many (?:people|tourists))|off[ "
    r"-]the[ -]beaten[ -](?:path|track)|hidden gems?|(?:few|fewer|not many|"
    r"not too many) tourists|avoid (?:the )?(?:crowds|tourists)|hate (?:the "
    r")?crowds|"
    r"quiet(?:er)?|peaceful|tranquil|undiscovered|under the radar|secluded|"
    r"away from (?:the )?crowds|don't like (?:the )?crowds|nicht (?:zu "
    r")?touristisch|ruhig|tranquilo|pas touristique|poco turistico)\b"
)


_LIVELY = re.compile(
    r"\b(?:lively|buzzing|vibrant|touristy is (?:fine|ok)|don't mind (?:the "
    r")?(?:crowds|tourists)|not (?:too )?quiet)\b"
)


_CLIMATES: tuple[tuple[Climate, re.Pattern[str]], ...] = (
    (
        "mild",
        re.compile(
            r"\b(?:not (?:too|so|very) (?:hot|warm)|mild|moderate (?:weather|climate|"
            r"temperatures)|not boiling|spring-?like)\b"
        ),
    ),
    (
        "warm",
        re.compile(r"\b(?:not (?:too |so |very )?cold|no cold|escape (?:the )?(?:winter|cold))\b"),
    ),
    (
        "snow",
        re.compile(
            r"\b(?:snow|snowy|ski(?:ing)?|snowboard(?:ing)?|white christmas|schnee|"
            r"nieve|neige|neve)\b"
        ),
    ),
    (
        "hot",
        re.compile(
            r"\b(?:hot(?!\s*(?:springs?|chocolate|dogs?|spots?|water|tub|pot|air|"
            r"topic|els?))|hotter|heat|tropical|scorching|boiling)\b"
        ),
    ),
    (
        "warm",
        re.compile(
            r"\b(?:warm|warmer|sunny|sunnier|sunshine|sun(?! ?(?:set|rise|day|screen|"
            r"glasses|cream))|warmth|sonne|sonnig|warmes|sol|soleil|calido|calor|"
            r"chaud|caldo|calor)\b"
        ),
    ),
    (
        "cold",
        re.compile(
            r"\b(?:cold(?! (?:brew|beer|water|drink|feet))|chilly|cooler|freezing|"
            r"(?:somewhere|cool|something|nice and) (?:cool|climate|weather)|cool "
            r"(?:temperatures|weather|climate|place to escape the heat)|escape (?:the "
            r")?heat|not (?:warm|hot))\b"
        ),
    ),
)


_WARMER_NOT = re.compile(
    r"\b(?:no|not|without|hate|hates|avoid|can't stand|don't like|dont like|"
    r"too)\s+(?:the\s+|any\s+|too\s+|much\s+|that\s+|so\s+)*$"
)


_RELAXED = re.compile(
    r"\b(?:relax(?:ed|ing|ation)?|chill(?:ed|ing|ax)?|slow(?: pace| travel|"
    r"-paced| paced)|easy[ -]?going|take it (?:easy|slow)|laid[ -]?back|no "
    r"rush|not (?:too )?(?:rushed|packed|stressful|hectic|busy|much per day)|"
    r"leisurely|lazy days?|unhurried|at an easy pace|easy pace|gentle pace|"
    r"calm pace|entspannt|relajad[oa]|tranquille)\b"
)


_PACKED = re.compile(
    r"\b(?:pack(?:ed)? (?:it )?(?:full|as much|everything|with)|fully? packed|"
    r"(?:packed|fast|quick|busy|high) pace|"
    r"packed (?:schedule|days|itinerary|program(?:me)?|trip)|jam[ -]?packed|"
    r"action[ -]?packed|as much as (?:possible|we can)|see everything|"
    r"busy (?:schedule|days|itinerary)|full (?:schedule|program(?:me)?|on)|"
    r"fast[ -]?paced?|intense|maximi[sz]e|cram|dawn till dusk)\b"
)


_NORMAL = re.compile(r"\b(?:normal|medium|moderate|average|usual|regular) (?:pace|speed|tempo)\b")


_DIETS = {
    "vegetarian": re.compile(
        r"\b(?:vegetarians?|veggie|veggies|vegeterian|vegatarian|vegetarisch|"
        r"vegetariano?|vegetarienne?|don't eat meat|no meat|dont eat meat|doesn't "
        r"eat meat|meat[- ]free)\b"
    ),
    "vegan": re.compile(r"\b(?:vegans?|plant[- ]based|vegano?)\b"),
    "halal": re.compile(r"\bhalal\b"),
    "kosher": re.compile(r"\bkosher\b"),
    "gluten_free": re.compile(
        r"\b(?:gluten[- ]?free|c(?:o)?eliac|no gluten|glutenfrei|sin gluten|sans gluten|"
        r"(?:can't|cannot|don't|do not|never|not) (?:eat|have|tolerate) (?:any )?gluten)\b"
    ),
    "lactose_free": re.compile(
        r"\b(?:lactose(?:[- ](?:free|intolerant|intolerance))|dairy[- ]free|no dairy)\b"
    ),
    "alcohol_free": re.compile(
        r"\b(?:(?:don't|dont|do not|doesn't|does not|never|can't|cannot) drink"
        r"(?! (?:coffee|tea|milk|tap|water|the|much|too|from))(?: any)?(?: alcohol)?|"
        r"(?:no|without) alcohol|alcohol[- ]free|teetotal(?:l?er|ism)?)\b"
    ),
    "nut_free": re.compile(r"\b(?:nut allergy|allergic to (?:nuts|peanuts)|nut[- ]free)\b"),
    "pescatarian": re.compile(r"\bpesc[ae]tarian\b"),
}


_STEP_FREE = re.compile(
    r"\b(?:wheel ?chairs?|step[- ]?free|accessible|disabled|mobility "
    r"(?:issues|problems|scooter|impaired)|can'?t (?:walk|climb) (?:far|much)|"
    r"(?:can'?t|cannot|can not|unable to|not able to) (?:climb|do|manage|take|use|walk|go up) "
    r"(?:up )?(?:the |any |many )?(?:stairs|steps)|(?:trouble|problems?) with (?:the )?"
    r"(?:stairs|steps)|(?:stairs|steps) are (?:too much|(?:a problem|hard|difficult|impossible) "
    r"for (?:me|us|him|her|them))|(?:no|without) (?:stairs|steps)|"
    r"(?:hates?|dislikes?|avoids?|can't stand|(?:doesn't|don't|dont|does not|do not) like) "
    r"(?:the |all |any |many |climbing |going up )*(?:stairs|steps)|"
    r"(?:not (?:too )?many|as few|few|fewer) (?:stairs|steps)|crutches|rollstuhl|"
    r"silla de ruedas|fauteuil "
    r"roulant|walking frame|rollator|barrier[- ]free)\b"
)


_NO_FLIGHT = re.compile(
    r"\b(?:no (?:flying|flights?|planes?)(?! (?:longer|over|more))|(?:don't|"
    r"dont|do not|can't|won't|not|never|hate|hates|scared of|afraid of|fear "
    r"of|without|rather not|avoid) (?:want to |like to |like )?(?:fly|flying|"
    r"planes?)|by train only|train only|only by train|flight[- ]free|without "
    r"a plane|ohne flug|sans avion|sin volar|sin avion)\b(?! (?:more than|"
    r"over|longer|further|for more))"
)


_FLIGHT_HOURS = re.compile(
    rf"(?:\b(?:max(?:imum)?|up to|at most|under|less than|within|no (?:more|"
    rf"longer) than|not (?:more|longer) than|below|no flights? (?:longer|over|"
    rf"more than)(?: than)?|not over|(?:fly|flying|flights?) (?:more|longer) "
    rf"than|no longer than)\s*(?:of )?(?:a )?(?P<n>\d{{1,2}}(?:[.,]\d)?|"
    rf"{NUMBER})\s*-?\s*(?:h|hrs?|hours?|std|stunden|horas|heures|"
    rf"ore)\b[\s-]*(?P<tail>(?:of )?(?:by |in (?:a |the )?)?(?:flights?|"
    rf"fly(?:ing)?|plane|in the air|on (?:a|the) plane|air|flug|vuelo|vol|"
    rf"away)?)"
    rf"|\b(?P<n2>\d{{1,2}}(?:[.,]\d)?|{NUMBER})\s*-?\s*(?:h|hrs?|"
    rf"hours?)\s+(?:max(?:imum)?(?: flights?| flying)?|flights? "
    rf"(?:max(?:imum)?|at most|tops)|of flying (?:max|at most))"
    rf"|\bflights? (?:of )?(?:max(?:imum)?|under|up to|at most|below|less "
    rf"than)\s*(?P<n3>\d{{1,2}}(?:[.,]\d)?|{NUMBER})\s*(?:h|hrs?|hours?)\b)"
)


_FLYING = re.compile(r"\b(?:fly|flying|flights?|plane|flug|air)\b")


@dataclass
class Tastes:
    """What a message says about liking and needing. `less` are tags there should be less of."""

    likes: list[str] = field(default_factory=list)
    dislikes: list[str] = field(default_factory=list)
    musts: list[str] = field(default_factory=list)
    less: list[str] = field(default_factory=list)
    climate: Climate | None = None
    quiet: bool | None = None
    pace: Pace | None = None
    diet: tuple[str, ...] = ()
    step_free: bool | None = None
    no_flight: bool | None = None
    max_flight_hours: float | None = None


def find_needs(said: Said, found: Tastes) -> None:
    low = said.low
    hours = _FLIGHT_HOURS.search(low)
    if hours and (hours["n2"] or hours["n3"] or _FLYING.search(low)):
        text = (hours["n"] or hours["n2"] or hours["n3"]).replace(",", ".")
        value = float(text) if text[0].isdigit() else float(number(text) or 0)
        if 0 < value <= 40:
            found.max_flight_hours = value
            said.claim(*hours.span())
    if (m := _NO_FLIGHT.search(low)) and found.max_flight_hours is None:
        found.no_flight = True
        said.claim(*m.span())
    if m := QUIET.search(low):
        found.quiet = not re.search(r"\b(?:not|too|isn't)\s+(?:too\s+)?$", low[: m.start()])
        said.claim(*m.span())
    elif m := _LIVELY.search(low):
        found.quiet = False
    found.climate = _climate(said)
    if m := _RELAXED.search(low):
        found.pace = Pace.RELAXED
        said.claim(*m.span())
    elif m := _PACKED.search(low):
        found.pace = Pace.PACKED
        said.claim(*m.span())
    elif m := _NORMAL.search(low):
        found.pace = Pace.NORMAL
        said.claim(*m.span())
    found.diet = tuple(
        diet
        for diet, pattern in _DIETS.items()
        if _claimed(said, pattern, r"\b(?:not|no longer|aren't|isn't)\s+(?:a\s+)?$")
    )
    if _claimed(said, _STEP_FREE, r"\b(?:no|not|don't need)\s+(?:a\s+)?$"):
        found.step_free = True


def _claimed(said: Said, pattern: re.Pattern[str], unless: str) -> bool:
    m = pattern.search(said.low)
    if not m or re.search(unless, said.low[: m.start()]):
        return False
    said.claim(*m.span())
    return True


def _climate(said: Said) -> Climate | None:
    for climate, pattern in _CLIMATES:
        for m in pattern.finditer(said.low):
            if not said.free(m.start(), m.end()):
                continue
            if climate != "snow":  # skiing is a taste as well
                said.claim(*m.span())
            if not _WARMER_NOT.search(said.low[: m.start()]) or m.group().startswith(
                ("not", "no ", "escape")
            ):
                return climate
            opposite: dict[Climate, Climate] = {"hot": "mild", "cold": "warm"}
            if climate in opposite:
                return opposite[climate]
    return None
