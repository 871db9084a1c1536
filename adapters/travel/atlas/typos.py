"""Misspelt place names: the few known names that are one or two slips away."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from adapters.travel.atlas import gazetteer
from adapters.travel.atlas.atlas import Atlas
from adapters.travel.atlas.names import fold

# Nobody misspells a small town they live in; but guesses towards villages are mostly wrong.
_GUESSED_TOWN = 20_000
_MOST_GUESSES = 48


@dataclass(frozen=True, slots=True)
class Guess:
    """A known name near the given one; `id` is "atlas:...", "country:..." or "geonames:..."."""

    id: str
    name: str
    typos: int


def close_names(atlas: Atlas, text: str) -> list[Guess]:
    """Known names few slips from `text`: letters missing, added, wrong or swapped.

    Short names allow one slip, but not in the first letter, long ones two; under four letters
    nothing is guessed, since any word would do.
    """
    name = fold(text)
    slips = _slips_allowed(name)
    if not slips:
        return []
    guesses: list[Guess] = []
    by_length = _by_length(atlas)
    for length in range(len(name) - slips, len(name) + slips + 1):
        names, ids = by_length.get(length, ([], []))
        close = process.extract(name, names, scorer=OSA.distance, score_cutoff=slips, limit=50)
        guesses += [
            Guess(ids[at], found, int(typos))
            for found, typos, at in close
            if slips > 1 or found[0] == name[0]
        ]
    fewest = min((guess.typos for guess in guesses), default=0)
    # A first letter is rarely wrong, so a name with the same one is worth one slip more.
    likely = [
        guess
        for guess in guesses
        if guess.typos == fewest or (guess.typos == fewest + 1 and guess.name[0] == name[0])
    ]
    likely.sort(key=lambda guess: (guess.typos, guess.name[0] != name[0]))
    return likely[:_MOST_GUESSES]


def _slips_allowed(name: str) -> int:
    if len(name) < 4:
        return 0
    return 1 if len(name) < 7 else 2


@lru_cache(maxsize=2)
def _by_length(atlas: Atlas) -> dict[int, tuple[list[str], list[str]]]:
    """All names worth guessing, by length: names and, in the same order, what they mean."""
    known = [(name, f"atlas:{ids[0]}") for name, ids in atlas.names.items()]
    known += [(name, f"country:{code}") for name, code in gazetteer.country_names()]
    known += [
        (name, f"geonames:{id}") for name, id, _ in gazetteer.names_to_guess_from(_GUESSED_TOWN)
    ]
    by_length: dict[int, tuple[list[str], list[str]]] = {}
    for name, id in known:
        names, ids = by_length.setdefault(len(name), ([], []))
        names.append(name)
        ids.append(id)
    return by_length
