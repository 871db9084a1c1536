"""A reply as Slack messages and uploads. Pure: what is sent, not how or when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.chat.slack import markup
from adapters.chat.slack.ports import CHOICE_PREFIX
from core.messages import Choice, Choices, File, Reply, Text
from core.text import border_before, escape, name

# https://docs.slack.dev/reference/block-kit/blocks and /reference/methods/chat.postMessage
MAX_MARKDOWN = 12_000  # all Markdown blocks of a message together
MAX_BLOCKS = 50
MAX_ELEMENTS = 25
MAX_LABEL = 75
MAX_VALUE = 2_000
MAX_CAPTION = 3_000
MAX_NOTICE = 3_000

ONLY_CHOICES = "👇"  # a message needs a text for its notification
EVENT_TYPE = "caravan_reply"

Block = dict[str, Any]


@dataclass(frozen=True)
class Post:
    """One message. `markdown` is what its Markdown blocks show, `rest` the blocks below them;
    `options` are the labels of its buttons."""

    markdown: str
    notice: str
    rest: tuple[Block, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def blocks(self) -> list[Block]:
        shown = [{"type": "markdown", "text": self.markdown}] if self.markdown else []
        return [*shown, *self.rest]

    @property
    def in_words(self) -> str:
        """The same as plain text, for when Slack does not take the blocks."""
        numbered = "\n".join(f"{n}. {label}" for n, label in enumerate(self.options, 1))
        text = markup.unmarked(self.markdown)
        return "\n\n".join(part for part in (text, markup.mrkdwn(numbered)) if part)


@dataclass(frozen=True)
class Upload:
    """One file, with its caption as plain text."""

    name: str
    media_type: str
    content: bytes
    caption: str


Item = Post | Upload


def items(reply: Reply) -> list[Item]:
    """The messages and uploads of a reply, in order; texts and choices share a message.

    `fit` has made text of pins, and choices of polls.
    """
    made: list[Item] = []
    texts: list[str] = []
    choices: list[Choice] = []
    for part in reply.parts:
        if isinstance(part, File):
            made += _posts(texts, choices)
            texts, choices = [], []
            made.append(_upload(part))
        elif isinstance(part, Choices):
            choices += part.options
        elif isinstance(part, Text):
            if choices:  # buttons stand at the end of a message
                made += _posts(texts, choices)
                texts, choices = [], []
            texts.append(part.markdown)
    return made + _posts(texts, choices)


def instead_of(upload: Upload) -> Post:
    """What is said when Slack takes no file: a workspace without room, an app without the scope."""
    said = f"I could not put the file {escape(upload.name)} here: Slack does not take it."
    shown = markup.markdown(said)
    return Post(shown, markup.unmarked(shown))


def screen(reply: Reply) -> str:
    """What a draft shows: its texts as one Markdown text of at most MAX_MARKDOWN, maybe empty."""
    parts = [p.markdown for p in reply.parts if isinstance(p, Text) and p.markdown.strip()]
    return next(_pieces(markup.markdown("\n\n".join(parts))), "")


def metadata(reply: Reply, part: int) -> dict[str, Any]:
    """By this a message in doubt is found again. Every app and member of a workspace can read it,
    so it holds nothing but the reply's id."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": reply.id, "part": part}}


def part_of(message: Mapping[str, Any], reply: Reply) -> int | None:
    """Which part of `reply` a message of the history is; None when it is none of it."""
    written = message.get("metadata")
    if not isinstance(written, Mapping) or written.get("event_type") != EVENT_TYPE:
        return None
    payload = written.get("event_payload")
    if not isinstance(payload, Mapping) or payload.get("key") != reply.id:
        return None
    part = payload.get("part")
    return part if type(part) is int else None


def holds(message: Mapping[str, Any], upload: Upload) -> bool:
    """Whether a message of the history carries this file."""
    files = message.get("files")
    return isinstance(files, Sequence) and any(
        isinstance(f, Mapping)
        and f.get("title") == upload.name
        and f.get("size") == len(upload.content)
        for f in files
    )


def _posts(texts: Sequence[str], choices: Sequence[Choice]) -> list[Item]:
    shown = [text for text in texts if text.strip()]
    if not shown and not choices:
        return []
    pieces = list(_pieces(markup.markdown("\n\n".join(shown))))
    buttons, options = tuple(_buttons(choices)), tuple(o.label for o in choices)
    if not pieces:
        return [Post("", ONLY_CHOICES, buttons, options)]
    *first, last = pieces
    made = [Post(piece, markup.unmarked(piece, MAX_NOTICE)) for piece in first]
    return [*made, Post(last, markup.unmarked(last, MAX_NOTICE), buttons, options)]


def _buttons(choices: Sequence[Choice]) -> Iterator[Block]:
    kept = [o for o in choices if len(f"{CHOICE_PREFIX}{o.id}") <= MAX_VALUE]
    for start in range(0, min(len(kept), MAX_ELEMENTS * (MAX_BLOCKS - 1)), MAX_ELEMENTS):
        yield {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": _plain_text(markup.label(option.label, MAX_LABEL) or option.id),
                    "action_id": f"choice:{number}",
                    "value": f"{CHOICE_PREFIX}{option.id}",
                }
                for number, option in enumerate(kept[start : start + MAX_ELEMENTS], start)
            ],
        }


def _plain_text(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}


def _upload(file: File) -> Upload:
    caption = file.caption[: border_before(file.caption, MAX_CAPTION // 6)]
    bare = file.name.replace("\\", "/").rpartition("/")[2]
    return Upload(name(bare) or "file", file.media_type, file.content, markup.mrkdwn(caption))


def _pieces(text: str) -> Iterator[str]:
    """`text` in pieces that one message holds; `fit` has cut at better places, but what is literal
    may be longer for Slack than it was for `fit`."""
    while len(text) > MAX_MARKDOWN:
        end = text.rfind("\n", MAX_MARKDOWN // 2, MAX_MARKDOWN) + 1
        if not end:
            end = border_before(text, MAX_MARKDOWN)
            entity = text.rfind("&", end - 8, end)
            end = entity if entity > 0 and ";" not in text[entity:end] else end
        yield text[:end].rstrip("\n")
        text = text[end:].lstrip("\n")
    if text.strip():
        yield text
