import type { KernelRule, PacketAction } from './censor-rules.js';
import { FAMILY_WORDS, type FamilyWords } from './family-words.js';
import { concerns } from './trigger-match.js';

type Police = Extract<PacketAction, { kind: 'police' }>;

/** How long an idle connection is remembered where a rule does not say, in seconds. */
export const DEFAULT_MEMORY_SECONDS = 600;

/** The policers among the rules, as input for `nft -f -`: what is over the rate in marked connections is dropped and counted. */
export function writePolicing(rules: readonly KernelRule[]): string {
  const policers = rules.flatMap((rule, index) =>
    'trigger' in rule && rule.action.kind === 'police'
      ? [
          policer(
            rule.action,
            index + 1,
            FAMILY_WORDS.filter((words) => concerns(rule, words.family)),
          ),
        ]
      : [],
  );
  return [
    'table inet censor',
    'delete table inet censor',
    'table inet censor {',
    ...policers.flatMap(({ objects }) => objects),
    'chain police {',
    'type filter hook forward priority 0; policy accept;',
    ...policers.flatMap(({ limits }) => limits),
    '}',
    '}',
    '',
  ].join('\n');
}

/** One counter for a rule, one set of flows for each of its families. */
function policer(action: Police, mark: number, families: readonly FamilyWords[]) {
  // The kernel's bucket is one second of the rate plus the burst, so the burst is what is left of the wished size.
  const rate = Math.round((action.kbps * 1000) / 8);
  const burst = Math.max(1, Math.round(action.bucketBytes - rate));
  const limit = `limit rate over ${rate} bytes/second burst ${burst} bytes`;
  const memory = action.memorySeconds ?? DEFAULT_MEMORY_SECONDS;
  const whose = { both: '', download: ' ct direction reply', upload: ' ct direction original' };
  const after = action.afterBytes === undefined ? '' : ` ct reply bytes > ${action.afterBytes}`;
  const marked = `ct mark ${mark}${whose[action.direction ?? 'both']}${after}`;
  const set = ({ family }: FamilyWords) => `flows${mark}v${family}`;
  return {
    objects: [
      `counter dropped${mark} { packets 0 bytes 0; }`,
      ...families.map(
        (words) =>
          `set ${set(words)} { type ${words.addressType} . inet_service . ${words.addressType} . inet_service; flags dynamic; timeout ${memory}s; size 65535; }`,
      ),
    ],
    limits: families.map(
      (words) =>
        `${marked} update @${set(words)} { ${words.header} saddr . tcp sport . ${words.header} daddr . tcp dport ${limit} } counter name dropped${mark} drop`,
    ),
  };
}
