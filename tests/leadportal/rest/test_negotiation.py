"""In which form an answer goes is decided as Django REST framework does, only sooner."""

import pytest
from django.http import Http404
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from funnel.criteria.api import YamlRenderer
from leadportal.rest.negotiation import UnlessAnything

RENDERERS = [YamlRenderer(), JSONRenderer()]
ACCEPTED = [
    None,
    "*/*",
    "application/json",
    "*/*; q=0.5",
    "text/html,*/*;q=0.8",
    "text/html",
    "application/*",
]


def chosen(negotiation, request):
    try:
        renderer, media_type = negotiation.select_renderer(request, RENDERERS)
    except (NotAcceptable, Http404) as refused:
        return type(refused)
    return renderer, media_type


@pytest.mark.parametrize("address", ["/api/v1/leads", "/?format=json", "/?format=x", "/?format="])
@pytest.mark.parametrize("accepted", ACCEPTED)
def test_what_is_chosen_is_what_negotiating_would_choose(rf, address, accepted):
    request = Request(rf.get(address, headers={"Accept": accepted} if accepted else {}))

    by_hand = chosen(DefaultContentNegotiation(), request)

    assert chosen(UnlessAnything(), request) == by_hand


def test_a_call_that_says_nothing_of_it_is_not_negotiated(rf, monkeypatch):
    monkeypatch.delattr(DefaultContentNegotiation, "get_accept_list")

    assert chosen(UnlessAnything(), Request(rf.get("/")))[0] is RENDERERS[0]
