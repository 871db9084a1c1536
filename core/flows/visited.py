"""The button after a trip: its towns are marked as visited."""

from __future__ import annotations

from core import words
from core.choices import choice
from core.messages import Choices, Text
from core.notices.asking import NoticesSaid
from core.people import ProfileFact
from core.trips import Recommendation, RecommendationStatus
from core.turn import Screen, Turn


def visited(turn: Turn, said: NoticesSaid) -> Screen:
    """The towns of a trip are marked as visited; in a private chat the profile knows them too."""
    trip = next((t for t in turn.trips if t.id == said.button), None)
    if trip is None or trip.plan is None:
        return (Text(markdown="I do not have that trip any more."),)
    names = []
    for town in trip.plan.towns:
        names.append(town.destination)
        known = next(
            (r for r in turn.recommendations if r.destination_id == town.destination_id),
            Recommendation(
                conversation=turn.message.conversation.key,
                destination_id=town.destination_id,
                name=town.destination,
                status=RecommendationStatus.SUGGESTED,
                reasons=(),
                changed_at=turn.now,
                changed_by=turn.message.sender.id,
            ),
        )
        marked = RecommendationStatus.VISITED
        turn.keep_recommendation(known.becomes(marked, turn.now, turn.message.sender.id))
    if not turn.in_group:
        turn.profile = turn.profile.learned(
            *(
                ProfileFact(key="visited", value=name, origin="chosen", said_at=turn.now)
                for name in names
            )
        )
        turn.update(last_change="profile")
    turn.keep_trip(trip.model_copy(update={"status": "done", "updated_at": turn.now}))
    listed = words.listing(words.literal(name) for name in names)
    options = turn.offer(choice("ideas", "", "Where to next?"))
    return (Text(markdown=f"{listed}: visited. Noted."), Choices(options=options))
