"""Each row describes its work item in one sentence."""

from typing import Any

import pytest
from django.utils.translation import get_language, override

from workitems.domain.changes import changes_of
from workitems.isc.schemas import WorkItem
from workitems.view_models.sentence import Sentence, sentence_of


def sentence(**fields: Any) -> Sentence:
    item = WorkItem.model_validate({"id": "1", **fields})
    return sentence_of(item, changes_of(item), get_language())


def approval(**fields: Any) -> dict[str, Any]:
    line = {"account": "jsmith", "application": "Active Directory", "name": "memberOf"}
    return {**line, "value": "Domain Admins", **fields}


@pytest.mark.parametrize(
    ("operation", "kind", "text"),
    [
        ("Add", "give", "Give Domain Admins to jsmith on Active Directory"),
        ("grant", "give", "Give Domain Admins to jsmith on Active Directory"),
        ("Remove", "remove", "Remove Domain Admins from jsmith on Active Directory"),
        ("Revoke", "remove", "Remove Domain Admins from jsmith on Active Directory"),
        ("Create", "create", "Create an account for jsmith on Active Directory"),
        ("Set", "change", "Set memberOf to Domain Admins for jsmith on Active Directory"),
        ("update", "change", "Set memberOf to Domain Admins for jsmith on Active Directory"),
        ("Delete", "remove", "Delete the account jsmith on Active Directory"),
        ("Disable", "remove", "Disable the account jsmith on Active Directory"),
        ("ENABLE", "give", "Enable the account jsmith on Active Directory"),
        ("Unlock", "change", "Unlock the account jsmith on Active Directory"),
        ("Teleport", "other", "Teleport Domain Admins for jsmith on Active Directory"),
    ],
)
def test_each_operation_has_its_own_sentence(operation: str, kind: str, text: str) -> None:
    said = sentence(approvalItems=[approval(operation=operation)])
    assert (said.kind, said.text) == (kind, text)


def test_the_names_in_a_sentence_are_marked() -> None:
    said = sentence(approvalItems=[approval(operation="Add")])
    names = [part.text for part in said.parts if part.is_name]
    assert names == ["Domain Admins", "jsmith", "Active Directory"]


def test_the_source_suffix_of_flat_files_is_not_shown() -> None:
    said = sentence(approvalItems=[approval(operation="Add", application="GitHub [source]")])
    assert said.text == "Give Domain Admins to jsmith on GitHub"


def test_a_sentence_without_a_source_still_reads_well() -> None:
    said = sentence(approvalItems=[approval(operation="Add", application=None)])
    assert said.text == "Give Domain Admins to jsmith"


def test_missing_names_are_said_to_be_missing() -> None:
    line = {"operation": "Add", "account": None, "value": None, "name": None, "application": None}
    assert sentence(approvalItems=[line]).text == "Give an empty value to an unnamed account"


def lines(field: str, *names: str, **fields: Any) -> list[dict[str, Any]]:
    return [approval(**{"operation": "Remove", field: name, **fields}) for name in names]


@pytest.mark.parametrize(
    ("items", "english", "german"),
    [
        (
            lines("value", "A", "B", operation="Add"),
            "Give A and B to jsmith on Active Directory",
            "A und B für jsmith auf Active Directory vergeben",
        ),
        (
            lines("account", "ann", "bob", "eve"),
            "Remove Domain Admins from ann, bob and eve on Active Directory",
            "Domain Admins von ann, bob und eve auf Active Directory entfernen",
        ),
        (
            lines("application", "SAP", "VPN"),
            "Remove Domain Admins from jsmith on SAP and VPN",
            "Domain Admins von jsmith auf SAP und VPN entfernen",
        ),
        (
            lines("account", "ann", "bob", "eve", "joe"),
            "Remove Domain Admins from 4 people on Active Directory",
            "Domain Admins von 4 Personen auf Active Directory entfernen",
        ),
        (
            lines("value", "A", "B", "C", "D", "E"),
            "Remove 5 items from jsmith on Active Directory",
            "5 Elemente von jsmith auf Active Directory entfernen",
        ),
        (
            [
                approval(operation=o, value=v, application="SAP")
                for o, v in (("Add", "A"), ("Remove", "B"))
            ],
            "Give A to jsmith on SAP; Remove B from jsmith on SAP",
            "A für jsmith auf SAP vergeben; B von jsmith auf SAP entfernen",
        ),
        (
            lines("account", "ann", "bob", operation="Disable", application="SAP"),
            "Disable the account ann on SAP; Disable the account bob on SAP",
            "Konto ann auf SAP deaktivieren; Konto bob auf SAP deaktivieren",
        ),
        (
            [approval(operation="Add", value=v, account=f"u{v}") for v in "ABCD"],
            "4 items, the first: Give A to uA on Active Directory",
            "4 Elemente, das erste: A für uA auf Active Directory vergeben",
        ),
        (
            [approval(operation="Remove", application=a) for a in (None, "SAP")],
            "Remove Domain Admins from jsmith; Remove Domain Admins from jsmith on SAP",
            "Domain Admins von jsmith entfernen; Domain Admins von jsmith auf SAP entfernen",
        ),
    ],
)
def test_several_items_are_named_while_they_are_few_and_counted_in_words(
    items: list[dict[str, Any]], english: str, german: str
) -> None:
    for language, text in (("en", english), ("de", german)):
        with override(language):
            assert sentence(approvalItems=items).text == text


def test_each_name_of_a_list_is_marked() -> None:
    said = sentence(approvalItems=lines("account", "ann", "bob", "eve"))
    names = [part.text for part in said.parts if part.is_name]
    assert names == ["Domain Admins", "ann", "bob", "eve", "Active Directory"]


def test_the_attributes_of_one_new_account_are_one_request() -> None:
    lines = [approval(operation="Create", name=name) for name in ("mail", "team", "title")]
    text = "Create an account for jsmith on Active Directory"
    assert sentence(approvalItems=lines).text == text


def test_a_remediation_reads_like_an_approval() -> None:
    line = {
        "targetDisplayName": "John Smith",
        "applicationName": "Active Directory",
        "attributeOperation": "Remove",
        "attributeName": "memberOf",
        "attributeValue": "Finance",
    }
    said = sentence(type="Remediation", approvalItems=None, remediationItems=[line])
    assert said.text == "Remove Finance from John Smith on Active Directory"


def test_an_account_selection_names_the_person() -> None:
    assert sentence(form={"targetUser": "Jane Doe"}).text == "Choose an account for Jane Doe"
    assert sentence(form={"title": "Pick one"}).text == "Pick one"
    assert sentence(form={}).text == "Fill in a form"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"description": "Do it", "name": "Task"}, "Do it"),
        ({"name": "Task"}, "Task"),
        ({}, "A work item without a description"),
    ],
)
def test_anything_else_falls_back_to_its_own_words(fields: dict[str, str], text: str) -> None:
    assert sentence(type="SomethingNew", **fields).text == text


def test_braces_in_a_name_are_text() -> None:
    said = sentence(approvalItems=[approval(operation="Add", value="{account}")])
    assert said.text == "Give {account} to jsmith on Active Directory"


def test_a_sentence_that_was_said_in_one_language_is_said_anew_in_another() -> None:
    said = {}
    for language in ("en", "de", "en"):
        with override(language):
            said[language] = sentence(approvalItems=[approval(operation="Add")]).text
    assert said["en"] == "Give Domain Admins to jsmith on Active Directory"
    assert said["de"] != said["en"]
