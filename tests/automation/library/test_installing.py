"""Every entry of the library installs with one click, is ready to be switched on, and can be installed again."""

from __future__ import annotations

import pytest

from automation.compiling import compiled
from automation.definition.checking import check
from automation.definition.reading import read_definition
from automation.library.installing import install
from automation.library.registry import ENTRIES
from automation.models import AutomationVersion
from automation.publishing import publish
from messaging.models import MessageTemplate
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("slug", ENTRIES)
def test_an_entry_installs_and_can_be_switched_on_as_it_is(slug: str) -> None:
    made = install(ENTRIES[slug], by=None, now=NOW)
    draft = AutomationVersion.objects.get(automation=made)
    definition = read_definition(draft.definition)
    assert not check(definition).broken
    assert not check(definition).unfinished
    assert not [why for why in compiled(definition).conditions.values() if isinstance(why, str)]
    publish(made, by=None, now=NOW)
    made.refresh_from_db()
    assert (made.state, made.library) == ("active", slug)


@pytest.mark.parametrize("slug", ENTRIES)
def test_installed_again_it_uses_the_templates_that_are_there(slug: str) -> None:
    first = install(ENTRIES[slug], by=None, now=NOW)
    templates = MessageTemplate.objects.count()
    second = install(ENTRIES[slug], by=None, now=NOW)
    assert MessageTemplate.objects.count() == templates
    assert second.name == f"{first.name} (2)"
