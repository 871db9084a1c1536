"""Changes to an open plan: "swap day 2 and 3", "less churches", "drop the tower", "slower".

"Swap Thursday and Friday" names dates and the reader does not know the plan's first day: the change
carries the next such Thursday in `on`, and the second day as a distance in the week in `other_day`
only when it is told as a number. With two weekdays `what` holds the second one in words.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from adapters.models.reader.almanac import WEEKDAYS, next_weekday
from adapters.models.reader.free_time import freed
from adapters.models.reader.in_plan import (
    ORDINAL,
    WEEKDAY,
    day_in,
    stop_named,
    weekday_in,
    without_tail,
)
from adapters.models.reader.needs import Tastes
from adapters.models.reader.tastes import TAG_OF
from adapters.models.reader.text import NUMBER, ORDINALS, Said, fold, number
from core.reading import Change, ChangeKind


def _day(prefix: str) -> str:
    return (
        rf"(?:day\s*#?\s*(?P<{prefix}n>{NUMBER})\b|(?:the\s+)?(?P<{prefix}o>{ORDINAL}|last)"
        r"(?: day)?\b"
        rf"|(?P<{prefix}w>{WEEKDAY})\b|(?P<{prefix}n2>\d{{1,2}})\b)"
    )


_SLOWER = re.compile(
    r"\b(?:slower|more slow|(?:day \w+|it|that|this|everything) (?:looks|is|seems|feels) "
    r"(?:too |very |a bit |a little |quite |so |really )?(?:long|full|packed|busy|tiring|tight)|"
    r"slow (?:it )?down|too (?:much|many (?:things|stops|sights|"
    r"places)|full|packed|fast|rushed|hectic|tight|busy|stressful|tiring|"
    r"exhausting)|more (?:relaxed|relaxing|free time|breaks|time off|rest|"
    r"chill|downtime)|less (?:packed|rushed|busy|hectic|stops|full|things|"
    r"stressful|per day|stuff|walking)|"
    r"fewer (?:stops|things|sights)|only (?:one|two|three|[1-3]) (?:stops?|"
    r"things?|sights?|places)|relax(?:ed)?(?: it| the plan| pace)?|(?:too "
    r")?exhausting|calmer|easier|lighter|less of everything|langsamer|mas "
    r"(?:lento|tranquilo)|moins (?:vite|charge))\b"
)
_FASTER = re.compile(
    r"\b(?:faster|more (?:stops|things|sights|stuff|activities|per day|packed|"
    r"to do|places)|fuller|fit (?:in )?more|pack (?:it|more|the days)|busier|"
    r"too (?:slow|empty|relaxed|few (?:things|stops|sights)|little)|add "
    r"more(?! \w+ing)|squeeze in more|schneller|mas rapido)\b"
)
_CHEAPER = re.compile(
    r"\b(?:cheaper|too expensive|less expensive|save (?:some )?money|lower "
    r"(?:the )?(?:cost|costs|budget|price)|more (?:affordable|budget)|cost "
    r"less|over budget|free things|gunstiger|billiger|mas barato|moins cher)\b"
)
_SWAP = re.compile(
    rf"\b(?:swap|switch|exchange|flip|trade|change)(?: around)?\s+{_day('a')}"
    rf"\s*(?:and|with|&|for|<->|to)\s*(?:the\s+)?{_day('b')}"
)
_MOVE = re.compile(
    rf"\b(?P<verb>move|shift|put|push|bring|do|reschedule|have|see|"
    rf"visit)\s+(?P<what>(?!it\s+(?:to|on)\s).{{2,60}}?)\s+(?:(?:to|on|onto|for|"
    rf"forward to|back to|over to|"
    rf"into)\s+)?(?:the\s+)?(?:day\s*#?\s*(?P<n>{NUMBER})|(?P<o>{ORDINAL}|last)\s+day|"
    rf"(?P<w>{WEEKDAY})|(?P<rel>tomorrow|today))\b"
)
_REMOVE = re.compile(
    r"\b(?:drop|remove|delete|skip|cut|scrap|ditch|take (?:out|off)|leave out|"
    r"kick out|get rid of|cancel|cross off|without|no need for|don't want to "
    r"(?:go to|see|visit|do)|dont want to (?:go to|see|visit|do)|don't need|"
    r"not interested in|lose|throw out|(?<!don't )(?<!dont )(?<!not )forget(?: about)?|"
    r"not feeling|don't fancy|not keen on|"
    r"(?:don't like|hate|not) the)\s+(?P<what>(?!that$|it$).{2,70})"
)
_TAKE_OUT = re.compile(r"\btake\s+(?P<what>.{2,60}?)\s+(?:out|off(?: the (?:plan|list))?)\b")
_BOOKED = re.compile(
    r"\b(?:(?:i|we)(?:'ve| have)? (?:already |just )?booked (?:tickets (?:for|to) )?(?:the )?"
    r"(?P<what>.{3,60}?)|(?:the )?(?P<what2>[^,.;]{3,60}?) (?:is|are|has been) (?:already )?booked)"
    r"(?=\s+(?:already|now|as planned|at that time)\b|[,.;!]|$)"
)
_NO_STOP = re.compile(
    r"\b(?:[Nn]o|[Nn]ot)\s+(?:the\s+)?(?P<what>[A-Z][\w'. -]{3,50}?)\s*(?:[,.;!?]|$)"
)
_KEEP = re.compile(
    r"\W*(?:(?:please|but|and|do|yes|ok|no)\W+)*keep (?:the )?(?P<what>.{3,60}?)"
    r"(?: (?:in|in the plan|please))?\W*"
)
_ADD = re.compile(
    r"\b(?:add|include|put in|squeeze in|fit in|insert|also (?:see|visit|go "
    r"to|do)|can we (?:also )?(?:see|visit|go to|do)|could we (?:also "
    r")?(?:see|visit|go to|do)|we also want to (?:see|visit)|don't forget|"
    r"i(?:'d| would) (?:also )?like to (?:see|visit|add)|what about "
    r"adding)\s+(?P<what>.{2,70})"
)
# "put the brewery in", "we want the brewery": the whole message, as these words mean much else.
_PUT_IN = re.compile(
    r"^\W*(?:(?:please|ok|okay|so|and|but|then|yes|no|can (?:you|we)|could (?:you|we))\b\W*)*(?:"
    r"put (?P<what>(?!\d).{2,40}?) (?:back )?(?:in|into it|in(?:to)? (?:the|our|my) plan)|"
    r"(?:i|we)(?:'d)?(?: (?:do|really|still|also|would))* (?:want|(?<=d )like|(?<=d )love) the "
    r"(?P<what2>(?!(?:one|first|second|third|last|other|same|cheap|plan|file|pdf|map|link|picture|"
    r"morning|afternoon|evening|night|day|days|trip|hotel|room|flight|train|budget|weather|rest|"
    r"whole|best|truth|reminder|notice|message|window|bill|menu|poll|vote|calendar|swap|indoor)"
    r"\w*\b)[\w'-]+(?: [\w'-]+){0,2}?)(?: (?:in|in the plan|too|as well|back|please))?)\W*$"
)
_VAGUE = re.compile(r"\bthing(?:y|ie)?$")
_MORE = re.compile(r"\bmore\s+(?:time (?:for|in|at)\s+)?(?P<what>[\w' -]{3,40})")
_FLIGHT_TIME = re.compile(
    r"\b(?:arriv\w*|land\w*|fly\w*|leav\w*|depart\w*) (?:\w+ "
    r"){0,3}(?P<how3>earlier|later)\b|\b(?P<how>earlier|later)\s+(?:return |"
    r"outbound )?(?:flight|plane|departure|arrival|start|train)\b|\b(?:flight|"
    r"plane) (?:is |was )?(?:moved |changed |rebooked )?(?:to "
    r")?(?P<how2>earlier|later)\b"
)
_RAIN = re.compile(
    r"\b(?:rain(?:y)?[ -]?(?:plan|day plan|version|alternative|option|backup|"
    r"proof)|plan b(?: for rain)?|bad weather (?:plan|version|alternative)|"
    r"(?:do|take|make) (?:the|that|this|both|all(?: the)?) swaps?|"
    r"indoor (?:plan|version|alternative|stuff|things|activities|options?)|"
    r"make (?:it|day \d|that day|\w+day) (?:indoors?|rain ?proof)|something "
    r"(?:inside|indoors?)|move (?:it|everything|things) (?:inside|indoors))\b"
)
_COUNT = rf"(?:{NUMBER}|a|an|another|one more)"
_LONGER = re.compile(
    rf"\b(?P<n>{_COUNT})\s+(?:more |extra )?(?P<unit>days?|nights?|"
    rf"weeks?)\s+(?P<how>longer|shorter|more|less|extra|earlier|later)\b"
    rf"|\b(?P<verb>add|stay|extend (?:it |the trip )?by|cut|drop|remove|take "
    rf"off)\s+(?P<n2>{_COUNT})\s+(?:more |extra )?(?P<unit2>days?|nights?|"
    rf"weeks?)\b(?!\s+(?:trip|off|at|to|in|from))"
)
_LONGER_HOW = {
    "longer": ("nights", "+"),
    "more": ("nights", "+"),
    "extra": ("nights", "+"),
    "shorter": ("nights", "-"),
    "less": ("nights", "-"),
    "later": ("start", "+"),
    "earlier": ("start", "-"),
}


_ASKS_FACT = re.compile(r"\W*(?:does|do (?:we|you|they)|did|is|are|was)\b")
_VERB = re.compile(
    r"^\W*(?:(?:please|can you|could you|can we|could we|let's|ok|and|"
    r"hey)\s+)*(?:swap|switch|change|move|push|replace|exchange|shift|reorder|"
    r"rearrange|adjust|shorten|extend)\b|\b(?:start|sleep|get up|begin) "
    r"(?:\w+ )?(?:later|earlier|in)\b"
)


def sounds_like_change(said: Said) -> bool:
    """ "swap the museum and the market": wants a change, but not one we can name."""
    return bool(_VERB.search(said.low))


def find_changes(said: Said, tastes: Tastes, stops: tuple[str, ...], today: date) -> list[Change]:
    """The changes a message asks for, in the order of their weight; empty when it asks for none."""
    low, out = said.low, list[Change]()
    longer = _longer(low)
    if longer:
        return [longer]
    swap = _swap(low, today)
    if swap:
        return [swap]
    move = _move(said, stops, today)
    if move:
        return [move]
    if free := freed(said, today):
        return [free]
    booked = _booked(said, stops)
    if booked:
        return [booked]
    kept = _kept(said, stops)
    if kept:
        return [kept]
    day, on = day_in(said), weekday_in(said, today)
    if _RAIN.search(low):
        return [Change(kind=ChangeKind.INDOOR, day=day, on=on)]
    flight = _FLIGHT_TIME.search(low)
    if flight:
        how = flight["how"] or flight["how2"] or flight["how3"]
        kind = (
            ChangeKind.ARRIVE_AT if re.search(r"arriv|outbound|land", low) else ChangeKind.LEAVE_AT
        )
        return [Change(kind=kind, what=how)]
    named = _named(said, stops, day, on)
    # "skip the aquarium" is about that one stop, not about wildlife.
    one_stop = any(c.kind is ChangeKind.REMOVE and c.what in stops for c in named)
    several = low.count(",") > 1  # then "the last day" belongs to one thing and not to all
    day, on = (None, None) if several else (day, on)
    refused_stop = _no_stop(said, stops)
    if refused_stop and not named:
        return [refused_stop]
    refused = [] if one_stop else [*tastes.dislikes, *tastes.less]
    out += [
        Change(kind=ChangeKind.NO_CATEGORY, what=tag, day=day, on=on)
        for tag in dict.fromkeys(refused)
    ]
    out += _more(low, refused, day, on)
    out += [
        c for c in named if not (refused and c.kind is ChangeKind.REMOVE and fold(c.what) in TAG_OF)
    ]
    if not out or not refused or several:
        if _CHEAPER.search(low):
            out.append(Change(kind=ChangeKind.CHEAPER, day=day, on=on))
        if _SLOWER.search(low) and not any(c.kind is ChangeKind.MORE_OF for c in out):
            out.append(Change(kind=ChangeKind.SLOWER, day=day, on=on))
        elif _FASTER.search(low) and not any(
            c.kind in (ChangeKind.MORE_OF, ChangeKind.ADD) for c in out
        ):
            out.append(Change(kind=ChangeKind.FASTER, day=day, on=on))
    return list(dict.fromkeys(out))


def _booked(said: Said, stops: tuple[str, ...]) -> Change | None:
    """ "The castle is booked": a stop of the plan stays at its time from now on."""
    m = _BOOKED.search(said.low)
    if not m or said.low.lstrip().startswith(("is ", "are ", "has ")):
        return None
    group = "what" if m["what"] else "what2"
    what = stop_named(said.text[m.start(group) : m.end(group)], stops)
    return Change(kind=ChangeKind.BOOKED, what=what) if what in stops else None


def _no_stop(said: Said, stops: tuple[str, ...]) -> Change | None:
    """ "No Rijksmuseum": the name of a stop, told by its capital, and no kind of sights."""
    m = _NO_STOP.search(said.text)
    what = stop_named(m["what"], stops) if m and fold(m["what"]) not in TAG_OF else ""
    return Change(kind=ChangeKind.REMOVE, what=what) if what in stops else None


def _kept(said: Said, stops: tuple[str, ...]) -> Change | None:
    """ "Keep the Louvre": a stop of the plan has to be in from now on."""
    m = _KEEP.fullmatch(said.low)
    what = stop_named(said.text[m.start("what") : m.end("what")], stops) if m else ""
    return Change(kind=ChangeKind.ADD, what=what) if what in stops else None


def _longer(low: str) -> Change | None:
    """ "two days longer" is "nights+2", "a week earlier" is "start-7": the flow knows the dates."""
    m = _LONGER.search(low)
    if not m:
        return None
    n = {"another": 1, "one more": 1}.get(m["n"] or m["n2"]) or number(m["n"] or m["n2"]) or 1
    how = m["how"] or "longer"
    if m["verb"] and m["verb"].startswith(("cut", "drop", "remove", "take")):
        how = "shorter"
    days = 7 * n if (m["unit"] or m["unit2"]).startswith("week") else n
    what, sign = _LONGER_HOW[how]
    return Change(kind=ChangeKind.SHIFT_DATES, what=f"{what}{sign}{days}")


def _swap(low: str, today: date) -> Change | None:
    m = _SWAP.search(low)
    if not m:
        return None
    one, on = _day_of(m, "a", today)
    two, on2 = _day_of(m, "b", today)
    if on and on2:
        if on2 < on:
            on2 += timedelta(7)
        return Change(kind=ChangeKind.SWAP_DAYS, on=on, what=m["bw"])
    return Change(kind=ChangeKind.SWAP_DAYS, day=one, other_day=two, on=on or on2)


def _day_of(m: re.Match[str], prefix: str, today: date) -> tuple[int | None, date | None]:
    if m[prefix + "w"]:
        return None, next_weekday(WEEKDAYS[m[prefix + "w"]], today - timedelta(1))
    if m[prefix + "o"]:
        return (-1 if m[prefix + "o"] == "last" else ORDINALS[m[prefix + "o"]]), None
    return number(m[prefix + "n"] or m[prefix + "n2"]), None


def _move(said: Said, stops: tuple[str, ...], today: date) -> Change | None:
    m = _MOVE.search(said.low)
    if not m:
        return None
    what = stop_named(said.text[m.start("what") : m.end("what")], stops)
    if m["verb"] in ("do", "have", "see", "visit") and what not in stops:
        return None
    if m["rel"]:
        return Change(kind=ChangeKind.MOVE, what=what, on=today + timedelta(m["rel"] == "tomorrow"))
    if m["w"]:
        return Change(
            kind=ChangeKind.MOVE, what=what, on=next_weekday(WEEKDAYS[m["w"]], today - timedelta(1))
        )
    day = number(m["n"]) if m["n"] else ORDINALS.get(m["o"], -1)
    return Change(kind=ChangeKind.MOVE, what=what, day=day)


def _more(low: str, refused: list[str], day: int | None, on: date | None) -> list[Change]:
    out = []
    for m in _MORE.finditer(low):
        if re.search(r"\b(?:no|any|not)\s+$", low[: m.start()]):
            continue
        for word in (
            (m["what"].strip(), " ".join(m["what"].split()[:2]), m["what"].split()[0])
            if m["what"].strip()
            else ()
        ):
            tag = TAG_OF.get(word)
            if tag and tag not in refused:
                out.append(Change(kind=ChangeKind.MORE_OF, what=tag, day=day, on=on))
                break
    return out


def _named(said: Said, stops: tuple[str, ...], day: int | None, on: date | None) -> list[Change]:
    out: list[Change] = []
    for pattern, kind in (
        (_TAKE_OUT, ChangeKind.REMOVE),
        (_REMOVE, ChangeKind.REMOVE),
        (_ADD, ChangeKind.ADD),
        (_PUT_IN, ChangeKind.ADD),
    ):
        m = pattern.search(said.low)
        if not m or any(c.kind is kind for c in out):
            continue
        group = "what" if m["what"] else "what2"
        words = said.text[m.start(group) : m.end(group)]
        cut = re.search(
            r"(?:,| and| but)\s+(?:add|also|drop|remove|skip|include|put|move|we|i)\b", fold(words)
        )
        words = words[: cut.start()] if cut else words
        words, *others = _listed(words)
        clause = Said(re.split(r"[,;.]", said.text[m.start() :])[0])
        day, on = (day_in(clause), on) if others or "," in said.low else (day, on)
        bare = without_tail(words)
        several = fold(bare) in TAG_OF and fold(bare).endswith("s")
        if several and kind is ChangeKind.REMOVE and bare not in stops:
            out.append(Change(kind=ChangeKind.NO_CATEGORY, what=TAG_OF[fold(bare)], day=day, on=on))
            continue
        what = stop_named(bare, stops if kind is ChangeKind.REMOVE and not several else ())
        if kind is ChangeKind.ADD and (known := stop_named(bare, stops)) in stops:
            what = known  # "can we also see the castle" is that stop, and not all history
        if not what or fold(what) in (
            "it",
            "that",
            "this",
            "more",
            "day",
            "me",
            "trip",
            "plan",
            "days",
            "the",
        ):
            continue
        if kind is ChangeKind.ADD and (fold(what).startswith("more") or _ASKS_FACT.match(said.low)):
            continue
        if day and re.fullmatch(r"day \w+|\w+ day", fold(what)):
            what = ""  # the whole day
        if kind is ChangeKind.ADD and fold(what) in TAG_OF:
            out.append(Change(kind=ChangeKind.MORE_OF, what=TAG_OF[fold(what)], day=day, on=on))
            continue
        out.append(Change(kind=kind, what=what, day=day, on=on))
        if kind is ChangeKind.REMOVE:
            named = [stop_named(without_tail(w), stops) for w in others]
            out += [Change(kind=kind, what=w) for w in named if w in stops and w != what]
    return out


_BETWEEN = re.compile(r"[,;]\s+(?:and\s+)?|\s+(?:and|&)\s+(?=the\b)", re.I)


def _listed(words: str) -> list[str]:
    """The things of a list, the first with "and" where that may be a part of its name."""
    parts = [part.strip() for part in re.split(_BETWEEN, words) if part.strip()]
    named = [part for part in parts if not _VAGUE.search(fold(part))]
    return named or parts  # "that lib thing, the bookshop" is the bookshop
