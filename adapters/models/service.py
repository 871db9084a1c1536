"""The language model port over any backends: what LangChainService is without LangChain."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from json import JSONDecodeError

from pydantic import ValidationError

from adapters.models.backend import Ask, Backend, Extracted, Failure, Limits, Message
from adapters.models.caller import Caller, CutOff
from adapters.models.tokens import estimate
from adapters.models.toolloop import ToolLoop
from core.errors import Rejected
from core.ports import Ledger, Prompt, Said, T

UNREADABLE = "I could not make sense of that. Please say it in other words."


class BackendModel:
    """Implements `core.ports.LanguageModel` over `backends`, asked in this order.

    `sleep`, `rng` (0..1) and `timer` (monotonic, seconds) are what waits and chance are made of.
    """

    words = True

    def __init__(
        self,
        backends: Sequence[Backend],
        *,
        count: Callable[[str], int] = estimate,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: Callable[[], float] = random.random,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = backends[0].spec.name
        self._count = count
        self._limits = limits
        self._caller = Caller(
            backends, count=count, limits=limits, sleep=sleep, rng=rng, timer=timer
        )
        self._loop = ToolLoop(self._caller, limits)

    async def chat(self, prompt: Prompt, ledger: Ledger) -> str:
        """The whole answer. One that broke off is asked for once more: nobody has seen it."""
        try:
            return "".join([piece async for piece in self.stream(prompt, ledger)])
        except CutOff:
            return "".join([piece async for piece in self.stream(prompt, ledger)])

    def stream(self, prompt: Prompt, ledger: Ledger) -> AsyncGenerator[str, None]:
        """The answer in pieces, tools and retries included (see `core.ports.LanguageModel`)."""
        return self._loop.stream(prompt, ledger)

    async def extract(self, prompt: Prompt, shape: type[T], ledger: Ledger) -> T:
        """The prompt's answer as a `shape`; an answer that does not fit is repaired once."""
        end = self._caller.timer() + self._limits.extract_s
        messages: tuple[Message, ...] = prompt.messages
        for _ in range(2):
            ask = Ask(messages, prompt.max_output_tokens)
            try:
                return await self._caller.extract(
                    ask, shape, lambda found: _read(found, shape), prompt, ledger, end
                )
            except Failure as failure:
                repair = f"That could not be read: {failure.why}. Answer again in the shape asked."
                messages = (*messages, Said("user", repair))
        raise Rejected(UNREADABLE)

    def count_tokens(self, text: str) -> int:
        return self._count(text)

    async def aclose(self) -> None:
        await self._caller.aclose()


def _read(found: Extracted, shape: type[T]) -> T:
    """The answer as a `shape`. Raises Failure "invalid" with what does not fit."""
    try:
        if isinstance(found.content, str):
            return shape.model_validate_json(found.content)
        return shape.model_validate(found.content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Failure("invalid", f"{where}: {first['msg']}".lstrip(": "), blame=False) from error
    except (JSONDecodeError, RecursionError) as error:
        raise Failure("invalid", "no valid JSON", blame=False) from error
