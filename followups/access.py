"""Who may see which follow-up: the rule behind `FollowUp.objects.visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Func, Q

from crm.access import colleague_ids, team_ids

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from crm.models import Contact, User
    from followups.models import Outcome
    from followups.models.followup import FollowUpQuerySet
    from followups.models.followup_set import FollowUpSetQuerySet
    from followups.models.followup_type import FollowUpTypeQuerySet
    from followups.models.template import FollowUpTemplateQuerySet


#: Whom it concerns is still there. Where a contact is concerned it is the contact that counts: a client is not forgotten
#: because their partner is gone.
LIVING = Q(contact__deleted_at__isnull=True) & (Q(contact__isnull=False) | Q(partner__deleted_at__isnull=True))


def followups_for(user: User) -> FollowUpQuerySet:
    """The door for pages, API and verbs: the follow-ups that the user may see."""
    from followups.models import FollowUp

    return FollowUp.objects.visible_to(user)


def own_followups(user: User) -> FollowUpQuerySet:
    """What is assigned to the person themselves: the door shows it to every role, so its rule need not be asked."""
    from followups.models import FollowUp

    return FollowUp.objects.alive().filter(LIVING, assignee=user if user.is_active else None)


def followups_of(user: User, contact: Contact) -> FollowUpQuerySet:
    """Those of one contact that the user may see; whoever owns it sees them all, so no other reason need be asked."""
    from followups.models import FollowUp

    if user.is_active and contact.owner_id == user.pk and contact.deleted_at is None:
        return FollowUp.objects.alive().filter(contact=contact)
    return followups_for(user).filter(contact=contact)


def deleted_followups_for(user: User) -> FollowUpQuerySet:
    """The door to the bin: deleted ones that the user could see, for `restore`."""
    from followups.models import FollowUp

    return FollowUp.objects.filter(followup_scope(user), deleted_at__isnull=False)


def followup_scope(user: User) -> Q:
    """Everything for administrators and viewers; a team's for its managers; for agents what they are assigned or
    created, and what concerns a contact or a partner that they own. What concerns somebody deleted is nobody's."""
    from crm.models import Role

    if not user.is_active:
        return Q(pk__in=[])
    if user.role in (Role.ADMINISTRATOR, Role.VIEWER):
        return LIVING
    if user.role == Role.MANAGER:
        people = colleague_ids(user)
        # Much of what there is: rows are looked at in their order, and the joined contact answers for its own.
        theirs = Q(contact__owner__in=people) | Q(contact__team__in=team_ids(user)) | Q(partner__owner__in=people)
        return LIVING & (Q(assignee__in=people) | Q(creator=user) | theirs)
    # Little of what there is: four indexes, one for each reason, find it among a million.
    theirs = Q(Concerns("contact", user)) | Q(Concerns("partner", user))
    return LIVING & (Q(assignee=user) | Q(creator=user) | theirs)


class Concerns(Func):
    """Whether a follow-up concerns a contact, or a partner, that the user owns.

    `contact_id = ANY(ARRAY(...))`, because an index can be asked for the values of an array beside other conditions; of
    a subquery or a joined table it can not.
    """

    conditional = True
    arg_joiner = " = ANY("
    template = "%(expressions)s)"

    def __init__(self, whom: Literal["contact", "partner"], user: User) -> None:
        from crm.models import Contact, Partner

        model = {"contact": Contact, "partner": Partner}[whom]
        owned = model._default_manager.filter(owner=user).values("pk")
        super().__init__(f"{whom}_id", ArraySubquery(owned), output_field=BooleanField())


def types_for(user: User) -> FollowUpTypeQuerySet:
    """All types, those put away included: for the settings and the API."""
    from followups.models import FollowUpType

    return FollowUpType.objects.visible_to(user)


def outcomes_for(user: User) -> QuerySet[Outcome]:
    """All outcomes, those put away included."""
    from followups.models import Outcome

    return Outcome.objects.all() if user.is_active else Outcome.objects.none()


def templates_for(user: User) -> FollowUpTemplateQuerySet:
    """All templates, those put away included."""
    from followups.models import FollowUpTemplate

    return FollowUpTemplate.objects.visible_to(user)


def sets_for(user: User) -> FollowUpSetQuerySet:
    """All sets, those put away included."""
    from followups.models import FollowUpSet

    return FollowUpSet.objects.visible_to(user)
