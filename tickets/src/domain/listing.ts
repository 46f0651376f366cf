import {
  listingDetails,
  type ListingDetail,
  type mapListingDetails,
  type TicketCategory,
} from '@ticketing/common/events';

type Details = ReturnType<typeof mapListingDetails<TicketCategory, string, Date, string>>;

/** What a seller may say about a ticket beyond its title and price. */
export type ListingDetails = { readonly [Detail in ListingDetail]?: Details[Detail] };

export interface Listing extends ListingDetails {
  readonly title: string;
  /** Minor units. */
  readonly price: number;
}

/** An edit: a field that is left out stays, null clears a detail. */
export type ListingEdit = { readonly title: string; readonly price: number } & {
  readonly [Detail in ListingDetail]?: ListingDetails[Detail] | null | undefined;
};

const same = (left: unknown, right: unknown): boolean =>
  left instanceof Date && right instanceof Date ? left.getTime() === right.getTime() : left === right;

/** The fields that an edit sets and clears; without those that already have the value. */
export const effectiveChange = (
  listing: Listing,
  edit: ListingEdit,
): { readonly set: Readonly<Record<string, unknown>>; readonly unset: readonly ListingDetail[] } => {
  const set: Record<string, unknown> = {};
  const unset: ListingDetail[] = [];
  if (edit.title !== listing.title) set.title = edit.title;
  if (edit.price !== listing.price) set.price = edit.price;
  for (const field of listingDetails) {
    const value = edit[field];
    if (value === undefined || same(value, listing[field])) continue;
    if (value !== null) set[field] = value;
    else if (listing[field] !== undefined) unset.push(field);
  }
  return { set, unset };
};

/** What the listing is after an edit, as far as its event and its search depend on it. */
export const edited = (listing: Listing, edit: ListingEdit) => {
  const { category = listing.category, venue = listing.venue, city = listing.city } = edit;
  const { startsAt = listing.startsAt, description = listing.description } = edit;
  return {
    title: edit.title,
    category: category ?? undefined,
    venue: venue ?? undefined,
    city: city ?? undefined,
    startsAt: startsAt ?? undefined,
    description: description ?? undefined,
  };
};

/** Whether the event of a listing has begun; one without a date never has. */
export const hasBegun = ({ startsAt }: { readonly startsAt?: Date | undefined }, now: Date): boolean =>
  startsAt !== undefined && startsAt <= now;

/** A city as searches compare it: in lower case, without surrounding spaces. */
export const cityKey = (city: string): string => city.trim().toLowerCase();
