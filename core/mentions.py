"""Mentions that ring for everybody in a chat: a model may not make them (F5)."""

from __future__ import annotations

import re
import unicodedata

_EVERYBODY = frozenset("all channel everybody everyone group here team".split())
_AT = r"(?:\\*(?:[@＠﹫]|&#0*64;|&#x0*40;|&commat;))+"
_MENTION = re.compile(rf"(?<![^\W_]){_AT}([\\*_`~\u200b-\u200d\u2060]*)(\w+)", re.I)
_SPECIAL = re.compile(
    r"(?:\\?<|&lt;)\\?!(\w+)(?:\^[^|>&\s]*)?(?:\|((?:(?!&gt;)[^>\n])*))?(?:\\?>|&gt;)", re.I
)


def quiet(text: str) -> str:
    """`text` without mass mentions: "@here" becomes "here".

    Slack's `<!here>` and `<!subteam^S1|crew>` become their label. People and addresses stay.
    """
    while True:  # what is left may make a new one: "<!<!here>>"
        calmer = _MENTION.sub(_name, _SPECIAL.sub(_label, text))
        if calmer == text:
            return text
        text = calmer


def _name(match: re.Match[str]) -> str:
    word = unicodedata.normalize("NFKC", match[2]).casefold().strip("_")
    return match[1] + match[2] if word in _EVERYBODY else match[0]


def _label(match: re.Match[str]) -> str:
    return match[2] if match[2] is not None else match[1]
