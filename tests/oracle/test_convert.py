# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `siptrunk convert` makes of sip.conf, in a real Asterisk 16 and 22: each object as it should be.

The inputs are those that Asterisk's own script sip_to_pjsip.py gets wrong, in one file; and every option of a peer that
has words of its own for an endpoint, so that none of these takes the endpoint with it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.conversion.convert import (
    Conversion,
    convert,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.conversion.peer_options import (
    WORDINGS,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.option_table import RELEASES
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import of_release
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks

from .test_pjsip import IMAGES, NAMES, loaded

A, B, TLS = NAMES[:3]
PEER = "type=peer\ninsecure=port,invite\ndisallow=all\nallow=alaw\n"
SIP_CONF = f"""\
[general]
context=public
outboundproxy=192.0.2.99
register => first:s3cret1@{A}/100
register => second:s3cret2@{A}/200~600
register => tls://tlsuser:s\\;cret3@{TLS}:5071/300
register => six:s3cret4@[2001:db8::5]:5080/400
register => 4321@example.com:s3cret5:4321@example.com@127.1.0.5:5062/4321
register => udp://"quoted":"a:b/c?d":"auth"@127.1.0.6/600
register => through?acc@127.1.0.7/700
register => guest:s3cret8@{B}/800
[first]
{PEER}host={A}
defaultuser=first
remotesecret=s3cret1
context=from-first
[second]
{PEER}host={A}
defaultuser=second
secret=s3cret2
[tls]
{PEER}host={TLS}
transport=tls
port=5071
encryption=yes
defaultuser=tlsuser
secret=s\\;cret3
outboundproxy=tls://192.0.2.98:5071
[six]
{PEER}host=2001:db8::5
port=5080
qualify=yes
[at]
{PEER}host=127.1.0.5
port=5062
defaultuser=4321@example.com
remotesecret=s3cret5
qualify=1500
qualifyfreq=20
[quoted]
{PEER}host=127.1.0.6
deny=0.0.0.0/0
permit=127.1.0.0/255.255.255.0
[through]
{PEER}host=127.1.0.7
remotesecret=fr0mpeer
defaultuser=acc
fromuser=acc
nat=comedia
[challenged]
type=friend
host=127.1.0.9
insecure=invite
secret=s3cret9
defaultuser=digest
[callback]
{PEER}host=127.1.0.10
defaultuser=cb
secret=s3cret10
callbackextension=1010
[201]
type=friend
host=dynamic
secret=s3cret201
"""
REGISTERED = {
    "first": (f"sip:{A};transport=udp", f"sip:first@{A}", "100", "120", "first", "s3cret1"),
    "second": (f"sip:{A};transport=udp", f"sip:second@{A}", "200", "600", "second", "s3cret2"),
    "tls": (f"sip:{TLS}:5071;transport=tls", f"sip:tlsuser@{TLS}", "300", "120", "tlsuser", "s;cret3"),
    "six": ("sip:[2001:db8::5]:5080", "sip:six@[2001:db8::5]", "400", "120", "six", "s3cret4"),
    "at": ("sip:example.com", "sip:4321@example.com", "4321", "120", "4321@example.com", "s3cret5"),
    "quoted": ("sip:127.1.0.6", "sip:quoted@127.1.0.6", "600", "120", "auth", "a:b/c?d"),
    "through": ("sip:127.1.0.7", "sip:acc@127.1.0.7", "700", "120", "acc", "fr0mpeer"),
    B: (f"sip:{B};transport=udp", f"sip:guest@{B}", "800", "120", "guest", "s3cret8"),
    "callback": ("sip:127.1.0.10", "sip:cb@127.1.0.10", "1010", "120", "cb", "s3cret10"),
}
TRUSTED = {
    "first": "127.0.1.0", "tls": "127.0.1.2", "six": "2001:db8::5", "at": "127.1.0.5", "quoted": "127.1.0.6",
    "through": "127.1.0.7", B: "127.0.1.1", "challenged": "127.1.0.9", "callback": "127.1.0.10",
}  # fmt: skip


def converted(text: str) -> Conversion:
    return convert(load_text(text, "sip.conf"), [of_release(release) for release in RELEASES])


@pytest.mark.parametrize("version", IMAGES)
def test_what_is_easily_got_wrong_is_right(version: str, tmp_path: Path) -> None:
    conversion = converted(SIP_CONF)
    trunks = load_trunks(conversion.trunks, driver=pjsip.NAME)
    events, log = loaded(IMAGES[version], str(conversion.document), tmp_path / "etc", trunks)
    assert log == []
    assert set(events) == {*REGISTERED, "challenged"}
    for name, found in events.items():
        endpoint, aor = found[f"EndpointDetail {name}"], found[f"AorDetail {name}"]
        # Nobody is challenged, and nobody gets in by a name.
        assert (endpoint["Auth"], endpoint["IdentifyBy"]) == ("", "ip")
        proxy = "sip:192.0.2.98:5071;transport=tls;lr;hide" if name == "tls" else "sip:192.0.2.99;lr;hide"
        assert (endpoint["OutboundProxy"], aor["OutboundProxy"]) == (proxy, proxy)
        assert found.get("trusted", {}).get("addresses") == TRUSTED.get(name)
        assert endpoint["Context"] == ("from-first" if name == "first" else "public")
        assert endpoint["MediaEncryption"] == ("sdes" if name == "tls" else "no")
        assert (endpoint["Acl"] == "deny/permit") == (name == "quoted")
        every = {"six": ("60", "2.000000"), "at": ("20", "1.500000")}.get(name)
        assert every is None or (aor["QualifyFrequency"], aor["QualifyTimeout"]) == every
        if name in REGISTERED:
            registration = found[f"OutboundRegistrationDetail {name}"]
            auth = found[f"AuthDetail {registration['OutboundAuth']}"] if endpoint["OutboundAuth"] else {}
            server, client, contact, expiry, user, secret = REGISTERED[name]
            assert (registration["ServerUri"], registration["ClientUri"]) == (server, client)
            assert (registration["ContactUser"], registration["Expiration"]) == (contact, expiry)
            assert registration["OutboundProxy"] == proxy
            assert registration["MaxRetries"] == "4294967295"
            assert not auth or (auth["Username"], auth["Password"]) == (user, secret)
            # Its REGISTER is for the domain of the account.
            assert aor["Contacts"] == f"{name}/{'sip:127.1.0.5:5062' if name == 'at' else server}"
    calls = {name for name, found in events.items() if found[f"EndpointDetail {name}"]["OutboundAuth"]}
    assert calls == {"first", "second", "tls", "at", "through", "callback", "challenged", B}
    told = {(account.section, account.key): account.fate.outcome for account in conversion.accounts}
    assert told["201", "host"] == "left_alone"


# A value of each that both take.
WORDED = {
    "accountcode": "4711", "callerid": '"Main" <4321>', "callgroup": "1,3-5", "callingpres": "prohib", "cid_tag": "t",
    "cos_audio": "5", "cos_video": "4", "encryption_taglen": "32", "faxdetect": "cng", "language": "de",
    "mailbox": "1@default", "media_address": "127.0.0.1", "mohsuggest": "m", "mwi_from": "mwi",
    "namedcallgroup": "a,b", "namedpickupgroup": "a", "outofcall_message_context": "m", "pickupgroup": "63",
    "recordofffeature": "automixmon", "recordonfeature": "automixmon", "rtp_engine": "asterisk", "sdpowner": "-",
    "sdpsession": "PBX 1", "session-timers": "originate", "setvar": "A=1;2", "subscribecontext": "hints",
    "tonezone": "de", "tos_audio": "ef", "tos_video": "af41", "unsolicited_mailbox": "1@default", "vmexten": "*97",
    **dict.fromkeys(("busylevel", "rtpholdtimeout", "rtpkeepalive", "rtptimeout"), "120"),
    **dict.fromkeys(("session-expires", "session-minse"), "120"),
}  # fmt: skip
IN_GENERAL = {"cos_audio", "cos_video", "media_address", "sdpowner", "sdpsession", "tos_audio", "tos_video"}
CHOSEN = [
    "directmedia=nonat",
    "directmedia=update",
    "directmedia=outgoing",
    "nat=auto_comedia",
    "dtmfmode=shortinfo",
]
CHOSEN += ["t38pt_udptl=yes,redundancy,maxdatagram=400", "sendrpid=pai\nsendrpid=rpid", "trustrpid=x"]


@pytest.mark.parametrize("version", IMAGES)
@pytest.mark.parametrize("truth", ["yes", "no"])
def test_every_wording_is_taken(version: str, truth: str, tmp_path: Path) -> None:
    lines: Dict[str, str] = {key: f"{key}={WORDED.get(key, truth)}\n".replace(";", "\\;") for key in WORDINGS}
    general = "".join(line for key, line in lines.items() if key in IN_GENERAL | {"send_diversion"})
    peers: List[str] = [line for key, line in lines.items() if key not in IN_GENERAL | {"send_diversion"}]
    text = f"[general]\n{general}[all]\n{PEER}host=127.2.0.1\n{''.join(peers)}"
    for number, line in enumerate([*peers, *CHOSEN]):
        text += f"[t{number}]\n{PEER}host=127.2.1.{number}\n{line}\n"
    conversion = converted(text)
    assert conversion.complete and conversion.remarks
    trunks = load_trunks(conversion.trunks, driver=pjsip.NAME)
    events, log = loaded(IMAGES[version], str(conversion.document), tmp_path / "etc", trunks)
    assert log == []
    assert {name for name, found in events.items() if f"EndpointDetail {name}" in found} == {
        trunk.name for trunk in trunks
    }
    endpoint = events["all"]["EndpointDetail all"]
    assert endpoint["Language"] == "de" and endpoint["RtpTimeout"] == "120"
    assert endpoint["TimersSessExpires"] == "120"
