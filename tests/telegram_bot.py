"""Runs the whole product on Telegram and kills itself (-9) at a named point of the road.

python -m tests.telegram_bot POINT [COUNT]      # dies when POINT is reached the COUNT-th time
python -m tests.telegram_bot                    # lives
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bot.settings import load_settings
from bot.wiring import Parts, build
from core.ports import Store

# Where a process may die: before and after each step of the road that leaves a trace.
STORE_STEPS = ("accept", "claim", "open_turn", "commit_turn", "claim_replies", "sent")
POINTS = (*(f"{when}_{step}" for step in (*STORE_STEPS, "send") for when in ("before", "after")),)


class Fuse:
    """Kills this process when its point is reached for the last time allowed."""

    def __init__(self, point: str, count: int) -> None:
        self._point = point
        self._left = count

    def reached(self, point: str) -> None:
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, method: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
        async def step(*args: Any, **kwargs: Any) -> Any:
            if not _idle(name, args):
                self.reached(f"before_{name}")
            result = await method(*args, **kwargs)
            if not _idle(name, args, result):
                self.reached(f"after_{name}")
            return result

        return step


def _idle(name: str, args: tuple[Any, ...], result: object = None) -> bool:
    """Steps that found nothing to do are no step of a message's road."""
    if name == "accept":
        return not args[0]
    return name in ("claim", "claim_replies") and result == []


class FusedStore:
    """A store whose steps may be the last thing this process does."""

    def __init__(self, store: Store, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        return self._fuse.around(name, method) if name in STORE_STEPS else method


async def main(point: str, count: int) -> None:
    fuse = Fuse(point, count)

    def wrap(store: Store) -> Any:
        return FusedStore(store, fuse)

    app = await build(load_settings(), Parts(wrap_store=wrap))
    for adapter in app.adapters:
        adapter.send = fuse.around("send", adapter.send)  # type: ignore[method-assign]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        await app.runtime.run(stop)
    finally:
        await app.aclose()


if __name__ == "__main__":
    named = sys.argv[1] if len(sys.argv) > 1 else ""
    assert named == "" or named in POINTS
    asyncio.run(main(named, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
