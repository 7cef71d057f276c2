"""Several workers at the same audiences: nothing is lost, nothing happens twice, and a kill costs one batch."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from tests.crm.audiences.making import dynamic, members, told
from tests.factories import NOW, contacts

if TYPE_CHECKING:
    from crm.models import Audience


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make batches small enough to meet each other."""
    from crm.audiences import filling, refreshing

    monkeypatch.setattr(refreshing, "BATCH", 20)
    monkeypatch.setattr(refreshing, "MOST_BATCHES", 100)
    monkeypatch.setattr(filling, "BATCH", 20)


@pytest.fixture
def stored_for_all(transactional_db: None) -> None:
    """Have the first rows, which the test before may have swept away, where every connection sees them."""
    from tests.firsts import put_back

    put_back()


def changed(number: int) -> list[int]:
    """So many contacts that have begun to fit and wait to be looked at."""
    from crm.audiences.noticing import note_contacts
    from crm.models import Contact

    ids = [one.pk for one in contacts(number)]
    Contact.objects.filter(pk__in=ids).update(lifecycle="client")
    note_contacts(ids, now=NOW)
    return ids


def together(*work: Callable[[], Any]) -> None:
    """Do all at the same time, each on a connection of its own."""

    def alone(one: Callable[[], Any]) -> None:
        try:
            one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(alone, one) for one in work]:
            done.result(timeout=60)


def each_came_once(audience: Audience, ids: list[int]) -> bool:
    return sorted(pk for pk, _, _ in told(audience) if pk) == ids and members(audience) == set(ids)


def test_two_workers_share_the_changed_contacts(stored_for_all: None, small_batches: None) -> None:
    from crm.audiences.refreshing import refresh
    from crm.models import Audience, ChangedContact

    first, second = dynamic(), dynamic(name="Clients too")
    ids = changed(200)
    together(*[lambda: refresh(NOW)] * 3)
    refresh(NOW)
    assert not ChangedContact.objects.exists()
    assert each_came_once(first, ids)
    assert each_came_once(second, ids)
    assert set(Audience.objects.values_list("count", flat=True)) == {200}


def test_filling_and_refreshing_at_once_let_nobody_come_twice(stored_for_all: None, small_batches: None) -> None:
    from crm.audiences.filling import fill_waiting
    from crm.audiences.refreshing import refresh

    dynamic(name="Another")  # so that changes are noted
    ids = changed(150)
    audience = dynamic(filled=False)
    together(lambda: fill_waiting(NOW), lambda: refresh(NOW), lambda: fill_waiting(NOW))
    assert each_came_once(audience, ids)


@pytest.mark.django_db
def test_a_kill_leaves_its_batch_to_the_next_worker(small_batches: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from crm.audiences import refreshing

    audience, right, asked = dynamic(), refreshing.set_right, []

    def dies(*args: Any, **kwargs: Any) -> tuple[int, int]:
        asked.append(1)
        result = right(*args, **kwargs)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return result

    ids = changed(50)
    monkeypatch.setattr(refreshing, "set_right", dies)
    with pytest.raises(KeyboardInterrupt):
        refreshing.refresh(NOW)
    assert len(members(audience)) == 20
    refreshing.refresh(NOW)
    assert each_came_once(audience, ids)


def test_a_count_anew_waits_for_who_is_just_coming(stored_for_all: None) -> None:
    from time import sleep

    from django.db import transaction

    from crm.audiences.comparing import recount
    from crm.audiences.members import add_members
    from crm.models import Audience, Contact
    from tests.crm.audiences.making import static

    audience = static()
    ids = [one.pk for one in contacts(3)]

    def count() -> None:
        with transaction.atomic():
            recount([audience.pk], now=NOW)

    def alone() -> None:
        try:
            count()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            add_members(audience, Contact.objects.filter(pk__in=ids), by=None, now=NOW)
            counting = pool.submit(alone)
            sleep(0.3)
        counting.result(timeout=10)
    assert Audience.objects.get().count == 3


def test_whom_somebody_is_changing_is_looked_at_later(stored_for_all: None) -> None:
    from django.db import transaction

    from crm.audiences.refreshing import refresh
    from crm.models import ChangedContact, Contact

    audience = dynamic()
    ids = changed(3)

    def alone() -> None:
        try:
            refresh(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Contact.objects.select_for_update().get(pk=ids[1])
        pool.submit(alone).result(timeout=5)
    assert members(audience) == {ids[0], ids[2]}
    refresh(NOW)
    assert each_came_once(audience, ids)
    assert not ChangedContact.objects.exists()


@pytest.mark.django_db
def test_nobody_waits_for_whoever_was_erased() -> None:
    from crm.audiences.refreshing import refresh
    from crm.models import ChangedContact, Contact

    dynamic()
    ids = changed(2)
    Contact.objects.filter(pk=ids[0]).delete()
    refresh(NOW)
    assert not ChangedContact.objects.exists()
