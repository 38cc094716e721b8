# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk firewall``: rules of nftables that let the providers reach Asterisk's SIP ports, and others not."""

from __future__ import annotations

import argparse
import ipaddress
import os
import socket
import subprocess
from typing import Any, Set, Tuple

from .. import expectation, last_change
from ..config.effective import load
from ..console import show
from ..drivers import chan_sip, pjsip_transports
from ..drivers.shared import Port
from ..errors import ConfigError, SipTrunkError
from ..expectation import FILENAME
from ..files import lock, put, read_text
from ..firewall import Addresses, addresses, from_json, is_one_of, passes, ruleset, to_json
from ..resolver import Resolver

NAME = "firewall"
HELP = "Print, or load, rules of nftables that let the providers reach Asterisk's SIP ports, and others not."

_STATE = "/var/lib/siptrunk/firewall.json"
_DISCARD = 9
_PRIVATE, _PRIVATE_DIRECTORY = 0o600, 0o700
_ROOMS: Tuple[Any, ...] = (chan_sip, pjsip_transports)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--expect", metavar="FILE", help=f"manifest of the trunks to let through (default: DIR/{FILENAME})"
    )
    parser.add_argument("--config-dir", default="/etc/asterisk", metavar="DIR", help="default: /etc/asterisk")
    parser.add_argument(
        "--allow",
        type=_network,
        action="append",
        default=[],
        metavar="NETWORK",
        help="let this address or network through as well, such as that of the telephones; repeated",
    )
    parser.add_argument(
        "--state",
        default=_STATE,
        metavar="FILE",
        help="the addresses that were last known, for when name servers are dead (default: %(default)s)",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--load", action="store_true", help="give the rules to nft, which loads them in one step"
    )
    what.add_argument(
        "--passes",
        type=_address,
        metavar="ADDRESS",
        help="only say, by exit code 0 or 1, whether it is let through",
    )
    what.add_argument(
        "--knows",
        type=_address,
        metavar="ADDRESS",
        help="the same of whether it must not be banned, being this host's, let through, or of a host that is called "
        "or registered at; 2 where that cannot be told",
    )


def run(args: argparse.Namespace) -> int:
    if args.passes:
        return 0 if passes(args.passes, _addresses(args), args.allow) else 1
    if args.knows:
        known = _is_ours(args.knows) or is_one_of(args.knows, _addresses(args, every=True), args.allow)
        return 0 if known else 1
    if not args.load:
        show(ruleset(_addresses(args), args.allow, _ports(args.config_dir)))
        return 0
    directory = os.path.dirname(os.path.abspath(args.state))
    os.makedirs(directory, mode=_PRIVATE_DIRECTORY, exist_ok=True)
    with lock(directory):
        # Who goes with a change is there until it is proven: to answer what unregisters, and if it is undone.
        providers = _addresses(args, going=not last_change.unproven(args.config_dir).was_nothing)
        _load(ruleset(providers, args.allow, _ports(args.config_dir)))
        if read_text(args.state) != to_json(providers):
            put(args.state, to_json(providers), _PRIVATE)
    return 0


def _is_ours(address: str) -> bool:
    """Whether this host would talk to it from the same address. Nothing is sent."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect((address, _DISCARD))
        except OSError:
            return False
        return str(one.getsockname()[0]) == address


def _addresses(args: argparse.Namespace, *, every: bool = False, going: bool = False) -> Addresses:
    path = args.expect or os.path.join(args.config_dir, FILENAME)
    manifest = read_text(path)
    if manifest is None:
        raise ConfigError(path, "there is no such file, so that nobody would be let through")
    known = read_text(args.state)
    return addresses(
        expectation.from_json(manifest, path),
        Resolver().resolve,
        from_json(known, args.state) if known is not None else {},
        every=every,
        going=going,
    )


def _ports(config_dir: str) -> Set[Port]:
    """Those that Asterisk has for SIP, with the files that there are."""
    ports: Set[Port] = set()
    for room in _ROOMS:
        main = os.path.join(config_dir, room.MAIN)
        if os.path.exists(main):
            ports |= room.listening(load(main, config_dir=config_dir))
    return ports


def _load(rules: str) -> None:
    try:
        done = subprocess.run(["nft", "-f", "-"], input=rules, text=True, capture_output=True, check=False)
    except FileNotFoundError:
        raise SipTrunkError("there is no nft here; install nftables") from None
    if done.returncode:
        raise SipTrunkError(f"nft refuses the rules: {done.stderr.strip()}")


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
