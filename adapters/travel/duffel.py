"""Flight offers from Duffel: real fares with a live token, invented ones with a test token.

Asked only when a traveller wants it: a live search costs the operator money when nobody books. It
is sent once and never tried again. Nothing is ever booked. Amounts are text, times are local
without an offset, and a body with `errors` may come with a 2xx.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from adapters.travel import fields
from adapters.travel.airports import airport_zone
from adapters.travel.http import Answer, ProviderClient, Refused
from core.errors import Rejected, Unavailable
from core.flights import FlightOffer, Hop, Way
from core.ports import Clock
from core.travel import Confidence, Money, Source

WHO = "Duffel"
BASE_URL = "https://api.duffel.com"
VERSION = "v2"
TIMEOUT_S = 30.0
SUPPLIERS_MS = 15_000
KEPT = timedelta(minutes=30)  # or until an offer expires, whichever is sooner
SHOWN = 20
TEST_AIRLINE = "ZZ"  # "Duffel Airways", which does not exist
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+(?:\.\d+)?S)?)?")
_Key = tuple[str, str, date, date | None, int, tuple[int, ...]]


class Duffel:
    """The FlightOffers port over Duffel's offer requests."""

    def __init__(
        self, client: ProviderClient, clock: Clock, token: str, base_url: str = BASE_URL
    ) -> None:
        self._client = client
        self._clock = clock
        self._url = f"{base_url.rstrip('/')}/air/offer_requests"
        self._airlines = f"{base_url.rstrip('/')}/air/airlines"
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Duffel-Version": VERSION,
            "Accept": "application/json",
        }
        self._kept: OrderedDict[_Key, tuple[datetime, list[FlightOffer]]] = OrderedDict()

    async def search(
        self,
        origin: str,
        destination: str,
        first: date,
        last: date | None,
        *,
        adults: int,
        children: Sequence[int] = (),
    ) -> list[FlightOffer]:
        """At most 20 offers in economy with at most one change each way, cheapest first.

        The same question within half an hour is answered from memory, while its offers hold.

        Raises:
            Rejected: Duffel does not take the question (an airport or a day it does not know).
            Unavailable: no answer in time, a wrong token, or an answer we cannot read.
        Source: https://duffel.com/docs/api/v2/offer-requests.
        """
        key = (origin, destination, first, last, adults, tuple(sorted(children)))
        now = self._clock.now()
        known = self._kept.get(key)
        if known is not None and now < known[0]:
            return [_aged(offer) for offer in known[1]]
        try:
            answer = await self._client.post(
                WHO,
                self._url,
                params={"return_offers": "true", "supplier_timeout": str(SUPPLIERS_MS)},
                json=_question(origin, destination, first, last, adults, children),
                headers=self._headers,
                idempotent=False,
                timeout_s=TIMEOUT_S,
                check=_check,
            )
        except Refused as error:
            if error.status == 422:
                raise Rejected(
                    f"{WHO} does not search {origin} to {destination} on that day."
                ) from error
            raise
        found = _offers(answer, now)
        self._keep(key, found, now)
        return found

    def _keep(self, key: _Key, found: list[FlightOffer], now: datetime) -> None:
        until = min([now + KEPT, *(o.expires_at for o in found)])
        self._kept[key] = (until, found)
        while len(self._kept) > 100:
            self._kept.popitem(last=False)

    async def probe(self) -> str:
        """One question that costs nothing, for the doctor. Raises Unavailable."""
        answer = await self._client.get(
            WHO,
            self._airlines,
            {"limit": "1"},
            headers=self._headers,
            fresh_for=timedelta(0),
            keep_for=timedelta(0),
            check=_check_list,
        )
        return f"the token is good; {len(fields.rows(answer.body.get('data')))} airline read"


def _question(
    origin: str,
    destination: str,
    first: date,
    last: date | None,
    adults: int,
    children: Sequence[int],
) -> dict[str, Any]:
    ways = [(origin, destination, first)] + ([(destination, origin, last)] if last else [])
    return {
        "data": {
            "slices": [
                {"origin": a, "destination": b, "departure_date": day.isoformat()}
                for a, b, day in ways
                if day is not None
            ],
            "passengers": [
                *({"type": "adult"} for _ in range(adults)),
                *({"age": age} for age in children),
            ],
            "cabin_class": "economy",
            "max_connections": 1,
        }
    }


def _check(body: Any) -> None:
    _check_errors(body)
    if not isinstance(fields.row(fields.row(body).get("data")).get("offers"), list):
        raise Unavailable(WHO, "the answer has no offers")


def _check_list(body: Any) -> None:
    _check_errors(body)
    if not isinstance(fields.row(body).get("data"), list):
        raise Unavailable(WHO, "the answer is no list")


def _check_errors(body: Any) -> None:
    errors = fields.rows(fields.row(body).get("errors"))
    if errors:
        title = fields.text(errors[0].get("title"), 80) or "no reason given"
        raise Unavailable(WHO, f"refused: {title}")


