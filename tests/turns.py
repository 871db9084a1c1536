"""A single turn without a concierge, for tests of what a model is shown and what it may say."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from core.context import ContextManager
from core.errors import CaravanError
from core.messages import Conversation, InboundMessage, Person
from core.people import Party, Profile
from core.ports import LanguageModel, Ledger, Prompt
from core.prompts import PromptLoader
from core.reading import Intent, Request
from core.session import Session
from core.travel import Travel
from core.turn import Turn

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PROMPTS = PromptLoader.load()
T = TypeVar("T", bound=BaseModel)


class Lines:
    """A model that says its lines in small pieces, or raises; it keeps every prompt."""

    name = "lines"
    words = True

    def __init__(self, *lines: str | CaravanError, piece: int = 7) -> None:
        self._lines = list(lines)
        self._piece = piece
        self.prompts: list[Prompt] = []

    async def chat(self, prompt: Prompt, ledger: Ledger) -> str:
        return "".join([piece async for piece in self.stream(prompt, ledger)])

    async def stream(self, prompt: Prompt, ledger: Ledger) -> AsyncIterator[str]:
        self.prompts.append(prompt)
        line = self._lines.pop(0) if self._lines else "Fine."
        if isinstance(line, CaravanError):
            raise line
        for start in range(0, len(line), self._piece):
            yield line[start : start + self._piece]

    async def extract(self, prompt: Prompt, shape: type[T], ledger: Ledger) -> T:
        raise NotImplementedError

    def count_tokens(self, text: str) -> int:
        return len(text) // 4 + 1

    async def aclose(self) -> None:
        return None


def a_turn(model: LanguageModel, text: str = "Where to?", **changes: Any) -> Turn:
    """A turn of one person in a private chat; `changes` are fields of the Turn."""
    person = Person(id="telegram:1", name="Ana")
    chat = Conversation(platform="telegram", chat_id="1")
    ids = itertools.count(1)
    known: dict[str, Any] = {
        "message": InboundMessage(id="1", conversation=chat, sender=person, text=text, sent_at=NOW),
        "request": Request(intent=Intent.CHAT, confidence=1),
        "party": Party(members=(person,)),
        "session": Session(conversation=chat.key),
        "profile": Profile(person=person.id),
        "trips": (),
        "recommendations": (),
        "history": (),
        "now": NOW,
        "travel": cast(Travel, None),
        "model": model,
        "prompts": PROMPTS,
        "context": ContextManager(lambda text: len(text) // 4 + 1),
        "new_id": lambda kind: f"{kind}{next(ids)}",
    }
    return Turn(**known | changes)
