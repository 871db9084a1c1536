"""Practical questions: what a SUPPORT message is about, and "why" questions about a plan."""

from __future__ import annotations

import re

from adapters.models.reader.text import Said
from core.reading import Topic

_T = Topic
# In order: the first pattern that matches names the topic.
_TOPICS: tuple[tuple[Topic, re.Pattern[str]], ...] = tuple(
    (topic, re.compile(pattern))
    for topic, pattern in (
        (_T.EMERGENCY, r"\b(?:emergency|emergencies|ambulance|police|fire brigade|stolen|robbed|pickpocket\w*|mugged|lost (?:my|our) (?:passport|wallet|phone)|hospital|doctor|i(?:'m| am)? (?:hurt|injured|sick|bleeding)|accident|embassy|consulate|112|911|notruf|urgencias?|pharmacy)\b"),
        (_T.LATE, r"\b(?:delayed|delay|missed (?:my|our|the)|miss (?:my|our|the) (?:flight|train|bus|connection)|running late|(?:be|are|we're|i'm|am|is) (?:\w+ )?late\b(?! (?:april|may|june|july|august|summer|spring))|cancell?ed (?:flight|train)|(?:flight|train|bus|ferry) (?:was|is|got|has been) (?:cancell?ed|overbooked|late)|verspatet|verspatung|retrasado|retraso|en retard)\b"),
        (_T.PLUGS, r"\b(?:plugs?|adapters?|adaptors?|sockets?|outlets?(?! (?:store|mall|shopping))|voltage|power supply|charge my|steckdosen?|steckeradapter|enchufes?|prises?|prese)\b"),
        (_T.TIPPING, r"\b(?:tips?(?! (?:for|on|about|to)\b)|tipping|gratuity|propina|trinkgeld|pourboire|gorjeta|mancia)\b"),
        (_T.ENTRY, r"\b(?:visas?|passports?|entry (?:requirements?|rules?|form)|esta|etias|schengen|immigration|customs|vaccin\w+|id card|do i need an? (?:id|passport|visa)|visum|reisepass)\b"),
        (_T.WATER, r"\b(?:tap water|drink (?:the )?(?:tap )?water|water (?:safe|drinkable|potable)|is the water|leitungswasser|agua del grifo|eau du robinet)\b"),
        (_T.BOOKING, r"\b(?:book (?:it|that|this|the|me|us|a|my|our|now|hotels?|flights?|tickets?)|can you book|could you book|please book|reserve|make a reservation|reservation for|buy (?:the |us |me |a )?(?:tickets?|flights?)|pay (?:for )?(?:it|the)|call (?:the|them|a taxi|an uber|ahead)|order (?:a |me |us )|buche)\b"),
        (_T.PACKING, r"\b(?:what (?:should|do|to|shall) (?:i |we )?(?:need to )?(?:pack|bring|wear|take with)|packing(?: list)?|what to (?:pack|bring|wear)|pack(?:ing)? for|which clothes|what clothes|dress code|need (?:an? )?(?:umbrella|jacket|coat|sunscreen|raincoat)|bring (?:an? )?(?:umbrella|jacket|coat)|suitcase|einpacken)\b"),
        (_T.PHRASES, r"\b(?:how (?:do|can|would) (?:i|you|we) say|how to say|say .{2,20} in (?:\w+)$|translate|translation|phrases?|pronounce|what does .{2,30} mean|wie sagt man|como se dice|comment dit[- ]on|useful words|basic words)\b"),
        (_T.LANGUAGE, r"\b(?:what language|which language|speak english|english spoken|languages? (?:do|is|are|spoken)|do (?:they|people|locals) speak|get by with english)\b"),
        (_T.WEATHER, r"\b(?:will it|is it going to|does it|do we get|chance of) (?:\w+ )?rain"),
        (_T.RAIN, r"\b(?:(?:what )?if (?:it|there)(?:'s| is)? ?(?:starts? )?rain\w*|if it(?:'s| is)? (?:rainy|pouring|wet)|when it rains|in case of rain|it(?:'s| is) (?:raining|pouring)|rains? (?:on|tomorrow|today|all)|rainy day|bad weather|wenn es regnet|es regnet|si llueve|s'il pleut|se piove|se chover)\b"),
        (_T.TIME, r"\b(?:what time is it|what's the time|time (?:there|difference|zone)|current time|local time|timezone|jet ?lag|wie spat|que hora|quelle heure)\b"),
        (_T.DRIVING, r"\b(?:driv(?:e|ing) (?:on|in|there|side|licen[cs]e|rules?)|which side|side of the road|rent(?:al)? (?:a )?car|car (?:rental|hire)|hire a car|speed limit|toll(?:s)?|parking|petrol|gas station|driver'?s licen[cs]e|mietwagen)\b"),
        (_T.COST, r"\b(?:how (?:much|expensive|costly) (?:should|do|does|is|are|will|would|can|to|money)|how much (?:money|cash)? ?(?:for|on|per|a day)?|what (?:does|do|will|would|should) .{0,40}cost|cost of|costs?\b.{0,20}\?|prices?|is .{0,40} (?:expensive|cheap|worth it)|worth it|how expensive|daily budget|entrance fee|ticket price|wie teuer|cuanto cuesta|combien (?:ca )?coute|quanto costa|quanto custa)\b"),
        (_T.MONEY, r"\b(?:exchange rate|currency|currencies|convert|atms?|cash(?: or card)?|credit cards?|pay (?:by|with|in) (?:card|cash|euros?|dollars?)|money (?:there|exchange)|change money|geld|wechselkurs)\b"),
        (_T.AREA, r"\b(?:(?:which|what|best) (?:area|neighbou?rhood|part of (?:town|the city)|district|quarter)|where (?:should|shall|can|do|to|could|would) (?:i |we |you )?(?:suggest (?:to )?)?(?:stay|sleep|book a hotel)|where (?:is|'s) (?:a good|the best) (?:area|place to stay)|place to (?:stay|sleep)|unterkunft|alojamiento|ou dormir|dove dormire)\b"),
        (_T.TRANSPORT, r"\b(?:(?:find|get|book|take|catch|is there|which|what|by|the|a|need|any)\s+(?:a |the |an )?(?:direct )?(?:train|trains|bus|buses|ferry|ferries|metro|subway|tram|taxi|uber|shuttle)(?! (?:is|was) (?:late|delayed))|trains? (?:from|to|between|home)|bus (?:from|to)|how (?:do|can|should) (?:i|we) get (?:to|from|there|around|into|home)|get(?:ting)? (?:to|from) the airport|airport transfer|transfer (?:to|from)|public transport(?:ation)?|getting around|get around|transit pass|metro card|city card|how far is|how long (?:is|does) (?:the|it take)|directions? to|way to (?:the )?\w+|taxi|uber|zug|tren|flughafen)\b"),
        (_T.AREA, r"\b(?:hotels?|hostels?|airbnbs?|accommodation)\b"),
        (_T.CLOSED, r"\b(?:(?:it|that|this|the .{2,40}|which) ?(?:is|was|'s|were) (?:already |now )?(?:closed|shut|not open)|closed today|found it closed|it's closed|its closed|sold out|geschlossen|cerrado|ferme)\b"),
        (_T.HOURS, r"\b(?:(?:is|are|will) .{2,60} (?:be )?(?:open|closed)\b|open(?:s|ing)? (?:hours?|times?|on|at|today|tomorrow)|when (?:does|do|is|are) .{2,60} (?:open|close|closed|shut)|what time (?:does|do|is) .{2,60}(?:open|close)|opening|how late is|offnungszeiten|horario|horaires?)\b"),
        (_T.WEATHER, r"\b(?:weather|forecast|temperatures?|how (?:hot|cold|warm|rainy|sunny) (?:is|will|does|are)|will it (?:rain|snow|be)|is it (?:hot|cold|warm|rainy|raining|snowing|going to rain)|(?:does|do) it rain|climate (?:like|in)|degrees|rain(?:y)? season|monsoon|sea temperature|wetter|clima|tiempo (?:hace|hara)|meteo|tempo que faz)\b"),
        (_T.EVENTS, r"\b(?:events?|festivals?|(?:public |bank |national )holidays? (?:in|on|during|there|while|when)|any (?:public |bank )?holidays?|what(?:'s| is) (?:on|happening|going on)|concerts? (?:in|on|during|while)|exhibitions?|carnival|anything (?:going on|happening)|feiertage?)\b"),
        (_T.NEXT, r"\b(?:what(?:'s| is|s) (?:next|up next|the plan|on (?:today|tomorrow)|planned|today|tomorrow|for (?:today|tomorrow))|what (?:are|do) we (?:doing|do|have) (?:today|tomorrow|next|now|tonight|on \w+day|on day \d|after)|where (?:do we go|are we going|to) (?:next|now|today|tomorrow)|next stop|(?:today|tomorrow)'?s (?:plan|program(?:me)?|schedule)|plan for (?:today|tomorrow|tonight)|and now|what now|was (?:kommt|machen wir) (?:als nachstes|heute|morgen)|que hacemos (?:hoy|manana)|show (?:me )?(?:day \d|today|tomorrow))\b"),
    )
)
_GATE = re.compile(
    r"\?|\b(?:what|whats|what's|where|wheres|how|hows|when|which|is|are|do|does|can|could|should|will|find|tell|show|need|any|help|book|reserve|call|delayed|late|missed|closed|stolen|lost|tip|tipping|plug|adapter|visa|weather|"
    r"forecast|emergency|packing|pack|phrases|translate|translation|convert|next|rains?|raining|hospital|doctor|police|ambulance|opening|currency|atm|train|taxi|wie|was|wo|wann|como|donde|cuando|que|comment|quand|ou|combien|"
    r"come|dove|quanto|onde|sold|cancelled|canceled|buy|hurt|sick|water|todays|today's|tomorrow's|plan b|112|911|wenn|si|verspatet|retrasado|it's|its|trinkgeld|propina|wetter|steckdose|hotel|hotels)\b"
)
_WHY = re.compile(r"\b(?:why|how come|what's the reason|for what reason|warum|wieso|por que|porque|pourquoi|perche)\b")
_ASKS = re.compile(r"\?|^\s*(?:(?:and|so|but|ok|hey|hi|please|also)[ ,]+)*(?:what|where|how|when|which|is|are|do|does|can|could|should|will|tell me|show me|any|find|whats|hows)\b")


