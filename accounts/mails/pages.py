"""How mail goes out, a test of it, and what did not go out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.mails import mails, words
from accounts.policy import Action
from leadportal.look.formats import some
from leadportal.web.answers import go
from leadportal.web.posts import post_only

SHOWN = 100


@require_safe
@permission_required(Action.LOOK_AFTER_MAIL)
def mail_page(request: AuthenticatedRequest) -> HttpResponse:
    found = mails.not_sent()
    context = {
        "how": words.how_it_goes(),
        "is_only_printed": mails.is_only_printed(),
        "test": _test(request),
        "mails": [(mail, words.subject(mail)) for mail in found[:SHOWN]],
        "count": found.count(),
        "waits": found.filter(due_at__isnull=False).exists(),
    }
    return render(request, "accounts/mails/mails.html", context)


@require_safe
@permission_required(Action.LOOK_AFTER_MAIL)
def mail_test_progress(request: AuthenticatedRequest) -> HttpResponse:
    """How far the test has come, asked by the page until it is over."""
    return render(request, "accounts/mails/partials/test.html", {"test": _test(request)})


@post_only("mail")
@permission_required(Action.LOOK_AFTER_MAIL)
def mail_test(request: AuthenticatedRequest) -> HttpResponse:
    mails.ask_test(by=request.user)
    return go(request, "mail")


@post_only("mail")
@permission_required(Action.LOOK_AFTER_MAIL)
def mail_retry(request: AuthenticatedRequest) -> HttpResponse:
    if count := mails.try_again(by=request.user):
        messages.success(request, f"{some(count, 'mail')} will be tried again now.")
    else:
        messages.info(request, "No mail waits for another try any more.")
    return go(request, "mail")


def _test(request: AuthenticatedRequest) -> words.Test | None:
    last = mails.last_test(request.user)
    return words.test(last) if last else None
