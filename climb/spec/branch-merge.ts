import { moneyFor } from '../search/budget.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import { parse } from '../schema-problems.ts';
import type { BranchFile } from './branch-file.ts';
import { branchProblems, type Parent } from './branch-rules.ts';
import { scheduleOf } from './plan.ts';
import { searchFileSchema, type SearchSpec } from './search-file.ts';
import { scheduleIn, searchSettings } from './search-presets.ts';
import { parseSearchFile } from './search-rules.ts';

type Fields = Record<string, unknown>;

/**
 * The whole search file of a branch: the parent's, field by field replaced by what the branch's own says, its budget less
 * what the parent had spent by then.
 * @param now milliseconds since 1970
 * @throws InvalidInput with every problem, those of fields that are the parent's as well
 */
export function parseBranch(file: BranchFile, parent: Parent, now: number): SearchSpec {
  const merged = merge(file, parent);
  const problems = [...branchProblems(file, parent)];
  try {
    const spec = parseSearchFile(readable(merged, file), now);
    if (problems.length === 0) return spec;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const named = problems.map(({ path }) => path);
    const others = error.problems.filter(({ path }) => !named.includes(path));
    problems.push(...others.map((problem) => inherited(problem, file, parent)));
  }
  throw new InvalidInput('the search file', problems);
}

function merge(file: BranchFile, { search, spec, iteration, account }: Parent): Fields {
  const { $schema: _schema, branchFrom: _parents, ...parts } = spec;
  const merged: Fields = { ...parts, search: searchOf(file, spec), budget: account ? left(account) : {} };
  for (const [name, value] of Object.entries(file)) {
    const before = merged[name];
    merged[name] = isObject(value) ? definedOf({ ...(isObject(before) && before), ...value }) : value;
  }
  return { ...merged, branchFrom: { search, iteration } };
}

/** The parent's sizes were scaled to its own budget: they stay, whatever the branch may spend. */
function searchOf({ search: given }: BranchFile, spec: SearchSpec): SearchSpec['search'] {
  const changes = isObject(given) ? Object.keys(given) : [];
  const resized = ['preset', 'first', 'batch', 'schedule'].some((field) => changes.includes(field));
  if (resized || !scheduleIn(spec.search).scales) return spec.search;
  return { ...spec.search, schedule: [...scheduleOf(spec).sizes] };
}

/** What is left of a budget: with nothing of its own a branch goes on as far as its parent would. */
function left(account: NonNullable<Parent['account']>): Fields {
  const { budget, charged } = account;
  const { trainTokens, deviceHours, money } = budget;
  const spent = moneyFor({ ...account, reserved: charged }, charged.deviceSeconds);
  return {
    ...budget,
    proxies: budget.proxies - charged.proxies,
    ...(trainTokens !== undefined && { trainTokens: trainTokens - charged.trainTokens }),
    ...(deviceHours !== undefined && { deviceHours: deviceHours - charged.deviceSeconds / 3600 }),
    ...(money && { money: { ...money, limit: money.limit - spent } }),
  };
}

/** Without what the parent's file says, or was completed with, that the branch's own makes unreadable. */
function readable(merged: Fields, { verify }: BranchFile): unknown {
  const spec = parse(searchFileSchema, merged, 'the search file');
  const given = isObject(verify) ? verify : {};
  const { baselines, regmixProxies, ...rest } = spec.verify;
  const kept =
    given['baselines'] === undefined && !searchSettings(spec).ngram
      ? baselines.filter((name) => name !== 'ngram')
      : baselines;
  const searched = kept.includes('regmix') || given['regmixProxies'] !== undefined;
  return {
    ...spec,
    verify: { ...rest, baselines: kept, ...(searched && regmixProxies !== undefined && { regmixProxies }) },
  };
}

/** A problem with a field that the branch's file doesn't name says whose it is. */
function inherited(problem: Problem, file: BranchFile, { search }: Parent): Problem {
  const [part = '', field] = problem.path.split('.');
  const value = file[part];
  if (value !== undefined && (field === undefined || !isObject(value) || Object.hasOwn(value, field))) return problem;
  return {
    ...problem,
    message: `${problem.message} (as "${search}" left it; a field of this file replaces it, null takes it back)`,
  };
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const definedOf = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, one]) => one !== null));
