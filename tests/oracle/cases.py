# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases that are tried in every run: picked by hand, and what generated ones have shown."""

from __future__ import annotations

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.register_line import RegisterLine

# Values of register, as they stand in sip.conf.
LINES = (
    # Asterisk's own test, sip_parse_register_line_test.
    "name@domain",
    "name:pass@domain",
    "name@namedomain:pass:authuser@domain",
    "name@namedomain:pass:authuser@domain/extension",
    "tcp://name@namedomain:pass:authuser@domain/extension",
    "tls://name@namedomain:pass:authuser@domain/extension~111",
    "peer?tcp://name@namedomain:pass:authuser@domain:1234/extension~111",
    "peer?name@namedomain:pass:authuser@domain:1234/extension~111",
    "peer?name:pass:authuser:1234/extension~111",
    "@domin:1234",
    "name@namedomain:4321:pass:authuser@domain",
    "name@namedomain:4321::@domain",
    # Nothing, or too little.
    "",
    "name",
    "name@",
    "@",
    "?@h",
    "peer?@h",
    # Each character that a secret may have, and what protects it.
    "alice:p@ss@h",
    'alice:"p@ss"@h',
    "alice:p~#=,!*&%${}<>'^@h",
    "alice:a:b@h",
    "alice:a:b:c@h",
    "alice:a:b:c:d@h",
    'alice:"a:b"@h',
    "alice:p?ss@h",
    "?alice:p?ss@h",
    "peer?alice:p?ss@h",
    "alice:p/ss@h",
    "alice:p//ss@h",
    "alice:pw/@h",
    "udp://alice:p/ss/@h",
    "alice:p;ss@h",
    "alice:p\\;ss@h",
    'alice:p"w@h',
    'alice:p"w:bob@h',
    "alice:p(w@h",
    "alice:p(w:bob@h",
    "alice:p[w:bob@h",
    'alice:"p[w":bob@h',
    'alice:"p(w)":bob@h',
    "alice:pw)]:bob@h",
    "alice:pw\\@h",
    "alice:pw\\@h:5070",
    "alice:pw\\:bob@h",
    'alice:"pw\\":bob@h:5070',
    'alice:":":":bob@h',
    # Blanks and quotes around a field.
    " alice : pw @ h : 5070 / 12 ~ 60 ",
    'alice:" pw "@h',
    'alice:""pw""@h',
    'alice:"@h',
    '"alice":"pw":"bob"@"h"/"12"~"60"',
    # What follows the host, in each order.
    "alice@h:5070/12~60",
    "alice@h~60/12",
    "alice@h~60:5070",
    "alice@h/12:5070~60",
    "alice@h/a/b:c?d",
    'alice@h/""',
    "alice@h~",
    "alice@h~0",
    "alice@h~-1",
    "alice@h~60~70",
    "alice@h~0x3c",
    "alice@h~4294967297",
    "alice@h~99999999999999999999",
    "alice@h:",
    "alice@h:0",
    "alice@h:65535",
    "alice@h:65536",
    "alice@h:5070abc",
    "alice@h: +5070",
    "alice@h:4294972366",
    "alice@h:" + "0" * 30 + "5070",
    # IPv6, which has the separator of the port in it.
    "alice:pw@[2001:db8::1]",
    "alice:pw@[2001:db8::1]:5070/12",
    "alice:pw@2001:db8::1",
    "alice@[2001:db8::2]:pw@[2001:db8::1]",
    # Transports.
    "TLSv1://alice@h",
    "tcp//alice@h",
    "wss://alice@h",
    "peer?//alice@h",
    "sip:alice:pw@h",
    "sip:alice@h",
    # Cut after 255 bytes, of which some characters have two.
    "alice:" + "x" * 240 + "@h.example.com",
    "alice:" + "x" * 300 + "@h",
    "alice:" + "é" * 123 + "@hh",
    "alice:" + "é" * 123 + "@hhh",
    "alice@" + "h" * 248 + "\\",
    "alice@h\udcff",
)

# Lines to be rendered, each of a user of its own.
WANTED = (
    RegisterLine("bracket", "127.0.0.1", secret="a(b", port=5099, extension="1", expiry=60),
    RegisterLine("quote", "127.0.0.1", secret='a"b', port=5099, extension='"', expiry=60),
    RegisterLine("backslash", "127.0.0.1", secret="a\\", port=5099),
    RegisterLine("slash", "127.0.0.1", transport="tcp", secret="a/b?c:d"),
    RegisterLine("question", "127.0.0.1", auth_user="question?:", secret="a?b"),
    RegisterLine(
        "domain", "127.0.0.1", domain="[2001:db8::1]", domain_port=5070, secret="a:b", auth_user="x/y"
    ),
    RegisterLine("port", "127.0.0.1", domain_port=5070, secret="a", auth_user="y"),
)

