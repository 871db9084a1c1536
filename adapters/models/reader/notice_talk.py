"""Short words about notices that name none: "turn them back on", "you write too much", "enough"."""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process

from adapters.models.reader.notice_words import EDGE, END, NOTE
from core.notices.asking import NoticesSaid
from core.reading import ReadingContext

_THEM = r"(?:them|it|that|those|these|this|everything|all|all of (?:them|it)|the lot)"
_LEAD = rf"(?:(?:no|nope|nah|oops|sorry|hm+|wait|but|sorry)[ ,.!]+)*{EDGE}"
_BACK = re.compile(
    rf"{_LEAD}(?:(?:turn|switch|put) {_THEM} (?:back on|on again|on|back)|"
    rf"(?:turn|switch) (?:back )?on {_THEM}|(?:start|resume|restart|continue|enable|unmute|bring"
    rf"(?: back)?|restore) {_THEM}(?: back| again)*|bring {_THEM} back|"
    rf"(?:i(?:'d like to| want to|'ll)? )?keep {_THEM}(?: on| coming)?|leave {_THEM} on|"
    rf"(?:don't|do not|dont) (?:stop|mute|turn off)(?: {_THEM})?(?: off)?|"
    rf"(?:back )?on again|back on|(?:start|go) (?:again|on)|resume|unpause|"
    rf"continue|"
    rf"i (?:do )?want {_THEM}(?: back| again)*|keep going|(?:give|send)(?: me| us)? {_THEM}"
    rf"(?: back| again)+|on){END}"
)
_UNDO = re.compile(
    rf"{_LEAD}(?:(?:i(?:'ve| have)? )?changed my mind|never ?mind(?: that)?|nvm|as (?:it was )?"
    rf"before|like before){END}"
)
_SURE_BACK = re.compile(
    rf"{_LEAD}(?:start|begin|resume|continue|go on|keep)(?: again)? "
    rf"(?:writing|sending|messaging|texting|notifying)(?: to)?(?: me| us)?(?: {NOTE})?"
    rf"(?: again)?{END}"
)
_STOP = re.compile(
    rf"{_LEAD}(?:stop(?: (?:it|this|that|these|those|them))?|enough(?: (?:of (?:this|that|these)|"
    rf"already))?|no more(?: of (?:this|that|these|those|them))?|not interested|quit|mute|"
    rf"(?:turn|switch) (?:it|this|that|these|them) off|unsubscribe(?: me)?|"
    rf"i (?:don't|do not|dont) (?:want|need) (?:this|that|these|those|them)){END}"
)
_SURE_STOP = re.compile(
    rf"{_LEAD}(?:stop (?:bugging|bothering|spamming|texting|messaging|writing|pinging|notifying|"
    rf"annoying|disturbing|contacting|waking)(?: to)?(?: me| us)?(?: up)?(?: (?:with|all) .{{1,20}}"
    rf")?|stop sending(?: me| us)? (?:stuff|things|anything|these|this|all (?:this|these|that))|"
    rf"(?:don't|do not|dont|never) (?:message|write|text|notify|ping|bother|bug|spam|contact)"
    rf"(?: to)?(?: me| us)(?: (?:by yourself|unasked|any ?more|ever(?: again)?|again))?|"
    rf"i (?:don't|do not|dont) (?:want|need) (?:any |your |more |these )*"
    rf"(?:notices|notifications|messages|updates|reminders)(?: from you)?){END}"
)
_HUSH = re.compile(rf"{_LEAD}(?:shut up|hush|sh+|be (?:quiet|silent)|silence|quiet){END}")
_LESS = re.compile(
    rf"{_LEAD}(?:(?:that's |that is |this is |there are |these are |way |far |i get |you send "
    rf"(?:me |us )?)*(?:too many|so many) (?:notices|notifications|messages|updates|reminders|"
    rf"alerts|pings)|(?:you(?:'re| are)? )?(?:write|text|message|send|talk|ping|notify|writing|"
    rf"texting|messaging|sending)(?: to)?(?: me| us)?(?: way| far)? (?:too (?:much|often|many)|so "
    rf"(?:much|often))(?: (?:messages|notices|notifications|stuff))?|"
    rf"(?:fewer|less) (?:notices|notifications|messages|updates|reminders|alerts|pings|often)|"
    rf"(?:write|text|message|send)(?: to)?(?: me| us)? (?:less(?: often)?|fewer "
    rf"(?:notices|messages|notifications))|you(?:'re| are) spamming(?: me| us)?){END}"
)
_ONCE = re.compile(
    rf"{_LEAD}(?:(?:send|give|write)(?: to)?(?: me| us)? )?(?:(?:only|just|at most) )?"
    rf"(?:(?:the |a |one )?(?:digest|summary|message|notice)(?: only)?,? )?"
    rf"(?:once|one|1|one time) (?:a|per|each|every) day(?: (?:is|would be) (?:enough|fine|ok))?"
    rf"(?: only)?{END}"
)
_DIGEST = re.compile(r"\b(?:send|give|write|digest|summary|message|notice|enough|at most)\b")
_WHEN = re.compile(
    rf"{EDGE}(?:(?:and )?when (?:do|will|would|are) (?:you|i|we) (?:next )?(?:write|message|text|"
    rf"notify|tell|send|hear|get|be told|writing|messaging)(?: from you| to)?(?: me| us)?"
    rf"(?: (?:the|my|a))?(?: next)?(?: {NOTE})?(?: next| again| by yourself| unasked)?|"
    rf"what (?:do|will|would) you (?:write|message|tell|send)(?: to)?(?: me| us)?(?: next)?"
    rf"(?: by yourself| unasked)?|(?:what|which) {NOTE} (?:do|will|would|am|are|can) (?:i|we) "
    rf"(?:going to )?(?:get|receive|expect|still get))[ ?]*{END}"
)
_TOO_EARLY = re.compile(
    rf"{_LEAD}(?:(?:that's |that is |this is )?(?:too|so|very) (?:early|late)|not (?:so|that|too) "
    rf"(?:early|late))(?: in the (?:morning|evening)| at night)?{END}"
)
_VOCABULARY = (
    "notifications notification notices notice messages message reminders reminder weather events "
    "warnings severe alerts updates packing morning briefs unsubscribe snooze unsnooze unmute "
    "quiet hours stop start turn mute sending please until"
).split()
TYPO = 82  # from here on a word may be one of these, mistyped


