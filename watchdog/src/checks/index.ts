export { checks } from './all-checks.ts';
export { auditBooks } from './audit-books.ts';
export type { AuditOptions, AuditResult, Count, Violation } from './audit-books.ts';
export { standardLimits } from './check.ts';
export type { Check, Limits } from './check.ts';
