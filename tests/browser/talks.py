"""A morning's talks: somebody waits, somebody is away, something is held, and a stranger wrote."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from messaging.models import MessageEvent
from tests.factories import contact
from tests.messaging.inbox.talks import from_them, from_us

if TYPE_CHECKING:
    from crm.models import Contact
    from tests.people import People

MAIL = (
    "Thank you, this helps a lot.\n\nCould we do the September intake instead? My sister would come along, and she "
    "needs the same papers I think.\n\nMaria"
)


def talks(people: People, now: datetime) -> dict[str, Contact]:
    """Store them; returns the contacts by first name."""
    sam = people.sam

    def ago(**by: float) -> datetime:
        return now - timedelta(**by)

    maria = contact("Maria", last_name="Santos", owner=sam, phone="+639175554410", time_zone="Asia/Manila")
    ahmed = contact("Ahmed", last_name="Farouk", owner=sam, phone="+201001234567")
    elena = contact("Elena", last_name="Rossi", owner=sam, phone="+390612345678")
    bao = contact("Bao", last_name="Nguyen", owner=people.noor, phone="+84912345678")
    from_us(
        maria, sam, "Dear Maria,\n\nfive things decide whether a student visa is granted at once. The list is attached; "
        "read https://www.example.org/visa-tips before you book the appointment.\n\nSam", at=ago(days=3, hours=2),
        subject="Five tips for your visa file", html="<p>Dear Maria</p>", status="read",
    )  # fmt: skip
    mail = from_us(maria, None, "Your appointment is on Thursday at 10:00.", at=ago(days=2, hours=1), channel="sms",
                   kind="appointment_reminder")  # fmt: skip
    from_us(maria, sam, "Did the list help?", at=ago(days=1, hours=5), channel="whatsapp", status="read")
    from_them(
        maria, MAIL + "\n\nOn Tuesday Sam wrote:\n> five things decide whether a visa is granted", new_text=MAIL,
        at=ago(hours=26), subject="Re: Five tips for your visa file", html="<p>Thank you</p>",
    )  # fmt: skip
    from_them(maria, "And one more thing: is the bank letter enough?", at=ago(hours=3), channel="whatsapp")
    from_us(
        maria, None, "Reminder: the class starts on Monday.", at=ago(minutes=30), channel="sms", status="scheduled",
        kind="class_reminder", send_after=now + timedelta(hours=9), reason="It is 23:10 in Manila, inside quiet hours; it leaves at 08:00.",
    )  # fmt: skip
    for actor, minutes in (("machine", 1), ("person", 50), ("person", 90)):
        MessageEvent.objects.create(
            message=mail, kind="opened", at=ago(days=2) + timedelta(minutes=minutes), actor=actor
        )
    from_us(ahmed, sam, "Your passport scan is unreadable, please send it again.", at=ago(hours=50), channel="whatsapp")
    from_them(ahmed, "Here it is", at=ago(minutes=12), channel="whatsapp")
    from_us(elena, sam, "Shall we meet on Friday?", at=ago(days=1), subject="Friday")
    from_them(
        elena, "I am out of office until Monday. In urgent cases call the desk.", at=ago(hours=23), person=False,
        kind="out_of_office", subject="Out of office: Friday",
    )  # fmt: skip
    from_us(elena, sam, "Sent to the wrong number", at=ago(hours=5), channel="sms", status="failed",
            reason="The number does not exist (provider code 30005).")  # fmt: skip
    from_us(elena, sam, "Was this taken?", at=ago(hours=4), channel="sms", status="uncertain",
            reason="The provider did not say whether it took the message. It is not sent again by itself.")  # fmt: skip
    from_them(bao, "Good morning, when is the next intake?", at=ago(hours=40))
    from_them(None, "Hello, a friend gave me this address. Do you help with nursing visas?", at=ago(hours=7),
              sender="lena.k@example.net", subject="Nursing visa")  # fmt: skip
    return {"Maria": maria, "Ahmed": ahmed, "Elena": elena, "Bao": bao}
