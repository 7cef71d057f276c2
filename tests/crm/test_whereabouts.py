"""What time it is for a contact, and how we know."""

from __future__ import annotations

import pytest

from crm.whereabouts import whereabouts
from crm.zones import zone_names


@pytest.mark.parametrize(
    ("facts", "zone", "because"),
    [
        (("Asia/Manila", "+4915112345678", "DE"), "Asia/Manila", "stated"),
        (("", "+639175554410", "DE"), "Asia/Manila", "by the phone number"),
        (("Mars/Phobos", "+639175554410", ""), "Asia/Manila", "by the phone number"),
        (("", "", "IT"), "Europe/Rome", "by the country"),
        (("", "not a number", "it"), "Europe/Rome", "by the country"),
    ],
)
def test_the_stated_zone_wins_then_the_phone_then_the_country(
    facts: tuple[str, str, str], zone: str, because: str
) -> None:
    place = whereabouts(*facts)
    assert place is not None
    assert (place.zone_name, place.because) == (zone, because)


def test_a_number_that_could_be_in_several_zones_says_nothing() -> None:
    assert whereabouts("", "+18005550100", "") is None


def test_nobody_knows_where_nothing_is_known() -> None:
    assert whereabouts("", "", "") is None
    assert whereabouts("", "", "ZZ") is None


def test_every_country_leads_to_a_zone_that_exists_and_old_city_names_are_today_s() -> None:
    from crm.whereabouts import _zones_of_countries

    assert len(_zones_of_countries()) > 200
    assert set(_zones_of_countries().values()) <= zone_names()
    place = whereabouts("Asia/Calcutta")
    assert place is not None
    assert place.city == "Kolkata"
