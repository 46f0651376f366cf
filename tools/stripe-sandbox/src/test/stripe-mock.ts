import { goProgram } from '@ticketing/common/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The path of Stripe's mock, or the reason why it is missing. */
export const stripeMockProgram = () => goProgram('stripe-mock', 'github.com/stripe/stripe-mock@v0.203.0');

/** Runs Stripe's mock, which checks each request against Stripe's OpenAPI document and stores nothing. */
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
