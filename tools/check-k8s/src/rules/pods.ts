import { containersOf, workloadsOf, type Manifest } from '../manifest.ts';

/**
 * Pod Security's restricted profile, and rules of our own: read-only root file systems, no API token, a memory limit,
 * probes at ports that exist, no unavailable pod during a rollout, images with a fixed tag.
 */
export const podProblems = (manifests: readonly Manifest[], options: { readonly readOnly: boolean }): string[] =>
  workloadsOf(manifests).flatMap((workload) => {
    const { kind, metadata, spec } = workload;
    const pod = spec.template.spec;
    const at = `${kind} ${metadata.name}`;
    const problemIf = (wrong: boolean, text: string): string[] => (wrong ? [`${at}: ${text}`] : []);
    return [
      ...problemIf(pod.securityContext.runAsNonRoot !== true, 'may run as root'),
      ...problemIf(pod.securityContext.seccompProfile?.type !== 'RuntimeDefault', 'has no seccomp profile'),
      ...problemIf(pod.automountServiceAccountToken !== false, 'mounts a token of the Kubernetes API'),
      ...problemIf(
        kind === 'Deployment' && spec.strategy?.rollingUpdate?.maxUnavailable !== 0,
        'may be unavailable during a rollout',
      ),
      ...pod.containers.flatMap(({ startupProbe, livenessProbe, readinessProbe, ports, name }) =>
        kind === 'Job'
          ? []
          : [startupProbe, livenessProbe, readinessProbe].flatMap((each) => {
              const port = each?.httpGet?.port ?? each?.tcpSocket?.port;
              return problemIf(
                each?.exec === undefined && !ports.some((known) => known.name === port),
                `${name} lacks a probe, or has one at a port that it does not have`,
              );
            }),
      ),
      ...containersOf(workload).flatMap(({ name, image, imagePullPolicy, securityContext, resources }) => [
        ...problemIf(securityContext.allowPrivilegeEscalation !== false, `${name} may gain privileges`),
        ...problemIf(securityContext.capabilities?.drop.includes('ALL') !== true, `${name} keeps capabilities`),
        ...problemIf((securityContext.capabilities?.add.length ?? 0) > 0, `${name} adds capabilities`),
        ...problemIf(
          options.readOnly && securityContext.readOnlyRootFilesystem !== true,
          `${name} has a writable root file system`,
        ),
        ...problemIf(resources.limits['memory'] === undefined, `${name} has no memory limit`),
        ...problemIf(
          resources.requests['memory'] === undefined || resources.requests['cpu'] === undefined,
          `${name} requests no memory or no CPU`,
        ),
        ...problemIf(imagePullPolicy !== 'IfNotPresent', `${name} pulls its image at each start`),
        ...problemIf(
          !image.startsWith('ticketing/') && !/:.*\d/.test(image),
          `${name} runs ${image}, which is not a fixed version`,
        ),
        ...problemIf(image.endsWith(':latest'), `${name} runs the tag latest, which moves`),
      ]),
    ];
  });
