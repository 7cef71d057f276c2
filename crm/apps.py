"""The ground floor as an app: what it registers when the project starts."""

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """People, contacts, the timeline of events."""

    name = "crm"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the sweep that tells subscribers what happened: it comes first, the others follow from it."""
        from crm import many_values
        from crm.audiences import registering as audiences
        from crm.audit import register_ground
        from crm.backlog import register_ground as register_backlogs
        from crm.deals.registering import register as register_deals
        from crm.dispatching import dispatch_pending
        from crm.documents import registering as documents
        from crm.due import Sweep, register_sweep
        from crm.handing_over import register_contacts
        from crm.importing.registering import register as register_import_kinds
        from crm.importing.running import run_waiting
        from crm.integrity import register_ground as register_checks
        from crm.invoices import registering as invoices
        from crm.outside import registering as outside
        from crm.partners import registering as partners
        from crm.taking_back import register_undoers
        from crm.undo import forget_expired

        many_values.register()
        register_undoers()
        register_contacts()
        register_ground()
        register_checks()
        register_backlogs()
        register_deals()
        register_import_kinds()
        partners.register()
        register_sweep(
            Sweep(
                "events",
                "EXISTS (SELECT FROM crm_pendingevent)"
                " OR EXISTS (SELECT FROM crm_parkedevent WHERE next_at <= %(now)s)",
                dispatch_pending,
            )
        )
        register_sweep(
            Sweep(
                "imports",
                "EXISTS (SELECT FROM crm_importbatch WHERE state IN ('queued', 'running') AND lease_until <= %(now)s)",
                run_waiting,
                slow=True,
            )
        )
        register_sweep(Sweep("undo", "EXISTS (SELECT FROM crm_undostep WHERE expires_at <= %(now)s)", forget_expired))
        documents.register()
        invoices.register()
        outside.register()
        audiences.register()
        from crm.merging import registering as merging

        merging.register()

        from crm.conditions import registering as conditions

        conditions.register()
