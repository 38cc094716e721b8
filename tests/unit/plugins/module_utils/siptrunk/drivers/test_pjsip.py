# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks, Problem
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedRegistration,
    ExpectedTrunk,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import Trunk, load_trunks

from .test_chan_sip import BY_ADDRESS, SECRET, declared

HASH = "0123456789abcdef" * 2


def load(*trunks: dict[str, Any]) -> tuple[Trunk, ...]:
    return load_trunks(trunks, driver=pjsip.NAME)


def render(*trunks: dict[str, Any]) -> str:
    return str(pjsip.render(load(*trunks)))


def objects(kind: str, *trunks: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """What Asterisk takes of the objects of a kind."""
    effective = load_text(render(*trunks), included=True)
    assert effective.loads
    found = [section for section in effective.sections if section.entries[0][:2] == ("type", kind)]
    return {section.name: [(entry.key, entry.value) for entry in section.entries[1:]] for section in found}


def the_object(kind: str, **changes: Any) -> dict[str, str]:
    (entries,) = objects(kind, declared(**changes)).values()
    return dict(entries)


def the_problem(*trunks: dict[str, Any], **changes: Any) -> Problem:
    with pytest.raises(InvalidTrunks) as caught:
        load(*(trunks or [declared(**changes)]))
    (problem,) = caught.value.problems
    return problem


def parse(text: str) -> pjsip.ReadBack:
    return pjsip.read(load_text(text, "pjsip.conf"))


MINIMAL = """\
; Managed by Ansible (telephony.asterisk): changes here are overwritten.

; byip: calls from and to 198.51.100.9
[byip]
type = aor
contact = sip:198.51.100.9
qualify_frequency = 30
qualify_timeout = 2.0

[byip]
type = endpoint
aors = byip
identify_by = ip
context = from-byip
force_rport = yes
rewrite_contact = yes
rtp_symmetric = yes
dtmf_mode = rfc4733
direct_media = no
media_encryption = no
t38_udptl = no
t38_udptl_ec = none
trust_id_inbound = no
send_rpid = no
send_pai = no
user_eq_phone = no
disallow = all
allow = alaw,ulaw

[byip]
type = identify
endpoint = byip
match = 198.51.100.9
"""

FULL_TRUNK = {
    "name": "full",
    "description": "head office; main line",
    "provider": {
        "host": "sip.example.com",
        "port": 5070,
        "transport": "tcp",
        "outbound_proxy": "192.0.2.5:5080",
    },
    "registration": {
        "user": "43212345",
        "secret": "p;w/d?1",
        "domain": "voip.example.com",
        "auth_user": "digest",
        "contact": "1234#",
        "expiry": 600,
        "retry_interval": 45,
    },
    "inbound": {
        "trust": ["203.0.113.7", "2001:db8::7", "sip.example.com", "192.0.2.8"],
        "permit": ["203.0.113.0/24", "2001:db8::/32"],
        "context": "incoming",
        "trust_identity": True,
    },
    "outbound": {
        "auth": "own",
        "user": "4930",
        "secret_md5": HASH,
        "from_user": "4930#",
        "from_domain": "sip.example.com",
        "identity_header": "pai",
        "user_phone": True,
    },
    "media": {
        "codecs": ["g722", "alaw"],
        "dtmf": "info",
        "direct": True,
        "srtp": "sdes",
        "t38": "redundancy",
    },
    "nat": {"keepalive": 0, "symmetric": False},
    "sections": {"inbound": ["of-chan_sip"], "outbound": "carrier"},
    "options": {
        "peer": {"rtptimeout": "60"},
        "endpoint": {"rtp_timeout": 60, "set_var": ["A=1", "B=2"], "rtp_symmetric": True},
        "registration": {"fatal_retry_interval": 900},
        "auth": {"realm": "example.com"},
        "aor": {"authenticate_qualify": True},
    },
}
FULL = """\
; Managed by Ansible (telephony.asterisk): changes here are overwritten.

; head office; main line: calls from and to sip.example.com
[full]
type = registration
server_uri = sip:voip.example.com\\;transport=tcp
client_uri = sip:43212345@voip.example.com
contact_user = 1234%23
outbound_auth = full
@secret_fingerprint = 4a272d2286b56be7
outbound_proxy = sip:192.0.2.5:5080\\;transport=tcp\\;lr\\;hide
expiration = 600
retry_interval = 45
max_retries = 4294967295
auth_rejection_permanent = no
forbidden_retry_interval = 300
max_random_initial_delay = 2
fatal_retry_interval = 900

[full]
type = auth
auth_type = userpass
username = digest
password = p\\;w/d?1
realm = example.com

[full/calls]
type = auth
auth_type = md5
username = 4930
md5_cred = 0123456789abcdef0123456789abcdef
realm = example.com

[carrier]
type = aor
contact = sip:sip.example.com:5070\\;transport=tcp
outbound_proxy = sip:192.0.2.5:5080\\;transport=tcp\\;lr\\;hide
qualify_frequency = 0
authenticate_qualify = yes

[carrier]
type = endpoint
@trunk = full
@description = head office\\; main line
aors = carrier
identify_by = ip
context = incoming
outbound_auth = full/calls
outbound_proxy = sip:192.0.2.5:5080\\;transport=tcp\\;lr\\;hide
from_user = 4930%23
from_domain = sip.example.com
deny = 0.0.0.0/0.0.0.0
deny = ::/0
permit = 203.0.113.0/24
permit = 2001:db8::/32
force_rport = no
rewrite_contact = no
dtmf_mode = info
direct_media = yes
media_encryption = sdes
t38_udptl = yes
t38_udptl_ec = redundancy
trust_id_inbound = yes
send_rpid = no
send_pai = yes
user_eq_phone = yes
disallow = all
allow = g722,alaw
rtp_timeout = 60
set_var = A=1
set_var = B=2
rtp_symmetric = yes

[full]
type = identify
endpoint = carrier
match = 203.0.113.7
match = 2001:db8::7

[full/2]
type = identify
endpoint = carrier
match = sip.example.com
srv_lookups = no

[full/3]
type = identify
endpoint = carrier
match = 192.0.2.8
"""


class TestRender:
    def test_a_trunk_by_address(self) -> None:
        assert render(BY_ADDRESS) == MINIMAL

    def test_everything_a_trunk_can_have(self) -> None:
        assert render(FULL_TRUNK) == FULL

    def test_what_is_disabled_is_not_there(self) -> None:
        assert objects("endpoint", {**BY_ADDRESS, "enabled": False}) == {}

    def test_trust_in_nobody_is_no_identify_and_still_no_trust_by_name(self) -> None:
        trunk = declared(inbound__trust=[])
        assert objects("identify", trunk) == {}
        assert dict(objects("endpoint", trunk)["smartvox"])["identify_by"] == "ip"

    def test_a_failing_name_takes_no_other_host_with_it(self) -> None:
        hosts = ["a.example", "b.example", "192.0.2.1", "192.0.2.2"]
        found = objects("identify", declared(inbound__trust=hosts))
        matches = [[value for key, value in entries if key == "match"] for entries in found.values()]
        assert matches == [["a.example"], ["b.example"], ["192.0.2.1", "192.0.2.2"]]
        assert list(found) == ["smartvox", "smartvox/2", "smartvox/3"]

    @pytest.mark.parametrize(("port", "lookups"), [(None, "yes"), (5060, "no")])
    def test_srv_counts_without_a_port_only(self, port: int, lookups: str) -> None:
        assert the_object("identify", provider__port=port)["srv_lookups"] == lookups

    @pytest.mark.parametrize(
        ("provider", "uri"),
        [
            ({"host": "a.example"}, "sip:a.example;transport=udp"),
            ({"host": "a.example", "port": 5060}, "sip:a.example:5060"),
            ({"host": "192.0.2.1"}, "sip:192.0.2.1"),
            ({"host": "2001:db8::1", "port": 5070}, "sip:[2001:db8::1]:5070"),
            ({"host": "192.0.2.1", "transport": "tls"}, "sip:192.0.2.1;transport=tls"),
        ],
    )
    def test_the_provider_s_uri(self, provider: dict[str, Any], uri: str) -> None:
        trunk = declared(provider=provider)
        assert dict(objects("registration", trunk)["smartvox"])["server_uri"] == uri
        assert dict(objects("aor", trunk)["smartvox"])["contact"] == uri

    @pytest.mark.parametrize(
        ("proxy", "uri"),
        [
            ("p.example", "sip:p.example;transport=udp;lr;hide"),
            ("p.example:5080", "sip:p.example:5080;lr;hide"),
            ("[2001:db8::1]", "sip:[2001:db8::1];lr;hide"),
            ("[2001:db8::1]:5080", "sip:[2001:db8::1]:5080;lr;hide"),
        ],
    )
    def test_all_requests_take_the_way_through_the_proxy(self, proxy: str, uri: str) -> None:
        for kind in ("registration", "aor", "endpoint"):
            assert the_object(kind, provider__outbound_proxy=proxy)["outbound_proxy"] == uri

    @pytest.mark.parametrize(
        ("provider", "server", "way"),
        [
            ({"host": "a.example"}, "sip:d.example", "sip:a.example;transport=udp;lr;hide"),
            ({"host": "192.0.2.1", "port": 5070}, "sip:d.example", "sip:192.0.2.1:5070;lr;hide"),
            (
                {"host": "2001:db8::1", "transport": "tls"},
                "sip:d.example;transport=tls",
                "sip:[2001:db8::1];transport=tls;lr;hide",
            ),
            ({"host": "a.example", "outbound_proxy": "192.0.2.9"}, "sip:d.example", "sip:192.0.2.9;lr;hide"),
            ({"host": "D.example", "port": 5070}, "sip:D.example:5070", None),
        ],
    )
    def test_a_register_is_for_the_domain_and_sent_to_the_provider(
        self, provider: dict[str, Any], server: str, way: str | None
    ) -> None:
        trunk = declared(provider=provider, registration__domain="d.example")
        registration = dict(objects("registration", trunk)["smartvox"])
        assert registration["server_uri"] == server
        assert registration["client_uri"] == "sip:43212345@d.example"
        assert registration.get("outbound_proxy") == way
        proxy = way if "outbound_proxy" in provider else None
        assert dict(objects("endpoint", trunk)["smartvox"]).get("outbound_proxy") == proxy

    def test_from_has_the_caller_s_number(self) -> None:
        assert the_object("endpoint")["from_user"] == "43212345"
        assert "from_user" not in the_object("endpoint", outbound__from_caller=True)

    def test_the_hash_of_a_password(self) -> None:
        auth = the_object("auth", registration={"user": "u", "secret_md5": HASH})
        assert auth == {"auth_type": "md5", "username": "u", "md5_cred": HASH}

    def test_calls_without_an_account_have_no_auth(self) -> None:
        assert "outbound_auth" not in the_object("endpoint", outbound__auth="none")

    def test_timeouts_are_seconds(self) -> None:
        assert the_object("aor", nat__keepalive_timeout=1050)["qualify_timeout"] == "1.05"


class TestCheck:
    @pytest.mark.parametrize("secret", [" x", "x\t", "p" * 9000])
    def test_what_a_password_cannot_be(self, secret: str) -> None:
        problem = the_problem(registration__secret=secret)
        assert problem.option == "registration.secret"
        assert secret not in str(problem)

    @pytest.mark.parametrize("secret", ["a;b", ";--", '"', "\\", "\\;", "[x]", "# é", "p" * 8000])
    def test_what_it_can_be(self, secret: str) -> None:
        (found,) = pjsip.read(load_text(render(declared(registration__secret=secret)))).trunks
        assert found["registration"]["secret"] == secret

    @pytest.mark.parametrize(
        ("kind", "key", "field"),
        [
            ("endpoint", "identify_by", "inbound.trust"),
            ("endpoint", "auth", "inbound.trust"),
            ("endpoint", "direct_media", "media.direct"),
            ("identify", "match", "inbound.trust"),
            ("identify", "match_header", "inbound.trust"),
            ("auth", "password", "registration.secret"),
            ("aor", "max_contacts", "provider.host"),
            ("registration", "line", "inbound.trust"),
            ("registration", "max_retries", "never gives up"),
        ],
    )
    def test_raw_options_undo_nothing(self, kind: str, key: str, field: str) -> None:
        problem = the_problem(options={kind: {key: "yes"}})
        assert problem.option == f"options.{kind}.{key}"
        assert problem.value is None
        assert field in problem.fix

    def test_raw_values_that_no_field_has(self) -> None:
        endpoint = the_object(
            "endpoint", options={"endpoint": {"dtmf_mode": "auto_info", "force_rport": "no"}}
        )
        assert endpoint["dtmf_mode"] == "auto_info"
        assert endpoint["force_rport"] == "no"
        assert endpoint["rtp_symmetric"] == "yes"

    def test_raw_values_that_a_field_has(self) -> None:
        raw = dict.fromkeys(("force_rport", "rewrite_contact", "rtp_symmetric"), "no")
        problem = the_problem(options={"endpoint": raw})
        assert problem.fix == "write nat.symmetric: false"

    def test_a_registration_that_gives_up(self) -> None:
        problem = the_problem(options={"registration": {"forbidden_retry_interval": 0}})
        assert problem.reason == "would give up for good"

    def test_options_of_an_object_that_is_not_there(self) -> None:
        problem = the_problem({**BY_ADDRESS, "options": {"registration": {"support_path": True}}})
        assert problem.option == "options.registration"

    def test_options_of_chan_sip_count_for_nothing(self) -> None:
        assert render({**BY_ADDRESS, "options": {"peer": {"any-option": "x"}}}) == MINIMAL

    @pytest.mark.parametrize("changes", [{"name": "anonymous"}, {"sections": {"outbound": "Anonymous"}}])
    def test_nobody_is_everybody(self, changes: dict[str, Any]) -> None:
        assert the_problem({**BY_ADDRESS, **changes}).value == "anonymous"

    @pytest.mark.parametrize("option", ["registration__user", "registration__contact", "outbound__from_user"])
    def test_an_escape_of_our_own(self, option: str) -> None:
        assert the_problem(**{option: "4%231"}).fix == "write 4#1"

    def test_a_contact_with_an_escape_that_chan_sip_would_take_for_text(self) -> None:
        assert the_problem(registration__contact="4%41").fix == "write 4A"
        assert the_problem(registration__contact="4%0A").fix == "leave it out"
        assert the_object("registration", registration__contact="4%")["contact_user"] == "4%"

    @pytest.mark.parametrize("option", ["registration__user", "registration__contact"])
    def test_a_long_user(self, option: str) -> None:
        assert the_problem(**{option: "1" * 247 + "##"}).reason.startswith("has more than 250")

    def test_a_long_host(self) -> None:
        host = ".".join(["a" * 60] * 4) + ".ab"
        assert the_problem({"name": "x", "provider": {"host": host}}).option == "provider.host"

    def test_two_endpoints_of_one_name(self) -> None:
        other = {"name": "other", "provider": {"host": "192.0.2.1"}, "sections": {"outbound": "ByIP"}}
        assert "trunk byip" in the_problem(BY_ADDRESS, other).reason


class TestRead:
    @pytest.mark.parametrize("trunk", [BY_ADDRESS, FULL_TRUNK, declared()])
    def test_our_own_file(self, trunk: dict[str, Any]) -> None:
        found = pjsip.read(load_text(render(trunk), included=True))
        assert found.leftovers == []
        expected = load({**trunk, "options": {**trunk.get("options", {}), "peer": {}}})[0].to_dict()
        expected.get("sections", {}).pop("inbound", None)
        assert load(*found.trunks)[0].to_dict() == expected

    def test_a_file_by_hand(self) -> None:
        found = parse(BY_HAND)
        assert found.trunks == [
            {
                "name": "carrier",
                "provider": {
                    "host": "sip.example.com",
                    "port": 5080,
                    "transport": "tcp",
                    "outbound_proxy": "proxy.example.com",
                },
                "registration": {
                    "user": "4321",
                    "secret": "s;cret",
                    "auth_user": "digest",
                    "contact": "4321",
                    "expiry": 3600,
                },
                "inbound": {"trust": ["sip.example.com", "192.0.2.7"]},
                "outbound": {"from_caller": True},
                "media": {"codecs": ["ulaw", "alaw"], "direct": True},
                "nat": {"keepalive": 60, "keepalive_timeout": 3000, "symmetric": False},
                "options": {
                    "endpoint": {"transport": "tcp", "rtp_timeout": "30", "force_rport": "yes"},
                    "registration": {"transport": "tcp"},
                },
            }
        ]
        told = {(leftover.section, leftover.key): leftover.reason for leftover in found.leftovers}
        assert told[("carrier", "identify_by")].startswith("becomes identify_by=ip")
        assert told[("carrier", "auth")].startswith("goes: the provider's calls are challenged")
        assert told[("carrier-reg", "line")].startswith("goes: whoever knows the token")
        assert told[("carrier-reg", "max_retries")] == "goes: a trunk never gives up"
        assert told[("carrier-net", "match")].startswith("is no single host")
        assert told[("phone", "")].startswith("is no trunk")
        assert told[("carrier", "outbound_proxy")].startswith("is not in every object")
        assert told[("tcp", "")].startswith("is a setting for all")
        assert "s;cret" not in repr(found)
        assert load(*found.trunks)

    def test_a_registration_alone(self) -> None:
        found = parse("[r]\ntype=registration\nserver_uri=sip:a.example\nclient_uri=sip:u@b.example\n"
                      "outbound_auth=x\n[x]\ntype=auth\nusername=u\npassword=p\n")  # fmt: skip
        assert found.trunks == [
            {
                "name": "r",
                "provider": {"host": "a.example"},
                "registration": {
                    "user": "u",
                    "secret": "p",
                    "domain": "b.example",
                    "expiry": 3600,
                },
                "inbound": {"trust": []},
            }
        ]

    @pytest.mark.parametrize(
        ("registration", "calls", "read", "told"),
        [
            # The domain, by way of the provider.
            ("server_uri=sip:d.example\noutbound_proxy=sip:p.example\\;lr\\;hide", "", {}, []),
            ("server_uri=sip:d.example\noutbound_proxy=sip:p.example\\;lr", "", {}, ["outbound_proxy"]),
            (
                "server_uri=sip:d.example:5070\noutbound_proxy=sip:p.example\\;hide\\;lr",
                "",
                {},
                ["server_uri"],
            ),
            # The same, by way of a proxy.
            (
                "server_uri=sip:d.example\noutbound_proxy=sip:q.example\\;lr\\;hide",
                "outbound_proxy=sip:q.example\\;lr\\;hide",
                {"outbound_proxy": "q.example"},
                [],
            ),
            # The provider, whatever the domain.
            ("server_uri=sip:p.example", "", {}, []),
            (
                "server_uri=sip:p.example\noutbound_proxy=sip:q.example\\;lr\\;hide",
                "outbound_proxy=sip:q.example\\;lr\\;hide",
                {"outbound_proxy": "q.example"},
                [],
            ),
        ],
    )
    def test_the_ways_of_a_register(
        self, registration: str, calls: str, read: dict[str, str], told: list[str]
    ) -> None:
        found = parse(
            f"[a]\ntype=registration\n{registration}\nclient_uri=sip:u@d.example\noutbound_auth=a\n"
            "[a]\ntype=auth\nusername=u\npassword=p\n"
            f"[a]\ntype=endpoint\naors=a\nidentify_by=ip\nallow=alaw\noutbound_auth=a\n{calls}\n"
            f"[a]\ntype=aor\ncontact=sip:p.example\n{calls}\n"
        )
        assert [leftover.key for leftover in found.leftovers] == told
        assert found.trunks[0]["provider"] == {"host": "p.example", **read}
        assert found.trunks[0]["registration"]["domain"] == "d.example"

    def test_an_account_at_a_domain_belongs_to_the_endpoint_of_its_provider(self) -> None:
        found = parse(
            "[a-account]\ntype=registration\nserver_uri=sip:d.example\nclient_uri=sip:u@d.example\n"
            "outbound_proxy=sip:p.example\\;lr\\;hide\noutbound_auth=a\n"
            "[a]\ntype=auth\nusername=u\npassword=p\n"
            "[a]\ntype=endpoint\naors=a\nidentify_by=ip\nallow=alaw\n"
            "[a]\ntype=aor\ncontact=sip:p.example\n"
        )
        (trunk,) = found.trunks
        assert trunk["name"] == "a"
        assert trunk["registration"]["domain"] == "d.example"

    @pytest.mark.parametrize("name", ["x-a-registration", "reg_x-a", "X.A"])
    def test_an_account_belongs_to_the_endpoint_that_it_is_named_after(self, name: str) -> None:
        found = parse(
            f"[{name}]\ntype=registration\nserver_uri=sip:d.example\nclient_uri=sip:u@d.example\n"
            + "".join(
                f"[{endpoint}]\ntype=endpoint\naors={endpoint}\nidentify_by=ip\nallow=alaw\n"
                f"[{endpoint}]\ntype=aor\ncontact=sip:{endpoint}.example\n"
                for endpoint in ("a", "x-a", "reg")
            )
        )
        assert [trunk["name"] for trunk in found.trunks if "registration" in trunk] == ["x-a"]

    def test_of_two_objects_of_one_name_chan_pjsip_takes_none(self) -> None:
        found = parse("[a]\ntype=endpoint\n[a]\ntype=endpoint\n")
        assert found.trunks == []
        assert {leftover.reason for leftover in found.leftovers} == {
            "is there twice: chan_pjsip takes neither"
        }

    def test_other_ways_in_are_told(self) -> None:
        found = parse("[a]\ntype=endpoint\naors=a\nidentify_by=ip\nallow=alaw\n[a]\ntype=aor\nmax_contacts=1\n"
                      "contact=sip:192.0.2.1\n[a]\ntype=identify\nendpoint=a\nmatch_header=X: y\n")  # fmt: skip
        assert [leftover.key for leftover in found.leftovers] == ["max_contacts", "match_header"]
        assert found.trunks[0]["inbound"] == {"trust": [], "context": "default"}

    def test_a_password_in_a_uri_is_not_shown(self) -> None:
        found = parse("[a]\ntype=endpoint\naors=a\nidentify_by=ip\nallow=alaw\n[a]\ntype=aor\n"
                      "contact=sip:192.0.2.1,sip:u:geheim@192.0.2.2\n")  # fmt: skip
        assert [leftover.key for leftover in found.leftovers] == ["contact"]
        assert "geheim" not in repr(found.leftovers)

    def test_a_section_without_a_type(self) -> None:
        (leftover,) = parse("[a]\ntype=Endpoint\n").leftovers
        assert leftover.reason.startswith("is no object")

    @pytest.mark.parametrize(
        ("rules", "permit"),
        [
            ("deny=0.0.0.0/0\npermit=192.0.2.0/24", ["192.0.2.0/24"]),
            ("permit=192.0.2.0/24", None),
            ("permit=192.0.2.0/24\ndeny=0.0.0.0/0", None),
            ("acl=some", None),
        ],
    )
    def test_access_lists(self, rules: str, permit: list[str]) -> None:
        found = parse(f"[a]\ntype=endpoint\naors=a\nidentify_by=ip\nallow=alaw\n{rules}\n[a]\ntype=aor\n"
                      "contact=sip:192.0.2.1\n[a]\ntype=identify\nendpoint=a\nmatch=192.0.2.1\n")  # fmt: skip
        assert found.trunks[0].get("inbound", {}).get("permit") == permit
        assert bool(found.leftovers) == (permit is None)


BY_HAND = """\
[tcp]
type=transport
protocol=tcp
bind=0.0.0.0
[provider](!)
type=endpoint
transport=tcp
context=from-carrier
disallow=all
allow=ulaw,alaw
[carrier](provider)
aors=carrier
outbound_auth=carrier-auth
auth=carrier-in
outbound_proxy=sip:proxy.example.com\\;lr\\;transport=tcp
rtp_timeout=30
[carrier]
type=aor
contact=sip:sip.example.com:5080
qualify_frequency=60
[carrier-auth]
type=auth
username=digest
password=s\\;cret
[carrier-in]
type=auth
username=in
password=other
[carrier-reg]
type=registration
transport=tcp
server_uri=sip:sip.example.com:5080
client_uri=sip:4321@sip.example.com
contact_user=4321
outbound_auth=carrier-auth
max_retries=10
line=yes
endpoint=carrier
[carrier]
type=identify
endpoint=carrier
match=sip.example.com,192.0.2.7
srv_lookups=no
[carrier-net]
type=identify
endpoint=carrier
match=192.0.2.0/24
[phone]
type=endpoint
aors=phone
auth=phone
[phone]
type=aor
max_contacts=1
[phone]
type=auth
username=phone
password=x
"""


class TestExpectation:
    def test_a_trunk_with_an_account(self) -> None:
        (trunk,) = load(declared(inbound__trust=["192.0.2.1", "a.example"], provider__transport="tls"))
        assert pjsip.expectation(trunk) == ExpectedTrunk(
            "smartvox",
            "pjsip",
            ExpectedRegistration("43212345", "mysipsp.com", 5061, "tls", contact="1234"),
            (
                ExpectedPeer("smartvox", "192.0.2.1"),
                ExpectedPeer("smartvox", "a.example"),
                ExpectedPeer("smartvox", "mysipsp.com", trusted=False),
            ),
        )

    def test_the_registration_is_shown_at_its_domain(self) -> None:
        (trunk,) = load(declared(registration__domain="d.example", provider__port=5070))
        shown = ExpectedRegistration("43212345", "d.example", 5060, "udp", "d.example", contact="1234")
        assert pjsip.expectation(trunk).registration == shown

    def test_no_secret_is_in_it(self) -> None:
        assert SECRET not in repr(pjsip.expectation(load(declared())[0]))

    def test_calling(self) -> None:
        assert pjsip.dial_string("carrier", "${EXTEN}") == "PJSIP/${EXTEN}@carrier"
        assert [pjsip.calling(trunk) for trunk in load(BY_ADDRESS, FULL_TRUNK)] == ["byip", "carrier"]
