"""Facts about the person that a message states or takes back: "call me Ana", "I'm vegetarian"."""

from __future__ import annotations

import re
from typing import Literal

from adapters.models.reader.needs import Tastes
from adapters.models.reader.places import Places
from adapters.models.reader.text import Said
from core.reading import ProfileEdit

_NAME = re.compile(
    r"\b(?:call me|my name is|my name's|i am called|ich heisse|me llamo|je "
    r"m'appelle|mi chiamo|me "
    r"chamo)\s+(?P<name>[^\W\d_][\w'-]*(?:\s+[A-Z][\w'-]+)?)"
)
_STATED = re.compile(r"\b(?:i'm|im|i am|i|my|we're|we are|we|me)\b")
_ALWAYS = re.compile(
    r"\b(?:i'm|im|i am|we're|we are)\s+(?:both |all |a |an )?(?:\w+ "
    r")?(?:vegetarians?|vegans?|veggie|pescatarians?|c(?:o)?eliac|lactose|"
    r"disabled|gluten)|\bi (?:don't|do not|dont|never) eat|\bi (?:eat|keep) "
    r"(?:only )?(?:halal|kosher)|\bi (?:use|need|am in|'m in) a wheelchair|"
    r"\bi(?:'?m| am) (?:allergic|in a wheelchair)|\bmy diet is|\bi have c(?:o)?eliac|"
    r"\bi (?:can't|cannot|can not) (?:eat|have|tolerate)\b|\bi(?:'m| am)? (?:can't|cannot|can not|"
    r"unable to|not able to) (?:climb|do|manage|take|use|walk|go up) (?:up )?(?:the |any |many )?"
    r"(?:stairs|steps)|\b(?:stairs|steps) are (?:a problem|hard|difficult|impossible) for me|"
    r"\bich bin "
    r"(?:vegetarier|veganer)|\bsoy vegan\w|\bsoy vegetarian\w|\bje suis veg"
)
_TASTE_STATED = re.compile(
    r"\b(?:i|we)\s+(?:really |generally |usually |always |just |absolutely |"
    r"also |do )*(?:love|like|enjoy|adore|hate|dislike|prefer|can't stand|"
    r"cant stand|don't like|dont like|do not like|don't enjoy|am into|'m "
    r"into)\b|\bi(?:'m| am) (?:really |not |a big |not a |not really |a "
    r")*(?:into|fan of|interested in|big fan)\b|\bnot a fan of\b"
)
_FORGET = re.compile(
    r"\b(?:forget|remove|delete|erase|unlearn)\s+(?:the fact )?(?:(?:that|"
    r"where|what|how|who)\s+)?(?:from my profile\s+)?(?:i|my|we|me)\b|"
    r"\bi(?:'m| am) (?:no longer|not) (?:a )?(?:vegetarian|vegan)|\bi no "
    r"longer\b|\bforget (?:my|that i)\b"
)
_FORGET_KEY = (
    ("timezone", r"\btime ?zone\b"),
    ("home", r"\b(?:live|home|from|address)\b"),
    ("name", r"\bname\b"),
    ("currency", r"\bcurrency\b"),
    ("budget", r"\bbudget\b"),
    ("diet", r"\b(?:diet|eat)\b"),
    ("pace", r"\bpace\b"),
    ("party", r"\b(?:kids|family|party|travel with)\b"),
    ("step_free", r"\b(?:wheelchair|step)\b"),
    ("visited", r"\b(?:been|visited)\b"),
    ("wishlist", r"\bwish\s?list\b"),
    ("language", r"\blanguage\b"),
    ("likes", r"\blikes\b"),
    ("dislikes", r"\bdislikes\b"),
)
_WISHLIST = re.compile(
    r"\b(?:always wanted to (?:see|visit|go)|bucket list|wish ?list|"
    r"dream(?:ing)? of (?:seeing|visiting|going)|dream destination|someday)\b"
)
_CURRENCY = re.compile(
    r"\b(?:my currency is|use|show (?:me )?(?:prices|everything|costs) in|"
    r"prices in|set (?:my )?currency to|i pay in)\s+(?P<word>[\w$€£]+)"
)
_UNITS = re.compile(
    r"\b(?:use|show|prefer|in)\s+(?P<u>celsius|fahrenheit|metric|imperial|"
    r"miles|kilomet(?:er|re)s|km)\b"
)
_FLIGHT_PERSON = re.compile(r"\bi (?:never|don't|do not|hate|won't)\b")


