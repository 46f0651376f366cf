import { afterEach, expect, test } from '@jest/globals';
import { createServer, type RequestListener, type Server } from 'node:http';
import { parseImage, readDigest } from './registry.ts';

let server: Server | undefined;

afterEach(() => {
  server?.close();
});

const listen = async (listener: RequestListener): Promise<string> => {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const address = started.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `localhost:${address.port}`;
};

const digest = `sha256:${'0a'.repeat(32)}`;

test.each([
  ['nats:2.12-alpine', 'https://registry-1.docker.io', 'library/nats', '2.12-alpine'],
  ['bitnami/redis:7.4', 'https://registry-1.docker.io', 'bitnami/redis', '7.4'],
  ['europe-docker.pkg.dev/project/images/nats:2.12', 'https://europe-docker.pkg.dev', 'project/images/nats', '2.12'],
  ['localhost:5000/nats:2', 'http://localhost:5000', 'nats', '2'],
])('When an image is %s, then its registry, repository and tag are read', (image, registry, repository, tag) => {
  expect(parseImage(image)).toEqual({ registry, repository, tag });
});

test.each(['nats', 'nats@sha256:00', 'localhost:5000/nats'])('When an image is %s, then it has no tag', (image) => {
  expect(() => parseImage(image)).toThrow('has no tag');
});

test('When a registry asks for a token, then the digest is read with the one that anybody gets', async () => {
  const host = await listen((request, response) => {
    const url = new URL(request.url ?? '', `http://${request.headers.host}`);
    if (url.pathname === '/token') {
      response.end(JSON.stringify({ token: `${url.searchParams.get('service')} ${url.searchParams.get('scope')}` }));
    } else if (request.headers.authorization === 'Bearer registry repository:team/nats:pull') {
      const isRead = request.method === 'HEAD' && url.pathname === '/v2/team/nats/manifests/2.12-alpine';
      response.writeHead(isRead ? 200 : 404, { 'docker-content-digest': digest }).end();
    } else {
      const challenge = `Bearer realm="http://${host}/token",service="registry",scope="repository:team/nats:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
  });
  expect(await readDigest(`${host}/team/nats:2.12-alpine`)).toBe(digest);
});

test.each([
  ['an unknown tag', 404, digest, 'returned 404'],
  ['no digest', 200, '', 'returned no digest'],
  ['a digest of another kind', 200, 'sha512:00', 'returned no digest'],
])('When a registry returns %s, then nothing is pinned', async (_, status, header, message) => {
  const host = await listen((_request, response) => {
    response.writeHead(status, { 'docker-content-digest': header }).end();
  });
  await expect(readDigest(`${host}/nats:1`)).rejects.toThrow(message);
});
