import { ObjectId } from 'mongodb';

/** A new id: 24 hex digits, roughly in order of time. Stored and sent as a string, so that queries need no cast. */
export const newId = (): string => new ObjectId().toHexString();
