"""Non-interference: a group reads the same, to the byte, unless what is possible has changed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from random import Random
from typing import TypeVar

import pytest

from bot.wiring import offline_travel
from core.errors import Rejected
from core.flows.brainstorm import Brainstorm
from core.flows.changing import NOT_EVERY_STOP, STAYS
from core.flows.places_for_all import places_for_all
from core.flows.plan_facts import facts_for
from core.flows.planning import Planning
from core.flows.together import made_inside, misfits_of, plan_for_all, together_in
from core.groups.merging import voices
from core.groups.privacy import cell_of, money_step
from core.groups.state import GroupState, Member, MemberWish, PrivateWish
from core.making import Made, Start
from core.messages import Conversation, InboundMessage, Mode, Person, Text
from core.ranking import Question
from core.reading import Change, ChangeKind, Intent, Request
from core.session import Session
from core.travel import Destination
from core.trips import Plan, Trip
from core.turn import Turn
from core.weighing import marks_of, weighed
from core.wishes import Budget, Mention, Party, When, Wish
from tests.small_atlas import small
from tests.turns import Lines, a_turn
from tests.world import WorldClock

GROUP = Conversation(platform="telegram", chat_id="-7", mode=Mode.GROUP)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
T = TypeVar("T")
# Out of town: what is left is planned faster.
FAR = {
    f"salzburg/{s}"
    for s in "hellbrunn untersberg hangar-7 hallstatt haus-der-natur kapuzinerberg".split()
}
TRAVEL = small(offline_travel(WorldClock()), without=FAR)
PEOPLE = ("ana", "ben", "cid")
FIRST, LAST = date(2027, 4, 15), date(2027, 4, 16)
SALZBURG = Wish(  # a brewery, a ridge with steps, churches and a fortress in two days
    destinations=(Mention(text="Salzburg", kind="city", id="atlas:salzburg"),),
    when=When(first=FIRST, last=LAST),
)
WARM = Wish(
    climate="warm",
    when=When(first=date(2027, 4, 15), last=date(2027, 4, 18)),
    origin=Mention(text="Berlin", kind="city", id="atlas:berlin"),
)


class Wordless(Lines):
    words = False


def turn_of(
    wish: Wish, intent: Intent, private: Wish, count: int = 3, trip: Trip | None = None
) -> Turn:
    """Ana asks in a group; Ben has told `private`: his needs to his profile, the rest for here."""
    person = Person(id="telegram:ana", name="Ana")
    needs = Wish(diet=private.diet, step_free=private.step_free)
    rest = private.model_copy(update={"diet": (), "step_free": None})
    told = PrivateWish(
        person="telegram:ben", conversation=GROUP.key, wish=rest, words="", said_at=NOW
    )
    return a_turn(
        Wordless(),
        message=InboundMessage(
            id="1", conversation=GROUP, sender=person, text="Where to?", sent_at=NOW
        ),
        request=Request(intent=intent, confidence=1, wish=wish),
        session=Session(conversation=GROUP.key, trip_id=trip.id if trip else ""),
        trips=(trip,) if trip else (),
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
            private=(told,) if rest != Wish() else (),
            needs=(("telegram:ben", needs),) if needs != Wish() else (),
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


@cache
def public() -> tuple[Made, Plan]:
    """The facts and the plan of what was said aloud: the same whatever is told in private."""

    async def made() -> tuple[Made, Plan]:
        turn = turn_of(SALZBURG, Intent.PLAN, Wish())
        group = together_in(turn, SALZBURG)
        facts = await facts_for(turn, group.wish, [town("salzburg")], FIRST, LAST)
        return facts, await plan_for_all(turn, group, [town("salzburg")], FIRST, LAST, facts)

    return apart(made())


@cache
def weighed_places() -> Question:
    """What is asked of places by what was said aloud."""

    async def question() -> Question:
        turn = turn_of(WARM, Intent.BRAINSTORM, Wish())
        home = await TRAVEL.geocoder.find("Berlin")
        start, places = Start(home[0], "EUR", NOW.date()), TRAVEL.places.destinations()
        return await weighed(TRAVEL, together_in(turn, WARM).wish, places, start, marks_of(turn))

    return apart(question())


def apart(work: Coroutine[None, None, T]) -> T:
    """The result of what is awaited in a loop of its own, so that all tests can share it."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def possible_plans(turn: Turn) -> object:
    """Which candidates fit everyone: what is made of the public wishes, else the limits that do,
    told by what they leave to see."""
    group = together_in(turn, SALZBURG)
    made, plan = public()
    if not await misfits_of(turn, group, plan, made):
        return "as it is"
    cell = cell_of(voices(turn.group), "EUR", 2, {})

    async def facts(wish: Wish) -> Made:
        return await facts_for(turn, wish, [town("salzburg")], FIRST, LAST)

    try:
        inside = await made_inside(turn, group, made, facts)
    except Rejected:
        return replace(cell, uneaten=frozenset(), refused=frozenset())
    left = frozenset(inside.problems[0].sights)
    return replace(cell, uneaten=frozenset(), refused=frozenset()), left


