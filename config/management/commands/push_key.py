"""Make a key for web push (VAPID)."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management.base import BaseCommand

from messaging.push_encryption import number_of


class Command(BaseCommand):
    help = "Print a new key for WEB_PUSH_KEY. Browsers that took pushes under another key must be asked again."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(number_of(ec.generate_private_key(ec.SECP256R1())))
