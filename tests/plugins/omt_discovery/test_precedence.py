from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from omt_discovery.configuration import (
    ARCHIVES,
    DATABASE,
    DBMS,
    DSN,
    PASSWORD,
    PREFIX,
    SERVER,
    TEMPLATES,
    USER,
    WEB_SERVICES,
    Claim,
    Configuration,
    Rank,
    password_claim,
    strongest,
)
from omt_discovery.precedence import weigh

SCALARS = (DBMS, DSN, PREFIX, USER, TEMPLATES)
WORDS = st.sampled_from(("a", "b", "c"))


@st.composite
def configurations(draw: st.DrawFn) -> list[Configuration]:
    """Of one database each: which database a configuration belongs to is a rule of its own."""
    found = []
    for place in range(draw(st.integers(0, 5))):
        rank = draw(st.sampled_from(Rank))
        values = draw(st.dictionaries(st.sampled_from(SCALARS), WORDS))
        claims = [Claim(setting=setting, value=value, source=f"file {place}") for setting, value in values.items()]
        claims += [
            Claim(setting=ARCHIVES, value=value, source=f"file {place}") for value in draw(st.lists(WORDS, max_size=3))
        ]
        if draw(st.booleans()):
            claims.append(password_claim(SecretStr(f"p{place}"), owner=values.get(USER), source=f"file {place}"))
        found.append(Configuration(name=f"file {place}", rank=rank, claims=tuple(claims)))
    return found


@given(configurations())
def test_each_value_comes_from_the_strongest_that_has_one(found: list[Configuration]) -> None:
    weighed = weigh(found)
    by_strength = sorted(range(len(found)), key=lambda place: (found[place].rank, place))
    for setting in (*SCALARS, ARCHIVES):
        naive: list[str] = []
        for place in by_strength:
            naive = naive or [claim.value for claim in found[place].claims if claim.setting == setting]
        assert [claim.value for claim in weighed.won.get(setting, ())] == naive


@given(configurations())
def test_a_password_is_never_used_with_another_user(found: list[Configuration]) -> None:
    weighed = weigh(found)
    for claim in weighed.won.get(PASSWORD, ()):
        assert claim.owner is None or claim.owner == weighed.value(USER)


@given(configurations())
def test_everything_that_was_found_is_kept_as_evidence(found: list[Configuration]) -> None:
    shown = {(entry.setting.partition("[")[0], entry.value, entry.source[:6]) for entry in weigh(found).evidence}
    assert shown == {(claim.setting, claim.value, claim.source) for one in found for claim in one.claims}


def configuration(rank: Rank, name: str = "file", **values: str) -> Configuration:
    claims = tuple(Claim(setting=f"database.{setting}", value=value, source=name) for setting, value in values.items())
    return Configuration(name=name, rank=rank, claims=claims)


def test_nothing_is_taken_from_a_configuration_of_another_database() -> None:
    client = configuration(Rank.WINDOWS_CLIENT, "ini", server="sql1", database="CRM")
    test_site = configuration(Rank.WEB, "web", server="sql1", database="TEST", user="testuser")
    weighed = weigh([test_site, client])
    assert USER not in weighed.won
    assert [finding.code for finding in weighed.findings] == ["another-database-found"]
    assert any("another database" in entry.source for entry in weighed.evidence if entry.value == "testuser")


def test_the_database_that_the_answers_name_decides_which_configurations_count() -> None:
    client = configuration(Rank.WINDOWS_CLIENT, "ini", server="sql1", database="CRM", user="one")
    site = configuration(Rank.WEB, "web", server="sql1", database="TEST", user="two")
    answers = configuration(Rank.ANSWERS, "answers", server="SQL1", database="test")
    assert weigh([answers, client, site]).value(USER) == "two"


def test_another_spelling_of_the_server_in_the_answers_does_not_hide_what_was_found() -> None:
    client = configuration(Rank.WINDOWS_CLIENT, "ini", server="sql1", database="CRM", user="one")
    answers = configuration(Rank.ANSWERS, "answers", server="10.0.0.5")
    weighed = weigh([answers, client])
    assert (weighed.value(SERVER), weighed.value(DATABASE), weighed.value(USER)) == ("10.0.0.5", "CRM", "one")


def test_spellings_of_one_server_are_no_other_database() -> None:
    one = configuration(Rank.WINDOWS_CLIENT, "ini", server="tcp:SQL1,1433", database="CRM")
    other = configuration(Rank.WEB, "web", server="sql1", database="crm")
    local = configuration(Rank.WEB, "local", server=r".\crm", database="crm")
    assert weigh([one, other]).findings == ()
    assert weigh([local, replace(local, claims=(replace(local.claims[0], value=r"(local)\CRM"),))]).findings == ()


def test_values_that_differ_within_one_installation_are_a_finding() -> None:
    one = configuration(Rank.WINDOWS_CLIENT, "ini", prefix="CRM7")
    other = configuration(Rank.SERVER, "server", prefix="crm8")
    (finding,) = weigh([one, other]).findings
    assert (finding.code, finding.subjects) == ("configuration-conflict", (PREFIX,))
    assert "crm8" in finding.message


def test_a_conflict_names_the_file_that_the_value_stands_in_and_not_another_of_its_configuration() -> None:
    client = configuration(Rank.WINDOWS_CLIENT, "SuperOffice.ini", dbms="mssql")
    client = replace(client, claims=tuple(replace(claim, source="SuperOffice.config") for claim in client.claims))
    (finding,) = weigh([client, configuration(Rank.SERVICE, "the Service's config", dbms="oracle")]).findings
    assert "is 'mssql' in SuperOffice.config and" in finding.message
    assert "SuperOffice.ini" not in finding.message


def test_answers_overrule_without_a_finding() -> None:
    assert weigh([configuration(Rank.ANSWERS, prefix="CRM5"), configuration(Rank.WEB, prefix="CRM7")]).findings == ()


def test_addresses_of_web_services_are_united_best_first() -> None:
    def site(rank: Rank, *addresses: str) -> Configuration:
        claims = tuple(Claim(setting=WEB_SERVICES, value=address, source=rank.name) for address in addresses)
        return Configuration(name=rank.name, rank=rank, claims=claims)

    weighed = weigh([site(Rank.SERVICE, "c", "b"), site(Rank.WEB, "b", "a")])
    assert [claim.value for claim in weighed.won[WEB_SERVICES]] == ["b", "a", "c"]


def test_of_lists_in_several_files_the_first_that_has_any_counts() -> None:
    claims = [Claim(setting=ARCHIVES, value=value, source="x") for value in "abc"]
    joined = strongest([], claims[:2], claims[2:])
    assert [claim.overridden for claim in joined] == [False, False, True]


def test_passwords_are_never_compared_nor_shown() -> None:
    def with_password(rank: Rank, password: str) -> Configuration:
        user = Claim(setting=USER, value="u", source="x")
        return Configuration(
            name="x", rank=rank, claims=(user, password_claim(SecretStr(password), owner="u", source="x"))
        )

    weighed = weigh([with_password(Rank.WEB, "planted1"), with_password(Rank.SERVICE, "planted2")])
    assert "planted" not in repr(weighed)
    assert weighed.findings == ()
