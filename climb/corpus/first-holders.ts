/**
 * Which document had a key first: a hash table with open addressing over typed arrays, since a JavaScript map of
 * millions of strings would take gigabytes. Keys are hashes already, so their own bits are the place to look.
 */
export class FirstHolders {
  /** uint32 a key. */
  readonly words: number;
  readonly #slots: Uint32Array;
  readonly #mask: number;

  /**
   * @param most keys that are going to be added
   * @param words uint32 a key, two at least
   */
  constructor(most: number, words: number) {
    const room = 2 ** Math.ceil(Math.log2(Math.max(2, 1.5 * most)));
    this.words = words;
    this.#mask = room - 1;
    this.#slots = new Uint32Array(room * (words + 1));
  }

  clear(): void {
    this.#slots.fill(0);
  }

  /** @returns the document that was added with this key first, `document` itself where it is the first */
  add(keys: Uint32Array, at: number, document: number): number {
    const { words } = this;
    // The last word: the first ones may be the same for all keys of a pass.
    for (let place = (keys[at + words - 1] as number) & this.#mask; ; place = (place + 1) & this.#mask) {
      const slot = place * (words + 1);
      const holder = this.#slots[slot + words] as number;
      if (holder === 0) {
        for (let word = 0; word < words; word++) this.#slots[slot + word] = keys[at + word] as number;
        this.#slots[slot + words] = document + 1;
        return document;
      }
      let word = 0;
      while (word < words && this.#slots[slot + word] === keys[at + word]) word++;
      if (word === words) return holder - 1;
    }
  }
}
