import type { Cell } from '@brakelight/shared';
import { createLogUpdate } from 'log-update';
import { renderPicture, type Scene } from './picture.js';

/** Where people look: a live picture on a terminal, lines as they come anywhere else. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #live: ReturnType<typeof createLogUpdate> | undefined;
  readonly #targets: readonly string[];
  readonly #log: string[] = [];
  #scene: Pick<Scene, 'waiting' | 'page'> = { waiting: { text: '', done: null }, page: '' };
  #headline: string;

  constructor(out: NodeJS.WriteStream, headline: string, targets: readonly string[]) {
    this.#out = out;
    this.#live = out.isTTY ? createLogUpdate(out) : undefined;
    this.#headline = headline;
    this.#targets = targets;
  }

  /** Something happened that stays worth reading. */
  say(text: string): void {
    const line = `${new Date().toISOString().slice(11, 19)}  ${text}`;
    this.#log.push(line);
    if (!this.#live) this.#out.write(`${line}\n`);
  }

  set headline(text: string) {
    this.#headline = text;
    this.say(text);
  }

  set page(address: string) {
    this.#scene = { ...this.#scene, page: address };
    this.say(`the page: ${address}`);
  }

  /** What is waited for; `done` from 0 to 1 where that is known. */
  wait(text: string, done: number | null): void {
    this.#scene = { ...this.#scene, waiting: { text, done } };
  }

  draw(cells: readonly Cell[]): void {
    this.#live?.(
      renderPicture(cells, this.#targets, { ...this.#scene, headline: this.#headline, log: this.#log }),
    );
  }

  /** Leaves the last picture standing. Elsewhere than on a terminal prints it once. */
  end(cells: readonly Cell[]): void {
    if (this.#live) this.#live.done();
    else if (cells.length > 0) {
      this.#out.write(
        `${renderPicture(cells, this.#targets, { ...this.#scene, headline: this.#headline, log: [] })}\n`,
      );
    }
  }
}
