import { expression } from '@ticketing/common/messaging';

/** Of a write by which the seller changes the listing: orders for the listing as it was before are refused. */
export const nextRevision = {
  revision: expression({ $add: ['$revision', 1] }),
  lastEdit: expression({ revision: { $add: ['$revision', 1] }, version: { $add: ['$version', 1] } }),
};
