"""Partners in the one search box; everybody may see them, so their entries hold a word of access that all have."""

from typing import ClassVar

from django.db import migrations

# Functions that join transition tables use EXECUTE, for the reason that 0008 gives.
SEARCH = r"""
CREATE FUNCTION crm_search_partners(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM crm_searchentry WHERE kind = 'partner' AND object_id IN (
        SELECT id FROM crm_partner WHERE id = ANY(ids) AND deleted_at IS NOT NULL);
    INSERT INTO crm_searchentry (kind, object_id, terms)
    SELECT 'partner', p.id, array_to_tsvector(
        crm_words(concat_ws(' ', p.name, p.person, p.email, p.website, p.city, p.external_id))
        || coalesce(crm_phone_words(p.phone), '{}') || ARRAY['~all'])
    FROM crm_partner p WHERE p.id = ANY(ids) AND p.deleted_at IS NULL
    ON CONFLICT (kind, object_id) DO UPDATE SET terms = excluded.terms;
$$;

CREATE FUNCTION crm_partner_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm_search_partners(ARRAY(SELECT id FROM new_rows));
    RETURN NULL;
END $$;
CREATE TRIGGER search_partner_added AFTER INSERT ON crm_partner
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_partner_added();

CREATE FUNCTION crm_partner_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed bigint[];
BEGIN
    EXECUTE 'SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.name, n.person, n.email, n.website, n.city, n.external_id, n.phone, n.deleted_at)
            IS DISTINCT FROM (o.name, o.person, o.email, o.website, o.city, o.external_id, o.phone, o.deleted_at)'
        INTO changed;
    IF changed IS NOT NULL THEN
        PERFORM crm_search_partners(changed);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER search_partner_changed AFTER UPDATE ON crm_partner
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_partner_changed();

CREATE FUNCTION crm_partner_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm_searchentry WHERE kind = 'partner' AND object_id IN (SELECT id FROM old_rows);
    RETURN NULL;
END $$;
CREATE TRIGGER search_partner_gone AFTER DELETE ON crm_partner
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_partner_gone();
"""

UNDO = """
DROP TRIGGER search_partner_gone ON crm_partner;
DROP TRIGGER search_partner_changed ON crm_partner;
DROP TRIGGER search_partner_added ON crm_partner;
DROP FUNCTION crm_partner_gone, crm_partner_changed, crm_partner_added, crm_search_partners;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0014_pipelines")]

    operations: ClassVar = [migrations.RunSQL(SEARCH, UNDO)]
