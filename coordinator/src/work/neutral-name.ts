import { createHmac } from 'node:crypto';

const CONSONANTS = 'bcdfghklmnprstvz';
const VOWELS = 'aeiou';

/**
 * A name that nobody censors, of the same length and under the same top-level domain as `host`: the neutral arm of a
 * swap pair differs from the trigger in nothing else. The same host always gets the same few names.
 * @param variant which of them
 */
export function neutralName(key: Buffer, host: string, variant: number): string {
  const dot = host.lastIndexOf('.');
  const [body, top] = dot < 0 ? [host, ''] : [host.slice(0, dot), host.slice(dot)];
  const noise = createHmac('sha512', key).update(`neutral ${variant} ${host}`).digest();
  const letters = [...body].map((character, i) => {
    if (character === '.') return '.';
    const alphabet = i % 2 === 0 ? CONSONANTS : VOWELS;
    return alphabet[(noise[i % noise.length] ?? 0) % alphabet.length];
  });
  return letters.join('') + top;
}
