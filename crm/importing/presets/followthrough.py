"""Our own export: nothing is guessed, and it comes back as it was."""

from crm.importing.presets.preset import Preset

PRESET = Preset(
    "followthrough",
    "Followthrough's own export",
    frozenset({"Contact number", "First name", "Last name", "Other e-mails", "Lifecycle"}),
    {
        "Contact number": "",
        "First name": "first_name",
        "Last name": "last_name",
        "Organisation": "organisation",
        "Job title": "job_title",
        "E-mail": "email",
        "Other e-mails": "other_emails",
        "Phone": "phone",
        "Other phones": "other_phones",
        "Shares an address": "shares_address",
        "External id": "external_id",
        "Time zone": "time_zone",
        "Language": "language",
        "Country": "country",
        "City": "city",
        "Source": "source",
        "Lifecycle": "lifecycle",
        "Owner": "owner",
        "Preferred channel": "preferred_channel",
        "Rhythm": "rhythm_days",
        "Tags": "tags",
        "No e-mail": "email_opt_out",
        "No calls": "call_opt_out",
        "No SMS": "sms_opt_out",
    },
    neutralised=True,
)
