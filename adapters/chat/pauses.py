"""Pauses between tries, for whoever waits for a platform."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0

Sleep = Callable[[float], Awaitable[None]]


class Backoff:
    """Longer and longer pauses, half of each by chance: many bots do not come back at once."""

    def __init__(self, sleep: Sleep, jitter: Callable[[], float] = random.random) -> None:
        self._sleep = sleep
        self._jitter = jitter
        self._failures = 0

    async def pause(self) -> None:
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        await self._sleep(longest * (0.5 + self._jitter() / 2))

    def reset(self) -> None:
        self._failures = 0
