"""The addresses in mails: the pixel, the links, leaving at once (RFC 8058), and the page of choices. Lessons 56 to 64."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError
from django.test import Client

from crm.consent import grant, set_consent
from crm.models import Consent, Contact, Event
from crm.models.consent import ConsentState
from messaging.models import ContactPreference, MessageEvent
from messaging.tracking import leaving, tokens
from messaging.tracking.tokens import Unsubscribing
from messaging.views.tracking import GIF
from tests.messaging.tracking.conftest import NOW

if TYPE_CHECKING:
    from messaging.models import Message

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
PAGE = "https://school.example/courses?term=autumn#prices"


@pytest.fixture
def web() -> Client:
    """A browser that nobody is signed in to, which checks what a real one checks."""
    return Client(enforce_csrf_checks=True, headers={"user-agent": BROWSER})


def u(who: Contact, mail: Message, topic: str = "marketing") -> str:
    return f"/t/u/{tokens.unsubscribe_token(who.pk, 'email', topic, mail.pk)}"


def p(who: Contact, mail: Message | None = None) -> str:
    return f"/p/{tokens.preferences_token(who.pk, mail.pk if mail else 0)}/"


def states(who: Contact) -> dict[tuple[str, str], str]:
    return {(row.channel, row.topic): row.state for row in Consent.objects.filter(contact=who)}


def one_click(web: Client, address: str) -> Any:
    return web.post(address, urlencode({"List-Unsubscribe": "One-Click"}), content_type="application/x-www-form-urlencoded")  # fmt: skip


# The pixel


def test_the_pixel_is_a_dot_that_nobody_keeps(web: Client, mail: Message) -> None:
    answer = web.get(f"/t/o/{tokens.open_token(mail.pk)}")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, GIF, "image/gif")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    event = MessageEvent.objects.get(message=mail)
    assert (event.kind, event.actor, event.data["user_agent"]) == ("opened", "", BROWSER)


def test_a_damaged_pixel_is_a_dot_all_the_same(web: Client) -> None:
    assert web.get("/t/o/nonsense").content == GIF


def test_an_open_of_a_mail_that_is_gone_is_a_dot_and_no_note(web: Client, db: None) -> None:
    assert web.get(f"/t/o/{tokens.open_token(10**9)}").content == GIF
    assert not MessageEvent.objects.exists()


def test_the_address_of_the_reader_is_kept_roughly_only(web: Client, mail: Message) -> None:
    web.get(f"/t/o/{tokens.open_token(mail.pk)}", REMOTE_ADDR="203.0.113.77")
    data = MessageEvent.objects.get(message=mail).data
    assert data["network"] == "203.0.113.0/24"
    assert "203.0.113.77" not in str(data)


# Links


def test_a_click_leads_to_the_signed_page(web: Client, mail: Message) -> None:
    answer = web.get(f"/t/c/{tokens.click_token(mail.pk, PAGE)}")
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert not answer.cookies
    assert MessageEvent.objects.get(message=mail).data["url"] == PAGE


def test_a_click_leads_on_though_the_database_is_down(
    web: Client, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    def down(*args: object, **kwargs: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr("messaging.tracking.noting.connection.cursor", down)
    answer = web.get(f"/t/c/{tokens.click_token(7, PAGE)}")
    assert (answer.status_code, answer["Location"]) == (302, PAGE)


def test_a_click_needs_no_database_but_for_its_note(web: Client) -> None:
    """Without the `db` fixture every query is refused."""
    assert web.get(f"/t/c/{tokens.click_token(7, PAGE)}").status_code == 302


def test_a_damaged_link_is_explained_and_leads_nowhere(web: Client) -> None:
    answer = web.get(f"/t/c/{tokens.click_token(7, PAGE)[:-2]}")
    assert answer.status_code == 404
    assert "Location" not in answer
    assert "This link is damaged" in answer.content.decode()


def test_a_target_given_beside_the_token_is_ignored(web: Client, mail: Message) -> None:
    token = tokens.click_token(mail.pk, PAGE)
    assert web.get(f"/t/c/{token}?url=https://evil.example/&next=//evil.example").headers["Location"] == PAGE


def test_the_hidden_link_tells_a_robot_and_leads_nowhere(web: Client, mail: Message) -> None:
    answer = web.get(f"/t/c/{tokens.click_token(mail.pk, '')}")
    assert answer.status_code == 200
    assert MessageEvent.objects.get(message=mail).data["hidden"] is True


def test_a_head_request_is_noted_as_one(web: Client, mail: Message) -> None:
    assert web.head(f"/t/c/{tokens.click_token(mail.pk, PAGE)}").status_code == 302
    assert MessageEvent.objects.get(message=mail).data["method"] == "HEAD"


def test_an_international_address_becomes_a_plain_header(web: Client, mail: Message) -> None:
    answer = web.get(f"/t/c/{tokens.click_token(mail.pk, 'https://schule.example/kurse/für-alle?q=ß')}")
    assert answer["Location"] == "https://schule.example/kurse/f%C3%BCr-alle?q=%C3%9F"


# Leaving


def test_lesson_57_a_scanner_that_opens_the_link_unsubscribes_nobody(
    web: Client, maria: Contact, mail: Message
) -> None:
    for method in (web.get, web.head):
        assert method(u(maria, mail)).status_code == 200
    assert not Consent.objects.exists()
    assert not MessageEvent.objects.exists()
    assert not Event.objects.filter(kind__in=["unsubscribed", "consent_changed"]).exists()


def test_lesson_57_a_get_of_every_address_changes_no_choice(web: Client, maria: Contact, mail: Message) -> None:
    grant(Contact.objects.filter(pk=maria.pk), channel="email", source="A form", by=None, now=NOW, topic="marketing")
    before = states(maria)
    for address in (u(maria, mail), f"{u(maria, mail)}?do=leave&List-Unsubscribe=One-Click", p(maria, mail), f"{p(maria, mail)}?stop=1"):  # fmt: skip
        assert web.get(address).status_code == 200
    assert states(maria) == before


def test_lesson_61_one_click_acts_at_once(web: Client, maria: Contact, mail: Message) -> None:
    assert one_click(web, u(maria, mail)).status_code == 200
    assert states(maria) == {("email", "marketing"): "withdrawn"}
    kept = Consent.objects.get()
    assert kept.source == "One-click unsubscribe"
    assert f"message {mail.pk}" in kept.proof
    assert "127.0.0.0/24" in kept.proof
    assert list(MessageEvent.objects.values_list("kind", "actor")) == [("unsubscribed", "person")]
    happened = Event.objects.get(kind="unsubscribed")
    assert (happened.contact_id, happened.subject_id, happened.actor) == (maria.pk, mail.pk, "contact")


def test_lesson_62_one_click_shows_no_page_sets_no_cookie_and_leads_nowhere(
    web: Client, maria: Contact, mail: Message
) -> None:
    answer = one_click(web, u(maria, mail))
    assert (answer.status_code, answer.content) == (200, b"")
    assert not answer.cookies
    assert "Location" not in answer


def test_one_click_comes_as_a_form_with_parts_too(web: Client, maria: Contact, mail: Message) -> None:
    """RFC 8058, 3.2: multipart/form-data, or application/x-www-form-urlencoded."""
    assert web.post(u(maria, mail), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert states(maria) == {("email", "marketing"): "withdrawn"}


def test_one_click_twice_is_once(web: Client, maria: Contact, mail: Message) -> None:
    for _ in range(3):
        assert one_click(web, u(maria, mail)).status_code == 200
    assert Event.objects.filter(kind="unsubscribed").count() == 1


def test_a_post_that_says_nothing_changes_nothing(web: Client, maria: Contact, mail: Message) -> None:
    assert web.post(u(maria, mail)).status_code == 200
    assert not Consent.objects.exists()


def test_lesson_63_leaving_needs_no_open_no_message_and_no_delivery(web: Client, maria: Contact, mail: Message) -> None:
    address = u(maria, mail)
    mail.delete()
    assert one_click(web, address).status_code == 200
    assert states(maria) == {("email", "marketing"): "withdrawn"}


def test_one_click_of_somebody_who_is_gone_is_a_quiet_yes(web: Client, maria: Contact, mail: Message) -> None:
    address = u(maria, mail)
    Contact.objects.filter(pk=maria.pk).delete()
    assert one_click(web, address).status_code == 200
    assert "Nothing is sent to you" in web.get(address).content.decode()


def test_a_forged_token_leaves_nobody(web: Client, maria: Contact, mail: Message) -> None:
    forged = u(maria, mail)[:-1] + ("A" if u(maria, mail)[-1] != "A" else "B")
    assert one_click(web, forged).status_code == 404
    assert not Consent.objects.exists()


def test_a_token_of_the_pixel_unsubscribes_nobody(web: Client, maria: Contact, mail: Message) -> None:
    assert one_click(web, f"/t/u/{tokens.open_token(mail.pk)}").status_code == 404


def test_the_page_leaves_and_says_so(web: Client, maria: Contact, mail: Message) -> None:
    answer = web.post(u(maria, mail), {"do": "leave"})
    assert "You are unsubscribed" in answer.content.decode()
    assert not answer.cookies
    assert Consent.objects.get().source == "Unsubscribe page"


def test_undoing_makes_no_consent_of_what_was_never_asked(web: Client, maria: Contact, mail: Message) -> None:
    web.post(u(maria, mail), {"do": "leave"})
    answer = web.post(u(maria, mail), {"do": "undo", "was": ""})
    assert "Welcome back" in answer.content.decode()
    assert not Consent.objects.exists()


def test_undoing_brings_back_a_yes(web: Client, maria: Contact, mail: Message) -> None:
    grant(Contact.objects.filter(pk=maria.pk), channel="email", source="A form", by=None, now=NOW, topic="marketing")
    answer = web.post(u(maria, mail), {"do": "leave"})
    assert 'name="was" value="granted"' in answer.content.decode()
    web.post(u(maria, mail), {"do": "undo", "was": "granted"})
    assert states(maria) == {("email", "marketing"): "granted"}


def test_who_has_left_may_subscribe_again(web: Client, maria: Contact, mail: Message) -> None:
    one_click(web, u(maria, mail))
    assert "Subscribe again" in web.get(u(maria, mail)).content.decode()
    web.post(u(maria, mail), {"do": "return"})
    assert states(maria) == {("email", "marketing"): "granted"}


# The page of choices


def wishes(who: Contact, **changed: Any) -> dict[str, Any]:
    """What the page would send, but for what is changed."""
    from messaging.contact_wishes import chooser_of
    from messaging.wishes_form import as_fields

    chooser = chooser_of(who.pk)
    assert chooser is not None
    fields: dict[str, Any] = as_fields(chooser.wishes)
    return fields | {"seen": " ".join(fields["allow"])} | changed


def without(who: Contact, *pairs: str) -> list[str]:
    return [pair for pair in wishes(who)["allow"] if pair not in pairs]


def test_the_page_shows_nothing_personal(web: Client, maria: Contact, mail: Message) -> None:
    shown = web.get(p(maria, mail)).content.decode()
    for word in ("Maria", "Silva", maria.email, maria.phone):
        assert word not in shown
    assert "M." in shown


def test_lesson_64_one_subject_over_one_way_can_be_refused(web: Client, maria: Contact, mail: Message) -> None:
    answer = web.post(p(maria, mail), wishes(maria, allow=without(maria, "email:payments")))
    assert "E-mail about “payments” is off." in answer.content.decode()
    assert not answer.cookies
    assert states(maria) == {("email", "payments"): "withdrawn"}
    kept = Consent.objects.get()
    assert kept.source == "Preference page"
    assert f"message {mail.pk}" in kept.proof


def test_lesson_64_everything_can_be_refused_at_once_and_brought_back(web: Client, maria: Contact) -> None:
    before = wishes(maria)
    web.post(p(maria), wishes(maria, stop="1"))
    assert states(maria) == {(way, "all"): "withdrawn" for way in ("email", "sms", "whatsapp")}
    web.post(p(maria), before | {"undo": "1", "seen": " ".join(wishes(maria)["allow"])})
    assert wishes(maria)["allow"] == before["allow"]


def test_a_yes_to_a_way_is_no_yes_to_marketing(web: Client, maria: Contact) -> None:
    set_consent([maria.pk], "sms", "all", ConsentState.WITHDRAWN, "STOP", None, NOW)
    web.post(p(maria), wishes(maria, allow=[*wishes(maria)["allow"], "sms:all"]))
    assert states(maria) == {("sms", "all"): "granted", ("sms", "marketing"): "withdrawn"}


def test_ticks_that_the_page_did_not_touch_stay_as_others_set_them(web: Client, maria: Contact) -> None:
    old_page = wishes(maria)
    set_consent([maria.pk], "email", "marketing", ConsentState.WITHDRAWN, "A call", None, NOW)
    web.post(p(maria), old_page | {"weekends": "no"})
    assert states(maria) == {("email", "marketing"): "withdrawn"}
    assert ContactPreference.objects.get(pk=maria.pk).weekends is False


def test_hours_weekends_tracking_and_the_best_way_are_kept(web: Client, maria: Contact) -> None:
    sent = {"quiet_from": "20:00", "quiet_to": "09:30", "weekends": "no", "preferred_channel": "whatsapp", "tracking": []}  # fmt: skip
    shown = web.post(p(maria), wishes(maria, **sent)).content.decode()
    kept = ContactPreference.objects.get(pk=maria.pk)
    assert (f"{kept.quiet_from:%H:%M}", f"{kept.quiet_to:%H:%M}", kept.weekends, kept.tracking) == ("20:00", "09:30", False, False)  # fmt: skip
    maria.refresh_from_db()
    assert maria.preferred_channel == "whatsapp"
    assert "No messages between 20:00 and 09:30." in shown


def test_half_a_span_is_refused_in_place_and_changes_nothing(web: Client, maria: Contact) -> None:
    answer = web.post(p(maria), wishes(maria, quiet_from="20:00", allow=[]))
    assert answer.status_code == 422
    assert "Give both ends" in answer.content.decode()
    assert not states(maria)


def test_only_ways_that_reach_them_are_offered(web: Client, maria: Contact) -> None:
    Contact.objects.filter(pk=maria.pk).update(phone="")
    shown = web.get(p(maria)).content.decode()
    assert "WhatsApp" not in shown
    web.post(p(maria), wishes(maria, weekends="no"))
    assert not states(maria)  # what was not offered was not refused


@pytest.mark.parametrize(
    "sent",
    [
        {"allow": ["fax:all", "email:\x00"]},
        {"quiet_from": "25:99"},
        {"preferred_channel": "pigeon"},
        {"weekends": "maybe"},
        {"seen": "email:all" * 5000},
        {"seen": "\x00 : ::: email:"},
    ],
)
def test_nonsense_is_refused_and_never_breaks(web: Client, maria: Contact, sent: dict[str, Any]) -> None:
    assert web.post(p(maria), wishes(maria, **sent)).status_code in (200, 422)


def test_a_deleted_contact_finds_a_kind_page(web: Client, maria: Contact) -> None:
    Contact.objects.filter(pk=maria.pk).update(deleted_at=NOW)
    assert web.get(p(maria)).status_code == 410


def test_strangers_learn_nothing_from_made_up_links(web: Client, maria: Contact) -> None:
    answers = {web.get(f"/p/{token}/").content for token in ("a", "b" * 30, tokens.preferences_token(maria.pk)[::-1])}
    assert len(answers) == 1


def test_a_link_that_is_used_too_often_waits(web: Client, maria: Contact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.views.contact_choices.PER_MINUTE", 2)
    monkeypatch.setattr("messaging.views.contact_choices.timezone.now", lambda: NOW + timedelta(seconds=maria.pk % 50))
    answers = [web.post(p(maria), wishes(maria)).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_a_page_loaded_in_case_is_noted_as_such(web: Client, mail: Message) -> None:
    web.get(f"/t/c/{tokens.click_token(mail.pk, PAGE)}", headers={"sec-purpose": "prefetch;prerender"})
    assert MessageEvent.objects.get(message=mail).data["method"] == "prefetch"


def test_undoing_brings_back_what_was_left_by_that_link_only(web: Client, maria: Contact) -> None:
    offers, classes = (Unsubscribing(maria.pk, "email", topic, 0) for topic in ("marketing", "classes"))
    for asked in (offers, classes):
        leaving.leave(asked, source=leaving.ONE_CLICK, proof="", now=NOW)
    assert leaving.take_back(classes, was="", source=leaving.PAGE, proof="", now=NOW)
    assert list(Consent.objects.values_list("topic", "state")) == [("marketing", "withdrawn")]
