import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A process of this machine. */
export interface Found {
  readonly pid: number;
  readonly command: string;
}

/**
 * A place in which programs are watched: what they start inherits a mark in its environment, however it is started,
 * and every temporary file lands in a folder of its own.
 */
export class Watched {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #mark: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#mark = `BRAKELIGHT_WATCHED=${randomBytes(12).toString('hex')}`;
    const [name = '', value = ''] = this.#mark.split('=');
    this.env = { [name]: value, TMPDIR: folder };
  }

  static async open(): Promise<Watched> {
    return new Watched(await mkdtemp(join(tmpdir(), 'brakelight-watched-')));
  }

  /** Whether this machine shows what its processes are: Linux does. */
  static readonly possible = process.platform === 'linux';

  /** Processes that carry the mark, or live in the folder: Redis writes its title over its environment. */
  processes(): Found[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => isAlive(pid) && (this.#carriesMark(pid) || this.#livesHere(pid)))
      .map((pid) => ({
        pid: Number(pid),
        command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim(),
      }));
  }

  /** Names of what lies in the folder. */
  files(): Promise<string[]> {
    return readdir(this.folder);
  }

  /** Ends what a failed test left, and removes the folder. */
  async close(): Promise<void> {
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It is gone by itself.
      }
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #carriesMark(pid: string): boolean {
    return read(`/proc/${pid}/environ`).split('\0').includes(this.#mark);
  }

  #livesHere(pid: string): boolean {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(this.folder);
    } catch {
      return false;
    }
  }
}

/** Whether somebody accepts connections there. */
export function isOpen(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A zombie is dead: only its parent has not looked yet. */
function isAlive(pid: string): boolean {
  const stat = read(`/proc/${pid}/stat`);
  const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  return state !== '' && state !== 'Z' && state !== 'X';
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
