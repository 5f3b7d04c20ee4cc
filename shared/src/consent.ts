import { z } from 'zod';
import { Instant } from './primitives.js';

/** Kinds of test, each with its own consent. */
export const TestKind = z.enum(['platform', 'swap']);
export type TestKind = z.infer<typeof TestKind>;

/** What a volunteer is asked to accept. A changed text gets a new version and is asked again. */
export interface ConsentText {
  readonly kind: TestKind;
  readonly version: number;
  readonly title: string;
  readonly text: string;
}

export const CONSENT_TEXTS: Readonly<Record<TestKind, ConsentText>> = {
  platform: {
    kind: 'platform',
    version: 1,
    title: 'Speed tests of platforms (arms A and B)',
    text: [
      'This agent downloads small public files (about 0.1 MB, now and then 1 MB) from social platforms and, for',
      'comparison, from neutral servers, about every half hour for each platform. Your provider can see that these',
      'servers are contacted, as if you had opened the platform in a browser; in some countries contacting a',
      'platform may draw attention or be unlawful. The coordinator stores: how fast each file came and how it',
      'failed, your country, your network operator (ASN) and a keyed hash of your address block. It does not store',
      'your address. Results are published under CC BY 4.0. The agent keeps to the byte budget that you set, and',
      '"leave" deletes its key and asks the coordinator to forget it.',
    ].join(' '),
  },
  swap: {
    kind: 'swap',
    version: 2,
    title: 'Name-swap tests (arms C and D)',
    text: [
      "This agent connects to Brakelight's own measurement server and names a platform, then a neutral name, in",
      'the visible part of the encrypted handshake, to see whether the name alone makes the connection slow. No',
      'request reaches the platform. Each connection fetches about 0.1 MB of random bytes (now and then 1 MB) or, in',
      'about one test of four, sends as many: random, too, and nothing of yours. To an observer on the path it looks',
      'like a connection to the platform at an unusual address, which may draw attention. Do not accept this where',
      'naming a platform could harm you.',
    ].join(' '),
  },
};

/** One acceptance, recorded on both sides. */
export const Consent = z.strictObject({
  kind: TestKind,
  version: z.int().min(1),
  acceptedAt: Instant,
});
export type Consent = z.infer<typeof Consent>;
