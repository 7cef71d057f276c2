"""Google Contacts, the older heading and the one since 2024."""

from crm.importing.presets.preset import Preset

PRESET = Preset(
    "google_contacts",
    "Google Contacts",
    frozenset({"E-mail 1 - Value"}),
    {
        "Given Name": "first_name",
        "Family Name": "last_name",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Name": "full_name",
        "Organization 1 - Name": "organisation",
        "Organization Name": "organisation",
        "Organization 1 - Title": "job_title",
        "Organization Title": "job_title",
        "E-mail 1 - Value": "email",
        "E-mail 2 - Value": "other_emails",
        "E-mail 3 - Value": "other_emails",
        "Phone 1 - Value": "phone",
        "Phone 2 - Value": "other_phones",
        "Phone 3 - Value": "other_phones",
        "Address 1 - City": "city",
        "Address 1 - Country": "country",
        "Group Membership": "tags",
        "Labels": "tags",
        "E-mail 1 - Type": "",
        "E-mail 2 - Type": "",
        "E-mail 3 - Type": "",
        "Phone 1 - Type": "",
        "Phone 2 - Type": "",
        "E-mail 1 - Label": "",
        "Phone 1 - Label": "",
        "Address 1 - Formatted": "",
    },
)
