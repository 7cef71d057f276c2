"""Who may make an account: nobody by themselves; people join by an administrator's invitation."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedOnly(DefaultAccountAdapter):
    """Closes the public sign-up; accepting an invitation makes the person directly."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every visitor."""
        return False
