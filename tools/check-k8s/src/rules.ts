import { z } from 'zod';
import { containersOf, ofKind, workloadsOf, type Manifest, type Workload } from './manifest.ts';

/** Secrets by name, each with its keys. */
export type Secrets = Readonly<Record<string, readonly string[]>>;

const labels = z.record(z.string(), z.string());
const labelsOf = ({ spec }: Workload) => spec.template.metadata.labels;
const selects = (selector: Readonly<Record<string, string>>, found: Readonly<Record<string, string>>): boolean =>
  Object.entries(selector).every(([label, value]) => found[label] === value);

const service = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    selector: labels,
    ports: z.array(
      z.looseObject({ name: z.string(), port: z.number(), targetPort: z.union([z.string(), z.number()]) }),
    ),
  }),
});

/** Every Service leads to pods of exactly one workload, at ports that these have; every workload finds its own pods. */
export const selectorProblems = (manifests: readonly Manifest[]): string[] => {
  const workloads = workloadsOf(manifests);
  const own = workloads.flatMap((workload) => {
    const selector = workload.spec.selector?.matchLabels;
    return selector === undefined || selects(selector, labelsOf(workload))
      ? []
      : [`${workload.kind} ${workload.metadata.name} does not select its own pods`];
  });
  const led = ofKind(manifests, 'Service', service).flatMap(({ metadata, spec }) => {
    const targets = workloads.filter((workload) => selects(spec.selector, labelsOf(workload)));
    const [target] = targets;
    if (target === undefined || targets.length > 1)
      return [`Service ${metadata.name} leads to ${targets.length} workloads`];
    const ports = containersOf(target).flatMap((container) => container.ports);
    return spec.ports
      .filter(
        ({ targetPort }) =>
          !ports.some(({ name, containerPort }) => name === targetPort || containerPort === targetPort),
      )
      .map(
        ({ targetPort }) =>
          `Service ${metadata.name} leads to port ${targetPort}, which ${target.metadata.name} does not have`,
      );
  });
  return [...own, ...led];
};

const selecting = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ selector: z.looseObject({ matchLabels: labels }) }),
});
const autoscaler = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }) }),
});
const podSelector = z.looseObject({
  matchLabels: labels.default({}),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) }))
    .default([]),
});
const peers = z.array(z.looseObject({ podSelector: podSelector.optional() })).default([]);
const policy = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    podSelector,
    ingress: z.array(z.looseObject({ from: peers })).default([]),
    egress: z.array(z.looseObject({ to: peers })).default([]),
  }),
});

const matches = (selector: z.infer<typeof podSelector>, found: Readonly<Record<string, string>>): boolean =>
  selects(selector.matchLabels, found) &&
  selector.matchExpressions.every(({ key, values }) => values.includes(found[key] ?? ''));

/** Budgets, autoscalers and network policies are about something that there is. */
export const aimProblems = (manifests: readonly Manifest[]): string[] => {
  const workloads = workloadsOf(manifests);
  const isAny = (selector: z.infer<typeof podSelector>) =>
    workloads.some((workload) => matches(selector, labelsOf(workload)));
  return [
    ...ofKind(manifests, 'PodDisruptionBudget', selecting).flatMap(({ metadata, spec }) =>
      isAny({ matchLabels: spec.selector.matchLabels, matchExpressions: [] })
        ? []
        : [`PodDisruptionBudget ${metadata.name} is about no pod`],
    ),
    ...ofKind(manifests, 'HorizontalPodAutoscaler', autoscaler).flatMap(({ metadata, spec }) =>
      workloads.some(
        ({ kind, metadata: { name } }) => kind === spec.scaleTargetRef.kind && name === spec.scaleTargetRef.name,
      )
        ? []
        : [`HorizontalPodAutoscaler ${metadata.name} scales nothing`],
    ),
    ...ofKind(manifests, 'NetworkPolicy', policy).flatMap(({ metadata, spec }) => [
      ...(isAny(spec.podSelector) ? [] : [`NetworkPolicy ${metadata.name} is about no pod`]),
      ...[...spec.ingress.flatMap(({ from }) => from), ...spec.egress.flatMap(({ to }) => to)].flatMap((peer) =>
        peer.podSelector === undefined || isAny(peer.podSelector)
          ? []
          : [`NetworkPolicy ${metadata.name} names pods that there are none of`],
      ),
    ]),
  ];
};

