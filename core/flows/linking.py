"""One traveller in several chats: a code joins two accounts after both have said yes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from core import words
from core.choices import choice
from core.errors import Rejected
from core.linking import (
    CODE_MINUTES,
    MAX_TRIES,
    TRY_SPAN,
    Account,
    LinkNews,
    LinkRequest,
    LinkSaid,
    LinkView,
    hash_of,
    platform_of,
)
from core.messages import Choices, Conversation, Text
from core.people import KEYS, joined
from core.turn import Screen, Turn

UNKNOWN_CODE = (
    f"I do not know that code: it is wrong, used, or older than {CODE_MINUTES} minutes. "
    "“link my accounts” in the other chat makes a new one."
)
TOO_OLD = "That button is too old, so I changed nothing. “link my accounts” makes a new code."
IN_PRIVATE = (
    "Accounts are joined in private chats only. Write “link my accounts” to me there, not here."
)
BURNT = (
    "A code belongs into a private chat. Others could read this one, so it is void now. "
    "Make a new one in your private chat with me: “link my accounts”."
)
JOINED = (
    "Joined. Your profile, your private trips and what you told me in private are the same in "
    "both chats now. “unlink” parts them again."
)


class Linking:
    """Joins and parts the accounts of a traveller."""

    name = "linking"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        yield await self._answer(turn)

    async def _answer(self, turn: Turn) -> Screen:
        said = turn.request.link or LinkSaid(kind="start")
        if turn.in_group:
            return _in_group(turn, said)
        if turn.links is None or turn.new_code is None:
            raise Rejected("Accounts cannot be joined here.")
        seen = await turn.links(hash_of(said.code) if said.code else "")
        match said.kind:
            case "start":
                return _new_code(turn, seen, turn.new_code())
            case "code":
                return _entered(turn, seen)
            case "unlink":
                return _unlinked(turn, seen, said)
            case _:
                return _confirmed(turn, seen, said)


def _in_group(turn: Turn, said: LinkSaid) -> Screen:
    if said.kind != "code":
        return (Text(markdown=IN_PRIVATE),)
    turn.secret = True
    turn.link_news = LinkNews(burnt=(hash_of(said.code),))
    return (Text(markdown=BURNT),)


def _new_code(turn: Turn, seen: LinkView, code: str) -> Screen:
    turn.secret = True
    turn.link_news = LinkNews(
        made=LinkRequest(
            hash=hash_of(code),
            maker=_me(turn),
            made_in=turn.message.conversation,
            until=turn.now + timedelta(minutes=CODE_MINUTES),
        )
    )
    lines = []
    if len(seen.accounts) > 1:
        joined = words.listing(words.literal(a.told) for a in seen.accounts)
        lines = [f"Joined so far: {joined}. For one more:", ""]
    lines.append(
        f"Your code is **{code}**. Open your private chat with me on the other platform and write "
        f"“link {code}” there. It works once, within {CODE_MINUTES} minutes; then I ask in both "
        "chats before I join anything."
    )
    lines.append(
        "\nGive it to nobody: who is joined with you sees your profile and your private trips."
    )
    return (Text(markdown="\n".join(lines)),)


def _entered(turn: Turn, seen: LinkView) -> Screen:
    """A code was written here: when it is good, both chats are asked."""
    turn.secret = True
    pause = _pause(seen, turn.now)
    if pause:
        return (
            Text(
                markdown=f"That were {MAX_TRIES} wrong codes. I take the next one in "
                f"{words.minutes(pause)}."
            ),
        )
    found = seen.found
    if found is None:
        turn.link_news = LinkNews(wrong_code=True)
        last = len(seen.tries) + 1 >= MAX_TRIES
        more = " That was the last try for an hour." if last else ""
        return (Text(markdown=UNKNOWN_CODE + more),)
    if found.maker.person == turn.message.sender.id:
        return (Text(markdown="That is the code of this very chat. Write it in the other one."),)
    if found.maker.person in {a.person for a in seen.accounts}:
        turn.link_news = LinkNews(seen=found)
        return (Text(markdown=f"This chat and {words.literal(found.maker.told)} are one already."),)
    asked = found.model_copy(update={"other": _me(turn), "entered_in": turn.message.conversation})
    turn.link_news = LinkNews(seen=found, becomes=asked)
    turn.update(asked="link")
    turn.asides.append((asked.made_in, _question(asked, _me(turn), entered=False)))
    screen = _question(asked, asked.maker, entered=True)
    turn.offer(*(o for part in screen if isinstance(part, Choices) for o in part.options))
    return screen


def _question(request: LinkRequest, other: Account, *, entered: bool) -> Screen:
    told = words.literal(other.told)
    head = (
        f"This chat would be joined with **{told}**: one profile, the same private trips."
        if entered
        else f"**{told}** has entered your code and would be joined with this chat: one profile, "
        "the same private trips."
    )
    options = (
        choice("link", f"{request.token}/yes", "Yes, both are me"),
        choice("link", f"{request.token}/no", "No, do not join"),
    )
    text = f"{head}\n\nAre both yours? Only then say yes, here and in the other chat (“link yes”)."
    return (Text(markdown=text), Choices(options=options))


def _confirmed(turn: Turn, seen: LinkView, said: LinkSaid) -> Screen:
    """A yes or no to the question; a button of others is as unknown as one that never was."""
    me = turn.message.sender.id
    fits = [r for r in seen.waiting if said.button in ("", r.token)]
    sides = fits[0].between(me) if len(fits) == 1 else None
    if sides is None:
        return (Text(markdown=TOO_OLD if said.button else "No accounts wait to be joined."),)
    request, (other, chat) = fits[0], sides
    turn.update(asked="")
    if said.kind == "no":
        turn.link_news = LinkNews(seen=request)
        turn.asides.append(_note(chat, f"**{words.literal(_me(turn).told)}** did not join."))
        return (Text(markdown="Nothing was joined, and the code is void."),)
    if other.person not in request.yes:
        said_yes = request.model_copy(update={"yes": tuple({*request.yes, me})})
        turn.link_news = LinkNews(seen=request, becomes=said_yes)
        where = words.literal(platform_of(other.person))
        return (Text(markdown=f"Thank you. Now say yes in the chat on {where}, too."),)
    turn.link_news = LinkNews(seen=request, joins=True)
    told = JOINED + _gave_way(turn, seen)
    turn.asides.append(_note(chat, told))
    return (Text(markdown=told),)


def _gave_way(turn: Turn, seen: LinkView) -> str:
    """Which values of two different ones were kept: always the newer."""
    if seen.theirs is None:
        return ""
    merged, gone = joined(turn.profile, seen.theirs)
    lines = [
        f"- {KEYS[f.key][0]}: **{words.literal(merged.value(f.key))}** stays, being newer than "
        f"{words.literal(f.value)} ({words.day(f.said_at.date(), year=True)})"
        for f in gone
    ]
    return "\n\nWhere the two profiles differed:\n" + "\n".join(lines) if lines else ""


def _note(chat: Conversation, text: str) -> tuple[Conversation, Screen]:
    return chat, (Text(markdown=text),)


def _unlinked(turn: Turn, seen: LinkView, said: LinkSaid) -> Screen:
    """Part one account from the others: this one, or the one on the platform that was named."""
    if len(seen.accounts) == 1:
        return (Text(markdown="This chat is joined with no other."),)
    leaves = seen.accounts[0]
    if said.platform:
        fits = [a for a in seen.accounts if a.person.partition(":")[0] == said.platform]
        if len(fits) != 1:
            raise Rejected(f"You have no one account on {platform_of(said.platform)} joined here.")
        leaves = fits[0]
    turn.link_news = LinkNews(unlinks=leaves.person)
    rest = words.listing(words.literal(a.told) for a in seen.accounts if a != leaves)
    return (
        Text(
            markdown=f"Parted: {words.literal(leaves.told)} stands alone now, without {rest}. Each "
            "account keeps what was told in it and the trips made in it."
        ),
    )


def _pause(seen: LinkView, now: datetime) -> int:
    """Minutes until the next code is taken; 0 when one is taken now."""
    if len(seen.tries) < MAX_TRIES:
        return 0
    free = seen.tries[-MAX_TRIES] + TRY_SPAN
    return max(1, -int((now - free).total_seconds() // 60))


def _me(turn: Turn) -> Account:
    return Account(person=turn.message.sender.id, name=turn.message.sender.name)
