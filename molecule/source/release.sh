#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Make of Debian's source package of Asterisk what Asterisk's download site has: release.sh DIRECTORY
# Leaves there asterisk-VERSION.tar.gz, its published checksum, and the pjproject that belongs to it.
set -euo pipefail

site=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

sed 's/^deb /deb-src /' /etc/apt/sources.list > /etc/apt/sources.list.d/source.list
apt-get update
apt-get install -y bzip2 patch xz-utils
apt-get source --download-only asterisk
mkdir pristine package pjproject
tar -xf asterisk_*.orig.tar.xz -C pristine
tar -xf asterisk_*.debian.tar.xz -C package
tar -xf asterisk_*.orig-Xpjproject.tar.xz -C pjproject
asterisk=$(basename pristine/*)
pjproject=$(basename pristine/"$asterisk"/third-party/pjproject/pjproject-*.tar.bz2.md5 .tar.bz2.md5)
mv pristine/"$asterisk" pjproject/* .
mv pjsip-* "$asterisk/Xpjproject"

# Debian leaves out what is not free, and the sounds; these patches of Debian's have the rest built without it.
for name in no_download_sounds disable_ilbc pjproject_unbreak; do
  patch --directory "$asterisk" --strip 1 < package/debian/patches/*_"$name".patch
done

mv "$asterisk/Xpjproject" "$pjproject"
tar -c "$pjproject" | bzip2 --fast > "$site/$pjproject.tar.bz2"
(cd "$site" && md5sum "$pjproject.tar.bz2") > "$asterisk/third-party/pjproject/$pjproject.tar.bz2.md5"
tar -c "$asterisk" | gzip --fast > "$site/$asterisk.tar.gz"
cd "$site"
sha256sum "$asterisk.tar.gz" > "$asterisk.sha256"
sha256sum ./*.tar.*
