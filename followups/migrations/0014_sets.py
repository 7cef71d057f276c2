"""The templates and sets that an installation starts with, and two outcomes; administrators change them as they like."""

from datetime import time
from typing import ClassVar

from django.db import migrations, models

# slug, label, sense, only for this type (none: for all)
OUTCOMES = [
    ("is_acting", "Is acting on it", "positive", None),
    ("arranged", "Payment arranged", "positive", "payment"),
]

WHO, THEM = "{{ contact.full_name }}", "{{ contact.first_name|them }}"
INVOICE = "Invoice {{ invoice.number }} over {{ invoice.amount }}, due on {{ invoice.due_on }}."

# name, subject, description, type, priority, delay in days, local time, reminders, lifecycles, used by itself on
TEMPLATES = [
    ("Initial consultation call", f"Initial consultation call with {WHO}", "", "call", "high", 2, time(10), [15], ["client"], ""),
    ("Check document submission", f"Check which documents of {WHO} are still missing", "", "document_review", "medium", 5, None, [], ["client"], ""),
    ("Document review", f"Review the documents of {WHO}", "", "document_review", "medium", 7, None, [], ["client"], ""),
    ("Application status update call", f"Tell {THEM} how the application stands", "", "application_status", "medium", 14, time(11), [], ["client"], ""),
    ("Remind of a document", f"Remind {THEM} of {{{{ document.name|the document }}}}", "", "email", "medium", 3, None, [], [], ""),
    ("Ask for a document again", f"Ask {THEM} for {{{{ document.name|the document }}}} again", "", "email", "high", 1, None, [], [], "missing_document"),
    ("Second payment reminder", f"Second payment reminder for {WHO}: {{{{ invoice.number|the open invoice }}}}", INVOICE, "payment", "high", 7, None, [60], [], ""),
    ("Payment discussion call", f"Call {WHO} about payment of {{{{ invoice.number|the open invoice }}}}", INVOICE, "payment", "urgent", 10, time(10), [15], [], ""),
    ("Inform about renewal", f"Inform {THEM} about renewal: {{{{ document.name|a document }}}} expires on {{{{ document.expires_on|a day to be checked }}}}", "", "call", "medium", 14, None, [7 * 1440], [], "renewal"),
    ("Check renewal status", f"Check renewal status with {THEM}: {{{{ document.name|the document }}}}", "", "call", "medium", 30, None, [], [], "renewal_check"),
    ("Get in touch about a deal", f"Get in touch with {THEM} about {{{{ deal.name|the enquiry }}}}", "", "call", "high", 0, None, [15], [], ""),
    ("Find out what is needed", f"Find out what {WHO} needs: {{{{ deal.name|the enquiry }}}}", "", "call", "medium", 2, None, [], [], ""),
    ("Arrange a meeting", f"Arrange a meeting with {WHO}", "", "call", "medium", 1, None, [], ["qualified"], ""),
    ("Thank for the meeting", f"Thank {THEM} for the meeting", "", "email", "medium", 0, None, [], [], ""),
    ("Send the proposal", f"Send {WHO} the proposal for {{{{ deal.name|what was discussed }}}}", "", "email", "high", 1, None, [], [], ""),
    ("Ask about the proposal", f"Ask {THEM} about the proposal: {{{{ deal.name|what was offered }}}}", "", "call", "high", 3, None, [], [], ""),
    ("Ask about the proposal again", f"Ask {THEM} again about the proposal: {{{{ deal.name|what was offered }}}}", "", "call", "high", 7, None, [], [], ""),
    ("Settle the open points", f"Settle the open points with {WHO}: {{{{ deal.name|the offer }}}}", "", "call", "high", 2, None, [], [], ""),
    ("Ask for the decision", f"Ask {THEM} for the decision on {{{{ deal.name|the offer }}}}", "", "call", "high", 5, None, [], [], ""),
    ("Offer times for an assessment", f"Offer {THEM} times for an assessment", "", "call", "high", 1, None, [], [], ""),
    ("Confirm the assessment", f"Confirm the assessment with {WHO}", "", "call", "medium", 1, None, [], [], ""),
    ("Explain the findings", f"Explain the findings to {WHO}", "", "call", "high", 2, None, [], [], ""),
    ("Ask about the treatment plan", f"Ask {THEM} about the treatment plan", "", "call", "medium", 4, None, [], [], ""),
]  # fmt: skip

