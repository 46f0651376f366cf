import { natsUsersFile } from '@ticketing/common/messaging';
import { root } from '@ticketing/launcher/paths';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// npm run nats:users: writes the users of the cluster's NATS from the events that each service publishes and consumes.

await writeFile(join(root, 'infra', 'k8s', 'base', 'nats-users.conf'), natsUsersFile());
