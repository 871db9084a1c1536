"""Likes, refusals and musts, climate, pace, diet and other needs, from the words of a message."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from adapters.models.reader.text import NUMBER, Said, number
from core.wishes import Pace

Climate = Literal["warm", "hot", "mild", "cold", "snow"]

# Interest tag (core/interests.py) -> words. Longer phrases are tried first.
_WORDS = {
    "museums": "museum museums musem musems museos musees museen museum-hopping",
    "art": "art arts gallery galleries paintings street-art|street art|art "
    "galleries|modern art|kunst|arte",
    "history": "history historic historical ruins archaeology castle castles medieval "
    "ancient fortress fortresses geschichte historia|roman ruins",
    "architecture": "architecture buildings gaudi art-deco modernism architektur",
    "churches": "church churches cathedral cathedrals temple temples mosque mosques "
    "monastery monasteries shrine shrines basilica kirchen iglesias",
    "food": "food foodie foodies eating restaurants cuisine gastronomy culinary "
    "tapas seafood street-food brunch eat essen comida gastronomia|street "
    "food|good food|local dishes|local food|cooking class|fine dining",
    "markets": "market markets bazaar bazaars souk souks flea-market|flea market|flea "
    "markets|food market",
    "wine": "wine wines winery wineries vineyard vineyards|wine tasting",
    "nightlife": "nightlife clubbing clubs bars party partying pubs parties cocktails "
    "rave dancing|night life|bar hopping|go out at night",
    "music": "music concert concerts jazz gigs fado opera flamenco|live music",
    "beaches": "beach beaches beachy seaside playa playas strand plage plages praia "
    "praias spiaggia sand coast coastal|by the sea|the sea|sea side|on the "
    "coast",
    "swimming": "swimming swim",
    "nature": "nature outdoors outdoor mountains mountain lakes lake forest forests "
    "landscapes waterfalls waterfall natur naturaleza scenery countryside "
    "natural|national parks|national park",
    "hiking": "hiking hike hikes trekking trek hikers wandern senderismo randonnee "
    "hikin walks-in-nature|mountain walks",
    "parks": "parks gardens garden botanical|city parks",
    "views": "views viewpoint viewpoints panorama lookouts rooftop rooftops|great "
    "view|nice views|sunset spots",
    "adventure": "adventure adventures adventurous rafting climbing bungee kayaking kayak "
    "zipline paragliding canyoning adrenaline skydiving",
    "diving": "diving dive snorkeling snorkelling scuba",
    "surfing": "surfing surf surfers",
    "skiing": "skiing ski skis snowboarding snowboard slopes",
    "family": "kid-friendly family-friendly playground playgrounds theme-park|kid "
    "friendly|family friendly|child friendly|theme park|theme parks|for kids|"
    "for the kids|amusement park|water park",
    "romance": "romance romantic honeymoon",
    "shopping": "shopping shops malls mall boutiques outlets shop",
    "neighbourhoods": "neighbourhoods neighborhoods wandering strolling|old town|old towns|"
    "walk around|wander around|old quarters|historic center|city walks",
    "daytrips": "daytrips daytrip excursions|day trip out|day trips|day trip to",
    "landmarks": "landmarks landmark sightseeing sights monuments highlights|famous "
    "places|main sights|must-sees|tourist attractions",
    "wildlife": "wildlife animals safari zoo whales birdwatching dolphins penguins "
    "elephants aquarium|whale watching|bird watching",
    "spa": "spa spas wellness sauna saunas onsen hammam massages massage|thermal "
    "baths|hot springs|hot spring|thermal springs",
    "city": "cities city-life urban|city break|city trip|big city|citytrip|city breaks|city life",
}


def _pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    table: dict[str, str] = {}
    for tag, words in _WORDS.items():
        first, *phrases = words.split("|")
        for word in first.split():
            table[word.replace("-", " ") if word.count("-") and " " not in word else word] = tag
            table[word] = tag
        for phrase in phrases:
            table[phrase] = tag
    alternatives = "|".join(re.escape(w) for w in sorted(table, key=len, reverse=True))
    return re.compile(rf"\b(?:{alternatives})\b"), table


_TASTE, TAG_OF = _pattern()
_FIRST_WORDS = frozenset(re.split(r"[\s-]", w)[0] for w in TAG_OF) | frozenset(("the", "by", "on"))

# "fall" of a word that looks like a taste and is none.
_NOT_A_TASTE = re.compile(
    r"(?P<x>(?:third|birthday|our|the|my|search|wedding|stag|hen|"
    r"travel(?:ling)?|small|whole|of the|other)\s+party|party of|party size|"
    r"eat(?:ing)? (?:at|in) (?:home|the hotel)|bath(?:room)?|coffee shop|"
    r"shop for|phone shop|state of the art|day trip(?! to| out)|art of|salt "
    r"lake|lake (?:district|como|garda|bled)|park(?:ing)|"
    r"national (?:day|holiday)|train station|bars? of|coast to coast|"
    r"sand(?:als)?|clubs? card|music to my|historic low|museum card|city card|"
    r"natural(?:ly)|city pass|city tax|dive bar|family of|the city\b|garden "
    r"party|table mountain|mexico city|no city)"
)
_NEGATIVE = re.compile(
    r"\b(?:no more|not too many|not so many|not many|not much|no|not|don't|"
    r"dont|do not|doesn't|didn't|never|hates?|hated|avoid(?:ing)?|without|"
    r"dislikes?|can't stand|cant stand|cannot stand|not into|not interested "
    r"in|"
    r"not (?:a )?(?:big |really )?(?:fan|fans) of|skip(?: the| all)?|bored "
    r"(?:of|by|in|with)|sick of|tired of|loathe|allergic to|fed up with|least|"
    r"neither|nor|anything but|instead of|rather than|no need for|kein|keine|"
    r"ohne|nicht|sin|sans|pas de|senza|sem|nada de)\b"
)
_LESS = re.compile(
    r"\b(?:less|fewer|not so many|not too many|too many|too much|menos|weniger|moins)\b"
)
_POSITIVE = re.compile(
    r"\b(?:love|loves|like|likes|enjoy|enjoys|into|interested|want|wants|"
    r"adore|prefer|fan of|fans of|good|great|nice|more|lots of|some|mostly|"
    r"only|need|must|definitely|also|crazy about|keen on|mad about|passionate|"
    r"yes|rather|just|with|plenty|but|really|amo|gerne|gusta|aime)\b"
)
_NEUTRAL = re.compile(
    r"\b(?:don't mind|dont mind|do not mind|not only|not just|no problem with|"
    r"not against|wouldn't mind|nothing against)\b"
)
_MUST = re.compile(
    r"\b(?:must|has to|have to|needs? to|absolutely|definitely|can't miss|"
    r"essential|non-negotiable|at all costs|no matter what)\b"
)
_CLAUSE = re.compile(
    r"[.;!?\n]|\bbut\b|\bhowever\b|\bthough\b|,\s*(?=(?:i|we|my|he|she|they|"
    r"and|please|with|for|under|max|from|budget|love|like|want|lots)\b)"
)

_MUST_SEE = re.compile(
    r"\b(?<!don't )(?<!dont )(?<!not )(?:must|has to|have to|need to|needs to|"
    r"want to|wanna|gotta|would love to|we'd love to|i'd love to|we'd like to|"
    r"i'd like to|would like to|hoping to|dying to|definitely(?: want to)?|"
    r"absolutely)\s+(?:absolutely |definitely |really |also )?(?:see|visit|do|"
    r"not miss)\s+(?P<what>[^.,;!?]+)"
    r"|\b(?:can't|cannot|cant|don't want to|not to) "
    r"miss\s+(?P<what2>[^.,;!?]+)|(?P<what3>(?:the )?[\w' ]{3,40}?)\s+(?:is|"
    r"are) (?:a|an absolute) must\b"
)
_END_OF_NAME = re.compile(
    r"\s+(?:and (?:also |then )?(?:i|we|eat|have|love|do)|in (?:\w+ )?(?:may|"
    r"june|july|spring|summer|autumn|winter)|on (?:day|mon|tue|wed|thu|fri|"
    r"sat|sun)|while|when|because|at least|if|for|with|this time|though|too|"
    r"as well|please|again|during|before|after)\b.*$"
)

_QUIET = re.compile(
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
    r"packed (?:schedule|days|itinerary|program(?:me)?|trip)|jam[ -]?packed|"
    r"action[ -]?packed|as much as (?:possible|we can)|see everything|"
    r"busy (?:schedule|days|itinerary)|full (?:schedule|program(?:me)?|on)|"
    r"fast[ -]?paced?|intense|maximi[sz]e|cram|dawn till dusk)\b"
)
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
        r"\b(?:gluten[- ]?free|c(?:o)?eliac|no gluten|glutenfrei|sin gluten|sans gluten)\b"
    ),
    "lactose_free": re.compile(
        r"\b(?:lactose(?:[- ](?:free|intolerant|intolerance))|dairy[- ]free|no dairy)\b"
    ),
    "nut_free": re.compile(r"\b(?:nut allergy|allergic to (?:nuts|peanuts)|nut[- ]free)\b"),
    "pescatarian": re.compile(r"\bpesc[ae]tarian\b"),
}
_STEP_FREE = re.compile(
    r"\b(?:wheel ?chairs?|step[- ]?free|accessible|disabled|mobility "
    r"(?:issues|problems|scooter|impaired)|can't (?:walk|climb) (?:far|much|"
    r"stairs|steps)|no stairs|crutches|rollstuhl|silla de ruedas|fauteuil "
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


def find_tastes(said: Said) -> Tastes:
    """Reads everything that is a matter of taste or need."""
    found = Tastes()
    _needs(said, found)
    if said.bag & _FIRST_WORDS:
        _interests(said, found)
    return found


def _needs(said: Said, found: Tastes) -> None:
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
    if m := _QUIET.search(low):
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
            if m.group() not in TAG_OF:
                said.claim(*m.span())
            if not _WARMER_NOT.search(said.low[: m.start()]) or m.group().startswith(
                ("not", "no ", "escape")
            ):
                return climate
            opposite: dict[Climate, Climate] = {"hot": "mild", "cold": "warm"}
            if climate in opposite:
                return opposite[climate]
    return None


def find_must_see(said: Said) -> list[str]:
    """The names after "must see" and its like, in the traveller's words."""
    musts: list[str] = []
    for m in _MUST_SEE.finditer(said.low):
        which = next(g for g in ("what", "what2", "what3") if m[g])
        start = m.start(which)
        text = said.text[start : m.end(which)]
        if (
            which == "what"
            and m.group().startswith(("want", "would", "we'd", "i'd", "wanna"))
            and "the " not in text.casefold()[:4]
            and not text[:1].isupper()
        ):
            continue
        text = _END_OF_NAME.sub("", text).strip()
        for part in re.split(r"\s+(?:and|&)\s+(?=the |[A-Z])", text):
            name = re.sub(r"^(?:the|a|an)\s+", "", part.strip(), flags=re.I)
            low = name.casefold()
            if (
                len(name) < 3
                or low in ("it", "that", "this", "everything", "there", "something")
                or low in TAG_OF
            ):
                continue
            at = said.low.find(low, start)
            musts.append(name[:80])
            if at >= 0 and len(low) == len(name):
                said.claim(at, at + len(name))
    return musts


