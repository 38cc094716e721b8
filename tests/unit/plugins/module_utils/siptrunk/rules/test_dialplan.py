# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Dict, List, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_texts
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.books import findings
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.rule import Finding

PEER = "[provider]\ntype=peer\nhost=192.0.2.1\ninsecure=port,invite\ncontext=from-provider\n"
TELEPHONE = "[100]\ntype=friend\nhost=dynamic\nsecret=geheim\ncontext=inside\n"
SIP = "[general]\nallowguest=no\n" + PEER
PJSIP = (
    "[provider]\ntype=endpoint\naors=provider\nidentify_by=ip\ncontext=from-provider\nallow=alaw\n"
    "[provider]\ntype=aor\ncontact=sip:sip.example.com\n[provider]\ntype=identify\nendpoint=provider\nmatch=192.0.2.1\n"
)
OUT = "[out]\nexten => _0X.,1,Dial(SIP/${EXTEN}@provider)\nexten => 911,1,Answer()\n"
DIAL = "Dial(SIP/${EXTEN}@provider)"


def of(files: Dict[str, str]) -> List[Finding]:
    """What this family finds."""
    return [one for one in findings(from_texts(files)) if one.rule.startswith("DIAL")]


def found(extensions: str, sip: str = SIP) -> List[Tuple[str, int]]:
    """Rules and lines; the first line of the extensions stands in [from-provider]."""
    files = {"sip.conf": sip, "extensions.conf": f"[from-provider]\n{extensions}"}
    return [(one.rule, (one.line or 0) - 1) for one in of(files)]


def fraud(extensions: str, sip: str = SIP) -> bool:
    return "DIAL001" in [rule for rule, _line in found(extensions + OUT, sip)]


@pytest.mark.parametrize(
    ("extensions", "out"),
    [
        # The same calls are made to Asterisk in the test of the same name there.
        ("exten => _X.,1,Goto(out,${EXTEN},1)\n", True),
        ("exten => _X.,1,Goto(out,911,1)\n", False),
        ("exten => _X.,1,Dial(Local/${EXTEN}@out)\n", True),
        ("exten => _[0-4]X.,1,GotoIf($[1]?out,${EXTEN:0:10},1)\n", True),
        ("exten => _X.,1,Set(NUMBER=${EXTEN})\nsame => n,Dial(${TRUNK}/${NUMBER})\n", True),
        ("exten => _X.,1,Answer()\ninclude => out\n", False),
        ("exten => _X.,2,Answer()\ninclude => out\n", True),
        ("exten => _1X.,1,Answer()\ninclude => out\n", True),
    ],
)
def test_ways_out(extensions: str, out: bool) -> None:
    assert fraud(extensions + "[globals]\nTRUNK=SIP/provider\n") == out


