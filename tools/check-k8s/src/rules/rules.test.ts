import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { parseManifests, type Manifest } from '../manifest.ts';
import { edgeProblems } from './edge.ts';
import { ingressProblems } from './ingress.ts';
import { podProblems } from './pods.ts';
import { referenceProblems } from './references.ts';
import { selectorProblems } from './selectors.ts';
import { targetProblems } from './targets.ts';
import { variableProblems } from './variables.ts';

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
const withoutAccessLog = { 'nginx.ingress.kubernetes.io/enable-access-log': 'false' };
const path = (prefix: string, name: string) => ({ path: prefix, pathType: 'Prefix', backend: backend(name) });

/** Manifests without a problem, changed by `wrong`. */
const shop = (
  wrong: {
    readonly container?: object;
    readonly pod?: object;
    readonly spec?: object;
    readonly service?: object;
    readonly serviceAnnotations?: object;
    readonly ingressAnnotations?: object;
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
        metadata: { name: 'client', annotations: wrong.serviceAnnotations ?? {} },
        spec: { selector: labels, ports: [{ name: 'http', port: 3000, targetPort: 'http' }], ...wrong.service },
      },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'shop' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { COLOUR: 'red' } },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'shop', annotations: wrong.ingressAnnotations ?? withoutAccessLog },
        spec: { rules: [{ host: 'shop.test', http: { paths: wrong.paths ?? [path('/', 'client')] } }] },
      },
      ...(wrong.more ?? []),
    ]
      .map((each) => stringify(each))
      .join('---\n'),
  );

const all = (manifests: Manifest[]): string[] => [
  ...selectorProblems(manifests),
  ...targetProblems(manifests),
  ...ingressProblems(manifests, {}),
  ...edgeProblems(manifests),
  ...referenceProblems(manifests, { keys: ['KEY'] }),
  ...variableProblems(manifests, { 'ticketing/shop': ['KEY', 'COLOUR'] }),
  ...podProblems(manifests, { readOnly: true }),
];

test('When the manifests are right, then there are no problems', () => {
  expect(all(shop())).toEqual([]);
});

/** The same behind Google's load balancer. */
const behindGoogle = (frontend: object, backend: object, serviceAnnotations: object = googleBackend) => ({
  ingressAnnotations: {
    'kubernetes.io/ingress.class': 'gce',
    'networking.gke.io/v1beta1.FrontendConfig': 'any',
  },
  serviceAnnotations,
  more: [
    { apiVersion: 'networking.gke.io/v1beta1', kind: 'FrontendConfig', metadata: { name: 'any' }, spec: frontend },
    { apiVersion: 'cloud.google.com/v1', kind: 'BackendConfig', metadata: { name: 'site' }, spec: backend },
  ],
});
const googleBackend = { 'cloud.google.com/backend-config': '{"default": "site"}' };
const modernTls = { sslPolicy: 'modern' };
const notLogged = { logging: { enable: false } };

test("When the manifests for Google's load balancer are right, then there are no problems", () => {
  expect(all(shop(behindGoogle(modernTls, notLogged)))).toEqual([]);
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
const policy = (app: string, from?: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'any' },
  spec: {
    podSelector: { matchLabels: { app } },
    ingress: [from === undefined ? {} : { from: [{ podSelector: { matchLabels: { app: from } } }] }],
  },
});

test.each([
  ['selects 0 workloads', { service: { selector: { app: 'other' } } }],
  ['targets port web', { service: { ports: [{ name: 'http', port: 3000, targetPort: 'web' }] } }],
  ['does not select its own pods', { spec: { selector: { matchLabels: { app: 'other' } } } }],
  ['may be unavailable during a rollout', { spec: { strategy: { rollingUpdate: { maxUnavailable: 1 } } } }],
  ['scales other, which does not exist', { more: [autoscaler('other')] }],
  ['PodDisruptionBudget any selects no pod', { more: [budget('other')] }],
  ['NetworkPolicy any selects no pod', { more: [policy('other', 'shop')] }],
  ['names peers that select no pod', { more: [policy('shop', 'other')] }],
  ['NetworkPolicy any does not say from where', { more: [policy('shop')] }],
  ['instead of / Prefix client', { paths: [path('/', 'client'), path('/metrics', 'client')] }],
  ['the ingress logs the tokens of mailed links', { ingressAnnotations: {} }],
  ['the load balancer has no SSL policy', behindGoogle({}, notLogged)],
  ['redirects API requests', behindGoogle({ ...modernTls, redirectToHttps: { enabled: true } }, notLogged)],
  ['the load balancer logs the tokens of mailed links', behindGoogle(modernTls, {})],
  ['the load balancer logs the tokens of mailed links', behindGoogle(modernTls, { logging: { enable: true } })],
  ['the load balancer logs the tokens of mailed links', behindGoogle(modernTls, notLogged, {})],
  ['routes to client:http, which does not exist', { paths: [path('/', 'client')], service: { ports: [] } }],
  [
    'KEY is the key NO of Secret keys, which does not exist',
    { container: { env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'NO' } } }] } },
  ],
  ['reads ConfigMap other, which does not exist', { container: { envFrom: [{ configMapRef: { name: 'other' } }] } }],
  ['sets SIZE, which its process does not read', { container: { env: [{ name: 'SIZE', value: '1' }] } }],
  ['which is not one of its volumes', { container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] } }],
  [
    'mounts Secret other, which does not exist',
    { pod: { volumes: [{ name: 'data', secret: { secretName: 'other' } }] } },
  ],
  ['has no service account', { pod: { serviceAccountName: 'other' } }],
  ['may run as root', { pod: { securityContext: {} } }],
  ['token of the Kubernetes API', { pod: { automountServiceAccountToken: true } }],
  ['lacks a probe', { container: { readinessProbe: { httpGet: { path: '/', port: 'web' } } } }],
  ['may gain privileges', { container: { securityContext: {} } }],
  ['has no memory limit', { container: { resources: {} } }],
  ['pulls its image at each start', { container: { imagePullPolicy: 'Always' } }],
  ['not a fixed version', { container: { image: 'redis' } }],
  ['the tag latest, which moves', { container: { image: 'ticketing/shop:latest' } }],
])('When something is wrong, then the problem is reported: %s', (problem, wrong) => {
  expect(all(shop(wrong)).join('\n')).toContain(problem);
});
