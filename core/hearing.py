"""What is heard at once: messages of a group that are answered together, and edits read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.messages import Choices, InboundMessage, Part, Text
from core.reading import Intent, Request, Topic
from core.wishes import Wish
from core.words import listing, literal


@dataclass(frozen=True)
class Heard:
    """A message with what was read in it."""

    message: InboundMessage
    request: Request


# These change or show what belongs to one person, or answer a question that is open: alone.
_ALONE = frozenset(
    (
        Intent.PROFILE,
        Intent.SETTINGS,
        Intent.EXPORT,
        Intent.FORGET,
        Intent.LINK,
        Intent.PRIVATE,
        Intent.FIT,
        Intent.YES,
        Intent.NO,
        Intent.UNDO,
        Intent.CANCEL,
        Intent.SAVE,
        Intent.DISMISS,
    )
)
_WISHES = frozenset((Intent.PLAN, Intent.BRAINSTORM))


def may_share_a_turn(request: Request) -> bool:
    """False for what has to be answered by itself."""
    if request.edits or request.impossible or request.topic is Topic.FLIGHTS:
        return False
    return request.intent not in _ALONE


def together(one: Request, other: Request) -> Request | None:
    """Both as one request, when they add to the same wish; None when each needs its own answer."""
    if one.pick is not None and other.pick is not None:
        return None
    places = (one.wish.destinations, other.wish.destinations)
    if all(places) and {m.text.casefold() for m in places[0]} != {
        m.text.casefold() for m in places[1]
    }:
        return None
    wish = one.wish.with_news(other.wish)
    if {one.intent, other.intent} <= _WISHES:
        intent = Intent.PLAN if Intent.PLAN in (one.intent, other.intent) else one.intent
        main = one if one.intent is intent else other
        return main.model_copy(update={"wish": wish})
    if one.intent is other.intent is Intent.REVISE and bool(one.changes) == bool(other.changes):
        changes = tuple(dict.fromkeys((*one.changes, *other.changes)))
        return one.model_copy(update={"wish": wish, "changes": changes})
    return None


def as_one(bundle: Sequence[Heard]) -> Request:
    """What messages that add to the same wish ask for together."""
    one = bundle[0].request
    for heard in bundle[1:]:
        one = together(one, heard.request) or one
    return one


def lines(messages: Sequence[InboundMessage]) -> str:
    """What was said, for a prompt: in a group every line with its sender."""
    return "\n".join(line_of(m.sender.name, m.text) if _is_group(m) else m.text for m in messages)


def line_of(sender: str, text: str) -> str:
    """The text with its sender on every line, so that no line can pass for somebody else's."""
    if not sender:
        return text
    name = sender.replace(":", " ")
    return "\n".join(f"{name}: {line}" for line in text.split("\n"))


def answers_apart(answers: Sequence[tuple[Sequence[Heard], tuple[Part, ...]]]) -> tuple[Part, ...]:
    """Several answers as one screen; each says whom it is for, the choices come last."""
    told = [(heard, screen) for heard, screen in answers if screen]
    if len(told) == 1:
        return told[0][1]
    parts: list[Part] = []
    options = []
    for heard, screen in told:
        names = listing(dict.fromkeys(literal(h.message.sender.name or "you") for h in heard))
        head: str = f"**For {names}**\n"
        for part in screen:
            if isinstance(part, Choices):
                options += [o for o in part.options if o not in options]
            elif isinstance(part, Text) and head:
                parts.append(Text(markdown=head + part.markdown))
                head = ""
            else:
                parts.append(part)
    return (*parts, Choices(options=tuple(options))) if options else tuple(parts)


@dataclass(frozen=True)
class Reading:
    """What an edit changes: `gone` was said and no longer is, `request` is what it says newly."""

    gone: Wish
    request: Request

    @property
    def nothing(self) -> bool:
        return self.gone == Wish() and self.adds_nothing

    @property
    def adds_nothing(self) -> bool:
        return self.request.wish == Wish() and not self.request.changes


def edited(old: Request, new: Request) -> Reading:
    """The difference between a message and its edit, as a change of the plan."""
    news = new.wish.without(old.wish)
    changes = tuple(c for c in new.changes if c not in old.changes)
    request = new.model_copy(
        update={"intent": Intent.REVISE, "confidence": 1, "wish": news, "changes": changes}
    )
    return Reading(old.wish.without(new.wish), request)


def _is_group(message: InboundMessage) -> bool:
    return message.conversation.mode == "group"
