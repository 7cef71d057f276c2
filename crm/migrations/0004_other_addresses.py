"""Further e-mail addresses and phones in a table of their own, so that thousands can be looked up at once."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

UPKEEP = r"""
CREATE FUNCTION crm_other_addresses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM crm_otheraddress WHERE contact_id IN (SELECT id FROM old_rows);
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM crm_otheraddress WHERE contact_id IN (
            SELECT o.id FROM old_rows o JOIN new_rows n ON n.id = o.id
            WHERE (n.other_emails, n.other_phones) IS DISTINCT FROM (o.other_emails, o.other_phones));
        INSERT INTO crm_otheraddress (contact_id, kind, value)
        SELECT n.id, a.kind, a.value FROM new_rows n JOIN old_rows o ON o.id = n.id,
            LATERAL (SELECT 'email' AS kind, unnest(n.other_emails) AS value
                     UNION ALL SELECT 'phone', unnest(n.other_phones)) a
        WHERE (n.other_emails, n.other_phones) IS DISTINCT FROM (o.other_emails, o.other_phones);
        RETURN NULL;
    END IF;
    INSERT INTO crm_otheraddress (contact_id, kind, value)
    SELECT n.id, 'email', unnest(n.other_emails) FROM new_rows n WHERE n.other_emails <> '{}'
    UNION ALL SELECT n.id, 'phone', unnest(n.other_phones) FROM new_rows n WHERE n.other_phones <> '{}';
    RETURN NULL;
END $$;
CREATE TRIGGER other_addresses_added AFTER INSERT ON crm_contact
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_other_addresses();
CREATE TRIGGER other_addresses_changed AFTER UPDATE ON crm_contact
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_other_addresses();
CREATE TRIGGER other_addresses_gone AFTER DELETE ON crm_contact
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_other_addresses();
INSERT INTO crm_otheraddress (contact_id, kind, value)
    SELECT id, 'email', unnest(other_emails) FROM crm_contact UNION ALL SELECT id, 'phone', unnest(other_phones) FROM crm_contact;
"""

UNDO = """
DROP TRIGGER other_addresses_gone ON crm_contact;
DROP TRIGGER other_addresses_changed ON crm_contact;
DROP TRIGGER other_addresses_added ON crm_contact;
DROP FUNCTION crm_other_addresses;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0003_imports_and_faster_search")]

    operations: ClassVar = [
        migrations.RemoveIndex(model_name="contact", name="contact_other_emails"),
        migrations.RemoveIndex(model_name="contact", name="contact_other_phones"),
        migrations.CreateModel(
            name="OtherAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=5)),
                ("value", models.CharField(max_length=254)),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="other_addresses",
                        to="crm.contact",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["value", "kind"], name="other_address_by_value")]},
        ),
        migrations.RunSQL(UPKEEP, UNDO),
    ]
