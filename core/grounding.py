"""What a model says is held against what code knows before anybody reads it.

A sentence that states an amount of money, a temperature, a clock time, a date or a claim to have
acted is kept only when the facts it was given (or the traveller) say the same. Links stay only
when their host is one of the sources' hosts; pictures never.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

_URL = re.compile(r"(?:https?|ftp)://[^\s<>()\[\]]+|\bwww\.[^\s<>()\[\]]+", re.I)
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[)\"'*_]*\s+|\n+")

_MONTH = (
    r"(?:jan|feb|m[aä]r|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec|ene|abr|ago|dic)\w*"
)
_CLAIMS = (
    # money: a sign or a currency word beside a number
    re.compile(r"(?:[€$£¥₹₩]|\b[A-Z]{3})\s?(\d[\d.,\s]*)"),
    re.compile(
        r"(\d[\d.,]*)\s?(?:€|£|¥|₹|₩|\$|%|[A-Z]{3}\b|euros?\b|dollars?\b|pounds?\b|pesos?\b|yen\b)",
        re.I,
    ),
    re.compile(r"(-?\d+(?:[.,]\d+)?)\s?(?:°|degrees|grad\b|grados\b)", re.I),  # temperature
    re.compile(r"\b(\d{1,2}[:.]\d{2})\b"),  # clock time
    re.compile(r"\b(\d{1,2})\s?(?:am|pm|uhr|h)\b", re.I),
    re.compile(rf"\b(\d{{1,2}})\.?(?:st|nd|rd|th)?\s?(?:of |de )?{_MONTH}\b", re.I),  # date
    re.compile(rf"\b{_MONTH}\s(\d{{1,2}})\b", re.I),
    re.compile(r"\b(\d{4}-\d{2}-\d{2})\b"),
    re.compile(
        r"(\d+(?:[.,]\d+)?)\s?(?:km|mi|miles|meters?|metres?|mm|min|minutes?|hours?)\b", re.I
    ),
)
_ACTED = re.compile(
    r"\b(?:I(?:'ve| have)?|we(?:'ve| have)?)\s+(?:just\s+|already\s+)?"
    r"(?:booked|reserved|paid|bought|called|cancelled|canceled|emailed|ordered|confirmed)\b"
    r"|\bich habe\b[^.!?]*\b(?:gebucht|reserviert|bezahlt|angerufen|storniert)\b"
    r"|\bhe (?:reservado|pagado|llamado|comprado|cancelado)\b"
    r"|\bj'ai (?:réservé|payé|appelé|acheté|annulé)\b"
    r"|\byour (?:booking|reservation) is (?:confirmed|complete)\b",
    re.I,
)


@dataclass(frozen=True)
class Ground:
    """What may be stated: all numbers of `facts`, and links to `hosts`."""

    numbers: frozenset[str]
    hosts: frozenset[str]

    @classmethod
    def of(cls, *facts: str) -> Ground:
        """The ground that these texts give: their numbers and the hosts of their links."""
        text = "\n".join(facts)
        hosts = {urlsplit(_with_scheme(u)).hostname or "" for u in _URL.findall(text)}
        return cls(frozenset(_norm(n) for n in re.findall(r"\d[\d.,:-]*", text)), frozenset(hosts))

    def supports(self, sentence: str) -> bool:
        """True when nothing in `sentence` is stated that the facts do not hold."""
        if _ACTED.search(sentence):
            return False
        return all(
            _norm(found) in self.numbers
            for pattern in _CLAIMS
            for found in pattern.findall(sentence)
        )

    def clean(self, text: str, *, whole: bool = True) -> str:
        """`text` without unsupported sentences and foreign links.

        With `whole=False` the text is still growing: its last, unfinished sentence is left out when
        it already holds a digit or a link, because it cannot be judged yet.
        """
        pieces = _split(quiet(self._links(text)))
        if not whole and pieces and not _SENTENCE_END.search(pieces[-1]):
            unjudged = re.search(r"\d|://|www\.|\]\(", pieces[-1])
            pieces = pieces[:-1] if unjudged else pieces
        return "".join(p for p in pieces if self.supports(p)).strip()

    def _links(self, text: str) -> str:
        def link(match: re.Match[str]) -> str:
            if match[0].startswith("!"):
                return match[1]
            return match[0] if self._known(match[2]) else match[1]

        text = _LINK.sub(link, text)
        return _URL.sub(lambda m: m[0] if self._known(m[0]) else "", text)

    def _known(self, url: str) -> bool:
        parts = urlsplit(_with_scheme(url))
        return parts.scheme == "https" and (parts.hostname or "") in self.hosts


_EVERYBODY = frozenset("all channel everybody everyone group here team".split())
_AT = r"(?:\\*(?:[@＠﹫]|&#0*64;|&#x0*40;|&commat;))+"
_MENTION = re.compile(rf"(?<![^\W_]){_AT}([\\*_`~\u200b-\u200d\u2060]*)(\w+)", re.I)
_SPECIAL = re.compile(
    r"(?:\\?<|&lt;)\\?!(\w+)(?:\^[^|>&\s]*)?(?:\|((?:(?!&gt;)[^>\n])*))?(?:\\?>|&gt;)", re.I
)


def quiet(text: str) -> str:
    """`text` without mentions that ring for everybody: "@here" becomes "here" (F5).

    Slack's `<!here>` and `<!subteam^S1|crew>` become their label. People and addresses stay.
    """

    def mention(match: re.Match[str]) -> str:
        word = unicodedata.normalize("NFKC", match[2]).casefold().strip("_")
        return match[1] + match[2] if word in _EVERYBODY else match[0]

    def special(match: re.Match[str]) -> str:
        return match[2] if match[2] is not None else match[1]

    while True:  # what is left may make a new one: "<!<!here>>"
        calmer = _MENTION.sub(mention, _SPECIAL.sub(special, text))
        if calmer == text:
            return text
        text = calmer


def _with_scheme(url: str) -> str:
    return url if "://" in url else f"https://{url}"


def _split(text: str) -> list[str]:
    """Sentences with what separates them, so that joining gives the text back."""
    pieces: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        pieces.append(text[start : match.end()])
        start = match.end()
    if start < len(text):
        pieces.append(text[start:])
    return pieces


def _norm(number: str) -> str:
    """Numbers compared by value: "1,200" is "1200", "09:30" is "9:30", "18.0" is "18"."""
    number = number.strip().strip(".,:-")
    if re.fullmatch(r"\d{1,3}([.,\s]\d{3})+", number):
        number = re.sub(r"[.,\s]", "", number)
    number = number.replace(",", ".").lstrip("0") or "0"
    return number.removesuffix(".0")
