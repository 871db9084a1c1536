"""Finding what people mean by a name: tolerant of case, accents, articles and small typos."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

_NOISE = frozenset("the a an of de la le el les los di do da and at in to my our that this".split())
_GOOD = 0.78
_MOST_WORDS, _MOST_LETTERS = 16, 40  # more is no name, and comparing it would take long


def folded(text: str) -> str:
    """Lower case without accents and punctuation, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", letters))


def best_named(wanted: str, names: Iterable[tuple[str, str]]) -> str | None:
    """The id of the (id, name) pair that `wanted` names, None when nothing is near enough.

    Words count, not their order: "belem tower", "the tower of Belém" and "torre belem" all find
    "Belém Tower" when that is the only tower.
    """
    target = _words(wanted[: _MOST_WORDS * _MOST_LETTERS])
    if not target or len(target) > _MOST_WORDS or max(map(len, target)) > _MOST_LETTERS:
        return None
    best: tuple[float, str] | None = None
    for id, name in names:
        likeness = _likeness(target, _words(name))
        if best is None or likeness > best[0]:
            best = (likeness, id)
    return best[1] if best is not None and best[0] >= _GOOD else None


def _words(text: str) -> list[str]:
    found = folded(text).split()
    return [w for w in found if w not in _NOISE] or found


def _likeness(wanted: list[str], name: list[str]) -> float:
    """How well each wanted word is found among the name's words, 0..1."""
    if not name:
        return 0.0
    scores = [max(_word_likeness(w, n) for n in name) for w in wanted]
    covered = sum(len(w) * s for w, s in zip(wanted, scores, strict=True))
    total = sum(len(w) for w in wanted)
    # Among names that all hold the wanted words the shortest is meant.
    return covered / total - 0.01 * max(0, len(name) - len(wanted))


def _word_likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    if len(a) >= 4 and (b.startswith(a) or (a.startswith(b) and len(b) >= 4)):
        return 0.95
    if min(len(a), len(b)) < 4:
        return 0.0
    ratio = SequenceMatcher(None, a, b).ratio()
    return ratio if ratio >= 0.8 else 0.0
