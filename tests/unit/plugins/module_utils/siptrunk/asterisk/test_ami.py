# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import ami

from . import recorded


def access(port: int, **more: Any) -> ami.Access:
    return ami.Access("127.0.0.1", port, "siptrunk", recorded.SECRET, **more)


def messages(chunks: list[bytes]) -> list[ami.Message]:
    framing = ami.Framing()
    return [message for chunk in chunks for message in framing.feed(chunk)]


def test_messages_do_not_depend_on_how_the_bytes_arrive() -> None:
    data = recorded.wire("ami_lists")
    whole = messages([data])
    assert len([message for message in whole if message.get("Event") == "RegistryEntry"]) == 9
    assert messages([data[i : i + 1] for i in range(len(data))]) == whole


def test_a_message_that_ends_with_a_line_end_too_many_does_not_spoil_the_next() -> None:
    data = (
        b"Asterisk Call Manager/5.0.4\r\nMessage: Peer nope not found.\r\n\r\n\r\nResponse: Success\r\n\r\n"
    )
    assert messages([data]) == [{"Message": "Peer nope not found."}, {"Response": "Success"}]


def test_something_else_that_listens_on_the_port_is_noticed() -> None:
    with pytest.raises(ami.AmiError, match="not Asterisk"):
        messages([b"SSH-2.0-OpenSSH_8.4p1\r\n"])


@pytest.mark.parametrize("recording", ["pjsip16_ami", "pjsip22_ami"])
def test_accounts_of_pjsip_are_dropped_unread(recording: str) -> None:
    data = recorded.wire(recording)
    assert data.count(b"Event: AuthDetail") == 11
    for size in (1, len(data)):
        framing = ami.Framing()
        taken = [one for i in range(0, len(data), size) for one in framing.feed(data[i : i + size])]
        assert "masked-password" not in repr((taken, vars(framing)))
        answer = ami.Answer("5")
        for message in taken:
            if message.get("ActionID") == "5":
                answer.take(message)
        assert answer.complete and len(answer.entries) == 11


def answer_to(action_id: str) -> ami.Answer:
    answer = ami.Answer(action_id)
    for message in messages([recorded.wire("ami_lists")]):
        answer.take(message)
    return answer


def test_an_answer_takes_only_what_belongs_to_its_action() -> None:
    registry = answer_to("3")
    assert registry.complete
    assert {entry["Event"] for entry in registry.entries} == {"RegistryEntry"}
    assert {entry["Event"] for entry in answer_to("4").entries} == {"PeerEntry"}


def test_an_answer_without_a_list_is_complete_at_once() -> None:
    answer = ami.Answer("1")
    answer.take({"Response": "Success", "ActionID": "1", "Challenge": "5"})
    assert answer.complete and answer.response["Challenge"] == "5"


def test_a_list_is_not_complete_before_its_last_event() -> None:
    answer = ami.Answer("3")
    answer.take({"Response": "Success", "ActionID": "3", "EventList": "start"})
    assert not answer.complete


def test_a_list_with_a_hole_is_an_error() -> None:
    answer = ami.Answer("3")
    answer.take({"Response": "Success", "ActionID": "3", "EventList": "start"})
    answer.take({"Event": "RegistryEntry", "ActionID": "3"})
    with pytest.raises(ami.AmiError, match="2 entries were announced, 1 came"):
        answer.take(
            {"Event": "RegistrationsComplete", "ActionID": "3", "EventList": "Complete", "ListItems": "2"}
        )


def test_an_action_of_a_module_that_is_not_loaded_is_an_error_of_its_own() -> None:
    answer = ami.Answer("3")
    with pytest.raises(ami.UnknownAction):
        for message in messages([recorded.wire("ami_no_chan_sip")]):
            answer.take(message)


def test_a_login_does_not_send_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    encode = ami.encode
    monkeypatch.setattr(ami, "encode", lambda *args: sent.append(encode(*args)) or encode(*args))
    with recorded.ami_server("ami_lists") as port, ami.Session(access(port), timeout=5) as session:
        session.login("siptrunk", recorded.SECRET)
    assert len(sent) == 2 and recorded.SECRET.encode() not in b"".join(sent)
    assert b"Events: off\r\n" in sent[1]


def test_a_refused_login_says_so_without_the_secret() -> None:
    def log_in(port: int) -> None:
        with ami.Session(access(port), timeout=5) as session:
            session.login("siptrunk", recorded.SECRET)

    server = recorded.ami_server("ami_lists", secret="another")
    with server as port, pytest.raises(ami.AmiError, match="^Login: Authentication failed$"):
        log_in(port)


def test_a_manager_interface_that_says_nothing_does_not_hold_us_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with (
            ami.Session(access(port), timeout=0.05) as session,
            pytest.raises(ami.AmiError, match="timed out"),
        ):
            session.ask("Ping")


def test_one_that_goes_away_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept_and_leave() -> None:
            connection, _peer = server.accept()
            connection.close()

        thread = threading.Thread(target=accept_and_leave)
        thread.start()
        with ami.Session(access(server.getsockname()[1]), timeout=5) as session:
            thread.join()
            with pytest.raises(ami.AmiError):
                session.ask("Ping")


