"""Address books as vCards: the columns are ours, made by the reader."""

from crm.importing.presets.preset import Preset

PRESET = Preset(
    "vcard",
    "Address book (vCard)",
    frozenset({"vCard"}),
    {
        "Full name": "full_name",
        "First name": "first_name",
        "Last name": "last_name",
        "Organisation": "organisation",
        "Job title": "job_title",
        "E-mail": "email",
        "Other e-mails": "other_emails",
        "Phone": "phone",
        "Other phones": "other_phones",
        "City": "city",
        "Country": "country",
        "Tags": "tags",
        "Language": "language",
        "Time zone": "time_zone",
        "UID": "external_id",
    },
)
