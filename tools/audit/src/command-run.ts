import type { Databases } from '@ticketing/watchdog/sources';

/** What a subcommand of `npm run operator` is given; it returns the exit code. */
export interface CommandRun {
  readonly databases: Databases;
  /** Without its own name; accounts are named by their ids. */
  readonly args: readonly string[];
  readonly print: (line: string) => void;
  /** Who runs it. */
  readonly by: string;
  /** How long to wait without any progress; 60 s by default. */
  readonly timeoutMs?: number;
}
