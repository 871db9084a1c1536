"""The checks of the country files."""

from __future__ import annotations

from collections.abc import Iterator

from babel import Locale

from adapters.travel.atlas import gazetteer
from adapters.travel.atlas.schema import CountryFile
from tools.atlas_checks.money import currencies_of
from tools.atlas_checks.records import too_new

LEFT = {
    "AU", "BD", "BN", "BW", "CY", "FJ", "GB", "GY", "HK", "ID", "IE", "IN", "JM", "JP", "KE", "LK",
    "MO", "MT", "MU", "MV", "MY", "MZ", "NA", "NP", "NZ", "PK", "SC", "SG", "TH", "TT", "TZ", "UG",
    "ZA", "ZM", "ZW",
}  # fmt: skip
# Where 112 is the law.
EU_112 = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
}  # fmt: skip
BLOCKS = (
    "currency", "power", "drive_side", "emergency", "tipping", "tap_water", "languages",
    "visa_note_url",
)  # fmt: skip


def country_problems(country: CountryFile, code: str) -> Iterator[str]:
    """Every problem of one country file, `code` being the name of the file."""
    if country.code != code:
        yield f"code {country.code} is not the file name"
    known = gazetteer.country(country.code)
    if known is None or known.name != country.name:
        yield f'name "{country.name}" is not "{known.name if known else ""}" as in CLDR'
    if country.currency not in currencies_of(country.code):
        yield f"currency is {country.currency}, not {currencies_of(country.code)}"
    if (country.drive_side == "left") != (country.code in LEFT):
        yield f"they do not drive on the {country.drive_side}"
    yield from _emergency(country)
    yield from _languages(country)
    yield from _provenance(country)


def _emergency(country: CountryFile) -> Iterator[str]:
    numbers = country.emergency
    told = (numbers.all, numbers.police, numbers.ambulance, numbers.fire)
    for number in told:
        if number is not None and not (number.isdigit() and 2 <= len(number) <= 5):
            yield f"emergency number {number} is no short number"
    if numbers.all is None and None in told[1:]:
        yield "emergency: without a number for all, each service needs one"
    if country.code in EU_112 and numbers.all != "112":
        yield "emergency: 112 works here"


def _languages(country: CountryFile) -> Iterator[str]:
    for language in country.languages:
        english = _language_name(language.code)
        if english and english != language.name:
            yield f'language {language.code} is "{english}", not "{language.name}"'
    if country.phrases and not 6 <= len(country.phrases) <= 10:
        yield f"{len(country.phrases)} phrases, 6 to 10 are wanted"
    spoken = {language.code for language in country.languages}
    if bool(country.phrases) != (country.phrases_language in spoken):
        yield "phrases_language must be one of the languages, or null without phrases"


def _language_name(code: str) -> str | None:
    """As in CLDR, the script told only where CLDR tells it: Traditional Chinese."""
    known = Locale("en").languages
    return known.get(code.replace("-", "_")) or known.get(code.partition("-")[0])


def _provenance(country: CountryFile) -> Iterator[str]:
    told = {entry.field for entry in country.provenance}
    for block in (*BLOCKS, *(["phrases"] if country.phrases else [])):
        if not told & {block, "*"}:
            yield f'provenance has no entry for "{block}"'
    for entry in country.provenance:
        if too_new(entry.retrieved):
            yield f"provenance of {entry.field}: retrieved {entry.retrieved} is in the future"
        if entry.reviewed and not entry.reviewer:
            yield f"provenance of {entry.field}: reviewed, but by nobody"
