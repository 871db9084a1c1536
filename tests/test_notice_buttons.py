"""The buttons of notices: each fits a platform, asks for what it says, and nothing else does."""

from __future__ import annotations

import pytest

from core.choices import MAX_ID_BYTES, notice_choice, request_of, swap_choice
from core.itinerary.take_swap import swap_mark
from core.messages import Choices
from core.notices.asking import NoticesSaid
from core.notices.digest import Composed, message
from core.notices.policies import notice_id
from core.notices.ports import Claimed
from core.notices.state import Kind
from core.reading import Intent
from tests.notice_desk import CHAT, opened

TRIP = "trip-0123456789abcdef01"
START_HERE = NoticesSaid(do="start", here=True, button=TRIP)
NOTICE = notice_id(TRIP, Kind.WEATHER, "2027-04-16", "stop-lisbon/belem-tower/1")


@pytest.mark.parametrize(
    ("do", "what", "meant"),
    [
        *(("stop", kind, NoticesSaid(do="stop", kinds=(kind,))) for kind in Kind),
        ("start", "weather,event", NoticesSaid(do="start", kinds=(Kind.WEATHER, Kind.EVENT))),
        ("stop", "", NoticesSaid(do="stop")),
        ("start", "", NoticesSaid(do="start")),
        ("stop", TRIP, NoticesSaid(do="stop", here=True, button=TRIP)),
        *(
            ("start", f"{TRIP}/{kind[:3]}", START_HERE.model_copy(update={"kinds": (kind,)}))
            for kind in Kind
        ),
        ("snooze", "24", NoticesSaid(do="snooze", hours=24)),
        ("why", NOTICE, NoticesSaid(do="why", button=NOTICE)),
        ("visited", TRIP, NoticesSaid(do="visited", button=TRIP)),
        ("show", "", NoticesSaid(do="show")),
    ],
)
def test_a_button_asks_for_what_it_says(do: str, what: str, meant: NoticesSaid) -> None:
    button = notice_choice(do, what, "label")  # type: ignore[arg-type]
    request = request_of(button.id)

    assert len(button.id.encode()) <= MAX_ID_BYTES
    assert request is not None
    assert request.intent is Intent.NOTICES
    assert request.notices == meant


@pytest.mark.parametrize(
    "id",
    [
        "notices:stop/everything",
        "notices:start/trip-1/x",
        "notices:snooze/soon",
        "notices:snooze/99999",
        "notices:quiet/1",
    ],
)
def test_a_forged_button_is_none_of_ours(id: str) -> None:
    assert request_of(id) is None


async def test_every_swap_of_a_plan_has_a_button_of_its_own() -> None:
    trip = (await opened()).trip
    assert trip.plan is not None
    stops = [s for s in trip.plan.visits() if s.swap_sight_id]
    buttons = [swap_choice(trip.id, swap_mark(s), "Take it") for s in stops]

    assert stops
    assert len({b.id for b in buttons}) == len(stops)
    for button in buttons:
        request = request_of(button.id)
        assert request is not None
        assert request.intent is Intent.PLAN
        assert request.about == button.id


async def test_what_comes_together_has_each_button_once_and_deeds_before_settings() -> None:
    desk = await opened()
    desk.at("2027-04-14 17:00")
    composed = []
    for kind, on in ((Kind.PACKING, "2027-04-15"), (Kind.FINAL_CHECK, "2027-04-15")):
        said = await desk.says(kind, on)
        assert said is not None
        notice = desk.notice(kind, on)
        composed.append(Composed(Claimed(notice, 1, 1), tuple(said.parts)))
    reply = message(CHAT, composed)
    labels = [o.label for p in reply.parts if isinstance(p, Choices) for o in p.options]

    assert labels == [
        "Weather",
        "Emergency numbers",
        "Files",
        "Why this?",
        "No packing lists",
        "No final checks",
    ]
