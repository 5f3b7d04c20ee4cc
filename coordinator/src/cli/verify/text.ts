import { type EvidenceBundle, verifyEvidence } from '../../detection/evidence.js';

/**
 * Recomputes a bundle from its text alone.
 * @returns `same`, or the first difference in one sentence
 * @throws {Error} where the text is no bundle
 */
export function verifyText(text: string): string {
  const bundle = JSON.parse(text) as EvidenceBundle;
  // A last digit may change and the number that is read stay the same; a key may be there twice.
  return asWritten(text, bundle)
    ? verifyEvidence(bundle)
    : 'text: the bundle is not as it was written (a number, a name or a key in another spelling)';
}

/** Is a text what the value is written as, but for white space around names and numbers? */
function asWritten(text: string, value: unknown): boolean {
  const written = JSON.stringify(value);
  return text === written || text.replace(STRINGS_AND_SPACE, keepStrings) === written;
}

const STRINGS_AND_SPACE = /"(?:[^"\\]|\\.)*"|\s+/g;
const keepStrings = (found: string) => (found.startsWith('"') ? found : '');
