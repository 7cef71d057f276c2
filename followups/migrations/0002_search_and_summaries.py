"""What the database keeps true by itself: the search text of follow-ups, and what a contact has planned."""

from typing import ClassVar

from django.db import migrations

SEARCH = r"""
CREATE FUNCTION followups_search(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM crm_searchentry WHERE kind = 'followup' AND object_id IN (
        SELECT f.id FROM followups_followup f WHERE f.id = ANY(ids) AND f.deleted_at IS NOT NULL);
    INSERT INTO crm_searchentry (kind, object_id, terms)
    SELECT 'followup', f.id, array_to_tsvector(
        crm_words(concat_ws(' ', f.subject, f."group", f.completion_notes, regexp_replace(f.description, '<[^>]*>', ' ', 'g')))
        || ARRAY['~u' || f.assignee_id, '~u' || coalesce(f.creator_id, 0), '~u' || coalesce(c.owner_id, 0),
                 '~t' || coalesce(c.team_id, 0)])
    FROM followups_followup f JOIN crm_contact c ON c.id = f.contact_id
    WHERE f.id = ANY(ids) AND f.deleted_at IS NULL
    ON CONFLICT (kind, object_id) DO UPDATE SET terms = excluded.terms;
$$;
"""

SUMMARIES = r"""
-- "Next follow-up, or plainly nothing planned", kept on the contact whatever changed the follow-up.
CREATE FUNCTION followups_summarise(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Always in the same order, so that two batches that share contacts wait for each other instead of deadlocking.
    PERFORM FROM crm_contact WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE;
    UPDATE crm_contact c SET next_due_by = s.next_due_by, open_followups = s.open
    FROM (SELECT t.id, min(f.due_by) AS next_due_by, count(f.id)::int AS open
          FROM unnest(ids) AS t(id)
          LEFT JOIN followups_followup f ON f.contact_id = t.id AND f.deleted_at IS NULL
              AND f.status IN ('pending', 'in_progress', 'missed')
          GROUP BY t.id) s
    WHERE c.id = s.id AND (c.next_due_by, c.open_followups) IS DISTINCT FROM (s.next_due_by, s.open);
END $$;
"""

TRIGGERS = r"""
CREATE FUNCTION followups_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM followups_search(ARRAY(SELECT id FROM new_rows));
    PERFORM followups_summarise(ARRAY(SELECT DISTINCT contact_id FROM new_rows));
    -- Whoever is given a follow-up may see its contact.
    INSERT INTO crm_contactparticipant (contact_id, user_id)
    SELECT DISTINCT n.contact_id, n.assignee_id FROM new_rows n JOIN crm_contact c ON c.id = n.contact_id
    WHERE n.assignee_id IS DISTINCT FROM c.owner_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER followups_added AFTER INSERT ON followups_followup
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION followups_added();

CREATE FUNCTION followups_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found bigint[];
BEGIN
    found := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.subject, n.description, n."group", n.completion_notes, n.assignee_id, n.creator_id, n.deleted_at)
            IS DISTINCT FROM (o.subject, o.description, o."group", o.completion_notes, o.assignee_id, o.creator_id, o.deleted_at));
    IF found <> '{}' THEN
        PERFORM followups_search(found);
    END IF;
    found := ARRAY(
        SELECT contact_id FROM (
            SELECT n.contact_id FROM new_rows n JOIN old_rows o ON o.id = n.id
            WHERE (n.due_by, n.status IN ('completed', 'cancelled'), n.deleted_at, n.contact_id)
                IS DISTINCT FROM (o.due_by, o.status IN ('completed', 'cancelled'), o.deleted_at, o.contact_id)
            UNION
            SELECT o.contact_id FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.contact_id <> o.contact_id) moved);
    IF found <> '{}' THEN
        PERFORM followups_summarise(found);
    END IF;
    INSERT INTO crm_contactparticipant (contact_id, user_id)
    SELECT DISTINCT n.contact_id, n.assignee_id
    FROM new_rows n JOIN old_rows o ON o.id = n.id JOIN crm_contact c ON c.id = n.contact_id
    WHERE (n.assignee_id, n.contact_id) IS DISTINCT FROM (o.assignee_id, o.contact_id)
        AND n.assignee_id IS DISTINCT FROM c.owner_id
    ON CONFLICT DO NOTHING;
    -- Whoever passed their last follow-up of a contact on no longer takes part in it.
    DELETE FROM crm_contactparticipant p USING (
        SELECT DISTINCT o.contact_id, o.assignee_id FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.assignee_id, n.contact_id) IS DISTINCT FROM (o.assignee_id, o.contact_id)) gone
    WHERE p.contact_id = gone.contact_id AND p.user_id = gone.assignee_id AND NOT EXISTS (
        SELECT FROM followups_followup f
        WHERE f.contact_id = p.contact_id AND f.assignee_id = p.user_id AND f.deleted_at IS NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER followups_changed AFTER UPDATE ON followups_followup
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION followups_changed();

CREATE FUNCTION followups_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm_searchentry WHERE kind = 'followup' AND object_id IN (SELECT id FROM old_rows);
    PERFORM followups_summarise(ARRAY(SELECT DISTINCT contact_id FROM old_rows));
    RETURN NULL;
END $$;
CREATE TRIGGER followups_gone AFTER DELETE ON followups_followup
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION followups_gone();

-- A contact's new owner finds its follow-ups by search, too.
CREATE FUNCTION followups_contact_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM followups_search(ARRAY(
        SELECT f.id FROM new_rows n JOIN old_rows o ON o.id = n.id JOIN followups_followup f ON f.contact_id = n.id
        WHERE (n.owner_id, n.team_id) IS DISTINCT FROM (o.owner_id, o.team_id)));
    RETURN NULL;
END $$;
CREATE TRIGGER followups_contact_given AFTER UPDATE ON crm_contact
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION followups_contact_given();
"""

UNDO = """
DROP TRIGGER followups_contact_given ON crm_contact;
DROP TRIGGER followups_gone ON followups_followup;
DROP TRIGGER followups_changed ON followups_followup;
DROP TRIGGER followups_added ON followups_followup;
DROP FUNCTION followups_contact_given, followups_gone, followups_changed, followups_added, followups_summarise, followups_search;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("followups", "0001_initial"), ("crm", "0002_search_and_rotting")]

    operations: ClassVar = [migrations.RunSQL(SEARCH + SUMMARIES + TRIGGERS, UNDO)]
