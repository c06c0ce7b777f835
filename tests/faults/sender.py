"""A process that posts leads and events of the same few people until it is stopped.

It writes the ids of what was taken in to its output, once they are committed.
Run as `python -m tests.faults.sender NUMBER`.
"""

import random
import sys
from itertools import count

import django

django.setup()

from django.utils import timezone  # noqa: E402

from accounts.models import Integration  # noqa: E402
from leads.ingest.events import ingest_events  # noqa: E402
from leads.ingest.leads import ingest_leads  # noqa: E402

PEOPLE = 200


def main(number: int) -> None:
    order = random.Random(number)
    website = Integration.objects.get()
    for n in count():
        person = {"email": f"person-{order.randrange(PEOPLE)}@brightwater.example"}
        title = order.choice(["VP Operations", "Student", "VP of a rival"])
        lead = person | {"job_title": title, "consent": {"marketing": order.random() < 0.9}}
        event = {
            "type": order.choice(["chat", "demo_request", "page_view"]),
            "occurred_at": timezone.now().isoformat(),
            "external_id": f"{number}-{n}",
            "lead": person,
        }
        (known,) = ingest_leads([lead], integration=website)
        (happened,) = ingest_events([event], integration=website)
        print(known.lead_id, happened.event_id, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
