"""Addresses of follow-up pages."""

from django.urls import path

from followups.views import completing, dashboard, focus, moving, record, undoing

one = "followups/<int:pk>/"

urlpatterns = [
    path("", dashboard.dashboard_page, name="dashboard"),
    path("focus/", focus.focus_page, name="focus"),
    path("focus/<int:pk>/done/", focus.focus_done, name="focus_done"),
    path(one, record.record_page, name="followup"),
    path(f"{one}more/", record.more, name="followup_more"),
    path(f"{one}note/", record.quick_note, name="followup_note"),
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
    path(f"{one}delete/", moving.delete, name="followup_delete"),
    path("undo/<int:step>/", undoing.undo, name="undo"),
]
