"""The addresses of all pages, for tests that look at each: name -> address, with ids of the morning's records.

A new page is added here with one line; `{followup}` and `{contact}` are of the first contact, Jonas Weber.
"""

from __future__ import annotations

#: As Sam, who does the work, unless another is named.
PAGES: dict[str, str] = {
    "dashboard": "/",
    "focus": "/focus/",
    "followups": "/followups/",
    "followups-filtered": "/followups/?due=overdue&assignee=me",
    "followups-nothing": "/followups/?q=nobody+is+called+this",
    "followups-wrong": "/followups/?due=never",
    "followups-filter": "/followups/filter/",
    "followup": "/followups/{followup}/",
    "followup-new": "/followups/new/",
    "followup-new-several": "/followups/new/?contacts={contacts}",
    "followup-edit": "/followups/{followup}/edit/",
    "followup-complete": "/followups/{followup}/complete/",
    "followup-snooze": "/followups/{followup}/snooze/",
    "followup-reschedule": "/followups/{followup}/reschedule/",
    "followup-delegate": "/followups/{followup}/delegate/",
    "followup-cancel": "/followups/{followup}/cancel/",
    "followup-more": "/followups/{followup}/more/",
    "contact-followups": "/contacts/{contact}/followups/",
    "calendar": "/settings/calendar/",
}
#: As Mara, who manages.
OF_A_MANAGER: dict[str, str] = {
    "dashboard-team": "/?of=team",
    "followups-team": "/followups/?columns=priority&columns=who&columns=status&columns=due&columns=outcome&columns=created",
}
#: As nobody.
OF_A_STRANGER: dict[str, str] = {
    "sign-in": "/accounts/login/",
    "nothing-there": "/followups/999999/",
}
