export interface PageRequest<Row> {
  readonly limit: number;
  /** Only rows older than this one. */
  readonly startingAfter?: string | undefined;
  /** Only rows newer than this one, starting with the next newer one. */
  readonly endingBefore?: string | undefined;
  /** Only rows of this group. */
  readonly group?: string | undefined;
  readonly where?: (row: Row) => boolean;
}

/** What a list is read from. */
export interface Pages<Row> {
  get(id: string): Row | undefined;
  /** Newest first. Cursors must be ids of existing rows. */
  page(request: PageRequest<Row>): { readonly rows: readonly Row[]; readonly hasMore: boolean };
}

/** Records of one kind in memory, in order of creation. */
export interface Table<Row> extends Pages<Row> {
  /** Adds a record or replaces its state. */
  put(row: Row): void;
}

/** `groupsOf` returns the keys by which rows are also indexed, such as their PaymentIntent; a row's groups never change. */
export const createTable = <Row extends { readonly id: string }>(
  groupsOf: (row: Row) => readonly string[] = () => [],
): Table<Row> => {
  const rows = new Map<string, { readonly position: number; row: Row }>();
  const order: string[] = [];
  const groups = new Map<string, string[]>();

  const positionOf = (id: string | undefined) => (id === undefined ? undefined : rows.get(id)?.position);

  /** Rows of the group, or all rows, on the requested side of the cursor. */
  const candidates = function* (request: PageRequest<Row>): Generator<Row> {
    const ids = request.group === undefined ? order : (groups.get(request.group) ?? []);
    const before = positionOf(request.startingAfter) ?? Infinity;
    const after = positionOf(request.endingBefore) ?? -1;
    // In the whole table a position is an index, so a deep page costs no more than the first one.
    const isWhole = request.group === undefined;
    const newest = isWhole ? Math.min(before, ids.length) - 1 : ids.length - 1;
    const oldest = isWhole ? after + 1 : 0;
    const upwards = request.endingBefore !== undefined;
    for (let step = 0; step <= newest - oldest; step += 1) {
      const found = rows.get(ids[upwards ? oldest + step : newest - step] ?? '');
      if (found !== undefined && found.position < before && found.position > after) yield found.row;
    }
  };

  return {
    get: (id) => rows.get(id)?.row,
    put: (row) => {
      const known = rows.get(row.id);
      if (known !== undefined) {
        known.row = row;
        return;
      }
      rows.set(row.id, { position: order.length, row });
      order.push(row.id);
      for (const group of groupsOf(row)) {
        const ids = groups.get(group);
        if (ids === undefined) groups.set(group, [row.id]);
        else ids.push(row.id);
      }
    },
    page: (request) => {
      const found: Row[] = [];
      for (const row of candidates(request)) {
        if (request.where !== undefined && !request.where(row)) continue;
        if (found.length === request.limit) {
          return { rows: request.endingBefore === undefined ? found : found.toReversed(), hasMore: true };
        }
        found.push(row);
      }
      return { rows: request.endingBefore === undefined ? found : found.toReversed(), hasMore: false };
    },
  };
};
