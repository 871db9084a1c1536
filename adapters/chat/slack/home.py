"""App Home and the profile modal: views out, what was filled in read back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.chat.slack import markup
from adapters.chat.slack.ports import CHOICE_PREFIX, EDIT_PROFILE, PROFILE_MODAL, AtHome
from core.people import KEYS, MAX_VALUE_CHARS, Profile, ProfileFact
from core.text import name
from core.trips import Trip
from core.wishes import Pace
from core.words import day, span

MAX_FACTS = 40  # a home view holds 100 blocks
MAX_TRIPS = 8
MAX_HEADER = 150
MAX_LABEL = 75
MAX_TITLE = 150
MAX_OPTION = 150

PROMPTS_TITLE = "Where shall we go?"
PROMPTS: tuple[Mapping[str, str], ...] = (
    {"title": "Ideas", "message": "Somewhere warm and quiet in April, from Berlin"},
    {"title": "A plan", "message": "Plan Lisbon 12–15 March for two, 900 euros"},
    {"title": "My trips", "message": "Show my trips"},
    {"title": "What you can do", "message": "Help"},
)

_ORIGINS = {"told": "you told me", "chosen": "you chose it", "concluded": "I concluded it"}
_PACES = {Pace.RELAXED: "Relaxed", Pace.NORMAL: "Normal", Pace.PACKED: "Packed"}
_DIETS = {
    "vegetarian": "Vegetarian",
    "vegan": "Vegan",
    "pescatarian": "Pescatarian",
    "halal": "Halal",
    "kosher": "Kosher",
    "gluten_free": "Gluten-free",
    "lactose_free": "Lactose-free",
    "nut_free": "No nuts",
}
_STEP_FREE = "yes"
_VALUE = "value"  # action_id of every input; its block_id is the key of the profile
_FORM = ("home", "currency", "diet", "step_free", "pace", "dislikes")
_MANY = ("diet", "dislikes")

Block = dict[str, Any]


# --- App Home ----------------------------------------------------------------------------------


def home_view(home: AtHome, channel: str = "") -> Block:
    """What one person sees in App Home. `channel` is their direct message channel."""
    shown = [*_trips(home.trips), {"type": "divider"}, *_facts(home.profile)]
    return {"type": "home", "private_metadata": channel, "blocks": shown}


def _trips(trips: Sequence[Trip]) -> Iterator[Block]:
    yield _header("Your trips")
    if not trips:
        yield _section("No trips yet. Tell me what you dream of, as vaguely as you like.")
        yield _actions(_button("Ideas where to go", "choice:ideas", f"{CHOICE_PREFIX}ideas"))
    for number, trip in enumerate(trips[:MAX_TRIPS]):
        lines = [name(trip.title, MAX_TITLE) or "A trip"]
        if trip.plan is not None:
            lines.append(span(trip.plan.first_day, trip.plan.last_day))
        lines += [trip.status] if trip.status in ("draft", "cancelled", "done") else []
        open_it = _button("Open", f"choice:open:{number}", f"{CHOICE_PREFIX}open:{trip.id}")
        yield {**_section("\n".join(lines)), "accessory": open_it}
    if len(trips) > MAX_TRIPS:
        yield _context(f"{len(trips) - MAX_TRIPS} more: say “my trips” to me.")


def _facts(profile: Profile) -> Iterator[Block]:
    yield _header("What I know about you")
    facts = [fact for fact in profile.facts if fact.key in KEYS][-MAX_FACTS:]
    if facts:
        yield _list(_fact(fact) for fact in facts)
    else:
        yield _section("Nothing yet.")
    yield _actions(
        {**_button("Edit", EDIT_PROFILE, "edit"), "style": "primary"},
        _button("Export my data", "choice:data", f"{CHOICE_PREFIX}data"),
        _button("Erase everything", "choice:forget", f"{CHOICE_PREFIX}forget"),
    )
    yield _context("Only you see this. What is said in a group stays in that group.")


def _fact(fact: ProfileFact) -> Sequence[Block]:
    """Text elements of rich text: Slack shows their characters and reads nothing in them."""
    since = f" ({_ORIGINS[fact.origin]}, {day(fact.said_at.date(), year=True)})"
    return (
        {"type": "text", "text": f"{KEYS[fact.key][0]}: "},
        {"type": "text", "text": name(fact.value, MAX_VALUE_CHARS) or "–", "style": {"bold": True}},
        {"type": "text", "text": since},
    )


# --- the profile modal -------------------------------------------------------------------------


def profile_modal(profile: Profile, channel: str = "") -> Block:
    """The form with the facts that are known. `channel` is the direct message channel."""
    pace = profile.value("pace")
    step_free = [(_STEP_FREE, "I need step-free ways")]
    own = [name(value, MAX_OPTION) for value in profile.values("diet")]
    diets = [*_DIETS.items(), *((d, d) for d in dict.fromkeys(own) if d and d not in _DIETS)]
    return {
        "type": "modal",
        "callback_id": PROFILE_MODAL,
        "private_metadata": channel,
        "title": _plain("Your profile"),
        "submit": _plain("Save"),
        "close": _plain("Cancel"),
        "blocks": [
            _input("home", "Home town", _text(profile.value("home"), MAX_VALUE_CHARS)),
            _input("currency", "Currency", _text(profile.value("currency"), 3), "EUR, USD, GBP …"),
            _input("diet", "Diet", _choose("multi_static_select", diets, own)),
            _input(
                "step_free",
                "Getting around",
                _choose("checkboxes", step_free, (profile.value("step_free"),)),
            ),
            _input("pace", "Pace", _choose("static_select", [*_PACES.items()], (pace,))),
            _input(
                "dislikes",
                "What you do not like",
                _text(", ".join(profile.values("dislikes")), MAX_VALUE_CHARS),
                "Divided by commas: museums, nightlife",
            ),
        ],
    }


@dataclass(frozen=True)
class ProfileEdits:
    """What a person changed in the form, as (key, value) pairs: several values stand with commas
    between them, an empty value says that there is none. `errors` are sentences by block, for
    Slack to show in the form; then there are no pairs."""

    form: tuple[tuple[str, str], ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    channel: str = ""


def read_profile(view: Mapping[str, Any]) -> ProfileEdits:
    """The edits in the `view` of a view_submission: its state against what it showed at first.

    So what changed elsewhere while the form was open is not taken back by it.
    """
    state = _mapping(_mapping(view.get("state")).get("values"))
    blocks = view.get("blocks")
    form: list[tuple[str, str]] = []
    errors: dict[str, str] = {}
    for block in blocks if isinstance(blocks, list) else []:
        key = str(_mapping(block).get("block_id") or "")
        if key not in state or key not in _FORM:
            continue
        before = _values(key, _mapping(_mapping(block).get("element")), "initial_")
        after = _values(key, _mapping(_mapping(state[key]).get(_VALUE)), "")
        if key == "currency":
            after = tuple(value.upper() for value in after)
            if not all(len(v) == 3 and v.isascii() and v.isalpha() for v in after):
                errors[key] = "Three letters, such as EUR."
        if after != before:
            form.append((key, ", ".join(after)))
    channel = str(view.get("private_metadata") or "")
    return ProfileEdits((), errors, channel) if errors else ProfileEdits(tuple(form), {}, channel)


def _values(key: str, element: Mapping[str, Any], prefix: str) -> tuple[str, ...]:
    """What an input holds: as shown at first (`initial_`), or in the state of the form."""
    text = element.get(f"{prefix}value")
    if isinstance(text, str):
        given = text.split(",") if key in _MANY else [text]
    else:
        one = element.get(f"{prefix}option" if prefix else "selected_option")
        many = element.get(f"{prefix}options" if prefix else "selected_options")
        chosen = [one] if isinstance(one, Mapping) else many if isinstance(many, list) else []
        given = [str(_mapping(option).get("value") or "") for option in chosen]
    cleaned = (name(value, MAX_VALUE_CHARS) for value in given)
    return tuple(dict.fromkeys(value for value in cleaned if value))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


# --- blocks ------------------------------------------------------------------------------------


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}


def _header(text: str) -> Block:
    return {"type": "header", "text": _plain(markup.label(text, MAX_HEADER))}


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_plain(text)]}


def _list(lines: Iterable[Sequence[Block]]) -> Block:
    made = [{"type": "rich_text_section", "elements": list(line)} for line in lines]
    bullets = {"type": "rich_text_list", "style": "bullet", "elements": made}
    return {"type": "rich_text", "elements": [bullets]}


def _actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def _button(text: str, action_id: str, value: str) -> Block:
    label = _plain(markup.label(text, MAX_LABEL))
    return {"type": "button", "text": label, "action_id": action_id, "value": value}


def _input(key: str, text: str, element: Block, hint: str = "") -> Block:
    block = {
        "type": "input",
        "block_id": key,
        "optional": True,
        "label": _plain(text),
        "element": element,
    }
    return {**block, "hint": _plain(hint)} if hint else block


def _text(value: str, most: int) -> Block:
    element = {"type": "plain_text_input", "action_id": _VALUE, "max_length": most}
    return {**element, "initial_value": value[:most]} if value else element


def _choose(kind: str, options: Sequence[tuple[str, str]], chosen: Sequence[str]) -> Block:
    made = [{"text": _plain(markup.label(t, MAX_LABEL)), "value": str(v)} for v, t in options]
    element: Block = {"type": kind, "action_id": _VALUE, "options": made}
    initial = [option for option in made if option["value"] in chosen]
    if initial and kind == "static_select":
        return {**element, "initial_option": initial[0]}
    return {**element, "initial_options": initial} if initial else element
