"""Who is in: members who speak, guests who are named, and how many the plan is for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches

from core.groups.state import GroupState, Member
from core.messages import CLOCK, InboundMessage, Person
from core.people import Party as People
from core.wishes import Party


def speaker(message: InboundMessage, group: GroupState, now: datetime) -> Member | None:
    """The member that somebody becomes by speaking to us in a group; None when nothing changes.

    Who said that they are out stays out. An anonymous admin, who writes as the chat itself, is
    nobody in particular.
    """
    person, chat = message.sender, message.conversation
    if chat.mode != "group" or person.is_bot or person.id == f"{chat.platform}:{chat.chat_id}":
        return None
    if person.id == CLOCK.id:
        return None
    known = group.member(person.id)
    if known is None:
        return Member(person=person.id, name=person.name, joined_at=now)
    here = known.returns() if known.left_by == "chat" else known
    here = here.model_copy(update={"name": person.name or known.name})
    return here if here != known else None


def people_of(message: InboundMessage, group: GroupState) -> People:
    """Who takes part: in a group those who are in, in a private chat its person and the guests."""
    present = tuple(Person(id=m.person, name=m.name) for m in group.present)
    if message.conversation.mode == "group":
        return People(members=present or (message.sender,))
    return People(members=(message.sender, *(p for p in present if p.id != message.sender.id)))


def counted(people: People) -> Party | None:
    """How many travel as far as people have shown; None for one alone, which says nothing."""
    size = len(people.members)
    return Party(adults=size, counted=True) if size > 1 else None


def follows(said: Party | None, people: People, planned: Party | None) -> Party | None:
    """The party of the wish: what was said, else those who are in.

    Somebody who has left still counts in what is `planned`, until the others have been asked.
    """
    if said is not None and not said.counted:
        return said
    now = counted(people)
    if planned is not None and planned.counted and planned.size > (now.size if now else 1):
        return planned
    return now


def guest(conversation: str, name: str, now: datetime) -> Member:
    """Somebody without an account, known by name."""
    plain = re.sub(r"\s+", " ", name).strip()
    id = f"guest:{conversation}:{plain.casefold()}"
    return Member(person=id, name=plain, role="guest", joined_at=now)


def named(name: str, members: Sequence[Member]) -> tuple[Member, ...]:
    """Those whom a name means: the whole name, a first name, else one with a typo."""
    wanted = name.casefold().strip()
    exact = tuple(m for m in members if m.name.casefold() == wanted)
    if exact:
        return exact
    first = tuple(m for m in members if wanted and wanted in m.name.casefold().split())
    if first or len(wanted) < 4:
        return first
    names = {m.name.casefold(): m for m in members}
    return tuple(names[n] for n in get_close_matches(wanted, names, n=2, cutoff=0.8))
