"""Criteria: one version is live, as it was signed."""

from collections.abc import Iterator

from funnel.models import CriteriaVersion, VersionState
from funnel.versions import editing
from leadportal.db.pieces import Sql, param
from leads.invariants.questions import Topic

invariant = Topic()


@invariant(1, "Exactly one criteria version is live.")
def one_version_is_live() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'funnel_criteriaversion', coalesce(max(id), 0), count(*) || ' are live' "
        "FROM funnel_criteriaversion WHERE state = 'live' HAVING count(*) <> 1"
    )


@invariant(1, "The content of every version is what its hash says.")
def content_is_as_hashed() -> Iterator[Sql]:
    # The canonical JSON is made in Python, as it was when the version was signed.
    changed = [
        version.pk
        for version in CriteriaVersion.objects.all()
        if editing.content_hash(version.content) != version.content_hash
    ]
    yield Sql(
        "SELECT 'funnel_criteriaversion', id, 'content is not what was hashed' "
        "FROM funnel_criteriaversion WHERE id = ANY({})"
    ) % param(changed, "bigint[]")


@invariant(2, "Marketing and sales both signed exactly what is or was live.")
def both_sides_signed() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'funnel_criteriaversion', v.id, 'v' || v.number || ' is signed by ' || "
        "coalesce((SELECT string_agg(DISTINCT s.side, ', ') FROM funnel_signature s "
        "WHERE s.version_id = v.id AND s.voided_at IS NULL AND s.content_hash = v.content_hash), "
        "'nobody') FROM funnel_criteriaversion v WHERE v.state = ANY({}) AND "
        "(SELECT count(DISTINCT s.side) FROM funnel_signature s WHERE s.version_id = v.id "
        "AND s.voided_at IS NULL AND s.content_hash = v.content_hash) < 2"
    ) % param([VersionState.LIVE, VersionState.SCHEDULED, VersionState.RETIRED], "text[]")
