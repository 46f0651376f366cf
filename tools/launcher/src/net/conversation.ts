import { connect } from 'node:net';

/**
 * Opens a TCP connection, sends `question` and answers the first thing that the other side says.
 * @throws Error when nothing is said within `withinMs`.
 */
export const firstWords = (
  address: { readonly host: string; readonly port: number },
  question: string,
  withinMs: number,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(address.port, address.host);
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(withinMs, () => end(() => reject(new Error(`no answer within ${withinMs} ms`))));
    socket.once('connect', () => {
      if (question !== '') socket.write(question);
    });
    socket.once('data', (data) => end(() => resolve(data.toString('latin1'))));
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('close', () => reject(new Error('the connection was closed without an answer')));
  });
