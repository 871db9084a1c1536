"""Text as Slack reads it: our Markdown for Markdown blocks, and mrkdwn for everything else.

Slack reads its own tokens (`<!here>`, `<@U1>`, `<#C1>`, `<address|label>`) inside Markdown blocks,
too; an entity instead of the bracket is shown as the bracket and is never read as a token (measured
on a real workspace: https://github.com/PostHog/posthog/pull/95054). So what is literal becomes an
entity, and nothing that a model or a person wrote can ring (F5) or hide an address (F4).
"""

from __future__ import annotations

import re

from core.text import border_before, plain

# U+2060 is invisible, has no width, and makes two words of one for whoever looks for "@here".
_JOINER = "\u2060"
_RINGS = r"[@＠﹫](?=[*_~`\[\\]*(?:here|channel|everyone|all|group)(?![^\W_]))"
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_INLINE = re.compile(
    r"\\(?P<literal>[!-/:-@\[-`{-~])"
    r"|(?P<code>(?<!`)(?P<ticks>`{1,3})(?!`)[^`\n]{1,400}(?P=ticks)(?!`))"
    r"|(?P<address>\]\([^\s<>]{0,2000}\))"
    r"|(?P<auto><https?://[^\s<>|]{1,2000}>)"
    r"|(?P<bracket><)"
    rf"|(?P<rings>{_RINGS})",
    re.IGNORECASE,
)
_TOKEN_START = re.compile(r"<(?=[@!#]|[a-z][a-z0-9+.-]*:)", re.IGNORECASE)
_RING = re.compile(_RINGS, re.IGNORECASE)
_MARKED = re.compile(r"[*_~`\[\\]|^ {0,3}#|\|")
# A bracket or an ampersand that is no entity yet.
_LOOSE = re.compile(r"[<>]|&(?!(?:amp|lt|gt|#\d+);)")
_NAMED = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def markdown(text: str) -> str:
    """Our Markdown as Slack's Markdown block takes it; its tokens and mass mentions do nothing."""
    if "<" not in text and "\\" not in text and not _RING.search(text):
        return text
    shown: list[str] = []
    prose: list[str] = []
    fence = ""
    for line in text.split("\n"):
        opening = _FENCE.match(line)
        if not fence and not opening:
            prose.append(line)
            continue
        if prose:
            shown.append(_prose("\n".join(prose)))
            prose = []
        if not fence and opening:
            fence = opening[1]
        elif line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        shown.append(_code(line))
    if prose:
        shown.append(_prose("\n".join(prose)))
    return "\n".join(shown)


def mrkdwn(text: str) -> str:
    """Plain text as mrkdwn that shows exactly these characters, but for its own emphasis signs."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _RING.sub(rf"\g<0>{_JOINER}", escaped)


def unmarked(shown: str, limit: int = 0) -> str:
    """What `markdown` made, as the text of a notification: without formatting, cut at `limit`.

    Its entities stay as they are, so that what is literal stays so.
    """
    if limit and len(shown) > 2 * limit:  # the marks of a text are fewer than its words
        shown = shown[: border_before(shown, 2 * limit)]
    text = plain(shown) if _MARKED.search(shown) else shown
    text = _RING.sub(rf"\g<0>{_JOINER}", _LOOSE.sub(lambda match: _NAMED[match[0]], text))
    if limit and len(text) > limit:
        end = border_before(text, limit - 1)
        entity = text.rfind("&", max(0, end - 8), end)
        end = entity if entity >= 0 and ";" not in text[entity:end] else end
        text = f"{text[:end].rstrip()}…"
    return text


def label(text: str, limit: int) -> str:
    """`text` for a plain-text object, cut between graphemes; Slack reads no tokens in these."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: border_before(line, limit - 1)].rstrip()}…"


def _prose(text: str) -> str:
    return _INLINE.sub(_inert, text)


def _inert(match: re.Match[str]) -> str:
    if literal := match["literal"]:
        ring = _JOINER if literal == "@" else ""
        return f"&#{ord(literal)};{ring}" if literal not in _NAMED else _NAMED[literal]
    if match["bracket"]:
        return "&lt;"
    if match["rings"]:
        return match["rings"] + _JOINER
    return _code(match[0]) if match["code"] else match[0]


def _code(text: str) -> str:
    """Inside code no entity is decoded, so the token is broken by a joiner instead."""
    return _RING.sub(rf"\g<0>{_JOINER}", _TOKEN_START.sub(f"<{_JOINER}", text))
