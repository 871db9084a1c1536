"""A cheap guess at the language of a message, by script and by its commonest words."""

from __future__ import annotations

from adapters.models.reader.text import Said

_COMMON = {
    "en": "the and to of in is for we i my with what how please from can are it on "
    "want not you me our this that do a an at where when trip days budget "
    "day plan would like go any some need people week weekend no not more or "
    "be so is was but about with have has been don't i'm we're it's",
    "de": "der die das und ist ich wir nach fur mit nicht ein eine einen von zu "
    "bitte wie was wo wann reise tage wollen mochte mochten im am bis ohne "
    "oder aber uns hallo danke gerne woche vom zum kinder haben es wenn auf",
    "es": "el la los las y es en para con un una de que por favor como donde "
    "cuando viaje dias queremos quiero semana del al sin pero muy hola "
    "gracias nos mi somos desde hasta hay ninos me gustaria playa presupuesto",
    "fr": "le la les et est en pour avec un une de des que nous je voyage jours "
    "veux voulons semaine du au sans mais tres bonjour merci ou quand "
    "comment aux dans sur mon ma sommes depuis jusqu'a s'il plait vous "
    "voudrais partir enfants il c'est",
    "pt": "o os as e em para com um uma de que por favor como onde quando viagem "
    "dias queremos quero semana do da ao sem mas muito ola obrigado obrigada "
    "nos minha somos desde ate no na gostaria voces criancas praia nao estou",
    "it": "il lo la gli e in per con un una di che come dove quando viaggio giorni "
    "vogliamo voglio settimana del al senza ma molto ciao grazie noi mia "
    "siamo da fino vorrei nel della dei sono bambini mare non cosa posso "
    "vorremmo",
}
# English words that are also frequent elsewhere say nothing about the other language.
_SHARED = frozenset(
    "a an in no do me so on as come per con is was wo he who die am will war a see du des".split()
)
_WORDS = {
    language: frozenset(words.split()) - (_SHARED if language != "en" else frozenset())
    for language, words in _COMMON.items()
}
_SCRIPTS = (
    ((0x0400, 0x052F), "ru"),
    ((0x0600, 0x06FF), "ar"),
    ((0x0590, 0x05FF), "he"),
    ((0x3040, 0x30FF), "ja"),
    ((0xAC00, 0xD7AF), "ko"),
    ((0x4E00, 0x9FFF), "zh"),
    ((0x0E00, 0x0E7F), "th"),
    ((0x0900, 0x097F), "hi"),
    ((0x0370, 0x03FF), "el"),
)


def language_of(said: Said, otherwise: str) -> str:
    """ "en", "de", "es", "fr", "pt", "it", a script's main language, `otherwise`, or "und".

    Names and numbers alone speak no language: then `otherwise`, the conversation's, stands.
    """
    script = _script(said)
    if script:
        return script
    counts = {language: len(said.bag & words) for language, words in _WORDS.items()}
    best = max(
        counts, key=lambda language: (counts[language], language == "en", language == otherwise)
    )
    if counts[best] == 0:
        return otherwise if len(said.words) <= 4 else "und"
    if counts[best] == 1 and best != "en" and (counts["en"] or len(said.words) > 6):
        return otherwise
    return best


def _script(said: Said) -> str:
    if said.low.isascii():
        return ""
    letters = [ord(c) for c in said.low if c.isalpha()][:200]
    if not letters:
        return ""
    for (low, high), language in _SCRIPTS:
        if sum(low <= c <= high for c in letters) * 2 > len(letters):
            if language == "zh" and any(0x3040 <= c <= 0x30FF for c in letters):
                return "ja"
            return language
    return ""
