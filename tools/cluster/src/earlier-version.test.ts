import { root } from '@ticketing/launcher/paths';
import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { services } from '@ticketing/launcher/topology';
import { earlierVersion, rolloutOrder } from './earlier-version.ts';

const git = async (...args: readonly string[]): Promise<boolean> =>
  !(await execa('git', args, { cwd: root, reject: false, stdin: 'ignore' })).failed;

const commit = `${earlierVersion}^{commit}`;
const hasCommit = await git('cat-file', '-e', commit);
const title = 'When the cluster is tested with two versions, then the earlier one is in the history of this one';

if (hasCommit) test(title, async () => expect(await git('merge-base', '--is-ancestor', commit, 'HEAD')).toBe(true));
else test.skip(`${title} (skipped: this copy lacks the history, as a shallow clone does)`, () => undefined);

test('When the services are rolled out one after the other, then none is left out', () => {
  expect(rolloutOrder.toSorted()).toEqual(services.toSorted());
});
