/** Vectors that can't be what was asked for: nothing may be built on them. */
export class BadEmbedding extends Error {
  override name = 'BadEmbedding';
}

/**
 * The vectors of an answer, scaled to unit length, or why they are none.
 * @param who names endpoint and model
 * @param count texts that were sent
 * @param dimensions length of a vector; undefined for the first answer
 * @returns row-major, count × dimensions
 * @throws BadEmbedding naming expected and found shape, never a number or a text
 */
export function vectorsOf(
  answer: unknown,
  who: string,
  count: number,
  dimensions?: number,
): { vectors: Float32Array; dimensions: number } {
  const refuse = (expected: string, found: string): never => {
    throw new BadEmbedding(
      `${who} answered what is no embedding: expected ${expected}, found ${found}; clusters built on it would be wrong, so none of these vectors was kept; check the server, its model and its version`,
    );
  };
  if (!Array.isArray(answer)) return refuse(`a list of ${count} vectors`, kindOf(answer));
  if (answer.length !== count) refuse(`${count} vectors, one for each text`, `${answer.length}`);
  const length = dimensions ?? (Array.isArray(answer[0]) ? answer[0].length : 0);
  const vectors = new Float32Array(count * length);
  for (const [row, vector] of answer.entries()) {
    if (!Array.isArray(vector)) return refuse('a list of numbers for each text', kindOf(vector));
    if (vector.length !== length || length === 0) {
      refuse(length === 0 ? 'vectors with numbers' : `vectors of ${length} dimensions`, `one of ${vector.length}`);
    }
    let squares = 0;
    for (const value of vector as unknown[]) {
      if (typeof value !== 'number' || !Number.isFinite(value)) refuse('finite numbers', kindOf(value));
      squares += (value as number) ** 2;
    }
    const scale = Math.sqrt(squares);
    if (scale === 0 || !Number.isFinite(scale)) refuse('vectors with a direction', 'one of length 0 or infinity');
    // Scaled before it becomes a float32, which is too small for some numbers.
    for (let at = 0; at < length; at++) vectors[row * length + at] = (vector[at] as number) / scale;
  }
  return { vectors, dimensions: length };
}

/** What a value is, not what it holds. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list of lists';
  if (value === null) return 'null';
  return typeof value === 'number' ? 'NaN or infinity' : `a value of type ${typeof value}`;
}
