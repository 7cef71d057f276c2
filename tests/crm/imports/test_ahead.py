"""Working ahead: in order, with whatever goes wrong handed on, and nothing left behind in the process."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from crm.importing.ahead import TURN, ahead


def test_items_come_in_their_order_and_threads_take_short_turns_meanwhile() -> None:
    usual = sys.getswitchinterval()
    met = []
    for item in ahead(iter(range(5))):
        assert sys.getswitchinterval() == pytest.approx(TURN)
        met.append(item)
    assert met == [0, 1, 2, 3, 4]
    assert sys.getswitchinterval() == pytest.approx(usual)


def test_what_goes_wrong_ahead_is_raised_where_it_would_have_been_met() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    usual = sys.getswitchinterval()
    coming = ahead(items())
    assert next(coming) == 1
    with pytest.raises(ZeroDivisionError):
        next(coming)
    assert sys.getswitchinterval() == pytest.approx(usual)


def test_the_usual_turns_come_back_when_the_last_of_two_has_ended() -> None:
    usual = sys.getswitchinterval()
    first, second = ahead(iter([1, 2])), ahead(iter([1, 2]))
    assert (next(first), next(second)) == (1, 1)
    second.close()
    assert sys.getswitchinterval() == pytest.approx(TURN)
    first.close()
    assert sys.getswitchinterval() == pytest.approx(usual)
