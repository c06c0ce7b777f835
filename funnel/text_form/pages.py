"""A draft: started, edited on the page or as text, and proposed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.conditions.values import ConditionError
from funnel.drafts.pages import no_draft, saved
from funnel.models import CriteriaVersion
from funnel.text_form import reading, writing
from funnel.text_form.forms import TextForm
from funnel.versions import current
from funnel.versions.pages import visible_version
from funnel.versions.words import bar
from leadportal.web.limits import takes_upload


# A letter may take four bytes, and a byte three signs of a form.
@takes_upload(12 * reading.LARGEST, lambda user: policy.can(user, Action.DRAFT_CRITERIA))
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.DRAFT_CRITERIA)
def draft_text(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The whole draft as text, to edit or to bring from elsewhere."""
    version = visible_version(request.user, number)
    if not version.is_editable:
        return no_draft(request, version)
    # Written only where it is shown: that takes longer than everything else on the page.
    form = TextForm(request.POST) if request.POST else TextForm(initial=_as_it_is(version))
    answer = _save_text(request, version, form) if form.is_valid() else None
    if answer is not None:
        return answer
    context = {
        "version": version,
        "form": form,
        "read_hash": request.POST.get("read_hash", version.content_hash),
        "bar": bar(version, request.user),
    }
    return render(
        request, "funnel/text_form/text.html", context, status=422 if form.errors else 200
    )


def _as_it_is(version: CriteriaVersion) -> dict[str, str]:
    return {"text": writing.export(version)}


def _save_text(
    request: AuthenticatedRequest, version: CriteriaVersion, form: TextForm
) -> HttpResponse | None:
    """Save the typed text; None when it has a mistake, which the form then says."""
    text = form.cleaned_data["text"]
    try:
        document = reading.read_text(text, current.vocabulary())
        answer = saved(
            request, version, document.content, typed=[("text", text)], note=document.note
        )
    except ConditionError as error:
        said = f"{error}"
        form.add_error("text", f"{said[:1].upper()}{said[1:]}")
        return None
    if answer is None and document.has_comments:
        messages.warning(request, "The comments of the text are not kept.")
    return answer or redirect("draft", version.number)