def town(id: str) -> Destination:
    found = TRAVEL.places.destination(id)
    assert found is not None
    return found


async def possible_places(turn: Turn) -> object:
    group = together_in(turn, turn.request.wish)
    fitting, _ = await places_for_all(turn, group, weighed_places())
    return frozenset(p.id for p in fitting)


def generated(rng: Random) -> Wish:
    """One private wish; amounts lie near each other, so that some differ and mean the same."""
    money = rng.choice((None, rng.randrange(120, 700)))
    return Wish(
        budget=Budget(amount=Decimal(money), currency="EUR", scope="person") if money else None,
        dislikes=rng.choice(((), (), ("museums",), ("surfing",), ("churches",))),
        max_walk_km=rng.choice((None, None, 2.1, 2.6, 9.0)),
        step_free=rng.choice((None, None, True)),
        diet=rng.choice(((), (), ("vegan",), ("halal",), ("gluten_free",))),
    )


CASES: list[tuple[Planning | Brainstorm, Wish, Intent, Callable[[Turn], object]]] = [
    (Planning(), SALZBURG, Intent.PLAN, possible_plans),
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


@pytest.mark.parametrize("key", ["hours", "money"])
async def test_no_exact_limit_is_found_out_by_which_places_are_left(key: str) -> None:
    """All values between two steps leave the same ideas."""

    def private(step: str) -> Wish:
        if key == "hours":
            return Wish(max_flight_hours=float(f"2.{step}"))
        return Wish(budget=Budget(amount=Decimal(f"5{step}"), currency="EUR", scope="person"))

    left = [
        await possible_places(turn_of(WARM, Intent.BRAINSTORM, private(step)))
        for step in ("00", "07", "14", "24")
    ]

    assert len(set(left)) == 1
    assert left[0] not in (
        frozenset(),
        await possible_places(turn_of(WARM, Intent.BRAINSTORM, Wish())),
    )


async def test_a_change_is_the_same_for_all_private_values_that_leave_the_same_possible() -> None:
    trip = trip_with(public()[1])

    async def text(private: Wish) -> str:
        turn = turn_of(Wish(), Intent.REVISE, private, trip=trip)
        changes = (Change(kind=ChangeKind.NO_CATEGORY, what="views"),)
        turn.request = turn.request.model_copy(update={"changes": changes})
        return await text_of(Planning(), turn)

    drinking = {
        await text(Wish(diet=d)) for d in (("halal",), ("gluten_free",), ("halal", "vegan"))
    }
    broke = {await text(per_head(Decimal(n))) for n in (20, 21, Decimal("20.4"))}

    [dry] = drinking
    changed, _, card = dry.partition("**Salzburg")
    assert "brewery" not in changed + card  # which would tell what somebody minds
    assert NOT_EVERY_STOP in changed
    assert "brewery" in await text(Wish(diet=("vegan",)))
    assert broke == {"Changing as little as possible…\n---\n" + STAYS}


def trip_with(plan: Plan) -> Trip:
    return Trip(
        id="trip-1",
        conversation=GROUP.key,
        owner="telegram:ana",
        title="Salzburg",
        wish=SALZBURG.model_copy(update={"party": Party(adults=3, counted=True)}),
        plan=plan,
        version=1,
        status="planned",
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.parametrize("count", [2, 3])
async def test_why_a_stop_is_not_in_the_plan_is_the_same_whatever_anybody_minds(count: int) -> None:
    """That it would fit is said to nobody in a group: of a brewery it may be false, and to say so
    of it alone would tell what somebody minds."""
    _, plan = public()
    dry = tuple(
        day.model_copy(update={"stops": tuple(s for s in day.stops if "brewery" not in s.title)})
        for day in plan.days
    )
    trip = trip_with(plan.model_copy(update={"days": dry}))

    async def text(private: Wish) -> str:
        turn = turn_of(Wish(), Intent.WHY, private, count, trip=trip)
        turn.request = turn.request.model_copy(update={"about": "the brewery"})
        return await text_of(Planning(), turn)

    [told] = {await text(Wish(diet=d)) for d in ((), ("gluten_free",), ("halal",))}

    assert "brewery" in told
    assert "I see whether the plan then fits everyone" in told
    assert "would fit" not in told


async def test_whether_a_plan_fits_tells_the_step_of_a_budget_and_never_the_amount() -> None:
    """Asking for plan after plan of another price would else find it out to the cent."""
    made, plan = public()
    assert plan.budget is not None
    each = plan.budget.total / 3
    fits = []
    for limit in (each - Decimal("0.01"), each + Decimal("0.01")):
        turn = turn_of(SALZBURG, Intent.PLAN, per_head(limit))
        fits.append(not await misfits_of(turn, together_in(turn, SALZBURG), plan, made))

    assert money_step(each - Decimal("0.01")) == money_step(each + Decimal("0.01"))
    assert fits == [False, False]


def per_head(amount: Decimal) -> Wish:
    return Wish(budget=Budget(amount=amount, currency="EUR", scope="person"))


async def test_a_plan_within_private_limits_holds_nothing_that_names_them() -> None:
    made, plan = public()
    assert plan.budget is not None
    limit = int(plan.budget.total / 3) - 1
    private = per_head(Decimal(limit)).model_copy(update={"step_free": True, "diet": ("halal",)})
    turn = turn_of(SALZBURG, Intent.PLAN, private)
    text = await text_of(Planning(), turn)

    assert await misfits_of(turn, together_in(turn, SALZBURG), plan, made) != []
    assert (
        turn.trip is not None and turn.trip.plan is not None and turn.trip.plan.budget is not None
    )
    assert turn.trip.plan.budget.limit is None
    assert turn.trip.plan.budget.total / 3 <= limit
    kept = turn.trip.model_dump_json().casefold()
    for told in (str(limit), "step-free", 'step_free":true', "your limit", "halal"):
        assert told not in text.casefold()
        assert told not in kept


async def test_of_two_people_a_private_wish_only_makes_it_not_fit_everyone() -> None:
    limits = [
        Wish(step_free=True),
        Wish(dislikes=("museums",)),
        Wish(dislikes=("landmarks",)),
        Wish(diet=("halal",)),
        Wish(diet=("gluten_free",)),
    ]
    texts = {await text_of(Planning(), turn_of(SALZBURG, Intent.PLAN, w, 2)) for w in limits}
    refusals = {t for t in texts if "does not fit everyone" in t}

    assert len(refusals) == 1  # the same words whatever it is
    assert len(texts) <= 2
