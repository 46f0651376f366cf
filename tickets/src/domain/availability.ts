export const availabilities = ['on_sale', 'held', 'sold', 'withdrawn'] as const;

/** Whether a ticket can be bought now. */
