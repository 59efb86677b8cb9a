/** Why a query is refused that waited for a worker while the search's history went on: see workflows/late-query.ts. */
export const lateQuery =
  'the history of this search went on while this query waited for a worker, and an answer now would change the order of its events: ask again; of one that was terminated meanwhile only the history can tell';
