"""Addresses of follow-up pages."""

from django.urls import path

from followups.views import (
    actions,
    bulk,
    completing,
    contact_tab,
    dashboard,
    editing,
    focus,
    listing,
    making,
    moving,
    record,
    saved,
    undoing,
)

one = "followups/<int:pk>/"

urlpatterns = [
    path("", dashboard.dashboard_page, name="dashboard"),
    path("focus/", focus.focus_page, name="focus"),
    path("focus/<int:pk>/done/", focus.focus_done, name="focus_done"),
    path("followups/", listing.list_page, name="followups"),
    path("followups/filter/", listing.filter_page, name="followups_filter"),
    path("followups/views/", saved.save_view, name="followups_save_view"),
    path("followups/views/<int:pk>/drop/", saved.drop_saved, name="followups_drop_view"),
    path("followups/new/", making.new_page, name="followup_new"),
    path("followups/contacts/", making.contact_options, name="followup_contacts"),
    path("followups/bulk/<slug:action>/", bulk.bulk_page, name="followups_bulk"),
    path(one, record.record_page, name="followup"),
    path(f"{one}more/", record.more, name="followup_more"),
    path(f"{one}note/", record.quick_note, name="followup_note"),
    path(f"{one}edit/", editing.edit_page, name="followup_edit"),
    path(f"{one}complete/", completing.complete, name="followup_complete"),
    path(f"{one}start/", moving.start, name="followup_start"),
    path(f"{one}snooze/", moving.snooze, name="followup_snooze"),
    path(f"{one}wake/", moving.wake, name="followup_wake"),
    path(f"{one}reschedule/", moving.reschedule, name="followup_reschedule"),
    path(f"{one}delegate/", moving.delegate, name="followup_delegate"),
    path(f"{one}cancel/", moving.cancel, name="followup_cancel"),
    path(f"{one}reopen/", moving.reopen, name="followup_reopen"),
    path(f"{one}pin/", moving.pin, name="followup_pin"),
    path(f"{one}priority/", moving.prioritise, name="followup_priority"),
    path(f"{one}acknowledge/", moving.acknowledge_it, name="followup_acknowledge"),
    path(f"{one}delete/", moving.delete, name="followup_delete"),
    path("contacts/<int:pk>/followups/", contact_tab.contact_tab, name="contact_followups"),
    path("a/<str:token>/", actions.action, name="action_link"),
    path("undo/<int:step>/", undoing.undo, name="undo"),
]
