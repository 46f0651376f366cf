import { z } from 'zod';

const timeoutMs = 15_000;

/** Both name the image of every platform, where there are several. */
const indexTypes = 'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json';
const manifestTypes =
  'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';

const digestPattern = /^sha256:[0-9a-f]{64}$/;

interface Reference {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

/**
 * @param image as in a manifest, such as `nats:2.12-alpine` or `europe-docker.pkg.dev/project/images/nats:2.12`. Without a
 * registry it is Docker Hub's, where official images are below `library/`.
 * @throws Error without a tag.
 */
export const parseImage = (image: string): Reference => {
  const [, host, path = '', tag] = /^(?:([^/]+[.:][^/]*|localhost)\/)?([^:@]+)(?::([\w.-]+))?$/.exec(image) ?? [];
  if (tag === undefined) throw new Error(`${image} has no tag`);
  return host === undefined
    ? { registry: 'https://registry-1.docker.io', repository: path.includes('/') ? path : `library/${path}`, tag }
    : { registry: host.startsWith('localhost') ? `http://${host}` : `https://${host}`, repository: path, tag };
};

const tokenResponse = z.object({ token: z.string() }).or(z.object({ access_token: z.string() }));

/** The token that a registry asks for, as anybody gets it. @see https://distribution.github.io/distribution/spec/auth/token/ */
const readToken = async (challenge: string): Promise<string> => {
  const parameters = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
  const realm = parameters.get('realm');
  if (!challenge.startsWith('Bearer ') || realm === undefined) throw new Error(`cannot answer "${challenge}"`);
  const url = new URL(realm);
  for (const name of ['service', 'scope']) {
    const value = parameters.get(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${url.host} returned ${response.status}`);
  const body = tokenResponse.parse(await response.json());
  return 'token' in body ? body.token : body.access_token;
};

/**
 * The digest that the tag of a public image stands for now.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#checking-if-content-exists-in-the-registry
 * @throws Error when the registry cannot be reached, does not know the tag, or returns no digest.
 */
export const readDigest = async (image: string): Promise<string> => {
  const { registry, repository, tag } = parseImage(image);
  const url = `${registry}/v2/${repository}/manifests/${tag}`;
  const head = (headers: Record<string, string>) =>
    fetch(url, {
      method: 'HEAD',
      headers: { accept: `${indexTypes}, ${manifestTypes}`, ...headers },
      signal: AbortSignal.timeout(timeoutMs),
    });
  const first = await head({});
  const challenge = first.headers.get('www-authenticate');
  const response =
    first.status === 401 && challenge !== null
      ? await head({ authorization: `Bearer ${await readToken(challenge)}` })
      : first;
  if (!response.ok) throw new Error(`${url} returned ${response.status}`);
  const digest = response.headers.get('docker-content-digest');
  if (digest === null || !digestPattern.test(digest)) throw new Error(`${url} returned no digest`);
  return digest;
};
