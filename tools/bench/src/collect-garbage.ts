import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const inspectorUrl = 'http://127.0.0.1:9229/json/list';
const Targets = z.tuple([z.object({ webSocketDebuggerUrl: z.url() })]).rest(z.unknown());
const Pid = z.object({ result: z.object({ result: z.object({ value: z.int() }) }) });

const call = async (socket: WebSocket, method: string, params: object = {}): Promise<unknown> => {
  const response = once(socket, 'message');
  socket.send(JSON.stringify({ id: 1, method, params }));
  const [message]: { readonly data: string }[] = await response;
  return JSON.parse(message?.data ?? '');
};

/** Makes a Node process collect all its garbage, through the inspector that SIGUSR1 opens in it. */
export const collectGarbage = async (pid: number): Promise<void> => {
  process.kill(pid, 'SIGUSR1');
  let targets: z.infer<typeof Targets> | undefined;
  for (let attempt = 0; targets === undefined; attempt += 1) {
    if (attempt === 50) throw new Error(`the inspector of ${pid} did not open`);
    targets = await fetch(inspectorUrl)
      .then(async (response) => Targets.parse(await response.json()))
      .catch(() => undefined);
    if (targets === undefined) await delay(100);
  }
  const socket = new WebSocket(targets[0].webSocketDebuggerUrl);
  await once(socket, 'open');
  const { result } = Pid.parse(await call(socket, 'Runtime.evaluate', { expression: 'process.pid' }));
  if (result.result.value !== pid) throw new Error(`another process than ${pid} has the inspector's port`);
  // Twice: what finalizers free in the first pass goes in the second.
  for (let pass = 0; pass < 2; pass += 1) await call(socket, 'HeapProfiler.collectGarbage');
  socket.close();
};
