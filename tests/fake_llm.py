"""A language model server on loopback that plays a tape, on the wires of OpenAI and of Anthropic.

    async with FakeLLM(Fails(429, retry_after="7"), Says("Lisbon.")) as llm:
        ModelSpec("openai", "fake", "key", llm.url("openai"))

When the tape has ended it answers "Fine.". Two modes answer by the request instead of the tape:
`echo` repeats the whole prompt (what leaks into it gets out), `obey` does what tool results tell it
("CALL: name {json}", "SAY: words"), as a model that follows every injection would.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from aiohttp import web

Wire = Literal["openai", "anthropic"]


@dataclass(frozen=True)
class Says:
    """Words, in pieces. `finish` is OpenAI's name of the reason; `usage` is in, out, cached."""

    text: str
    finish: str = "stop"
    usage: tuple[int, int, int] | None = (10, 5, 4)


@dataclass(frozen=True)
class Calls:
    """Calls of tools; arguments as an object, or as raw text when they are broken."""

    calls: tuple[tuple[str, dict[str, Any] | str], ...]
    text: str = ""


@dataclass(frozen=True)
class Fits:
    """An answer in the shape that was asked for; text stands for one that does not parse."""

    value: dict[str, Any] | str


@dataclass(frozen=True)
class Refuses:
    text: str = "I can't assist with that."


@dataclass(frozen=True)
class Fails:
    status: int
    retry_after: str = ""
    code: str = ""


@dataclass(frozen=True)
class Hangs:
    """Says `text` (or nothing at all, not even a status) and then is silent for ever."""

    text: str = ""


@dataclass(frozen=True)
class Cuts:
    """Says `text` and then the stream is over: without an end, or after bytes of no meaning."""

    text: str
    how: Literal["end", "drop", "garbage"] = "end"


Scene = Says | Calls | Fits | Refuses | Fails | Hangs | Cuts
_FINISH = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


@dataclass
class Seen:
    """A request: its messages as (role, text), the tools it offers, and the body as it came."""

    wire: Wire
    messages: list[tuple[str, str]]
    tools: list[str]
    may_call: bool
    body: dict[str, Any]


