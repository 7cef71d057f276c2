"""The map of the whole site: probes, accounts, then each floor's own `urls.py`."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from config.api import api
from config.api_docs import docs
from config.health import healthz, readyz
from config.metrics import metrics
from config.styleguide import styleguide

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/docs", docs, name="api-docs"),
    path("api/v1/", api.urls),
    path("", include("config.help")),
    path("", include("config.operations")),
    path("", include("crm.views.settings.urls")),
    path("", include("followups.views.settings_urls")),
    path("", include("messaging.hooks.urls")),
    path("", include("messaging.views.policy_urls")),
    *(path("", include(f"{app}.urls")) for app in settings.LOCAL_APPS if find_spec(f"{app}.urls")),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
