"""A provider client at a local server, and what a provider's file says about itself."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from adapters.travel.http import Limit, ProviderClient
from tests.fake_open_meteo import DictCache, Time
from tests.wire.server import USER_AGENT, Handler, Says, WireServer

KEYLESS = {"key": "it asks for none"}
OUTAGE = object()  # an answer with nothing in it is an outage, not "there is none"


class Rig:
    """One server, one client with a cache, and a clock that only moves when told to."""

    def __init__(self, server: WireServer, **options: Any) -> None:
        self.server = server
        self.time = Time()
        self.cache = DictCache()
        self.client = ProviderClient(
            self.cache,
            self.time,
            user_agent=USER_AGENT,
            sleep=self.time.sleep,
            steady=self.time.steady,
            rng=random.Random(7),
            # A busy machine is no slow provider: tests of slowness say how long they wait.
            **{"per_second": 1_000.0, "timeout_s": 30.0, "patience_s": 30.0} | options,
        )

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def asked(self) -> int:
        """How many requests came in so far."""
        return len(self.server.asked)


@asynccontextmanager
async def rig_of(
    routes: Mapping[str, Handler], *, limit: Limit | None = None, **options: Any
) -> AsyncIterator[Rig]:
    """A rig at a server with `routes`; `limit` is how the host wants to be treated."""
    server = WireServer(routes)
    await server.opens()
    if limit is not None:
        options["limits"] = {server.url.removeprefix("http://"): limit}
    rig = Rig(server, **options)
    try:
        yield rig
    finally:
        await rig.client.aclose()
        await server.closes()


@dataclass(frozen=True)
class Wire:
    """A provider: its routes with good answers, and one question through our client for it.

    `ask` must use `rig.client`, `rig.time` and `rig.url`, and plant `key` when the provider has
    one. `empty` replaces routes by their "nothing found"; then `ask` gives `nothing`, or fails when
    that is OUTAGE. `errors` are the provider's own bodies by status, `wrong` answers that look like
    success and are none. After `stale_after` the kept answer is no longer fresh and is still shown
    when the provider fails; None says that nothing old is ever shown. `tries` is how often one
    question is asked when the trouble may pass. `never` has the reason for each cell of the table
    of faults that this provider cannot have.
    """

    name: str
    routes: Mapping[str, Handler]
    ask: Callable[[Rig], Awaitable[object]]
    empty: Mapping[str, Handler] = field(default_factory=dict)
    nothing: object = OUTAGE
    errors: Mapping[int, object] = field(default_factory=dict)
    wrong: Sequence[Says] = ()
    key: str = ""
    stale_after: timedelta | None = None
    tries: int = 3
    plain: bool = False  # its values are no facts with a source of their own (legs of a route)
    never: Mapping[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> dict[str, bool]:
        """The cells of the table that a provider has to fill itself, and whether it did."""
        filled = {
            "empty": bool(self.empty),
            "wrong": bool(self.wrong),  # 200 with an error inside
            "key": bool(self.key),
            "400": 400 in self.errors,
            "401": 401 in self.errors or not self.key,
            "429": 429 in self.errors,
        }
        return {name: done for name, done in filled.items() if name not in self.never}

    @property
    def missing(self) -> list[str]:
        """Cells that are neither filled nor excused, and excuses for what is there."""
        idle = [f"{name}: no excuse is needed" for name in self.never if getattr(self, name, None)]
        return [name for name, done in self.cells.items() if not done] + idle
