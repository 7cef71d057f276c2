"""Inviting colleagues by e-mail: a link that works once, for a week (G2)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.crypto import salted_hmac

from crm.models import Invitation, Membership, Role, Team, User
from crm.models.invitation import InvitationQuerySet
from crm.timeline import Happening, record

OPEN_FOR = timedelta(days=7)


class BadInvitation(ValueError):
    """An invitation that cannot be made or used; the text is a sentence."""


def token_of(invitation: Invitation) -> str:
    """The secret of the link: worked out from the row and the installation's key, so that it is stored nowhere."""
    said = f"{invitation.pk}:{invitation.email}:{invitation.created_at.timestamp():.6f}"
    return f"{invitation.pk}-{salted_hmac('crm.invitation', said, algorithm='sha256').hexdigest()[:40]}"


def path_of(invitation: Invitation) -> str:
    return f"/join/{token_of(invitation)}/"


def invite(email: str, *, role: str, team: Team | None, by: User, now: datetime) -> Invitation:
    """Invite somebody, who gets a closed account until they accept; an event lets the mail be written.

    An open invitation to the same address is replaced. Raises BadInvitation.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise BadInvitation(f"“{email[:80]}” is not an e-mail address.") from None
    if role not in Role.values:
        raise BadInvitation("That role does not exist.")
    with transaction.atomic():
        person = User.objects.filter(email__iexact=email).select_for_update().first()
        if person is not None and person.is_active:
            raise BadInvitation(f"{person.name} works here already.")
        if person is None:
            person = User.objects.create_user(email, None, is_active=False, role=role, time_zone=by.time_zone)
        else:
            User.objects.filter(pk=person.pk).update(role=role)
        Invitation.objects.waiting().filter(email=email).update(revoked_at=now)
        made = Invitation.objects.create(
            email=email,
            role=role,
            team=team,
            digest=secrets.token_hex(32),
            invited_by=by,
            created_at=now,
            expires_at=now + OPEN_FOR,
        )
        Invitation.objects.filter(pk=made.pk).update(digest=_digest(token_of(made)))
        record(
            [
                Happening(
                    "person_invited",
                    None,
                    now,
                    actor="person",
                    user_id=by.pk,
                    subject_kind="invitation",
                    subject_id=made.pk,
                    data={"email": email, "by": by.name, "person_id": person.pk},
                )
            ],
            now=now,
        )
    return made


def revoke(invitations: InvitationQuerySet, *, now: datetime) -> int:
    """End invitations that were not accepted yet; returns how many."""
    return invitations.waiting().update(revoked_at=now)


def find(token: str, *, now: datetime) -> Invitation:
    """The open invitation of a link. Raises BadInvitation with what is wrong with it."""
    found = Invitation.objects.select_related("invited_by", "team").filter(digest=_digest(token)).first()
    if found is None or found.revoked_at is not None:
        raise BadInvitation("This invitation is not known, or was taken back. Ask for a new one.")
    if found.accepted_at is not None:
        raise BadInvitation("This invitation was used already. Sign in with your e-mail address and password.")
    if found.expires_at <= now:
        raise BadInvitation("This invitation has expired. Ask for a new one.")
    return found


def accept(token: str, *, full_name: str, password: str, time_zone: str, now: datetime) -> User:
    """Open the account that the invitation is for; works once. Raises BadInvitation."""
    with transaction.atomic():
        found = find(token, now=now)
        if not Invitation.objects.waiting().filter(pk=found.pk).update(accepted_at=now):
            raise BadInvitation("This invitation was used already. Sign in with your e-mail address and password.")
        person = User.objects.select_for_update().get(email__iexact=found.email)
        person.set_password(password)
        User.objects.filter(pk=person.pk).update(
            full_name=full_name, password=person.password, time_zone=time_zone, role=found.role, is_active=True
        )
        # The link came by e-mail, so the address is theirs.
        EmailAddress.objects.update_or_create(
            user=person, email=found.email, defaults={"verified": True, "primary": True}
        )
        if found.team is not None:
            Membership.objects.get_or_create(team=found.team, user=person)
    return User.objects.get(pk=person.pk)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
