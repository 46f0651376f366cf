import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

export const labels = z.record(z.string(), z.string());
type Labels = Readonly<z.infer<typeof labels>>;

/** What every Kubernetes object has. */
const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: labels.default({}) }),
});
export type Manifest = z.infer<typeof manifest>;

/** The objects in the output of kustomize. */
export const parseManifests = (text: string): Manifest[] =>
  parseAllDocuments(text).map((document) => manifest.parse(document.toJS()));

const keyRef = z.object({ name: z.string(), key: z.string(), optional: z.boolean().default(false) });

const probe = z.looseObject({
  exec: z.looseObject({ command: z.array(z.string()).min(1) }).optional(),
  httpGet: z.looseObject({ port: z.union([z.string(), z.number()]) }).optional(),
  tcpSocket: z.looseObject({ port: z.union([z.string(), z.number()]) }).optional(),
});

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  imagePullPolicy: z.string().optional(),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  env: z
    .array(
      z.looseObject({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z.looseObject({ secretKeyRef: keyRef.optional(), configMapKeyRef: keyRef.optional() }).optional(),
      }),
    )
    .default([]),
  envFrom: z.array(z.looseObject({ configMapRef: z.object({ name: z.string() }).optional() })).default([]),
  securityContext: z
    .looseObject({
      allowPrivilegeEscalation: z.boolean().optional(),
      readOnlyRootFilesystem: z.boolean().optional(),
      capabilities: z
        .looseObject({ drop: z.array(z.string()).default([]), add: z.array(z.string()).default([]) })
        .optional(),
    })
    .default({}),
  resources: z
    .looseObject({
      requests: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
      limits: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
    })
    .default({ requests: {}, limits: {} }),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});
export type Container = z.infer<typeof container>;

const podSpec = z.looseObject({
  serviceAccountName: z.string().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  securityContext: z
    .looseObject({
      runAsNonRoot: z.boolean().optional(),
      seccompProfile: z.looseObject({ type: z.string() }).optional(),
    })
    .default({}),
  initContainers: z.array(container).default([]),
  containers: z.array(container).min(1),
  volumes: z
    .array(
      z.looseObject({
        name: z.string(),
        configMap: z.looseObject({ name: z.string() }).optional(),
        secret: z.looseObject({ secretName: z.string() }).optional(),
      }),
    )
    .default([]),
});

const workload = z.looseObject({
  kind: z.enum(['Deployment', 'StatefulSet', 'Job']),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    selector: z.looseObject({ matchLabels: labels }).optional(),
    strategy: z.looseObject({ rollingUpdate: z.looseObject({ maxUnavailable: z.unknown() }).optional() }).optional(),
    template: z.looseObject({
      metadata: z.looseObject({ labels }),
      spec: podSpec,
    }),
    volumeClaimTemplates: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })).default([]),
  }),
});
export type Workload = z.infer<typeof workload>;

export const service = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    selector: labels,
    ports: z.array(
      z.looseObject({ name: z.string(), port: z.number(), targetPort: z.union([z.string(), z.number()]) }),
    ),
  }),
});

export const configMap = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
});

/** The objects that run pods. */
export const workloadsOf = (manifests: readonly Manifest[]): Workload[] =>
  manifests.flatMap((candidate) =>
    ['Deployment', 'StatefulSet', 'Job'].includes(candidate.kind) ? [workload.parse(candidate)] : [],
  );

export const containersOf = ({ spec }: Workload): Container[] => [
  ...spec.template.spec.initContainers,
  ...spec.template.spec.containers,
];

export const labelsOf = ({ spec }: Workload): Labels => spec.template.metadata.labels;

export const selects = (selector: Labels, podLabels: Labels): boolean =>
  Object.entries(selector).every(([label, value]) => podLabels[label] === value);

/** An image without its tag. */
export const imageName = (image: string): string => image.replace(/:[^:/]*$/, '');

/** Objects of one kind, each parsed by `schema`. */
export const ofKind = <Schema extends z.ZodType>(
  manifests: readonly Manifest[],
  kind: string,
  schema: Schema,
): z.infer<Schema>[] => manifests.filter((each) => each.kind === kind).map((each) => schema.parse(each));
