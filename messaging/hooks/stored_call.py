"""A call that was stored, as the request that it was: what anymail's knowledge of providers is applied to."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from messaging.hooks.form_parts import parts_of


def request_from(body: bytes, content_type: str) -> HttpRequest:
    """A POST request of this body. Raises NoForm."""
    request = HttpRequest()
    request.method = "POST"
    request.META = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
    request._set_content_type_params(request.META)  # type: ignore[attr-defined]
    request._body = body
    request.encoding = "utf-8"
    if request.content_type == "multipart/form-data":
        request.POST, request._files = _form(body, content_type)  # type: ignore[attr-defined, assignment]
    elif request.content_type == "application/x-www-form-urlencoded":
        request.POST = QueryDict(body, encoding="utf-8")
        request._files = MultiValueDict()  # type: ignore[attr-defined]
    return request


def _form(body: bytes, content_type: str) -> tuple[QueryDict, MultiValueDict[str, SimpleUploadedFile]]:
    fields = QueryDict(mutable=True, encoding="utf-8")
    files: MultiValueDict[str, SimpleUploadedFile] = MultiValueDict()
    for part in parts_of(body, content_type):
        if part.filename is None:
            fields.appendlist(part.name, part.content.decode("utf-8", "replace"))
        else:
            name = part.filename.replace("\0", "") or "unnamed"
            files.appendlist(part.name, SimpleUploadedFile(name, part.content, part.content_type))
    return fields, files
