"""A follow-up of a partner alone is found by search, and one of both by either's name; summaries are of contacts only."""

from typing import ClassVar

from django.db import migrations

SEARCH = r"""
CREATE OR REPLACE FUNCTION followups_search(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM crm_searchentry WHERE kind = 'followup' AND object_id IN (
        SELECT f.id FROM followups_followup f WHERE f.id = ANY(ids) AND f.deleted_at IS NOT NULL);
    INSERT INTO crm_searchentry (kind, object_id, terms)
    SELECT 'followup', f.id, array_to_tsvector(
        crm_words(concat_ws(' ', f.subject, f."group", f.completion_notes, regexp_replace(f.description, '<[^>]*>', ' ', 'g'),
                            p.name))
        || ARRAY['~u' || f.assignee_id, '~u' || coalesce(f.creator_id, 0), '~u' || coalesce(c.owner_id, 0),
                 '~u' || coalesce(p.owner_id, 0), '~t' || coalesce(c.team_id, 0)])
    FROM followups_followup f LEFT JOIN crm_contact c ON c.id = f.contact_id
    LEFT JOIN crm_partner p ON p.id = f.partner_id
    WHERE f.id = ANY(ids) AND f.deleted_at IS NULL
    ON CONFLICT (kind, object_id) DO UPDATE SET terms = excluded.terms;
$$;
"""

# Functions that join transition tables use EXECUTE, for the reason that 0012 gives.
CHANGES = r"""
CREATE OR REPLACE FUNCTION followups_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM followups_search(ARRAY(SELECT id FROM new_rows));
    PERFORM followups_summarise(ARRAY(SELECT DISTINCT contact_id FROM new_rows WHERE contact_id IS NOT NULL));
    -- Whoever is given a follow-up may see its contact.
    INSERT INTO crm_contactparticipant (contact_id, user_id)
    SELECT DISTINCT n.contact_id, n.assignee_id FROM new_rows n JOIN crm_contact c ON c.id = n.contact_id
    WHERE n.assignee_id IS DISTINCT FROM c.owner_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION followups_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found bigint[]; moved bigint[]; given bigint[];
BEGIN
    EXECUTE 'SELECT
            array_agg(n.id) FILTER (WHERE
                (n.subject, n.description, n."group", n.completion_notes, n.assignee_id, n.creator_id, n.deleted_at,
                 n.contact_id, n.partner_id)
                IS DISTINCT FROM
                (o.subject, o.description, o."group", o.completion_notes, o.assignee_id, o.creator_id, o.deleted_at,
                 o.contact_id, o.partner_id)),
            array_agg(DISTINCT n.contact_id) FILTER (WHERE n.contact_id IS NOT NULL AND
                (n.due_by, n.status IN (''completed'', ''cancelled''), n.deleted_at, n.contact_id)
                IS DISTINCT FROM (o.due_by, o.status IN (''completed'', ''cancelled''), o.deleted_at, o.contact_id))
                || array_agg(DISTINCT o.contact_id) FILTER (WHERE o.contact_id IS NOT NULL
                    AND n.contact_id IS DISTINCT FROM o.contact_id),
            array_agg(n.id) FILTER (WHERE
                (n.assignee_id, n.contact_id) IS DISTINCT FROM (o.assignee_id, o.contact_id))
        FROM new_rows n JOIN old_rows o ON o.id = n.id' INTO found, moved, given;
    IF found IS NOT NULL THEN
        PERFORM followups_search(found);
    END IF;
    IF moved IS NOT NULL THEN
        PERFORM followups_summarise(ARRAY(SELECT DISTINCT unnest(moved)));
    END IF;
    IF given IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO crm_contactparticipant (contact_id, user_id)
    SELECT DISTINCT f.contact_id, f.assignee_id FROM followups_followup f JOIN crm_contact c ON c.id = f.contact_id
    WHERE f.id = ANY(given) AND f.assignee_id IS DISTINCT FROM c.owner_id
    ON CONFLICT DO NOTHING;
    -- Whoever passed their last follow-up of a contact on no longer takes part in it.
    EXECUTE 'DELETE FROM crm_contactparticipant p USING (
        SELECT DISTINCT o.contact_id, o.assignee_id FROM old_rows o WHERE o.id = ANY($1)) gone
    WHERE p.contact_id = gone.contact_id AND p.user_id = gone.assignee_id AND NOT EXISTS (
        SELECT FROM followups_followup f
        WHERE f.contact_id = p.contact_id AND f.assignee_id = p.user_id AND f.deleted_at IS NULL)' USING given;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION followups_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm_searchentry WHERE kind = 'followup' AND object_id IN (SELECT id FROM old_rows);
    PERFORM followups_summarise(ARRAY(SELECT DISTINCT contact_id FROM old_rows WHERE contact_id IS NOT NULL));
    RETURN NULL;
END $$;

-- A partner's follow-ups are found by its new name, and by its new owner.
CREATE FUNCTION followups_partner_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed bigint[]; found bigint[];
BEGIN
    EXECUTE 'SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.name, n.owner_id) IS DISTINCT FROM (o.name, o.owner_id)' INTO changed;
    IF changed IS NOT NULL THEN
        found := ARRAY(SELECT id FROM followups_followup WHERE partner_id = ANY(changed));
        IF found <> '{}' THEN
            PERFORM followups_search(found);
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER followups_partner_changed AFTER UPDATE ON crm_partner
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION followups_partner_changed();
"""

UNDO = """
DROP TRIGGER followups_partner_changed ON crm_partner;
DROP FUNCTION followups_partner_changed;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("followups", "0014_sets"), ("crm", "0013_records")]

    # What the other functions do for follow-ups with a contact is what they did before: nothing to take back.
    operations: ClassVar = [migrations.RunSQL(SEARCH + CHANGES, UNDO)]
