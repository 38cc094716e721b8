# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One exchange with whoever a URI leads to: asked, challenged, sent elsewhere, answered, and put in order again.

Challenges are answered (RFC 3261, section 22), redirections followed (8.1.3.4), the next target taken when one fails
(RFC 3263, section 4.3), each a bounded number of times, and all before one deadline. Sockets are the Wire's business.
"""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass, field, replace
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from ..errors import SipTrunkError
from .conversation import EVENT, Conversation, Step
from .credentials import Credentials, NotAccepted
from .dns import NoAnswer
from .grammar import Malformed, Params, number
from .locate import SERVICES, Target
from .message import Request, Response
from .requests import Dialog, Fields, Party, Way, capabilities, invitation, offer, registrar, request
from .transaction import CALLING, PROCEEDING, ClientTransaction, cancellation
from .values import NameAddr, Uri, Via
from .wire import Interrupted, Place, Wire, WireError

OPTIONS, REGISTER, INVITE = "OPTIONS", "REGISTER", "INVITE"
ACCEPTED, CHALLENGED, REFUSED, SILENT = "accepted", "challenged", "refused", "silent"
REDIRECTED, MALFORMED, UNTRUSTED, UNREACHABLE = "redirected", "malformed", "untrusted", "unreachable"
INTERRUPTED = "interrupted"
# The better of several targets' outcomes stands further back.
_BY_KNOWLEDGE = (UNREACHABLE, UNTRUSTED, SILENT, MALFORMED, REFUSED)

# A redirection leads to another one so often, a request is repeated with credentials so often.
REDIRECTIONS = 5
ROUNDS = 5
# Seconds that an own contact is bound for, should nobody be able to remove it, and the most that a registrar may want.
EXPIRES = 60
_LONGEST_EXPIRES = 86400
# Seconds of the time that are kept to end a call or to remove a contact, or this part of it when it is short.
ENDING = 3.0
_ENDING_PART = 3
_USER = "siptrunk"
_FOLLOWED = (300, 301, 302)
_RINGING = 180

Locate = Callable[[Uri, Optional[str]], Sequence[Target]]


@dataclass(frozen=True)
class Wish:
    """What is asked.

    method: OPTIONS, REGISTER or INVITE
    uri: whom; for REGISTER, the account at its registrar
    transport: udp, tcp or tls; None lets the URI and DNS decide
    sender: who asks, for From; None: the account where there is one, an own address otherwise
    user, secret: to answer challenges with; None: they are not answered
    bind: REGISTER an own contact and remove it; without it, ask only which ones there are
    remove: REGISTER that this contact, the URI as the registrar has it, is not there any more
    timeout: seconds for all of it
    """

    method: str
    uri: Uri
    transport: Optional[str] = None
    sender: Optional[Uri] = None
    user: Optional[str] = None
    secret: Optional[str] = field(default=None, repr=False)
    bind: bool = False
    timeout: float = 10.0
    remove: Optional[str] = None

    @property
    def harmless(self) -> bool:
        """Nothing rings, and nothing is changed."""
        return self.method == OPTIONS or (self.method == REGISTER and not self.bind)


class Contact(NamedTuple):
    """An address that an answer names; expires: seconds."""

    uri: str
    expires: Optional[int] = None


@dataclass(frozen=True)
class Outcome:
    """What came of an exchange.

    outcome: one of the words above; cause: the same more exactly, where there is more to say
    detail: the same for people
    status, reason: of the answer that decided
    target, own: where it came from, and our end
    round_trip: seconds to the first answer to the request that decided
    contacts: bindings of a REGISTER, new addresses of a redirection
    left_behind: what could not be put in order; None when all is as before
    steps, unseen, noise: as in Conversation; elapsed: seconds of all
    """

    outcome: str
    cause: Optional[str]
    detail: str
    status: Optional[int] = None
    reason: Optional[str] = None
    target: Optional[Target] = None
    own: Optional[Place] = None
    round_trip: Optional[float] = None
    contacts: Tuple[Contact, ...] = ()
    left_behind: Optional[str] = None
    steps: Tuple[Step, ...] = ()
    unseen: int = 0
    noise: int = 0
    elapsed: float = 0.0


class Exchange:
    """draw: text that nobody can guess, for tags, branches and the like"""

    def __init__(
        self, wish: Wish, wire: Wire, locate: Locate, draw: Callable[[], str] = lambda: secrets.token_hex(8)
    ) -> None:
        self._wish, self._wire, self._locate, self._draw = wish, wire, locate, draw
        self._talk = Conversation(wire)
        self._began = wire.now()
        self._deadline = self._began + wish.timeout
        self._reserve = 0.0 if wish.harmless else min(ENDING, wish.timeout / _ENDING_PART)
        self._decided_by = self._deadline - self._reserve
        self._credentials = (
            Credentials(wish.user, wish.secret, draw)
            if wish.user is not None and wish.secret is not None
            else None
        )
        self._call_id, self._tag, self._cseq = draw(), draw(), 0
        self._way = Way("udp", Place("", 0))
        self._opened = self._began
        # What may have to be put in order: a call, with those who answered it by their tags, and a contact.
        self._invite: Optional[ClientTransaction] = None
        self._dialogs: Dict[Optional[str], Dialog] = {}
        self._unclear: Optional[str] = None
        self._bound_at: Optional[Uri] = None
        # Why the last challenge was not answered.
        self._why: Tuple[str, str] = ("", "")
        self._last_provisional: Optional[Response] = None

    def run(self) -> Outcome:
        """All of it, within the time; a call is ended and a contact removed whatever happens."""
        try:
            outcome = self._follow()
        except Interrupted:
            self._talk.note(EVENT, "interrupted")
            outcome = Outcome(INTERRUPTED, None, "somebody ended this before there was an answer")
            self._deadline = min(self._deadline, self._wire.now() + self._reserve)
        except BaseException:
            self._end()
            raise
        try:
            left_behind = self._end()
        except Interrupted:
            # Whoever interrupts does not want a call to stay up.
            left_behind = self._end()
        return replace(
            outcome,
            left_behind=left_behind,
            steps=tuple(self._talk.steps),
            unseen=self._talk.unseen,
            noise=self._talk.noise,
            elapsed=self._wire.now() - self._began,
        )

    # Where it goes

    def _follow(self) -> Outcome:
        uri, transport = self._wish.uri, self._wish.transport
        been: Set[str] = set()
        while True:
            been.add(str(uri).lower())
            outcome = self._at_targets(uri, transport)
            if outcome.status not in _FOLLOWED:
                return outcome
            if self._wish.method == INVITE:
                return _but(outcome, "not_followed", "a call goes nowhere but where it was sent")
            further = _uris(outcome.contacts)
            unknown = [one for one in further if str(one).lower() not in been]
            if not unknown:
                why = "that was asked already" if further else "it names no SIP address"
                return _but(outcome, "redirect_loop" if further else "not_followed", why)
            if len(been) > REDIRECTIONS:
                return _but(outcome, "too_many_redirects", f"that was the {len(been)}th of them")
            # Whoever asked for TLS does not want to be sent elsewhere in clear.
            transport = "tls" if outcome.target and outcome.target.transport == "tls" else None
            uri = unknown[0]

    def _at_targets(self, uri: Uri, transport: Optional[str]) -> Outcome:
        """The answer of the first target that is there; if none is, what is known best."""
        try:
            targets = self._targets(uri, transport)
        except NoAnswer as error:
            return Outcome(UNREACHABLE, "no_name_server", f"{uri.host}: {error}")
        if not targets:
            return Outcome(UNREACHABLE, "unresolved", f"{uri.host} leads to no address")
        best: Optional[Outcome] = None
        for place, target in enumerate(targets):
            now = self._wire.now()
            if best and now >= self._decided_by:
                break
            outcome = self._at(uri, target, self._share(now, len(targets) - place))
            if not self._fails_over(outcome):
                return outcome
            if best is None or _knowledge(outcome) > _knowledge(best):
                best = outcome
        return best or Outcome(SILENT, "no_answer", "there was no time to ask")

    def _targets(self, uri: Uri, transport: Optional[str]) -> Sequence[Target]:
        """Raises NoAnswer."""
        wanted = transport or _transport(uri)
        return self._locate(uri, wanted) if uri.host and wanted in (None, *SERVICES) else ()

    def _share(self, now: float, left: int) -> float:
        """Until when one of so many targets is asked. A call is given all the time: it must not ring twice."""
        return self._decided_by if self._wish.method == INVITE else now + (self._decided_by - now) / left

    def _fails_over(self, outcome: Outcome) -> bool:
        if self._invite and self._invite.state in (CALLING, PROCEEDING):
            return False
        return outcome.status == 503 or (
            outcome.status is None and outcome.outcome in (SILENT, UNREACHABLE, UNTRUSTED)
        )

    def _at(self, uri: Uri, target: Target, until: float) -> Outcome:
        self._opened = self._wire.now()
        try:
            self._way = Way(target.transport, self._talk.open(target, until))
            return replace(self._answered(uri, until), target=target, own=self._way.own)
        except WireError as error:
            if target.transport == "udp":
                # It came back: nobody has got it.
                self._invite = self._bound_at = None
            where = f"{target.transport} {Place(target.address, target.port)}"
            return Outcome(error.outcome, error.cause, f"{where}: {error.detail}", target=target)

    # What is asked there

    def _answered(self, uri: Uri, until: float) -> Outcome:
        self._last_provisional = None
        expires = EXPIRES
        while True:
            transaction, response = self._ask(functools.partial(self._request, uri, expires), until)
            if response is None:
                return self._silence()
            if response.status >= 300:
                self._bound_at = None
            longer = _min_expires(response, expires) if self._wish.bind else None
            if longer is None or expires > EXPIRES:
                return self._judged(response, transaction)
            expires = longer

    def _ask(self, make: Callable[[], Request], until: float) -> Tuple[ClientTransaction, Optional[Response]]:
        """Send a request, and again with credentials when it is challenged; the answer that decides."""
        if self._credentials:
            self._credentials.begin()
        for _round in range(ROUNDS):
            asked = make()
            transaction = self._talk.begin(asked, until)
            if asked.method == INVITE:
                self._invite = transaction
            response = self._decisive(transaction, until)
            if response is None or response.status not in (401, 407) or not self._learned(response):
                return transaction, response
        self._why = ("too_many_challenges", f"it asks for credentials again and again, {ROUNDS} times")
        return transaction, response

    def _decisive(self, transaction: ClientTransaction, until: float) -> Optional[Response]:
        while True:
            told = self._next(until)
            if told and told[0] is transaction:
                if told[1].status >= 200 or (told[1].status == _RINGING and transaction is self._invite):
                    return told[1]
                self._last_provisional = told[1]
            if transaction.timed_out or self._wire.now() >= until:
                return None

    def _next(self, until: float) -> Optional[Tuple[ClientTransaction, Response]]:
        """The next answer; each that accepts the call is acknowledged, whoever waits for what."""
        told = self._talk.next(until)
        if told and told[0] is self._invite and 200 <= told[1].status < 300:
            self._acknowledge(told[0].request, told[1], until)
        return told

    def _learned(self, response: Response) -> bool:
        if self._credentials is None:
            self._why = ("no_credentials", "there are no credentials to answer with")
            return False
        try:
            self._credentials.learn(response)
        except NotAccepted as error:
            self._why = ("credentials", str(error))
        except (SipTrunkError, Malformed) as error:
            self._why = ("unanswerable", str(error))
        else:
            return True
        return False

    def _request(self, uri: Uri, expires: int) -> Request:
        method, wish = self._wish.method, self._wish
        where = registrar(uri) if method == REGISTER else replace(uri, headers=())
        more: List[Tuple[str, str]] = [*self._authorization(method, str(where))]
        body = b""
        if method == OPTIONS:
            more += capabilities()
        elif method == INVITE:
            more += invitation(self._way.contact(_USER, wish.uri.scheme))
            body = offer(self._way.own, secrets.randbelow(2**31))
        elif wish.bind:
            self._bound_at = uri
            more += self._binding(expires)
        elif wish.remove:
            more += _expiring(wish.remove, 0)
        return request(method, str(where), self._party(), self._counted(), self._via(), more, body)

    def _party(self) -> Party:
        wish = self._wish
        account = _account(wish)
        own = wish.sender or account or self._way.contact(_USER, wish.uri.scheme)
        to = account if wish.method == REGISTER and account else wish.uri
        bare = [Uri(one.scheme, one.user, host=one.host) for one in (own, to)]
        return Party(NameAddr(bare[0], params=Params([("tag", self._tag)])), NameAddr(bare[1]), self._call_id)

    def _binding(self, expires: int) -> Fields:
        account = _account(self._wish)
        user = account.user if account and account.user else _USER
        contact = self._way.contact(user, self._wish.uri.scheme)
        return _expiring(str(contact), expires)

    def _authorization(self, method: str, uri: str) -> Fields:
        return self._credentials.fields(method, uri) if self._credentials else ()

    def _counted(self) -> int:
        self._cseq += 1
        return self._cseq

    def _via(self) -> Via:
        return self._way.via(self._draw())

    # What the answer means

    def _judged(self, response: Response, transaction: ClientTransaction) -> Outcome:
        shown = f"{response.status} {response.reason}".strip()
        # Any other answer names only where its sender is.
        told = self._wish.method == REGISTER or 300 <= response.status < 400
        found = Outcome(
            REFUSED,
            None,
            shown,
            status=response.status,
            reason=response.reason,
            round_trip=transaction.round_trip,
            contacts=_contacts(response) if told else (),
        )
        if response.status == _RINGING:
            return replace(found, outcome=ACCEPTED, cause="ringing")
        if response.status < 300:
            return replace(found, outcome=ACCEPTED)
        if response.status < 400:
            return replace(found, outcome=REDIRECTED)
        if response.status in (401, 407):
            cause, why = self._why
            known = cause in ("credentials", "too_many_challenges")
            return replace(_but(found, cause, why), outcome=REFUSED if known else CHALLENGED)
        return found

    def _silence(self) -> Outcome:
        seconds = f"{self._wire.now() - self._opened:.1f} s"
        last = self._last_provisional
        if last and last.status > 100 and self._wish.method == INVITE:
            shown = f"{last.status} {last.reason}".strip()
            return Outcome(
                ACCEPTED,
                "in_progress",
                f"{shown}, and nothing more within {seconds}",
                last.status,
                last.reason,
            )
        if last:
            return Outcome(SILENT, "provisional_only", f"only {last.status} {last.reason} within {seconds}")
        if self._talk.malformed:
            return Outcome(MALFORMED, "malformed", f"what came is no answer: {self._talk.malformed}")
        if self._talk.noise:
            more = f"{self._talk.noise} messages that are no answer, the last one {self._talk.last_noise}"
            return Outcome(SILENT, "noise_only", f"no answer within {seconds}, but {more}")
        return Outcome(SILENT, "no_answer", f"no answer within {seconds}")

    # What is put in order

    def _end(self) -> Optional[str]:
        """End what was begun; what may be left of it."""
        try:
            if self._invite:
                return self._hang_up(self._invite)
            if self._bound_at:
                return self._unbind(self._bound_at)
        except WireError as error:
            what = "the call may be up" if self._invite else "the contact may stay until it expires"
            return f"{what}: {error.detail}"
        return None

    def _hang_up(self, invite: ClientTransaction) -> Optional[str]:
        self._cancel(invite)
        if invite.state == PROCEEDING:
            return "the call was cancelled, and nobody said that it has ended"
        left = self._unclear
        ended: Set[Optional[str]] = set()
        # A proxy may have let several answer.
        while set(self._dialogs) - ended:
            tag = (set(self._dialogs) - ended).pop()
            ended.add(tag)
            left = self._bye(invite.request, self._dialogs[tag]) or left
        return left

    def _cancel(self, invite: ClientTransaction) -> None:
        """Until somebody says that nobody is called any more, or has answered before."""
        try:
            self._cancel_here(invite)
        except WireError:
            # Of what nobody has answered yet nobody knows, and who picks up does not find us.
            if invite.state == PROCEEDING:
                self._way = Way(self._way.transport, self._talk.reopen(self._deadline))
                self._cancel_here(invite)

    def _cancel_here(self, invite: ClientTransaction) -> None:
        cancelled = False
        while invite.state in (CALLING, PROCEEDING) and self._wire.now() < self._deadline:
            # Before a provisional answer nobody would know what is meant (section 9.1).
            if invite.state == PROCEEDING and not cancelled:
                cancelled = True
                self._talk.begin(cancellation(invite.request), self._deadline)
            self._next(self._deadline)

    def _bye(self, invite: Request, dialog: Dialog) -> Optional[str]:
        """First where the call was made; where that does not help, where the answer says."""
        now = self._wire.now()
        if self._is_ended(dialog, now + (self._deadline - now) / 2):
            return None
        try:
            for target in self._targets(dialog.next_hop, None)[:1]:
                self._way = Way(target.transport, self._talk.open(target, self._deadline))
                self._talk.send(self._ack(invite, dialog), self._deadline)
        except (NoAnswer, WireError):
            pass
        if self._is_ended(dialog, self._deadline):
            return None
        return "the call may be up: nobody confirmed its end"

    def _is_ended(self, dialog: Dialog, until: float) -> bool:
        def bye() -> Request:
            fields = self._authorization("BYE", dialog.target)
            return dialog.request("BYE", self._counted(), self._via(), fields)

        try:
            _transaction, response = self._ask(bye, until)
        except WireError:
            return False
        return response is not None and (response.status < 300 or response.status == 481)

    def _acknowledge(self, invite: Request, answer: Response, until: float) -> None:
        try:
            dialog = self._dialogs.setdefault(answer.to.tag, Dialog.of(invite, answer))
        except Malformed as malformed:
            self._unclear = f"the call may be up: its answer cannot be understood: {malformed.reason}"
            return
        self._talk.send(self._ack(invite, dialog), until)

    def _ack(self, invite: Request, dialog: Dialog) -> Request:
        # With the INVITE's own credentials, for nobody may challenge an ACK (section 22.1).
        fields = [(name, value) for name, value in invite.headers if name.endswith("Authorization")]
        return dialog.request("ACK", invite.cseq.number, self._via(), fields)

    def _unbind(self, uri: Uri) -> Optional[str]:
        _transaction, response = self._ask(lambda: self._request(uri, 0), self._deadline)
        if response is not None and response.status < 300:
            return None
        answer = f"{response.status} {response.reason}" if response else "no answer"
        return f"the contact stays until it expires: {answer} to its removal"


def _expiring(contact: str, expires: int) -> Fields:
    return [("Contact", f"<{contact}>;expires={expires}"), ("Expires", str(expires))]


def _but(outcome: Outcome, cause: str, why: str) -> Outcome:
    return replace(outcome, cause=cause, detail=f"{outcome.detail}: {why}")


def _knowledge(outcome: Outcome) -> int:
    return _BY_KNOWLEDGE.index(outcome.outcome)


def _account(wish: Wish) -> Optional[Uri]:
    """Whose the credentials or bindings are."""
    if wish.method == REGISTER and wish.uri.user:
        return wish.uri
    return replace(wish.uri, user=wish.user) if wish.user else None


def _contacts(response: Response) -> Tuple[Contact, ...]:
    """Those that can be read, the preferred first."""
    found: List[Tuple[float, Contact]] = []
    for text in response.headers.all("Contact"):
        try:
            address = NameAddr.parse(text)
            expires = address.params.get("expires")
            seconds = number(expires, 2**32 - 1, "expires") if expires else None
        except Malformed:
            continue
        found.append((-_preference(address), Contact(str(address.uri), seconds)))
    return tuple(contact for _q, contact in sorted(found, key=lambda one: one[0]))


def _preference(address: NameAddr) -> float:
    try:
        return float(address.params.get("q") or 1)
    except ValueError:
        return 0.0


def _uris(contacts: Sequence[Contact]) -> List[Uri]:
    """Those that somebody could be asked at."""
    uris = [Uri.parse(contact.uri) for contact in contacts]
    return [uri for uri in uris if uri.host and (_transport(uri) or "udp") in SERVICES]


def _transport(uri: Uri) -> Optional[str]:
    named = uri.params.get("transport")
    return named.lower() if named else None


def _min_expires(response: Response, asked: int) -> Optional[int]:
    """What a 423 asks for (section 10.2.8), if it is more than was asked and not for ever."""
    wanted = response.headers.get("Min-Expires") if response.status == 423 else None
    try:
        seconds = number(wanted, _LONGEST_EXPIRES, "Min-Expires") if wanted else 0
    except Malformed:
        return None
    return seconds if seconds > asked else None
