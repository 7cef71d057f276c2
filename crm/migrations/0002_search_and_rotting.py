"""What the database keeps true by itself: the search text, the rotting date, the append-only timeline."""

from typing import ClassVar

from django.db import migrations

PLAIN = r"""
-- Lower case, without accents: "Élodie Müller-Łuk" becomes "elodie muller-luk". Unicode NFKD (UAX 15) and the letters
-- that do not decompose.
CREATE FUNCTION crm_plain(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    replace(replace(replace(translate(
        lower(regexp_replace(normalize(coalesce(value, ''), NFKD), '[\u0300-\u036f]', '', 'g')),
        'øđłıħ', 'odlih'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');

-- The words of a text. Split at ASCII and general punctuation, so that it does not depend on the server's locale.
-- "O'Brien" is found as o, brien and obrien.
CREATE FUNCTION crm_words(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    ARRAY(SELECT DISTINCT left(word, 80)
          FROM regexp_split_to_table(
              crm_plain(left(value, 20000) || CASE WHEN value ~ '[''’]' THEN ' ' || regexp_replace(left(value, 20000), '[''’]', '', 'g') ELSE '' END),
              '[\s!-/:-@\[-`{-~\u00a0-\u00bf\u2000-\u206f\u3000-\u303f]+') AS word
          WHERE word <> '');

-- A phone is found by its digits with and without the country code.
CREATE FUNCTION crm_phone_words(phone text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN coalesce(phone, '') = '' THEN '{}'::text[]
         ELSE ARRAY[substr(phone, 2), substr(phone, 3), substr(phone, 4), substr(phone, 5)] END;

-- What a person typed, as a query: every word a prefix; something that is all digits is one number, leading zeros off.
CREATE FUNCTION crm_prefix_query(value text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    (SELECT string_agg('''' || word || ''':*', ' & ')::tsquery
     FROM unnest(CASE WHEN value ~ '^[\d\s()+./-]{4,}$' AND value ~ '\d{2}'
                      THEN ARRAY[ltrim(regexp_replace(value, '\D', '', 'g'), '0')]
                      ELSE crm_words(left(value, 200)) END) AS word
     WHERE word <> '');
"""

CONTACTS = r"""
CREATE FUNCTION crm_search_contacts(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM crm_searchentry WHERE kind = 'contact' AND object_id IN (
        SELECT c.id FROM crm_contact c WHERE c.id = ANY(ids) AND c.deleted_at IS NOT NULL);
    INSERT INTO crm_searchentry (kind, object_id, terms)
    SELECT 'contact', c.id, array_to_tsvector(
        crm_words(concat_ws(' ', c.first_name, c.last_name, c.organisation, c.email, c.external_id,
                            CASE WHEN c.other_emails <> '{}' THEN array_to_string(c.other_emails, ' ') END))
        || crm_phone_words(c.phone)
        || CASE WHEN c.other_phones = '{}' THEN '{}'::text[]
                ELSE ARRAY(SELECT unnest(crm_phone_words(p)) FROM unnest(c.other_phones) p) END
        || ARRAY['~u' || coalesce(c.owner_id, 0), '~u' || coalesce(c.created_by_id, 0), '~t' || coalesce(c.team_id, 0)]
        || CASE WHEN c.owner_id IS NULL AND c.team_id IS NULL THEN ARRAY['~nobody'] ELSE '{}'::text[] END
        || ARRAY(SELECT '~u' || p.user_id FROM crm_contactparticipant p WHERE p.contact_id = c.id))
    FROM crm_contact c WHERE c.id = ANY(ids) AND c.deleted_at IS NULL
    ON CONFLICT (kind, object_id) DO UPDATE SET terms = excluded.terms;
$$;

CREATE FUNCTION crm_contact_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm_search_contacts(ARRAY(SELECT id FROM new_rows));
    RETURN NULL;
END $$;
CREATE TRIGGER search_contact_added AFTER INSERT ON crm_contact
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_contact_added();

CREATE FUNCTION crm_contact_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed bigint[];
BEGIN
    changed := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.first_name, n.last_name, n.organisation, n.email, n.other_emails, n.phone, n.other_phones,
               n.external_id, n.owner_id, n.created_by_id, n.team_id, n.deleted_at)
            IS DISTINCT FROM (o.first_name, o.last_name, o.organisation, o.email, o.other_emails, o.phone,
               o.other_phones, o.external_id, o.owner_id, o.created_by_id, o.team_id, o.deleted_at));
    IF changed <> '{}' THEN
        PERFORM crm_search_contacts(changed);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER search_contact_changed AFTER UPDATE ON crm_contact
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_contact_changed();

CREATE FUNCTION crm_contact_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm_searchentry WHERE kind = 'contact' AND object_id IN (SELECT id FROM old_rows);
    RETURN NULL;
END $$;
CREATE TRIGGER search_contact_gone AFTER DELETE ON crm_contact
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_contact_gone();

CREATE FUNCTION crm_participants_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm_search_contacts(ARRAY(SELECT DISTINCT contact_id FROM changed_rows));
    RETURN NULL;
END $$;
CREATE TRIGGER search_participant_added AFTER INSERT ON crm_contactparticipant
    REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_participants_changed();
CREATE TRIGGER search_participant_gone AFTER DELETE ON crm_contactparticipant
    REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_participants_changed();
"""

