/** The rooms of docs/architecture.md: what each may import. `npm run check` enforces it. */
const rooms = {
  climb: { may: ['climb'] },
  workflows: { may: ['climb', 'workflows'] },
  activities: { may: ['climb', 'activities', 'adapters'] },
  adapters: { may: ['climb', 'adapters'] },
};

const forbidden = [
  { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
  { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  {
    name: 'entry-points-are-not-imported',
    severity: 'error',
    from: { path: '^(climb|workflows|activities|adapters)/' },
    to: { path: '^(workers|scripts|test)/' },
  },
  {
    name: 'workflows-see-activities-as-types',
    severity: 'error',
    from: { path: '^workflows/' },
    to: { path: '^(activities|adapters)/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'activities-see-adapters-as-types',
    severity: 'error',
    comment: 'Adapters are handed in by createActivities(deps), so that tests can hand in others.',
    from: { path: '^activities/' },
    to: { path: '^adapters/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'activities-do-not-call-activities',
    severity: 'error',
    comment: 'Parts of a stage lie in its folder, what all need in the named files; types may be shared.',
    from: { path: '^activities/(?!index\\.ts)' },
    to: {
      path: '^activities/(?!(deps|beating|refusal|patience|endpoint-patience|ordered-turns|run-id)\\.ts)[^/]+$',
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'the-checker-stands-apart',
    severity: 'error',
    comment: 'It would share the mistakes of what it checks.',
    from: { path: '^scripts/checker/' },
    to: { pathNot: '^(scripts/checker/|node_modules/@temporalio/worker/)', dependencyTypesNot: ['core'] },
  },
  {
    name: 'pure-rooms-without-node',
    severity: 'error',
    from: { path: '^(climb|workflows)/' },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'climb-packages',
    severity: 'error',
    from: { path: '^climb/' },
    to: {
      dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg'],
      pathNot: 'node_modules/(zod|ml-kmeans|ml-matrix|ml-hclust|@noble/hashes|canonicalize|pure-rand)/',
    },
  },
  {
    name: 'workflow-packages',
    severity: 'error',
    from: { path: '^workflows/' },
    to: { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg'], pathNot: 'node_modules/@temporalio/(workflow|common)/' },
  },
  ...Object.entries(rooms).map(([room, { may }]) => ({
    name: `${room}-imports`,
    severity: 'error',
    from: { path: `^${room}/` },
    to: {
      path: '^(climb|workflows|activities|adapters|workers|scripts|test)/',
      pathNot: `^(${[...may, ...(room === 'workflows' ? ['activities'] : [])].join('|')})/`,
    },
  })),
];

module.exports = {
  forbidden,
  options: {
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
