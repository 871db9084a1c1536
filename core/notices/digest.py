"""Several notices of one chat as one message. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.messages import Choice, Choices, Conversation, Part, Reply, Text
from core.notices.ports import Claimed
from core.notices.state import MESSAGE

MAX_CHOICES = 8


@dataclass(frozen=True)
class Composed:
    """A notice and what it says."""

    claimed: Claimed
    parts: tuple[Part, ...]


def message(to: Conversation, composed: Sequence[Composed]) -> Reply:
    """One message for everything, in the order given; its id is another one for other claims."""
    ids = sorted(f"{c.claimed.notice.id}/{c.claimed.fence}" for c in composed)
    digest = hashlib.blake2b(" ".join(ids).encode(), digest_size=12).hexdigest()
    return Reply(
        id=f"{MESSAGE}{digest}", seq=0, final=True, conversation=to, parts=_screen(composed)
    )


def _screen(composed: Sequence[Composed]) -> tuple[Part, ...]:
    """All words first, then maps and files, then everything to tap, each label once: what can be
    done comes before what is about notices."""
    said: list[str] = []
    others: list[Part] = []
    options: dict[str, Choice] = {}
    for each in composed:
        for part in each.parts:
            if isinstance(part, Text):
                said.append(part.markdown)
            elif isinstance(part, Choices):
                for option in part.options:
                    options.setdefault(option.label, option)
            else:
                others.append(part)
    screen = [Text(markdown="\n\n".join(said))] if said else []
    chosen = tuple(sorted(options.values(), key=_is_control)[:MAX_CHOICES])
    return (*screen, *others, *((Choices(options=chosen),) if chosen else ()))


def _is_control(option: Choice) -> bool:
    """ "Why this?" and "No weather notices", not "Mark as visited"."""
    verb, _, rest = option.id.partition(":")
    return verb == "notices" and not rest.startswith("visited/")
