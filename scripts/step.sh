# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Source it: long work with progress. Needs the repository's root as working directory.

say() { # WHAT TEXT
  printf '%-9s %s\n' "$1:" "$2"
}

step() { # LOG WHAT TEXT COMMAND...: its output goes to .cache/log/LOG-WHAT.log, and is shown when it fails
  local log=.cache/log/$1-$2.log what=$2 text=$3 started=$SECONDS
  shift 3
  mkdir -p .cache/log
  say "$what" "$text ..."
  if ! "$@" > "$log" 2>&1; then
    tail -n 30 "$log" >&2
    say "$what" "FAILED; the whole log is in $log" >&2
    return 1
  fi
  say "$what" "done in $((SECONDS - started)) s"
}
