"""The least an answering bot needs: python-telegram-bot on aiohttp, a LangChain chat model of its
own that streams over aiohttp, ten turns of history in memory. No retries, nothing on disk."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
import uvloop
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from telegram.ext import Application, MessageHandler, filters
from telegram.request import BaseRequest, RequestData

TURNS = 10
_ROLES = {"human": "user", "ai": "assistant"}


class OverAiohttp(BaseRequest):
    """python-telegram-bot's request class, by aiohttp."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return 30.0

    async def initialize(self) -> None:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256))

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        assert self._session is not None
        body = request_data.parameters if request_data else None
        async with self._session.request(method, url, json=body) as answer:
            return answer.status, await answer.read()


class LeanChat(BaseChatModel):
    """All text of one read becomes one chunk."""

    url: str
    _session: aiohttp.ClientSession | None = None

    @property
    def _llm_type(self) -> str:
        return "lean"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise RuntimeError("this model only streams")

    async def _astream(
        self, messages: list[BaseMessage], *_: Any, **__: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        said = [{"role": _ROLES[m.type], "content": m.content} for m in messages]
        body = orjson.dumps({"model": "bench", "stream": True, "messages": said})
        async with self._session.post(self.url + "/chat/completions", data=body) as answer:
            rest = b""
            async for read in answer.content.iter_any():
                *events, rest = (rest + read).split(b"\n\n")
                text = "".join(map(_text, events))
                if text:
                    yield ChatGenerationChunk(message=AIMessageChunk(content=text))


def _text(event: bytes) -> str:
    if not event.startswith(b"data: {"):
        return ""
    choices = orjson.loads(event[6:])["choices"]
    return str(choices[0]["delta"].get("content") or "") if choices else ""


def main() -> None:
    asyncio.set_event_loop(uvloop.new_event_loop())
    model = LeanChat(url=os.environ["OPENAI_BASE_URL"])
    history: dict[int, deque[BaseMessage]] = defaultdict(lambda: deque(maxlen=2 * TURNS))

    async def answer(update: Any, _context: Any) -> None:
        message = update.effective_message
        past, asked = history[message.chat_id], HumanMessage(message.text)
        text = ""
        async for chunk in model.astream([*past, asked]):
            text += str(chunk.content)
        past += (asked, AIMessage(text))
        await message.reply_text(text)

    builder = Application.builder().token(os.environ["TELEGRAM_BOT_TOKEN"])
    builder = builder.base_url(os.environ["TELEGRAM_API_BASE_URL"] + "/bot")
    builder = builder.request(OverAiohttp()).get_updates_request(OverAiohttp())
    application = builder.concurrent_updates(256).build()
    application.add_handler(MessageHandler(filters.TEXT, answer))
    application.run_polling(bootstrap_retries=-1)


if __name__ == "__main__":
    main()
