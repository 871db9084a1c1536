"""One traveller in several chats: codes that join accounts, and what is kept of them.

A code is shown once and never kept: the database has its hash. It lives ten minutes, works once,
in private chats alone, and joins nobody before both sides have said yes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from core.messages import Conversation, Value
from core.people import Profile

CODE_MINUTES = 10
MAX_TRIES = 5  # wrong codes of one person in TRY_SPAN
TRY_SPAN = timedelta(hours=1)
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that look alike
_HALF = f"[{LETTERS}]{{4}}"
CODE = re.compile(rf"(?<![\w-]){_HALF}-{_HALF}(?![\w-])", re.I)
LOOSE_CODE = re.compile(rf"(?<![\w-]){_HALF}[- ]?{_HALF}(?![\w-])", re.I)
PLATFORMS = {
    "telegram": "Telegram",
    "slack": "Slack",
    "api": "the web",
    "web": "the web",
    "console": "the terminal",
}


def hash_of(code: str) -> str:
    """What is kept of a code; slow on purpose (about 10 ms), as codes are short."""
    plain = re.sub(r"[^A-Z0-9]", "", code.upper()).encode()
    return hashlib.scrypt(plain, salt=b"caravan link code", n=2**12, r=8, p=1, dklen=16).hex()


def codes_in(text: str) -> tuple[str, ...]:
    """The codes that stand in a text, as they were written."""
    return tuple(m.group() for m in CODE.finditer(text))


def without_codes(text: str) -> str:
    return LOOSE_CODE.sub("[code]", text)


def platform_of(person: str) -> str:
    """ "telegram:7" -> "Telegram"."""
    name = person.partition(":")[0]
    return PLATFORMS.get(name, name.capitalize())


class LinkSaid(Value):
    """What a message says about linking. `button` is the argument of a tapped choice."""

    kind: Literal["start", "code", "yes", "no", "unlink"]
    code: str = ""
    platform: str = ""  # of the account to take out, as it was written
    button: str = ""


class Account(Value):
    """An account of a traveller."""

    person: str
    name: str = ""

    @property
    def told(self) -> str:
        """ "Ana on Telegram"."""
        where = platform_of(self.person)
        return f"{self.name} on {where}" if self.name else where


class LinkRequest(Value):
    """A code by its hash: made by `maker`, entered by `other` once that is set; `yes` are the
    persons who have confirmed."""

    hash: str
    maker: Account
    made_in: Conversation
    until: AwareDatetime
    other: Account | None = None
    entered_in: Conversation | None = None
    yes: tuple[str, ...] = ()

    @property
    def token(self) -> str:
        """What its buttons carry."""
        return self.hash[:16]

    def between(self, person: str) -> tuple[Account, Conversation] | None:
        """The account on the other side of `person`, and its chat; None for a stranger."""
        if self.other is None or self.entered_in is None:
            return None
        if person == self.maker.person:
            return self.other, self.entered_in
        return (self.maker, self.made_in) if person == self.other.person else None


@dataclass(frozen=True)
class LinkView:
    """What a turn about linking has to know: the sender's accounts (their own first), the moments
    of their wrong codes in the last hour, the request of the code they entered, if it is open, and
    the requests that wait for a yes of theirs. `theirs` is for telling, once both
    have said yes, what gave way."""

    accounts: tuple[Account, ...]
    tries: tuple[datetime, ...] = ()
    found: LinkRequest | None = None
    waiting: tuple[LinkRequest, ...] = ()
    theirs: Profile | None = None


class LinkNews(Value):
    """What a turn changes. `seen` is the request as it was read: when it has changed meanwhile the
    turn is done again."""

    made: LinkRequest | None = None
    wrong_code: bool = False
    burnt: tuple[str, ...] = ()  # hashes of codes that nobody may use any more
    seen: LinkRequest | None = None
    becomes: LinkRequest | None = None  # what `seen` turns into; None ends it
    joins: bool = False  # with the last yes: the two become one traveller
    unlinks: str = ""  # the person that leaves
