import { once } from 'node:events';
import { type Agent, createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { kubectl } from './kubectl.ts';

const ingressObject = z.object({
  spec: z.object({ rules: z.array(z.object({ host: z.string() })).min(1) }),
  status: z.object({
    loadBalancer: z
      .object({
        ingress: z.array(z.object({ ip: z.string().optional(), hostname: z.string().optional() })).default([]),
      })
      .default({ ingress: [] }),
  }),
});

/** Where the ingress is, and the site's name there. */
export interface Ingress {
  readonly address: URL;
  readonly host: string;
}

/** The ingress of the current namespace; `given` is its address when it cannot be told from the object. */
export const findIngress = async (given: string | undefined): Promise<Ingress> => {
  const { spec, status } = ingressObject.parse(
    JSON.parse(await kubectl('get', 'ingress', 'ticketing', '--output=json')),
  );
  const first = status.loadBalancer.ingress[0];
  const host = spec.rules[0]?.host ?? '';
  const address = given ?? (first === undefined ? undefined : `http://${first.ip ?? first.hostname ?? ''}`);
  if (address === undefined)
    throw new Error('The ingress has no address yet: set CLUSTER_INGRESS to its http://host:port');
  return { address: new URL(address), host };
};

export interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: Agent;
}

const answerWithinMs = 30_000;

/** One request to the site through the ingress; rejects when there is no answer. */
export const ask = ({ address, host }: Ingress, question: Question): Promise<Asked> =>
  new Promise((resolve, reject) => {
    const { method, path, headers, body, agent } = question;
    const request = httpRequest(
      {
        host: address.hostname,
        port: address.port === '' ? 80 : address.port,
        method,
        path,
        headers: { ...headers, host },
        timeout: answerWithinMs,
        ...(agent === undefined ? {} : { agent }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.once('error', reject);
    request.once('timeout', () => request.destroy(new Error(`no answer within ${answerWithinMs / 1000} s`)));
    request.end(body);
  });

/**
 * An address on this machine that leads to the ingress under the site's name, which not every resolver knows.
 * For programs that take nothing but a URL.
 */
export const openDoor = async ({ address, host }: Ingress): Promise<{ readonly url: string; close(): void }> => {
  const server = createServer((incoming, outgoing) => {
    const onward = httpRequest(
      {
        host: address.hostname,
        port: address.port === '' ? 80 : address.port,
        method: incoming.method,
        path: incoming.url,
        headers: { ...incoming.headers, host },
      },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
      },
    );
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
