"""Commands, short answers and picks: "/plan@bot lisbon", "sure", "undo that", "the second one"."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from adapters.models.reader.text import ORDINALS, Said, fold, number
from core.reading import Intent

COMMANDS = {
    "start": Intent.START,
    "help": Intent.HELP,
    "brainstorm": Intent.BRAINSTORM,
    "ideas": Intent.BRAINSTORM,
    "plan": Intent.PLAN,
    "trips": Intent.TRIPS,
    "trip": Intent.TRIPS,
    "profile": Intent.PROFILE,
    "me": Intent.PROFILE,
    "support": Intent.SUPPORT,
    "settings": Intent.SETTINGS,
    "export": Intent.EXPORT,
    "calendar": Intent.EXPORT,
    "forget": Intent.FORGET,
    "cancel": Intent.CANCEL,
    "stop": Intent.CANCEL,
    "undo": Intent.UNDO,
    "more": Intent.MORE,
    "poll": Intent.POLL,
    "vote": Intent.POLL,
    "join": Intent.JOIN,
    "leave": Intent.LEAVE,
    "who": Intent.MEMBERS,
    "members": Intent.MEMBERS,
    "link": Intent.LINK,
    "notices": Intent.NOTICES,
    "costs": Intent.BALANCES,
    "settle": Intent.BALANCES,
}
_COMMAND = re.compile(r"^\s*[/!](?P<name>[a-zA-Z]+)(?:@\w+)?(?=\s|$)\s*")
_MENTION = re.compile(r"^\s*(?:<@\w+>|@\w*bot\b)[\s,:]*", re.I)


def command_of(text: str) -> tuple[Intent | None, str]:
    """The command at the start of `text` and the rest; a leading "@bot" is dropped either way."""
    text = _MENTION.sub("", text, count=1)
    m = _COMMAND.match(text)
    if not m:
        return None, text
    intent = COMMANDS.get(m["name"].lower())
    return intent, text[m.end() :] if intent else text


_SAYINGS: dict[Intent, str] = {
    Intent.YES: "yes|yeah|yep|yup|ya|yea|yess+|sure|sure thing|ok|okay|okey|okie|k|kk|"
    "fine|alright|all right|right|correct|exactly|that's right|thats right|"
    "of course|absolutely|definitely|certainly|go ahead|do it|go for it|"
    "please do|do that|ok do that|yes do that|yes please|sounds good|sounds great|"
    "sounds good to me|looks good|perfect|perfect let's do it|let's do it|lets do it|lets go|let's "
    "go|i agree|agreed|confirm|confirmed|works for me|why not|i do|yes do it|"
    "yes delete|yes delete it|delete it|yes delete everything|great|good|"
    "good idea|👍|✅|👌|"
    "ja|ja bitte|klar|gerne|genau|si|claro|vale|por supuesto|oui|d'accord|"
    "bien sur|sim|va bene|certo|da",
    Intent.NO: "no|nope|nah|naw|no thanks|no thank you|not now|not really|never mind "
    "that|rather not|don't|dont|do not|no don't|no dont|please don't|better "
    "not|i don't think so|negative|keep it|no keep it|keep everything|no way|"
    "not yet|no not that one|not that one|not this one|hell no|👎|❌|"
    "nein|nein danke|nee|non|non merci|nao|no gracias|nada",
    Intent.THANKS: "thanks|thank you|thx|ty|thank u|tysm|thanks a lot|thank you so much|"
    "thanks so much|many thanks|cheers|much appreciated|appreciate it|great "
    "thanks|cool thanks|nice thanks|perfect thanks|ok thanks|okay thanks|ok "
    "thank you|perfect thank you|awesome thanks|"
    "danke|danke schon|vielen dank|merci|merci beaucoup|gracias|muchas "
    "gracias|obrigado|obrigada|muito obrigado|grazie|grazie mille|🙏|thanks "
    "mate|thanks that's all|that's all thanks|great thank you|lovely thanks|"
    "brilliant thanks|nice one thanks|amazing thanks|amazing thank you",
    Intent.UNDO: "undo|undo that|undo it|undo this|undo please|please undo|undo the last "
    "change|undo last change|undo my last change|go back|take that back|take "
    "it back|revert|revert that|revert it|roll back|rollback|put it back|"
    "change it back|back to the old plan|as it was before|"
    "bring it back|ruckgangig|deshacer|annuler|restore the old one|restore "
    "it|restore the previous version|previous version|back to how it was|"
    "like before|make it like before",
    Intent.MORE: "more|more ideas|more suggestions|more options|more please|some more|"
    "other ideas|other suggestions|other options|others|something else|"
    "anything else|any other ideas|any others|any more|any more ideas|show "
    "more|show me more|show me others|give me more|give me other options|"
    "different ideas|different ones|something different|none of these|none "
    "of those|none|neither|try again|new ideas|new suggestions|next ones|"
    "another one|another|other places|more places|don't like any|i don't "
    "like any of them|not these|what else|what else do you have|else|mehr|"
    "andere|mas ideas|otras|autre chose|d'autres idees|altre idee|outras "
    "ideias|"
    "any other suggestions|more ideas please|other ideas please|got anything "
    "else|got any other ideas|show me something else|suggest something else|"
    "suggest others|surprise me again",
    Intent.CANCEL: "cancel|cancel that|cancel it|stop|stop it|abort|forget it|never mind|"
    "nevermind|nvm|quit|exit|abbrechen|leave it|drop it|cancel please|start "
    "over|start again|restart|reset|let's start over|from scratch|start from "
    "scratch|cancel that trip|cancel this trip|cancel the trip|cancel my trip|cancel our trip|"
    "cancel the plan|forget the trip|forget that trip",
    Intent.HELP: "help|help please|what can you do|what can you do for me|what do you do|"
    "how does this work|how do you work|how do i use this|how do i use you|"
    "commands|what are you|who are you|hilfe|ayuda|aide|ajuda|aiuto|can you "
    "help me|i need help|what can i ask you|what can i ask",
    Intent.START: "hi|hello|hey|hiya|yo|hey there|hi there|hello there|good morning|good "
    "afternoon|good evening|morning|evening|hola|hallo|bonjour|salut|ciao|"
    "ola|buongiorno|buenos dias|guten tag|moin|servus|howdy|greetings|start|"
    "get started|let's start|hi caravan|hello caravan|hey caravan|👋|bom dia|"
    "buenas|hi bot|hello bot",
    Intent.TRIPS: "trips|my trips|show my trips|list my trips|list trips|show trips|what "
    "trips do i have|our trips|all trips|my plans|show my plans|open my trip|"
    "saved trips|my saved trips|which trips do i have|show me my trips|meine "
    "reisen|mis viajes|show saved|saved places|my saved places|what did i "
    "save|my bookings|what trips are planned|which trips are planned",
    Intent.SETTINGS: "settings|preferences|show settings|change settings|change language|"
    "change my language|change my currency|"
    "change the language|einstellungen|ajustes|configuracion",
    Intent.CHAT: "lol|haha+|hahaha+|wow|nice|cool|awesome|amazing|interesting|hmm+|hm|oh|"
    "ah|aha|i see|omg|wonderful|beautiful|lovely|super|how are you|how's it "
    "going|what's up|sup|wassup|bye|goodbye|see you|good night|tell me a "
    "joke|you're funny|you are funny|brilliant|fantastic|wie geht's|que tal|"
    "😀|😂|❤️|❤|🎉|😍|nice to meet you|good bot|bad bot|i love you|see ya|later|"
    "cool cool|makes sense|got it|understood|noted",
}
_SAYING_OF = {
    saying: intent
    for intent, sayings in _SAYINGS.items()
    for saying in sayings.split("|")
    if "+" not in saying
}
_SAYING_PATTERN = re.compile(r"(?:yess+|haha(?:ha)*h?|hmm+|lo+l|no+|ye+s|than+ks+)")
_PATTERN_INTENT = {
    "y": Intent.YES,
    "h": Intent.CHAT,
    "l": Intent.CHAT,
    "n": Intent.NO,
    "t": Intent.THANKS,
}
_BACK_TO = re.compile(
    r"(?:i want |can we |let's )?(?:(?:go|change|switch|put it|take me) )?back to the (?:first|"
    r"original|"
    r"old|previous|last|earlier) (?:version|plan|one|itinerary)"
)
_MARK = re.compile(r"\bq\w*\d\w*z\b")
_EDGES = re.compile(
    r"^(?:(?:oh|um+|uh|well|hey|ok|okay|so|and|please|pls|hmm+|ah|then|"
    r"alright|great|cool|actually|sorry|(?:no )?wait)\b[ ,.!]+)+|[ ,.!]+(?:please|pls|plz|"
    r"then|mate|man|bro|dude|caravan|bot|now|a lot|so much|again|thx|thanks|"
    r"thank you|:\)|;\))$"
)


def _core(low: str) -> str:
    """The bare saying, without marks, punctuation and emoji at the edges."""
    words = re.sub(r"[!.?,;:…)(\"~*_]+", " ", _MARK.sub("", low))
    return re.sub(r"\s+", " ", words).strip()


def saying(said: Said) -> Intent | None:
    """What a short set phrase means; None for everything that says more."""
    if len(said.low) > 60:
        return None
    core = _core(said.low)
    if not core:
        return None
    found = _SAYING_OF.get(core)
    if found:
        return found
    letters = re.sub(r"[^\w' ]+", "", core).strip()
    if not letters:
        return next((i for i in (_SAYING_OF.get(c) for c in core) if i), None)
    found = _SAYING_OF.get(letters)
    if found:
        return found
    trimmed = _EDGES.sub("", letters).strip()
    if trimmed != letters and trimmed in _SAYING_OF:
        return _SAYING_OF[trimmed]
    if _BACK_TO.fullmatch(trimmed):
        return Intent.UNDO
    if _SAYING_PATTERN.fullmatch(letters):
        return _PATTERN_INTENT[letters[0]]
    return None


_ORDINAL = "|".join(ORDINALS)
_COUNT = "one|two|three|four|five|six|seven|eight|nine|ten"
_THING = r"(?:one|option|choice|suggestion|idea|place|destination|of (?:them|these|those))"
_PICK_ALONE = re.compile(
    rf"^(?:i(?:'ll| will)? (?:take|choose|pick|prefer|like|want|go (?:for|"
    rf"with))|let's (?:do|take|go with|go for)|lets (?:do|take|go with)|take|"
    rf"pick|choose|go (?:with|for)|i'd (?:go for|take|pick|like)|maybe|"
    rf"definitely|yes,?|ok,?|give me|show me|more about|tell me (?:more "
    rf")?about|rather)?\s*"
    rf"(?:the\s+)?(?:(?:#|no\.? ?|nr\.? ?|number |option |choice |suggestion |"
    rf"nummer |numero )?(?P<n>\d{{1,2}})(?:\.|\))?|(?:number |option |choice |"
    rf"no )(?P<nw>{_COUNT})|(?:option |choice |letter )(?P<l>[a-h])|"
    rf"(?P<o>{_ORDINAL}|last|latter|former)(?: {_THING})?|(?P<bare>{_COUNT}))"
    r"(?:\s+(?:please|pls|plz|then|sounds (?:good|great|nice|perfect)|looks "
    r"(?:good|great|nice)|is (?:great|good|nice|perfect|best)|it is|for me|"
    r"thanks))?$"
)
_PICK_IN = re.compile(
    rf"(?:\b(?:the\s+)?(?P<o>{_ORDINAL}|last)\s+{_THING}\b|(?:\b(?:number|"
    rf"option|choice|suggestion|no\.|nr\.?)\s*|#)(?:(?P<n>\d{{1,2}})|"
    rf"(?P<nw>{_COUNT})|(?P<l>[a-h]))\b"
    rf"|^the\s+(?P<o3>{_ORDINAL}|last)\s*,(?=\s*(?:\d|from\b|in\b|on\b))"
    r"|\b(?P<verb>plan|save|take|pick|choose|not|dismiss|drop|bookmark|keep|remember|about|do|"
    r"go with|go for|book)\s+(?:the\s+)"
    rf"(?P<o2>{_ORDINAL}|last)\b(?!\s+(?:day|stop|week|weekend|night|morning|hotel|two|three|"
    r"flight|of))"
    r"|\b(?:save|plan|dismiss|take|not|pick|choose|keep|bookmark)\s+(?:number\s+)?#?(?P<n2>\d)\b"
    r"(?=\s*(?:$|[.!?,;])|\s+(?:and|or|please|pls|from|in|for|on|with|next)\b))"
)


def _pick_value(m: re.Match[str]) -> int | None:
    for group, text in m.groupdict().items():
        if not text or group == "verb":
            continue
        if group == "l":
            return ord(text) - ord("a") + 1
        if group in ("o", "o2", "o3"):
            return {"last": -1, "latter": -1, "former": 1}.get(text) or ORDINALS[text]
        return number(text)
    return None


def pick_alone(said: Said, offered: int) -> int | None:
    """The number of a choice when the message is nothing but that."""
    core = _core(said.low)
    if len(core) > 50:
        return None
    m = _PICK_ALONE.match(core)
    if not m or (m["bare"] and not offered):
        return None
    pick = _pick_value(m)
    return pick if pick and (pick <= max(offered, 10)) else None


def pick_within(said: Said) -> tuple[int | None, tuple[int, int]]:
    """A pick inside a longer message ("plan the second one from Thursday") and where it stands."""
    m = _PICK_IN.search(said.low)
    if not m:
        return None, (0, 0)
    return _pick_value(m), m.span()


def name_picked(
    said: Said, suggested: tuple[str, ...], offered: tuple[str, ...]
) -> tuple[int, str] | None:
    """The suggestion or choice that is named in the message, as its number and its name."""
    for names in (suggested, offered):
        for at, name in enumerate(names, start=1):
            plain = re.sub(r"^\W+|\W+$", "", fold(name))
            if len(plain) >= 3 and re.search(rf"\b{re.escape(plain)}\b", said.low):
                return at, name
        if len(said.words) > 8:
            continue
        for at, name in enumerate(names, start=1):
            plain = fold(name)
            if len(plain) >= 5 and any(
                len(w.text) >= 5 and fuzz.ratio(w.text, plain) >= 84 for w in said.words
            ):
                return at, name
    return None


_REFUSED = (
    r"(?:\b(?:not|never|against|except|anything but|everything but|instead of|rather than|hates?|"
    r"without)|n't (?:like|want|need))(?: (?:for|the|to|in))* {}\b"
)


def refuses(said: Said, name: str) -> bool:
    """ "not the sushi", "anything but sushi": the choice is named and not wanted."""
    plain = re.sub(r"^\W+|\W+$", "", fold(name))
    return bool(re.search(_REFUSED.format(re.escape(plain)), said.low))


_MORE_ABOUT = re.compile(r"\b(?:more|tell me|details|info(?:rmation)?) (?:about|on)\b")


def wants_details(said: Said) -> bool:
    """ "tell me more about the second"."""
    return bool(_MORE_ABOUT.search(said.low))


_THANKS = frozenset(
    "thanks thank thx ty cheers danke merci gracias obrigado obrigada grazie".split()
)
_PRAISE = re.compile(
    r"\b(?:looks?|sounds?|is|that's|it's|works?|love (?:it|this|the "
    r"plan))\b.*\b(?:great|good|perfect|awesome|amazing|lovely|nice|wonderful|"
    r"excellent|it|this|plan)\b"
)


def is_praise(said: Said) -> bool:
    """ "The museum is great": asks for nothing."""
    return bool(_PRAISE.search(said.low))


def thanks_or_praise(said: Said) -> Intent | None:
    """ "plan looks great thanks" for a message that asks for nothing."""
    if len(said.words) > 8 or "?" in said.low:
        return None
    if said.bag & _THANKS:
        return Intent.THANKS
    return Intent.YES if _PRAISE.search(said.low) and len(said.words) <= 5 else None


_SAVE = re.compile(
    r"\b(?:save|bookmark|keep|remember|note|favou?rite|shortlist|merke?|"
    r"guarda|enregistre)\b(?!\s+(?:money|time|us|me (?:money|time)|some|on\b))"
)
_DISMISS = re.compile(
    r"\b(?:not|no|dismiss|drop|remove|skip|don't like|dont like|hide|without|"
    r"delete|ditch|exclude)\b"
)


def wants_to_save(said: Said) -> bool:
    return bool(_SAVE.search(said.low))


def wants_to_dismiss(said: Said) -> bool:
    return bool(_DISMISS.search(said.low))
