from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from accounts.keys import keys
from accounts.keys.authentication import HasScope
from accounts.models import ApiKey, Integration, Scope
from accounts.roles import Role


class Ping(APIView):
    permission_classes = [HasScope(GET=Scope.LEADS_READ, POST=Scope.LEADS_WRITE)]

    def get(self, request: Request) -> Response:
        return Response({"integration": str(request.user)})

    def post(self, request: Request) -> Response:
        return Response(status=201)


urlpatterns = [path("ping", Ping.as_view())]


@pytest.fixture
def api(settings) -> APIClient:
    settings.ROOT_URLCONF = __name__
    return APIClient()


@pytest.fixture
def key(integration: Integration) -> tuple[ApiKey, str]:
    return keys.create(integration, scopes=[Scope.LEADS_READ])


@pytest.fixture
def call(api: APIClient) -> Callable[..., Response]:
    def call(plain: str, method: str = "get", url: str = "/ping") -> Response:
        return getattr(api, method)(url, headers={"Authorization": f"Bearer {plain}"})

    return call


def test_a_key_opens_the_door_and_says_who_came(call, key):
    answer = call(key[1])

    assert (answer.status_code, answer.json()) == (200, {"integration": "Website forms"})


def test_a_key_reads_as_agreed_and_only_its_fingerprint_is_kept(key):
    row, plain = key

    assert plain.startswith(f"lp_test_{row.public_id}_")
    secret = plain.split("_")[3][: keys.SECRET_LENGTH]
    kept = [str(value) for value in ApiKey.objects.values_list().get()]
    assert not any(secret in value or plain in value for value in kept)
    assert row.secret_hash == keys.fingerprint(secret)


def test_another_pepper_makes_every_stolen_fingerprint_useless(call, key, settings):
    settings.API_KEY_PEPPER = "another"

    assert call(key[1]).status_code == 401


def test_no_two_keys_are_alike(integration):
    made = {keys.create(integration, scopes=[Scope.LEADS_READ])[1] for _ in range(50)}

    assert len(made) == 50


def test_a_missing_key_is_401_and_says_how_to_send_one(api, db):
    answer = api.get("/ping")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_mistyped_key_is_told_without_asking_the_database(call, key, django_assert_num_queries):
    plain = key[1]
    wrong = plain[:-1] + ("0" if plain[-1] != "0" else "1")

    with django_assert_num_queries(0):
        answer = call(wrong)

    assert answer.status_code == 401
    assert "incomplete or mistyped" in answer.json()["detail"]


def with_secret(plain: str, secret: str) -> str:
    body = f"{plain.rpartition('_')[0]}_{secret}"
    return body + keys.checksum(body)


def test_a_forged_secret_with_the_right_checksum_is_refused(call, key):
    answer = call(with_secret(key[1], "x" * keys.SECRET_LENGTH))

    assert answer.status_code == 401
    assert "not known" in answer.json()["detail"]


def test_an_unknown_id_costs_the_work_of_a_known_one(
    call, key, monkeypatch, django_assert_num_queries
):
    body = f"lp_test_{'z' * keys.ID_LENGTH}_{'x' * keys.SECRET_LENGTH}"
    unknown, forged = body + keys.checksum(body), with_secret(key[1], "x" * keys.SECRET_LENGTH)
    compared = []
    compare = keys.hmac.compare_digest
    monkeypatch.setattr(
        keys.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or compare(a, b)
    )

    for plain in (unknown, forged):
        with django_assert_num_queries(1):
            answer = call(plain)
        assert (answer.status_code, "not known" in answer.json()["detail"]) == (401, True)

    assert [len(stored) for stored, _ in compared] == [64, 64]


def test_a_revoked_key_is_refused_with_the_reason(call, key):
    keys.revoke(key[0])

    answer = call(key[1])

    assert answer.status_code == 401
    assert "was deleted" in answer.json()["detail"]


def test_an_expired_key_is_refused_with_the_reason(call, integration):
    made = timezone.now() - timedelta(days=31)
    _, plain = keys.create(integration, scopes=[Scope.LEADS_READ], days=30, at=made)

    answer = call(plain)

    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


def test_a_key_of_the_other_world_is_refused_with_the_reason(call, integration, settings):
    settings.LEADPORTAL_ENV = "live"
    _, plain = keys.create(integration, scopes=[Scope.LEADS_READ])
    settings.LEADPORTAL_ENV = "test"

    assert "This is a live key" in call(plain).json()["detail"]


@pytest.mark.parametrize("scheme", ["Basic", "Token"])
def test_another_scheme_is_told_the_right_one(api, db, scheme):
    answer = api.get("/ping", headers={"Authorization": f"{scheme} abc"})

    assert answer.status_code == 401
    assert "Authorization: Bearer KEY" in answer.json()["detail"]


def test_a_missing_scope_is_named(call, key):
    answer = call(key[1], "post")

    assert answer.status_code == 403
    assert "lacks the scope leads:write" in answer.json()["detail"]


def test_head_needs_the_scope_of_get(call, integration):
    _, plain = keys.create(integration, scopes=[Scope.LEADS_WRITE])

    assert call(plain, "head").status_code == 403


@pytest.mark.parametrize("name", ["api_key", "key", "token", "x"])
def test_a_key_in_the_address_is_refused_even_with_a_right_one(call, key, name):
    answer = call(key[1], url=f"/ping?{name}={key[1]}")

    assert answer.status_code == 400
    assert "must not be in the address" in answer.json()["detail"]


@pytest.mark.parametrize("query", ["?x={}&x=1", "?{}=1", "?search={}"])
def test_a_key_is_found_wherever_it_stands_in_the_address(call, key, query):
    answer = call(key[1], url=f"/ping{query.format(key[1])}")

    assert answer.status_code == 400


def test_a_signed_in_person_is_told_that_keys_are_for_systems(api, person):
    api.force_login(person(Role.ADMIN))

    answer = api.get("/ping")

    assert answer.status_code == 403
    assert "for integrations" in answer.json()["detail"]


def test_use_is_noted_at_most_once_a_minute(call, key, django_assert_num_queries):
    call(key[1])
    first = ApiKey.objects.get().last_used_at

    with django_assert_num_queries(1):
        call(key[1])
    assert ApiKey.objects.get().last_used_at == first

    later = first + timedelta(seconds=61)
    keys.touch(ApiKey.objects.get(), at=later)
    assert ApiKey.objects.get().last_used_at == later


def test_of_two_uses_at_once_one_is_written(key, django_assert_num_queries):
    seen_by_both = ApiKey.objects.get()
    now = timezone.now()
    keys.touch(seen_by_both, at=now)

    keys.touch(seen_by_both, at=now + timedelta(seconds=1))

    assert ApiKey.objects.get().last_used_at == now


def test_a_key_is_revoked_once(key):
    assert keys.revoke(key[0]) is True
    assert keys.revoke(key[0]) is False


@pytest.mark.parametrize("scopes", [["leads:destroy"], []])
def test_a_key_has_known_scopes(integration, scopes):
    with pytest.raises(keys.UnknownScope, match="leads:write"):
        keys.create(integration, scopes=scopes)


def test_the_database_refuses_scopes_nobody_knows(key):
    with pytest.raises(IntegrityError, match="api_key_has_known_scopes"), transaction.atomic():
        ApiKey.objects.update(scopes=["leads:destroy"])


def test_an_integration_is_found_whatever_its_case(integration):
    assert keys.integration_named("  website   FORMS ") == integration
    assert keys.integration_named("Ads").name == "Ads"