const ingress = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    rules: z.array(
      z.looseObject({
        host: z.string(),
        http: z.object({
          paths: z.array(
            z.object({
              path: z.string(),
              pathType: z.string(),
              backend: z.object({ service: z.object({ name: z.string(), port: z.object({ name: z.string() }) }) }),
            }),
          ),
        }),
      }),
    ),
  }),
});

/** The ingress routes exactly what the local router does, to Services and ports that there are. */
export const ingressProblems = (manifests: readonly Manifest[], routes: Readonly<Record<string, string>>): string[] => {
  const services = ofKind(manifests, 'Service', service);
  const expected = [...Object.entries(routes), ['/', 'client']].map(([path, name]) => `${path} Prefix ${name}`);
  const found = ofKind(manifests, 'Ingress', ingress);
  if (found.length !== 1) return [`there are ${found.length} Ingress objects instead of one`];
  return found.flatMap(({ spec }) =>
    spec.rules.flatMap(({ host, http }) => {
      const paths = http.paths.map(({ path, pathType, backend }) => `${path} ${pathType} ${backend.service.name}`);
      return [
        ...(expected.toSorted().join() === paths.toSorted().join()
          ? []
          : [`the ingress of ${host} routes ${paths.join(', ')} instead of ${expected.join(', ')}`]),
        ...http.paths.flatMap(
          ({
            backend: {
              service: { name, port },
            },
          }) =>
            services.some(
              ({ metadata, spec: { ports } }) =>
                metadata.name === name && ports.some((each) => each.name === port.name),
            )
              ? []
              : [`the ingress leads to ${name}:${port.name}, which there is not`],
        ),
      ];
    }),
  );
};

const configMap = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
});
const serviceAccount = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });

/** Secrets, keys, settings, volumes and accounts that pods name are there. */
export const referenceProblems = (manifests: readonly Manifest[], secrets: Secrets): string[] => {
  const maps = new Map(ofKind(manifests, 'ConfigMap', configMap).map(({ metadata, data }) => [metadata.name, data]));
  const accounts = new Set(ofKind(manifests, 'ServiceAccount', serviceAccount).map(({ metadata }) => metadata.name));
  return workloadsOf(manifests).flatMap((workload) => {
    const pod = workload.spec.template.spec;
    const at = `${workload.kind} ${workload.metadata.name}`;
    const volumes = new Set(
      [...pod.volumes, ...workload.spec.volumeClaimTemplates.map(({ metadata }) => metadata)].map(({ name }) => name),
    );
    return [
      ...(pod.serviceAccountName !== undefined && accounts.has(pod.serviceAccountName)
        ? []
        : [`${at} has no service account of its own`]),
      ...pod.volumes.flatMap(({ configMap: map, secret }) => [
        ...(map === undefined || maps.has(map.name) ? [] : [`${at} mounts ConfigMap ${map.name}, which there is not`]),
        ...(secret === undefined || secrets[secret.secretName] !== undefined
          ? []
          : [`${at} mounts Secret ${secret.secretName}, which nobody makes`]),
      ]),
      ...containersOf(workload).flatMap((container) => [
        ...container.volumeMounts
          .filter(({ name }) => !volumes.has(name))
          .map(({ name }) => `${at} mounts ${name}, which is no volume of it`),
        ...container.envFrom.flatMap(({ configMapRef }) =>
          configMapRef === undefined || maps.has(configMapRef.name)
            ? []
            : [`${at} reads ConfigMap ${configMapRef.name}, which there is not`],
        ),
        ...container.env.flatMap(({ name, valueFrom }) => {
          const ref = valueFrom?.secretKeyRef;
          return ref === undefined || secrets[ref.name]?.includes(ref.key) === true
            ? []
            : [`${at}: ${name} is ${ref.key} of Secret ${ref.name}, which nobody makes`];
        }),
      ]),
    ];
  });
};

