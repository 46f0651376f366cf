import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface Relay {
  readonly url: string;
  close(): void;
}

/** A proxy between two servers: `pass` forwards a request; when it returns no response, the connection is closed. */
export const openRelay = async (
  pass: (request: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }) => Promise<Response | undefined>,
): Promise<Relay> => {
  const server = createServer((req, res) => {
    const respond = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(Buffer.from(chunk));
      const response = await pass({
        method: req.method ?? 'GET',
        path: req.url ?? '/',
        headers: req.headers,
        body: Buffer.concat(chunks).toString(),
      });
      if (response === undefined) res.destroy();
      else res.writeHead(response.status, { 'Content-Type': 'application/json' }).end(await response.text());
    };
    respond().catch(() => res.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the relay has no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
