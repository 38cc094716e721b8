# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk compile``: what this host's Python makes of the sources, for all later runs."""

from __future__ import annotations

import argparse
import compileall
import importlib.util
import os
import shutil
import tempfile

from .. import bundle
from ..console import show

NAME = "compile"
HELP = f"Compile this program for the Python of this host, below {bundle.COMPILED}: it starts in half the time then."
_DIRECTORY, _FILE = 0o755, 0o644


def configure(_parser: argparse.ArgumentParser) -> None:
    """It has no options."""


def run(_args: argparse.Namespace) -> int:
    """0, with the directory when it had nothing for this Python yet. OSError where nothing may be written."""
    home = bundle.home()
    if os.path.exists(importlib.util.cache_from_source(os.path.join(home, bundle.MAIN))):
        return 0
    if os.path.isdir(home):
        # The host has got another Python.
        _compile(home, home)
    else:
        _make(home)
    show(home)
    _forget_older_than(home)
    return 0


def _make(home: str) -> None:
    os.makedirs(bundle.COMPILED, mode=_DIRECTORY, exist_ok=True)
    unfinished = tempfile.mkdtemp(dir=bundle.COMPILED)
    try:
        for name, source in bundle.sources():
            path = os.path.join(unfinished, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(source)
        _compile(unfinished, home)
        # What is there must be whole, whatever happens to the host.
        os.sync()
        os.rename(unfinished, home)
    except OSError:
        # Somebody else may have been faster.
        if not os.path.isdir(home):
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _compile(directory: str, home: str) -> None:
    """Compile what is in *directory* and will be in *home*, for all to read, whatever the umask is."""
    compileall.compile_dir(directory, ddir=home, quiet=2)
    for path, _directories, files in os.walk(directory):
        os.chmod(path, _DIRECTORY)
        for name in files:
            os.chmod(os.path.join(path, name), _FILE)


def _forget_older_than(home: str) -> None:
    """The one before may still run."""
    others = [entry for entry in os.scandir(bundle.COMPILED) if entry.path != home]
    for other in sorted(others, key=lambda entry: entry.stat().st_mtime)[:-1]:
        shutil.rmtree(other.path, ignore_errors=True)
