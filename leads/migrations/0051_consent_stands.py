"""Who objected to being scored is found by an index; what stands of consent is what its rows say.

Of two leads that became one the stricter word has always counted, and no row said so. The index is
built while people work, and repeatable: what a try left half done is taken away first.
"""

from django.db import migrations, models
from django.db.models import Q

OBJECTED = models.Index(fields=["id"], condition=Q(consent__scoring=False), name="lead_objected")
DROP = "DROP INDEX CONCURRENTLY IF EXISTS lead_objected"
MAKE = (
    "CREATE INDEX CONCURRENTLY lead_objected ON leads_lead (id) "
    "WHERE (consent -> 'scoring') = 'false'::jsonb"
)
STRICTER = """
INSERT INTO leads_consent
    (lead_id, purpose, given, at, text, channel, received_at, is_firm, address, merge_id)
SELECT l.id, said.purpose, FALSE, m.at, '', 'merge', m.at, TRUE, '', m.id
  FROM leads_merge m
  JOIN leads_lead l ON l.id = m.heir_id
 CROSS JOIN LATERAL jsonb_each(l.consent) AS said (purpose, given)
 WHERE m.id = (SELECT max(id) FROM leads_merge WHERE heir_id = l.id AND undone_at IS NULL)
   AND said.given = 'false'
   AND (SELECT c.given FROM leads_consent c WHERE c.lead_id = l.id AND c.purpose = said.purpose
         ORDER BY c.at DESC, c.given LIMIT 1)
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0050_consent_with_proof")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([DROP, MAKE], [DROP])],
            state_operations=[migrations.AddIndex("lead", OBJECTED)],
        ),
        # Words are never taken away, so backward they stay.
        migrations.RunSQL(STRICTER, migrations.RunSQL.noop),
    ]
