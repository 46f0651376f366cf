import { followedEvents, publishedEvents, retiredDurables } from '../../../events/index.ts';
import { requiredDurables } from '../../listening/durable-name.ts';
import { inboxPrefixOf } from '../nats-servers.ts';
import { streamsOf } from './ensure-stream.ts';

/** The subjects that a user of NATS may publish to and subscribe to; undefined: all. */
interface Permissions {
  readonly publish: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly subscribe: readonly string[];
}

interface NatsUser {
  readonly name: string;
  /** Undefined: everything is permitted. */
  readonly permissions: Permissions | undefined;
}

/** The service whose user may create and change the streams: it has no public route and reads no text of users. */
const streamOwner = 'expiration';

const { events, sessions } = streamsOf({ namespace: undefined, replicas: 1, maxBytes: 0 });
const api = (...tokens: readonly string[]): string => ['$JS.API', ...tokens].join('.');

/** What makes, reads and ends a consumer without acknowledgements, whose name is not known before. */
const toFollow = (stream: string, subjects: readonly string[]): string[] =>
  subjects.length === 0
    ? []
    : [
        ...subjects.map((subject) => api('CONSUMER.CREATE', stream, '*', subject)),
        api('CONSUMER.INFO', stream, '*'),
        api('CONSUMER.MSG.NEXT', stream, '*'),
        api('CONSUMER.DELETE', stream, '*'),
      ];

const toConsume = ({ durable, subject }: { readonly durable: string; readonly subject: string }): string[] => [
  api('CONSUMER.CREATE', events.name, durable, subject),
  api('CONSUMER.INFO', events.name, durable),
  api('CONSUMER.MSG.NEXT', events.name, durable),
  `$JS.ACK.${events.name}.${durable}.>`,
];

/** Processes of the release before the users receive their replies under `_INBOX`, and none of this release does. */
const repliesTo = (user: string): string[] => [`${inboxPrefixOf(user)}.>`, '_INBOX.>'];

const isOf = (service: string) => (one: { readonly durable: string }) => one.durable.startsWith(`${service}_`);

type Types = readonly { readonly type: string }[];
const followedBy = new Map<string, Types>(Object.entries(followedEvents));

const permissionsOf = (service: string, publishes: Types): Permissions => {
  const published = publishes.map(({ type }) => type);
  const followed = followedBy.get(service)?.map(({ type }) => type) ?? [];
  const ownFollowed = followed.filter((type) => !type.startsWith('session.'));
  const others = requiredDurables.filter((one) => !isOf(service)(one)).map(({ durable }) => durable);
  return {
    publish: {
      allow: [
        ...published,
        api('STREAM.INFO', events.name),
        api('STREAM.INFO', sessions.name),
        api('CONSUMER.LIST', events.name),
        // A purge names its subjects in its body, so NATS cannot restrict them.
        ...(published.length === 0 ? [] : [api('STREAM.MSG.GET', events.name), api('STREAM.PURGE', events.name)]),
        ...requiredDurables.filter(isOf(service)).flatMap(toConsume),
        ...toFollow(
          sessions.name,
          followed.filter((type) => type.startsWith('session.')),
        ),
        ...toFollow(events.name, ownFollowed),
        ...(service === streamOwner
          ? [events, sessions].flatMap(({ name }) => [api('STREAM.CREATE', name), api('STREAM.UPDATE', name)])
          : []),
        ...retiredDurables.map((durable) => api('CONSUMER.DELETE', events.name, durable)),
      ],
      deny:
        ownFollowed.length === 0
          ? []
          : others.flatMap((durable) => [
              api('CONSUMER.CREATE', events.name, durable, '>'),
              api('CONSUMER.MSG.NEXT', events.name, durable),
              api('CONSUMER.DELETE', events.name, durable),
            ]),
    },
    subscribe: repliesTo(service),
  };
};

const watchdog: Permissions = {
  publish: { allow: [api('CONSUMER.LIST', events.name), api('STREAM.MSG.GET', events.name)], deny: [] },
  subscribe: repliesTo('watchdog'),
};

/** The users of the cluster's NATS. The operator's, for backups and the audit, may do everything. */
const natsUsers: readonly NatsUser[] = [
  ...Object.entries<Types>(publishedEvents).map(([name, publishes]) => ({
    name,
    permissions: permissionsOf(name, publishes),
  })),
  { name: 'watchdog', permissions: watchdog },
  { name: 'operator', permissions: undefined },
];

const list = (subjects: readonly string[]): string =>
  subjects.length === 0 ? '[]' : `[\n${subjects.map((subject) => `          "${subject}"\n`).join('')}        ]`;

const userText = ({ name, permissions }: NatsUser): string =>
  [
    '    {',
    `      user: ${name}`,
    `      password: $NATS_${name.toUpperCase()}_PASSWORD`,
    ...(permissions === undefined
      ? []
      : [
          '      permissions {',
          `        publish { allow: ${list(permissions.publish.allow)}, deny: ${list(permissions.publish.deny)} }`,
          `        subscribe { allow: ${list(permissions.subscribe)} }`,
          '      }',
        ]),
    '    }',
  ].join('\n');

/** What a configuration of NATS includes: each process's user, with a password from the environment, and its permissions. */
export const natsUsersFile = (): string =>
  [
    '# Written by `npm run nats:users` from the events that each service publishes, consumes and follows.',
    'authorization {',
    '  users: [',
    natsUsers.map(userText).join('\n'),
    '  ]',
    '}',
    '',
  ].join('\n');
