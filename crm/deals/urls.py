"""Addresses of deals, their pipelines and products."""

from django.urls import path

from crm.deals.views import board, editing, listing, moving, product_settings, record, settings

one = "deals/<int:pk>/"
line = "settings/pipelines/<int:pk>/"

urlpatterns = [
    path("deals/", board.board_page, name="deals"),
    path("deals/list/", listing.list_page, name="deals_list"),
    path("deals/filter/", listing.filter_page, name="deals_filter"),
    path("deals/export/", listing.export, name="deals_export"),
    path("deals/new/", editing.new_page, name="deal_new"),
    path(one, record.show, name="deal"),
    path(f"{one}edit/", editing.edit_page, name="deal_edit"),
    path(f"{one}give/", editing.give_page, name="deal_give"),
    path(f"{one}delete/", editing.delete, name="deal_delete"),
    path(f"{one}move/", moving.move_page, name="deal_move"),
    path(f"{one}win/", moving.win_page, name="deal_win"),
    path(f"{one}lose/", moving.lose_page, name="deal_lose"),
    path(f"{one}reopen/", moving.reopen, name="deal_reopen"),
    path("contacts/<int:pk>/deals/", record.contact_tab, name="contact_deals"),
    path("settings/pipelines/", settings.pipelines, name="settings_pipelines"),
    path("settings/pipelines/new/", settings.pipeline, name="settings_pipeline_new"),
    path(line, settings.pipeline, name="settings_pipeline"),
    path(f"{line}archive/", settings.archive_pipeline, name="settings_pipeline_archive"),
    path(f"{line}stages/new/", settings.stage, name="settings_stage_new"),
    path(f"{line}stages/<int:stage_id>/", settings.stage, name="settings_stage"),
    path(f"{line}stages/<int:stage_id>/shift/", settings.shift_stage, name="settings_stage_shift"),
    path(f"{line}stages/<int:stage_id>/archive/", settings.archive_stage, name="settings_stage_archive"),
    path("settings/reasons/new/<slug:kind>/", settings.reason, name="settings_reason_new"),
    path("settings/reasons/<int:pk>/", settings.reason, name="settings_reason"),
    path("settings/reasons/<int:pk>/archive/", settings.archive_reason, name="settings_reason_archive"),
    path("settings/products/", product_settings.products, name="settings_products"),
    path("settings/products/new/", product_settings.product, name="settings_product_new"),
    path("settings/products/<int:pk>/", product_settings.product, name="settings_product"),
    path("settings/products/<int:pk>/archive/", product_settings.archive, name="settings_product_archive"),
]