# Secrets, each in an account of its own at a real registrar.
SECRETS = (
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
    "",
    "a:b",
    "a?b",
    "a/b",
    "a//b",
    "a@b",
    "a;b",
    "a;--b",
    "a~b",
    'a"b',
    '"a"',
    '""',
    '"',
    "a(b",
    "a[b",
    "a)b]",
    "a\\",
    "\\",
    "a\\\\;b",
    " a",
    "a ",
    "\ta\t",
    ':":',
    '":"',
    "#a",
    "=>a",
    "%s%n${a}",
    "é漢🎉",
    "\udcff",
    # About as long as they can be.
    "s" * 100,
    "s" * 182,
    "s" * 184,
    "s" * 185,
    "s" * 186,
    "s" * 187,
    "s" * 188,
    "s" * 200,
    "s" * 255,
    "s" * 300,
)

# Sets of configuration files; Asterisk reads x.conf.
CONFIGS = (
    {"x.conf": "[a](!)\nk=1\n[b](a)\nk=2\n[b](+)\nk=3\n[a](+)\nk=4\n"},
    {"x.conf": "[t](!)\nk=1\n[t](+TEMPLATES=include)\nk=2\n[a](t)\n"},
    {"x.conf": "[a]\nk=1;2\nk=1\\;2\nk=1\\\\;2\nk=a--;b\nk=hidden\n;--\nhidden=2\n--;\nk=seen\n"},
    {
        "x.conf": "\ufeff[a]\r\nk = v \r\n\t#include x1.conf\r\nk=back in a\r\n",
        "x1.conf": "k=in a\n[b]\nk=in b\n",
    },
    {"x.conf": "[a]\n#tryinclude nosuch.conf\nk=1\n#include nosuch.conf\nk=2\n"},
    {"x.conf": "[a]\nk = >v\nk => v\nk =>> v\n\\[k=1\n\\#k=2\nk+=more\n"},
)
# Peers after [general] that once were other peers when they had become trunks.
PEERS = (
    "sendrpid=pai\n[p]\ntype=peer\nhost=127.0.1.1\nsendrpid=rpid\nsendrpid=no\n",
    "[p]\ntype=peer\nhost=127.0.1.1\nsendrpid=pai\nsendrpid=rpid\nsendrpid=always\n",
    "t38pt_udptl=yes,redundancy,maxdatagram=400\n[p]\ntype=peer\nhost=127.0.1.1\nt38pt_udptl=none\n",
    "[p]\ntype=peer\nhost=127.0.1.1\nnat=force_rport,comedia\nnat=never\n",
    "[p]\ntype=peer\nhost=127.0.1.1\nnat=true\n",
    "[p]\ntype=peer\nhost=127.0.1.1\nnat=comedia\nnat=force_rport,off\n",
    "nat=auto_comedia\n[p]\ntype=peer\nhost=127.0.1.1\nnat=force_rport,auto_force_rport\n",
    "[p]\ntype=peer\nhost=127.0.1.1\ncall-limit=x\ncallcounter=no\ncall-limit=5\n",
    "allow=g722\n[p]\ntype=peer\nhost=127.0.1.1\nallow=!alaw,gsm\ndisallow=h263\nallow=ULAW\n",
    "[p]\ntype=peer\nhost=127.0.1.1\nremotesecret=far\nfromuser=u\ntransport=tcp,udp\n",
    "qualifyfreq=20\n[t](!)\nqualify=500\n[p](t)\ntype=peer\nhost=127.0.1.1\nqualify=no\nqualify=yes\n",
)
# Trunks that all drivers make the same of, tried in every run; the hosts are those of test_same_trunk.py.
TRUNKS = (
    {
        "name": "domain",
        "provider": {"host": "one.test", "port": 5099},
        "registration": {"user": "domain", "secret": "s", "domain": "example.net", "contact": "12#%"},
        "inbound": {"trust": []},
        "nat": {"keepalive": 0},
    },
    {
        "name": "proxy",
        "provider": {"host": "127.0.0.3", "outbound_proxy": "[::1]:5099", "transport": "tcp"},
        "registration": {"user": "proxy", "secret": "s", "domain": "example.net", "auth_user": "p[]"},
        "inbound": {"trust": ["192.0.2.1"], "permit": ["192.0.2.0/24"]},
        "nat": {"keepalive": 0},
    },
    {
        "name": "unencrypted-by-name",
        "provider": {"host": "several.test"},
        "registration": {"user": "several#~!$&'=", "secret": "a;b", "contact": "~!$&'=*.+#x"},
        "inbound": {"trust": []},
        "nat": {"keepalive": 0},
    },
    {
        "name": "encrypted",
        "provider": {"host": "six.test", "transport": "tls"},
        "registration": {"user": "encrypted", "secret_md5": "0123456789abcdef" * 2, "domain": "2001:db8::1"},
        "inbound": {"trust": ["192.0.2.2", "2001:db8:8::1"]},
        "nat": {"keepalive": 0},
    },
)
