"""Bad rows of an import in a table of their own; search text cheap enough for imports; notes found by whoever may see them."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

WORDS = r"""
-- The words of a text with apostrophes or endless words: by a subquery, as before.
CREATE FUNCTION crm_odd_words(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    ARRAY(SELECT DISTINCT left(word, 80)
          FROM regexp_split_to_table(
              crm_plain(left(value, 20000) || CASE WHEN value ~ '[''’]' THEN ' ' || regexp_replace(left(value, 20000), '[''’]', '', 'g') ELSE '' END),
              '[\s!-/:-@\[-`{-~\u00a0-\u00bf\u2000-\u206f\u3000-\u303f]+') AS word
          WHERE word <> '');

-- The words of a text. Nearly all take the first path: it has no subquery, so that the planner writes it into the
-- statement that calls it, which makes it five times as fast.
CREATE OR REPLACE FUNCTION crm_words(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN length(value) <= 2000 AND strpos(value, '''') = 0 AND strpos(value, '’') = 0
            AND (length(value) <= 80 OR value !~ '[^ -@]{41}')
         THEN array_remove(regexp_split_to_array(
             CASE WHEN octet_length(value) = length(value) THEN lower(value) ELSE crm_plain(value) END,
             '[\s!-/:-@\[-`{-~\u00a0-\u00bf\u2000-\u206f\u3000-\u303f]+'), '')
         ELSE crm_odd_words(value) END;

-- Who may see a contact, as words of the index.
CREATE FUNCTION crm_access_terms(contact bigint, owner bigint, creator bigint, team bigint) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE RETURN
    ARRAY['~u' || coalesce(owner, 0), '~u' || coalesce(creator, 0), '~t' || coalesce(team, 0)]
    || CASE WHEN owner IS NULL AND team IS NULL THEN ARRAY['~nobody'] ELSE '{}'::text[] END
    || ARRAY(SELECT '~u' || p.user_id FROM crm_contactparticipant p WHERE p.contact_id = contact);
"""

CONTACTS = r"""
CREATE OR REPLACE FUNCTION crm_contact_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A new contact has no entry yet and nobody takes part in it: no join, no conflict.
    INSERT INTO crm_searchentry (kind, object_id, terms)
    SELECT 'contact', c.id, array_to_tsvector(
        crm_words(c.words) || crm_phone_words(c.phone)
        || CASE WHEN c.other_phones = '{}' THEN '{}'::text[]
                ELSE ARRAY(SELECT unnest(crm_phone_words(p)) FROM unnest(c.other_phones) p) END
        || ARRAY['~u' || coalesce(c.owner_id, 0), '~u' || coalesce(c.created_by_id, 0), '~t' || coalesce(c.team_id, 0)]
        || CASE WHEN c.owner_id IS NULL AND c.team_id IS NULL THEN ARRAY['~nobody'] ELSE '{}'::text[] END)
    FROM (SELECT *, concat_ws(' ', first_name, last_name, organisation, email, external_id,
                              CASE WHEN other_emails <> '{}' THEN array_to_string(other_emails, ' ') END) AS words
          FROM new_rows WHERE deleted_at IS NULL OFFSET 0) c;
    RETURN NULL;
END $$;

-- A row that comes with its rotting date (an import works it out for all its rows) keeps it.
DROP TRIGGER contact_rots_from_start ON crm_contact;
CREATE TRIGGER contact_rots_from_start BEFORE INSERT ON crm_contact
    FOR EACH ROW WHEN (NEW.rots_at IS NULL) EXECUTE FUNCTION crm_set_rots_at();
"""

NOTES = r"""
CREATE FUNCTION crm_search_notes(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM crm_searchentry WHERE kind = 'note' AND object_id = ANY(ids);
    INSERT INTO crm_searchentry (kind, object_id, terms)
    SELECT 'note', n.id, array_to_tsvector(crm_words(n.text) || ARRAY['~u' || coalesce(n.author_id, 0)]
        || crm_access_terms(c.id, c.owner_id, c.created_by_id, c.team_id))
    FROM crm_note n JOIN crm_contact c ON c.id = n.contact_id
    WHERE n.id = ANY(ids) AND n.deleted_at IS NULL AND c.deleted_at IS NULL;
$$;

CREATE OR REPLACE FUNCTION crm_notes_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm_search_notes(ARRAY(SELECT id FROM changed_rows));
    RETURN NULL;
END $$;

-- A contact's new owner, or somebody who now takes part, finds its notes too; a deleted contact's are found by nobody.
CREATE FUNCTION crm_notes_of_given() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found bigint[];
BEGIN
    found := ARRAY(
        SELECT t.id FROM new_rows n JOIN old_rows o ON o.id = n.id JOIN crm_note t ON t.contact_id = n.id
        WHERE (n.owner_id, n.team_id, n.created_by_id, n.deleted_at)
            IS DISTINCT FROM (o.owner_id, o.team_id, o.created_by_id, o.deleted_at));
    IF found <> '{}' THEN
        PERFORM crm_search_notes(found);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER search_notes_of_given AFTER UPDATE ON crm_contact
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_notes_of_given();

CREATE OR REPLACE FUNCTION crm_participants_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm_search_contacts(ARRAY(SELECT DISTINCT contact_id FROM changed_rows));
    PERFORM crm_search_notes(ARRAY(SELECT id FROM crm_note WHERE contact_id IN (SELECT contact_id FROM changed_rows)));
    RETURN NULL;
END $$;
"""

UNDO = """
DROP TRIGGER search_notes_of_given ON crm_contact;
DROP FUNCTION crm_notes_of_given;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0002_search_and_rotting")]

    operations: ClassVar = [
        migrations.RunSQL(WORDS + CONTACTS + NOTES, UNDO),
        migrations.RemoveField("importbatch", "problems"),
        migrations.CreateModel(
            name="ImportProblem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField()),
                ("column", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(max_length=500)),
                ("left_out", models.BooleanField()),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="problems",
                        to="crm.importbatch",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["batch", "id"], name="problems_of_import")]},
        ),
        migrations.AlterField(
            "importedcontact",
            "batch",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contacts",
                to="crm.importbatch",
            ),
        ),
        migrations.AlterField(
            "importedcontact",
            "contact",
            models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.contact"
            ),
        ),
    ]
