"""Who travels: "5 incl kids 4 and 11", "me and my wife", "a couple with a 3-year-old"."""

from __future__ import annotations

import re

from adapters.models.reader.almanac import MONTHS
from adapters.models.reader.text import NUMBER, Said, number
from core.wishes import Party

# A child whose age nobody said. Old enough for most sights, young enough for a child's day.
UNKNOWN_AGE = 8
MAX_CHILDREN = 99  # more are no family; who plans says how many it takes
_AGE_OF = {
    "baby": 0,
    "babies": 0,
    "infant": 0,
    "infants": 0,
    "newborn": 0,
    "bebe": 0,
    "toddler": 2,
    "toddlers": 2,
}
_AGE_OF |= {"teen": 15, "teens": 15, "teenager": 15, "teenagers": 15, "teenage": 15, "baby's": 0}

_MONTH_NAMES = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
_N = (
    rf"(?:\d{{4,5}}|(?:an? |one |half an? )?(?:hundred|dozen)|"
    rf"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|"
    rf"six|seven|eight|nine))?|{NUMBER}|zwei|drei|vier|funf|dos|tres|cuatro|deux|trois|quatre|"
    rf"dois|duas|due|tre|quattro)"
)
_GATE = frozenset(
    "solo alone myself somos sommes siamo sind single-person pair me ppl r deux dos zwei due wife "
    "husband partner girlfriend boyfriend gf bf fiance fiancee spouse mom "
    "mum mother dad father "
    "parents parent family couple honeymoon two both of us adults adult "
    "people persons person pax travellers travelers individuals "
    "guests kid kids child children toddler toddlers baby babies infant "
    "infants teen teens teenager teenagers friends friend "
    "women men ladies girls group party we son daughter sons daughters twins girls guys boys "
    "grandparents sister brother buddies mates single "
    "erwachsene personen kinder kind freunde frau mann personas adultos "
    "ninos amigos novia pareja personnes adultes enfants "
    "femme mari copine persone adulti bambini pessoas criancas year yo old "
    "months colleagues coworkers hubby wifey".split()
)

