"""Votes and decisions: "I vote for Porto", "Porto over Rome", "what did we decide?"."""

from __future__ import annotations

import re
from datetime import date

from rapidfuzz import fuzz

from adapters.models.reader.decided import decision
from adapters.models.reader.polls import AND, TRIM, poll_asked
from adapters.models.reader.spots import PlaceNames
from adapters.models.reader.text import Said, fold
from core.groups.asking import VoteSaid
from core.reading import Intent, ReadingContext, Request

_VOTE = re.compile(
    r"^(?:ok(?:ay)?,? |so,? |well,? )*"
    r"(?:i(?:'m| am)?(?:'d| would| will|'ll)? ?(?:now |also |rather |like to |want to |wanna )?"
    r"(?:vot(?:e|ing|ed)|change my vote|switch)(?: now)? ?(?:for|to|on)?"
    r"|my (?:new )?(?:vote|votes|ballot|choice|pick|ranking)s?(?: is| are| goes to| go to|:| for)?"
    r"|(?:put me (?:down )?|count me )for|i(?:'m| am) for|\+1(?: for| to)?|vote(?: for|:)?)"
    r"\s*:?\s+(?P<what>.+)$"
)
_ORDER = re.compile(
    r"\s*(?:>|,|;|\bover\b|\bbefore\b|\bthen\b|\band then\b|\bthan\b)\s*(?:then\b\s*)?"
)
_FIRST = re.compile(
    r"^(?:first(?:ly)? |1\. ?)|\s+(?:is |comes )?(?:first|second|third|last)\s*$", re.I
)
_UNVOTE = re.compile(
    r"^(?:please )?(?:(?:take|withdraw|remove|delete|retract|cancel)(?: back)? my vote(?: back)?|"
    r"unvote|i abstain|i don'?t want to vote)\W*$"
)
_DONE = re.compile(r"^(?:done|i'?m done|that'?s my (?:vote|ranking|choice)s?)( voting)?\W*$")
_CLOSE = re.compile(
    r"^(?:please |let'?s |ok(?:ay)?,? )*(?:close|end|finish|stop|count)(?: up)? "
    r"(?:the |this |our )?"
    r"(?:poll|vote|votes|voting|ballot)s?(?: now| please)?\W*$|"
    r"^(?:voting|the (?:poll|vote)) is over\W*$"
)
_CLOSE_IT = re.compile(r"^(?:please |ok(?:ay)?,? )?(?:close|end) (?:it|this)(?: now| please)?\W*$")
_CANCEL = re.compile(
    r"^(?:please )?(?:cancel|drop|scrap|delete|forget) (?:the |this |our )?(?:poll|vote|voting)"
    r"(?: please)?\W*$"
)
_RUNOFF = re.compile(
    r"^(?:please |ok(?:ay)?,? |yes,? )*(?:let'?s (?:do|have) )?(?:start |do )?(?:a |the )?"
    r"run[ -]?off(?: vote| poll)?(?: please| now)?\W*$|"
    r"^(?:(?:can|could|shall|should) we |let'?s )?vote again\W*$"
)
_STATUS = re.compile(
    r"\b(?:how|what)(?:'s| is| does| do| are)? (?:the |our )?"
    r"(?:vote|poll|votes|polls|voting)\b.{0,20}"
    r"(?:stand|going|so far|look|status|results?)|"
    r"^(?:the )?(?:poll|vote|voting) (?:status|results?|standings?)\W*$|"
    r"\bwho (?:has|hasn'?t|has not|did|didn'?t|did not)(?: already| yet)? voted?\b|"
    r"\b(?:can|may|could|how (?:do|can)) (?:i|we) (?:still )?change (?:my|our) votes?\b|"
    r"^(?:and )?(?:who(?:'s| is)|what(?:'s| is)|which(?: one)? is) (?:winning|ahead|"
    r"leading|in front)\W*$|\b(?:open|running) (?:polls?|votes?)\b|"
    r"\bresults? (?:of the (?:poll|vote) )?so far\b"
)
_DECIDED = re.compile(
    r"\bwhat (?:did we|have we|had we|was|has been|were) (?:all |already |actually |been )?"
    r"(?:decided?|agreed?(?: on)?|settled?(?: on)?|chosen?|choose|voted?(?: for| on)?)\b|"
    r"^(?:show |list )?(?:me )?(?:the |our |all )?(?:decisions?|decision ledger)(?: so far)?\W*$|"
    r"^(?:and |so )?(?:who|what|which(?: one)?)(?: has)? won\W*$|"
    r"\bwhat (?:are|were) (?:the |our )decisions\b|\b(?:did|have) we (?:already )?decided? "
    r"(?:anything|something)\b"
)
_WHY_DECIDED = re.compile(
    r"\b(?:why|how|when) (?:did|have|had) we (?:all |end up )?"
    r"(?:choose|chosen|choosing|pick|picked|decided? (?:on|for)|decide|go(?:ing)? (?:for|with)|"
    r"settled? (?:on|for)|agreed? on)"
    r"\s+(?P<what>[^?]+)|\bwho (?:decided|chose|picked|voted for)(?: on| for)?\s+(?P<who>[^?]+)"
)
_CATCH_UP = re.compile(
    r"\b(?:catch me up|fill me in|bring me up to (?:date|speed)|get me up to (?:date|speed)|"
    r"what did i miss|what have i missed|what(?:'s| is| has been)? happened (?:since|while)|"
    r"what(?:'s| is) new (?:here|since)|summari[sz]e what (?:we|i|has))\b|^what(?:'s| is) new\W*$"
)
# Without one of these a message is none of ours, unless a poll is open.
_GATE = frozenset(
    "vote votes voting voted poll polls ballot ballots runoff run decide decided decision "
    "decisions deciding agree agreed choose choosing chose chosen pick picked settle settled go "
    "going miss missed won winning ahead leading catch fill bring get happened new summarise "
    "summarize".split()
)


