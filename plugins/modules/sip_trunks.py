#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: sip_trunks
short_description: Manage the SIP trunks of an Asterisk PBX
version_added: 0.1.0
author:
  - The telephony.asterisk authors (@telephony-asterisk)
description:
  - Makes a list of SIP trunks true in Asterisk's configuration, all trunks of a host in one call.
  - The trunks are validated as a whole before anything is written; when one of them cannot work, nothing changes.
  - The trunks live in files of their own, C(pjsip_trunks.conf) or C(sip_trunks.conf), C(extensions_trunks.conf) and
    C(sip_trunks.json), which C(pjsip.conf) or C(sip.conf), and C(extensions.conf) pull in by one C(#tryinclude) line
    each, and with O(manager_user) also in C(manager_trunks.conf) and C(manager.conf). Nothing else is touched. A
    section elsewhere with the name of one of ours is refused.
  - C(sip_trunks.conf) also closes the C([general]) section to guests (C(allowguest=no)) and makes refusals equal for
    known and unknown callers (C(alwaysauthreject=yes)).
  - With chan_pjsip a trunk is known by the address of its provider alone (C(identify_by=ip)), and its registration
    never gives up.
  - When the driver changes, the trunks leave the file of the other one in the same call, and RV(reload) begins with the
    command that stops them there.
  - The module does not reload Asterisk; RV(reload) says which commands make the change take effect. The role
    P(telephony.asterisk.trunk#role) does that, and proves that the trunks work.
requirements:
  - Python 3.9 or newer on the managed host
attributes:
  check_mode:
    description: Can run in check mode and predict exactly what would change.
    support: full
  diff_mode:
    description: Shows what changes in each file, with secrets masked. A secret that is new in the file is marked.
    support: full
  idempotent:
    description: Changes nothing when the files are already as declared.
    support: full
  platform:
    description: Where the module runs.
    platforms: posix
    support: full
  action_group:
    description: The action groups that the module belongs to.
    support: full
    membership:
      - telephony.asterisk.trunks
options:
  trunks:
    description:
      - The trunks. One trunk is one account at one provider.
      - Quote what consists of digits, such as users, numbers and passwords; YAML reads C(0123) as 83. What arrives
        as a number is refused where it can be seen.
      - Needed for all states but V(gathered) and V(parsed); for V(deleted) only their names count, and without any all
        trunks go, and all routes, if there are no O(routes) given either.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the trunk, unique on the host. It begins the names of its sections and contexts, such as
            C([smartvox-in]) and C(from-smartvox).
          - Letters, digits, dot, underscore and hyphen; no digit in front, so that no caller's number equals it.
        type: str
        required: true
      description:
        description: A comment for people, written above the trunk's sections.
        type: str
      enabled:
        description: A trunk that is not enabled stays declared and is not configured. Defaults to V(true).
        type: bool
      provider:
        description: Where the provider is. Required, except for O(state=deleted) and O(state=merged).
        type: dict
        suboptions:
          host:
            description: Name or address of the provider's registrar and proxy. Never V(dynamic).
            type: str
          port:
            description: Its port; without one DNS SRV and then 5060 (5061 for TLS) apply.
            type: int
          transport:
            description: The transport to it. Defaults to V(udp).
            type: str
            choices: [udp, tcp, tls]
          outbound_proxy:
            description: A proxy that all requests to the provider go through, as C(host) or C(host:port).
            type: str
      registration:
        description: The account that registers at the provider. Without it the trunk works by addresses alone.
        type: dict
        suboptions:
          user:
            description: The account's user name. Required, except where O(state=merged) finds it in the files.
            type: raw
          secret:
            description:
              - Its password. Keep it in a vault. Either this or O(trunks[].registration.secret_md5) is required.
              - A password that a register line cannot carry goes through the trunk's outbound section.
            type: raw
          secret_md5:
            description: The MD5 of C(user:realm:password) in hexadecimal (RFC 2617, HA1), instead of the password.
            type: raw
          domain:
            description: Domain of the address of record, where it is not the provider's host.
            type: str
          auth_user:
            description: User name of the digest authentication, where it is not the user.
            type: raw
          contact:
            description:
              - User part of our Contact, the C(/1234) at the end of a register line. The provider puts it into its
                INVITE. Without it calls arrive for C(s).
            type: raw
          expiry:
            description: Seconds after which we register anew; the provider may grant less. Defaults to V(1800).
            type: int
          retry_interval:
            description:
              - Seconds between two tries to register. Asterisk's own default without it.
              - chan_sip has one for all trunks, so that they cannot differ. chan_pjsip waits 300 s after an answer that
                will hardly change soon, such as 403, and goes on for ever.
            type: int
      inbound:
        description: Calls from the provider.
        type: dict
        suboptions:
          trust:
            description:
              - Host names or addresses whose calls are accepted without a challenge. Defaults to the provider's host.
                With an empty list nobody is let in.
              - Single hosts only; a network is refused. Of a name, chan_pjsip trusts all addresses, chan_sip one.
            type: list
            elements: str
          permit:
            description:
              - Networks that calls must come from, whatever the names of the hosts resolve to. Without them the
                trusted hosts alone decide.
            type: list
            elements: str
          context:
            description:
              - Dialplan context in which these calls arrive. Defaults to C(from-NAME). Trunks may share one that is
                yours, but none to which O(trunks[].inbound.numbers) of one of them are written.
            type: str
          numbers:
            description:
              - Called numbers, or dialplan patterns, and where their calls go; each holds C(goto), with a target
                C(context,extension,priority) of the dialplan.
              - The word C(default) stands for all numbers that are not there, and for calls without a number. Without
                it Asterisk answers them with 404 and logs the number and the trunk.
            type: dict
          trust_identity:
            description:
              - Believe the caller's number in Remote-Party-ID and P-Asserted-Identity. Defaults to V(false).
            type: bool
      outbound:
        description: Calls to the provider. A context C(to-NAME) dials them.
        type: dict
        suboptions:
          auth:
            description:
              - How our calls authenticate. V(same) uses the account that registers, V(own) the user and the secret
                given here, V(none) nothing.
              - Defaults to V(same) for a trunk that registers, to V(none) otherwise.
            type: str
            choices: [same, none, own]
          user:
            description: User name for O(trunks[].outbound.auth=own).
            type: raw
          secret:
            description: Password for O(trunks[].outbound.auth=own).
            type: raw
          secret_md5:
            description: MD5 of C(user:realm:password) for O(trunks[].outbound.auth=own), instead of the password.
            type: raw
          from_user:
            description: User part of From in our calls. Defaults to the user of the account.
            type: raw
          from_caller:
            description: From has the number of whoever calls instead. Defaults to V(false).
            type: bool
          from_domain:
            description: Domain part of From in our calls.
            type: str
          context:
            description: Dialplan context that dials through this trunk. Defaults to C(to-NAME).
            type: str
          max_channels:
            description: So many calls at once may leave through this trunk. Unlimited by default.
            type: int
          caller_id:
            description: Number that our calls show. Without it, the one of whoever calls.
            type: raw
          identity_header:
            description:
              - Where calls show the caller's number besides From, in Remote-Party-ID (V(rpid)) or P-Asserted-Identity
                (V(pai)). Defaults to V(none).
            type: str
            choices: [none, rpid, pai]
          user_phone:
            description: Mark the numbers in addresses with C(;user=phone). Defaults to V(false).
            type: bool
      media:
        description: What the calls carry.
        type: dict
        suboptions:
          codecs:
            description: Codecs in order of preference. Defaults to V([alaw, ulaw]).
            type: list
            elements: str
          dtmf:
            description: How digits are sent. Defaults to V(rfc4733).
            type: str
            choices: [rfc4733, inband, info, auto]
          direct:
            description: Let media flow past the PBX. Defaults to V(false).
            type: bool
          srtp:
            description:
              - Encrypt media, with the keys in the SDP for V(sdes). Then calls without encryption are refused.
              - Defaults to V(none).
            type: str
            choices: [none, sdes]
          t38:
            description:
              - Fax over UDPTL, without error correction for V(udptl), with that of V(fec) or V(redundancy).
              - Defaults to V(none).
            type: str
            choices: [none, udptl, fec, redundancy]
      nat:
        description: Address translation between the PBX and the provider.
        type: dict
        suboptions:
          keepalive:
            description: Seconds between OPTIONS requests that keep the mapping open; V(0) for none. Defaults to V(30).
            type: int
          keepalive_timeout:
            description: >-
              Milliseconds without an answer after which the provider counts as unreachable. Defaults to V(2000).
            type: int
          symmetric:
            description: Answer to the address and port that a packet came from. Defaults to V(true).
            type: bool
      sections:
        description:
          - Names of the trunk's sections, where they are not C(NAME-in), C(NAME-in2) and so on, and C(NAME-out); with
            chan_pjsip, of its endpoint, where it is not C(NAME). For trunks whose sections other parts of the
            configuration name, such as a dialplan written by hand.
        type: dict
        suboptions:
          inbound:
            description: >-
              Sections that calls come in through, in the order of O(trunks[].inbound.trust). Not for chan_pjsip, whose
              endpoint calls and is called.
            type: list
            elements: str
          outbound:
            description: Section that calls go out through. It may be that of O(trunks[].provider.host) in the list.
            type: str
      options:
        description:
          - Options that have no field above, as Asterisk spells them. They are checked, too, those of C(pjsip.conf)
            against the documentation of the installed Asterisk. What is for the other driver counts for nothing.
        type: dict
        suboptions:
          peer:
            description: For the trunk's peer sections of C(sip.conf).
            type: dict
          registration:
            description: For the trunk's registration of C(pjsip.conf).
            type: dict
            version_added: 0.3.0
          endpoint:
            description: For its endpoint.
            type: dict
            version_added: 0.3.0
          aor:
            description: For its address of record.
            type: dict
            version_added: 0.3.0
          auth:
            description: For its authentication.
            type: dict
            version_added: 0.3.0
          identify:
            description: For what tells the endpoint by its address.
            type: dict
            version_added: 0.3.0
  routes:
    description:
      - Which trunks calls to a number try, one after the other. Each route is a context C(route-NAME), and the context
        C(routes) has all of them in this order; of two that fit, the first one has the call. Include one of these where
        your phones may dial.
      - The next trunk is tried where one is unreachable, refuses for want of a channel or has its
        O(trunks[].outbound.max_channels), not where somebody is busy or does not answer, nor for a number that there
        is not.
      - The states treat them as they treat trunks. With O(state=deleted), routes stay when only trunks are given, and
        trunks when only routes are; a trunk that a route needs cannot go without it.
    type: list
    elements: dict
    default: []
    version_added: 0.6.0
    suboptions:
      name:
        description: Name of the route, unique on the host.
        type: str
        required: true
      patterns:
        description: Called numbers, or dialplan patterns such as V(_0X.). Only numbers for emergencies.
        type: list
        elements: str
      trunks:
        description: Names of trunks, in the order in which they are tried. One that is not enabled is left out.
        type: list
        elements: str
      strip:
        description: So many digits are taken from the front of the number. Defaults to V(0).
        type: int
      prepend:
        description: What is put in front of the number then, such as V(+49).
        type: raw
      caller_id:
        description:
          - Number that these calls show, instead of O(trunks[].outbound.caller_id).
          - Where From has the account of a trunk, O(trunks[].outbound.identity_header) must show it, or
            O(trunks[].outbound.from_caller).
        type: raw
      emergency:
        description:
          - These are emergency numbers. They reach their trunks whatever limit is reached, try every trunk until
            somebody answers, are logged as C(NOTICE), and stand in each context that calls out, so that no pattern
            there has them. Defaults to V(false).
          - Routes without any such route cause a warning; V(patterns=[]) says that there shall be none.
        type: bool
  state:
    description:
      - V(merged) changes the fields that are given, of the given trunks, and keeps everything else.
      - V(replaced) makes the given trunks as declared and keeps all others.
      - V(overridden) makes the given trunks the only ones.
      - V(deleted) removes the given trunks, or all.
      - V(migrated) gives all trunks that chan_sip has, those written by hand as well, to chan_pjsip, and takes them
        out of C(sip.conf) and what it includes; what else stands there, such as telephones, stays. The given trunks
        say more of these, as with V(merged). The playbook C(telephony.asterisk.migrate_to_pjsip) goes the whole way,
        with verification and a way back.
      - V(restored) brings back the files as they were before the last change that was made with O(until_proven), from
        their backups; no other option but O(config_dir) counts. A file that was changed since that change was proven is
        not overwritten. The playbook C(telephony.asterisk.rollback) goes the whole way.
      - V(rendered) returns the configuration, secrets masked, and touches no file.
      - V(gathered) returns the trunks that the files hold, secrets masked.
      - V(parsed) returns the trunks of O(running_config), secrets masked, and touches no file.
    type: str
    choices: [merged, replaced, overridden, deleted, migrated, restored, rendered, parsed, gathered]
    default: replaced
  layout:
    description:
      - Where the trunks stand.
      - V(included) gives them files of their own, which C(pjsip.conf) or C(sip.conf), and C(extensions.conf) include by
        one line each.
      - V(in_place) has them in C(pjsip.conf) or C(sip.conf) itself, or wherever in the files that it includes. A trunk
        that changes changes its own lines only; comments and everything else stay. Every endpoint with a contact, every
        registration and every peer with a fixed host counts as a trunk there, so that V(overridden) removes those that
        are not declared. Settings for all, such as C(allowguest), are left as they are.
      - An object of C(pjsip.conf) that others refer to, too, such as an C(auth), is not changed and not removed; a
        trunk that needs it otherwise gets one of its own. What stands in C(pjsip_wizard.conf) is not read, and no trunk
        can have the name of one there.
      - V(freepbx) has them in the files that FreePBX, Issabel and Trixbox leave to their owners,
        C(sip_registrations_custom.conf), C(sip_general_custom.conf), C(sip_custom.conf) and C(sip_custom_post.conf), or
        C(pjsip_custom.conf) and C(pjsip.endpoint_custom.conf) and its like; nothing that these systems generate is
        changed. The dialplan is included by C(extensions_custom.conf).
    type: str
    choices: [included, in_place, freepbx]
    default: included
    version_added: 0.2.0
  running_config:
    description: >-
      The text of a C(sip.conf) or C(pjsip.conf), of a part of it, or of the form of a trunk in FreePBX, Issabel or
      Trixbox, for O(state=parsed). Files that it includes are not read.
    type: str
    version_added: 0.2.0
  driver:
    description:
      - The channel driver. V(auto) takes what the installed Asterisk loads, V(pjsip) before V(chan_sip). With
        O(layout=in_place) and O(layout=freepbx) the one comes first whose files hold most of the given trunks, or else
        any trunk; where none do, O(layout=freepbx) takes V(chan_sip) before V(pjsip).
      - Where there is no Asterisk to ask, V(auto) is V(pjsip) for O(state=rendered), and what the text looks like for
        O(state=parsed).
    type: str
    choices: [auto, pjsip, chan_sip]
    default: auto
  transports:
    description:
      - What chan_pjsip listens on, in C(pjsip_trunks_transports.conf). Without it, what the trunks need and
        C(pjsip.conf) has no transport for, on the usual port, or a free one above where chan_sip has that. An empty
        list is for none.
      - Asterisk takes up a new transport at a reload, and a change of one at its next restart only. It also resolves
        the names of providers only for transports that were there when it was started, so that RV(restart) may be true.
        To move from chan_sip without a restart, declare them some time before, with O(driver=chan_sip).
    type: list
    elements: dict
    version_added: 0.3.0
    suboptions:
      protocol:
        description: Its protocol. There is one transport for each, and for each version of IP.
        type: str
        choices: [udp, tcp, tls]
        default: udp
      bind:
        description: Address, or address and port, such as V(0.0.0.0:5060) or V([::]:5060).
        type: str
        default: 0.0.0.0
      options:
        description: Other options of the transport, as Asterisk spells them, such as C(external_signaling_address).
        type: dict
        default: {}
  tls:
    description:
      - How trunks over TLS (O(trunks[].provider.transport=tls)) tell their provider, and what the PBX shows of
        itself. All are paths of files in PEM on the host.
      - A provider's certificate is always verified, its name, its time and who signed it. chan_sip has one setting
        for all that it connects to, and the trunks set it.
    type: dict
    default: {}
    version_added: 0.6.0
    suboptions:
      ca_file:
        description: >-
          Certificates of those who may have signed the provider's. Without it, what C(sip.conf) or O(transports)
          name, or else all that the distribution trusts.
        type: path
      certificate:
        description: >-
          The PBX's own, with those between it and the root behind it; for providers that connect to the PBX.
        type: path
      private_key:
        description: Its key. Asterisk must be able to read it.
        type: path
  config_dir:
    description: Asterisk's configuration directory.
    type: path
    default: /etc/asterisk
  accept:
    description:
      - Before anything is written, the rules of C(siptrunk lint) look at the files as they would be. What they find in
        the part of the trunks with the severity C(error) or C(security) refuses the whole call, unless it is accepted
        here, rule by rule. In files that people keep, what was so before is a warning. What is wrong elsewhere in the
        files is no reason; M(telephony.asterisk.sip_lint) finds it.
      - >-
        A comment C(; siptrunk: accept RULE: reason) in a file that people keep counts as well.
    type: list
    elements: dict
    default: []
    version_added: 0.4.0
    suboptions:
      rule:
        description: The id of the rule.
        type: str
        required: true
      reason:
        description: Why this is as it should be here.
        type: str
        required: true
  backup:
    description: >-
      Keep a copy of each file that changes beside it, with C(~) behind its name and the same owner and mode. It
      replaces the copy of the change before.
    type: bool
    default: true
  until_proven:
    description:
      - Remember the change, in C(sip_trunks.change~) beside the backups, until C(siptrunk settle) has been told that it
        works. Until then each call returns also what earlier ones have left to be done, whether files change or not,
        and the backups stay those of the last configuration that was proven, for O(state=restored). Implies
        O(backup).
      - For whoever reloads and verifies, as the role does; nobody else would settle it.
    type: bool
    default: false
    version_added: 0.6.0
  manager_user:
    description:
      - Also give the C(siptrunk) command on the host a user of Asterisk's manager interface (AMI), in
        C(manager_trunks.conf). It may read reports, from this host alone, and neither run commands nor change
        configuration. Its secret is drawn on the host and never leaves it.
    type: bool
    default: false
  owner:
    description:
      - Owner of the files that belong to the trunks. The files that include them keep theirs.
      - Defaults to C(root), and to C(asterisk) with O(layout=freepbx), where all files are C(asterisk)'s.
    type: str
  group:
    description: Group of these files; Asterisk must be able to read them.
    type: str
    default: asterisk
  mode:
    description:
      - Permissions of these files, as an octal string such as V("0640"). They hold passwords, so others than the
        owner and the group can have none.
    type: raw
    default: "0640"
seealso:
  - name: Asterisk's pjsip.conf
    description: The options as Asterisk documents them.
    link: https://github.com/asterisk/asterisk/blob/22/configs/samples/pjsip.conf.sample
  - name: Asterisk's sip.conf
    description: The options as Asterisk documents them.
    link: https://github.com/asterisk/asterisk/blob/16/configs/samples/sip.conf.sample
"""

EXAMPLES = r"""
- name: One trunk with the number 1234
  telephony.asterisk.sip_trunks:
    state: overridden
    trunks:
      - name: smartvox
        provider:
          host: mysipsp.com
        registration:
          user: "43212345"
          secret: "{{ vault_smartvox_secret }}"
          contact: "1234"
        inbound:
          numbers:
            "1234":
              goto: internal,100,1

- name: Calls abroad by the cheap trunk first, the emergency number by any
  telephony.asterisk.sip_trunks:
    state: merged
    routes:
      - name: emergency
        emergency: true
        patterns: ["112"]
        trunks: [smartvox, cheap]
      - name: abroad
        patterns: [_00X.]
        strip: 2
        prepend: +
        trunks: [cheap, smartvox]

- name: Take one trunk away, keep the others
  telephony.asterisk.sip_trunks:
    state: deleted
    trunks:
      - name: smartvox

- name: Give one trunk of a sip.conf that is kept by hand another password
  telephony.asterisk.sip_trunks:
    state: merged
    layout: in_place
    trunks:
      - name: smartvox
        registration:
          user: "43212345"
          secret: "{{ vault_smartvox_new_secret }}"

- name: See what would be written
  telephony.asterisk.sip_trunks:
    state: rendered
    trunks: "{{ sip_trunks }}"
  register: rendered
"""

RETURN = r"""
driver:
  description: The channel driver that the trunks are for.
  returned: success
  type: str
  sample: pjsip
before:
  description: The trunks as they were, secrets masked.
  returned: for the states that write
  type: list
  elements: dict
after:
  description: The trunks as they are now, secrets masked.
  returned: for the states that write
  type: list
  elements: dict
changes:
  description: What became of the trunks, one difference after the other. Of secrets it says only that they changed.
  returned: for the states that write
  type: list
  elements: str
  sample:
    - add trunk backup
    - "trunk smartvox: registration.expiry 600 (was 1800)"
routes:
  description: The routes as they are now.
  returned: for the states that write, and for O(state=gathered)
  type: list
  elements: dict
leftovers:
  description:
    - What stands in the files beside the trunks and no field of a trunk can hold, with its place and the reason.
    - For the states that write, of the sections of the given trunks only. Empty where the trunks have files of their
      own.
  returned: for the states that write, and for O(state=gathered) and O(state=parsed)
  type: list
  elements: dict
  contains:
    path:
      description: The file.
      type: str
    line:
      description: The line there.
      type: int
    section:
      description: The section.
      type: str
    key:
      description: The option; empty where the whole section is left over.
      type: str
    value:
      description: Its value, masked where it may be a secret.
      type: str
    reason:
      description: Why it is no part of a trunk.
      type: str
parsed:
  description: The trunks of O(running_config), secrets masked.
  returned: for O(state=parsed)
  type: list
  elements: dict
gathered:
  description: The trunks that the files hold, secrets masked.
  returned: for O(state=gathered)
  type: list
  elements: dict
rendered:
  description: The text of each file by its name, secrets masked.
  returned: for O(state=rendered)
  type: dict
  sample:
    sip_trunks.conf: "[general](+)\nallowguest = no\n"
files:
  description:
    - The files whose content changed; with O(until_proven), since the last configuration that was proven.
  returned: for the states that write, not in check mode
  type: list
  elements: dict
  contains:
    path:
      description: The file.
      type: str
    backup:
      description: Copy of the file as it was; none when it did not exist.
      type: str
reload:
  description:
    - The Asterisk CLI commands that make the change take effect, in order. After those that unregister, wait until the
      providers have answered.
  returned: for the states that write
  type: list
  elements: str
  sample: [module reload res_pjsip.so, dialplan reload]
undo:
  description: The commands that bring back the state as it was, once the files are back.
  returned: for the states that write
  type: list
  elements: str
  sample: [dialplan reload, module reload res_pjsip.so]
restart:
  description:
    - Whether the running Asterisk must be restarted. chan_pjsip resolves the names of providers only for transports
      that were there when it was started.
  returned: for the states that write
  type: bool
left:
  description:
    - The trunks that are gone, or have another account, and whose contact the provider keeps until it expires, for
      chan_sip cannot unregister. C(siptrunk settle) removes it.
  returned: for the states that write
  type: list
  elements: str
  version_added: 0.6.0
touched:
  description:
    - The trunks that are new, gone, or not as they were.
  returned: for the states that write, but not with V(restored)
  type: list
  elements: str
  version_added: 0.9.0
unproven:
  description:
    - Whether an earlier change with O(until_proven) was not proven, so that nobody knows what Asterisk has of it.
  returned: for the states that write, but not with V(restored)
  type: bool
  version_added: 0.10.0
registers:
  description:
    - The trunks that the commands of RV(reload) have register anew. chan_sip does so with all of them, chan_pjsip with
      those that are new or have another account.
  returned: for the states that write
  type: list
  elements: str
"""

import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import (
    deployment,
    dialplan,
    guard,
    in_place,
    last_change,
    states,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.installed import (
    catalogue,
    choose_driver,
    installed,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.running import started_at
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import Document
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.form import read_form
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.masking import (
    changed_lines,
    masked_text,
    options_only,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import (
    DRIVERS,
    chan_sip,
    of_file,
    pjsip,
    pjsip_conf,
    pjsip_transports,
    sip_conf,
    tls,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import SipTrunkError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.files import Attributes, lock
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.layouts import LAYOUTS
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.routes import load_declared
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.secrets import (
    mask,
    masked,
    secrets_in,
)

TRUNK_SPEC = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "enabled": {"type": "bool"},
    "provider": {
        "type": "dict",
        "options": {
            "host": {"type": "str"},
            "port": {"type": "int"},
            "transport": {"type": "str", "choices": ["udp", "tcp", "tls"]},
            "outbound_proxy": {"type": "str"},
        },
    },
    "registration": {
        "type": "dict",
        "options": {
            "user": {"type": "raw"},
            "secret": {"type": "raw", "no_log": True},
            "secret_md5": {"type": "raw", "no_log": True},
            "domain": {"type": "str"},
            "auth_user": {"type": "raw"},
            "contact": {"type": "raw"},
            "expiry": {"type": "int"},
            "retry_interval": {"type": "int"},
        },
    },
    "inbound": {
        "type": "dict",
        "options": {
            "trust": {"type": "list", "elements": "str"},
            "permit": {"type": "list", "elements": "str"},
            "context": {"type": "str"},
            "numbers": {"type": "dict"},
            "trust_identity": {"type": "bool"},
        },
    },
    "outbound": {
        "type": "dict",
        "options": {
            "auth": {"type": "str", "choices": ["same", "none", "own"]},
            "user": {"type": "raw"},
            "secret": {"type": "raw", "no_log": True},
            "secret_md5": {"type": "raw", "no_log": True},
            "from_user": {"type": "raw"},
            "from_caller": {"type": "bool"},
            "from_domain": {"type": "str"},
            "context": {"type": "str"},
            "max_channels": {"type": "int"},
            "caller_id": {"type": "raw"},
            "identity_header": {"type": "str", "choices": ["none", "rpid", "pai"]},
            "user_phone": {"type": "bool"},
        },
    },
    "media": {
        "type": "dict",
        "options": {
            "codecs": {"type": "list", "elements": "str"},
            "dtmf": {"type": "str", "choices": ["rfc4733", "inband", "info", "auto"]},
            "direct": {"type": "bool"},
            "srtp": {"type": "str", "choices": ["none", "sdes"]},
            "t38": {"type": "str", "choices": ["none", "udptl", "fec", "redundancy"]},
        },
    },
    "nat": {
        "type": "dict",
        "options": {
            "keepalive": {"type": "int"},
            "keepalive_timeout": {"type": "int"},
            "symmetric": {"type": "bool"},
        },
    },
    "sections": {
        "type": "dict",
        "options": {"inbound": {"type": "list", "elements": "str"}, "outbound": {"type": "str"}},
    },
    "options": {
        "type": "dict",
        "options": {
            "peer": {"type": "dict"},
            "registration": {"type": "dict"},
            "endpoint": {"type": "dict"},
            "aor": {"type": "dict"},
            # No secrets: those of an auth have fields of their own, and are refused here.
            "auth": {"type": "dict", "no_log": False},
            "identify": {"type": "dict"},
        },
    },
}
ROUTE_SPEC = {
    "name": {"type": "str", "required": True},
    "patterns": {"type": "list", "elements": "str"},
    "trunks": {"type": "list", "elements": "str"},
    "strip": {"type": "int"},
    "prepend": {"type": "raw"},
    "caller_id": {"type": "raw"},
    "emergency": {"type": "bool"},
}
TRANSPORT_SPEC = {
    "protocol": {"type": "str", "choices": ["udp", "tcp", "tls"], "default": "udp"},
    "bind": {"type": "str", "default": "0.0.0.0"},
    "options": {"type": "dict", "default": {}},
}
TLS_SPEC = {
    "ca_file": {"type": "path"},
    "certificate": {"type": "path"},
    # The path of a file is no secret.
    "private_key": {"type": "path", "no_log": False},
}
ACCEPT_SPEC = {
    "rule": {"type": "str", "required": True},
    "reason": {"type": "str", "required": True},
}
RESTORED = "restored"
RESTART = (
    "Asterisk must be restarted for this change: chan_pjsip resolves the names of providers only with transports that "
    "were there when it was started"
)
# Which values of a file that people keep may be seen.
SHOWN = {pjsip.NAME: pjsip_conf.shown_in_file, chan_sip.NAME: sip_conf.shown}


def write(params: dict[str, Any], *, check_mode: bool, diff: bool) -> dict[str, Any]:
    """Make the files as the state asks; in check mode the same, up to the write."""
    with lock(params["config_dir"]):
        pbx = installed_pbx(params)
        planned = states.plan(params["state"], given(params), pbx, given(params, "routes"))
        check_that_ansible_can_tell(params, planned)
        names = {trunk["name"] for trunk in params["trunks"]}
        not_needed = guard.check(planned, names, pbx, guard.accepting(params["accept"]))
        # Before the write: afterwards everything is as planned.
        changed = any(file.changes for file in planned.files)
        restart = needs_restart(params["config_dir"], planned)
        earlier = (
            last_change.unproven(params["config_dir"]) if params["until_proven"] else last_change.Change()
        )
        change = carried_out(planned, params, earlier, pbx.driver.NAME, check_mode)
    secrets = secrets_in([*planned.before, *planned.after])
    return {
        "changed": changed,
        "driver": pbx.driver.NAME,
        "before": masked(planned.before),
        "after": masked(planned.after),
        "changes": list(planned.changes),
        "routes": list(planned.routes),
        "warnings": [*planned.warnings, *not_needed, *([RESTART] if restart else [])],
        "leftovers": [asdict(leftover) for leftover in planned.leftovers],
        "restart": restart,
        "touched": list(planned.touched),
        "unproven": not earlier.was_nothing,
        **to_be_done(change, check_mode),
        "diff": differences(planned.files, pbx.driver.NAME, secrets) if diff else [],
    }


def carried_out(
    planned: states.Planned,
    params: dict[str, Any],
    earlier: last_change.Change,
    driver: str,
    check_mode: bool,
) -> last_change.Change:
    """Write the files, unless in check mode; gives what is to be done then."""
    if check_mode:
        return last_change.after(planned, earlier, driver)
    if params["until_proven"]:
        return last_change.carry_out(planned, params["config_dir"], earlier, driver)
    written = deployment.apply(planned.files, backup=params["backup"])
    return replace(last_change.after(planned, earlier, driver), files=written)


def to_be_done(change: last_change.Change, check_mode: bool) -> dict[str, Any]:
    return {
        "files": [] if check_mode else [asdict(file) for file in change.files],
        "reload": list(change.reload),
        "undo": list(change.undo),
        "registers": list(change.registers),
        "left": list(change.left),
    }


def restored(params: dict[str, Any], *, check_mode: bool, diff: bool) -> dict[str, Any]:
    """Undo the last change of the files."""
    config_dir = params["config_dir"]
    with lock(config_dir):
        change, files = last_change.restored(config_dir)
        had = [
            trunk for driver in DRIVERS.values() for trunk in deployment.current_trunks(config_dir, driver)
        ]
        shown = [one for file in files for one in differences([file], of_name(file.path), secrets_in(had))]
        if not check_mode:
            change = last_change.put_back(config_dir)
    return {
        "changed": any(file.content_changes for file in files),
        "restart": False,
        **to_be_done(change, check_mode),
        "diff": shown if diff else [],
    }


def of_name(path: str) -> str:
    """The driver whose files are called so."""
    return pjsip.NAME if os.path.basename(path).startswith(pjsip.NAME) else chan_sip.NAME


def needs_restart(config_dir: str, planned: states.Planned) -> bool:
    """Whether the running Asterisk was started before the transports that its trunks need were there."""
    path = planned.transports_at
    started = started_at(config_dir) if path else None
    if path is None or started is None:
        return False
    new = any(file.path == path and file.content_changes for file in planned.files)
    return new or os.stat(path).st_mtime > started


def rendered(params: dict[str, Any]) -> dict[str, Any]:
    driver = DRIVERS[next(iter(DRIVERS)) if params["driver"] == "auto" else params["driver"]]
    trunks, ways = load_declared(given(params), given(params, "routes"), driver=driver.NAME)
    texts = {driver: driver.render(trunks), dialplan: dialplan.render(trunks, driver, ways)}
    guard.check_text(
        {room.MAIN: str(text) for room, text in texts.items()}, guard.accepting(params["accept"])
    )
    return {
        "changed": False,
        "driver": driver.NAME,
        "rendered": {room.FILENAME: masked_text(str(text)) for room, text in texts.items()},
    }


def parsed(params: dict[str, Any]) -> dict[str, Any]:
    path = "running_config"
    # The files that it includes are not here.
    text = Document.parse(params["running_config"], path).without_directives()
    effective = read_form(text, path) or load_text(text, path, included=True)
    if effective.error:
        raise SipTrunkError(f"{effective.error}: Asterisk would refuse all of it")
    driver = of_file(effective) if params["driver"] == "auto" else DRIVERS[params["driver"]]
    found = driver.read(effective)
    return {
        "changed": False,
        "driver": driver.NAME,
        "parsed": masked(found.trunks),
        "leftovers": [asdict(leftover) for leftover in found.leftovers],
    }


def gathered(params: dict[str, Any]) -> dict[str, Any]:
    pbx = installed_pbx(params)
    trunks, leftovers = states.present(pbx)
    return {
        "changed": False,
        "driver": pbx.driver.NAME,
        "gathered": masked(trunks),
        "routes": deployment.current_routes(params["config_dir"]),
        "leftovers": [asdict(leftover) for leftover in leftovers],
    }


READING = {"rendered": rendered, "parsed": parsed, "gathered": gathered}


def installed_pbx(params: dict[str, Any]) -> states.Pbx:
    """This host, with the driver that was asked for, if its Asterisk has it."""
    names = [trunk["name"] for trunk in params["trunks"]]
    layout = LAYOUTS[params["layout"]]
    possible = (pjsip.NAME,) if params["state"] == states.MIGRATED else tuple(layout.places)
    if params["driver"] not in ("auto", *possible):
        raise SipTrunkError(
            f"driver = {params['driver']}: cannot have state = {params['state']} with layout = {params['layout']}; "
            f"use {' or '.join(possible)}"
        )
    likely = in_place.by_likelihood(layout, params["config_dir"], names)
    candidates = [driver for driver in likely if driver in possible]
    asterisk = installed(params["config_dir"])
    driver = choose_driver(params["driver"], asterisk, candidates=candidates, trunks=names)
    transports = params["transports"]
    return states.Pbx(
        params["config_dir"],
        DRIVERS[driver],
        params["layout"],
        Attributes.named(params["owner"] or layout.owner, params["group"], permissions(params["mode"])),
        params["manager_user"],
        tuple(name for name in asterisk.drivers if name != driver),
        catalogue(asterisk.version, params["config_dir"]) if driver == pjsip.NAME else None,
        None if transports is None else tuple(pjsip_transports.declared(transports)),
        tls.declared(params["tls"]),
    )


def given(params: dict[str, Any], what: str = "trunks") -> list[dict[str, Any]]:
    """What is declared without the options that were left out."""
    return [without_none(one) for one in params[what]]


def check_that_ansible_can_tell(params: dict[str, Any], planned: states.Planned) -> None:
    """Ansible masks secrets wherever they occur, and so would spoil what a play works with: paths, commands, names."""
    told = [*(file.path for file in planned.files), *planned.reload, *planned.registers, *planned.left]
    for trunk in params["trunks"]:
        for group in ("registration", "outbound"):
            secret = (trunk.get(group) or {}).get("secret")
            if secret and any(str(secret) in text for text in told):
                raise SipTrunkError(
                    f"trunk {trunk['name']}: {group}.secret: is a part of the name of a trunk, of a file or of a "
                    "command, which Ansible would mask; rename the trunk, or ask the provider for another password"
                )


def permissions(mode: Any) -> int:
    """The mode that is meant; YAML makes a number of an octal that is not quoted."""
    try:
        bits = mode if isinstance(mode, int) else int(mode, 8)
    except (TypeError, ValueError):
        bits = -1
    if not 0 <= bits <= 0o770 or bits & 0o007:
        raise SipTrunkError(
            f'mode = {mode}: these files hold passwords; write an octal string such as "0640"'
        )
    return bits


def without_none(data: dict[str, Any]) -> dict[str, Any]:
    return {
        key: without_none(value) if isinstance(value, dict) else value
        for key, value in data.items()
        if value is not None
    }


def differences(
    files: Sequence[deployment.PlannedFile], driver: str, secrets: set[str]
) -> list[dict[str, str]]:
    return [difference(file, driver, secrets) for file in files if file.content_changes]


def difference(file: deployment.PlannedFile, driver: str, secrets: set[str]) -> dict[str, str]:
    before, after = file.before or "", file.after
    if file.attributes:
        shown = masked_text(before), masked_text(after, before=before)
    else:
        # Of a file that is not ours, only the options that change: anything may stand beside them.
        gone, came = (
            mask(options_only(text, SHOWN[driver]), secrets) for text in changed_lines(before, after)
        )
        shown = gone, came
    return {
        "before_header": file.path,
        "after_header": file.path,
        "before": shown[0],
        "after": shown[1],
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "trunks": {"type": "list", "elements": "dict", "default": [], "options": TRUNK_SPEC},
            "routes": {"type": "list", "elements": "dict", "default": [], "options": ROUTE_SPEC},
            "state": {
                "type": "str",
                "choices": [*states.WRITING, RESTORED, *READING],
                "default": "replaced",
            },
            "layout": {"type": "str", "choices": list(LAYOUTS), "default": "included"},
            # It holds register lines with their secrets.
            "running_config": {"type": "str", "no_log": True},
            "driver": {"type": "str", "choices": ["auto", *DRIVERS], "default": "auto"},
            "transports": {"type": "list", "elements": "dict", "options": TRANSPORT_SPEC},
            "tls": {"type": "dict", "default": {}, "options": TLS_SPEC},
            "config_dir": {"type": "path", "default": "/etc/asterisk"},
            "accept": {"type": "list", "elements": "dict", "default": [], "options": ACCEPT_SPEC},
            "backup": {"type": "bool", "default": True},
            "until_proven": {"type": "bool", "default": False},
            "manager_user": {"type": "bool", "default": False},
            "owner": {"type": "str"},
            "group": {"type": "str", "default": "asterisk"},
            "mode": {"type": "raw", "default": "0640"},
        },
        required_if=[("state", "parsed", ["running_config"])],
        supports_check_mode=True,
    )
    state = module.params["state"]
    try:
        if state in READING:
            result = READING[state](module.params)
        else:
            do = restored if state == RESTORED else write
            result = do(module.params, check_mode=module.check_mode, diff=module._diff)
    except (SipTrunkError, OSError) as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
