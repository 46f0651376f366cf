import { execa } from 'execa';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '@ticketing/launcher/paths';

// Runs a script of this folder where the cluster is: behind CLUSTER_EXEC, a command prefix, or right here without it.

const { CLUSTER_EXEC = '', ...env } = process.env;
const [script = '', ...args] = process.argv.slice(2);
const [command = '', ...rest] = [
  ...CLUSTER_EXEC.split(' ').filter((word) => word !== ''),
  process.execPath,
  join(import.meta.dirname, script),
  ...args,
];
const { exitCode } = await execa(command, rest, {
  cwd: root,
  env,
  extendEnv: false,
  stdio: 'inherit',
  reject: false,
});
process.exitCode = exitCode ?? 1;
