"""A small font of strokes for pictures: the same on every machine, no font file needed.

Capital letters, digits and a few signs on a grid of 4 by 6; accents are dropped, and what has no
Latin form is left out.
"""

from __future__ import annotations

import unicodedata

HEIGHT, ADVANCE = 6, 5.6

# Polylines separated by "|"; each point is x then y, y grows downwards.
GLYPHS = {
    "A": "06 20 46|14 34", "B": "00 06 36 45 44 33 03|00 30 41 42 33",
    "C": "41 30 10 01 05 16 36 45",
    "D": "00 06 26 44 42 20 00", "E": "40 00 06 46|03 33", "F": "40 00 06|03 33",
    "G": "41 30 10 01 05 16 36 45 43 23", "H": "00 06|40 46|03 43", "I": "10 30|20 26|16 36",
    "J": "40 45 36 16 05", "K": "00 06|40 03 46", "L": "00 06 46", "M": "06 00 23 40 46",
    "N": "06 00 46 40", "O": "10 30 41 45 36 16 05 01 10", "P": "06 00 30 41 42 33 03",
    "Q": "10 30 41 45 36 16 05 01 10|24 46", "R": "06 00 30 41 42 33 03|23 46",
    "S": "41 30 10 01 02 13 33 44 45 36 16 05", "T": "00 40|20 26", "U": "00 05 16 36 45 40",
    "V": "00 26 40", "W": "00 16 23 36 40", "X": "00 46|40 06", "Y": "00 23 40|23 26",
    "Z": "00 40 06 46",
    "0": "10 30 41 45 36 16 05 01 10|32 14", "1": "11 20 26|16 36", "2": "01 10 30 41 42 06 46",
    "3": "01 10 30 41 42 33 13|33 44 45 36 16 05", "4": "36 30 04 44",
    "5": "40 00 03 33 44 45 36 16 05",
    "6": "41 30 10 01 05 16 36 45 44 33 03", "7": "00 40 16", "8":
    "13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33", "9": "43 13 02 01 10 30 41 45 36 16 05",
    "-": "13 33", "–": "13 33", ".": "25 26", ",": "25 16", ":": "22 22.3|25 25.3", "/": "06 40",
    "°": "10 20 21 11 10", "+": "23 23|13 33|21.5 24.5", "(": "30 21 25 36", ")": "10 21 25 16",
    "'": "20 21", "&": "46 02 01 10 21 22 04 05 16 26 44", "?": "01 10 30 41 42 23 24|26 26.2",
}  # fmt: skip


def width(text: str, size: float) -> float:
    """How wide the text is at a height of `size`."""
    return max(0.0, len(drawable(text)) * ADVANCE - (ADVANCE - 4)) * size / HEIGHT


def drawable(text: str) -> str:
    """The text in capitals without what the font does not have."""
    letters = unicodedata.normalize("NFKD", text.replace("°", "\0").upper()).replace("\0", "°")
    return "".join(c for c in letters if c == " " or c in GLYPHS)


def path(text: str, x: float, y: float, size: float, anchor: str = "start") -> str:
    """The `d` of an SVG path: the text with its top left corner at x, y; anchor start or middle."""
    scale = size / HEIGHT
    left = x - width(text, size) / 2 if anchor == "middle" else x
    pieces = []
    for n, char in enumerate(drawable(text)):
        for line in GLYPHS.get(char, "").split("|") if char != " " else ():
            points = [_point(each) for each in line.split()]
            moved = [
                f"{left + (n * ADVANCE + px) * scale:.1f} {y + py * scale:.1f}" for px, py in points
            ]
            pieces.append("M" + " L".join(moved))
    return " ".join(pieces)


def _point(text: str) -> tuple[float, float]:
    """ "25.3" is x 2, y 5.3; a dot after the first digit belongs to x: "21.5" is x 2, y 1.5."""
    return float(text[0]), float(text[1:])