def follow_up(low: str, context: ReadingContext) -> NoticesSaid | None:
    """What is said of notices without naming any."""
    if _SURE_BACK.fullmatch(low):
        return NoticesSaid(do="start")
    if _SURE_STOP.fullmatch(low):
        return NoticesSaid(do="stop")
    if _LESS.fullmatch(low):
        return NoticesSaid(do="less")
    if _ONCE.fullmatch(low) and (context.notices or _DIGEST.search(low)):
        return NoticesSaid(do="cap", count=1)
    if _WHEN.fullmatch(low):
        return NoticesSaid(do="show")
    if _HUSH.fullmatch(low):
        return NoticesSaid(do="snooze", hours=24)
    talk = context.notices == "talk" and not context.asked
    if talk and _BACK.fullmatch(low):
        return NoticesSaid(do="back")
    if talk and _UNDO.fullmatch(low):
        return NoticesSaid(do="undo")
    if context.notices and _TOO_EARLY.fullmatch(low):
        return NoticesSaid(do="unclear")
    if context.notices and _STOP.fullmatch(low):
        return NoticesSaid(do="stop")
    return None


def mended(low: str) -> str:
    """The message with mistyped words of these matters set right; itself when there are none."""
    return " ".join(_mended(word) for word in low.split(" "))


def _mended(word: str) -> str:
    if len(word) < 5 or word in _VOCABULARY or not word.isalpha():
        return word
    best = process.extractOne(word, _VOCABULARY, scorer=fuzz.ratio, score_cutoff=TYPO)
    return best[0] if best else word
