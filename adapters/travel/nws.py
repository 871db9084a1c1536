"""Warnings of the US National Weather Service, by point: no key, public domain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, timedelta
from typing import Any

from adapters.travel import fields
from adapters.travel.http import Answer, ProviderClient
from adapters.travel.spot import Found, Spot, honest, severity, source
from core.errors import Unavailable
from core.travel import Alert

WHO = "the US National Weather Service"
BASE_URL = "https://api.weather.gov"
COUNTRIES = frozenset({"US", "PR", "GU", "VI", "AS", "MP"})
FRESH, KEPT = timedelta(minutes=15), timedelta(hours=2)


class NationalWeatherService:
    """An AlertSource over api.weather.gov, which serves nobody who does not say who they are."""

    name = WHO
    lasting = False

    def __init__(self, client: ProviderClient, base_url: str = BASE_URL, contact: str = "") -> None:
        """`contact` is the operator's, which must also be in the client's User-Agent."""
        self._client = client
        self._url = base_url.rstrip("/") + "/alerts/active"
        self._contact = contact

    def covers(self, country: str) -> bool:
        return country in COUNTRIES

    async def alerts(self, spot: Spot, first: date, last: date) -> Found:
        """Every warning in force for the point, tests and cancellations left out.

        Raises:
            Unavailable: no contact is set, or no usable answer.
        Source: https://www.weather.gov/documentation/services-web-api, public domain.
        """
        if not self._contact:
            raise Unavailable(WHO, "needs CARAVAN_CONTACT")
        answer = await self._client.get(
            WHO,
            self._url,
            {"point": f"{_plain(spot.point.lat)},{_plain(spot.point.lon)}"},
            fresh_for=FRESH,
            keep_for=KEPT,
            headers={"Accept": "application/geo+json"},
            check=_check,
        )
        found = (
            _alert(fields.row(feature.get("properties")), answer)
            for feature in fields.rows(answer.body["features"])
        )
        return honest(WHO, answer, [a for a in found if a is not None])


def _plain(degrees: float) -> str:
    """At most four decimals and no zeros at the end, which would be answered by a redirect."""
    return f"{degrees:.4f}".rstrip("0").rstrip(".")


def _check(body: Any) -> None:
    if not isinstance(fields.row(body).get("features"), list):
        raise Unavailable(WHO, "the answer has no list of warnings")


def _alert(said: Mapping[str, Any], answer: Answer) -> Alert | None:
    """A warning; None for tests, cancellations, and what names no time."""
    starts = fields.moment(said.get("onset")) or fields.moment(said.get("effective"))
    ends = fields.moment(said.get("ends")) or fields.moment(said.get("expires"))
    id = fields.text(said.get("id"))
    usual = said.get("status") == "Actual" and said.get("messageType") in ("Alert", "Update")
    if not (usual and id and starts and ends):
        return None
    event = fields.text(said.get("event")) or "Weather warning"
    replaced = (fields.text(r.get("identifier")) for r in fields.rows(said.get("references")))
    return Alert(
        source=source(WHO, "https://www.weather.gov/", "US National Weather Service", answer),
        id=id,
        event=event,
        severity=severity(said.get("severity")),
        onset=starts.astimezone(UTC),
        ends=ends.astimezone(UTC),
        headline=fields.text(said.get("headline"), 300) or event,
        area=fields.text(said.get("areaDesc"), 300),
        official=True,
        issuer=fields.text(said.get("senderName")),
        description=fields.text(said.get("description"), 1_000),
        instruction=fields.text(said.get("instruction"), 600),
        link="https://www.weather.gov/alerts",
        references=frozenset(r for r in replaced if r),
    )
