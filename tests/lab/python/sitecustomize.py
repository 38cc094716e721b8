# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep what Python compiles of zip files, which is how Ansible sends its modules.

Python keeps nothing of them, and to compile them is more than half of what a module costs.
"""

import _imp
import marshal
import os
import sys
import zipimport

KEPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), sys.implementation.cache_tag)
compiled = zipimport._compile_source


def kept(path, source):
    """The code of *source*, which another zip file may have brought."""
    file = os.path.join(KEPT, _imp.source_hash(0, source).hex())
    if os.path.exists(file):
        with open(file, "rb") as stream:
            return marshal.load(stream)
    code = compiled(path, source)
    os.makedirs(KEPT, exist_ok=True)
    unfinished = f"{file}.{os.getpid()}.{os.urandom(4).hex()}"
    with open(unfinished, "wb") as stream:
        marshal.dump(code, stream)
    os.rename(unfinished, file)
    return code


zipimport._compile_source = kept
# What a module starts is not meant.
os.environ.pop("PYTHONPATH", None)
