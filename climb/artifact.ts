/** An immutable file named by its SHA-256. Every activity takes references and answers one. */
export type Ref = {
  /** Lower-case hex SHA-256 of the file's bytes: also its name. */
  readonly sha256: string;
  readonly bytes: number;
};

/** What an activity answers: a reference to what it made and a few figures for the UI, 1 KB at most. */
export type Made<Summary> = { readonly ref: Ref; readonly summary: Summary };

/** References anywhere in a JSON value, in its order. */
export function referencesIn(value: unknown): Ref[] {
  if (typeof value !== 'object' || value === null) return [];
  const { sha256, bytes } = value as Partial<Ref>;
  if (typeof sha256 === 'string' && typeof bytes === 'number' && Object.keys(value).length === 2)
    return [{ sha256, bytes }];
  return Object.values(value).flatMap(referencesIn);
}
