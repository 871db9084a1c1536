"""A cache in memory: the newest entries of one process."""

from __future__ import annotations

from collections import OrderedDict

from core.ports import Cached


class MemoryCache:
    """core.ports.Cache; the entry used longest ago goes first when it is full."""

    def __init__(self, max_entries: int = 2_000) -> None:
        self._entries: OrderedDict[str, Cached] = OrderedDict()
        self._max = max_entries

    async def get(self, key: str) -> Cached | None:
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    async def put(self, key: str, value: Cached) -> None:
        self._entries[key] = value
        self._entries.move_to_end(key)
        while len(self._entries) > self._max:
            self._entries.popitem(last=False)
