"""What code wrote, in another language: a model translates, and code checks that nothing changed.

Every number, every link and every name must be in the translation as it is in the text, and nothing
else, and no month or weekday may be another one; otherwise the text goes out as code wrote it, in
English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import decimal

from core.date_names import DateNames, DateNamesOf, same_dates, without_numbered_months
from core.errors import Rejected, Unavailable
from core.grounding import Ground
from core.messages import Part, Text
from core.ports import LanguageModel, Ledger, Prompt, Said
from core.prompts import PromptLoader
from core.text import gate
from core.trips import StopKind
from core.turn import Screen, Turn
from core.wording import language_name
from core.words import literal

MAX_OUTPUT_TOKENS = 4_000
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SEPARATORS = str.maketrans({"٫": ".", "٬": ","})
_LINK = re.compile(r"\]\((https?://[^)\s]+)\)")
_NAME = re.compile(r"^(?:- .*?\*\*(.+?)\*\*|\*\*\d+\. (.+?)\*\*)", re.MULTILINE)


async def screen_in_their_language(turn: Turn, screen: Screen) -> Screen:
    """An answer that code alone has worded, translated as `in_their_language` does; buttons and
    files stay as they are. What holds a secret is shown to no model."""
    if turn.worded or turn.secret:
        return screen
    parts: list[Part] = []
    for part in screen:
        if isinstance(part, Text):
            here = await in_their_language(turn, part.markdown, _names_of(turn))
            parts.append(part.model_copy(update={"markdown": here}))
        else:
            parts.append(part)
    return tuple(parts)


def _names_of(turn: Turn) -> set[str]:
    """What is called by its own name: sights of the trip, people, and what is voted on."""
    days = turn.trip.plan.days if turn.trip is not None and turn.trip.plan is not None else ()
    names = {s.title for d in days for s in d.stops if s.kind is StopKind.VISIT}
    names |= {member.name for member in turn.group.members}
    names |= {option for poll in turn.group.polls for option in poll.options}
    return {literal(name) for name in names if name}


async def in_their_language(turn: Turn, card: str, names: Iterable[str] = ()) -> str:
    """The card translated for a traveller who writes another language; itself without a model.

    The names of what it lists, and those of `names` that are in it, stay as they are.
    """
    turn.worded = True
    names = [a or b for a, b in _NAME.findall(card)] + [n for n in names if n in card]
    language = turn.session.language
    return await translated(
        turn.model,
        turn.prompts,
        turn.ledger,
        language,
        card,
        names,
        date_names=turn.travel.date_names,
    )


async def translated(
    model: LanguageModel,
    prompts: PromptLoader,
    ledger: Ledger,
    code: str,
    text: str,
    names: Iterable[str],
    *,
    in_order: bool = False,
    date_names: DateNamesOf | None = None,
) -> str:
    """`text` in the language of `code`, with these names in it as they are; `text` itself in
    English, without a model, and when the model fails or changes anything (see says_the_same)."""
    language = language_name(code)
    if not model.words or language == "English":
        return text
    prompt = Prompt(
        messages=(
            Said("system", prompts.render("system", "translate", language=language)),
            Said("user", text),
        ),
        purpose="translate",
        version=prompts.version("system"),
        draft=text,
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )
    try:
        answer = await model.chat(prompt, ledger)
    except (Unavailable, Rejected):
        return text
    # One block at a time: a plan of weeks is longer than what passes the gate at once.
    said = "\n\n".join(gate(block).text for block in answer.strip().split("\n\n"))
    here = date_names(code) if date_names is not None else None
    return said if says_the_same(text, said, names, in_order=in_order, here=here) else text


def says_the_same(
    text: str,
    translated: str,
    names: Iterable[str],
    *,
    in_order: bool = False,
    here: DateNames | None = None,
) -> bool:
    """True when numbers, links, names and dates are the same on both sides, however it is worded.

    With `in_order` the numbers also have the same order: "07:00–21:00" is not "21:00–07:00". `here`
    is what months and weekdays are called in the translation; without it they are not looked at.
    """
    names = list(names)
    counted = translated if here is None else without_numbered_months(translated, here)
    before, after = _numbers(text), _numbers(counted)
    return (
        (before == after if in_order else sorted(before) == sorted(after))
        and sorted(_LINK.findall(text)) == sorted(_LINK.findall(translated))
        and Ground.of(translated).links <= Ground.of(text).links
        and all(name in translated for name in names)
        and (here is None or same_dates(text, translated, here, names))
    )


def _numbers(text: str) -> list[str]:
    """The numbers of a text outside of its links; "1,050", "1.050" and "١٬٠٥٠" are the same one."""
    bare = _LINK.sub("", text).translate(_SEPARATORS)
    found = (re.sub(r"[.,](?=\d{3}(?!\d))", "", n).replace(",", ".") for n in _NUMBER.findall(bare))
    return ["".join(str(decimal(c)) if c.isdecimal() else c for c in n) for n in found]
