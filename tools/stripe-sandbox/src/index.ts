import { runUntilSignal } from '@ticketing/common/service';
import { readConfig } from './config.ts';
import { startSandbox } from './sandbox.ts';

await runUntilSignal(() => startSandbox(readConfig(process.env)));
