"""How a flow gets its words: written by code, and told more kindly by a model when there is one.

Cards (plans, lists of suggestions) are always written by code. The model writes the lead before
them, or the answer to a question, out of the facts it is given; what it says is held against those
facts (core/grounding.py). When it fails, code's own words are sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from core.context import Ingredients
from core.errors import Rejected, Unavailable
from core.grounding import Ground
from core.people import KEYS, Profile
from core.ports import Prompt, Tool
from core.turn import Turn

MIN_ANSWER_CHARS = 2
MAX_ANSWER_CHARS = 3_000

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
    ground = Ground.of(draft, facts, turn.message.text, profile_text(turn.profile))
    prompt = Prompt(
        messages=turn.context.build(
            Ingredients(
                profile=f"{turn.prompts.render('system', 'profile_heading')}\n"
                f"{profile_text(turn.profile) or '(nothing is known yet)'}",
                system=_system(turn, file, name),
                trip=_trip_text(turn),
                history=turn.history,
                facts=f"{turn.prompts.render('system', 'facts_heading')}\n{facts}\n\n{draft}",
                message=turn.message.text or turn.request.about or turn.request.intent.value,
            )
        ),
        purpose=f"{file}.{name}",
        version=turn.prompts.version(file),
        draft=draft,
        tools=tools,
    )
    said = ""
    shown = ""
    try:
        async for piece in turn.model.stream(prompt, turn.ledger):
            said += piece
            if len(said) > MAX_ANSWER_CHARS:
                said = said[:MAX_ANSWER_CHARS].rsplit(" ", 1)[0] + " …"
                break
            so_far = ground.clean(said, whole=False)
            if so_far and so_far != shown:
                shown = so_far
                yield shown
    except (Unavailable, Rejected) as error:
        yield _without_model(turn, draft, error)
        return
    answer = ground.clean(said)
    turn.update(outage_told=False)
    yield answer if len(answer) >= MIN_ANSWER_CHARS else draft


def _without_model(turn: Turn, draft: str, error: Unavailable | Rejected) -> str:
    if isinstance(error, Rejected) or turn.session.outage_told:
        return draft
    turn.update(outage_told=True)
    return f"{draft}\n\n{OUTAGE}" if draft else OUTAGE


def _system(turn: Turn, file: str, name: str) -> str:
    general = turn.prompts.render(
        "system", "caravan", today=turn.now.date(), language=language_name(turn.session.language)
    )
    return f"{general}\n\n{turn.prompts.render(file, name)}"


def profile_text(profile: Profile) -> str:
    """The profile as data for a prompt, one fact a line."""
    return "\n".join(f"- {KEYS[f.key][0]}: {f.value}" for f in profile.facts)


def _trip_text(turn: Turn) -> str:
    trip = turn.trip
    if trip is None or trip.plan is None:
        return ""
    lines = [turn.prompts.render("system", "trip_heading"), trip.title]
    for day in trip.plan.days:
        names = ", ".join(s.title for s in day.stops if s.sight_id)
        lines.append(f"- {day.weekday} {day.day}: {names}")
    return "\n".join(lines)


_LANGUAGES = {
    "en": "English", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian",
    "pt": "Portuguese", "nl": "Dutch", "pl": "Polish", "tr": "Turkish", "ja": "Japanese",
    "ko": "Korean", "zh": "Chinese", "ru": "Russian", "uk": "Ukrainian", "ar": "Arabic",
    "he": "Hebrew", "hi": "Hindi", "sv": "Swedish", "da": "Danish", "cs": "Czech",
}  # fmt: skip


def language_name(code: str) -> str:
    """The English name of a language code; English for what we do not know."""
    return _LANGUAGES.get(code.split("-")[0].lower(), "English")
