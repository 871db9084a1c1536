"""Several sources behind one port: the first that answers is the answer.

The next source is asked when the one before failed, or took longer than a head start, so a slow
provider does not use up the turn. What an earlier one says wins over what a later one says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from core.errors import Unavailable
from core.ports import Clock
from core.travel import DayWeather, Point, Weather

HEAD_START_S = 0.7
OLD = timedelta(hours=6)  # a forecast older than this is only shown when nobody has a newer one
S = TypeVar("S")
T = TypeVar("T")


async def first_answer(
    who: str,
    sources: Sequence[S],
    ask: Callable[[S], Awaitable[T]],
    *,
    second_best: Callable[[T], bool] = lambda answer: False,
    head_start_s: float = HEAD_START_S,
) -> T:
    """What the first source says that answers; of two answers that of the earlier source.

    A `second_best` answer (an old one) is only taken when no other source has a better one.

    Raises Unavailable(who), with every source's reason, when none answers.
    """
    failures: list[Unavailable] = []
    spare: list[T] = []
    waiting = list(sources)
    running: list[asyncio.Task[T]] = []

    async def run(source: S) -> T:
        return await ask(source)

    try:
        while waiting or running:
            if waiting:
                running.append(asyncio.create_task(run(waiting.pop(0))))
            timeout = head_start_s if waiting else None
            await asyncio.wait(running, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            for task in [t for t in running if t.done()]:
                running.remove(task)
                try:
                    answer = task.result()
                except Unavailable as error:
                    failures.append(error)
                    continue
                if not second_best(answer):
                    return answer
                spare.append(answer)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    if spare:
        return spare[0]
    waits = [f.retry_after for f in failures if f.retry_after is not None]
    told = "; ".join(str(f) for f in failures) or "nobody is configured"
    raise Unavailable(who, told, min(waits) if waits else None)


class WeatherChain:
    """The Weather port over several; every day says by its source which one it was."""

    def __init__(
        self, sources: Sequence[Weather], clock: Clock, head_start_s: float = HEAD_START_S
    ) -> None:
        self._sources = tuple(sources)
        self._clock = clock
        self._head_start_s = head_start_s

    async def forecast(
        self, place: Point, timezone: str, first: date, last: date
    ) -> list[DayWeather]:
        """Forecast days of the first source that has a recent forecast, else of one with an old.

        Raises Unavailable when no source answers.
        """
        now = self._clock.now()

        def old(days: list[DayWeather]) -> bool:
            return any(now - d.source.fetched_at > OLD for d in days)

        return await first_answer(
            "The weather service",
            self._sources,
            lambda source: source.forecast(place, timezone, first, last),
            second_best=old,
            head_start_s=self._head_start_s,
        )
