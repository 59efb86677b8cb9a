import { join } from 'node:path';

/** Where a search's recipe and snapshots lie. Ids of the checker's own searches are short and plain. */
export const searchFolder = (home: string, search: string) => join(home, 'searches', encodeURIComponent(search));
