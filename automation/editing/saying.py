"""What the cards and ways of the builder are called. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from automation.editing.raw import by_id, finished, model_of, ways
from automation.engine.spans import span_words

#: What may be waited for, as the builder offers it: value, what it means, and how a card says it.
AWAITED = (
    ("reply", "They reply, call back or meet", "a reply"),
    ("message_clicked", "They click a link in a message", "a click"),
    ("message_opened", "They open a message", "an opened message"),
    ("form_submitted", "They send a form", "a form"),
    ("meeting_logged", "A meeting was held", "a meeting"),
    ("call_logged", "A call was logged", "a call"),
    ("followup_completed", "A follow-up was completed", "a completed follow-up"),
    ("order_placed", "They place an order", "an order"),
    ("order_paid", "They pay an order", "a paid order"),
    ("payment_received", "A payment came in", "a payment"),
    ("invoice_paid", "An invoice was paid", "a paid invoice"),
    ("class_enrolled", "They enrol in a class", "an enrolment"),
    ("class_attended", "They attend a class", "an attended class"),
    ("document_received", "A document arrived", "a document"),
    ("document_approved", "A document was approved", "an approved document"),
    ("deal_stage_changed", "A deal moves to another stage", "a moved deal"),
    ("deal_won", "A deal was won", "a won deal"),
    ("deal_lost", "A deal was lost", "a lost deal"),
    ("tag_added", "They get a tag", "a tag"),
    ("audience_joined", "They join an audience", "an audience"),
    ("lifecycle_changed", "Their lifecycle changes", "another lifecycle"),
)
_SHORT = {value: short for value, _, short in AWAITED}

_FIELD = re.compile(r"\{\{\s*([\w.]+)[^{}]*\}\}")

#: The names of the groups in the palette, in order.
GROUPS = (
    ("message", "Write to them"),
    ("wait", "Wait"),
    ("decide", "Decide"),
    ("do", "Do something"),
    ("flow", "End or go elsewhere"),
)
TRIGGER_GROUPS = (
    ("contact", "Something about the contact"),
    ("record", "Deals, documents, invoices, follow-ups"),
    ("message", "Messages"),
    ("outside", "From outside"),
    ("time", "A date or a time"),
    ("hand", "By hand"),
)


def event_words(event: str) -> str:
    """An awaited event in a few words."""
    return _SHORT.get(event, event.removeprefix("custom.").replace("_", " "))


def heading(step: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, str]:
    """The two lines of a step's card; `names` are those of the records that its settings name, by setting."""
    model, whole = model_of(step), finished(step)
    said = ", ".join(dict.fromkeys(name for name in names.values() if name))
    if whole is None:
        return model.title, said
    kind = step["kind"]
    if kind == "wait":
        return f"Wait {whole.words()}", said
    if kind == "wait_for_event" and step.get("events"):
        events = " or ".join(dict.fromkeys(event_words(one["event"]) for one in step["events"]))
        return f"Wait for {events}", f"up to {span_words(whole.amount, whole.unit)}"  # type: ignore[attr-defined]
    if kind == "branch" and len(step.get("choices", ())) == 1 and step["choices"][0].get("label"):
        return "If", step["choices"][0]["label"]
    return model.title, readable(" · ".join(one for one in (said, whole.words()) if one))


def readable(text: str) -> str:
    """A text with its merge fields as a person reads them: "Call {{ contact.first_name|them }}" is "Call [first name]"."""
    return _FIELD.sub(lambda found: f"[{found[1].rpartition('.')[2].replace('_', ' ')}]", text)


def way_words(step: Mapping[str, Any], way: str, label: str) -> str:
    """What is written on a way."""
    choices = step.get("choices") or []
    if step["kind"] == "branch" and len(choices) == 1:
        return "no" if way == "else" else "yes"
    if step["kind"] == "branch":
        return label if way == "else" or label != "yes" else f"way {[one['name'] for one in choices].index(way) + 1}"
    if step["kind"] == "wait_for_event" and way == "happened" and step.get("events"):
        return " or ".join(dict.fromkeys(event_words(one.get("event", "")) for one in step["events"]))
    return label


def is_hopeful(step: Mapping[str, Any], way: str) -> bool:
    """Whether a way is the one that is hoped for, and drawn so."""
    out = ways(step)
    return step["kind"] in ("branch", "wait_for_event", "create_followup") and bool(out) and way == out[0].name


def step_words(definition: Mapping[str, Any], step: str) -> str:
    """A step in one line, for lists and messages: "Wait 2 days"."""
    found = by_id(definition).get(step)
    return heading(found, {})[0] if found else "a step"
