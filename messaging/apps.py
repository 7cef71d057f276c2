from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the sweeps and kinds of this floor."""
        from crm.due import Sweep, register_sweep
        from messaging import (
            arrivals,
            backlogs,
            bundling,
            cancelling,
            conditions,
            contact_hours_kept,
            delivery,
            event_kinds,
            filters,
            integrity,
            invitations,
            looking_up,
            mentions,
            merging,
            policy_settings,
            refused_before,
            rescue,
            strangers,
            work_news,
        )
        from messaging.hooks import reading
        from messaging.inbox import news, waiting
        from messaging.templating import catalogue, testing
        from messaging.tracking import sweeping
        from messaging.webhooks import registering as webhooks

        event_kinds.register()
        filters.register()
        register_sweep(Sweep("message_rescue", rescue.DUE_SQL, rescue.rescue_messages))
        register_sweep(Sweep("look_ups", looking_up.DUE_SQL, looking_up.look_ups, slow=True))
        register_sweep(Sweep("messages", delivery.DUE_SQL, delivery.deliver_due))
        bundling.register()
        invitations.register()
        mentions.register()
        merging.register()
        refused_before.register()
        work_news.register()
        arrivals.register()
        reading.register()
        catalogue.register()
        testing.register()
        register_sweep(Sweep("tracking_labels", sweeping.DUE_SQL, sweeping.label_hits))
        contact_hours_kept.register()
        cancelling.register()
        conditions.register()
        policy_settings.register()
        waiting.register()
        strangers.register()
        news.register()
        integrity.register()
        backlogs.register()
        webhooks.register()
