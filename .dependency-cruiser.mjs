const services = ['auth', 'tickets', 'orders', 'expiration', 'payments'];
const layers = [
  'index',
  'service',
  'app',
  'subscriptions',
  'routes',
  'listeners',
  'commands',
  'domain',
  'models',
  'gateways',
];

// Imports go one way: index → service → app|subscriptions → routes|listeners → commands → domain|models|gateways → common.
const level = {
  index: 0,
  service: 1,
  app: 2,
  subscriptions: 2,
  routes: 3,
  listeners: 3,
  commands: 4,
  domain: 6,
  models: 5,
  gateways: 5,
};
const at = (layer) => `^(${services.join('|')})/src/${layer}(/|\\.ts$)`;

const upward = layers.flatMap((from) =>
  layers
    .filter((to) => from !== to && (level[to] < level[from] || (level[to] === level[from] && level[from] < 4)))
    .map((to) => ({
      name: `${from}-must-not-import-${to}`,
      severity: 'error',
      from: { path: at(from), pathNot: '\\.test\\.ts$|/src/test/' },
      to: { path: at(to) },
    })),
);

// oxlint-disable-next-line import/no-default-export -- dependency-cruiser asks for it.
export default {
  forbidden: [
    ...upward,
    {
      name: 'services-do-not-know-each-other',
      severity: 'error',
      from: { path: `^(${services.join('|')})/` },
      to: { path: `^(${services.join('|')})/`, pathNot: '^$1/' },
    },
    {
      name: 'common-imports-no-service',
      severity: 'error',
      from: { path: '^common/' },
      to: { path: '^(auth|tickets|orders|expiration|payments|client|stripe-sandbox|scripts|e2e|bench|audit|chaos)/' },
    },
    {
      name: 'common-only-by-subpath',
      comment: 'A deep import into common/src ties a service to a file that may move.',
      severity: 'error',
      from: { path: '^(auth|tickets|orders|expiration|payments|client|stripe-sandbox|scripts|e2e|bench|audit|chaos)/' },
      to: { path: '^common/src/', pathNot: '^common/src/[^/]+/index\\.ts$' },
    },
    {
      name: 'black-box-tests-import-no-service',
      severity: 'error',
      from: { path: '^(e2e|bench|audit|chaos)/' },
      to: { path: '^(auth|tickets|orders|expiration|payments|client|stripe-sandbox)/' },
    },
    {
      name: 'end-to-end-tests-import-nothing-of-ours',
      severity: 'error',
      from: { path: '^e2e/' },
      to: { path: '^common/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-test-helpers-in-the-product',
      severity: 'error',
      from: { path: '/src/', pathNot: '\\.test\\.ts$|/test(ing)?/' },
      to: { path: '^common/src/testing/|/src/test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|dist|\\.next' },
    exclude: { path: 'dist/|\\.next/' },
    parser: 'swc',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
