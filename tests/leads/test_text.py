import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads import text
from leads.domains.lists import registrable_domain
from leads.matching import company_key, email_identity, work_domain


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("VP, Sales", " vp , sales "),
        ("  Zoë   ÅNGSTRÖM ", " zoe angstrom "),
        ("Straße", " strasse "),
        ("C#/.NET", " c #/. net "),
        ("snake_case", " snake _ case "),
        ("東京 本社", " 東京 本社 "),
        ("東京本社", " 東京本社 "),
        # Marks are accents only where the word is the same without them.
        ("हिन्दी भाषा", " हिन्दी भाषा "),
        ("かぎ", " かき\u3099 "),
        ("שָׁלוֹם", " שלום "),
        ("ё ў й", " е у и "),
        ("It's O’Brien", " it ' s o ’ brien "),
        ("🚀 CEO🚀!", " 🚀 ceo 🚀! "),
        ("❤\ufe0f 👩\u200d💻", " ❤ 👩💻 "),
        ("m² ½ ①", " m2 1 ⁄ 2 1 "),
        ("\u200b", ""),
        ("", ""),
    ],
)
def test_a_twin_is_tokens_between_single_spaces(given, key):
    assert text.key(given) == key


@given(st.text(st.characters(max_codepoint=0x24F), max_size=30))
def test_latin_letters_fold_one_by_one_as_they_do_together(given):
    # A letter of another script sends the whole text the longer way.
    assert text.key(f"{given} 東").split() == [*text.key(given).split(), "東"]


@given(st.text(max_size=60))
def test_a_twin_of_a_twin_is_itself(given):
    twin = text.key(given)

    assert text.key(twin) == twin
    assert twin == "" or (twin[0], twin[-1]) == (" ", " ")
    assert "  " not in twin


@given(st.text(max_size=60), st.integers(4, 30))
def test_a_twin_fits_its_column(given, limit):
    assert len(text.key(given, limit)) <= limit


def test_a_twin_that_is_cut_ends_after_a_whole_word():
    assert text.key("alpha beta gamma", 13) == " alpha beta "


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("Vice-President", "vice president"),
        ("Vice\u2010 \u2011\u2012\u2013\u2014\u2212President", "vice president"),
        ("VP,Sales", "vp sales"),
        ("CEO/Founder & Owner", "ceo founder owner"),
        ("Co-Founder", "co founder"),
        ("R&D", "r d"),
        ("AT & T", "at t"),
        ("C-level", "c level"),
        ("Node.js", "node js"),
        ("Dr.-Ing.", "dr ing"),
        ("e-commerce", "e commerce"),
        ("O'Neill", "o neill"),
        ("O’Neill", "o neill"),
        ("Vice\uff0dPresident\uff0f\uff33\uff41\uff4c\uff45\uff53", "vice president sales"),
        ("東京・支社", "東京 支社"),
        ("Вице-президент", "вице президент"),
        ("מנכ״ל", "מנכ ל"),
        # Letters with dots are one word; a space ends it, unless each of them stands alone.
        ("V.P.", "vp"),
        ("V.P", "vp"),
        ("v.p.Sales", "vp sales"),
        ("\uff36\uff0e\uff30\uff0e", "vp"),
        ("к.т.н.", "ктн"),
        ("Sr. V.P., Sales", "sr vp sales"),
        ("V. P. Sales", "vp sales"),
        ("V.P. H.R.", "vp hr"),
        ("John F. V.P.", "john f vp"),
        ("V - P", "v p"),
        ("2.5", "2 5"),
        # A letter with these signs is another name than the letter.
        ("C", "c"),
        ("C++, Java", "c++ java"),
        ("C++17", "c++ 17"),
        ("C#/.NET", "c# net"),
        ("R+D", "r d"),
        ("5+ years", "5 years"),
        ("Google+", "google"),
        ("& %", ""),
        ("", ""),
    ],
)
def test_the_words_of_a_text_are_what_stands_between_its_signs(given, words):
    assert text.word_key(given).strip() == words


@given(st.text(max_size=60))
def test_where_the_twin_holds_the_same_words_they_are_not_kept_twice(given):
    words, twin = text.word_key(given), text.key(given)

    assert text.own_words(given) in ("", words)
    assert text.own_words(given) or words in twin


def test_names_that_are_looked_up_whole_keep_their_signs():
    assert text.name_key("U.S. e-mail", 100) == "u . s . e - mail"
    assert text.search_key("O’Neill", "Vice-President") == "oneill vice-president"
    assert company_key("A.B. Nord-Licht S.p.A.") == "ab nord licht"


@pytest.mark.parametrize(
    "name", ["ACME GmbH & Co. KG", "Acme, Inc.", "acme S.A.S.", "The ACME"[4:], "Ácme Ltd"]
)
def test_a_company_is_its_name_without_the_legal_form(name):
    assert company_key(name) == "acme"


def test_a_company_called_like_a_legal_form_keeps_its_name():
    assert company_key("SE") == "se"
    assert company_key("!!!") == "!!!"


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.acme.co.uk", "acme.co.uk"),
        ("https://Acme.com/about?x=1", "acme.com"),
        ("co.uk", ""),
        ("localhost", ""),
        ("10.0.0.1", ""),
        ("mail.brightwater.example", "brightwater.example"),
        ("acme", ""),
        ("", ""),
    ],
)
def test_the_domain_that_was_registered(host, domain):
    assert registrable_domain(host) == domain


def test_only_a_work_address_shows_a_company():
    assert work_domain("a@mail.acme.com") == "acme.com"
    assert work_domain("a@gmail.com") == ""
    assert work_domain("") == ""


def test_a_role_address_is_no_identity():
    assert email_identity("Info@Acme.com") == ("role", "")
    assert email_identity("Ann.B@Acme.com") == ("work", "ann.b@acme.com")
