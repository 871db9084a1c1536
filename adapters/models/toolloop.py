"""A conversation with read-only tools: ask, run what the model wants to look up, ask again.

At most MAX_CALLS calls an answer, each within its own deadline. A call that cannot be run (unknown
name, arguments of the wrong shape) is explained to the model once; after a second one, and after
the last allowed call, the model has to answer with what it knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from pydantic import BaseModel, ValidationError

from adapters.models.backend import Ask, Called, Limits, Message, Step
from adapters.models.caller import Caller
from core.errors import Rejected, Unavailable
from core.ports import Ledger, Prompt, Said, Tool, ToolCall

MAX_CALLS = 6
MAX_RESULT_CHARS = 4_000
NO_MORE = "No more lookups in this answer. Answer with what you have."


class ToolLoop:
    """Answers one prompt after the other; keeps nothing between them."""

    def __init__(self, caller: Caller, limits: Limits) -> None:
        self._caller = caller
        self._limits = limits

    async def stream(self, prompt: Prompt, ledger: Ledger) -> AsyncGenerator[str, None]:
        """The text of the answer in pieces; what the model says between lookups included."""
        end = self._caller.timer() + self._limits.total_s
        messages: list[Message] = list(prompt.messages)
        calls_left = MAX_CALLS if prompt.tools else 0
        repairs_left = 1
        said_before = False
        while True:
            ask = Ask(
                tuple(messages), prompt.max_output_tokens, prompt.tools, may_call=calls_left > 0
            )
            step = Step("")
            parts = self._caller.stream(ask, prompt, ledger, end)
            async with aclosing(parts):
                async for part in parts:
                    if isinstance(part, Step):
                        step = part
                    else:
                        yield f"\n\n{part}" if said_before else part
                        said_before = False
            if not step.calls:
                return
            said_before = said_before or bool(step.text)
            results, bad = await self._run(step, prompt.tools, calls_left)
            messages += [
                Called(Said("assistant", step.text, tool_calls=step.calls), step),
                *results,
            ]
            calls_left -= len(step.calls)
            if bad:
                calls_left = calls_left if repairs_left else 0
                repairs_left = 0

    async def _run(
        self, step: Step, tools: tuple[Tool, ...], calls_left: int
    ) -> tuple[list[Said], bool]:
        """A result for every call of `step`, and whether one of them could not be run."""
        known = {tool.name: tool for tool in tools}
        readable = [_arguments(known, call, step) for call in step.calls]
        texts = await asyncio.gather(
            *(
                self._result(known, call, readable[position])
                if position < calls_left
                else _refused_lookup()
                for position, call in enumerate(step.calls)
            )
        )
        results = [
            Said("tool", text[:MAX_RESULT_CHARS], tool_call_id=call.id)
            for call, text in zip(step.calls, texts, strict=True)
        ]
        return results, any(isinstance(a, str) for a in readable)

    async def _result(
        self, known: dict[str, Tool], call: ToolCall, arguments: BaseModel | str
    ) -> str:
        if isinstance(arguments, str):
            return arguments
        try:
            async with asyncio.timeout(self._limits.tool_s):
                return await known[call.name].run(arguments)
        except TimeoutError:
            return f"{call.name} did not answer in time."
        except Unavailable as error:
            return f"{error.who} does not answer."
        except Rejected as error:
            return error.reason


async def _refused_lookup() -> str:
    return NO_MORE


def _arguments(known: dict[str, Tool], call: ToolCall, step: Step) -> BaseModel | str:
    """The call's arguments in their shape, or what to tell the model that got them wrong."""
    tool = known.get(call.name)
    if tool is None:
        return f"There is no tool of that name. There are: {', '.join(known)}."
    if call.id in step.broken:
        return "The arguments are no JSON object. Call again with valid ones, or answer without."
    try:
        return tool.arguments.model_validate(dict(call.arguments))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"The arguments do not fit ({where}: {first['msg']}). Call again, or answer without."
