"""Words that all patterns about notices share."""

from __future__ import annotations

EDGE = (
    r"(?:(?:please|pls|plz|ok|okay|hey|oh|well|and|so|actually|wait|just|caravan|can you|could you|"
    r"would you|can we|i want you to|i'd like you to)[ ,:.!]+)*"
)
END = (
    r"(?:[ ,.!]+(?:please|pls|plz|thanks|thx|ty|thank you|again|for now|any ?more|from now on|now|"
    r"ok|okay|then|caravan|at all|all the time))*"
)
NOTE = r"(?:notices?|notifications?|messages?|updates?|changes?|news|reminders?|alerts?|pings?)"
# "Don't write", "no messages": without an hour or a kind it says nothing yet.
SILENCE = (
    rf"(?:no {NOTE}|(?:don't|do not|dont|never) (?:message|write|text|notify|ping|wake|disturb|"
    rf"bother|send|contact|bug)(?: to)?(?: me| us)?(?: up)?(?: anything| {NOTE})?|"
    r"(?:be|keep|stay) (?:quiet|silent)|leave (?:me|us) (?:alone|in peace))"
)
