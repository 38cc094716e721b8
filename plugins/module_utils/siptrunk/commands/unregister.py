# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk unregister``: the last change is going to be undone; what chan_sip would leave of it goes before."""

from __future__ import annotations

import argparse

from .. import last_change
from ..console import show
from ..files import read_text
from ..parting import backups, part

NAME = "unregister"
HELP = "Before the last change is undone: unregister what chan_sip would leave of it."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config-dir", default="/etc/asterisk", metavar="DIR", help="default: /etc/asterisk")


def run(args: argparse.Namespace) -> int:
    """0, with a line for each trunk that comes with the change; SipTrunkError when it cannot be undone."""
    directory = args.config_dir
    last_change.restored(directory)
    change = last_change.last(directory) or last_change.Change()
    for line in part(directory, going=read_text, staying=backups(change)):
        show(line)
    return 0