def voting(said: Said, context: ReadingContext, names: PlaceNames) -> Request | None:
    """What concerns votes and decisions; None for everything else."""
    if not (said.bag & _GATE or context.polling or context.polled):
        return None
    low = said.low.strip()
    if (vote := _vote(said, context, names)) is not None:
        return vote
    if _RUNOFF.search(low):
        vote_said = VoteSaid(how="runoff")
        return Request(intent=Intent.POLL, confidence=0.95, vote=vote_said)
    if (ask := poll_asked(said, context, names)) is not None:
        return Request(intent=Intent.POLL, confidence=0.95, poll=ask)
    if _STATUS.search(low):
        return Request(intent=Intent.POLL, confidence=0.9, about="status")
    if _CANCEL.search(low):
        return Request(intent=Intent.CLOSE_POLL, confidence=0.9, about="cancel")
    if _CLOSE.search(low) or (context.polling and _CLOSE_IT.search(low)):
        return Request(intent=Intent.CLOSE_POLL, confidence=0.9)
    return _ledger(said, context, names)


def _ledger(said: Said, context: ReadingContext, names: PlaceNames) -> Request | None:
    low = said.low.strip()
    if _CATCH_UP.search(low):
        return Request(intent=Intent.CATCH_UP, confidence=0.9, on=_since(said, context.today))
    if (m := _WHY_DECIDED.search(low)) is not None:
        group = "what" if m["what"] else "who"
        about = said.text.strip()[m.start(group) : m.end(group)].strip(TRIM)
        return Request(intent=Intent.DECIDED, confidence=0.9, about=about)
    if _DECIDED.search(low):
        return Request(intent=Intent.DECIDED, confidence=0.9)
    if (ask := decision(said, context, names)) is not None:
        return Request(intent=Intent.DECIDED, confidence=0.85, poll=ask)
    return None


_BACK = re.compile(
    r"\bsince (?:(?P<yesterday>yesterday)|(?:last )?"
    r"(?P<day>monday|tuesday|wednesday|thursday|friday|saturday|sunday)|"
    r"(?P<today>this morning|today))\b"
)
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()


def _since(said: Said, today: date) -> date | None:
    """The past day of "since Monday"; today itself for "since today"."""
    m = _BACK.search(said.low)
    if m is None:
        return None
    if m["today"]:
        return today
    back = 1 if m["yesterday"] else (today.weekday() - _DAYS.index(m["day"])) % 7 or 7
    return date.fromordinal(today.toordinal() - back)


# --- a vote ------------------------------------------------------------------------------------


