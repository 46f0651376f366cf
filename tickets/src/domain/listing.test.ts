import { expect, test } from '@jest/globals';
import { listingDetails, mapListingDetails } from '@ticketing/common/events';
import * as fc from 'fast-check';
import { cityKey, effectiveChange, type Listing, type ListingEdit } from './listing.ts';

const text = fc.constantFrom('a', 'b', '$title', '{"$gt":""}');
const date = fc.constantFrom(0, 1).map((ms) => new Date(ms));
const timeZone = fc.constantFrom('UTC', 'Asia/Kolkata');
const category = fc.constantFrom('sports' as const, 'other' as const);
const head = { title: text, price: fc.constantFrom(1, 1999) };

const listing: fc.Arbitrary<Listing> = fc.record(
  {
    ...head,
    ...mapListingDetails({ category, text: () => text, startsAt: date, timeZone }),
  },
  { requiredKeys: ['title', 'price'] },
);
const edited = <Value>(value: fc.Arbitrary<Value>) => fc.oneof(value, fc.constant(null), fc.constant(undefined));
const edit: fc.Arbitrary<ListingEdit> = fc.record(
  {
    ...head,
    ...mapListingDetails({
      category: edited(category),
      text: () => edited(text),
      startsAt: edited(date),
      timeZone: edited(timeZone),
    }),
  },
  { requiredKeys: ['title', 'price'] },
);

/** The fields of a listing after a change. */
const applied = (before: Listing, change: ReturnType<typeof effectiveChange>): Map<string, unknown> => {
  const after = new Map<string, unknown>(Object.entries(before));
  for (const [field, value] of Object.entries(change.set)) after.set(field, value);
  for (const field of change.unset) after.delete(field);
  return after;
};

const wanted = (before: Listing, change: ListingEdit): Map<string, unknown> => {
  const after = new Map<string, unknown>(Object.entries({ ...before, title: change.title, price: change.price }));
  for (const field of listingDetails) {
    const value = change[field];
    if (value === null) after.delete(field);
    else if (value !== undefined) after.set(field, value);
  }
  return after;
};

test('When an edit is applied, then given fields are set, null fields are cleared and omitted fields stay', () => {
  fc.assert(
    fc.property(listing, edit, (before, change) => {
      expect(applied(before, effectiveChange(before, change))).toEqual(wanted(before, change));
    }),
  );
});

test('When the listing already has the values of an edit, then nothing is set or cleared', () => {
  fc.assert(
    fc.property(listing, edit, (before, change) => {
      const { set, unset } = effectiveChange(before, change);
      const known = new Map<string, unknown>(Object.entries(before));
      for (const [field, value] of Object.entries(set)) expect(value).not.toEqual(known.get(field));
      for (const field of unset) expect(known.has(field)).toBe(true);
      expect(effectiveChange(before, before)).toEqual({ set: {}, unset: [] });
    }),
  );
});

test('When an edit has an equal date, then it is no change', () => {
  const before = { title: 'a', price: 1, startsAt: new Date(5) };
  expect(effectiveChange(before, { ...before, startsAt: new Date(5) })).toEqual({ set: {}, unset: [] });
});

test('When two spellings of a city differ in case and surrounding spaces, then they have the same key', () => {
  expect(cityKey('  ZÜRICH ')).toBe(cityKey('Zürich'));
});
