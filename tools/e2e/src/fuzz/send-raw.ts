import { request, type Agent } from 'node:http';

/** A request byte for byte, which a well-behaved client would not send. */
export interface RawRequest {
  readonly method: string;
  /** As sent in the request line, neither encoded nor normalised. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface RawResponse {
  readonly status: number;
  readonly text: string;
  /** Of a redirection. */
  readonly location: string | undefined;
}

/** Returns the response, even when the server stopped reading before everything was sent; of a stream, its first message. */
export const sendRaw = (
  origin: string,
  agent: Agent,
  { method, path, headers, body }: RawRequest,
): Promise<RawResponse> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const sent = request({ agent, hostname, port, method, path, headers: { ...length, ...headers } });
    sent.once('response', (response) => {
      let text = '';
      const isStream = response.headers['content-type'] === 'text/event-stream';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const message = isStream ? /^data: (.*)\n\n/m.exec(text)?.[1] : undefined;
        if (message === undefined) return;
        resolve({ status: response.statusCode ?? 0, text: message, location: undefined });
        response.destroy();
      });
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, text, location: response.headers.location }),
      );
      response.once('error', reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
