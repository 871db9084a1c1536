"""Words that are no places, although the gazetteer knows towns of that name.

`ORDINARY` words are never a place by themselves in lower case. `TOWN_TOO` are words that travellers
do mean as a town now and then ("nice", "split"): those need the position of a place.
"""

from __future__ import annotations

from functools import lru_cache

TOWN_TOO = frozenset(
    "nice reading bath split mobile cork march orange bergen deal rugby "
    "sandwich essen male lucky victoria phoenix "
    "buffalo lima bari como banff".split()
) - frozenset("bergen victoria lima bari banff".split())

ORDINARY = frozenset(
    """
a about above access accommodation across action activities activity actually add address adult
adults adventure arrange arranging assist assisting craft crafting create created creating
accompany allocated crave culinary cuisine cuisines dining dishes dine draft drafting kindly
lodging lodgings map mapping occupancy outline outlining organise organize organizing permissible
permit permitted permits preference preferences require required requires sample smoking solo
specifically suitable visitor visitors
devise devising formulate formulating generate generating designing prepare preparing
after afternoon again against age ago ahead airbnb airport airports all allergic
allowed almost alone along already alright also altogether always am amazing ambulance amount an
and animals another answer any anybody anymore anyone anything anyway anywhere apartment app april
architecture are area areas around arrival arrive arrives arriving art arts as ask at august aunt
autumn available average avoid away awesome awful baby back backpack backpacking bad bag bags bar
bars based bath baths be beach beaches beautiful because become bed been beer before begin
beginning behind being believe below best better between big bike bikes bill birthday bit black
blue boat body book booked booking bored boring both bottle boyfriend brainstorm break breakfast
bring broken brother brunch bucks budget build building bus buses business busy but buy by cab
cafe cafes calendar call calm camera camping can cancel cannot car card care careful cars cash
castle castles cathedral cathedrals center central centre certain chance change changed charge
charger cheap cheaper cheapest check child children chill choice choose christmas church churches
cities city class classic clean clear click climate climbing close closed closer clothes club
clubs coast coffee cold college come comes comfortable coming common company concert confused
congrats consider contact cook cool cooler correct cost costs could countries country couple
course cousin crazy crowd crowded crowds cruise culture cultural currency current cut cute daddy
daily dance dancing danger dangerous dark data date dates daughter day days dead deal dear
december decide decided deep definitely degrees delay delayed delete delicious departure depends
desert design destination destinations diet different difficult dinner direct direction dirty
disabled discover dislike diving do doctor does doesn't dog dogs doing dollars done don't door
double down dream drink drinking drinks drive driver driving drop dry due during each earlier
early east easter easy eat eating economy edge either electric else embassy emergency empty end
ends energy english enjoy enough entrance escape etc euro euros europe even evening event events
ever every everybody everyone everything everywhere exactly example excellent except exchange
excited exciting excursion expect expensive experience explore explorer export extra fabulous face
fair fall family famous fan fancy fantastic far farther fast faster father favorite favourite
february feel feels ferry festival few fewer field figure file final find fine finish fire first
fish fishing fit five fix flexible flight flights floor fly flying folks follow food foodie for
forest forget forgot fork form forward found four free freedom fresh friday friend friendly
friends from front full fun funny further future gallery galleries game games garden gardens gas
gave gay gear general get gets getting gift girl girlfriend girls give given glad gluten go goes
going golf gone good goodbye got grab grand grandma grandparents great green grey ground group
guess guide guys gym had hair half halal hand handle hang happen happens happy hard has hat hate
have haven't having he head health hear heat hello help her here hey hi hidden high highlights
hike hikes hiking hill hills him his history hit hold hole holiday holidays home honest honestly
honeymoon hope hospital hostel hostels hot hotel hotels hour hours house how however huge human
hungry hurry hurt husband i ice idea ideas if important in inclusive include included includes
including indeed indoor indoors info information inside instead interested interesting into is
island islands it item items itinerary its itself january jazz job join journey july jump june
just keep kid kids kind kitchen knee know known kosher lady lake lakes land landing lands language
large last late later laugh lazy learn least leave leaves leaving left less let lets life light
like likes line lines list listen little live lively living local locals location lodging long
longer look looking lost lot lots loud love loved lovely low lower luck luggage lunch luxury mad
made main make makes making mall malls man many map maps march market markets married massage mate
maximum may maybe me meal meals mean means meant meat medium meet meeting mellow member men menu
message metro mid middle might mild mind mine minimum minute minutes miss mix mobile modern mom
moment monday money month months mood moon more morning most mostly mother mountain mountains
mouth move much mum museum museums music must my myself name named nap naps native natural nature
near nearby nearest necessary need needed needs neither never new news next nice night nightlife
nights no nobody noise noisy none noon normal north northern not note nothing november now number
numbers nut object obviously ocean october odd of off offer office ok okay old on once one ones only
open opening opinion option options or orange order original other others our ourselves out outdoor
outdoors outside over own pace pack packed packing page paid pain panic paper parent parents park
parking parks part partner parts party pass passport past path pause pay paying peace peaceful
peak people per perfect perhaps period person personal pharmacy phone photo photos pick picnic
picture piece pills place places plan plane planned planner planning plans play please plenty plug
plus point police pool poor popular port possible post power practical prefer preferably pretty
previous price prices private pro probably problem profile progress public pull purse put quality
quarter question questions quick quickly quiet quite race rain raining rainy raise random rather
reach read reading ready real really reason recommend recommendation recommendations red refund
relax relaxed relaxing remember remind remove rent rental repeat request rest restaurant
restaurants return review rich ride right river road roads rock romantic room rooms round route
rugby ruins run running sad safe safety said same sandwich saturday save saw say says scenic
schedule school sea season seasons seat second secret section see seem seen self send senior sense
september serious service set settings several she ship shit shoes shop shopping shops short
should shoulder show shower shows side sights sightseeing similar simple since single sister sit
six size ski skiing skip sleep slow slower slowly small smaller smell smoke snack snorkeling snow
so social solo some somebody someone something sometime sometimes somewhere son song soon sorry
sort sound sounds south southern souvenir spa space speak special specific spend sport sports spot
spots spring square staff stairs stand star start starting state station stay stays step still
stomach stop stops store stories story straight strange street streets stroller strong student
study stuff stupid style subway such sudden suggest suggestion suggestions suitcase summer sun
sunday sunny sunset super supermarket support supposed sure surf surfing surprise swap swim
swimming switch table take takes taking talk tall tap taste taxi tea team teen tell temperature
temple temples ten tennis tent terrible than thank thanks that that's the theatre theater their
them then there these they thing things think third this those though thought three through
thursday ticket tickets time times tip tipping tips tired to today toddler together toilet told
tomorrow tonight too top total touch tour tourist touristic touristy tourists tours toward towards
towel tower town towns track trade traffic trail train trains tram transfer transport trap traps
travel traveler traveling traveller travelling tree trip trips trouble true trust try tuesday turn
twice twin two type types typical ugly umbrella uncle under undo uni unique until up upset us use
used useful usual usually vacation valley vegan vegetarian very via vibe vibes view views village
villages visa visit visited visiting wait waiting wake walk walking walks wall wallet want wanted
wants war warm was wash watch water waterfall way ways we weather website wedding wednesday week
weekend weekends weeks weird welcome well went were west western wet what whatever wheelchair when
whenever where which while white who whole why wide wife wifi wild wildlife will win wind wine
winery winter wish with within without woman women won wonder wonderful wood work working works
world worried worry worse worst worth would wow write wrong yeah year years yellow yep yes
yesterday yet yoga you young your youth zero zoo lol omg wtf idk tbh imo btw pls plz thx ty np
asap fyi ppl gonna wanna gotta lemme dunno hmm haha hahaha um uh oh ah yo yay nope nah yup sup bro
dude u ur r n y im ive ill id dont cant wont isnt doesnt didnt whats wheres hows thats couldnt
wouldnt shouldnt theres eg ie vs okey okie kk mmm ugh meh cheers ciao tata bye hola gracias favor
quiero queremos viaje viajar dias para con sin por pero muy bien donde cuando como que una uno
unos los las del este esta semana hallo danke bitte ich wir mochte mochten wollen reise reisen fur
mit ohne und oder aber sehr gut wo wann wie ein eine einen der die das den dem nach von bis tage
bonjour merci je nous veux voulons voyage avec sans pour mais tres ou quand comment un une des les
du dans jours semaine au aux est sur pas ola obrigado obrigada quero viagem com sem mas muito bem
onde quando uma uns dos em grazie voglio vogliamo viaggio senza ma molto bene dove gli dei nel
nella giorni settimana madre padre mama papa hermana hermano amiga amigo mujer marido novia novio
abuela abuelo hija hijo esposa esposo familia mutter vater schwester bruder freundin freund tochter
sohn oma opa mere pere soeur frere amie copine copain femme fille fils famille sorella fratello
amica amico moglie marito nonna nonno figlia figlio famiglia mae pai irma irmao filha filho
pax max min approx all-in incl excl pp pd
""".split()
)

_ENDINGS = (
    ("s", ""),
    ("es", ""),
    ("ed", ""),
    ("ed", "e"),
    ("ing", ""),
    ("ing", "e"),
    ("er", ""),
    ("ly", ""),
)


@lru_cache(maxsize=8192)
def is_ordinary(word: str) -> bool:
    """True for the words above and their common endings ("looks", "feeling")."""
    if word in ORDINARY:
        return True
    stems = (word.removesuffix(end) + put for end, put in _ENDINGS if word.endswith(end))
    return any(len(stem) > 2 and stem in ORDINARY for stem in stems)
