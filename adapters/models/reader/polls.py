"""A poll as somebody asks for it: "let's vote: Lisbon or Porto", "poll: dinner? A, B, ranked"."""

from __future__ import annotations

import re
from collections.abc import Callable

from adapters.models.reader.dates import find_when
from adapters.models.reader.deadlines import deadline_in
from adapters.models.reader.places import find_places
from adapters.models.reader.spots import PlaceNames
from adapters.models.reader.text import Said, clean, fold
from core.groups.asking import OptionSaid, PollAsk
from core.reading import ReadingContext

TRIM = " \t.,;:!\"'()[]-"
AND = re.compile(r"\s+(?:and|&)\s+")

_N = r"(?P<n>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)"
_NUMBERS = "zero one two three four five six seven eight nine ten".split()
_OPENING = re.compile(
    r"^(?:ok(?:ay)?,? |so,? |please,? |hey,? |caravan,? )*"
    r"(?:(?:let'?s|let us|can we|could we|shall we|should we|we should|we could|i want us to|"
    r"i'?d like us to)(?: all)? (?:please )?(?:vote|have a vote|take a vote|do a vote|"
    r"do a poll|have a poll|make a poll)(?: now| please)?"
    r"|(?:please )?(?:start|open|make|create|set up|run|do|hold|take) "
    r"(?:a |an |the |another )?(?P<m1>ranked |approval )?(?:vote|poll|voting)"
    r"|put (?:it|this|that) to (?:a|the) vote"
    r"|(?:a )?(?P<m2>ranked |approval )?(?:new )?(?:poll|vote)"
    r"(?=\s*[:\-]|\s*$|\s+(?:on|about)\b)"
    r"|vote time|time to vote)"
    r"(?P<mid>[^:]{0,120}?)\s*(?::|\s-\s|$)\s*"
)
_ABOUT = re.compile(
    r"^\s*(?:now )?(?:on|about|for|over|between|to decide(?: on)?|,)\s+(?P<what>.+)$"
)

# What stands between commas and is no option: the rules of the poll.
_RULES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "ranked": r"ranked(?: choice)?(?: voting| vote)?|rank (?:them|these|all)|by ranking|"
        r"instant run-?off|in order of preference",
        "approval": r"approval(?: voting| vote)?|"
        r"(?:pick|choose|select) (?:several|many|as many as you (?:like|want)|"
        r"all (?:that|you) .{1,30})|multiple (?:choice|answers?|votes?)|"
        r"several (?:answers?|votes?|choices?)(?: allowed)?|more than one(?: answer)?",
        "single": r"single choice|one (?:vote|choice|answer) each|only one(?: answer)?",
        "all": r"(?:everyone|everybody|all(?: of us)?|each of us|we all) "
        r"(?:must|has to|have to|needs? to|should) vote|all votes? (?:are )?needed",
        "majority": r"(?:a |the |simple |absolute )?majority"
        r"(?: (?:wins|decides|rule|rules|vote|must vote|needed))?",
        "most": r"(?:the )?(?:most votes|plurality)(?: wins?| decides?)?",
        "number": rf"(?:at least |minimum |min\.? )?{_N} (?:of us |people |votes? )?"
        r"(?:must vote|have to vote|must|needed|required|are enough|is enough|votes?)|"
        r"quorum(?: of|:)? (?P<n2>\d{1,2})",
        "tie_first": r"(?:on|in|if there is|in case of) (?:a )?tie,? "
        r"(?:the )?first(?: one| option)?(?: wins)?|"
        r"(?:the )?first(?: one| option)? wins (?:on |in )?(?:a |the )?ties?|"
        r"tie: first(?: wins)?",
        "open": r"(?:everyone|everybody|anyone|anybody)"
        r"(?: here| in (?:the|this) (?:chat|group|channel))? (?:may|can|is allowed to) vote|"
        r"open to (?:all|everyone|everybody)",
        "voters": r"only (?P<who>.{1,80}?) (?:may |can |should )?votes?",
    }.items()
}
_SPLIT = re.compile(r"\s*(?:,|;|\s/\s|\bor\b|\bvs?\.?(?=\s)|\bversus\b|\|)\s*(?:or\b\s*)?")
_PLACE_QUESTION = re.compile(
    r"\b(?:where|destination|city|cities|country|countries|travel|trip|go)\b"
)
_TAIL = re.compile(
    r"\s+(?P<tail>(?:until|till|by|before|for the next|closes? (?:on|at|in)?)\s+.+|"
    r"\d{1,3} ?(?:h|hrs?|hours?|days?))$"
)
_LEAD = re.compile(r"^(?:and|but|please|with|it's|its) ")


