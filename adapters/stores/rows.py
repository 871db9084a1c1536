"""Values to columns: text as SQLite can keep it, and JSON bodies."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import BaseModel
from pydantic_core import PydanticSerializationError


def text(value: str) -> str:
    """`value` as SQLite can keep it: a lone surrogate becomes a question mark."""
    if value.isascii():
        return value
    return value.encode("utf-8", "replace").decode()


def dumped(value: BaseModel) -> bytes:
    """`value` as JSON, without what has its default."""
    try:
        return value.model_dump_json(exclude_defaults=True).encode()
    except (PydanticSerializationError, UnicodeEncodeError):  # a lone surrogate somewhere
        return orjson.dumps(_cleaned(value.model_dump(mode="json", exclude_defaults=True)))


def dumped_whole(value: BaseModel) -> bytes:
    """`value` as JSON, complete: the type of a part is a default, and needed to read it back."""
    try:
        return value.model_dump_json().encode()
    except (PydanticSerializationError, UnicodeEncodeError):
        return orjson.dumps(_cleaned(value.model_dump(mode="json")))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {text(key): _cleaned(item) for key, item in value.items()}
    return value