_SOLO = re.compile(
    r"\b(?:solo|alone|by myself|on my own|just me|only me|single[ -](?:person|"
    r"traveller|traveler|adult)|myself only|allein|1 (?:person|adult|"
    r"traveller|traveler|pax)|one (?:person|adult|traveller|traveler))\b"
)
_TOTAL = re.compile(
    rf"\b(?:(?:we are|we're|we r|we will be|we'll be|there are|there's|party "
    rf"of|group of|table for|wir sind|somos|nous sommes|siamo(?: in)?|"
    rf"zu)\s+(?P<a>{_N})(?!\s*(?:days?|nights?|hours?|weeks?|km|minutes|adults|"
    rf"erwachsene|adultos|adultes|adulti|kids|children|years|euros|tagen|°|%|"
    rf"\w*-year))"
    rf"|(?P<b>{_N})\s+(?:people|ppl|persons|persones|pax|travellers|travelers|"
    rf"individuals|guests|of us(?! (?:is|are (?!going|coming|travel)|has|have|can't|cannot|don't|"
    rf"doesn't|eats?|likes?|loves?|hates?|wants?|needs?|would|was|were|got))|personen|personas|"
    rf"personnes|persone|pessoas|heads|"
    rf"colleagues|coworkers|girls|guys|boys|ladies|women|men)\b"
    rf"|(?:the )?(?P<c>two|three|four|five|six|both) of us|(?:for|pour|para|"
    rf"per|fur) (?P<d>two|three|four|five|six|seven|eight|nine|ten|zwei|deux|dos|due|drei|trois|"
    rf"tres|tre|vier|quatre|cuatro)(?=\s+(?:en|im|in|a|au)\b|\s*(?:$|[,.!?]|(?:in|"
    rf"under|from|with|on|next|this|departing|leaving|starting|beginning|originating|"
    rf"travell?ing|setting|who|that|and|to|between|spanning|visiting)\b))"
    rf"|\bfor (?P<f>\d{{1,3}})(?=\s*(?:$|[.!?](?!\d)|,(?!\s*\d{{1,2}}\s*(?:,|and\b|&|or\b|to\b|-|"
    rf"{_MONTH_NAMES}\b))|(?:in|under|from|with|on|next|this|departing|leaving|starting|"
    rf"travell?ing|who|that|between|spanning|visiting)\b))"
    rf"|(?P<e>{_N})\s+incl(?:uding|\.)?)"
)
_FAMILY = re.compile(rf"\bfamily (?:of|with) (?P<n>{_N})\b(?!\s*(?:kids|children))")
_ADULTS = re.compile(
    rf"\b(?P<n>{_N}|an|a)\s+(?:adults?|grown[ -]?ups?|erwachsene|adultos|adultes|adulti)\b"
)
_FRIENDS = re.compile(
    rf"\b(?P<n>{_N}|a|my best|my|best)\s+(?:good |best |other |close "
    rf")?(?:friends?|buddies|buddy|mates?|amigos|freunde|amis|amici)\b"
)
_COUPLE = re.compile(
    r"\b(?:couple(?! (?:of|hundred|thousand|days|weeks|hours|nights|more))|"
    r"honeymoon|pareja|two of us|both of us|us two|my love and i|for a pair)\b"
)
_MATE = re.compile(
    r"\b(?:wife|husband|hubby|wifey|partner|girlfriend|boyfriend|gf|bf|"
    r"fiancee?|spouse|better half|significant other|novi[ao]|freundin|frau|"
    r"mari|femme|copine|copain|moglie|marito)\b"
)
_RELATIVE = re.compile(
    r"\b(?:my|our|the)\s+(?:\d{2}[- ]?(?:years?|yrs?)?[- ]?(?:old|yo)?\s+|old |elderly |aged )?"
    r"(?P<who>parents|grandparents|in-laws|mom|mum|mother|"
    r"dad|father|sister|brother|grandma|grandpa|granny|mother-in-law|"
    r"father-in-law|cousin|aunt|uncle|roommate|colleague)\b"
    r"(?:\s+and\s+(?:my\s+)?(?P<and>mom|mum|mother|dad|father|sister|brother|grandma|grandpa))?"
)
_COMES_ALONG = re.compile(r"(?:^|\b(?:with|and|plus|me|taking|bring(?:ing)?|for|of)|[&,+])\s*$")
_WE = re.compile(r"\b(?:me|i|myself)\s*(?:and|&|\+|plus)\s*$")  # "me and my mum want"
_TALKED_ABOUT = re.compile(
    r"\s+(?:has|have|is|are|needs?|uses?|lives?|can't|cannot|loves?|hates?|"
    r"wants?|likes?|said|told|anniversary|birthday|wedding|house)\b|'"
)
_ONE_OF_US = re.compile(r"(?<!with )(?<!and )(?<!plus )\b(?:the|my|our)\s+$")
_SPOKEN_OF = re.compile(
    r"(?<!and )(?<!with )(?<!plus )(?<!& )\b(?:my|our) (?:wife|husband|partner|girlfriend|"
    r"boyfriend|"
    r"fiancee?|mom|mum|mother|dad|father|son|daughter|kids?|baby|toddler)(?:'s\b| (?:is|are|was|"
    r"has|"
    r"have|needs?|uses?|can't|cannot|loves?|hates?|wants?|likes?|gets?|does(?:n't)?|naps?|"
    r"sleeps?)\b"
    r"(?! (?:coming|joining|here too|too\b)))"
)
_GIFT = re.compile(r"\b(?:gifts?|presents?|souvenirs?)\b[\w ]{0,12}\bfor my\b")
_KID_WORD = (
    r"(?:kids?|child|children|toddlers?|bab(?:y|ies)|infants?|newborn|"
    r"teen(?:ager)?s?|sons?|daughters?|twins|little ones?|boys?|girls?|"
    r"kind(?:er)?|ninos?|hijos?|enfants?|bambini|criancas?|filhos?|bebe)"
)
_KIDS = re.compile(
    rf"\b(?:(?P<n>{_N}|a|an|one|my|our|the|some|small|little|young|"
    rf"with)\s+)?(?:small |little |young |teenage )?(?P<word>{_KID_WORD})\b"
)
_AGES = re.compile(
    r"\s*(?:\(|,|:|\.? (?:\d|two|three|four) of them|who (?:are|is)|they're|they are|are|is|of|"
    r"aged?|ages|old|von|mit|de|\s)*\s*(?P<ages>\d{1,2}(?!\d|:|\.\d)(?:\s*(?:,|and|&|y|und|"
    r"et|e|/|\+)\s*(?:a\s+)?\d{1,2}(?!\d|:|\.\d))*)"
    r"(?P<unit>\s*-?\s*(?:months?|mo\b|m\.?o\.?|monate|meses|"
    r"mois))?(?P<years>\s*(?:y/?o|years?(?: old)?|yrs?))?(?!\s*(?:days?|"
    r"nights?|weeks?|euros?|eur|usd|km|%|people|march|april|may|june|july|"
    r"am\b|pm\b|[-/.]\s?\d))"
)
_AGE_BEFORE = re.compile(
    rf"\b(?P<age>{_N})[\s-]*(?:(?P<months>months?)|years?|yrs?|yo|y/o|"
    rf"y\.o\.?)[\s-]*(?:old)?s?\b(?:\s+(?P<who>{_KID_WORD}|dog|wine|whisky|"
    rf"building|church|anniversary|adult))?"
)
_NOT_TRAVELLING = re.compile(
    r"\b(?:my|our|the) (?:son|daughter|kids?|parents|mom|mum|sister|brother|"
    r"friends?)(?:'s)? (?:live|lives|is in|are in|wedding|birthday|house|"
    r"place|flat)"
)


