export { carryOutOperatorRequests, operatorRequests } from './operator-requests.ts';
export type { OperatorRequest } from './operator-requests.ts';
export { operatorActions } from './operator-actions.ts';
export type { OperatorAction } from './operator-actions.ts';
