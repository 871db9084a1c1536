"""One of the ideas that were offered: to be planned, saved, dismissed, or told more about."""

from __future__ import annotations

import re

from adapters.models.reader.intents import Parts, is_empty
from adapters.models.reader.profile import statements
from adapters.models.reader.questions import asks, find_topic
from adapters.models.reader.talk import (
    name_picked,
    refuses,
    wants_details,
    wants_to_dismiss,
    wants_to_save,
)
from adapters.models.reader.text import Said
from core.reading import Intent, ReadingContext, Request


def picked_in(parts: Parts, picked: int | None) -> Request | None:
    said, context = parts.said, parts.context
    named = name_picked(said, context.suggested, context.offered)
    if picked is None and named is None:
        if wants_to_save(said) and len(said.words) <= 4 and is_empty(parts.wish):
            return Request(intent=Intent.SAVE, confidence=0.7)
        return None
    if context.has_plan and picked is not None and not context.suggested and not context.offered:
        return None
    pick, name = (picked, name_of(picked, context)) if picked is not None else named or (None, "")
    if wants_details(said):
        return Request(intent=Intent.SUPPORT, confidence=0.7, pick=pick, pick_name=name, about=name)
    if wants_to_save(said):
        return Request(intent=Intent.SAVE, confidence=0.95, pick=pick, pick_name=name)
    refused = bool(named) and any(m.text.casefold() in name.casefold() for m in parts.wish.avoid)
    if (
        wants_to_dismiss(said)
        and (picked is not None or refused)
        and is_empty(parts.wish.model_copy(update={"avoid": ()}))
    ):
        return Request(
            intent=Intent.DISMISS, confidence=0.9, pick=pick, pick_name=name, wish=parts.wish
        )
    if refused or parts.correction or (picked is None and refuses(said, name)):
        return None
    if asks(said):
        more = picked is not None and find_topic(said) is None and len(said.words) > 5
        beside = {"step_free": None, "likes": (), "diet": (), "quiet": None}
        if not more or not is_empty(parts.wish.model_copy(update=beside)):
            return None
        return Request(intent=Intent.SUPPORT, confidence=0.7, pick=pick, pick_name=name, about=name)
    request = request_for(parts, Intent.PLAN, 0.9)
    return request.model_copy(update={"pick": pick, "pick_name": name})


_ALSO = re.compile(
    r"\b(?:as well|too|also|in addition|on top)\W*$|^\W*(?:and |then |maybe |perhaps |can we )*"
    r"(?:also|add|plus)\b"
)


def wants_also(said: Said) -> bool:
    """ "Maybe Naples as well", "add Kyoto": to the towns that are there."""
    return bool(_ALSO.search(said.low))


def name_of(pick: int | None, context: ReadingContext) -> str:
    names = context.suggested or context.offered
    if pick is None or not names:
        return ""
    if pick == -1:
        return names[-1]
    return names[pick - 1] if 1 <= pick <= len(names) else ""


def request_for(parts: Parts, intent: Intent, confidence: float) -> Request:
    edits = statements(parts.said, parts.tastes, parts.places)
    return Request(
        intent=intent,
        confidence=confidence,
        wish=parts.wish,
        edits=tuple(edits),
        correction=parts.correction,
        also=bool(parts.wish.destinations) and wants_also(parts.said),
    )
