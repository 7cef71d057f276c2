"""Who opened or clicked: the rules on hand-made cases, with precision and recall said aloud."""

from __future__ import annotations

from datetime import timedelta

from messaging.tracking.labelling import MACHINE, PERSON, UNKNOWN, Seen, label
from tests.messaging.tracking.cases import CASES, DELIVERED, PHONE, click, opened


def labels(*hits: Seen, links: tuple[str, ...] = ()) -> list[str]:
    found = label(hits, delivered_at=DELIVERED, links=links)
    return [found[hit.id].actor for hit in hits]


def test_precision_and_recall_on_our_own_cases_are_published() -> None:
    """The cases are ours, made by hand after the reports named in them: they show the rules, not the world."""
    said = expected = right = 0
    wrong = []
    for case in CASES:
        found = label(case.hits, delivered_at=case.delivered_at, links=case.links)
        for hit, actor in zip(case.hits, case.actors, strict=True):
            machine = found[hit.id].actor == MACHINE
            said += machine
            expected += actor == MACHINE
            right += machine and actor == MACHINE
            if found[hit.id].actor != actor:
                wrong.append(f"{case.name}: {hit.kind} after {hit.at - DELIVERED} is {found[hit.id]}")
    print(
        f"machines found: precision {right / said:.3f}, recall {right / expected:.3f}, hits {sum(len(c.hits) for c in CASES)}"
    )
    assert right / said >= 0.97, wrong
    assert right / expected >= 0.90, wrong


def test_every_case_that_is_not_marked_as_beyond_us_is_right() -> None:
    for case in CASES:
        if not case.beyond:
            found = label(case.hits, delivered_at=case.delivered_at, links=case.links)
            assert tuple(found[hit.id].actor for hit in case.hits) == case.actors, (case.name, found)


def test_every_label_names_its_rule() -> None:
    assert all(one.rule for case in CASES for one in label(case.hits, delivered_at=case.delivered_at).values())


def test_the_hidden_link_marks_what_came_with_it_and_not_the_person_an_hour_later() -> None:
    hits = (click(30), click(31, hidden=True), click(3700, user_agent=PHONE, network="198.51.100.0/24"))
    assert labels(*hits) == [MACHINE, MACHINE, PERSON]


def test_two_clicks_on_one_link_are_a_double_click_and_no_burst() -> None:
    assert labels(click(60), click(60.3)) == [PERSON, PERSON]


def test_a_person_who_follows_two_links_in_three_seconds_stays_a_person() -> None:
    assert labels(click(60, url="https://e.example/1"), click(63, url="https://e.example/2")) == [PERSON, PERSON]


def test_opens_are_labelled_and_never_dropped() -> None:
    hits = [opened(n, user_agent="Mozilla/5.0") for n in range(5)]
    assert len(label(hits, delivered_at=DELIVERED)) == 5


def test_a_provider_that_names_no_program_leaves_the_question_open() -> None:
    assert labels(opened(600, user_agent="", provider="sendgrid")) == [UNKNOWN]


def test_without_a_time_of_delivery_nothing_is_too_soon() -> None:
    hit = click(0.5)
    assert label([hit], delivered_at=None)[hit.id].actor == PERSON


def test_the_order_of_the_hits_does_not_matter() -> None:
    for case in CASES:
        there = label(case.hits, delivered_at=case.delivered_at, links=case.links)
        back = label(case.hits[::-1], delivered_at=case.delivered_at, links=case.links)
        assert there == back, case.name


def test_five_hundred_hits_are_judged_at_once() -> None:
    hits = [click(60 + n / 1000, url=f"https://e.example/{n}") for n in range(500)]
    assert set(labels(*hits)) == {MACHINE}


def test_time_windows_end_where_they_say() -> None:
    close = (click(60, url="https://e.example/1"), click(61, url="https://e.example/2"))
    apart = (click(60, url="https://e.example/1"), click(61.01, url="https://e.example/2"))
    assert labels(*close) == [MACHINE] * 2
    assert labels(*apart) == [PERSON] * 2
    assert timedelta(seconds=1) == close[1].at - close[0].at
