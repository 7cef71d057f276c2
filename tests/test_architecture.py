"""What the import contract cannot see: where relations point, how big files grow, who may reach what."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignObject, ManyToManyField

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
LAYERS: list[str] = CONTRACT["contracts"][0]["layers"]  # from the top down
FLOOR = {name: height for height, name in enumerate(reversed(LAYERS))}

# A file past 400 lines, with the reason why it is one thing.
LONG: dict[str, str] = {}
VAGUE = {"utils", "helpers", "services", "common", "misc"}
CODE = ("*.py", "*.js", "*.css", "*.html")


def files(*patterns: str) -> Iterator[Path]:
    """Give our own files of these forms: no migrations, nothing fetched or built."""
    for top in [*LAYERS, "templates", "static", "tests", "bench"]:
        for pattern in patterns:
            for path in (ROOT / top).rglob(pattern):
                if not {"migrations", "vendor", "built"} & set(path.parts):
                    yield path


def test_every_local_app_has_its_place_in_the_import_contract() -> None:
    local = {config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert local <= set(LAYERS)
    assert set(settings.LOCAL_APPS) <= set(LAYERS)
    assert set(CONTRACT["root_packages"]) == set(LAYERS)


def test_no_relation_points_to_a_floor_above() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in FLOOR
        for field in model._meta.get_fields()
        if isinstance(field, ForeignObject | ManyToManyField) and field.related_model._meta.app_label in FLOOR
        if FLOOR[field.related_model._meta.app_label] > FLOOR[model._meta.app_label]
    ]
    assert upward == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(path.relative_to(ROOT)) for path in files("*.py") if path.stem in VAGUE] == []


def test_no_file_passes_400_lines_without_its_reason() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in files(*CODE)
        if (count := len(path.read_text().splitlines())) > 400 and str(path.relative_to(ROOT)) not in LONG
    }
    assert long == {}


def test_every_reason_for_a_long_file_is_still_needed() -> None:
    assert [name for name in LONG if len((ROOT / name).read_text().splitlines()) <= 400] == []


def test_no_view_reaches_past_the_access_door() -> None:
    reaching = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files("*.py")
        if path.relative_to(ROOT).parts[0] in FLOOR and ("views" in path.parts or path.stem == "views")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\b[A-Z]\w+\.objects\b", line)
    ]
    assert reaching == []


def importing(pattern: str) -> set[str]:
    """Return the product's files, outside the channels themselves, that import what the pattern names."""
    line = re.compile(rf"^\s*(from|import) ({pattern})", re.MULTILINE)
    return {
        str(name)
        for path in files("*.py")
        if (name := path.relative_to(ROOT)).parts[0] in FLOOR and name.parts[:2] != ("messaging", "channels")
        if line.search(path.read_text())
    }


def calling(words: str) -> set[str]:
    """Return the product's files, outside the channels themselves, that call something by this name."""
    return {
        str(name)
        for path in files("*.py")
        if (name := path.relative_to(ROOT)).parts[0] in FLOOR and name.parts[:2] != ("messaging", "channels")
        if words in path.read_text()
    }


def test_only_the_delivery_sends_through_a_channel_and_only_the_look_ups_ask_one_what_became_of_a_message() -> None:
    assert importing(r"messaging\.channels\.(?!shape\b)") == {"messaging/delivery.py", "messaging/looking_up.py"}
    assert importing(r"messaging\.channels import|messaging import channels") == set()
    assert calling(".deliver(") == {"messaging/handing_over.py"}
    assert calling(".look_up(") == {"messaging/looking_up.py"}
    assert calling("hand_over(channel") == {"messaging/delivery.py"}


def test_the_delivery_asks_the_gate_before_it_makes_letters() -> None:
    delivery = (ROOT / "messaging" / "delivery.py").read_text()
    assert delivery.index("judge(") < delivery.index("_hand_over(channel, rows") < delivery.index("letters_of(rows")


#: A link that opens an account must not be kept where administrators read messages, so it passes by the outbox.
SIGN_IN_MAILS = {"config/account_adapter.py"}
#: Fetches Amazon's certificate and confirms that its calls are wanted; carries no words of ours.
FETCHING = {"messaging/hooks/sns.py"}
#: Calls other people's programs, from an outbox of its own and past the check of addresses; says nothing to people.
CALLING = {"messaging/webhooks/posting.py"}
#: What can carry words away. Reading what came in is another matter: anymail.inbound and anymail.webhooks send nothing.
SENDING = r"smtplib|anymail\.(backends|message)|twilio\b|boto|requests\b|urllib3|httpx|django\.core\.mail"


def test_nobody_but_a_channel_speaks_to_a_provider() -> None:
    assert importing(SENDING) - FETCHING - CALLING == SIGN_IN_MAILS


PAGES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if path.parent.name != "email"]


@pytest.mark.parametrize("template", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_carries_script_or_style_that_the_policy_forbids(template: Path) -> None:
    forbidden = r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*(\bsrc=|type=\"application/json\"))"
    assert re.search(forbidden, template.read_text()) is None
