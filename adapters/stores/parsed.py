"""Values read from JSON bodies, each parsed once: a long trip costs little in the next turns."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import TypeVar

from pydantic import BaseModel, ValidationError

MAX_BYTES = 4_000_000  # of JSON; about eight times that as values
M = TypeVar("M", bound=BaseModel)
_log = logging.getLogger(__name__)


class Parsed:
    """The values of the newest bodies, found by the body itself, so never out of date.

    Values are frozen and may be shared. Used by the store's thread alone.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._values: OrderedDict[tuple[type[BaseModel], bytes], BaseModel] = OrderedDict()
        self._room = self._max = max_bytes

    def read(self, shape: type[M], body: bytes) -> M | None:
        """The value of `body`; None, with a note in the log, when it cannot be read."""
        known = self._values.get((shape, body))
        if isinstance(known, shape):
            self._values.move_to_end((shape, body))
            return known
        value = read(shape, body)
        if value is not None and len(body) < self._max // 4:
            self._keep(shape, body, value)
        return value

    def _keep(self, shape: type[BaseModel], body: bytes, value: BaseModel) -> None:
        self._values[(shape, body)] = value
        self._room -= len(body)
        while self._room < 0:
            (_, oldest), _ = self._values.popitem(last=False)
            self._room += len(oldest)

    def clear(self) -> None:
        """Somebody was forgotten: here, too."""
        self._values.clear()
        self._room = self._max


def read(shape: type[M], body: bytes) -> M | None:
    """The value of `body`; None, with a note in the log, when it cannot be read."""
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        _log.error("a %s cannot be read: %d errors", shape.__name__, error.error_count())
        return None
