"""A small gazetteer in memory for the reader's tables: the names that its utterances use."""

from __future__ import annotations

from rapidfuzz import fuzz

from adapters.models.reader import PlaceHit
from adapters.models.reader.text import fold

# id | name | kind | country | population | other names
_ROWS = """
atlas:lisbon|Lisbon|city|PT|517802|lisboa,lissabon,lisbonne,lis
atlas:porto|Porto|city|PT|249633|oporto,opo
atlas:barcelona|Barcelona|city|ES|1620343|barcelone,bcn
atlas:madrid|Madrid|city|ES|3255944|mad
atlas:granada|Granada|city|ES|231775|
atlas:seville|Seville|city|ES|684234|sevilla
atlas:paris|Paris|city|FR|2138551|cdg,parigi
atlas:nice|Nice|city|FR|342295|nce,nizza
atlas:rome|Rome|city|IT|2318895|roma,rom,fco
atlas:florence|Florence|city|IT|349296|firenze,florenz
atlas:venice|Venice|city|IT|51298|venezia,venedig
atlas:naples|Naples|city|IT|959470|napoli
atlas:vienna|Vienna|city|AT|1691468|wien,vienne,vie
atlas:berlin|Berlin|city|DE|3426354|ber
atlas:munich|Munich|city|DE|1260391|munchen,muc
atlas:hamburg|Hamburg|city|DE|1845229|ham
atlas:london|London|city|GB|8961989|londres,lhr
atlas:edinburgh|Edinburgh|city|GB|464990|edi
atlas:bath|Bath|city|GB|94782|
atlas:dublin|Dublin|city|IE|1024027|dub
atlas:prague|Prague|city|CZ|1165581|praha,prag,prg
atlas:budapest|Budapest|city|HU|1741041|bud
atlas:athens|Athens|city|GR|664046|athen
atlas:split|Split|city|HR|160577|
atlas:dubrovnik|Dubrovnik|city|HR|28428|dbv
atlas:istanbul|Istanbul|city|TR|14804116|ist
atlas:amsterdam|Amsterdam|city|NL|741636|ams
atlas:copenhagen|Copenhagen|city|DK|1153615|kobenhavn,cph
atlas:reykjavik|Reykjavik|city|IS|118918|
atlas:madeira|Madeira|island|PT|250000|fnc
atlas:bali|Bali|island|ID|4225000|dps
atlas:bangkok|Bangkok|city|TH|5104476|bkk
atlas:tokyo|Tokyo|city|JP|8336599|tokio,hnd
atlas:kyoto|Kyoto|city|JP|1459640|
atlas:new-york|New York|city|US|8175133|nyc,new york city,jfk
atlas:marrakech|Marrakech|city|MA|839296|marrakesh,rak
atlas:singapore|Singapore|city|SG|5638700|sin
atlas:cape-town|Cape Town|city|ZA|3433441|cpt
geonames:3117814|Lugo|city|ES|97635|
geonames:2639577|Reading|city|GB|244070|
geonames:4717560|Paris|city|US|24782|
geonames:2995469|Marseille|city|FR|870731|marseilles
geonames:2965140|Cork|city|IE|190384|
geonames:4076598|Mobile|city|US|194288|
geonames:611717|Tbilisi|city|GE|1049498|
geonames:4180439|Atlanta|city|US|498715|atl
geonames:2886242|Cologne|city|DE|963395|koln
geonames:2657896|Zurich|city|CH|341730|zrh
geonames:2267094|Sintra|city|PT|27000|
geonames:3169070|Best|city|NL|29000|
geonames:1000001|March|city|GB|22000|
geonames:1000002|Of|city|TR|43000|
geonames:1000003|Can|city|TR|31000|
geonames:1000004|Same|city|TZ|25000|
geonames:1000005|Alhambra|city|US|85000|
geonames:1000006|Rockford|city|US|150000|
country:PT|Portugal|country|PT|10281762|
country:ES|Spain|country|ES|46723749|espana,spanien,espagne,spagna
country:IT|Italy|country|IT|60431283|italia,italien,italie
country:FR|France|country|FR|66987244|frankreich,francia
country:DE|Germany|country|DE|82927922|deutschland,alemania
country:GR|Greece|country|GR|10727668|griechenland
country:JP|Japan|country|JP|126529100|japon
country:TH|Thailand|country|TH|69428524|
country:HR|Croatia|country|HR|4089400|kroatien
country:MA|Morocco|country|MA|36029138|
country:TR|Turkey|country|TR|82319724|turkiye
country:IS|Iceland|country|IS|353574|
country:US|United States|country|US|327167434|usa,us,united states of america
country:GB|United Kingdom|country|GB|66488991|uk,great britain
country:GE|Georgia|country|GE|3731000|sakartvelo
region:US.GA|Georgia|state|US|10711908|
region:US.TX|Texas|state|US|29145505|
"""


def _norm(name: str) -> str:
    return fold(name).replace("-", " ")


class SmallWorld:
    """Implements `PlaceNames` over the rows above."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[PlaceHit]] = {}
        for row in _ROWS.strip().splitlines():
            id_, name, kind, country, population, others = row.split("|")
            region = "region:US.TX" if id_ == "geonames:4717560" else ""
            hit = PlaceHit(id_, name, kind, country, 1.0, int(population), region)
            for called in {_norm(name), *(_norm(o) for o in others.split(",") if o)}:
                self._by_name.setdefault(called, []).append(hit)

    def find(self, name: str) -> list[PlaceHit]:
        return self._by_name.get(_norm(name), [])

    def guess(self, name: str) -> list[PlaceHit]:
        wanted = _norm(name)
        close = [
            hit._replace(score=fuzz.ratio(wanted, called) / 100)
            for called, hits in self._by_name.items()
            for hit in hits
            if called[0] == wanted[0] and fuzz.ratio(wanted, called) >= 75
        ]
        return sorted(close, key=lambda hit: (-hit.score, -hit.population))