# name, what it is for, occasion, (template, days, priority: empty means the template's)
SETS = [
    (
        "Onboarding", "What every new client needs in the first two weeks", "became_client",
        [
            ("Initial consultation call", 2, ""), ("Send document checklist", 3, ""),
            ("Check document submission", 5, ""), ("Document review", 7, ""),
            ("Application status update call", 14, ""),
        ],
    ),
    (
        "Payment", "From the first word about an invoice to the call; all of it ends when it is paid", "invoice_issued",
        [("Payment reminder", 3, "medium"), ("Second payment reminder", 7, "high"), ("Payment discussion call", 10, "urgent")],
    ),
    ("Document asked for", "Until the document is here", "document_requested", [("Remind of a document", 3, "")]),
]  # fmt: skip

# pipeline -> stage -> (template, days)
STAGES = {
    "Sales": {
        "New": [("Get in touch about a deal", 0)],
        "Contacted": [("Find out what is needed", 2)],
        "Qualified": [("Arrange a meeting", 1)],
        "Meeting held": [("Thank for the meeting", 0), ("Send the proposal", 1)],
        "Proposal sent": [("Ask about the proposal", 3), ("Ask about the proposal again", 7)],
        "Negotiation": [("Settle the open points", 2), ("Ask for the decision", 5)],
    },
    "Clinic intake": {
        "New enquiry": [("Get in touch about a deal", 0)],
        "Contacted": [("Offer times for an assessment", 1)],
        "Assessment booked": [("Confirm the assessment", 1)],
        "Assessment held": [("Explain the findings", 2)],
        "Treatment plan": [("Ask about the treatment plan", 4)],
    },
}


def fill(apps, schema_editor):
    kinds = {one.slug: one for one in apps.get_model("followups", "FollowUpType").objects.all()}
    if not kinds:
        return
    outcomes = apps.get_model("followups", "Outcome").objects
    last = max(outcomes.values_list("position", flat=True), default=0)
    for place, (slug, label, sense, only) in enumerate(OUTCOMES, start=1):
        if only is None or only in kinds:
            outcomes.get_or_create(
                slug=slug, defaults={"label": label, "sense": sense, "position": last + place, "type": kinds.get(only)}
            )
    templates = _templates(apps, kinds)
    for name, description, occasion, items in SETS:
        _set(apps, templates, name, items, description=description, occasion=occasion)
    for stage in (
        apps.get_model("crm", "Stage").objects.filter(archived_at=None, kind="open").select_related("pipeline")
    ):
        items = STAGES.get(stage.pipeline.name, {}).get(stage.name)
        if items:
            name = f"{stage.pipeline.name}: {stage.name}"
            _set(apps, templates, name, [(*one, "") for one in items], occasion="stage_entered", stage=stage)


def _templates(apps, kinds):
    """The templates by name; what an organisation has made under the same name is left as it is."""
    templates = apps.get_model("followups", "FollowUpTemplate").objects
    other = next(iter(kinds.values()))
    for name, subject, description, kind, priority, days, at, reminders, lifecycles, made_for in TEMPLATES:
        templates.get_or_create(
            name=name,
            defaults={
                "subject": subject, "description": description, "type": kinds.get(kind, other), "priority": priority,
                "delay_days": days, "due_time": at, "reminders": reminders, "lifecycles": lifecycles,
                "made_for": made_for,
            },
        )  # fmt: skip
    # The one that was there says which invoice it is about, unless somebody has reworded it.
    templates.filter(name="Payment reminder", subject="Remind {{ contact.full_name }} of the payment").update(
        subject="Remind {{ contact.full_name }} of the payment: {{ invoice.number|open invoice }}"
    )
    return {one.name: one for one in templates.all()}


def _set(apps, templates, name, items, **fields):
    made, new = apps.get_model("followups", "FollowUpSet").objects.get_or_create(name=name[:80], defaults=fields)
    if new:
        for position, (template, days, priority) in enumerate(items):
            if template in templates:
                apps.get_model("followups", "FollowUpSetItem").objects.create(
                    set=made, template=templates[template], days=days, priority=priority, position=position
                )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("followups", "0013_records_and_sets"), ("crm", "0020_outside_events")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="followuptemplate",
            name="made_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("renewal", "A document expires"),
                    ("renewal_check", "Somebody acts on a document that expires"),
                    ("missing_document", "A document was rejected"),
                ],
                editable=False,
                help_text="Used by itself on this occasion",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="followuptemplate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("made_for", ""), _negated=True), fields=("made_for",), name="template_made_for_once"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
