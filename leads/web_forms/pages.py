"""The settings of forms, and the page of a form that strangers see."""

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leadportal.db import clock
from leadportal.db.meanwhile import ChangedMeanwhile
from leadportal.web.answers import fragment, go, refused
from leadportal.web.posts import post_only
from leads import fields
from leads import words as phrases
from leads.inbound import deliveries, suspicion
from leads.inbound.api import address_of, too_often
from leads.inbound.languages import wanted, words_of
from leads.inbound.systems.ours import TOKEN, TRAP
from leads.models import WebForm
from leads.web_forms import asking, web_forms, words
from leads.web_forms.forms import (
    ConsentForm,
    FieldForm,
    HostedForm,
    NewFormForm,
    WordsForm,
    marks_of,
)

FORM_METHODS = ["GET", "HEAD", "POST"]
allowed = permission_required(Action.EDIT_INBOUND)


@require_safe
@allowed
def form_list(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "leads/web_forms/forms.html", {"forms": list(web_forms.counted())})


@require_http_methods(FORM_METHODS)
@allowed
def form_new(request: AuthenticatedRequest) -> HttpResponse:
    form = NewFormForm(request.POST or None)
    if form.is_valid():
        try:
            made = web_forms.create(request.user, **form.cleaned_data)
        except web_forms.FormRefused as error:
            form.add_error(error.field, str(error))
        else:
            return redirect(made)
    status = 422 if form.errors else 200
    return render(request, "leads/web_forms/form_new.html", {"form": form}, status=status)


@require_safe
@allowed
def form_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What it asks, in which order, and how it gets onto a page."""
    one, defined = _form(pk), fields.definitions()
    texts = list(one.consent_texts.filter(retired_at=None))
    context = {
        "one": one,
        "asked": asking.asked(one, defined),
        "texts": [(text, phrases.purpose(text.purpose).capitalize()) for text in texts],
        "url": words.url(one),
        "frame": words.frame(one) if one.framed_by else "",
        "html": words.html(one, texts, defined) if one.is_pasted else "",
    }
    return render(request, "leads/web_forms/form.html", context)


@require_http_methods(FORM_METHODS)
@allowed
def form_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = _form(pk)
    now = web_forms.values(one)
    initial = now | {"framed_by": "\n".join(now["framed_by"])}
    form, status = WordsForm(request.POST or None, initial=initial), 200
    if form.is_valid():
        read = form.read()
        if "framed_by" in read:
            read["framed_by"] = str(read["framed_by"]).split()
        try:
            web_forms.change(one, request.user, read=read, **form.cleaned_data)
        except web_forms.FormRefused as error:
            form.add_error(error.field, str(error))
        except ChangedMeanwhile as meanwhile:
            form, status = _against(form, meanwhile), 409
        else:
            messages.success(request, "The form is saved.")
            return redirect(one)
    status = 422 if form.errors else status
    context = {"form": form, "one": one}
    return render(request, "leads/web_forms/form_edit.html", context, status=status)


def _against(form: WordsForm, meanwhile: ChangedMeanwhile) -> Any:
    """Sites are lines to who types, and a list to who keeps them."""
    sites = "\n".join(meanwhile.now["framed_by"])
    now = ChangedMeanwhile(meanwhile.names, meanwhile.now | {"framed_by": sites})
    form.cleaned_data["framed_by"] = "\n".join(form.cleaned_data["framed_by"])
    return form.against(now, by="Somebody")


@require_http_methods(FORM_METHODS)
@allowed
def form_field(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One question: a new one, or that of `?target=` otherwise."""
    one, defined = _form(pk), fields.definitions()
    target = request.GET.get("target", "")
    asks: list[dict[str, Any]] = one.fields
    now = next((field for field in asks if field["target"] == target), {})
    taken = [field["target"] for field in asks]
    made: dict[str, Any] = {"defined": defined, "taken": taken, "now": now}
    form = FieldForm(request.POST or None, **made)
    if form.is_valid():
        try:
            web_forms.put_field(one, request.user, read=form.read(), **form.cleaned_data)
        except web_forms.FormRefused as error:
            form.add_error(None, str(error))
        except ChangedMeanwhile as meanwhile:
            form = form.against(meanwhile, by="Somebody", **made)
        else:
            return go(request, one)
    title = "Edit question" if now else "Add question"
    return _step(request, one, form, title, all_optional=True)


