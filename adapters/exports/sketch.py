"""Map sketches and the weather strip as SVG: drawn from coordinates, without any map or font.

A sketch shows where the stops lie to each other and in which order they come; it is not to
navigate by, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import cos, log10, radians

from adapters.exports.safe import clean
from adapters.exports.strokes import path, width
from core.travel import DayWeather, Point
from core.trips import Day, Stop, StopKind
from core.words import MONTHS, WEEKDAYS

COLOURS = ("#c2453d", "#2f6fb2", "#3c8a4c", "#8a4fa3", "#c77a1c", "#1f8a8a", "#a8477a")
INK, PAPER, FAINT = "#2b2b2b", "#fbf8f1", "#d9d2c3"
KM_PER_DEGREE = 111.32
MARGIN = 34.0
DOT = 11.0


def colour(number: int) -> str:
    """The colour of day `number`, from 1."""
    return COLOURS[(number - 1) % len(COLOURS)]


def visits(day: Day) -> list[Stop]:
    return [stop for stop in day.stops if stop.kind is StopKind.VISIT]


class Frame:
    """Puts points on earth into a box of pixels: equirectangular around the middle, north up."""

    def __init__(self, points: Sequence[Point], box: tuple[float, float, float, float]) -> None:
        self.x, self.y, self.width, self.height = box
        lats, lons = [p.lat for p in points], _unrolled([p.lon for p in points])
        self.lat, self.lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
        self.shrink = max(0.05, cos(radians(self.lat)))
        tall = max((max(lats) - min(lats)) * KM_PER_DEGREE, 0.6)
        wide = max((max(lons) - min(lons)) * KM_PER_DEGREE * self.shrink, 0.6)
        room = (self.width - 2 * MARGIN, self.height - 2 * MARGIN)
        self.pixels_per_km = min(room[0] / wide, room[1] / tall)

    def at(self, p: Point) -> tuple[float, float]:
        lon = (p.lon - self.lon + 540) % 360 - 180
        x = self.x + self.width / 2 + lon * KM_PER_DEGREE * self.shrink * self.pixels_per_km
        y = self.y + self.height / 2 - (p.lat - self.lat) * KM_PER_DEGREE * self.pixels_per_km
        return round(x, 1), round(y, 1)

    def inside(self, p: Point) -> tuple[tuple[float, float], float]:
        """Where to draw the point, and how many km it lies outside when that is at the edge."""
        x, y = self.at(p)
        room = MARGIN - DOT
        held = (
            min(max(x, self.x + room), self.x + self.width - room),
            min(max(y, self.y + room), self.y + self.height - room - 12),
        )
        off = ((x - held[0]) ** 2 + (y - held[1]) ** 2) ** 0.5 / self.pixels_per_km
        return held, off if off >= 1 else 0.0

    def scale_km(self) -> float:
        """A round distance about a fifth of the box wide: 1, 2 or 5 times a power of ten."""
        wanted = self.width / 5 / self.pixels_per_km
        power = 10.0 ** int(log10(wanted) if wanted >= 1 else log10(wanted) - 1)
        return max(step * power for step in (1, 2, 5) if step * power <= wanted or step == 1)


def map_part(days: Sequence[tuple[int, Day]], box: tuple[float, float, float, float]) -> str:
    """The stops of these numbered days in a box (x, y, width, height), as SVG elements."""
    stops = [stop for _, day in days for stop in visits(day)]
    x, y, w, h = box
    parts = [f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="10" fill="{PAPER}" '
             f'stroke="{FAINT}"/>']  # fmt: skip
    if not stops:
        return "".join(parts)
    frame = Frame(_near([stop.point for stop in stops]), box)
    for number, day in days:
        spots = [frame.inside(stop.point)[0] for stop in visits(day)]
        if len(spots) > 1:
            line = " ".join(f"{a},{b}" for a, b in spots)
            parts.append(
                f'<polyline points="{line}" fill="none" stroke="{colour(number)}" '
                'stroke-width="3" stroke-opacity="0.55" stroke-linejoin="round" '
                'stroke-dasharray="7 5"/>'
            )
    placed: list[tuple[float, float]] = []
    for number, day in days:
        for n, stop in enumerate(visits(day), 1):
            inside, far = frame.inside(stop.point)
            spot = _apart(inside, placed)
            placed.append(spot)
            parts.append(_dot(spot, str(n), colour(number), stop.title))
            if far:
                middle = min(max(spot[0], x + 40), x + w - 40)
                parts.append(text(f"{far:.0f} km off", middle, spot[1] + DOT + 4, 7, INK))
    return "".join([*parts, _compass(x + w - 24, y + 20), _scale(frame, x + 16, y + h - 14)])


def weather_part(
    days: Sequence[Day], box: tuple[float, float, float, float], offset: int = 0
) -> str:
    """A column for each day: weekday, date, what the sky does, degrees by day and night.

    `offset` days of the trip come before the first column.
    """
    x, y, w, h = box
    parts = [f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="10" fill="{PAPER}" '
             f'stroke="{FAINT}"/>']  # fmt: skip
    column = w / max(1, len(days))
    size = min(11.0, column / 5)
    for n, day in enumerate(days):
        middle = x + column * (n + 0.5)
        parts.append(
            text(WEEKDAYS[day.day.weekday()], middle, y + 12, size, colour(offset + n + 1))
        )
        label = f"{day.day.day} {MONTHS[day.day.month - 1]}"
        parts.append(text(label, middle, y + 16 + size, size * 0.8, INK))
        if day.weather is not None:
            if not day.weather.typical:
                parts.append(_sky(day.weather, middle, y + h / 2 + 6))
            degrees = f"{round(day.weather.tmax_c)}°/{round(day.weather.tmin_c)}°"
            parts.append(text(degrees, middle, y + h - 26, size * 0.9, INK))
    typical = any(day.weather is not None and day.weather.typical for day in days)
    if typical:
        parts.append(text("typical values, no forecast", x + w / 2, y + h - 12, 6.5, "#8b8374"))
    return "".join(parts)


def document(body: str, width_px: float, height_px: float, title: str) -> str:
    """A whole SVG with a title for those who hear it read."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width_px:g} {height_px:g}" '
        f'width="{width_px:g}" height="{height_px:g}" role="img">'
        f"<title>{escape(clean(title))}</title>{body}</svg>"
    )


