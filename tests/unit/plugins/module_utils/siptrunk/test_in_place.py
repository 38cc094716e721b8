# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import changes, in_place
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import (
    SipTrunkError,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.layouts import FREEPBX, IN_SIP_CONF
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks

BY_HAND = """\
; our PBX, do not touch after 5 pm
[general]
context=public   ; nobody gets in
bindport = 5060
register => 43212345:oldsecret@sip.example.com/1234 ; main line
register => 9876:other@sip.example.net

[phones](!)   ; all the phones
type=friend
host=dynamic

[201](phones)
secret=phonesecret

; --- the main line ---
[main-in]
type=peer
host=sip.example.com
insecure=port,invite
context=from-main   ; see extensions.conf
nat=yes
canreinvite = no
disallow=all
allow=alaw
allow=ulaw

[main-out]
type = peer
host = sip.example.com
insecure = port,invite
username=43212345      ; as on the contract
fromuser=43212345
secret=oldsecret
context=from-main
nat=yes
canreinvite = no
disallow=all
allow=alaw
allow=ulaw
; the end
"""
MAIN: dict[str, Any] = {
    "name": "main",
    "provider": {"host": "sip.example.com"},
    "registration": {"user": "43212345", "secret": "oldsecret", "contact": "1234", "expiry": 120},
    "nat": {"keepalive": 0},
}


@pytest.fixture
def pbx(tmp_path: Path) -> Path:
    (tmp_path / "sip.conf").write_text(BY_HAND)
    return tmp_path


def change(pbx: Path, *trunks: dict[str, Any], removed: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Change the trunks; returns the lines that went (-) and came (+), by file."""
    place = in_place.ChanSipTrunks(str(pbx), IN_SIP_CONF)
    place.change(load_trunks(trunks), removed)
    differences = {}
    for path, before, after in place.files():
        differences[Path(path).name] = compare(before or "", after)
        Path(path).write_text(after)
    return differences


def compare(before: str, after: str) -> list[str]:
    old, new = before.splitlines(), after.splitlines()
    return [f"-{line}" for line in old if line not in new] + [f"+{line}" for line in new if line not in old]


def read(pbx: Path) -> list[dict[str, Any]]:
    return in_place.ChanSipTrunks(str(pbx), IN_SIP_CONF).trunks


def test_trunks_are_found_and_devices_are_none(pbx: Path) -> None:
    assert [trunk["name"] for trunk in read(pbx)] == ["main", "sip.example.net"]
    assert read(pbx)[0] == MAIN


def test_what_is_there_already_changes_nothing(pbx: Path) -> None:
    assert change(pbx, MAIN) == {}


def test_a_new_secret_changes_its_lines_only_and_keeps_their_comments(pbx: Path) -> None:
    wanted = changes.merged(MAIN, {"registration": {"secret": "n;w"}})
    assert change(pbx, wanted) == {
        "sip.conf": [
            "-register => 43212345:oldsecret@sip.example.com/1234 ; main line",
            "-secret=oldsecret",
            "+register => 43212345:n\\;w@sip.example.com/1234~120 ; main line",
            "+remotesecret=n\\;w",
        ]
    }
    assert read(pbx)[0] == wanted
    assert change(pbx, wanted) == {}


def test_other_names_of_options_are_kept(pbx: Path) -> None:
    wanted = changes.merged(
        MAIN, {"registration": {"auth_user": "digest"}, "media": {"direct": True, "codecs": ["g722"]}}
    )
    differences = change(pbx, wanted)["sip.conf"]
    assert "+username=digest      ; as on the contract" in differences
    assert "+canreinvite = yes" in differences
    assert read(pbx)[0] == wanted


def test_a_new_trunk_is_added_and_goes_again(pbx: Path) -> None:
    new = {
        "name": "new",
        "provider": {"host": "192.0.2.7", "transport": "tcp"},
        "registration": {"user": "u", "secret": "s"},
    }
    change(pbx, new)
    text = (pbx / "sip.conf").read_text()
    assert "tcpenable = yes" in text and "[new-in]" in text and "tcp://u:s@192.0.2.7~1800" in text
    assert [trunk["name"] for trunk in read(pbx)] == ["main", "new", "sip.example.net"]
    assert read(pbx)[1] == new
    assert change(pbx, new) == {}
    change(pbx, removed=("new",))
    gone = compare(BY_HAND, (pbx / "sip.conf").read_text())
    assert [line for line in gone if line.strip("+")] == ["+tcpenable = yes"]


def test_a_trunk_goes_with_its_lines_and_leaves_comments_around_it(pbx: Path) -> None:
    differences = change(pbx, removed=("main",))["sip.conf"]
    assert not [line for line in differences if line.startswith("+")]
    text = (pbx / "sip.conf").read_text()
    assert "43212345" not in text and "[main" not in text
    assert text.startswith("; our PBX, do not touch after 5 pm\n[general]\n")
    assert "; --- the main line ---\n" in text and text.endswith("; the end\n")


def test_a_registration_without_peers_gets_them(pbx: Path) -> None:
    wanted = {
        "name": "sip.example.net",
        "provider": {"host": "sip.example.net"},
        "registration": {"user": "9876", "secret": "other", "expiry": 120},
    }
    differences = change(pbx, wanted)["sip.conf"]
    assert "+[sip.example.net-in]" in differences
    assert not [line for line in differences if line.startswith("-") or "register" in line]
    assert change(pbx, wanted) == {}


def test_a_declared_trunk_is_made_safe(tmp_path: Path) -> None:
    (tmp_path / "sip.conf").write_text(
        "[general]\n[carrier]\ntype=friend\nhost=192.0.2.1\ndisallow=all\nallow=alaw\nallow=alow\ncontext=in\n"
    )
    (trunk,) = read(tmp_path)
    assert change(tmp_path, trunk) == {
        "sip.conf": [
            "-type=friend",
            "-allow=alow",
            "+type=peer",
            "+insecure=port,invite",
        ]
    }
    assert change(tmp_path, trunk) == {}


def test_what_a_template_says_is_overruled_in_the_section(tmp_path: Path) -> None:
    (tmp_path / "sip.conf").write_text(
        "[general]\n[base](!)\ntype=peer\ninsecure=port,invite\ndisallow=all\nallow=alaw\nnat=no\n"
        "[a](base)\nhost=192.0.2.1\n[b](base)\nhost=192.0.2.2\n"
    )
    a, b = read(tmp_path)
    wanted = changes.merged(a, {"nat": {"symmetric": True}, "media": {"codecs": ["g722"]}})
    differences = change(tmp_path, wanted)["sip.conf"]
    assert not [line for line in differences if line.startswith("-")]
    assert "+nat=force_rport,comedia" in differences
    assert load_trunks(read(tmp_path)) == load_trunks([wanted, b])
    assert change(tmp_path, wanted) == {}


def test_callbackextension_becomes_a_register_line_when_it_cannot_say_it(tmp_path: Path) -> None:
    (tmp_path / "sip.conf").write_text(
        "[general]\n[p]\ntype=peer\nhost=192.0.2.1\ndefaultuser=u\nsecret=s\ncallbackextension=12\ninsecure=port,invite\n"
    )
    (trunk,) = read(tmp_path)
    assert change(tmp_path, trunk) == {}
    wanted = changes.merged(trunk, {"registration": {"expiry": 600}})
    assert change(tmp_path, wanted)["sip.conf"] == [
        "-callbackextension=12",
        "+register => u:s@192.0.2.1/12~600",
    ]
    assert read(tmp_path) == [wanted]


def test_a_trunk_that_would_not_get_its_calls_is_refused(pbx: Path) -> None:
    with pytest.raises(SipTrunkError) as caught:
        change(pbx, {"name": "twin", "provider": {"host": "SIP.example.com"}})
    assert "[main-in]" in str(caught.value) and "twin-in" in str(caught.value)
    assert (pbx / "sip.conf").read_text() == BY_HAND


def test_an_account_that_registers_already_is_refused(pbx: Path) -> None:
    with pytest.raises(SipTrunkError) as caught:
        change(
            pbx,
            {
                "name": "twin",
                "provider": {"host": "sip.example.net"},
                "registration": {"user": "9876", "secret": "other"},
            },
        )
    assert "registers the same account" in str(caught.value)


def test_what_cannot_be_undone_in_place_is_refused(tmp_path: Path) -> None:
    base = "[base](!)\ntype=peer\ninsecure=port,invite\nremotesecret=s\ndefaultuser=u\n"
    text = f"[general]\n{base}[a](base)\nhost=192.0.2.1\n"
    (tmp_path / "sip.conf").write_text(text)
    (trunk,) = read(tmp_path)
    wanted = {**trunk, "outbound": {"auth": "none"}}
    with pytest.raises(SipTrunkError) as caught:
        change(tmp_path, wanted)
    assert "trunk a: outbound" in str(caught.value)
    assert (tmp_path / "sip.conf").read_text() == text


def refused(directory: Path, text: str, *trunks: dict[str, Any], removed: tuple[str, ...] = ()) -> str:
    """Try a change of a file that must be refused; returns the error."""
    (directory / "sip.conf").write_text(text)
    place = in_place.ChanSipTrunks(str(directory), IN_SIP_CONF)
    with pytest.raises(SipTrunkError) as caught:
        place.change(load_trunks(trunks), removed)
    assert (directory / "sip.conf").read_text() == text
    return str(caught.value)


NEW: dict[str, Any] = {
    "name": "new",
    "provider": {"host": "192.0.2.7", "transport": "tls"},
    "registration": {"user": "u", "secret": "s"},
}


@pytest.mark.parametrize("stranger", ["type=user", "type=friend\nhost=dynamic", "type=peer\nhost=dynamic"])
def test_a_section_that_is_no_trunk_never_becomes_one(tmp_path: Path, stranger: str) -> None:
    error = refused(tmp_path, f"[general]\n[NEW-in]\n{stranger}\nsecret=phone\n", NEW)
    assert "[new-in] is no section of a trunk" in error


def test_the_second_section_of_a_host_is_told_and_stays(tmp_path: Path) -> None:
    peer = "type=peer\nhost=192.0.2.1\ninsecure=port,invite\n"
    (tmp_path / "sip.conf").write_text(f"[general]\n[a-in]\n{peer}context=x\n[a-in2]\n{peer}context=y\n")
    place = in_place.ChanSipTrunks(str(tmp_path), IN_SIP_CONF)
    assert [leftover.section for leftover in place.leftovers if "gets no calls" in leftover.reason] == [
        "a-in2"
    ]
    (trunk,) = place.trunks
    differences = change(tmp_path, changes.merged(trunk, {"nat": {"keepalive": 25}}))["sip.conf"]
    assert not [line for line in differences if line.startswith("-")]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        (
            "[general]\n[base](!)\ntype=peer\ninsecure=port,invite\ncallbackextension=1\n"
            "[a](base)\nhost=192.0.2.1\ndefaultuser=u\nremotesecret=s\n"
            "[b](base)\nhost=192.0.2.2\ndefaultuser=v\nremotesecret=t\n",
            {"registration": {"contact": "2"}},
        ),
        (
            "[general]\n[a]\ntype=peer\nhost=192.0.2.1\ninsecure=port,invite\ncontext=x\n[b](a)\nhost=192.0.2.2\n",
            {"inbound": {"context": "y"}},
        ),
    ],
)
def test_what_would_change_another_trunk_is_refused(tmp_path: Path, text: str, given: dict[str, Any]) -> None:
    (tmp_path / "sip.conf").write_text(text)
    trunk = next(trunk for trunk in read(tmp_path) if trunk["name"] == "a")
    assert "would change with them" in refused(tmp_path, text, changes.merged(trunk, given))


def test_merged_leaves_alone_what_nobody_gave(tmp_path: Path) -> None:
    text = (
        "[general]\n[a]\ntype=friend ; do not touch\nhost=192.0.2.1\nallow=alaw:20\ncontext=x\n"
        "directmedia=no\n"
    )
    (tmp_path / "sip.conf").write_text(text)
    place = in_place.ChanSipTrunks(str(tmp_path), IN_SIP_CONF)
    (trunk,) = place.trunks
    wanted = changes.merged(trunk, {"media": {"direct": True}})
    place.change(load_trunks([wanted]), (), whole=False)
    ((_path, before, after),) = place.files()
    assert compare(before or "", after) == ["-directmedia=no", "+directmedia=yes"]
    assert place.told == []
    place.change(load_trunks([wanted]), ())
    assert "section a: type peer" in place.told


def test_what_gave_way_is_told_without_secrets(tmp_path: Path) -> None:
    (tmp_path / "sip.conf").write_text(
        "[general]\nregister => u:old@192.0.2.1\n[a]\ntype=peer\nhost=192.0.2.1\ninsecure=port,invite\n"
        "defaultuser=u\nmd5secret=no hash\n"
    )
    place = in_place.ChanSipTrunks(str(tmp_path), IN_SIP_CONF)
    (trunk,) = place.trunks
    registration = {"user": "u", "secret_md5": "0123456789abcdef" * 2}
    wanted = {**trunk, "registration": registration, "outbound": {"auth": "same"}}
    place.change(load_trunks([wanted]), ())
    assert "section a: md5secret ********" in place.told
    assert "0123456789abcdef" not in " ".join(place.told)


def test_port_and_transport_of_a_registration_are_those_of_its_line(tmp_path: Path) -> None:
    text = (
        "[general]\nregister => a:b@192.0.2.1/1\n[x]\ntype=peer\nhost=192.0.2.1\nport=5061\nusername=a\nsecret=b\n"
        "insecure=port,invite\n"
    )
    (tmp_path / "sip.conf").write_text(text)
    place = in_place.ChanSipTrunks(str(tmp_path), IN_SIP_CONF)
    assert "port" not in place.trunks[0]["provider"]
    assert ("x", "port", "5061") in [(left.section, left.key, left.value) for left in place.leftovers]
    wanted = changes.merged(place.trunks[0], {"registration": {"secret": "new"}})
    place.change(load_trunks([wanted]), (), whole=False)
    ((_path, _before, after),) = place.files()
    assert "register => a:new@192.0.2.1/1~120\n" in after and "port=5061\n" in after


def test_of_two_accounts_at_one_provider_the_first_gets_the_calls(tmp_path: Path) -> None:
    peer = "type=peer\nhost=sip.example.com\ninsecure=port,invite\n"
    (tmp_path / "sip.conf").write_text(
        "[general]\nregister => a:1@sip.example.com/1\nregister => b:2@sip.example.com/2\n"
        f"[a]\n{peer}username=a\nsecret=1\n[b]\n{peer}username=b\nsecret=2\n"
    )
    first, second = read(tmp_path)
    assert "inbound" in second and second["inbound"]["trust"] == []
    assert change(tmp_path, first, second) == {}
    change(tmp_path, changes.merged(second, {"registration": {"secret": "3"}}))
    assert read(tmp_path)[1]["registration"]["secret"] == "3"


def test_without_general_there_is_one_afterwards(tmp_path: Path) -> None:
    (tmp_path / "sip.conf").write_text("; nothing\n")
    change(tmp_path, NEW)
    assert (tmp_path / "sip.conf").read_text().count("[general]") == 1
    assert change(tmp_path, NEW) == {}


def test_codecs_that_are_added_to_a_section_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "sip.conf").write_text(
        "[general]\n[p]\ntype=peer\nhost=192.0.2.1\ninsecure=port,invite\n[p](+)\ndisallow=all\n"
    )
    (trunk,) = read(tmp_path)
    change(tmp_path, {**trunk, "media": {"codecs": ["alaw"]}})
    assert read(tmp_path)[0]["media"]["codecs"] == ["alaw"]
    assert change(tmp_path, read(tmp_path)[0]) == {}


def test_sections_of_one_name_are_one_peer(tmp_path: Path) -> None:
    (tmp_path / "sip.conf").write_text(
        "[general]\n[x]\ntype=peer\nhost=192.0.2.1\ncontext=c\n[x]\ntype=peer\nhost=192.0.2.2\n[x]\nport=5070\n"
    )
    place = in_place.ChanSipTrunks(str(tmp_path), IN_SIP_CONF)
    assert place.trunks[0]["provider"] == {"host": "192.0.2.2"}
    assert place.trunks[0]["inbound"] == {"context": "c"}
    assert [leftover.reason for leftover in place.leftovers if not leftover.key] == [
        "has no type: chan_sip ignores it"
    ]


def test_lines_that_asterisk_skips_are_left_over(tmp_path: Path) -> None:
    (tmp_path / "sip.conf").write_text("[general]\n[x]\ntype=peer\nhost=192.0.2.1\nport : 5070\n")
    assert 5 in [leftover.line for leftover in in_place.ChanSipTrunks(str(tmp_path), IN_SIP_CONF).leftovers]


# FreePBX

STOCK = """\
[general]
#include sip_general_additional.conf
#include sip_general_custom.conf
#include sip_registrations_custom.conf
#include sip_registrations.conf
#include sip_custom.conf
#include sip_additional.conf
#include sip_custom_post.conf
"""
GENERATED = {
    "sip_general_additional.conf": "allowguest=no\n",
    "sip_registrations.conf": "register=77:own@sip.example.org\n",
    "sip_additional.conf": "[carrier]\ntype=peer\nhost=sip.example.org\n[200]\ntype=friend\nhost=dynamic\nsecret=x\n",
}
CUSTOM = (
    "sip_general_custom.conf",
    "sip_registrations_custom.conf",
    "sip_custom.conf",
    "sip_custom_post.conf",
)


@pytest.fixture
def freepbx(tmp_path: Path) -> Path:
    for name, text in {"sip.conf": STOCK, **GENERATED, **dict.fromkeys(CUSTOM, "")}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "sip_custom.conf").write_text("; by hand\n[gateway]\ntype=peer\nhost=192.0.2.99\ncontext=x")
    return tmp_path


def test_freepbx_gets_lines_in_its_custom_files_only(freepbx: Path) -> None:
    place = in_place.ChanSipTrunks(str(freepbx), FREEPBX)
    assert [trunk["name"] for trunk in place.trunks] == ["gateway"]
    place.change(load_trunks([NEW]), ())
    files = {Path(path).name: after for path, _before, after in place.files()}
    assert files.pop("sip_general_custom.conf") == "tlsenable = yes\ntlsdontverifyserver = no\n"
    assert files.pop("sip_registrations_custom.conf") == "register => tls://u:s@192.0.2.7~1800\n"
    custom = files.pop("sip_custom.conf")
    assert custom.startswith("; by hand\n[gateway]\ntype=peer\nhost=192.0.2.99\ncontext=x\n\n[new-in]\n")
    assert files == {}
    assert next(trunk for trunk in place.trunks if trunk["name"] == "new") == NEW


def test_what_freepbx_generates_is_not_changed(freepbx: Path) -> None:
    place = in_place.ChanSipTrunks(str(freepbx), FREEPBX)
    with pytest.raises(SipTrunkError) as caught:
        place.change(
            load_trunks(
                [{"name": "carrier", "provider": {"host": "192.0.2.7"}, "sections": {"inbound": ["carrier"]}}]
            ),
            (),
        )
    assert "[carrier] is no section of a trunk" in str(caught.value)
