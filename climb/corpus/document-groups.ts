/** Documents that are linked, directly or through others: union-find with path halving, the first of a group stands for it. */
export class DocumentGroups {
  readonly #parents: Uint32Array;

  constructor(documents: number) {
    this.#parents = new Uint32Array(documents).map((_, document) => document);
  }

  link(a: number, b: number): void {
    const [first, later] = [this.first(a), this.first(b)].sort((x, y) => x - y) as [number, number];
    this.#parents[later] = first;
  }

  /** The lowest number in the document's group. */
  first(document: number): number {
    const parents = this.#parents;
    while (parents[document] !== document) {
      parents[document] = parents[parents[document] as number] as number;
      document = parents[document] as number;
    }
    return document;
  }
}
