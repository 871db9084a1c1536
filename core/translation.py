"""Cards in the traveller's language: a model translates, and code checks that nothing changed.

Every number, every link and every name of a stop must be in the translation as it is in the card,
and nothing else; otherwise the card goes out as code wrote it, in English.
"""

from __future__ import annotations

import re
from collections import Counter

from core.errors import Rejected, Unavailable
from core.ports import Prompt, Said
from core.turn import Turn
from core.wording import language_name

MAX_OUTPUT_TOKENS = 4_000
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_LINK = re.compile(r"\]\((https?://[^)\s]+)\)")
_NAME = re.compile(r"^(?:- .*?\*\*(.+?)\*\*|\*\*\d+\. (.+?)\*\*)", re.MULTILINE)


async def in_their_language(turn: Turn, card: str) -> str:
    """The card translated for a traveller who writes another language; itself without a model."""
    if not turn.model.words or turn.session.language.split("-")[0] in ("en", "und", ""):
        return card
    language = language_name(turn.session.language)
    prompt = Prompt(
        messages=(
            Said("system", turn.prompts.render("system", "translate", language=language)),
            Said("user", card),
        ),
        purpose="translate",
        version=turn.prompts.version("system"),
        draft=card,
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )
    try:
        translated = await turn.model.chat(prompt, turn.ledger)
    except (Unavailable, Rejected):
        return card
    return translated.strip() if says_the_same(card, translated) else card


def says_the_same(card: str, translated: str) -> bool:
    """True when numbers, links and names are the same on both sides, however it is worded."""
    names = [a or b for a, b in _NAME.findall(card)]
    return (
        _numbers(card) == _numbers(translated)
        and sorted(_LINK.findall(card)) == sorted(_LINK.findall(translated))
        and all(name in translated for name in names)
    )


def _numbers(text: str) -> Counter[str]:
    """The numbers of a text outside of its links; "1,050" and "1.050" are the same one."""
    bare = _LINK.sub("", text)
    return Counter(
        re.sub(r"[.,](?=\d{3}(?!\d))", "", n).replace(",", ".") for n in _NUMBER.findall(bare)
    )
