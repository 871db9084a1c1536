"""What was decided and what somebody missed, told from rows alone."""

from __future__ import annotations

from datetime import datetime, time

from core import words
from core.flows import poll_words
from core.flows.closing import keep_decision, take_dates, take_destination
from core.groups import ledger
from core.groups.asking import OptionSaid
from core.groups.deadlines import instant
from core.groups.state import Decision
from core.groups.voting import outcome
from core.messages import Choice, Choices, Mode, Text
from core.turn import Screen, Turn
from core.words import literal

MAX_LINES = 15
NOTHING = (
    "Nothing is noted as decided yet. Say “let's vote: Lisbon or Porto”, or “we decided on Porto”."
)


def answer(turn: Turn) -> Screen:
    """The ledger: what holds, why something was chosen, or a decision to note."""
    if turn.request.poll is not None:
        return _note(turn)
    if turn.request.about:
        return _why(turn, turn.request.about)
    return _list(turn)


def _zone(turn: Turn) -> str:
    return turn.profile.zone


def _list(turn: Turn) -> Screen:
    hold = ledger.standing(turn.group.decisions)
    if not hold:
        return (Text(markdown=NOTHING),)
    lines = ["**Decided**"]
    if len(hold) > MAX_LINES:
        lines[0] += f" (the last {MAX_LINES} of {len(hold)})"
    lines += [f"- {_line(turn, d)}" for d in hold[-MAX_LINES:]]
    still = sum(p.state == "open" for p in turn.group.polls)
    if still:
        lines.append(f"\n{words.plural(still, 'vote')} still open.")
    return (Text(markdown="\n".join(lines)),)


def _line(turn: Turn, d: Decision) -> str:
    text = poll_words.decision(d, turn.group, _zone(turn))
    before = next((o for o in turn.group.decisions if o.id == d.replaces), None)
    if before is not None:
        text += f", instead of {literal(before.what)}"
    after = ledger.replaced_by(turn.group.decisions, d)
    if after is not None:
        text += f", later replaced by {literal(after.what)}"
    return text


def _why(turn: Turn, about: str) -> Screen:
    found = ledger.about(turn.group.decisions, about)
    if not found:
        return (
            Text(
                markdown=f"No decision on {literal(about)} is noted here. “What did we decide?” "
                "lists what is."
            ),
        )
    lines = []
    for d in found[-MAX_LINES:]:
        line = _line(turn, d)
        poll = next((p for p in turn.group.polls if p.id == d.poll), None)
        if poll is not None:
            line += f". The question was “{poll_words.title(poll)}”"
        lines.append(line)
    if len(lines) == 1:
        return (Text(markdown=f"{lines[0]}."),)
    return (Text(markdown="\n".join(f"- {line}" for line in lines)),)


def _note(turn: Turn) -> Screen:
    """ "We decided on Porto": said by one, so it stands as said by them."""
    assert turn.request.poll is not None
    told, options = [], list[Choice]()
    for said in turn.request.poll.options:
        what = literal(said.text[:200])
        before = _kept(turn, said) if turn.message.conversation.mode is Mode.GROUP else None
        told.append(f"**{what}**" + (f" (instead of {literal(before.what)})" if before else ""))
        if said.place is not None:
            options = take_destination(turn, said.place)
        elif said.when is not None:
            dated = take_dates(turn, said.when)
            options = dated if said.when.exact or not options else options
    by = ""
    if turn.message.conversation.mode is Mode.GROUP:
        by = f", as told by {literal(turn.message.sender.name) or 'you'}"
    parts: Screen = (Text(markdown=f"Noted{by}: {', '.join(told)}."),)
    return (*parts, Choices(options=turn.offer(*options))) if options else parts


def _kept(turn: Turn, said: OptionSaid) -> Decision | None:
    """Keep what was said; the decision that it takes the place of."""
    by = (turn.message.sender.id,)
    subject = "destination" if said.place else "dates" if said.when else ledger.topic(said.text)
    what = said.text[:200]
    kept = keep_decision(turn, what, subject=subject, by=by, rule="said, without a vote")
    return next((d for d in turn.group.decisions if d.id == kept.replaces), None)


# --- catching up -------------------------------------------------------------------------------


async def catch_up(turn: Turn) -> Screen:
    """What the sender missed since they were last here, or since a day they name."""
    since = await _since(turn)
    trips = [(t.id, t.updated_at) for t in turn.trips if t.plan is not None]
    m = ledger.missed(turn.group, turn.message.sender.id, since, turn.now, trips)
    start = f"since {poll_words.moment(since, _zone(turn))}" if since else "so far"
    if m.nothing:
        return (Text(markdown=f"You missed nothing {start}: no decision, vote, change or cost."),)
    group = turn.group
    lines = [f"**What happened {start}**"]
    lines += [f"- Decided: {_line(turn, d)}" for d in m.decided]
    ended = {p.id for p in m.ended}
    decided = {d.poll for d in m.decided}
    for poll in m.asked:
        if poll.id not in ended | decided:
            lines.append(
                f"- {literal(group.name_of(poll.asked_by))} asked: {poll_words.title(poll)}"
            )
    for poll in m.ended:
        result = outcome(poll, group.ballots, turn.now)
        why = "cancelled" if poll.state == "cancelled" else "nothing decided"
        lines.append(
            f"- Vote over, {why}: {poll_words.title(poll)} {poll_words.counts(poll, result)}"
        )
    for id in m.trips:
        trip = next(t for t in turn.trips if t.id == id)
        how = "changed" if trip.version > 1 else "made"
        lines.append(f"- Plan {how}: {literal(trip.title)}")
    for e in m.paid:
        lines.append(
            f"- {literal(group.name_of(e.paid_by))} paid {words.exact(e.amount, e.currency)}: "
            f"{literal(e.what)}"
        )
    lines += [f"- Taken back: {literal(e.what)}" for e in m.undone]
    if m.joined:
        lines.append(f"- New: {poll_words.names(group, tuple(p.person for p in m.joined))}")
    if m.left:
        lines.append(f"- Left: {poll_words.names(group, tuple(p.person for p in m.left))}")
    if m.waiting:
        titles = words.listing(poll_words.title(p) for p in m.waiting)
        lines.append(f"\nYour vote is still missing: {titles}")
    return (Text(markdown="\n".join(lines)),)


async def _since(turn: Turn) -> datetime | None:
    if turn.request.on is not None:
        return instant(turn.request.on, time(0, 0), _zone(turn))
    if turn.last_said is None:
        return None
    return await turn.last_said(turn.message.sender.id)
