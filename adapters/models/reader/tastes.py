"""Likes, refusals and musts, climate, pace, diet and other needs, from the words of a message."""

from __future__ import annotations

import re

from adapters.models.reader.needs import QUIET, Tastes, find_needs
from adapters.models.reader.text import Said, fold

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
    r"neither|nor|anything but|instead of|rather than|no need for|(?<!don't )(?<!dont )(?<!not )"
    r"forget(?: about)?|kein|keine|"
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


def find_tastes(said: Said) -> Tastes:
    """Reads everything that is a matter of taste or need."""
    found = Tastes()
    find_needs(said, found)
    if said.bag & _FIRST_WORDS:
        _interests(said, found)
    return found


_NO_SIGHT = re.compile(
    r"\b(?:[Nn]o|[Nn]ot|[Ww]ithout|[Ss]kip|[Aa]void|[Ee]xcept)\s+(?:the\s+)?"
    r"(?P<name>[A-Z][\w'.-]+(?:\s+(?:(?:of|de|da|do|del|di|the|and|van)\s+)*[A-Z][\w'.-]+){0,4})"
)


def find_refused_sights(said: Said) -> list[str]:
    """Names that are refused, "no Rijksmuseum"; only what has capitals and is nothing else."""
    if said.shouted:
        return []
    found = []
    for m in _NO_SIGHT.finditer(said.text):
        if said.free(*m.span("name")) and fold(m["name"]) not in TAG_OF and len(m["name"]) > 3:
            found.append(m["name"][:80])
            said.claim(*m.span("name"))
    return found


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
            exact = re.split(r"\bbut\b", part, flags=re.I)[-1].strip()  # "no museums but the Prado"
            name = re.sub(r"^(?:the|a|an)\s+", "", exact, flags=re.I)
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
    spoken = QUIET.sub(lambda m: " " * len(m.group()), said.low)
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