# While a vote is open: "no wait, Porto", "Porto for me too", "same as Ben".
_AGAIN = re.compile(
    r"^(?:(?:(?:no|nah)(?=[,.!;]| (?:wait|sorry|actually|make))|wait|actually|sorry|oops|oh|hmm+|"
    r"ok(?:ay)?|well|then|but|and|yes|yeah|rather|make (?:it|that|mine)|on second thoughts?|"
    r"(?:i(?:'ve| have|'m| am)? )?chang(?:e|ed|ing) my mind(?: to)?|i(?:'d)? "
    r"(?:prefer|choose|pick|take|want)|i'd (?:like|say)|switch(?: me)? to)\b[\s,.:;!-]*)+"
)
_ALSO = re.compile(
    r"(?:[\s,]+(?:(?:for|from) me|too|as well|also|pls|please|then|instead|after all|it is))+\W*$"
)
# "not sushi", "anything but sushi": no vote for it, whatever else it is.
_AGAINST = re.compile(
    r"(?:please |but |just |i(?:'m| am) )*(?:not|against|anything but|everything but|"
    r"i (?:don'?t|do not) (?:want|like)|i hate|i(?:'d| would) rather not(?: have)?)(?: for)?"
    r"(?: the)? (?P<what>[^,]+)"
)
_ABSTAIN = re.compile(
    r"(?:i (?:don'?t|do not) (?:care|mind)|no (?:preference|opinion)|i(?:'m| am) (?:easy|fine with "
    r"(?:both|all|any(?:thing)?))|(?:both|all|either|any(?:thing)?)(?: (?:one )?(?:is|are|would "
    r"be) (?:fine|ok|okay|good))(?: (?:with|for|by) me)?|whatever|doesn'?t matter(?: to me)?|idk|"
    r"i don'?t know|no idea)\W*"
)
_SAME = re.compile(
    r"(?:me too|me 2|mee? ?too+|\+ ?1|same|same here|same for me|ditto|likewise|"
    r"(?:(?:the )?same (?:as|like)|what(?:ever)?|i(?:'m| am) with|i agree with|(?:like|as)) "
    r"(?P<who>(?!me\b|you\b|it\b|that\b|this\b)[^\W\d_][\w'.-]*?)"
    r"(?: (?:said|says|voted|votes|chose|did|wants|likes|picks))?)\W*"
)


def _vote(said: Said, context: ReadingContext, names: PlaceNames) -> Request | None:
    text = said.text.strip()
    options = (*context.polling, *context.polled)
    if not options or "?" in text:
        return None
    if context.polling:
        again = _AGAIN.match(fold(text))
        text = text[again.end() :] if again and text[again.end() :].strip(TRIM) else text
        if (same := _SAME.fullmatch(fold(text))) is not None:
            who = text[same.start("who") : same.end("who")] if same["who"] else ""
            vote = VoteSaid(how="same", names=(who,) if who else ())
            return Request(intent=Intent.VOTE, confidence=0.85, vote=vote)
        text = _ALSO.sub("", text) or text
    low = fold(text)
    if context.polling and _ABSTAIN.fullmatch(low):
        return Request(intent=Intent.VOTE, confidence=0.8, vote=VoteSaid(how="against"))
    if (no := _AGAINST.fullmatch(low)) is not None and context.polling:
        refused = [
            named_option(p, context.polling, names) for p in _ordered(text[no.start("what") :])
        ]
        if refused and all(refused):
            against = VoteSaid(how="against", names=tuple(refused))
            return Request(intent=Intent.VOTE, confidence=0.9, vote=against)
    if _UNVOTE.search(low):
        return Request(intent=Intent.VOTE, confidence=0.95, vote=VoteSaid(how="unvote"))
    if _DONE.search(low) and context.polling:
        return Request(intent=Intent.VOTE, confidence=0.8, vote=VoteSaid(how="done"))
    m = _VOTE.search(low)
    if m is None:
        options = context.polling  # bare words are a vote only while there is one
    what = text[m.start("what") : m.end("what")] if m else text
    named = [named_option(p, options, names) for p in _ordered(what)]
    if named and all(named):
        return _voted([n for n in named if n], 0.95)
    whole = named_option(what, options, names)
    if whole:
        return _voted([whole], 0.95)
    if m is None:
        return None
    # "I vote for Paris" in a poll without Paris: its flow says what there is to vote for.
    return _voted([n or p.strip(TRIM) for n, p in zip(named, _ordered(what), strict=False)], 0.8)


def _voted(names: list[str], confidence: float) -> Request:
    unique = tuple(dict.fromkeys(names))
    return Request(
        intent=Intent.VOTE, confidence=confidence, vote=VoteSaid(how="words", names=unique)
    )


def _ordered(what: str) -> list[str]:
    low, at, found = fold(what), 0, []
    for m in _ORDER.finditer(low):
        found.append(what[at : m.start()])
        at = m.end()
    found.append(what[at:])
    if len(found) == 1:
        found = AND.split(what)
    return [f for f in (_FIRST.sub("", f) for f in found) if f.strip(TRIM)]


def named_option(words: str, options: tuple[str, ...], names: PlaceNames) -> str:
    """The option that the words name, with one typo at most or as the same place in another
    language; empty when none does, or two do."""
    wanted = re.sub(r"^(?:the|option)\s+|\s+please$", "", fold(words).strip(TRIM))
    if not wanted:
        return ""
    for option in options:
        if fold(option) == wanted:
            return option
    close = {o for o in options if len(wanted) > 3 and fuzz.ratio(fold(o), wanted) >= 86}
    if len(close) == 1:
        return close.pop()
    if close or not (meant := names.find(wanted)):
        return ""
    same = {o for o in options if (hits := names.find(fold(o))) and hits[0].id == meant[0].id}
    return same.pop() if len(same) == 1 else ""
