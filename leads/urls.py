from django.urls import include, path

from leads.by_hand import pages as by_hand
from leads.companies import pages as companies
from leads.counted import pages as counted
from leads.directory import api as directory_api
from leads.domains import pages as domains
from leads.duplicates import api as duplicates_api
from leads.duplicates import pages as duplicates
from leads.editing import pages as editing
from leads.erasure import pages as erasure
from leads.evidence import pages as evidence
from leads.field_choices import pages as field_choices
from leads.follow_ups import pages as follow_ups
from leads.handoffs import api as handoffs_api
from leads.handoffs import pages as handoffs
from leads.impact import pages as impact
from leads.imports import pages as imports
from leads.inbound import api as inbound_api
from leads.inbound import pages as inbound
from leads.ingest import api as ingest_api
from leads.judging import pages as judging
from leads.lead import api as lead_api
from leads.lead import pages as lead
from leads.measured import api as measured_api
from leads.mine import pages as mine
from leads.nurture import pages as nurture
from leads.overview import pages as overview
from leads.own_fields import pages as own_fields
from leads.preferences import pages as preferences
from leads.quality import pages as quality
from leads.queue import pages as queue
from leads.rejections import api as rejections_api
from leads.rejections import pages as rejections
from leads.search import pages as search
from leads.sources import pages as sources
from leads.switch_on import pages as switch_on
from leads.table import pages as table
from leads.unread import pages as unread
from leads.verdicts import pages as verdicts
from leads.walks import pages as walks
from leads.web_forms import pages as web_forms