def text(words: str, x: float, y: float, size: float, ink: str, anchor: str = "middle") -> str:
    """Words in the stroke font, so that no font is needed; y is the top."""
    drawn = path(words, x, y, size, anchor)
    stroke = max(0.9, size / 8)
    return (
        f'<path d="{drawn}" fill="none" stroke="{ink}" stroke-width="{stroke:.1f}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _near(points: Sequence[Point]) -> list[Point]:
    """The points without far ones, which would squeeze all others into a corner."""
    lats, lons = [p.lat for p in points], _unrolled([p.lon for p in points])
    lat, lon = sorted(lats)[len(lats) // 2], sorted(lons)[len(lons) // 2]
    away = [
        max(abs(a - lat), abs(b - lon) * cos(radians(lat))) for a, b in zip(lats, lons, strict=True)
    ]
    usual = sorted(away)[len(away) // 2]
    limit = 3 * usual + 4 / KM_PER_DEGREE
    return [p for p, far in zip(points, away, strict=True) if far <= limit]


def _unrolled(lons: Sequence[float]) -> list[float]:
    """Longitudes without the jump at the date line."""
    first = lons[0]
    return [first + (lon - first + 540) % 360 - 180 for lon in lons]


def _apart(spot: tuple[float, float], placed: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The spot, moved a little to the right and down while a dot is there already."""
    x, y = spot
    for _ in range(12):
        if all((x - a) ** 2 + (y - b) ** 2 >= (1.5 * DOT) ** 2 for a, b in placed):
            break
        x, y = x + DOT * 0.9, y + DOT * 0.45
    return round(x, 1), round(y, 1)


def _dot(spot: tuple[float, float], label: str, fill: str, title: str) -> str:
    x, y = spot
    size = 10.0 if width(label, 10) <= 15 else 8.0
    return (
        f"<g><title>{escape(clean(title))}</title>"
        f'<circle cx="{x}" cy="{y}" r="{DOT}" fill="{fill}" '
        f'stroke="#fff" stroke-width="1.5"/>{text(label, x, y - size / 2, size, "#fff")}</g>'
    )


def _compass(x: float, y: float) -> str:
    return (
        f'<path d="M{x} {y + 22} L{x} {y} M{x - 5} {y + 7} L{x} {y} L{x + 5} {y + 7}" fill="none" '
        f'stroke="{INK}" stroke-width="1.6" stroke-linecap="round"/>' + text("N", x, y + 26, 9, INK)
    )


def _scale(frame: Frame, x: float, y: float) -> str:
    km = frame.scale_km()
    label = f"{km:g} km" if km >= 1 else f"{km * 1000:g} m"
    long = km * frame.pixels_per_km
    return (
        f'<path d="M{x} {y - 4} V{y} H{x + long:.1f} V{y - 4}" fill="none" stroke="{INK}" '
        'stroke-width="1.5"/>' + text(label, x + long / 2, y - 14, 8, INK)
    )


def _sky(weather: DayWeather, x: float, y: float) -> str:
    """Sun, sun behind a cloud, rain or snow."""
    code = weather.code
    wet = (weather.rain_chance or 0) >= 0.5 or (weather.rain_mm or 0) >= 4
    if code is not None and code in (71, 73, 75, 77, 85, 86):
        return _cloud(x, y) + "".join(
            f'<circle cx="{x + dx}" cy="{y + 16}" r="1.8" fill="#8fb7d9"/>' for dx in (-8, 0, 8)
        )
    if wet:
        return _cloud(x, y) + "".join(
            f'<path d="M{x + dx} {y + 12} l-3 8" stroke="#2f6fb2" stroke-width="2" '
            'stroke-linecap="round"/>'
            for dx in (-7, 0, 7)
        )
    if (code is not None and code >= 2) or (weather.rain_chance or 0) >= 0.25:
        return _sun(x - 6, y - 5, 7) + _cloud(x + 3, y + 3)
    return _sun(x, y, 10)


def _sun(x: float, y: float, r: float) -> str:
    rays = "".join(
        f'<path d="M{x} {y - r - 3} v-4" stroke="#e0a020" stroke-width="2" stroke-linecap="round" '
        f'transform="rotate({angle} {x} {y})"/>'
        for angle in range(0, 360, 45)
    )
    return f'<circle cx="{x}" cy="{y}" r="{r}" fill="#f2bf3f"/>{rays}'


def _cloud(x: float, y: float) -> str:
    return (
        f'<path d="M{x - 14} {y + 8} a7 7 0 0 1 2 -13 a9 9 0 0 1 17 -2 a7.5 7.5 0 0 1 6 15 z" '
        'fill="#c9d3dc" stroke="#93a1ad" stroke-width="1"/>'
    )
