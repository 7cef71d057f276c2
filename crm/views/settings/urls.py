"""The addresses of the settings pages."""

from django.urls import path

from crm.views import joining
from crm.views.settings import (
    absences,
    audit,
    fields,
    handing_over,
    index,
    me,
    organisation,
    people,
    roles,
    teams,
    tokens,
)

urlpatterns = [
    path("settings/", index.contents, name="settings"),
    path("settings/me/", me.profile, name="settings_me"),
    path("settings/organisation/", organisation.organisation, name="settings_organisation"),
    path("settings/roles/", roles.roles, name="settings_roles"),
    path("settings/people/", people.people, name="settings_people"),
    path("settings/people/invite/", people.invite, name="settings_invite"),
    path("settings/people/invitations/<int:invitation_id>/revoke/", people.revoke, name="settings_invitation_revoke"),
    path("settings/people/<int:person_id>/", people.person, name="settings_person"),
    path("settings/people/<int:person_id>/close/", people.close, name="settings_person_close"),
    path("settings/people/<int:person_id>/open/", people.reopen, name="settings_person_open"),
    path("settings/people/<int:person_id>/hand-over/", handing_over.hand_over, name="settings_hand_over"),
    path("settings/teams/", teams.teams, name="settings_teams"),
    path("settings/teams/new/", teams.new, name="settings_team_new"),
    path("settings/teams/<int:team_id>/", teams.team, name="settings_team"),
    path("settings/teams/<int:team_id>/delete/", teams.delete, name="settings_team_delete"),
    path("settings/absences/", absences.absences, name="settings_absences"),
    path("settings/absences/<int:absence_id>/delete/", absences.delete, name="settings_absence_delete"),
    path("settings/fields/", fields.fields, name="settings_fields"),
    path("settings/fields/new/", fields.new, name="settings_field_new"),
    path("settings/fields/<int:field_id>/", fields.field, name="settings_field"),
    path("settings/fields/<int:field_id>/move/", fields.move, name="settings_field_move"),
    path("settings/fields/<int:field_id>/bring-back/", fields.bring_back, name="settings_field_bring_back"),
    path("settings/fields/<int:field_id>/archive/", fields.archive, name="settings_field_archive"),
    path("settings/tokens/", tokens.tokens, name="settings_tokens"),
    path("settings/tokens/<int:token_id>/revoke/", tokens.revoke, name="settings_token_revoke"),
    path("settings/audit/", audit.audit, name="settings_audit"),
    path("settings/audit/export/", audit.export, name="settings_audit_export"),
    path("join/<str:token>/", joining.join, name="join"),
]
