"""What each step decides, without a database or a clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from automation.engine import effects
from automation.steps.registry import KINDS
from automation.steps.shape import Fail, Go, Stay, Step
from tests.automation.steps.cases import NOW, case, event, step

DAY = timedelta(days=1)

#: A step of each kind that acts and goes on, and what it asks for.
ACTING = [
    ("notify", {"subject": "Look"}, effects.NotifyColleague("owner", "Look")),
    ("escalate", {"reason": "Late", "priority": "high"}, effects.Escalate("Late", "high")),
    ("complete_followups", {"how": "cancel", "reason": "Paid"}, effects.SettleFollowUps("cancel", "Paid")),
    ("add_tag", {"tag": 3}, effects.ChangeTag(3, add=True)),
    ("remove_tag", {"tag": 3}, effects.ChangeTag(3, add=False)),
    ("add_to_audience", {"audience": 3}, effects.ChangeMembership(3, add=True)),
    ("remove_from_audience", {"audience": 3}, effects.ChangeMembership(3, add=False)),
    ("set_field", {"field": "city", "value": "Pune"}, effects.SetField("city", "Pune")),
    ("change_stage", {"stage": 3, "reason": 4}, effects.ChangeStage(3, 4)),
    ("assign_owner", {"how": "team", "team": 3}, effects.AssignOwner("team", team_id=3)),
    ("webhook", {"url": "https://example.org/x"}, effects.CallWebhook("https://example.org/x")),
    ("start_automation", {"automation": 3}, effects.StartAutomation(3)),
    ("stop_automation", {"automation": 3}, effects.StopAutomation(3)),
    ("log_attempt", {"channel": "call"}, effects.LogAttempt("call")),
    ("create_followup", {"subject": "Call", "type": "call"}, effects.CreateFollowUp(None, "Call", type="call", amount=1)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "fields", "effect"), ACTING, ids=[one[0] for one in ACTING])
def test_a_step_that_acts_asks_for_one_effect_and_goes_on(kind, fields, effect):
    one = step(kind, **fields)
    decision = one.decide(case(one))
    assert isinstance(decision, Go)
    assert (decision.way, decision.effect, one.acts) == ("next", effect, True)


@pytest.mark.parametrize("channel", ["email", "sms", "whatsapp", ""])
def test_a_message_is_handed_over_and_counted(channel):
    one = step(f"send_{channel or 'message'}", template=5)
    decision = one.decide(case(one, memory={"touches": 2}))
    assert decision.effect == effects.SendMessage(channel, 5)
    assert decision.keep == {"touches": 3}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_step_can_be_put_down_empty_and_has_labels_for_its_form(kind):
    made = KINDS[kind](id="a")
    assert made.title
    assert all(info.title for name, info in type(made).model_fields.items() if name not in ("id", "kind", "exits"))


@pytest.mark.parametrize("kind", sorted(kind for kind in KINDS if KINDS[kind](id="a").lacks() and kind != "branch"))
def test_what_lacks_something_fails_with_the_sentence_that_the_form_shows(kind):
    one = KINDS[kind](id="a")
    if one.awaits() or kind == "wait_for_event":
        return
    assert one.decide(case(one)) == Fail(next(iter(one.lacks().values())))


def test_a_choice_of_person_is_asked_for_only_where_a_person_is_meant():
    assert not step("notify").lacks()
    assert set(step("notify", to="person").lacks()) == {"person"}
    assert set(step("assign_owner", how="team").lacks()) == {"team"}


def test_a_wait_counts_from_the_beginning_if_asked():
    one = step("wait", amount=5, counted_from="entry")
    reached = case(one, since=NOW + 3 * DAY, now=NOW + 3 * DAY)
    reached = replace(reached, state=replace(reached.state, entered_at=NOW))
    assert one.decide(reached) == Stay(NOW + 5 * DAY, "Waits for 5 days after they entered.")
    assert isinstance(one.decide(replace(reached, now=NOW + 5 * DAY)), Go)
    assert not one.waits()  # it may be over already, so no loop may count on it


class TestWaitUntil:
    def test_a_time_of_day_is_theirs(self):
        one = step("wait_until", at="09:00")
        at_noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
        assert one.decide(case(one, since=at_noon, now=at_noon)).until == datetime(2026, 3, 3, 9, tzinfo=UTC)
        new_york = case(one, since=at_noon, now=at_noon, zone="America/New_York")
        assert one.decide(new_york).until == datetime(2026, 3, 2, 14, tzinfo=UTC)

    def test_a_time_of_day_that_is_now_is_now(self):
        one = step("wait_until", at="09:00")
        assert isinstance(one.decide(case(one)), Go)

    def test_only_the_days_that_count_count(self):
        one = step("wait_until", at="08:00", days=[1])
        assert one.decide(case(one)).until == datetime(2026, 3, 9, 8, tzinfo=UTC)

    def test_a_window_that_is_open_is_gone_through(self):
        one = step("wait_until", until="window", at="08:00", to="10:00", days=[1])
        assert isinstance(one.decide(case(one)), Go)
        late = case(one, now=NOW + timedelta(hours=1))
        assert one.decide(late).until == datetime(2026, 3, 9, 8, tzinfo=UTC)

    def test_a_date_of_the_record_minus_days(self):
        one = step("wait_until", until="date", date="document.expires_on", offset_days=-30, at="09:00")
        waiting = case(one, dates={"document.expires_on": date(2026, 5, 1)})
        assert one.decide(waiting).until == datetime(2026, 4, 1, 9, tzinfo=UTC)
        assert "30 days before the document’s last day" in one.decide(waiting).why

    def test_a_date_that_has_passed_is_not_waited_for(self):
        one = step("wait_until", until="date", date="contact.custom.renewal")
        assert one.decide(case(one, dates={"contact.custom.renewal": date(2026, 1, 1)})).way == "next"

    def test_no_date_has_its_own_way(self):
        one = step("wait_until", until="date", date="contact.custom.renewal")
        assert one.decide(case(one)).way == "no_date"
        assert [way.name for way in one.ways()] == ["next", "no_date"]

    @pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
    def test_days_at_the_end_of_the_calendar_break_nothing(self, day):
        one = step("wait_until", until="date", date="contact.custom.renewal", offset_days=-1)
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            one.decide(case(one, dates={"contact.custom.renewal": day}, zone=zone))

    def test_a_zone_that_changes_while_waiting_moves_the_moment(self):
        one = step("wait_until", at="09:00")
        noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
        paris = one.decide(case(one, since=noon, now=noon, zone="Europe/Paris"))
        tokyo = one.decide(case(one, since=noon, now=noon, zone="Asia/Tokyo"))
        assert paris.until == datetime(2026, 3, 3, 8, tzinfo=UTC)
        assert tokyo.until == datetime(2026, 3, 3, 0, tzinfo=UTC)
        assert "contact_changed" in one.wakes()

    def test_days_outside_the_week_are_refused(self):
        with pytest.raises(ValidationError):
            step("wait_until", days=[0])


class TestSplit:
    def test_the_same_person_goes_the_same_way_whatever_the_shares_become(self):
        one = step("split")
        first = one.decide(case(one))
        other = {"a": "b", "b": "a"}[first.way]
        changed = step("split", shares=[{"name": first.way, "percent": 0}, {"name": other, "percent": 100}])
        assert changed.decide(case(changed, memory=first.keep)).way == first.way
        assert changed.decide(case(changed)).way == other

    def test_shares_are_kept_roughly(self):
        one = step("split", shares=[{"name": "a", "percent": 30}, {"name": "b", "percent": 70}])
        ways = [one.decide(case(one, contact_id=number)).way for number in range(2000)]
        assert 0.26 < ways.count("a") / 2000 < 0.34

    @pytest.mark.parametrize(
        "shares",
        [
            [{"name": "a", "percent": 50}, {"name": "b", "percent": 40}],
            [{"name": "a", "percent": 50}, {"name": "a", "percent": 50}],
            [{"name": "a", "percent": 100}],
        ],
    )
    def test_shares_that_leave_somebody_without_a_way_are_refused(self, shares):
        with pytest.raises(ValidationError):
            step("split", shares=shares)


class TestFollowUpThatIsWaitedFor:
    one = step(
        "create_followup", subject="Call", type="call", due_in=2, wait=True, by_outcome=["meeting-booked"],
        late_after=3, late_unit="days",
    )  # fmt: skip
    made = {"made": {"here:0": 55}}

    def done(self, **data):
        return event("followup_completed", NOW + DAY, subject_kind="followup", subject_id=55, data=data)

    def test_it_is_made_once_and_waited_for(self):
        first = self.one.decide(case(self.one))
        assert isinstance(first, Stay)
        assert first.effect is not None
        assert first.until == NOW + 5 * DAY
        again = self.one.decide(case(self.one, memory=self.made, now=NOW + DAY))
        assert isinstance(again, Stay)
        assert again.effect is None

    def test_coming_by_again_makes_another(self):
        assert self.one.decide(case(self.one, memory=self.made, visits=4)).effect is not None

    @pytest.mark.parametrize(("outcome", "way"), [("meeting-booked", "outcome:meeting-booked"), ("reached", "done")])
    def test_each_outcome_leads_its_way(self, outcome, way):
        waiting = case(self.one, memory=self.made, now=NOW + DAY, events=[self.done(outcome=outcome)])
        decision = self.one.decide(waiting)
        assert (decision.way, decision.data["followup"]) == (way, 55)

    def test_another_follow_up_that_is_completed_does_not_count(self):
        other = event("followup_completed", NOW + DAY, subject_kind="followup", subject_id=56)
        assert isinstance(self.one.decide(case(self.one, memory=self.made, events=[other])), Stay)

    @pytest.mark.parametrize("kind", ["followup_cancelled", "followup_deleted"])
    def test_one_that_is_called_off_is_not_done(self, kind):
        gone = event(kind, NOW + DAY, subject_kind="followup", subject_id=55)
        assert self.one.decide(case(self.one, memory=self.made, events=[gone])).way == "late"

    def test_it_is_not_waited_for_without_end(self):
        assert self.one.decide(case(self.one, memory=self.made, now=NOW + 5 * DAY)).way == "late"

    def test_what_was_completed_first_wins_over_the_time_out(self):
        late = case(self.one, memory=self.made, now=NOW + 30 * DAY, events=[self.done(outcome="reached")])
        assert self.one.decide(late).way == "done"

    def test_outcomes_that_look_the_same_on_the_record_are_refused(self):
        with pytest.raises(ValidationError):
            step("create_followup", by_outcome=["x" * 33, "x" * 34])


def test_a_way_out_fits_its_column():
    one = step("create_followup", wait=True, by_outcome=["y" * 40])
    assert all(len(way.name) <= 40 for way in one.ways())


def test_going_somewhere_else_needs_a_where():
    assert step("go_to", exits={}).lacks()
    assert isinstance(step("go_to").decide(case(step("go_to"))), Go)


def test_kinds_are_called_what_their_models_say():
    assert all(model.model_fields["kind"].default == kind for kind, model in KINDS.items())
    assert all(issubclass(model, Step) for model in KINDS.values())
