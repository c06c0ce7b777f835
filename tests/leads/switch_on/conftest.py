from tests.leads.impact.conftest import world

__all__ = ["world"]
