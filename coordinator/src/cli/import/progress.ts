import type { Writable } from 'node:stream';
import cliProgress from 'cli-progress';

/** Between two lines where there is no terminal to draw on. */
const LINE_EVERY_MS = 5_000;

/** How far it is, on stderr: a bar on a terminal, now and then a line elsewhere. */
export class Progress {
  readonly #out: Writable & { readonly isTTY?: boolean };
  #bar: cliProgress.SingleBar | undefined;
  #phase = { name: '', total: 0, value: 0 };
  #lineAt = 0;

  constructor(out: Writable & { readonly isTTY?: boolean }) {
    this.#out = out;
  }

  /** @param total what `update` counts up to */
  begin(name: string, total: number): void {
    this.end();
    this.#phase = { name, total, value: 0 };
    if (this.#out.isTTY) {
      this.#bar = new cliProgress.SingleBar(
        {
          format: `${name.padEnd(8)} {bar} {value}/{total} rows`,
          stream: this.#out as NodeJS.WriteStream,
          // Ctrl-C ends the program, not the bar; nothing of the terminal is changed that it would have to restore.
          gracefulExit: false,
          linewrap: true,
        },
        cliProgress.Presets.shades_classic,
      );
      this.#bar.start(Math.max(total, 1), 0);
    } else {
      this.#line();
    }
  }

  update(value: number): void {
    const phase = this.#phase;
    if (phase.name === '') return;
    if (value > phase.total) this.#bar?.setTotal(value);
    this.#phase = { ...phase, value, total: Math.max(phase.total, value) };
    this.#bar?.update(value);
    if (!this.#bar && performance.now() - this.#lineAt > LINE_EVERY_MS) this.#line();
  }

  /** Something worth a line of its own. */
  say(text: string): void {
    if (this.#bar) this.#out.write('\n');
    this.#out.write(`${text}\n`);
  }

  end(): void {
    if (this.#phase.name === '') return;
    if (this.#bar) this.#bar.stop();
    else this.#line();
    this.#bar = undefined;
    this.#phase = { name: '', total: 0, value: 0 };
  }

  #line(): void {
    const { name, value, total } = this.#phase;
    this.#lineAt = performance.now();
    this.#out.write(`${name} ${value}/${total} rows\n`);
  }
}
