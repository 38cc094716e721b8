# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import changes, in_place
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import SipTrunkError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.layouts import (
    IN_PJSIP_CONF,
    LAYOUTS,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks

from .test_in_place import compare

BY_HAND = """\
; our PBX, do not touch after 5 pm
[transport-udp]
type=transport
protocol=udp
bind=0.0.0.0

[phone](!)            ; all the phones
type=endpoint
context=internal
disallow=all
allow=alaw

[201](phone)
aors=201
auth=201
[201]
type=auth
auth_type=userpass
username=201
password=phonesecret
[201]
type=aor
max_contacts=1

; --- the main line ---
[main-reg]
type = registration
server_uri = sip:sip.example.com        ; their registrar
client_uri = sip:43212345@sip.example.com
contact_user = 1234
outbound_auth = main-auth
expiration = 600                        ; they want it so
max_retries = 4294967295
auth_rejection_permanent = no
forbidden_retry_interval = 300
fatal_retry_interval = 300

[main-auth]
type = auth
auth_type = userpass
username = 43212345
password = oldsecret                    ; as on the contract

[main]
type = aor
contact = sip:sip.example.com

[main]
type = endpoint                         ; calls both ways
aors = main
outbound_auth = main-auth
identify_by = ip
context = from-main
from_user = 43212345
disallow = all
allow = alaw,ulaw
direct_media = no

[main-match]
type = identify
endpoint = main
match = sip.example.com                 ; both of their SBCs
; the end
"""
MAIN: dict[str, Any] = {
    "name": "main",
    "provider": {"host": "sip.example.com"},
    "registration": {"user": "43212345", "secret": "oldsecret", "contact": "1234", "expiry": 600},
    "nat": {"keepalive": 0, "symmetric": False},
    "options": {"endpoint": {"force_rport": "yes"}},
}


@pytest.fixture
def pbx(tmp_path: Path) -> Path:
    (tmp_path / "pjsip.conf").write_text(BY_HAND)
    return tmp_path


def trunks_in(pbx: Path) -> in_place.PjsipTrunks:
    return in_place.PjsipTrunks(str(pbx), IN_PJSIP_CONF)


def change(
    pbx: Path, *trunks: dict[str, Any], removed: tuple[str, ...] = (), whole: bool = True
) -> dict[str, list[str]]:
    """Change the trunks; returns the lines that went (-) and came (+), by file."""
    place = trunks_in(pbx)
    place.change(load_trunks(trunks, driver=pjsip.NAME), removed, whole=whole)
    differences = {}
    for path, before, after in place.files():
        differences[Path(path).name] = compare(before or "", after)
        Path(path).write_text(after)
    return differences


def read(pbx: Path) -> list[dict[str, Any]]:
    return trunks_in(pbx).trunks


def refused(pbx: Path, *trunks: dict[str, Any], removed: tuple[str, ...] = ()) -> str:
    """Try a change that must be refused; returns the error."""
    before = {path: path.read_text() for path in pbx.iterdir()}
    with pytest.raises(SipTrunkError) as caught:
        change(pbx, *trunks, removed=removed)
    assert {path: path.read_text() for path in pbx.iterdir()} == before
    return str(caught.value)


def test_trunks_are_found_and_phones_are_none(pbx: Path) -> None:
    assert read(pbx) == [MAIN]


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_there_already_changes_nothing(pbx: Path, whole: bool) -> None:
    assert change(pbx, MAIN, whole=whole) == {}


def test_a_new_secret_changes_its_line_keeps_the_comment_and_has_the_registration_begin_anew(
    pbx: Path,
) -> None:
    wanted = changes.merged(MAIN, {"registration": {"secret": "n;w"}})
    assert change(pbx, wanted) == {
        "pjsip.conf": [
            "-password = oldsecret                    ; as on the contract",
            "+@secret_fingerprint = 7bbb507675ea1749",
            "+password = n\\;w                    ; as on the contract",
        ]
    }
    assert read(pbx) == [wanted]
    assert change(pbx, wanted) == {}


def test_a_provider_that_moves_changes_what_names_it(pbx: Path) -> None:
    wanted = changes.merged(MAIN, {"provider": {"host": "sip.example.net", "port": 5070}})
    assert change(pbx, wanted)["pjsip.conf"] == [
        "-server_uri = sip:sip.example.com        ; their registrar",
        "-client_uri = sip:43212345@sip.example.com",
        "-contact = sip:sip.example.com",
        "-match = sip.example.com                 ; both of their SBCs",
        "+server_uri = sip:sip.example.net:5070        ; their registrar",
        "+client_uri = sip:43212345@sip.example.net",
        "+contact = sip:sip.example.net:5070",
        "+match = sip.example.net                 ; both of their SBCs",
        "+srv_lookups = no",
    ]
    assert read(pbx) == [wanted]
    assert change(pbx, wanted) == {}


def test_codecs_keep_their_place_in_either_form(pbx: Path) -> None:
    wanted = changes.merged(MAIN, {"media": {"codecs": ["g722"]}})
    assert change(pbx, wanted)["pjsip.conf"] == ["-allow = alaw,ulaw", "+allow = g722"]
    path = pbx / "pjsip.conf"
    path.write_text(BY_HAND.replace("disallow = all\nallow = alaw,ulaw", "allow = !all,alaw,ulaw ; ours"))
    assert change(pbx, MAIN) == {}
    assert change(pbx, wanted)["pjsip.conf"] == [
        "-allow = !all,alaw,ulaw ; ours",
        "+allow = !all,g722 ; ours",
    ]
    assert change(pbx, wanted) == {}


def test_calls_get_an_account_of_their_own_and_that_of_the_registration_again(pbx: Path) -> None:
    wanted = changes.merged(MAIN, {"outbound": {"auth": "own", "user": "calls", "secret": "other"}})
    differences = change(pbx, wanted)["pjsip.conf"]
    assert [line for line in differences if line.startswith("-")] == ["-from_user = 43212345"]
    assert "+[main/calls]" in differences and "+outbound_auth = main/calls" in differences
    assert "+from_user = calls" in differences
    assert read(pbx) == [wanted]
    change(pbx, MAIN)
    assert read(pbx) == [MAIN]
    assert "other" not in (pbx / "pjsip.conf").read_text()


def test_calls_that_do_not_authenticate_any_more(pbx: Path) -> None:
    wanted = changes.merged(MAIN, {"outbound": {"auth": "none"}})
    assert change(pbx, wanted) == {"pjsip.conf": ["-from_user = 43212345"]}
    assert (pbx / "pjsip.conf").read_text().count("outbound_auth = main-auth") == 1
    assert read(pbx) == [wanted]


def test_a_trunk_that_does_not_register_any_more_loses_what_only_that_needed(pbx: Path) -> None:
    wanted = {key: value for key, value in MAIN.items() if key != "registration"}
    change(pbx, wanted)
    text = (pbx / "pjsip.conf").read_text()
    assert "main-reg" not in text and "oldsecret" not in text and "; --- the main line ---" in text
    assert read(pbx) == [wanted]


NEW: dict[str, Any] = {
    "name": "new",
    "provider": {"host": "192.0.2.7", "transport": "tcp"},
    "registration": {"user": "u", "secret": "s"},
    "inbound": {"trust": ["192.0.2.7", "192.0.2.8", "sip.example.org"]},
}


def test_a_new_trunk_is_added_and_goes_again(pbx: Path) -> None:
    differences = change(pbx, NEW)["pjsip.conf"]
    assert not [line for line in differences if line.startswith("-")]
    assert read(pbx) == [MAIN, NEW]
    text = (pbx / "pjsip.conf").read_text()
    assert text.startswith(BY_HAND)
    assert [line for line in text[len(BY_HAND) :].splitlines() if line.startswith("type")] == [
        "type = registration",
        "type = auth",
        "type = aor",
        "type = endpoint",
        "type = identify",
        "type = identify",
    ]
    assert change(pbx, NEW) == {}
    change(pbx, removed=("new",))
    assert (pbx / "pjsip.conf").read_text().rstrip() == BY_HAND.rstrip()


def test_a_trunk_goes_with_its_objects_and_leaves_comments_around_them(pbx: Path) -> None:
    differences = change(pbx, removed=("main",))["pjsip.conf"]
    assert not [line for line in differences if line.startswith("+")]
    text = (pbx / "pjsip.conf").read_text()
    assert "43212345" not in text and "[main" not in text and "phonesecret" in text
    assert text.startswith("; our PBX, do not touch after 5 pm\n[transport-udp]\n")
    assert "; --- the main line ---\n" in text and text.endswith("; the end\n")


SHARED = BY_HAND + (
    "[backup]\ntype=endpoint\naors=backup\noutbound_auth=main-auth\nidentify_by=ip\nallow=alaw\n"
    "[backup]\ntype=aor\ncontact=sip:192.0.2.9\n[backup]\ntype=identify\nendpoint=backup\nmatch=192.0.2.9\n"
)


def test_what_another_trunk_uses_stays_until_nobody_does(pbx: Path) -> None:
    (pbx / "pjsip.conf").write_text(SHARED)
    change(pbx, removed=("main",))
    text = (pbx / "pjsip.conf").read_text()
    assert "[main-auth]" in text and "[main]" not in text
    (backup,) = read(pbx)
    assert backup["outbound"]["secret"] == "oldsecret"
    change(pbx, removed=("backup",))
    assert "oldsecret" not in (pbx / "pjsip.conf").read_text()


def test_what_another_trunk_uses_is_not_changed(pbx: Path) -> None:
    (pbx / "pjsip.conf").write_text(SHARED)
    main, backup = read(pbx)
    wanted = changes.merged(main, {"registration": {"secret": "new"}})
    differences = change(pbx, wanted)["pjsip.conf"]
    assert {line for line in differences if line.startswith("-")} == {"-outbound_auth = main-auth"}
    assert read(pbx) == [wanted, backup]
    assert "[main-auth]\ntype = auth\n" in (pbx / "pjsip.conf").read_text()
    assert change(pbx, wanted, backup) == {}


def test_all_who_share_something_may_leave_it_at_once(pbx: Path) -> None:
    (pbx / "pjsip.conf").write_text(SHARED)
    main, backup = read(pbx)
    wanted = [
        changes.merged(main, {"registration": {"secret": "new"}}),
        changes.merged(backup, {"outbound": {"secret": "newer"}}),
    ]
    change(pbx, *wanted)
    assert read(pbx) == wanted
    assert "oldsecret" not in (pbx / "pjsip.conf").read_text()


def test_a_declared_trunk_is_made_safe_and_merged_leaves_it(pbx: Path) -> None:
    text = (
        "[t](!)\ntype=endpoint\nauth=in\n[carrier](t)\naors=carrier\nallow=alaw\ncontext=in\n"
        "[carrier]\ntype=aor\ncontact=sip:192.0.2.1,sip:192.0.2.2\nmax_contacts=2\n"
        "[reg]\ntype=registration\nserver_uri=sip:192.0.2.1\nclient_uri=sip:u@192.0.2.1\nmax_retries=10\nline=yes\nretry_interval=9999\n"
        "endpoint=carrier\noutbound_auth=a\n[a]\ntype=auth\nusername=u\npassword=p\n[in]\ntype=auth\nusername=i\n"
        "password=q\n[who]\ntype=identify\nendpoint=carrier\nmatch=192.0.2.0/24\nmatch=192.0.2.1 ; this one\n"
    )
    path = pbx / "pjsip.conf"
    path.write_text(text.replace("[carrier](t)", "[carrier]\ntype=endpoint\nauth=in"))
    (trunk,) = read(pbx)
    assert change(pbx, trunk, whole=False) == {}
    place = trunks_in(pbx)
    place.change(load_trunks([trunk], driver=pjsip.NAME), ())
    assert {
        "section carrier: identify_by ip",
        "section carrier: auth removed",
        "section carrier: contact sip:192.0.2.1",
        "section carrier: max_contacts removed",
        "section reg: line removed",
        "section reg: retry_interval removed",
        "section reg: max_retries 4294967295",
        "section reg: fatal_retry_interval 300",
        "section who: match 192.0.2.1",
    } <= set(place.told)
    change(pbx, trunk)
    assert read(pbx) == [trunk]
    left = [leftover for leftover in trunks_in(pbx).leftovers if leftover.key]
    assert left == []
    assert "match=192.0.2.1 ; this one\n" in path.read_text()
    assert change(pbx, trunk) == {}
    # What a template says cannot be taken back in the section.
    path.write_text(text)
    assert "auth" in str(trunks_in(pbx).leftovers)


def test_merged_keeps_what_stands_beside_the_first(pbx: Path) -> None:
    path = pbx / "pjsip.conf"
    path.write_text(
        BY_HAND.replace(
            "contact = sip:sip.example.com", "contact = sip:sip.example.com,sip:b.example.com"
        ).replace("match = sip.example.com ", "match = sip.example.com,198.51.100.0/24 ")
    )
    (trunk,) = read(pbx)
    wanted = changes.merged(trunk, {"provider": {"host": "sip.example.org"}})
    change(pbx, wanted, whole=False)
    text = path.read_text()
    assert "contact = sip:sip.example.org\\;transport=udp,sip:b.example.com\n" in text
    assert "match = sip.example.org " in text and "match = 198.51.100.0/24" in text
    assert read(pbx) == [wanted]


def test_the_endpoint_gets_another_name(pbx: Path) -> None:
    wanted = {**MAIN, "sections": {"outbound": "carrier"}}
    change(pbx, wanted)
    text = (pbx / "pjsip.conf").read_text()
    assert "endpoint = carrier\n" in text and "[main-auth]" in text
    assert read(pbx) == [wanted]
    assert change(pbx, wanted) == {}


def test_a_registration_alone_gets_the_rest(pbx: Path) -> None:
    path = pbx / "pjsip.conf"
    path.write_text(BY_HAND[: BY_HAND.index("[main]")])
    (trunk,) = read(pbx)
    assert trunk["name"] == "main-reg"
    differences = change(pbx, trunk)["pjsip.conf"]
    assert not [line for line in differences if line.startswith("-")]
    assert path.read_text().count("outbound_auth = main-auth") == 2
    assert read(pbx) == [trunk]
    assert change(pbx, trunk) == {}


def test_hosts_come_and_go_one_by_one(pbx: Path) -> None:
    path = pbx / "pjsip.conf"
    path.write_text(
        BY_HAND.replace("match = sip.example.com ", "match = 192.0.2.1,192.0.2.2\nmatch = a.example.com ")
    )
    (trunk,) = read(pbx)
    assert trunk["inbound"]["trust"] == ["192.0.2.1", "192.0.2.2", "a.example.com"]
    for trust in (
        ["192.0.2.2", "a.example.com"],
        ["192.0.2.2", "b.example.com", "192.0.2.3"],
        ["192.0.2.3"],
        ["192.0.2.3", "192.0.2.4"],
        ["c.example.com"],
        [],
        ["192.0.2.5", "d.example.com"],
    ):
        wanted = changes.merged(trunk, {"inbound": {"trust": trust}})
        change(pbx, wanted)
        assert sorted(read(pbx)[0]["inbound"]["trust"]) == sorted(trust)
        assert change(pbx, wanted) == {}


def test_two_accounts_at_one_provider(pbx: Path) -> None:
    path = pbx / "pjsip.conf"
    second = BY_HAND[BY_HAND.index("[main-reg]") :].replace("main", "second").replace("43212345", "98765432")
    path.write_text(BY_HAND + second)
    main, other = read(pbx)
    assert main == MAIN and other["inbound"]["trust"] == []
    assert [left.reason for left in trunks_in(pbx).leftovers if left.key == "match"] == [
        "is matched for [main], too: of two objects that match a host, chan_pjsip heeds one"
    ]
    assert change(pbx, main, other, whole=False) == {}
    change(pbx, changes.merged(other, {"registration": {"secret": "new"}}), whole=False)
    assert read(pbx)[1]["registration"]["secret"] == "new"
    twin = {"name": "twin", "provider": {"host": "sip.example.com"}}
    error = refused(pbx, twin)
    assert "[main]" in error and "inbound.trust = sip.example.com" in error


def test_an_account_that_registers_already_is_refused(pbx: Path) -> None:
    twin = {**MAIN, "name": "twin", "inbound": {"trust": []}}
    assert "the trunk main of" in refused(pbx, twin)


def test_an_endpoint_of_somebody_else_never_becomes_a_trunk(pbx: Path) -> None:
    (pbx / "pjsip.conf").write_text(BY_HAND + "[new]\ntype=endpoint\ncontext=internal\nallow=alaw\n")
    assert "[new] is no endpoint of this trunk" in refused(pbx, NEW)


def test_a_trunk_of_the_wizard_is_told_and_refused(pbx: Path) -> None:
    (pbx / "pjsip_wizard.conf").write_text("[t](!)\ntype=wizard\n[new](t)\nremote_hosts=192.0.2.7\n")
    assert [(one.section, one.line) for one in trunks_in(pbx).leftovers if "wizard" in one.reason] == [
        ("new", 3)
    ]
    assert "pjsip_wizard.conf:3: [new] is made by the wizard" in refused(pbx, NEW)
    assert change(pbx, MAIN) == {}


def test_what_would_change_another_trunk_is_refused(pbx: Path) -> None:
    inheriting = "[copy](main-auth)\n[other]\ntype=endpoint\naors=other\noutbound_auth=copy\n"
    (pbx / "pjsip.conf").write_text(BY_HAND + inheriting)
    wanted = changes.merged(MAIN, {"registration": {"secret": "new"}})
    assert "[copy] would change with them" in refused(pbx, wanted)
    assert "Asterisk would refuse" in refused(pbx, removed=("main",))


def test_what_a_template_says_is_overruled_in_the_object(pbx: Path) -> None:
    path = pbx / "pjsip.conf"
    path.write_text(
        BY_HAND.replace(
            "[main]\ntype = endpoint ", "[t](!)\ncontext=from-t\ndirect_media=no\n[main](t)\ntype=endpoint "
        )
        .replace("context = from-main\n", "")
        .replace("direct_media = no\n", "")
    )
    (trunk,) = read(pbx)
    wanted = changes.merged(trunk, {"media": {"direct": True}, "inbound": {"context": "from-x"}})
    assert change(pbx, wanted)["pjsip.conf"] == ["+context = from-x", "+direct_media = yes"]
    assert read(pbx) == [wanted]


def test_objects_in_included_files_and_in_additions(pbx: Path) -> None:
    place = BY_HAND.index("; --- the main line")
    (pbx / "carriers.conf").write_text(BY_HAND[place:] + "[main](+)\nqualify_frequency=30\n")
    (pbx / "pjsip.conf").write_text(
        BY_HAND[:place] + "#include carriers.conf\n[main](+)\nqualify_timeout=4.0\n"
    )
    (trunk,) = read(pbx)
    assert trunk["nat"] == {"keepalive_timeout": 4000, "symmetric": False}
    wanted = changes.merged(
        trunk, {"nat": {"keepalive": 60}, "inbound": {"trust": ["sip.example.com", "192.0.2.3"]}}
    )
    differences = change(pbx, wanted)
    assert list(differences) == ["carriers.conf"]
    assert {"-qualify_frequency=30", "+qualify_frequency=60", "+match = 192.0.2.3"} <= {
        *differences["carriers.conf"]
    }
    assert read(pbx) == [wanted]
    change(pbx, removed=("main",))
    assert "[main]" not in (pbx / "pjsip.conf").read_text() + (pbx / "carriers.conf").read_text()


@pytest.mark.parametrize(
    ("names", "sip", "expected"),
    [
        ([], "", "pjsip"),
        ([], "[general]\n[a]\ntype=peer\nhost=192.0.2.1\n", "pjsip"),
        (["a"], "[general]\n[a]\ntype=peer\nhost=192.0.2.1\n", "chan_sip"),
        (["a", "main"], "[general]\n[a]\ntype=peer\nhost=192.0.2.1\n", "pjsip"),
        (["b"], "not a sip.conf", "pjsip"),
    ],
)
def test_the_driver_is_that_of_the_files_with_the_trunks(
    pbx: Path, names: list[str], sip: str, expected: str
) -> None:
    (pbx / "sip.conf").write_text(sip)
    assert in_place.by_likelihood(LAYOUTS["in_place"], str(pbx), names)[0] == expected


def test_a_driver_without_trunks_comes_after_one_with_trunks(tmp_path: Path) -> None:
    (tmp_path / "pjsip.conf").write_text("[t]\ntype=transport\nbind=0.0.0.0\n")
    (tmp_path / "sip.conf").write_text("[general]\n[a]\ntype=peer\nhost=192.0.2.1\n")
    assert in_place.by_likelihood(LAYOUTS["in_place"], str(tmp_path), []) == ["chan_sip", "pjsip"]
    assert in_place.by_likelihood(LAYOUTS["in_place"], str(tmp_path), ["new"]) == ["chan_sip", "pjsip"]
