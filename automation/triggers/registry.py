"""The kinds of trigger there are. A new one is a class here and its place in KINDS; docs/automation-triggers.md says how."""

from __future__ import annotations

from automation.triggers.audiences import AudienceJoined, AudienceLeft
from automation.triggers.contact_created import ContactCreated
from automation.triggers.contact_updated import ContactUpdated
from automation.triggers.custom_event import CustomEvent
from automation.triggers.date_field import Anniversary, Birthday, DateField
from automation.triggers.days_inactive import DaysInactive
from automation.triggers.deals import DealLost, DealStageChanged, DealWon
from automation.triggers.document_date import DocumentDate
from automation.triggers.documents import DocumentExpiring, DocumentReceived, DocumentRequested
from automation.triggers.field_changed import FieldChanged
from automation.triggers.fixed_date import FixedDate
from automation.triggers.followups import FollowUpCompleted, FollowUpMissed
from automation.triggers.form_submitted import FormSubmitted
from automation.triggers.invoices import InvoiceIssued, InvoiceOverdue
from automation.triggers.lifecycle_changed import LifecycleChanged
from automation.triggers.manual import Api, Manual
from automation.triggers.messages import MessageClicked, MessageOpened, MessageReplied
from automation.triggers.not_replied import NotRepliedWithin
from automation.triggers.outside import (
    ClassAttended,
    ClassEnrolled,
    ClassMissed,
    OrderAbandoned,
    OrderPaid,
    OrderPlaced,
)
from automation.triggers.schedule import Schedule
from automation.triggers.shape import Trigger
from automation.triggers.tags import TagAdded, TagRemoved

#: In the order in which the palette offers them.
KINDS: dict[str, type[Trigger]] = {
    model.model_fields["kind"].default: model
    for model in (
        ContactCreated, ContactUpdated, FieldChanged, LifecycleChanged, TagAdded, TagRemoved, AudienceJoined, AudienceLeft,
        DealStageChanged, DealWon, DealLost, FollowUpCompleted, FollowUpMissed, InvoiceIssued, InvoiceOverdue,
        DocumentRequested, DocumentReceived, DocumentExpiring,
        MessageOpened, MessageClicked, MessageReplied, NotRepliedWithin,
        FormSubmitted, OrderPlaced, OrderPaid, OrderAbandoned, ClassEnrolled, ClassAttended, ClassMissed, CustomEvent,
        DateField, Birthday, Anniversary, DocumentDate, FixedDate, Schedule, DaysInactive,
        Manual, Api,
    )
}  # fmt: skip
