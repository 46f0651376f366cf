import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../../../.cache/bin', import.meta.url));

export const howToGetStripeMock =
  'go install github.com/stripe/stripe-mock@v0.203.0, with GOBIN set to .cache/bin of the repository or to a folder of the PATH';

/** Where Stripe's own mock is: on the PATH or in the project's cache; undefined where it is nowhere. */
export const findStripeMock = (): string | undefined =>
  [...(process.env['PATH'] ?? '').split(delimiter), cache]
    .map((directory) => join(directory, 'stripe-mock'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/** Runs Stripe's mock, which checks each request against Stripe's OpenAPI document. It keeps nothing. */
export const openStripeMock = async (program: string) => {
  const child = spawn(program, ['-http-addr', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const address = await new Promise<string>((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer) => {
      text += String(chunk);
      const found = /HTTP at address: (\S+:\d+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`stripe-mock ended: ${text}`)));
  });
  return {
    url: `http://${address}`,
    close: async (): Promise<void> => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
};
