import * as z from 'zod/mini';
import { InvalidInput, shown } from '../climb/problem.ts';
import { parse } from '../climb/schema-problems.ts';
import type { TaskItem } from '../climb/spec/task-item.ts';
import { BadTask } from './bad-task.ts';
import { itemsOfRequests, type OlmesRequest } from './task-requests.ts';

const nonEmpty = z.string().check(z.minLength(1));
const count = z.int().check(z.minimum(0));

/** What a line may be, told by its fields; further fields are its owner's to have. */
const forms = {
  requests: z.object({
    request: z.object({ context: z.string(), continuation: z.string() }),
    doc_id: count,
    idx: count,
    label: count,
    native_id: z.optional(z.nullable(z.union([z.string(), z.number()]))),
  }),
  questions: z.object({ query: z.string(), choices: z.array(nonEmpty).check(z.minLength(1)), gold: count }),
  texts: z.object({ text: z.string().check(z.regex(/\S/u, 'expected text that is not blank')) }),
};
type Form = keyof typeof forms;

const known =
  'a line is {query, choices, gold}, or {text}, or an OLMES request {request: {context, continuation}, doc_id, idx, label}';

/** A broken line in the middle of a long file is found among so many; the rest is counted. */
const namedLines = 20;

type Line = { readonly number: number; readonly text: string };
type Complain = (line: number, message: string) => void;

/**
 * The items of a file of JSON lines: questions, plain texts or OLMES requests, whichever its first line is.
 * @param name the file's, for messages
 * @throws BadTask naming every broken line, up to a few
 */
export function itemsOfLines(content: string, name: string): TaskItem[] {
  const lines = content
    .split('\n')
    .map((text, at): Line => ({ number: at + 1, text }))
    .filter(({ text }) => text.trim() !== '');
  const broken: { line: number; message: string }[] = [];
  const items = readLines(lines, (line, message) => broken.push({ line, message }));
  if (broken.length > 0) {
    broken.sort((a, b) => a.line - b.line);
    const more = broken.length - namedLines;
    throw new BadTask(
      [
        `${broken.length} of ${lines.length} lines of ${name} can't be used; ${known}; mend or remove them:`,
        ...broken.slice(0, namedLines).map(({ line, message }) => `    ${name} line ${line}: ${message}`),
        ...(more > 0 ? [`    and ${more} more`] : []),
      ].join('\n'),
    );
  }
  if (items.length < 2) {
    throw new BadTask(
      `${name} has ${items.length} items; a score needs two at least to say how sure it is; add some: ${known}`,
    );
  }
  return items;
}

function readLines(lines: readonly Line[], complain: Complain): TaskItem[] {
  const values = lines.flatMap((line) => {
    const value = objectOf(line, complain);
    return value === undefined ? [] : [{ line: line.number, value, form: formOf(value) }];
  });
  const first = values.find(({ form }) => form !== null);
  const items: TaskItem[] = [];
  const requests: { line: number; request: OlmesRequest }[] = [];
  for (const { line, value, form } of values) {
    if (form === null) complain(line, `none of these, got ${shown(value)}`);
    else if (form !== first?.form)
      complain(line, `${form} among the ${first?.form} that line ${first?.line} began with`);
    else {
      const checked = checkedLine(form, value, line, complain);
      if (checked === undefined) continue;
      if ('request' in checked) requests.push({ line, request: checked });
      else items.push({ id: String(line - 1), ...checked });
    }
  }
  const { items: asked, problems } = itemsOfRequests(requests.map(({ request }) => request));
  for (const { at, message } of problems) complain(requests[at]!.line, message);
  return [...items, ...asked];
}

function objectOf({ number, text }: Line, complain: Complain): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    complain(number, `expected an object, got ${shown(value)}`);
  } catch (error) {
    complain(number, `isn't JSON (${(error as Error).message})`);
  }
  return undefined;
}

function formOf(value: object): Form | null {
  if ('request' in value) return 'requests';
  if ('query' in value || 'choices' in value || 'gold' in value) return 'questions';
  return 'text' in value ? 'texts' : null;
}

function checkedLine(form: Form, value: object, line: number, complain: Complain) {
  try {
    const checked = parse(forms[form], value, `line ${line}`);
    if (!('choices' in checked) || checked.gold < checked.choices.length) return checked;
    complain(line, `gold is ${checked.gold}, but there are ${checked.choices.length} choices, counted from 0`);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    complain(line, error.problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
  }
  return undefined;
}