def find_topic(said: Said) -> Topic | None:
    """The subject of a practical question; None when the message is none."""
    if not _GATE.search(said.low):
        return None
    return next((topic for topic, pattern in _TOPICS if pattern.search(said.low)), None)


def asks(said: Said) -> bool:
    """True when the message has the shape of a question."""
    return bool(_ASKS.search(said.low))


_WHY_ABOUT = re.compile(
    r"\b(?:why|how come|what's the reason)\s+(?:is|are|was|were|do|does|did|should|would|have|has|am|not|isn't|aren't|no|don't|doesn't|go to|on earth)?\s*(?:you |we |i |it )?(?:put|pick(?:ed)?|choos?en?|chose|suggest(?:ed)?|recommend(?:ed)?|include[d]?|have|go to|going to|visit|see|plan(?:ned)?|skip(?:ped)?|left out|leave out)?\s*(?:the |a |our |to )?(?P<what>.+?)"
    r"(?:\s+(?:on (?:that|the|this|day|mon|tue|wed|thu|fri|sat|sun)|in the (?:plan|morning|afternoon|evening|itinerary|list)|so (?:early|late|long|far)|that day|at (?:that|this|\d)|first|last|there|instead|included|planned|before|after|not|scheduled|missing|on day)\b.*)?[\s?!.]*$"
)


