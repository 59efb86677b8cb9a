/** One thing wrong with an input: where, and a sentence that says what, got, why and what to try. */
export type Problem = { readonly path: string; readonly message: string };

/** An input that is refused as a whole, with every problem found. */
export class InvalidInput extends Error {
  override name = 'InvalidInput';
  readonly problems: readonly Problem[];

  constructor(what: string, problems: readonly Problem[]) {
    super(
      `${what} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map(({ path, message }) => `  ${path}: ${message}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** A value as it is shown in a message: JSON, one line, 60 characters at most. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'number' ? String(value) : asJson(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    // Nested deeper than the stack: a message must not fail on what it complains about.
    return `${typeof value} that is nested too deep to show`;
  }
}
