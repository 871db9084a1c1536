"""Joining the text deltas of a stream of server-sent events, OpenAI's and Anthropic's."""

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
    """The same events, neighbouring text deltas joined. What is not understood is left alone."""
    out: list[bytes] = []
    pending: dict[str, Any] | None = None
    head = original = b""
    for event in events.split(b"\n\n"):
        if not event:
            continue
        start = _ANTHROPIC_HEAD if event.startswith(_ANTHROPIC_HEAD) else b""
        delta = _text_delta(event[len(start) :])
        if delta is not None and pending is not None and _join(pending, delta):
            original = b""
            continue
        if pending is not None:
            out.append(original or head + _DATA + orjson.dumps(pending))
        pending, head, original = delta, start, event
        if delta is None:
            out.append(event)
    if pending is not None:
        out.append(original or head + _DATA + orjson.dumps(pending))
    return b"\n\n".join(out) + b"\n\n"


def _text_delta(line: bytes) -> dict[str, Any] | None:
    """The parsed event when it holds nothing but a piece of text, else None."""
    if not line.startswith(b"data: {") or b"\n" in line:
        return None
    try:
        event = orjson.loads(line[len(_DATA) :])
    except orjson.JSONDecodeError:
        return None
    if event.get("type") == "content_block_delta":
        delta = event.get("delta")
        pure = isinstance(delta, dict) and delta.get("type") == "text_delta"
        return event if pure and isinstance(delta.get("text"), str) else None
    choices = event.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or event.get("usage"):
        return None
    choice = choices[0]
    if not isinstance(choice, dict) or choice.get("finish_reason") or choice.get("logprobs"):
        return None
    delta = choice.get("delta")
    if not isinstance(delta, dict) or not isinstance(delta.get("content"), str):
        return None
    return None if any(v for k, v in delta.items() if k not in ("content", "role")) else event


def _join(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Append the text of `second` to `first` when both belong to the same piece of the answer."""
    if "delta" in first or "delta" in second:
        if first.get("type") != second.get("type") or first.get("index") != second.get("index"):
            return False
        first["delta"]["text"] += second["delta"]["text"]
        return True
    a, b = first["choices"][0], second["choices"][0]
    if a.get("index") != b.get("index"):
        return False
    a["delta"]["content"] += b["delta"]["content"]
    return True