def _interests(said: Said, found: Tastes) -> None:
    other = [m.span() for m in _NOT_A_TASTE.finditer(said.low)]
    # "not too touristy" is read; its "not" says nothing about what follows.
    spoken = _QUIET.sub(lambda m: " " * len(m.group()), said.low)
    breaks = [m.start() for m in _CLAUSE.finditer(said.low)]
    for m in _TASTE.finditer(said.low):
        if not said.free(m.start(), m.end()) or any(
            a <= m.start() < b or a < m.end() <= b for a, b in other
        ):
            continue
        clause_start = max((b for b in breaks if b < m.start()), default=0)
        tag = TAG_OF[m.group()]
        said.claim(*m.span())
        _file(found, tag, spoken[clause_start : m.start()], m.group())
    for name in ("likes", "dislikes", "musts", "less"):
        setattr(found, name, list(dict.fromkeys(getattr(found, name))))
    found.likes = [t for t in found.likes if t not in found.dislikes and t not in found.musts]


def _file(found: Tastes, tag: str, before: str, words: str) -> None:
    """Files `tag` by the last word of liking or refusing before it in its clause."""
    if _NEUTRAL.search(before):
        return
    no = max((m.end() for m in _NEGATIVE.finditer(before)), default=-1)
    less = max((m.end() for m in _LESS.finditer(before)), default=-1)
    yes = max(
        (
            m.start()
            for m in _POSITIVE.finditer(before)
            if not re.search(
                r"(?:don't|dont|not|didn't|doesn't|never|do not|no)\s+(?:\w+\s+)?$",
                before[: m.start()],
            )
        ),
        default=-1,
    )
    if words.startswith(("good ", "nice ", "great ")):
        yes = len(before)
    if less > yes and less >= no:
        found.less.append(tag)
    elif no > yes:
        found.dislikes.append(tag)
    elif _MUST.search(before) and re.search(
        r"\b(?:must|has to|have to) (?:have|be|include)\b|\bneeds? to (?:have|be)\b|\bessential\b",
        before,
    ):
        found.musts.append(tag)
    else:
        found.likes.append(tag)
