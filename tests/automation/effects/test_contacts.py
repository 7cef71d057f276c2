"""Tags, audiences, fields and owners that steps change."""

from datetime import timedelta

import pytest

from automation.models import EnrollmentStatus
from crm.audiences.making import make_audience
from crm.custom_fields import archive_fields, make_field
from crm.models import AudienceMember, CustomField, Event, Tag
from crm.tagging import make_tag, tag
from tests.automation.effects.acting import does, why
from tests.factories import NOW, contact, contacts

pytestmark = pytest.mark.django_db


def static(name="Guests"):
    return make_audience(name=name, kind="static", by=None, now=NOW)


class TestTags:
    def test_a_tag_is_put_on_and_what_did_it_is_known(self):
        maria, vip = contact(), make_tag("VIP")
        [row] = does({"kind": "add_tag", "tag": vip.pk}, maria)
        assert row.status == EnrollmentStatus.FINISHED
        assert list(maria.tags.values_list("name", flat=True)) == ["VIP"]
        assert Event.objects.get(kind="tag_added").data["automation_id"] == row.automation_id
        assert why(maria) == "Tagged “VIP”."

    def test_a_tag_is_taken_off(self):
        maria, vip = contact(), make_tag("VIP")
        tag(type(maria).objects.filter(pk=maria.pk), add=[vip.pk], by=None, now=NOW)
        does({"kind": "remove_tag", "tag": vip.pk}, maria)
        assert not maria.tags.exists()

    def test_who_has_it_already_goes_on_and_nothing_is_told(self):
        maria, vip = contact(), make_tag("VIP")
        for _ in range(2):
            [row] = does({"kind": "add_tag", "tag": vip.pk}, maria)
            assert row.status == EnrollmentStatus.FINISHED
        assert Event.objects.filter(kind="tag_added").count() == 1
        assert why(maria) == "Has the tag “VIP” already."

    def test_a_tag_that_was_deleted_parks_them_with_the_reason(self):
        vip = make_tag("VIP")
        gone = vip.pk
        Tag.objects.all().delete()
        [row] = does({"kind": "add_tag", "tag": gone}, contact())
        assert (row.status, row.why) == (EnrollmentStatus.FAILED, "Its tag was deleted. Choose another one.")


class TestAudiences:
    def test_people_are_put_in_and_taken_out(self):
        maria, guests = contact(), static()
        does({"kind": "add_to_audience", "audience": guests.pk}, maria)
        assert AudienceMember.objects.filter(audience=guests, contact=maria).exists()
        does({"kind": "remove_from_audience", "audience": guests.pk}, maria)
        assert not AudienceMember.objects.exists()
        assert why(maria) == "No longer in “Guests”."

    def test_one_that_goes_by_its_condition_is_left_alone(self):
        condition = {"field": "city", "op": "equals", "value": "Pune"}
        pune = make_audience(name="Pune", kind="dynamic", condition=condition, by=None, now=NOW)
        [row] = does({"kind": "add_to_audience", "audience": pune.pk}, contact())
        assert row.status == EnrollmentStatus.FAILED
        assert "“Pune” goes by its condition" in row.why

    def test_one_that_was_deleted_is_named(self):
        guests = static()
        type(guests).objects.update(deleted_at=NOW)
        [row] = does({"kind": "add_to_audience", "audience": guests.pk}, contact())
        assert row.why == "The audience “Guests” was deleted. Choose another one."