def _offers(answer: Answer, now: datetime) -> list[FlightOffer]:
    whole = fields.row(answer.body["data"])
    test = whole.get("live_mode") is not True
    source = Source(
        name=f"{WHO}, test data" if test else WHO,
        url="https://duffel.com/",
        fetched_at=answer.fetched_at,
        confidence=Confidence.LIVE,
        attribution="Offers: Duffel",
    )
    found = [_offer(o, source, test) for o in fields.rows(whole.get("offers"))]
    good = [o for o in found if o is not None and o.expires_at > now]
    return sorted(good, key=lambda o: (o.price.amount, o.out.minutes, o.id))[:SHOWN]


def _offer(offer: Mapping[str, Any], source: Source, test: bool) -> FlightOffer | None:
    """One offer; None when it is partial or something that is needed is missing."""
    id = fields.text(offer.get("id"), 60)
    price = fields.amount(offer.get("total_amount"))
    currency = fields.currency(offer.get("total_currency"))
    expires = fields.moment(offer.get("expires_at"))
    slices = fields.rows(offer.get("slices"))
    ways = [_way(s) for s in slices]
    if not id or price is None or not currency or expires is None or offer.get("partial") is True:
        return None
    if len(ways) not in (1, 2) or ways[0] is None or (len(ways) == 2 and ways[1] is None):
        return None
    owner = fields.row(offer.get("owner"))
    return FlightOffer(
        source=source,
        id=id,
        airline=fields.text(owner.get("name"), 60) or fields.text(owner.get("iata_code"), 3),
        price=Money(amount=price, currency=currency),
        out=ways[0],
        back=ways[1] if len(ways) == 2 else None,
        expires_at=expires,
        test=test or owner.get("iata_code") == TEST_AIRLINE,
        checked_bags=_bags(slices[0]),
    )


def _way(slice_: Mapping[str, Any]) -> Way | None:
    segments = fields.rows(slice_.get("segments"))
    hops = [_hop(s, slice_) for s in segments]
    if not hops or any(h is None for h in hops):
        return None
    whole = tuple(h for h in hops if h is not None)
    told = minutes(slice_.get("duration"))
    # In UTC: two moments of one zone are subtracted by the clock on the wall.
    flight = whole[-1].arrives.astimezone(UTC) - whole[0].departs.astimezone(UTC)
    flown = round(flight.total_seconds() / 60)
    if any(a.arrives > b.departs for a, b in pairwise(whole)) or flown <= 0:
        return None
    return Way(hops=whole, minutes=told if told is not None else flown)


def _hop(segment: Mapping[str, Any], slice_: Mapping[str, Any]) -> Hop | None:
    start, end = fields.row(segment.get("origin")), fields.row(segment.get("destination"))
    origin, destination = _code(start), _code(end)
    zones = [_zone(port, code, slice_) for port, code in ((start, origin), (end, destination))]
    if not origin or not destination or zones[0] is None or zones[1] is None:
        return None
    departs = fields.moment(segment.get("departing_at"), zones[0])
    arrives = fields.moment(segment.get("arriving_at"), zones[1])
    sells = fields.row(segment.get("marketing_carrier"))
    flies = fields.row(segment.get("operating_carrier"))
    digits = fields.text(segment.get("marketing_carrier_flight_number"), 6)
    if departs is None or arrives is None:
        return None
    other = _code(flies) != _code(sells)
    return Hop(
        number=f"{_code(sells)}{digits}" if digits else "",
        origin=origin,
        destination=destination,
        departs=departs,
        arrives=arrives,
        operated_by=(fields.text(flies.get("name"), 60) or _code(flies)) if other else "",
    )


def _code(row: Mapping[str, Any]) -> str:
    return fields.text(row.get("iata_code"), 3).upper()


def _zone(port: Mapping[str, Any], code: str, slice_: Mapping[str, Any]) -> Any:
    """The zone as told for this airport, here or for the whole way, else as we know it."""
    ends = (fields.row(slice_.get(name)) for name in ("origin", "destination"))
    told = port.get("time_zone") or next(
        (e.get("time_zone") for e in ends if _code(e) == code and code), ""
    )
    return fields.zone(told) or fields.zone(airport_zone(code))


def minutes(value: Any) -> int | None:
    """An ISO 8601 duration of days, hours and minutes ("PT02H26M", "P1DT2H"); None if none."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        return None
    days, hours, mins = (int(g or 0) for g in match.groups())
    return (days * 24 + hours) * 60 + mins


def _bags(slice_: Mapping[str, Any]) -> int | None:
    """Checked bags of the first person on the first hop; None when nothing is said of bags."""
    segments = fields.rows(slice_.get("segments"))
    people = fields.rows(segments[0].get("passengers")) if segments else []
    if not people or not isinstance(people[0].get("baggages"), list):
        return None
    bags = fields.rows(people[0]["baggages"])
    counted = [fields.number(b.get("quantity"), 0, 20) for b in bags if b.get("type") == "checked"]
    return round(sum(c for c in counted if c is not None))


def _aged(offer: FlightOffer) -> FlightOffer:
    source = offer.source.model_copy(update={"confidence": Confidence.CACHED})
    return offer.model_copy(update={"source": source})
