from accounts.models import User
from leadportal.db.shown import all_but


def test_all_but_what_is_shown_is_left_in_the_database_but_keys():
    unread = all_but(User, "name", "email", via="owner__")

    assert "owner__password" in unread
    assert not {"owner__name", "owner__email", "owner__id", "owner__team"} & set(unread)
