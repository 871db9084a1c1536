"""The language model that is none: code's own words, and rules that read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

from pydantic import BaseModel

from adapters.models.tokens import estimate
from core.errors import Rejected
from core.ports import Ledger, Prompt

T = TypeVar("T", bound=BaseModel)


class OfflineModel:
    """core.ports.LanguageModel without a model: every answer is the prompt's draft."""

    name = "offline"
    words = False

    def __init__(self, reader: object) -> None:
        self._reader = reader

    async def chat(self, prompt: Prompt, ledger: Ledger) -> str:
        return prompt.draft

    async def stream(self, prompt: Prompt, ledger: Ledger) -> AsyncIterator[str]:
        if prompt.draft:
            yield prompt.draft

    async def extract(self, prompt: Prompt, shape: type[T], ledger: Ledger) -> T:
        raise Rejected("Without a language model only plain English can be read.")

    def count_tokens(self, text: str) -> int:
        return estimate(text)

    async def aclose(self) -> None:
        return None
