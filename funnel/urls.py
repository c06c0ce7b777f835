from django.urls import include, path

from funnel.criteria import api as criteria_api
from funnel.criteria import pages as criteria
from funnel.drafts import pages as drafts
from funnel.reasons import pages as reasons
from funnel.text_form import pages as text_form
from funnel.versions import pages as versions

api_urls = [
    path("criteria", criteria_api.list_criteria, name="api-criteria"),
    path("criteria/<int:number>", criteria_api.read_criteria, name="api-criteria-version"),
    path("criteria/<int:number>.yaml", criteria_api.read_criteria_text, name="api-criteria-text"),
]
urlpatterns = [
    path("api/v1/", include(api_urls)),
    path("criteria", criteria.criteria, name="criteria"),
    path("criteria/<int:number>", criteria.criteria_version, name="criteria-version"),
    path("criteria/<int:before>..<int:after>", criteria.criteria_compare, name="criteria-compare"),
    path("criteria/<int:number>/sign", versions.criteria_sign, name="criteria-sign"),
    path("criteria/<int:number>/send-back", versions.criteria_send_back, name="criteria-send-back"),
    path(
        "criteria/<int:number>/unschedule",
        versions.criteria_unschedule,
        name="criteria-unschedule",
    ),
    path("settings/reasons", reasons.reason_list, name="reasons"),
    path("settings/reasons/new", reasons.reason_new, name="reason-new"),
    path("settings/reasons/<int:pk>", reasons.reason_edit, name="reason-edit"),
    path("settings/reasons/<int:pk>/move", reasons.reason_move, name="reason-move"),
    path("settings/reasons/<int:pk>/retire", reasons.reason_retire, name="reason-retire"),
    path("settings/reasons/<int:pk>/back", reasons.reason_back, name="reason-back"),
    path("settings/reasons/<int:pk>/delete", reasons.reason_delete, name="reason-delete"),
    path("criteria/drafts", drafts.draft_new, name="draft-new"),
    path("criteria/drafts/<int:number>", drafts.draft_page, name="draft"),
    path("criteria/drafts/<int:number>/text", text_form.draft_text, name="draft-text"),
    path("criteria/drafts/<int:number>/propose", drafts.draft_propose, name="draft-propose"),
]
