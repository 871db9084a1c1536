"""What is added to an answer, whoever wrote it: that a budget is used up, a zone nobody knows."""

from __future__ import annotations

from core import words
from core.flows.own_zone import zone_question
from core.messages import Text
from core.spending import OverBudget
from core.turn import Screen, Turn
from core.zones import zone_of


def with_last_words(turn: Turn, screen: Screen) -> Screen:
    """The screen, and below its text what has to be said once."""
    if not screen or turn.erase:
        return screen
    if turn.ledger.refused is not None:
        screen = _over_budget(turn, screen, turn.ledger.refused)
    if not turn.in_group and not turn.message.choice:
        question, _ = zone_question(turn)
        screen = _below(screen, question) if question else screen
    return screen


def _over_budget(turn: Turn, screen: Screen, over: OverBudget) -> Screen:
    """One sentence a day in a conversation. Whose budget it is, it does not say."""
    today = turn.now.date()
    if turn.session.budget_told == today:
        return screen
    turn.update(budget_told=today)
    zone = zone_of(turn.known.zone)
    back = over.back.astimezone(zone)
    return _below(
        screen,
        "_I may not ask the language model any more today, so I answer in my own plain words "
        f"until {words.day(back.date())} {words.clock(back)} ({zone.key}). "
        "Plans and facts are not affected._",
    )


def _below(screen: Screen, text: str) -> Screen:
    """The screen with `text` as the last paragraph of its last text."""
    parts = list(screen)
    for n, part in reversed(list(enumerate(parts))):
        if isinstance(part, Text):
            parts[n] = Text(markdown=f"{part.markdown}\n\n{text}".strip())
            return tuple(parts)
    return (Text(markdown=text), *parts)
