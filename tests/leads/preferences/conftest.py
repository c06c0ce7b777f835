import pytest

from leadportal.db import clock
from leads.models import Lead
from leads.preferences import links
from tests import factories


@pytest.fixture
def maya(db) -> Lead:
    """Somebody who agreed to marketing in words, and by a list to the newsletter."""
    made = factories.lead("Maya Lindqvist", email="maya@brightwater.example")
    factories.consent(made, text="Yes, send me news.", channel="/f/demo v2")
    factories.consent(made, "newsletter", is_firm=False)
    return made


@pytest.fixture
def path(maya) -> str:
    """The path of her page."""
    return f"/p/{links.token(maya, clock.now())}"
