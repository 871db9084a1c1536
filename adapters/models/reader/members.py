"""Who is in: "count me in", "I'm out", "who is coming?", "add my mother Eva"."""

from __future__ import annotations

import re
from collections.abc import Collection

from adapters.models.reader.ordinary import is_ordinary
from adapters.models.reader.text import Said, fold
from core.reading import GuestEdit, Intent, ReadingContext, Request

_EDGE = r"(?:(?:ok|okay|yes|hey|well|sorry|so|and|alright)[ ,!.]+)*"
_END = r"(?:[ ,]+(?:too|as well|please|then|now|thanks|guys|folks|everyone|all))*[ .!]*"
_TRIP = r"(?: (?:for|on|of|to|in|with) (?:this|the|our|that) (?:trip|plan|group|one|journey))?"
_JOIN = re.compile(
    rf"{_EDGE}(?:count me (?:back )?in|i'?m (?:back )?in|im (?:back )?in|i'?m in again|i am in|"
    rf"i'?ll (?:come|join)(?: along| you)?|"
    rf"i'?m (?:coming|joining)(?: along| with you| you)?|i(?:'d love to| want to| wanna| would "
    rf"like to) (?:join|come)(?: along)?(?: you)?|add me|sign me up|i'?ll be there|join|"
    rf"let me join|(?:can|could|may) i (?:come|join)(?: you| along| with you| too| as well)*\??)"
    rf"{_TRIP}{_END}"
)
# Right after somebody else was let in, while nothing is voted on.
_ME_TOO = re.compile(r"(?:yes,? |and )*(?:me (?:too|2|also)|same(?: here)?|\+ ?1|so am i)[ .!]*")
_LEAVE = re.compile(
    rf"{_EDGE}(?:unfortunately,? |sadly,? )?(?:count me out|i'?m out|im out|i am out|i'?m not "
    rf"coming(?: along)?|i (?:can'?t|cannot|won'?t) (?:come|join|make it)(?: along)?(?: any ?more|"
    rf" after all)?|i won'?t be (?:there|coming)|"
    rf"(?:please )?(?:remove|take) me(?: out| off)?|i have to (?:cancel|drop out)|i'?m dropping out"
    rf"|i(?:'d| would) rather not come|i'?m leaving (?:the|this) (?:trip|group))"
    rf"{_TRIP}{_END}"
)
_WHO = re.compile(
    rf"{_EDGE}(?:who(?: else)?(?:'?s| is| all is| are)?(?: else)? (?:in|coming|going|joining|"
    rf"travell?ing|part of (?:this|the trip|it)|in the (?:group|party)|on the (?:trip|list))"
    rf"(?: along| with us)?|who else|who(?: else)? (?:comes|goes|travels)(?: along| with us)?|"
    rf"who (?:have|do) we (?:got|have)(?: so far)?|"
    rf"(?:show|list) (?:the |all )?(?:members|participants|travell?ers)|members|participants|"
    rf"how many are we|who(?:'s| is) in so far)(?: so far| now)?{_TRIP}[ ?.!]*"
)
_IS_IN = re.compile(
    rf"{_EDGE}(?:is|are) (?P<name>[^\W\d_][\w'-]*) (?:also )?(?:in|coming|going|joining|with us)"
    rf"(?: along| with us| too| as well)?{_TRIP}(?: or not)?[ ?.!]*"
)
_RELATIVE = (
    r"(?:mother|mum|mom|father|dad|sister|brother|son|daughter|wife|husband|partner|girlfriend|"
    r"boyfriend|friend|cousin|aunt|uncle|grandmother|grandma|grandfather|grandpa|colleague|"
    r"roommate|fiancee?|niece|nephew|neighbou?r|flatmate)"
)
_NAME = r"[^\W\d_][\w'’.-]{0,30}(?: (?!and\b|comes?\b|is\b|joins?\b|to\b|as\b|in\b)[A-Z][\w'’-]+)?"
_MY = rf"(?P<my>(?i:my|our) (?:best |old |little |big )?(?i:{_RELATIVE}),? (?i:called |named )?)"
_GROUP = r"(?i:to|into) (?i:the|our|this) (?i:trip|group|party|list|travell?ers|plan)"
# A bare "add Eva" may be a sight; with a relative, or a place to be added to, it is a person.
_ADD = re.compile(
    rf"(?i:add|bring|include|count|invite) (?:{_MY}(?P<a>{_NAME})(?i: along| in| too| {_GROUP})*|"
    rf"(?P<b>{_NAME}) (?i:in|as a guest|as a member|{_GROUP})(?i: too)?)[ .!]*"
)
_COMES = re.compile(
    rf"(?:{_MY}(?P<a>{_NAME})|(?P<b>{_NAME})) "
    r"(?i:is coming(?: along| too| with (?:us|me))*|comes (?:along|with (?:us|me)|too)|"
    r"(?:will )?joins? us(?: too)?|will come(?: along| with us| too)*|is in too|is also coming)"
    r"[ .!]*"
)
# "add my dad and my sister Lena": each with a relative's word, or a name after one.
_ADD_SOME = re.compile(
    rf"(?i:add|bring|include|count|invite) (?P<who>(?i:my|our) .{{2,80}}?)"
    rf"(?i: along| in| too| {_GROUP})*[ .!]*"
)
_ONE_OF_SOME = re.compile(
    rf"(?:(?i:my|our) (?i:best |old |little |big )?(?P<r>{_RELATIVE})|{_MY}(?P<a>{_NAME})|"
    r"(?P<b>[A-ZÀ-Þ][\w'’-]{1,30}))"
)
_GOES = re.compile(
    rf"(?:{_MY}(?P<a>{_NAME})|(?P<b>{_NAME})) "
    r"(?i:is not coming(?: along)?|isn['’]?t coming(?: along)?|is out|can(?:['’]?t|not) (?:come|"
    r"join|make it)|won['’]?t (?:come|join|be coming)|does not come|doesn['’]?t come)"
    r"(?i: any ?more| after all| this time)?[ .!]*"
)
_REMOVE = re.compile(
    rf"(?i:remove|take out|drop|uninvite|kick(?: out)?) (?:{_MY})?(?P<a>{_NAME})(?i: out)?"
    rf"(?P<from> (?i:from|off) (?i:the|our|this) (?i:trip|group|party|list))?[ .!]*"
)
_NOBODY = frozenset(
    "i we you he she it they everybody everyone nobody who that this there what which me us him "
    "her them somebody someone rain snow summer winter".split()
)


