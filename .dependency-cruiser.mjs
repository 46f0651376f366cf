import { readServices } from './tools/launcher/workspaces.mjs';

const services = readServices().map(({ folder }) => folder);
const layers = [
  'index',
  'service',
  'app',
  'subscriptions',
  'routes',
  'listeners',
  'commands',
  'queries',
  'deps',
  'memory',
  'metrics',
  'models',
  'gateways',
  'mails',
  'domain',
];

// Imports go one way: index → service → app|subscriptions → routes|listeners → commands|queries → deps → memory|metrics|models|gateways
// → mails|domain → common.
const level = {
  index: 0,
  service: 1,
  app: 2,
  subscriptions: 2,
  routes: 3,
  listeners: 3,
  commands: 4,
  queries: 4,
  deps: 5,
  memory: 6,
  metrics: 6,
  models: 6,
  gateways: 6,
  mails: 7,
  domain: 7,
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
      name: 'common-imports-no-other-workspace',
      severity: 'error',
      from: { path: '^common/' },
      to: { pathNot: '^common/|node_modules|^[a-z:_/]+$' },
    },
    {
      name: 'common-only-by-subpath',
      comment: 'A deep import into common/src ties a service to a file that may move.',
      severity: 'error',
      from: { pathNot: '^common/' },
      to: { path: '^common/src/', pathNot: '^common/src/[^/]+/((testing|event-id)/)?index\\.ts$' },
    },
    {
      name: 'the-product-imports-no-tool',
      severity: 'error',
      from: { pathNot: '^tools/|^[^/]+$|/src/test/' },
      to: { path: '^tools/' },
    },
    {
      name: 'nothing-outside-a-service-imports-it',
      comment:
        'Tools and the watchdog see the product from outside. Models of several services run them in one process.',
      severity: 'error',
      from: { path: '^(tools|watchdog)/', pathNot: '^tools/test/src/models/' },
      to: { path: `^(${services.join('|')}|client)/` },
    },
    {
      name: 'end-to-end-tests-reach-no-product-code',
      comment: 'Not even through the test tools: they see the product from outside.',
      severity: 'error',
      from: { path: '^tools/e2e/' },
      to: { path: `^(${services.join('|')}|client|common|watchdog)/`, reachable: true },
    },
    {
      name: 'the-site-knows-shapes-only',
      comment: 'Whatever else it imported of a service would be sent to browsers; server.mjs is not.',
      severity: 'error',
      from: { path: '^client/', pathNot: '^client/server\\.mjs$' },
      to: {
        path: `^(${services.join('|')}|common)/`,
        pathNot: '/src/routes/[^/]+-shape\\.ts$|^common/src/(calendar|errors|events|money|time)/index\\.ts$',
      },
    },
    {
      name: 'money-and-time-import-nothing',
      comment: 'They are sent to browsers.',
      severity: 'error',
      from: { path: '^common/src/(money|time)/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^common/src/$1/' },
    },
    {
      name: 'shapes-import-nothing-of-the-service',
      comment: 'They are sent to browsers, and alone are in the image of the site. Types are in neither.',
      severity: 'error',
      from: { path: '/src/routes/[^/]+-shape\\.ts$' },
      to: { pathNot: '^common/src/events/index\\.ts$|/zod/mini/', dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-test-helpers-in-the-product',
      severity: 'error',
      from: { path: '/src/', pathNot: '\\.test\\.ts$|/test(ing)?/|^tools/(bench|chaos)/' },
      to: { path: '^common/src/(events/)?testing/|/src/test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|dist|\\.next' },
    exclude: { path: '(^|/)(dist|\\.next|\\.data|\\.cache)/|^\\.' },
    parser: 'swc',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
