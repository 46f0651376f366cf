import { openServerProcess, type ServerProcess } from '../../../../testing/server-process.ts';

/** A NATS Streaming server that stores its channels in files and notices within seconds that a client has died. */
export const openNatsStreamingServer = (
  program: string,
  clusterId: string,
  flags: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> =>
  openServerProcess({
    program,
    flags: (port, data) => ({
      addr: '127.0.0.1',
      port,
      cluster_id: clusterId,
      store: 'file',
      dir: data,
      max_channels: 0,
      max_msgs: 0,
      max_bytes: 0,
      hb_interval: '1s',
      hb_timeout: '1s',
      hb_fail_count: 2,
      ...flags,
    }),
  });
