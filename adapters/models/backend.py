"""What one model behind an SDK has to do, in our own words, so that the rules know no vendor."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from core.ports import Said, Tool, ToolCall

EXTRACT_TOKENS = 1_000  # of an answer in a shape, at most
Outcome = Literal["ok", "rate_limited", "timeout", "error", "cut", "refused", "invalid"]


@dataclass(frozen=True)
class ModelSpec:
    """One model to ask. `base_url` points to a compatible server; empty means the vendor's own.

    `price` is what a million tokens of input and of output cost, in US dollars; None if unknown.
    """

    vendor: str  # openai | anthropic
    model: str
    api_key: str = field(default="", repr=False)
    base_url: str = ""
    price: tuple[Decimal, Decimal] | None = None

    @property
    def name(self) -> str:
        return f"{self.vendor}:{self.model}"


@dataclass(frozen=True)
class Limits:
    """Deadlines in seconds, and how often a call is tried on one backend."""

    connect_s: float = 3.0
    first_s: float = 20.0  # to the first text or tool call
    idle_s: float = 15.0  # between two pieces
    total_s: float = 60.0  # a whole answer: retries, fallbacks and tools included
    extract_s: float = 12.0
    tool_s: float = 5.0
    tries: int = 3
    backoff_s: float = 0.5
    longest_backoff_s: float = 8.0


@dataclass(frozen=True)
class Usage:
    """Tokens as the vendor counted them; `cached` are part of `input`."""

    input: int
    output: int
    cached: int = 0


@dataclass(frozen=True)
class CallPart:
    """A fragment of a tool call; fragments of one `index` belong together."""

    index: int
    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Piece:
    """What one event of a stream brought."""

    text: str = ""
    calls: tuple[CallPart, ...] = ()
    refusal: str = ""
    finish: str = ""  # why the model stopped; a stream without it was cut
    usage: Usage | None = None
    chunk: object = None  # the vendor's own object, kept for a step that calls tools


@dataclass(frozen=True)
class Step:
    """A finished answer of the model: the tools it wants, or none when its words were all."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    broken: frozenset[str] = frozenset()  # ids of calls whose arguments are no JSON object
    own: object = None  # the answer as the vendor's SDK wants it back
    backend: str = ""


@dataclass(frozen=True)
class Called:
    """A step of the model that called tools, as a message of the next request."""

    said: Said
    step: Step


Message = Said | Called


@dataclass(frozen=True)
class Ask:
    """One request. `may_call` is False when the tools are only there to explain old calls."""

    messages: tuple[Message, ...]
    max_tokens: int
    tools: tuple[Tool, ...] = ()
    may_call: bool = True


@dataclass(frozen=True)
class Extracted:
    """An answer in the shape asked for, as JSON text or as a value; not yet validated."""

    content: str | dict[str, Any]
    refusal: str = ""
    usage: Usage | None = None


class Failure(Exception):
    """A call that gave no usable answer. `why` is safe to log.

    `again` tells whether the same backend may be asked once more; `blame` whether it counts
    against the backend (a refusal or a bad prompt does not).
    """

    def __init__(
        self,
        outcome: Outcome,
        why: str,
        *,
        again: bool = False,
        blame: bool = True,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(why)
        self.outcome: Outcome = outcome
        self.why = why
        self.again = again
        self.blame = blame
        self.retry_after = retry_after


class Backend(Protocol):
    """One model behind its SDK. Everything it raises is a Failure."""

    spec: ModelSpec

    def stream(self, ask: Ask) -> AsyncGenerator[Piece, None]: ...

    def whole(self, chunks: list[object]) -> object:
        """The chunks of a finished answer as one message, to be sent back with tool results."""
        ...

    async def extract(self, ask: Ask, shape: type[BaseModel]) -> Extracted: ...

    async def aclose(self) -> None: ...
