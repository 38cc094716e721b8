# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Set

import pytest

from .found import Found, all_in, found

MINE = {"PJ014", "PJ016", "PJ059", "PJ060", "PJ061", "PJ062", "PJ064", "PJ088", "PJ089"}
ENDPOINT = "[t]\ntype=endpoint\nallow=alaw\nidentify_by=ip\n"
REGISTRATION = "[t]\ntype=registration\nserver_uri=sip:192.0.2.1\nclient_uri=sip:a@192.0.2.1\n"
AUTH = "[t]\ntype=auth\nusername=a\npassword=b\n"
AOR = "[t]\ntype=aor\n"
CONTACT = "contact=sip:192.0.2.1:5080\n"


def rules(text: str, **more: bool) -> Set[str]:
    return {one[0] for one in found(text, name="pjsip.conf", whole=more.get("whole", True))} & MINE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{ENDPOINT}auth=t\n", {"PJ014"}),
        (f"{AUTH}{ENDPOINT}auth=t\n", set()),
        (f"{AUTH}{ENDPOINT}auth=t,u\n", {"PJ014"}),
        # Names have upper and lower case.
        (f"{AUTH}{ENDPOINT}auth=T\n", {"PJ014"}),
        (f"{AUTH.replace('[t]', '[t](!)')}{ENDPOINT}auth=t\n", {"PJ014"}),
        (f"{ENDPOINT}outbound_auth=t\n", {"PJ059"}),
        (f"{ENDPOINT}aors=t\n", {"PJ016"}),
        (f"{AOR}{CONTACT}{ENDPOINT}aors=u\naors=t\n", set()),
        (f"{ENDPOINT}aors=\n", set()),
        (f"{ENDPOINT}transport=t\n", {"PJ061"}),
        (f"{AUTH}{REGISTRATION}outbound_auth=t\ntransport=t\n", {"PJ061"}),
        (f"{REGISTRATION}outbound_auth=t\n", {"PJ060"}),
        (f"{REGISTRATION}", {"PJ064"}),
        (f"{AUTH}{AOR}{CONTACT}{REGISTRATION}outbound_auth=t\n{ENDPOINT}aors=t\n", {"PJ088"}),
        (f"{AUTH}{AOR}{CONTACT}{REGISTRATION}outbound_auth=t\n{ENDPOINT}aors=t\noutbound_auth=t\n", set()),
        # It registers elsewhere, or without a password; or the endpoint is a telephone.
        (f"{AUTH}{AOR}contact=sip:192.0.2.2\n{REGISTRATION}outbound_auth=t\n{ENDPOINT}aors=t\n", set()),
        (f"{AOR}{CONTACT}{REGISTRATION}{ENDPOINT}aors=t\n", {"PJ064"}),
        (f"{AUTH}{AOR}max_contacts=1\n{REGISTRATION}outbound_auth=t\n{ENDPOINT}aors=t\n", set()),
        (AOR, {"PJ089"}),
        (f"{AOR}max_contacts=0\n", {"PJ089"}),
        (f"{AOR}max_contacts=1\n", set()),
        (f"{AOR}{CONTACT}", set()),
        ("[t]\ntype=identify\nmatch=192.0.2.1\nendpoint=t\n", {"PJ062"}),
        (f"{ENDPOINT}[t]\ntype=identify\nmatch=192.0.2.1\nendpoint=t\n", set()),
        (f"{AUTH}{REGISTRATION}outbound_auth=t\nline=yes\nendpoint=t\n", {"PJ062"}),
    ],
)
def test_references(text: str, expected: Set[str]) -> None:
    assert rules(text) == expected


def test_what_may_stand_elsewhere() -> None:
    assert rules(f"{ENDPOINT}aors=t\n", whole=False) == set()
    assert rules(f"{ENDPOINT}aors=t\n#exec objects.sh\n") == set()


def test_a_name_that_is_meant() -> None:
    text = f"{AUTH.replace('[t]', '[alice]')}{REGISTRATION}outbound_auth=alcie\n"
    (one,) = [one for one in all_in(text, name="pjsip.conf", whole=True) if one.rule == "PJ060"]
    assert one.fix == "did you mean alice?" and one.edit and one.edit.value == "alice"


def test_an_endpoint_without_aors() -> None:
    def lines(text: str) -> Found:
        return [one for one in found(text, name="pjsip.conf") if one[0] == "PJ067"]

    identify = "[t]\ntype=identify\nmatch=192.0.2.1\nendpoint=t\n"
    assert lines(f"{ENDPOINT}outbound_auth=t\n") == lines(f"{ENDPOINT}{identify}") == [("PJ067", 1, None)]
    assert lines(ENDPOINT) == lines(f"{ENDPOINT}aors=t\n{identify}") == []


def test_objects_of_wizards() -> None:
    wizard = "[t]\ntype=wizard\nremote_hosts=192.0.2.1\nendpoint/allow=alaw\nendpoint/identify_by=ip\n"
    for option in ("aors=t", "outbound_auth=t-oauth", "auth=t-iauth", "aors=u"):
        files = {"pjsip.conf": ENDPOINT.replace("[t]", "[e]") + option, "pjsip_wizard.conf": wizard}
        assert bool(MINE & {one[0] for one in found(files, whole=True)}) == (option == "aors=u")


def test_a_name_of_another_kind() -> None:
    (one,) = [
        one
        for one in all_in(f"{AOR}{ENDPOINT}auth=t\n", name="pjsip.conf", whole=True)
        if one.rule == "PJ014"
    ]
    assert (one.part, one.fix) == ("t", "that name is aor, endpoint: name an auth")
