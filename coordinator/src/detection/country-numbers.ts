/** Numbers in the place of countries' names, from 0 in the order of their first unit; -1 for the unknown one. */
export class CountryNumbers {
  readonly names: string[] = [];
  readonly #numbers = new Map<string | null, number>([[null, -1]]);

  of(name: string | null): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.names.push(name as string) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }
}
