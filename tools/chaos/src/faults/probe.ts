import type { ProductProcess } from '@ticketing/test/start-product';
import { connect } from 'node:net';

const httpRequest = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** What a server responds to at once, without a session. MongoDB responds to HTTP requests, if only that it is no HTTP server. */
const requestOf = (name: string): string => {
  if (name === 'redis') return 'PING\r\n';
  // It speaks first.
  if (name === 'nats') return '';
  return httpRequest;
};

/**
 * Sends a request to a process. Resolves to `response` as soon as it has responded, to `silent` if it has accepted the connection
 * and sent nothing for `ms`, or until it was killed, and else to `refused`.
 */
export const probe = ({ name, url }: ProductProcess, ms: number): Promise<'response' | 'silent' | 'refused'> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let isAccepted = false;
    const end = (result: 'response' | 'silent' | 'refused') => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const endWithoutResponse = () => end(isAccepted ? 'silent' : 'refused');
    const timer = setTimeout(endWithoutResponse, ms);
    socket.once('connect', () => {
      isAccepted = true;
      socket.write(requestOf(name));
    });
    socket.once('data', () => end('response'));
    socket.once('close', endWithoutResponse);
    // Followed by `close`.
    socket.on('error', () => undefined);
  });
