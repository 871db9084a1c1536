"""What a turn comes to: its lines for the history, its replies, and everything it changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from core import choices
from core.company import Done
from core.groups.state import GroupNews
from core.linking import MAX_TRIES, LinkNews, codes_in, hash_of, without_codes
from core.messages import File, InboundMessage, Pin, PollPart, Reply, Text
from core.ports import Entry, Opened, Outcome
from core.turn import Screen, Turn

MAX_HISTORY_CHARS = 4_000  # of one line; a plan is told again from the trip, not from history


def outcome(
    turn: Turn,
    opened: Opened,
    screen: Screen,
    seq: int,
    done: Done,
    count: Callable[[str], int],
) -> Outcome:
    """Everything the turn changes, with `screen` as its answer; `count` counts tokens."""
    said = words_of(screen)[:MAX_HISTORY_CHARS]
    messages = (turn.message, *done.also)
    burnt = _burnt(messages)
    secret = turn.secret or burnt is not None
    clean = without_codes if secret else str
    said = clean(said)
    first = turn.message
    words = clean(first.text or _label(turn, opened))
    heard = Entry("user", words, _sender(first), first.sent_at)
    entries = (
        *((heard,) if done.heard else ()),
        *(Entry("user", clean(m.text), _sender(m), m.sent_at, of=m.id) for m in done.also),
        *turn.tool_entries,
        Entry("assistant", said, said_at=turn.now),
    )
    known = {opened.profile.person: opened.profile} | done.opened
    profiles = {turn.profile.person: turn.profile} | done.profiles
    changed = [p for person, p in profiles.items() if p != known.get(person)]
    return Outcome(
        replies=(
            *((reply(turn, seq, screen, final=True),) if screen else ()),
            *_asides(turn),
        ),
        history=tuple(_counted(e, count) for e in entries if e.text),
        session=turn.session,
        profile=next((p for p in changed if p.person == opened.profile.person), None),
        other_profiles=tuple(p for p in changed if p.person != opened.profile.person),
        trips=tuple(t for t in turn.trips if t.id in turn.touched),
        recommendations=tuple(r for r in turn.recommendations if r not in opened.recommendations),
        llm_calls=tuple(turn.ledger.calls),
        group=turn.group_news if turn.group_news != GroupNews() else None,
        erase_person=turn.message.sender.id if turn.erase else "",
        also=tuple(done.also),
        reread=frozenset(done.reread),
        links=turn.link_news or burnt,
        secret=secret,
        notices=turn.notice_wishes,
    )


def overheard(message: InboundMessage) -> Outcome:
    """What was said in a group to others: remembered, but for a code, which is void now."""
    text = without_codes(message.text) if (codes := codes_in(message.text)) else message.text
    heard = Entry("user", text, message.sender.name, message.sent_at)
    return Outcome(
        replies=(),
        history=(heard,) if heard.text else (),
        links=_burnt([message]),
        secret=bool(codes),
    )


def reply(turn: Turn, seq: int, screen: Screen, *, final: bool) -> Reply:
    """One screen of the turn's answer; the final one ends it."""
    return Reply(
        id=turn.reply_id,
        seq=seq,
        final=final,
        conversation=turn.message.conversation,
        parts=screen,
        answers=turn.message.id,
    )


def turn_id(kind: str, message_id: str, number: int) -> str:
    """An id that is the same when the turn is done again after a crash."""
    digest = hashlib.blake2b(f"{kind}/{message_id}/{number}".encode(), digest_size=9).hexdigest()
    return f"{kind}-{digest}"


def words_of(screen: Screen) -> str:
    """What a screen says, for the history: text, files and pins by name, no choices."""
    lines: list[str] = []
    for part in screen:
        if isinstance(part, Text):
            lines.append(part.markdown)
        elif isinstance(part, File):
            lines.append(f"[file {part.name}]")
        elif isinstance(part, Pin):
            lines.append(f"[map pin {part.title}]")
        elif isinstance(part, PollPart):
            lines.append(f"[poll: {', '.join(o.label for o in part.options)}]")
    return "\n\n".join(lines)


def _counted(entry: Entry, count: Callable[[str], int]) -> Entry:
    return Entry(
        entry.role,
        entry.text,
        entry.sender,
        entry.said_at,
        count(entry.text),
        entry.call_id,
        entry.of,
    )


def _asides(turn: Turn) -> list[Reply]:
    """What is told to single people in their private chats, in the same transaction."""
    return [
        Reply(id=turn.new_id("aside"), seq=0, final=True, conversation=chat, parts=parts)
        for chat, parts in turn.asides
    ]


def _burnt(messages: Sequence[InboundMessage]) -> LinkNews | None:
    """The codes that were written in a group: nobody may use them any more."""
    codes = [c for m in messages if m.conversation.mode == "group" for c in codes_in(m.text)]
    return LinkNews(burnt=tuple(hash_of(c) for c in codes[:MAX_TRIES])) if codes else None


def _sender(message: InboundMessage) -> str:
    return message.sender.name if message.conversation.mode == "group" else ""


def _label(turn: Turn, opened: Opened) -> str:
    """The words of a tapped choice, so that the history reads like a conversation."""
    if choices.is_wordless(turn.message.choice):
        return ""
    for option in opened.session.offered:
        if option.id == turn.message.choice:
            return option.label
    return f"[{turn.message.unsupported or turn.message.choice}]"
