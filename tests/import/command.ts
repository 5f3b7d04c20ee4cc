import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ImportSummary } from '@brakelight/coordinator/cli/import/importer';

const PROGRAM = fileURLToPath(new URL('../../coordinator/dist/cli/import.js', import.meta.url));

/** A command that runs. */
export interface Running {
  /** What it wrote to stderr so far. */
  readonly stderr: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** `npm run import -- ...` as the process that it is, with this environment and no other. */
export function startImport(args: readonly string[], environment: Record<string, string>): Running {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { stderr: () => stderr, ended };
}

/** Runs it to its end and reads its summary. */
export async function importInto(
  folder: string,
  environment: Record<string, string>,
  ...args: string[]
): Promise<ImportSummary> {
  const { code, stdout, stderr } = await startImport(
    ['--format', '4ndv', '--json', ...args, folder],
    environment,
  ).ended;
  if (code !== 0) throw new Error(`import ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as ImportSummary;
}