NOTES = r"""
CREATE FUNCTION crm_notes_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm_searchentry WHERE kind = 'note' AND object_id IN (SELECT id FROM changed_rows);
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO crm_searchentry (kind, object_id, terms)
        SELECT 'note', n.id, array_to_tsvector(crm_words(n.text)
            || ARRAY['~u' || coalesce(n.author_id, 0), '~u' || coalesce(c.owner_id, 0),
                     '~u' || coalesce(c.created_by_id, 0), '~t' || coalesce(c.team_id, 0)])
        FROM changed_rows n JOIN crm_contact c ON c.id = n.contact_id
        WHERE n.deleted_at IS NULL AND c.deleted_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER search_note_added AFTER INSERT ON crm_note
    REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_notes_changed();
CREATE TRIGGER search_note_changed AFTER UPDATE ON crm_note
    REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_notes_changed();
CREATE TRIGGER search_note_gone AFTER DELETE ON crm_note
    REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_notes_changed();
"""

ROTTING = r"""
-- A contact rots when its rhythm has passed since the last real two-way contact, or since it arrived.
-- The rhythm is its own, else the organisation's for the lifecycle, else 30 days.
CREATE FUNCTION crm_set_rots_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.expected_rhythm := coalesce(NEW.rhythm_days,
        (SELECT (rhythm ->> NEW.lifecycle)::int FROM crm_organisation WHERE id = 1), 30);
    NEW.rots_at := coalesce(NEW.last_two_way_at, NEW.created_at) + NEW.expected_rhythm * interval '24 hours';
    RETURN NEW;
END $$;
CREATE TRIGGER contact_rots_from_start BEFORE INSERT ON crm_contact
    FOR EACH ROW EXECUTE FUNCTION crm_set_rots_at();
CREATE TRIGGER contact_rots_from_contact
    BEFORE UPDATE OF last_two_way_at, rhythm_days, expected_rhythm, lifecycle, created_at ON crm_contact
    FOR EACH ROW EXECUTE FUNCTION crm_set_rots_at();
"""

APPEND_ONLY = r"""
-- The timeline is append-only: rows go only by erasure or retention, which say so for their transaction.
CREATE FUNCTION crm_event_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('followthrough.erasing', true) = 'yes' THEN
        RETURN OLD;
    END IF;
    -- A removed colleague's name leaves the event; nothing else may change.
    IF TG_OP = 'UPDATE' AND NEW.user_id IS NULL AND to_jsonb(NEW) - 'user_id' = to_jsonb(OLD) - 'user_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'events are append-only';
END $$;
CREATE TRIGGER event_is_history BEFORE UPDATE OR DELETE ON crm_event
    FOR EACH ROW EXECUTE FUNCTION crm_event_is_history();
"""

UNDO = """
DROP TRIGGER event_is_history ON crm_event;
DROP TRIGGER contact_rots_from_contact ON crm_contact;
DROP TRIGGER contact_rots_from_start ON crm_contact;
DROP TRIGGER search_note_gone ON crm_note;
DROP TRIGGER search_note_changed ON crm_note;
DROP TRIGGER search_note_added ON crm_note;
DROP TRIGGER search_participant_gone ON crm_contactparticipant;
DROP TRIGGER search_participant_added ON crm_contactparticipant;
DROP TRIGGER search_contact_gone ON crm_contact;
DROP TRIGGER search_contact_changed ON crm_contact;
DROP TRIGGER search_contact_added ON crm_contact;
DROP FUNCTION crm_event_is_history, crm_set_rots_at, crm_notes_changed, crm_participants_changed, crm_contact_gone,
    crm_contact_changed, crm_contact_added, crm_search_contacts, crm_prefix_query, crm_phone_words, crm_words, crm_plain;
"""


def make_the_organisation(apps, schema_editor):
    apps.get_model("crm", "Organisation").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0001_initial")]

    operations: ClassVar = [
        migrations.RunPython(make_the_organisation, migrations.RunPython.noop),
        migrations.RunSQL(PLAIN + CONTACTS + NOTES + ROTTING + APPEND_ONLY, UNDO),
    ]
