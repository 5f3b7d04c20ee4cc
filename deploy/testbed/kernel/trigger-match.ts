import { isIP } from 'node:net';
import type { AddressFamily } from '@brakelight/shared';
import type { KernelRule, Trigger } from './censor-rules.js';
import type { FamilyWords } from './family-words.js';
import { HTTPS_PORT } from './programs.js';

const NAME = /^[a-z0-9.-]+$/;

/** Whether a rule is for this family. @throws TypeError where its trigger cannot stand in a rule */
export function concerns(
  { family, trigger }: Extract<KernelRule, { trigger: Trigger }>,
  asked: AddressFamily,
): boolean {
  return (family ?? asked) === asked && (!('address' in trigger) || familyOf(trigger.address) === asked);
}

/** What iptables looks for: a connection to an address, or a name in a TLS handshake record that holds a ClientHello. */
export function match(trigger: Trigger, { payload }: FamilyWords): string {
  if ('address' in trigger) return `-p tcp -d ${trigger.address}`;
  return [
    `-p tcp --dport ${HTTPS_PORT}`,
    '-m connbytes --connbytes 0:8 --connbytes-dir original --connbytes-mode packets',
    `-m u32 --u32 "${payload(0)}>>24=0x16 && ${payload(2)}&0xFF=0x01"`,
    `-m string --algo bm --string ${checkedName(trigger.sni)}`,
  ].join(' ');
}

/** Rules become shell text, so only what cannot be anything else gets in. @throws TypeError for anything but a name */
export function checkedName(name: string): string {
  if (!NAME.test(name)) throw unfit(name);
  return name;
}

/** @throws TypeError for anything but an address */
export function familyOf(address: string): AddressFamily {
  const family = isIP(address);
  if (family !== 4 && family !== 6) throw unfit(address);
  return family;
}

function unfit(text: string): TypeError {
  return new TypeError(`"${text}" cannot stand in a rule`);
}
