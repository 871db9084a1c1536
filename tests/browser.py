"""A real headless Chromium, driven over its DevTools socket; the network is switched off in it."""

from __future__ import annotations

import asyncio
import base64
import itertools
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
PROGRAM = next((found for name in NAMES if (found := shutil.which(name))), "")
needs_chromium = pytest.mark.skipif(not PROGRAM, reason="no Chromium here: apt install chromium")


@dataclass
class Page:
    """One tab. `requests` are the addresses it asked for, `complaints` what its console said."""

    socket: aiohttp.ClientWebSocketResponse
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: itertools.count(1))
    _waiting: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    _loaded: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        async for message in self.socket:
            said = message.json()
            if said.get("id") in self._waiting:
                self._waiting.pop(said["id"]).set_result(said.get("result", said.get("error")))
            method, told = said.get("method"), said.get("params", {})
            if method == "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            elif method == "Log.entryAdded":
                self.complaints.append(told["entry"]["text"])
            elif method == "Runtime.exceptionThrown":
                self.complaints.append(str(told["exceptionDetails"]))
            elif method == "Page.loadEventFired":
                self._loaded.set()

    async def call(self, method: str, **parameters: Any) -> Any:
        number = next(self._ids)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(30):
            return await future

    async def opens(self, path: Path, *, width: int = 900) -> None:
        """Load a local file in a window so wide, in CSS pixels."""
        for domain in ("Network", "Page", "Log", "Runtime"):
            await self.call(f"{domain}.enable")
        await self.call("Network.emulateNetworkConditions", offline=True, latency=0,
                        downloadThroughput=-1, uploadThroughput=-1)  # fmt: skip
        await self.call("Emulation.setDeviceMetricsOverride", width=width, height=800,
                        deviceScaleFactor=1, mobile=width < 600)  # fmt: skip
        self._loaded.clear()
        await self.call("Page.navigate", url=path.as_uri())
        async with asyncio.timeout(30):
            await self._loaded.wait()

    async def reads(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    async def prints(self) -> bytes:
        """The page as PDF, on the paper its style asks for."""
        answer = await self.call("Page.printToPDF", preferCSSPageSize=True)
        return base64.b64decode(answer["data"])


@asynccontextmanager
async def chromium(profile: Path) -> AsyncIterator[Page]:
    """A tab of a browser of its own, gone afterwards."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            while b"DevTools listening" not in (line := await process.stderr.readline()):
                assert line, "Chromium ended before it listened"
        address = line.decode().split("ws://")[1].split("/")[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{address}/json") as answer:
                tabs = await answer.json()
            tab = next(t for t in tabs if t["type"] == "page")
            async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                listening = asyncio.create_task(page.listen())
                yield page
                listening.cancel()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