/** Variables that a process is given are ones that it reads. `known` has the variables by image. */
export const variableProblems = (
  manifests: readonly Manifest[],
  known: Readonly<Record<string, readonly string[]>>,
): string[] => {
  const maps = new Map(
    ofKind(manifests, 'ConfigMap', configMap).map(({ metadata, data }) => [metadata.name, Object.keys(data)]),
  );
  return workloadsOf(manifests).flatMap((workload) =>
    containersOf(workload).flatMap((container) => {
      const read = known[container.image.split(':')[0] ?? ''];
      if (read === undefined) return [];
      const given = [
        ...container.env.map(({ name }) => name),
        ...container.envFrom.flatMap(({ configMapRef }) => maps.get(configMapRef?.name ?? '') ?? []),
      ];
      return given
        .filter((name) => !read.includes(name))
        .map((name) => `${workload.metadata.name} is given ${name}, which it does not read`);
    }),
  );
};

const longLived = (kind: string): boolean => kind !== 'Job';

/**
 * Pod Security's restricted profile, and what we ask beyond it: read-only root file systems, no token, memory limited,
 * probes at ports that there are, no unavailable pod in a rollout, images with a tag that stays.
 */
export const podProblems = (manifests: readonly Manifest[], options: { readonly readOnly: boolean }): string[] =>
  workloadsOf(manifests).flatMap((workload) => {
    const { kind, metadata, spec } = workload;
    const pod = spec.template.spec;
    const at = `${kind} ${metadata.name}`;
    const says = (wrong: boolean, text: string): string[] => (wrong ? [`${at}: ${text}`] : []);
    return [
      ...says(pod.securityContext.runAsNonRoot !== true, 'may run as root'),
      ...says(pod.securityContext.seccompProfile?.type !== 'RuntimeDefault', 'has no seccomp profile'),
      ...says(pod.automountServiceAccountToken !== false, 'is given a token of the cluster'),
      ...says(
        kind === 'Deployment' && spec.strategy?.rollingUpdate?.maxUnavailable !== 0,
        'may be unavailable in a rollout',
      ),
      ...pod.containers.flatMap(({ startupProbe, livenessProbe, readinessProbe, ports, name }) =>
        longLived(kind)
          ? [startupProbe, livenessProbe, readinessProbe].flatMap((each) => {
              const port = each?.httpGet?.port ?? each?.tcpSocket?.port;
              return says(
                port === undefined || !ports.some((known) => known.name === port),
                `${name} lacks a probe, or the port of one`,
              );
            })
          : [],
      ),
      ...containersOf(workload).flatMap(({ name, image, imagePullPolicy, securityContext, resources }) => [
        ...says(securityContext.allowPrivilegeEscalation !== false, `${name} may gain privileges`),
        ...says(securityContext.capabilities?.drop.includes('ALL') !== true, `${name} keeps capabilities`),
        ...says((securityContext.capabilities?.add.length ?? 0) > 0, `${name} adds capabilities`),
        ...says(options.readOnly && securityContext.readOnlyRootFilesystem !== true, `${name} may write to its image`),
        ...says(resources.limits['memory'] === undefined, `${name} has no limit of memory`),
        ...says(
          resources.requests['memory'] === undefined || resources.requests['cpu'] === undefined,
          `${name} requests nothing`,
        ),
        ...says(imagePullPolicy !== 'IfNotPresent', `${name} is pulled each time`),
        ...says(
          !image.startsWith('ticketing/') && !/:.*\d/.test(image),
          `${name} runs ${image}, which is no fixed version`,
        ),
        ...says(image.endsWith(':latest'), `${name} runs a tag that moves`),
      ]),
    ];
  });
