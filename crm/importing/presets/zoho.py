"""Zoho CRM's leads and contacts."""

from crm.importing.presets.preset import Preset

PRESET = Preset(
    "zoho",
    "Zoho CRM",
    frozenset({"LEADID", "Lead Owner", "Lead Status"}),
    {
        "LEADID": "external_id",
        "Lead Owner": "owner",
        "Company": "organisation",
        "Mobile": "phone",
        "Phone": "other_phones",
        "Lead Status": "lifecycle",
        "Email Opt Out": "email_opt_out",
    },
)
