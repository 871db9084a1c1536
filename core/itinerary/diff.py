"""What is different between two plans, stop by stop."""

from __future__ import annotations

from core.itinerary.problem import Problem
from core.messages import Value
from core.trips import Plan, Stop, StopKind
from core.words import about, amount, clock, listing, plural
from core.words import day as day_text


class Step(Value):
    """One visit in both plans: day numbers count from 1, times are "Thu 15 Apr, 10:30"."""

    stop_id: str
    title: str
    old_day: int = 0  # 0: not in the old plan
    new_day: int = 0  # 0: not in the new plan
    before: str = ""
    after: str = ""


class Diff(Value):
    """Visits only. Kept: same day of the trip and same time; moved: another day or time."""

    kept: tuple[Step, ...] = ()
    moved: tuple[Step, ...] = ()
    dropped: tuple[Step, ...] = ()
    added: tuple[Step, ...] = ()

    def sentences(self) -> list[str]:
        """What a traveller wants to know, shortest first; empty when nothing changed."""
        found = [f"Dropped: {listing(_named(self.dropped, old=True))}."] if self.dropped else []
        if self.added:
            found.append(f"New: {listing(_named(self.added, old=False))}.")
        days = [step for step in self.moved if step.old_day != step.new_day]
        times = [step for step in self.moved if step.old_day == step.new_day]
        found += [f"{s.title} moves from {s.before} to {s.after}." for s in days]
        found += [f"{s.title} is now at {s.after}, before at {_time(s.before)}." for s in times[:4]]
        if len(times) > 4:
            found.append(f"{plural(len(times) - 4, 'more stop')} at another time of the same day.")
        return found


def diff(old: Plan, new: Plan) -> Diff:
    """What became of each visit. Days are compared by their number, so shifted dates match."""
    before, after = _places(old), _places(new)
    steps = []
    for id in (*before, *(id for id in after if id not in before)):
        was, then, is_, now = *before.get(id, (0, None)), *after.get(id, (0, None))
        stop = then or now
        if stop is None:
            continue
        steps.append(
            Step(
                stop_id=id,
                title=stop.title,
                old_day=was,
                new_day=is_,
                before=_moment(then) if then else "",
                after=_moment(now) if now else "",
            )
        )
    both = [step for step in steps if step.old_day and step.new_day]
    kept = [s for s in both if _same(s)]
    return Diff(
        kept=tuple(kept),
        moved=tuple(step for step in both if step not in kept),
        dropped=tuple(step for step in steps if not step.new_day),
        added=tuple(step for step in steps if not step.old_day),
    )


def money_sentence(old: Plan, new: Plan, problem: Problem) -> str:
    """How the total changed, empty when it did not or is unknown."""
    if old.budget is None or new.budget is None or old.budget.total == new.budget.total:
        return ""
    if old.budget.currency != new.budget.currency:
        return ""
    word = "less" if new.budget.total < old.budget.total else "more"
    by = abs(new.budget.total - old.budget.total)
    if by < 1:
        return ""
    currency = problem.destination.currency
    total = amount(new.budget.total, currency)
    whom = " for everybody" if problem.adults + len(problem.children) > 1 else ""
    return f"That is {about(by, currency)} {word}{whom} ({total} in all)."


def frame_sentences(old: Plan, new: Plan) -> list[str]:
    """Another arrival or way home, in words; empty when both are as before."""
    found = []
    home = "the airport" if new.leaves_by_air else "the way home"
    for kind, text in (
        (StopKind.ARRIVAL, "You are in town by {}"),
        (StopKind.DEPARTURE, f"You leave for {home} at {{}}"),
    ):
        before, after = _framing(old, kind), _framing(new, kind)
        if after and before and after != before:
            found.append(f"{text.format(after)} now, before at {before}.")
        elif after and not before:
            found.append(f"{text.format(after)}.")
    return found


def _framing(plan: Plan, kind: StopKind) -> str:
    """The time at which the stop of this kind frees or ends the days; empty without one."""
    stop = next((s for d in plan.days for s in d.stops if s.kind is kind), None)
    if stop is None:
        return ""
    return clock(stop.end if kind is StopKind.ARRIVAL else stop.start)


def _same(step: Step) -> bool:
    """The same day of the trip at the same time; or the very same moment, as what is booked."""
    as_numbered = step.old_day == step.new_day and _time(step.before) == _time(step.after)
    return as_numbered or step.before == step.after


def _places(plan: Plan) -> dict[str, tuple[int, Stop | None]]:
    return {
        stop.id: (n, stop)
        for n, day in enumerate(plan.days, 1)
        for stop in day.stops
        if stop.sight_id
    }


def _moment(stop: Stop) -> str:
    return f"{day_text(stop.start.date())}, {clock(stop.start)}"


def _time(moment: str) -> str:
    return moment.rpartition(", ")[2]


def _named(steps: tuple[Step, ...], *, old: bool) -> list[str]:
    return [f"{s.title} ({(s.before if old else s.after).partition(',')[0]})" for s in steps]
