"""Our Markdown as Telegram's text with entities. The only file that knows telegramify-markdown.

Entities instead of a parse mode: there is nothing to escape and nothing that could not be parsed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegramify_markdown import RenderConfig, convert
from telegramify_markdown.entity import MessageEntity

from core.text import border_before, plain, units

MAX_UNITS = 4096
MAX_ENTITIES = 100  # Telegram ignores the rest

_SYNTAX = re.compile(
    r"[*_`~\[\\|<&$]|^ {0,3}(?:#|>|[-+*] |\d+[.)] |={2,} *$|-{2,} *$)|^ {4}|!\[", re.M
)
_LINKS = ("http://", "https://", "tg://", "mailto:", "tel:")


def _config() -> RenderConfig:
    config = RenderConfig.isolated()
    symbol = config.markdown_symbol
    symbol.heading_level_1 = symbol.heading_level_2 = ""
    symbol.heading_level_3 = symbol.heading_level_4 = ""
    symbol.image = symbol.link = ""
    symbol.unordered_list_item = "•"
    symbol.horizontal_rule = "———"
    return config


_CONFIG = _config()


@dataclass(frozen=True)
class Formatted:
    """One message: at most 4,096 UTF-16 units, with entities as the Bot API takes them."""

    text: str
    entities: list[dict[str, object]]


def formatted(markdown: str) -> list[Formatted]:
    """`markdown` as messages, usually one; none when there is nothing to see in it."""
    if not _SYNTAX.search(markdown):
        text, entities = markdown.strip(), list[MessageEntity]()
    else:
        text, entities = _converted(markdown)
    if units(text) <= MAX_UNITS:
        return [_message(text, entities, 0)] if text.strip() else []
    return _cut(text, entities)


def cut_to_screen(markdown: str) -> Formatted | None:
    """A draft as one message: when it is too long, its newest part."""
    pieces = formatted(markdown)
    return pieces[-1] if pieces else None


def _converted(markdown: str) -> tuple[str, list[MessageEntity]]:
    try:
        # latex_escape would read "\[" and "\(" as formulas; for us they are literal brackets.
        text, entities = convert(markdown, latex_escape=False, config=_CONFIG)
    except (ValueError, IndexError, KeyError, TypeError, RecursionError):
        # A defect in the converter must not cost an answer: the same words without formatting.
        return plain(markdown), []
    return text.rstrip(), entities


def _cut(text: str, entities: list[MessageEntity]) -> list[Formatted]:
    """Cut at line ends or between grapheme clusters; an entity on the cut goes on behind it."""
    messages: list[Formatted] = []
    start = 0
    while start < len(text):
        end = _end(text, start)
        piece = text[start:end]
        if piece.strip():
            messages.append(_message(piece, entities, units(text[:start])))
        start = end
    return messages


def _end(text: str, start: int) -> int:
    rest = text[start : start + MAX_UNITS]
    while units(rest) > MAX_UNITS:
        rest = rest[: len(rest) - max(1, (units(rest) - MAX_UNITS) // 2)]
    if start + len(rest) == len(text):
        return len(text)
    line_end = rest.rfind("\n") + 1
    return start + (line_end if line_end > len(rest) // 2 else border_before(rest + " ", len(rest)))


def _message(piece: str, entities: list[MessageEntity], offset: int) -> Formatted:
    """`piece`, which begins at `offset` units of the whole text, with its own entities."""
    length = units(piece.rstrip())
    shown: list[dict[str, object]] = []
    for entity in entities:
        first = max(entity.offset - offset, 0)
        last = min(entity.offset + entity.length - offset, length)
        if first >= last or not _is_safe(entity):
            continue
        shown.append({**entity.to_dict(), "offset": first, "length": last - first})
    return Formatted(piece.rstrip(), shown[:MAX_ENTITIES])


def _is_safe(entity: MessageEntity) -> bool:
    """Telegram refuses a whole message for one odd link; without the link its label stays."""
    return entity.type != "text_link" or (entity.url or "").lower().startswith(_LINKS)
