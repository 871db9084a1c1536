"""What a conversation is about right now: small, rewritten with each turn."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from core.groups.cost_said import CostDraft
from core.messages import Choice, Value
from core.notices.state import NoticeWishes
from core.wishes import Wish


class Probe(Value):
    """A question whose answer depended on private wishes; `about` are the values it was asked with,
    so that the same question again is none."""

    at: AwareDatetime
    about: str


class Session(Value):
    """The state between two messages of a conversation.

    `offered` are the choices shown last, in order, so that "2" means something. `asked` names the
    question that waits for an answer. `erase_token` belongs to a confirmation that was asked for.
    `outage_told` keeps a degraded notice to one per outage, `budget_told` that of a budget which is
    used up to one a day (UTC), `hearing_told` the word on how to be heard in a group to one for
    ever, `private_told` the one on what stays private there; `party_asked` is the number of people
    last asked about.
    """

    conversation: str
    module: Literal["", "brainstorm", "planning", "support", "account"] = ""
    language: str = "en"
    wish: Wish = Wish()
    suggested: tuple[str, ...] = ()  # destination ids shown last, in order
    offered: tuple[Choice, ...] = ()
    asked: str = ""
    trip_id: str = ""
    greeted: bool = False
    erase_token: str = ""
    erase_until: AwareDatetime | None = None
    last_change: Literal["", "profile", "plan", "cost", "notices"] = ""  # what "undo" takes back
    wishes_before: NoticeWishes | None = None  # of notices, before the last change of them
    noticed: int = 0  # the turn that spoke of notices last
    cost: CostDraft | None = None  # a cost that waits for an answer
    outage_told: bool = False
    budget_told: date | None = None
    hearing_told: bool = False
    private_told: bool = False
    party_asked: int = 0
    turns: int = 0
    probes: tuple[Probe, ...] = ()  # of the last day
    private: Wish = Wish()  # told in private, while it is not known for which group
    private_words: str = ""
