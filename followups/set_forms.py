"""The form of a set: what it is, when it is made, and its follow-ups; a few empty lines are there to be filled."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.form_fields import row_choice
from crm.models import DocumentKind, Stage, User
from followups.access import templates_for
from followups.models import FollowUpSet, FollowUpTemplate, Occasion, Priority
from followups.set_catalogue import LONGEST_DAYS, MOST_ITEMS, Item

EMPTY_LINES = 3


class SetForm(forms.Form):
    name = forms.CharField(max_length=80)
    description = forms.CharField(max_length=300, required=False, label="What it is for")
    occasion = forms.ChoiceField(choices=Occasion.choices, label="Made when", initial=Occasion.BY_HAND)
    stage = forms.ModelChoiceField(
        Stage.objects.none(), required=False, empty_label="None", help_text="Only where a deal enters a stage"
    )
    document_kind = forms.ModelChoiceField(
        DocumentKind.objects.none(), required=False, empty_label="Any",
        help_text="Only where a document is asked for; a set for one kind comes before one for any",
    )  # fmt: skip

    def __init__(self, *args: Any, keep: FollowUpSet | None = None, **kwargs: Any) -> None:
        if keep is not None:
            kwargs["initial"] = {
                "name": keep.name, "description": keep.description, "occasion": keep.occasion,
                "stage": keep.stage_id, "document_kind": keep.document_kind_id,
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        stages = Stage.objects.filter(archived_at__isnull=True, pipeline__archived_at__isnull=True)
        stages |= Stage.objects.filter(pk=keep.stage_id if keep and keep.stage_id else 0)
        row_choice(self, "stage").queryset = stages.select_related("pipeline").order_by("pipeline", "position", "pk")
        row_choice(self, "stage").label_from_instance = _stage_name  # type: ignore[method-assign]  # as Django's manual says
        kinds = DocumentKind.objects.filter(archived_at__isnull=True)
        row_choice(self, "document_kind").queryset = kinds | DocumentKind.objects.filter(
            pk=keep.document_kind_id if keep and keep.document_kind_id else 0
        )

    def values(self) -> dict[str, Any]:
        """What the verb takes."""
        chosen = dict(self.cleaned_data)
        for name in ("stage", "document_kind"):
            row = chosen.pop(name)
            chosen[f"{name}_id"] = row.pk if row else None
        return chosen


def _stage_name(obj: Any) -> str:
    return f"{obj.pipeline.name}: {obj.name}"


class ItemForm(forms.Form):
    id = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    template = forms.ModelChoiceField(FollowUpTemplate.objects.none(), required=False, empty_label="Nothing")
    days = forms.IntegerField(min_value=0, max_value=LONGEST_DAYS, required=False, label="Days after")
    priority = forms.ChoiceField(choices=[("", "As the template"), *Priority.choices], required=False)

    def __init__(self, *args: Any, templates: list[tuple[int, str]], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = row_choice(self, "template")
        field.queryset = templates_for(user)
        field.choices = [("", "Nothing"), *templates]


Items = forms.formset_factory(
    ItemForm, extra=EMPTY_LINES, max_num=MOST_ITEMS, validate_max=True, absolute_max=MOST_ITEMS + 10
)


def items_form(user: User, data: Any, keep: FollowUpSet | None) -> Any:
    """The lines of the form, those of the set first."""
    rows = list(keep.items.order_by("position", "pk").values("id", "template", "days", "priority")) if keep else []
    used = {row["template"] for row in rows}
    templates = [(one.pk, one.name) for one in templates_for(user) if one.archived_at is None or one.pk in used]
    return Items(data, initial=rows, prefix="items", form_kwargs={"templates": templates, "user": user})


def items_of(lines: Any) -> list[Item]:
    """What the lines say; one without a template is none."""
    return [
        Item(line["template"].pk, line.get("days") or 0, line.get("priority") or "", line.get("id"))
        for line in lines.cleaned_data
        if line.get("template")
    ]
