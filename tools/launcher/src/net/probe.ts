import { connect } from 'node:net';

/**
 * Opens a TCP connection, sends `request` unless it is empty, and resolves with the first data received.
 * @throws Error when the connection fails, or nothing arrives within `timeoutMs`.
 */
export const probe = (
  address: { readonly host: string; readonly port: number },
  request: string,
  timeoutMs: number,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(address.port, address.host);
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(timeoutMs, () => end(() => reject(new Error(`no response within ${timeoutMs} ms`))));
    socket.once('connect', () => {
      if (request !== '') socket.write(request);
    });
    socket.once('data', (data) => end(() => resolve(data.toString('latin1'))));
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('close', () => reject(new Error('the connection was closed without a response')));
  });
