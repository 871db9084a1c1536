"""A breaker per backend: after failures in a row it is left alone for a while, then tried once."""

from __future__ import annotations

from collections.abc import Callable

FAILURES = 5
OPEN_SECONDS = 30.0


class Breaker:
    """Closed, open for `OPEN_SECONDS` after `FAILURES` failures in a row, then one probe."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._failures = 0
        self._open_until = 0.0
        self._probing = False

    def admits(self) -> bool:
        """Whether a call may be made now. While half open, only one caller gets True."""
        if self._failures < FAILURES:
            return True
        if self._probing or self._timer() < self._open_until:
            return False
        self._probing = True
        return True

    def seconds_left(self) -> float:
        """Until a probe is allowed; 0 when calls are allowed now."""
        if self._failures < FAILURES:
            return 0.0
        return max(0.0, self._open_until - self._timer())

    def succeeded(self) -> None:
        self._failures = 0
        self._probing = False

    def failed(self) -> None:
        self._failures += 1
        self._probing = False
        if self._failures >= FAILURES:
            self._open_until = self._timer() + OPEN_SECONDS

    def released(self) -> None:
        """The call ended without telling anything about the backend (abandoned, refused)."""
        self._probing = False
