"""What people say about votes and decisions, in typed form."""

from __future__ import annotations

from datetime import date, time
from typing import Literal

from pydantic import Field

from core.messages import Value
from core.wishes import Mention, When


class OptionSaid(Value):
    """One option as it was said, and what it could mean to code."""

    text: str
    place: Mention | None = None
    when: When | None = None


class Deadline(Value):
    """Until when: a day and a local time as far as they were said, or a span from now."""

    on: date | None = None
    at: time | None = None
    minutes: int | None = Field(default=None, ge=0)


class PollAsk(Value):
    """A poll that somebody wants. None or empty: not said, so the defaults hold.

    `turnout` is how many have to vote, `number` of them when it is a number; `voters` are names,
    `open_to_all` is set for "everybody may vote".
    """

    question: str = ""
    options: tuple[OptionSaid, ...] = ()
    method: Literal["", "single", "approval", "ranked"] = ""
    turnout: Literal["", "majority", "all", "number"] = ""
    number: int = 0
    win: Literal["", "majority", "most"] = ""
    tie: Literal["", "undecided", "first"] = ""
    deadline: Deadline | None = None
    voters: tuple[str, ...] = ()
    open_to_all: bool = False


class VoteSaid(Value):
    """A vote, or another tap at a poll.

    `how` is the verb of the button, see core.choices.VOTING, or "words", or "same": as somebody
    else voted, the one in `names` or whoever did last; "against" is no vote for those in `names`.
    `poll` is our id of the poll ("ballot": the platform's). `numbers` are options from 0, `names`
    their words, best first.
    """

    how: Literal[
        "vote", "unvote", "done", "ballot", "due", "runoff", "endpoll", "words", "same", "against"
    ]
    poll: str = ""
    numbers: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
