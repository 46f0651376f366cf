export { carryOutOperatorRequests, operatorRequests } from './operator-requests.ts';
export type { OperatorRequest } from './operator-requests.ts';
