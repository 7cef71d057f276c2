"""Rehearsing from the command line and over the API."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from automation.models import Automation, Enrollment
from crm.tokens import create_token
from tests.automation.making import automation, template
from tests.crm.invoices.making import invoice
from tests.factories import contact
from tests.people import People, everybody

pytestmark = pytest.mark.django_db

START = "2026-03-02T09:00:00+00:00"


@pytest.fixture
def people() -> People:
    return everybody()


def asking() -> Automation:
    mail = {"kind": "send_email", "template": template()}
    answer = {
        "kind": "wait_for_event", "events": [{"event": "reply"}], "amount": 3, "unit": "days",
        "exits": {"happened": None, "timed_out": "s3"},
    }  # fmt: skip
    return automation(mail, answer, mail, stop_on_reply=False)


def simulate(*args: Any, **options: Any) -> str:
    said = StringIO()
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    call_command("simulate", *map(str, args), *given, stdout=said)
    return said.getvalue()


def call(
    people: People, made: Automation, body: dict[str, Any], user: Any = None, **more: Any
) -> tuple[int, dict[str, Any]]:
    _, secret = create_token(user or people.sam, name="t", now=timezone.now(), **more)
    answer = Client().post(
        f"/api/v1/automations/{made.pk}/simulate", json.dumps(body), content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    return answer.status_code, answer.json()


def test_the_command_prints_every_line() -> None:
    said = simulate(asking().pk, contact=contact("Ana").pk, start=START)
    assert "2026-03-05T09:00" in said
    assert "| Hello Ana" in said
    assert said.strip().endswith("Ends: finished. The end was reached.")
    assert not Enrollment.objects.exists()


def test_the_command_takes_events_from_a_file_and_prints_json(tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    file.write_text('[{"kind": "reply", "step": "s1", "amount": 1, "unit": "days"}]')
    asking()
    said = json.loads(simulate("Nurture", "--json", contact=contact().pk, start=START, events=file))
    assert [line["way"] for line in said["runs"][0]["lines"] if line["kind"] == "step"] == ["next", "happened"]


@pytest.mark.parametrize(
    ("text", "said"), [("{", "is not JSON"), ('[{"kind": "x"}]', "Input should be"), ('{"a": 1}', "Give a list")]
)
def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "events.json"
    file.write_text(text)
    with pytest.raises(CommandError, match=said):
        simulate(asking().pk, contact=contact().pk, events=file)


@pytest.mark.parametrize("named", ["99999", "Nobody", "9" * 40])
def test_the_command_knows_no_such_automation(named: str) -> None:
    with pytest.raises(CommandError, match="no automation"):
        simulate(named, contact=contact().pk)


def test_the_api_gives_the_runs(people: People) -> None:
    made, ana = asking(), contact("Ana", owner=people.sam)
    status, said = call(people, made, {"contact": ana.pk, "start_at": START, "every_branch": True})
    assert (status, [run["outcome"] for run in said["runs"]], said["left_out"]) == (200, ["finished", "finished"], 0)
    [first] = [line["preview"] for line in said["runs"][0]["lines"] if line["kind"] == "message"][:1]
    assert (first["text"], first["verdict"]) == ("Hello Ana", "sent")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"events": [{"kind": "x"}]}, "events.0.kind"),
        ({"start_at": "0001-01-01T00:00:00"}, "start_at"),
        ({"version": "draft"}, "version"),
        ({"about": "contact:1"}, "version"),
    ],
)
def test_the_api_names_the_wrong_field(people: People, more: dict[str, Any], field: str) -> None:
    made, ana = asking(), contact("Ana", owner=people.sam)
    status, said = call(people, made, {"contact": ana.pk, **more})
    assert (status, said["errors"][0]["field"]) == (422, field)


def test_the_api_rehearses_with_nobody_one_may_not_see(people: People) -> None:
    made, ana = asking(), contact("Ana", owner=people.otto)
    status, said = call(people, made, {"contact": ana.pk})
    assert (status, said["errors"][0]["field"]) == (422, "contact")


def test_a_record_of_somebody_else_is_not_rehearsed_with(people: People) -> None:
    made = automation({"kind": "wait_until", "until": "date", "date": "invoice.due_on", "exits": {}})
    theirs, mine = contact("Ben", owner=people.noor), contact(owner=people.sam)
    for whose, status in ((theirs, 422), (mine, 200)):
        bill = invoice(whose)
        assert call(people, made, {"contact": mine.pk, "about": f"invoice:{bill.pk}"})[0] == status


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        (["automations:read"], 403),
        (["automations:read", "messages:read"], 403),
        (["automations:read", "messages:read", "contacts:read"], 200),
    ],
)
def test_a_program_sees_what_would_be_written_only_if_it_may_read_messages_and_contacts(
    people: People, scopes: list[str], status: int
) -> None:
    assert call(people, asking(), {"contact": contact(owner=people.sam).pk}, scopes=scopes)[0] == status
