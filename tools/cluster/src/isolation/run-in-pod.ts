import process from 'node:process';
import { attempts } from './attempt.ts';
import { makeAttempts } from './make-attempts.ts';

// Runs in a pod, as one file on Node's standard input: makes the attempts that bundle.ts has put into its argument, and prints their outcomes.

const made = await makeAttempts(process.env, attempts.parse(JSON.parse(process.argv[2] ?? '')));
process.stdout.write(JSON.stringify(made), () => process.exit());
