"""A large change of follow-ups or contacts costs by its size, whatever small ones its connection made before."""

from typing import ClassVar

from django.db import migrations

# As in crm 0008: what joins the new rows with the old is planned each time, by how many there are.
CHANGES = r"""
CREATE OR REPLACE FUNCTION followups_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found bigint[]; moved bigint[]; given bigint[];
BEGIN
    EXECUTE 'SELECT
            array_agg(n.id) FILTER (WHERE
                (n.subject, n.description, n."group", n.completion_notes, n.assignee_id, n.creator_id, n.deleted_at)
                IS DISTINCT FROM
                (o.subject, o.description, o."group", o.completion_notes, o.assignee_id, o.creator_id, o.deleted_at)),
            array_agg(DISTINCT n.contact_id) FILTER (WHERE
                (n.due_by, n.status IN (''completed'', ''cancelled''), n.deleted_at, n.contact_id)
                IS DISTINCT FROM (o.due_by, o.status IN (''completed'', ''cancelled''), o.deleted_at, o.contact_id))
                || array_agg(DISTINCT o.contact_id) FILTER (WHERE n.contact_id <> o.contact_id),
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

CREATE OR REPLACE FUNCTION followups_contact_given() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE given bigint[]; found bigint[];
BEGIN
    EXECUTE 'SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.owner_id, n.team_id) IS DISTINCT FROM (o.owner_id, o.team_id)' INTO given;
    IF given IS NOT NULL THEN
        found := ARRAY(SELECT id FROM followups_followup WHERE contact_id = ANY(given));
        IF found <> '{}' THEN
            PERFORM followups_search(found);
        END IF;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("followups", "0011_open_leads"),
        ("crm", "0008_large_changes_cost_by_their_size"),
    ]

    # The functions before did the same, slower: there is nothing to take back.
    operations: ClassVar = [migrations.RunSQL(CHANGES, migrations.RunSQL.noop)]
