"""Screens as they come from a flow: which of them is the last, and so the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from core.turn import Screen


async def with_last(screens: AsyncIterator[Screen]) -> AsyncIterator[tuple[Screen, bool]]:
    """Each screen with whether it is known to be the last one.

    A screen is held back only while the next one is being made without waiting for anything, so a
    flow that answers at once is not shown twice.
    """
    iterator = aiter(screens)
    current: Screen | None = None
    shown = True
    while True:
        upcoming = asyncio.ensure_future(_next(iterator))
        try:
            await asyncio.sleep(0)
            if current is not None and not shown and not upcoming.done():
                yield current, False
                shown = True
            following = await upcoming
        finally:
            upcoming.cancel()
        if following is None:
            break
        current, shown = following, False
    if current is not None:
        yield current, True


async def _next(iterator: AsyncIterator[Screen]) -> Screen | None:
    return await anext(iterator, None)