@pytest.mark.parametrize(
    ("extensions", "out"),
    [
        ("include => out\n", True),
        ("include => middle\n[middle]\ninclude => from-provider\ninclude => out\n", True),
        ("include => out,09:00-17:00,mon-fri,*,*\n", True),
        (
            "exten => _0.,1,NoOp()\nsame => n(there),Goto(here)\nsame => n(here),Goto(out,${EXTEN:1},1)\n",
            True,
        ),
        ("exten => _0.,1,Hangup()\nsame => n,Goto(out,${EXTEN},1)\n", False),
        ("exten => _9X.,1,Goto(0${EXTEN:1},1)\ninclude => out\n", True),
        ("exten => _0X.,1,Goto(9${EXTEN:1},1)\ninclude => out\n", False),
        ("exten => 100,1,Goto(out,0${CALLERID(num)},1)\n", False),
        # Subroutines.
        ("exten => _X.,1,Gosub(dial,s,1(${EXTEN}))\n[dial]\nexten => s,1,Dial(SIP/provider/${ARG1})\n", True),
        ("exten => _X.,1,Gosub(dial,s,1(0900))\n[dial]\nexten => s,1,Dial(SIP/provider/${ARG1})\n", False),
        ("exten => _X.,1,GosubIf($[1]?dial,${EXTEN},1)\n[dial]\nexten => _X.,1," + DIAL + "\n", True),
        (
            "exten => _X.,1,Macro(dial,${EXTEN})\n[macro-dial]\nexten => s,1,Dial(SIP/provider/${ARG1})\n",
            True,
        ),
        ("exten => _X.,1,ExecIf($[1]?Goto(out,${EXTEN},1):Hangup())\n", True),
        ("exten => _X.,1,ExecIf($[1]?Set(N=1${EXTEN}))\nsame => n,Dial(SIP/${N}@provider)\n", True),
        ("exten => _X.,1,TryExec(Dial(SIP/${EXTEN}@provider))\n", True),
        ("exten => _X.,1,RetryDial(busy,5,2,SIP/${EXTEN}@provider)\n", True),
        # Who dials on.
        ("exten => 100,1,Answer()\nsame => n,WaitExten()\ninclude => out\n", True),
        ("exten => 100,1,Goto(menu,s,1)\n[menu]\nexten => s,1,Background(hello)\ninclude => out\n", True),
        ("exten => 100,1,DISA(no-password,out)\n", True),
        ("exten => 100,1,DISA(1234,out)\n", False),
        ("exten => 100,1,Authenticate(1234)\nsame => n,DISA(no-password,out)\n", False),
        ("exten => 100,1,Read(N,dial)\nsame => n,Dial(SIP/provider/${N})\n", True),
        ("exten => 100,1,Read(PIN,dial)\nsame => n,GotoIf($[${PIN} = 7]?out,0900,1)\n", False),
        # Several destinations, options, old and new spellings.
        ("exten => _X.,1,Dial(SIP/100&SIP/${EXTEN}@provider,30,r)\n", True),
        ("exten => _X.,1,Dial(sip/provider/${FILTER(0-9,${EXTEN:1})},30)\n", True),
        ("exten => _X.,1,Dial(SIP/${EXTEN}@sip.example.com:5062)\n", True),
        ("exten => _X./0301234567,1," + DIAL + "\n", True),
        ("exten => _ZNX-XXXXXX,1," + DIAL + "\n", True),
        ("EXTEN => _X!,1," + DIAL + "\n", True),
        # One's own range of numbers, few numbers, or no choice at all.
        ("exten => _X.,1,Dial(SIP/provider/0301234567)\n", False),
        ("exten => 100,1," + DIAL + "\n", False),
        ("exten => _1XX,1," + DIAL + "\n", False),
        ("exten => _4930123.,1," + DIAL + "\n", False),
        ("exten => _X.,1,Dial(SIP/provider/4930123${EXTEN})\n", False),
        ("exten => _X.,1,Dial(SIP/${DB(forward/${EXTEN})}@provider)\n", False),
        ("exten => _X.,1,Dial(SIP/${EXTEN})\n", False),
        # What nobody dials is followed, but not what leads nowhere, or is no place at all.
        ("exten => _X.,1,Goto(${SOMEWHERE},${EXTEN},1)\n", False),
        ("exten => _X.,1,Goto(out,${EXTEN},5)\n", False),
    ],
)
def test_toll_fraud(extensions: str, out: bool) -> None:
    assert fraud(extensions) == out


@pytest.mark.parametrize(
    ("sip", "out"),
    [
        (SIP, True),
        # Calls that are asked for a password, or come from nowhere.
        (SIP.replace("insecure=port,invite", "secret=geheim"), False),
        (SIP.replace("insecure", "secret=geheim\ninsecure"), True),
        (SIP + "deny=0.0.0.0/0.0.0.0\n", False),
        (SIP.replace("192.0.2.1", "dynamic"), False),
        # A PBX of the house, whose calls go out through a provider; and one behind a provider.
        (SIP.replace("192.0.2.1", "10.0.0.1"), False),
        (
            SIP.replace("=from-provider", "=x")
            + PEER.replace("provider", "pbx", 1).replace("192.0.2.1", "pbx.lan"),
            False,
        ),
        # But a provider may have an address that looks like one of the house.
        (
            SIP.replace("no\n", "no\nregister => user:geheim@10.0.0.1\n").replace("192.0.2.1", "10.0.0.1"),
            True,
        ),
        (SIP.replace("192.0.2.1", "10.0.0.1\nremotesecret=geheim"), True),
        # Guests.
        (
            SIP.replace("=no", "=yes\ncontext=from-provider").replace(
                "=from-provider\n[", "=from-provider\n["
            ),
            True,
        ),
        ("[general]\nallowguest=yes\ncontext=from-provider\n" + PEER.replace("from-provider", "x"), True),
        ("[general]\nallowguest=no\ncontext=from-provider\n" + PEER.replace("from-provider", "x"), False),
        ("[general]\ncontext=from-provider\n" + PEER.replace("from-provider", "x"), True),
        (
            "[general]\nallowguest=no\ncontext=from-provider\n" + PEER.replace("context=from-provider\n", ""),
            True,
        ),
    ],
)
def test_callers(sip: str, out: bool) -> None:
    assert fraud("include => out\n", sip) == out


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        # Between two carriers, calls are passed on; with telephones beside them, it is another matter.
        ("", False),
        (TELEPHONE, True),
        ("[general](+)\nregister => user:geheim@192.0.2.1\n", True),
    ],
)
def test_transit(more: str, expected: bool) -> None:
    sip = SIP + PEER.replace("provider", "other").replace("192.0.2.1", "198.51.100.1") + more
    assert fraud("exten => _X.,1,Dial(SIP/${EXTEN}@other)\n[from-other]\n", sip) == expected


