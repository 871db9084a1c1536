"""How a flow gets its words: written by code, and told more kindly by a model when there is one.

Cards (plans, lists of suggestions) are always written by code. The model writes the lead before
them, or the answer to a question, out of the facts it is given; what it says is held against those
facts (core/grounding.py). When it fails, code's own words are sent.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace

from pydantic import BaseModel

from core.context import Ingredients
from core.errors import Rejected, Unavailable
from core.grounding import Ground
from core.people import KEYS, MAX_VALUE_CHARS, Profile
from core.ports import Entry, Prompt, Tool
from core.spending import OverBudget
from core.text import gate
from core.turn import Turn

MIN_ANSWER_CHARS = 2
MAX_ANSWER_CHARS = 3_000
MAX_TITLE_CHARS = 120

OUTAGE = (
    "_The language model does not answer right now, so this is in my own plain words. "
    "Plans and facts are not affected._"
)


async def word(
    turn: Turn,
    *,
    file: str,
    name: str,
    draft: str,
    facts: str = "",
    tools: tuple[Tool, ...] = (),
) -> AsyncIterator[str]:
    """The text so far, again and again; the last one is the answer.

    `draft` is what code would say; without a model it is the answer. `facts` is what the model may
    use beside it. Never raises for a model that is down: the draft stands in, with one notice.
    """
    if not turn.model.words:
        yield draft
        return
    turn.worded = True
    heard: list[str] = []  # what tools answered since the last look: it may be repeated
    ground = Ground.of(draft, facts, heard=(turn.words, profile_text(turn.known)))
    prompt = Prompt(
        messages=turn.context.build(
            Ingredients(
                profile=f"{turn.prompts.render('system', 'profile_heading')}\n"
                f"{profile_text(turn.known) or '(nothing is known yet)'}",
                system=_system(turn, file, name),
                trip=_trip_text(turn),
                history=turn.history,
                facts=f"{turn.prompts.render('system', 'facts_heading')}\n{facts}\n\n{draft}",
                message=(turn.message.text and turn.words)
                or turn.request.about
                or turn.request.intent.value,
            )
        ),
        purpose=f"{file}.{name}",
        version=turn.prompts.version(file),
        draft=draft,
        tools=tuple(_listened(tool, turn, heard) for tool in tools),
    )
    said = shown = ""
    pieces = turn.model.stream(prompt, turn.ledger)
    try:
        async for piece in pieces:
            said += piece
            if len(said) > MAX_ANSWER_CHARS:
                said = said[:MAX_ANSWER_CHARS].rsplit(" ", 1)[0] + " …"
                break
            while heard:
                ground = ground.plus(heard.pop())
            so_far = ground.clean(gate(said).text, whole=False)
            if so_far and so_far != shown:
                shown = so_far
                yield shown
    except (Unavailable, Rejected) as error:
        yield _without_model(turn, draft, error)
        return
    finally:
        if isinstance(pieces, AsyncGenerator):  # end the call now, so that the ledger is complete
            await pieces.aclose()
    answer = ground.clean(gate(said).text)
    turn.update(outage_told=False)
    yield answer if len(answer) >= MIN_ANSWER_CHARS else draft


def _without_model(turn: Turn, draft: str, error: Unavailable | Rejected) -> str:
    if isinstance(error, Rejected):
        return draft or error.reason
    if isinstance(error, OverBudget):  # told with the answer, see core/last_words.py
        return draft
    if turn.session.outage_told:
        return draft
    turn.update(outage_told=True)
    return f"{draft}\n\n{OUTAGE}" if draft else OUTAGE


def _listened(tool: Tool, turn: Turn, heard: list[str]) -> Tool:
    """The tool, its answers kept for the check of the words and for the history."""

    async def run(arguments: BaseModel) -> str:
        result = await tool.run(arguments)
        heard.append(result)
        call_id = turn.new_id("call")
        turn.tool_entries += [
            Entry("call", f"{tool.name} {arguments.model_dump_json()}", call_id=call_id),
            Entry("tool", result, call_id=call_id),
        ]
        return result

    return replace(tool, run=run)


def _system(turn: Turn, file: str, name: str) -> str:
    general = turn.prompts.render(
        "system", "caravan", today=turn.now.date(), language=language_name(turn.session.language)
    )
    return f"{general}\n\n{turn.prompts.render(file, name)}"


def profile_text(profile: Profile) -> str:
    """The profile as data for a prompt, one fact a line."""
    return "\n".join(
        f"- {KEYS[f.key][0]}: {_line(f.value, MAX_VALUE_CHARS)}" for f in profile.facts
    )


def _trip_text(turn: Turn) -> str:
    trip = turn.trip
    if trip is None or trip.plan is None:
        return ""
    heading = turn.prompts.render("system", "trip_heading")
    lines = [heading, _line(trip.title, MAX_TITLE_CHARS)]
    for day in trip.plan.days:
        names = ", ".join(_line(s.title, MAX_TITLE_CHARS) for s in day.stops if s.sight_id)
        lines.append(f"- {day.weekday} {day.day}: {names}")
    return "\n".join(lines)


def _line(text: str, limit: int) -> str:
    """What somebody wrote, on one line and short, so that it cannot pose as a part of a prompt."""
    return " ".join(text[: 4 * limit].split())[:limit]


_LANGUAGES = {
    "en": "English", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian",
    "pt": "Portuguese", "nl": "Dutch", "pl": "Polish", "tr": "Turkish", "ja": "Japanese",
    "ko": "Korean", "zh": "Chinese", "ru": "Russian", "uk": "Ukrainian", "ar": "Arabic",
    "he": "Hebrew", "hi": "Hindi", "sv": "Swedish", "da": "Danish", "cs": "Czech",
    "el": "Greek", "fi": "Finnish", "no": "Norwegian", "nb": "Norwegian", "hu": "Hungarian",
    "ro": "Romanian", "bg": "Bulgarian", "hr": "Croatian", "sr": "Serbian", "sk": "Slovak",
    "sl": "Slovenian", "et": "Estonian", "lv": "Latvian", "lt": "Lithuanian", "ca": "Catalan",
    "id": "Indonesian", "ms": "Malay", "vi": "Vietnamese", "th": "Thai", "fa": "Persian",
    "bn": "Bengali", "ta": "Tamil", "ka": "Georgian", "hy": "Armenian", "is": "Icelandic",
}  # fmt: skip


def language_name(code: str) -> str:
    """The English name of a language code; English for what we do not know."""
    return _LANGUAGES.get(code.split("-")[0].lower(), "English")
