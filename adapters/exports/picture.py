"""The picture of a trip for the chat: map sketches by town and a weather strip, as PNG."""

from __future__ import annotations

import resvg_py

from adapters.exports.sketch import colour, document, map_part, text, visits, weather_part
from core.trips import Day, Plan
from core.words import span

WIDTH, MAP_HEIGHT, STRIP_HEIGHT, HEAD, GAP = 900.0, 520.0, 120.0, 46.0, 14.0
DAYS_A_STRIP = 10
INK = "#2b2b2b"


def svg(plan: Plan) -> str:
    """The picture as SVG; one map for each town, one strip for every ten days."""
    numbered = list(enumerate(plan.days, 1))
    body = [text(f"{plan.destination}, {span(plan.first_day, plan.last_day)}", 24, 16, 15, INK,
                 "start")]  # fmt: skip
    y = HEAD
    for town in plan.towns:
        days = [(n, d) for n, d in numbered if town.first <= d.day <= town.last]
        body.append(map_part(days, (GAP, y, WIDTH - 2 * GAP, MAP_HEIGHT)))
        if plan.stages:
            body.append(text(town.destination, GAP + 14, y + 12, 12, INK, "start"))
        body.append(_legend(days, y + MAP_HEIGHT - 26))
        y += MAP_HEIGHT + GAP
    for first in range(0, len(plan.days), DAYS_A_STRIP):
        part = plan.days[first : first + DAYS_A_STRIP]
        body.append(weather_part(part, (GAP, y, WIDTH - 2 * GAP, STRIP_HEIGHT), first))
        y += STRIP_HEIGHT + GAP
    body.append(text("sketch, not to navigate by", WIDTH - 24 - 90, y - 4, 7, "#8b8374"))
    height = y + 12
    background = f'<rect width="{WIDTH:g}" height="{height:g}" fill="#ffffff"/>'
    return document(background + "".join(body), WIDTH, height, f"Sketch of {plan.destination}")


def png(plan: Plan) -> bytes:
    """The picture as PNG. It takes some 50 ms of a core: run it in a thread.

    No font and no file is read, so it looks the same on every machine.
    """
    return bytes(resvg_py.svg_to_bytes(svg_string=svg(plan), skip_system_fonts=True))


def _legend(days: list[tuple[int, Day]], y: float) -> str:
    """A dot and "D1" for each day that has stops, in the lower right."""
    parts, x = [], WIDTH - GAP - 22
    for number, day in reversed(days):
        if not visits(day):
            continue
        parts.append(text(f"D{number}", x, y + 3, 8, INK))
        parts.append(f'<circle cx="{x - 18}" cy="{y + 7}" r="6" fill="{colour(number)}"/>')
        x -= 46
    return "".join(parts)
