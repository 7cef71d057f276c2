"""Reads mails that come in: what each one is, why, and what its writer wrote anew.

Pure: no models, no clock, no network. `read_mail` never raises, whatever the bytes.
"""

from .reading import read_mail
from .shape import Attachment, Bounce, MailRead

__all__ = ["Attachment", "Bounce", "MailRead", "read_mail"]
