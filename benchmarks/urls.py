"""The product's addresses, and one more that is the limit of B6: a view that says hello, behind the same middleware."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from ascender.urls import handler500 as handler500
from ascender.urls import urlpatterns as product


@login_not_required
def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Hello, world!")


urlpatterns = [path("hello/", hello), *product]
