"""Zoho CRM's leads and contacts."""

from crm.importing.presets.preset import Preset

PRESET = Preset(
    "zoho",
    "Zoho CRM",
    frozenset({"LEADID", "Lead Owner", "Lead Status"}),
    {
        "LEADID": "external_id",
        "CONTACTID": "external_id",
        "Record Id": "external_id",
        "Lead Owner.id": "",
        "Contact Owner.id": "",
        "Contact Owner": "owner",
        "Account Name": "organisation",
        "Mailing City": "city",
        "Mailing Country": "country",
        "Tag": "tags",
        "Lead Owner": "owner",
        "Company": "organisation",
        "Mobile": "phone",
        "Phone": "other_phones",
        "Lead Status": "lifecycle",
        "Email Opt Out": "email_opt_out",
    },
    other_signs=(
        frozenset({"CONTACTID", "Contact Owner"}),
        frozenset({"Record Id", "Lead Owner"}),
        frozenset({"Record Id", "Contact Owner"}),
    ),
)