@pytest.mark.parametrize("where", ["DAHDI/g1/${EXTEN}", "IAX2/other/${EXTEN}", "${UNKNOWN}/${EXTEN}"])
def test_other_technologies(where: str) -> None:
    """They may lead to an old PBX; but not where telephones call out so."""
    lines = f"include => lines\n[lines]\nexten => _X.,1,Dial({where})\n"
    assert not fraud(lines)
    assert not fraud(f"{lines}[inside]\nexten => 100,1,Answer()\n", SIP + TELEPHONE)
    assert fraud(f"{lines}[inside]\ninclude => lines\n", SIP + TELEPHONE)
    assert not fraud(lines.replace("${EXTEN}", "0301234567"), SIP + TELEPHONE)


@pytest.mark.parametrize(
    ("pjsip", "out"),
    [
        (PJSIP, True),
        (PJSIP.replace("aors=", "auth=a\naors="), False),
        (PJSIP.replace("type=identify", "type=other"), False),
        (PJSIP.replace("from-provider", "x"), False),
        (PJSIP.replace("from-provider", "x") + "[anonymous]\ntype=endpoint\ncontext=from-provider\n", True),
        (PJSIP.replace("sip.example.com", "10.0.0.1"), False),
        (PJSIP.replace("sip.example.com", "10.0.0.1").replace("aors", "outbound_auth=a\naors"), True),
    ],
)
@pytest.mark.parametrize("dial", ["${EXTEN}@provider", "provider/sip:${EXTEN}@sip.example.com"])
def test_pjsip(pjsip: str, out: bool, dial: str) -> None:
    extensions = f"[from-provider]\nexten => _X.,1,Dial(PJSIP/{dial})\n[x]\n"
    assert [one.rule for one in of({"pjsip.conf": pjsip, "extensions.conf": extensions})] == ["DIAL001"] * out


def test_wizard() -> None:
    wizard = (
        "[provider]\ntype=wizard\nremote_hosts=sip.example.com:5060\nendpoint/context=from-provider\n"
        "sends_auth=yes\nendpoint/allow=alaw\n"
    )
    extensions = "[from-provider]\nexten => _X.,1,Dial(PJSIP/${EXTEN}@provider)\n"
    files = {"pjsip_wizard.conf": wizard, "extensions.conf": extensions}
    assert [one.rule for one in of(files)] == ["DIAL001"]
    assert of({**files, "pjsip_wizard.conf": wizard + "accepts_auth=yes\n"}) == []


def test_words() -> None:
    """The place is what leads out of the provider's context; the text says where to, and tells no value."""
    files = {
        "sip.conf": SIP,
        "extensions.conf": "[from-provider]\ninclude => middle\n[middle]\ninclude => out\n" + OUT,
    }
    (finding,) = of(files)
    assert (finding.section, finding.option, finding.line, finding.part) == (
        "from-provider",
        "include",
        2,
        "middle",
    )
    assert finding.why == (
        "whoever calls through [provider] can make calls at your expense: Dial() in [out], extensions.conf:6, takes "
        "the number that the caller chose"
    )


def test_the_place_of_a_jump() -> None:
    lines = "exten => _X.,1,NoOp()\nsame => n,Goto(out,${EXTEN},1)\n" + OUT
    (finding,) = of({"sip.conf": SIP, "extensions.conf": "[from-provider]\n" + lines})
    assert (finding.line, finding.part) == (3, "Goto")


