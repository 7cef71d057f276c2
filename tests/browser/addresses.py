"""The addresses of all pages, for tests that look at each: name -> address, with ids of the morning's records.

A new page is added here with one line; `{followup}` and `{contact}` are of the first contact, Jonas Weber.
"""

from __future__ import annotations

from urllib.parse import quote

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
    "use-set": "/followups/sets/?contact={contact}",
    "use-set-several": "/followups/sets/?contacts={contacts}&set={set}",
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
    "contacts": "/contacts/",
    "contacts-nothing": "/contacts/?q=nobody+is+called+this",
    "contacts-filter": "/contacts/filter/",
    "conditions": "/conditions/for/contacts/?where="
    + quote(
        '{"all":[{"field":"lifecycle","op":"in","value":["new"]},{"some":"deals","where":[{"field":"amount",'
        '"op":"between","value":[1,9]}]},{"any":[{"field":"tags","op":"set"},{"field":"score","op":"greater","value":5}]}]}'
    ),
    "contact": "/contacts/{contact}/",
    "contact-new": "/contacts/new/",
    "contact-edit": "/contacts/{contact}/edit/",
    "contact-timeline": "/contacts/{contact}/timeline/",
    "contact-messages": "/contacts/{contact}/messages/",
    "contact-notes": "/contacts/{contact}/notes/",
    "contact-preferences": "/contacts/{contact}/preferences/",
    "contact-wishes": "/contacts/{contact}/contact-preferences/",
    "contact-tags": "/contacts/{contact}/tags/",
    "contact-log": "/contacts/{contact}/log/",
    "search": "/search/?q=ma",
    "imports": "/imports/",
    "import-new": "/imports/new/",
    "inbox": "/inbox/",
    "inbox-all": "/inbox/?tab=all",
    "talk": "/inbox/{contact}/",
    "messages": "/messages/",
    "templates": "/templates/",
    "template": "/templates/{template}/",
    "partners": "/partners/",
    "partners-nothing": "/partners/?q=nobody+is+called+this",
    "partner": "/partners/{partner}/",
    "partner-new": "/partners/new/",
    "partner-edit": "/partners/{partner}/edit/",
    "partner-link": "/partners/{partner}/link/",
    "partner-followups": "/partners/{partner}/followups/",
    "contact-partners": "/contacts/{contact}/partners/",
    "followup-of-partner": "/followups/{partner_followup}/",
    "followup-new-for-partner": "/followups/new/?partner={partner}",
    "notifications": "/notifications/",
    "settings": "/settings/",
    "settings-me": "/settings/me/",
    "settings-notifications": "/settings/notifications/",
    "settings-absences": "/settings/absences/",
    "settings-tokens": "/settings/tokens/",
    "help": "/help/",
}
#: As Mara, who manages.
OF_A_MANAGER: dict[str, str] = {
    "dashboard-team": "/?of=team",
    "followups-team": "/followups/?columns=priority&columns=who&columns=status&columns=due&columns=outcome&columns=created",
    "template-gallery": "/templates/start/",
    "template-new": "/templates/new/?start=welcome",
    "template-new-sms": "/templates/new/?start=appointment-sms",
    "template-edit": "/templates/{template}/edit/?language=es",
    "contact-give": "/contacts/{contact}/give/",
    "settings-suppressions": "/settings/suppressions/",
    "settings-suppression-new": "/settings/suppressions/new/",
    "tags": "/tags/",
    "audiences": "/audiences/",
    "audience": "/audiences/{audience}/",
    "audience-new": "/audiences/new/",
    "audience-new-static": "/audiences/new/?kind=static",
    "audience-edit": "/audiences/{audience}/edit/",
    "contact-audiences": "/contacts/{contact}/audiences/",
    "inbox-unknown": "/inbox/?tab=unknown",
}
#: As Ada, who administers.
OF_AN_ADMINISTRATOR: dict[str, str] = {
    "operations": "/operations/",
    "settings-organisation": "/settings/organisation/",
    "settings-roles": "/settings/roles/",
    "settings-people": "/settings/people/",
    "settings-person": "/settings/people/{person}/",
    "settings-hand-over": "/settings/people/{person}/hand-over/",
    "settings-invite": "/settings/people/invite/",
    "settings-teams": "/settings/teams/",
    "settings-team-new": "/settings/teams/new/",
    "settings-sets": "/settings/sets/",
    "settings-set": "/settings/sets/{set}/",
    "settings-set-new": "/settings/sets/new/",
    "settings-fields": "/settings/fields/",
    "settings-field-new": "/settings/fields/new/",
    "settings-messages": "/settings/messages/",
    "settings-chat": "/settings/chat/",
    "settings-chat-new": "/settings/chat/new/",
    "settings-audit": "/settings/audit/",
    "settings-types": "/settings/types/",
    "settings-type-new": "/settings/types/new/",
    "settings-templates": "/settings/templates/",
    "settings-template-new": "/settings/templates/new/",
    "outside-events": "/events/",
    "outside-refused": "/events/{refused}/",
}
#: As nobody.
OF_A_STRANGER: dict[str, str] = {
    "sign-in": "/accounts/login/",
    "nothing-there": "/followups/999999/",
}
