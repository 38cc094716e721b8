# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk settle``: the last change works; nothing of it is left to be done, at the provider neither."""

from __future__ import annotations

import argparse
import time

from .. import last_change
from ..console import show
from ..files import lock, read_text
from ..parting import backups, part

NAME = "settle"
HELP = "Note that the last change works, and unregister what chan_sip has left of it."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config-dir", default="/etc/asterisk", metavar="DIR", help="default: /etc/asterisk")


def run(args: argparse.Namespace) -> int:
    """0, with a line for each trunk that chan_sip has left at its provider."""
    directory = args.config_dir
    change = last_change.unproven(directory)
    for line in part(directory, going=backups(change), staying=read_text, names=change.left):
        show(line)
    with lock(directory):
        # What somebody has changed in the meantime is not what works.
        if last_change.unproven(directory) == change:
            last_change.settle(directory, time.time())
    return 0
