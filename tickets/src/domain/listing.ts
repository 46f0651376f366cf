import type { ticketCategories } from '@ticketing/common/events';

/** What a seller may say about a ticket beyond its title and price. */
export interface ListingDetails {
  readonly category?: (typeof ticketCategories)[number];
  readonly venue?: string;
  readonly city?: string;
  readonly startsAt?: Date;
  readonly section?: string;
  readonly row?: string;
  readonly seat?: string;
  readonly description?: string;
}

export const detailFields = ['category', 'venue', 'city', 'startsAt', 'section', 'row', 'seat', 'description'] as const;

type DetailField = (typeof detailFields)[number];

export interface Listing extends ListingDetails {
  readonly title: string;
  /** Cents. */
  readonly price: number;
}

/** An edit: a field that is left out stays, null clears a detail. */
export type ListingEdit = { readonly title: string; readonly price: number } & {
  readonly [Field in DetailField]?: ListingDetails[Field] | null | undefined;
};

const same = (left: unknown, right: unknown): boolean =>
  left instanceof Date && right instanceof Date ? left.getTime() === right.getTime() : left === right;

/** What an edit really changes: the fields to set and to clear; nothing where the listing says so already. */
export const effectiveChange = (
  listing: Listing,
  edit: ListingEdit,
): { readonly set: Readonly<Record<string, unknown>>; readonly unset: readonly DetailField[] } => {
  const set: Record<string, unknown> = {};
  const unset: DetailField[] = [];
  if (edit.title !== listing.title) set.title = edit.title;
  if (edit.price !== listing.price) set.price = edit.price;
  for (const field of detailFields) {
    const value = edit[field];
    if (value === undefined || same(value, listing[field])) continue;
    if (value !== null) set[field] = value;
    else if (listing[field] !== undefined) unset.push(field);
  }
  return { set, unset };
};

/** City as it is searched: without regard to case and surrounding space. */
export const cityKey = (city: string): string => city.trim().toLowerCase();
