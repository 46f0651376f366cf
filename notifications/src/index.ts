import { runUntilSignal } from '@ticketing/common/service';
import { readConfig } from './config.ts';
import { startService } from './service.ts';

await runUntilSignal(() => startService(readConfig(process.env)));
