"""Erasing a person: what goes and what stays, and the one button."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leadportal.web import answers
from leads import words as phrases
from leads.erasure import erasing, reading, words
from leads.erasure.forms import EraseForm
from leads.models import Lead


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.ERASE_LEADS)
def lead_erase(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    form = EraseForm(request.POST or None, asked_for=words.asked_for(lead))
    if form.is_valid():
        try:
            erasing.erase(lead, request.user, why=form.cleaned_data["why"])
        except erasing.EraseRefused as error:
            return answers.refused(request, "There is nobody to erase", str(error), "leads")
        # Without a name: what is said is kept until it is read.
        answers.said(request, f"The person of lead {pk} is erased.")
        return redirect("leads")
    told = words.told(lead, reading.rows_of(lead))
    context = {"lead": lead, "role": phrases.role(lead), "told": told, "form": form}
    status = 422 if form.errors else 200
    return render(request, "leads/erasure/erase.html", context, status=status)
