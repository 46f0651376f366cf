import { z } from 'zod';
import { labels, labelsOf, ofKind, selects, workloadsOf, type Manifest } from '../manifest.ts';

const budget = z.looseObject({
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
type PodSelector = z.infer<typeof podSelector>;
const peers = z.array(z.looseObject({ podSelector: podSelector.optional() })).default([]);
const policy = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    podSelector,
    ingress: z.array(z.looseObject({ from: peers })).default([]),
    egress: z.array(z.looseObject({ to: peers })).default([]),
  }),
});

const matches = (selector: PodSelector, podLabels: Readonly<Record<string, string>>): boolean =>
  selects(selector.matchLabels, podLabels) &&
  selector.matchExpressions.every(({ key, values }) => values.includes(podLabels[key] ?? ''));

/** Disruption budgets, autoscalers and network policies name workloads and pods that exist; policies name their sources. */
export const targetProblems = (manifests: readonly Manifest[]): string[] => {
  const workloads = workloadsOf(manifests);
  const selectsAny = (selector: PodSelector) => workloads.some((workload) => matches(selector, labelsOf(workload)));
  return [
    ...ofKind(manifests, 'PodDisruptionBudget', budget).flatMap(({ metadata, spec }) =>
      selectsAny({ matchLabels: spec.selector.matchLabels, matchExpressions: [] })
        ? []
        : [`PodDisruptionBudget ${metadata.name} selects no pod`],
    ),
    ...ofKind(manifests, 'HorizontalPodAutoscaler', autoscaler).flatMap(({ metadata, spec: { scaleTargetRef } }) =>
      workloads.some(({ kind, metadata: { name } }) => kind === scaleTargetRef.kind && name === scaleTargetRef.name)
        ? []
        : [`HorizontalPodAutoscaler ${metadata.name} scales ${scaleTargetRef.name}, which does not exist`],
    ),
    ...ofKind(manifests, 'NetworkPolicy', policy).flatMap(({ metadata, spec }) => [
      ...(selectsAny(spec.podSelector) ? [] : [`NetworkPolicy ${metadata.name} selects no pod`]),
      ...[...spec.ingress.flatMap(({ from }) => from), ...spec.egress.flatMap(({ to }) => to)].flatMap((peer) =>
        peer.podSelector === undefined || selectsAny(peer.podSelector)
          ? []
          : [`NetworkPolicy ${metadata.name} names peers that select no pod`],
      ),
      // A rule without `from` admits every pod of the cluster.
      ...(spec.ingress.every(({ from }) => from.length > 0)
        ? []
        : [`NetworkPolicy ${metadata.name} does not say from where`]),
    ]),
  ];
};
