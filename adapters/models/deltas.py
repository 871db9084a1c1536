"""Joining the small events of a streamed answer, OpenAI's and Anthropic's, into few.

Joined are neighbouring pieces of text, and with OpenAI also the reason of the end and the usage,
which come in events of their own. Everything else, and what is not understood, is left alone.
"""

from __future__ import annotations

from typing import Any

import orjson

_DATA = b"data: "
_ANTHROPIC_HEAD = b"event: content_block_delta\n"


def whole_events(buffer: bytes) -> tuple[bytes, bytes]:
    """The whole events in `buffer`, and the beginning of the next one."""
    end = buffer.rfind(b"\n\n")
    return (buffer[: end + 2], buffer[end + 2 :]) if end >= 0 else (b"", buffer)


def merged(events: bytes) -> bytes:
    """The same events in the same order, those that can be joined joined."""
    out: list[bytes] = []
    pending: dict[str, Any] | None = None
    head = original = b""
    for event in events.split(b"\n\n"):
        if not event:
            continue
        start = _ANTHROPIC_HEAD if event.startswith(_ANTHROPIC_HEAD) else b""
        parsed = _parsed(event[len(start) :])
        if parsed is not None and pending is not None and _join(pending, parsed):
            original = b""
            continue
        if pending is not None:
            out.append(original or head + _DATA + orjson.dumps(pending))
        if parsed is not None and _is_text(parsed):
            pending, head, original = parsed, start, event
        else:
            pending = None
            out.append(event)
    if pending is not None:
        out.append(original or head + _DATA + orjson.dumps(pending))
    return b"\n\n".join(out) + b"\n\n"


def _parsed(line: bytes) -> dict[str, Any] | None:
    """The event when it is one line of JSON in one of the two shapes, else None."""
    if not line.startswith(b"data: {") or b"\n" in line:
        return None
    try:
        event = orjson.loads(line[len(_DATA) :])
    except orjson.JSONDecodeError:
        return None
    if event.get("error"):
        return None
    if isinstance(event.get("choices"), list):
        return event if len(event["choices"]) <= 1 else None
    return event if event.get("type") == "content_block_delta" else None


def _is_text(event: dict[str, Any]) -> bool:
    """True when the event holds nothing but a piece of text."""
    if "choices" not in event:
        delta = event.get("delta")
        if not isinstance(delta, dict) or delta.get("type") != "text_delta":
            return False
        return isinstance(delta.get("text"), str)
    choice = _choice(event)
    if choice is None or choice.get("finish_reason") or event.get("usage"):
        return False
    return isinstance(choice["delta"].get("content"), str) and _only_text(choice)


def _only_text(choice: dict[str, Any]) -> bool:
    others = (v for k, v in choice["delta"].items() if k not in ("content", "role"))
    return not choice.get("logprobs") and not any(others)


def _choice(event: dict[str, Any]) -> dict[str, Any] | None:
    choice = event["choices"][0] if event["choices"] else None
    return choice if isinstance(choice, dict) and isinstance(choice.get("delta"), dict) else None


def _join(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Add `second` to `first`; False when they have to stay apart."""
    if "choices" not in first or "choices" not in second:
        if "choices" in first or "choices" in second or not _is_text(second):
            return False
        if first.get("index") != second.get("index"):
            return False
        first["delta"]["text"] += second["delta"]["text"]
        return True
    if not second["choices"]:
        return _join_usage(first, second)
    a, b = first["choices"][0], _choice(second)
    if b is None or a.get("finish_reason") or first.get("usage") or second.get("usage"):
        return False
    if a.get("index") != b.get("index") or not _only_text(b):
        return False
    a["delta"]["content"] += b["delta"].get("content") or ""
    a["finish_reason"] = b.get("finish_reason")
    return True


def _join_usage(first: dict[str, Any], second: dict[str, Any]) -> bool:
    if first.get("usage") or not isinstance(second.get("usage"), dict):
        return False
    first["usage"] = second["usage"]
    return True