def is_taking_back(said: Said) -> bool:
    """ "forget that I like hiking"."""
    return bool(_FORGET.search(said.low))


def removals(said: Said, tastes: Tastes) -> list[ProfileEdit]:
    """The facts to forget; empty when it is not clear which."""
    out = [
        ProfileEdit(
            key="dislikes" if re.search(r"(?:don't|not|dislike|hate)", said.low) else "likes",
            value=tag,
            remove=True,
        )
        for tag in (*tastes.likes, *tastes.dislikes)
    ]
    out += [ProfileEdit(key="diet", value=diet, remove=True) for diet in tastes.diet]
    if not tastes.diet and (
        m := re.search(
            r"no longer (?:a )?(vegetarian|vegan)|not (?:a )?(vegetarian|vegan)", said.low
        )
    ):
        out.append(ProfileEdit(key="diet", value=m[1] or m[2], remove=True))
    if out:
        return out
    for key, pattern in _FORGET_KEY:
        if re.search(pattern, said.low):
            return [ProfileEdit(key=key, value="", remove=True)]
    return []


def statements(said: Said, tastes: Tastes, places: Places) -> list[ProfileEdit]:
    """What the person tells about themselves, apart from this one trip."""
    out: list[ProfileEdit] = []
    if m := _NAME.search(said.low):
        name = said.text[m.start("name") : m.end("name")].strip(" .,!")
        said.claim(*m.span())
        out.append(ProfileEdit(key="name", value=name))
    if places.home:
        hit = places.hits.get(places.home.text)
        out.append(ProfileEdit(key="home", value=hit.name if hit else places.home.text))
    for mention in places.visited:
        hit = places.hits.get(mention.text)
        out.append(ProfileEdit(key="visited", value=hit.name if hit else mention.text))
    if _WISHLIST.search(said.low):
        for mention in places.destinations:
            hit = places.hits.get(mention.text)
            out.append(ProfileEdit(key="wishlist", value=hit.name if hit else mention.text))
    if _ALWAYS.search(said.low):
        out += [ProfileEdit(key="diet", value=diet) for diet in tastes.diet]
        if tastes.step_free:
            out.append(ProfileEdit(key="step_free", value="yes"))
    if _TASTE_STATED.search(said.low):
        out += [ProfileEdit(key="likes", value=tag) for tag in tastes.likes]
        out += [ProfileEdit(key="dislikes", value=tag) for tag in tastes.dislikes]
    if m := _UNITS.search(said.low):
        imperial = m["u"] in ("fahrenheit", "imperial", "miles")
        out.append(ProfileEdit(key="units", value="imperial" if imperial else "metric"))
    return out


def currency_word(said: Said) -> str:
    """The word after "my currency is" or "show prices in"; empty when nothing like it was said."""
    m = _CURRENCY.search(said.low)
    return m["word"] if m else ""


_Z = r"(?:time ?zone|zeitzone|zona horaria|fuseau horaire|fuso orario|fuso horario)"
_ZONE = re.compile(
    rf"\b(?:(?:my |our |meine |mi |mon |il mio |meu ){_Z}(?: is(?: now)?| ist| es| est| e|:| =)|"
    rf"(?:set|change|switch|update) (?:my |the )?{_Z} (?:to|as))\s+(?P<after>[^,;?!\"]{{1,300}})|"
    rf"\b(?:i'm|i am|we are|we're) (?:in|on) (?:the )?(?P<before>[\w+/-]+) {_Z}"
)
_ZONE_ENDS = re.compile(r"\.(?:\s|$)|\s(?:and|und|y|et|please|now|time)\b")
_NO_ZONE = re.compile(
    r"(?:not|wrong|right|correct|off|different|unknown|same|the|set|that|what|where|same)\b|$"
)


