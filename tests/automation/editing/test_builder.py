"""The builder's pages: what they show, and that its buttons and forms change the draft."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automation.building.options import awaited_options
from automation.building.saving import MOST_TRIGGERS
from automation.definition.rules import Rules
from automation.drafts import seen_of
from automation.editing.happenings import HAPPENINGS
from automation.models import Automation, AutomationVersion
from automation.publishing import create, publish
from automation.steps.registry import KINDS as STEPS
from automation.triggers.registry import KINDS as TRIGGERS
from crm.event_kinds import all_kinds
from tests.automation.editing.filled import filled
from tests.automation.making import automation, goes_on, happens, template
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara(people: People, client: Client) -> Client:
    client.force_login(people.mara)
    return client


def blank() -> Automation:
    return create(name="Nurture", definition={}, by=None, now=NOW)


def draft(automation: Automation) -> AutomationVersion:
    return AutomationVersion.objects.get(automation=automation, published_at__isnull=True)


def press(client: Client, automation: Automation, do: str, **more: str) -> Any:
    last = automation.versions.latest("number")
    return client.post(f"/automations/{automation.pk}/edit/?seen={seen_of(last)}", {"do": do, **more})


def save(client: Client, automation: Automation, part: str, **fields: Any) -> Any:
    last = automation.versions.latest("number")
    return client.post(f"/automations/{automation.pk}/{part}/", {"seen": seen_of(last), **fields})


def kinds(automation: Automation) -> list[str]:
    return [step["kind"] for step in draft(automation).definition["steps"]]


def test_a_new_one_asks_when_it_begins(mara: Client) -> None:
    page = mara.get(f"/automations/{blank().pk}/").content.decode()
    assert "When does it begin?" in page
    assert "Form submitted" in page


def test_a_trigger_and_steps_are_added(mara: Client) -> None:
    one = blank()
    assert press(mara, one, "trigger:form_submitted").url == f"/automations/{one.pk}/?trigger=0"
    assert press(mara, one, "add:send_email:.").url == f"/automations/{one.pk}/?step=s1"
    press(mara, one, "add:wait_for_event:s1.next")
    page = mara.get(f"/automations/{one.pk}/?step=s1").content.decode()
    assert kinds(one) == ["send_email", "wait_for_event"]
    assert "Wait for a reply" in page
    assert "Choose the message template." in page


def test_a_step_takes_its_settings(mara: Client) -> None:
    one, words = blank(), template("Five tips")
    press(mara, one, "add:send_email:.")
    save(mara, one, "steps/s1", template=str(words), topic="service")
    assert draft(one).definition["steps"][0]["template"] == words
    page = mara.get(f"/automations/{one.pk}/").content.decode()
    assert "Five tips" in page


def test_what_is_wrong_is_said_beside_what_was_typed(mara: Client) -> None:
    one = blank()
    press(mara, one, "add:wait:.")
    answer = save(mara, one, "steps/s1", amount="a few", unit="days")
    assert answer.status_code == 422
    assert "A whole number." in answer.content.decode()
    assert 'value="a few"' in answer.content.decode()
    assert "amount" not in draft(one).definition["steps"][0]


def test_a_branch_takes_a_condition_and_says_it(mara: Client) -> None:
    one = blank()
    press(mara, one, "add:branch:.")
    condition = {
        "choices_name": "c1",
        "choices_label_0": "",
        "when_a_group": "all",
        "when_a-0_what": "field:lifecycle",
        "when_a-0_was": "field:lifecycle",
        "when_a-0_op": "equals",
        "when_a-0_value": "client",
    }
    assert save(mara, one, "steps/s1", **condition).status_code == 302
    [choice] = draft(one).definition["steps"][0]["choices"]
    assert choice["label"] == "is a client"
    page = mara.get(f"/automations/{one.pk}/").content.decode()
    assert "is a client" in page


def test_a_way_that_was_added_stays_though_nobody_has_said_yet_who_goes_there(mara: Client) -> None:
    one = blank()
    press(mara, one, "add:branch:.")
    assert save(mara, one, "steps/s1", choices_name="c1", choices_label_0="Warm", choices_do="add:0").status_code == 302
    assert [choice["when"] for choice in draft(one).definition["steps"][0]["choices"]] == [{}, {}]
    page = mara.get(f"/automations/{one.pk}/?step=s1").content.decode()
    assert page.count('name="choices_name"') == 2
    assert "way 2" in page
    assert "Say who goes “Warm”." in page


def test_what_was_done_is_taken_back_and_done_again(mara: Client) -> None:
    one = blank()
    press(mara, one, "add:wait:.")
    press(mara, one, "add:end:s1.next")
    press(mara, one, "undo")
    assert kinds(one) == ["wait"]
    press(mara, one, "redo")
    assert kinds(one) == ["wait", "end"]
    press(mara, one, "undo")
    press(mara, one, "undo")
    press(mara, one, "undo")
    assert not draft(one).definition.get("steps")


def test_deleting_a_fork_asks_which_path_stays(mara: Client) -> None:
    one = blank()
    press(mara, one, "add:branch:.")
    press(mara, one, "add:wait:s1.c1")
    press(mara, one, "add:send_email:s1.else")
    asked = press(mara, one, "delete:s1")
    assert asked.url.endswith("?delete=s1")
    assert "Which path stays?" in mara.get(asked.url).content.decode()
    press(mara, one, "delete:s1", keep="else")
    assert kinds(one) == ["send_email"]


def test_editing_a_live_one_begins_a_draft(mara: Client) -> None:
    one = blank()
    press(mara, one, "trigger:manual")
    press(mara, one, "add:wait:.")
    publish(one, by=None, now=NOW)
    one.refresh_from_db()
    press(mara, one, "add:end:s1.next")
    assert kinds(one) == ["wait", "end"]
    assert len(one.live.definition["steps"]) == 1


def test_the_second_editor_hears_what_the_first_did(mara: Client, people: People) -> None:
    one = blank()
    press(mara, one, "add:wait:.")
    seen = seen_of(draft(one))
    press(mara, one, "add:end:s1.next")
    ada = Client()
    ada.force_login(people.ada)
    answer = ada.post(f"/automations/{one.pk}/steps/s1/", {"seen": seen, "amount": "9", "unit": "days"})
    assert answer.status_code == 409
    assert "Added End" in answer.content.decode()
    assert 'value="9"' in answer.content.decode()
    ada.post(f"/automations/{one.pk}/edit/?seen={seen}", {"do": "delete:s1"})
    assert kinds(one) == ["wait", "end"]


def test_the_list_does_the_same(mara: Client) -> None:
    one = blank()
    home = f"/automations/{one.pk}/list/"
    press(mara, one, "add:wait:.", next=home)
    assert press(mara, one, "add:send_email:s1.next", next=home).url == f"{home}?step=s2"
    press(mara, one, "up:s2", next=home)
    assert kinds(one) == ["send_email", "wait"]
    assert "Wait 1 day" in mara.get(f"{home}?step=s1").content.decode()


def test_who_may_only_look_is_offered_nothing_to_change(people: People, client: Client, mara: Client) -> None:
    one = blank()
    press(mara, one, "add:wait:.")
    client.force_login(people.sam)
    page = client.get(f"/automations/{one.pk}/?step=s1").content.decode()
    assert "Wait 1 day" in page
    assert "data-kind" not in page
    assert press(client, one, "delete:s1").status_code == 403


def test_nonsense_is_answered_calmly(mara: Client) -> None:
    one = blank()
    for do in ("", "add", "add:wait", "add:nothing:.", "delete:s9", "move:s1:s2.next", "untrigger:9", "up:", "x\0:y"):
        assert press(mara, one, do).status_code == 302
    for query in ("step=s9", "add=s9.next", "trigger=99", "delete=\0", "trigger=" + "9" * 500):
        assert mara.get(f"/automations/{one.pk}/?{query}").status_code == 200
    assert save(mara, one, "steps/s9", amount="1").status_code == 302
    assert save(mara, one, "triggers/999999999999", form="x").status_code == 302


def test_the_page_asks_as_often_however_many_steps(mara: Client) -> None:
    words = template()

    def queries(many: int) -> int:
        steps = [
            {
                "id": f"s{at}",
                "kind": "send_email",
                "template": words,
                "exits": {"next": f"s{at + 1}" if at < many else None},
            }
            for at in range(1, many + 1)
        ]
        made = create(name="Long", definition={"start": "s1", "steps": steps}, by=None, now=NOW)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert mara.get(f"/automations/{made.pk}/?step=s1").status_code == 200
        return len(captured)

    queries(1)
    assert queries(2) == queries(40)


def test_cards_say_how_many_people_are_there(mara: Client) -> None:
    made = automation({"kind": "wait", "amount": 3, "unit": "days"}, triggers=[{"kind": "tag_added", "tag": 1}])
    for name in ("Ann", "Bob"):
        happens(contact(name), "tag_added", now=NOW, data={"tag_id": 1, "tag": "x"})
    goes_on(NOW)
    page = mara.get(f"/automations/{made.pk}/?step=s1").content.decode()
    assert "2 here now" in page
    assert "2 people here" in page


RULES = {"reentry": "after_days", "reentry_days": "30", "hold_out_percent": "0", "leaving_audience": "stay"}


def test_rules_are_read_from_their_form(mara: Client) -> None:
    one = blank()
    answer = save(
        mara, one, "rules", **RULES, stop_on_reply="on", goal_event="invoice_paid", goal_same_0="on", goal_where_0="{}",
        window="on", window_days=["1", "2"], window_from="10:00", window_to="16:30", runs_at="9:00, 14:00",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "A time of day, such as 09:30." in answer.content.decode()
    save(
        mara, one, "rules", **RULES, stop_on_reply="on", goal_event="invoice_paid", goal_same_0="on", goal_where_0="{}",
        window="on", window_days=["1", "2"], window_from="10:00", window_to="16:30", runs_at="09:00, 14:00",
    )  # fmt: skip
    stored = draft(one).definition["rules"]
    assert Rules.model_validate(stored)
    assert (stored["reentry"], stored["reentry_days"], stored["stop_on_opt_out"]) == ("after_days", 30, False)
    assert stored["goal"] == [{"event": "invoice_paid", "same_record": True}]
    assert stored["window"] == {"days": [1, 2], "from": "10:00", "to": "16:30"}
    assert stored["runs_at"] == ["09:00", "14:00"]
    assert 'value="10:00"' in mara.get(f"/automations/{one.pk}/rules/").content.decode()


def sequence() -> Automation:
    return create(name="Three touches", definition={}, by=None, now=NOW, kind="sequence")


def test_a_sequence_is_a_line_of_touches(mara: Client) -> None:
    one, first, second = sequence(), template("First"), template("Second", channel="sms")
    save(mara, one, "line", do="add")
    save(mara, one, "line", step=["s1"], amount=["0"], unit=["days"], what=[f"t{first}"], do="add")
    steps = draft(one).definition["steps"]
    assert [step["kind"] for step in steps] == ["send_email", "wait", "send_email"]
    save(
        mara, one, "line", step=["s1", steps[2]["id"]], amount=["0", "4"], unit=["days", "working_days"],
        what=[f"t{first}", f"t{second}"],
    )  # fmt: skip
    steps = draft(one).definition["steps"]
    assert [step["kind"] for step in steps] == ["send_email", "wait", "send_sms"]
    assert (steps[1]["amount"], steps[1]["unit"], steps[2]["template"]) == (4, "working_days", second)
    assert "Touches" in mara.get(f"/automations/{one.pk}/").content.decode()
    assert "data-canvas" in mara.get(f"/automations/{one.pk}/tree/").content.decode()


def test_a_sequence_with_branches_is_shown_as_the_workflow_that_it_is(mara: Client) -> None:
    one = sequence()
    press(mara, one, "add:branch:.")
    assert "data-canvas" in mara.get(f"/automations/{one.pk}/").content.decode()


def test_a_wait_that_is_no_number_is_said_beside_it(mara: Client) -> None:
    one = sequence()
    answer = save(mara, one, "line", step=[""], amount=["soon"], unit=["days"], what=[""])
    assert answer.status_code == 422
    assert 'value="soon"' in answer.content.decode()


def test_a_playbook_is_a_rule_a_delay_and_a_message(mara: Client) -> None:
    one = create(name="Thanks", definition={}, by=None, now=NOW, kind="playbook")
    press(mara, one, "trigger:order_paid")
    save(mara, one, "line", do="add")
    page = mara.get(f"/automations/{one.pk}/").content.decode()
    assert "Then" in page
    assert "Choose a message or a follow-up" in page


def test_the_form_of_every_kind_of_step_is_drawn_and_taken_as_it_is(mara: Client) -> None:
    steps = [{"id": f"s-{kind}", "kind": kind, "exits": {}} for kind in STEPS]
    for step in steps:
        one = create(name=step["kind"], definition={"start": step["id"], "steps": [step]}, by=None, now=NOW)
        page = mara.get(f"/automations/{one.pk}/?step={step['id']}").content.decode()
        answer = mara.post(f"/automations/{one.pk}/steps/{step['id']}/", filled(page, "data-settings"))
        assert answer.status_code == 302, step["kind"]
        assert STEPS[step["kind"]].model_validate(draft(one).definition["steps"][0])


def test_the_form_of_every_kind_of_trigger_is_drawn_and_taken_as_it_is(mara: Client) -> None:
    triggers = [{"kind": kind} for kind in TRIGGERS]
    for at in range(0, len(triggers), MOST_TRIGGERS):
        one = create(name="All", definition={"triggers": triggers[at : at + MOST_TRIGGERS]}, by=None, now=NOW)
        for number, trigger in enumerate(draft(one).definition["triggers"]):
            page = mara.get(f"/automations/{one.pk}/?trigger={number}").content.decode()
            answer = mara.post(f"/automations/{one.pk}/triggers/{number}/", filled(page, "data-settings"))
            assert answer.status_code == 302, trigger["kind"]
            assert TRIGGERS[trigger["kind"]].model_validate(draft(one).definition["triggers"][number])


FORKED: dict[str, Any] = {
    "triggers": [{"kind": "manual"}],
    "start": "s1",
    "steps": [
        {"id": "s1", "kind": "wait_for_event", "events": [{"event": "reply"}], "exits": {"happened": "s2"}},
        {"id": "s2", "kind": "wait", "amount": 1, "exits": {"next": None}},
    ],
}


def test_an_open_way_goes_on_at_a_step_that_is_there_and_ends_again(mara: Client) -> None:
    one = create(name="Joined", definition=FORKED, by=None, now=NOW)
    page = mara.get(f"/automations/{one.pk}/?add=s1.timed_out").content.decode()
    assert 'value="join:s1.timed_out:s2"' in page
    press(mara, one, "join:s1.timed_out:s2")
    assert draft(one).definition["steps"][0]["exits"] == {"happened": "s2", "timed_out": "s2"}
    page = mara.get(f"/automations/{one.pk}/?add=s1.timed_out").content.decode()
    assert "It goes on at “Wait 1 day”." in page
    press(mara, one, "cut:s1.timed_out")
    assert draft(one).definition["steps"][0]["exits"]["timed_out"] is None


def test_what_may_be_waited_for_is_grouped_and_every_kind_has_words() -> None:
    named = {value for _, rows in HAPPENINGS for value, _ in rows}
    assert len(named) == sum(len(rows) for _, rows in HAPPENINGS)
    assert {one.name for one in all_kinds()} <= named
    assert awaited_options(["custom.visa_granted"])[-1] == ("Your own", [("custom.visa_granted", "Visa granted")])


def test_a_chosen_template_is_shown_as_it_reads(mara: Client) -> None:
    one = create(
        name="Shown",
        definition={
            "start": "s1",
            "steps": [{"id": "s1", "kind": "send_email", "template": template(text="Hello {{ contact.first_name }}")}],
        },
        by=None,
        now=NOW,
    )
    page = mara.get(f"/automations/{one.pk}/?step=s1").content.decode()
    assert "Hello [first name]" in page
    assert 'href="/templates/' in page


def test_what_is_not_said_yet_is_no_mistake(mara: Client) -> None:
    one = blank()
    press(mara, one, "add:send_email:.")
    page = mara.get(f"/automations/{one.pk}/?step=s1").content.decode()
    assert "Choose the message template." in page
    assert "aria-invalid" not in page


def test_somebody_is_put_in_from_the_people_of_an_active_one(mara: Client) -> None:
    one, who = automation({"kind": "wait", "amount": 1}), contact()
    page = mara.get(f"/automations/{one.pk}/people/").content.decode()
    assert 'action="/automations/put/"' in page
    here = f"/automations/{one.pk}/people/"
    answer = mara.post("/automations/put/", {"contact": who.pk, "automation": one.pk, "next": here})
    assert answer.url == here
    assert who.first_name in mara.get(here).content.decode()
