"""Templates: words filled in for each client, a due time of their own, and what came of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from crm.zones import zone
from followups import transitions as do
from followups.creating import create
from followups.due import Due
from followups.merge_fields import FIELDS, fill_in, unknown, words_of
from followups.models import FollowUp, FollowUpTemplate
from followups.templates import Usage, due_of, usage
from tests.factories import NOW, contact, followup, new_followup, only
from tests.people import People

MARIA = words_of("Maria", "Silva", "", "maria@example.org")
NOBODY = words_of("", "", "", "this client")


@pytest.mark.parametrize(
    ("text", "maria", "nobody"),
    [
        ("Call {{ contact.first_name|there }}", "Call Maria", "Call there"),
        ("Call {{contact.full_name}}", "Call Maria Silva", "Call this client"),
        (
            '{{ contact.organisation | "their firm" }} and {{ contact.last_name }}',
            "their firm and Silva",
            "their firm and",
        ),
        (
            "{{ contact.password }} {{ x }} {% y %}",
            "{{ contact.password }} {{ x }} {% y %}",
            "{{ contact.password }} {{ x }} {% y %}",
        ),
        ("No fields", "No fields", "No fields"),
    ],
)
def test_fields_are_filled_in(text: str, maria: str, nobody: str) -> None:
    assert fill_in(text, MARIA) == maria
    assert fill_in(text, NOBODY) == nobody


def test_unknown_fields_are_listed() -> None:
    assert unknown("{{ contact.first_name|there }} {{ contact.password }} {{ 1+1 }}") == ["contact.password", "1+1"]


@given(st.text(max_size=60))
def test_any_text_can_be_filled_and_checked(text: str) -> None:
    assert isinstance(fill_in(text, MARIA), str)
    if not unknown(text) and "{{" not in text.replace("{{", "", 1):
        assert "contact.password" not in fill_in(text, MARIA)


@given(st.sampled_from(FIELDS), st.text(max_size=20))
def test_what_a_client_is_called_is_never_read_as_a_field(field: str, name: str) -> None:
    words = dict.fromkeys(FIELDS, "{{ contact.last_name }}" + name)
    assert fill_in("{{ contact.%s }}!" % field, words).startswith("{{ contact.last_name }}")  # noqa: UP031


def test_a_set_is_made_with_each_clients_own_words(people: People) -> None:
    ana, firm = contact("Ana"), contact("", organisation="Nova Lda", email="nova@example.org")
    text = {"subject": "Call {{ contact.full_name }}", "description": "Dear {{ contact.first_name|friend }}"}
    create([new_followup(one, people.sam, **text) for one in (ana, firm)], by=people.sam, now=NOW)
    made = FollowUp.objects.order_by("pk").values_list("subject", "description")
    assert list(made) == [("Call Ana", "<p>Dear Ana</p>"), ("Call Nova Lda", "<p>Dear friend</p>")]


def test_a_name_too_long_for_the_subject_is_cut(people: People) -> None:
    one = followup(contact("Ana", last_name="x" * 200), people.sam, subject="Call {{ contact.full_name }}")
    assert len(one.subject) == 200


def test_a_template_is_due_so_many_days_on_at_its_own_time() -> None:
    paris = "Europe/Paris"
    assert due_of(FollowUpTemplate(delay_days=2), NOW, paris) == Due(on=date(2026, 3, 4))
    at_ten = due_of(FollowUpTemplate(delay_days=1, due_time=time(10)), NOW, paris)
    assert at_ten == Due(at=datetime(2026, 3, 3, 10, tzinfo=zone(paris)))
    passed = due_of(FollowUpTemplate(delay_days=0, due_time=time(8)), NOW, paris)
    assert passed == Due(at=datetime(2026, 3, 3, 8, tzinfo=zone(paris)))


def test_usage_and_success_are_counted(people: People) -> None:
    first, second = FollowUpTemplate.objects.order_by("pk")[:2]
    for outcome in ("spoke", "no_answer", None, "booked"):
        one = followup(contact(), people.sam, template_id=first.pk)
        if outcome:
            do.complete(only(one), by=people.sam, now=NOW + timedelta(hours=1), outcome=outcome)
    counted = usage([first, second])
    assert counted == {first.pk: Usage(4, 3, 2), second.pk: Usage()}
    assert (counted[first.pk].success, counted[second.pk].success) == (67, None)


def test_the_settings_page_says_how_often_a_template_was_used_and_what_came_of_it(
    people: People, client: Client
) -> None:
    first = FollowUpTemplate.objects.earliest("pk")
    for outcome in ("spoke", "no_answer"):
        one = followup(contact(), people.sam, template_id=first.pk)
        do.complete(only(one), by=people.sam, now=NOW + timedelta(hours=1), outcome=outcome)
    client.force_login(people.ada)

    page = client.get("/settings/templates/").content.decode()

    assert "50 %" in page
    assert "of 2 completed" in page
    assert "nothing completed yet" in page
