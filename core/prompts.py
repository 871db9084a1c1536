"""Prompts from YAML: read once, schema-checked, every placeholder checked.

Only values that code owns are ever put into a template. What people or providers wrote goes into a
prompt as a message of its own (see core/context.py), so braces in it stay braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import Misconfigured

_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_MAX_FILE_BYTES = 100_000


class PromptText(BaseModel):
    """One prompt: its text and the names it expects."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=8_000)
    placeholders: list[str] = []

    @model_validator(mode="after")
    def _placeholders_match(self) -> PromptText:
        used = set(_PLACEHOLDER.findall(self.text))
        if used != set(self.placeholders):
            raise ValueError(
                f"the text uses {sorted(used)}, but placeholders lists {sorted(self.placeholders)}"
            )
        if "{{" in _PLACEHOLDER.sub("", self.text):
            raise ValueError("there is a '{{' that is no placeholder")
        return self


class PromptFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: int = Field(ge=1)
    prompts: dict[str, PromptText] = Field(min_length=1)


class PromptLoader:
    """All prompts of a folder. A broken file stops the start; it never reaches a turn."""

    def __init__(self, files: Mapping[str, PromptFile]) -> None:
        self._files = dict(files)

    @classmethod
    def load(cls, folder: Traversable | None = None) -> PromptLoader:
        """Read every *.yaml of `folder` (default: the package `prompts`).

        Raises:
            Misconfigured: names the file and what is wrong with it.
        """
        folder = folder or resources.files("prompts")
        files: dict[str, PromptFile] = {}
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".yaml"):
                files[entry.name.removesuffix(".yaml")] = _read(entry)
        for file, name in REQUIRED:
            if name not in _names(files, file):
                raise Misconfigured(f"prompts/{file}.yaml", f"the prompt {name!r} is missing")
        return cls(files)

    def render(self, file: str, name: str, **values: str | int | date) -> str:
        """The text of one prompt with its placeholders filled by values that code owns.

        Raises KeyError for an unknown prompt and ValueError when names do not match: both are bugs.
        """
        prompt = self._files[file].prompts[name]
        if set(values) != set(prompt.placeholders):
            raise ValueError(f"{file}.{name} wants {sorted(prompt.placeholders)}")
        return _PLACEHOLDER.sub(lambda m: str(values[m[1]]), prompt.text).strip()

    def version(self, file: str) -> str:
        """What goes into the log of model calls, such as "planning@3"."""
        return f"{file}@{self._files[file].version}"


REQUIRED = (
    ("system", "caravan"),
    ("system", "profile_heading"),
    ("system", "trip_heading"),
    ("system", "decisions_heading"),
    ("system", "facts_heading"),
    ("system", "read"),
    ("brainstorm", "lead"),
    ("planning", "lead"),
    ("planning", "changed"),
    ("support", "answer"),
    ("support", "chat"),
    ("system", "translate"),
)


def _names(files: Mapping[str, PromptFile], file: str) -> set[str]:
    return set(files[file].prompts) if file in files else set()


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases (so no alias bomb) and without the same key twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.YAMLError(f"the key {key.value!r} stands twice in one mapping")
                seen.add(key.value)
        return super().construct_mapping(node, deep)


# What PyYAML raises for values such as `!!timestamp x`, `!!bool x` or a number of 5,000 digits, and
# decoding for bytes that are no UTF-8.
_ODD_VALUES = (ValueError, KeyError, AttributeError, TypeError)


def _read(entry: Traversable) -> PromptFile:
    try:
        raw = entry.read_bytes()
        if len(raw) > _MAX_FILE_BYTES:
            raise Misconfigured(f"prompts/{entry.name}", "larger than 100 kB")
        loaded = yaml.load(raw.decode("utf-8"), Loader=_PlainLoader)  # noqa: S506 - a SafeLoader
        return PromptFile.model_validate(loaded)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        raise Misconfigured(f"prompts/{entry.name}", f"{where}: {first['msg']}") from error
    except (yaml.YAMLError, OSError, RecursionError, *_ODD_VALUES) as error:
        raise Misconfigured(f"prompts/{entry.name}", str(error).split("\n")[0]) from error
