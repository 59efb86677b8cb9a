import * as z from 'zod/mini';
import { jsonHazards } from './json-hazards.ts';
import { InvalidInput, shown, type Problem } from './problem.ts';

z.config(z.locales.en());

/**
 * A value checked against a schema, with its defaults filled in.
 * @throws InvalidInput with every problem of shape at once.
 */
export function parse<Schema extends z.core.$ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const result = z.safeParse(schema, value);
  const issues = result.error?.issues ?? [];
  const problems = [...issues.flatMap((issue) => problemsOf(schema, value, issue)), ...jsonHazards(value)];
  if (result.success && problems.length === 0) return result.data;
  // Two checks may object to the same value: one sentence is enough.
  const paths = problems.map(({ path }) => path);
  throw new InvalidInput(
    what,
    problems.filter(({ path }, at) => paths.indexOf(path) === at),
  );
}

function problemsOf(schema: z.core.$ZodType, value: unknown, issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.join('.') || '(all of it)';
  const at = schemaAt(schema, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(shapeOf(at) ?? {});
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.'),
      message: `unknown field; a field that nothing reads would be silently ignored; known here: ${known.join(', ')}`,
    }));
  }
  const meaning = at && z.globalRegistry.get(unwrap(at))?.description;
  const message = issue.message.replace(/^Invalid input: /, '').replace(/, received .*$/, '');
  return [{ path, message: `${message}, got ${shown(valueAt(value, issue.path))}${meaning ? ` (${meaning})` : ''}` }];
}

type Def = {
  shape?: Record<string, z.core.$ZodType>;
  innerType?: z.core.$ZodType;
  element?: z.core.$ZodType;
  valueType?: z.core.$ZodType;
};
const defOf = (schema: z.core.$ZodType) => schema._zod.def as unknown as Def;

/** The schema inside defaults and optionals, where descriptions are registered. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const { innerType } = defOf(schema);
  return innerType === undefined ? schema : unwrap(innerType);
}

const shapeOf = (schema: z.core.$ZodType | undefined) => schema && defOf(unwrap(schema)).shape;

function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>((at, key) => {
    const def = at && defOf(unwrap(at));
    return def?.shape?.[key as string] ?? def?.element ?? def?.valueType;
  }, schema);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
}
