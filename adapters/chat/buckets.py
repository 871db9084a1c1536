"""A token bucket, which the paces of the chat platforms are made of."""

from __future__ import annotations


class Bucket:
    """A token bucket that lends: `wait` says how long until there is a token, `take` takes it."""

    def __init__(self, per_second: float, burst: float, now: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._tokens = burst
        self._at = now

    def level(self, now: float) -> float:
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        return self._tokens

    def wait(self, now: float) -> float:
        return max(0.0, (1.0 - self.level(now)) / self._per_second)

    def take(self, now: float) -> None:
        self._tokens = self.level(now) - 1.0
