"""The rows that migrations store, put back after a test that commits: Django empties every table behind those."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps

from automation.models import AutomationPolicy
from crm.models import DocumentKind, Organisation, Pipeline
from followups.models import FollowUpSet, FollowUpType
from messaging.models import ContactPolicy


def put_back() -> None:
    """Store again what migrations store, where it is gone: the organisation, the rules for contacts and automations,
    pipelines, kinds of document, types, outcomes, templates and sets."""
    Organisation.objects.get_or_create(pk=1)
    ContactPolicy.objects.get_or_create(pk=1)
    AutomationPolicy.objects.get_or_create(pk=1)
    if not Pipeline.objects.exists():
        import_module("crm.migrations.0014_pipelines").make_pipelines(apps, None)
    if not DocumentKind.objects.exists():
        import_module("crm.migrations.0016_documents").make_checklists(apps, None)
    if not FollowUpType.objects.exists():
        import_module("followups.migrations.0003_first_types").fill(apps, None)
    if not FollowUpSet.objects.exists():
        import_module("followups.migrations.0014_sets").fill(apps, None)
