"""What a column of a file of deals can be, with the headings of HubSpot, Salesforce, Zoho, Pipedrive and plain tables."""

from crm.importing.records.kinds import Target

TARGETS = (
    Target("name", "Name", ("deal name", "dealname", "deal title", "opportunity name", "potential name", "deal", "name", "title", "opportunity", "subject")),
    Target("external_id", "External id", ("opportunity id", "deal id", "record id", "id", "external id", "deal external id", "dealid", "potential id")),
    Target("stage", "Stage", ("deal stage", "dealstage", "stage name", "stagename", "stage", "sales stage", "phase", "etape", "etapa")),
    Target("status", "Status (won or lost)", ("deal status", "won lost")),
    Target("pipeline", "Pipeline", ("pipeline", "deal pipeline", "sales process")),
    Target("amount", "Amount", ("close value", "amount", "deal value", "deal amount", "value", "deal size", "revenue", "betrag", "montant", "importe")),
    Target("currency", "Currency", ("currency", "deal currency", "currency code", "deal currency code", "currencyisocode", "wahrung", "devise", "moneda")),
    Target("product", "Product", ("product", "product name", "deal product", "produkt", "produit", "producto")),
    Target("contact_id", "Contact number", ("contact number",)),
    Target("contact_external_id", "Contact’s external id", ("contact external id", "contact id", "associated contact ids", "accountid", "account id", "deal contact person id")),
    Target("contact_email", "Contact’s e-mail", ("contact email", "email", "e mail", "contact e mail", "associated contact email")),
    Target("contact_phone", "Contact’s phone", ("contact phone", "phone", "mobile")),
    Target("contact_name", "Contact’s name", ("contact name", "associated contact", "contact", "deal contact person", "person", "client", "kunde")),
    Target("contact_organisation", "Contact’s organisation", ("account", "account name", "associated company", "company", "organisation", "organization", "deal organization", "customer", "firma")),
    Target("owner", "Owner", ("sales agent", "deal owner", "opportunity owner", "owner", "owner name", "owner email", "hubspot owner", "sales rep", "potential owner")),
    Target("opened_on", "Opened on", ("engage date", "create date", "created date", "createddate", "created time", "deal deal created", "opened on", "start date", "created")),
    Target("expected_on", "Expected on", ("expected close date", "deal expected close date", "expected on", "expected date")),
    Target("closed_at", "Closed on", ("close date", "closedate", "closing date", "closed on", "closed at", "deal deal closed on", "deal closed on")),
    Target("won_at", "Won at", ("won time", "deal won time", "won at")),
    Target("lost_at", "Lost at", ("lost time", "deal lost time", "lost at")),
    Target("probability", "Chance in per cent", ("probability", "deal probability", "chance", "probability %", "deal probability %")),
    Target("close_note", "Why it ended", ("closed lost reason", "closed won reason", "lost reason", "deal lost reason", "loss reason", "close reason")),
    Target("notes", "Notes", ("description", "deal description", "notes", "comment", "beschreibung")),
)  # fmt: skip
