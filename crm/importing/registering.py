"""What imports make known at start-up: the kinds of records of this floor."""

from crm.importing.records import deals, people, products
from crm.importing.records.kinds import register_kind


def register() -> None:
    """Called once, by the app."""
    for kind in (deals.KIND, products.KIND, people.KIND):
        register_kind(kind)