def poll_asked(said: Said, context: ReadingContext, names: PlaceNames) -> PollAsk | None:
    """The poll that the message asks for; None when it asks for none."""
    text = said.text.strip()
    m = _OPENING.search(fold(text))
    if m is None:
        return None
    question, body = "", text[m.end() :]
    about = _ABOUT.match(fold(m["mid"]))
    if about is not None:
        what = text[m.start("mid") :][about.start("what") : about.end("what")].strip(TRIM)
        if body.strip(TRIM):
            question = what
        else:
            body = what
    elif m["mid"].strip(TRIM) and not body.strip():
        body = text[m.start("mid") : m.end("mid")]
    if "?" in body:
        asked, _, rest = body.rpartition("?")
        if _Poll(rest, context).words or not _SPLIT.search(fold(asked)):
            question, body = asked, rest
        else:
            body = f"{asked} {rest}"  # "Lisbon or Porto?"
    elif ":" in body and not question and not re.search(r"\d:\d", body):
        question, _, body = body.partition(":")
    poll = _Poll(body, context)
    words = poll.words
    if len(words) == 1 and about is not None and not question:
        question, words = words[0], []  # "let's vote on the hotel"
    options = [meaning(word, context, names) for word in words]
    question = question.strip(TRIM + "?")
    if question and not _PLACE_QUESTION.search(fold(question)):
        options = [o.model_copy(update={"place": None}) for o in options]
    method = (m["m1"] or m["m2"] or "").strip()
    rules = ({"method": method} if method else {}) | poll.rules
    return PollAsk.model_validate({"question": question, "options": options} | rules)


class _Poll:
    """The words after the question: `words` are the options, `rules` fields of PollAsk."""

    def __init__(self, body: str, context: ReadingContext) -> None:
        self.rules: dict[str, object] = {}
        self._today = context.today
        words = [piece for piece in _pieces(body) if not self._rule(piece)]
        if words and "deadline" not in self.rules:
            words[-1] = self._without_deadline(words[-1])
        if len(words) == 1:
            words = [w.strip(TRIM) for w in AND.split(words[0])]
        self.words = list({fold(w): w for w in words if w}.values())

    def _rule(self, piece: str) -> bool:
        """Take a piece that states a rule; False when it is an option."""
        low = _LEAD.sub("", fold(piece))
        for name, pattern in _RULES.items():
            m = pattern.fullmatch(low)
            if m is not None:
                shift = len(piece) - len(low)
                self.rules |= _MEANT[name](m, piece[shift:])
                return True
        deadline = deadline_in(piece, self._today)
        if deadline is not None:
            self.rules["deadline"] = deadline
        return deadline is not None

    def _without_deadline(self, word: str) -> str:
        """ "Rome until Friday" is the option Rome and a deadline."""
        m = _TAIL.search(fold(word))
        deadline = deadline_in(word[m.start("tail") :], self._today) if m else None
        if m is None or deadline is None:
            return word
        self.rules["deadline"] = deadline
        return word[: m.start()].strip(TRIM)


def _number(m: re.Match[str], piece: str) -> dict[str, object]:
    word = m["n"] or m["n2"]
    number = _NUMBERS.index(word) if word in _NUMBERS else int(word)
    return {"turnout": "number", "number": number}


def _voters(m: re.Match[str], piece: str) -> dict[str, object]:
    who = piece[m.start("who") : m.end("who")]
    return {"voters": tuple(n for n in re.split(r"\s*(?:,|&|\band\b)\s*", who) if n)}


_MEANT: dict[str, Callable[[re.Match[str], str], dict[str, object]]] = {
    "ranked": lambda m, piece: {"method": "ranked"},
    "approval": lambda m, piece: {"method": "approval"},
    "single": lambda m, piece: {"method": "single"},
    "all": lambda m, piece: {"turnout": "all"},
    "majority": lambda m, piece: {"win": "majority"},
    "most": lambda m, piece: {"win": "most"},
    "number": _number,
    "tie_first": lambda m, piece: {"tie": "first"},
    "open": lambda m, piece: {"open_to_all": True},
    "voters": _voters,
}


def _pieces(body: str) -> list[str]:
    """Cut at commas and "or" of the folded text, which has the same positions."""
    at, found = 0, []
    for m in _SPLIT.finditer(fold(body)):
        found.append(body[at : m.start()])
        at = m.end()
    trimmed = (piece.strip(TRIM) for piece in (*found, body[at:]))
    return [piece for piece in trimmed if piece]


def meaning(text: str, context: ReadingContext, names: PlaceNames) -> OptionSaid:
    """The option with the place or the dates that it names as a whole."""
    when = find_when(Said(clean(text)), context.today)
    if when is not None and when.exact:
        return OptionSaid(text=text, when=when)
    places = find_places(Said(clean(text)), names, "destination").destinations
    place = places[0] if len(places) == 1 and fold(places[0].text) == fold(text) else None
    return OptionSaid(text=text, place=place)
