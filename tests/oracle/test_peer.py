# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers by hand, read as trunks and written again, are the same peers to chan_sip (sip show peer).

Whatever differs must have been told as a leftover of that section.
"""

from __future__ import annotations

import os
import random
import re
import time
from typing import Dict, List, Sequence, Set, Tuple

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import Trunk, load_trunks

from .cases import PEERS
from .conftest import GENERAL, Asterisk
from .shrink import check, simpler_file

COUNT = int(os.environ.get("ORACLE_N", "300"))
# chan_sip resolves and qualifies each of them, so that many at once only take longer.
PER_FILE = 50
MARK = "mark"
# The option that a line of `sip show peer` comes from, where a leftover may explain that it differs.
OPTION = {
    "Insecure": {"insecure"},
    "ACL": {"permit", "deny"},
    "Codecs": {"allow", "disallow"},
    "Prim.Transp.": {"transport", "outboundproxy"},
    "Allowed.Trsp": {"transport"},
    "Addr->IP": {"port", "transport"},
    "Qualify Freq": {"qualifyfreq", "qualify"},
    "Monitored": {"qualify"},
    "FromDomain": {"fromdomain"},
    "Def. Username": {"defaultuser", "username"},
}
# Of a trunk, the secret is one for the far end, and nobody subscribes by its name; the others are no settings.
NEVER = {"Secret", "Remote Secret", "MD5Secret", "Subscriptions", "LastMsgsSent", "Expire", "Status"}

INHERITED = {
    "nat": ("yes", "no", "force_rport", "force_rport,comedia", "comedia,force_rport", "auto_force_rport", "never"),
    "directmedia": ("yes", "no", "nonat", "update", "outgoing", "1", "off"),
    "canreinvite": ("yes", "no", "nonat"),
    "dtmfmode": ("rfc2833", "inband", "info", "auto", "shortinfo", "rfc4733"),
    "t38pt_udptl": ("yes", "no", "yes,fec", "redundancy", "yes,none", "none", "yes,redundancy,maxdatagram=400"),
    "trustrpid": ("yes", "no", "maybe"),
    "sendrpid": ("yes", "no", "pai", "rpid", "always", "1"),
    "usereqphone": ("yes", "no"),
    "context": ("default", "from-a", "b"),
    "qualify": ("yes", "no", "500", "5000", "50", "true"),
    "qualifyfreq": ("30", "120", "0", "4000", "x"),
    "allow": ("alaw", "ulaw", "g722", "alaw,gsm", "!all,ulaw", "!alaw", "alow", "all", "alaw:20", "ULAW"),
    "disallow": ("all", "all", "gsm", "h263", "alow"),
}  # fmt: skip
PEER = {
    **INHERITED,
    "encryption": ("yes", "no", "sdes"),
    "insecure": ("port,invite", "invite,port", "port", "invite", "no", "very"),
    "transport": ("udp", "tcp", "udp,tcp", "tcp,udp", "ws"),
    "port": ("5070", "5060", "0", "99999", "x"),
    "deny": ("0.0.0.0/0", "0.0.0.0/0.0.0.0", "::/0", "192.0.2.0/24"),
    "permit": ("192.0.2.0/24", "127.0.0.0/255.0.0.0", "0.0.0.0/0"),
    "fromuser": ("4321", "u"),
    "fromdomain": ("example.com", "example.com:5070"),
    "defaultuser": ("u", "digest"),
    "username": ("old",),
    "secret": ("s;cret", "x"),
    "remotesecret": ("far",),
    "md5secret": ("0123456789abcdef" * 2, "no hash"),
    "description": ("Main line", "; a \\; b"),
    "callcounter": ("yes", "no"),
    "busylevel": ("2",),
    "call-limit": ("5", "x"),
    "language": ("de",),
    "accountcode": ("4711",),
    "setvar": ("A=1", "B=2"),
    "rtptimeout": ("60",),
    "rtpkeepalive": ("15",),
    "callerid": ('"Main" <4321>', "4321"),
    "videosupport": ("yes", "no"),
    "session-timers": ("refuse", "originate"),
    "session-expires": ("900",),
    "timerb": ("20000",),
    "progressinband": ("yes", "never"),
    "callgroup": ("1",),
    "parkinglot": ("lot",),
    "unknown": ("option",),
}

Peer = Dict[str, str]


def test_peers_by_hand_are_the_same_as_trunks(asterisk: Asterisk, rng: random.Random) -> None:
    texts = [*PEERS, *(generate(rng) for _file in range(max(1, COUNT // PER_FILE)))]
    check(texts, lambda some: differences(asterisk, some), simpler_file)


def differences(asterisk: Asterisk, texts: Sequence[str]) -> List[str]:
    """What chan_sip tells otherwise of the peers of a file, and of the trunks that they are read as."""
    found: List[str] = []
    compared = refused = explained = 0
    for text in texts:
        read = chan_sip.read(load_text(GENERAL + text))
        trunks, names = loaded(read.trunks)
        # Where nobody is let in, nobody is challenged.
        closed = {trunk.calling for trunk in trunks if not trunk.inbound.trust}
        refused += len(read.trunks) - len(trunks)
        compared += len(trunks)
        told: Dict[str, Set[str]] = {}
        for leftover in read.leftovers:
            told.setdefault(leftover.section, set()).add(leftover.key.lower())
        before = shown(asterisk, GENERAL + text, names)
        written = str(chan_sip.render(trunks)).replace("[general](+)\n", "", 1)
        after = shown(asterisk, GENERAL + written, names)
        for name in names:
            for key in {**before[name], **after[name]}:
                if key in NEVER or (key == "Insecure" and name in closed):
                    continue
                was, is_now = before[name].get(key), after[name].get(key)
                if was != is_now and OPTION.get(key, set()) & told.get(name, set()):
                    explained += 1
                elif was != is_now:
                    found.append(f"{name}: {key}: {was} by hand, {is_now} as a trunk")
    print(f"{compared} peers compared, {explained} lines differ as told, {refused} are no sound trunks")
    return found


def loaded(found: List[Dict[str, object]]) -> Tuple[List[Trunk], List[str]]:
    """Those of the trunks that are sound, and the names of their sections."""
    trunks: List[Trunk] = []
    for trunk in found:
        try:
            trunks += load_trunks([trunk])
        except InvalidTrunks:
            continue
    return trunks, [trunk.calling for trunk in trunks]


def generate(rng: random.Random) -> str:
    general = "".join(some(rng, INHERITED, rng.choice((0, 0, 2, 4))))
    template = "".join(some(rng, INHERITED, rng.choice((0, 2))))
    peers = []
    for number in range(PER_FILE):
        base = rng.choice(("", "", "(base)"))
        lines = ["type=peer\n", f"host=127.0.1.{number + 1}\n", *some(rng, PEER, rng.randint(0, 8))]
        rng.shuffle(lines)
        peers.append(f"[p{number}]{base}\n{''.join(lines)}")
    return f"{general}[base](!)\n{template}{''.join(peers)}"


def some(rng: random.Random, options: Dict[str, Tuple[str, ...]], count: int) -> List[str]:
    keys = [rng.choice(list(options)) for _number in range(count)]
    return [f"{key}={rng.choice(options[key])}\n" for key in keys]


def shown(asterisk: Asterisk, text: str, names: List[str]) -> Dict[str, Peer]:
    """What chan_sip tells of the peers when it has taken *text*."""
    for number, content in enumerate((GENERAL, f"{text}[{MARK}]\ntype=peer\nhost=127.0.0.2\n")):
        asterisk.write("sip.conf", content)
        asterisk.action({"Action": "Command", "Command": "sip reload"})
        give_up = time.monotonic() + 30
        while bool(show_peer(asterisk, MARK)) != bool(number):
            assert time.monotonic() < give_up, "the reload does not end"
            time.sleep(0.05)
    return {name: show_peer(asterisk, name) for name in names}


def show_peer(asterisk: Asterisk, name: str) -> Peer:
    """The lines of `sip show peer`; empty without such a peer."""
    answer = asterisk.action({"Action": "Command", "Command": f"sip show peer {name}"})
    lines = [line.partition(": ")[2] for line in answer if line.startswith("Output: ")]
    pairs = [re.match(r"  (?:\* )?([^:]+?) *: (.*)", line) for line in lines]
    peer = {pair[1]: pair[2].strip() for pair in pairs if pair}
    if peer:
        peer["Monitored"] = str(peer["Status"] != "Unmonitored")
        if peer["Monitored"] == "False":
            del peer["Qualify Freq"]
        if peer["Insecure"] == "port" and peer["Secret"] == peer["MD5Secret"] == "<Not set>":
            # There is nothing that a call could be challenged with.
            peer["Insecure"] = "port,invite"
    return peer
