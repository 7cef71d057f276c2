"""Two workers at once: neither the cap of a person nor that of a run is filled twice."""

import threading

import pytest
from django.db import connection

from automation import running
from automation.running import run_batch
from messaging.models import ContactPolicy, Message
from tests.automation.effects.acting import put_in
from tests.automation.making import automation, template
from tests.factories import NOW, contact, contacts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def first_rows(transactional_db):
    """What an installation begins with: a test before this one has emptied every table."""
    from tests.firsts import put_back

    put_back()


def two_workers(monkeypatch) -> None:
    """Both have taken their people before either looks at what they have had."""
    taken, load = threading.Barrier(2), running.load_facts

    def load_together(*args, **named):
        taken.wait(timeout=20)
        return load(*args, **named)

    monkeypatch.setattr(running, "load_facts", load_together)

    def work() -> None:
        try:
            run_batch(NOW, limit=1)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()


def test_a_person_at_the_cap_gets_one(monkeypatch):
    ContactPolicy.objects.update(automations_per_day=1, gap_minutes=None)
    maria = contact()
    for name in ("First", "Second"):
        put_in(automation({"kind": "send_email", "template": template(name)}), maria)
    two_workers(monkeypatch)
    assert Message.objects.count() == 1


def test_a_full_run_takes_no_more(monkeypatch):
    made = automation({"kind": "send_email", "template": template()}, runs_at=["09:00"], batch_size=1)
    put_in(made, *contacts(2))
    two_workers(monkeypatch)
    assert Message.objects.count() == 1
