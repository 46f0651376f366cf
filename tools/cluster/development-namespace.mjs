/** Says what a namespace is for. The overlay `gcp` sets `production`. */
export const environmentLabel = 'ticketing.example/environment';

/**
 * Why development must not be deployed to a namespace, or undefined if it may be. `labels` are undefined when it does not
 * exist yet. A Google cluster is usually shared, so there only a namespace that is labelled for development will do.
 * @param {{ context: string, namespace: string, labels: Record<string, string> | undefined }} target
 */
export const refusalOf = ({ context, namespace, labels }) => {
  if (labels === undefined) return undefined;
  const environment = labels[environmentLabel];
  const advice = 'Choose another one by --namespace; one that does not exist yet is created.';
  if (environment === 'production')
    return `The namespace ${namespace} of ${context} holds production, which development would replace. ${advice}`;
  if (context.startsWith('gke_') && environment !== 'development')
    return `The namespace ${namespace} of ${context} is not labelled ${environmentLabel}=development. ${advice}`;
  return undefined;
};
