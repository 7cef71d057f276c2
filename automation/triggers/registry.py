"""The kinds of trigger there are. A new one is a module here and a line in KINDS; docs/automation-triggers.md says how."""

from __future__ import annotations

from automation.triggers.form_submitted import FormSubmitted
from automation.triggers.manual import Manual
from automation.triggers.shape import Trigger
from automation.triggers.tag_added import TagAdded

KINDS: dict[str, type[Trigger]] = {
    model.model_fields["kind"].default: model for model in (FormSubmitted, TagAdded, Manual)
}