def why_about(said: Said) -> str | None:
    """What a why question is about ("museum", "first stop", "Sintra"); None when it is not one."""
    if not _WHY.search(said.low):
        return None
    m = _WHY_ABOUT.search(said.low)
    if not m:
        return ""
    words = said.text[m.start("what") : m.end("what")].strip(" ?!.,")
    return "" if words.casefold() in ("that", "this", "it", "not", "is that", "so") else words[:80]


_OPEN_ABOUT = re.compile(r"\b(?:is|are|will|when (?:does|do|is|are)|what time (?:does|do|is))\s+(?:the )?(?P<what>.+?)\s+(?:be )?(?:open|close|closed|shut|opening)\b|\bopening (?:hours|times) (?:of|for|at) (?:the )?(?P<what2>[^?.!]+)")
_CLOSED_ABOUT = re.compile(r"\b(?:the |our )?(?P<what>[\w' -]{3,50}?)\s+(?:is|was|are|were|'s)\s+(?:\w+ )?(?:closed|shut|sold out|not open)\b")
_SAY_ABOUT = re.compile(r"\bsay\s+[\"']?(?P<what>.+?)[\"']?(?:\s+in\s+\w+)?[\s?!.]*$|\btranslate\s+[\"']?(?P<what2>.+?)[\"']?(?:\s+(?:in)?to\s+\w+)?[\s?!.]*$|\bmean(?:ing)? of\s+(?P<what3>.+?)[\s?!.]*$")
_COST_ABOUT = re.compile(r"\b(?:plan|budget|pay|spend|cost|costs|much) (?:for|on|is|are|does|do)\s+(?:the |a |an )?(?P<what>[^?.!,]+)")
_BOOK_ABOUT = re.compile(r"\b(?:book|reserve|buy|order|call|pay for|pay)\s+(?:me |us |for )?(?:the |a |an |our |my )?(?P<what>[^?.!,]+)")


def about(said: Said, topic: Topic) -> str:
    """The words naming the thing that is asked about; empty when none stand out."""
    pattern = {
        Topic.HOURS: _OPEN_ABOUT,
        Topic.CLOSED: _CLOSED_ABOUT,
        Topic.PHRASES: _SAY_ABOUT,
        Topic.COST: _COST_ABOUT,
        Topic.BOOKING: _BOOK_ABOUT,
    }.get(topic)
    m = pattern.search(said.low) if pattern else None
    if not m or not m.lastgroup:
        return ""
    group = next(g for g in m.groupdict() if m[g])
    words = said.text[m.start(group) : m.end(group)].strip(" ?!.,\"'")
    words = re.sub(r"\s+(?:for (?:me|us)|please|pls|now|today|tomorrow|on \w+day)$", "", words, flags=re.I)
    return "" if words.casefold() in ("it", "that", "this", "they", "everything") else words[:80]
