import { readdirSync, readFileSync } from 'node:fs';

/** Command lines of a search's processes, gathered while it runs: when it has ended, nobody is left to be looked at. */
export class CommandLines {
  readonly #mark: string;
  readonly #found = new Set<string>();
  /** What each process was last seen as: environments are read only of those that are new. */
  readonly #known = new Map<string, string>();

  /** @param mark a text in the environment or command line of every process of the search */
  constructor(mark: string) {
    this.#mark = mark;
  }

  get found(): string[] {
    return [...this.#found];
  }

  /** Looks once. What begins and ends between two looks is missed. */
  look(): void {
    for (const pid of processes()) {
      const command = read(pid, 'cmdline');
      if (command === '' || command === this.#known.get(pid)) continue;
      this.#known.set(pid, command);
      if (`${command}\0${read(pid, 'environ')}`.includes(this.#mark)) {
        this.#found.add(command.replaceAll('\0', ' ').trim());
      }
    }
  }
}

/** All but this one. */
function processes(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  } catch {
    return []; // no Linux
  }
}

function read(pid: string, file: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // gone meanwhile, or somebody else's
  }
}
