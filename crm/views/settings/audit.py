"""The audit trail: searchable, with before and after, and as a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.access import everybody_for
from crm.audit import Asked, Entry, audited, read
from crm.form_fields import choice, row_choice
from crm.models import User
from crm.views.guard import PersonRequest, may

SALT = "followthrough.audit"
PER_PAGE, EXPORTED = 50, 20_000
COLUMNS = ("at", "who", "address", "page", "action", "kind", "record_id", "record", "field", "before", "after")


def in_calendar(day: date) -> None:
    """Refuse days beside which a time zone has no other."""
    if not 1970 <= day.year <= 9000:
        raise forms.ValidationError("The year lies between 1970 and 9000.")


class AuditFilter(forms.Form):
    """What to look for; everything may be left out."""

    kind = forms.ChoiceField(label="What", required=False)
    who: forms.ModelChoiceField[User] = forms.ModelChoiceField(None, label="Who", required=False, empty_label="Anybody")
    record = forms.IntegerField(label="Number", required=False, min_value=1, max_value=2**63 - 1)
    since = forms.DateField(
        label="From", required=False, validators=[in_calendar], widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        label="To", required=False, validators=[in_calendar], widget=forms.DateInput({"type": "date"})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice(self, "kind").choices = [("", "Everything"), *audited().items()]
        row_choice(self, "who").queryset = everybody_for(user).order_by("full_name", "email")

    def asked(self, before: dict[str, int]) -> Asked:
        """The question, days in the reader's own zone."""
        said = self.cleaned_data
        return Asked(
            kind=said["kind"],
            record_id=said["record"],
            user_id=said["who"].pk if said["who"] else None,
            since=_midnight(said["since"]),
            until=_midnight(said["until"] + timedelta(days=1)) if said["until"] else None,
            before=before,
        )


def _midnight(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day else None


@may("audit.view")
@require_safe
def audit(request: PersonRequest) -> HttpResponse:
    """Show the changes that are asked for, newest first."""
    form = AuditFilter(request.GET, user=request.user)
    if not form.is_valid():
        return render(request, "crm/settings/audit.html", {"form": form, "entries": [], "later": ""}, status=422)
    entries, after = read(form.asked(_place(request)), limit=PER_PAGE)
    later = ""
    if after:
        query = request.GET.copy()
        query["after"] = signing.dumps(after, salt=SALT)
        later = f"?{query.urlencode()}"
    query = request.GET.copy()
    query.pop("after", None)
    context = {"form": form, "entries": entries, "later": later, "export": f"export/?{query.urlencode()}"}
    return render(request, "crm/settings/audit.html", context)


def _place(request: PersonRequest) -> dict[str, int]:
    try:
        return dict(signing.loads(request.GET.get("after", ""), salt=SALT))
    except signing.BadSignature:
        return {}


@may("audit.view")
@require_safe
def export(request: PersonRequest) -> HttpResponse | StreamingHttpResponse:
    """The same as a CSV file, one line a changed field."""
    form = AuditFilter(request.GET, user=request.user)
    if not form.is_valid():
        return render(request, "crm/settings/audit.html", {"form": form, "entries": [], "later": ""}, status=422)
    writer = csv.writer(_Echo())
    lines = (writer.writerow([safe(cell) for cell in row]) for row in _table(form))
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


class _Echo:
    def write(self, line: str) -> str:
        return line


def _table(form: AuditFilter) -> Iterator[tuple[Any, ...]]:
    yield COLUMNS
    place: dict[str, int] | None = {}
    written = 0
    while place is not None and written < EXPORTED:
        entries, place = read(form.asked(place), limit=500)
        written += len(entries)
        for entry in entries:
            yield from _lines(entry)


def _lines(entry: Entry) -> Iterator[tuple[Any, ...]]:
    head = (
        entry.at.isoformat(),
        entry.who,
        entry.address,
        entry.page,
        entry.action,
        entry.kind,
        entry.record_id,
        entry.record,
    )
    for name, (before, after) in entry.changes.items():
        yield (*head, name, plain(before), plain(after))


def plain(value: Any) -> str:
    """A value as text for a cell."""
    return (
        json.dumps(value, default=str, ensure_ascii=False)
        if isinstance(value, dict | list)
        else ""
        if value is None
        else str(value)
    )


def safe(cell: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text[:1] in "=+-@\t\r" and text[:1] else text
