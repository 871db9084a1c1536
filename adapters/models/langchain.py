"""The language model over LangChain: OpenAI, Anthropic, and any OpenAI-compatible server.

The only file that knows LangChain and the vendors' SDKs. They are imported when a service is made,
which takes 2 to 3 seconds and some 60 MB. Their own retries are off; the rules are in caller.py.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, SecretStr

from adapters.models.backend import (
    EXTRACT_TOKENS,
    Ask,
    Called,
    CallPart,
    Extracted,
    Failure,
    Limits,
    ModelSpec,
    Piece,
    Usage,
)
from adapters.models.failures import failure_of
from adapters.models.service import BackendModel
from adapters.models.transport import AiohttpTransport
from core.errors import Misconfigured
from core.ports import Tool

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

__all__ = ["LangChainService", "Limits", "ModelSpec"]

# From the fifth generation on, Claude answers in a schema; some no longer take a forced tool.
_NEW_CLAUDE = re.compile(r"claude-[a-z]+-(?:[5-9]|\d\d)(?:-|$)")
# What malformed data makes the SDKs and LangChain raise while they build their objects.
_MALFORMED = (ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError)


class LangChainService(BackendModel):
    """Chat, chat with a system prompt, stream, extract and count, over LangChain's chat models."""

    @classmethod
    def of(cls, specs: Sequence[ModelSpec], *, limits: Limits = Limits(), **options: Any) -> Self:  # noqa: B008 - frozen
        """A service that asks the first of `specs`, then the others; options as in BackendModel.

        Imports LangChain: call it in a thread, before the process reports ready.
        """
        if not specs:
            raise Misconfigured("LANGUAGE_MODEL", "names no model")
        return cls([LangChainBackend(spec, limits) for spec in specs], limits=limits, **options)


class LangChainBackend:
    """One chat model of LangChain over our transport."""

    def __init__(self, spec: ModelSpec, limits: Limits) -> None:
        make = _MODELS.get(spec.vendor)
        if make is None:
            raise Misconfigured("LANGUAGE_MODEL", f"unknown vendor {spec.vendor!r}")
        _turn_tracing_off()
        self.spec = spec
        # A backstop behind our own deadlines, for a connection that dies without a word.
        self._transport = AiohttpTransport(limits.connect_s, limits.first_s + 5)
        self._model, self._errors = make(spec, self._transport)
        self._tools: dict[object, list[dict[str, Any]]] = {}

    async def stream(self, ask: Ask) -> AsyncGenerator[Piece, None]:
        """The answer to `ask` as its events come."""
        options: dict[str, Any] = {"max_tokens": ask.max_tokens}
        if ask.tools:
            options["tools"] = self._bound(ask.tools)
        if ask.tools and not ask.may_call:
            # The tools stay in the request: without them, vendors refuse the calls made before.
            openai = self.spec.vendor == "openai"
            options["tool_choice"] = "none" if openai else {"type": "none"}
        source: Any = self._model.astream(self._messages(ask), **options)
        try:
            async with aclosing(source):
                async for chunk in source:
                    yield _piece(chunk)
        except self._errors as error:
            raise failure_of(error) from error
        except _MALFORMED as error:
            raise Failure("cut", "an answer that is no valid data", again=True) from error

    def whole(self, chunks: list[object]) -> object:
        """The chunks as one message, with what only the vendor understands (thinking) kept."""
        first: Any = chunks[0]
        return first.__add__(chunks[1:]) if chunks[1:] else first

    async def extract(self, ask: Ask, shape: type[BaseModel]) -> Extracted:
        """The answer to `ask` in a shape, unchecked."""
        from langchain_core.utils.function_calling import convert_to_openai_tool

        # As a plain schema, so that an answer that does not fit comes back instead of an exception.
        schema, method = convert_to_openai_tool(shape)["function"], "function_calling"
        if self.spec.vendor == "openai":
            schema = convert_to_openai_tool(shape, strict=True)["function"]
            method = "json_schema"
        elif _NEW_CLAUDE.match(self.spec.model):
            schema, method = shape.model_json_schema(), "json_schema"
        asked = self._model.with_structured_output(schema, method=method, include_raw=True)
        try:
            answer: Any = await asked.ainvoke(self._messages(ask))
        except self._errors as error:
            raise failure_of(error) from error
        except _MALFORMED as error:
            raise Failure("invalid", "no valid data", blame=False) from error
        said: AIMessage = answer["raw"]
        piece = _piece(said)
        content = said.tool_calls[0]["args"] if said.tool_calls else str(said.text)
        refused = piece.refusal or ("refusal" if piece.finish == "refusal" else "")
        return Extracted(content, refused, piece.usage)

    async def aclose(self) -> None:
        await self._transport.aclose()

    def _bound(self, tools: tuple[Tool, ...]) -> list[dict[str, Any]]:
        """The tools as the vendor wants them; the same for all turns, so they are kept."""
        key = tuple((t.name, t.description, t.arguments) for t in tools)
        if key not in self._tools:
            functions = [
                {
                    "type": "function",
                    "function": {
                        "name": t.name,
                        "description": t.description,
                        "parameters": t.arguments.model_json_schema(),
                    },
                }
                for t in tools
            ]
            bound: Any = self._model.bind_tools(functions)
            self._tools[key] = bound.kwargs["tools"]
        return self._tools[key]

    def _messages(self, ask: Ask) -> list[BaseMessage]:
        from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

        made: list[BaseMessage] = []
        for message in ask.messages:
            if isinstance(message, Called) and message.step.backend == self.spec.name:
                own: Any = message.step.own
                if own is not None:
                    made.append(own)
                    continue
            said = message.said if isinstance(message, Called) else message
            if said.role == "system":
                made.append(SystemMessage(said.content))
            elif said.role == "user":
                made.append(HumanMessage(said.content))
            elif not ask.tools and (said.tool_calls or said.role == "tool"):
                # Looked up in an earlier turn: without tools in the request it has to be text.
                if said.role == "tool":
                    made.append(HumanMessage(f"Looked up before (data): {said.content}"))
            elif said.role == "tool":
                made.append(ToolMessage(said.content, tool_call_id=said.tool_call_id))
            else:
                calls = [
                    {"name": c.name, "args": dict(c.arguments), "id": c.id, "type": "tool_call"}
                    for c in said.tool_calls
                ]
                made.append(AIMessage(said.content, tool_calls=calls))
        if self.spec.vendor == "anthropic":  # its API takes instructions only before the messages
            made.sort(key=lambda m: m.type != "system")
        return made


