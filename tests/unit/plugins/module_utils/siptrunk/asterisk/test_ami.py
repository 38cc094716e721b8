# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import threading

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import ami

from . import recorded


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
    with recorded.ami_server("ami_lists") as port, ami.Session("127.0.0.1", port, timeout=5) as session:
        session.login("siptrunk", recorded.SECRET)
    assert len(sent) == 2 and recorded.SECRET.encode() not in b"".join(sent)
    assert b"Events: off\r\n" in sent[1]


def test_a_refused_login_says_so_without_the_secret() -> None:
    def log_in(port: int) -> None:
        with ami.Session("127.0.0.1", port, timeout=5) as session:
            session.login("siptrunk", recorded.SECRET)

    server = recorded.ami_server("ami_lists", secret="another")
    with server as port, pytest.raises(ami.AmiError, match="^Login: Authentication failed$"):
        log_in(port)


def test_a_manager_interface_that_says_nothing_does_not_hold_us_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with (
            ami.Session("127.0.0.1", port, timeout=0.05) as session,
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
        with ami.Session("127.0.0.1", server.getsockname()[1], timeout=5) as session:
            thread.join()
            with pytest.raises(ami.AmiError):
                session.ask("Ping")
