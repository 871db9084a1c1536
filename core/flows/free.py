"""When everybody can travel: days that members name, and the spans that suit most of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta

from core.choices import choice
from core.groups.dates import Availability, Option, Said, Stretch, common_spans, window_of
from core.groups.merging import Voice, voices
from core.groups.privacy import may_derive, probed
from core.groups.state import GroupNews, MemberWish
from core.messages import Choices, Text
from core.refusals import refuse_no_day
from core.resolving import nights_of
from core.turn import Screen, Turn
from core.wishes import Wish
from core.words import listing, literal, plural, span

LOOK_AHEAD = 180  # days, when nobody has named any


class Free:
    """Availability in words or by buttons, and the answer to "when can everybody?"."""

    name = "free"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        refuse_no_day(turn.request)
        if turn.request.free:
            yield _noted(turn, turn.request.free)
        else:
            yield _when_all(turn)


def _noted(turn: Turn, free: Availability) -> Screen:
    """Keep the days that the sender named aloud."""
    if not turn.in_group:
        return (
            Text(
                markdown="Is that for a group's trip? Then say it there, or here as “privately, I "
                "can't on 5 May”. For a trip of your own just tell me the dates."
            ),
        )
    sender = turn.message.sender
    before = turn.group.wish_of(sender.id)
    kept = MemberWish(person=sender.id, wish=Wish(), said_at=turn.now, free=free)
    if before is not None:
        merged = before.free.with_news(free)
        kept = before.model_copy(update={"free": merged, "said_at": turn.now})
    turn.keep_in_group(GroupNews(wishes=(kept,)))
    said = [f"can {_spans(kept.free.can)}"] if kept.free.can else []
    said += [f"cannot {_spans(kept.free.cannot)}"] if kept.free.cannot else []
    name = literal(sender.name) or "You"
    waiting = [v.name for v in voices(turn.group) if not v.free and v.person != sender.id]
    more = f" I have not heard from {listing(map(literal, waiting))} yet." if waiting else ""
    options = turn.offer(choice("whenall", "", "When can everybody?"))
    return (Text(markdown=f"{name} {' and '.join(said)}.{more}"), Choices(options=options))


def _when_all(turn: Turn) -> Screen:
    """The best common spans, with who cannot; private days only count as "not everyone"."""
    everybody = voices(turn.group)
    aloud = [Said(v.free, v.name) for v in everybody]
    if not turn.in_group:
        return (Text(markdown="You travel alone here. Ask me that in your group."),)
    wish = turn.session.wish.with_news(turn.request.wish)
    nights = max(1, nights_of(wish))
    earliest, latest = _window(turn, wish, aloud)
    hidden, unsaid = _told_alone(turn, everybody, f"{nights} {earliest}/{latest}")
    options = common_spans([*aloud, *hidden], nights, earliest, latest)
    if not options:
        return (
            Text(
                markdown=f"Between {span(earliest, latest)} there is no room for "
                f"{plural(nights, 'night')}. Name other days: “I can 3–10 May or 20–31 May”."
            ),
        )
    if not any(v.free for v in everybody):
        tapped = [
            choice("can", f"{o.first}/{o.last}", f"I can {span(o.first, o.last)}") for o in options
        ]
        return (
            Text(
                markdown="Nobody has named days yet. Say “I can 3–10 May or 20–31 May”, “I can't "
                f"on the 5th”, or tap what you can ({plural(nights, 'night')}):"
            ),
            Choices(options=turn.offer(*tapped)),
        )
    silent = [v.name for v in everybody if not v.free]
    lines = [f"**When everybody can, {plural(nights, 'night')}**"]
    lines += [f"{n}. {_line(option)}" for n, option in enumerate(options, 1)]
    if silent:
        lines.append(f"\nI have not heard from {listing(map(literal, silent))}; any day counts.")
    if unsaid:
        lines.append(f"\n{unsaid}")
    tapped = [choice("dates", f"{o.first}/{o.last}", span(o.first, o.last)) for o in options]
    return (Text(markdown="\n".join(lines)), Choices(options=turn.offer(*tapped)))


def _told_alone(turn: Turn, everybody: Sequence[Voice], about: str) -> tuple[list[Said], str]:
    """The days told in private, as far as they may count here, and what is said when they may not.

    Asked with other days again and again it would find them out, whoever has told any or not.
    """
    if not may_derive(everybody):
        return [], "Whether somebody told me other days in private I do not say, being so few."
    probes = probed(turn.session.probes, f"days {about}", turn.now)
    if probes is None:
        return [], "That is by what was said here; I have looked further three times today."
    turn.update(probes=probes)
    return [Said(v.free_private) for v in everybody if v.free_private], ""


def _line(option: Option) -> str:
    days = span(option.first, option.last)
    if option.missing:
        cannot = f"{listing(map(literal, option.missing))} cannot"
        return f"{days}: {cannot}{', and it does not fit everyone' if option.private else ''}"
    return f"{days}: does not fit everyone" if option.private else f"{days}: everybody can"


def _window(turn: Turn, wish: Wish, aloud: list[Said]) -> tuple[date, date]:
    """Where to look: the wish's window, else the days that were named, else the next months."""
    tomorrow = turn.now.date() + timedelta(days=1)
    when = wish.when
    if when is not None and not when.exact and when.earliest and when.latest:
        return max(when.earliest, tomorrow), when.latest
    named = window_of(aloud)
    if named is not None:
        return max(named[0], tomorrow), named[1]
    return tomorrow, tomorrow + timedelta(days=LOOK_AHEAD)


def _spans(spans: tuple[Stretch, ...]) -> str:
    return listing((span(s.first, s.last) for s in spans), "or")
