"""Who may see which contact: the one rule behind every `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from crm.models.absence import AbsenceQuerySet
    from crm.models.api_token import ApiTokenQuerySet
    from crm.models.audience import AudienceQuerySet
    from crm.models.contact import ContactQuerySet
    from crm.models.custom_field import CustomFieldQuerySet
    from crm.models.deal import DealQuerySet, PipelineQuerySet, ProductQuerySet
    from crm.models.document import DocumentQuerySet
    from crm.models.event import EventQuerySet
    from crm.models.import_batch import ImportBatchQuerySet
    from crm.models.invitation import InvitationQuerySet
    from crm.models.invoice import InvoiceQuerySet
    from crm.models.note import NoteQuerySet
    from crm.models.partner import PartnerQuerySet
    from crm.models.saved_view import SavedViewQuerySet
    from crm.models.tag import TagQuerySet
    from crm.models.team import TeamQuerySet
    from crm.models.user import User, UserQuerySet


def contact_scope(user: User, prefix: str = "") -> Q:
    """The contacts that the user may see, as a condition on `prefix` (``"contact__"`` from a related table).

    Administrators and viewers: all. Managers: what the members of their teams own or their teams hold, and what
    nobody holds, so that no one is forgotten. Agents: what they own, created, or take part in.
    """
    from crm.models import ContactParticipant, Role

    if not user.is_active:
        return Q(pk__in=[])
    if user.role in (Role.ADMINISTRATOR, Role.VIEWER):
        return Q()
    own = (
        Q(**{f"{prefix}owner": user})
        | Q(**{f"{prefix}created_by": user})
        | Q(**{f"{prefix}pk__in": ContactParticipant.objects.filter(user=user).values("contact_id")})
    )
    if user.role == Role.MANAGER:
        return (
            own
            | Q(**{f"{prefix}owner__in": colleague_ids(user)})
            | Q(**{f"{prefix}team__in": team_ids(user)})
            | Q(**{f"{prefix}owner__isnull": True, f"{prefix}team__isnull": True})
        )
    return own


def deal_scope(user: User) -> Q:
    """The deals that the user may see: those of the contacts they see, and those they own or made; managers also what
    their colleagues own and what nobody does. A deleted contact's deals are nobody's."""
    from crm.models import Contact, Role

    if not user.is_active:
        return Q(pk__in=[])
    living = Q(contact__isnull=True) | Q(contact__deleted_at__isnull=True)
    if user.role in (Role.ADMINISTRATOR, Role.VIEWER):
        return living
    own = Q(owner=user) | Q(created_by=user) | Q(contact__in=Contact.objects.visible_to(user).values("pk"))
    if user.role == Role.MANAGER:
        own |= Q(owner__in=colleague_ids(user)) | Q(owner__isnull=True, contact__isnull=True)
    return living & own


def team_ids(user: User) -> list[int]:
    """The teams the user belongs to; read once per loaded user."""
    cached: list[int] | None = user.__dict__.get("_team_ids")
    if cached is None:
        cached = list(user.memberships.values_list("team_id", flat=True))
        user.__dict__["_team_ids"] = cached
    return cached


def colleague_ids(user: User) -> list[int]:
    """Everybody in the user's teams, the user included; read once per loaded user."""
    from crm.models import Membership

    cached: list[int] | None = user.__dict__.get("_colleague_ids")
    if cached is None:
        found = set(Membership.objects.filter(team__in=team_ids(user)).values_list("user_id", flat=True))
        cached = sorted(found | {user.pk})
        user.__dict__["_colleague_ids"] = cached
    return cached


def contacts_for(user: User) -> ContactQuerySet:
    from crm.models import Contact

    return Contact.objects.visible_to(user)


def deleted_contacts_for(user: User) -> ContactQuerySet:
    """What the user deleted or could have: the same rule, for bringing them back."""
    from crm.models import Contact

    return Contact.objects.filter(deleted_at__isnull=False).filter(contact_scope(user))


def notes_for(user: User) -> NoteQuerySet:
    from crm.models import Note

    return Note.objects.visible_to(user)


#: What events are about -> the right to see such records.
SUBJECT_RIGHTS = {
    "audience": "audiences.view",
    "deal": "deals.view",
    "document": "documents.view",
    "invoice": "invoices.view",
    "partner": "partners.view",
    "followup": "followups.view",
    "message": "messages.view",
}


