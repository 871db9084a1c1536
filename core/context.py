"""What the model gets to see: the profile first, then trip, decisions and history, newest kept.

The order of messages: profile, instructions, trip, decisions, history, facts, the message itself.
Everything that people or providers wrote stands in messages of its own and never in the system
role. The budget is never exceeded: history goes first (oldest first), then the long parts are cut.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.hearing import line_of
from core.ports import Entry, Said, ToolCall

PER_MESSAGE = 4  # what vendors add around a message, in tokens
CUT = " […]"
# Text with more characters a token than this is filler; it is cut without counting all of it.
MAX_CHARS_PER_TOKEN = 12


@dataclass(frozen=True)
class Ingredients:
    """The parts of a prompt before they are fitted. Empty parts are left out."""

    profile: str
    system: str
    trip: str = ""
    decisions: str = ""
    history: Sequence[Entry] = ()
    facts: str = ""
    message: str = ""


class ContextManager:
    """Fits prompts into a token budget.

    `count` counts tokens of a text. `budget` is for the whole prompt, the answer not included.
    """

    def __init__(self, count: Callable[[str], int], budget: int = 6_000) -> None:
        if budget < 64:
            raise ValueError("a budget under 64 tokens holds no prompt")
        self._count = count
        self.budget = budget

    def build(self, parts: Ingredients) -> tuple[Said, ...]:
        """The messages of a prompt, at most `budget` tokens by our count.

        Profile, instructions and the message always stay; each has a share of the budget and is
        cut only when it needs more. Of the history the newest entries stay; a tool call and its
        results stay together.
        """
        left = self.budget
        fitted: dict[str, Said] = {}
        for name, role, content, share in (
            ("profile", "user", parts.profile, 0.25),
            ("system", "system", parts.system, 0.35),
            ("message", "user", parts.message, 0.30),
            ("facts", "user", parts.facts, 0.50),
            ("trip", "user", parts.trip, 0.20),
            ("decisions", "user", parts.decisions, 0.10),
        ):
            said = self._fitted(role, content, min(int(self.budget * share), left))
            if said is not None:
                fitted[name] = said
                left -= self._cost(said)
        head = [fitted[n] for n in ("profile", "system", "trip", "decisions") if n in fitted]
        tail = [fitted[n] for n in ("facts", "message") if n in fitted]
        return (*head, *self._newest(parts.history, left), *tail)

    def tokens(self, messages: Sequence[Said]) -> int:
        """What `messages` cost by our count, tool calls and framing included."""
        return sum(self._cost(m) for m in messages)

    def estimate_remaining_tokens(self, messages: Sequence[Said]) -> int:
        """How many tokens of the budget `messages` leave free; never negative."""
        return max(0, self.budget - self.tokens(messages))

    def _cost(self, message: Said) -> int:
        calls = "".join(f"{c.name}{dict(c.arguments)}" for c in message.tool_calls)
        return self._count(message.content) + (self._count(calls) if calls else 0) + PER_MESSAGE

    def _fitted(self, role: str, content: str, limit: int) -> Said | None:
        """`content` as a message of at most `limit` tokens; None when nothing of it fits."""
        said = _said(role, self._cut(content, limit - PER_MESSAGE) if content else "")
        return said if said.content and self._cost(said) <= limit else None

    def _cut(self, text: str, limit: int) -> str:
        """The longest beginning of `text` that fits into `limit` tokens, marked when it was cut."""
        if limit <= 0:
            return ""
        if len(text) <= limit * MAX_CHARS_PER_TOKEN and self._count(text) <= limit:
            return text
        low, high = 0, min(len(text), limit * MAX_CHARS_PER_TOKEN)
        while low < high:
            middle = (low + high + 1) // 2
            if self._count(text[:middle] + CUT) <= limit:
                low = middle
            else:
                high = middle - 1
        return text[:low] + CUT if low else ""

    def _newest(self, history: Sequence[Entry], left: int) -> list[Said]:
        kept: list[list[Said]] = []
        for unit in reversed(_units(history)):
            said = [_history(entry) for entry in unit]
            cost = sum(
                entry.tokens + PER_MESSAGE
                if entry.tokens and not entry.sender and entry.role in ("user", "assistant")
                else self._cost(said_)
                for entry, said_ in zip(unit, said, strict=True)
            )
            if cost > left:
                break
            kept.append(said)
            left -= cost
        return [message for unit in reversed(kept) for message in unit]


def _units(history: Sequence[Entry]) -> list[list[Entry]]:
    """The history in pieces that must stay whole: one line, or a call with its results.

    Calls without a result and results without a call are left out: vendors refuse them.
    """
    units: list[list[Entry]] = []
    open_calls: dict[str, list[Entry]] = {}
    for entry in history:
        if entry.role == "call":
            open_calls[entry.call_id] = [entry]
        elif entry.role == "tool":
            unit = open_calls.pop(entry.call_id, None)
            if unit is not None:
                unit.append(entry)
                units.append(unit)
        else:
            units.append([entry])
    return units


def _history(entry: Entry) -> Said:
    if entry.role == "call":
        name, _, written = entry.text.partition(" ")
        return Said("assistant", "", tool_calls=(ToolCall(entry.call_id, name, _object(written)),))
    if entry.role == "tool":
        return Said("tool", entry.text, tool_call_id=entry.call_id)
    if entry.role == "assistant":
        return Said("assistant", entry.text)
    return Said("user", line_of(entry.sender, entry.text))


def _object(written: str) -> dict[str, Any]:
    try:
        value = json.loads(written)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"input": written}


def _said(role: str, content: str) -> Said:
    return Said("system", content) if role == "system" else Said("user", content)
