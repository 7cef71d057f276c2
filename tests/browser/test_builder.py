"""A newcomer builds a workflow of three branches with a wait for a reply, with scripts and without; by keys and by dragging."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from automation.models import Automation, AutomationVersion
from automation.publishing import create
from messaging.models import MessageTemplate, TemplateVariant
from tests.browser.automating import automations

if TYPE_CHECKING:
    from crm.models import User
    from tests.people import People

PICTURES = os.environ.get("BUILDER_PICTURES", "")


@pytest.fixture
def templates(morning: People) -> dict[str, int]:
    """The messages that a small firm has: by name."""
    now, found = timezone.now(), {}
    for name, channel in (
        ("Thank you, here is your guide", "email"),
        ("Five tips", "email"),
        ("A short reminder", "sms"),
    ):
        made = MessageTemplate.objects.create(
            name=name, channel=channel, topic="service", created_at=now, updated_at=now
        )
        TemplateVariant.objects.create(
            template=made, language="en", subject=name, text="Hello {{ contact.first_name|there }}"
        )
        found[name] = made.pk
    return found


def steps(name: str) -> list[dict[str, Any]]:
    """What is stored of the steps now."""
    version = AutomationVersion.objects.filter(automation__name=name).latest("number")
    found: list[dict[str, Any]] = version.definition.get("steps", [])
    return found


def picture(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{PICTURES}/{name}.png")


def begin(page: Page, name: str) -> None:
    page.goto("/automations/")
    page.locator("main").get_by_role("link", name="New").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.locator("form:has([name=kind]) [type=submit]").click()
    expect(page.get_by_role("heading", name="When does it begin?")).to_be_visible()


def builds(page: Page, name: str, save: Callable[[], None], ask: Callable[[], None]) -> None:
    """Everything a newcomer clicks and types, from the empty page to the finished workflow."""
    begin(page, name)
    picture(page, "1-new")
    page.get_by_role("button", name="Form submitted").click()
    page.locator("#id_form").fill("visa guide")
    save()
    page.get_by_role("link", name="Add the first step").click()
    expect(page.get_by_role("heading", name="Add a step here")).to_be_visible()
    picture(page, "2-palette")
    page.get_by_role("button", name="Send e-mail").click()
    page.locator("#id_template").select_option(label="Thank you, here is your guide")
    save()
    page.locator(".canvas .plus").last.click()
    page.get_by_role("button", name="Wait for something").click()
    expect(page.locator(".canvas")).to_contain_text("Wait for a reply")
    page.get_by_role("link", name="Add a step after Wait for a reply").first.click()
    page.get_by_role("button", name="Create follow-up").click()
    page.get_by_label("Subject").fill("Call {{ contact.first_name|them }}")
    page.get_by_label("Type").select_option(label="Call")
    save()
    page.locator(".branch.last .plus").last.click()
    page.get_by_role("button", name="If / else").click()
    page.locator("#when_a-0_what").select_option(label="Lifecycle")
    ask()
    page.locator("#when_a-0_op").select_option("equals")
    page.locator("#when_a-0_value").select_option("client")
    save()
    expect(page.locator(".canvas")).to_contain_text("is a client")
    picture(page, "3-branch")
    page.get_by_role("link", name="Add a step after If").first.click()
    page.get_by_role("button", name="Send e-mail").click()
    page.locator("#id_template").select_option(label="Five tips")
    save()
    page.get_by_role("link", name="Add a step after If").last.click()
    page.get_by_role("button", name="Send SMS").click()
    page.locator("#id_template").select_option(label="A short reminder")
    save()


def check(name: str) -> None:
    found = {step["id"]: step for step in steps(name)}
    assert [step["kind"] for step in found.values()] == [
        "send_email",
        "wait_for_event",
        "create_followup",
        "branch",
        "send_email",
        "send_sms",
    ]
    wait = next(step for step in found.values() if step["kind"] == "wait_for_event")
    assert set(wait["exits"]) == {"happened", "timed_out"}
    assert all(wait["exits"].values())


def test_a_newcomer_builds_three_branches(
    page: Page,
    morning: People,
    templates: dict[str, int],
    sign_in: Callable[[User], None],
    axe: Callable[[Page], list[str]],
) -> None:
    sign_in(morning.mara)

    def save() -> None:
        page.locator("h1").click()  # leave the field: it stores itself
        expect(page.locator("[data-saved]")).to_have_text("Saved")
        page.locator("[data-saved]").evaluate("(one) => { one.textContent = '' }")

    builds(page, "Nurture: visa guide", save, lambda: None)
    check("Nurture: visa guide")
    expect(page.get_by_label("Before you publish")).not_to_contain_text("Choose")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900 if width > 600 else 844})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            for place, address in (
                ("steps", ""),
                ("step", "?step=s2"),
                ("list", "list/"),
                ("rules", "rules/"),
                ("add", "?add=s2.happened"),
            ):
                one = Automation.objects.get(name="Nurture: visa guide")
                page.goto(f"/automations/{one.pk}/{address}")
                picture(page, f"{place}-{theme}-{width}")
                assert not axe(page), (place, theme, width)
                wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
                assert not wide, (place, width)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/automations/{one.pk}/")
    page.get_by_role("link", name="Publish version 1").click()
    page.get_by_role("button", name="Publish and switch on").click()
    expect(page.locator(".head .badge").first).to_have_text("Active")
    assert not page.errors  # type: ignore[attr-defined]


def test_a_newcomer_builds_three_branches_without_scripts(
    browser: Browser, live_server: Any, morning: People, templates: dict[str, int], sign_in: Callable[[User], None]
) -> None:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(morning.mara)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()

    def save() -> None:
        page.get_by_role("button", name="Save").click()

    builds(page, "Nurture without", save, lambda: page.get_by_role("button", name="Show").click())
    check("Nurture without")
    context.close()


def test_keys_walk_add_delete_and_take_back(
    page: Page, morning: People, templates: dict[str, int], sign_in: Callable[[User], None]
) -> None:
    definition = {
        "triggers": [{"kind": "manual"}],
        "start": "s1",
        "steps": [
            {"id": "s1", "kind": "wait", "exits": {"next": "s2"}},
            {"id": "s2", "kind": "send_email", "template": templates["Five tips"], "exits": {"next": None}},
        ],
    }
    one = create(name="Keys", definition=definition, by=morning.mara, now=timezone.now())
    sign_in(morning.mara)
    page.goto(f"/automations/{one.pk}/")
    page.locator("#trigger-0").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#trigger-new")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#node-s1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#id_amount")).to_be_focused()
    page.locator("#node-s1").focus()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Add a step here")).to_be_visible()
    page.locator("[data-palette] [type=search]").fill("end")
    page.locator("#node-s2").focus()
    page.keyboard.press("Delete")
    expect(page.locator("#node-s2")).to_have_count(0)
    page.locator("#node-s1").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#node-s2")).to_be_visible()
    page.locator("#node-s1").focus()
    page.keyboard.press("Control+Shift+z")
    expect(page.locator("#node-s2")).to_have_count(0)
    assert not page.errors  # type: ignore[attr-defined]


def test_what_is_picked_by_keys_is_filled_in_next(page: Page, morning: People, sign_in: Callable[[User], None]) -> None:
    one = create(name="Picked", definition={}, by=morning.mara, now=timezone.now())
    sign_in(morning.mara)
    page.goto(f"/automations/{one.pk}/")
    page.locator("[data-palette] [type=search]").focus()
    page.keyboard.type("form sub")
    page.keyboard.press("Enter")
    expect(page.locator("#id_form")).to_be_focused()


def test_steps_are_dragged_from_the_palette_and_within_the_tree(
    page: Page, morning: People, templates: dict[str, int], sign_in: Callable[[User], None]
) -> None:
    definition = {
        "triggers": [{"kind": "manual"}],
        "start": "s1",
        "steps": [
            {"id": "s1", "kind": "wait", "exits": {"next": "s2"}},
            {"id": "s2", "kind": "send_email", "template": templates["Five tips"], "exits": {"next": None}},
        ],
    }
    one = create(name="Drag", definition=definition, by=morning.mara, now=timezone.now())
    sign_in(morning.mara)
    page.goto(f"/automations/{one.pk}/")
    page.locator("[data-kind=branch]").drag_to(page.locator('.wire[data-place="s1.next"]'))
    expect(page.locator(".fork")).to_be_visible()
    assert [step["kind"] for step in steps("Drag")] == ["wait", "branch", "send_email"]
    page.locator("#node-s1").drag_to(page.locator('.wire[data-place="s3.else"]'))
    expect(page.locator(".branch.last #node-s1")).to_be_visible()
    assert [step["kind"] for step in steps("Drag")] == ["branch", "send_email", "wait"]
    assert not page.errors  # type: ignore[attr-defined]


def test_a_sequence_is_made_touch_by_touch(
    page: Page,
    morning: People,
    templates: dict[str, int],
    sign_in: Callable[[User], None],
    axe: Callable[[Page], list[str]],
) -> None:
    one = create(name="Three touches", definition={}, by=morning.mara, now=timezone.now(), kind="sequence")
    sign_in(morning.mara)
    page.goto(f"/automations/{one.pk}/")
    page.get_by_role("button", name="Tag added").click()
    page.get_by_role("button", name="Add a touch").click()
    page.locator("#what_1").select_option(label="Five tips")
    page.get_by_role("button", name="Add a touch").click()
    page.locator("#what_2").select_option(label="A short reminder")
    page.locator("#unit_2").select_option(label="working days")
    page.locator("form.line").get_by_role("button", name="Save").click()
    expect(page.get_by_label("Before you publish")).not_to_contain_text("Choose the message template")
    assert [step["kind"] for step in steps("Three touches")] == ["send_email", "wait", "send_sms"]
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900 if width > 600 else 844})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            picture(page, f"sequence-{theme}-{width}")
            assert not axe(page), (theme, width)
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), width
    page.get_by_role("link", name="Open as workflow").click()
    expect(page.locator("#node-s1")).to_be_visible()
    assert not page.errors  # type: ignore[attr-defined]


def test_an_active_one_says_who_is_where_and_what_is_not_live_yet(
    page: Page, morning: People, templates: dict[str, int], sign_in: Callable[[User], None]
) -> None:
    ids = automations(morning.mara)
    sign_in(morning.mara)
    page.goto(f"/automations/{ids['automation']}/")
    expect(page.locator(".builder-bar")).to_contain_text("goes on unchanged until you publish")
    expect(page.locator("#node-s1 .count")).to_contain_text("4")
    picture(page, "active")
    page.goto(f"/automations/{ids['braked']}/?step=s1")
    picture(page, "parked")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/automations/{create(name='New', definition={}, by=morning.mara, now=timezone.now()).pk}/")
    picture(page, "new-390")
    assert not page.errors  # type: ignore[attr-defined]


def test_what_is_stored_is_marked_no_more_and_enter_stays_in_the_field(
    page: Page, morning: People, templates: dict[str, int], sign_in: Callable[[User], None]
) -> None:
    one = create(name="Marked", definition={}, by=morning.mara, now=timezone.now())
    sign_in(morning.mara)
    page.goto(f"/automations/{one.pk}/")
    page.get_by_role("button", name="Form submitted").dblclick()
    page.locator("#id_form").fill("guide")
    page.keyboard.press("Enter")
    expect(page.locator("#trigger-0")).to_contain_text("guide")
    expect(page.locator("#id_form")).to_be_focused()
    expect(page.locator("#trigger-1")).to_have_count(0)
    page.get_by_role("link", name="Add the first step").click()
    expect(page.get_by_label("Find one of these")).to_be_focused()
    page.keyboard.type("mail")
    page.keyboard.press("Enter")
    expect(page.locator("[data-side]")).to_contain_text("Choose the message template.")
    page.locator("#id_template").select_option(label="Five tips")
    expect(page.locator("[data-side]")).to_contain_text("Hello [first name]")
    expect(page.locator("[data-side]")).not_to_contain_text("Choose the message template.")
    assert not page.errors  # type: ignore[attr-defined]


def test_a_condition_that_is_half_made_is_there_again_and_a_whole_one_is_stored_in_any_hurry(
    page: Page, morning: People, templates: dict[str, int], sign_in: Callable[[User], None]
) -> None:
    definition = {
        "triggers": [{"kind": "manual"}],
        "start": "s1",
        "steps": [
            {"id": "s1", "kind": "wait", "exits": {"next": "s2"}},
            {"id": "s2", "kind": "branch", "choices": [{"name": "c1", "when": {}}], "exits": {}},
        ],
    }
    one = create(name="Half", definition=definition, by=morning.mara, now=timezone.now())
    sign_in(morning.mara)
    page.goto(f"/automations/{one.pk}/?step=s2")
    page.locator("#when_a-0_what").select_option(label="Lifecycle")
    page.locator("#node-s1").click()
    expect(page.locator("#id_amount")).to_be_visible()
    page.locator("#node-s2").click()
    expect(page.locator("#when_a-0_what")).to_have_value("field:lifecycle")
    page.locator("#when_a-0_value").select_option("client")
    page.locator("#node-s1").click()
    expect(page.locator("#id_amount")).to_be_visible()
    expect(page.locator("#node-s2")).to_contain_text("is a client")
    page.locator("#node-s2").click()
    page.get_by_role("button", name="Another way").click()
    expect(page.locator("#when_b-0_what")).to_be_focused()
    expect(page.locator(".branch")).to_have_count(3)
    assert [choice["label"] for choice in steps("Half")[1]["choices"]] == ["is a client", ""]
    assert all("422" in one for one in page.errors)  # type: ignore[attr-defined]


def test_a_wide_tree_is_drawn_so_that_it_fits_and_stays_about_its_trigger(
    page: Page, morning: People, sign_in: Callable[[User], None]
) -> None:
    ends = [{"id": f"s{number}", "kind": "wait", "exits": {"next": None}} for number in (2, 3, 4, 5)]
    ways = [{"name": f"c{number}", "label": str(number), "when": {}} for number in (2, 3, 4)]
    fork = {"id": "s1", "kind": "branch", "choices": ways, "exits": {"c2": "s2", "c3": "s3", "c4": "s4", "else": "s5"}}
    definition = {"triggers": [{"kind": "manual"}], "start": "s1", "steps": [fork, *ends]}
    one = create(name="Wide", definition=definition, by=morning.mara, now=timezone.now())
    sign_in(morning.mara)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/automations/{one.pk}/")
    expect(page.get_by_label("75 %")).to_be_checked()
    page.set_viewport_size({"width": 1100, "height": 900})
    middle = "(one) => { const box = one.getBoundingClientRect(); return box.x + box.width / 2; }"
    page.wait_for_timeout(200)
    trigger, canvas = (page.locator(part).evaluate(middle) for part in ("#trigger-0", "[data-canvas]"))
    assert abs(trigger - canvas) < 20
    page.set_viewport_size({"width": 1920, "height": 900})
    expect(page.get_by_label("100 %")).to_be_checked()
    assert not page.errors  # type: ignore[attr-defined]
