// The import arrows of ARCHITECTURE.md. What a folder may import of ours, besides itself; the build fails on anything else.
const arrows = {
  domain: [],
  platform: [],
  engine: ['domain', 'queries', 'platform'],
  queries: ['domain', 'platform'],
  payments: ['domain', 'platform'],
  invoices: ['domain', 'platform'],
  gateway: ['platform'],
  webhooks: ['domain', 'queries', 'platform'],
  identity: ['domain', 'queries', 'platform'],
  privacy: ['domain', 'queries', 'platform'],
  api: ['domain', 'engine', 'identity', 'queries', 'webhooks', 'privacy', 'platform'],
  jobs: ['domain', 'engine', 'queries', 'payments', 'invoices', 'platform'],
};

const rules = Object.entries(arrows).map(([folder, allowed]) => ({
  name: `arrows-of-${folder}`,
  comment: `src/${folder} may import, of ours, only: ${[folder, ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^(src|test|bench|faults|migrations)/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...rules,
    {
      name: 'domain-is-pure',
      comment: 'The core knows no clock, randomness, environment, files, network or library.',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'faults-stand-outside',
      comment: 'The fault harness uses the system, and nothing of the system or of its tests is made for it.',
      severity: 'error',
      from: { pathNot: '^faults/' },
      to: { path: '^faults/' },
    },
    {
      name: 'arrows-of-faults',
      comment: 'The fault harness starts the system as its user does, and knows what must hold in it.',
      severity: 'error',
      from: { path: '^faults/' },
      to: { path: '^(src|test|bench)/', pathNot: '^src/(cli|domain|engine|invoices|jobs|platform)/' },
    },
    {
      name: 'arrows-of-console',
      comment: 'The console stands on the public API alone.',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: '^(src|test|bench|faults|migrations)/' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports and that is no entry is dead.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '\\.test\\.ts$',
          '^src/cli/(main|check-migrations|generate-docs)\\.ts$',
          '^test/support/',
          '^faults/clock/',
          '^bench/((load|pdf)/)?main\\.ts$',
          '^bench/(shop/loader-thread|yardsticks/plain-service)\\.ts$',
        ],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
