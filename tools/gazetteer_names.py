"""Which names go into the gazetteer: alternates worth looking up, states, and nicknames."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

# Names of a city this large are kept in every script.
WORLD_CITY = 300_000
# Scripts on the street signs of a country, as Unicode names them. Latin is kept everywhere.
SCRIPTS = {
    "AE": {"ARABIC"}, "AM": {"ARMENIAN"}, "BD": {"BENGALI"}, "BG": {"CYRILLIC"},
    "BY": {"CYRILLIC"}, "CN": {"CJK"}, "CY": {"GREEK"}, "DZ": {"ARABIC"}, "EG": {"ARABIC"},
    "ET": {"ETHIOPIC"}, "GE": {"GEORGIAN"}, "GR": {"GREEK"}, "HK": {"CJK"}, "IL": {"HEBREW"},
    "IN": {"DEVANAGARI", "BENGALI", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "GUJARATI",
           "GURMUKHI"},
    "IQ": {"ARABIC"}, "IR": {"ARABIC"}, "JO": {"ARABIC"}, "JP": {"CJK", "HIRAGANA", "KATAKANA"},
    "KG": {"CYRILLIC"}, "KH": {"KHMER"}, "KR": {"HANGUL"}, "KW": {"ARABIC"}, "KZ": {"CYRILLIC"},
    "LA": {"LAO"}, "LB": {"ARABIC"}, "LK": {"SINHALA", "TAMIL"}, "LY": {"ARABIC"},
    "MA": {"ARABIC"}, "ME": {"CYRILLIC"}, "MK": {"CYRILLIC"}, "MM": {"MYANMAR"},
    "MN": {"CYRILLIC"}, "MO": {"CJK"}, "NP": {"DEVANAGARI"}, "OM": {"ARABIC"}, "PK": {"ARABIC"},
    "PS": {"ARABIC"}, "QA": {"ARABIC"}, "RS": {"CYRILLIC"}, "RU": {"CYRILLIC"},
    "SA": {"ARABIC"}, "SY": {"ARABIC"}, "TH": {"THAI"}, "TN": {"ARABIC"}, "TW": {"CJK"},
    "UA": {"CYRILLIC"}, "UZ": {"CYRILLIC"}, "YE": {"ARABIC"},
}  # fmt: skip
# What people call countries beyond CLDR.
COUNTRY_ALIASES = {
    "GB": ("UK", "U.K.", "Great Britain", "Britain"),
    "US": ("USA", "U.S.", "U.S.A.", "America", "the States", "United States of America"),
    "NL": ("Holland", "the Netherlands"),
    "AE": ("UAE", "Emirates"),
    "CZ": ("Czech Republic",),
    "TR": ("Turkey", "Türkiye"),
    "KR": ("Korea", "Republic of Korea"),
    "KP": ("DPRK",),
    "CI": ("Ivory Coast",),
    "MK": ("Macedonia",),
    "SZ": ("Swaziland",),
    "MM": ("Burma",),
    "CV": ("Cabo Verde",),
    "TL": ("East Timor",),
    "BA": ("Bosnia",),
    "VA": ("Vatican",),
    "IE": ("Republic of Ireland", "Éire"),
    "CD": ("DR Congo",),
    "LA": ("Lao",),
    "VN": ("Viet Nam",),
    "IN": ("Bharat",),
    "GE": ("Sakartvelo", "Republic of Georgia"),
    "PH": ("the Philippines",),
    "MV": ("the Maldives",),
    "BS": ("the Bahamas",),
    "HK": ("Hong Kong",),
    "MO": ("Macao", "Macau"),
}
_US = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|"
    "DE Delaware|DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|"
    "IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|"
    "MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|"
    "NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|"
    "NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|"
    "RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|"
    "VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming"
)
# country -> GeoNames code -> (usual abbreviation, name)
STATES: dict[str, dict[str, tuple[str, str]]] = {
    "US": {item[:2]: (item[:2], item[3:]) for item in _US.split("|")},
    "CA": {
        "01": ("AB", "Alberta"), "02": ("BC", "British Columbia"), "03": ("MB", "Manitoba"),
        "04": ("NB", "New Brunswick"), "05": ("NL", "Newfoundland and Labrador"),
        "07": ("NS", "Nova Scotia"), "08": ("ON", "Ontario"), "09": ("PE", "Prince Edward Island"),
        "10": ("QC", "Quebec"), "11": ("SK", "Saskatchewan"), "12": ("YT", "Yukon"),
        "13": ("NT", "Northwest Territories"), "14": ("NU", "Nunavut"),
    },
    "AU": {
        "01": ("ACT", "Australian Capital Territory"), "02": ("NSW", "New South Wales"),
        "03": ("NT", "Northern Territory"), "04": ("QLD", "Queensland"),
        "05": ("SA", "South Australia"), "06": ("TAS", "Tasmania"), "07": ("VIC", "Victoria"),
        "08": ("WA", "Western Australia"),
    },
    "GB": {
        "ENG": ("", "England"), "NIR": ("", "Northern Ireland"), "SCT": ("", "Scotland"),
        "WLS": ("", "Wales"),
    },
    "DE": {
        "01": ("", "Baden-Württemberg"), "02": ("", "Bavaria"), "03": ("", "Bremen"),
        "04": ("", "Hamburg"), "05": ("", "Hesse"), "06": ("", "Lower Saxony"),
        "07": ("", "North Rhine-Westphalia"), "08": ("", "Rhineland-Palatinate"),
        "09": ("", "Saarland"), "10": ("", "Schleswig-Holstein"), "11": ("", "Brandenburg"),
        "12": ("", "Mecklenburg-Vorpommern"), "13": ("", "Saxony"), "14": ("", "Saxony-Anhalt"),
        "15": ("", "Thuringia"), "16": ("", "Berlin"),
    },
    "IT": {
        "01": ("", "Abruzzo"), "02": ("", "Basilicata"), "03": ("", "Calabria"),
        "04": ("", "Campania"), "05": ("", "Emilia-Romagna"), "06": ("", "Friuli Venezia Giulia"),
        "07": ("", "Lazio"), "08": ("", "Liguria"), "09": ("", "Lombardy"), "10": ("", "Marche"),
        "11": ("", "Molise"), "12": ("", "Piedmont"), "13": ("", "Apulia"), "14": ("", "Sardinia"),
        "15": ("", "Sicily"), "16": ("", "Tuscany"), "17": ("", "Trentino-Alto Adige"),
        "18": ("", "Umbria"), "19": ("", "Aosta Valley"), "20": ("", "Veneto"),
    },
}  # fmt: skip


def alternates(row: dict[str, Any]) -> Iterator[str]:
    """Alternate names of a town that somebody might type: Latin ones, and those on the spot."""
    local = SCRIPTS.get(row["countrycode"], set())
    for name in row["alternatenames"]:
        script = _script(name)
        if script == "LATIN":
            # Codes are capitals; machine transliterations of other scripts start small.
            if not name[:1].islower() and not (len(name) <= 4 and name.isupper()):
                yield name
        elif script in local or (script and row["population"] >= WORLD_CITY):
            yield name


def is_junk(name: str) -> bool:
    """Names nobody looks a town up by: single letters, numbers, sentences."""
    latin = name.isascii()
    return (latin and len(name) < 3) or any(letter.isdigit() for letter in name) or len(name) > 40


@cache
def _script_of(letter: str) -> str:
    name = unicodedata.name(letter, "").partition(" ")[0]
    return "CJK" if name.startswith("CJK") else name


def _script(name: str) -> str:
    """The one script of a name, "" for a mixture."""
    scripts = {_script_of(letter) for letter in name if letter.isalpha()}
    if scripts <= {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"} and scripts:
        return "CJK"
    return scripts.pop() if len(scripts) == 1 else ""
