import { execa } from 'execa';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '@ticketing/launcher/paths';
import { required } from '@ticketing/launcher/required';

// Runs a script of this folder where kubectl reaches the cluster: with the command prefix CLUSTER_EXEC, if it is set.

const { CLUSTER_EXEC = '', ...env } = process.env;
const [script, ...args] = process.argv.slice(2);
const [command, ...rest] = [
  ...CLUSTER_EXEC.split(' ').filter((word) => word !== ''),
  process.execPath,
  join(import.meta.dirname, required(script, 'script')),
  ...args,
];
const { exitCode } = await execa(required(command, 'command'), rest, {
  cwd: root,
  env,
  extendEnv: false,
  stdio: 'inherit',
  reject: false,
});
process.exitCode = exitCode ?? 1;
