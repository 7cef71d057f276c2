"""What Twilio's error codes mean for a message, in plain sentences (twilio.com/docs/api/errors).

They come as the answer to a request and, later, with the status callbacks.
"""

from __future__ import annotations

#: No, and trying again will not help.
REFUSED: dict[int, str] = {
    21211: "The phone number is not a valid one.",
    21214: "The phone number cannot be reached.",
    21217: "The phone number does not look like one.",
    21265: "The number given is a short code, which cannot be written to.",
    21602: "The message has no words.",
    21605: "The message has too many files.",
    21610: "They answered STOP to this number, so it may not write to them until they answer START.",
    21612: "Our number cannot write to theirs.",
    21614: "The number is not a mobile number.",
    21617: "The message is too long for this channel.",
    21623: "The file of the message cannot be fetched.",
    21635: "The number belongs to a landline.",
    21655: "The WhatsApp template is not known to Twilio.",
    21656: "The WhatsApp template does not take what was put into its places.",
    30003: "The phone is switched off or out of reach.",
    30004: "The phone or its network refuses messages from our number.",
    30005: "The phone number is not in use.",
    30006: "The number is a landline, or its network takes no messages.",
    30007: "The network took the message for spam.",
    30008: "The network did not deliver it and did not say why.",
    30019: "The files of the message are too big.",
    63003: "There is no WhatsApp account with this number.",
    63005: "WhatsApp did not take the content of the message.",
    63012: "WhatsApp had an error of its own.",
    63013: "WhatsApp says that the message breaks its rules.",
    63016: "More than 24 hours have passed since they last wrote, so WhatsApp takes only an approved template.",
    63019: "WhatsApp could not fetch the file of the message.",
    63024: "WhatsApp cannot deliver to this number.",
    63027: "The WhatsApp template does not exist in this language.",
    63028: "The WhatsApp template has another number of places.",
    63032: "WhatsApp does not deliver to this person for now.",
    63033: "They have blocked our WhatsApp number.",
    63041: "WhatsApp has paused the template because people did not like it.",
    63042: "WhatsApp has switched the template off.",
    63049: "WhatsApp held it back, so that they do not get too much marketing.",
}

#: Not now: too fast, or something in our account that somebody can put right.
LATER: dict[int, str] = {
    14107: "Twilio takes no more messages from our number just now.",
    20003: "Twilio does not accept our account and token.",
    20005: "Our Twilio account is not active.",
    20006: "Our Twilio account may not do this.",
    20429: "Twilio takes no more requests just now.",
    21408: "Our Twilio account may not yet write to this country.",
    21603: "No number to send from is set up.",
    21606: "The number to send from does not belong to our Twilio account.",
    21611: "Our number has too many messages waiting at Twilio.",
    21659: "The number to send from does not belong to our Twilio account.",
    21703: "Our messaging service at Twilio has no numbers.",
    30001: "Twilio’s queue is full.",
    30002: "Our Twilio account is suspended.",
    63007: "Our WhatsApp number is not set up at Twilio.",
    63018: "WhatsApp takes no more messages from our number just now.",
    63021: "WhatsApp says that something of our account is not set up.",
    63051: "WhatsApp has locked our business account.",
}

#: Nothing at all goes out over our account until somebody puts it right.
ACCOUNT = {20003, 20005, 20006, 30002}

#: The person said no, or nobody is there: what suppresses an address.
OPTED_OUT = {21610}
NOT_THERE = {21211, 21214, 21217, 21614, 21635, 30005, 30006, 63003}


def sentence_of(code: int | str | None, given: str = "") -> str:
    """What the code means; for one that is not known, what Twilio said."""
    text = str(code or "")
    number = int(text) if text.isdecimal() else 0
    known = REFUSED.get(number) or LATER.get(number)
    if known:
        return known
    said = given.strip() or "no reason"
    return f"Twilio said {number}: {said}" if number else f"Twilio said: {said}"
