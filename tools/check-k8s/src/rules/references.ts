import { z } from 'zod';
import { configMap, containersOf, ofKind, workloadsOf, type Manifest } from '../manifest.ts';

/** Keys of each Secret, by its name. */
export type Secrets = Readonly<Record<string, readonly string[]>>;

const serviceAccount = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });

/** Secrets, their keys, ConfigMaps, volumes and service accounts that pods name exist. */
export const referenceProblems = (manifests: readonly Manifest[], secrets: Secrets): string[] => {
  const maps = new Set(ofKind(manifests, 'ConfigMap', configMap).map(({ metadata }) => metadata.name));
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
        ...(map === undefined || maps.has(map.name)
          ? []
          : [`${at} mounts ConfigMap ${map.name}, which does not exist`]),
        ...(secret === undefined || secrets[secret.secretName] !== undefined
          ? []
          : [`${at} mounts Secret ${secret.secretName}, which does not exist`]),
      ]),
      ...containersOf(workload).flatMap((container) => [
        ...container.volumeMounts
          .filter(({ name }) => !volumes.has(name))
          .map(({ name }) => `${at} mounts ${name}, which is not one of its volumes`),
        ...container.envFrom.flatMap(({ configMapRef }) =>
          configMapRef === undefined || maps.has(configMapRef.name)
            ? []
            : [`${at} reads ConfigMap ${configMapRef.name}, which does not exist`],
        ),
        ...container.env.flatMap(({ name, valueFrom }) => {
          const ref = valueFrom?.secretKeyRef;
          return ref === undefined || secrets[ref.name]?.includes(ref.key) === true
            ? []
            : [`${at}: ${name} is the key ${ref.key} of Secret ${ref.name}, which does not exist`];
        }),
      ]),
    ];
  });
};