def zone_words(said: Said) -> str:
    """The words after "my time zone is"; empty when nothing like it was said."""
    m = _ZONE.search(said.low)
    if m is None:
        return ""
    words = said.text[slice(*m.span("after" if m["after"] else "before"))]
    words = _ZONE_ENDS.split(words, maxsplit=1)[0].strip(" '")
    return "" if _NO_ZONE.match(words.casefold()) else words


_SHOW = re.compile(
    r"\b(?:what (?:do|did) you (?:know|remember|have|store|save)(?: stored| "
    r"saved)? (?:about|on|of) (?:me|us)|what do you know of me|show (?:me "
    r")?my (?:profile|preferences|facts)|my profile|who am i|what have you "
    r"(?:stored|saved|learned) about me|was weisst du uber mich|que sabes de "
    r"mi|que sais[- ]tu (?:de|sur) moi|which data do you have|what data do "
    r"you have)\b"
)
_FORGET_ALL = re.compile(
    r"\b(?:(?:delete|erase|remove|wipe|clear|purge)\s+(?:all |everything|my "
    r")(?:of )?(?:my )?(?:the )?(?:data|information|info|account|profile|"
    r"history|stuff|everything|you (?:know|have|store)|about me)?|forget "
    r"(?:me|everything|all)\b|delete me\b|gdpr|right to be forgotten|losche "
    r"(?:alle )?(?:meine )?daten|borra (?:todos )?mis datos|delete (?:all|"
    r"everything))\b"
)
What = Literal["", "calendar", "data", "files", "pack", "picture", "gpx", "kml"]
_EXPORT_DATA = re.compile(
    r"\b(?:(?:export|download|send|give|copy of|get)\s+(?:me )?(?:a copy of "
    r")?(?:all )?(?:of )?(?:my|the) (?:personal )?(?:data|information|"
    r"profile)|(?:data|full) export|takeout|my data please|all the data you "
    r"have)\b"
)
_EXPORT_CALENDAR = re.compile(
    r"(?:\.ics\b|\b(?:ics|ical|icalendar|calendar(?: file)?|google calendar|"
    r"outlook|kalender|calendario)\b)"
)
_EXPORT_FILES = re.compile(r"\b(?:export|download|(?:as|which|what|the|other) files?)\b")
_FILES: tuple[tuple[What, re.Pattern[str]], ...] = (
    ("gpx", re.compile(r"\bgpx\b|\bgps (?:file|track|route)\b|\b(?:garmin|komoot)\b")),
    ("kml", re.compile(r"\bkml\b|\bgoogle (?:earth|my maps)\b")),
    (
        "pack",
        re.compile(
            r"\bpocket ?(?:pack|guide)\b|\bhtml\b|\bpdf\b|\bprint(?:able|ed|out|-out)?\b"
            r"(?! (?:me|us|my|the) (?:ticket|boarding))|\boffline (?:version|copy|page|plan)\b"
        ),
    ),
    (
        "picture",
        re.compile(
            r"\b(?:map|trip|plan|route) (?:picture|image|sketch)\b|\bpng\b|"
            r"\b(?:picture|image|sketch|map) of (?:the |my |our )?(?:trip|plan|route|days?|map)\b|"
            r"\b(?:send|show|draw)(?: me| us)? (?:the |a )?(?:map|sketch)\b"
        ),
    ),
)


_SILENCE = re.compile(
    r"\b(?:stop (?:sending|messaging|notifying|writing|texting)|(?:don't|dont|"
    r"do not) (?:message|notify|text|write(?: to)?|send) (?:me|us)|no more "
    r"(?:messages|notifications|notices|reminders)|unsubscribe|mute)\b"
)


def wants_silence(said: Said) -> bool:
    """ "stop sending me messages"."""
    return bool(_SILENCE.search(said.low))


def wants_profile(said: Said) -> bool:
    return bool(_SHOW.search(said.low))


def wants_all_forgotten(said: Said) -> bool:
    return bool(_FORGET_ALL.search(said.low))


def export_of(said: Said) -> What:
    """Which file is asked for: of the trip, or all data; empty when none is."""
    if _EXPORT_DATA.search(said.low):
        return "data"
    if _EXPORT_CALENDAR.search(said.low):
        return "calendar"
    for what, pattern in _FILES:
        if pattern.search(said.low):
            return what
    return "files" if _EXPORT_FILES.search(said.low) else ""