def events_for(user: User) -> EventQuerySet:
    """What happened to the contacts that the user may see, but to no record of a kind that their role does not show."""
    from crm.models import Event

    hidden = [kind for kind, right in SUBJECT_RIGHTS.items() if not user.can(right)]
    events = Event.objects.visible_to(user)
    return events.exclude(subject_kind__in=hidden) if hidden else events


def tags_for(user: User) -> TagQuerySet:
    from crm.models import Tag

    return Tag.objects.visible_to(user)


def custom_fields_for(user: User) -> CustomFieldQuerySet:
    """The organisation's own fields that are in use, in their order."""
    from crm.models import CustomField

    return CustomField.objects.visible_to(user).filter(archived_at__isnull=True)


def archived_fields_for(user: User) -> CustomFieldQuerySet:
    """The organisation's own fields that were put away."""
    from crm.models import CustomField

    return CustomField.objects.visible_to(user).filter(archived_at__isnull=False)


def imports_for(user: User) -> ImportBatchQuerySet:
    from crm.models import ImportBatch

    return ImportBatch.objects.visible_to(user)


def saved_views_for(user: User, page: str) -> SavedViewQuerySet:
    from crm.models import SavedView

    return SavedView.objects.visible_to(user).filter(page=page)


def people_for(user: User) -> UserQuerySet:
    """Colleagues who can hold something, by name."""
    from crm.models import User as Person

    return Person.objects.visible_to(user).filter(is_active=True)


def teams_for(user: User) -> TeamQuerySet:
    from crm.models import Team

    return Team.objects.visible_to(user)


def everybody_for(user: User) -> UserQuerySet:
    """All accounts, closed ones and those not yet accepted included: for the team's pages and the audit trail."""
    from crm.models import User as Person

    return Person.objects.visible_to(user)


def invitations_for(user: User) -> InvitationQuerySet:
    """Invitations that were neither accepted nor taken back."""
    from crm.models import Invitation

    return Invitation.objects.visible_to(user).waiting()


def tokens_for(user: User) -> ApiTokenQuerySet:
    """One's own tokens that still work."""
    from crm.models import ApiToken

    return ApiToken.objects.visible_to(user).filter(revoked_at__isnull=True)


def absences_for(user: User) -> AbsenceQuerySet:
    """One's own days away; everybody's for those who manage the team."""
    from crm.models import Absence

    return Absence.objects.all() if user.can("team.manage") else Absence.objects.filter(user=user)


def saved_views_of(user: User) -> SavedViewQuerySet:
    """One's own and the shared views of every page."""
    from crm.models import SavedView

    return SavedView.objects.visible_to(user)


def audiences_for(user: User) -> AudienceQuerySet:
    from crm.models import Audience

    return Audience.objects.visible_to(user) if user.can("audiences.view") else Audience.objects.none()


def deals_for(user: User) -> DealQuerySet:
    from crm.models import Deal

    return Deal.objects.visible_to(user) if user.can("deals.view") else Deal.objects.none()


def pipelines_for(user: User) -> PipelineQuerySet:
    """All pipelines, those put away included."""
    from crm.models import Pipeline

    return Pipeline.objects.visible_to(user)


def products_for(user: User) -> ProductQuerySet:
    """All products, those put away included."""
    from crm.models import Product

    return Product.objects.visible_to(user)


def documents_for(user: User) -> DocumentQuerySet:
    from crm.models import Document

    return Document.objects.visible_to(user) if user.can("documents.view") else Document.objects.none()


def invoices_for(user: User) -> InvoiceQuerySet:
    from crm.models import Invoice

    return Invoice.objects.visible_to(user) if user.can("invoices.view") else Invoice.objects.none()


def partners_for(user: User) -> PartnerQuerySet:
    from crm.models import Partner

    return Partner.objects.visible_to(user) if user.can("partners.view") else Partner.objects.none()


def deleted_partners_for(user: User) -> PartnerQuerySet:
    """The door to the bin of partners, for `restore`."""
    from crm.models import Partner

    return Partner.objects.filter(deleted_at__isnull=False) if user.is_active else Partner.objects.none()
