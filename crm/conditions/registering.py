"""What this area registers when the project starts."""

from __future__ import annotations

from crm.conditions import contact_fields, records


def register() -> None:
    """Make the fields of contacts and the records of this floor known to conditions."""
    contact_fields.register()
    records.register()
