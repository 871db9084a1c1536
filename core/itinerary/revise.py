"""The smallest change that makes a plan fit again: keep, then drop, then put in.

A stop that nothing speaks against keeps its day, its time and its id. The caller verifies the
result as it verifies every plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

from core.itinerary.build import build, refuse_hopeless
from core.itinerary.changes import AFTER, BEFORE
from core.itinerary.compose import compose
from core.itinerary.diff import Diff, Step, diff, frame_sentences, money_sentence
from core.itinerary.problem import Impossible, Problem
from core.itinerary.repair import MOVED_POINTS, Draft, blocks_from
from core.itinerary.schedule import Block
from core.itinerary.tables import Tables
from core.messages import Value
from core.reading import Change, ChangeKind
from core.trips import Plan
from core.words import clock, listing, plural
from core.words import day as day_text

NOTHING = "Nothing had to change."
FOR_THE_LIMIT = "had to go to stay inside your limit."
CHEAPER_SHARE = Decimal("0.85")  # "cheaper" without an amount aims at this part of the total

SWAP_FROM = 60.0  # loss from which two days may change places: more than a sight of the third rank

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
    counts = [len(draft.visits(d)) for d in range(tables.days)]
    kind = change.kind if change else None
    draft = _with_least_loss(draft, plan, change)
    if change is not None and kind is ChangeKind.CHEAPER:
        _save_money(draft, plan)
    too_dear = _stay_in_budget(draft)
    _fill(draft, plan, old, counts, kind, change.day if change else None)
    return _finished(draft, plan, old, change, too_dear)


def _with_least_loss(draft: Draft, plan: Plan, change: Change | None) -> Draft:
    """The repaired draft; on new dates two days change places when that saves what is worth it.

    The town is closed on other days of the trip then, and what was planned for a Sunday may fit
    the Saturday as it is.
    """
    before = [list(day) for day in draft.days]
    best = _repaired(draft.copy(), plan, change)
    least = _loss(best, before)
    if least < SWAP_FROM or plan.first_day == draft.tables.problem.days[0]:
        return best
    lost = set(best.displaced) - best.planned()
    hurt = [d for d, day in enumerate(before) if lost & {block.token for block in day}]
    for a, b in combinations(range(len(before)), 2):
        if a not in hurt and b not in hurt:
            continue
        trial = draft.copy()
        trial.days[a], trial.days[b] = trial.days[b], trial.days[a]
        try:
            trial = _repaired(trial, plan, change)
        except Impossible:
            continue
        if (loss := _loss(trial, before)) < least - 1e-9:
            best, least = trial, loss
    return best


def _repaired(draft: Draft, plan: Plan, change: Change | None) -> Draft:
    """Every day keeps what it can; then the change; then what has to be in and what lost its place.

    Raises Impossible when the change cannot be done.
    """
    before = BEFORE.get(change.kind) if change else None
    if change is not None and before is not None:
        before(draft, plan, change)
    for d in range(draft.tables.days):
        draft.keep_best(d)
    after = AFTER.get(change.kind) if change else None
    if change is not None and after is not None:
        after(draft, plan, change)
    _put_musts_in(draft)
    if change is None or change.kind not in _FEWER:
        _put_back(draft)
    return draft


def _loss(draft: Draft, before: Sequence[Sequence[Block]]) -> float:
    """Worth of the sights that lost their place, and a little for each that changes day or time."""
    tables, planned = draft.tables, draft.planned()
    old = {b.token: (d, b.start) for d, day in enumerate(before) for b in day if b.token >= 0}
    new = {b.token: (d, b.start) for d, day in enumerate(draft.days) for b in day if b.token >= 0}
    lost = sum(max(row[s] for row in tables.worth) for s in set(draft.displaced) - planned)
    return lost + MOVED_POINTS * sum(new[s] != old[s] for s in new.keys() & old.keys())


def _finished(
    draft: Draft, plan: Plan, old: Problem, change: Change | None, too_dear: Sequence[int]
) -> Revision:
    tables, new = draft.tables, draft.tables.problem
    sound = all(draft.holds(d, day) for d, day in enumerate(draft.days))
    in_purse = tables.purse is None or draft.cost() <= tables.purse
    if sound and in_purse and tables.must <= draft.planned():
        made = compose(tables, draft.days, plan)
    else:
        made = build(new, known=plan)  # nothing small will do
    changes = diff(plan, made)
    summary = _summary(changes, plan, made, new, change)
    gone = {step.title for step in changes.dropped}
    names = [new.sights[tables.ids[s]].name for s in too_dear]
    if names := [name for name in names if name in gone]:
        summary.insert(0, f"{listing(names)} {FOR_THE_LIMIT}")
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
    if len(plan.days) != len(made.days):
        found.append(f"The stay is now {plural(len(made.days), 'day')} long.")
    if change is not None and change.kind is ChangeKind.SWAP_DAYS:
        found.append(f"Day {change.day} and day {change.other_day} change places.")
        pair = {change.day, change.other_day}
        crossed = [s for s in changes.moved if {s.old_day, s.new_day} == pair]
        rest = tuple(step for step in changes.moved if step not in crossed)
        found += changes.model_copy(update={"moved": rest}).sentences()
    else:
        found += changes.sentences()
    found += frame_sentences(plan, made) + _of_bookings(plan, made, new, change)
    money = money_sentence(plan, made, new)
    if money:
        found.append(money)
    if not found and plan.days != made.days:
        found.append("The stops and their times stay as they were.")
    elif changes.kept and (changes.moved or changes.dropped or changes.added):
        count = len(changes.kept)
        found.append(
            "1 stop stays as it was." if count == 1 else f"{count} stops stay as they were."
        )
    return found or [NOTHING]


def _of_bookings(plan: Plan, made: Plan, new: Problem, change: Change | None) -> list[str]:
    """What becomes of that which is booked: nobody but the traveller can change a booking."""
    before = {stop.id: stop for stop in plan.visits()}
    found = []
    for stop in (s for s in made.visits() if s.booked):
        old, when = before.get(stop.id), f"{day_text(stop.start.date())}, {clock(stop.start)}"
        if old is not None and not old.booked:
            found.append(f"{stop.title} is booked now and stays on {when}.")
        elif old is not None and plan.first_day != made.first_day:
            found.append(f"{stop.title} is booked and stays on {when}.")
        elif old is not None and change is not None and change.kind is ChangeKind.PARTY:
            people = plural(new.adults + len(new.children), "person", "people")
            found.append(f"{stop.title} is booked: you decide whether it still holds {people}.")
    return found


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
    draft: Draft,
    plan: Plan,
    old: Problem,
    counts: list[int],
    kind: ChangeKind | None,
    day: int | None = None,
) -> None:
    """Fills gaps where the change left some; what the traveller wanted less of stays less."""
    tables = draft.tables
    rule, before = tables.rule, Tables(old)
    draft.banned |= set(draft.displaced)
    for d in range(tables.days):
        now, was = len(draft.visits(d)), counts[d]
        old_count = _old_count(plan, d)
        if kind is ChangeKind.FASTER:
            goal = rule.max_visits if day in (None, d + 1) else 0
        elif kind in (ChangeKind.SLOWER, ChangeKind.REMOVE):
            goal = 0
        elif kind is ChangeKind.BUDGET and _richer(new=tables, old=before):
            goal = max(rule.min_visits, was)
        elif kind in _FEWER:
            goal = min(rule.min_visits, old_count) if now < old_count else 0
        elif d >= len(plan.days):
            goal = rule.max_visits
        elif d < before.days and _roomier(tables, before, d):
            goal = max(rule.min_visits, was)
        else:
            goal = old_count if now < old_count else 0
        richer = _richer(new=tables, old=before)
        free_only = kind in (ChangeKind.CHEAPER, ChangeKind.BUDGET) and not richer
        draft.fill(d, min(goal, rule.max_visits), free_only=free_only)


def _richer(new: Tables, old: Tables) -> bool:
    return old.purse is not None and (new.purse is None or new.purse > old.purse)


def _old_count(plan: Plan, d: int) -> int:
    if d >= len(plan.days):
        return 0
    return sum(1 for stop in plan.days[d].stops if stop.sight_id)


def _roomier(new: Tables, old: Tables, d: int) -> bool:
    return new.start[d] + 60 <= old.start[d] or new.limit[d] >= old.limit[d] + 60


# --- money -----------------------------------------------------------------------------------


def _save_money(draft: Draft, plan: Plan) -> None:
    """Gives up the dearest for its worth until the days cost clearly less, rooms not counted."""
    if plan.budget is None:
        return
    tables = draft.tables
    others = sum((amount for _, amount in tables.problem.other_costs), Decimal(0))
    goal = int((plan.budget.total - others) * CHEAPER_SHARE * 100) - tables.meals_cost
    while draft.cost() > goal and _give_up_one(draft, tickets_only=True):
        pass


def _stay_in_budget(draft: Draft) -> list[int]:
    """Gives up the dearest for its worth until the purse holds the rest; the sights given up."""
    purse, before = draft.tables.purse, draft.planned()
    while purse is not None and draft.cost() > purse:
        if not _give_up_one(draft, tickets_only=True) and not _give_up_one(draft):
            break
    return sorted(before - draft.planned())


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
