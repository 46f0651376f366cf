import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { parseManifests, type Manifest } from './manifest.ts';
import {
  aimProblems,
  ingressProblems,
  podProblems,
  referenceProblems,
  selectorProblems,
  variableProblems,
} from './rules.ts';

const labels = { app: 'shop' };
const probe = { httpGet: { path: '/healthz', port: 'http' } };
const container = {
  name: 'app',
  image: 'ticketing/shop',
  imagePullPolicy: 'IfNotPresent',
  ports: [{ name: 'http', containerPort: 3000 }],
  env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'KEY' } } }],
  envFrom: [{ configMapRef: { name: 'settings' } }],
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
  resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
};
const pod = {
  serviceAccountName: 'shop',
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [container],
};
const backend = (name: string) => ({ service: { name, port: { name: 'http' } } });
const path = (prefix: string, name: string) => ({ path: prefix, pathType: 'Prefix', backend: backend(name) });

/** A shop that is right, with what is wrong about it. */
const shop = (
  wrong: {
    readonly container?: object;
    readonly pod?: object;
    readonly spec?: object;
    readonly service?: object;
    readonly paths?: readonly object[];
    readonly more?: readonly object[];
  } = {},
): Manifest[] =>
  parseManifests(
    [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'shop' },
        spec: {
          selector: { matchLabels: labels },
          strategy: { rollingUpdate: { maxUnavailable: 0 } },
          template: {
            metadata: { labels },
            spec: { ...pod, containers: [{ ...container, ...wrong.container }], ...wrong.pod },
          },
          ...wrong.spec,
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'client' },
        spec: { selector: labels, ports: [{ name: 'http', port: 3000, targetPort: 'http' }], ...wrong.service },
      },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'shop' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { COLOUR: 'red' } },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'shop' },
        spec: { rules: [{ host: 'shop.test', http: { paths: wrong.paths ?? [path('/', 'client')] } }] },
      },
      ...(wrong.more ?? []),
    ]
      .map((each) => stringify(each))
      .join('---\n'),
  );

const all = (manifests: Manifest[]): string[] => [
  ...selectorProblems(manifests),
  ...aimProblems(manifests),
  ...ingressProblems(manifests, {}),
  ...referenceProblems(manifests, { keys: ['KEY'] }),
  ...variableProblems(manifests, { 'ticketing/shop': ['KEY', 'COLOUR'] }),
  ...podProblems(manifests, { readOnly: true }),
];

test('When all is right, then nothing is said', () => {
  expect(all(shop())).toEqual([]);
});

const autoscaler = (name: string) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'any' },
  spec: { scaleTargetRef: { kind: 'Deployment', name } },
});
const budget = (app: string) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'any' },
  spec: { selector: { matchLabels: { app } } },
});
const policy = (app: string, from: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'any' },
  spec: {
    podSelector: { matchLabels: { app } },
    ingress: [{ from: [{ podSelector: { matchLabels: { app: from } } }] }],
  },
});

test.each([
  ['leads to 0 workloads', { service: { selector: { app: 'other' } } }],
  ['leads to port web', { service: { ports: [{ name: 'http', port: 3000, targetPort: 'web' }] } }],
  ['does not select its own pods', { spec: { selector: { matchLabels: { app: 'other' } } } }],
  ['may be unavailable in a rollout', { spec: { strategy: { rollingUpdate: { maxUnavailable: 1 } } } }],
  ['scales nothing', { more: [autoscaler('other')] }],
  ['is about no pod', { more: [budget('other')] }],
  ['is about no pod', { more: [policy('other', 'shop')] }],
  ['names pods that there are none of', { more: [policy('shop', 'other')] }],
  ['instead of / Prefix client', { paths: [path('/', 'client'), path('/metrics', 'client')] }],
  ['which there is not', { paths: [path('/', 'client')], service: { ports: [] } }],
  [
    'which nobody makes',
    { container: { env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'NO' } } }] } },
  ],
  ['reads ConfigMap other', { container: { envFrom: [{ configMapRef: { name: 'other' } }] } }],
  ['which it does not read', { container: { env: [{ name: 'SIZE', value: '1' }] } }],
  ['which is no volume of it', { container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] } }],
  ['mounts Secret other', { pod: { volumes: [{ name: 'data', secret: { secretName: 'other' } }] } }],
  ['has no service account', { pod: { serviceAccountName: 'other' } }],
  ['may run as root', { pod: { securityContext: {} } }],
  ['token of the cluster', { pod: { automountServiceAccountToken: true } }],
  ['lacks a probe', { container: { readinessProbe: { httpGet: { path: '/', port: 'web' } } } }],
  ['may gain privileges', { container: { securityContext: {} } }],
  ['has no limit of memory', { container: { resources: {} } }],
  ['is pulled each time', { container: { imagePullPolicy: 'Always' } }],
  ['no fixed version', { container: { image: 'redis' } }],
  ['a tag that moves', { container: { image: 'ticketing/shop:latest' } }],
])('When something is wrong, then it is said: %s', (words, wrong) => {
  expect(all(shop(wrong)).join('\n')).toContain(words);
});
