"""The rules of calling models: deadlines, retries, breakers, fallbacks, and a record of each call.

A backend is tried again, and the next one is asked, only as long as nothing of the answer was
handed on; after the first piece every failure ends the answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from pydantic import BaseModel

from adapters.models.backend import (
    EXTRACT_TOKENS,
    Ask,
    Backend,
    Called,
    Extracted,
    Failure,
    Limits,
    Step,
    Usage,
)
from adapters.models.breaker import Breaker
from adapters.models.tally import Tally
from core.errors import Rejected, Unavailable
from core.ports import Ledger, LlmCall, Prompt
from core.spending import Booking

WHO = "The language model"
REFUSED = "I cannot help with that one. Ask me something else about your trip."
CHARS_PER_TOKEN = 8  # more than any script needs: what is longer ignored the limit we asked for
PER_MESSAGE = 4  # tokens of framing
_MILLION = Decimal(1_000_000)
T = TypeVar("T")


class CutOff(Unavailable):
    """An answer broke off after its first piece."""


class Caller:
    """Asks the first backend that answers. `timer` is monotonic, in seconds."""

    def __init__(
        self,
        backends: Sequence[Backend],
        *,
        count: Callable[[str], int],
        limits: Limits,
        sleep: Callable[[float], Awaitable[None]],
        rng: Callable[[], float],
        timer: Callable[[], float],
    ) -> None:
        self._backends = [(backend, Breaker(timer)) for backend in backends]
        self._count = count
        self._limits = limits
        self._sleep = sleep
        self._rng = rng
        self._sizes: dict[type[BaseModel], int] = {}
        self.timer = timer

    async def stream(
        self, ask: Ask, prompt: Prompt, ledger: Ledger, end: float
    ) -> AsyncGenerator[str | Step, None]:
        """The text of one answer in pieces, and at last the Step it was.

        Raises CutOff after the first piece, else Unavailable or Rejected (see the module).
        """
        last: Failure | None = None
        for turn, (backend, breaker) in enumerate(self._backends):
            # An equal share of the time left, so that a silent backend leaves some to the next.
            share = self.timer() + (end - self.timer()) / (len(self._backends) - turn)
            for attempt in range(self._limits.tries):
                if self.timer() >= share or not breaker.admits():
                    break
                spoken = False
                booking = await self._reserved(ledger, breaker, ask, ask.max_tokens)
                try:
                    with self._recorded(backend, breaker, ask, prompt, ledger, booking) as tally:
                        parts = self._answer(backend, ask, tally, share, end)
                        async with aclosing(parts):
                            async for part in parts:
                                spoken = True
                                yield part
                    return
                except Failure as failure:
                    if failure.outcome == "refused":
                        raise Rejected(REFUSED) from failure
                    if spoken:
                        raise CutOff(WHO, failure.why, failure.retry_after) from failure
                    last = failure
                    if not await self._waits(failure, attempt, share):
                        break
        raise self._unavailable(last) from last

    async def extract(
        self,
        ask: Ask,
        shape: type[BaseModel],
        read: Callable[[Extracted], T],
        prompt: Prompt,
        ledger: Ledger,
        end: float,
    ) -> T:
        """What `read` makes of an answer in a shape. A Failure "invalid" of `read` is passed on.

        Raises Unavailable or Rejected like `stream`.
        """
        last: Failure | None = None
        for turn, (backend, breaker) in enumerate(self._backends):
            share = self.timer() + (end - self.timer()) / (len(self._backends) - turn)
            for attempt in range(self._limits.tries):
                if self.timer() >= share or not breaker.admits():
                    break
                most = EXTRACT_TOKENS + self._size_of(shape)
                booking = await self._reserved(ledger, breaker, ask, most)
                try:
                    with self._recorded(backend, breaker, ask, prompt, ledger, booking) as tally:
                        found = await self._within(backend.extract(ask, shape), share)
                        tally.usage = found.usage
                        tally.text = str(found.content)
                        if found.refusal:
                            raise Failure("refused", "the model refused", blame=False)
                        return read(found)
                except Failure as failure:
                    if failure.outcome == "refused":
                        raise Rejected(REFUSED) from failure
                    if failure.outcome == "invalid":
                        raise
                    last = failure
                    if not await self._waits(failure, attempt, share):
                        break
        raise self._unavailable(last) from last

    async def aclose(self) -> None:
        for backend, _ in self._backends:
            await backend.aclose()

    # --- one call -------------------------------------------------------------------------------

    async def _answer(
        self, backend: Backend, ask: Ask, tally: Tally, share: float, end: float
    ) -> AsyncGenerator[str | Step, None]:
        """One answer of one backend: its text in pieces and the Step at last, or a Failure."""
        by = min(share, self.timer() + self._limits.first_s)
        room = ask.max_tokens * CHARS_PER_TOKEN
        source = backend.stream(ask)
        async with aclosing(source):
            while room > 0:
                piece = await self._within(anext(source, None), by)
                if piece is None:
                    break
                tally.add(piece)
                room -= sum(len(part.arguments) for part in piece.calls)
                if piece.text or piece.calls:
                    by = min(end, self.timer() + self._limits.idle_s)
                # White space before the first word is no piece: it may be all there is.
                text = (piece.text if tally.text else piece.text.lstrip())[: max(0, room)]
                if text:
                    room -= len(text)
                    tally.text += text
                    yield text
        yield self._step(backend, ask, tally, full=room > 0)

    def _step(self, backend: Backend, ask: Ask, tally: Tally, *, full: bool) -> Step:
        if tally.refusal or tally.finish in ("refusal", "content_filter"):
            raise Failure("refused", "the model refused", blame=False)
        if full and not tally.finish:
            raise Failure("cut", "the answer broke off", again=True)
        calls, broken = tally.calls() if ask.may_call else ((), frozenset[str]())
        if not calls and not tally.text:
            raise Failure("invalid", "an empty answer", again=True, blame=False)
        own = backend.whole(tally.chunks) if calls and not broken else None
        return Step(tally.text, calls, broken, own, backend.spec.name)

    async def _within(self, wanted: Awaitable[T], by: float) -> T:
        """`wanted`, or Failure when it does not come by `by`."""
        try:
            async with asyncio.timeout(max(0.0, by - self.timer())):
                came = await wanted
        except TimeoutError as error:
            raise Failure("timeout", "no answer in time", again=True) from error
        if self.timer() > by:  # it was there at once, but too late
            raise Failure("timeout", "no answer in time", again=True)
        return came

    async def _reserved(
        self, ledger: Ledger, breaker: Breaker, ask: Ask, most: int
    ) -> Booking | None:
        """Set aside what the call may need: the prompt and `most` for the answer.

        Raises OverBudget, or Unavailable when the books do not answer; both end the answer.
        """
        if ledger.budget is None:
            return None
        tools = sum(self._size_of(t.arguments) + self._count(t.description) for t in ask.tools)
        try:
            return await ledger.reserve(self._size(ask) + tools + most)
        except BaseException:
            breaker.released()  # no call, so nothing was learned about the backend
            raise

    @contextmanager
    def _recorded(
        self,
        backend: Backend,
        breaker: Breaker,
        ask: Ask,
        prompt: Prompt,
        ledger: Ledger,
        booking: Booking | None,
    ) -> Iterator[Tally]:
        """Writes the call into the ledger and tells the breaker, however it ends."""
        began = self.timer()
        tally = Tally()
        try:
            yield tally
            tally.outcome = "ok"
            breaker.succeeded()
        except Failure as failure:
            tally.outcome = failure.outcome
            breaker.failed() if failure.blame else breaker.released()
            raise
        finally:
            breaker.released()
            entry = self._entry(backend, ask, prompt, tally, self.timer() - began)
            ledger.add(replace(entry, booking=booking))

    def _entry(
        self, backend: Backend, ask: Ask, prompt: Prompt, tally: Tally, seconds: float
    ) -> LlmCall:
        """The call for the books. Tokens that no vendor told us are estimated, unless the call
        was turned away (429, 5xx, no connection), which nobody bills."""
        usage = tally.usage
        if usage is None and tally.outcome in ("rate_limited", "error"):
            usage = Usage(0, 0)
        elif usage is None:
            said = tally.text + "".join(part.arguments for part in tally.parts)
            usage = Usage(self._size(ask), self._count(said))
        elif not usage.input:  # some servers tell the output only
            usage = Usage(self._size(ask), usage.output)
        price = backend.spec.price
        return LlmCall(
            model=backend.spec.name,
            purpose=prompt.purpose,
            prompt_version=prompt.version,
            input_tokens=usage.input,
            output_tokens=usage.output,
            cached_tokens=usage.cached,
            seconds=round(seconds, 3),
            outcome=tally.outcome,
            # Cached input is billed in full here: what it saves differs by vendor and contract.
            cost=(usage.input * price[0] + usage.output * price[1]) / _MILLION if price else None,
        )

    def _size(self, ask: Ask) -> int:
        said = [m.said if isinstance(m, Called) else m for m in ask.messages]
        calls = "".join(f"{c.name}{dict(c.arguments)}" for m in said for c in m.tool_calls)
        return sum(self._count(m.content) + PER_MESSAGE for m in said) + self._count(calls)

    def _size_of(self, shape: type[BaseModel]) -> int:
        """Tokens of a shape in a request; the same for all turns, so they are kept."""
        if shape not in self._sizes:
            self._sizes[shape] = self._count(json.dumps(shape.model_json_schema()))
        return self._sizes[shape]

    # --- between two calls ----------------------------------------------------------------------

    async def _waits(self, failure: Failure, attempt: int, share: float) -> bool:
        """Wait before another try on the same backend; False when there is to be none."""
        last = 2 if failure.outcome == "invalid" else self._limits.tries
        if not failure.again or attempt + 1 >= last:
            return False
        longest = min(self._limits.longest_backoff_s, self._limits.backoff_s * 2**attempt)
        seconds = self._rng() * longest + (failure.retry_after or 0.0)
        if self.timer() + seconds >= share:
            return False
        await self._sleep(seconds)
        return True

    def _unavailable(self, last: Failure | None) -> Unavailable:
        if last is not None:
            return Unavailable(WHO, last.why, last.retry_after)
        rest = min((breaker.seconds_left() for _, breaker in self._backends), default=0.0)
        return Unavailable(WHO, "resting after many failures", rest or None)
