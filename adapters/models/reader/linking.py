"""Joining accounts: "link my accounts", "link 7F3K-Q2MD", "link yes", "unlink Slack"."""

from __future__ import annotations

import re
from typing import Literal

from adapters.models.reader.talk import saying
from adapters.models.reader.text import Said
from core.linking import CODE, LOOSE_CODE, LinkSaid
from core.reading import Intent, ProfileEdit, ReadingContext, Request

_START = re.compile(
    r"(?:(?:i want to|i'd like to|can i|can you|please|how do i|how can i|let me) )*"
    r"(?:link|connect|join|pair|merge) (?:(?:up )?(?:my|our|the|this|another|an|more|other|all) )*"
    r"(?:accounts?|chats?|platforms?|telegram|slack|profiles?|identit(?:y|ies))"
    r"(?: (?:to|with|and|on|account|telegram|slack|my|the|other|chats?|together|please))*|"
    r"(?:show |which are |what are )?(?:my )?(?:linked|connected) (?:accounts|chats)|link"
)
_UNLINK = re.compile(
    r"(?:please )?(?:unlink|disconnect|unpair|separate)(?: (?:my|this|the|our|from))*"
    r"(?: (?P<what>accounts?|chats?|everything|all|it|telegram|slack|web|api|console))?"
    r"(?: (?:accounts?|chats?|please))*"
)
_ANSWER = re.compile(r"link,? (?P<yes>yes|ok|confirm|no|cancel)")
_REACH = re.compile(
    r"(?:please )?(?:reach|message|notify|text|tell|contact|write(?: to)?|remind) me (?:(?:only|"
    r"rather|always|best|later) )*(?:on|via|by|over|in|through) "
    r"(?P<where>telegram|slack)(?: please| then)?"
)
# What is no code of ours, but was meant as one: an O for a Q, a letter too much.
_MISREAD = re.compile(r"link (?:code )?(?P<code>(?=[a-z0-9 -]*\d)[a-z0-9]{3,5}[- ]?[a-z0-9]{3,5})")
_WITH_CODE = re.compile(r"\b(?:link|code|connect|pair|join)\b")


def linking(said: Said, context: ReadingContext) -> Request | None:
    """What a message says about joined accounts."""
    if m := _REACH.fullmatch(re.sub(r"\s+", " ", said.low.strip(" .!?"))):
        edit = ProfileEdit(key="reach", value=m["where"].capitalize())
        return Request(intent=Intent.PROFILE, confidence=0.95, edits=(edit,))
    link = _link(said)
    if link is None and context.asked == "link":
        answer = saying(said)
        kinds: dict[Intent | None, Literal["yes", "no"]] = {Intent.YES: "yes", Intent.NO: "no"}
        link = LinkSaid(kind=kinds[answer]) if answer in kinds else None
    return Request(intent=Intent.LINK, confidence=1, link=link) if link is not None else None


def _link(said: Said) -> LinkSaid | None:
    core = re.sub(r"\s+", " ", said.low.strip(" .!?/"))
    if m := _ANSWER.fullmatch(core):
        return LinkSaid(kind="no" if m["yes"] in ("no", "cancel") else "yes")
    if m := _UNLINK.fullmatch(core):
        what = m["what"] or ""
        known = what in ("telegram", "slack", "web", "api", "console")
        return LinkSaid(kind="unlink", platform=what if known else "")
    code = CODE.search(said.text)
    if code is None and _WITH_CODE.match(core):
        code = LOOSE_CODE.search(said.text, len("link"))
        code = code if code and len(said.words) <= 4 else None
    if code is not None and (code.group() == said.text.strip(" .!") or _WITH_CODE.search(core)):
        return LinkSaid(kind="code", code=code.group())
    if m := _MISREAD.fullmatch(core):
        return LinkSaid(kind="code", code=m["code"])
    return LinkSaid(kind="start") if _START.fullmatch(core) else None
