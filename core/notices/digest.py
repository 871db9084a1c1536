"""Several notices of one chat as one message. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from core import words
from core.messages import Choice, Choices, Conversation, Part, Reply, Text
from core.notices.ports import Claimed
from core.notices.state import MESSAGE, Notice
from core.zones import zone_of

MAX_CHOICES = 8


@dataclass(frozen=True)
class Composed:
    """A notice and what it says."""

    claimed: Claimed
    parts: tuple[Part, ...]
    late: bool


def message(to: Conversation, composed: Sequence[Composed]) -> Reply:
    """One message for everything, in the order given; its id is another one for other claims."""
    ids = sorted(f"{c.claimed.notice.id}/{c.claimed.fence}" for c in composed)
    digest = hashlib.blake2b(" ".join(ids).encode(), digest_size=12).hexdigest()
    return Reply(
        id=f"{MESSAGE}{digest}", seq=0, final=True, conversation=to, parts=_screen(composed)
    )


def _screen(composed: Sequence[Composed]) -> tuple[Part, ...]:
    """All words first, then maps and files, then everything to tap at once."""
    said: list[str] = []
    others: list[Part] = []
    options: dict[str, Choice] = {}
    for each in composed:
        if each.late:
            said.append(late(each.claimed.notice))
        for part in each.parts:
            if isinstance(part, Text):
                said.append(part.markdown)
            elif isinstance(part, Choices):
                options |= {o.id: o for o in part.options}
            else:
                others.append(part)
    screen = [Text(markdown="\n\n".join(said))] if said else []
    chosen = tuple(options.values())[:MAX_CHOICES]
    return (*screen, *others, *((Choices(options=chosen),) if chosen else ()))


def late(notice: Notice) -> str:
    """ "This comes late: it was meant for Thu 12 Mar 18:00." in the traveller's own time."""
    local = notice.due.astimezone(zone_of(notice.zone))
    return f"*This comes late: it was meant for {words.day(local.date())} {words.clock(local)}.*"
