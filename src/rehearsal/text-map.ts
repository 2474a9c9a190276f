// A persistent map with texts as keys: a change makes a new one that shares the rest with the old.
import { Map as Persistent } from "immutable";

/** Numbers for texts, in the order in which they are first seen. Grows with the maps that share it, and takes nothing back. */
interface Numbers {
  readonly byText: Map<string, number>;
  readonly texts: string[];
}

/**
 * `immutable`'s map under numbers that stand for its keys. It works out a text's hash from all of its letters at nearly every question,
 * and keys of objects are long; the engine's own map, which keeps the numbers, does so faster.
 */
export class TextMap<V> {
  readonly #numbers: Numbers;
  readonly #values: Persistent<number, V>;

  private constructor(numbers: Numbers, values: Persistent<number, V>) {
    this.#numbers = numbers;
    this.#values = values;
  }

  static from<V>(entries: Iterable<readonly [string, V]>): TextMap<V> {
    const numbers: Numbers = { byText: new Map(), texts: [] };
    return new TextMap(numbers, Persistent([...entries].map(([text, value]) => [numbered(numbers, text), value])));
  }

  get size(): number {
    return this.#values.size;
  }

  get(text: string): V | undefined {
    const number = this.#numbers.byText.get(text);
    return number === undefined ? undefined : this.#values.get(number);
  }

  has(text: string): boolean {
    const number = this.#numbers.byText.get(text);
    return number !== undefined && this.#values.has(number);
  }

  /** This map with the value under the text; itself, where that is there already. */
  set(text: string, value: V): TextMap<V> {
    return this.#with(this.#values.set(numbered(this.#numbers, text), value));
  }

  /** This map without the text; itself, where it has no such. */
  delete(text: string): TextMap<V> {
    const number = this.#numbers.byText.get(text);
    return number === undefined ? this : this.#with(this.#values.delete(number));
  }

  /** In no order that means anything. */
  entries(): (readonly [string, V])[] {
    return [...this.#values].map(([number, value]) => [this.#numbers.texts[number] ?? "", value]);
  }

  #with(values: Persistent<number, V>): TextMap<V> {
    return values === this.#values ? this : new TextMap(this.#numbers, values);
  }
}

function numbered({ byText, texts }: Numbers, text: string): number {
  const known = byText.get(text);
  if (known !== undefined) return known;
  byText.set(text, texts.length);
  return texts.push(text) - 1;
}
