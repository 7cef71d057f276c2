"""HubSpot's contact export."""

from crm.importing.presets.preset import Preset

PRESET = Preset(
    "hubspot",
    "HubSpot contacts",
    frozenset({"Record ID", "Lifecycle Stage"}),
    {
        "Record ID": "external_id",
        "Contact owner": "owner",
        "Lifecycle Stage": "lifecycle",
        "Lead Status": "new:choice",
        "Associated Company": "organisation",
        "Company Name": "organisation",
        "Mobile Phone Number": "phone",
        "Unsubscribed from all email": "email_opt_out",
        "Original Source": "source",
        "Associated Deal": "",
        "Associated Deal IDs": "",
        "Associated Contact IDs": "",
        "Company name": "organisation",
        "Company owner": "owner",
        "Last Modified Date": "",
        "Last Activity Date": "",
    },
    other_signs=(
        frozenset({"Record ID", "Associated Company"}),
        frozenset({"Record ID", "Contact owner"}),
        frozenset({"Record ID", "Company owner"}),
        frozenset({"Record ID", "Marketing contact status"}),
    ),
)
