"""The addresses of automations' pages."""

from django.urls import path

from automation.views import (
    builder,
    catalogue,
    journey,
    library,
    limits,
    people,
    putting_in,
    rehearse,
    results,
    rules,
    switching,
    versions,
)

one = "automations/<int:pk>/"

urlpatterns = [
    path(one, builder.steps_page, name="automation"),
    path(f"{one}list/", builder.list_page, name="automation_list"),
    path(f"{one}tree/", builder.tree_page, name="automation_tree"),
    path(f"{one}line/", builder.line, name="automation_line"),
    path(f"{one}rules/", rules.rules_page, name="automation_rules"),
    path(f"{one}edit/", builder.edit, name="automation_edit"),
    path(f"{one}steps/<slug:step>/", builder.step_form, name="automation_step"),
    path(f"{one}triggers/<int:number>/", builder.trigger_form, name="automation_trigger"),
    path("automations/", catalogue.list_page, name="automations"),
    path("settings/automations/", limits.limits_page, name="settings_automations"),
    path("automations/put/", putting_in.put_in_page, name="automation_put"),
    path("automations/new/", catalogue.new, name="automation_new"),
    path("automations/library/", library.library_page, name="automation_library"),
    path("automations/library/<slug:slug>/install/", library.install_now, name="automation_install"),
    path(f"{one}rename/", catalogue.rename_page, name="automation_rename"),
    path(f"{one}duplicate/", catalogue.duplicate_page, name="automation_duplicate"),
    path(f"{one}publish/", switching.publish_page, name="automation_publish"),
    path(f"{one}approve/", switching.approve_now, name="automation_approve"),
    path(f"{one}decline/", switching.decline_now, name="automation_decline"),
    path(f"{one}pause/", switching.pause_page, name="automation_pause"),
    path(f"{one}retry/", switching.retry_all, name="automation_retry"),
    path(f"{one}resume/", switching.resume_now, name="automation_resume"),
    path(f"{one}archive/", switching.archive_page, name="automation_archive"),
    path(f"{one}restore/", switching.restore_now, name="automation_restore"),
    path(f"{one}delete/", switching.delete_page, name="automation_delete"),
    path(f"{one}versions/", versions.versions_page, name="automation_versions"),
    path(f"{one}versions/<int:number>/move/", versions.move_page, name="automation_move"),
    path(f"{one}versions/<int:number>/again/", versions.go_back_now, name="automation_go_back"),
    path(f"{one}results/", results.results_page, name="automation_results"),
    path(f"{one}people/", people.people_page_view, name="automation_people"),
    path(f"{one}people/<int:enrollment>/", people.round_page, name="automation_round"),
    path(f"{one}people/<slug:verb>/", people.people_do, name="automation_people_do"),
    path(f"{one}rehearse/", rehearse.rehearse_page, name="automation_rehearse"),
    path(f"{one}rehearse/<str:name>/<int:message>/", rehearse.letter, name="automation_rehearse_letter"),
    path("contacts/<int:pk>/automations/", journey.journey_page, name="contact_automations"),
]
