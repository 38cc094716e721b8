# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.option_docs import (
    documented,
    has,
    numbers,
    shown,
)

XML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE docs SYSTEM "appdocsxml.dtd">
<docs>
  <application name="Dial"><synopsis>Not about files.</synopsis></application>
  <configInfo name="res_bell" language="en_US">
    <configFile name="pjsip.conf">
      <configObject name="bell">
        <configOption name="tone" default="high">
          <since><version>22.1.0</version><version>9.7.0</version></since>
          <synopsis>How it sounds</synopsis>
          <description>
            <para>One of these:</para>
            <enumlist>
              <enum name="high"><para>Shrill.</para></enum>
              <enum name="treble"><para>Alias for the <literal>high</literal>
                value.</para></enum>
              <enum name="bass"><para>Deprecated. Use <literal>low</literal>.</para></enum>
              <enum name="low"><enumlist><enum name="not-a-tone" /></enumlist></enum>
            </enumlist>
          </description>
        </configOption>
        <configOption name="ring&#47;*"><synopsis>Anything</synopsis></configOption>
        <configOption name="volume" default="">
          <synopsis>How loud</synopsis>
          <description>
            <para>This option has been deprecated in favor of <literal>tone</literal>.</para>
            <enumlist><enum name="part: &lt; a | b &gt;"/></enumlist>
          </description>
        </configOption>
        <configOption name="pull">
          <synopsis>By hand (deprecated)</synopsis>
          <description><para>Use the <literal>tone</literal> parameter instead.</para></description>
        </configOption>
        <configOption name="old"><synopsis>Some values are deprecated.</synopsis></configOption>
      </configObject>
      <configObject name="empty"><synopsis>No option</synopsis></configObject>
    </configFile>
    <configFile name="other.conf">
      <configObject name="drum"><configOption name="skin" /></configObject>
    </configFile>
  </configInfo>
</docs>
"""
HELP_16 = """\
No ethernet interface found for seeding global EID. You will have to set it manually.
bell: [category !~ /.?/]

A bell -- it rings

 It has a tone.

tone                      -- How it sounds                                              \x20
\x1b[1mring/*\x1b[0m                    -- Anything
"""
HELP_22 = """\

  -= Info about Config Object 'res_bell:bell' =-\x20

[Synopsis]
A bell

[Config Options]
tone                      -- How it sounds
pull                      -- By hand (deprecated)

  -= Info about Config Object 'res_drum:drum' =-\x20

[Config Options]
skin                      -- What it is made of
"""


def test_all_that_is_documented_is_read() -> None:
    kinds = documented(XML)
    bell = kinds["bell"]
    tone = bell.options["tone"]
    assert list(kinds) == ["bell"]
    assert (bell.name, bell.module) == ("bell", "res_bell")
    assert list(bell.options) == ["tone", "ring/*", "volume", "pull", "old"]
    assert tone.default == "high"
    assert tone.values == ("high", "treble", "bass", "low")
    assert tone.instead == {"treble": "high", "bass": "low"}
    assert tone.since == ("9.7.0", "22.1.0")
    assert not tone.deprecated and tone.replacement is None


def test_an_option_may_be_deprecated() -> None:
    options = documented(XML.encode())["bell"].options
    assert (options["volume"].deprecated, options["volume"].replacement) == (True, "tone")
    assert (options["pull"].deprecated, options["pull"].replacement) == (True, "tone")


def test_what_is_not_documented_is_empty() -> None:
    options = documented(XML)["bell"].options
    assert options["ring/*"].default is None and options["volume"].default == ""
    assert options["ring/*"].values == options["ring/*"].since == ()
    assert options["volume"].values == (), "the parts of a value are no values"


@pytest.mark.parametrize(
    "text",
    ["", "no xml", "<docs>", "<html/>", b"\xff\xfe\0", '<?xml version="1.0" encoding="klingon"?><docs/>']
    + ["<docs><configInfo><configFile name='pjsip.conf'><configObject/></configFile></configInfo></docs>"],
)
def test_another_text_documents_nothing(text: str) -> None:
    assert documented(text) == {}


def test_the_console_tells_names() -> None:
    assert {kind: list(options) for kind, options in shown(HELP_16).items()} == {"bell": ["tone", "ring/*"]}
    assert {kind: list(options) for kind, options in shown(HELP_22).items()} == {
        "bell": ["tone", "pull"],
        "drum": ["skin"],
    }
    assert shown(HELP_22)["bell"]["pull"].deprecated
    assert shown("Module res_bell not found.\ntone  -- How it sounds\n") == {}


def test_numbers_of_a_version() -> None:
    assert numbers("22.10.1~dfsg+~cs6.17") == (22, 10, 1)
    assert numbers("certified/18.9-cert5") == (18, 9)
    assert numbers("GIT-master") == ()


@pytest.mark.parametrize(
    ("version", "known"),
    [
        ("18.15.9", False),
        ("18.16.0", True),
        ("18", True),
        ("19.8.0", False),
        ("20.0.1", False),
        ("20.1.0", True),
        ("21.0.0", True),
        ("16.28.0", False),
        ("GIT-master", True),
    ],
)
def test_an_option_comes_to_each_branch_at_its_time(version: str, known: bool) -> None:
    assert has(version, ["18.16.0", "20.1.0"]) is known