def find_party(said: Said, planned: bool = False) -> Party | None:
    """The party a message names; ages nobody said are `UNKNOWN_AGE`. None when it names nobody.

    When a trip is `planned` already, "my wife is vegan" speaks of somebody who is in.
    """
    if _GIFT.search(said.low) or (planned and _SPOKEN_OF.search(said.low)):
        return None
    if not said.bag & _GATE and not re.search(
        r"\d\s*(?:yo|pax|p)\b|year-old|for (?:\d|three|four|five|six|seven|eight|nine|ten)\b",
        said.low,
    ):
        return None
    if _NOT_TRAVELLING.search(said.low):
        return None
    children = _children(said)
    family = _FAMILY.search(said.low)
    if family:
        size = _value(family["n"])
        said.claim(*family.span())
        if children:
            return Party(adults=max(1, size - len(children)), children=children)
        return Party(adults=min(2, size), children=(UNKNOWN_AGE,) * max(0, size - 2))
    total = _total(said)
    grown = _adults(said)
    if total is not None:
        if grown and not children and grown > total:
            total = grown
        return Party(adults=max(1, total - len(children)), children=children)
    if grown is not None:
        return Party(adults=grown, children=children)
    if children:
        we = said.bag & {"we", "our", "us", "family", "we're"}
        return Party(adults=2 if we else 1, children=children)
    solo = _SOLO.search(said.low)
    if solo and not re.search(r"(?:leave|not)\s+(?:me\s+)?$", said.low[: solo.start()]):
        said.claim(*solo.span())
        return Party(adults=1)
    return None


def _value(word: str) -> int:
    if word == "both":
        return 2
    tens, _, unit = word.replace("-", " ").partition(" ")
    if word.endswith(("hundred", "dozen")):
        size = 100 if word.endswith("hundred") else 12
        return size // 2 if word.startswith("half") else size
    return max(1, number(word) or (number(tens) or 0) + (number(unit) or 0))


def _total(said: Said) -> int | None:
    for m in _TOTAL.finditer(said.low):
        if not said.free(m.start(), m.end()):
            continue
        word = m["a"] or m["b"] or m["c"] or m["d"] or m["f"] or m["e"]
        before = said.low[: m.start()]
        if re.search(r"\b(?:per|only the|than)\s*$", before):
            continue
        said.claim(*m.span())
        return _value(word)
    return None


def _adults(said: Said) -> int | None:
    """Grown-ups named one way or another; None when none were."""
    m = _ADULTS.search(said.low)
    if m:
        said.claim(*m.span())
        return _value(m["n"])
    friends = _FRIENDS.search(said.low)
    if friends and re.search(r"\b(?:group|party) of $", said.low[: friends.start()]):
        friends = None  # "a group of 7 friends" is counted already
    count = None
    if friends:
        some = re.search(
            r"\d|two|three|four|five|six|seven|eight|nine|ten|dos|tres|zwei|drei|vier", friends["n"]
        )
        if some or friends["n"] == "a" or friends.group().endswith(("friend", "buddy", "mate")):
            said.claim(*friends.span())
            count = 1 + (_value(friends["n"]) if some else 1)
    mate, couple = _MATE.search(said.low), _COUPLE.search(said.low)
    if mate or couple:
        for found in (mate, couple):
            if found:
                said.claim(*found.span())
        return (count or 1) + 1 if mate and count else max(2, count or 0)
    extra = 0
    if re.search(r"\b(?:with|and|me|taking|bring(?:ing)?|for)\b", said.low):
        for relative in _RELATIVE.finditer(said.low):
            before = said.low[: relative.start()]
            talked_about = _TALKED_ABOUT.match(said.low, relative.end()) and not _WE.search(before)
            if talked_about or not _COMES_ALONG.search(before):
                continue
            extra += 2 if relative["who"] in ("parents", "grandparents", "in-laws") else 1
            extra += 1 if relative["and"] else 0
            said.claim(*relative.span())
    if extra:
        return (count or 1) + extra
    return count


