import type { LiveStates } from '@ticketing/common/http';
import type { Currency } from '@ticketing/common/money';
import type { Database } from '@ticketing/common/mongo';
import type { Models } from './models/open-models.ts';
import type { FileInspector } from './files/file-inspector.ts';
import type { HolderWaits } from './memory/holder-waits.ts';
import type { ListCache } from './memory/list-cache.ts';
import type { TicketsMetrics } from './metrics.ts';

/** What commands and queries need. */
export interface Deps extends Models {
  readonly transaction: Database['transaction'];
  /** Of the hashes of codes; never replaced. */
  readonly codeKey: string;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Of all prices. */
  readonly currency: Currency;
  /** What a seller has to deliver a sold ticket at least. */
  readonly deliveryMinMs: number;
  /** Clears this process's cached pages of the ticket list. */
  readonly clearListCache: () => void;
  readonly holderWaits: HolderWaits;
  readonly inspectFile: FileInspector['inspect'];
  readonly metrics: TicketsMetrics;
}

/** What routes need besides. */
export interface RouteDeps extends Deps {
  readonly listCache: ListCache;
  readonly liveTickets: LiveStates;
  readonly liveEvents: LiveStates;
}
