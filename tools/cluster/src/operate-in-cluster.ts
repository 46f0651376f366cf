import { execa } from 'execa';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '@ticketing/launcher/paths';
import { openSources } from './audit-cluster.ts';

// npm run operator -- --cluster: runs the command with port forwards to the databases of the cluster.

const sources = await openSources();
try {
  const { exitCode } = await execa(
    process.execPath,
    [join(root, 'tools', 'audit', 'src', 'run-operator.ts'), ...process.argv.slice(2)],
    { cwd: root, env: sources.env, stdio: 'inherit', reject: false },
  );
  process.exitCode = exitCode ?? 1;
} finally {
  await sources.close();
}
