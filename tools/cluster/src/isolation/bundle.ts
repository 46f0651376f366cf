import { bundleProgram } from '@ticketing/launcher/build';
import { execa } from 'execa';
import { join } from 'node:path';
import { outcomes, type Attempt } from './attempt.ts';

/** The program that makes attempts, as one file without imports: images of the product have no packages. */
export const bundleAttempts = (): Promise<string> => bundleProgram(join(import.meta.dirname, 'run-in-pod.ts'));

const runTimeoutMs = 180_000;

/**
 * Makes attempts where `prefix` runs a command, such as `kubectl exec --stdin deployment/orders --`.
 * @returns What is not as expected.
 */
export const findUnexpected = async (
  bundle: string,
  attempts: readonly Attempt[],
  {
    prefix = [],
    node = 'node',
    env = {},
  }: {
    readonly prefix?: readonly string[];
    readonly node?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<string[]> => {
  const [command, ...args] = [...prefix, node, '--input-type=module', '-'];
  // Standard input has no bound, unlike the arguments of a command in a pod.
  const input = `process.argv[2] = ${JSON.stringify(JSON.stringify(attempts))};\n${bundle}`;
  const { stdout } = await execa(command, args, { input, env, timeout: runTimeoutMs });
  const found = new Map(outcomes.parse(JSON.parse(stdout)).map((outcome) => [outcome.name, outcome]));
  return attempts.flatMap(({ name, expected }) => {
    const outcome = found.get(name);
    // Who cannot reach a server is refused as well; whether it runs is known from what others are permitted.
    const isExpected = outcome?.result === expected || (expected === 'refused' && outcome?.result === 'unreachable');
    return isExpected
      ? []
      : [`${name}: ${outcome?.result ?? 'not made'} instead of ${expected} (${outcome?.detail ?? ''})`];
  });
};
