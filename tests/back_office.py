"""The pages of the back office as an operator has them open."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.test import Client


def opened(office: Client, path: str) -> dict[str, Any]:
    """What a browser would send if the page were saved as it is."""
    response = office.get(path)
    assert response.status_code == 200
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    forms = [response.context["adminform"].form]
    forms += [form for formset in formsets for form in (formset.management_form, *formset.forms)]
    return {
        name: value for form in forms for name, value in _fields_of(form).items() if f'name="{name}"' in response.text
    }


def _fields_of(form: BaseForm) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if isinstance(value, bool):
            fields |= {field.html_name: "on"} if value else {}
        else:
            fields[field.html_name] = _sent(value)
        fields[field.html_initial_name] = _sent(value)
    return fields


def _sent(value: Any) -> Any:
    if value is None:
        return ""
    return (
        [str(getattr(each, "pk", each)) for each in value]
        if hasattr(value, "__iter__") and not isinstance(value, str)
        else str(value)
    )
