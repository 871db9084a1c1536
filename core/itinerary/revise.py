"""The smallest change that makes a plan fit again: keep, then drop, then put in.

A stop that nothing speaks against keeps its day, its time and its id. The caller verifies the
result as it verifies every plan.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from core.interests import matches
from core.itinerary.build import build, refuse_hopeless
from core.itinerary.compose import compose
from core.itinerary.diff import Diff, Step, diff, money_sentence
from core.itinerary.problem import Impossible, Problem
from core.itinerary.repair import Draft, blocks_from
from core.itinerary.schedule import Block
from core.itinerary.tables import Tables
from core.messages import Value
from core.naming import best_named
from core.reading import Change, ChangeKind
from core.trips import Plan
from core.words import WEEKDAYS
from core.words import day as day_text

CHEAPER_SHARE = Decimal("0.85")  # "cheaper" without an amount aims at this part of the total
MOST_NEW = 3  # stops that "more of" brings in at most, one a day

# After these fewer stops are what was asked for: nothing that lost its place is put back.
_FEWER = {ChangeKind.SLOWER, ChangeKind.REMOVE, ChangeKind.CHEAPER, ChangeKind.BUDGET}


class Revision(Value):
    """A new plan and what became of the visits of the old one; `summary` is for the chat."""

    plan: Plan
    kept: tuple[Step, ...] = ()
    moved: tuple[Step, ...] = ()
    dropped: tuple[Step, ...] = ()
    added: tuple[Step, ...] = ()
    summary: tuple[str, ...] = ()

    def with_plan(self, plan: Plan, summary: tuple[str, ...]) -> Revision:
        return self.model_copy(update={"plan": plan, "summary": summary})


def revise(plan: Plan, old: Problem, new: Problem, change: Change | None = None) -> Revision:
    """`plan`, made for `old`, repaired so that it fits `new` and the change that was asked for.

    Changes that are a new problem (pace, refusals, flights, money, dates, party) need no `change`;
    with it the repair knows what the traveller is after and fills gaps accordingly.

    Raises:
        Impossible: `new` has no plan, or the change cannot be done; reasons are for people.
    """
    tables = Tables(new)
    refuse_hopeless(tables)
    draft = Draft(tables, _old_blocks(plan, tables))
    draft.displaced += _of_days_cut_off(plan, tables)
    counts = [len([b for b in day if b.token >= 0]) for day in draft.days]
    before = _BEFORE.get(change.kind) if change else None
    if change is not None and before is not None:
        before(draft, plan, change)
    for d in range(tables.days):
        draft.keep_best(d)
    after = _AFTER.get(change.kind) if change else None
    if change is not None and after is not None:
        after(draft, plan, change)
    _put_musts_in(draft)
    kind = change.kind if change else None
    if kind not in _FEWER:
        _put_back(draft)
    if change is not None and kind is ChangeKind.CHEAPER:
        _save_money(draft, plan)
    _stay_in_budget(draft)
    _fill(draft, plan, old, counts, kind)
    return _finished(draft, plan, old, change)


def _finished(draft: Draft, plan: Plan, old: Problem, change: Change | None) -> Revision:
    tables, new = draft.tables, draft.tables.problem
    sound = all(draft.holds(d, day) for d, day in enumerate(draft.days))
    in_purse = tables.purse is None or draft.cost() <= tables.purse
    if sound and in_purse and tables.must <= draft.planned():
        made = compose(tables, draft.days, plan)
    else:
        made = build(new, known=plan)  # nothing small will do
    changes = diff(plan, made)
    summary = _summary(changes, plan, made, new, change)
    return Revision(
        plan=made,
        kept=changes.kept,
        moved=changes.moved,
        dropped=changes.dropped,
        added=changes.added,
        summary=tuple(summary),
    )


def _summary(
    changes: Diff, plan: Plan, made: Plan, new: Problem, change: Change | None
) -> list[str]:
    found = []
    if plan.first_day != made.first_day:
        found.append(
            f"All days move: {day_text(plan.first_day)} is now {day_text(made.first_day)}."
        )
    if change is not None and change.kind is ChangeKind.SWAP_DAYS:
        found.append(f"Day {change.day} and day {change.other_day} change places.")
        pair = {change.day, change.other_day}
        crossed = [s for s in changes.moved if {s.old_day, s.new_day} == pair]
        rest = tuple(step for step in changes.moved if step not in crossed)
        found += changes.model_copy(update={"moved": rest}).sentences()
    else:
        found += changes.sentences()
    money = money_sentence(plan, made, new)
    if money:
        found.append(money)
    if not found and plan.days != made.days:
        found.append("The same stops at the same times; only the frame of the days changed.")
    elif changes.kept and (changes.moved or changes.dropped or changes.added):
        count = len(changes.kept)
        found.append(f"{count} {'stop stays' if count == 1 else 'stops stay'} as they were.")
    return found or ["Nothing had to change."]


# --- the frame -------------------------------------------------------------------------------


def _old_blocks(plan: Plan, tables: Tables) -> list[list[Block]]:
    """The old days by their number, at their old times on the new dates."""
    days = [blocks_from(tables, day) for day in plan.days[: tables.days]]
    return days + [[] for _ in range(tables.days - len(days))]


def _of_days_cut_off(plan: Plan, tables: Tables) -> list[int]:
    cut = [stop for day in plan.days[tables.days :] for stop in day.stops]
    return [tables.index[stop.sight_id] for stop in cut if stop.sight_id in tables.index]


def _put_musts_in(draft: Draft) -> None:
    every = range(draft.tables.days)
    for s in sorted(draft.tables.must - draft.planned()):
        if draft.insert(s, every) or draft.squeeze(s, every):
            continue
        draft.replace(s, every)
    draft.displaced = [s for s in draft.displaced if s not in draft.planned()]


def _put_back(draft: Draft) -> None:
    """Sights that lost their place go into a gap elsewhere, the best first."""
    best = max(range(draft.tables.days), default=0)
    lost = [s for s in dict.fromkeys(draft.displaced) if s not in draft.planned() | draft.banned]
    for s in sorted(lost, key=lambda s: (-draft.tables.worth[best][s], s)):
        draft.insert(s, range(draft.tables.days))


def _fill(
    draft: Draft, plan: Plan, old: Problem, counts: list[int], kind: ChangeKind | None
) -> None:
    """Fills gaps where the change left some; what the traveller wanted less of stays less."""
    tables = draft.tables
    rule, before = tables.rule, Tables(old)
    draft.banned |= set(draft.displaced)
    for d in range(tables.days):
        now, was = len(draft.visits(d)), counts[d]
        old_count = _old_count(plan, d)
        if kind is ChangeKind.FASTER:
            goal = rule.max_visits
        elif kind in (ChangeKind.SLOWER, ChangeKind.REMOVE):
            goal = 0
        elif kind in _FEWER:
            goal = min(rule.min_visits, old_count) if now < old_count else 0
        elif d >= len(plan.days):
            goal = rule.max_visits
        elif d < before.days and _roomier(tables, before, d):
            goal = max(rule.min_visits, was)
        else:
            goal = old_count if now < old_count else 0
        free_only = kind in (ChangeKind.CHEAPER, ChangeKind.BUDGET)
        draft.fill(d, min(goal, rule.max_visits), free_only=free_only)


def _old_count(plan: Plan, d: int) -> int:
    if d >= len(plan.days):
        return 0
    return sum(1 for stop in plan.days[d].stops if stop.sight_id)


def _roomier(new: Tables, old: Tables, d: int) -> bool:
    return new.start[d] + 60 <= old.start[d] or new.limit[d] >= old.limit[d] + 60


# --- what single changes ask for ---------------------------------------------------------------


def _swap_days(draft: Draft, plan: Plan, change: Change) -> None:
    if change.day is None or change.other_day is None:
        return
    a, b = change.day - 1, change.other_day - 1
    if max(a, b) < len(draft.days):
        draft.days[a], draft.days[b] = draft.days[b], draft.days[a]


def _take_out(draft: Draft, plan: Plan, change: Change) -> None:
    s = _meant(draft, plan, change.what)
    if s is None:
        return
    if s in draft.tables.must:
        raise Impossible(f"{_name(draft, s)} has to be in the plan, as you said before.")
    draft.banned.add(s)
    for d, day in enumerate(draft.days):
        draft.days[d] = [block for block in day if block.token != s]


def _move(draft: Draft, plan: Plan, change: Change) -> None:
    s = _meant(draft, plan, change.what)
    if s is None or change.day is None or change.day > draft.tables.days:
        return
    d, tables = change.day - 1, draft.tables
    if draft.day_of(s) == d:
        return
    day = tables.problem.days[d]
    if not tables.windows[d][s]:
        why = _why(draft, s, d)
        raise Impossible(f"{_name(draft, s)} cannot be visited on {day_text(day)}{why}.")
    home = draft.remove(s)
    if draft.insert(s, [d]) or draft.squeeze(s, [d]) or draft.replace(s, [d]):
        return
    if home is not None:
        draft.insert(s, [home])
    raise Impossible(f"{_name(draft, s)} does not fit on {day_text(day)}.")


def _add(draft: Draft, plan: Plan, change: Change) -> None:
    """Most often the sight is a must of the new problem; else its name is looked up."""
    names = [(id, sight.name) for id, sight in draft.tables.problem.sights.items()]
    id = change.what if change.what in draft.tables.index else best_named(change.what, names)
    if id is None:
        return
    s = draft.tables.index[id]
    if s in draft.planned():
        return
    days = [change.day - 1] if change.day else list(range(draft.tables.days))
    if not any(draft.tables.windows[d][s] for d in days):
        raise Impossible(f"{_name(draft, s)} is not open in the hours of this trip.")
    if not (draft.insert(s, days) or draft.squeeze(s, days) or draft.replace(s, days)):
        raise Impossible(f"{_name(draft, s)} does not fit into the days and money of this trip.")


def _more_of(draft: Draft, plan: Plan, change: Change) -> None:
    """Up to one more sight a day: into gaps first, then for what is worth least."""
    tables = draft.tables
    sights = [tables.problem.sights[id] for id in tables.ids]
    liked = frozenset(
        s for s, x in enumerate(sights) if matches(change.what, x.category, x.tags)
    )
    wanted = min(MOST_NEW, tables.days)
    for d in sorted(range(tables.days), key=lambda d: (len(liked & set(draft.visits(d))), d)):
        if wanted == 0:
            return
        open_now = [s for s in liked - draft.planned() if tables.windows[d][s]]
        open_now.sort(key=lambda s: (-tables.worth[d][s], s))
        for s in open_now[:6]:
            if draft.insert(s, [d]) or draft.replace(s, [d], keep=liked):
                wanted -= 1
                break


def _indoors(draft: Draft, plan: Plan, change: Change) -> None:
    """Outdoor stops of a day (None: of every day with bad weather) give way to indoor ones."""
    tables, weather = draft.tables, draft.tables.problem.weather
    swaps = {stop.sight_id: stop.swap_sight_id for stop in plan.visits()}
    for d, day in enumerate(tables.problem.days):
        wet = day in weather and not weather[day].outdoor_ok
        if not (change.day == d + 1 or (change.day is None and wet)):
            continue
        for s in draft.visits(d):
            sight = tables.problem.sights[tables.ids[s]]
            if sight.indoor or s in tables.must:
                continue
            first = tables.index.get(swaps.get(sight.id, ""), -1)
            if not _stand_in(draft, d, s, first):
                continue
            draft.banned.add(s)


def _stand_in(draft: Draft, d: int, s: int, first: int) -> bool:
    """An unplanned indoor sight for the slot of `s`, the one named in the plan before others."""
    tables = draft.tables
    sights = tables.problem.sights
    spare = [
        o
        for o in range(tables.n)
        if sights[tables.ids[o]].indoor and o not in draft.planned() and o not in draft.banned
    ]
    spare.sort(key=lambda o: (o != first, -tables.worth[d][o], o))
    before = draft.days[d]
    for other in spare:
        day = [
            b._replace(token=other, at=other, lunch_inside=False) if b.token == s else b
            for b in before
        ]
        settled = draft.settle(d, day) if tables.windows[d][other] else None
        if settled is not None and draft.holds(d, settled):
            draft.days[d] = settled
            return True
    return False


_BEFORE: dict[ChangeKind, Callable[[Draft, Plan, Change], None]] = {
    ChangeKind.SWAP_DAYS: _swap_days,
    ChangeKind.REMOVE: _take_out,
}
_AFTER: dict[ChangeKind, Callable[[Draft, Plan, Change], None]] = {
    ChangeKind.MOVE: _move,
    ChangeKind.ADD: _add,
    ChangeKind.MORE_OF: _more_of,
    ChangeKind.INDOOR: _indoors,
}


# --- money -----------------------------------------------------------------------------------


def _save_money(draft: Draft, plan: Plan) -> None:
    """Gives up the dearest for its worth until the plan costs clearly less."""
    if plan.budget is None:
        return
    meals = draft.tables.meals_cost
    goal = int(plan.budget.total * CHEAPER_SHARE * 100) - meals
    while draft.cost() > goal and _give_up_one(draft, tickets_only=True):
        pass


def _stay_in_budget(draft: Draft) -> None:
    purse = draft.tables.purse
    while purse is not None and draft.cost() > purse:
        if not _give_up_one(draft, tickets_only=True) and not _give_up_one(draft):
            return


def _give_up_one(draft: Draft, *, tickets_only: bool = False) -> bool:
    """Takes out the visit that costs most for its worth; False when there is none to give."""
    tables, options = draft.tables, []
    for d, day in enumerate(draft.days):
        for s in draft.visits(d):
            left = [block for block in day if block.token != s]
            saved = draft.day_cost(day) - draft.day_cost(left)
            if s in tables.must or (tickets_only and (not tables.ticket[s] or saved <= 0)):
                continue
            options.append((-saved / max(tables.worth[d][s], 1.0), s))
    if not options:
        return False
    _, s = min(options)
    draft.remove(s)
    draft.displaced.append(s)
    draft.banned.add(s)
    return True


# --- names -----------------------------------------------------------------------------------


def _meant(draft: Draft, plan: Plan, what: str) -> int | None:
    """The sight of the plan that these words, a stop id or a sight id mean."""
    visits = plan.visits()
    exact = [stop.sight_id for stop in visits if what in (stop.id, stop.sight_id)]
    id = exact[0] if exact else best_named(what, [(stop.sight_id, stop.title) for stop in visits])
    return draft.tables.index.get(id) if id else None


def _name(draft: Draft, s: int) -> str:
    return draft.tables.problem.sights[draft.tables.ids[s]].name


def _why(draft: Draft, s: int, d: int) -> str:
    sight, day = draft.tables.problem.sights[draft.tables.ids[s]], draft.tables.problem.days[d]
    closed = sight.hours is not None and not sight.hours.get(day, (1,))
    return f": it is closed on {WEEKDAYS[day.weekday()]}" if closed else ""