class TestFields:
    def test_a_built_in_field_with_before_and_after(self):
        maria = contact(city="Lima")
        does({"kind": "set_field", "field": "city", "value": "Pune"}, maria)
        maria.refresh_from_db()
        assert (maria.city, maria.version) == ("Pune", 2)
        assert Event.objects.get(kind="contact_changed").data["changes"] == {"city": ["Lima", "Pune"]}

    def test_a_lifecycle_tells_of_itself(self):
        maria = contact()
        does({"kind": "set_field", "field": "lifecycle", "value": "client"}, maria)
        assert Event.objects.get(kind="lifecycle_changed").data["to"] == "client"

    def test_own_fields_keep_the_others(self):
        make_field(label="Visa", kind="text")
        make_field(label="Points", kind="number")
        maria = contact(custom={"visa": "B1"})
        does({"kind": "set_field", "field": "custom.points", "value": "1,204"}, maria)
        maria.refresh_from_db()
        assert maria.custom == {"visa": "B1", "points": 1204}
        does({"kind": "set_field", "field": "custom.visa", "value": ""}, maria)
        maria.refresh_from_db()
        assert maria.custom == {"points": 1204}
        changes = Event.objects.filter(kind="contact_changed").latest("pk").data["changes"]
        assert changes == {"custom": [{"visa": "B1", "points": 1204}, {"points": 1204}]}

    def test_today_is_a_day_where_they_are(self):
        make_field(label="Renewed", kind="date")
        late = NOW.replace(hour=23)
        tokyo, lima = contact("Aiko", time_zone="Asia/Tokyo"), contact("Luz", time_zone="America/Lima")
        does({"kind": "set_field", "field": "custom.renewed", "value": "today + 30"}, tokyo, lima, now=late)
        tokyo.refresh_from_db()
        lima.refresh_from_db()
        assert (tokyo.custom["renewed"], lima.custom["renewed"]) == ("2026-04-02", "2026-04-01")

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("custom.points", "many", "is not a number"),
            ("custom.gone", "1", "was put away or deleted"),
            ("email", "a@example.org", "cannot be set"),
            ("country", "Nowhere", "is not a country"),
            ("lifecycle", "king", "Lifecycle is one of"),
            ("time_zone", "Mars/Base", "is not a time zone"),
        ],
    )
    def test_what_a_field_cannot_hold_parks_them(self, field, value, said):
        make_field(label="Points", kind="number")
        maria = contact()
        [row] = does({"kind": "set_field", "field": field, "value": value}, maria)
        assert row.status == EnrollmentStatus.FAILED
        assert said in row.why

    def test_a_field_that_was_put_away_parks_them(self):
        make_field(label="Points", kind="number")
        archive_fields(CustomField.objects.all(), now=NOW)
        [row] = does({"kind": "set_field", "field": "custom.points", "value": "3"}, contact())
        assert row.status == EnrollmentStatus.FAILED


class TestOwners:
    def test_a_named_colleague_gets_them_and_the_reason_is_kept(self, people):
        maria = contact()
        does({"kind": "assign_owner", "how": "person", "person": people.sam.pk}, maria)
        maria.refresh_from_db()
        assert maria.owner == people.sam
        told = Event.objects.get(kind="owner_changed").data
        assert (told["to"], told["because"]) == ("Sam", "as the automation says")

    def test_a_set_is_shared_out(self, people):
        some = contacts(6)
        does({"kind": "assign_owner"}, *some)
        owners = [type(one).objects.get(pk=one.pk).owner_id for one in some]
        assert {owners.count(one.pk) for one in (people.sam, people.noor, people.otto)} == {2}

    def test_only_a_team_may_be_meant(self, people):
        some = contacts(3)
        does({"kind": "assign_owner", "how": "team", "team": people.schools.pk}, *some)
        assert set(type(some[0]).objects.values_list("owner", flat=True)) == {people.otto.pk}

    def test_who_has_an_owner_may_be_left_alone(self, people):
        maria = contact(owner=people.noor)
        does({"kind": "assign_owner", "only_without": True}, maria)
        maria.refresh_from_db()
        assert maria.owner == people.noor

    def test_a_colleague_who_left_parks_them(self, people):
        type(people.sam).objects.filter(pk=people.sam.pk).update(is_active=False)
        [row] = does({"kind": "assign_owner", "how": "person", "person": people.sam.pk}, contact())
        assert row.status == EnrollmentStatus.FAILED


def test_an_attempt_moves_the_last_attempt_and_is_no_contact():
    maria = contact()
    later = NOW + timedelta(hours=1)
    does({"kind": "log_attempt", "channel": "call", "notes": "Rang twice"}, maria, now=later)
    maria.refresh_from_db()
    assert (maria.last_attempt_at, maria.last_two_way_at) == (later, None)
    assert Event.objects.get(kind="call_logged").data["notes"] == "Rang twice"
