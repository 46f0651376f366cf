import { expect, test } from '@jest/globals';
import { root } from '@ticketing/launcher/paths';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { contexts, effectOf, readSkaffold, skaffoldProblems, type Call } from './skaffold.ts';

const skaffold = readSkaffold(root);
const overlays = readdirSync(join(root, 'infra', 'k8s', 'overlays'));
const { laptop, google } = contexts;
const checkNamespace = 'node tools/cluster/check-namespace.mjs';
const chooseProfile = 'node tools/cluster/choose-profile.mjs';
const refuseProduction = 'node tools/cluster/refuse-production.mjs';
const secrets = 'node tools/cluster/dev-secrets.mjs';
const nothing = 'node --eval ';

test.each<{ call: Call; overlay: string; target?: string; namespace?: string; withTls?: boolean }>([
  { call: { command: 'dev', kubeContext: laptop }, overlay: 'dev', target: 'dev' },
  { call: { command: 'dev', kubeContext: laptop, profiles: ['debug'] }, overlay: 'debug', target: 'dev' },
  { call: { command: 'run', kubeContext: laptop }, overlay: 'local' },
  { call: { command: 'run', kubeContext: laptop, profiles: ['test'] }, overlay: 'test', withTls: true },
  { call: { command: 'dev', kubeContext: google }, overlay: 'gke-dev', target: 'dev', namespace: 'ticketing-dev' },
  {
    call: { command: 'dev', kubeContext: google, profiles: ['gke-debug'] },
    overlay: 'gke-debug',
    target: 'dev',
    namespace: 'ticketing-dev',
  },
])(
  'When skaffold runs as $call, then it deploys $overlay for development',
  ({ call, overlay, target, namespace, withTls = false }) => {
    expect(effectOf(skaffold, call)).toEqual({
      overlay,
      target,
      defaultNamespace: namespace,
      beforeBuild: [],
      beforeRender: [checkNamespace],
      afterRender: call.command === 'dev' ? [refuseProduction] : [],
      beforeDeploy: [withTls ? `${secrets} --tls` : secrets],
    });
  },
);

test.each(Object.values(contexts))(
  'When the profile gcp is chosen on %s, then production is deployed without development’s images, secrets and namespace',
  (kubeContext) => {
    expect(effectOf(skaffold, { command: 'run', kubeContext, profiles: ['gcp'] })).toEqual({
      overlay: 'gcp',
      target: undefined,
      defaultNamespace: undefined,
      beforeBuild: [nothing],
      beforeRender: [nothing],
      afterRender: [],
      beforeDeploy: [],
    });
  },
);

test('When the profile gcp is chosen for skaffold dev, then it is refused before it is deployed', () => {
  for (const kubeContext of Object.values(contexts))
    expect(effectOf(skaffold, { command: 'dev', kubeContext, profiles: ['gcp'] })).toMatchObject({
      overlay: 'gcp',
      afterRender: [refuseProduction],
    });
});

test.each(['run', 'build', 'deploy', 'delete', 'render'])(
  'When no profile is chosen for skaffold %s on a Google cluster, then it stops and says what to do',
  (command) => {
    expect(effectOf(skaffold, { command, kubeContext: google })).toMatchObject({
      overlay: undefined,
      beforeBuild: [chooseProfile],
      beforeRender: [chooseProfile],
    });
  },
);

test('When skaffold.yaml is checked, then it has no problems', () => {
  expect(skaffoldProblems(root, skaffold, overlays)).toEqual([]);
});

test('When a profile for development does not check the namespace, then each way to deploy by it is reported', () => {
  const { profiles } = skaffold;
  const unguarded = profiles.map(({ manifests, ...each }) => ({
    ...each,
    manifests: { ...manifests, hooks: each.name === 'gke-dev' ? undefined : manifests?.hooks },
  }));
  expect(skaffoldProblems(root, { ...skaffold, profiles: unguarded }, overlays)).toContain(
    `skaffold does not check the namespace before it deploys gke-dev: ${JSON.stringify({ command: 'dev', kubeContext: google, profiles: [] })}`,
  );
});

test('When the profile of an overlay is missing, then the overlay is reported', () => {
  const profiles = skaffold.profiles.filter(({ name }) => name !== 'gke-debug');
  expect(skaffoldProblems(root, { ...skaffold, profiles }, overlays)).toContain(
    'no profile of skaffold.yaml deploys infra/k8s/overlays/gke-debug',
  );
});

test('When documents name a profile that is missing, then they are reported', () => {
  const profiles = skaffold.profiles.filter(({ name }) => name !== 'gcp');
  expect(skaffoldProblems(root, { ...skaffold, profiles }, overlays)).toContain(
    'docs/deploy.md names the profile gcp, which skaffold.yaml lacks',
  );
});

test('When a changed file of an image would not be copied into its pod, then its folder is reported', () => {
  const profiles = skaffold.profiles.map((each) =>
    each.name === 'dev'
      ? {
          ...each,
          build: {
            ...each.build,
            artifacts: (each.build?.artifacts ?? []).map((artifact) => ({ ...artifact, sync: { manual: [] } })),
          },
        }
      : each,
  );
  const problems = skaffoldProblems(root, { ...skaffold, profiles }, overlays);
  expect(problems).toContain('the profile dev does not sync orders/src/**/*.ts to ticketing/orders');
  expect(problems).toContain('the profile dev does not sync client/app/**/* to ticketing/client');
});
