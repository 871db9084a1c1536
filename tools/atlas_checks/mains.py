"""A second pass over what travellers plug in and where they drive, to hold the files against.

Written apart from the country files, by the socket a country is known for and by families of grids.
"""

from __future__ import annotations

LEFT = frozenset(
    "AG AI AU BB BD BM BN BS BT BW CC CK CX CY DM FJ FK GB GD GG GY HK ID IE IM IN JE JM JP KE KI "
    "KN KY LC LK LS MO MS MT MU MV MW MY MZ NA NF NP NR NU NZ PG PK PN SB SC SG SH SR SZ TC TH TK "
    "TL TO TT TV TZ UG VC VG VI WS ZA ZM ZW".split()
)
# The socket a country is known for; where none is told, a flat Europlug (C) has to fit.
KNOWN_FOR = {
    "A": "AG AI AS AW BB BM BO BQ BS BZ CA CO CR CU CW DO EC FM GT GU GY HN HT JM JP KY LR MH MP "
    "MS MX NI PA PE PH PR PW SV SX TC TT TW US VE VG VI",
    "D": "BD BT IN NA NP PK",
    "G": "AE BH BN BW CY DM FK GB GD GG GH GI GM HK IE IM IQ JE KE KN KW LC LK MO MT MU MV MW MY "
    "NG OM QA SA SC SG SH SL TZ UG VC YE ZM ZW",
    "H": "IL PS",
    "I": "AR AU CK CN CX FJ KI NF NR NU NZ PG SB TO TV VU WS",
    "J": "CH LI RW",
    "K": "DK FO GL",
    "L": "CL IT SM VA",
    "M": "LS SZ ZA",
    "N": "BR ZA",
    "O": "TH",
    "E": "BE CZ FR GF GP MA MC MQ NC PF PL PM RE SK TN YT",
    "F": "AT DE ES FI GR HU ID IS KR LU NL NO PT RO RU SE TR UA",
}
# 100 to 127 V. Elsewhere 220 to 240 V.
LOW_VOLTAGE = frozenset(
    "AI AS AW BB BM BQ BS BZ CA CO CR CU CW DO EC FM GT GU HN HT JM JP KY MH MP MX NI PA PR PW SR "
    "SV SX TC TT TW US VE VG VI".split()
)
SIXTY_HERTZ = frozenset(
    "AG AI AS AW BL BM BR BS BZ CA CO CR CU DO EC FM GT GU GY HN HT KN KR KY MF MH MP MS MX NI PA "
    "PE PF PH PR PW SA SR SV SX TC TT TW US VE VG VI".split()
)


def plugs_known_for(country: str) -> list[str]:
    """The sockets one expects in a country; a Europlug where nothing else is known."""
    known = [letter for letter, codes in KNOWN_FOR.items() if country in codes.split()]
    return known or ["C"]
