/** What a reader of a live stream (Server-Sent Events) has received. */
export interface LiveReader {
  readonly status: number;
  readonly headers: Headers;
  readonly messages: readonly { readonly id: string; readonly data: unknown }[];
  /** The fields of all blocks, comments included, in order: `retry: 1000`, `:`. */
  readonly lines: readonly string[];
  /** Whether the server has ended the stream, and not cut it off. */
  readonly isEnded: boolean;
  close(): void;
}

/**
 * The messages and comments of a stream of Server-Sent Events as text, in order, each as soon as its last line has arrived.
 * @throws when the connection is cut.
 */
export async function* liveBlocks(response: Response): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    yield* blocks;
  }
}

/** Opens a stream as a browser does. */
export const readLive = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<LiveReader> => {
  const closing = new AbortController();
  const response = await fetch(url, {
    headers: { Accept: 'text/event-stream', ...headers },
    signal: closing.signal,
  });
  const messages: { id: string; data: unknown }[] = [];
  const lines: string[] = [];
  const reader = {
    status: response.status,
    headers: response.headers,
    messages,
    lines,
    isEnded: false,
    close: () => closing.abort(),
  };
  const read = async (): Promise<void> => {
    for await (const block of liveBlocks(response)) {
      lines.push(...block.split('\n'));
      const [, id, data] = /^id: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (id !== undefined && data !== undefined) messages.push({ id, data: JSON.parse(data) });
    }
    reader.isEnded = true;
  };
  void read().catch(() => undefined);
  return reader;
};
