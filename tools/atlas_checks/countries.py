"""The checks of the country files and of the phrases files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from babel import Locale
from babel.languages import get_official_languages

from adapters.travel.atlas import gazetteer
from adapters.travel.atlas.schema import MEANINGS, CountryFile, PhrasesFile, Provenance
from tools.atlas_checks.mains import LEFT, LOW_VOLTAGE, SIXTY_HERTZ, plugs_known_for
from tools.atlas_checks.money import currencies_of
from tools.atlas_checks.records import too_new

# Where 112 is the law.
EU_112 = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
}  # fmt: skip
BLOCKS = ("currency", "power", "drive_side", "languages")
MAY_BE_UNKNOWN = ("tipping", "tap_water", "visa_note_url")
# CLDR counts these as official; the country does not, or we write the language with another code.
NOT_OFFICIAL = {"CH": {"gsw"}, "MA": {"tzm"}, "NO": {"nn", "no"}, "UA": {"ru"}}
TELLING = frozenset({"gov", "gob", "gouv", "govt", "government", "go", "gub", "gv", "admin", "mil"})
# States publish outside of a government domain, too: hosts known to be theirs.
OFFICIAL_HOSTS = frozenset(
    """
    cubaminrex.cu dofi.ibz.be e-visa.al electronic-visa.kdmid.ru evisa.bj evisa.dgdi.ga evisa.iq
    evisa.mae.ro evisa.mfa.am evisa.mfa.ir evisa.mn guichet.public.lu island.is mfa-ks.net
    passport.govmu.org serviciomigraciones.cl u.ae um.fi vistoperitalia.esteri.it
    www.acces-maroc.ma www.auswaertiges-amt.de www.canada.ca www.esteri.sm www.evisa.e-gov.kg
    www.evisa.sl www.evisa.tj www.evisacam.cm www.govern.ad www.irishimmigration.ie www.llv.li
    www.mfa.bg www.mfa.gr www.migracija.lt www.migrationsverket.se www.mzv.sk
    www.netherlandsworldwide.nl www.nyidanmark.dk www.sysselmesteren.no www.udi.no www.vm.ee
    """.split()
)
# Languages with every meaning; the others have at least as many as this.
BIG = frozenset(
    "ar cs de el es fr hi hr hu id it ja ka ko ms nl pl pt ro ru sv sw th tr uk vi zh".split()
)
FEWEST_PHRASES = 6


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
    yield from _power(country)
    yield from _emergency(country)
    yield from _languages(country)
    yield from _entry(country)
    yield from _told(country)
    yield from _honest(country.provenance)


def phrases_problems(phrases: PhrasesFile, name: str) -> Iterator[str]:
    """Every problem of one phrases file, `name` being the name of the file."""
    if phrases.code != name:
        yield f"code {phrases.code} is not the file name"
    english = language_name(phrases.code)
    if english and english != phrases.name:
        yield f'language {phrases.code} is "{english}", not "{phrases.name}"'
    told = [line.meaning for line in phrases.phrases]
    for meaning, times in Counter(told).items():
        if times > 1:
            yield f'"{meaning}" is told {times} times'
        if meaning not in MEANINGS:
            yield f'"{meaning}" is none of the meanings in the schema'
    if told != sorted(told, key=lambda m: MEANINGS.index(m) if m in MEANINGS else len(MEANINGS)):
        yield "the phrases are not in the order of the schema"
    missing = [meaning for meaning in MEANINGS if meaning not in told]
    if phrases.code in BIG and missing:
        yield f"no phrase for {', '.join(missing)}"
    if len(told) < FEWEST_PHRASES:
        yield f"{len(told)} phrases, at least {FEWEST_PHRASES} are wanted"
    for line in phrases.phrases:
        if ("…" in line.meaning) != ("…" in line.local):
            yield f'"{line.meaning}": the gap (…) is only on one side'
        if not line.local.isascii() and not line.say and not _latin(line.local):
            yield f'"{line.meaning}": another script needs a pronunciation'
        if not line.say.isascii() and not _latin(line.say):
            yield f'"{line.meaning}": the pronunciation is not in Latin letters'
    yield from _honest(phrases.provenance)


def _power(country: CountryFile) -> Iterator[str]:
    for letter in plugs_known_for(country.code):
        if letter not in country.plug_types:
            yield f"sockets of type {letter} are expected there"
    if len(set(country.plug_types)) < len(country.plug_types):
        yield "a plug type is listed twice"
    if country.voltage and (country.voltage < 130) != (country.code in LOW_VOLTAGE):
        yield f"{country.voltage} V is not the voltage there"
    if country.frequency and (country.frequency == 60) != (country.code in SIXTY_HERTZ):
        yield f"{country.frequency} Hz is not the frequency there"


def _emergency(country: CountryFile) -> Iterator[str]:
    numbers = country.emergency
    told = (numbers.all, numbers.police, numbers.ambulance, numbers.fire)
    for number in told:
        if number is not None and not (number.isdigit() and 2 <= len(number) <= 5):
            yield f"emergency number {number} is no short number"
    partly = numbers.all is None and None in told[1:] and any(told)
    if partly and _confidence(country, "emergency") != "low":
        yield "emergency: without a number for all, each service needs one, or low confidence"
    if country.code in EU_112 and numbers.all != "112":
        yield "emergency: 112 works here"


def _languages(country: CountryFile) -> Iterator[str]:
    for language in country.languages:
        english = language_name(language.code)
        if english and english != language.name:
            yield f'language {language.code} is "{english}", not "{language.name}"'
    spoken = {_base(language.code) for language in country.languages}
    official = {_base(code) for code in get_official_languages(country.code, de_facto=True)}
    for code in sorted(official - spoken - NOT_OFFICIAL.get(country.code, set())):
        yield f"{language_name(code) or code} is official there"
    if country.phrases:
        yield "phrases are written in phrases/<language>.yaml"
    if country.phrases_language and _base(country.phrases_language) not in spoken:
        yield "phrases_language must be one of the languages, or null"


def _entry(country: CountryFile) -> Iterator[str]:
    if country.visa_note_url is None:
        return
    host = urlsplit(country.visa_note_url).hostname or ""
    if not TELLING & set(host.split(".")) and host not in OFFICIAL_HOSTS:
        yield f"visa_note_url: {host} is not known as a government's"


def _told(country: CountryFile) -> Iterator[str]:
    """Every block that says something says where it is from."""
    told = {entry.field for entry in country.provenance}
    facts = country.model_dump()
    known = [block for block in MAY_BE_UNKNOWN if facts[block]]
    if any(facts["emergency"].values()):
        known.append("emergency")
    for block in (*BLOCKS, *known):
        if not told & {block, "*"}:
            yield f'provenance has no entry for "{block}"'


def _honest(provenance: tuple[Provenance, ...]) -> Iterator[str]:
    for entry in provenance:
        if too_new(entry.retrieved):
            yield f"provenance of {entry.field}: retrieved {entry.retrieved} is in the future"
        if entry.reviewed and not entry.reviewer:
            yield f"provenance of {entry.field}: reviewed, but by nobody"
        if entry.method == "api" and entry.url is None:
            yield f"provenance of {entry.field}: method api needs the source's url"


def _confidence(country: CountryFile, block: str) -> str:
    fitting = [p.confidence for p in country.provenance if p.field in (block, "*")]
    return fitting[0] if fitting else ""


def language_name(code: str) -> str | None:
    """As in CLDR, the script told only where CLDR tells it: Traditional Chinese."""
    known = Locale("en").languages
    return known.get(code.replace("-", "_")) or known.get(_base(code))


def _base(code: str) -> str:
    return code.replace("_", "-").partition("-")[0]


def _latin(text: str) -> bool:
    """Whether all letters are Latin ones, with any accents."""
    return all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x2070 for c in text if c.isalpha())
