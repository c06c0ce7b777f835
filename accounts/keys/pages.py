"""API keys: who may call us, a new one, the end of one."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.keys import keys
from accounts.keys.forms import KeyForm
from accounts.models import ApiKey
from accounts.policy import Action
from leadportal.db import clock
from leadportal.look import formats
from leadportal.web.posts import post_only

# Deleted keys are shown as far back as somebody may still ask what happened to one.
DELETED_SHOWN = 10


@require_safe
@permission_required(Action.OPEN_KEYS)
def key_list(request: AuthenticatedRequest) -> HttpResponse:
    rows = ApiKey.objects.select_related("integration", "created_by")
    context = {
        "keys": list(rows.filter(revoked_at=None)),
        "deleted": list(rows.exclude(revoked_at=None).order_by("-revoked_at")[:DELETED_SHOWN]),
        "now": clock.now(),
        "may_edit": policy.can(request.user, Action.EDIT_KEYS),
        "prefix": keys.prefix(),
        "base_url": settings.BASE_URL,
    }
    return render(request, "accounts/keys/keys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.EDIT_KEYS)
def key_new(request: AuthenticatedRequest) -> HttpResponse:
    form = KeyForm(request.POST or None)
    if not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "accounts/keys/key_new.html", {"form": form}, status=status)
    typed = form.cleaned_data
    key, plain = keys.create(
        keys.integration_named(typed["integration"]),
        scopes=typed["scopes"],
        source=typed["source"],
        name=typed["name"],
        days=typed["days"],
        strict=typed["strict"],
        by=request.user,
    )
    # Not a redirect: the plain key is in this one answer and nowhere else.
    context = {"key": key, "plain": plain, "base_url": settings.BASE_URL}
    return render(request, "accounts/keys/key_made.html", context, status=201)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.EDIT_KEYS)
def key_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(ApiKey.objects.select_related("integration"), pk=pk, revoked_at=None)
    if request.method == "POST":
        keys.revoke(key, by=request.user)
        messages.success(request, f"Deleted {named(key)}. Calls with it are refused from now on.")
        return redirect("keys")
    context = {"key": key, "title": f"Delete the key {named(key)}?", "text": last_use(key)}
    return render(request, "accounts/keys/key_delete.html", context)


@post_only("keys")
@permission_required(Action.EDIT_KEYS)
def key_strict(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Switch between refusing what is not understood and taking the rest."""
    key = get_object_or_404(ApiKey.objects.select_related("integration"), pk=pk, revoked_at=None)
    strict = request.POST.get("strict") == "yes"
    keys.set_strict(key, strict, by=request.user)
    does = "refuses a lead over one value" if strict else "takes a lead without the value"
    messages.success(request, f"{named(key)} {does} that is not understood.")
    return redirect("keys")


def named(key: ApiKey) -> str:
    return f"“{key.name or key.integration}”"


def last_use(key: ApiKey) -> str:
    """What deleting would interrupt."""
    if key.last_used_at is None:
        return "It was never used."
    ago = formats.duration(clock.now() - key.last_used_at)
    return f"It was used {ago} ago. Whatever uses it stops working at once."
