"""The usual policy is what django-csp makes; an answer that asks for another has its own."""

import pytest
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.test import RequestFactory

from leadportal.web.policy import PolicyMiddleware

WANTED = {
    "the usual": {},
    "framed by a site": {"_csp_replace": {"frame-ancestors": ["https://acme.example"]}},
    "with more": {"_csp_update": {"img-src": ["data:"]}},
    "of its own": {"_csp_config": {"default-src": ["'none'"]}},
    "none": {"_csp_exempt": True},
    "said already": {"headers": {HEADER: "sandbox"}},
}


def header(middleware: type, wanted: dict) -> str | None:
    answer = HttpResponse(headers=wanted.get("headers"))
    for name, value in wanted.items():
        if name != "headers":
            setattr(answer, name, value)
    policy = middleware(lambda request: answer)(RequestFactory().get("/")).get(HEADER)
    return policy and sorted(policy.split("; "))


@pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
def test_an_answer_has_the_policy_it_had_by_django_csp(wanted):
    assert header(PolicyMiddleware, wanted) == header(CSPMiddleware, wanted)


def test_what_one_answer_asked_for_is_not_the_next_ones():
    answers = iter([HttpResponse(), HttpResponse(), HttpResponse()])
    middleware = PolicyMiddleware(lambda request: next(answers))
    request = RequestFactory().get("/")

    usual = middleware(request)[HEADER]
    other = HttpResponse()
    other._csp_update = {"img-src": ["data:"]}
    framed = PolicyMiddleware.process_response(middleware, request, other)[HEADER]

    assert "data:" in framed
    assert middleware(request)[HEADER] == usual
