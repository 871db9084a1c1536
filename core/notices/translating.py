"""Notices in the language of their chat, when a language model is configured.

A notice never waits long for that and never fails by it: then it is told in English.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from core import words
from core.date_names import DateNamesOf
from core.errors import Unavailable
from core.messages import Choices, Mode, Part, Text
from core.notices.changes import CHANGE, EventChange
from core.notices.state import URGENT, Composer, Hearer, Kind, Notice
from core.notices.swap_said import TAKE
from core.ports import LanguageModel, Ledger, LlmCall
from core.prompts import PromptLoader
from core.spending import Budget, payer_in
from core.translation import translated
from core.trips import StopKind, Trip

PATIENCE_S = 15.0
IN_ALL_S = 40.0  # with what it takes to compose; less than the engine's own patience
REST_S = 600.0  # a model that hung is not asked again before: others wait for the same tick
KeepCalls = Callable[[str, Sequence[LlmCall]], Awaitable[None]]
log = logging.getLogger(__name__)


class Translating:
    """Implements `core.notices.state.Composer` over another one. Choices and files stay as they
    are."""

    def __init__(
        self,
        composer: Composer,
        model: LanguageModel,
        prompts: PromptLoader,
        keep_calls: KeepCalls,
        budget: Budget | None = None,
        date_names: DateNamesOf | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """`keep_calls` writes down what was used, by the key of a conversation."""
        self._composer = composer
        self._model = model
        self._prompts = prompts
        self._keep_calls = keep_calls
        self._budget = budget
        self._date_names = date_names
        self._patience_s = patience_s
        self._rests_until = 0.0

    async def compose(self, notice: Notice, trip: Trip, hearer: Hearer) -> tuple[Part, ...] | None:
        """What the other composer says, in the language of the hearer where that can be done."""
        clock = asyncio.get_running_loop().time
        latest = clock() + IN_ALL_S
        parts = await self._composer.compose(notice, trip, hearer)
        if parts is None or clock() < self._rests_until:
            return parts
        to = notice.conversation
        # In a group nobody alone pays for what all are told.
        payer = payer_in(to, trip.owner if to.mode is Mode.SOLO else "")
        ledger = Ledger(budget=self._budget, payer=payer)
        end = clock() + self._patience_s
        try:
            async with asyncio.timeout_at(min(latest, end)):
                return await self._in_their_language(notice, trip, hearer, parts, ledger)
        except TimeoutError:
            if end <= latest:
                self._rests_until = clock() + REST_S
            return parts
        except Exception:  # whatever it is, it must not cost a warning
            log.exception("notice_not_translated")
            return parts
        finally:
            if ledger.calls:
                with suppress(Unavailable):  # then what was set aside stays spent
                    await self._keep_calls(to.key, ledger.calls)

    async def _in_their_language(
        self, notice: Notice, trip: Trip, hearer: Hearer, parts: tuple[Part, ...], ledger: Ledger
    ) -> tuple[Part, ...]:
        names = _names(notice, trip, parts)
        said: list[Part] = []
        for part in parts:
            if isinstance(part, Text):
                text = part.markdown
                here = await translated(
                    self._model,
                    self._prompts,
                    ledger,
                    hearer.language,
                    text,
                    [name for name in names if name in text],
                    in_order=notice.kind in URGENT,
                    date_names=self._date_names,
                )
                said.append(part.model_copy(update={"markdown": here}))
            else:
                said.append(part)
        return tuple(said)


def _names(notice: Notice, trip: Trip, parts: Sequence[Part]) -> list[str]:
    """What is called by its own name: sights, what is booked, events, and the swaps on offer."""
    days = trip.plan.days if trip.plan is not None else ()
    names = [s.title for d in days for s in d.stops if s.kind is StopKind.VISIT]
    names += [event.name for d in days for event in d.events]
    if notice.kind is Kind.EVENT and notice.news:
        change = CHANGE.validate_json(notice.news)
        names += [e.name for e in change.events] if isinstance(change, EventChange) else []
    options = [o.label for p in parts if isinstance(p, Choices) for o in p.options]
    names += [label.removeprefix(TAKE) for label in options if label.startswith(TAKE)]
    return [words.literal(name) for name in names]
