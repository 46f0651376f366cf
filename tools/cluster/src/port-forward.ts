import { execa } from 'execa';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@ticketing/launcher/free-ports';

export interface PortForward {
  /** On 127.0.0.1. */
  readonly port: number;
  close(): Promise<void>;
}

const openTimeoutMs = 30_000;

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/**
 * Forwards a local port to a port of a Service. It reaches one pod, and ends when that pod ends.
 * @throws Error with the output of kubectl.
 */
export const forwardTo = async (service: string, remotePort: number): Promise<PortForward> => {
  const port = await freePort();
  const forward = execa(
    'kubectl',
    ['port-forward', '--pod-running-timeout=10s', `service/${service}`, `${port}:${remotePort}`],
    {
      stdin: 'ignore',
      reject: false,
    },
  );
  const ended: { text?: string } = {};
  const watch = async () => {
    ended.text = (await forward).stderr;
  };
  const end = watch();
  const giveUpAt = Date.now() + openTimeoutMs;
  while (!(await isOpen(port))) {
    if (ended.text === undefined && Date.now() > giveUpAt) forward.kill();
    if (ended.text !== undefined) throw new Error(`port-forward to ${service} failed: ${ended.text}`);
    await delay(50);
  }
  return {
    port,
    close: async () => {
      forward.kill();
      await end;
    },
  };
};
