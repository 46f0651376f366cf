import { liveBlocks } from '@ticketing/common/testing';

const lateMs = 10_000;

/** A stream of a live page. */
export interface Stream {
  /** Resolves to when a message has come, since the stream was opened, whose data contain this text. */
  shows(text: string): Promise<number>;
  close(): void;
}

export const openStream = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Stream> => {
  const closing = new AbortController();
  const response = await fetch(url, { headers, signal: closing.signal });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const shown: { readonly data: string; readonly at: number }[] = [];
  let check: (() => void) | undefined;
  const read = async () => {
    for await (const data of liveBlocks(response)) {
      shown.push({ data, at: performance.now() });
      check?.();
    }
  };
  // A stream that is cut shows nothing more, which `shows` tells.
  void read().catch(() => undefined);
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
    close: () => closing.abort(),
  };
};
