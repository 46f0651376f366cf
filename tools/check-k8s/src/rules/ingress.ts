import { z } from 'zod';
import { ofKind, service, type Manifest } from '../manifest.ts';

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

/** The ingress has the routes of the local router and no others, to Services and ports that exist. */
export const ingressProblems = (manifests: readonly Manifest[], routes: Readonly<Record<string, string>>): string[] => {
  const services = ofKind(manifests, 'Service', service);
  const hasPort = (name: string, port: string): boolean =>
    services.some(({ metadata, spec }) => metadata.name === name && spec.ports.some((each) => each.name === port));
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
        ...http.paths.flatMap(({ backend: { service: target } }) =>
          hasPort(target.name, target.port.name)
            ? []
            : [`the ingress routes to ${target.name}:${target.port.name}, which does not exist`],
        ),
      ];
    }),
  );
};
