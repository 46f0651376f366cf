import { containersOf, labelsOf, ofKind, selects, service, workloadsOf, type Manifest } from '../manifest.ts';

/** Every workload selects its own pods; every Service selects the pods of exactly one workload, at ports that they have. */
export const selectorProblems = (manifests: readonly Manifest[]): string[] => {
  const workloads = workloadsOf(manifests);
  const ofWorkloads = workloads.flatMap((workload) => {
    const selector = workload.spec.selector?.matchLabels;
    return selector === undefined || selects(selector, labelsOf(workload))
      ? []
      : [`${workload.kind} ${workload.metadata.name} does not select its own pods`];
  });
  const ofServices = ofKind(manifests, 'Service', service).flatMap(({ metadata, spec }) => {
    const targets = workloads.filter((workload) => selects(spec.selector, labelsOf(workload)));
    const [target] = targets;
    if (target === undefined || targets.length > 1)
      return [`Service ${metadata.name} selects ${targets.length} workloads instead of one`];
    const ports = containersOf(target).flatMap((container) => container.ports);
    return spec.ports
      .filter(
        ({ targetPort }) =>
          !ports.some(({ name, containerPort }) => name === targetPort || containerPort === targetPort),
      )
      .map(
        ({ targetPort }) =>
          `Service ${metadata.name} targets port ${targetPort}, which ${target.metadata.name} does not have`,
      );
  });
  return [...ofWorkloads, ...ofServices];
};
