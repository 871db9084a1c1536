"""The language model when there is none: answers with the prompt's draft, reads by rules."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, date, datetime
from typing import cast

from adapters.models.tokens import estimate
from core.errors import Rejected, Unavailable
from core.ports import Ledger, Prompt, T
from core.reading import Paraphrase, Reader, ReadingContext, Request


def _today() -> date:
    return datetime.now(UTC).date()


class OfflineModel:
    """Implements `core.ports.LanguageModel` without a network; costs nothing and is never down."""

    name = "offline"
    words = False

    def __init__(self, reader: Reader, today: Callable[[], date] = _today) -> None:
        self._reader = reader
        self._today = today

    async def chat(self, prompt: Prompt, ledger: Ledger) -> str:
        if not prompt.draft:
            raise Unavailable("The language model", "offline, and there is no draft")
        return prompt.draft

    async def stream(self, prompt: Prompt, ledger: Ledger) -> AsyncGenerator[str, None]:
        yield await self.chat(prompt, ledger)

    async def extract(self, prompt: Prompt, shape: type[T], ledger: Ledger) -> T:
        """A Request or a Paraphrase of the prompt's last message; other shapes are Rejected."""
        text = prompt.messages[-1].content
        if not issubclass(shape, Request | Paraphrase):
            raise Rejected("I cannot do that without a language model.")
        request = self._reader.read(text, ReadingContext(today=self._today()))
        if issubclass(shape, Request):
            return shape.model_validate(request.model_dump())
        found = Paraphrase(language=request.language, english=text)
        return cast(T, found)

    def count_tokens(self, text: str) -> int:
        return estimate(text)

    async def aclose(self) -> None:
        return None
