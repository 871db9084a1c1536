"""What a model says is held against what code knows before anybody reads it.

A sentence that states an amount, a temperature, a clock time, a date or a deed (core/claims.py) is
kept only when the facts it was given (or the traveller) say the same. A link stays only when the
facts hold it; pictures and HTML never do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from core import claims
from core.mentions import quiet

_URL = r"\b(?:[A-Za-z][A-Za-z0-9+.-]{1,15}://|[wW]{3}\.)[^\s<>()\[\]\"'`]+"
# A name that chats turn into a link by themselves, with or without a path, or a mail address.
_ENDINGS = (
    "com org net info biz app dev xyz site online shop store live click link top icu travel page "
    "io ai me co tv ly gg fm am sh st gl cc ws to tk ml ga cf gq pw la us eu uk de fr es it pt nl "
    "be at ch lu pl cz sk hu ro bg gr tr se no dk fi is ie ca mx br ar cl pe jp kr cn tw hk sg my "
    "th vn id ph in au nz za il ae sa qa eg ma tn ke ng pk ir ge ru su ua by kz"
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_BARE = (
    rf"(?<![\w@.-])(?://)?(?:[\w.+-]{{1,64}}@)?(?:{_LABEL}\.){{1,8}}"
    rf"(?:{'|'.join(_ENDINGS.split())})\b(?:/[^\s<>()\[\]\"'`]*)?(?![\w.-]{{0,64}}\w)"
)
_ADDRESS = re.compile(f"{_URL}|{_BARE}")
_LINK = re.compile(r"\[([^\]\[]*)\]\(\s*<?([^)\s>]*)>?[^)]*\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:.*$", re.MULTILINE)
_IMAGE = re.compile(r"!\[([^\]\[]*)\]\([^)]*\)")
_AUTOLINK = re.compile(r"<([a-z][a-z0-9+.-]+:[^\s<>]+)>", re.I)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>?")
# After "12." only a new paragraph surely begins a sentence: it may be a German date.
_SENTENCE_END = re.compile(
    r"(?<=[.!?…])(?<!\b\d\.)(?<!\b\d\d\.)[)\"'”»*_]*\s+(?=[^\sa-z0-9€$£])|(?<=[。！？])|\n+",
    re.UNICODE,
)
# What removed words leave behind.
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
_SPACES_AT_END = re.compile(r" +(?=\n)")
_DIGIT = re.compile(r"\d")
_MARKUP = re.compile(r"\w\.\w|//|[<\[]")
_UNFINISHED = re.compile(r"\d|://|www\.|\[|<|@|\w\.\w")


@dataclass(frozen=True)
class Ground:
    """What may be stated: what stands in `facts`, and the numbers (not the links) in `heard`.

    `heard` is what people and tools said. Both are read only when a sentence makes it necessary.
    """

    facts: str
    heard: str = ""

    @classmethod
    def of(cls, *facts: str, heard: Iterable[str] = ()) -> Ground:
        return cls("\n".join(facts), "\n".join(heard))

    def plus(self, heard: str) -> Ground:
        """This ground and the numbers of `heard`."""
        return Ground(self.facts, f"{self.heard}\n{heard}")

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(claims.numbers(f"{self.facts}\n{self.heard}"))

    @cached_property
    def clocks(self) -> frozenset[int]:
        return frozenset(claims.clocks(f"{self.facts}\n{self.heard}"))

    @cached_property
    def days(self) -> frozenset[tuple[int, int]]:
        return frozenset(claims.dates(f"{self.facts}\n{self.heard}"))

    @cached_property
    def links(self) -> frozenset[str]:
        return frozenset(_address(m[0]) for m in _ADDRESS.finditer(self.facts))

    @cached_property
    def hosts(self) -> frozenset[str]:
        return frozenset(_site(link) for link in self.links) - {""}

    def supports(self, sentence: str) -> bool:
        """True when nothing in `sentence` is stated that the facts do not hold."""
        if claims.deed(sentence):
            return False
        if not _DIGIT.search(sentence):
            return True
        return (
            all(number in self.numbers for number in claims.amounts(sentence))
            and all(clock in self.clocks for clock in claims.clocks(sentence))
            and all(day in self.days for day in claims.dates(sentence))
            and all(
                (a, b) in self.days or (b, a) in self.days for a, b in claims.either_dates(sentence)
            )
        )

    def clean(self, text: str, *, whole: bool = True) -> str:
        """`text` without unsupported sentences and foreign links.

        With `whole=False` the text is still growing: its last sentence is left out when it already
        holds a digit or the beginning of a link, because it cannot be judged yet.
        """
        pieces = _split(quiet(self._without_links(text)))
        if not whole and pieces and pieces[-1][-1] not in "\n。！？":
            unfinished = _UNFINISHED.search(claims.ascii_digits(pieces[-1]))
            pieces = pieces[:-1] if unfinished else pieces
        kept = "".join(p for p in pieces if self.supports(p))
        return _SPACES_AT_END.sub("", _GAP.sub(" ", kept)).strip()

    def _without_links(self, text: str) -> str:
        def link(match: re.Match[str]) -> str:
            return match[0] if self._holds(match[2]) else match[1]

        if not _MARKUP.search(text):
            return text
        text = _TAG.sub("", _AUTOLINK.sub(r"\1", _REFERENCE.sub("", text)))
        text = _IMAGE.sub(r"\1", text)
        text = _LINK.sub(link, text)
        return _ADDRESS.sub(lambda m: m[0] if self._holds(m[0]) else "", text)

    def _holds(self, url: str) -> bool:
        """A link of the facts, letter by letter, or the front page of one of their sites."""
        address = _address(url)
        if not address.startswith("https://"):
            return False
        site = _site(address)
        return address in self.links or (
            site in self.hosts and address.lower() == f"https://{site}"
        )


def _address(url: str) -> str:
    """The link without the punctuation that follows it in a sentence."""
    url = url.lstrip("/").rstrip(".,;:!?*_/")
    return url if "://" in url else f"https://{url}"


def _site(address: str) -> str:
    """The host of a link; empty for one that is none, or that carries a user or a port."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host if host == parts.netloc.lower() else ""


def _split(text: str) -> list[str]:
    """Sentences with what separates them, so that joining gives the text back."""
    pieces: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match.end() > start:
            pieces.append(text[start : match.end()])
            start = match.end()
    if start < len(text):
        pieces.append(text[start:])
    return pieces
