"""What a group never sees of one person, and what a group never writes into a profile."""

from __future__ import annotations

import re

from core.messages import Part, Text
from core.reading import Intent, Request
from core.turn import Screen, Turn

_REMEMBER = re.compile(
    r"\b(?:remember|note) (?:that|this|it|about|for|in|my|please)\b|\b(?:in|to|into) my profile\b",
    re.I,
)
_ELSEWHERE = "That is between the two of us: write it to me in our private chat."


def is_private(request: Request) -> bool:
    """True for what shows or erases the data of one person."""
    if request.intent is Intent.PROFILE:
        return not request.edits or any(e.remove for e in request.edits)
    if request.intent is Intent.EXPORT:
        return request.what == "data"
    return request.intent in (Intent.SETTINGS, Intent.FORGET)


def asks_to_remember(text: str) -> bool:
    """ "remember that I am vegetarian"."""
    return bool(_REMEMBER.search(text))


def for_this_trip(turn: Turn) -> Screen:
    """What somebody said about themselves in a group counts there, and stays out of the profile."""
    turn.update(wish=turn.session.wish.with_news(turn.request.wish), asked="")
    return (
        Text(
            markdown="Noted for the trip of this group. It is not in your profile; "
            "“remember that …” puts it there."
        ),
    )


def sent_alone(turn: Turn, screen: Screen) -> Screen:
    """Send `screen` to the person's private chat and say so; without a chat, or with nothing to
    send, say where to ask."""
    parts: tuple[Part, ...] = screen
    if parts and turn.tell_alone(turn.message.sender.id, *parts):
        return (Text(markdown="I sent it to you in our private chat."),)
    return (Text(markdown=_ELSEWHERE),)
