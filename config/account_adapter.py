"""Who may make an account: nobody by themselves; people join by an administrator's invitation. Who is signed in."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from crm.models import User


class InvitedOnly(DefaultAccountAdapter):
    """Closes the public sign-up; accepting an invitation makes the person directly."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every visitor."""
        return False


class OneRead(AuthenticationBackend):
    """Signs in as allauth does, and reads who is signed in with everything that a page needs of them, at once."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session; None for one who has left."""
        user = User.objects.signed_in(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
