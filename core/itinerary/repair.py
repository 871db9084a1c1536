"""Days with fixed times, and the small operations a revision is made of.

Where the search is free to put everything anew, a `Draft` keeps each stop where it stands unless
it has to go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.itinerary.problem import DINNER_MIN, DINNER_WINDOW, LUNCH_MIN, LUNCH_WINDOW
from core.itinerary.schedule import DINNER, LUNCH, TRAVEL_POINTS, Block, whole_day
from core.itinerary.search import Search
from core.itinerary.tables import Tables
from core.trips import Day, StopKind

MEALS = {LUNCH: (LUNCH_MIN, LUNCH_WINDOW), DINNER: (DINNER_MIN, DINNER_WINDOW)}
MOVED_POINTS = 4.0  # what a new time costs, beside the worth of a sight that is given up
_TOKENS = {StopKind.LUNCH: LUNCH, StopKind.DINNER: DINNER}


class Draft:
    """The blocks of each day of a plan under repair, and the sights that lost their place."""

    def __init__(self, tables: Tables, days: Sequence[Sequence[Block]]) -> None:
        self.tables = tables
        self.days: list[list[Block]] = [list(day) for day in days]
        self.displaced: list[int] = []
        self.banned: set[int] = set()  # never put in by ourselves
        self.search = Search(tables)

    def copy(self) -> Draft:
        """The same days to try something with; what the search remembers is shared."""
        other = Draft.__new__(Draft)
        other.tables, other.search = self.tables, self.search
        other.days = [list(day) for day in self.days]
        other.displaced, other.banned = list(self.displaced), set(self.banned)
        return other

    # --- looking -------------------------------------------------------------------------------

    def visits(self, d: int) -> list[int]:
        return [block.token for block in self.days[d] if block.token >= 0]

    def planned(self) -> set[int]:
        return {block.token for day in self.days for block in day if block.token >= 0}

    def day_of(self, s: int) -> int | None:
        return next((d for d in range(len(self.days)) if s in self.visits(d)), None)

    def cost(self) -> int:
        """Tickets and fares in hundredths; meals are not in the purse."""
        return sum(self.day_cost(day) for day in self.days)

    def day_cost(self, blocks: Sequence[Block]) -> int:
        tables, at, total = self.tables, self.tables.anchor, 0
        for block in blocks:
            total += tables.fare[at][block.at]
            total += tables.ticket[block.token] if block.token >= 0 else 0
            at = block.at
        return total + tables.fare[at][tables.anchor]

    def holds(self, d: int, blocks: Sequence[Block]) -> bool:
        """True when these blocks keep every rule at exactly these times."""
        tables = self.tables
        free, at, meals, inside = tables.start[d], tables.anchor, [], False
        visits = [block.token for block in blocks if block.token >= 0]
        if len(visits) > tables.rule.max_visits or sum(tables.far[s] for s in visits) > 1:
            return False
        for block in blocks:
            if block.start < free + tables.travel[at][block.at]:
                return False
            if block.token >= 0:
                inside = inside or block.lunch_inside
                windows = tables.windows_lunch if block.lunch_inside else tables.windows
                longer = block.end - block.start - self._stay(block)
                if not any(a <= block.start <= b - longer for a, b in windows[d][block.token]):
                    return False
            else:
                length, (first, last) = MEALS[block.token]
                meals.append(block.token)
                if block.start < first or block.end > last or block.end - block.start < length:
                    return False
            free, at = block.end, block.at
        lunch = meals.count(LUNCH) == int(tables.lunch[d]) or (inside and LUNCH not in meals)
        dinner = meals.count(DINNER) == int(tables.dinner[d])
        return lunch and dinner and free + tables.travel[at][tables.anchor] <= tables.limit[d]

    # --- one day -------------------------------------------------------------------------------

    def settle(self, d: int, blocks: Sequence[Block]) -> list[Block] | None:
        """The same visits in the same order with as few new times as possible, None if never."""
        wanted = self._with_due_meals(d, blocks)
        for tokens in wanted:
            for early in (False, True):
                timed = self._timed(d, tokens, early=early)
                if timed is not None and self.holds(d, timed):
                    return timed
        return self._anew(d, [block.token for block in blocks if block.token >= 0])

    def keep_best(self, d: int) -> None:
        """Drops what cannot stay, the least worth first; the rest keeps its order."""
        tables = self.tables
        closed = [s for s in self.visits(d) if not tables.windows[d][s]]
        blocks = [block for block in self.days[d] if block.token not in closed]
        self.displaced += closed
        while True:
            visits = [block for block in blocks if block.token >= 0]
            settled = self.settle(d, blocks)
            if settled is not None:
                self.days[d] = settled
                return
            if not visits:
                self.days[d] = self._anew(d, []) or []
                return
            loser = self._loser(d, blocks)
            self.displaced.append(loser)
            blocks = _without(blocks, loser)

    def _loser(self, d: int, blocks: Sequence[Block]) -> int:
        """The sight to give up: of little worth, and the others can stay as they are then."""
        points, options = self.tables.points[d], []
        for s in (block.token for block in blocks if block.token >= 0):
            settled = self.settle(d, _without(blocks, s))
            moved = len(blocks) if settled is None else len(settled) - _unmoved(settled, blocks)
            options.append((settled is None, points[s] + MOVED_POINTS * moved, s))
        return min(options)[2]

    def remove(self, s: int) -> int | None:
        """Takes a sight out and leaves the others where they are; the day it was on."""
        d = self.day_of(s)
        if d is not None:
            left = _without(self.days[d], s)
            self.days[d] = self.settle(d, left) or left
        return d

    def insert(self, s: int, days: Iterable[int]) -> bool:
        """Puts a sight into the best gap of these days; nothing else changes its time."""
        best: tuple[float, int, list[Block]] | None = None
        for d in days:
            for found in self._gaps(d, s):
                if self._affordable(d, found):
                    value = self._value(d, found) - self._value(d, self.days[d])
                    if best is None or value > best[0] + 1e-9:
                        best = (value, d, found)
        if best is None:
            return False
        self.days[best[1]] = best[2]
        return True

    def squeeze(self, s: int, days: Iterable[int]) -> bool:
        """Puts a sight in, and lets the times of that day change."""
        for d in days:
            order = self.visits(d)
            if s in order:
                return True
            options = []
            for p in range(len(order) + 1):
                found = self._anew(d, [*order[:p], s, *order[p:]])
                if found is not None and self._affordable(d, found):
                    calm = _unmoved(found, self.days[d])
                    options.append((-calm, -self._value(d, found), p, found))
            if options:
                self.days[d] = min(options)[3]
                return True
        return False

    def replace(self, s: int, days: Iterable[int], *, keep: frozenset[int] = frozenset()) -> bool:
        """Puts a sight in for the least worthy one that makes room; that one is displaced."""
        for d in days:
            victims = [v for v in self.visits(d) if v not in self.tables.must and v not in keep]
            victims.sort(key=lambda v: (self.tables.worth[d][v], v))
            for put in (self.insert, self.squeeze):  # best when no other time changes
                for v in victims:
                    before = self.days[d]
                    self.days[d] = _without(before, v)
                    if put(s, [d]):
                        self.displaced.append(v)
                        return True
                    self.days[d] = before
        return False

    def fill(self, d: int, count: int, *, free_only: bool = False) -> None:
        """Fills gaps of a day with unplanned sights up to `count` visits; nothing moves."""
        tables = self.tables
        if not self.visits(d) and not free_only:
            self._grow(d, count)
        while len(self.visits(d)) < count:
            taken = self.planned() | self.banned
            options = []
            for s in range(tables.n):
                if s in taken or not tables.windows[d][s] or (free_only and tables.ticket[s]):
                    continue
                for found in self._gaps(d, s):
                    gain = self._value(d, found) - self._value(d, self.days[d])
                    if gain > 0 and self._affordable(d, found):
                        options.append((-gain, s, found))
            if not options:
                return
            self.days[d] = min(options)[2]

    # --- inside --------------------------------------------------------------------------------

    def _stay(self, block: Block) -> int:
        """How long a visit takes at least, with lunch when that is inside."""
        return self.tables.duration[block.token] + (LUNCH_MIN if block.lunch_inside else 0)

    def _affordable(self, d: int, blocks: Sequence[Block]) -> bool:
        if self.tables.purse is None:
            return True
        more = self.day_cost(blocks) - self.day_cost(self.days[d])
        return more <= 0 or self.cost() + more <= self.tables.purse

    def _value(self, d: int, blocks: Sequence[Block]) -> float:
        tables, at, points = self.tables, self.tables.anchor, 0.0
        for block in blocks:
            points -= TRAVEL_POINTS * tables.minutes[at][block.at]
            points += tables.points[d][block.token] if block.token >= 0 else 0
            at = block.at
        return points - TRAVEL_POINTS * tables.minutes[at][tables.anchor]

    def _gaps(self, d: int, s: int) -> list[list[Block]]:
        """The day with `s` in each gap that takes it, all other times unchanged."""
        tables, blocks = self.tables, self.days[d]
        if not tables.windows[d][s]:
            return []
        found = []
        for p in range(len(blocks) + 1):
            free, at = tables.start[d], tables.anchor
            if p:
                free, at = blocks[p - 1].end, blocks[p - 1].at
            start = _first(tables.windows[d][s], free + tables.travel[at][s])
            if start is None or (p < len(blocks) and start >= blocks[p].start):
                continue
            visit = Block(s, s, start, start + tables.duration[s])
            day = self._located([*blocks[:p], visit, *blocks[p:]])
            if self.holds(d, day):
                found.append(day)
        return found

    def _grow(self, d: int, count: int) -> None:
        """An empty day becomes a full one, by greedy insertion."""
        order: tuple[int, ...] = ()
        while len(order) < count:
            taken = self.planned() | self.banned | set(order)
            options = [o for o in self.search.insertions(d, order) if o.token not in taken]
            options = [o for o in options if self._affordable(d, self._anew(d, o.sights) or [])]
            if not options:
                break
            order = max(options, key=lambda o: o.keys[1]).sights
        grown = self._anew(d, order)
        if grown is not None:
            self.days[d] = grown

    def _anew(self, d: int, order: Sequence[int]) -> list[Block] | None:
        blocks: list[Block] = []
        if len(order) > self.tables.rule.max_visits or sum(self.tables.far[s] for s in order) > 1:
            return None
        return blocks if whole_day(self.tables, d, tuple(order), blocks) is not None else None

    def _with_due_meals(self, d: int, blocks: Sequence[Block]) -> list[list[Block]]:
        """Variants of the day with exactly the meals that are due."""
        tables = self.tables
        inside = any(block.lunch_inside for block in blocks)
        due = {LUNCH: tables.lunch[d] and not inside, DINNER: tables.dinner[d]}
        kept = [block for block in blocks if block.token >= 0 or due[block.token]]
        variants = [kept]
        for token, wanted in due.items():
            if wanted and all(block.token != token for block in kept):
                length, (first, _) = MEALS[token]
                meal = Block(token, tables.anchor, first, first + length)
                variants = [
                    [*day[:p], meal, *day[p:]] for day in variants for p in range(len(day) + 1)
                ]
        return variants

    def _timed(self, d: int, blocks: Sequence[Block], *, early: bool) -> list[Block] | None:
        """The blocks in this order, not before their old times unless `early`."""
        tables = self.tables
        free, at = tables.start[d], tables.anchor
        timed: list[Block] = []
        for block in self._located(blocks):
            ready = free + tables.travel[at][block.at]
            if block.token >= 0:
                windows = tables.windows_lunch if block.lunch_inside else tables.windows
                length = max(self._stay(block), block.end - block.start)
                start = _first(windows[d][block.token], ready if early else max(ready, block.start))
                if start is None:
                    return None
            else:
                length, (first, _) = MEALS[block.token]
                start = max(ready, first if early else max(first, block.start))
            timed.append(block._replace(start=start, end=start + length))
            free, at = start + length, block.at
        return timed

    def _located(self, blocks: Sequence[Block]) -> list[Block]:
        """Meals go where the visit before them was; dinner after a day trip is back in town."""
        found, at = [], self.tables.anchor
        for block in blocks:
            if block.token >= 0:
                at = block.token
            elif block.token == DINNER and self.tables.far[at]:
                at = self.tables.anchor
            found.append(block._replace(at=at))
        return found


def blocks_from(tables: Tables, day: Day) -> list[Block]:
    """The visits and meals of a planned day whose sights are still known, at their old times."""
    found = []
    has_lunch = any(stop.kind is StopKind.LUNCH for stop in day.stops)
    for stop in day.stops:
        start, end = (tables.minute(moment, day.day) for moment in (stop.start, stop.end))
        if stop.kind in _TOKENS:
            found.append(Block(_TOKENS[stop.kind], tables.anchor, start, end))
        elif stop.sight_id in tables.index:
            s = tables.index[stop.sight_id]
            roomy = end - start >= tables.duration[s] + LUNCH_MIN
            found.append(Block(s, s, start, end, tables.long[s] and roomy and not has_lunch))
    return found


def _without(blocks: Sequence[Block], token: int) -> list[Block]:
    return [block for block in blocks if block.token != token]


def _unmoved(new: Sequence[Block], old: Sequence[Block]) -> int:
    before = {block.token: block.start for block in old}
    return sum(before.get(block.token) == block.start for block in new)


def _first(windows: Sequence[tuple[int, int]], ready: int) -> int | None:
    for first, last in windows:
        if ready <= last:
            return max(first, ready)
    return None
