import * as z from 'zod/mini';
import { InvalidInput, type Problem } from '../problem.ts';
import { parse } from '../schema-problems.ts';
import { searchFileSchema, type SearchSpec } from './search-file.ts';

/**
 * A search file with `branchFrom`: everything else may be left out. What may stand in it, and why the rest may not, can
 * be said without the parent; what follows from both is in branch-merge.ts.
 */

/** A branch file as a person writes it, its shape checked: fields of the search file, or null for the default. */
export type BranchFile = Readonly<Record<string, unknown>> & { readonly branchFrom: BranchFrom };
export type BranchFrom = NonNullable<SearchSpec['branchFrom']>;

/** Parts that the parent's proxies were trained by: with others the two would be measured differently. */
const fixedParts = {
  corpus: "the parent's proxies were trained on its corpus",
  embedding: "the parent's mixtures are over clusters that came of its embedding",
  clusters: "the parent's mixtures are over its clusters",
  proxy: "the parent's proxies have that shape, that trainer and that start",
  target: 'it says what share of each cluster a proxy reads',
} as const;

const isFixed = (name: string): name is keyof typeof fixedParts => Object.hasOwn(fixedParts, name);

type Schema = z.core.$ZodType;
type Def = { type: string; innerType?: Schema; shape?: Record<string, Schema>; defaultValue?: unknown };
const defOf = (schema: Schema) => schema._zod.def as unknown as Def;

/** The schema inside defaults and optionals. */
function bare(schema: Schema): Schema {
  const { type, innerType } = defOf(schema);
  return ['default', 'prefault', 'optional'].includes(type) && innerType !== undefined ? bare(innerType) : schema;
}

/** A part of which every field may be left out, or be null: then the parent's is taken back and the default counts. */
function partial(part: Schema): Schema {
  const { type, shape } = defOf(bare(part));
  if (type !== 'object' || shape === undefined) return z.optional(bare(part));
  const fields = Object.entries(shape).map(([name, field]) => [name, z.optional(z.nullable(bare(field)))] as const);
  return z.optional(z.strictObject(Object.fromEntries(fields)));
}

const { branchFrom, ...parts } = searchFileSchema.shape;
const changeable = Object.entries(parts).filter(([name]) => !isFixed(name));

/** The branch file for editors: what it may change. */
export const branchFileSchema = z.strictObject({
  ...Object.fromEntries(changeable.map(([name, part]) => [name, partial(part)])),
  branchFrom: bare(branchFrom),
});

/** Whether an input means to be a branch. */
export function isBranchFile(file: unknown): boolean {
  return typeof file === 'object' && file !== null && 'branchFrom' in file;
}

/**
 * The file with its shape checked, every problem at once.
 * @param search the id under which it is started; null where that isn't known yet
 * @throws InvalidInput
 */
export function parseBranchFile(file: unknown, search: string | null): BranchFile {
  const fields = Object.entries(file as object);
  const own = Object.fromEntries(fields.filter(([name]) => !isFixed(name)));
  const problems = [...fields.flatMap(fixedProblems), ...shapeProblems(own)];
  const { branchFrom } = file as BranchFile;
  if (problems.length === 0 && branchFrom.search === search) {
    problems.push({
      path: 'branchFrom.search',
      message: `"${search}" is the search itself: it would write over what it goes on from; start the branch under another id`,
    });
  }
  if (problems.length > 0) throw new InvalidInput('the search file', problems);
  return file as BranchFile;
}

/**
 * What a branch is until its parent was read: as its own file says, with defaults in the place of what is the parent's.
 * Nothing is trained by it; messages and queries find something that has the shape of a search.
 */
export function beforeOpening({ branchFrom: _parent, ...own }: BranchFile): SearchSpec {
  const given = Object.entries(own).map(([name, value]) => [name, isFields(value) ? withoutNulls(value) : value]);
  const fields = Object.fromEntries(given) as { budget?: object };
  const rest = { version: 1, corpus: { path: "the parent's" }, budget: { proxies: 1, ...fields.budget } };
  return parse(searchFileSchema, { ...fields, ...rest }, 'the search file');
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const withoutNulls = (fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

function shapeProblems(own: object): readonly Problem[] {
  try {
    parse(branchFileSchema, own, 'the search file');
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems;
  }
}

function fixedProblems([name, value]: [string, unknown]): Problem[] {
  if (!isFixed(name)) return [];
  const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  const message = `${fixedParts[name]}: a branch takes it from the search it goes on from and can't change it; leave it out, or start a search without branchFrom`;
  return fields.length === 0
    ? [{ path: name, message }]
    : fields.map((field) => ({ path: `${name}.${field}`, message }));
}
