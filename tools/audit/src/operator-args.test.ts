import { expect, test } from '@jest/globals';
import { readOperatorArgs } from './operator-command.ts';
import { UsageError } from './usage-error.ts';

const isInCluster = false;

test.each([
  [['refund', 'a', '--reason', 'x', '--by', 'olga'], { name: 'refund', args: ['a', '--reason', 'x'] }],
  [['--by=olga', 'dead-letters', 'replay', '--all'], { name: 'dead-letters', args: ['replay', '--all'] }],
  [['refund', '--by', 'olga', '--', '--by'], { name: 'refund', args: ['--', '--by'] }],
])('When the arguments are %j, then the options of every command are taken out', (given, expected) => {
  expect(readOperatorArgs(given)).toEqual({ ...expected, by: 'olga', isInCluster });
});

test('When nobody is named, then the user of the machine runs the command, here or in the cluster', () => {
  expect(readOperatorArgs(['problems', '--cluster'])).toEqual({
    name: 'problems',
    args: [],
    by: expect.stringMatching(/./),
    isInCluster: true,
  });
});

test.each([[[]], [['--help']], [['help']]])('When the arguments are %j, then the help names every command', (given) => {
  const { help } = readOperatorArgs(given);
  for (const name of [
    'order',
    'ticket',
    'account',
    'withdraw',
    'suspend',
    'reinstate',
    'refund',
    'record-refund',
    'release',
    'problems',
    'money',
    'undelivered',
    'end-sessions',
    'republish',
    'dead-letters',
    'log',
  ])
    expect(help).toContain(`npm run operator -- ${name}`);
});

test.each([[['refund', '--help']], [['help', 'refund']], [['refund', 'a', '-h']]])(
  'When the arguments are %j, then the help is that of the command',
  (given) => {
    const { help } = readOperatorArgs(given);
    expect(help).toContain('npm run operator -- refund');
    expect(help).not.toContain('republish');
  },
);

test.each([[['refnd']], [['constructor']]])(
  'When the arguments are %j, then the commands are named in few lines',
  (given) => {
    expect(() => readOperatorArgs(given)).toThrow(
      /^There is no command \w+\n\nThe commands are order, ticket, .*\bhelp\b.*$/,
    );
  },
);

test.each([[['refund', '--by', ' ']], [['refund', '--by']]])(
  'When the arguments are %j, then the usage is shown',
  (given) => {
    expect(() => readOperatorArgs(given)).toThrow(UsageError);
  },
);
