"""Kinds of document and two kinds of case to begin with, the organisation's day in SQL, and numbers of invoices by
their beginning."""

from typing import ClassVar

from django.db import migrations, models

#: Name, what it is, whether it expires, days before on which somebody is told.
KINDS = [
    ("Passport", "The page with the photograph", True, [180, 90, 30]),
    ("Photograph", "As for a passport, not older than six months", False, []),
    ("Letter of acceptance", "From the school or university", False, []),
    ("Academic transcript", "Grades of the last school, with its stamp", False, []),
    ("Language certificate", "IELTS, TOEFL, TestDaF or the like", True, [90, 30]),
    ("Bank statement", "Of the last six months", True, [30, 7]),
    ("Health insurance", "The policy, with dates", True, [60, 30, 7]),
    ("Visa", "The visa or residence permit itself", True, [120, 60, 30]),
    ("Identity card", "Both sides", True, [90, 30]),
    ("Insurance card", "Both sides", True, [30]),
    ("Referral letter", "From the physician who sends them", True, [30, 7]),
    ("Medical history form", "Filled in and signed", False, []),
    ("Consent to treatment", "Signed", True, [30]),
    ("Test results", "Laboratory, imaging", False, []),
]
#: Case -> what it is, and its documents: kind, whether it is required, days to bring it in.
CASES = {
    "Student visa": (
        "To study abroad",
        [
            ("Passport", True, 14),
            ("Photograph", True, 14),
            ("Letter of acceptance", True, 30),
            ("Academic transcript", True, 30),
            ("Language certificate", True, 45),
            ("Bank statement", True, 45),
            ("Health insurance", False, 60),
        ],
    ),
    "Clinic intake": (
        "Before the first appointment",
        [
            ("Identity card", True, 7),
            ("Insurance card", True, 7),
            ("Medical history form", True, 7),
            ("Consent to treatment", True, 7),
            ("Referral letter", False, 7),
            ("Test results", False, 14),
        ],
    ),
}


def make_checklists(apps, schema_editor):
    kinds, cases = apps.get_model("crm", "DocumentKind"), apps.get_model("crm", "CaseKind")
    known = {}
    for position, (name, words, expires, days) in enumerate(KINDS):
        values = {"description": words, "expires": expires, "warn_days": days, "position": position}
        known[name], _ = kinds.objects.get_or_create(name=name, defaults=values)
    items = apps.get_model("crm", "ChecklistItem")
    for name, (words, wanted) in CASES.items():
        case, made = cases.objects.get_or_create(name=name, defaults={"description": words})
        if made:
            items.objects.bulk_create(
                items(case_kind=case, kind=known[kind], required=required, due_days=days, position=position)
                for position, (kind, required, days) in enumerate(wanted)
            )


# What the daily sweeps of documents and invoices compare with. A zone that this server does not know must not stop
# the pulse, which asks all sweeps in one statement.
DAY = """
CREATE FUNCTION crm_organisation_day(at timestamptz) RETURNS date LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (at AT TIME ZONE (SELECT time_zone FROM crm_organisation WHERE id = 1))::date;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN (at AT TIME ZONE 'UTC')::date;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0015_partners")]

    operations: ClassVar = [
        migrations.RunPython(make_checklists, migrations.RunPython.noop),
        migrations.RunSQL(DAY, "DROP FUNCTION crm_organisation_day(timestamptz)"),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                fields=["expires_on", "id"],
                condition=models.Q(deleted_at__isnull=True, expires_on__isnull=False),
                name="documents_by_expiry",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["number"], name="invoice_numbers", opclasses=["varchar_pattern_ops"]),
        ),
    ]
