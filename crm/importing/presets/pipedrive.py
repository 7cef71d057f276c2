"""Pipedrive's people."""

from crm.importing.presets.preset import Preset

PRESET = Preset(
    "pipedrive",
    "Pipedrive people",
    frozenset({"Person - Name"}),
    {
        "Person - ID": "external_id",
        "Person - Name": "full_name",
        "Person - First name": "first_name",
        "Person - Last name": "last_name",
        "Person - Organization": "organisation",
        "Person - Email - Work": "email",
        "Person - Email - Home": "other_emails",
        "Person - Email - Other": "other_emails",
        "Person - Phone - Mobile": "phone",
        "Person - Phone - Work": "other_phones",
        "Person - Phone - Home": "other_phones",
        "Person - Phone - Other": "other_phones",
        "Person - Owner": "owner",
        "Person - Label": "tags",
        "Person - Labels": "tags",
        "Person - Email": "email",
        "Person - Phone": "phone",
        "Person - Marketing status": "",
        "Person - Open deals": "",
        "Person - Won deals": "",
        "Person - Lost deals": "",
        "Person - Closed deals": "",
        "Person - Next activity date": "",
        "Person - Last activity date": "",
    },
)
