import { createInterface } from 'node:readline/promises';
import { CONSENT_TEXTS, TestKind } from '@brakelight/shared';

const WIDTH = 88;

/** The whole text of one kind, for a terminal. */
export function showConsent(kind: TestKind): string {
  const { title, version, text } = CONSENT_TEXTS[kind];
  return `\n${title} - "${kind}", version ${version}\n\n${wrap(text)}\n`;
}

/** Asks the person for each kind; only a plain yes is one. */
export async function askConsents(): Promise<TestKind[]> {
  const accepted: TestKind[] = [];
  for (const kind of TestKind.options) {
    process.stderr.write(showConsent(kind));
    if (await askYes(`\nDo you agree to ${kind} tests? [y/N] `)) accepted.push(kind);
  }
  return accepted;
}

/** Asks on the terminal, beside stdout. */
export async function askYes(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(?:y|yes)$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `  ${line}`).join('\n');
}
