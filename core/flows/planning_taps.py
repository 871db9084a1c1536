"""Taps and answers that become changes of a plan before planning starts."""

from __future__ import annotations

from core import words
from core.contradictions import settled
from core.errors import Rejected
from core.flows.revision import SETTLED
from core.interests import INTERESTS
from core.itinerary.take_swap import still_possible, swap_mark
from core.reading import Change, ChangeKind, Intent
from core.turn import Turn
from core.wishes import Wish


def taken_up(turn: Turn) -> None:
    """What was tapped ("settle:", "unbook:", "swap:") becomes a request in plain terms.

    Raises Rejected when what was offered is not possible any more.
    """
    taps = {"settle": _settle, "unbook": _unbook, "swap": _take_swap}
    tap = taps.get(turn.request.about.partition(":")[0]) if ":" in turn.request.about else None
    if tap is not None:
        tap(turn)


def _settle(turn: Turn) -> None:
    """The answer to a contradiction becomes a plan, or the changes of the plan that there is."""
    _, _, answer = turn.request.about.partition(":")
    word_, *which = answer.split("/")
    must, refusal = (int(n) if n.isdecimal() else -1 for n in (*which, "", "")[:2])
    wish = settled(turn.session.wish, must, refusal, keep=word_ == "keep")
    request = turn.request.model_copy(update={"about": "", "wish": Wish()})
    trip = turn.trip
    if trip is not None and trip.plan is not None:
        request = request.model_copy(
            update={
                "intent": Intent.REVISE,
                "wish": wish.model_copy(update={"when": None}),
                "changes": _news(trip.wish, wish),
                "about": SETTLED,
            }
        )
    turn.request = request
    turn.update(wish=wish, asked="")


def _unbook(turn: Turn) -> None:
    """The tap on "the booking is cancelled" becomes the change that takes the stop out."""
    number = turn.request.about.partition(":")[2]
    visits = turn.trip.plan.visits() if turn.trip and turn.trip.plan else []
    title = visits[int(number)].title if number.isdecimal() and int(number) < len(visits) else ""
    kinds = (ChangeKind.UNBOOKED, ChangeKind.REMOVE) if title else ()
    turn.request = turn.request.model_copy(
        update={
            "intent": Intent.REVISE,
            "about": "",
            "changes": tuple(Change(kind=kind, what=title) for kind in kinds),
        }
    )


def _take_swap(turn: Turn) -> None:
    """The tap on a notice's swap becomes the change that was offered, of the trip it is about.

    Raises Rejected when the plan has another stop or another swap there by now.
    """
    id, _, mark = turn.request.about.partition(":")[2].partition("/")
    trip = next((t for t in turn.trips if t.id == id), None)
    visits = trip.plan.visits() if trip is not None and trip.plan is not None else []
    stop = next((s for s in visits if s.swap_sight_id and swap_mark(s) == mark), None)
    if trip is None or trip.plan is None or stop is None:
        raise Rejected(
            "The plan has changed since I offered that, so I left it as it is. “If it rains” shows "
            "what is indoors now."
        )
    if not still_possible(stop, trip.plan, turn.now):
        raise Rejected(f"{words.literal(stop.title)} cannot be swapped any more: it is too late.")
    turn.update(trip_id=trip.id, wish=trip.wish)
    change = Change(kind=ChangeKind.TAKE_SWAP, what=stop.id)
    turn.request = turn.request.model_copy(
        update={"intent": Intent.REVISE, "about": "", "changes": (change,)}
    )


def _news(old: Wish, new: Wish) -> tuple[Change, ...]:
    """The changes that lead from one wish to the other, as far as likes and refusals go."""
    refused = [t for t in new.dislikes if t not in old.dislikes and t in INTERESTS]
    wanted = [m for m in new.musts if m not in old.musts]
    gone = [m for m in old.musts if m not in new.musts]
    return (
        *(Change(kind=ChangeKind.NO_CATEGORY, what=t) for t in refused),
        *(Change(kind=ChangeKind.ADD, what=m) for m in wanted),
        *(Change(kind=ChangeKind.REMOVE, what=m) for m in gone),
    )
