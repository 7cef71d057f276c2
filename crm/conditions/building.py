"""The builder: from form fields to a condition and back, with everything kept that was typed.

A page that asks for a condition draws `condition(building)` of templates/components/condition.html inside its own form,
and on POST takes `building = from_form(request.POST, "condition")`:

- `building.acted`: one of the builder's own buttons was pressed; draw the page again, nothing is to be saved.
- `building.condition`: what was asked, complete and checked, or None; then `building.problems` says why, and the
  component shows it at the test when the page is drawn again.
- `building.preview`: as much of it as makes sense so far; `building.words` is that in words.

To begin: `from_data(stored_or_None, "condition")`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from crm.conditions.allowed import refuse_unseen
from crm.conditions.drafts import GROUP, SOME, TEST, Draft, found, new_test, renamed, without
from crm.conditions.form_values import Incomplete, data_of, draft_of
from crm.conditions.language import DEEPEST, MOST_TESTS, BadCondition, read
from crm.conditions.operators import OPERATORS
from crm.conditions.saying import in_words
from crm.conditions.showing import Showing
from crm.conditions.subjects import Registry, registry
from crm.conditions.tree import Condition
from crm.models import User


@dataclass(slots=True)
class Building:
    """The state of one builder on a page; `prefix` begins the names of all its inputs."""

    prefix: str
    root: Draft
    known: Registry
    acted: bool = False
    condition: Condition | None = None
    preview: Condition | None = None
    #: The id of what takes the focus after one of the builder's own buttons: what was added, or where it was taken from.
    focus: str = ""
    #: What is wrong as a whole; what is wrong with one test stands at the test.
    problems: list[str] = field(default_factory=list)
    _showing: Showing | None = None

    @property
    def showing(self) -> Showing:
        """What the component offers."""
        if self._showing is None:
            self._showing = Showing(self.known)
        return self._showing

    @property
    def words(self) -> str:
        return in_words(self.preview) if self.preview else ""

    @property
    def data(self) -> dict[str, Any] | None:
        """What to store."""
        return self.condition.data if self.condition else None

    @property
    def json(self) -> str:
        """The condition as far as it makes sense, as JSON."""
        return json.dumps(self.preview.data, ensure_ascii=False) if self.preview else ""


def from_data(data: Mapping[str, Any] | None, prefix: str = "condition") -> Building:
    """A builder that shows this condition, or one empty test. What is gone since is shown with its problem."""
    known = registry()
    problems: list[str] = []
    try:
        data = read(data).data if data else None
    except BadCondition as bad:
        if any(not path for path, _ in bad.problems):  # as a whole: too large, or no condition
            data, problems = None, [sentence for _, sentence in bad.problems]
    root = draft_of(data, known) if data else Draft(GROUP, "", children=[new_test()])
    building = Building(prefix, renamed(_in_group(root), prefix), known, problems=problems)
    if data:
        _judge(building)
    return building


def from_form(given: QueryDict, prefix: str = "condition", *, live: bool = False) -> Building:
    """What was filled in, with the builder's button carried out if one was pressed. `live`: it is still being built."""
    known = registry()
    if f"{prefix}_group" not in given:
        return _from_json(given.get(prefix, ""), prefix)
    root = _group(given, prefix, known, 0)
    changed = any(_chosen_anew(given, one) for one in root.walk())
    building = Building(prefix, root, known, acted=live or changed or f"{prefix}_do" in given)
    building.focus = _act(root, given.get(f"{prefix}_do", ""), prefix)
    _judge(building)
    return building


def may_ask(building: Building, user: User) -> bool:
    """Whether the user's role lets them ask this; where not, the builder says so and holds no condition."""
    try:
        if building.preview is not None:
            refuse_unseen(building.preview, user)
    except BadCondition as bad:
        building.condition = None
        building.problems.append(str(bad))
        return False
    return True


def _from_json(text: str, prefix: str) -> Building:
    try:
        data = json.loads(text) if text else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        building = from_data(None, prefix)
        building.problems = ["Say which contacts: add at least one test."]
        return building
    return from_data(data, prefix)


def _in_group(draft: Draft) -> Draft:
    return draft if draft.kind == GROUP else Draft(GROUP, "", children=[draft])


# Reading the form.


