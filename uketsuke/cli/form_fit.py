"""Whether an app's form holds what its service asks for, and what we write: each field with a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from uketsuke.connectors.kintone_answers import AppProcess, FormField
from uketsuke.domain.request import Declared, FieldSpec, Rule
from uketsuke.domain.text import label_key
from uketsuke.processors.common_fields import CommonFields
from uketsuke.systems import KintoneApp

OK, WARN, FAIL = "ok", "warn", "fail"
_TEXT = frozenset({"SINGLE_LINE_TEXT", "MULTI_LINE_TEXT", "RICH_TEXT", "LINK"})
_CHOICE = frozenset({"DROP_DOWN", "RADIO_BUTTON", "CHECK_BOX", "MULTI_SELECT"})
_LOGINS = frozenset({"USER_SELECT", "GROUP_SELECT", "ORGANIZATION_SELECT"})
_DATES = frozenset({"DATE", "DATETIME"})
_HOLDS: Mapping[Rule, frozenset[str]] = {
    Rule.TEXT: _TEXT | _CHOICE | _LOGINS | {"NUMBER", "CALC", "FILE"},
    Rule.CHOICE: _TEXT | _CHOICE,
    Rule.FLAG: _TEXT | _CHOICE,
    Rule.COUNT: frozenset({"SINGLE_LINE_TEXT", "NUMBER", "CALC", "DROP_DOWN"}),
    Rule.DATE: frozenset({"SINGLE_LINE_TEXT"}) | _DATES,
    Rule.PERSON: _TEXT | {"USER_SELECT"},
    Rule.EMAIL: _TEXT,
    Rule.PHONE: _TEXT | {"NUMBER"},
    Rule.DEPARTMENT: _TEXT | _CHOICE | {"ORGANIZATION_SELECT", "GROUP_SELECT"},
    Rule.CODE: _TEXT | _LOGINS | {"NUMBER", "DROP_DOWN"},
    Rule.ASSET_NO: _TEXT | {"DROP_DOWN"},
    Rule.ACCOUNT: _TEXT | {"USER_SELECT", "NUMBER"},
    Rule.LISTED: _TEXT | _CHOICE | _LOGINS,
    Rule.ROWS: frozenset({"SUBTABLE"}),
}
"""Types of a form's fields whose values can be read by a rule (decision 0007)."""
_WRITTEN: Mapping[str, frozenset[str]] = {
    "state": frozenset({"SINGLE_LINE_TEXT", "DROP_DOWN", "RADIO_BUTTON"}),
    "receipt_number": frozenset({"SINGLE_LINE_TEXT"}),
    "operator": frozenset({"SINGLE_LINE_TEXT", "USER_SELECT"}),
    "done_on": frozenset({"SINGLE_LINE_TEXT"}) | _DATES,
    "comment": _TEXT,
}
_ITSELF = frozenset(
    {"RECORD_NUMBER", "CREATOR", "CREATED_TIME", "MODIFIER", "UPDATED_TIME"}
    | {"STATUS", "STATUS_ASSIGNEE", "CATEGORY", "REFERENCE_TABLE", "GROUP", "LABEL", "SPACER", "HR"}
)
"""Fields in which nobody fills in anything."""


@dataclass(frozen=True)
class Fit:
    """One field of the form, of the service or of the settings."""

    verdict: str
    code: str
    """Field code of the app, or the name of what is missing there."""
    key: str
    """What is said of it, under `kintone.fit`."""
    facts: Mapping[str, str]


def fit(
    setting: KintoneApp,
    request: type[Declared],
    labels: Mapping[str, str],
    form: Mapping[str, FormField],
    process: AppProcess,
) -> list[Fit]:
    """Every field, in the order of the form, then what is missing; `labels` are the service's, by key."""
    named = dict(_named(setting, labels, form))
    return [
        *_fields(named, request, form, setting),
        *_missing(setting, request, named, form),
        *_status(setting, form),
        *_actions(setting, process),
    ]


def _named(
    setting: KintoneApp, labels: Mapping[str, str], form: Mapping[str, FormField]
) -> Iterator[tuple[str, str]]:
    """Field code → field of the service: as the settings say, else by label, else by code."""
    for code, one in form.items():
        name = setting.fields.get(code) or labels.get(label_key(one.label)) or labels.get(label_key(code))
        if name and one.type not in _ITSELF and code not in setting.status.codes():
            yield code, name


