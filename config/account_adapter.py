"""Who may make an account: nobody by themselves; people join by an administrator's invitation. Who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest

from crm.models import User
from messaging.rendering import absolute, write

if TYPE_CHECKING:
    from allauth.account.models import EmailConfirmation


class AccountLetter(NamedTuple):
    """What a mail about somebody's account says. `link` is where allauth keeps the address behind the button."""

    subject: str
    says: str
    button: str = ""
    link: str = ""
    small: str = ""


LETTERS = {
    "account/email/password_reset_key": AccountLetter(
        "Choose a new password",
        "Somebody asked for a new password for this address. If it was you, choose one; until then the old one holds.",
        "Choose a new password",
        "password_reset_url",
        "The link works once.",
    ),
    "account/email/unknown_account": AccountLetter(
        "Nobody here has this address",
        "Somebody asked for a new password for this address, but nobody is signed up with it. Perhaps you use another"
        " one for work; if not, ask an administrator for an invitation.",
    ),
    "account/email/email_confirmation": AccountLetter(
        "Confirm this address",
        "This address was added to an account. If it is yours, confirm it.",
        "Confirm this address",
        "activate_url",
    ),
}


class InvitedOnly(DefaultAccountAdapter):
    """Closes the public sign-up; accepting an invitation makes the person directly. Writes mails in our own words.

    Links in mails lead to SITE_URL, never to the host that a request names: anybody can name another.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every visitor."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return where a new password is chosen."""
        return absolute(urlsplit(super().get_reset_password_from_key_url(key)).path)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        """Return where an address is confirmed."""
        return absolute(urlsplit(super().get_email_confirmation_url(request, emailconfirmation)).path)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail about an account at once; the outbox would show its link to administrators."""
        letter = LETTERS.get(template_prefix)
        if letter is None:  # a kind that allauth alone knows has its own words
            super().send_mail(template_prefix, email, context)
            return
        words = write("account", letter=letter, url=context.get(letter.link, ""))
        mail = EmailMultiAlternatives(
            letter.subject,
            words.text,
            settings.DEFAULT_FROM_EMAIL,
            [email],
            headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
        )
        mail.attach_alternative(words.html, "text/html")
        mail.send()


class OneRead(AuthenticationBackend):
    """Signs in as allauth does, and reads who is signed in with everything that a page needs of them, at once."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session; None for one who has left."""
        user = User.objects.signed_in(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