def _group(given: QueryDict, path: str, known: Registry, depth: int) -> Draft:
    kind = given.get(f"{path}_group", "all")
    group = Draft(GROUP, path, group=kind if kind in ("all", "any", "none") else "all")
    for i in range(MOST_TESTS):
        below = f"{path}-{i}"
        if f"{below}_group" in given and depth < DEEPEST:
            group.children.append(_group(given, below, known, depth + 1))
        elif f"{below}_what" in given:
            group.children.append(_test(given, below, known))
        else:
            break
    return group


def _test(given: QueryDict, path: str, known: Registry, under: Draft | None = None) -> Draft:
    what = given.get(f"{path}_what", "")
    draft = Draft(TEST, path, what=what, subject=under.subject if under else None)
    kind, _, name = what.partition(":")
    same = given.get(f"{path}_was", what) == what
    if kind == "some" and under is None and name in known.subjects:
        draft.kind, draft.subject = SOME, known.subjects[name]
        if same:
            draft.count = given.get(f"{path}_count", "at_least")
            draft.number = given.get(f"{path}_number", "1")[:10]
            draft.days = given.get(f"{path}_days", "")[:10]
            for i in range(MOST_TESTS):
                if f"{path}-{i}_what" not in given:
                    break
                draft.children.append(_test(given, f"{path}-{i}", known, draft))
        return draft
    draft.field = under.subject.fields.get(name) if under and under.subject else known.field(name)
    if draft.field is not None:
        operators = OPERATORS[draft.field.type]
        op = given.get(f"{path}_op", "") if same else ""
        draft.op = op if op in operators else operators[0]
        if same:
            draft.values = [one[:1000] for one in given.getlist(f"{path}_value") if one.strip()]
            draft.to = given.get(f"{path}_to", "")[:1000]
    return draft


def _chosen_anew(given: QueryDict, draft: Draft) -> bool:
    """Whether something else was chosen to be asked, so that the rest of the test has yet to be said."""
    return f"{draft.path}_was" in given and given[f"{draft.path}_was"] != draft.what


def _act(root: Draft, wanted: str, prefix: str) -> str:
    """Do what a button says: "add:condition-0", "group:...", "detail:...", "remove:..."; answers what takes the focus."""
    verb, _, path = wanted.partition(":")
    at, above, new = found(root, path), found(root, path.rpartition("-")[0]) or root, None
    if at is None:
        return ""
    if verb == "remove":
        without(root, path)
    elif verb == "add" and at.kind == GROUP:
        at.children.append(new := new_test())
    elif verb == "group" and at.kind == GROUP and path.count("-") < DEEPEST - 1:
        at.children.append(Draft(GROUP, "", group="any", children=[new := new_test()]))
    elif verb == "detail" and at.kind == SOME:
        at.children.append(new := new_test(at.subject))
    renamed(root, prefix)
    if verb == "remove":
        return f"{above.path}_{'detail' if above.kind == SOME else 'add'}"
    return f"{new.path}_what" if new else ""


# What it comes to.


def _judge(building: Building) -> None:
    """Check what there is. While it is being built, what is not yet said is no problem."""
    root, complete = building.root, True
    try:
        data = data_of(root, "", lenient=False)
    except Incomplete:
        complete, data = False, data_of(root, "", lenient=True)
        if not building.acted:
            for draft in root.walk():
                draft.problem = draft.problem or _unsaid(draft)
    if data is None:
        if not building.acted:
            building.problems.append("Say which contacts: add at least one test.")
        return
    try:
        building.preview = read(data)
    except BadCondition as bad:
        for path, sentence in bad.problems:
            _blame(building, path, sentence)
        return
    if complete and not any(draft.problem for draft in root.walk()):
        building.condition = building.preview


def _unsaid(draft: Draft) -> str:
    if draft.kind == TEST and draft.field is None:
        return "Choose what to ask, or remove this test." if not draft.what else "This is not there any more."
    if draft.kind == TEST or (draft.kind == SOME and all(child.field for child in draft.children)):
        at = draft.at
        try:
            data_of(draft, at, lenient=draft.kind == SOME)
        except Incomplete as missing:
            return str(missing)
        finally:
            draft.at = at
    if draft.kind == GROUP and not draft.children and "-" in draft.path:
        return "This group is empty. Add a test, or remove it."
    return ""


def _blame(building: Building, path: str, sentence: str) -> None:
    """Put a problem at the test it is about: the one whose place is the longest beginning of the path."""
    fitting = [one for one in building.root.walk() if one.at and f"{path}.".startswith(f"{one.at}.")]
    if fitting:
        max(fitting, key=lambda one: len(one.at)).problem = sentence
    else:
        building.problems.append(sentence)
