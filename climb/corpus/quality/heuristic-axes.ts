/**
 * What the heuristics judge, in the order of the scores. Apart from the rules, so that a workflow can check a search file
 * without their tables.
 */
export const heuristicAxes = [
  'length',
  'wordLength',
  'stopWords',
  'symbols',
  'lineEnds',
  'lists',
  'boilerplate',
  'repetition',
] as const;