def members(said: Said, context: ReadingContext) -> Request | None:
    """A message about who takes part, and about nothing else."""
    if len(said.text) > 120:
        return None
    for pattern, intent in ((_JOIN, Intent.JOIN), (_LEAVE, Intent.LEAVE), (_WHO, Intent.MEMBERS)):
        if pattern.fullmatch(said.low):
            return Request(intent=intent, confidence=0.95)
    if _ME_TOO.fullmatch(said.low) and any(fold(o) == "count me in" for o in context.offered):
        return Request(intent=Intent.JOIN, confidence=0.9)
    asked = _IS_IN.fullmatch(said.low)
    if asked and asked["name"] not in _NOBODY and not is_ordinary(asked["name"]):
        return Request(intent=Intent.MEMBERS, confidence=0.9)
    edits = _guests(said.text, context) or _some(said.text)
    return Request(intent=Intent.MEMBERS, confidence=0.9, guests=edits) if edits else None


def _guests(text: str, context: ReadingContext) -> tuple[GuestEdit, ...]:
    known = {fold(name) for name in (*context.guests, *context.people)}
    for pattern in (_ADD, _COMES):
        found = pattern.fullmatch(text)
        if found and (name := _name(found)):
            return (GuestEdit(name=name),)
    for pattern in (_GOES, _REMOVE):
        found = pattern.fullmatch(text)
        name = _name(found, known) if found else ""
        sure = found and (found["my"] or fold(name) in known or found.groupdict().get("from"))
        if name and sure:
            return (GuestEdit(name=name, remove=True),)
    return ()


def _some(text: str) -> tuple[GuestEdit, ...]:
    """Several at once, or a relative without a name, who is called what they are."""
    added = _ADD_SOME.fullmatch(text)
    if added is None:
        return ()
    pieces = [_ONE_OF_SOME.fullmatch(p) for p in re.split(r"\s*(?:,|&|\band\b)\s*", added["who"])]
    names = [p["r"] or p["a"] or p["b"] for p in pieces if p is not None]
    if len(names) < len(pieces):
        return ()
    return tuple(GuestEdit(name=name) for name in names)


def _name(found: re.Match[str], known: Collection[str] = ()) -> str:
    """The name as it was written; empty when it is no name ("everybody is coming")."""
    name = (found.groupdict().get("a") or found.groupdict().get("b") or "").strip(" .!")
    if fold(name.split(" ")[0]) in _NOBODY if name else True:
        return ""
    sure = bool(found["my"]) or fold(name) in known
    return name if name[0].isupper() or sure else ""