# --- the vendors ---------------------------------------------------------------------------------

_Errors = tuple[type[Exception], ...]
_OPENAI = "https://api.openai.com/v1"
_ANTHROPIC = "https://api.anthropic.com"


def _openai(spec: ModelSpec, transport: AiohttpTransport) -> tuple[BaseChatModel, _Errors]:
    import openai
    from langchain_core.exceptions import LangChainException
    from langchain_openai import ChatOpenAI

    base_url = spec.base_url or _OPENAI
    compatible = urlsplit(base_url).hostname != urlsplit(_OPENAI).hostname

    class LeanChatOpenAI(ChatOpenAI):
        """Plain chat without the SDK's walk through every old message, which is 80 % of its cost.

        What stands in `extra_body` is merged into the request as it is.
        """

        def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
            payload = super()._get_request_payload(*args, **kwargs)
            if compatible and "max_completion_tokens" in payload:
                payload["max_tokens"] = payload.pop("max_completion_tokens")  # known to all servers
            if "messages" not in payload or "response_format" in payload:
                return payload
            body = {"messages": payload["messages"], **(payload.get("extra_body") or {})}
            if "tools" in payload:
                body["tools"] = payload.pop("tools")
            return {**payload, "messages": [], "extra_body": body}

        def _convert_chunk_to_generation_chunk(
            self, chunk: dict[str, Any], *args: Any, **kwargs: Any
        ) -> Any:
            made = super()._convert_chunk_to_generation_chunk(chunk, *args, **kwargs)
            choices = chunk.get("choices")
            refusal = choices[0]["delta"].get("refusal") if choices else None
            if made is not None and refusal:  # LangChain drops it
                made.message.additional_kwargs["refusal"] = refusal
            return made

    async def key() -> str:  # an async key keeps LangChain from making a second, blocking client
        return spec.api_key or "none"

    model = LeanChatOpenAI(
        model=spec.model,
        api_key=key,
        base_url=base_url,
        openai_proxy="",
        max_tokens=EXTRACT_TOKENS,
        max_retries=0,
        stream_usage=True,
        stream_chunk_timeout=None,  # ours come first, and cost no task for every chunk
        http_async_client=httpx2.AsyncClient(transport=transport),
    )
    return model, (openai.OpenAIError, httpx2.HTTPError, LangChainException)


def _anthropic(spec: ModelSpec, transport: AiohttpTransport) -> tuple[BaseChatModel, _Errors]:
    import anthropic
    from langchain_anthropic import ChatAnthropic
    from langchain_core.exceptions import LangChainException

    class LeanChatAnthropic(ChatAnthropic):
        """ChatAnthropic over our transport, and without the SDK's walk through old messages."""

        @cached_property
        def _async_client(self) -> anthropic.AsyncAnthropic:
            client = httpx2.AsyncClient(transport=transport)
            return anthropic.AsyncAnthropic(**self._client_params, http_client=client)

        def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
            payload = super()._get_request_payload(*args, **kwargs)
            body = {"messages": payload["messages"], **(payload.get("extra_body") or {})}
            return {**payload, "messages": [], "extra_body": body}

    model = LeanChatAnthropic(
        model=spec.model,
        api_key=SecretStr(spec.api_key or "none"),
        base_url=spec.base_url or _ANTHROPIC,
        max_tokens=EXTRACT_TOKENS,
        max_retries=0,
    )
    return model, (anthropic.AnthropicError, httpx2.HTTPError, LangChainException)


_MODELS: dict[str, Callable[..., tuple[BaseChatModel, _Errors]]] = {
    "openai": _openai,
    "anthropic": _anthropic,
}


def _turn_tracing_off() -> None:
    """No word of a conversation goes to LangSmith, whatever the environment says."""
    import langsmith

    langsmith.configure(enabled=False)


# --- from LangChain's words to ours --------------------------------------------------------------


def _piece(chunk: Any) -> Piece:
    meta = chunk.response_metadata
    usage = chunk.usage_metadata
    details = (usage or {}).get("input_token_details") or {}
    return Piece(
        text=str(chunk.text),
        calls=tuple(
            CallPart(c["index"] or 0, c["id"] or "", c["name"] or "", c["args"] or "")
            for c in getattr(chunk, "tool_call_chunks", ())
        ),
        refusal=chunk.additional_kwargs.get("refusal") or "",
        finish=meta.get("finish_reason") or meta.get("stop_reason") or meta.get("status") or "",
        usage=usage
        and Usage(usage["input_tokens"], usage["output_tokens"], details.get("cache_read") or 0),
        chunk=chunk,
    )
