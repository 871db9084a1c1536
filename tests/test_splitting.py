"""Split and rejoin: apart for a stretch of an afternoon, together before and at dinner."""

from __future__ import annotations

from dataclasses import replace

from core.groups.fairness import build_fair
from core.groups.splitting import STEP, best_split
from core.itinerary.problem import Problem
from core.itinerary.verify import verify
from core.travel import OpenInterval
from core.trips import StopKind
from tests.town import FIRST, days_from, problem, sight

DAYS = days_from(FIRST, 1)
EVENING = dict.fromkeys(DAYS, (OpenInterval(start=16 * 60, end=17 * 60 + 30),))
MORNING = dict.fromkeys(DAYS, (OpenInterval(start=9 * 60, end=12 * 60),))


def divided() -> tuple[Problem, list[dict[str, float]]]:
    """A day that everybody likes, but for the afternoon: museums for two, parks for one."""
    common = [
        sight("morning", DAYS, rank=1, category="landmark", visit_min=120, hours=MORNING),
        sight("evening", DAYS, rank=1, category="viewpoint", visit_min=45, hours=EVENING),
    ]
    rest = [sight(f"museum-{n}", DAYS, rank=2, visit_min=170) for n in range(2)]
    rest += [
        sight(f"park-{n}", DAYS, rank=2, visit_min=170, category="park", indoor=False)
        for n in range(2)
    ]
    musts = frozenset(s.id for s in common)
    town = problem([*common, *rest], DAYS, adults=3, musts=musts)

    def taste(liked: str) -> dict[str, float]:
        of_rest = {s.id: 1.7 if s.category == liked else 0.1 for s in rest}
        return dict.fromkeys(musts, 1.0) | of_rest

    return town, [taste("museum"), taste("museum"), taste("park")]


def test_a_divided_party_parts_for_a_while_and_has_dinner_together() -> None:
    town, tastes = divided()
    fair = build_fair(town, tastes)
    split = best_split(fair.plan, town, tastes)

    assert split is not None
    assert split.least_after >= split.least_before + STEP
    assert sorted(p for h in split.halves for p in h.people) == [0, 1, 2]
    plans = [h.plan for h in split.halves]
    assert all(verify(p, town) == [] for p in plans)
    dinners = [
        next((s.point, s.start) for s in p.days[0].stops if s.kind is StopKind.DINNER)
        for p in plans
    ]
    assert dinners[0] == dinners[1]
    starts = [
        [(s.title, s.start) for s in p.days[0].stops if s.end <= split.part_at] for p in plans
    ]
    assert starts[0] == starts[1] != []
    assert not set(split.halves[0].sees) & set(split.halves[1].sees)


def test_who_likes_the_same_stays_together() -> None:
    town, tastes = divided()
    alike = [tastes[0], tastes[0]]

    assert best_split(build_fair(town, alike).plan, town, alike) is None


def test_what_has_to_be_in_is_seen_by_all() -> None:
    town, tastes = divided()
    bound = replace(town, musts=town.musts | {"town/museum-0"})
    split = best_split(build_fair(bound, tastes).plan, bound, tastes)

    for half in split.halves if split else ():
        assert {s.sight_id for s in half.plan.visits()} >= bound.musts
