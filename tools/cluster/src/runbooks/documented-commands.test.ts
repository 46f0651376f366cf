import { expect, test } from '@jest/globals';
import { root } from '@ticketing/launcher/paths';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentedCommands, fillIn } from './documented-commands.ts';

const values = { SERVICE: 'orders', N: '2', ORDER: 'o1', TEXT: "'a reason'", 'order ID': 'o1', 'ticket ID': 't1' };

test('When a document names commands in its text and in blocks, then each is found once and without its comment', () => {
  const text = [
    'Look with `kubectl get pods`, or `kubectl describe',
    'pod POD`; `kubectl` alone is none.',
    '```sh',
    'kubectl get pods                # what is not ready',
    'kubectl logs nats-0 | grep "#1"',
    'skaffold run',
    '```',
  ].join('\n');
  expect(documentedCommands(text, 'kubectl')).toEqual([
    'kubectl get pods',
    'kubectl describe pod POD',
    'kubectl logs nats-0 | grep "#1"',
  ]);
});

test.each([
  ['kubectl scale deployment/SERVICE --replicas=N', 'kubectl scale deployment/orders --replicas=2'],
  ['kubectl logs SERVICE-mongo-0 --tail=50', 'kubectl logs orders-mongo-0 --tail=50'],
  ['republish ticket ID ID', 'republish ticket t1 t1'],
  ['dead-letters list; order ID', 'dead-letters list; order o1'],
  ['refund ORDER… --reason TEXT', "refund o1 --reason 'a reason'"],
  ["sh -c 'REDISCLI_AUTH=$REDIS_PASSWORD redis-cli'", "sh -c 'REDISCLI_AUTH=$REDIS_PASSWORD redis-cli'"],
])('When values are put into `%s`, then it is `%s`', (command, filled) => {
  expect(fillIn(command, values)).toBe(filled);
});

test.each(['kubectl delete pod POD', 'account ID'])(
  'When `%s` has no value, then it is not run without it',
  (command) => {
    expect(() => fillIn(command, values)).toThrow('there is no value for');
  },
);

test('When the runbooks are read, then their commands are found', () => {
  const runbooks = readFileSync(join(root, 'docs', 'runbooks.md'), 'utf8');
  expect(documentedCommands(runbooks, 'kubectl').length).toBeGreaterThan(20);
  expect(documentedCommands(runbooks, 'npm run operator --').length).toBeGreaterThan(20);
});
