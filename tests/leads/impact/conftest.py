"""An SQL, an MQL and a claimed lead, and versions with other lines to judge them by."""

import pytest

from accounts.roles import Side
from funnel.models import CriteriaVersion
from funnel.versions import current, editing, signing
from leads.handoffs import claims
from leads.impact import counting
from leads.judging.judgement import qualify
from leads.models import ImpactCount, Lead
from tests import factories


def vp(**fields) -> Lead:
    """Fit 50 and consent: an MQL, and with a demo request an SQL of 75."""
    return factories.lead(job_title="VP Operations", consent={"marketing": True}, **fields)


def lines(mql: int, sql: int) -> dict:
    """The live content with other lines."""
    content = {**current.live().content}
    definitions = {**content["definitions"]}
    definitions["mql"] = {**definitions["mql"], "line": mql}
    definitions["sql"] = {**definitions["sql"], "line": sql}
    return {**content, "definitions": definitions}


def signed(mql_line: int, sql_line: int) -> CriteriaVersion:
    """A version like the live one with other lines, signed by both sides."""
    version = editing.draft(lines(mql_line, sql_line), author=factories.marketer())
    editing.propose(version)
    signing.sign(version, factories.marketing_manager(), Side.MARKETING)
    signing.sign(version, factories.sales_manager(), Side.SALES)
    version.refresh_from_db()
    return version


def counted(version: CriteriaVersion) -> ImpactCount:
    return counting.finish(counting.start_count(version))


@pytest.fixture
def world(db) -> dict[str, Lead]:
    """An SQL of 75, an MQL of 50, and a claimed lead of 75."""
    made = {name: vp() for name in ("sql", "mql", "claimed")}
    for name in ("sql", "claimed"):
        factories.event(made[name], "demo_request")
    qualify([lead.pk for lead in made.values()])
    for lead in made.values():
        lead.refresh_from_db()
    claims.claim(made["claimed"].handoffs.get(), factories.rep())
    return made
