"""The kinds under which calls of providers are stored."""

EMAIL_EVENTS = "email_events"
EMAIL_INBOUND = "email_inbound"
SNS_SUBSCRIPTION = "sns_subscription"
TWILIO_STATUS = "twilio_status"
TWILIO_INBOUND = "twilio_inbound"
MAILBOX_MAIL = "mailbox_mail"
MESSAGE_MEDIA = "message_media"
