"""Numbers that are none, or that no row can have, in the fields of forms: each an answer, never a failure."""

from __future__ import annotations

import pytest

from tests.access.house import House

FORMS = {
    "deals/new/": {"contact_id": "{odd}", "stage_id": "{odd}", "owner_id": "{odd}", "product_id": "{odd}"},
    "deals/{deal}/edit/": {"name": "Visa", "contact_id": "{odd}", "version": "{odd}"},
    "deals/{deal}/move/": {"to": "{odd}.{odd}"},
    "contacts/merge/": {"ids": "{contact},{twin}", "kept": "{odd}", "step": "merge", "version-{contact}": "{odd}"},
    "followups/{followup}/complete/": {"outcome": "spoke", "then": "{odd}", "version": "{odd}"},
    "followups/new/": {"contact": "{contact}", "subject": "Call", "template": "{odd}", "deal": "{odd}"},
    "followups/sets/": {"contact": "{contact}", "set": "{odd}", "deal": "{odd}", "sure": "1"},
    "audiences/{audience}/edit/": {"name": "All", "version": "{odd}"},
    "invoices/new/": {"contact": "{contact}", "amount": "{odd}", "deal_id": "{odd}", "issued_on": "{odd}"},
    "invoices/{invoice}/edit/": {"amount": "{odd}", "version": "{odd}", "currency": "{odd}"},
    "invoices/{invoice}/pay/": {"amount": "{odd}", "paid_on": "9999-12-31"},
    "partners/{partner}/edit/": {"name": "Alba", "owner_id": "{odd}", "version": "{odd}"},
    "documents/{document}/edit/": {"name": "Letter", "kind_id": "{odd}", "due_on": "{odd}"},
    "contacts/{contact}/documents/ask/": {"case_kind_id": "{odd}", "kind_id": "{odd}"},
    "templates/{message_template}/edit/": {"name": "Hello", "version": "{odd}"},
    "conditions/builder/": {
        "condition_group": "all",
        "condition-0_what": "some:deals",
        "condition-0_number": "{odd}",
        "condition-0_days": "{odd}",
        "condition-0-0_what": "field:amount",
        "condition-0-0_op": "greater",
        "condition-0-0_value": "{odd}",
        "condition-1_what": "field:owner",
        "condition-1_op": "equals",
        "condition-1_value": "{odd}",
        "condition-2_what": "field:created_at",
        "condition-2_op": "within_last",
        "condition-2_value": "{odd}",
    },
}


@pytest.mark.parametrize("odd", ["9" * 5_000, "²", "٣", "9" * 19, "1e400", "sNaN", "-1", "0"])
def test_an_odd_number_in_a_form_fails_no_page(house: House, odd: str) -> None:
    kept, client = house.records.ids, house.browser("ada")
    for path, fields in FORMS.items():
        said = {name.format(**kept): text.format(odd=odd, **kept) for name, text in fields.items()}
        answer = client.post(f"/{path.format(**kept)}", said)
        assert answer.status_code in (200, 302, 409, 422), f"{path} {odd[:9]}: {answer.status_code}"


ADDRESSES = (
    "deals/?pipeline={odd}", "deals/list/?owner={odd}&stage={odd}&amount_from={odd}&after={odd}", "invoices/?owner={odd}&after={odd}",
    "documents/?owner={odd}&after={odd}", "partners/?owner={odd}&contact={odd}&after={odd}", "duplicates/?after={odd}",
    "contacts/merge/?ids={odd},1", "contacts/?import={odd}&audience={odd}", "followups/?deal={odd}&document={odd}&partner={odd}",
    "followups/sets/?contact={odd}&deal={odd}&set={odd}", "followups/new/?deal={odd}&partner={odd}&template={odd}&note={odd}",
    "invoices/new/?contact={odd}&deal={odd}", "deals/new/?contact={odd}&stage={odd}", "audiences/?after={odd}&q=%00",
    "contacts/similar/?first_name=%00{odd}&email=%00&phone={odd}",
)  # fmt: skip


@pytest.mark.parametrize("odd", ["9" * 4_400, "%C2%B2", "%D9%A3", "9" * 19, "1e400", "sNaN", "-1", "%00"])
def test_an_odd_number_in_an_address_fails_no_page(house: House, odd: str) -> None:
    client = house.browser("ada")
    for address in ADDRESSES:
        answer = client.get(f"/{address.format(odd=odd)}")
        assert answer.status_code in (200, 302, 400, 404), f"{address} {odd[:9]}: {answer.status_code}"
