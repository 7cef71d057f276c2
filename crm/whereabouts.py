"""What time it is for a contact: their stated zone, else their phone's, else their country's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as phone_zones

from crm.zones import zone_names

#: Cities whose zone is still listed under a name that they no longer have.
_TODAY = {
    "Asia/Calcutta": "Kolkata",
    "Asia/Saigon": "Ho Chi Minh City",
    "Asia/Katmandu": "Kathmandu",
    "Asia/Rangoon": "Yangon",
}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A zone and how it is known: "stated", "by the phone number", "by the country", or "" when it is not."""

    zone_name: str
    because: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone_name)

    @property
    def city(self) -> str:
        """The place that names the zone: Manila for Asia/Manila."""
        return _TODAY.get(self.zone_name) or self.zone_name.rsplit("/", 1)[-1].replace("_", " ")


def whereabouts(time_zone: str, phone: str = "", country: str = "") -> Whereabouts | None:
    """Work out where a contact is; nothing when nobody can say."""
    if time_zone in zone_names():
        return Whereabouts(time_zone, "stated")
    if by_phone := _zone_of_phone(phone):
        return Whereabouts(by_phone, "by the phone number")
    if by_country := _zones_of_countries().get(country.upper()):
        return Whereabouts(by_country, "by the country")
    return None


@lru_cache(maxsize=20_000)
def _zone_of_phone(phone: str) -> str:
    """The zone of an E.164 number, where its prefix has only one."""
    if not phone:
        return ""
    try:
        found = phone_zones.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return ""
    return found[0] if len(found) == 1 and found[0] in zone_names() else ""


@cache
def _zones_of_countries() -> dict[str, str]:
    """Each country's first zone in the table of the zone database, which puts the most populous first."""
    first: dict[str, str] = {}
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text().splitlines():
        if line and not line.startswith("#"):
            country, _, name = line.split("\t")[:3]
            first.setdefault(country, name)
    return first
