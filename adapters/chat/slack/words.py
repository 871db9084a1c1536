"""What people wrote, out of Slack's `text`: its tokens and entities as plain words. Pure.

Source: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.text import gate

# A person whose name we do not know yet; `introduce` puts the name in its place.
PERSON = re.compile(r"@([UW][A-Z0-9]{2,20})\b")
TEXT_COMMAND = "!caravan"

_TOKEN = re.compile(r"<([^<>\n]{1,4000})>")
_USER = re.compile(r"@([UW][A-Z0-9]{2,20})(?:\|(.*))?", re.DOTALL)
_CHANNEL = re.compile(r"#[A-Z0-9]+(?:\|(.*))?", re.DOTALL)
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))


@dataclass(frozen=True)
class Words:
    """`text` without our own name where it only calls us; `to_us` when we were mentioned."""

    text: str
    to_us: bool


def words_of(raw: str, me: str) -> Words:
    """The words of a message; `me` is the user id of our bot.

    A mention of somebody else becomes "@" with the label, or with the id when Slack sends none.
    """
    called = f"<@{me}>"
    to_us = bool(me) and (called in raw or f"<@{me}|" in raw)
    if to_us:
        raw = _without_our_name(raw, me)
    shown = _ENTITY.sub(lambda m: _ENTITIES[m[0]], _TOKEN.sub(_word, raw))
    text = gate(_EMPHASIS.sub(r"\1", shown)).text
    head, *rest = text.split(maxsplit=1) or [""]
    if head.casefold() == TEXT_COMMAND:
        return Words("".join(rest) or "/help", True)
    return Words(text, to_us)


def _without_our_name(raw: str, me: str) -> str:
    """Our mention goes where it stands at the beginning or the end, else our name stays."""
    ours = re.compile(rf"<@{re.escape(me)}(?:\|[^<>]*)?>")
    raw = re.sub(rf"^\s*(?:{ours.pattern}[\s,:]*)+", "", raw)
    raw = re.sub(rf"(?:[\s,]*{ours.pattern})+(?=[\s.!?]*$)", "", raw)
    return ours.sub("Caravan", raw)


def _word(match: re.Match[str]) -> str:
    token = match[1]
    if user := _USER.fullmatch(token):
        return f"@{user[2] or user[1]}"
    if channel := _CHANNEL.fullmatch(token):
        return f"#{channel[1] or 'channel'}"
    if token.startswith("!"):
        name, _, label = token[1:].partition("|")
        return label or f"@{name.partition('^')[0]}"
    address, _, label = token.partition("|")
    if address.startswith("mailto:") or address.startswith("tel:"):
        return label or address.partition(":")[2]
    if not label or label == address or address.endswith(f"//{label}"):
        return address
    return f"{label} ({address})"
