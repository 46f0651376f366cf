import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { required } from '@ticketing/launcher/required';
import { openHttpClient, type HttpClient } from '@ticketing/test/http-client';
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

/** Address of the ingress, and the host name of the site. */
export interface Ingress {
  readonly address: URL;
  readonly host: string;
}

/** Finds the ingress of the current namespace; `given` is its address if the Ingress object has none. */
export const findIngress = async (given: string | undefined): Promise<Ingress> => {
  const { spec, status } = ingressObject.parse(
    JSON.parse(await kubectl('get', 'ingress', 'ticketing', '--output=json')),
  );
  const first = status.loadBalancer.ingress[0];
  const { host } = required(spec.rules[0], 'rule of the ingress');
  const found = first?.ip ?? first?.hostname;
  const address = given ?? (found === undefined ? undefined : `http://${found}`);
  if (address === undefined)
    throw new Error('The ingress has no address yet: set CLUSTER_INGRESS to its http://host:port');
  return { address: new URL(address), host };
};

/** A client of the site, which sends its requests to the ingress. */
export const openSite = ({ address, host }: Ingress): HttpClient =>
  openHttpClient(address.origin, { headers: { host }, connections: 64 });

/** An address on this machine that forwards to the ingress under the site's host name, for programs that accept only a URL. */
export const openHostProxy = async ({ address, host }: Ingress): Promise<{ readonly url: string; close(): void }> => {
  const server = createServer((incoming, outgoing) => {
    const forwarded = httpRequest(
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
    forwarded.once('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('the host proxy has no port');
  return {
    url: `http://127.0.0.1:${bound.port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