def _fields(
    named: Mapping[str, str], request: type[Declared], form: Mapping[str, FormField], setting: KintoneApp
) -> Iterator[Fit]:
    specs = request.specs()
    for code, one in form.items():
        if one.type in _ITSELF or code in setting.status.codes():
            continue
        spec = specs.get(named.get(code, ""))
        if spec is None:
            yield Fit(WARN, code, "unread", {"label": one.label or code})
        else:
            yield from _field(code, one, spec, [other for other in named if named[other] == named[code]])


def _field(code: str, one: FormField, spec: FieldSpec, same: list[str]) -> Iterator[Fit]:
    if same[0] != code:
        yield Fit(WARN, code, "twice", {"field": spec.label, "other": same[0]})
    elif one.type not in _HOLDS[spec.rule]:
        yield Fit(FAIL, code, "wrong-type", {"field": spec.label, "type": one.type})
    elif unknown := _unknown_options(one, spec):
        yield Fit(WARN, code, "unknown-option", {"field": spec.label, "options": "、".join(unknown)})
    else:
        yield Fit(OK, code, "read", {"field": spec.label})
    if spec.row is not None:
        yield from _cells(code, one, spec.row)


def _cells(code: str, table: FormField, row: type[Declared]) -> Iterator[Fit]:
    labels = {label_key(alias): name for name, spec in row.specs().items() for alias in spec.aliases}
    found: set[str] = set()
    for inner, one in table.fields.items():
        name = labels.get(label_key(one.label)) or labels.get(label_key(inner))
        if name is None:
            yield Fit(WARN, f"{code} > {inner}", "unread", {"label": one.label or inner})
            continue
        found.add(name)
        yield from _field(f"{code} > {inner}", one, row.specs()[name], [f"{code} > {inner}"])
    for name, spec in row.specs().items():
        if spec.required and name not in found:
            yield Fit(FAIL, f"{code} > {spec.label}", "missing", {"field": spec.label})


def _unknown_options(one: FormField, spec: FieldSpec) -> list[str]:
    """Options of which the service does not know what they mean."""
    if spec.rule not in (Rule.CHOICE, Rule.FLAG):
        return []
    words = {label_key(word) for known in spec.words.values() for word in known}
    return [option for option in one.options if not any(word in label_key(option) for word in words)]


def _missing(
    setting: KintoneApp, request: type[Declared], named: Mapping[str, str], form: Mapping[str, FormField]
) -> Iterator[Fit]:
    for code in setting.fields:
        if code not in form:
            yield Fit(FAIL, code, "no-such-field", {})
    # Who makes a record by hand is known to the directory; what FormBridge writes must say it.
    known = CommonFields.specs() if setting.written_by == "people" else {}
    for name, spec in request.specs().items():
        if name in named.values() or name in known or spec.by_operator:
            continue
        if spec.required:
            yield Fit(FAIL, spec.label, "missing", {"field": spec.label})
        elif spec.required_when is not None:
            yield Fit(WARN, spec.label, "missing-sometimes", {"field": spec.label})
    needed = ["UPDATED_TIME", "CREATED_TIME", *(["CREATOR"] if setting.written_by == "people" else [])]
    for kind in needed:
        if not any(one.type == kind for one in form.values()):
            yield Fit(FAIL, kind, f"no-{kind.lower().replace('_', '-')}", {})


def _status(setting: KintoneApp, form: Mapping[str, FormField]) -> Iterator[Fit]:
    for meaning, code in vars(setting.status).items():
        if not code:
            continue
        if code not in form:
            yield Fit(FAIL, code, "no-status-field", {"meaning": meaning})
        elif form[code].type not in _WRITTEN[meaning]:
            yield Fit(FAIL, code, "unwritable", {"meaning": meaning, "type": form[code].type})
        else:
            yield Fit(OK, code, "written", {"meaning": meaning})


def _actions(setting: KintoneApp, process: AppProcess) -> Iterator[Fit]:
    known = {one.name for one in process.actions or ()} if process.enable else set[str]()
    for state, action in setting.actions.items():
        verdict, key = (OK, "action") if action in known else (FAIL, "no-action")
        if not process.enable:
            key = "no-process"
        yield Fit(verdict, action, key, {"state": state})
