"""The types, outcomes and templates that an installation starts with; administrators change them as they like."""

from datetime import time
from typing import ClassVar

from django.db import migrations

# slug, name, icon, colour, channel, minutes, reminders (minutes before)
TYPES = [
    ("call", "Call", "phone", "green", "call", 15, [15]),
    ("email", "E-mail", "mail", "blue", "email", 10, [60]),
    ("sms", "SMS", "message-square", "blue", "sms", 5, [15]),
    ("whatsapp", "WhatsApp", "message-circle", "green", "whatsapp", 5, [15]),
    ("video_call", "Video call", "video", "green", "meeting", 30, [1440, 15]),
    ("meeting", "Meeting", "users", "plum", "meeting", 60, [1440, 60]),
    ("document_review", "Document review", "file-search", "amber", "", 30, [60]),
    ("application_status", "Application status", "clipboard-check", "amber", "", 15, [60]),
    ("payment", "Payment", "wallet", "amber", "", 10, [60]),
    ("visa_status", "Visa status", "stamp", "amber", "", 15, [60]),
    ("test_score", "Test score", "graduation-cap", "amber", "", 10, [60]),
    ("service", "Service", "life-buoy", "grey", "", 20, [60]),
]

# slug, label, sense, only for these types (none: for all)
OUTCOMES = [
    ("spoke", "Spoke", "positive", None),
    ("voicemail", "Left voicemail", "no_contact", None),
    ("no_answer", "No answer", "no_contact", None),
    ("wrong_number", "Wrong number", "no_contact", None),
    ("call_back_later", "Call back later", "neutral", None),
    ("replied", "Replied", "positive", None),
    ("no_response", "No response", "no_contact", None),
    ("booked", "Booked", "positive", None),
    ("rescheduled", "Rescheduled", "neutral", None),
    ("done", "Done", "neutral", None),
    ("not_interested", "Not interested", "negative", None),
]

# name, subject, type, priority, delay in days, local time, reminders, lifecycles
TEMPLATES = [
    ("First call", "Call {{ contact.first_name|there }}", "call", "high", 0, None, [15], ["new"]),
    ("Second attempt", "Try {{ contact.first_name|them }} again", "call", "medium", 1, time(10), [15], ["new", "working"]),
    ("Send document checklist", "Send the document checklist to {{ contact.full_name }}", "email", "medium", 1, None, [], ["qualified", "client"]),
    ("Progress update", "Progress update for {{ contact.full_name }}", "call", "medium", 7, time(11), [15], ["client"]),
    ("Check-in", "Check in with {{ contact.full_name }}", "call", "high", 0, None, [], ["client"]),
    ("Payment reminder", "Remind {{ contact.full_name }} of the payment", "payment", "high", 3, None, [60], ["client"]),
]


def fill(apps, schema_editor):
    kinds = {}
    for position, (slug, name, icon, colour, channel, minutes, reminders) in enumerate(TYPES):
        kinds[slug] = apps.get_model("followups", "FollowUpType").objects.create(
            slug=slug, name=name, icon=icon, colour=colour, channel=channel,
            default_minutes=minutes, default_reminders=reminders, position=position,
        )
    for position, (slug, label, sense, only) in enumerate(OUTCOMES):
        apps.get_model("followups", "Outcome").objects.create(
            slug=slug, label=label, sense=sense, position=position, type=kinds[only] if only else None
        )
    for name, subject, kind, priority, days, at, reminders, lifecycles in TEMPLATES:
        apps.get_model("followups", "FollowUpTemplate").objects.create(
            name=name, subject=subject, type=kinds[kind], priority=priority, delay_days=days, due_time=at,
            reminders=reminders, lifecycles=lifecycles,
        )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("followups", "0002_search_and_summaries")]

    operations: ClassVar = [migrations.RunPython(fill, migrations.RunPython.noop)]
