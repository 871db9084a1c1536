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
        (
            _T.EMERGENCY,
            r"\b(?:emergency|emergencies|ambulance|police|fire brigade|stolen|robbed|"
            r"pickpocketed|mugged|(?:lost|forgot|can't find) (?:my|our) (?:passport|wallet|phone|"
            r"bag|purse|card|"
            r"id|luggage)|(?:my|our) (?:passport|wallet|phone|bag|luggage) (?:is|was|got) (?:lost|"
            r"gone|"
            r"missing)|hospital|"
            r"doctor|(?:i|she|he|we|they)(?:'m|'s|'re| am| is| are| gets?| got| feels?|"
            r" feel)? (?:hurt|"
            r"injured|sick|ill|bleeding|unwell)|fever|food poisoning|throwing up|accident|embassy|"
            r"consulate|112|911|notruf|urgencias?|pharmacy)\b",
        ),
        (
            _T.FLIGHTS,
            r"\b(?:(?:search|find|look(?:ing)?(?: up)? for|look up|show(?: me)?|check|compare|get)"
            r"(?: (?:me|us|for|some|the|real|live|cheap|cheaper|cheapest|best|available|current|"
            r"actual|good|any|our|my|a|an|return|direct))* (?:flights?|fares?|air ?fares?)|"
            r"(?:flight|plane|air) (?:prices?|offers?|search|fares?)|(?:how much|what) (?:are|is|"
            r"do|would|will) (?:the |our |a )?flights?(?: cost)?|fluge suchen|buscar vuelos)\b"
            r"(?! (?:that|which) (?:is|was|got))",
        ),
        (
            _T.MAP,
            r"\b(?:(?:on|as|in) (?:a|the|google|apple) maps?|(?:google|apple) maps?|"
            r"open ?street ?map|maps? (?:of|for|link|please)|map links?|"
            r"(?:show|send|give) (?:me |us )?(?:a |the )?(?:map|route)\b)",
        ),
        (
            _T.LATE,
            r"\b(?:delayed|delay|overslept|slept in|behind schedule|stuck in|missed (?:my|our|"
            r"the)|miss (?:my|our|the) (?:flight|"
            r"train|bus|connection)|running (?:[\w ]{0,20} )?(?:late|behind)|(?:min\w*|"
            r"hours?) (?:late|behind)|"
            r"(?:be|are|we're|i'm|am|is) (?:\w+ "
            r")?late\b(?! (?:april|may|june|july|august|summer|spring))|cancell?ed "
            r"(?:flight|train)|(?:flight|train|bus|ferry) (?:was|is|got|gets|has been|"
            r"might be) (?:cancell?ed|overbooked|late)|verspatet|verspatung|retrasado|"
            r"(?:flight|plane|train|bus|ferry) (?:at \d\S* )?(?:is |was |gets )?(?:cancell?ed|"
            r"delayed|\d+ \w+ late)|"
            r"retraso|en retard)\b",
        ),
        (
            _T.PLUGS,
            r"\b(?:plugs?|adapters?|adaptors?|sockets?|outlets?(?! (?:store|mall|"
            r"shopping))|voltage|power supply|charge my (?!card|account|credit|visa)|"
            r"steckdosen?|steckeradapter|"
            r"enchufes?|prises?|prese)\b",
        ),
        (
            _T.TIPPING,
            r"\b(?:tips?(?! (?:for|on|about|to)\b)|tipping|gratuity|propina|trinkgeld|"
            r"pourboire|gorjeta|mancia)\b",
        ),
        (
            _T.ENTRY,
            r"\b(?:visas?|passports?|entry (?:requirements?|rules?|form)|esta|etias|"
            r"schengen|immigration|customs|vaccin\w+|id card|do i need an? (?:id|"
            r"passport|visa)|visum|reisepass)\b",
        ),
        (
            _T.WATER,
            r"\b(?:tap water|drink (?:the )?(?:tap )?water|water (?:safe|drinkable|"
            r"potable)|is the water|leitungswasser|agua del grifo|eau du robinet)\b",
        ),
        (
            _T.BOOKING,
            r"\b(?:book (?:it|that|this|the|me|us|a|my|our|now|hotels?|flights?|"
            r"tickets?)|can you book|could you book|please book|reserve|make a "
            r"reservation|reservation for|buy (?:the |us |me |a )?(?:tickets?|"
            r"flights?)|pay (?:for )?(?:it|the)|call (?:the|them|a taxi|an uber|"
            r"ahead)|order (?:a |me |us )|charge my (?:credit )?(?:card|account)|buche)\b",
        ),
        (
            _T.PACKING,
            r"\b(?:what (?:should|do|to|shall) (?:i |we )?(?:need to )?(?:pack|bring|"
            r"wear|take with)|packing(?: list)?|what to (?:pack|bring|wear)|"
            r"pack(?:ing)? for|which clothes|what clothes|dress code|need (?:an? "
            r")?(?:umbrella|jacket|coat|sunscreen|raincoat)|bring (?:an? "
            r")?(?:umbrella|jacket|coat)|suitcase|einpacken)\b",
        ),
        (
            _T.PHRASES,
            r"\b(?:how (?:do|can|would) (?:i|you|we) say|how to say|say .{2,20} in "
            r"(?:\w+)$|translate|translation|phrases?|pronounce|what does .{2,30} "
            r"mean|wie sagt man|como se dice|comment dit[- ]on|useful words|basic "
            r"words)\b",
        ),
        (
            _T.LANGUAGE,
            r"\b(?:what language|which language|speak english|english spoken|"
            r"languages? (?:do|is|are|spoken)|do (?:they|people|locals) speak|get by "
            r"with english)\b",
        ),
        (
            _T.WARNINGS,
            r"\b(?:(?:weather|storm|wind|flood|snow|heat|severe|official|travel|disaster) "
            r"(?:warnings?|alerts?)|(?:any|are there|is there an?) (?:\w+ )?(?:warnings?|"
            r"alerts?)(?! (?:about|for) (?:scams?|pickpockets?))|(?:hurricane|typhoon|cyclone|"
            r"tornado|tsunami|earthquake|wildfire|volcano)s? (?:warnings?|alerts?|coming|"
            r"risk|near|nearby|expected|heading)|(?:is|are) (?:there |an? |any )*(?:hurricane|"
            r"typhoon|cyclone|storm|wildfire|flood)s?\b|unwetter\w*|alertas? meteo\w*|"
            r"avisos? meteo\w*|alerte meteo|allerta meteo)\b",
        ),
        (_T.WEATHER, r"\b(?:will it|is it going to|does it|do we get|chance of) (?:\w+ )?rain"),
        (
            _T.RAIN,
            r"\b(?:(?:what )?if (?:it|there)(?:'s| is)? ?(?:starts? )?rain\w*|if "
            r"it(?:'s| is)? (?:rainy|pouring|wet)|when it rains|in case of rain|"
            r"it(?:'s| is) (?:raining|pouring)|rains? (?:on|tomorrow|today|all)|rainy "
            r"day|bad weather|wenn es regnet|es regnet|si llueve|s'il pleut|se piove|"
            r"se chover)\b",
        ),
        (
            _T.TIME,
            r"\b(?:what time is it|what's the time|time (?:there|difference|zone)|"
            r"current time|local time|timezone|jet ?lag|wie spat|que hora|quelle "
            r"heure)\b",
        ),
        (
            _T.DRIVING,
            r"\b(?:driv(?:e|ing) (?:on|in|there|side|licen[cs]e|rules?)|which side|"
            r"side of the road|rent(?:al)? (?:a )?car|car (?:rental|hire)|hire a car|"
            r"speed limit|toll(?:s)?|parking|petrol|gas station|driver'?s licen[cs]e|"
            r"mietwagen)\b",
        ),
        (
            _T.COST,
            r"\b(?:how (?:much|expensive|costly) (?:should|do|does|is|are|will|would|"
            r"can|to|money)|how much (?:money|cash)? ?(?:for|on|per|a day)?|what "
            r"(?:does|do|will|would|should) .{0,40}cost|cost of|costs?\b.{0,20}\?|"
            r"prices?|is .{0,40} (?:expensive|cheap|worth it)|worth it|how expensive|"
            r"daily budget|entrance fee|ticket price|wie teuer|cuanto cuesta|combien "
            r"(?:ca )?coute|quanto costa|quanto custa)\b",
        ),
        (
            _T.MONEY,
            r"\b(?:exchange rate|currency|currencies|convert|atms?|cash(?: or card)?|"
            r"credit cards?|pay (?:by|with|in) (?:card|cash|euros?|dollars?)|money "
            r"(?:there|exchange)|change money|geld|wechselkurs)\b",
        ),
        (
            _T.AREA,
            r"\b(?:(?:which|what|best) (?:area|neighbou?rhood|part of (?:town|the "
            r"city)|district|quarter)|where (?:should|shall|can|do|to|could|would) "
            r"(?:i |we |you )?(?:suggest (?:to )?)?(?:stay|sleep|book a hotel)|where "
            r"(?:is|'s) (?:a good|the best) (?:area|place to stay)|place to (?:stay|"
            r"sleep)|unterkunft|alojamiento|ou dormir|dove dormire)\b",
        ),
        (
            _T.TRANSPORT,
            r"\b(?:(?:find|get|book|take|catch|is there|which|what|by|the|a|need|"
            r"any)\s+(?:a |the |an )?(?:direct )?(?:train|trains|bus|buses|ferry|"
            r"ferries|metro|subway|tram|taxi|uber|shuttle)(?! (?:is|was) (?:late|"
            r"delayed))|trains? (?:from|to|between|home)|bus (?:from|to)|how (?:(?:do|"
            r"can|should|to) )?(?:(?:i|we) )?(?:get|go|come) (?:to|from|there|around|into|home)|"
            r"get(?:ting)? (?:to|from) the airport|airport transfer|transfer (?:to|"
            r"from)|public transport(?:ation)?|getting around|get around|(?:transit|transport|"
            r"travel|metro|bus|tram|day) (?:pass|card)|"
            r"metro card|city card|how far is|how long (?:is|does) (?:the (?:way|ride|drive|trip|"
            r"journey|walk|flight|train|"
            r"bus|transfer)|it take)|"
            r"directions? to|way to (?:the )?\w+|taxi|uber|zug|tren|flughafen)\b",
        ),
        (_T.AREA, r"\b(?<!the )(?<!our )(?<!my )(?:hotels?|hostels?|airbnbs?|accommodation)\b"),
        (
            _T.CLOSED,
            r"\b(?:(?:it|that|this|the .{2,40}|which) ?(?:is|was|'s|were) (?:already |"
            r"now )?(?:closed|shut|not open)|closed today|found it closed|it's closed|"
            r"its closed|sold out|geschlossen|cerrado|ferme)\b",
        ),
        (
            _T.HOURS,
            r"\b(?:(?:is|are|will) .{2,60} (?:be )?(?:open|closed)\b|"
            r"(?:what time|when|how late) (?:it |they )?(?:opens?|closes?)\b|open(?:s|ing)? "
            r"(?:hours?|times?|on|at|today|tomorrow)|when (?:does|do|is|are) .{2,60} "
            r"(?:open|close|closed|shut)|what time (?:does|do|is) .{2,60}(?:open|"
            r"close)|opening|how late is|offnungszeiten|horario|horaires?)\b",
        ),
        (
            _T.WEATHER,
            r"\b(?:weather|forecast|temperatures?|best (?:time|month|months|season) "
            r"(?:to|for|of)|when (?:should|is it best to|to) .{0,12}(?:visit|go to|"
            r"travel to)|how (?:hot|cold|warm|rainy|sunny) (?:is|will|does|are)|will "
            r"it (?:rain|snow|be)|is it (?:hot|cold|warm|rainy|raining|snowing|going "
            r"to rain)|(?:does|do) it rain|climate (?:like|in)|degrees|rain(?:y)? "
            r"season|monsoon|sea temperature|wetter|clima|tiempo (?:hace|hara)|meteo|"
            r"tempo que faz)\b",
        ),
        (
            _T.EVENTS,
            r"^\W*holidays\W*$|"
            r"\b(?:events?|festivals?|(?:public |bank |national )holidays? (?:in|on|"
            r"during|there|while|when)|any (?:public |bank )?holidays?|is .{2,40} a "
            r"(?:public |bank |national )?holiday|what(?:'s| is) (?:on|happening|"
            r"going on)(?! (?:for )?(?:day \d|the \w+ day))|"
            r"concerts? (?:in|on|during|while)|exhibitions?|carnival|"
            r"anything (?:going on|happening)|feiertage?)\b",
        ),
        (
            _T.NEXT,
            r"\b(?:what(?:'s| is|s) (?:next|up next|the plan|on (?:today|tomorrow)|"
            r"planned|today|tomorrow|for (?:today|tomorrow))|what (?:are|do) we "
            r"(?:doing|do|have) (?:today|tomorrow|next|now|tonight|on \w+day|on day "
            r"\d|after)|what(?:'s|s| is| are we doing| do we do| will we do) (?:planned )?"
            r"(?:on|for) (?:day \d{1,2}|the \w+ day)|"
            r"where (?:do we go|are we going|to) (?:next|now|today|"
            r"tomorrow)|next stop|(?:today|tomorrow)'?s (?:plan|program(?:me)?|"
            r"schedule)|plan (?:is )?for (?:today|tomorrow|tonight)|what (?:should|"
            r"can|could|shall) (?:i|we) do (?:today|now|tonight|tomorrow|next)|and "
            r"now|what now|was (?:kommt|machen wir) (?:als nachstes|heute|morgen)|que "
            r"hacemos (?:hoy|manana)|show (?:me )?(?:day \d|today|tomorrow))\b",
        ),
    )
)
_GATE = re.compile(
    r"\?|\b(?:what|whats|what's|where|wheres|how|hows|when|which|is|are|do|"
    r"does|can|could|should|will|find|tell|show|need|any|help|book|reserve|"
    r"call|delayed|late|overslept|slept|stuck|schedule|fever|ill|unwell|passport|wallet|phone|"
    r"missed|closed|stolen|lost|tip|tipping|plug|adapter|"
    r"visa|weather|"
    r"forecast|emergency|packing|pack|phrases|translate|translation|convert|"
    r"next|rains?|raining|hospital|doctor|police|ambulance|opening|currency|"
    r"atm|flights?|fares?|airfares?|maps?|fluge|vuelos|cuanto|cuesta|"
    r"remind|best time|train|taxi|wie|was|wo|wann|como|"
    r"donde|cuando|que|comment|quand|ou|combien|"
    r"come|dove|quanto|onde|sold|cancelled|canceled|buy|hurt|sick|water|"
    r"todays|today's|tomorrow's|plan b|112|911|wenn|si|verspatet|retrasado|"
    r"it's|its|trinkgeld|propina|wetter|steckdose|hotel|hotels)\b"
    r"|^\W*(?:the )?(?:events?|holidays)\W*$"
)
_ASKS = re.compile(
    r"\?|^\s*(?:(?:and|so|but|ok|hey|hi|please|also)[ ,]+)*(?:what|where|how|"
    r"when|which|is|are|do|does|can|could|should|will|tell me|show me|any|"
    r"find|whats|hows)\b"
)


