"""What providers are called in a sentence."""

TITLES = {
    "smtp": "The mail server",
    "keep": "The mailbox on this machine",
    "app": "The app",
    "sendgrid": "SendGrid",
    "mailgun": "Mailgun",
    "postmark": "Postmark",
    "ses": "Amazon SES",
    "twilio": "Twilio",
    "slack": "Slack",
    "teams": "Microsoft Teams",
    "push": "The browser’s push service",
}


def title_of(provider: str) -> str:
    """As a sentence begins with it."""
    return TITLES.get(provider) or provider.replace("_", " ").capitalize() or "The provider"
