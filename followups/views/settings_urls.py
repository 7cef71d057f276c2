"""The addresses of this floor's settings pages."""

from django.urls import path

from followups.views import sets, settings

urlpatterns = [
    path("settings/types/", settings.types, name="settings_types"),
    path("settings/types/new/", settings.entry, {"shelf": "types"}, name="settings_type_new"),
    path("settings/types/<int:entry_id>/", settings.entry, {"shelf": "types"}, name="settings_type"),
    path("settings/types/<int:entry_id>/archive/", settings.put_away, {"shelf": "types"}, name="settings_type_archive"),
    path("settings/outcomes/new/", settings.entry, {"shelf": "outcomes"}, name="settings_outcome_new"),
    path("settings/outcomes/<int:entry_id>/", settings.entry, {"shelf": "outcomes"}, name="settings_outcome"),
    path(
        "settings/outcomes/<int:entry_id>/archive/",
        settings.put_away,
        {"shelf": "outcomes"},
        name="settings_outcome_archive",
    ),
    path("settings/templates/", settings.templates, name="settings_templates"),
    path("settings/templates/new/", settings.entry, {"shelf": "templates"}, name="settings_template_new"),
    path("settings/templates/<int:entry_id>/", settings.entry, {"shelf": "templates"}, name="settings_template"),
    path(
        "settings/templates/<int:entry_id>/archive/",
        settings.put_away,
        {"shelf": "templates"},
        name="settings_template_archive",
    ),
    path("settings/sets/", sets.sets, name="settings_sets"),
    path("settings/sets/new/", sets.one_set, name="settings_set_new"),
    path("settings/sets/<int:entry_id>/", sets.one_set, name="settings_set"),
    path("settings/sets/<int:entry_id>/archive/", sets.put_away, name="settings_set_archive"),
]
