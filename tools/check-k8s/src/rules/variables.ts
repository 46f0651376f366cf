import { configMap, containersOf, imageName, ofKind, workloadsOf, type Manifest } from '../manifest.ts';

/** Pods set only environment variables that their process reads; `known` has the variables of each image. */
export const variableProblems = (
  manifests: readonly Manifest[],
  known: Readonly<Record<string, readonly string[]>>,
): string[] => {
  const maps = new Map(
    ofKind(manifests, 'ConfigMap', configMap).map(({ metadata, data }) => [metadata.name, Object.keys(data)]),
  );
  return workloadsOf(manifests).flatMap((workload) =>
    containersOf(workload).flatMap((container) => {
      const read = known[imageName(container.image)];
      if (read === undefined) return [];
      const set = [
        ...container.env.map(({ name }) => name),
        ...container.envFrom.flatMap(({ configMapRef }) =>
          configMapRef === undefined ? [] : (maps.get(configMapRef.name) ?? []),
        ),
      ];
      return set
        .filter((name) => !read.includes(name))
        .map((name) => `${workload.metadata.name} sets ${name}, which its process does not read`);
    }),
  );
};
