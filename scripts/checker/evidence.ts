import type { Tree } from './files.ts';
import type { History } from './history.ts';

/** What a search left behind, and what it is compared with. */
export type Evidence = {
  /** The state folder, CLIMB_HOME. */
  readonly home: string;
  /** Workflow id. */
  readonly search: string;
  /** Of each of its runs, the first one first. */
  readonly runs: readonly History[];
  /** Digest of the undisturbed run; absent: there is none to compare with. */
  readonly digest?: string;
  /** `recipe.json` of the undisturbed run of the same file; absent: there is none to compare with. */
  readonly undisturbed?: unknown;
  /** When a writer was killed last, in milliseconds since 1970: what was written until then nobody could clear away. */
  readonly killed?: number;
  /** What must stand nowhere. */
  readonly canary?: string;
  /** A text in the environment or command line of every process of this search; absent: processes aren't looked for. */
  readonly mark?: string;
  /** Command lines of those processes while the search ran; absent: only those that are still there are looked at. */
  readonly commandLines?: readonly string[];
  /** Milliseconds in which those processes have to end, by default 15 s. */
  readonly grace?: number;
  /** Folders outside `home` as they were before, and what is passed over in them; absent: they aren't looked at. */
  readonly outside?: { readonly before: Tree; readonly folders: readonly string[]; readonly except: readonly string[] };
  /** Path of `workflows/index.ts`, or a bundle of it; absent: histories aren't replayed. */
  readonly workflows?: { readonly workflowsPath: string } | { readonly workflowBundle: { readonly code: string } };
};

export type Sides = { readonly lower?: number; readonly upper?: number };

/** `recipe.json`, as far as it is looked at. */
export type Recipe = {
  readonly digest: string;
  readonly weights: readonly { readonly cluster: string; readonly label: string; readonly weight: number }[];
  readonly spec: {
    readonly budget: {
      readonly proxies: number;
      readonly trainTokens?: number;
      readonly concurrency?: number;
      readonly deadline?: string;
    };
    readonly constraints?: {
      readonly bounds?: Readonly<Record<string, Sides>>;
      readonly pinned?: Readonly<Record<string, number>>;
      readonly groups?: Readonly<Record<string, Sides & { readonly clusters: readonly string[] }>>;
    };
  };
  readonly run: { readonly charged: { readonly proxies: number; readonly trainTokens: number } };
};

/** An invariant of docs/reliability.md: what is wrong, one sentence each, or nothing. */
export type Invariant = (evidence: Evidence, recipe: Recipe) => readonly string[] | Promise<readonly string[]>;
