"""A large change of contacts costs by its size, whatever small ones its connection made before."""

from typing import ClassVar

from django.db import migrations

# PL/pgSQL keeps the plan of a statement for as long as the connection lives. One made for a change of one row pairs
# each new row with each old one, which is right for one and takes minutes for ten thousand. EXECUTE plans each time,
# by how many rows there are.
CHANGES = r"""
CREATE OR REPLACE FUNCTION crm_contact_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed bigint[];
BEGIN
    EXECUTE 'SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.first_name, n.last_name, n.organisation, n.email, n.other_emails, n.phone, n.other_phones,
               n.external_id, n.owner_id, n.created_by_id, n.team_id, n.deleted_at)
            IS DISTINCT FROM (o.first_name, o.last_name, o.organisation, o.email, o.other_emails, o.phone,
               o.other_phones, o.external_id, o.owner_id, o.created_by_id, o.team_id, o.deleted_at)' INTO changed;
    IF changed IS NOT NULL THEN
        PERFORM crm_search_contacts(changed);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION crm_notes_of_given() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE given bigint[]; found bigint[];
BEGIN
    EXECUTE 'SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.owner_id, n.team_id, n.created_by_id, n.deleted_at)
            IS DISTINCT FROM (o.owner_id, o.team_id, o.created_by_id, o.deleted_at)' INTO given;
    IF given IS NOT NULL THEN
        found := ARRAY(SELECT id FROM crm_note WHERE contact_id = ANY(given));
        IF found <> '{}' THEN
            PERFORM crm_search_notes(found);
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION crm_other_addresses() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed bigint[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM crm_otheraddress WHERE contact_id IN (SELECT id FROM old_rows);
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        EXECUTE 'SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o ON o.id = n.id
            WHERE (n.other_emails, n.other_phones) IS DISTINCT FROM (o.other_emails, o.other_phones)' INTO changed;
        IF changed IS NULL THEN
            RETURN NULL;
        END IF;
        DELETE FROM crm_otheraddress WHERE contact_id = ANY(changed);
        INSERT INTO crm_otheraddress (contact_id, kind, value)
        SELECT c.id, a.kind, a.value FROM crm_contact c,
            LATERAL (SELECT 'email' AS kind, unnest(c.other_emails) AS value
                     UNION ALL SELECT 'phone', unnest(c.other_phones)) a
        WHERE c.id = ANY(changed);
        RETURN NULL;
    END IF;
    INSERT INTO crm_otheraddress (contact_id, kind, value)
    SELECT n.id, 'email', unnest(n.other_emails) FROM new_rows n WHERE n.other_emails <> '{}'
    UNION ALL SELECT n.id, 'phone', unnest(n.other_phones) FROM new_rows n WHERE n.other_phones <> '{}';
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0007_topics_of_consent")]

    # The functions before did the same, slower: there is nothing to take back.
    operations: ClassVar = [migrations.RunSQL(CHANGES, migrations.RunSQL.noop)]