GREETING = b"Asterisk Call Manager/5.0.4\r\n"
STARTED = b"Response: Success\r\nActionID: 1\r\nEventList: start\r\n\r\n"
ENTRY = b"Event: Entry\r\nActionID: 1\r\nName: x\r\n\r\n"
COMPLETE = b"Event: Complete\r\nActionID: 1\r\nEventList: Complete\r\nListItems: 1\r\n\r\n"


@contextlib.contextmanager
def hostile(begin: bytes, again: bytes = b"") -> Iterator[int]:
    """What listens on a port, sends *begin*, and then *again* for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _peer = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(begin)
                while again:
                    connection.sendall(again)
                connection.recv(1000)
                connection.recv(1000)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def asked(port: int, timeout: float) -> list[ami.Message]:
    with ami.Session(access(port), timeout=timeout) as session:
        return session.entries("Anything", "Name")


@pytest.mark.parametrize(
    ("begin", "again", "reason"),
    [
        (b"", b"", "timed out"),
        (GREETING, b"", "timed out"),
        (GREETING + STARTED + ENTRY, b"", "timed out"),
        (GREETING + STARTED, ENTRY * 1000, "not answered within|more than 50000 entries"),
        (GREETING, b"Event: Other\r\nPrivilege: all\r\n\r\n" * 1000, "not answered within|longer than"),
        (GREETING + STARTED, b"x" * 10000, "a message is longer than 65536"),
        (GREETING + STARTED, b"Name: x\r\n" * 1000, "a message is longer than 65536"),
        (GREETING + STARTED, b"Event: AuthDetail\r\n" * 1000, "not answered within|longer than"),
        (b"", bytes(range(256)) * 100, "not Asterisk's manager interface"),
        (b"Asterisk Call Manager/", b"5" * 10000, "not Asterisk's manager interface"),
        (GREETING + STARTED + ENTRY.replace(b"Name", b"Other") + COMPLETE, b"", "an entry has no Name"),
        (GREETING + STARTED + ENTRY * 2 + COMPLETE, b"", "1 entries were announced, 2 came"),
        (GREETING + b"Response: Error\r\nActionID: 1\r\nMessage: \x1b[2J\r\n\r\n", b"", r"Anything: \?\[2J$"),
    ],
)
def test_whatever_listens_there_we_come_to_an_end(begin: bytes, again: bytes, reason: str) -> None:
    began = time.monotonic()
    with hostile(begin, again) as port, pytest.raises(ami.AmiError, match=reason):
        asked(port, 0.3)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("limit", "reason"), [("ANSWER_LIMIT", "longer than 1000"), ("ENTRY_LIMIT", "than 1000 entries")]
)
def test_what_endless_lists_take_is_bounded(limit: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami, limit, 1000)
    with hostile(GREETING + STARTED, ENTRY * 1000) as port, pytest.raises(ami.AmiError, match=reason):
        asked(port, 30)


def test_events_in_between_do_not_matter() -> None:
    event = b"Event: Registry\r\nPrivilege: system,all\r\nStatus: Registered\r\n\r\n"
    other = ENTRY.replace(b"ActionID: 1", b"ActionID: 2")
    with hostile(GREETING + event.join([STARTED, other, ENTRY, COMPLETE])) as port:
        assert [entry["Name"] for entry in asked(port, 5)] == ["x"]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_of_accounts_no_octet_is_kept(size: int) -> None:
    data = GREETING + b"Event: AuthDetail\r\nActionID: 1\r\nPassword: s3cret\r\nRealm: x\r\n\r\n" + ENTRY
    framing, taken = ami.Framing(), []
    for start in range(0, len(data), size):
        taken += framing.feed(data[start : start + size])
        held = b"".join(value for value in vars(framing).values() if isinstance(value, bytes))
        assert b"Passw" not in held and b"s3cre" not in held
    assert [entry["Name"] for entry in taken] == ["x"]


def test_what_an_account_is_asked_with_is_not_shown() -> None:
    assert recorded.SECRET not in repr(access(5038))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the name localhost, signed by itself, with its key."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    command += " -addext subjectAltName=DNS:localhost"
    files = ["-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@contextlib.contextmanager
def over_tls(certificate: Path) -> Iterator[int]:
    """A manager interface that knows one list."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _peer = server.accept()
            with (
                connection,
                contextlib.suppress(OSError),
                context.wrap_socket(connection, server_side=True) as tls,
            ):
                tls.sendall(GREETING + STARTED + ENTRY + COMPLETE)
                tls.recv(1000)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_tls_is_verified(certificate: Path) -> None:
    trusted = {"tls": True, "authorities": f"{certificate}.crt"}
    with over_tls(certificate) as port:
        here = access(port, **trusted)._replace(host="localhost")
        with ami.Session(here, timeout=5) as session:
            assert session.entries("Anything", "Name")
    with over_tls(certificate) as port, pytest.raises(ami.AmiError, match="(?i)mismatch|not valid for"):
        ami.Session(access(port, **trusted), timeout=5)
    with over_tls(certificate) as port, pytest.raises(ami.AmiError, match="(?i)self.signed"):
        ami.Session(access(port, tls=True)._replace(host="localhost"), timeout=5)


def test_an_authority_that_is_not_there_is_an_error_of_ours(certificate: Path) -> None:
    with over_tls(certificate) as port, pytest.raises(ami.AmiError, match="no TLS"):
        ami.Session(access(port, tls=True, authorities="/nonexistent.pem"), timeout=5)