api_urls = [
    # First those that are asked most.
    path("leads", lead_api.leads, name="api-leads"),
    path("leads/batch", ingest_api.lead_batch, name="api-lead-batch"),
    path("events", lead_api.events, name="api-events"),
    path("events/batch", ingest_api.event_batch, name="api-event-batch"),
    path("handoffs/<int:pk>/claim", handoffs_api.claim_handoff, name="api-handoff-claim"),
    path("leads/<int:pk>", lead_api.lead, name="api-lead"),
    path("leads/<int:pk>/explanation", lead_api.lead_explanation, name="api-lead-explanation"),
    path("leads/<int:pk>/history", lead_api.lead_history, name="api-lead-history"),
    path("leads/<int:pk>/events", lead_api.lead_events, name="api-lead-events"),
    path("leads/<int:pk>/consents", lead_api.lead_consents, name="api-lead-consents"),
    path("leads/<int:pk>/preferences", lead_api.lead_preferences, name="api-lead-preferences"),
    path("leads/outcome", handoffs_api.named_outcome, name="api-named-outcome"),
    path("leads/<int:pk>/outcome", handoffs_api.lead_outcome, name="api-lead-outcome"),
    path("leads/<int:pk>/answer", rejections_api.answer_lead, name="api-lead-answer"),
    path("duplicates", duplicates_api.duplicate_pairs, name="api-duplicates"),
    path(
        "duplicates/<int:pk>/refuse", duplicates_api.refuse_duplicate, name="api-duplicate-refuse"
    ),
    path("leads/<int:pk>/merge", duplicates_api.merge_lead, name="api-lead-merge"),
    path("merges/<int:pk>/undo", duplicates_api.undo_merge, name="api-merge-undo"),
    path("reasons", rejections_api.reasons, name="api-reasons"),
    path("nurture", rejections_api.nurture, name="api-nurture"),
    path("handoffs/<int:pk>/accept", handoffs_api.accept_handoff, name="api-handoff-accept"),
    path("handoffs/<int:pk>/reject", handoffs_api.reject_handoff, name="api-handoff-reject"),
    path("fields", directory_api.fields, name="api-fields"),
    path("sources", directory_api.sources, name="api-sources"),
    path("campaigns", directory_api.campaigns, name="api-campaigns"),
    path("companies", directory_api.companies, name="api-companies"),
    path("companies/<int:pk>", directory_api.company, name="api-company"),
    path("queues", directory_api.queues, name="api-queues"),
    path("metrics", measured_api.metrics, name="api-metrics"),
    path("handoffs", handoffs_api.handoffs, name="api-handoffs"),
    path("handoffs/<int:pk>", handoffs_api.handoff, name="api-handoff"),
    path("handoffs/<int:pk>/release", handoffs_api.release_handoff, name="api-handoff-release"),
    path("handoffs/<int:pk>/touch", handoffs_api.touch_handoff, name="api-handoff-touch"),
]
urlpatterns = [
    path("api/v1/", include(api_urls)),
    path("leads/duplicates", duplicates.duplicate_list, name="duplicates"),
    path("leads/duplicates/certain", duplicates.duplicates_certain, name="duplicates-certain"),
    path("leads/duplicates/<int:pk>", duplicates.duplicate_page, name="duplicate"),
    path("leads/duplicates/<int:pk>/refuse", duplicates.duplicate_refuse, name="duplicate-refuse"),
    path("leads/duplicates/<int:pk>/reopen", duplicates.duplicate_reopen, name="duplicate-reopen"),
    path("leads/merges/<int:pk>/undo", duplicates.merge_undo, name="merge-undo"),
    path("queue", queue.queue, name="queue"),
    path("queue/changes", queue.queue_changes, name="queue-changes"),
    path("queue/next", handoffs.handoff_next, name="claim-next"),
    path("handoffs/<int:pk>", queue.handoff_peek, name="handoff"),
    path("handoffs/<int:pk>/claim", handoffs.handoff_claim, name="handoff-claim"),
    path("handoffs/<int:pk>/release", handoffs.handoff_release, name="handoff-release"),
    path("handoffs/<int:pk>/touch", handoffs.handoff_touch, name="handoff-touch"),
    path("handoffs/<int:pk>/accept", verdicts.handoff_accept, name="handoff-accept"),
    path("handoffs/<int:pk>/reject", verdicts.handoff_reject, name="handoff-reject"),
    path("handoffs/<int:pk>/undo", verdicts.handoff_undo, name="handoff-undo"),
    path("rejections", rejections.rejection_list, name="rejections"),
    path("rejections/<int:pk>", rejections.rejection, name="rejection"),
    path(
        "rejections/<int:pk>/next",
        rejections.rejection_beside,
        {"way": "next"},
        name="rejection-next",
    ),
    path(
        "rejections/<int:pk>/previous",
        rejections.rejection_beside,
        {"way": "previous"},
        name="rejection-previous",
    ),
    path("rejections/<int:pk>/nurture", rejections.rejection_nurture, name="rejection-nurture"),
    path("rejections/<int:pk>/close", rejections.rejection_close, name="rejection-close"),
    path("rejections/<int:pk>/dispute", rejections.rejection_dispute, name="rejection-dispute"),
    path("rejections/<int:pk>/decide", rejections.rejection_decide, name="rejection-decide"),
    path("rejections/evidence", evidence.evidence, name="rejections-evidence"),
    path("rejections/evidence/draft", evidence.evidence_draft, name="rejections-evidence-draft"),
    path("nurture", nurture.nurture_list, name="nurture"),
    path("nurture/<int:pk>/terms", nurture.nurture_terms, name="nurture-terms"),
    path("nurture/<int:pk>/back", nurture.nurture_back, name="nurture-back"),
    path("leads/mine", mine.my_leads, name="my-leads"),
    path("me/results", mine.my_results, name="my-results"),
    path("me/results/leads", mine.my_results_leads, name="my-results-leads"),
    path("followups", follow_ups.follow_up_list, name="follow-ups"),
    path("followups/<int:pk>/done", follow_ups.follow_up_done, name="follow-up-done"),
    path("followups/<int:pk>/snooze", follow_ups.follow_up_snooze, name="follow-up-snooze"),
    path("search", search.search, name="search"),
    path("quality", quality.quality, name="quality"),
    path("quality/leads", counted.handoff_list, name="counted"),
    path("overview", overview.overview, name="overview"),
    path("criteria/standing", impact.criteria_standing, name="criteria-standing"),
    path("criteria/progress", switch_on.criteria_progress, name="criteria-progress"),
    path("criteria/<int:number>/impact", impact.criteria_impact, name="criteria-impact"),
    path("criteria/<int:number>/movers", impact.criteria_movers, name="criteria-movers"),
    path("criteria/<int:number>/past", impact.criteria_past, name="criteria-past"),
    path("criteria/<int:number>/deals", impact.criteria_deals, name="criteria-deals"),
    path(
        "criteria/<int:number>/switch-on", switch_on.criteria_switch_on, name="criteria-switch-on"
    ),
    path("criteria/<int:number>/count", switch_on.criteria_count, name="criteria-count"),
    path("criteria/<int:number>/rescore", switch_on.criteria_rescore, name="criteria-rescore"),
    path("criteria/<int:number>/replay", switch_on.criteria_replay, name="criteria-replay"),
    path("imports", imports.import_list, name="imports"),
    path("imports/<int:pk>", imports.import_page, name="import"),
    path("imports/<int:pk>/columns", imports.import_columns, name="import-columns"),
    path("imports/<int:pk>/lists", imports.import_lists, name="import-lists"),
    path("imports/<int:pk>/start", imports.import_start, name="import-start"),
    path("imports/<int:pk>/pause", imports.import_pause, name="import-pause"),
    path("imports/<int:pk>/go-on", imports.import_go_on, name="import-go-on"),
    path("imports/<int:pk>/undo", imports.import_undo, name="import-undo"),
    path("imports/<int:pk>/hand-over", imports.import_hand_over, name="import-hand-over"),
    path("imports/<int:pk>/discard", imports.import_discard, name="import-discard"),
    path("imports/<int:pk>/refused", imports.import_refused, name="import-refused"),
    path("in/<slug:token>", inbound_api.inlet_in, name="in"),
    path("settings/inbound", inbound.inlet_list, name="inlets"),
    path("settings/inbound/new", inbound.inlet_new, name="inlet-new"),
    path("settings/inbound/<int:pk>", inbound.inlet_page, name="inlet"),
    path("settings/inbound/<int:pk>/edit", inbound.inlet_edit, name="inlet-edit"),
    path("settings/inbound/<int:pk>/values", inbound.inlet_values, name="inlet-values"),
    path("settings/inbound/<int:pk>/test", inbound.inlet_test, name="inlet-test"),
    path("settings/inbound/<int:pk>/switch", inbound.inlet_switch, name="inlet-switch"),
    path("settings/inbound/<int:pk>/again", inbound.inlet_again, name="inlet-again"),
    path("settings/deliveries/<int:pk>", inbound.delivery_page, name="delivery"),
    path("settings/deliveries/<int:pk>/replay", inbound.delivery_replay, name="delivery-replay"),
    path("settings/deliveries/<int:pk>/let-in", inbound.delivery_let_in, name="delivery-let-in"),
    path("settings/deliveries/<int:pk>/drop", inbound.delivery_drop, name="delivery-drop"),
    path("settings/forms", web_forms.form_list, name="web-forms"),
    path("settings/forms/new", web_forms.form_new, name="web-form-new"),
    path("settings/forms/<int:pk>", web_forms.form_page, name="web-form"),
    path("settings/forms/<int:pk>/edit", web_forms.form_edit, name="web-form-edit"),
    path("settings/forms/<int:pk>/field", web_forms.form_field, name="web-form-field"),
    path("settings/forms/<int:pk>/move", web_forms.form_move, name="web-form-move"),
    path("settings/forms/<int:pk>/take", web_forms.form_take, name="web-form-take"),
    path("settings/forms/<int:pk>/consent", web_forms.form_consent, name="web-form-consent"),
    path(
        "settings/forms/<int:pk>/consent/end",
        web_forms.form_consent_end,
        name="web-form-consent-end",
    ),
    path("f/<slug:slug>", web_forms.hosted_form, name="hosted-form"),
    path("f/<slug:slug>/thanks", web_forms.hosted_thanks, name="hosted-thanks"),
    path("p/<str:token>", preferences.preference_page, name="preferences"),
    path(
        "p/<str:token>/unsubscribe",
        preferences.preferences_unsubscribe,
        name="preferences-unsubscribe",
    ),
    path("p/<str:token>/scoring", preferences.preferences_scoring, name="preferences-scoring"),
    path("settings/values", unread.value_list, name="values"),
    path("settings/values/meaning", unread.value_meaning, name="value-meaning"),
    path("settings/values/forget", unread.value_forget, name="value-forget"),
    *(
        path(f"settings/{kind}{way}", view, {"kind": kind}, name=name.format(kind, kind[:-1]))
        for kind in ("sources", "campaigns")
        for way, view, name in (
            ("", sources.origin_list, "{0}"),
            ("/new", sources.origin_new, "{1}-new"),
            ("/<int:pk>", sources.origin_edit, "{1}-edit"),
            ("/<int:pk>/merge", sources.origin_merge, "{1}-merge"),
        )
    ),
    path("settings/merged/<int:pk>/undo", sources.origin_unmerge, name="name-unmerge"),
    path("settings/domains", domains.domain_list, name="domains"),
    path("settings/domains/new", domains.domain_new, name="domain-new"),
    path("settings/domains/<int:pk>/forget", domains.domain_forget, name="domain-forget"),
    path("settings/fields", own_fields.field_list, name="fields"),
    path("settings/fields/new", own_fields.field_new, name="field-new"),
    path("settings/fields/same", own_fields.field_same, name="field-same"),
    path("settings/fields/<int:pk>", own_fields.field_page, name="field"),
    path("settings/fields/<int:pk>/edit", own_fields.field_edit, name="field-edit"),
    path("settings/fields/<int:pk>/type", own_fields.field_type, name="field-type"),
    path("settings/fields/<int:pk>/move", own_fields.field_move, name="field-move"),
    path("settings/fields/<int:pk>/retire", own_fields.field_retire, name="field-retire"),
    path("settings/fields/<int:pk>/back", own_fields.field_back, name="field-back"),
    path("settings/fields/<int:pk>/choices/new", field_choices.choice_new, name="choice-new"),
    path("settings/fields/<int:pk>/choices/edit", field_choices.choice_edit, name="choice-edit"),
    path("settings/fields/<int:pk>/choices/merge", field_choices.choice_merge, name="choice-merge"),
    path(
        "settings/fields/<int:pk>/choices/spelling",
        field_choices.choice_spelling,
        name="choice-spelling",
    ),
    path("settings/fields/<int:pk>/choices/move", field_choices.choice_move, name="choice-move"),
    path("settings/mailboxes", domains.word_list, name="role-words"),
    path("settings/mailboxes/new", domains.word_new, name="role-word-new"),
    path("settings/mailboxes/<int:pk>/forget", domains.word_forget, name="role-word-forget"),
    path("companies", companies.company_list, name="companies"),
    path("companies/<int:pk>", companies.company_page, name="company"),
    path("companies/<int:pk>/edit", companies.company_edit, name="company-edit"),
    path("companies/<int:pk>/merge", companies.company_merge, name="company-merge"),
    path("companies/merges/<int:pk>/undo", companies.company_unmerge, name="company-unmerge"),
    path(
        "leads/<int:pk>/companies/<int:company>/not",
        companies.lead_not_there,
        name="lead-not-there",
    ),
    path("leads/<int:pk>/companies/<int:company>", companies.lead_there, name="lead-there"),
    path("leads", table.lead_list, name="leads"),
    path("leads/parked", judging.parked_list, name="parked"),
    path("leads/parked/replay", judging.parked_replay, name="parked-replay"),
    path("leads/new", editing.lead_new, name="lead-new"),
    path("leads/<int:pk>", lead.lead_page, name="lead"),
    path("leads/<int:pk>/edit", editing.lead_edit, name="lead-edit"),
    path("leads/<int:pk>/next", walks.lead_beside, {"way": "next"}, name="lead-next"),
    path("leads/<int:pk>/previous", walks.lead_beside, {"way": "previous"}, name="lead-previous"),
    path("leads/<int:pk>/changes", lead.lead_changes, name="lead-changes"),
    path("leads/<int:pk>/bant", verdicts.lead_bant, name="lead-bant"),
    path("leads/<int:pk>/opportunity", verdicts.lead_opportunity, name="lead-opportunity"),
    path("leads/<int:pk>/won", verdicts.lead_won, name="lead-won"),
    path("leads/<int:pk>/lost", verdicts.lead_lost, name="lead-lost"),
    path("leads/<int:pk>/follow-up", follow_ups.lead_follow_up, name="lead-follow-up"),
    path("leads/<int:pk>/erase", erasure.lead_erase, name="lead-erase"),
    path("leads/<int:pk>/note", lead.lead_note, name="lead-note"),
    path("leads/<int:pk>/consent", preferences.lead_consent, name="lead-consent"),
    path("leads/<int:pk>/override", by_hand.lead_override, name="lead-override"),
    path("leads/<int:pk>/override/end", by_hand.override_end, name="override-end"),
    path("leads/<int:pk>/adjust", by_hand.lead_adjust, name="lead-adjust"),
    path(
        "leads/<int:pk>/adjustments/<int:adjustment>/end",
        by_hand.adjustment_end,
        name="adjustment-end",
    ),
    path("leads/<int:pk>/disqualify", by_hand.lead_disqualify, name="lead-disqualify"),
    path("leads/<int:pk>/readmit", by_hand.lead_readmit, name="lead-readmit"),
]
