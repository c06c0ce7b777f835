"""What a page may load and who may frame it: the usual policy, made once."""

from functools import cached_property

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase as Response

OF_NO_OTHER_KIND = PolicyParts()


class PolicyMiddleware(CSPMiddleware):
    """django-csp's, which makes the header anew for each answer: here only where one differs.

    Knows CONTENT_SECURITY_POLICY and its DIRECTIVES; of a policy that only reports, or of
    addresses left out, the usual answer would know nothing.
    """

    def process_response(self, request: HttpRequest, response: Response) -> Response:
        wanted = self.get_policy_parts(request=request, response=response)
        is_exempt = getattr(response, "_csp_exempt", False)
        if settings.DEBUG or is_exempt or wanted != OF_NO_OTHER_KIND:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.usual)
        return response

    @cached_property
    def usual(self) -> str:
        return build_policy()
