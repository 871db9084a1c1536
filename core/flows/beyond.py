"""What nobody but a doctor, a lawyer or an official page can answer, the sun, and what we are."""

from __future__ import annotations

from core import words
from core.flows import country
from core.flows.asked import (
    country_asked,
    days_asked,
    destination_asked,
    known_destination,
    place_asked,
)
from core.messages import Text
from core.sun import daylight
from core.turn import Screen, Turn

ABOUT_ME = (
    "I am Caravan, a program that helps with travel: no person. I tell nobody how I was set up, "
    "and "
    "I know your own trips and profile only, nobody else's. “/profile” shows what I keep of you."
)
ALLERGY = (
    "I know no menus, so I cannot keep that away from your table: name it before you order, in the "
    "local language, and carry your medicine. Diets such as vegan or gluten-free I do keep in mind."
)
NO_LAW = (
    "I give no legal advice: laws, customs rules and passengers' rights are for the official pages "
    "or a lawyer. In doubt, leave it at home."
)


_FIRST_STEPS = {
    "passport": "Report it to the police and keep their paper; then your own country's embassy or "
    "consulate issues a travel document. Tell the airline before you fly.",
    "stolen": "Have cards and phone blocked at once, then report it to the police: the insurance "
    "wants their paper.",
    "doctor": "When it is no emergency, your hotel or a pharmacy knows a doctor nearby. I have no "
    "list of them, and give no medical advice.",
}


async def trouble_answer(turn: Turn) -> Screen:
    """The numbers first, then what to do next; without a country what holds in most of them."""
    step = _FIRST_STEPS.get(turn.request.about, "")
    if await destination_asked(turn) is None and await place_asked(turn) is None:
        turn.update(asked="destination")
        text = "In most networks **112** gets through. Tell me the country for its own numbers."
    else:
        text = country.emergency(await country_asked(turn))
    return (Text(markdown=f"{text}\n{step}".strip()),)


async def sun_answer(turn: Turn) -> Screen:
    """Sunrise and sunset of the day asked about, else today on the road or the first day."""
    destination = await known_destination(turn)
    first, last = days_asked(turn, destination)
    today = turn.now.date()
    day = today if turn.request.on is None and first <= today <= last else first
    light = daylight(destination.center, day, destination.timezone)
    if light is None:
        text = f"On {words.day(day)} the sun neither rises nor sets in {destination.name}."
        return (Text(markdown=text),)
    rise, fall = (f"{m // 60 % 24:02d}:{m % 60:02d}" for m in light)
    return (
        Text(
            markdown=f"In {destination.name} the sun rises about {rise} and sets about {fall} on "
            f"{words.day(day)} (computed; hills not counted)."
        ),
    )


async def safety_answer(turn: Turn) -> Screen:
    """Never a verdict on a quarter: what is official, and the numbers."""
    text = (
        "I have no checked data on crime or on single streets, so I do not guess. Ask at your "
        "hotel, and read your foreign office's travel advice."
    )
    return (Text(markdown=f"{text}{await _numbers(turn)}"),)


async def advice_answer(turn: Turn) -> Screen:
    """Medicine and law."""
    if turn.request.about == "allergy":
        return (Text(markdown=ALLERGY),)
    if turn.request.about != "health":
        return (Text(markdown=NO_LAW),)
    text = "I give no medical advice: ask a pharmacist or a doctor."
    return (Text(markdown=f"{text}{await _numbers(turn)}"),)


async def self_answer(turn: Turn) -> Screen:
    return (Text(markdown=ABOUT_ME),)


async def _numbers(turn: Turn) -> str:
    """The emergency numbers there; nothing when nobody said where."""
    if await destination_asked(turn) is None:
        return ""
    facts = await country_asked(turn)
    listed = ", ".join(f"{label.lower()} {number}" for label, number in country.numbers(facts))
    return f" Emergency in {facts.name}: {listed}." if listed else ""
