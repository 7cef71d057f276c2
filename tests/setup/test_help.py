"""Every help page can be read, and names nothing that is not there."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from config.help import SUBJECTS
from crm.models import User


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/help/", *(f"/help/{subject.slug}/" for subject in SUBJECTS)])
def test_a_help_page_is_there_and_its_links_lead_somewhere(client: Client, address: str) -> None:
    client.force_login(User.objects.create_user("sam@example.com"))

    page = client.get(address)

    assert page.status_code == 200
    for link in set(re.findall(r'href="(/[^"#?]*)"', page.content.decode())):
        if link.startswith("/static/"):
            continue
        try:
            resolve(link)
        except Resolver404:
            pytest.fail(f"{address} links to {link}, which is no page")


@pytest.mark.django_db
def test_an_unknown_subject_is_not_found(client: Client) -> None:
    client.force_login(User.objects.create_user("sam@example.com"))
    assert client.get("/help/nonsense/").status_code == 404
