"""An atlas file as text: single values are replaced where they stand, all other text stays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

Key = str | int
Path = tuple[Key, ...]

_PLAIN = re.compile(r"[A-Za-zÀ-ɏ][\wÀ-ɏ.-]*|\d{4}-\d{2}-\d{2}")
# YAML 1.1 reads these words as something else.
_TAKEN = frozenset("y yes n no on off true false null".split())


@dataclass(frozen=True)
class Edit:
    """Text between two places of the file, and what comes there instead."""

    start: int
    end: int
    text: str


class Sheet:
    """A YAML file of mappings and lists; finds the places of its values."""

    def __init__(self, text: str) -> None:
        self.text = text
        # The loader in Python counts in characters of `text`, which the C loader does not promise.
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is None:
            raise KeyError("the file is empty")
        self._root: yaml.Node = root

    def put(self, path: Path, value: object) -> Edit:
        """The edit that puts `value` at `path`: over the old value, or as a new key.

        Raises:
            KeyError: when the place to put it does not exist.
        """
        parent = self._at(path[:-1])
        key = path[-1]
        if isinstance(parent, yaml.SequenceNode) and isinstance(key, int):
            return _over(parent.value[key], value)
        if not isinstance(parent, yaml.MappingNode) or not parent.value:
            raise KeyError(path)
        for known, old in parent.value:
            if known.value == key:
                return _over(old, value)
        if parent.flow_style:
            end = parent.value[-1][1].end_mark.index
            return Edit(end, end, f", {key}: {flow(value)}")
        # Before the last key of a block: where that key starts is sure, where its value ends is
        # not (comments and empty lines may follow).
        place = parent.value[-1][0].start_mark
        return Edit(place.index, place.index, f"{key}: {flow(value)}\n{' ' * place.column}")

    def add_line(self, path: Path, value: object) -> Edit:
        """The edit that puts one more item before the first of the block list at `path`.

        Raises:
            KeyError: when there is no such list, or it is empty or written in one line.
        """
        items = self._at(path)
        if not isinstance(items, yaml.SequenceNode) or items.flow_style or not items.value:
            raise KeyError(path)
        start = self.text.rindex("-", 0, items.value[0].start_mark.index)
        column = start - (self.text.rfind("\n", 0, start) + 1)
        return Edit(start, start, f"- {flow(value)}\n{' ' * column}")

    def with_edits(self, edits: Sequence[Edit]) -> str:
        """The text after all edits, which must not overlap."""
        text = self.text
        for edit in sorted(edits, key=lambda e: (e.start, e.end), reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text

    def _at(self, path: Path) -> yaml.Node:
        node = self._root
        for key in path:
            if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
                node = node.value[key]
            elif isinstance(node, yaml.MappingNode):
                found = [value for known, value in node.value if known.value == key]
                if not found:
                    raise KeyError(path)
                node = found[0]
            else:
                raise KeyError(path)
        return node


def flow(value: object) -> str:
    """A value in one line of YAML, as the files write it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if value == int(value) and abs(value) < 1e6 else repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str):
        return _words(value)
    if isinstance(value, Sequence):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return str(value)


def _words(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _TAKEN:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _over(node: yaml.Node, value: object) -> Edit:
    end: Any = node.end_mark.index
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        raise KeyError("a value of many lines is not replaced as a whole")
    return Edit(node.start_mark.index, end, flow(value))