def find_topic(said: Said) -> Topic | None:
    """The subject of a practical question; None when the message is none."""
    if not _GATE.search(said.low):
        return None
    return next((topic for topic, pattern in _TOPICS if pattern.search(said.low)), None)


_EATING = re.compile(
    r"\b(?:restaurants?|eat|(?:cheap|good|local|street|typical) food|dinner|lunch|breakfast|"
    r"coffee|caf[e]s?|bars?|"
    r"brunch|ice cream|pastel de nata)\b"
)


def asks_where_to_eat(said: Said) -> bool:
    """ "any good restaurants near the castle?": practical, but none of the topics."""
    return bool(_EATING.search(said.low)) and asks(said)


_PLAIN_QUESTION = re.compile(
    r"^\W*(?:(?:and|so|but|ok|hey|hi)[ ,]+)*(?:is|are|do|does|can (?!you|we)|"
    r"how(?! about)|which|who|whose|what(?:'s)?(?! about| if)|when|am i|may i|should (?:i|we))\b"
)
# Where something is to be had is no question of where to travel.
_WHERE_TO_GET = re.compile(
    r"\bwhere (?:can|could|do|should|shall|is|are) (?:(?:i|we|you|one|the|a) )?(?:\w+ )?(?:buy|"
    r"find|get|change|leave|store|park|rent|wash|pay|charge|print|withdraw|drop|pick|smoke|"
    r"exchange|"
    r"refill|toilets?|restrooms?|bathrooms?|our hotel|our flat)\b|\bcan (?:i|we) (?:leave|store|"
    r"park|drop|charge|wash)\b|\bwhere(?:'s| is| are) (?:our|my|the nearest)\b"
)
_WHERE_ON_TRIP = re.compile(
    r"\bwhere (?:can|could|do|should|shall) (?:i|we) (?!go\b|travel|fly|head|spend|stay next)"
)


def is_plain_question(said: Said) -> bool:
    """A question about something, of no known topic: "is it safe at night"."""
    return bool(_PLAIN_QUESTION.search(said.low))


def is_practical(said: Said) -> bool:
    """ "Where can I buy a SIM card", "can I leave my luggage somewhere": no wish to travel."""
    return bool(_WHERE_TO_GET.search(said.low))


def asks_where_on_trip(said: Said) -> bool:
    """ "Where can we see the sunset": on a trip that stands, a place in town is meant."""
    return bool(_WHERE_TO_GET.search(said.low) or _WHERE_ON_TRIP.search(said.low))


def asks(said: Said) -> bool:
    """True when the message has the shape of a question."""
    return bool(_ASKS.search(said.low))
