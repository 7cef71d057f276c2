"""However many people come to a step at once, it costs the same number of queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from automation.models import Enrollment, EnrollmentStatus
from automation.running import run_batch
from crm.audiences.making import make_audience
from crm.custom_fields import make_field
from crm.tagging import make_tag
from tests.automation.effects.acting import put_in
from tests.automation.making import automation, template
from tests.crm.deals.given import deal, stage
from tests.factories import NOW, contacts

pytestmark = pytest.mark.django_db

RECORDS = "{{ deal.name|x }} {{ invoice.number|x }} {{ document.name|x }} {{ promised_date|x }} {{ meeting_date|x }} {{ success_story|x }}"


def steps(people):
    other = automation({"kind": "wait"})
    template("Success story", text="It came true.")
    make_field(label="Points", kind="number")
    return {
        "send_email": {"template": template(text=RECORDS)},
        "notify": {"subject": "Look", "to": "team", "team": people.visa.pk},
        "escalate": {"reason": "Late", "priority": "urgent"},
        "create_followup": {"subject": "Call", "description": RECORDS, "type": "call", "wait": True},
        "complete_followups": {},
        "add_tag": {"tag": make_tag("A").pk},
        "remove_tag": {"tag": make_tag("B").pk},
        "add_to_audience": {"audience": make_audience(name="C", kind="static", by=None, now=NOW).pk},
        "remove_from_audience": {"audience": make_audience(name="D", kind="static", by=None, now=NOW).pk},
        "set_field": {"field": "custom.points", "value": "3"},
        "change_stage": {"stage": stage("Contacted").pk},
        "assign_owner": {},
        "webhook": {"url": "https://example.org/x"},
        "start_automation": {"automation": other.pk},
        "stop_automation": {"automation": other.pk},
        "log_attempt": {},
    }


def cost(step, number, owner):
    some = contacts(number, owner=owner)
    if step["kind"] == "change_stage":
        for one in some:
            deal(contact=one)
    put_in(automation(step), *some)
    with CaptureQueriesContext(connection) as queries:
        run_batch(NOW)
    assert not Enrollment.objects.filter(status=EnrollmentStatus.FAILED).exists()
    return len(queries)


def test_no_step_costs_more_for_more_people(people):
    for kind, fields in steps(people).items():
        cost({"kind": kind, **fields}, 2, people.sam)  # what a process reads once
        few, many = cost({"kind": kind, **fields}, 2, people.sam), cost({"kind": kind, **fields}, 12, people.sam)
        assert many == few, kind
