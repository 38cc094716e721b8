# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.option_docs import numbers
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.option_table import (
    MODULES,
    RELEASES,
    TABLE,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import (
    check,
    installed,
    known,
    of_release,
)

from .test_option_docs import HELP_16, XML


def test_the_table_is_in_order() -> None:
    assert sorted(RELEASES, key=numbers) == RELEASES
    assert TABLE.keys() == MODULES.keys()
    for kind, options in TABLE.items():
        assert options.keys() == {name for release in RELEASES for name in known(kind, release)}
        assert "type" in options or kind == "subscription_persistence"


def test_options_have_what_is_documented() -> None:
    assert known("endpoint", "16.28.0")["100rel"].values == ("no", "required", "yes")
    assert known("endpoint", "22.10.1")["100rel"].values == ("no", "required", "peer_supported", "yes")
    assert known("auth", "16.28.0")["auth_type"].default == "userpass"
    assert known("auth", "22.10.1")["auth_type"].instead == {"userpass": "digest", "md5": "digest"}
    assert known("auth", "22.10.1")["md5_cred"].replacement == "password_digest"
    assert not known("auth", "16.28.0")["md5_cred"].deprecated
    assert known("system", "16.28.0")["threadpool_max_size"].really == "50"
    assert known("aor", "16.28.0")["max_contacts"].really == "0"
    assert known("endpoint", "16.28.0")["context"].really == "default"
    assert known("no such kind", "16.28.0") == {}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("endpoint", "force_rport"),
        ("endpoint", "FORCE_rport"),
        ("endpoint", "@trunk"),
        ("wizard", "remote_hosts"),
        ("wizard", "endpoint/allow"),
        ("wizard", "outbound_auth/username"),
        ("phoneprov", "any_name"),
        ("inbound-publication", "event_presence"),
    ],
)
def test_what_every_asterisk_knows(kind: str, name: str) -> None:
    assert [check(kind, name, release) for release in RELEASES] == [None] * len(RELEASES)


@pytest.mark.parametrize(
    ("kind", "name", "version", "reason"),
    [
        ("endpoint", "dtmfmode", "16.28.0", "no option dtmfmode in endpoint; did you mean dtmf_mode?"),
        ("endpoint", "from-user", "16.28.0", "no option from-user in endpoint; did you mean from_user?"),
        ("endpoint", "contact", "16.28.0", "no option contact in endpoint; it is an option of aor"),
        (
            "endpoint",
            "send_aoc",
            "16.28.0",
            "no option send_aoc in endpoint; it is there since 18.16.0, 20.1.0",
        ),
        ("endpoint", "qwertz", "16.28.0", "no option qwertz in endpoint"),
        ("endpont", "context", "16.28.0", "no objects of type endpont; did you mean endpoint?"),
        ("wizard", "endpoint/dtmfmode", "16.28.0", "no option dtmfmode in endpoint; did you mean dtmf_mode?"),
        ("wizard", "trunk/allow", "16.28.0", "no option trunk/allow in wizard"),
        ("wizard", "Endpoint/allow", "16.28.0", "no option Endpoint/allow in wizard"),
    ],
)
def test_what_is_wrong_is_told(kind: str, name: str, version: str, reason: str) -> None:
    assert check(kind, name, version) == f"Asterisk {version} has {reason}"


def test_a_version_of_the_table_may_be_written_otherwise() -> None:
    for version in ("16.28", "16.28.0~dfsg-0+deb11u4"):
        assert of_release(version) == of_release("16.28.0")
    assert not of_release("16.28.0").note


@pytest.mark.parametrize(
    ("version", "nearest", "there", "missing"),
    [
        ("13.2.0", "16.28.0", "context", "suppress_q850_reason_headers"),
        ("16", "16.28.0 and the documentation of 22.10.1", "context", "send_aoc"),
        ("18.20.0", "16.28.0 and the documentation of 22.10.1", "send_aoc", "security_negotiation"),
        ("20.1.0", "16.28.0 and the documentation of 22.10.1", "send_aoc", "overlap_context"),
        ("22.5.0", "22.10.1", "overlap_context", "rtp_port_start"),
        ("23.1.0", "22.10.1", "security_negotiation", "rtp_port_start"),
        ("", "22.10.1", "rtp_port_start", "no_such_option"),
    ],
)
def test_other_releases_are_told_from_their_neighbours(
    version: str, nearest: str, there: str, missing: str
) -> None:
    catalogue = of_release(version)
    assert f"told from Asterisk {nearest}" in catalogue.note
    assert catalogue.check("endpoint", there) is None
    reason = catalogue.check("endpoint", missing)
    assert reason and reason.endswith(f"({catalogue.note})")


def test_an_installed_asterisk_speaks_for_itself(tmp_path: Path) -> None:
    (tmp_path / "core-en_US.xml").write_text(XML)
    (tmp_path / "core-de_DE.xml").write_text(XML.replace("bell", "glocke"))
    (tmp_path / "broken-en_US.xml").write_text(XML[:300])
    (tmp_path / "folder-en_US.xml").mkdir()
    catalogue = installed([tmp_path / "missing", tmp_path])
    assert catalogue and list(catalogue.kinds) == ["bell"]
    assert catalogue.check("bell", "tone") is None
    assert catalogue.check("bell", "tones") == "this Asterisk has no option tones in bell; did you mean tone?"
    assert catalogue.check("endpoint", "allow") == "this Asterisk has no objects of type endpoint"


def test_the_console_tells_what_the_documentation_does_not(tmp_path: Path) -> None:
    (tmp_path / "core.xml").write_text(XML)
    help_text = HELP_16 + "drum: [category !~ /.?/]\nskin  -- What it is made of\n"
    catalogue = installed([tmp_path / "core.xml"], help_text, "22.10.1")
    assert catalogue and catalogue.known("bell")["tone"].default == "high"
    assert list(catalogue.known("drum")) == ["skin"]
    only_console = installed([], help_text)
    assert only_console and list(only_console.known("bell")) == ["tone", "ring/*"]
    assert only_console.check("bell", "ring/anything") is None
    assert installed([tmp_path / "missing"]) is None


def test_an_installed_asterisk_takes_what_none_documents() -> None:
    catalogue = installed([], "inbound-publication: [category !~ /.?/]\nendpoint  -- Who may\n", "22.10.1")
    assert catalogue and catalogue.check("inbound-publication", "event_presence") is None


@pytest.mark.parametrize(
    ("version", "hint"),
    [
        ("16.28.0", "; it is there since 18.16.0, 20.1.0"),
        ("99.0.0", "; it was there until 22.10.1"),
        ("", "; Asterisk 22.10.1 has it"),
    ],
)
def test_an_installed_asterisk_is_compared_with_the_table(version: str, hint: str) -> None:
    catalogue = installed([], "endpoint: [category !~ /.?/]\nallow  -- Codecs\n", version)
    assert catalogue and (catalogue.check("endpoint", "send_aoc") or "").endswith(hint)
