# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.form import read_form
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.conversion import (
    general_options,
    peer_options,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.conversion.account import (
    CARRIED,
    CHANGED,
    LEFT_ALONE,
    NOT_REPRESENTABLE,
    Fate,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.conversion.convert import (
    Conversion,
    convert,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import sip_conf
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.option_table import RELEASES
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import of_release

PEER = "type=peer\ninsecure=port,invite\nnat=force_rport,comedia\ndisallow=all\nallow=alaw\nqualify=no\n"


def converted(text: str, *versions: str) -> Conversion:
    return convert(load_text(text, "sip.conf"), [of_release(version) for version in versions or RELEASES])


def objects(conversion: Conversion) -> dict[tuple[str, str], dict[str, Any]]:
    """The objects of the document, by type and name; an option that is there several times has a list."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for section in conversion.document.sections:
        options: dict[str, Any] = {}
        for entry in section.entries:
            before = options.get(entry.key)
            options[entry.key] = (
                entry.value
                if before is None
                else [*([before] if isinstance(before, str) else before), entry.value]
            )
        found[options.pop("type"), section.name] = options
    return found


def fates(conversion: Conversion) -> dict[tuple[str, str], Fate]:
    """The fates by section and key; of several with one key, the last one's."""
    return {(account.section, account.key): account.fate for account in conversion.accounts}


def outcomes(conversion: Conversion) -> dict[tuple[str, str], str]:
    return {place: fate.outcome for place, fate in fates(conversion).items()}


def said(options: dict[str, Any], **wanted: Any) -> bool:
    return {key: options.get(key) for key in wanted} == wanted


# What the script sip_to_pjsip.py of Asterisk gets wrong


def test_two_accounts_at_one_host() -> None:
    conversion = converted(
        "[general]\nallowguest=no\nregister => first:s1@sip.example.com/100\n"
        "register => second:s2@sip.example.com/200\n"
        f"[one]\n{PEER}host=sip.example.com\ndefaultuser=first\nremotesecret=s1\ncontext=from-one\n"
        f"[two]\n{PEER}host=sip.example.com\ndefaultuser=second\nremotesecret=s2\ncontext=from-one\n"
    )
    found = objects(conversion)
    for name, user, secret, contact in (("one", "first", "s1", "100"), ("two", "second", "s2", "200")):
        assert said(found["auth", name], username=user, password=secret)
        assert said(
            found["registration", name], client_uri=f"sip:{user}@sip.example.com", contact_user=contact
        )
        assert found["registration", name]["outbound_auth"] == name
    # One address, one endpoint: as with chan_sip, the first one's.
    assert found["identify", "one"]["match"] == "sip.example.com"
    assert ("identify", "two") not in found
    assert "[one]" in fates(conversion)["two", "host"].how
    assert conversion.complete


def test_two_accounts_at_one_host_without_a_peer() -> None:
    conversion = converted(
        "[general]\ncontext=public\nallow=gsm\nregister => first:s1@sip.example.com/100\n"
        "register => second:s2@sip.example.com\n"
    )
    found = objects(conversion)
    first, second = "sip.example.com", "sip.example.com-2"
    assert said(found["auth", first], username="first", password="s1")
    assert said(found["auth", second], username="second", password="s2")
    # Guests have come in: this one still does, and as somebody.
    assert said(
        found["endpoint", first],
        context="public",
        allow="ulaw,alaw,gsm",
        outbound_auth=first,
        from_user="first",
    )
    assert found["identify", first]["match"] == "sip.example.com"
    assert ("identify", second) not in found
    assert "public" in next(account for account in conversion.accounts if account.line == 4).fate.how
    assert conversion.complete
    closed = objects(converted("[general]\nallowguest=no\nregister => first:s1@sip.example.com\n"))
    assert ("registration", first) in closed and ("identify", first) not in closed


@pytest.mark.parametrize("section", ["general", "gw"])
def test_outboundproxy(section: str) -> None:
    proxy = "outboundproxy=proxy.example.net:5070\n"
    conversion = converted(
        f"[general]\n{proxy if section == 'general' else ''}register => gw?u:s@sip.example.com\n"
        f"[gw]\n{PEER}host=sip.example.com\n{proxy if section == 'gw' else ''}"
    )
    found = objects(conversion)
    for kind in ("registration", "aor", "endpoint"):
        assert found[kind, "gw"]["outbound_proxy"] == "sip:proxy.example.net:5070;lr;hide"
    assert len(fates(conversion)[section, "outboundproxy"].places) == 3
    assert conversion.complete


def test_outboundproxy_of_a_register_line_alone() -> None:
    found = objects(converted("[general]\noutboundproxy=192.0.2.9\nregister => u:s@sip.example.com\n"))
    assert found["registration", "sip.example.com"]["outbound_proxy"] == "sip:192.0.2.9;lr;hide"


def test_register_line_by_tls() -> None:
    conversion = converted(
        "[general]\ntlsenable=yes\ntlscafile=/etc/ssl/ca.pem\nregister => tls://u:s@tls.example.com:5062/77~600\n"
        f"[gw]\n{PEER}host=tls.example.com\ntransport=tls\nport=5062\nencryption=yes\n"
    )
    found = objects(conversion)
    server = "sip:tls.example.com:5062;transport=tls"
    assert said(found["registration", "gw"], server_uri=server, contact_user="77", expiration="600")
    assert found["aor", "gw"]["contact"] == server
    assert found["endpoint", "gw"]["media_encryption"] == "sdes"
    told = fates(conversion)
    assert told["general", "tlscafile"].outcome == NOT_REPRESENTABLE
    assert "[transport-tls] ca_list_file=/etc/ssl/ca.pem" in told["general", "tlscafile"].instead
    settings = str(conversion.settings)
    assert "[transport-tls]\ntype = transport\nprotocol = tls\nbind = 0.0.0.0:5061\n" in settings
    assert "verify_server = yes" in settings


@pytest.mark.parametrize("host", ["2001:db8::5", "[2001:db8::5]"])
def test_ipv6_host(host: str) -> None:
    conversion = converted(
        f"[general]\nregister => u:s@[2001:db8::5]:5070/1\n[gw]\n{PEER}host={host}\nport=5070\n"
    )
    found = objects(conversion)
    assert found["registration", "gw"]["server_uri"] == "sip:[2001:db8::5]:5070"
    assert found["registration", "gw"]["client_uri"] == "sip:u@[2001:db8::5]"
    assert found["aor", "gw"]["contact"] == "sip:[2001:db8::5]:5070"
    assert found["identify", "gw"]["match"] == "2001:db8::5"
    assert outcomes(conversion)["gw", "host"] == CARRIED
    assert conversion.complete


def test_insecure_with_secret_challenges_nobody() -> None:
    conversion = converted(
        f"[general]\n[gw]\n{PEER}insecure=invite\nhost=192.0.2.7\ndefaultuser=u\nsecret=s;cret\ncontext=in\n".replace(
            ";", "\\;"
        )
    )
    found = objects(conversion)
    endpoint = found["endpoint", "gw"]
    assert "auth" not in endpoint
    assert said(endpoint, identify_by="ip", outbound_auth="gw", context="in")
    assert said(found["auth", "gw"], username="u", password="s;cret")
    told = outcomes(conversion)
    assert told["gw", "insecure"] == told["gw", "secret"] == CHANGED
    assert conversion.complete


def test_remotesecret() -> None:
    conversion = converted(f"[gw]\n{PEER}host=192.0.2.7\ndefaultuser=digest\nremotesecret=far\nsecret=near\n")
    found = objects(conversion)
    assert said(found["auth", "gw"], username="digest", password="far")
    assert "auth" not in found["endpoint", "gw"]
    told = outcomes(conversion)
    assert told["gw", "remotesecret"] == told["gw", "defaultuser"] == CARRIED
    assert told["gw", "secret"] == LEFT_ALONE


@pytest.mark.parametrize(
    ("qualify", "frequency", "timeout", "outcome"),
    [
        ("yes", "60", "2.0", CHANGED),
        ("no", "0", None, CARRIED),
        ("1500\nqualifyfreq=20", "20", "1.5", CHANGED),
    ],
)
def test_qualify(qualify: str, frequency: str, timeout: str, outcome: str) -> None:
    conversion = converted(f"[gw]\n{PEER}host=192.0.2.7\nqualify={qualify}\n".replace("qualify=no\n", "", 1))
    assert said(objects(conversion)["aor", "gw"], qualify_frequency=frequency, qualify_timeout=timeout)
    assert outcomes(conversion)["gw", "qualify"] == outcome


def test_callbackextension() -> None:
    conversion = converted(
        f"[gw]\n{PEER}host=sip.example.com\ndefaultuser=u\nremotesecret=s\ncallbackextension=4321\n"
    )
    found = objects(conversion)
    assert said(
        found["registration", "gw"],
        server_uri="sip:sip.example.com;transport=udp",
        client_uri="sip:u@sip.example.com",
        contact_user="4321",
        expiration="120",
        outbound_auth="gw",
    )
    assert said(found["auth", "gw"], username="u", password="s")
    assert outcomes(conversion)["gw", "callbackextension"] == CARRIED


def test_callbackextension_that_tells_peers_of_one_host_apart() -> None:
    peer = f"{PEER}host=192.0.2.7\nremotesecret=s\n"
    conversion = converted(
        f"[one]\n{peer}defaultuser=u\ncallbackextension=1\ncontext=a\n"
        f"[two]\n{peer}defaultuser=v\ncallbackextension=2\ncontext=b\n"
    )
    told = fates(conversion)
    assert told["one", "callbackextension"].outcome == CARRIED
    assert told["two", "callbackextension"].instead == "answer 2 in a"


def test_permit_and_deny_are_the_trunks_own() -> None:
    conversion = converted(
        f"[gw]\n{PEER}host=192.0.2.7\ndeny=0.0.0.0/0\npermit=192.0.2.0/255.255.255.0\npermit=198.51.100.0/24\n"
    )
    found = objects(conversion)
    assert found["endpoint", "gw"]["permit"] == ["192.0.2.0/24", "198.51.100.0/24"]
    assert "0.0.0.0/0.0.0.0" in found["endpoint", "gw"]["deny"]
    assert {kind for kind, _name in found} == {"aor", "endpoint", "identify"}
    assert conversion.complete


def test_user_with_at() -> None:
    conversion = converted(
        "[general]\nregister => 4321@example.com:s3cret:4321@example.com@sip.example.net:5062/4321\n"
        f"[gw]\n{PEER}host=sip.example.net\nport=5062\ndefaultuser=4321@example.com\nremotesecret=s3cret\n"
    )
    found = objects(conversion)
    assert said(
        found["registration", "gw"],
        server_uri="sip:example.com",
        outbound_proxy="sip:sip.example.net:5062;lr;hide",
        client_uri="sip:4321@example.com",
        contact_user="4321",
    )
    assert said(found["auth", "gw"], username="4321@example.com", password="s3cret")
    assert found["endpoint", "gw"]["outbound_auth"] == "gw"
    assert conversion.complete


def test_quoted_fields_of_a_register_line() -> None:
    conversion = converted('[general]\nregister => udp://"user":"a:b/c?d":"auth"@sip.example.com/1\n')
    found = objects(conversion)
    assert said(found["auth", "sip.example.com"], username="auth", password="a:b/c?d")
    assert said(
        found["registration", "sip.example.com"], client_uri="sip:user@sip.example.com", contact_user="1"
    )


def test_register_line_through_a_peer() -> None:
    conversion = converted(
        f"[general]\nregister => gw?acc@sip.example.com/7\n[gw]\n{PEER}host=sip.example.com\nremotesecret=fr0mpeer\n"
        "defaultuser=acc\nfromuser=acc\n"
    )
    found = objects(conversion)
    assert said(found["registration", "gw"], client_uri="sip:acc@sip.example.com", contact_user="7")
    assert said(found["auth", "gw"], username="acc", password="fr0mpeer")
    assert said(found["endpoint", "gw"], from_user="acc", outbound_auth="gw")
    assert conversion.complete


# Options


def test_every_option_of_a_peer_has_its_words() -> None:
    worded = (
        peer_options.WORDINGS.keys()
        | peer_options.NOT_NEEDED.keys()
        | peer_options.INSTEAD.keys()
        | sip_conf.FIELD_OF.keys()
    )
    assert worded >= sip_conf.RAW
    assert worded >= peer_options.ALSO_GENERAL | peer_options.ONLY_GENERAL
    assert peer_options.CHOSEN.keys() == {option.key for option in sip_conf.PEER_OPTIONS}


def test_every_option_that_is_written_is_known() -> None:
    options = {wording.option for wording in peer_options.WORDINGS.values()}
    options |= {"direct_media_method", "disable_direct_media_on_nat", "direct_media_glare_mitigation"}
    for release in RELEASES:
        assert [of_release(release).check("endpoint", option) for option in options] == [None] * len(options)
    said_all = {key: ["1"] for key in general_options.KNOWN}
    for line in general_options.lines(said_all, ["udp", "tcp", "tls"]):
        kind = "transport" if line.section.startswith("transport") else line.section
        for release in RELEASES:
            assert line.option == "type" or of_release(release).check(kind, line.option) is None, line


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ("nat=comedia", {"force_rport": "no", "rewrite_contact": "no", "rtp_symmetric": "yes"}),
        ("nat=auto_force_rport", {"force_rport": "yes", "rewrite_contact": "yes", "rtp_symmetric": "no"}),
        ("directmedia=nonat", {"direct_media": "yes", "disable_direct_media_on_nat": "yes"}),
        ("canreinvite=outgoing", {"direct_media": "yes", "direct_media_glare_mitigation": "outgoing"}),
        ("directmedia=update", {"direct_media": "yes", "direct_media_method": "update"}),
        ("directmedia=never", {"direct_media": "no"}),
        ("dtmfmode=shortinfo", {"dtmf_mode": "info"}),
        ("t38pt_udptl=yes,redundancy,maxdatagram=400",
         {"t38_udptl": "yes", "t38_udptl_ec": "redundancy", "t38_udptl_maxdatagram": "400"}),
        ("sendrpid=pai\nsendrpid=rpid", {"send_pai": "yes", "send_rpid": "yes"}),
        ("trustrpid=maybe", {"trust_id_inbound": "no"}),
        ("rtptimeout=60\nrtpholdtimeout=300\nrtpkeepalive=15",
         {"rtp_timeout": "60", "rtp_timeout_hold": "300", "rtp_keepalive": "15"}),
        ("setvar=A=1\nsetvar=B=2", {"set_var": ["A=1", "B=2"]}),
        ("session-timers=refuse", {"timers": "no"}),
        ("session-expires=900", {"timers_sess_expires": "900"}),
        ("busylevel=2\ncallcounter=yes", {"device_state_busy_at": "2"}),
        ('callerid="Main" <4321>', {"callerid": '"Main" <4321>'}),
        ("promiscredir=yes", {"redirect_method": "uri_core"}),
        ("progressinband=never", {"inband_progress": "no"}),
        ("faxdetect=cng", {"fax_detect": "yes"}),
        ("encryption_taglen=32", {"srtp_tag_32": "yes"}),
        ("use_q850_reason=yes", {"suppress_q850_reason_headers": "no"}),
        ("language=en\nlanguage=de", {"language": "de"}),
    ],
)  # fmt: skip
def test_options_in_the_words_of_an_endpoint(options: str, written: dict[str, Any]) -> None:
    conversion = converted(f"[gw]\ntype=peer\nhost=192.0.2.7\ninsecure=port,invite\n{options}\n")
    assert said(objects(conversion)["endpoint", "gw"], **written)
    assert conversion.complete


@pytest.mark.parametrize(
    "option",
    ["call-limit=3", "rtptimeout=x", "session-expires=10", "setvar=A", "header=X-A: 1", "cc_agent_policy=never",
     "dtlsenable=yes", "callingpres=32", "mohinterpret=x", "acl=office", "auth=u:s@realm", "allow=alow",
     "permit=192.0.2.0/24", "fromdomain=example.com:5070", "session-minse=2000\nsession-expires=900"],
)  # fmt: skip
def test_what_cannot_be_carried_says_what_to_do(option: str) -> None:
    conversion = converted(f"[gw]\n{PEER}host=192.0.2.7\n{option}\n")
    fate = fates(conversion)["gw", option.rpartition("\n")[2].partition("=")[0]]
    assert fate.outcome == NOT_REPRESENTABLE
    assert fate.why and fate.instead
    assert not conversion.complete
    assert ("endpoint", "gw") in objects(conversion)


def test_a_limit_of_calls_is_for_the_dialplan() -> None:
    conversion = converted(f"[gw]\n{PEER}host=192.0.2.7\ncall-limit=3\n")
    assert conversion.trunks[0]["outbound"]["max_channels"] == 3


def test_video_is_offered_where_it_was() -> None:
    peer = f"{PEER}host=192.0.2.7\nallow=h264\n"
    without = converted(f"[gw]\n{peer}")
    assert objects(without)["endpoint", "gw"]["allow"] == "alaw"
    assert "h264" in fates(without)["gw", "allow"].how
    for text in (f"[gw]\n{peer}videosupport=yes\n", f"[general]\nvideosupport=always\n[gw]\n{peer}"):
        assert objects(converted(text))["endpoint", "gw"]["allow"] == "alaw,h264"


def test_what_is_overridden_ignored_or_empty_is_left_alone() -> None:
    conversion = converted(
        f"[gw]\n{PEER}host=192.0.2.7\ncontext=a\ncontext=b\nsecrte=x\nfromuser=\nlanguage=\n[gw]\nhost=192.0.2.8\n"
    )
    left = [
        (account.key, account.line) for account in conversion.accounts if account.fate.outcome == LEFT_ALONE
    ]
    assert left == [("context", 9), ("secrte", 11), ("fromuser", 12), ("language", 13), ("host", 15)]
    assert objects(conversion)["endpoint", "gw"]["context"] == "b"
    assert "from_user" not in objects(conversion)["endpoint", "gw"]
    assert conversion.complete


def test_a_template_is_told_where_it_is_inherited() -> None:
    conversion = converted(
        f"[base](!)\n{PEER}context=a\n[idle](!)\nqualify=yes\n[gw](base)\nhost=192.0.2.7\ncontext=b\n"
    )
    told = fates(conversion)
    assert told["base", "type"].why == "is in a template: see [gw]"
    assert told["idle", "qualify"].why == "is in a template that no section inherits"
    assert [
        (one.line, one.fate.outcome)
        for one in conversion.accounts
        if (one.section, one.key) == ("gw", "context")
    ] == [
        (8, LEFT_ALONE),
        (13, CARRIED),
    ]


# Settings for all


def test_settings_of_general() -> None:
    conversion = converted(
        "[general]\nbindaddr=192.0.2.10\nbindport=5070\nexternip=203.0.113.5\nlocalnet=10.0.0.0/8\nlocalnet=192.168.0.0/16\n"
        "tos_sip=cs3\ntos_audio=ef\nuseragent=PBX\nallowguest=yes\nalwaysauthreject=yes\nsrvlookup=no\nregisterattempts=10\n"
        "registertimeout=25\ndefaultexpiry=900\nminexpiry=60\nrtptimeout=60\njbenable=yes\nsipdebug=yes\nfancy=x\n"
        f"register => gw?u:s@sip.example.com\n[gw]\n{PEER}host=sip.example.com\n"
    )
    assert outcomes(conversion) == {
        **{("general", key): NOT_REPRESENTABLE for key in ("bindaddr", "bindport", "externip", "localnet")},
        **{("general", key): NOT_REPRESENTABLE for key in ("tos_sip", "useragent", "jbenable")},
        **{("general", key): CHANGED for key in ("allowguest", "alwaysauthreject", "srvlookup")},
        **{("general", key): CHANGED for key in ("registerattempts", "registertimeout")},
        **{("general", key): CARRIED for key in ("tos_audio", "rtptimeout", "defaultexpiry", "register")},
        **{("general", key): LEFT_ALONE for key in ("minexpiry", "sipdebug", "fancy")},
        **{("gw", key): CARRIED for key in ("type", "insecure", "nat", "disallow", "allow", "qualify")},
        ("gw", "host"): CHANGED,
    }  # fmt: skip
    assert str(conversion.settings) == (
        "[transport-udp]\ntype = transport\nprotocol = udp\nbind = 192.0.2.10:5070\n"
        "external_media_address = 203.0.113.5\nexternal_signaling_address = 203.0.113.5\n"
        "local_net = 10.0.0.0/8\nlocal_net = 192.168.0.0/16\ntos = cs3\n\n"
        "[global]\ntype = global\nuser_agent = PBX\n"
    )
    found = objects(conversion)
    # Without SRV.
    assert found["registration", "gw"]["server_uri"] == "sip:sip.example.com:5060"
    assert found["identify", "gw"]["srv_lookups"] == "no"
    assert said(found["registration", "gw"], expiration="900", retry_interval="25", max_retries="4294967295")
    assert said(found["endpoint", "gw"], tos_audio="ef", rtp_timeout="60")


def test_codecs_of_general_count_where_a_peer_adds_to_them() -> None:
    adding = "type=peer\nhost=192.0.2.7\ninsecure=port,invite\nnat=no\nallow=g722\n"
    conversion = converted(f"[general]\ndisallow=all\nallow=alaw\n[gw]\n{adding}")
    assert objects(conversion)["endpoint", "gw"]["allow"] == "alaw,g722"
    assert outcomes(conversion)["general", "allow"] == CARRIED
    own = converted(f"[general]\ndisallow=all\nallow=alaw\n[gw]\n{adding}disallow=all\nallow=gsm\n")
    assert objects(own)["endpoint", "gw"]["allow"] == "gsm"
    assert outcomes(own)["general", "allow"] == LEFT_ALONE


def test_insecure_of_general_counts() -> None:
    peer = "type=friend\nhost=192.0.2.7\nsecret=s\ndefaultuser=u\n"
    assert converted(f"[general]\n[gw]\n{peer}").trunks == []
    conversion = converted(f"[general]\ninsecure=port,invite\n[gw]\n{peer}")
    assert [trunk["name"] for trunk in conversion.trunks] == ["gw"]
    assert outcomes(conversion)["gw", "type"] == CHANGED
    assert conversion.complete


# What is no trunk, or none that chan_pjsip can have


def test_devices_are_left_alone() -> None:
    conversion = converted(
        "[general]\n[201]\ntype=friend\nhost=dynamic\nsecret=x\n[201]\ntype=friend\nmailbox=1\n[202]\ncontext=a\n"
        f"[gw]\n{PEER}host=192.0.2.7\n"
    )
    assert {outcome for (section, _key), outcome in outcomes(conversion).items() if section != "gw"} == {
        LEFT_ALONE
    }
    assert [trunk["name"] for trunk in conversion.trunks] == ["gw"]
    assert conversion.complete


def test_a_refused_trunk_does_not_keep_the_others_back() -> None:
    conversion = converted(
        "[general]\nregister => u:s@bad_.example.com!\n"
        f"[anonymous]\n{PEER}host=192.0.2.8\nfromuser=x\n[gw]\n{PEER}host=192.0.2.7\n[g w]\n{PEER}host=192.0.2.9\n"
    )
    assert [trunk["name"] for trunk in conversion.trunks] == ["gw"]
    told = fates(conversion)
    for place in (("general", "register"), ("anonymous", "fromuser"), ("g w", "host")):
        assert told[place].outcome == NOT_REPRESENTABLE
    assert {problem.trunk for problem in conversion.problems} >= {"anonymous"}
    assert not conversion.complete


def test_trunks_that_cannot_be_together() -> None:
    conversion = converted(
        f"[gw]\n{PEER}host=192.0.2.7\ncontext=to-other\n[other]\n{PEER}host=192.0.2.8\n[last]\n{PEER}host=192.0.2.9\n"
    )
    assert [trunk["name"] for trunk in conversion.trunks] == ["other", "last"]
    assert [problem.trunk for problem in conversion.problems] == ["gw"]


def test_a_misread_register_line_is_told_with_its_fix() -> None:
    conversion = converted("[general]\nregister => u:pa/ss@sip.example.com\n")
    fate = fates(conversion)["general", "register"]
    assert fate.outcome == NOT_REPRESENTABLE
    assert "udp://" in fate.instead
    assert conversion.accounts[0].value == "********"


def test_a_line_that_chan_sip_takes_otherwise_than_it_looks_is_told() -> None:
    conversion = converted("[general]\nregister => u:s@sip.example.com:5070x/1\n")
    fate = fates(conversion)["general", "register"]
    assert (fate.outcome, fate.instead) == (NOT_REPRESENTABLE, "write the number alone")
    assert ("registration", "sip.example.com") in objects(conversion)


def test_a_refused_trunk_does_not_speak_for_general() -> None:
    peer = f"{PEER.replace('nat=force_rport,comedia', '')}host=192.0.2."
    conversion = converted(f"[general]\nnat=yes\nrtptimeout=60\n[anonymous]\n{peer}8\n[gw]\n{peer}7\n")
    told = outcomes(conversion)
    assert told["general", "nat"] == told["general", "rtptimeout"] == CARRIED
    assert told["anonymous", "type"] == NOT_REPRESENTABLE


def test_a_jitter_buffer_that_is_off_is_not_missed() -> None:
    peer = f"[gw]\n{PEER}host=192.0.2.7\n"
    assert converted(f"[general]\njbenable=no\njbmaxsize=200\n{peer}").complete
    assert not converted(f"[general]\njbenable=yes\n{peer}").complete


def test_what_nobody_wrote_is_told_when_it_is_otherwise() -> None:
    conversion = converted("[gw]\ntype=peer\nhost=192.0.2.7\n")
    assert [(one.key, one.fate.outcome) for one in conversion.remarks] == [
        ("insecure", CHANGED),
        ("nat", CHANGED),
    ]
    assert conversion.complete


def test_credentials_by_realm_are_told() -> None:
    conversion = converted(f"[gw]\n{PEER}host=192.0.2.7\n[authentication]\nauth=u:s@realm\nx=y\n")
    assert outcomes(conversion)["authentication", "auth"] == NOT_REPRESENTABLE
    assert outcomes(conversion)["authentication", "x"] == LEFT_ALONE


def test_lines_that_asterisk_does_not_take() -> None:
    conversion = converted("[general]\n#exec /bin/true\nno option\n")
    assert [(one.line, one.fate.outcome) for one in conversion.accounts] == [
        (2, NOT_REPRESENTABLE),
        (3, LEFT_ALONE),
    ]


def test_an_option_that_the_release_does_not_know_is_not_written() -> None:
    text = f"[gw]\n{PEER}host=192.0.2.7\nsend_diversion=no\nrtcp_mux=yes\n"
    known = converted(text, "16")
    assert objects(known)["endpoint", "gw"]["rtcp_mux"] == "yes"
    old = converted(text, "13.0")
    assert "rtcp_mux" not in objects(old)["endpoint", "gw"]
    assert fates(old)["gw", "rtcp_mux"].outcome == NOT_REPRESENTABLE
    assert "rtcp_mux" not in str(old.trunks)


def test_where_calls_go_now() -> None:
    conversion = converted(
        f"[general]\nregister => u:s@192.0.2.7\n[a-in]\n{PEER}host=192.0.2.7\n"
        f"[a-out]\n{PEER}host=192.0.2.7\nremotesecret=s\n[4711]\n{PEER}host=192.0.2.8\n"
    )
    assert conversion.endpoints == {"a-in": "a", "a-out": "a", "4711": "4711"}
    assert ("endpoint", "a") in objects(conversion) and ("endpoint", "4711") in objects(conversion)


def test_a_form_of_freepbx() -> None:
    text = (
        "host=sip.example.com&type=peer\nusername=4321\nsecret=s3cret\ninsecure=port,invite\ndisallow=all\n"
        "allow=alaw&ulaw\ncontext=from-trunk\n4321:s3cret@sip.example.com/4321\n"
    )
    effective = read_form(text, "form")
    assert effective is not None
    conversion = convert(effective, [of_release("16")])
    found = objects(conversion)
    assert said(found["registration", "trunk"], client_uri="sip:4321@sip.example.com", contact_user="4321")
    assert said(found["endpoint", "trunk"], context="from-trunk", allow="alaw,ulaw", outbound_auth="trunk")
    assert len(conversion.accounts) == 10
    assert conversion.complete