@dataclass
class FakeLLM:
    tape: tuple[Scene, ...] = ()
    mode: Literal["", "echo", "obey"] = ""
    requests: list[Seen] = field(default_factory=list)

    def __init__(self, *tape: Scene, mode: Literal["", "echo", "obey"] = "") -> None:
        self.tape = tape
        self.mode = mode
        self.requests = []
        self._left = list(tape)
        self._over = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_post("/v1/chat/completions", self._openai)
        app.router.add_post("/v1/messages", self._anthropic)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await self._site.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        await self._runner.cleanup()

    def url(self, wire: Wire) -> str:
        port = self._runner.addresses[0][1]
        return f"http://127.0.0.1:{port}" + ("/v1" if wire == "openai" else "")

    # --- what is answered -----------------------------------------------------------------------

    def _scene(self, seen: Seen) -> Scene:
        self.requests.append(seen)
        if self.mode == "echo":
            return Says("\n".join(text for _, text in seen.messages))
        if self.mode == "obey":
            return _obedient(seen)
        return self._left.pop(0) if self._left else Says("Fine.")

    async def _openai(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        messages = [(m["role"], str(m.get("content") or "")) for m in body["messages"]]
        tools = [t["function"]["name"] for t in body.get("tools", ())]
        seen = Seen("openai", messages, tools, body.get("tool_choice") != "none", body)
        scene = self._scene(seen)
        if isinstance(scene, Fails):
            return _failed(scene)
        if not body.get("stream"):
            return web.json_response(_openai_whole(scene))
        return await self._play(request, scene, _openai_events(scene), b"data: [DONE]\n\n")

    async def _anthropic(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        messages = [("system", _flat(body["system"]))] if body.get("system") else []
        messages += [
            ("tool" if _is_result(m["content"]) else m["role"], _flat(m["content"]))
            for m in body["messages"]
        ]
        tools = [t["name"] for t in body.get("tools", ())]
        choice = (body.get("tool_choice") or {}).get("type")
        scene = self._scene(Seen("anthropic", messages, tools, choice != "none", body))
        if isinstance(scene, Fails):
            return _failed(scene)
        if not body.get("stream"):
            return web.json_response(_anthropic_whole(scene, tools))
        return await self._play(request, scene, _anthropic_events(scene), b"")

    async def _play(
        self, request: web.Request, scene: Scene, events: list[bytes], end: bytes
    ) -> web.StreamResponse:
        if scene == Hangs():
            await self._over.wait()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in events:
            await response.write(event)
        if isinstance(scene, Hangs):
            await self._over.wait()
        elif isinstance(scene, Cuts) and scene.how == "drop":
            assert request.transport is not None
            request.transport.abort()
        elif isinstance(scene, Cuts) and scene.how == "garbage":
            await response.write(b"event: content_block_delta\ndata: {nonsense\n\n")
        elif not isinstance(scene, Cuts):
            await response.write(end)
        return response


def _obedient(seen: Seen) -> Scene:
    role, text = seen.messages[-1]
    if role != "tool":
        first = (seen.tools[0], {"place": "Lisbon"}) if seen.tools else ("", {})
        return Calls((first,)) if seen.tools else Says("Nothing to obey.")
    text = text.replace("\\", "")  # a model reads through the escapes of Markdown
    call = re.search(r"CALL: (\w+) (\{.*?\})", text)
    if call and seen.may_call:
        return Calls(((call[1], json.loads(call[2])),))
    say = re.search(r"SAY: (.*)", text)
    return Says(say[1] if say else text)


# --- the two wires -------------------------------------------------------------------------------


def _failed(scene: Fails) -> web.Response:
    headers = {"Retry-After": scene.retry_after} if scene.retry_after else {}
    error = {"type": "error", "message": "secret-looking vendor text", "code": scene.code or None}
    return web.json_response({"error": error}, status=scene.status, headers=headers)


def _pieces(text: str) -> list[str]:
    return re.findall(r"\s*\S{1,200000}\s*", text) or ([text] if text else [])


def _text(scene: Scene) -> str:
    return "" if isinstance(scene, Fits | Refuses | Fails) else getattr(scene, "text", "")


def _arguments(arguments: dict[str, Any] | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _openai_events(scene: Scene) -> list[bytes]:
    def event(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        body = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "fake"}
        return b"data: " + json.dumps({**body, "choices": [choice], **more}).encode() + b"\n\n"

    if scene == Hangs() or isinstance(scene, Fails):
        return []
    events = [event({"role": "assistant", "content": ""})]
    events += [event({"content": piece}) for piece in _pieces(_text(scene))]
    if isinstance(scene, Refuses):
        events += [event({"refusal": scene.text}), event({}, "stop")]
    elif isinstance(scene, Calls):
        for index, (name, arguments) in enumerate(scene.calls):
            written = _arguments(arguments)
            half = len(written) // 2
            head = {"index": index, "id": f"c{index}", "type": "function"}
            first = {**head, "function": {"name": name, "arguments": written[:half]}}
            rest = {"index": index, "function": {"arguments": written[half:]}}
            events += [event({"tool_calls": [first]}), event({"tool_calls": [rest]})]
        events.append(event({}, "tool_calls"))
    elif isinstance(scene, Says):
        events.append(event({}, scene.finish))
        if scene.usage:
            usage = {
                "prompt_tokens": scene.usage[0],
                "completion_tokens": scene.usage[1],
                "total_tokens": sum(scene.usage[:2]),
                "prompt_tokens_details": {"cached_tokens": scene.usage[2]},
            }
            last = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "fake"}
            body = {**last, "choices": [], "usage": usage}
            events.append(b"data: " + json.dumps(body).encode() + b"\n\n")
    return events


def _openai_whole(scene: Scene) -> dict[str, Any]:
    content = _text(scene)
    if isinstance(scene, Fits):
        content = _arguments(scene.value)
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if isinstance(scene, Refuses):
        message |= {"content": None, "refusal": scene.text}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    head = {"id": "1", "object": "chat.completion", "created": 1, "model": "fake"}
    return {**head, "choices": [choice], "usage": usage}


def _anthropic_events(scene: Scene) -> list[bytes]:
    def event(kind: str, **more: Any) -> bytes:
        body = json.dumps({"type": kind, **more})
        return f"event: {kind}\ndata: {body}\n\n".encode()

    def block(index: int, start: dict[str, Any], deltas: list[dict[str, Any]]) -> list[bytes]:
        return [
            event("content_block_start", index=index, content_block=start),
            *(event("content_block_delta", index=index, delta=d) for d in deltas),
            event("content_block_stop", index=index),
        ]

    if scene == Hangs() or isinstance(scene, Fails):
        return []
    message = {"id": "m", "type": "message", "role": "assistant", "content": [], "model": "fake"}
    usage = {"input_tokens": 10, "output_tokens": 1}
    whole = {**message, "stop_reason": None, "stop_sequence": None, "usage": usage}
    events = [event("message_start", message=whole)]
    deltas = [{"type": "text_delta", "text": piece} for piece in _pieces(_text(scene))]
    if deltas:
        text = block(0, {"type": "text", "text": ""}, deltas)
        events += text[:-1] if isinstance(scene, Cuts | Hangs) else text
    finish = "refusal" if isinstance(scene, Refuses) else "end_turn"
    counts: dict[str, int] = {"output_tokens": 5, "input_tokens": 10}
    if isinstance(scene, Calls):
        finish = "tool_use"
        for index, (name, arguments) in enumerate(scene.calls, 1):
            start = {"type": "tool_use", "id": f"c{index}", "name": name, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": _arguments(arguments)}
            events += block(index, start, [delta])
    elif isinstance(scene, Says):
        finish = _FINISH[scene.finish]
        if scene.usage:
            fresh = scene.usage[0] - scene.usage[2]
            counts = {"input_tokens": fresh, "cache_read_input_tokens": scene.usage[2]}
            counts["output_tokens"] = scene.usage[1]
    if isinstance(scene, Cuts | Hangs):
        return events
    end = {"stop_reason": finish, "stop_sequence": None}
    return [*events, event("message_delta", delta=end, usage=counts), event("message_stop")]


def _anthropic_whole(scene: Scene, tools: list[str]) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": _text(scene) or "-"}]
    finish = "refusal" if isinstance(scene, Refuses) else "end_turn"
    if isinstance(scene, Fits):
        if isinstance(scene.value, str) or not tools:
            content = [{"type": "text", "text": _arguments(scene.value)}]
        else:
            content = [{"type": "tool_use", "id": "c1", "name": tools[0], "input": scene.value}]
            finish = "tool_use"
    head = {"id": "m", "type": "message", "role": "assistant", "model": "fake"}
    usage = {"input_tokens": 10, "output_tokens": 5}
    return {
        **head,
        "content": content,
        "stop_reason": finish,
        "stop_sequence": None,
        "usage": usage,
    }


def _flat(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(_flat(b.get("text") or b.get("content") or "") for b in content)


def _is_result(content: Any) -> bool:
    return not isinstance(content, str) and any(b["type"] == "tool_result" for b in content)


async def collected(stream: AsyncIterator[str]) -> list[str]:
    """The pieces of an answer."""
    return [piece async for piece in stream]