@pytest.mark.parametrize(
    ("rule", "extensions", "lines"),
    [
        ("DIAL004", "exten => 1,1,Answer()\ninclude => x\n", [2]),
        ("DIAL004", "exten => 1,1,Answer()\ninclude => x,09:00-17:00,*,*,*\n[X]\n", [2]),
        ("DIAL004", "include => x\n[x]\ninclude => y\n", [3]),
        ("DIAL004", "include => parkedcalls\ninclude => ${WHERE}\n[unused]\ninclude => z\n", []),
        ("DIAL005", "exten => 1,1,Goto(x,1,1)\n", [1]),
        ("DIAL005", "exten => 1,1,Dial(Local/1@x)\nsame => n,Macro(y)\nsame => n,Gosub(z,s,1)\n", [1, 2, 3]),
        (
            "DIAL005",
            "exten => 1,1,Goto(2,1)\nexten => 2,1,Goto(${X},1,1)\n[unused]\nexten => 1,1,Goto(x,1,1)\n",
            [],
        ),
        ("DIAL006", "exten => _.,1,Answer()\nsame => n,Hangup()\n", [1]),
        ("DIAL006", "exten => _!,1,Answer()\n", [1]),
        ("DIAL006", "exten => _.,1,Answer()\nexten => h,1,NoOp()\n", []),
        (
            "DIAL006",
            "exten => _X!,1,Answer()\nexten => _[a-z].,1,Answer()\n[unused]\nexten => _.,1,Answer()\n",
            [],
        ),
        ("DIAL007", "exten => 1,1,Answer()\nexten => 2,n,Answer()\nsame => n,Hangup()\n", [2]),
        ("DIAL007", "exten => 1,2,Answer()\n", [1]),
        # It may begin in another place, or with a label, to be jumped to; or be a hint only.
        ("DIAL007", "exten => _X.,1,NoOp()\nexten => 12,2,Answer()\n", []),
        ("DIAL007", "exten => 1,50000(there),Answer()\nexten => 2,hint,SIP/2\n", []),
        ("DIAL008", "exten => 1,1,Answer()\nexten => 1,1,Hangup()\n", [2]),
        ("DIAL008", "exten => 1,1,Answer()\nexten => 1/2,1,Hangup()\nexten => 2,1,Hangup()\n", []),
        ("DIAL009", "extn => 1,1,Answer()\nexten => 2,1,Answer()\n", [1]),
        (
            "DIAL009",
            "exten => 1,1,NoOp()\nSame => n,NoOp()\nignorepat => 9\nswitch => DUNDi/x\nautohints=yes\n",
            [],
        ),
        ("DIAL010", "exten => 1,n,Answer()\nexten => 2,1,Answer()\n", [1]),
        ("DIAL010", "exten => 1,1,Answer()\nsame => n,Hangup()\nexten => 2,hint,SIP/2\n", []),
    ],
)
def test_lines(rule: str, extensions: str, lines: List[int]) -> None:
    assert [line for one, line in found(extensions) if one == rule] == lines


def test_what_another_file_says_first_is_meant_to() -> None:
    extensions = "[from-provider]\nexten => 1,1,Answer()\n"
    files = {
        "sip.conf": SIP,
        "extensions.conf": "#include own.conf\n" + extensions,
        "own.conf": extensions,
    }
    assert of(files) == []


@pytest.mark.parametrize(
    ("sip", "expected"),
    [
        (SIP, []),
        (SIP.replace("=from", "=From"), [("DIAL002", 7, "context")]),
        # Not said, or for nobody.
        (SIP.replace("context=from-provider\n", ""), []),
        # A telephone's counts as well.
        (SIP.replace("=from", "=From").replace("192.0.2.1", "dynamic"), [("DIAL002", 7, "context")]),
        (SIP.replace("=from", "=From") + "deny=0.0.0.0/0\n", []),
        (SIP.replace("=from-provider", "=written-in-ael"), []),
    ],
)
def test_missing_context(sip: str, expected: List[Tuple[str, int, str]]) -> None:
    files = {
        "sip.conf": sip,
        "extensions.conf": "[from-provider]\nexten => 1,1,Answer()\n",
        "extensions.ael": "context written-in-ael {\n}\n",
    }
    assert [(one.rule, one.line, one.option) for one in of(files)] == expected
    parts = from_texts(files, parts=True)
    assert [one for one in findings(parts) if one.rule.startswith("DIAL")] == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("register => u:geheim@192.0.2.1/100", []),
        ("register => u:geheim@192.0.2.1", []),
        ("register => u:geheim@192.0.2.1/200", ["DIAL003"]),
        ("register => u:geheim@192.0.2.1/0301234567", []),
        # Nobody knows what comes from there.
        ("register => u:geheim@198.51.100.1/200", []),
    ],
)
def test_unanswered_number(line: str, expected: List[str]) -> None:
    extensions = "[from-provider]\nexten => 100,1,Answer()\nexten => _03.,1,Answer()\n"
    files = {"sip.conf": SIP.replace("no\n", f"no\n{line}\n", 1), "extensions.conf": extensions}
    assert [one.rule for one in of(files)] == expected
    assert of({**files, "extensions.conf": extensions + "switch => Realtime/x\n"}) == []


def test_unanswered_number_of_others() -> None:
    """DIAL003: of callbackextension, and of a registration of chan_pjsip."""
    extensions = "[from-provider]\nexten => 100,1,Answer()\n"
    for number, rules in (("100", []), ("200", ["DIAL003"])):
        sip = SIP + f"callbackextension={number}\ndefaultuser=u\n"
        assert [one.rule for one in of({"sip.conf": sip, "extensions.conf": extensions})] == rules
        for more in ("", "endpoint=provider\nline=yes\n"):
            registration = f"[r]\ntype=registration\nserver_uri=sip:sip.example.com\ncontact_user={number}\n"
            files = {"pjsip.conf": PJSIP + registration + more, "extensions.conf": extensions}
            assert [one.rule for one in of(files)] == rules
