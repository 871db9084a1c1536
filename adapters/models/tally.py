"""What one call of a model brought: text, fragments of tool calls, usage, and how it ended."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from adapters.models.backend import CallPart, Outcome, Piece, Usage
from core.ports import ToolCall

MAX_ARGUMENT_CHARS = 4_000


@dataclass
class Tally:
    """What one call brought so far."""

    outcome: Outcome = "cut"
    usage: Usage | None = None
    finish: str = ""
    refusal: str = ""
    text: str = ""
    parts: list[CallPart] = field(default_factory=list)
    chunks: list[object] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        self.finish = piece.finish or self.finish
        self.usage = piece.usage or self.usage
        self.refusal += piece.refusal
        self.parts += piece.calls
        if piece.chunk is not None:
            self.chunks.append(piece.chunk)

    def calls(self) -> tuple[tuple[ToolCall, ...], frozenset[str]]:
        """The tool calls that the fragments make, and the ids of those with broken arguments."""
        names: dict[int, str] = {}
        ids: dict[int, str] = {}
        arguments: dict[int, str] = {}
        for part in self.parts:
            names[part.index] = names.get(part.index) or part.name
            ids[part.index] = ids.get(part.index) or part.id
            arguments[part.index] = (arguments.get(part.index, "") + part.arguments)[
                : MAX_ARGUMENT_CHARS + 1
            ]
        calls: list[ToolCall] = []
        broken: set[str] = set()
        for index, name in names.items():
            call_id = ids[index] or f"call_{index}"
            value = _object(arguments[index])
            if value is None:
                broken.add(call_id)
            calls.append(ToolCall(call_id, name, value or {}))
        return tuple(calls), frozenset(broken)


def _object(text: str) -> dict[str, Any] | None:
    """The JSON object in `text`; None when there is none. No text means no arguments."""
    if not text.strip():
        return {}
    if len(text) > MAX_ARGUMENT_CHARS:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
