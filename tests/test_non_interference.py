"""Non-interference: a group reads the same, to the byte, unless what is possible has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

import pytest

from bot.wiring import offline_travel
from core.errors import Rejected
from core.flows.brainstorm import Brainstorm
from core.flows.places_for_all import places_for_all
from core.flows.plan_facts import facts_for
from core.flows.planning import Planning
from core.flows.together import misfits_of, plan_for_all, together_in
from core.groups.merging import voices
from core.groups.privacy import cell_of
from core.groups.state import GroupState, Member, MemberWish, PrivateWish
from core.making import Start
from core.messages import Conversation, InboundMessage, Mode, Person, Text
from core.reading import Intent, Request
from core.session import Session
from core.turn import Turn
from core.weighing import marks_of, weighed
from core.wishes import Budget, Mention, When, Wish
from tests.turns import Lines, a_turn
from tests.world import WorldClock

GROUP = Conversation(platform="telegram", chat_id="-7", mode=Mode.GROUP)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TRAVEL = offline_travel(WorldClock())
PEOPLE = ("ana", "ben", "cid")
FIRST, LAST = date(2027, 4, 15), date(2027, 4, 16)
LISBON = Wish(
    destinations=(Mention(text="Lisbon", kind="city", id="atlas:lisbon"),),
    when=When(first=FIRST, last=LAST),
)
WARM = Wish(
    climate="warm",
    when=When(first=date(2027, 4, 15), last=date(2027, 4, 18)),
    origin=Mention(text="Berlin", kind="city", id="atlas:berlin"),
)


class Wordless(Lines):
    words = False


def turn_of(wish: Wish, intent: Intent, private: Wish, count: int = 3) -> Turn:
    """Ana asks in a group; Ben has told `private`."""
    person = Person(id="telegram:ana", name="Ana")
    told = PrivateWish(
        person="telegram:ben", conversation=GROUP.key, wish=private, words="", said_at=NOW
    )
    return a_turn(
        Wordless(),
        message=InboundMessage(
            id="1", conversation=GROUP, sender=person, text="Where to?", sent_at=NOW
        ),
        request=Request(intent=intent, confidence=1, wish=wish),
        session=Session(conversation=GROUP.key),
        travel=TRAVEL,
        now=NOW,
        group=GroupState(
            members=tuple(
                Member(person=f"telegram:{p}", name=p.capitalize(), joined_at=NOW)
                for p in PEOPLE[:count]
            ),
            wishes=(
                MemberWish(person="telegram:ana", wish=Wish(likes=("food",)), said_at=NOW),
                MemberWish(person="telegram:cid", wish=Wish(likes=("views",)), said_at=NOW),
            ),
            private=(told,) if private != Wish() else (),
        ),
    )


async def text_of(flow: Planning | Brainstorm, turn: Turn) -> str:
    """All that the group reads: every draft, and the answer or the refusal."""
    said = []
    try:
        async for screen in flow.run(turn):
            said.append("\n".join(p.markdown for p in screen if isinstance(p, Text)))
    except Rejected as error:
        said.append(error.reason)
    return "\n---\n".join(said)


async def possible_plans(turn: Turn) -> object:
    """Which candidates fit everyone: what is made of the public wishes, else the limits that do."""
    group = together_in(turn, LISBON)
    made = await facts_for(turn, group.wish, [_lisbon()], FIRST, LAST)
    nobody = together_in(turn_of(LISBON, Intent.PLAN, Wish()), LISBON)
    public = await plan_for_all(turn, nobody, [_lisbon()], FIRST, LAST, made)
    if not await misfits_of(turn, group, public, made):
        return "as it is"
    return cell_of(voices(turn.group), "EUR", 2, {})


def _lisbon():  # type: ignore[no-untyped-def]
    found = TRAVEL.places.destination("lisbon")
    assert found is not None
    return found


async def possible_places(turn: Turn) -> object:
    group = together_in(turn, turn.request.wish)
    places = TRAVEL.places.destinations()
    home = await TRAVEL.geocoder.find("Berlin")
    start = Start(home[0], "EUR", NOW.date())
    question = await weighed(TRAVEL, group.wish, places, start, marks_of(turn))
    fitting, _ = await places_for_all(turn, group, question)
    return frozenset(p.id for p in fitting)


def generated(rng: Random) -> Wish:
    """One private wish; amounts lie near each other, so that some differ and mean the same."""
    money = rng.choice((None, rng.randrange(120, 700)))
    return Wish(
        budget=Budget(amount=Decimal(money), currency="EUR", scope="person") if money else None,
        dislikes=rng.choice(((), (), ("museums",), ("surfing",), ("churches",))),
        max_walk_km=rng.choice((None, None, 2.1, 2.6, 9.0)),
        step_free=rng.choice((None, None, True)),
    )


CASES: list[tuple[Planning | Brainstorm, Wish, Intent, Callable[[Turn], object]]] = [
    (Planning(), LISBON, Intent.PLAN, possible_plans),
    (Brainstorm(), WARM, Intent.BRAINSTORM, possible_places),
]


@pytest.mark.parametrize(("flow", "wish", "intent", "possible"), CASES, ids=["plan", "ideas"])
async def test_a_private_value_changes_the_groups_text_only_with_what_is_possible(
    flow: Planning | Brainstorm, wish: Wish, intent: Intent, possible: Callable[[Turn], object]
) -> None:
    rng = Random(4)
    texts: dict[object, set[str]] = defaultdict(set)
    counts: dict[object, int] = defaultdict(int)
    for private in [Wish(), *(generated(rng) for _ in range(30))]:
        kind = await possible(turn_of(wish, intent, private))  # type: ignore[misc]
        texts[kind].add(await text_of(flow, turn_of(wish, intent, private)))
        counts[kind] += 1

    assert {kind: len(found) for kind, found in texts.items() if len(found) > 1} == {}
    assert max(counts.values()) > 3  # many that mean the same
    assert len({text for found in texts.values() for text in found}) > 1  # and some that do not


async def test_a_plan_within_private_limits_holds_nothing_that_names_them() -> None:
    private = Wish(
        budget=Budget(amount=Decimal(127), currency="EUR", scope="person"), step_free=True
    )
    turn = turn_of(LISBON, Intent.PLAN, private)
    text = await text_of(Planning(), turn)

    assert await possible_plans(turn_of(LISBON, Intent.PLAN, private)) != "as it is"
    assert (
        turn.trip is not None and turn.trip.plan is not None and turn.trip.plan.budget is not None
    )
    assert turn.trip.plan.budget.limit is None
    assert turn.trip.plan.budget.total / 3 <= 127
    kept = turn.trip.model_dump_json().casefold()
    for told in ("127", "step-free", 'step_free":true', "your limit"):
        assert told not in text.casefold()
        assert told not in kept


async def test_of_two_people_a_private_wish_only_makes_it_not_fit_everyone() -> None:
    limits = [Wish(step_free=True), Wish(dislikes=("museums",)), Wish(dislikes=("landmarks",))]
    texts = {await text_of(Planning(), turn_of(LISBON, Intent.PLAN, w, 2)) for w in limits}
    refusals = {t for t in texts if "does not fit everyone" in t}

    assert len(refusals) == 1  # the same words whatever it is
    assert len(texts) <= 2
