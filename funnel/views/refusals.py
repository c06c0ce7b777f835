"""Saying that something was not done to the criteria, and why."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url


def refused(request: HttpRequest, title: str, text: str, to: Any, *args: Any) -> HttpResponse:
    """A 409 page: what was not done, why, and the page to go on from."""
    context = {"title": title, "text": text, "url": resolve_url(to, *args)}
    return render(request, "funnel/refused.html", context, status=409)
