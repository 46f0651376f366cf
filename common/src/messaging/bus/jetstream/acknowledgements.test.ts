import { expect, test } from '@jest/globals';
import { Acknowledgements } from './event-store.ts';

test('When messages are acknowledged out of order, then the highest is the last one and nothing is lost', () => {
  const acknowledgements = new Acknowledgements();
  const [one, two] = [acknowledgements.sending(), acknowledgements.sending()];
  expect(acknowledgements.add({ sequence: 2, id: 'b' }, two)).toBe(false);
  expect(acknowledgements.add({ sequence: 1, id: 'a' }, one)).toBe(false);
  expect(acknowledgements.last).toEqual({ sequence: 2, id: 'b' });
});

test('When a later message gets a lower sequence, then the broker has lost some, which is reported once', () => {
  const acknowledgements = new Acknowledgements();
  acknowledgements.add({ sequence: 7, id: 'a' }, acknowledgements.sending());
  const [one, two] = [acknowledgements.sending(), acknowledgements.sending()];
  expect(acknowledgements.add({ sequence: 3, id: 'b' }, one)).toBe(true);
  expect(acknowledgements.add({ sequence: 4, id: 'c' }, two)).toBe(false);
  expect(acknowledgements.last).toBeUndefined();
  expect(acknowledgements.add({ sequence: 5, id: 'd' }, acknowledgements.sending())).toBe(false);
  expect(acknowledgements.last).toEqual({ sequence: 5, id: 'd' });
});
