# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine as one executable file (a zip application, PEP 441) for a PBX."""

from __future__ import annotations

import hashlib
import importlib.resources
import io
import os
import zipfile
from typing import Any, Iterator, List, Tuple

# It needs nothing of this host but Python: no packages, and no variables of whoever runs it, which may be root.
_SHEBANG = b"#!/usr/bin/python3 -IS\n"
_PACKAGE = "siptrunk"
# A zip file holds no code for whatever Python a PBX has, and to compile it each time is half of what a command costs.
COMPILED = "/usr/local/lib/siptrunk"
MAIN = f"{_PACKAGE}/__main__.py"
_MAIN = """\
import sys
from os.path import isdir

# What `siptrunk compile` has made of these very sources.
if isdir({home!r}):
    sys.path[0] = {home!r}
from {package}.__main__ import main

sys.exit(main())
"""
# The earliest time that a zip file can hold.
_TIME = (1980, 1, 1, 0, 0, 0)
_REGULAR_0644 = 0o100644 << 16


def build() -> bytes:
    """The file's content; the same sources always give the same bytes."""
    content = io.BytesIO(_SHEBANG)
    content.seek(0, io.SEEK_END)
    with zipfile.ZipFile(content, "a") as archive:
        main = _MAIN.format(home=home(), package=_PACKAGE).encode()
        for name, source in [("__main__.py", main), *sources()]:
            member = zipfile.ZipInfo(name, _TIME)
            member.external_attr = _REGULAR_0644
            member.create_system = 3
            member.compress_type = zipfile.ZIP_STORED
            archive.writestr(member, source)
    return content.getvalue()


def sources() -> List[Tuple[str, bytes]]:
    """The path and the content of each file, sorted."""
    return sorted(_sources(importlib.resources.files(__name__.rpartition(".")[0]), _PACKAGE))


def home() -> str:
    """Where these sources are looked for, compiled: a directory that no others have."""
    digest = hashlib.sha256()
    for name, source in sources():
        digest.update(f"{name} {len(source)}\n".encode() + source)
    return os.path.join(COMPILED, digest.hexdigest()[:16])


def _sources(directory: Any, path: str) -> Iterator[Tuple[str, bytes]]:
    for entry in directory.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _sources(entry, name)
        elif name.endswith(".py"):
            yield name, entry.read_bytes()
