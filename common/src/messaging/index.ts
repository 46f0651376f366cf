export { openStore } from './aggregates/aggregate-store.ts';
export { Expression, expression } from './aggregates/store.ts';
export type { NewValues, StoreDeps } from './aggregates/store.ts';
export { openBusBacklog } from './bus/bus-backlog.ts';
export type { BusBacklog, ConsumerBacklog } from './bus/bus-backlog.ts';
export { defineAggregate } from './aggregates/define-aggregate.ts';
export { createOnce, creationField, creationIndexes, creationOf, forgetCreations } from './aggregates/creations.ts';
export type { IdempotentRequest } from './aggregates/creations.ts';
export { applyIfNewer } from './aggregates/apply-if-newer.ts';
export { createDeadLetters, deadLetterCollection } from './listening/dead-letters.ts';
export type { DeadLetter, DeadLetters } from './listening/dead-letters.ts';
export { createTransport } from './bus/create-transport.ts';
export type { BusConfig } from './bus/create-transport.ts';
export { createJetStreamTransport } from './bus/jetstream/transport.ts';
export { natsUsersFile } from './bus/jetstream/nats-users.ts';
export { natsServers } from './bus/nats-servers.ts';
export { createListener, done, reject } from './listening/listener.ts';
export type { Listener } from './listening/listener.ts';
export { on, onEach } from './listening/on.ts';
export type { Outcome, Received } from './listening/on.ts';
export { durableName, requiredDurables } from './listening/durable-name.ts';
export { ListenerRunner } from './listening/listener-runner.ts';
export type { ListenerCounters } from './listening/listener-runner.ts';
export type { AggregateDocument } from './aggregates/outbox.ts';
export { replayDeadLetters } from './listening/replay-dead-letters.ts';
export { republications, requestRepublication } from './stream/republications.ts';
export type { Republication } from './stream/republications.ts';
export { createStreamKeeper, streamCollections } from './stream/stream-keeper.ts';
export type { StreamMetrics } from './stream/stream-keeper.ts';
export { Relay } from './aggregates/relay.ts';
export type { RelayCounters } from './aggregates/relay.ts';
export type {
  ConsumerState,
  Follower,
  InboundMessage,
  OutboundMessage,
  SubscriptionOptions,
  Transport,
} from './bus/transport.ts';
