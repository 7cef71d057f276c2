"""Two pipelines to begin with, why deals are won or lost, and deals in the one search box."""

from typing import ClassVar

from django.db import migrations

#: Stage, kind, per cent, days until it is quiet (usecases.md, "Deal stages by default").
SALES = [
    ("New", "open", 10, 3),
    ("Contacted", "open", 20, 7),
    ("Qualified", "open", 35, 10),
    ("Meeting held", "open", 50, 7),
    ("Proposal sent", "open", 65, 7),
    ("Negotiation", "open", 80, 7),
    ("Won", "won", 100, None),
    ("Lost", "lost", 0, None),
]
CLINIC = [
    ("New enquiry", "open", 10, 2),
    ("Contacted", "open", 25, 5),
    ("Assessment booked", "open", 50, 14),
    ("Assessment held", "open", 65, 5),
    ("Treatment plan", "open", 80, 10),
    ("Started", "won", 100, None),
    ("Lost", "lost", 0, None),
]
REASONS = {
    "won": ["Best fit", "Price", "Recommended to us", "Client already"],
    "lost": ["Price", "Chose somebody else", "No budget", "No answer", "Bad time", "Not for us", "Other"],
}


def make_pipelines(apps, schema_editor):
    pipelines, stages = apps.get_model("crm", "Pipeline"), apps.get_model("crm", "Stage")
    for position, (name, steps) in enumerate((("Sales", SALES), ("Clinic intake", CLINIC))):
        pipeline, made = pipelines.objects.get_or_create(name=name, defaults={"position": position})
        if made:
            stages.objects.bulk_create(
                stages(pipeline=pipeline, name=step, kind=kind, position=at, probability=share, rotting_days=days)
                for at, (step, kind, share, days) in enumerate(steps)
            )
    reasons = apps.get_model("crm", "CloseReason")
    for kind, labels in REASONS.items():
        for position, label in enumerate(labels):
            reasons.objects.get_or_create(kind=kind, label=label, defaults={"position": position})


# A deal is found by its own words; it may be seen by its owner and maker and by whoever sees its contact. Functions
# that join transition tables use EXECUTE, for the reason that 0008 gives.
SEARCH = r"""
CREATE FUNCTION crm_search_deals(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM crm_searchentry WHERE kind = 'deal' AND object_id IN (
        SELECT d.id FROM crm_deal d LEFT JOIN crm_contact c ON c.id = d.contact_id
        WHERE d.id = ANY(ids) AND (d.deleted_at IS NOT NULL OR c.deleted_at IS NOT NULL));
    INSERT INTO crm_searchentry (kind, object_id, terms)
    SELECT 'deal', d.id, array_to_tsvector(
        crm_words(concat_ws(' ', d.name, d.external_id, d.notes))
        || ARRAY['~u' || coalesce(d.owner_id, 0), '~u' || coalesce(d.created_by_id, 0)]
        || CASE WHEN c.id IS NULL THEN '{}'::text[]
                ELSE ARRAY['~u' || coalesce(c.owner_id, 0), '~u' || coalesce(c.created_by_id, 0),
                           '~t' || coalesce(c.team_id, 0)] END
        || CASE WHEN (c.id IS NULL AND d.owner_id IS NULL)
                  OR (c.id IS NOT NULL AND c.owner_id IS NULL AND c.team_id IS NULL)
                THEN ARRAY['~nobody'] ELSE '{}'::text[] END
        || ARRAY(SELECT '~u' || p.user_id FROM crm_contactparticipant p WHERE p.contact_id = d.contact_id))
    FROM crm_deal d LEFT JOIN crm_contact c ON c.id = d.contact_id
    WHERE d.id = ANY(ids) AND d.deleted_at IS NULL AND c.deleted_at IS NULL
    ON CONFLICT (kind, object_id) DO UPDATE SET terms = excluded.terms;
$$;

CREATE FUNCTION crm_deal_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm_search_deals(ARRAY(SELECT id FROM new_rows));
    RETURN NULL;
END $$;
CREATE TRIGGER search_deal_added AFTER INSERT ON crm_deal
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_deal_added();

CREATE FUNCTION crm_deal_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed bigint[];
BEGIN
    EXECUTE 'SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.name, n.external_id, n.notes, n.owner_id, n.created_by_id, n.contact_id, n.deleted_at)
            IS DISTINCT FROM (o.name, o.external_id, o.notes, o.owner_id, o.created_by_id, o.contact_id, o.deleted_at)'
        INTO changed;
    IF changed IS NOT NULL THEN
        PERFORM crm_search_deals(changed);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER search_deal_changed AFTER UPDATE ON crm_deal
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_deal_changed();

CREATE FUNCTION crm_deal_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm_searchentry WHERE kind = 'deal' AND object_id IN (SELECT id FROM old_rows);
    RETURN NULL;
END $$;
CREATE TRIGGER search_deal_gone AFTER DELETE ON crm_deal
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_deal_gone();

CREATE FUNCTION crm_deals_of_given() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE given bigint[]; found bigint[];
BEGIN
    IF NOT EXISTS (SELECT FROM crm_deal) THEN
        RETURN NULL;
    END IF;
    EXECUTE 'SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.owner_id, n.team_id, n.created_by_id, n.deleted_at)
            IS DISTINCT FROM (o.owner_id, o.team_id, o.created_by_id, o.deleted_at)' INTO given;
    IF given IS NOT NULL THEN
        found := ARRAY(SELECT id FROM crm_deal WHERE contact_id = ANY(given));
        IF found <> '{}' THEN
            PERFORM crm_search_deals(found);
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER search_deals_of_given AFTER UPDATE ON crm_contact
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_deals_of_given();

CREATE FUNCTION crm_deals_of_participants() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found bigint[];
BEGIN
    found := ARRAY(SELECT id FROM crm_deal WHERE contact_id IN (SELECT contact_id FROM changed_rows));
    IF found <> '{}' THEN
        PERFORM crm_search_deals(found);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER search_deals_participant_added AFTER INSERT ON crm_contactparticipant
    REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_deals_of_participants();
CREATE TRIGGER search_deals_participant_gone AFTER DELETE ON crm_contactparticipant
    REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_deals_of_participants();
"""

UNDO = """
DROP TRIGGER search_deals_participant_gone ON crm_contactparticipant;
DROP TRIGGER search_deals_participant_added ON crm_contactparticipant;
DROP TRIGGER search_deals_of_given ON crm_contact;
DROP TRIGGER search_deal_gone ON crm_deal;
DROP TRIGGER search_deal_changed ON crm_deal;
DROP TRIGGER search_deal_added ON crm_deal;
DROP FUNCTION crm_deals_of_participants, crm_deals_of_given, crm_deal_gone, crm_deal_changed, crm_deal_added,
    crm_search_deals;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0013_records")]

    operations: ClassVar = [
        migrations.RunPython(make_pipelines, migrations.RunPython.noop),
        migrations.RunSQL(SEARCH, UNDO),
    ]
