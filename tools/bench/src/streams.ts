import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';

const lateMs = 10_000;

/** A stream of a live page. */
export interface Stream {
  /** Resolves to when a message has come, since the stream was opened, whose data contain this text. */
  shows(text: string): Promise<number>;
  close(): void;
}

export const openStream = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Stream> => {
  const request = get(url, { agent: false, headers });
  const [response]: IncomingMessage[] = await once(request, 'response');
  if (response?.statusCode !== 200) throw new Error(`${url}: ${response?.statusCode ?? 'no response'}`);
  const shown: { readonly data: string; readonly at: number }[] = [];
  let check: (() => void) | undefined;
  let rest = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const data of blocks) shown.push({ data, at: performance.now() });
    check?.();
  });
  return {
    shows: (text) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${url} does not show ${text}`)), lateMs);
        check = () => {
          const found = shown.find(({ data }) => data.includes(text));
          if (found === undefined) return;
          clearTimeout(timer);
          resolve(found.at);
        };
        check();
      }),
    close: () => request.destroy(),
  };
};
