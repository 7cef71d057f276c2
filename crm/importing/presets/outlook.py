"""Outlook's contacts as CSV."""

from crm.importing.presets.preset import Preset

PRESET = Preset(
    "outlook",
    "Outlook contacts",
    frozenset({"E-mail Address", "Business Phone"}),
    {
        "Title": "",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Company": "organisation",
        "Job Title": "job_title",
        "E-mail Address": "email",
        "E-mail 2 Address": "other_emails",
        "E-mail 3 Address": "other_emails",
        "Mobile Phone": "phone",
        "Business Phone": "other_phones",
        "Home Phone": "other_phones",
        "Other Phone": "other_phones",
        "Business City": "city",
        "Business Country/Region": "country",
        "Categories": "tags",
    },
)
