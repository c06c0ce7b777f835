"""What becomes of a delivery: once each, suspicious ones wait, nothing is lost by a kill."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from leads.inbound import deliveries, inlets, job, taking
from leads.ingest import leads as ingest
from leads.models import Delivery, Event, ExternalId, Lead, LeadChange, UnreadValue
from tests import factories
from tests.concurrently import at_once

pytestmark = pytest.mark.django_db
ANA = {"email": "ana@acme.example", "first_name": "Ana"}
FORM = "application/x-www-form-urlencoded"


def fresh(delivery):
    return Delivery.objects.select_related("inlet", "lead").get(pk=delivery.pk)


def test_the_same_twice_is_once(inlet, came):
    one = inlet()

    first, again = came(one, ANA), came(one, ANA)

    assert (first.state, again.state) == ("taken", "ignored")
    assert again.reason == f"The same came before, as number {first.pk}."
    assert Event.objects.count() == Lead.objects.count() == 1


def test_the_same_at_another_address_or_on_another_day_is_another(inlet, came):
    one = inlet()
    came(one, ANA)
    Delivery.objects.update(key=f"{Delivery.objects.get().key[:-10]}2020-01-01")

    again, elsewhere = came(one, ANA), came(inlet(name="other"), ANA)

    assert (again.state, elsewhere.state) == ("taken", "taken")
    assert Lead.objects.count() == 1 and Event.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_takes_it_in(inlet, post):
    one = inlet()
    post(one, ANA), post(one, ANA)

    at_once([job.drain, job.drain])
    Delivery.objects.filter(state="received").update(due_at=timezone.now())
    job.drain()

    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["ignored", "taken"]
    assert Event.objects.count() == 1


def test_a_known_person_is_found_and_what_is_not_understood_is_told(inlet, came):
    known = factories.lead("Ana Lopez", email="ana@acme.example")

    delivery = came(inlet(), ANA | {"country": "Narnia"})

    assert delivery.lead == known
    (result,) = delivery.results
    assert result["status"] == "matched" and result["problems"][0]["code"] == "unknown_country"
    assert UnreadValue.objects.get().value == "Narnia"


def test_who_cannot_be_reached_is_not_taken_and_may_be_later(inlet, came, manager):
    one = inlet()
    delivery = came(one, {"Kontakt": "+49 30 1234567"})
    assert (delivery.state, delivery.reason) == ("failed", taking.NOBODY)

    inlets.say_what_is(one, manager, {"Kontakt": "phone"})
    assert deliveries.replay_failed(one, manager) == 1
    job.drain()

    delivery = fresh(delivery)
    assert (delivery.state, delivery.lead.phone) == ("taken", "+49301234567")


def test_a_mapping_of_a_person_counts_before_every_guess(inlet, came, manager):
    one = inlet()
    chosen = {"email": "", "reply": "email", "first_name": "detail", "n": "company.employees"}
    inlets.say_what_is(one, manager, chosen)

    lead = came(one, ANA | {"reply": "b@acme.example", "n": 30}).lead

    assert (lead.email, lead.first_name, lead.company.employees) == ("b@acme.example", "", 30)
    assert lead.attributes == {"other_first_name": "Ana"}


def test_reading_again_changes_what_a_mapping_says_now_and_counts_no_event_twice(
    inlet, came, manager
):
    one = inlet()
    delivery = came(one, ANA | {"job": "CTO"})
    inlets.say_what_is(one, manager, {"job": "job_title"})

    deliveries.replay(delivery, manager)
    job.drain()

    assert fresh(delivery).state == "taken"
    assert Lead.objects.get().job_title == "CTO" and LeadChange.objects.count() == 1
    assert Event.objects.count() == 1


def test_a_try_goes_all_the_way_and_leaves_nothing(inlet, manager):
    for system in ("json", "google", "segment", "mail", "typeform", "html"):
        delivery = deliveries.send_test(inlet(system), manager)
        job.drain()
        delivery = fresh(delivery)
        assert (delivery.state, delivery.reason) == ("ignored", "A try: it would make a new lead.")

    assert not Lead.objects.exists() and not Event.objects.exists()


# --- suspicion ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ("email=a@x.example&your_homepage=http://spam.example", "no person sees"),
        ("email=a@mailinator.com", "thrown away"),
    ],
)
def test_what_a_program_may_have_sent_waits_for_a_person(inlet, came, manager, sent, says):
    delivery = came(inlet("html"), sent, FORM)
    assert delivery.state == "quarantined" and says in delivery.reason
    assert not Lead.objects.exists()

    deliveries.let_in(delivery, manager)
    job.drain()

    delivery = fresh(delivery)
    assert (delivery.state, delivery.let_in_by) == ("taken", manager)
    assert "your_homepage" not in delivery.lead.attributes


def test_many_of_one_place_wait(inlet, came):
    one = inlet("html")

    states = [came(one, f"email=a{n}@x.example", FORM).state for n in range(7)]

    assert states == ["taken"] * 5 + ["quarantined"] * 2
    # Tools post for many people from one place.
    other = inlet("json")
    assert {came(other, {"email": f"b{n}@x.example"}).state for n in range(7)} == {"taken"}


def test_strangers_decide_neither_ids_nor_dates(inlet, came):
    lead = came(inlet("html"), "email=a@x.example&id=crm-7&created=2001-01-01", FORM).lead

    assert lead.created_at > timezone.now() - timedelta(minutes=1)
    assert not ExternalId.objects.exists()
    assert lead.attributes == {"id": "crm-7", "created": "2001-01-01"}


def test_what_is_thrown_away_is_nothing_any_more(inlet, came, manager):
    delivery = came(inlet("html"), "email=a@mailinator.com", FORM)

    deliveries.drop(delivery, manager)

    assert fresh(delivery).reason == f"Thrown away by {manager.name}."
    with pytest.raises(deliveries.DeliveryRefused):
        deliveries.drop(delivery, manager)
    with pytest.raises(deliveries.DeliveryRefused):
        deliveries.let_in(delivery, manager)


def test_what_waits_in_quarantine_is_not_just_read_again(inlet, came, manager):
    delivery = came(inlet("html"), "email=a@mailinator.com", FORM)

    with pytest.raises(deliveries.DeliveryRefused):
        deliveries.replay(delivery, manager)


# --- kills and faults --------------------------------------------------------------------------


def test_what_a_killed_worker_held_is_read_a_minute_later(inlet, post):
    post(inlet(), ANA)
    # Killed between taking it and reading it.
    assert job._lease() and job.drain() == 0

    Delivery.objects.update(due_at=timezone.now())
    job.drain()

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("taken", 2)


def test_what_was_half_done_is_not_done_at_all(inlet, post, monkeypatch):
    post(inlet(), ANA)
    settle = taking.settle
    monkeypatch.setattr(taking, "settle", lambda *_: 1 / 0)
    job.drain()
    assert not Lead.objects.exists() and Delivery.objects.get().state == "received"

    monkeypatch.setattr(taking, "settle", settle)
    Delivery.objects.update(due_at=timezone.now())
    job.drain()

    assert Lead.objects.count() == Event.objects.count() == 1


def test_what_nobody_can_read_ends_after_some_tries(inlet, post, monkeypatch, manager):
    one = inlet()
    post(one, ANA)
    monkeypatch.setattr(taking, "ingest_leads", lambda *_, **__: 1 / 0)
    for _ in range(job.TRIES):
        Delivery.objects.update(due_at=timezone.now())
        job.drain()
    delivery = Delivery.objects.get()
    assert delivery.state == "failed" and "(ZeroDivisionError)" in delivery.reason

    monkeypatch.setattr(taking, "ingest_leads", ingest.ingest_leads)
    deliveries.replay(delivery, manager)
    job.drain()

    assert fresh(delivery).state == "taken"


def test_one_that_fails_keeps_no_other(inlet, post, monkeypatch):
    one = inlet()
    post(one, ANA), post(one, {"email": "b@x.example"})
    read = taking.ingest_leads

    def ingest_but_ana(items, **more):
        return 1 / 0 if items[0]["email"] == ANA["email"] else read(items, **more)

    monkeypatch.setattr(taking, "ingest_leads", ingest_but_ana)
    job.drain()

    assert Lead.objects.get().email == "b@x.example"


def test_the_oldest_tells_since_when_it_waits(inlet, post):
    assert job.oldest_due() is None
    post(inlet(), ANA)
    assert job.oldest_due() == Delivery.objects.get().received_at

    job.drain()

    assert job.oldest_due() is None


def test_what_was_sent_is_forgotten_after_30_days_and_what_became_of_it_is_not(
    inlet, came, manager
):
    delivery = came(inlet(), ANA)
    assert job.oldest_to_forget() is None and job.forget() == 0
    Delivery.objects.update(forget_at=timezone.now() - timedelta(seconds=1))

    assert job.oldest_to_forget() is not None
    assert job.forget() == 1 and job.forget() == 0

    delivery = fresh(delivery)
    assert (bytes(delivery.body), delivery.address, delivery.headers) == (b"", "", {})
    assert delivery.state == "taken" and delivery.lead.email == ANA["email"]
    with pytest.raises(deliveries.DeliveryRefused):
        deliveries.replay(delivery, manager)


def test_the_database_itself_takes_in_no_delivery_twice(inlet, came):
    one = inlet()
    came(one, ANA), came(one, {"email": "b@x.example"})

    with pytest.raises(IntegrityError, match="delivery_taken_once"), transaction.atomic():
        Delivery.objects.update(key="same")
