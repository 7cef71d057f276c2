"""The ground floor's tables, one file per aggregate."""

from .absence import Absence
from .api_token import ApiToken, IdempotencyKey
from .clock import Clock, Slot
from .consent import Consent
from .contact import Contact, ContactParticipant, Lifecycle
from .custom_field import CustomField
from .event import Event, ParkedEvent, PendingEvent
from .import_batch import ImportBatch, ImportedContact, ImportProblem
from .invitation import Invitation
from .note import Note
from .organisation import Organisation
from .other_address import OtherAddress
from .saved_view import SavedView
from .search_entry import SearchEntry
from .tag import ContactTag, Tag
from .team import Membership, Team
from .undo import UndoStep
from .user import Role, User

__all__ = [
    "Absence",
    "ApiToken",
    "Clock",
    "Consent",
    "Contact",
    "ContactParticipant",
    "ContactTag",
    "CustomField",
    "Event",
    "IdempotencyKey",
    "ImportBatch",
    "ImportProblem",
    "ImportedContact",
    "Invitation",
    "Lifecycle",
    "Membership",
    "Note",
    "Organisation",
    "OtherAddress",
    "ParkedEvent",
    "PendingEvent",
    "Role",
    "SavedView",
    "SearchEntry",
    "Slot",
    "Tag",
    "Team",
    "UndoStep",
    "User",
]
