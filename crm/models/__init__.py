"""The ground floor's tables, one file per aggregate."""

from .absence import Absence
from .api_token import ApiToken, IdempotencyKey
from .audience import Audience, AudienceKind, AudienceMember, AudienceNesting, AudienceState, ChangedContact
from .clock import Clock, Slot
from .consent import Consent
from .contact import Contact, ContactParticipant, Lifecycle
from .custom_field import CustomField
from .deal import CloseReason, Deal, Pipeline, Product, Stage, StageKind
from .document import CaseKind, ChecklistItem, Document, DocumentFile, DocumentKind, DocumentState
from .duplicate import DuplicatePair, Merge, NameKey, PairState, UncomparedContact
from .event import Event, ParkedEvent, PendingEvent
from .import_batch import ImportBatch, ImportedContact, ImportedRecord, ImportProblem
from .invitation import Invitation
from .invoice import Invoice, InvoiceState, Payment
from .note import Note
from .organisation import Organisation
from .other_address import OtherAddress
from .partner import Partner, PartnerContact, PartnerKind
from .refused_event import RefusedEvent
from .saved_view import SavedView
from .search_entry import SearchEntry
from .tag import ContactTag, Tag
from .team import Membership, Team
from .undo import UndoStep
from .user import Role, User

__all__ = [
    "Absence",
    "ApiToken",
    "Audience",
    "AudienceKind",
    "AudienceMember",
    "AudienceNesting",
    "AudienceState",
    "CaseKind",
    "ChangedContact",
    "ChecklistItem",
    "Clock",
    "CloseReason",
    "Consent",
    "Contact",
    "ContactParticipant",
    "ContactTag",
    "CustomField",
    "Deal",
    "Document",
    "DocumentFile",
    "DocumentKind",
    "DocumentState",
    "DuplicatePair",
    "Event",
    "IdempotencyKey",
    "ImportBatch",
    "ImportProblem",
    "ImportedContact",
    "ImportedRecord",
    "Invitation",
    "Invoice",
    "InvoiceState",
    "Lifecycle",
    "Membership",
    "Merge",
    "NameKey",
    "Note",
    "Organisation",
    "OtherAddress",
    "PairState",
    "ParkedEvent",
    "Partner",
    "PartnerContact",
    "PartnerKind",
    "Payment",
    "PendingEvent",
    "Pipeline",
    "Product",
    "RefusedEvent",
    "Role",
    "SavedView",
    "SearchEntry",
    "Slot",
    "Stage",
    "StageKind",
    "Tag",
    "Team",
    "UncomparedContact",
    "UndoStep",
    "User",
]
