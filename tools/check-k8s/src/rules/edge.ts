import { z } from 'zod';
import { ofKind, type Manifest } from '../manifest.ts';

const annotated = z.looseObject({
  metadata: z.looseObject({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
});
const frontendConfig = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ sslPolicy: z.string().optional(), redirectToHttps: z.unknown().optional() }),
});
const backendConfig = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ logging: z.looseObject({ enable: z.boolean() }).optional() }),
});
const backendConfigNames = z.object({ default: z.string() });

/** Of Google's load balancer, whose access log is switched off for each Service. */
const googleProblems = (manifests: readonly Manifest[], frontendName: string | undefined): string[] => {
  const frontend = ofKind(manifests, 'FrontendConfig', frontendConfig).find(
    ({ metadata }) => metadata.name === frontendName,
  );
  const site = ofKind(manifests, 'Service', annotated).find(({ metadata }) => metadata.name === 'client');
  const names = backendConfigNames.parse(
    JSON.parse(site?.metadata.annotations['cloud.google.com/backend-config'] ?? '{"default":""}'),
  );
  const backend = ofKind(manifests, 'BackendConfig', backendConfig).find(
    ({ metadata }) => metadata.name === names.default,
  );
  return [
    ...(frontend?.spec.sslPolicy === undefined ? ['the load balancer has no SSL policy, so it accepts TLS 1.0'] : []),
    ...(frontend?.spec.redirectToHttps === undefined ? [] : ['the load balancer redirects API requests to https']),
    ...(backend?.spec.logging?.enable === false ? [] : ['the load balancer logs the tokens of mailed links']),
  ];
};

/** The edge accepts recommended TLS only, redirects nothing by itself, and logs no requests to the site: the addresses of mailed links contain tokens. */
export const edgeProblems = (manifests: readonly Manifest[]): string[] =>
  ofKind(manifests, 'Ingress', annotated).flatMap(({ metadata: { annotations } }) => {
    if (annotations['kubernetes.io/ingress.class'] === 'gce')
      return googleProblems(manifests, annotations['networking.gke.io/v1beta1.FrontendConfig']);
    return annotations['nginx.ingress.kubernetes.io/enable-access-log'] === 'false'
      ? []
      : ['the ingress logs the tokens of mailed links'];
  });