def _children(said: Said) -> tuple[int, ...]:
    ages: list[int] = []
    told = 0  # ages said apart from the children: "one kid, the 9 year old"
    for m in _AGE_BEFORE.finditer(said.low):
        who = m["who"] or ""
        if not said.free(m.start(), m.end()) or who in (
            "dog",
            "wine",
            "whisky",
            "building",
            "church",
            "anniversary",
            "adult",
        ):
            continue
        age = 0 if m["months"] else _value(m["age"])
        if age > 17 or (
            not who and "old" not in m.group() and "yo" not in m.group() and "y/o" not in m.group()
        ):
            continue
        spoken_of = _TALKED_ABOUT.match(said.low, m.end())
        if spoken_of and _ONE_OF_US.search(said.low[: m.start()]):
            continue  # "the 11 year old wants a zoo": who is in already
        said.claim(*m.span())
        ages += [age] * (2 if who == "twins" else 1)
        told += not who
    for m in _KIDS.finditer(said.low):
        if not said.free(m.start("word"), m.end("word")) or _is_about_kids(said, m):
            continue
        more = _of_kids(said, m)
        while told and UNKNOWN_AGE in more:
            more.remove(UNKNOWN_AGE)
            told -= 1
        ages += more
    return tuple(ages[:MAX_CHILDREN])


_ABOUT_KIDS = re.compile(
    r"[\s-]*(?:friendly|menu|proof|museum|activities|stuff|club|area|seat|"
    r"free|at heart|love|loves|like|hate|get bored)"
)
_GROWN = frozenset(("girls", "boys", "girl", "boy", "kind"))


def _is_about_kids(said: Said, m: re.Match[str]) -> bool:
    """ "kid friendly" and "a kind of" are no children; "girls trip" is no family."""
    before = said.low[: m.start()]
    counted = (m["n"] or "") not in ("", "a", "an", "some", "one", "the") and number(m["n"] or "")
    if m["word"] == "kind" and not counted:
        return True
    if (
        m["word"] in _GROWN - {"kind"}
        and not re.match(r"\s*(?:\(|aged?|of|,)?\s*\d", said.low[m.end() :])
        and "our" not in (m["n"] or "")
        and "my" not in (m["n"] or "")
    ):
        return True
    return bool(
        _ABOUT_KIDS.match(said.low, m.end()) and m["n"] not in ("my", "our")
    ) or before.endswith(("no ", "without ", "no"))


def _of_kids(said: Said, m: re.Match[str]) -> list[int]:
    word, count = m["word"], m["n"] or ""
    said.claim(m.start("word"), m.end("word"))
    given = _AGES.match(said.low, m.end())
    if given and said.free(given.start("ages"), given.end()):
        months = bool(given["unit"])
        ages = [0 if months else int(a) for a in re.findall(r"\d{1,2}", given["ages"])]
        if all(a <= 17 for a in ages):
            said.claim(m.start(), given.end())
            if word == "twins" and len(ages) == 1:
                return ages * 2
            wanted = number(count) if count not in ("a", "an") else 1
            if wanted and len(ages) < wanted <= MAX_CHILDREN:
                ages += [ages[-1]] * (wanted - len(ages))
            return ages
    age = _AGE_OF.get(word, UNKNOWN_AGE)
    if word == "twins":
        return [age, age]
    n = number(count)
    if n is not None:
        said.claim(m.start(), m.end())
        return [age] * min(n, MAX_CHILDREN)
    plural = word.endswith("s") or word in ("children", "kinder", "babies", "bambini")
    if count in ("my", "our", "with") and (not plural or count != "with"):
        return [age] * (2 if plural else 1)
    return [age] if not plural and word in _AGE_OF and count else []
