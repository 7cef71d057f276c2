"""Made-up requests, eight of each operation besides the examples: the API never fails, and answers as its description says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.made_up import AS_TOLD, broken_words, described

schema = described("examples", "fuzzing")


@schema.parametrize()
@AS_TOLD
@pytest.mark.django_db
def test_the_api_keeps_its_word(case: Any, worker_token: str) -> None:
    assert broken_words(case, worker_token) == []
