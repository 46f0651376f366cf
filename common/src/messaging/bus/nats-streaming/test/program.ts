import { goProgram } from '../../../../testing/go-program.ts';

/** The last release of the NATS Streaming server, or the reason why it is missing. */
export const natsStreamingProgram = () =>
  goProgram('nats-streaming-server', 'github.com/nats-io/nats-streaming-server@v0.25.6');
