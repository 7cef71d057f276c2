"""Without the search for reference cycles an import leaves nothing over that grows with its rows."""

from __future__ import annotations

import gc

import pytest

from crm.collecting import without_collecting
from tests.crm.importing import imported
from tests.people import People


def test_the_search_is_off_inside_and_on_again_behind() -> None:
    with without_collecting():
        assert not gc.isenabled()
        with without_collecting():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_search_is_on_again_behind_an_error() -> None:
    with pytest.raises(ZeroDivisionError), without_collecting():
        raise ZeroDivisionError
    assert gc.isenabled()


@pytest.mark.django_db
def test_what_is_left_over_does_not_grow_with_the_rows(people: People) -> None:
    def left_over(count: int, mark: str) -> int:
        rows = "".join(
            f"P{n},{mark}{n}@example.com,nowhere\n" + f"Bad{n},no address {mark}{n},xx\n" for n in range(count)
        )
        gc.collect()
        with without_collecting():
            batch = imported("First name,Email,Country\n" + rows)
            assert (batch.created, batch.failed) == (count, count)
            return gc.collect()

    left_over(10, "warm")
    few, many = left_over(20, "few"), left_over(1_020, "many")
    assert many - few < 1_000, "less than an object a row"
