import { execa } from 'execa';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '@ticketing/launcher/free-ports';

export interface PortForward {
  /** On 127.0.0.1. */
  readonly port: number;
  close(): Promise<void>;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/**
 * A way from here to a port of a Service. It leads to one pod, and ends with it.
 * @throws Error with what kubectl says when there is none.
 */
export const forwardTo = async (service: string, remotePort: number): Promise<PortForward> => {
  const [port = 0] = await freePorts(1);
  const forward = execa('kubectl', ['port-forward', `service/${service}`, `${port}:${remotePort}`], {
    stdin: 'ignore',
    reject: false,
  });
  const ended: { text?: string } = {};
  const watch = async () => {
    ended.text = (await forward).stderr;
  };
  const end = watch();
  while (!(await answers(port))) {
    if (ended.text !== undefined) throw new Error(`No way to ${service}: ${ended.text}`);
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
