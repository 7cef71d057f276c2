"""Settings, all from the environment. docs/running.md lists the variables.

Without DEBUG the process refuses to start unless it is told its secret, its names and its servers.
`make run` and, on a machine without DATABASE_URL, `manage.py` set DEBUG and a kept secret themselves.
"""

from pathlib import Path

import sentry_sdk

from config import environment as env
from config.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = Path(env.text("LOCAL_DIR", str(BASE_DIR / ".local")))

# --- Mode ------------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
if DEBUG:
    SECRET_KEY = env.text("SECRET_KEY", "for development only: never guards anything that matters, long enough")
    ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS") or ["*"]
else:
    SECRET_KEY = env.required("SECRET_KEY", "Give a long random text, the same for every process.")
    env.required("ALLOWED_HOSTS", "Name the hosts that the pages are served under, separated by commas.")
    ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS")
SECRET_KEY_FALLBACKS = env.listed("SECRET_KEY_FALLBACKS")
SITE_URL = env.text("SITE_URL", f"http://{env.text('HOST', '127.0.0.1')}:{env.text('PORT', '8000')}").rstrip("/")
# Where open pages listen for news: an address, a path, ":8001/live/" for another port of the host, or nowhere.
LIVE_URL = env.text("LIVE_URL")

# --- Apps: the floors of the house from the ground up, then what they stand on ----------------------
LOCAL_APPS = ["crm", "messaging", "followups", "automation"]
INSTALLED_APPS = [
    *LOCAL_APPS,
    "config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_celery_beat",
    "django_htmx",
    "django_filters",
]
MIDDLEWARE = [
    "config.middleware.RequestId",
    "config.metrics.RequestMetrics",
    "config.middleware.SecurityHeaders",
    "config.api_problems.ApiProblems",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "config.person.PersonsZone",
    "config.middleware.OwnNotFound",
    "crm.audit_context.AuditContext",  # the audit's who and where
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

# --- Templates: ours are Jinja2 and come first; third-party apps keep Django's language -------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "config.jinja.environment", "context_processors": ["config.person.frame"]},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# --- Database and Redis -----------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", "postgresql:///followthrough")
DATABASES = {
    "default": {
        **env.database(DATABASE_URL),
        "CONN_MAX_AGE": env.number("CONN_MAX_AGE", 600),
        "CONN_HEALTH_CHECKS": True,  # a connection that died with its server is replaced before use
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "config.forgiving_cache.ForgivingRedisCache",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1},  # seconds
        # A database of its own: clearing the cache must not empty the queues.
        "LOCATION": env.text("CACHE_URL", env.redis_database(REDIS_URL, 1)),
        "KEY_PREFIX": "followthrough",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"  # survives an emptied Redis

# --- Celery -----------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}  # seconds; longer than any task runs
CELERY_IMPORTS = ["config.pulse"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
WAKE_WORKERS = env.flag("WAKE_WORKERS", default=True)  # a commit that left events sends a pulse at once
CELERY_BEAT_SCHEDULER = "config.beat:CalmScheduler"

# --- People: e-mail is the name; accounts and their second factors belong to allauth ----------------
AUTH_USER_MODEL = "crm.User"
AUTHENTICATION_BACKENDS = ["config.account_adapter.OneRead"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "config.account_adapter.InvitedOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900  # seconds
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Followthrough"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # passkeys need HTTPS except on this machine

# --- Pages over the wire ----------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = env.flag("HTTPS_REDIRECT", default=not DEBUG)
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked by machines on the inside
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 0 if DEBUG else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", default=not DEBUG)
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", default=not DEBUG)
if env.flag("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = env.listed("CSRF_TRUSTED_ORIGINS")
X_FRAME_OPTIONS = "DENY"

# --- Files ------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.text("STATIC_ROOT", str(LOCAL_DIR / "static"))
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = env.text("MEDIA_ROOT", str(LOCAL_DIR / "media"))
# Uploads that nobody may fetch by an address: files on their way into the database.
PRIVATE_DIR = env.text("PRIVATE_DIR", str(LOCAL_DIR))
IMPORT_MAX_BYTES = env.number("IMPORT_MAX_MB", 300) * 1_000_000
IMPORT_MAX_ROWS = env.number("IMPORT_MAX_ROWS", 2_000_000)
DOCUMENT_MAX_BYTES = env.number("DOCUMENT_MAX_MB", 20) * 1_000_000  # one file of a client's document
STATIC_STORAGE = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_STORAGE},
}

# --- Mail that Django itself sends (sign-in, reset): kept as files until a server is named -----------
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=EMAIL_PORT == 587)
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL", default=EMAIL_PORT == 465)
EMAIL_TIMEOUT = 20  # seconds
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
# Who carries our mail: "smtp", "sendgrid", "mailgun", "postmark", "ses", or "keep": .eml files in KEEP_DIR.
EMAIL_PROVIDER = env.text("EMAIL_PROVIDER", "smtp" if EMAIL_HOST else "keep")
KEEP_DIR = EMAIL_FILE_PATH = env.text("KEEP_DIR", str(LOCAL_DIR / "mailbox"))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Followthrough <followthrough@localhost>")
SENDGRID_API_KEY = env.text("SENDGRID_API_KEY")
SENDGRID_API_URL = env.text("SENDGRID_API_URL", "https://api.sendgrid.com/v3/")  # api.eu.sendgrid.com in the EU
MAILGUN_API_KEY = env.text("MAILGUN_API_KEY")
MAILGUN_API_URL = env.text("MAILGUN_API_URL", "https://api.mailgun.net/v3")  # api.eu.mailgun.net in the EU
MAILGUN_SENDER_DOMAIN = env.text("MAILGUN_SENDER_DOMAIN")  # empty: the domain of the sender's address
POSTMARK_SERVER_TOKEN = env.text("POSTMARK_SERVER_TOKEN")
POSTMARK_API_URL = env.text("POSTMARK_API_URL", "https://api.postmarkapp.com/")
SES_REGION = env.text(
    "SES_REGION"
)  # "eu-central-1"; keys as boto3 finds them: AWS_ACCESS_KEY_ID ... or the machine's role
SES_API_URL = env.text("SES_API_URL")  # empty: Amazon's own for the region
SES_CONFIGURATION_SET = env.text("SES_CONFIGURATION_SET")  # the one whose events are published to us

# --- SMS, WhatsApp and push: docs/providers.md -------------------------------------------------------
TWILIO_ACCOUNT_SID = env.text("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKEN = env.text("TWILIO_AUTH_TOKEN")
TWILIO_SMS_FROM = env.text("TWILIO_SMS_FROM")  # a number (+1...) or a messaging service (MG...)
TWILIO_WHATSAPP_FROM = env.text("TWILIO_WHATSAPP_FROM")  # a number or a messaging service
TWILIO_API_URL = env.text("TWILIO_API_URL", "https://api.twilio.com")
TWILIO_TIMEOUT = env.number("TWILIO_TIMEOUT", 15)  # seconds
# "twilio", "keep" (text files in KEEP_DIR) or "none".
SMS_PROVIDER = env.text("SMS_PROVIDER", "twilio" if TWILIO_SMS_FROM else "keep")
WHATSAPP_PROVIDER = env.text("WHATSAPP_PROVIDER", "twilio" if TWILIO_WHATSAPP_FROM else "keep")
WEB_PUSH_KEY = env.text("WEB_PUSH_KEY")  # `manage.py push_key` makes one; in development it is made by itself
PUSH_CONTACT = env.text("PUSH_CONTACT")  # mailto: or https: for push services; empty: the sender of our mail
# Slack, Teams and push may call machines on the inside.
PRIVATE_ADDRESSES = env.flag("PRIVATE_ADDRESSES")
# Hosts and networks on the inside that webhooks may call all the same, over http too: docs/webhooks.md.
WEBHOOK_ALLOWED_HOSTS = env.listed("WEBHOOK_ALLOWED_HOSTS")

# --- What comes in: docs/incoming.md says which provider needs which -----------------------------------
# Answers to our mails go to reply+<message>@...; empty: to the sender's own address.
REPLY_ADDRESS = env.text("REPLY_ADDRESS")
HOOK_SECRET = env.text("HOOK_SECRET")  # "user:password" in the addresses given to providers that do not sign
HOOK_MAX_AGE_MINUTES = env.number("HOOK_MAX_AGE_MINUTES", 60)  # a signed call older than this is refused
SENDGRID_WEBHOOK_KEY = env.text("SENDGRID_WEBHOOK_KEY")  # public key of the Event Webhook
SENDGRID_INBOUND_KEY = env.text("SENDGRID_INBOUND_KEY")  # public key of Inbound Parse
MAILGUN_WEBHOOK_KEY = env.text("MAILGUN_WEBHOOK_KEY")  # HTTP webhook signing key
MANDRILL_WEBHOOK_KEY = env.text("MANDRILL_WEBHOOK_KEY")
SES_TOPICS = env.listed("SES_TOPICS")  # ARNs of our SNS topics
WHATSAPP_APP_SECRET = env.text("WHATSAPP_APP_SECRET")  # Meta's own WhatsApp Cloud, where it is used beside Twilio
WHATSAPP_VERIFY_TOKEN = env.text("WHATSAPP_VERIFY_TOKEN")  # what Meta asks for when the address is entered
INBOUND_MAX_BYTES = env.number("INBOUND_MAX_MB", 50) * 1_000_000  # a whole mail, as providers wrap it
ATTACHMENT_MAX_BYTES = env.number("ATTACHMENT_MAX_MB", 30) * 1_000_000
# A mailbox that is read every minute; nothing in it is changed.
IMAP_HOST = env.text("IMAP_HOST")
IMAP_TLS = env.text("IMAP_TLS", "tls")  # "tls", "starttls" or "none"
IMAP_PORT = env.number("IMAP_PORT", 993 if IMAP_TLS == "tls" else 143)
IMAP_USER = env.text("IMAP_USER")
IMAP_PASSWORD = env.text("IMAP_PASSWORD")
IMAP_FOLDER = env.text("IMAP_FOLDER", "INBOX")

# --- Time and language ------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"

# --- Watching it run --------------------------------------------------------------------------------
LOGGING = logging_settings(human=DEBUG, level=env.text("LOG_LEVEL", "INFO"))
METRICS_TOKEN = env.text("METRICS_TOKEN")  # asked for by /metrics when set
if SENTRY_DSN := env.text("SENTRY_DSN"):
    sentry_sdk.init(dsn=SENTRY_DSN, environment=env.text("SENTRY_ENVIRONMENT", "production"), send_default_pii=False)

# The audit trail cannot be changed or removed by the application: triggers refuse it (G3).
PGHISTORY_APPEND_ONLY = True
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")  # what only reads need not say who asks
