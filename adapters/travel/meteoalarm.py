"""Warnings of Europe's weather services from MeteoAlarm's country feeds: no key, CC BY 4.0.

A feed is a whole country with up to some megabytes, so only what is still in force is kept. Most of
its areas have no outline: a place is found by outline, by zone id, or by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from adapters.travel import fields
from adapters.travel.atlas.names import fold
from adapters.travel.http import Answer, ProviderClient
from adapters.travel.spot import Found, Spot, honest, severity, source, within
from core.errors import Unavailable
from core.ports import Clock
from core.travel import Alert, Severity

WHO = "MeteoAlarm"
BASE_URL = "https://feeds.meteoalarm.org"
FRESH, KEPT = timedelta(minutes=30), timedelta(hours=3)
MAX_BYTES = 16 * 1024 * 1024
SLUGS = {
    "AT": "austria", "BA": "bosnia-herzegovina", "BE": "belgium", "BG": "bulgaria",
    "CH": "switzerland", "CY": "cyprus", "CZ": "czechia", "DE": "germany", "DK": "denmark",
    "EE": "estonia", "ES": "spain", "FI": "finland", "FR": "france", "GB": "united-kingdom",
    "GR": "greece", "HR": "croatia", "HU": "hungary", "IE": "ireland", "IL": "israel",
    "IS": "iceland", "IT": "italy", "LT": "lithuania", "LU": "luxembourg", "LV": "latvia",
    "MD": "moldova", "ME": "montenegro", "MK": "republic-of-north-macedonia", "MT": "malta",
    "NL": "netherlands", "NO": "norway", "PL": "poland", "PT": "portugal", "RO": "romania",
    "RS": "serbia", "SE": "sweden", "SI": "slovenia", "SK": "slovakia", "UA": "ukraine",
}  # fmt: skip
_LEVELS = {2: Severity.MODERATE, 3: Severity.SEVERE, 4: Severity.EXTREME}
_GREEN = 1
# What stands before a name when a zone is a county, a province or a town.
_KIND = re.compile(
    r"^(?:(?:stadt|kreis|landkreis|region|regiao|comarca|provincia?|province|county|co|municipality"
    r"|comune|citta|city|departement|distrito|district|isola|ilha|isla|canton|kanton|voivodeship)"
    r" (?:(?:of|de|di|do|da|del|della|d) )?)"
)


class MeteoAlarm:
    """An AlertSource over the feeds of feeds.meteoalarm.org."""

    name = WHO
    lasting = False

    def __init__(self, client: ProviderClient, clock: Clock, base_url: str = BASE_URL) -> None:
        self._client = client
        self._clock = clock
        self._url = base_url.rstrip("/") + "/api/v1/warnings/feeds-"

    def covers(self, country: str) -> bool:
        return country in SLUGS

    async def alerts(self, spot: Spot, first: date, last: date) -> Found:
        """The warnings whose area is the spot's, in its language where the feed has it.

        When there are warnings but none for a name or a zone of the spot, a note says how many
        there are elsewhere in the country: a zone may have a name that we do not know.

        Raises:
            Unavailable: no usable answer.
        Source: https://feeds.meteoalarm.org, EUMETNET - MeteoAlarm, CC BY 4.0.
        """
        now = self._clock.now()
        answer = await self._client.get(
            WHO,
            self._url + SLUGS[spot.country],
            fresh_for=FRESH,
            keep_for=KEPT,
            revalidate=True,
            check=_check,
            reduce=_reducing(now),
            timeout_s=10.0,
            max_bytes=MAX_BYTES,
        )
        here, elsewhere = [], 0
        names = {fold(name) for name in spot.names}
        replaced = {id for warning in answer.body for id in warning["references"]}
        for warning in answer.body:
            if warning["id"] in replaced:
                continue
            alert = _alert(warning, spot, names, answer)
            if alert is not None:
                here.append(alert)
            elif any(ends > now for ends in _ends(warning)):
                elsewhere += 1
        note = ""
        if elsewhere and not here and not spot.zones:
            one = "warning for another area" if elsewhere == 1 else "warnings for other areas"
            note = f"MeteoAlarm has {elsewhere} {one} of the country: https://meteoalarm.org/"
        return honest(WHO, answer, here, note)


def _check(body: Any) -> None:
    if not isinstance(fields.row(body).get("warnings"), list):
        raise Unavailable(WHO, "the answer has no list of warnings")


def _reducing(now: datetime) -> Callable[[Any], list[dict[str, Any]]]:
    """Keeps of a feed what is not over at `now`, with its texts cut."""

    def reduced(body: Any) -> list[dict[str, Any]]:
        warnings = (_warning(fields.row(w.get("alert"))) for w in fields.rows(body["warnings"]))
        return [w for w in warnings if w["infos"] and any(e > now for e in _ends(w))]

    return reduced


def _warning(cap: Mapping[str, Any]) -> dict[str, Any]:
    actual = cap.get("status") == "Actual"
    infos = [_info(i) for i in fields.rows(cap.get("info"))] if actual else []
    return {
        "id": fields.text(cap.get("identifier")),
        "kind": fields.text(cap.get("msgType")),
        "sent": fields.text(cap.get("sent")),
        # CAP: "sender,identifier,sent", several separated by blanks.
        "references": [
            r.split(",")[1] for r in str(cap.get("references") or "").split() if r.count(",") >= 2
        ],
        "infos": [i for i in infos if i is not None],
    }


def _info(info: Mapping[str, Any]) -> dict[str, Any] | None:
    """What one language says; None when it is green, which is no warning."""
    parameters = {
        fields.text(p.get("valueName")): fields.text(p.get("value"))
        for p in fields.rows(info.get("parameter"))
    }
    level = fields.number(parameters.get("awareness_level", "").partition(";")[0], 1, 4)
    if level == _GREEN:
        return None
    kept: dict[str, Any] = {
        name: fields.text(info.get(name), limit)
        for name, limit in (
            ("language", 20), ("event", 200), ("severity", 20), ("onset", 40), ("effective", 40),
            ("expires", 40), ("senderName", 120), ("headline", 300), ("description", 800),
            ("instruction", 600),
        )
    }  # fmt: skip
    kept["level"] = None if level is None else int(level)
    kept["web"] = fields.link(info.get("web"))
    kept["areas"] = [
        {
            "name": fields.text(area.get("areaDesc")),
            "codes": [fields.text(g.get("value"), 40) for g in fields.rows(area.get("geocode"))],
            "polygons": _texts(area.get("polygon")),
            "circles": _texts(area.get("circle")),
        }
        for area in fields.rows(info.get("area"))
    ]
    return kept


def _texts(value: Any) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [v for v in found if isinstance(v, str)]


def _ends(warning: Mapping[str, Any]) -> Iterator[datetime]:
    for info in warning["infos"]:
        starts, ends = _times(warning, info)
        if starts is not None and ends is not None:
            yield ends


def _times(
    warning: Mapping[str, Any], info: Mapping[str, Any]
) -> tuple[datetime | None, datetime | None]:
    """Onset and end in UTC; a warning that names no end holds for a day."""
    starts = next(
        (m for t in (info["onset"], info["effective"], warning["sent"]) if (m := fields.moment(t))),
        None,
    )
    if starts is None:
        return None, None
    ends = fields.moment(info["expires"]) or starts + timedelta(days=1)
    return starts.astimezone(UTC), ends.astimezone(UTC)


def _alert(warning: Mapping[str, Any], spot: Spot, names: set[str], answer: Answer) -> Alert | None:
    """The warning as one for the spot; None when its area is another or it takes one back."""
    info = _in_language(warning["infos"], spot.language)
    areas = [a for i in warning["infos"] for a in i["areas"]]
    area = next((a for a in areas if _holds(a, spot, names)), None)
    starts, ends = _times(warning, info)
    if area is None or starts is None or ends is None or not warning["id"]:
        return None
    taken_back = warning["kind"] not in ("Alert", "Update")
    return Alert(
        source=source(WHO, "https://meteoalarm.org/", _credit(info), answer),
        id=warning["id"],
        event=info["event"] or "Weather warning",
        severity=_LEVELS.get(info["level"]) or severity(info["severity"]),
        onset=starts,
        # What is taken back is over; it still replaces what it refers to.
        ends=min(starts, ends) if taken_back else ends,
        headline=info["headline"] or info["event"],
        area=area["name"],
        official=True,
        issuer=info["senderName"],
        description=info["description"],
        instruction=info["instruction"],
        link=info["web"] or "https://meteoalarm.org/",
        references=frozenset(warning["references"]),
    )


def _credit(info: Mapping[str, Any]) -> str:
    issuer = f" and {info['senderName']}" if info["senderName"] else ""
    return f"EUMETNET - MeteoAlarm{issuer}, CC BY 4.0"


def _in_language(infos: Sequence[Mapping[str, Any]], language: str) -> Mapping[str, Any]:
    """The traveller's language, else English, else the first."""
    for wanted in (language.lower(), "en"):
        for info in infos:
            if wanted and info["language"].lower().startswith(wanted):
                return info
    return infos[0]


def _holds(area: Mapping[str, Any], spot: Spot, names: set[str]) -> bool:
    """Whether an area is the spot's: its outline decides, then its zone ids, then its name."""
    if area["polygons"] or area["circles"]:
        return within(spot.point, area["polygons"], area["circles"])
    if set(area["codes"]) & set(spot.zones):
        return True
    parts = re.split(r"[,;/()|–]| - ", area["name"])
    folded = {fold(area["name"]), *(fold(p) for p in parts)}
    return bool(names & (folded | {_KIND.sub("", f) for f in folded}) - {""})