@post_only("web-form", "pk")
@allowed
def form_move(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    way = web_forms.UP if request.POST.get("way") == web_forms.UP else web_forms.DOWN
    one = _form(pk)
    web_forms.move_field(one, request.user, request.POST.get("target", ""), way)
    return go(request, one)


@post_only("web-form", "pk")
@allowed
def form_take(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = _form(pk)
    try:
        web_forms.take_field(one, request.user, request.POST.get("target", ""))
    except web_forms.FormRefused as error:
        return refused(request, "Nothing was changed", str(error), one)
    return go(request, one)


@require_http_methods(FORM_METHODS)
@allowed
def form_consent(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Ask consent for something new, or for that of `?purpose=` in other words."""
    one = _form(pk)
    purpose = request.GET.get("purpose", "").replace("\0", "")
    text = one.consent_texts.filter(purpose=purpose, retired_at=None).first()
    now: dict[str, Any] = {"purpose": "", "text": "", "is_required": False}
    if text:
        now = {"purpose": text.purpose, "text": text.text, "is_required": text.is_required}
    form = ConsentForm(request.POST or None, initial=now)
    if form.is_valid():
        try:
            asked = web_forms.ask_consent(one, request.user, read=form.read(), **form.cleaned_data)
        except ChangedMeanwhile as meanwhile:
            form = form.against(meanwhile, by="Somebody")
        else:
            messages.success(request, f"It is asked in these words, version {asked.version}.")
            return go(request, one)
    return _step(request, one, form, "Consent")


@post_only("web-form", "pk")
@allowed
def form_consent_end(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = _form(pk)
    web_forms.stop_asking(one, request.user, request.POST.get("purpose", "").replace("\0", ""))
    return go(request, one)


def _step(
    request: AuthenticatedRequest, one: WebForm, form: Any, title: str, **more: Any
) -> HttpResponse:
    status = 409 if form.both else 422 if form.errors else 200
    context = {"form": form, "one": one, "drawer_title": title, **more}
    return fragment(request, "leads/web_forms/step.html", context, status=status)


def _form(pk: int) -> WebForm:
    return get_object_or_404(WebForm.objects.select_related("inlet"), pk=pk)


# --- what strangers see ------------------------------------------------------------------------


@csrf_exempt  # it acts for nobody, and in a frame no cookie comes along
@login_not_required
@require_http_methods(FORM_METHODS)
def hosted_form(request: HttpRequest, slug: str) -> HttpResponse:
    """The form. What is sent is kept as it came, and read like any other post."""
    one = _hosted(slug)
    if one is None:
        return _closed(request)
    every = list(one.consent_texts.all())
    data = request.POST if request.method == "POST" else None
    form = HostedForm(
        data,
        asked=asking.asked(one, fields.definitions()),
        texts=[text for text in every if text.retired_at is None],
        earlier={str(text.pk): text.purpose for text in every},
        words=words_of(one.language),
    )
    status = 200
    if form.is_valid() and too_often(one.inlet):
        form.add_error(None, words_of(one.language).busy)
        status = 429
    elif form.is_valid():
        kind = request.headers.get("Content-Type", "")
        deliveries.receive(
            one.inlet, request.body, kind, request.headers, address=address_of(request)
        )
        return _framed(HttpResponseRedirect(one.redirect_url or f"{one.page}/thanks"), one)
    elif form.errors:
        status = 422
    token = request.POST.get(TOKEN) or suspicion.token(one.inlet, clock.now())
    context = {
        "form": form,
        "carried": marks_of(data or request.GET),
        "hidden": (TOKEN, token),
        "trap": TRAP,
        "button": words.button(one),
    }
    return _page(request, "leads/web_forms/hosted.html", one, context, status)


@login_not_required
@require_safe
def hosted_thanks(request: HttpRequest, slug: str) -> HttpResponse:
    one = _hosted(slug)
    return _page(request, "leads/web_forms/thanks.html", one, {}) if one else _closed(request)


def _hosted(slug: str) -> WebForm | None:
    rows = WebForm.objects.select_related("inlet").filter(inlet__is_on=True)
    return rows.filter(slug=slug).first()


def _closed(request: HttpRequest) -> HttpResponse:
    """For a stranger, who knows of no leads and queues; in their language, with no form's."""
    context = {"words": wanted(request.headers.get("Accept-Language", ""))}
    return render(request, "leads/web_forms/closed.html", context, status=404)


def _page(
    request: HttpRequest, template: str, one: WebForm, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    context |= {"one": one, "words": words_of(one.language)}
    return _framed(render(request, template, context, status=status), one)


def _framed(response: HttpResponse, one: WebForm) -> HttpResponse:
    """Sites that were named may show it in a frame; of all other pages none may be."""
    leads_to = urlsplit(one.redirect_url)
    goes = [f"{leads_to.scheme}://{leads_to.netloc}"] if one.redirect_url else []
    response._csp_replace = {  # type: ignore[attr-defined]
        "frame-ancestors": one.framed_by or [NONE],
        # A browser asks it of where a form leads on to as well.
        "form-action": [SELF, *goes],
    }
    if one.framed_by:
        response.xframe_options_exempt = True  # type: ignore[attr-defined]
    return response
